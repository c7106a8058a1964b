"""Take the late penalty from deadlines.toml wherever nbgrader computes one."""

from collections.abc import Collection
from datetime import UTC, timedelta
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Unicode
from traitlets.config import Config

from autograder.deadlines.file import Deadline, read_deadlines
from autograder.deadlines.times import shown_length, shown_local

__all__ = ["DeadlinePenalty", "deadlines_of", "store"]

PLUGIN = "autograder.deadlines.penalty.DeadlinePenalty"  # see `Course.take_deadlines`


class DeadlinePenalty(LateSubmissionPlugin):
    """Deduct what deadlines.toml says, or else what nbgrader's `penalty_method` says.

    Parameters
    ----------
    **kwargs
        As for any nbgrader plugin; the trait `file` is the path of deadlines.toml.
    """

    file = Unicode(help="the path of deadlines.toml").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Compute the points that are taken off.

        Parameters
        ----------
        student_id : str
            The student.
        score : float
            The points of the notebook.
        total_seconds_late : float
            How late it is.

        Returns
        -------
        float or None
            The points.
        """
        found = read_deadlines(Path(self.file)) if self.file else {}
        deadline = found.get(getattr(self.parent, "assignment_id", ""))
        if deadline is None or deadline.penalty is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        late = timedelta(seconds=total_seconds_late)
        return deadline.penalty.points(score, _by_clocks(deadline, student_id, late))


def _by_clocks(deadline: Deadline, student: str, late: timedelta) -> timedelta:
    """Count lateness as clocks show it, so that days are calendar days, as in extensions.

    Late work is still late on the night when clocks are set back.
    """
    if late <= timedelta() or deadline.late_from is None or deadline.zone is None:
        return late
    start = deadline.late_from + (deadline.extension(student) or timedelta())
    begun, came = (
        each.replace(tzinfo=UTC).astimezone(deadline.zone).replace(tzinfo=None)
        for each in (start, start + late)
    )
    return max(came - begun, timedelta.resolution)


def deadlines_of(settings: Config, names: Collection[str] | None = None) -> dict[str, Deadline]:
    """Read the deadlines from the file that a course's settings name.

    Parameters
    ----------
    settings : Config
        The settings.
    names : collection of str, optional
        The course's assignments; the file may name no others.

    Returns
    -------
    dict of str to Deadline
        By assignment.

    Raises
    ------
    ValueError
        If the file is wrong, or states a penalty that a plugin of the course's own would override.
    """
    path = settings.DeadlinePenalty.get("file", "")
    found = read_deadlines(Path(path), names) if path else {}
    plugin = settings.AssignLatePenalties.get("plugin_class", PLUGIN)
    if plugin not in (PLUGIN, DeadlinePenalty) and any(each.penalty for each in found.values()):
        raise ValueError(
            f"{path} states a penalty, but nbgrader_config.py names a plugin for penalties "
            f"({getattr(plugin, '__name__', plugin)}): delete one of the two"
        )
    return found


def store(gradebook: Gradebook, name: str, deadline: Deadline | None) -> list[str]:
    """Store the due date and the extensions of an assignment in the gradebook.

    nbgrader has no grace: what it calls the due date is when lateness begins to count.

    Parameters
    ----------
    gradebook : Gradebook
        The gradebook, open.
    name : str
        The assignment.
    deadline : Deadline or None
        What the file says about it; if None, nothing is changed.

    Returns
    -------
    list of str
        What changed, in words.
    """
    if deadline is None:
        return []
    try:
        assignment = gradebook.find_assignment(name)
    except MissingEntry:  # not released yet
        return []
    changed = []
    if assignment.duedate != deadline.late_from:
        before, now = (
            shown_local(each, deadline.zone) for each in (assignment.duedate, deadline.late_from)
        )
        grace = f" with its grace of {shown_length(deadline.grace)}" if deadline.grace else ""
        changed.append(f"{name}: the due date is now {now}{grace}; it was {before}")
        assignment.duedate = deadline.late_from
    for submission in assignment.submissions:
        own = deadline.extension(submission.student_id)
        if (submission.extension or timedelta()) != (own or timedelta()):
            before = shown_length(submission.extension or timedelta())
            changed.append(
                f"{name}: the extension of {submission.student_id} is now "
                f"{shown_length(own or timedelta())}; it was {before}"
            )
        submission.extension = own
    gradebook.db.commit()
    return changed
