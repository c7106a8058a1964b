"""Build the notebook to be judged from the release, with the student's sources put in.

Whatever happened to a notebook on its way (cells deleted, edited, doubled, moved, all metadata stripped as Colab
does), its answers are found again: by grade id, by the exercise's metadata or the cell's id, by the functions that a
cell defines, by similar text. Locked and test cells always come from the release. What belongs nowhere stays as an
extra cell in its place.

Rules where several cells claim one answer: among those with the answer's grade id (or else among all cells) the last
one that defines the function counts, as it would in a notebook run from top to bottom, except that the untouched stub
never wins over a written answer. The others stay as extra cells.

Only the text of a student's cell is looked at, never its syntax tree: parsing can be made to exhaust the stack.
"""

import copy
import difflib
import re
from dataclasses import dataclass
from typing import Any

from lazyrich.judge.assignment import Assignment, grade_id

__all__ = ["match", "rebuild"]

SIMILAR_TEST, SIMILAR_ANSWER = 0.9, 0.6
LOOKED_AT = 300  # cells that similarity is tried on: a notebook of ten thousand cells must not take hours


def match(assignment: Assignment, notebook: Any) -> tuple[Any, list[str]]:
    """The notebook rebuilt from the release (a NotebookNode, no outputs) and notes on what was repaired.

    notebook: the submission, nbformat 4; sound or not. Matching a rebuilt notebook again changes nothing.
    """
    import nbformat  # here: it takes seconds to import, and the desk does without

    rebuilt, notes = rebuild(assignment, notebook)
    return nbformat.from_dict(rebuilt), notes


def rebuild(assignment: Assignment, notebook: Any) -> tuple[dict[str, Any], list[str]]:
    """`match` with plain dictionaries."""
    work = _Matching(assignment, notebook)
    work.claim_locked()
    work.claim_answers()
    work.claim_manual_and_plain()
    return work.build(), work.notes


@dataclass(eq=False)
class _Given:
    """A cell of the student's."""

    type: str
    source: str
    id: str
    grade_id: str | None
    exercise: str | None
    attachments: Any
    key: int | None = None  # index of the release's cell that it stands for
    dropped: bool = False

    def defines(self, name: str) -> bool:
        name = re.escape(name)
        for line in re.finditer(rf"^[ \t]*(async[ \t]+)?(def|class)[ \t]+{name}\b", self.source, re.M):
            return bool(line)
        found = re.search(rf"^{name}[ \t]*(:[^=\n]*)?=(?!=)(.*)", self.source, re.M)
        return bool(found) and not re.search(rf"\b{name}\b", found.group(2))  # f = fallback(f, ...) is no answer


