"""Hold the judge's results: one for each check, and a report for each notebook."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

__all__ = ["NOT_ANSWERED", "CheckResult", "Report", "Status"]

NOT_ANSWERED = "not answered yet"  # the message of every check of an empty exercise


class Status(StrEnum):
    """Name how a check ended; `text` is the word that students and instructors read."""

    PASSED = "passed"
    FAILED = "failed"
    MISSING = "missing"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"

    @property
    def text(self) -> str:
        """The status in words for readers."""
        return _TEXTS[self]


_TEXTS = {
    Status.PASSED: "passed",
    Status.FAILED: "not yet",
    Status.MISSING: "not answered",
    Status.ERROR: "error",
    Status.TIMEOUT: "too slow",
    Status.CRASHED: "crashed",
}


@dataclass(frozen=True)
class CheckResult:
    """Hold the result of one check: all of its points or none, and why.

    Parameters
    ----------
    exercise : str
        The number of the exercise, for example "01.3".
    name : str
        The property that was checked.
    kind : str
        "visible" or "hidden".
    grade_id : str
        nbgrader's id of the test cell.
    points : float
        The points that the check is worth.
    score : float
        The points that it gave.
    status : Status
        How it ended.
    message : str, default ""
        The reason, written for the student.
    mode : str, default "proxy"
        "compat" for a check that ran in the student's process, where it could be tampered with.
    """

    exercise: str
    name: str
    kind: str
    grade_id: str
    points: float
    score: float
    status: Status
    message: str = ""
    mode: str = "proxy"


@dataclass
class Report:
    """Describe one judged notebook.

    Parameters
    ----------
    checks : list of CheckResult
        The results, in the order of the notebook.
    cells : dict of int to list of dict
        The outputs (nbformat dictionaries) of each code cell that ran, by the cell's index.
    display : set of int
        Indices of code cells that were not run, because no score depends on them.
    after_hidden : set of int
        Indices of code cells that ran after a hidden check, whose inputs they may show.
    notes : list of str
        What was repaired in the notebook, for a person to read.
    isolation : str
        The isolation level of the student's code: "walls" or "process".
    points_left : float
        The points of checks that were not run.
    seconds : float
        Wall time of the judging.
    own_seconds : float
        The seconds of it that were spent in the student's code or in a check.
    starts : int
        How often a worker was started: 1 unless it ended early.
    """

    checks: list[CheckResult] = field(default_factory=list)
    cells: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    display: set[int] = field(default_factory=set)
    after_hidden: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    isolation: str = "process"
    points_left: float = 0.0
    seconds: float = 0.0
    own_seconds: float = 0.0
    starts: int = 0

    @property
    def score(self) -> float:
        """The sum of the scores of the checks in this report."""
        return sum(check.score for check in self.checks)

    @property
    def points(self) -> float:
        """The points that the checks in this report are worth."""
        return sum(check.points for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for storage as JSON, with `score` and `points`."""
        return asdict(self) | {
            "display": sorted(self.display),
            "after_hidden": sorted(self.after_hidden),
            "score": self.score,
            "points": self.points,
        }
