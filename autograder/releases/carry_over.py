"""Adapt a gradebook to another release, and keep everything that can be kept.

nbgrader refuses to add or remove cells of an assignment that has submissions. Here the gradebook's
rows are changed to match the release; scores, marks and comments of cells that stay are kept.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Gradebook,
    GradeCell,
    MissingEntry,
    Notebook,
    SolutionCell,
    SourceCell,
    SubmittedNotebook,
    TaskCell,
)
from sqlalchemy.engine import make_url

from autograder.courses import Course
from nbjudge.contract.assignment import grade_id, read_notebook
from nbjudge.wording import counted

__all__ = ["Changes", "adapt", "changes", "release_cells", "restored", "source_cells"]

KINDS = {"check": GradeCell, "answer": SolutionCell, "task": TaskCell, "text": SourceCell}
Cell = tuple[str, str, str]  # the notebook, a key of KINDS, the grade id
Cells = Mapping[Cell, float]  # with their points


@dataclass(frozen=True)
class Changes:
    """List what a release changes in a gradebook.

    Parameters
    ----------
    added, removed : list of Cell
        The cells that the gradebook lacks, and those that are no longer in the assignment.
    moved : list of (Cell, float, float)
        The cells whose points change: before, and now.
    submissions : int
        The number of submissions in the gradebook.
    lost : list of str
        The manual marks and comments that are lost with removed cells, and marks that are
        above the new points of their cells, one line each.
    notebooks : frozenset of str
        The notebooks of the release.
    """

    added: list[Cell] = field(default_factory=list)
    removed: list[Cell] = field(default_factory=list)
    moved: list[tuple[Cell, float, float]] = field(default_factory=list)
    submissions: int = 0
    lost: list[str] = field(default_factory=list)
    notebooks: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.moved)

    def lines(self) -> list[str]:
        """Describe the changes, one line each; the rows of one answer or check count as one."""
        found = [f"added: {name}" for name in _names(self.added)]
        found += [f"removed, with its scores: {name}" for name in _names(self.removed)]
        found += [
            f"other points: {grade} in {notebook}, {before:g} before and {now:g} now"
            for (notebook, _, grade), before, now in self.moved
        ]
        return [*found, *self.lost]


def _names(cells: list[Cell]) -> list[str]:
    return list(dict.fromkeys(f"{grade} in {notebook}" for notebook, _, grade in cells))


def source_cells(course: Course, name: str) -> Cells:
    """List the cells of the instructor's notebooks that need rows in a gradebook.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    mapping of Cell to float
        The cells with their points; those of the release, if there are no sources.
    """
    paths = sorted(course.source(name).parent.glob("*.ipynb")) if name in course.names() else []
    books = {path.stem: read_notebook(path) for path in paths}
    return _cells(books) if books else release_cells(course, name)


def release_cells(course: Course, name: str) -> Cells:
    """List the released cells that need rows in a gradebook.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    mapping of Cell to float
        The cells with their points.
    """
    return _cells({each: course.assignment(name, each).release for each in course.notebooks(name)})


def _cells(books: Mapping[str, Any]) -> dict[Cell, float]:
    """List cells by nbgrader's rules (its `SaveCells`)."""
    found: dict[Cell, float] = {}
    for notebook, book in books.items():
        for cell in book["cells"]:
            flags, name = cell.get("metadata", {}).get("nbgrader") or {}, grade_id(cell)
            grade, solution, task = (flags.get(key) for key in ("grade", "solution", "task"))
            kinds = {"check": grade, "answer": solution, "task": task}
            kinds["text"] = grade or solution or task or flags.get("locked")
            for kind in (kind for kind, there in kinds.items() if name and there):
                points = flags.get("points") if kind in ("check", "task") else 0.0
                found[notebook, kind, name] = float(points or 0.0)
    return found


