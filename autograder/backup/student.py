"""Write one student's data to a zip file that can be given to the student."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from autograder.backup.parts import files_below
from autograder.courses import Course
from autograder.grading.records import Records
from autograder.grading.students import traces
from autograder.intake.names import shown
from lazyrich._files import write

__all__ = ["write_student"]

# Hidden checks are not the student's data: columns that would reveal them are left out.
KEPT = ("seed", "finished", "key")
ABOUT = """What the grader of this course stores about {student}.

files/           what was handed in, what was taken from it, and the feedback pages
gradebook.json   name, e-mail address, and for each assignment the time, marks and comments
records.json     how the files came in, and the result and message of each check
{left}
Graded notebooks are left out: they contain checks that a student's notebook does not. Their results
are in records.json and on the feedback pages.
"""


def write_student(course: Course, student: str, path: Path) -> list[str]:
    """Write a student's files, rows of the gradebook and rows of the records to a zip file.

    Parameters
    ----------
    course : Course
        The course.
    student : str
        The student's id.
    path : Path
        The zip file; it must not exist.

    Returns
    -------
    list of str
        What was left out because it is not a regular file.

    Raises
    ------
    ValueError
        If the course has no data of the student, or the file exists.
    """
    if path.exists():
        raise ValueError(f"{path} exists already; name another file")
    if not traces(course, student):
        raise ValueError(f"this course has no data of {student}: check the id. Nothing was written")
    buffer, left = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        graded = course.graded("x", "x").parents[1]
        for folder in course.made(student):
            if graded in (folder, *folder.parents):
                continue
            top = folder.relative_to(course.root).as_posix()
            for below, file in files_below(folder, left):
                name = shown(f"files/{top}/{below}", 400)
                archive.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED)
        for name, content in (
            ("gradebook.json", _gradebook(course, student)),
            ("records.json", _records(course, student)),
        ):
            archive.writestr(name, json.dumps(content, indent=1, default=str, ensure_ascii=False))
        words = f"\nLeft out, because they are links or not regular files: {left}\n" if left else ""
        archive.writestr("README.txt", ABOUT.format(student=student, left=words))
    write(path, buffer.getvalue())
    return left


def _gradebook(course: Course, student: str) -> dict[str, Any]:
    if not course.gradebook_exists():
        return {}
    with Gradebook(course.gradebook) as gradebook:
        try:
            found = gradebook.find_student(student)
        except MissingEntry:
            return {}
        about = {
            key: getattr(found, key)
            for key in ("id", "first_name", "last_name", "email", "lms_user_id")
        }
        return about | {"submissions": [_submission(each) for each in found.submissions]}


def _submission(submission: Any) -> dict[str, Any]:
    return {
        "assignment": submission.name,
        "handed in": submission.timestamp,
        "extension": submission.extension,
        "score": submission.score,
        "late penalty": submission.late_submission_penalty,
        "notebooks": [
            {
                "notebook": notebook.name,
                "grades": [
                    {
                        "cell": grade.name,
                        "by checks": grade.auto_score,
                        "manual": grade.manual_score,
                        "extra": grade.extra_credit,
                        "of": grade.max_score,
                    }
                    for grade in notebook.grades
                ],
                "comments": {c.name: c.comment for c in notebook.comments if c.comment},
            }
            for notebook in submission.notebooks
        ],
    }


def _records(course: Course, student: str) -> dict[str, list[dict[str, Any]]]:
    """The student's rows of every table, including tables that other packages keep there."""
    found = {}
    with Records(course.records).opened() as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        for table in tables:
            rows = db.execute(f"SELECT * FROM {table} WHERE student=?", (student,)).fetchall()
            found[table] = [{k: v for k, v in dict(row).items() if k not in KEPT} for row in rows]
    return {table: rows for table, rows in found.items() if rows}
