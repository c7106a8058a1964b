"""Add up a submission's marks: everything that shows or exports totals takes them from here."""

from dataclasses import dataclass

from nbgrader.api import SubmittedAssignment

__all__ = ["Marks", "marks"]


@dataclass(frozen=True)
class Marks:
    """Hold the totals of a submission, as the gradebook has them.

    Parameters
    ----------
    raw : float
        The points of checks, and those given by hand.
    penalty : float
        The points taken off because it came late.
    most : float
        The points that there are.
    waiting : bool
        Whether an answer waits for a person.
    """

    raw: float
    penalty: float
    most: float
    waiting: bool

    @property
    def total(self) -> float:
        """The points that count."""
        return max(0.0, self.raw - self.penalty)


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
        float(submission.score),
        float(submission.late_submission_penalty or 0.0),
        float(submission.max_score),
        bool(submission.needs_manual_grade),
    )