def changes(course: Course, name: str, wanted: Cells) -> Changes:
    """Compare the gradebook with the cells that it should have.

    Parameters
    ----------
    course : Course
        The course; its gradebook exists.
    name : str
        The assignment.
    wanted : mapping of Cell to float
        The cells.

    Returns
    -------
    Changes
        The differences; none if the gradebook does not have the assignment.
    """
    with suppress(MissingEntry), Gradebook(course.gradebook) as gradebook:
        assignment = gradebook.find_assignment(name)
        rows = _rows(assignment.notebooks)
        known = {cell: float(getattr(row, "max_score", 0.0) or 0.0) for cell, row in rows.items()}
        other = _of_another_kind(known, wanted)
        removed = [cell for cell in known if cell not in wanted or cell in other]
        moved = [
            (cell, known[cell], points)
            for cell, points in wanted.items()
            if known.get(cell, points) != points
        ]
        lost = [line for cell in removed for line in _given(rows[cell], "is lost with")]
        for cell, _, points in moved:
            lost += _given(rows[cell], f"is above the {counted(points, 'point')} of", above=points)
        return Changes(
            [cell for cell in wanted if cell not in known or cell in other],
            removed,
            moved,
            len(gradebook.assignment_submissions(name)),
            lost,
            frozenset(notebook for notebook, _, _ in wanted),
        )
    return Changes()


def _of_another_kind(known: Cells, wanted: Cells) -> set[Cell]:
    """Find cells that changed from checks to manual grading, or the other way around.

    A mark is not a check's score: such a cell counts as new, even if its name and points stay.
    """
    return {
        (notebook, kind, name)
        for notebook, kind, name in known.keys() & wanted.keys()
        if kind == "check"
        and ((notebook, "answer", name) in known) != ((notebook, "answer", name) in wanted)
    }


def _rows(notebooks: list[Notebook]) -> dict[Cell, Any]:
    return {
        (notebook.name, kind, row.name): row
        for notebook in notebooks
        for kind, rows in (
            ("check", notebook.grade_cells),
            ("answer", notebook.solution_cells),
            ("task", notebook.task_cells),
            ("text", notebook.source_cells),
        )
        for row in rows
    }


def _given(row: Any, what: str, *, above: float | None = None) -> list[str]:
    """Name the marks and comments that a person gave for a cell."""
    lines = []
    for grade in getattr(row, "grades", []):
        if grade.manual_score is not None and (above is None or grade.manual_score > above):
            student = grade.notebook.assignment.student_id
            lines.append(f"the mark {grade.manual_score:g} of {student} {what} {row.name}")
    for comment in getattr(row, "comments", []) if above is None else []:
        if comment.manual_comment:
            student = comment.notebook.assignment.student_id
            lines.append(f"the comment for {student} {what} {row.name}")
    return lines


@contextmanager
def restored(course: Course) -> Iterator[None]:
    """Copy the gradebook beside itself, and restore the copy if the `with` block fails.

    A gradebook that is not a file is neither copied nor restored.

    Parameters
    ----------
    course : Course
        The course.

    Yields
    ------
    None
        Nothing.
    """
    url = make_url(course.gradebook)
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    path = Path(url.database)
    number = 1
    while (copy := path.with_name(f"{path.name}.before-{number}")).exists():
        number += 1
    shutil.copy2(path, copy)
    try:
        yield
    except BaseException:
        copy.replace(path)
        raise


def adapt(course: Course, name: str, found: Changes) -> None:
    """Remove and add rows, so that nbgrader can generate the assignment again.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    found : Changes
        What `changes` found.
    """
    with Gradebook(course.gradebook) as gradebook:
        db, assignment = gradebook.db, gradebook.find_assignment(name)
        rows = _rows(assignment.notebooks)
        for cell in found.removed:
            row = rows[cell]
            for one in [*getattr(row, "grades", []), *getattr(row, "comments", [])]:
                db.delete(one)
            db.delete(row)
        db.flush()
        for notebook in {notebook.name for notebook in assignment.notebooks} - found.notebooks:
            gradebook.remove_notebook(notebook, name)
        notebooks = {notebook.name: notebook for notebook in assignment.notebooks}
        for notebook in sorted(found.notebooks - notebooks.keys()):
            notebooks[notebook] = gradebook.add_notebook(notebook, name)
            for submission in assignment.submissions:
                db.add(SubmittedNotebook(notebook=notebooks[notebook], assignment=submission))
        for notebook, kind, grade in found.added:
            values: dict[str, Any] = {"name": grade, "notebook": notebooks[notebook]}
            if kind != "answer":
                values["cell_type"] = "code"  # until nbgrader writes the real type
            if kind in ("check", "task"):
                values["max_score"] = 0.0
            db.add(KINDS[kind](**values))
        db.commit()
