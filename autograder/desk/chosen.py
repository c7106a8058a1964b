"""Store the rubric points that were chosen, in records.db: nbgrader has no place for them."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.courses import Course
from autograder.desk.queue import Question
from autograder.grading.records import Records

__all__ = ["recall", "remember"]

_TABLE = """
CREATE TABLE IF NOT EXISTS chosen (
    student TEXT, assignment TEXT, notebook TEXT, grade_id TEXT, items TEXT, rubric TEXT,
    PRIMARY KEY (student, assignment, notebook, grade_id))
"""


def recall(
    course: Course, question: Question, student: str, rubric: str
) -> tuple[float | None, ...]:
    """Read which points were chosen on an answer.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    student : str
        The student's id.
    rubric : str
        Identifies the rubric that is shown; choices on another one are not returned.

    Returns
    -------
    tuple of (float or None)
        The points of each line; () if nothing was chosen.
    """
    with _opened(course) as db:
        row = db.execute(
            "SELECT items, rubric FROM chosen "
            "WHERE student=? AND assignment=? AND notebook=? AND grade_id=?",
            _whose(question, student),
        ).fetchone()
    return tuple(json.loads(row[0])) if row and row[1] == rubric else ()


def remember(
    course: Course,
    question: Question,
    student: str,
    items: tuple[float | None, ...],
    rubric: str,
) -> None:
    """Store which points were chosen on an answer.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    student : str
        The student's id.
    items : tuple of (float or None)
        The points of each line.
    rubric : str
        Identifies the rubric that the lines belong to.
    """
    row = (*_whose(question, student), json.dumps(items), rubric)
    with _opened(course) as db:
        db.execute("INSERT OR REPLACE INTO chosen VALUES (?,?,?,?,?,?)", row)


def _whose(question: Question, student: str) -> tuple[str, str, str, str]:
    return student, question.assignment, question.notebook, question.cell


@contextmanager
def _opened(course: Course) -> Iterator[sqlite3.Connection]:
    with Records(course.records).opened() as db:
        db.execute(_TABLE)
        yield db