class _Matching:
    def __init__(self, assignment: Assignment, notebook: Any):
        self.release: list[dict[str, Any]] = assignment.release["cells"]
        self.metadata = assignment.release.get("metadata", {})
        self.assignment = assignment
        self.notes: list[str] = []
        self.given = _student_cells(notebook)
        self.roles = _roles(assignment)
        self.known_ids = {grade_id(cell) for cell in self.release} - {None}
        self.names = {name for exercise in assignment.exercises.values() for name in exercise.names}

    # -- who is who -----------------------------------------------------------------------------------------

    def claim_locked(self) -> None:
        """Setup and test cells: found only to know where they stood; their text is the release's."""
        for key, cell in enumerate(self.release):
            if self.roles[key] not in ("setup", "test"):
                continue
            named = [g for g in self._free() if g.grade_id == grade_id(cell) and not self._answers(g)]
            same = [g for g in self._free() if _same(g.source, cell["source"])]
            if named or same:
                claimed, *doubles = sorted(named or same, key=self.given.index)
                claimed.key = key
                if not self._original(claimed, cell):
                    self._note(cell, "was changed; the original is used")
                for double in [g for g in {*doubles, *(same if named else [])} if g is not claimed]:
                    double.dropped = True
                    self._note(cell, "is there twice; the copy is left out")
                continue
            similar = self._most_similar(cell, SIMILAR_TEST)
            if similar is not None and not self._answers(similar):
                similar.key = key
                self._note(cell, "was changed; the original is used")
            else:
                self._note(cell, "was missing; it is put back")

    def claim_answers(self) -> None:
        exercises = {key: self._exercise(key) for key, role in enumerate(self.roles) if role == "answer"}
        named = {
            key: [
                g
                for g in self._free()
                if g.grade_id == exercise.grade_id
                or (g.grade_id not in self.known_ids and exercise.number == g.exercise)
                or (g.grade_id is None and g.exercise is None and g.id and g.id == self.release[key].get("id"))
            ]
            for key, exercise in exercises.items()
        }
        for key, exercise in exercises.items():  # first those that say so themselves
            self._claim_answer(key, [g for g in named[key] if self._count(g, exercise) and self._written(g, key)])
        for key, exercise in exercises.items():
            free = [g for g in self._free() if g.type != "markdown" or g in named[key]]
            for pool in (
                [g for g in free if self._count(g, exercise) and self._written(g, key)],
                [g for g in named[key] if self._written(g, key)],
                [self._most_similar(self.release[key], SIMILAR_ANSWER)],
                named[key][:1],
            ):
                self._claim_answer(key, [g for g in pool if g is not None and g.key is None])
        for key, cells in named.items():
            self._settle_doubles(key, exercises[key], cells)

    def _claim_answer(self, key: int, pool: list[_Given]) -> None:
        if not pool or any(g.key == key for g in self.given):
            return
        exercise = self._exercise(key)
        best = max(pool, key=lambda g: (self._count(g, exercise), self.given.index(g)))
        best.key = key
        if best.grade_id != exercise.grade_id and best.grade_id is not None:
            self._note(self.release[key], f"was found in a cell with the grade id {best.grade_id[:40]!r}")
        elif best.grade_id is None:
            self._note(self.release[key], "was found by its text, for the cell's own metadata are gone")
        if best.type != "code":
            self._note(self.release[key], f"was in a {best.type} cell; it is run as code")

    def _settle_doubles(self, key: int, exercise: Any, named: list[_Given]) -> None:
        copies = [g for g in self._free() if _same(g.source, self.release[key]["source"])]
        for other in {*named, *copies}:
            if other.key is not None:
                continue
            if not self._written(other, key):
                other.dropped = True
            elif any(self._count(other, e) for e in self.assignment.exercises.values()):
                self._note(self.release[key], "is there more than once; the last one counts, the others are kept")

    def claim_manual_and_plain(self) -> None:
        for key, cell in enumerate(self.release):
            if self.roles[key] == "manual":
                named = [g for g in self._free() if g.grade_id == grade_id(cell)]
                named = named or [g for g in self._free() if g.id and g.id == cell.get("id")]
                written = [g for g in named if not _same(g.source, cell["source"])]
                if named:
                    (written or named)[-1].key = key
                    for other in named:
                        other.dropped = other.key is None and other not in written
            elif self.roles[key] == "plain":
                for found in (
                    [g for g in self._free() if g.id == cell.get("id") and g.type == cell["cell_type"]],
                    [g for g in self._free() if _same(g.source, cell["source"])],
                ):
                    if found:
                        found[0].key = key
                        break
        for key, role in enumerate(self.roles):
            if role == "manual" and not any(g.key == key for g in self.given):
                self._claim_manual_by_place(key)

    def _claim_manual_by_place(self, key: int) -> None:
        """The longest free cell between the neighbours of the question."""
        kept = [g for g in self.given if not g.dropped]
        places = {g.key: index for index, g in enumerate(kept) if g.key is not None}
        before = max((i for k, i in places.items() if k < key and i is not None), default=-1)
        after = min((i for k, i in places.items() if k > key and i > before), default=len(kept))
        between = [g for g in kept[before + 1 : after] if g.key is None and g.source.strip() and not self._answers(g)]
        if between:
            max(between, key=lambda g: len(g.source)).key = key
            self._note(self.release[key], "was found by its place, for the cell's own metadata are gone")
        else:
            self._note(self.release[key], "was missing; the question is put back, unanswered")

    # -- the new order --------------------------------------------------------------------------------------

    def build(self) -> dict[str, Any]:
        """The student's cells in the student's order; what is missing put in, setup before what needs it, tests
        after their answer and before whatever follows them in the release."""
        order: list[tuple[int | None, _Given | None]] = [(g.key, g) for g in self.given if not g.dropped]
        present = {key for key, _ in order}
        for key, role in enumerate(self.roles):
            if role in ("answer", "manual") and key not in present:
                self._insert_missing(order, key, role)
        for key, role in enumerate(self.roles):
            if role == "setup":
                self._place_setup(order, key)
        for key, role in enumerate(self.roles):
            if role == "test":
                self._place_test(order, key)
        return self._assemble(order)

    def _insert_missing(self, order: list, key: int, role: str) -> None:
        given = None
        if role == "answer":
            exercise = self._exercise(key)
            elsewhere = self._anchor(order, key)
            if elsewhere is not None:
                text = f"# The answer to Exercise {exercise.number} stands in another cell."
                given = _Given("code", text, "", None, None, None, key)
                order.insert(elsewhere + 1, (key, given))
                self._note(self.release[key], "stands in the cell of another answer")
                return
            self._note(self.release[key], "was missing; the empty exercise is put back")
        order.insert(self._after_predecessor(order, key), (key, given))

    def _after_predecessor(self, order: list, key: int) -> int:
        places = {k: index for index, (k, _) in enumerate(order) if k is not None and k < key}
        return places[max(places)] + 1 if places else 0

    def _place_setup(self, order: list, key: int) -> None:
        place = next((index for index, (k, _) in enumerate(order) if k == key), None)
        follower = next((index for index, (k, _) in enumerate(order) if k is not None and k > key), len(order))
        if place is not None and place < follower:
            return
        entry = order.pop(place) if place is not None else (key, None)
        order.insert(min(follower, self._after_predecessor(order, key)), entry)

    def _place_test(self, order: list, key: int) -> None:
        place = next((index for index, (k, _) in enumerate(order) if k == key), None)
        entry = order.pop(place) if place is not None else (key, None)
        anchor = self._anchor(order, self._answer_of(key))
        earlier = [i for i, (k, _) in enumerate(order) if k is not None and self._is_earlier_test(k, key)]
        first = max([anchor, *[i for i in earlier if i > anchor]], default=anchor) + 1
        later = (i for i, (k, _) in enumerate(order) if i > anchor and k is not None and k > key)
        last = next(later, len(order))
        order.insert(place if place is not None and first <= place <= last else max(anchor + 1, last), entry)

    def _anchor(self, order: list, key: int) -> int | None:
        """Where the names of an answer are complete: at its cell, or at the last one that adds a name to it."""
        exercise = self._exercise(key)
        own = next((index for index, (k, _) in enumerate(order) if k == key), None)
        given = order[own][1] if own is not None else None
        missing = [name for name in exercise.names if given is None or not given.defines(name)]
        if own is not None and given is None:  # the stub that was put back
            return own
        others = [
            index
            for index, (k, g) in enumerate(order)
            if g is not None
            and g.type == "code"
            and (k is None or self.roles[k] == "answer")
            and k != key
            and any(g.defines(name) for name in missing)
        ]
        return max([*others, *([own] if own is not None else [])], default=None)

    def _assemble(self, order: list) -> dict[str, Any]:
        used = {cell.get("id") for cell in self.release}
        cells = []
        for key, given in order:
            if key is None:
                cell = {"cell_type": given.type, "id": _fresh_id(given.id, used), "metadata": {}}
                used.add(cell["id"])
                cell["source"] = given.source
            else:
                cell = copy.deepcopy(self.release[key])
                if given is not None and self.roles[key] not in ("setup", "test"):
                    cell["source"] = given.source
            if given is not None and given.attachments and cell["cell_type"] == "markdown":
                cell["attachments"] = given.attachments
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
            cells.append(cell)
        return {"cells": cells, "metadata": copy.deepcopy(self.metadata), "nbformat": 4, "nbformat_minor": 5}

    # -- small questions ------------------------------------------------------------------------------------

    def _free(self) -> list[_Given]:
        return [g for g in self.given if g.key is None and not g.dropped]

    def _exercise(self, key: int) -> Any:
        wanted = grade_id(self.release[key])
        return next(e for e in self.assignment.exercises.values() if e.grade_id == wanted)

    def _answer_of(self, key: int) -> int:
        wanted = grade_id(self.release[key])
        group = next(g for g in self.assignment.groups if g.grade_id == wanted)
        answer = self.assignment.exercises[group.exercise].grade_id
        return next(k for k, cell in enumerate(self.release) if grade_id(cell) == answer)

    def _is_earlier_test(self, other: int, key: int) -> bool:
        return other < key and self.roles[other] == "test" and self._answer_of(other) == self._answer_of(key)

    def _count(self, given: _Given, exercise: Any) -> int:
        return sum(given.defines(name) for name in exercise.names)

    def _answers(self, given: _Given) -> bool:
        return any(given.defines(name) for name in self.names)

    def _original(self, given: _Given, cell: dict[str, Any]) -> bool:
        """As released, or (when the instructor's own notebook is judged) as in the source."""
        texts = [g.source for g in self.assignment.groups if g.grade_id == grade_id(cell) and g.source]
        return given.type == cell["cell_type"] and (
            _same(given.source, cell["source"]) or any(text in given.source for text in texts)
        )

    def _written(self, given: _Given, key: int) -> bool:
        return not _same(given.source, self.release[key]["source"])

    def _most_similar(self, cell: dict[str, Any], least: float) -> _Given | None:
        best, ratio = None, least
        matcher = difflib.SequenceMatcher(autojunk=False)
        matcher.set_seq2(_text(cell["source"])[:4000])
        for given in [g for g in self._free() if g.grade_id not in self.known_ids and g.type == "code"][:LOOKED_AT]:
            matcher.set_seq1(_text(given.source)[:4000])
            if min(matcher.real_quick_ratio(), matcher.quick_ratio()) > ratio and matcher.ratio() > ratio:
                best, ratio = given, matcher.ratio()
        return best

    def _note(self, cell: dict[str, Any], what: str) -> None:
        self.notes.append(f"{_describe(cell, self.assignment)} {what}.")


