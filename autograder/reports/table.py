"""Print the table of an assignment: a row for each student, a column for each exercise."""

import re
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.feedback_pages.markup import clean_text
from autograder.grading.outcome import Outcome
from autograder.reports.export import write_rows

__all__ = ["render", "write_csv"]

WIDEST = 6  # characters of a column's title


def render(name: str, outcomes: list[Outcome]) -> Group:
    """Lay out the table for a terminal, with a line for each student's reason below it.

    Parameters
    ----------
    name : str
        The assignment.
    outcomes : list of Outcome
        How each submission stands.

    Returns
    -------
    rich.console.Group
        What a rich console prints.
    """
    numbers = _exercises(outcomes)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column(name, no_wrap=True)
    titles, legend = _titles(numbers)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("checks", justify="right", style="bold", no_wrap=True)
    table.add_column("by hand", justify="right", no_wrap=True)
    for outcome in outcomes:
        cells = [
            f"{outcome.exercises[number][0]:g}" if number in outcome.exercises else "-"
            for number in numbers
        ]
        total = "-" if outcome.automatic is None else f"{outcome.automatic:g}/{outcome.most:g}"
        table.add_row(outcome.student, *cells, total, outcome.by_hand or "-")
    most = next((outcome.exercises for outcome in outcomes if outcome.exercises), {})
    if most:
        points = [f"{most[number][1]:g}" if number in most else "-" for number in numbers]
        table.add_row("points", *points, "", "", style="dim")
    reasons = Table.grid(padding=(0, 2))
    for outcome in outcomes:
        reasons.add_row(Text(outcome.student, style="bold"), Text(clean_text(outcome.reason, 600)))
    return Group(table, *map(Text, legend), reasons)


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """Write the table as CSV, with text that a spreadsheet would run as a formula disarmed.

    Parameters
    ----------
    path : Path
        The file to write.
    outcomes : list of Outcome
        How each submission stands.
    """
    numbers = _exercises(outcomes)
    header = ["student", *numbers, "checks", "of", "by hand", "reason"]
    rows = [
        [
            outcome.student,
            *(outcome.exercises[n][0] if n in outcome.exercises else "" for n in numbers),
            *(outcome.automatic, outcome.most, outcome.by_hand, outcome.reason),
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
