"""Add up a submission's marks, for everything that shows or exports totals."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from nbgrader.api import SubmittedAssignment

__all__ = ["Marks", "exact", "hundredths", "marks"]


@dataclass(frozen=True)
class Marks:
    """Hold the totals of a submission, as the gradebook has them.

    Parameters
    ----------
    raw : float
        The points from checks and from manual grading.
    penalty : float
        The points taken off because it came late.
    most : float
        The points that can be reached.
    waiting : bool
        Whether an answer waits for manual grading.
    """

    raw: float
    penalty: float
    most: float
    waiting: bool

    @property
    def total(self) -> float:
        """The points that count."""
        return exact(max(0.0, self.raw - self.penalty))


def exact(points: float) -> float:
    """Remove the rounding error of binary fractions from a sum: 49.49999999999999 becomes 49.5.

    Parameters
    ----------
    points : float
        The points.

    Returns
    -------
    float
        The points, rounded to nine decimals.

    Examples
    --------
    >>> 0.1 + 0.2, exact(0.1 + 0.2)
    (0.30000000000000004, 0.3)
    """
    return round(points, 9)


def hundredths(points: float) -> Decimal:
    """Round points to hundredths, with half a hundredth rounded up, as people and platforms do.

    Parameters
    ----------
    points : float
        The points.

    Returns
    -------
    Decimal
        The points with two decimals.

    Examples
    --------
    >>> hundredths(72.125), round(72.125, 2)
    (Decimal('72.13'), 72.12)
    """
    return Decimal(repr(exact(points))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def marks(submission: SubmittedAssignment) -> Marks:
    """Read the totals of a submission.

    Parameters
    ----------
    submission : SubmittedAssignment
        The submission, in an open gradebook whose penalties are up to date (`late.renew`).

    Returns
    -------
    Marks
        The totals.
    """
    return Marks(
        exact(float(submission.score)),
        exact(float(submission.late_submission_penalty or 0.0)),
        float(submission.max_score),
        bool(submission.needs_manual_grade),
    )
