"""List everybody's result on an assignment: the whole class, and everything that was handed in."""

from autograder.courses import Course
from autograder.grading.gradebook import check_graded
from autograder.grading.outcome import Outcome, absent, outcomes
from autograder.intake import students_with
from autograder.intake.inbox import Stray

__all__ = ["standing"]


def standing(course: Course, name: str) -> tuple[list[Outcome], list[Stray]]:
    """Read the result of every student of the class on an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    outcomes : list of Outcome
        One for each student whose work was graded or is in the inbox, then one for each student
        who handed in nothing.
    strays : list of Stray
        What is in the inbox and belongs to no submission.

    Raises
    ------
    FileNotFoundError
        If nothing has been graded yet.
    """
    there, strays = students_with(course, name)
    students = sorted(check_graded(course, name) | set(there))
    return [*outcomes(course, name, students), *absent(course, students)], strays
