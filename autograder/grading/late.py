"""Compute late penalties from the current due date, extensions and penalty of the course.

nbgrader computes a penalty when a submission is autograded and never again, so a due date, an
extension, a penalty or a mark that changes later leaves an old number in the gradebook. Every
command that shows or exports marks brings these numbers up to date first.
"""

from collections.abc import Iterable
from datetime import timedelta

from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.deadlines.penalty import deadlines_of, store

__all__ = ["penalty", "renew", "seconds_late", "settle"]


def seconds_late(submission: SubmittedAssignment) -> float:
    """Count the seconds after the due date, with the student's extension.

    Parameters
    ----------
    submission : SubmittedAssignment
        The submission.

    Returns
    -------
    float
        The seconds; 0 if it was on time, or if there is no due date or no time of handing in.
    """
    if submission.assignment.duedate is None or submission.timestamp is None:
        return 0.0  # nbgrader stops at an extension without a due date
    return float(submission.total_seconds_late)


def settle(submission: SubmittedAssignment, word: str) -> None:
    """Give a submission a time if a platform says only whether it is late.

    Work that the platform calls late is taken to be a second late, which costs the least. An
    extension overrides what the platform says.

    Parameters
    ----------
    submission : SubmittedAssignment
        The submission.
    word : str
        "late", "not late", or anything else, which changes nothing.
    """
    if word not in ("late", "not late"):
        return
    due = submission.assignment.duedate
    late = word == "late" and due is not None and not submission.extension
    submission.timestamp = due + timedelta(seconds=1) if late else None


def penalty(
    step: AssignLatePenalties, gradebook: Gradebook, submitted: SubmittedNotebook
) -> float | None:
    """Ask the course's plugin for the late penalty of a notebook.

    Parameters
    ----------
    step : AssignLatePenalties
        nbgrader's step, which knows the plugin and is its parent.
    gradebook : Gradebook
        The gradebook, open; pending changes are committed, because a plugin may open it itself.
    submitted : SubmittedNotebook
        The student's notebook, with its scores.

    Returns
    -------
    float or None
        The points, from 0 to the notebook's score; None if nothing is taken off.
    """
    late = seconds_late(submitted.assignment)
    if late <= 0:
        return None
    step.init_plugin()
    gradebook.db.commit()
    student = submitted.assignment.student_id
    points = step.plugin_inst.late_submission_penalty(student, submitted.score, late)
    return None if points is None else step._check_late_penalty(submitted, points)


def renew(
    gradebook: Gradebook, submissions: Iterable[SubmittedAssignment], settings: Config
) -> list[str]:
    """Bring late penalties up to date, after the dates from deadlines.toml.

    Parameters
    ----------
    gradebook : Gradebook
        The gradebook, open.
    submissions : iterable of SubmittedAssignment
        The submissions whose penalties are renewed.
    settings : Config
        The course's nbgrader settings.

    Returns
    -------
    list of str
        The students whose penalty changed, in order.

    Raises
    ------
    ValueError
        If the course's plugin fails (the message says for whom), or deadlines.toml is wrong.
    """
    submissions = list(submissions)
    deadlines = deadlines_of(settings)
    for name in {submission.assignment.name for submission in submissions}:
        store(gradebook, name, deadlines.get(name))
    directory = CourseDirectory(config=settings)
    step = AssignLatePenalties(parent=Autograde(coursedir=directory, config=settings))
    step.gradebook, step.db_url = gradebook, directory.db_url
    changed = []
    for submission in submissions:
        step.student_id, step.assignment_id = submission.student_id, submission.assignment.name
        for submitted in submission.notebooks:
            step.notebook_id = submitted.name
            try:
                now = penalty(step, gradebook, submitted)
            except Exception as error:  # the plugin is the instructor's code
                raise ValueError(
                    f"the late penalty of {step.student_id} in {step.assignment_id} cannot be "
                    f"computed: {type(error).__name__}: {error}. Fix the plugin that "
                    "nbgrader_config.py names"
                ) from error
            if (now or 0.0) != (submitted.late_submission_penalty or 0.0):
                changed.append(submission.student_id)
            submitted.late_submission_penalty = now
    gradebook.db.commit()
    return sorted(set(changed))
