"""What the judge found."""

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["STATUSES", "CheckResult", "Report"]

STATUSES = ("passed", "failed", "missing", "error", "timeout", "crashed")


@dataclass(frozen=True)
class CheckResult:
    """One check: all of its points or none, and why (`message` is written for the student)."""

    exercise: str
    name: str
    kind: str  # "visible" or "hidden"
    grade_id: str
    points: float
    score: float
    status: str  # one of STATUSES
    message: str = ""
    mode: str = (
        "proxy"  # "compat": ran beside the student's code, so a forger could have changed it
    )


@dataclass
class Report:
    """One judged notebook.

    cells: index of a code cell that ran -> its outputs (nbformat dictionaries).
    display: indices of code cells that were not run, for no score depends on them.
    notes: what was repaired in the notebook, for a person.
    isolation: how the student's code was held; unprotected: what that does not protect from.
    left: the points of hidden checks that were not run.
    seconds: wall time, and own_seconds the part of it in which the student's code or a check was at work; starts: how often a
    worker was started (1 unless it ended early).
    """

    checks: list[CheckResult] = field(default_factory=list)
    cells: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    display: set[int] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    isolation: str = "process"
    unprotected: tuple[str, ...] = ()
    left: float = 0.0
    seconds: float = 0.0
    own_seconds: float = 0.0
    starts: int = 0

    @property
    def score(self) -> float:
        """The sum over the checks that passed."""
        return sum(check.score for check in self.checks)

    @property
    def points(self) -> float:
        """The most that the checks in this report give."""
        return sum(check.points for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for storage (JSON)."""
        return asdict(self) | {
            "display": sorted(self.display),
            "score": self.score,
            "points": self.points,
        }
