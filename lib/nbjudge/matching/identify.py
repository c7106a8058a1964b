"""Find out which of a student's cells stands for which cell of the release.

Cells may have been deleted, edited, doubled, moved, turned into text, or have lost all metadata (as Colab does).
A locked or test cell is recognized by its grade id or its text; an answer by its grade id, by the exercise in its
metadata, by the cell's id, by the functions that it defines, at last by similar text; a question that a person
grades by its grade id, the cell's id, or its place.

Where several cells claim one answer, the last that defines the function counts (of those with the answer's grade
id, if any does), as it would in a notebook run from top to bottom; but the untouched stub never wins over a written
answer. The others stay as extra cells.

Only the text of a student's cell is looked at, never its syntax tree: parsing can be made to exhaust the stack.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbjudge.contract.assignment import Assignment, Exercise, grade_id

__all__ = ["Given", "Recognition"]

SIMILAR_TEST, SIMILAR_ANSWER = 0.8, 0.5
COMPARED = 4000  # characters
LOOKED_AT = (
    300  # cells that similarity is tried on: a notebook of ten thousand cells must not take hours
)


@dataclass(eq=False)
class Given:
    """A cell of the student's; `key` is the index of the release's cell that it stands for, `outputs` what it was saved with."""

    type: str
    source: str
    id: str = ""
    grade_id: str | None = None
    exercise: str | None = None
    attachments: Any = None
    outputs: Any = None
    key: int | None = None
    dropped: bool = False

    @cached_property
    def text(self) -> str:
        return _text(self.source)

    @cached_property
    def shape(self) -> Counter:
        return _shape(self.text)

    def defines(self, name: str) -> bool:
        """Whether the cell has `def name`, `class name` or `name = ...` (but not `name = f(name)`)."""
        if name not in self.source:  # quick, for sources of megabytes
            return False
        name = re.escape(name)
        if re.search(rf"^[ \t]*(async[ \t]+)?(def|class)[ \t]+{name}\b", self.source, re.M):
            return True
        found = re.search(rf"^{name}[ \t]*(:[^=\n]*)?=(?!=)(.*)", self.source, re.M)
        return bool(found) and not re.search(rf"\b{name}\b", found.group(2))


class Recognition:
    """The student's cells with their keys; `notes` tells a person what was not as it should be."""

    def __init__(self, assignment: Assignment, notebook: Any):
        self.assignment = assignment
        self.release: list[dict[str, Any]] = assignment.release["cells"]
        self.notes: list[str] = []
        self.given = _student_cells(notebook)
        self.roles = _roles(assignment)
        self._texts = [_text(cell["source"]) for cell in self.release]
        self._ids = [grade_id(cell) for cell in self.release]
        self._exercises = {e.grade_id: e for e in assignment.exercises.values()}
        self._claim_locked()
        self._claim_answers()
        self._claim_manual()
        self._claim_plain()
        self._claim_manual_by_place()

    def keys(self, *roles: str) -> list[int]:
        """The release's cells of these roles (setup, answer, test, manual, plain)."""
        return [key for role in roles for key in self._by_role.get(role, [])]

    @cached_property
    def _by_role(self) -> dict[str, list[int]]:
        keys: dict[str, list[int]] = {}
        for key, role in enumerate(self.roles):
            keys.setdefault(role, []).append(key)
        return keys

    def exercise(self, key: int) -> Exercise:
        return self._exercises[self._ids[key]]

    def answer_of(self, key: int) -> int | None:
        """The answer cell that a test belongs to; None for one that stands before all answers."""
        check = next(g for g in self.assignment.checks if g.grade_id == self._ids[key])
        if check.exercise not in self.assignment.exercises:
            return None
        return self._ids.index(self.assignment.exercises[check.exercise].grade_id)

    def is_as_given(self, given: Given, key: int) -> bool:
        """Whether a cell without a part in grading is as students received it."""
        return (
            self.roles[key] == "plain" and given.type == "code" and given.text == self._texts[key]
        )

    def note(self, key: int, what: str) -> None:
        self.notes.append(f"{_describe(self._ids[key], self.assignment)} {what}.")

    # -- locked and test cells: found only to know where they stood ------------------------------------------

    def _claim_locked(self) -> None:
        for key in self.keys("setup", "test"):
            named = [
                g for g in self._free() if g.grade_id == self._ids[key] and not self._is_answer(g)
            ]
            same = [g for g in self._free() if g.text == self._texts[key]]
            similar = [] if named or same else self._most_similar(key, SIMILAR_TEST)
            candidates = named or same or [g for g in similar if not self._is_answer(g)]
            if not candidates:
                self.note(key, "was missing; it is put back")
                continue
            candidates[0].key = key
            if not self._is_original(candidates[0], key):
                self.note(key, "was changed; the original is used")
            for double in _once([*candidates[1:], *same]):
                if double is not candidates[0]:
                    double.dropped = True
                    self.note(key, "is there twice; the copy is left out")

    def _is_original(self, given: Given, key: int) -> bool:
        """As released, or (when the instructor's own notebook is judged) as in the source."""
        sources = [
            g.source for g in self.assignment.checks if g.grade_id == self._ids[key] and g.source
        ]
        as_it_was = given.text == self._texts[key] or any(
            source.strip() in given.source for source in sources
        )
        return as_it_was and given.type == self.release[key]["cell_type"]

    # -- answers ---------------------------------------------------------------------------------------------

    def _claim_answers(self) -> None:
        named = {
            key: [g for g in self._free() if self._says_so(g, key)] for key in self.keys("answer")
        }
        if self.assignment.any_course:  # as nbgrader has it: the cell with the id
            for key, cells in named.items():
                self._claim_best(key, [g for g in cells if g.grade_id == self._ids[key]])
        for key, cells in named.items():  # first those that both say so and define the function
            self._claim_best(
                key, [g for g in cells if self._defined(g, key) and self._written(g, key)]
            )
        for key, cells in named.items():
            code = [g for g in self._free() if g.type != "markdown" or g in cells]
            self._claim_best(
                key, [g for g in code if self._defined(g, key) and self._written(g, key)]
            )
            self._claim_best(key, [g for g in cells if self._written(g, key)])
            if not any(g.key == key for g in self.given):
                self._claim_best(key, self._most_similar(key, SIMILAR_ANSWER))
            self._claim_best(key, cells[:1])
        for key, cells in named.items():
            for other in _once([*cells, *(g for g in self._free() if not self._written(g, key))]):
                if other.key is None and not self._written(other, key):
                    other.dropped = True  # a stub too many
                elif other.key is None and self._is_answer(other):
                    self.note(
                        key, "is there more than once; the last one counts, the others are kept"
                    )

    def _says_so(self, given: Given, key: int) -> bool:
        if given.grade_id in self._ids and given.grade_id is not None:
            return given.grade_id == self._ids[key]
        if given.exercise is not None:
            return given.exercise == self.exercise(key).number
        return given.grade_id is None and given.id != "" and given.id == self.release[key].get("id")

    def _claim_best(self, key: int, pool: list[Given]) -> None:
        pool = [g for g in pool if g.key is None]
        if not pool or any(g.key == key for g in self.given):
            return
        best = max(pool, key=lambda g: (self._defined(g, key), self.given.index(g)))
        best.key = key
        if best.grade_id is None:
            self.note(key, "was found by its text, for the cell's own metadata are gone")
        elif best.grade_id != self._ids[key]:
            self.note(key, f"was found in a cell with the grade id {best.grade_id[:40]!r}")
        if best.type != "code":
            self.note(key, f"was in a {best.type} cell; it is run as code")

    def _defined(self, given: Given, key: int) -> int:
        return sum(given.defines(name) for name in self.exercise(key).names)

    def _is_answer(self, given: Given) -> bool:
        return any(
            given.defines(name) for exercise in self._exercises.values() for name in exercise.names
        )

    def _written(self, given: Given, key: int) -> bool:
        return given.text != self._texts[key]

    # -- questions and plain cells ----------------------------------------------------------------------------

    def _claim_manual(self) -> None:
        for key in self.keys("manual"):
            named = [g for g in self._free() if g.grade_id == self._ids[key]]
            named = named or [
                g for g in self._free() if g.id and g.id == self.release[key].get("id")
            ]
            written = [g for g in named if self._written(g, key)]
            if named:
                (written or named)[-1].key = key
            for other in named:
                other.dropped = other.key is None and other not in written

    def _claim_plain(self) -> None:
        for key in self.keys("plain"):
            cell = self.release[key]
            by_id = [
                g for g in self._free() if g.id == cell.get("id") and g.type == cell["cell_type"]
            ]
            for found in (by_id or [g for g in self._free() if g.text == self._texts[key]])[:1]:
                found.key = key

    def _claim_manual_by_place(self) -> None:
        """The longest free cell between the neighbors of a question."""
        for key in self.keys("manual"):
            if any(g.key == key for g in self.given):
                continue
            kept = [g for g in self.given if not g.dropped]
            places = {g.key: index for index, g in enumerate(kept) if g.key is not None}
            before = max((index for k, index in places.items() if k < key), default=-1)
            after = min(
                (index for k, index in places.items() if k > key and index > before),
                default=len(kept),
            )
            free = [
                g
                for g in kept[before + 1 : after]
                if g.key is None and g.text and not self._is_answer(g)
            ]
            free = [g for g in free if g.type == self.release[key]["cell_type"]] or free
            if free:
                max(free, key=lambda g: len(g.source)).key = key
                self.note(key, "was found by its place, for the cell's own metadata are gone")
            else:
                self.note(key, "was missing; the question is put back, unanswered")

    # -- small questions --------------------------------------------------------------------------------------

    def _free(self) -> list[Given]:
        return [g for g in self.given if g.key is None and not g.dropped]

    def _most_similar(self, key: int, least: float) -> list[Given]:
        wanted, best, most = _shape(self._texts[key]), [], least
        unknown = [
            g
            for g in self._free()
            if g.type == "code" and (g.grade_id is None or g.grade_id not in self._ids)
        ]
        for given in unknown[:LOOKED_AT]:
            alike = _alike(wanted, given.shape)
            if alike > most:
                best, most = [given], alike
        return best


