"""Let one hand-in count for all members of a group: it is judged, and graded manually, once.

The hand-in is in the inbox of one member. Its results in the gradebook and the records are copied
to the others; how late it is depends on each member's own due date.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.courses import Course
from autograder.grading.folders import replace_folder
from autograder.grading.records import Records
from autograder.grading.rows import NotebookRows, find_submission
from autograder.intake.inbox import survey

__all__ = ["copy_folders", "share", "shared", "spread"]

# The student whose work counts for this one, and the marks that were copied last: marks that differ
# from them were given to this student alone.
_TABLE = """
CREATE TABLE IF NOT EXISTS shared (
    student TEXT, assignment TEXT, work_of TEXT, marks TEXT, PRIMARY KEY (student, assignment));
"""
_COPIED = ("arrivals", "stamps", "scores", "judged")
NONE = (None, None)


def share(course: Course, name: str, students: Sequence[str]) -> None:
    """Let the work of the first of several students count for the others too.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    students : sequence of str
        The members of a group.
    """
    first, *others = students
    with _opened(Records(course.records)) as db:
        db.execute("DELETE FROM shared WHERE student=? AND assignment=?", (first, name))
        for student in others:
            known = db.execute(
                "SELECT work_of FROM shared WHERE student=? AND assignment=?", (student, name)
            ).fetchone()
            if known is None or known["work_of"] != first:
                row = (student, name, first, "{}")
                db.execute("INSERT OR REPLACE INTO shared VALUES (?,?,?,?)", row)


def shared(course: Course, name: str) -> dict[str, str]:
    """List the students for whom another student's work counts.

    Students who have work in the inbox are not among them.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    dict of str to str
        By student, the one whose work counts.
    """
    if not course.records.is_file():
        return {}
    with _opened(Records(course.records)) as db:
        rows = db.execute(
            "SELECT student, work_of FROM shared WHERE assignment=? ORDER BY student", (name,)
        ).fetchall()
    there = (
        {place.student for place in survey(course)[0] if place.assignment == name} if rows else ()
    )
    return {
        row["student"]: row["work_of"]
        for row in rows
        if row["work_of"] in there and row["student"] not in there
    }


def spread(course: Course, gradebook: Gradebook, name: str) -> set[str]:
    """Copy scores, marks, comments and reasons to students for whom another's work counts.

    A mark or comment that a grader gave to only one of them stays. One that was given before the
    first student had any counts for the group.

    Parameters
    ----------
    course : Course
        The course.
    gradebook : Gradebook
        Its gradebook, open; what is written is committed.
    name : str
        The assignment.

    Returns
    -------
    set of str
        The students who had nothing before.
    """
    groups, new = shared(course, name), set()
    records = Records(course.records) if groups else None
    known = {each.student_id for each in gradebook.assignment_submissions(name)} if groups else ()
    for student, first in groups.items():
        try:
            gradebook.find_submission(name, first)
        except MissingEntry:  # not graded yet
            continue
        if student not in known:
            new.add(student)
        theirs, own = (find_submission(gradebook, name, each) for each in (first, student))
        own.timestamp = theirs.timestamp
        with _opened(records) as db:
            row = db.execute(
                "SELECT marks FROM shared WHERE student=? AND assignment=?", (student, name)
            ).fetchone()
            last = json.loads(row["marks"])
            pairs = [
                (a, b) for a in theirs.notebooks for b in own.notebooks if a.notebook is b.notebook
            ]
            now: dict[str, Any] = {}
            for a, b in pairs:
                NotebookRows(gradebook, a), NotebookRows(gradebook, b)
                _copy_grades(a, b, last, now)
                _copy_comments(a, b, last, now)
            marks = (json.dumps(now), student, name)
            db.execute("UPDATE shared SET marks=? WHERE student=? AND assignment=?", marks)
            _copy_records(db, name, first, student)
    gradebook.db.commit()
    return new


def copy_folders(course: Course, name: str) -> None:
    """Copy the graded notebooks, from which feedback pages are made.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    """
    for student, first in shared(course, name).items():
        source = course.graded(first, name)
        if source.is_dir():
            files = {p.relative_to(source).as_posix(): p for p in source.rglob("*") if p.is_file()}
            replace_folder(course.graded(student, name), files)


@contextmanager
def _opened(records: Records) -> Iterator[sqlite3.Connection]:
    with records.opened() as db:
        db.execute(_TABLE)
        yield db


def _copy_grades(a: Any, b: Any, last: dict[str, Any], now: dict[str, Any]) -> None:
    grades = {grade.cell_id: grade for grade in a.grades}
    for own in b.grades:
        theirs, key = grades.get(own.cell_id), f"grade {own.cell_id}"
        if theirs is None:
            continue
        own.auto_score = theirs.auto_score
        changed = theirs.manual_score is not None and theirs.needs_manual_grade
        now[f"changed {key}"] = changed
        mine = own.manual_score, own.extra_credit
        before = tuple(last.get(key, NONE))
        if mine not in (NONE, before):
            if (theirs.manual_score, theirs.extra_credit) != NONE:
                now[key] = before
                if changed and not last.get(f"changed {key}"):  # the answer, after it was marked
                    own.needs_manual_grade = True
                continue  # this student has a mark of their own
            theirs.manual_score, theirs.extra_credit = mine
            theirs.needs_manual_grade = own.needs_manual_grade
        own.manual_score, own.extra_credit = theirs.manual_score, theirs.extra_credit
        own.needs_manual_grade = theirs.needs_manual_grade
        now[key] = (own.manual_score, own.extra_credit)


def _copy_comments(a: Any, b: Any, last: dict[str, Any], now: dict[str, Any]) -> None:
    comments = {comment.cell_id: comment for comment in a.comments}
    for own in b.comments:
        theirs, key = comments.get(own.cell_id), f"comment {own.cell_id}"
        if theirs is None:
            continue
        own.auto_comment = theirs.auto_comment
        before = last.get(key)
        if own.manual_comment not in (None, before):
            if theirs.manual_comment is not None:
                now[key] = before
                continue
            theirs.manual_comment = own.manual_comment
        own.manual_comment = now[key] = theirs.manual_comment


def _copy_records(db: sqlite3.Connection, name: str, first: str, student: str) -> None:
    for table in _COPIED:
        columns = [row["name"] for row in db.execute(f"PRAGMA table_info({table})")]
        values = ", ".join("?" if column == "student" else column for column in columns)
        db.execute(f"DELETE FROM {table} WHERE student=? AND assignment=?", (student, name))
        db.execute(
            f"INSERT INTO {table} SELECT {values} FROM {table} WHERE student=? AND assignment=?",
            (student, first, name),
        )
