"""Score test cells that run beside the student's code, by nbgrader's rules.

nbgrader reads the outputs of a test cell in order: an error gives nothing; a result that is a
number from 0 to the cell's points is the score; anything else, or no output at all, gives all
points. (It gives nothing for any text on stderr too, so a correct answer that warns loses all;
here stderr counts only where the test itself speaks of it.)
"""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from nbjudge.results import CheckResult, Status

__all__ = ["BESIDE", "beside_note", "graded", "skipped"]

BESIDE = "Not tamper-proof"  # begins the note on checks that ran beside the student's code
# How NumPy 2, decimal, fractions and PyTorch show a number: "np.float64(0.5)", "Fraction(1, 2)".
NUMBER = re.compile(
    r"(?:np\.\w+|Decimal|Fraction|tensor|array)"
    r"""\(['"]?(-?[\d.]+(?:e[-+]?\d+)?(?:, \d+)?)['"]?\)"""
)
MEANS_STDERR = re.compile(r"\bstderr\b|\bwarnings?\b|\blogg(ing|er)\b")


def graded(
    outputs: list[dict[str, Any]], source: str, points: float, fate: str = "", why: str = ""
) -> tuple[float, str, str]:
    """Score a test cell from its outputs.

    Parameters
    ----------
    outputs : list of dict
        The outputs, in nbformat's form.
    source : str
        The test, to see whether it means what it writes to stderr.
    points : float
        The most that it gives.
    fate : str, optional
        The status with which its run ended; empty if it ended well.
    why : str, optional
        The reason.

    Returns
    -------
    score : float
        The points earned.
    status : str
        A value of `Status`.
    message : str
        The reason, for the student.
    """
    if fate in (Status.TIMEOUT, Status.CRASHED):
        return 0.0, fate, why.replace("this cell", "this check")
    meant = MEANS_STDERR.search(source) is not None
    for output in outputs:
        kind = output.get("output_type")
        if kind == "error":
            return 0.0, Status.FAILED, why or _error_text(output)
        if meant and kind == "stream" and output.get("name") == "stderr":
            text = str(output.get("text", ""))[:200]
            return 0.0, Status.FAILED, f"the check wrote to stderr: {text}"
        if kind == "execute_result":
            if fate == Status.ERROR:
                break
            return _partial(output, points)
    if fate == Status.ERROR:  # one that was not shown
        return 0.0, Status.FAILED, why
    return points, Status.PASSED, ""


def _partial(output: dict[str, Any], points: float) -> tuple[float, str, str]:
    """Score a result: itself, if it is a number that can be a score."""
    text = output.get("data", {}).get("text/plain", "")
    text = "".join(text) if isinstance(text, list) else text
    shown = NUMBER.fullmatch(text.strip())
    try:
        number = float(Fraction(shown[1].replace(", ", "/")) if shown else text)
    except (ValueError, ZeroDivisionError):
        shown_text = text if len(text) <= 40 else f"{text[:40]}..."
        return points, Status.PASSED, f"the check showed {shown_text}, which is no number of points"
    if number > points:
        message = f"the check gave {number:g}, more than its {points:g} points"
        return points, Status.PASSED, message
    # A negative number or NaN: nbgrader takes neither for a score.
    if number == points or not number >= 0:
        return points, Status.PASSED, ""
    return number, Status.FAILED, f"{number:g} of {points:g} points"


def _error_text(output: dict[str, Any]) -> str:
    return ": ".join(str(output[key]) for key in ("ename", "evalue") if output.get(key))[:500]


def skipped(cell: dict[str, Any]) -> bool:
    """Tell whether a cell's tag keeps it from being run.

    Parameters
    ----------
    cell : dict
        A cell.

    Returns
    -------
    bool
        Whether it has the tag "skip-execution".
    """
    tags = cell.get("metadata", {}).get("tags", [])
    return isinstance(tags, list) and "skip-execution" in tags


def beside_note(checks: Iterable[CheckResult]) -> list[str]:
    """Write the note for a person about checks that ran beside the student's code.

    Parameters
    ----------
    checks : iterable of CheckResult
        The results of a notebook.

    Returns
    -------
    list of str
        One note, or none.
    """
    names = [check.grade_id for check in checks if check.mode == "compat"]
    if not names:
        return []
    return [f"{BESIDE}, for they ran beside the student's code: {', '.join(names)}."]
