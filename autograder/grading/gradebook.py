"""Check what the gradebook knows of an assignment, and say which command adds what it lacks."""

from collections.abc import Iterator
from contextlib import contextmanager

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import DatabaseError, OperationalError

from autograder.courses import Course
from autograder.grading.writer import patiently

__all__ = ["check_graded", "check_released", "graded"]

Cells = dict[tuple[str, str], float]  # (notebook, grade id) -> points


def check_released(course: Course, name: str) -> None:
    """Check that the gradebook has an assignment as it was released, so that scores can be written.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or the gradebook is damaged, does not know it, or has
        another version.
    """
    known = _cells(course, name)
    contracts = {notebook: course.assignment(name, notebook) for notebook in course.notebooks(name)}
    if any(contract.any_course for contract in contracts.values()):
        return  # made of what the gradebook has
    wanted = {
        (notebook, one.grade_id): float(one.points)
        for notebook, contract in contracts.items()
        for one in (*contract.checks, *contract.manual)
    }
    if known != wanted:
        raise FileNotFoundError(
            f"the gradebook has another version of {name}: {_from_the_start(course, name)}"
        )


def check_graded(course: Course, name: str) -> set[str]:
    """List the students whose submission the gradebook has; there must be one.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    set of str
        The students' ids.

    Raises
    ------
    FileNotFoundError
        As `check_released`, and if no submission was graded.
    """
    _cells(course, name)
    students = graded(course, name)
    if not students:
        raise FileNotFoundError(
            f"no submission to {name} was graded yet: run `autograder grade {name}{course.option}`"
        )
    return students


def graded(course: Course, name: str) -> set[str]:
    """List the students whose submission the gradebook has, if there is a gradebook.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    set of str
        The students' ids.
    """
    if not course.gradebook_exists():
        return set()
    with _opened(course, name) as gradebook:
        return {submission.student_id for submission in gradebook.assignment_submissions(name)}


def _cells(course: Course, name: str) -> Cells:
    """Read what the gradebook gives points for. Raises FileNotFoundError as `check_released`."""
    known = patiently(lambda: _read(course, name)) if course.gradebook_exists() else None
    if known is None:
        if name not in course.names():
            course.source(name)  # says what there is
        raise FileNotFoundError(
            f"the gradebook does not know {name} yet: {_from_the_start(course, name)}"
        )
    return known


def _read(course: Course, name: str) -> Cells | None:
    with _opened(course, name) as gradebook:
        try:
            notebooks = gradebook.find_assignment(name).notebooks
        except MissingEntry:
            return None
        return {
            (notebook.name, cell.name): float(cell.max_score)
            for notebook in notebooks
            for cell in (*notebook.grade_cells, *notebook.task_cells)
        }


@contextmanager
def _opened(course: Course, name: str) -> Iterator[Gradebook]:
    """Open the gradebook. Raises FileNotFoundError if it is damaged."""
    try:
        with Gradebook(course.gradebook) as gradebook:
            yield gradebook
    except OperationalError:  # locked, or no room on the disk
        raise
    except DatabaseError as error:
        place = course.gradebook.removeprefix("sqlite:///")
        raise FileNotFoundError(
            f"{place} cannot be read ({error.orig}): put a copy of it back, or delete it and "
            f"{_from_the_start(course, name)}"
        ) from None


def _from_the_start(course: Course, name: str) -> str:
    grade = f"`autograder grade {name}{course.option}`"
    return f"run {grade}" if course.option else f"run `autograder release {name}`, then {grade}"
