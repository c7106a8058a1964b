"""List checks whose points an instructor should review: they did not show a number of points."""

from autograder.courses import Course
from autograder.grading.records import Records

__all__ = ["doubts"]

_QUERY = """SELECT exercise, name, MIN(message) AS message, COUNT(*) AS times FROM scores
    WHERE assignment=? AND status='passed' AND message LIKE 'the check %' GROUP BY 1, 2"""


def doubts(course: Course, name: str) -> list[str]:
    """List the checks that gave all of their points although they showed something else.

    nbgrader gives all points if the last line of a check does not show a number, and so do we.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of str
        A line for each check, with what it showed.
    """
    with Records(course.records).opened() as db:
        rows = db.execute(_QUERY, (name,)).fetchall()
    return [
        f"{row['exercise']} {row['name']}: all points to {row['times']}, although {row['message']}"
        for row in rows
    ]
