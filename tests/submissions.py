"""A small course on disk, and submissions to it made in code: what a student may do to a file."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import labs
from forked import forked

from autograder.courses import Course
from autograder.courses.own import OwnCourse
from autograder.grading.records import Arrival
from autograder.intake import take_in
from nbjudge import Report, judge

ROOT = Path(__file__).parents[1]
NAME = "09_small"
POINTS = 10.0  # of the tests of `labs`

raw = labs.submission  # a good submission, as a dictionary


def copy_course(target: Path) -> Path:
    """This course's notebooks and configuration, without anything that grading made."""
    for name in ("solutions", "course"):
        shutil.copytree(ROOT / name, target / name)
    (target / "autograder").mkdir()
    shutil.copyfile(
        ROOT / "autograder" / "nbgrader_config.py", target / "autograder" / "nbgrader_config.py"
    )
    (target / "pyproject.toml").touch()
    return target


def small_course(root: Path) -> Course:
    """The assignment of `labs` as the only one of a course."""
    for folder, notebook in (("solutions", labs._source()), ("course", labs.release())):
        (root / folder / NAME).mkdir(parents=True)
        (root / folder / NAME / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    return OwnCourse(root)


class Desk:
    """One student's place in the inbox."""

    def __init__(self, course: Course, student: str = "ada"):
        self.course, self.student = course, student
        self.folder = course.inbox / student / NAME
        self.folder.mkdir(parents=True)

    def put(self, content: Any = None, name: str = f"{NAME}.ipynb", *, age: float = 0) -> Path:
        """Write a file: bytes, text, or a notebook (default: a good one)."""
        content = raw() if content is None else content
        if isinstance(content, dict | list):
            content = json.dumps(content)
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if age:
            os.utime(path, (path.stat().st_atime - age, path.stat().st_mtime - age))
        return path

    def take(self) -> Arrival:
        return take_in(self.course, NAME, self.student)

    def built(self) -> dict[str, Any]:
        """The notebook that would be graded."""
        return json.loads(
            (self.course.submitted / self.student / NAME / f"{NAME}.ipynb").read_text()
        )

    def judged(self) -> Report:
        return judge(
            self.course.assignment(NAME),
            self.built(),
            hidden=True,
            limits=labs.LIMITS,
            launcher=forked,
        )

    def full(self) -> Arrival:
        """Take in; both answers must have arrived as they were written (what they are worth is
        checked once)."""
        arrival = self.take()
        assert arrival.problem == ""
        assert answers(self.built()) == (labs.GOOD_DOUBLE, labs.GOOD_NORM)
        return arrival

    def zero(self) -> str:
        """Take in; nothing can be graded, the notebook says why, and no answer is in it. The
        reason."""
        arrival = self.take()
        assert arrival.problem
        assert arrival.received
        built = self.built()
        assert answers(built) == answers(labs.release())
        assert labs.cell(built, "essay")["source"] == labs.cell(labs.release(), "essay")["source"]
        assert "could not be read" in built["cells"][0]["source"]
        return arrival.problem


def answers(book: dict[str, Any]) -> tuple[str, str]:
    return labs.cell(book, "ex1-answer")["source"], labs.cell(book, "ex2-answer")["source"]
