"""Match the cells of a submission to the cells of the release.

Cells may have been deleted, edited, duplicated, moved, turned into text, or stripped of all
metadata (as in Colab). A locked or test cell is recognized by its grade id or its text; an answer
by its grade id, the exercise in its metadata, the cell's id, the functions that it defines, or
finally by similar text; a manually graded question by its grade id, the cell's id, or its place.

If several cells match one answer, the last that defines the function counts (among those with the
answer's grade id, if there are any), as in a notebook run from top to bottom; but an untouched stub
never replaces a written answer. The others stay as extra cells.
"""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from nbjudge.contract.model import Assignment, Check, Exercise
from nbjudge.contract.notebooks import grade_id, is_graded_or_locked
from nbjudge.matching import questions
from nbjudge.matching.submitted import SubmittedCell, comparable, runs, similarity, submitted_cells

__all__ = ["Recognition"]

SIMILAR_TEST, SIMILAR_ANSWER = 0.8, 0.5
# The number of cells compared by similarity: a notebook of ten thousand cells must not take hours.
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
        The student's cells; the `key` of each is the index of the matching cell of the release.
    release : list of dict
        The release's cells.
    roles : list of str
        The role of each: "setup", "answer", "test", "manual" or "plain".
    notes : list of str
        What was wrong and was repaired, for a person to read.
    """

    def __init__(self, assignment: Assignment, notebook: Any):
        self.assignment = assignment
        self.release: list[dict[str, Any]] = assignment.release["cells"]
        self.notes: list[str] = []
        self.submitted = submitted_cells(notebook)
        self.roles = _roles(assignment)
        self.texts = [comparable(cell["source"]) for cell in self.release]
        self.ids = [grade_id(cell) for cell in self.release]
        self._exercises: dict[str | None, Exercise] = {
            e.grade_id: e for e in assignment.exercises.values()
        }
        self._checks: dict[str, Check] = {c.grade_id: c for c in assignment.checks}
        self._claim_locked()
        self._claim_answers()
        questions.claim_by_id(self)
        self._claim_plain()
        questions.claim_by_place(self)
        questions.take_answers_below(self)

    def keys(self, *roles: str) -> list[int]:
        """List the release's cells with some roles, in the order of the roles."""
        return [key for role in roles for key in self._by_role.get(role, [])]

    @cached_property
    def _by_role(self) -> dict[str, list[int]]:
        keys: dict[str, list[int]] = {}
        for key, role in enumerate(self.roles):
            keys.setdefault(role, []).append(key)
        return keys

    def exercise(self, key: int) -> Exercise:
        """Return the exercise of an answer cell."""
        return self._exercises[self.ids[key]]

    def answer_of(self, key: int) -> int | None:
        """Find the answer cell that a test belongs to; None if there is no answer before it."""
        exercise = self._checks[self.ids[key] or ""].exercise
        if exercise not in self.assignment.exercises:
            return None
        return self.ids.index(self.assignment.exercises[exercise].grade_id)

    def is_as_released(self, cell: SubmittedCell, key: int) -> bool:
        """Tell whether an ungraded cell is as students received it."""
        return self.roles[key] == "plain" and cell.type == "code" and cell.text == self.texts[key]

    def note(self, key: int, what: str) -> None:
        """Add a note about a cell of the release."""
        self.notes.append(f"{_describe(self.ids[key], self.assignment)} {what}.")

    # Locked and test cells: found only to know where they were

    def _claim_locked(self) -> None:
        keys = self.keys("setup", "test")
        found: dict[int, SubmittedCell | None] = {key: self._locked_by_name(key) for key in keys}
        for key in keys:
            found[key] = found[key] or self._locked_by_text(key)
        for key in keys:
            cell = found[key]
            if cell is None:
                self.note(key, "was missing; it was put back")
            elif not self._is_original(cell, key):
                kept = self._keep_added(cell, key)
                more = ", and the added text is kept in a new cell" if kept else ""
                self.note(key, f"was changed; the original is used{more}")
        plain = {self.texts[key] for key in self.keys("plain")}
        for key in keys:
            for double in self.free():
                text = double.text == self.texts[key] and double.text and double.text not in plain
                if text or (double.grade_id == self.ids[key] and not self.is_answer(double)):
                    double.dropped = True
                    self.note(key, "appears twice; the copy is left out")

    def _keep_added(self, cell: SubmittedCell, key: int) -> bool:
        """Move what a student wrote into a locked text, which may be an answer, to a new cell."""
        text = questions.added(cell.text, self.texts[key])
        if not text or self.release[key]["cell_type"] != "markdown":
            return False
        new = SubmittedCell("markdown", text, attachments=cell.attachments)
        self.submitted.insert(self.submitted.index(cell) + 1, new)
        return True

    def _locked_by_name(self, key: int) -> SubmittedCell | None:
        named = [g for g in self.free() if g.grade_id == self.ids[key] and not self.is_answer(g)]
        return self._claim(key, named)

    def _locked_by_text(self, key: int) -> SubmittedCell | None:
        same = [g for g in self.free() if g.text == self.texts[key]]
        similar = [] if same else self._most_similar(key, SIMILAR_TEST)
        return self._claim(key, same or [g for g in similar if not self.is_answer(g)])

    def _claim(self, key: int, cells: list[SubmittedCell]) -> SubmittedCell | None:
        """Match the first of some cells to a cell of the release."""
        if not cells:
            return None
        cells[0].key = key
        return cells[0]

    def _is_original(self, cell: SubmittedCell, key: int) -> bool:
        """Tell whether a cell is as released, or as in the instructor's own notebook."""
        check = self._checks.get(self.ids[key] or "")
        source = check.source if check else None
        as_it_was = cell.text == self.texts[key] or bool(source and source.strip() in cell.source)
        return as_it_was and cell.type == self.release[key]["cell_type"]

    def _claim_answers(self) -> None:
        named = {
            key: [g for g in self.free() if self._names_exercise(g, key)]
            for key in self.keys("answer")
        }
        if self.assignment.any_course:  # as in nbgrader: the cell with the id
            for key, cells in named.items():
                self._claim_best(key, [g for g in cells if g.grade_id == self.ids[key]])
        # First, cells that both name the exercise and define the function.
        for key, cells in named.items():
            self._claim_best(
                key, [g for g in cells if self._defined(g, key) and self.is_written(g, key)]
            )
        for key, cells in named.items():
            code = [g for g in self.free() if g.type != "markdown" or g in cells]
            self._claim_best(
                key, [g for g in code if self._defined(g, key) and self.is_written(g, key)]
            )
            self._claim_best(key, [g for g in cells if self.is_written(g, key)])
            if not any(g.key == key for g in self.submitted):
                self._claim_best(key, self._most_similar(key, SIMILAR_ANSWER))
            self._claim_best(key, cells[:1])
        for key, cells in named.items():
            for other in _once([*cells, *(g for g in self.free() if not self.is_written(g, key))]):
                if other.key is None and not self.is_written(other, key):
                    other.dropped = True  # an extra stub
                elif other.key is None and self.is_answer(other):
                    self.note(
                        key, "appears more than once; the last one counts, the others are kept"
                    )

    def _names_exercise(self, cell: SubmittedCell, key: int) -> bool:
        if cell.grade_id in self.ids and cell.grade_id is not None:
            return cell.grade_id == self.ids[key]
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
            self.note(key, "was found by its text, because the cell's metadata is gone")
        elif best.grade_id != self.ids[key]:
            self.note(key, f"was found in a cell with the grade id {best.grade_id[:40]!r}")
        if best.type != "code":
            self.note(key, f"was in a {best.type} cell; it is run as code")

    def _defined(self, cell: SubmittedCell, key: int) -> int:
        return sum(cell.defines(name) for name in self.exercise(key).names)

    def is_answer(self, cell: SubmittedCell) -> bool:
        """Tell whether a cell defines a function of an exercise."""
        return any(
            cell.defines(name) for exercise in self._exercises.values() for name in exercise.names
        )

    def is_written(self, cell: SubmittedCell, key: int) -> bool:
        """Tell whether a cell differs from what students received."""
        return cell.text != self.texts[key]

    def _claim_plain(self) -> None:
        for key in self.keys("plain"):
            released = self.release[key]
            by_id = [
                g
                for g in self.free()
                if g.id == released.get("id") and g.type == released["cell_type"]
            ]
            named = [g for g in self.free() if g.grade_id and g.grade_id == self.ids[key]]
            same = [g for g in self.free() if g.text == self.texts[key]]
            self._claim(key, named or by_id or same)
        for key in self.keys("plain"):  # a given text to which the student added something
            if self.texts[key] and not self.is_found(key):
                self._claim(key, [g for g in self.free() if g.begins_as(self.texts[key])])

    def is_found(self, key: int) -> bool:
        """Tell whether a cell of the student matches this one of the release."""
        return any(g.key == key for g in self.submitted)

    def free(self) -> list[SubmittedCell]:
        """List the student's cells that are not matched yet."""
        return [g for g in self.submitted if g.key is None and not g.dropped]

    def _most_similar(self, key: int, least: float) -> list[SubmittedCell]:
        wanted, best, most = runs(self.texts[key]), [], least
        unknown = [
            g
            for g in self.free()
            if g.type == "code" and (g.grade_id is None or g.grade_id not in self.ids)
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
    return [
        known.get(grade_id(cell) or "", "setup") if is_graded_or_locked(cell) else "plain"
        for cell in assignment.release["cells"]
    ]


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
