"""Grade without running anything: an answer is right if it is one of the known right ones.

For tests of all that comes before and after judging. The pool is one loop in this process.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, ClassVar

import labs
import pytest

import autograder.grading.pool
from autograder.courses import Course
from autograder.grading.flight import Done
from nbjudge import Assignment, CheckResult, Report
from nbjudge.contract.assignment import grade_id

__all__ = ["AtOnce", "judge_at_once"]

RIGHT = {labs.GOOD_DOUBLE.strip(), labs.GOOD_NORM.strip()}


class AtOnce:
    """In place of `autograder.grading.pool.Pool`."""

    level = "Nothing was run."
    judged: ClassVar[list[str]] = []  # all students, in order

    def __init__(self, course: Course, name: str, **how: Any) -> None:
        self.course, self.name = course, name

    def judge(self, students: list[str]) -> Iterator[Done]:
        for student in students:
            self.judged.append(student)
            yield autograder.grading.pool._judge(self.course, self.name, student)

    def __enter__(self) -> "AtOnce":
        return self

    def __exit__(self, *error: object) -> None:
        return


def judge_at_once(patch: pytest.MonkeyPatch) -> list[str]:
    """Grade and release in this way until the patch is undone; returns who has been judged."""
    patch.setattr(AtOnce, "judged", [])
    patch.setattr("autograder.grading.pool._LEVEL", SimpleNamespace(launcher=None))
    patch.setattr("autograder.grading.grade.Pool", AtOnce)
    patch.setattr("autograder.grading.judging.judge", _look)
    patch.setattr("autograder.releases.release.check_tests", lambda *about: [])
    return AtOnce.judged


def _look(assignment: Assignment, nb: Any, **how: Any) -> Report:
    """Look at the answers. A check without an exercise passes if anything was written."""
    sources = {grade_id(cell): cell["source"].strip() for cell in nb["cells"] if grade_id(cell)}
    results = []
    for check in assignment.checks:
        exercise = assignment.exercises.get(check.exercise)
        answer = sources.get(exercise.grade_id, "") if exercise else ""
        right = answer in RIGHT
        known = (check.exercise, check.name, check.kind, check.grade_id, check.points)
        status, message = ("passed", "") if right else ("failed", "it is not right")
        results.append(CheckResult(*known, check.points * right, status, message))
    return Report(results)
