"""The table of an assignment: a row a student, a column an exercise, totals and the reason."""

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
    """The table for a terminal, with the reasons below it, a line a student."""
    numbers = _exercises(outcomes)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column(name, no_wrap=True)
    titles, legend = _titles(numbers)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("checks", justify="right", style="bold", no_wrap=True)
    table.add_column("by hand", justify="right", no_wrap=True)
    for outcome in outcomes:
        cells = [_points(outcome, number) for number in numbers]
        total = "-" if outcome.automatic is None else f"{outcome.automatic:g}/{outcome.most:g}"
        table.add_row(outcome.student, *cells, total, outcome.by_hand or "-")
    most = next((outcome.exercises for outcome in outcomes if outcome.exercises), {})
    if most:
        table.add_row(
            "points",
            *[f"{most[n][1]:g}" if n in most else "-" for n in numbers],
            "",
            "",
            style="dim",
        )
    reasons = Table.grid(padding=(0, 2))
    for outcome in outcomes:
        reasons.add_row(Text(outcome.student, style="bold"), Text(clean_text(outcome.reason, 600)))
    return Group(table, *map(Text, legend), reasons)


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """The same as a spreadsheet; text that a spreadsheet would run as a formula is disarmed."""
    numbers = _exercises(outcomes)
    header = ["student", *numbers, "checks", "of", "by hand", "reason"]
    write_rows(
        path,
        header,
        (
            [o.student, *_scores(o, numbers), o.automatic, o.most, o.by_hand, o.reason]
            for o in outcomes
        ),
    )


def _scores(outcome: Outcome, numbers: list[str]) -> list[float | str]:
    return [
        outcome.exercises[number][0] if number in outcome.exercises else "" for number in numbers
    ]


def _titles(numbers: list[str]) -> tuple[list[str], list[str]]:
    """A narrow title for each column, and a line for each that needs explaining: 01.3 is 3, a long name a letter."""
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


def _points(outcome: Outcome, number: str) -> str:
    if number not in outcome.exercises:
        return "-"
    return f"{outcome.exercises[number][0]:g}"
