"""Build a small assignment in code, and submissions that answer it."""

import copy
import functools
from typing import Any

from forked import forked

from nbjudge import Limits, Report, judge, read_assignment
from nbjudge.worker.launcher import Launcher

LIMITS = Limits(grace=0.5)


def markdown(text: str, cell_id: str, nbgrader: dict | None = None) -> dict[str, Any]:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {"cell_type": "markdown", "id": cell_id, "metadata": metadata, "source": text}


def code(
    text: str, cell_id: str, nbgrader: dict | None = None, nbjudge: dict | None = None
) -> dict[str, Any]:
    metadata = {
        key: value for key, value in (("nbgrader", nbgrader), ("nbjudge", nbjudge)) if value
    }
    return {
        "cell_type": "code",
        "id": cell_id,
        "metadata": metadata,
        "source": text.strip(),
        "outputs": [],
        "execution_count": None,
    }


def locked(grade_id: str, text: str) -> dict[str, Any]:
    flags = {"grade": False, "solution": False, "locked": True, "task": False, "schema_version": 3}
    return code(text, f"c-{grade_id}", {**flags, "grade_id": grade_id})


def answer(grade_id: str, exercise: str, names: list[str], text: str) -> dict[str, Any]:
    flags = {"grade": False, "solution": True, "locked": False, "task": False, "schema_version": 3}
    nbjudge = {"exercise": exercise, "names": names, "forbid": []}
    return code(text, f"c-{grade_id}", {**flags, "grade_id": grade_id}, nbjudge)


def check(
    grade_id: str, exercise: str, name: str, points: float, text: str, kind: str = "visible"
) -> dict:
    flags = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    text = text.strip()
    if kind == "hidden":
        text = f"### BEGIN HIDDEN TESTS\n{text}\n### END HIDDEN TESTS"
    nbjudge = {"exercise": exercise, "group": name, "kind": kind}
    return code(text, f"c-{grade_id}", {**flags, "grade_id": grade_id, "points": points}, nbjudge)


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


DOUBLE = '''
def double(x):
    """Twice x; x is a number or an array."""
    ### BEGIN SOLUTION
    return 2 * np.asarray(x)
    ### END SOLUTION
'''
NORM = '''
def norm(v):
    """The Euclidean norm of v, shape (d,). Raises ValueError if v is empty."""
    ### BEGIN SOLUTION
    if len(v) == 0:
        raise ValueError("v is empty")
    return float(np.sqrt(np.sum(np.square(v))))
    ### END SOLUTION
'''


NUMBER = """
checks.close(checks.call(double, 21), 42.0, what="double of 21")
checks.passed()
"""
ARRAY = """
x = checks.rng().normal(size=4)
checks.close(checks.call(double, x), 2 * x, what="double of an array")
"""
VALUE = 'checks.close(checks.call(norm, VECTOR), 5.0, what="norm of (3, 4)")'
EMPTY = """
checks.raises(ValueError, norm, np.zeros(0), what="norm of an empty vector")
checks.inputs_unchanged(norm, VECTOR)
"""
SETUP = """
import numpy as np
from nbjudge import checks

VECTOR = np.array([3.0, 4.0])
"""
USE = """
double_or_ours = checks.fallback(double, lambda x: 2 * x, 1.0)
print(double_or_ours(5))
"""


@functools.cache
def _source() -> dict[str, Any]:
    manual = {"grade": True, "solution": True, "locked": False, "task": False, "schema_version": 3}
    return notebook(
        markdown("# A small lab", "c-title"),
        locked("setup", SETUP),
        markdown("## Doubling", "c-doubling"),
        answer("ex1-answer", "09.1", ["double"], DOUBLE),
        check("ex1-number", "09.1", "a number", 2, NUMBER),
        check("ex1-array", "09.1", "an array", 3, ARRAY, "hidden"),
        code(USE, "c-use"),
        markdown("## Norms", "c-norms"),
        answer("ex2-answer", "09.2", ["norm"], NORM),
        check("ex2-value", "09.2", "a known vector", 4, VALUE),
        check("ex2-empty", "09.2", "an empty vector", 1, EMPTY),
        markdown("Why? ### rubric", "c-essay", {**manual, "grade_id": "essay", "points": 5}),
        markdown("That is all.", "c-end"),
    )


def source() -> dict[str, Any]:
    return copy.deepcopy(_source())


@functools.cache
def assignment():
    return read_assignment(_source())


def release() -> dict[str, Any]:
    """What a student receives, as a fresh copy."""
    return copy.deepcopy(assignment().release)


def cell(book: dict[str, Any], grade_id: str) -> dict[str, Any]:
    return next(
        c for c in book["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


GOOD_DOUBLE = "def double(x):\n    return [2 * v for v in x] if hasattr(x, '__len__') else x + x"
GOOD_NORM = (
    "def norm(v):\n    if not len(v):\n        raise ValueError('empty')\n"
    "    return sum(x * x for x in v) ** 0.5"
)


def submission(double: str = GOOD_DOUBLE, norm: str = GOOD_NORM) -> dict[str, Any]:
    """The released notebook with these two answers."""
    book = release()
    cell(book, "ex1-answer")["source"] = double
    cell(book, "ex2-answer")["source"] = norm
    return book


def grade(
    book: dict[str, Any],
    *,
    hidden: bool = True,
    limits: Limits = LIMITS,
    launcher: Launcher = forked,
    **options: Any,
) -> Report:
    return judge(assignment(), book, hidden=hidden, limits=limits, launcher=launcher, **options)


def statuses(report: Report) -> dict[str, str]:
    return {result.grade_id: result.status for result in report.checks}


def message(report: Report, grade_id: str) -> str:
    return next(result.message for result in report.checks if result.grade_id == grade_id)


def cell_ids(book: dict[str, Any]) -> list[str]:
    """The grade ids of all graded and locked cells."""
    ids = (c["metadata"].get("nbgrader", {}).get("grade_id") for c in book["cells"])
    return [own for own in ids if own]
