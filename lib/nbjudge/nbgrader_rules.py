"""Test cells that run beside the student's code: nbgrader's rules for what they earn.

nbgrader reads the outputs of a test cell in order: an error gives nothing; a result that is a number from 0 to the
cell's points is the score; anything else, or no output at all, gives all points. (It gives nothing for any text on
stderr too, so a correct answer that warns loses all; here stderr counts only where the test itself speaks of it.)
"""

import re
from collections.abc import Iterable
from typing import Any

from nbjudge.results import CheckResult

__all__ = ["BESIDE", "beside_note", "graded", "skipped"]

BESIDE = "Not tamper-proof"  # begins the note on checks that ran beside the student's code
MEANS_STDERR = re.compile(r"\bstderr\b|\bwarnings?\b|\blogg(ing|er)\b")


def graded(
    outputs: list[dict[str, Any]], source: str, points: float, fate: str = "", why: str = ""
) -> tuple[float, str, str]:
    """Score, status and message of a test cell from its outputs.

    source: the test, to see whether it means what it writes to stderr. fate, why: how its run ended ("" for well).
    """
    if fate in ("timeout", "crashed"):
        return 0.0, fate, why.replace("this cell", "this check")
    meant = MEANS_STDERR.search(source) is not None
    for output in outputs:
        kind = output.get("output_type")
        if kind == "error":
            return 0.0, "failed", why or _said(output)
        if meant and kind == "stream" and output.get("name") == "stderr":
            return 0.0, "failed", "the check wrote to stderr: " + str(output.get("text", ""))[:200]
        if kind == "execute_result":
            if fate == "error":
                break
            return _partial(output, points)
    if fate == "error":  # one that was not shown
        return 0.0, "failed", why
    return points, "passed", ""


def _partial(output: dict[str, Any], points: float) -> tuple[float, str, str]:
    """What a result earns: itself, if it is a number that can be a score."""
    text = output.get("data", {}).get("text/plain", "")
    text = "".join(text) if isinstance(text, list) else text
    try:
        number = float(text)
    except ValueError:
        return points, "passed", ""
    if number > points:
        return points, "passed", f"the check gave {number:g}, more than its {points:g} points"
    if not number >= 0:  # negative or nan: nbgrader takes neither for a score
        return points, "passed", ""
    if number == points:
        return points, "passed", ""
    return number, "failed", f"{number:g} of {points:g} points"


def _said(output: dict[str, Any]) -> str:
    return ": ".join(str(output[key]) for key in ("ename", "evalue") if output.get(key))[:500]


def skipped(cell: dict[str, Any]) -> bool:
    """Whether a cell's tag keeps it from being run."""
    tags = cell.get("metadata", {}).get("tags", [])
    return isinstance(tags, list) and "skip-execution" in tags


def beside_note(checks: Iterable[CheckResult]) -> list[str]:
    """The note for a person about checks that ran beside the student's code."""
    names = [check.grade_id for check in checks if check.mode == "compat"]
    if not names:
        return []
    return [f"{BESIDE}, for they ran beside the student's code: {', '.join(names)}."]