def _student_cells(notebook: Any) -> list[Given]:
    """The cells of anything that may be a notebook."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    given = []
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        source, kind = cell.get("source", ""), cell.get("cell_type")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        metadata = _dict(cell.get("metadata"))
        exercise = _dict(metadata.get("nbjudge"))
        answer = isinstance(exercise.get("names"), list) and isinstance(
            exercise.get("exercise"), str
        )
        given.append(
            Given(
                type=kind if kind in ("code", "markdown", "raw") else "raw",
                source=source if isinstance(source, str) else "",
                id=cell["id"] if isinstance(cell.get("id"), str) else "",
                grade_id=grade_id({"metadata": metadata}),
                exercise=exercise["exercise"] if answer else None,
                attachments=_attachments(cell.get("attachments")) or None,
                outputs=cell.get("outputs") if isinstance(cell.get("outputs"), list) else None,
            )
        )
    return given


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Images pasted into a text cell: file name -> type -> base64."""
    bundles = {str(name): _dict(bundle) for name, bundle in _dict(value).items()}
    return {
        name: {str(kind): data for kind, data in bundle.items() if isinstance(data, str)}
        for name, bundle in bundles.items()
    }


def _roles(assignment: Assignment) -> list[str]:
    known = {exercise.grade_id: "answer" for exercise in assignment.exercises.values()}
    known |= {check.grade_id: "test" for check in assignment.checks}
    known |= {question.grade_id: "manual" for question in assignment.manual}
    ids = [grade_id(cell) for cell in assignment.release["cells"]]
    return ["plain" if own is None else known.get(own, "setup") for own in ids]


def _describe(own: str | None, assignment: Assignment) -> str:
    for exercise in assignment.exercises.values():
        if exercise.grade_id == own:
            return f"The answer to Exercise {exercise.number}"
    for check in assignment.checks:
        if check.grade_id == own:
            return f"The test cell “{check.name}” of Exercise {check.exercise}"
    if any(question.grade_id == own for question in assignment.manual):
        return f"The answer to the question “{own}”"
    return f"The locked cell “{own}”"


def _text(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _shape(text: str) -> Counter:
    """How often each run of three words or signs occurs. Comparing these takes time in proportion to the texts;
    a longest common subsequence (difflib) can be made to take minutes."""
    words = ["", "", *re.findall(r"\w+|[^\w\s]", text[:COMPARED]), "", ""]
    return Counter(zip(words, words[1:], words[2:], strict=False))


def _alike(one: Counter, other: Counter) -> float:
    """0 (nothing shared) to 1 (the same runs)."""
    return 2 * (one & other).total() / (one.total() + other.total())


def _once(cells: Iterable[Given]) -> list[Given]:
    return list(dict.fromkeys(cells))