def _student_cells(notebook: Any) -> list[_Given]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    given = []
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        source, kind = cell.get("source", ""), cell.get("cell_type")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        metadata = cell.get("metadata") if isinstance(cell.get("metadata"), dict) else {}
        lazyrich = metadata.get("lazyrich") if isinstance(metadata.get("lazyrich"), dict) else {}
        answer = isinstance(lazyrich.get("names"), list) and isinstance(lazyrich.get("exercise"), str)
        given.append(
            _Given(
                kind if kind in ("code", "markdown", "raw") else "raw",
                source if isinstance(source, str) else "",
                cell.get("id") if isinstance(cell.get("id"), str) else "",
                grade_id({"metadata": metadata}),
                lazyrich["exercise"] if answer else None,
                cell.get("attachments") if isinstance(cell.get("attachments"), dict) else None,
            )
        )
    return given


def _roles(assignment: Assignment) -> list[str]:
    answers = {exercise.grade_id for exercise in assignment.exercises.values()}
    tests = {group.grade_id for group in assignment.groups}
    manual = {question.grade_id for question in assignment.manual}
    roles = []
    for cell in assignment.release["cells"]:
        own = grade_id(cell)
        role = "answer" if own in answers else "test" if own in tests else "manual" if own in manual else "setup"
        roles.append("plain" if own is None else role)
    return roles


def _describe(cell: dict[str, Any], assignment: Assignment) -> str:
    own = grade_id(cell)
    for exercise in assignment.exercises.values():
        if exercise.grade_id == own:
            return f"The answer to Exercise {exercise.number}"
    for group in assignment.groups:
        if group.grade_id == own:
            return f"The test cell “{group.group}” of Exercise {group.exercise}"
    if any(question.grade_id == own for question in assignment.manual):
        return f"The answer to the question “{own}”"
    return f"The locked cell “{own}”"


def _text(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _same(a: str, b: str) -> bool:
    return _text(a) == _text(b)


def _fresh_id(wanted: str, used: set) -> str:
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wanted) and wanted not in used:
        return wanted
    return next(name for n in range(len(used) + 1) if (name := f"extra-{n + 1}") not in used)
