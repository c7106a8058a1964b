"""The table of an assignment: a row a student, a column an exercise, totals and the reason."""

import csv
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.grade import Outcome

__all__ = ["render", "write_csv"]


def render(name: str, outcomes: list[Outcome]) -> Group:
    """The table for a terminal, with the reasons below it, a line a student."""
    numbers = _exercises(outcomes)
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False, collapse_padding=True)
    table.add_column(name, no_wrap=True)
    for number in numbers:
        table.add_column(number.split(".")[-1], justify="right", no_wrap=True)
    table.add_column("checks", justify="right", style="bold", no_wrap=True)
    table.add_column("by hand", justify="right", no_wrap=True)
    for outcome in outcomes:
        cells = [_points(outcome, number) for number in numbers]
        total = "-" if outcome.automatic is None else f"{outcome.automatic:g}/{outcome.most:g}"
        table.add_row(outcome.student, *cells, total, outcome.by_hand or "-")
    most = next((outcome.exercises for outcome in outcomes if outcome.exercises), {})
    if most:
        table.add_row("points", *[f"{most[n][1]:g}" if n in most else "-" for n in numbers], "", "", style="dim")
    reasons = Table.grid(padding=(0, 2))
    for outcome in outcomes:
        reasons.add_row(Text(outcome.student, style="bold"), Text(outcome.reason))
    return Group(table, reasons)


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """The same as a spreadsheet; text that a spreadsheet would run as a formula is disarmed."""
    numbers = _exercises(outcomes)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["student", *numbers, "checks", "of", "by hand", "reason"])
        for outcome in outcomes:
            scores = [outcome.exercises[n][0] if n in outcome.exercises else "" for n in numbers]
            total = "" if outcome.automatic is None else outcome.automatic
            writer.writerow(
                [_disarmed(outcome.student), *scores, total, outcome.most, outcome.by_hand, _disarmed(outcome.reason)]
            )


def _exercises(outcomes: list[Outcome]) -> list[str]:
    return sorted({number for outcome in outcomes for number in outcome.exercises})


def _points(outcome: Outcome, number: str) -> str:
    if number not in outcome.exercises:
        return "-"
    return f"{outcome.exercises[number][0]:g}"


def _disarmed(text: str) -> str:
    text = " ".join(text.split())
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
