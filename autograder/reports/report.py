"""Print how a class did on an assignment."""

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.intake.names import named
from autograder.reports.overview import Overview

__all__ = ["notes", "render"]


def render(name: str, summary: Overview, *, messages: int = 8) -> Group:
    """Lay out the overview for a terminal.

    Parameters
    ----------
    name : str
        The assignment.
    summary : Overview
        How the class did.
    messages : int, default 8
        The number of messages to show, the most frequent first.

    Returns
    -------
    rich.console.Group
        The object for a rich console to print.
    """
    students = len(summary.outcomes)
    exercises = _table("exercise", "mean", "of", "all points", "")
    for exercise, (mean, points, full) in summary.exercises.items():
        bar = Text("█" * round(20 * mean / points if points else 0), style="green")
        exercises.add_row(Text(exercise), f"{mean:.1f}", f"{points:g}", f"{full:.0%}", bar)
    checks = _table("exercise", "check", "kind", "lost by", "how")
    worst = sorted(summary.checks.items(), key=lambda item: -item[1].total())
    for (exercise, check, kind), lost in worst:
        if lost:
            how = ", ".join(f"{number} {status}" for status, number in lost.most_common())
            share = f"{lost.total()} of {students}"
            checks.add_row(Text(exercise), Text(check), kind, share, how)
    frequent = _table("times", "exercise", "message")
    for (exercise, message), number in summary.messages.most_common(messages):
        frequent.add_row(str(number), Text(exercise), Text(message))
    mean = sum(result.automatic or 0.0 for result in summary.outcomes) / students
    most = max(result.most for result in summary.outcomes)
    title = f"{name}: {students} graded, mean {mean:.1f} of {most:g} by checks"
    below = [Text(note) for note in notes(summary)]
    return Group(Text(title, style="bold"), exercises, checks, frequent, *below)


def notes(summary: Overview) -> list[str]:
    """List who and what the numbers leave out, and how far they can be trusted.

    Parameters
    ----------
    summary : Overview
        How the class did.

    Returns
    -------
    list of str
        Lines of text.
    """
    lines = []
    for title, students in (
        ("handed in nothing, and are not counted above", summary.absent),
        ("handed in, but not graded yet: run `autograder grade`", summary.ungraded),
        ("not in the class, and not counted above", summary.outside),
        ("could not be read", summary.unreadable),
        ("late", [outcome.student for outcome in summary.late]),
        ("waiting for manual grading", summary.waiting),
    ):
        if students:
            lines.append(f"{title} ({len(students)}): {named(students)}")
    lines += [f"not graded: {stray.where}: {stray.why}" for stray in summary.strays]
    lines += summary.doubts
    levels = ", ".join(
        f"{number} at {level}" for level, number in sorted(summary.isolation.items())
    )
    lines.append(f"isolation: {levels}")
    if summary.untrusted:
        lines.append(
            f"{summary.untrusted} of these marks {'is' if summary.untrusted == 1 else 'are'} not "
            "proof against tampering: judged without walls."
        )
    return lines


def _table(*columns: str) -> Table:
    numbers = ("mean", "of", "all points", "lost by", "times")
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    return table
