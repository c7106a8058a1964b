"""Find out which of a student's cells stands for which cell of the release.

Cells may have been deleted, edited, doubled, moved, turned into text, or have lost all metadata (as
Colab does). A locked or test cell is recognized by its grade id or its text; an answer by its grade
id, by the exercise in its metadata, by the cell's id, by the functions that it defines, at last by
similar text; a question that a person grades by its grade id, the cell's id, or its place.

Where several cells claim one answer, the last that defines the function counts (of those with the
answer's grade id, if any does), as it would in a notebook run from top to bottom; but the untouched
stub never wins over a written answer. The others stay as extra cells.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from nbjudge.contract.model import Assignment, Check, Exercise
from nbjudge.contract.notebooks import grade_id
from nbjudge.matching.submitted import SubmittedCell, comparable, runs, similarity, submitted_cells

__all__ = ["Recognition"]

SIMILAR_TEST, SIMILAR_ANSWER = 0.8, 0.5
# Cells that similarity is tried on: a notebook of ten thousand cells must not take hours.
LOOKED_AT = 300


class Recognition:
    """Recognize the cells of a submission.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    notebook : object
        The submission; anything at all.

    Attributes
    ----------
    submitted : list of SubmittedCell
        The student's cells; `key` of each is the index of the release's cell that it stands for.
    release : list of dict
        The release's cells.
    roles : list of str
        The role of each: "setup", "answer", "test", "manual" or "plain".
    notes : list of str
        What was not as it should be, for a person.
    """

    def __init__(self, assignment: Assignment, notebook: Any):
        self.assignment = assignment
        self.release: list[dict[str, Any]] = assignment.release["cells"]
        self.notes: list[str] = []
        self.submitted = submitted_cells(notebook)
        self.roles = _roles(assignment)
        self._texts = [comparable(cell["source"]) for cell in self.release]
        self._ids = [grade_id(cell) for cell in self.release]
        self._exercises: dict[str | None, Exercise] = {
            e.grade_id: e for e in assignment.exercises.values()
        }
        self._checks: dict[str, Check] = {c.grade_id: c for c in assignment.checks}
        self._claim_locked()
        self._claim_answers()
        self._claim_manual()
        self._claim_plain()
        self._claim_manual_by_place()

    def keys(self, *roles: str) -> list[int]:
        """List the release's cells of some roles, in the order of the roles."""
        return [key for role in roles for key in self._by_role.get(role, [])]

    @cached_property
    def _by_role(self) -> dict[str, list[int]]:
        keys: dict[str, list[int]] = {}
        for key, role in enumerate(self.roles):
            keys.setdefault(role, []).append(key)
        return keys

    def exercise(self, key: int) -> Exercise:
        """Return the exercise of an answer cell."""
        return self._exercises[self._ids[key]]

    def answer_of(self, key: int) -> int | None:
        """Find the answer cell that a test belongs to; None for one that stands before all."""
        exercise = self._checks[self._ids[key] or ""].exercise
        if exercise not in self.assignment.exercises:
            return None
        return self._ids.index(self.assignment.exercises[exercise].grade_id)

    def is_as_released(self, cell: SubmittedCell, key: int) -> bool:
        """Tell whether a cell without a part in grading is as students received it."""
        return self.roles[key] == "plain" and cell.type == "code" and cell.text == self._texts[key]

    def note(self, key: int, what: str) -> None:
        """Add a note on a cell of the release."""
        self.notes.append(f"{_describe(self._ids[key], self.assignment)} {what}.")

    # -- locked and test cells: found only to know where they stood ----------------------------

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

    def _is_original(self, cell: SubmittedCell, key: int) -> bool:
        """Tell whether a cell is as released or, in the instructor's own notebook, as in there."""
        check = self._checks.get(self._ids[key] or "")
        source = check.source if check else None
        as_it_was = cell.text == self._texts[key] or bool(source and source.strip() in cell.source)
        return as_it_was and cell.type == self.release[key]["cell_type"]

    # -- answers -------------------------------------------------------------------------------

    def _claim_answers(self) -> None:
        named = {
            key: [g for g in self._free() if self._names_exercise(g, key)]
            for key in self.keys("answer")
        }
        if self.assignment.any_course:  # as nbgrader has it: the cell with the id
            for key, cells in named.items():
                self._claim_best(key, [g for g in cells if g.grade_id == self._ids[key]])
        # First those that both name the exercise and define the function.
        for key, cells in named.items():
            self._claim_best(
                key, [g for g in cells if self._defined(g, key) and self._written(g, key)]
            )
        for key, cells in named.items():
            code = [g for g in self._free() if g.type != "markdown" or g in cells]
            self._claim_best(
                key, [g for g in code if self._defined(g, key) and self._written(g, key)]
            )
            self._claim_best(key, [g for g in cells if self._written(g, key)])
            if not any(g.key == key for g in self.submitted):
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

    def _names_exercise(self, cell: SubmittedCell, key: int) -> bool:
        if cell.grade_id in self._ids and cell.grade_id is not None:
            return cell.grade_id == self._ids[key]
        if cell.exercise is not None:
            return cell.exercise == self.exercise(key).number
        return cell.grade_id is None and cell.id != "" and cell.id == self.release[key].get("id")

    def _claim_best(self, key: int, pool: list[SubmittedCell]) -> None:
        pool = [g for g in pool if g.key is None]
        if not pool or any(g.key == key for g in self.submitted):
            return
        best = max(pool, key=lambda g: (self._defined(g, key), self.submitted.index(g)))
        best.key = key
        if best.grade_id is None:
            self.note(key, "was found by its text, for the cell's own metadata are gone")
        elif best.grade_id != self._ids[key]:
            self.note(key, f"was found in a cell with the grade id {best.grade_id[:40]!r}")
        if best.type != "code":
            self.note(key, f"was in a {best.type} cell; it is run as code")

    def _defined(self, cell: SubmittedCell, key: int) -> int:
        return sum(cell.defines(name) for name in self.exercise(key).names)

    def _is_answer(self, cell: SubmittedCell) -> bool:
        return any(
            cell.defines(name) for exercise in self._exercises.values() for name in exercise.names
        )

    def _written(self, cell: SubmittedCell, key: int) -> bool:
        return cell.text != self._texts[key]

    # -- questions and plain cells -------------------------------------------------------------

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
            released = self.release[key]
            by_id = [
                g
                for g in self._free()
                if g.id == released.get("id") and g.type == released["cell_type"]
            ]
            for candidate in (by_id or [g for g in self._free() if g.text == self._texts[key]])[:1]:
                candidate.key = key

    def _claim_manual_by_place(self) -> None:
        """Take the longest free cell between the neighbors of a question."""
        for key in self.keys("manual"):
            if any(g.key == key for g in self.submitted):
                continue
            kept = [g for g in self.submitted if not g.dropped]
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

    # -- small questions -----------------------------------------------------------------------

    def _free(self) -> list[SubmittedCell]:
        return [g for g in self.submitted if g.key is None and not g.dropped]

    def _most_similar(self, key: int, least: float) -> list[SubmittedCell]:
        wanted, best, most = runs(self._texts[key]), [], least
        unknown = [
            g
            for g in self._free()
            if g.type == "code" and (g.grade_id is None or g.grade_id not in self._ids)
        ]
        for cell in unknown[:LOOKED_AT]:
            alike = similarity(wanted, cell.runs)
            if alike > most:
                best, most = [cell], alike
        return best


def _roles(assignment: Assignment) -> list[str]:
    known = {exercise.grade_id: "answer" for exercise in assignment.exercises.values()}
    known |= {check.grade_id: "test" for check in assignment.checks}
    known |= {question.grade_id: "manual" for question in assignment.manual}
    ids = [grade_id(cell) for cell in assignment.release["cells"]]
    return ["plain" if identifier is None else known.get(identifier, "setup") for identifier in ids]


def _describe(identifier: str | None, assignment: Assignment) -> str:
    for exercise in assignment.exercises.values():
        if exercise.grade_id == identifier:
            return f"The answer to Exercise {exercise.number}"
    for check in assignment.checks:
        if check.grade_id == identifier:
            return f"The test cell “{check.name}” of Exercise {check.exercise}"
    if any(question.grade_id == identifier for question in assignment.manual):
        return f"The answer to the question “{identifier}”"
    return f"The locked cell “{identifier}”"


def _once(cells: Iterable[SubmittedCell]) -> list[SubmittedCell]:
    return list(dict.fromkeys(cells))
