"""Score test cells that run in the student's process, by nbgrader's rules.

nbgrader reads the outputs of a test cell in order: an error gives nothing; a result that is a
number from 0 to the cell's points is the score; anything else, or no output at all, gives all
points. (It also gives nothing for any text on stderr, so a correct answer that warns loses all;
here stderr counts only if the test itself mentions it.)
"""

import re
from collections.abc import Iterable
from typing import Any

from nbjudge.results import CheckResult, Status
from nbjudge.wording import counted

__all__ = ["BESIDE", "beside_note", "graded", "skipped"]

BESIDE = "Not tamper-proof"  # begins the note on checks that ran in the student's process
# How libraries show a number: "np.float64(0.5)", "Fraction(1, 2)", "tensor(0.5, dtype=...)".
# Only `float` reads its digits: as an exact number, 1e1000000 would have a million of them.
NUMBER = re.compile(
    r"""[a-z_][\w.]*\(['"]?(-?[\d.]+(?:e[-+]?\d+)?)['"]?(?:, (\d+))?(?:, \w+=.*)?\)""",
    re.IGNORECASE | re.ASCII,
)
RATIO = re.compile(r"(-?\d+)/(\d+)", re.ASCII)
LONGEST = 200  # characters of a number
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
        The source of the test, which shows whether it writes to stderr on purpose.
    points : float
        The points that it is worth.
    fate : str, optional
        The status with which its run ended; empty if it ended without an error.
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
    if fate == Status.ERROR:  # an error that was not shown
        return 0.0, Status.FAILED, why
    return points, Status.PASSED, ""


def _partial(output: dict[str, Any], points: float) -> tuple[float, str, str]:
    """Score a result: the result itself, if it is a number that can be a score."""
    text = output.get("data", {}).get("text/plain", "")
    text = "".join(text) if isinstance(text, list) else text
    text = text.strip()
    shown = None if len(text) > LONGEST else NUMBER.fullmatch(text) or RATIO.fullmatch(text)
    try:
        if len(text) > LONGEST:
            raise ValueError("too long for a number")
        number = float(shown[1]) / float(shown[2] or 1) if shown else float(text)
        if not number >= 0:  # negative or NaN: nbgrader accepts neither as a score
            raise ValueError("no score")
    except (ValueError, ZeroDivisionError):
        shown_text = text if len(text) <= 40 else f"{text[:40]}..."
        message = f"the check showed {shown_text}, which is not a number of points"
        return points, Status.PASSED, message
    if number > points:
        message = f"the check gave {number:g}, more than its {counted(points, 'point')}"
        return points, Status.PASSED, message
    if number == points:
        return points, Status.PASSED, ""
    return abs(number), Status.FAILED, f"{abs(number):g} of {counted(points, 'point')}"  # -0.0 is 0


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
    """Write the note for instructors about checks that ran in the student's process.

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
    return [f"{BESIDE}, because they ran in the student's process: {', '.join(names)}."]
