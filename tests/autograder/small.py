"""Make a small course that is judged in a moment, and grade it in a process that can be killed."""

import json
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import labs
from courses import empty_gradebook
from nbgrader.api import Gradebook

from autograder.courses import Course
from autograder.courses.own import OwnCourse
from autograder.grading.records import Records
from autograder.releases.release import release

__all__ = ["NAME", "answers", "grade_and_kill", "hand_in", "picture", "small_course"]

NAME = "09_lab"
ROOT = Path(__file__).parents[2]
RUN = """
import sys
from pathlib import Path
from autograder.courses import Course
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
if __name__ == "__main__":
    grade(
        OwnCourse(Path(sys.argv[1])),
        sys.argv[2],
        isolation=sys.argv[3],
        trusted=True,
        progress=lambda *step: print(*step, flush=True),
    )
"""


def small_course(root: Path, secret: str = "ab" * 32) -> Course:
    """A released course with one small assignment; the same secret gives the same hidden inputs."""
    book = labs.source()
    for cell in book["cells"]:
        own = cell["metadata"].get("nbgrader", {})
        if "points" in own:
            own["points"] *= 20 / 5 if own["grade_id"] == "essay" else 80 / 10
        if own.get("grade_id") == "essay":
            cell["source"] += "\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION"
        if own.get("grade_id") == "ex2-value":
            cell["source"] += "\nchecks.passed()"
        if own.get("grade_id") == "ex2-empty":
            cell["metadata"]["nbjudge"]["kind"] = "hidden"
            cell["source"] = f"### BEGIN HIDDEN TESTS\n{cell['source']}\n### END HIDDEN TESTS"
    course = OwnCourse(root)
    (course.solutions / NAME).mkdir(parents=True)
    (course.solutions / NAME / f"{NAME}.ipynb").write_text(json.dumps(book))
    course.runtime.mkdir()
    shutil.copyfile(
        ROOT / "autograder" / "nbgrader_config.py", course.runtime / "nbgrader_config.py"
    )
    (root / "pyproject.toml").touch()
    (course.runtime / ".secret").write_text(secret)
    (course.runtime / "gradebook.db").write_bytes(empty_gradebook())
    release(course, NAME)
    return course


def hand_in(course: Course, student: str, book: object, file: str = f"{NAME}.ipynb") -> None:
    """Put a notebook (a dictionary), a text or bytes into the inbox."""
    folder = course.inbox / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(book, bytes):
        (folder / file).write_bytes(book)
    else:
        (folder / file).write_text(
            book if isinstance(book, str) else json.dumps(book), encoding="utf-8"
        )


def answers(course: Course, double: str = labs.GOOD_DOUBLE, norm: str = labs.GOOD_NORM) -> dict:
    """The released notebook with these two answers."""
    book = json.loads((course.released / NAME / f"{NAME}.ipynb").read_text())
    labs.cell(book, "ex1-answer")["source"] = double
    labs.cell(book, "ex2-answer")["source"] = norm
    return book


def picture(course: Course) -> dict:
    """All that a grading leaves behind, without the times and the random numbers of rows."""
    seen: dict = {}
    with Gradebook(course.gradebook) as gradebook:
        submissions = gradebook.assignment_submissions(NAME)
        for submission in submissions:
            rows = [
                (
                    notebook.name,
                    grade.name,
                    grade.auto_score,
                    grade.manual_score,
                    grade.needs_manual_grade,
                )
                for notebook in submission.notebooks
                for grade in notebook.grades
            ]
            comments = [c.comment for notebook in submission.notebooks for c in notebook.comments]
            seen[submission.student_id] = [
                submission.score,
                sorted(rows),
                sorted(map(str, comments)),
            ]
        assert len(seen) == len(submissions), "a student has two submissions"
    records = Records(course.records)
    for student, found in seen.items():
        found.append([tuple(row)[2:] for row in records.scores(student, NAME)])
        found.append(records.stage(student, NAME).stage)
        found.append((course.autograded / student / NAME / f"{NAME}.ipynb").is_file())
    return seen


def grade_and_kill(course: Course, isolation: str, after: int, wait: float) -> bool:
    """Grade in a process of its own and kill it `wait` seconds after `after` submissions.

    It returns False if the grading was done before that. However fast the machine, not more than
    one submission is finished in the wait: the kill does not wait for the rest of it.
    """
    command = [sys.executable, "-c", RUN, str(course.root), NAME, isolation]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
    ) as process:
        for _ in range(after):
            if not process.stdout.readline():
                assert process.wait() == 0, process.stderr.read().decode()
                return False
        select.select([process.stdout], [], [], wait)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    return True


WRONG = "def double(x):\n    return x"


def fill(course: Course, number: int) -> None:
    """Submissions of many kinds: right, half right, crashing, no Python, unreadable."""
    for k in range(number):
        kinds = [
            answers(course),
            answers(course, double=WRONG),
            answers(course, norm="def norm(v):\n    import os\n    os._exit(3)"),
            answers(course, double="def double(x:"),
            '{"cells": [',
        ]
        hand_in(course, f"s{k:02}", kinds[k % len(kinds)])
