"""Show the deadlines of a course, and bring its gradebook up to date with them."""

import difflib
from datetime import timedelta
from zoneinfo import ZoneInfo

from nbgrader.api import Assignment, Gradebook
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from autograder.courses import Course
from autograder.courses.spelling import composed, folded
from autograder.deadlines.file import FILE, Deadline
from autograder.deadlines.penalty import deadlines_of
from autograder.deadlines.times import shown_length, shown_local
from autograder.grading.members import groups, members

__all__ = ["overview", "render", "strangers"]


def overview(course: Course) -> dict[str, Deadline]:
    """List every assignment's deadline, from deadlines.toml or else from the gradebook.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    dict of str to Deadline
        By assignment, in order.

    Raises
    ------
    ValueError
        If deadlines.toml is wrong.
    """
    written = deadlines_of(course.settings(), course.names())
    zone = next((each.zone for each in written.values()), None)
    stored: dict[str, Deadline] = {}
    if course.gradebook_exists():
        with Gradebook(course.gradebook) as gradebook:
            stored = {each.name: _stored(each, zone) for each in gradebook.assignments}
    return {
        name: written.get(name) or stored.get(name) or Deadline(None, zone=zone)
        for name in course.names()
    }


def _stored(assignment: Assignment, zone: ZoneInfo | None) -> Deadline:
    """Read due date and extensions that were set in formgrader, or by an older deadlines.toml."""
    due = assignment.duedate
    extensions = {
        submission.student_id: due + submission.extension
        for submission in assignment.submissions
        if due is not None and submission.extension
    }
    return Deadline(due, extensions=extensions, zone=zone)


def strangers(course: Course, name: str) -> list[str]:
    """Report extensions for students who are not in the gradebook: an id may be misspelled.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of str
        One line for each.
    """
    deadline = deadlines_of(course.settings()).get(name)
    if deadline is None or not deadline.extensions:
        return []
    known: set[str] = set()
    others: dict[str, str] = {}  # the id, by another name of the student
    if course.gradebook_exists():
        with Gradebook(course.gradebook) as gradebook:
            known = {composed(student.id) for student in gradebook.students}
            others = {folded(student.email or ""): student.id for student in gradebook.students}
    others |= {folded(name): m.student for m in members(course).values() for name in m.also}
    others |= {folded(student): student for student in known}
    teams = {folded(team): who for team, who in groups(course).items()}
    lines = []
    for student in sorted(set(deadline.extensions) - known):
        near = difflib.get_close_matches(student, known, n=1)
        meant = others.get(folded(student)) or (near[0] if near else "")
        question = f"; did you mean {meant}?" if meant else ""
        if team := teams.get(folded(student)):
            question = f": it is a group, so name its members ({', '.join(team)})"
        lines.append(f"{FILE} extends {name} for {student}, who is not in the gradebook{question}")
    return lines


def render(found: dict[str, Deadline]) -> Table:
    """Lay out the deadlines for a terminal.

    Parameters
    ----------
    found : dict of str to Deadline
        By assignment.

    Returns
    -------
    rich.table.Table
        A row for each assignment.
    """
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for title in ("assignment", "due", "grace", "late penalty", "extensions"):
        table.add_column(title, overflow="fold", no_wrap=title == "due")
    for name, each in found.items():
        own = [
            f"{student}: {shown_local(when, each.zone)}"
            for student, when in sorted(each.extensions.items(), key=lambda item: item[::-1])
        ]
        penalty = "by nbgrader_config.py" if each.penalty is None else str(each.penalty)
        grace = shown_length(each.grace) if each.grace > timedelta() else "-"
        cells = (name, shown_local(each.due, each.zone), grace, penalty, "\n".join(own) or "-")
        table.add_row(*map(Text, cells))
    return table
