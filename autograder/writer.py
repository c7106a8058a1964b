"""The one that writes into nbgrader's gradebook: a judged submission goes through nbgrader's own autograding."""

import time
import warnings
from collections.abc import Callable
from typing import TypeVar

from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import OperationalError, SAWarning

from autograder.course import Course, nbgrader_settings

__all__ = ["PATIENCE", "Stopped", "Writer", "no_room", "patiently"]

T = TypeVar("T")
PATIENCE = 60.0  # seconds for a gradebook that another program has locked
LOCKED = "database is locked"
FULL = ("no space left on device", "disk is full", "disk quota exceeded")


class Stopped(RuntimeError):
    """The grading cannot go on now; the message says why. Nothing is lost: run the same command again."""


class Writer:
    """Writes judged submissions of one course. nbgrader creates the student, the late penalty and all rows as ever; writing
    the same submission again replaces what was there and keeps marks given by hand."""

    def __init__(self, course: Course) -> None:
        settings = nbgrader_settings(course)
        settings.Autograde.sanitize_preprocessors = [
            "autograder.preprocess.Finished",
            "nbgrader.preprocessors.OverwriteCells",
        ]
        settings.Autograde.autograde_preprocessors = [
            "autograder.preprocess.SaveScores",
            "nbgrader.preprocessors.AssignLatePenalties",
        ]
        self._api = NbGraderAPI(config=settings)

    def write(self, name: str, student: str) -> str:
        """Write what lies in the records for this student; returns "" or what nbgrader said when it would not.

        Raises:
            Stopped: if the disk is full, or the gradebook stays locked.
        """
        return patiently(lambda: self._once(name, student))

    def _once(self, name: str, student: str) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with its database
            result = self._api.autograde(name, student, force=True, create=True)
        if result["success"]:
            return ""
        said = f"{result.get('log') or ''}\n{result.get('error') or ''}".strip()
        if "KeyboardInterrupt" in said:
            raise KeyboardInterrupt
        if no_room(said):
            raise Stopped("the disk is full. Make room")
        if LOCKED in said:
            raise OperationalError(LOCKED, None, Exception(LOCKED))
        return said.splitlines()[-1]


def patiently(work: Callable[[], T]) -> T:
    """Do something with the gradebook, again and again while another program has locked it.

    Raises:
        Stopped: if it stays locked.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except OperationalError as error:
            if LOCKED not in str(error):
                raise
        if time.monotonic() > deadline:
            raise Stopped("the gradebook is locked by another program (formgrader, nbgrader?). Close it")
        time.sleep(0.5)


def no_room(text: object) -> bool:
    """Whether an error says that the disk is full."""
    return any(phrase in str(text).lower() for phrase in FULL)
