"""List how everybody stands on an assignment: whoever is in the class, and whatever came in."""

from autograder.courses import Course
from autograder.grading.gradebook import check_graded
from autograder.grading.outcome import Outcome, absent, outcomes
from autograder.intake import students_with
from autograder.intake.inbox import Stray

__all__ = ["standing"]


def standing(course: Course, name: str) -> tuple[list[Outcome], list[Stray]]:
    """Read how every student of the class stands on an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    outcomes : list of Outcome
        One for each student whose work was graded or lies in the inbox, then one for each who
        handed in nothing.
    strays : list of Stray
        What lies in the inbox and belongs to no submission.

    Raises
    ------
    FileNotFoundError
        If nothing was graded yet.
    """
    there, strays = students_with(course, name)
    students = sorted(check_graded(course, name) | set(there))
    return [*outcomes(course, name, students), *absent(course, students)], strays
