"""Print the table of an assignment: one row per student, one column per exercise."""

import re
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.feedback_pages.markup import clean_text
from autograder.grading.outcome import Outcome
from autograder.reports.export import TOTALS, totals, write_rows

__all__ = ["render", "write_csv"]

WIDEST = 6  # characters of a column's title
LONGEST = 28  # characters of a student's id on a line; a longer one takes several lines


def render(name: str, outcomes: list[Outcome]) -> Group:
    """Lay out the table for a terminal, with a line for each student's reason below it.

    Parameters
    ----------
    name : str
        The assignment.
    outcomes : list of Outcome
        The result of each submission.

    Returns
    -------
    rich.console.Group
        The object for a rich console to print.
    """
    numbers = _exercises(outcomes)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column(Text(name), max_width=LONGEST, overflow="fold")
    titles, legend = _titles(numbers)
    for title in titles:
        table.add_column(Text(title), justify="right", no_wrap=True)
    table.add_column("checks", justify="right", style="bold", no_wrap=True)
    table.add_column("manual", justify="right", no_wrap=True)
    late = any(outcome.marks and outcome.marks.penalty for outcome in outcomes)
    if late:
        table.add_column("late", justify="right", no_wrap=True)
    table.add_column("total", justify="right", style="bold", no_wrap=True)
    for outcome in outcomes:
        cells = [
            f"{outcome.exercises[number][0]:g}" if number in outcome.exercises else "-"
            for number in numbers
        ]
        total = "-" if outcome.automatic is None else f"{outcome.automatic:g}/{outcome.most:g}"
        manual = f"{outcome.manual or '-'}{', empty' if outcome.empty else ''}"  # 0 is a mark
        table.add_row(Text(outcome.student), *cells, total, manual, *_counts(outcome, late))
    most = next((outcome.exercises for outcome in outcomes if outcome.exercises), {})
    if most:
        points = [f"{most[number][1]:g}" if number in most else "-" for number in numbers]
        table.add_row("points", *points, "", "", *[""] * late, "", style="dim")
    reasons = Table.grid(padding=(0, 2))
    reasons.add_column(max_width=LONGEST, overflow="fold")
    reasons.add_column(overflow="fold")
    for outcome in outcomes:
        reasons.add_row(Text(outcome.student, style="bold"), Text(clean_text(outcome.reason, 600)))
    return Group(table, *map(Text, [*legend, *_by_arrival(outcomes)]), reasons)


def _counts(outcome: Outcome, late: bool) -> list[str]:
    """The late penalty, if the table has that column, and the total."""
    marks = outcome.marks
    if marks is None:
        return ["-"] * (1 + late)
    off = f"-{marks.penalty:g}" if marks.penalty else "0"
    return [*([off] if late else []), f"{marks.total:g}/{marks.most:g}"]


def _by_arrival(outcomes: list[Outcome]) -> list[str]:
    """Warn about work that is late only because its file was copied here after the due date."""
    late = [outcome.time for outcome in outcomes if outcome.time.late]
    copied = sum(time.source == "arrival" for time in late)
    if not copied:
        return []
    are = "is" if copied == 1 else "are"
    return [
        f"{copied} of {len(outcomes)} {are} late by the time of arrival, which is when the file "
        "was copied to this machine. If it was handed in before, put a file timestamp.txt with "
        "that time (2026-03-01 12:00:00 UTC) beside it and grade again."
    ]


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """Write the table as CSV, with anything that a spreadsheet would run as a formula disarmed.

    Parameters
    ----------
    path : Path
        The file to write.
    outcomes : list of Outcome
        The result of each submission.
    """
    numbers = _exercises(outcomes)
    header = ["student", *numbers, *TOTALS, "reason"]
    rows = [
        [
            outcome.student,
            *(outcome.exercises[n][0] if n in outcome.exercises else "" for n in numbers),
            *totals(outcome),
            outcome.reason,
        ]
        for outcome in outcomes
    ]
    write_rows(path, header, rows)


def _titles(numbers: list[str]) -> tuple[list[str], list[str]]:
    """A narrow title for each column, and a legend: 01.3 becomes 3, a long name becomes q1."""
    short = [
        number.rpartition(".")[2] if re.fullmatch(r"[\w]+\.\d+", number) else number
        for number in numbers
    ]
    if len(set(short)) == len(short) and all(len(title) <= WIDEST for title in short):
        return short, []
    letters = [f"q{index}" for index in range(1, len(numbers) + 1)]
    return letters, [f"{letter}  {number}" for letter, number in zip(letters, numbers, strict=True)]


def _exercises(outcomes: list[Outcome]) -> list[str]:
    return sorted({number for outcome in outcomes for number in outcome.exercises})
