"""Choose the hand-in that counts among all that a student has made."""

import re
from datetime import timedelta

from autograder.collect.about import About, Attempt
from autograder.deadlines.file import Deadline
from autograder.intake.timestamp import parse_time

__all__ = ["choose", "why_not"]

# A notebook or an archive; some browsers save notebooks under the endings behind them.
NOTEBOOK = re.compile(r"\.ipynb|\.(?:zip|json)$|^[^.]+$", re.IGNORECASE)


def choose(known: list[Attempt], deadline: Deadline | None, student: str) -> Attempt:
    """Choose the hand-in that counts: the newest that is not late, or else the newest.

    A hand-in without a notebook, such as an e-mail with a forgotten data file, counts only if none
    has one. The newest one records whether it counts even if it is late (`About.newest`).

    Parameters
    ----------
    known : list of Attempt
        The hand-ins that are kept, the oldest first; at least one.
    deadline : Deadline or None
        When it was due.
    student : str
        The student's id.

    Returns
    -------
    Attempt
        The one that counts.
    """
    able = [attempt for attempt in known if _may_be_graded(attempt)] or known
    in_time = [attempt for attempt in able if not _late(attempt.about, deadline, student)]
    return (able if known[-1].about.newest else in_time or able)[-1]


def why_not(attempt: Attempt) -> str:
    """Say why the newest hand-in does not count.

    Parameters
    ----------
    attempt : Attempt
        The newest.

    Returns
    -------
    str
        The words that follow its time in the message.
    """
    return "is late" if _may_be_graded(attempt) else "has no notebook"


def _may_be_graded(attempt: Attempt) -> bool:
    """Tell whether a file may be a notebook, or an archive with one, and is not empty."""
    return any(
        NOTEBOOK.search(path.name) and path.is_file() and path.stat().st_size
        for path in attempt.files.rglob("*")
    )


def _late(about: About, deadline: Deadline | None, student: str) -> bool:
    """Tell whether a hand-in is late; an extension overrides what the platform says."""
    extension = deadline.extension(student) if deadline else None
    if about.when and deadline is not None and deadline.late_from is not None:
        return parse_time(about.when) > deadline.late_from + (extension or timedelta())
    return bool(about.late) and not about.when and extension is None
