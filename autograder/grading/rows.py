"""Read all gradebook rows of a submission at once, and run nbgrader's autograding steps on them.

The steps decide what is written; on their own, each would open the database again and query it for
every cell.
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, TypeVar

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.preprocessors import AssignLatePenalties, OverwriteCells, SaveAutoGrades
from sqlalchemy import select
from sqlalchemy.orm import with_polymorphic

from autograder.grading.late import penalty

__all__ = ["NotebookRows", "Overwrite", "Penalize", "SaveScores", "find_submission"]

Row = TypeVar("Row")
_CELLS = with_polymorphic(
    BaseCell, "*"
)  # the cells of a notebook with all their columns, in one query


def find_submission(gradebook: Gradebook, name: str, student: str) -> SubmittedAssignment:
    """Find a student's submission to an assignment, or add it, and the student if necessary.

    Parameters
    ----------
    gradebook : Gradebook
        The gradebook, open.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    SubmittedAssignment
        With a row for each notebook of the assignment.

    Raises
    ------
    MissingEntry
        If the gradebook does not have the assignment.
    """
    db = gradebook.db
    assignment = db.scalars(select(Assignment).filter_by(name=name)).one_or_none()
    if assignment is None:
        raise MissingEntry(
            f"the gradebook has no assignment {name!r}; release it first "
            f"(`autograder release {name}`)"
        )
    whose = {"assignment_id": assignment.id, "student_id": student}
    submission = db.scalars(select(SubmittedAssignment).filter_by(**whose)).one_or_none()
    if submission is None:
        row = db.get(Student, student) or Student(id=student)
        submission = SubmittedAssignment(assignment=assignment, student=row)
        db.add(submission)
    known = {submitted.notebook_id for submitted in submission.notebooks}
    missing = [notebook for notebook in assignment.notebooks if notebook.id not in known]
    submission.notebooks.extend(SubmittedNotebook(notebook=notebook) for notebook in missing)
    return submission


class NotebookRows:
    """Find the rows of one notebook of a submission by the names of its cells.

    The steps `Overwrite` and `SaveScores` use it as their gradebook: it has the methods that they
    call.

    Parameters
    ----------
    gradebook : Gradebook
        The gradebook, open.
    submitted : SubmittedNotebook
        The student's notebook. Rows are added for cells that have none.

    Attributes
    ----------
    grades : dict of str to Grade
        The student's scores by the names of their cells.
    """

    def __init__(self, gradebook: Gradebook, submitted: SubmittedNotebook) -> None:
        self.db = SimpleNamespace(
            commit=lambda: None
        )  # nbgrader commits after each cell; we commit once, at the end
        self.notebook = submitted.notebook
        cells = gradebook.db.scalars(
            select(_CELLS).where(_CELLS.notebook_id == self.notebook.id)
        ).all()
        tasks, tests, answers = (
            {cell.name: cell for cell in cells if isinstance(cell, kind)}
            for kind in (TaskCell, GradeCell, SolutionCell)
        )
        self._sources = {cell.name: cell for cell in self.notebook.source_cells}
        self._graded = tasks | tests
        self.grades = _rows_of(self._graded, submitted.grades, Grade)
        self._comments = _rows_of(tasks | answers, submitted.comments, Comment)

    def find_notebook(self, *where: str) -> Notebook:
        """Return the course's own notebook."""
        return self.notebook

    def find_source_cell(self, name: str, *where: str) -> SourceCell:
        """Find a cell of the course's own notebook. Raises MissingEntry if there is none."""
        return _row(self._sources, name)

    def find_graded_cell(self, name: str, *where: str) -> GradeCell | TaskCell:
        """Find a cell that has points. Raises MissingEntry if there is none of this name."""
        return _row(self._graded, name)

    def find_grade(self, name: str, *where: str) -> Grade:
        """Find the student's score in a cell. Raises MissingEntry if there is none."""
        return _row(self.grades, name)

    def find_comment(self, name: str, *where: str) -> Comment:
        """Find the comment on the student's cell. Raises MissingEntry if there is none."""
        return _row(self._comments, name)


class Overwrite(OverwriteCells):
    """Give cells the sources, points and checksums that the gradebook has; validate the notebook.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb, resources = Preprocessor.preprocess(
            self, nb, resources
        )  # nbgrader opens the gradebook first
        if self.add_missing_cells:
            nb, resources = self.add_missing_grade_cells(nb, resources)
            nb, resources = self.add_missing_task_cells(nb, resources)
        nbformat.validate(nb, relax_add_props=True)
        return nb, resources


class SaveScores(SaveAutoGrades):
    """Save the score of each test cell, and whether it needs manual grading.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        return Preprocessor.preprocess(self, nb, resources)


class Penalize(AssignLatePenalties):
    """Let the course's plugin compute the late penalty.

    `resources["submitted"]` is the student's notebook.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        submitted = resources["submitted"]
        submitted.late_submission_penalty = penalty(self, self.gradebook, submitted)
        return nb, resources


def _rows_of(cells: Mapping[str, BaseCell], rows: list[Row], kind: type[Row]) -> dict[str, Row]:
    """Map the cells' names to their rows; those that are missing are added to `rows`."""
    known = {row.cell_id: row for row in rows}
    for cell in cells.values():
        if cell.id not in known:
            known[cell.id] = kind(cell_id=cell.id)
            rows.append(known[cell.id])
    return {name: known[cell.id] for name, cell in cells.items()}


def _row(rows: Mapping[str, Row], name: str) -> Row:
    if name not in rows:
        raise MissingEntry(f"the gradebook has no cell {name!r} of this kind in this notebook")
    return rows[name]
