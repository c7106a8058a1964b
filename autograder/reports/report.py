"""Summarize a class: exercises, lost checks, frequent messages, and what can be trusted."""

import re
from collections import Counter
from dataclasses import dataclass, field

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.courses import Course
from autograder.feedback_pages.markup import clean_text
from autograder.grading.gradebook import check_graded
from autograder.grading.outcome import Outcome, outcome
from autograder.grading.records import Records

__all__ = ["Overview", "overview", "render"]

# Isolation levels at which a hostile notebook can reach the machine that grades it.
WEAK = ("process", "unknown")


@dataclass
class Overview:
    """Hold how a class did on one assignment.

    Parameters
    ----------
    outcomes : list of Outcome
        How each submission stands.
    exercises : dict
        Exercise -> (mean score, points, share of students with all of the points).
    checks : dict
        (exercise, check, "visible" or "hidden") -> statuses of those who lost the check, counted.
    messages : Counter
        (exercise, message without its numbers) -> how often it was given.
    isolation : Counter
        Isolation level -> how many submissions were judged at it.
    unreadable : list of str
        Students whose file could not be read.
    waiting : list of str
        Students with an answer that waits for manual grading.
    """

    outcomes: list[Outcome]
    exercises: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    checks: dict[tuple[str, str, str], Counter] = field(default_factory=dict)
    messages: Counter = field(default_factory=Counter)
    isolation: Counter = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def untrusted(self) -> int:
        """Count the submissions judged where a hostile notebook could reach the machine."""
        return sum(number for level, number in self.isolation.items() if level in WEAK)


def overview(course: Course, name: str) -> Overview:
    """Summarize all submissions of an assignment that were graded.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    Overview
        How the class did.

    Raises
    ------
    FileNotFoundError
        If nothing was graded yet.
    """
    students = sorted(check_graded(course, name))
    records = Records(course.records)
    summary = Overview([outcome(course, name, student) for student in students])
    marks: dict[str, list[tuple[float, float]]] = {}
    for result in summary.outcomes:
        for exercise, mark in result.exercises.items():
            marks.setdefault(exercise, []).append(mark)
        arrival = records.arrival(result.student, name)
        if arrival is not None and arrival.problem:
            summary.unreadable.append(result.student)
        if result.by_hand == "waiting":
            summary.waiting.append(result.student)
        summary.isolation[records.isolation(result.student, name) or "unknown"] += 1
        for row in records.scores(result.student, name):
            exercise = row["exercise"] or row["grade_id"]
            lost = summary.checks.setdefault((exercise, row["name"], row["kind"]), Counter())
            if row["status"] != "passed":
                lost[row["status"]] += 1
                if row["message"] and row["status"] != "missing":
                    summary.messages[exercise, _without_numbers(row["message"])] += 1
    for exercise, pairs in sorted(marks.items()):
        mean = sum(score for score, _ in pairs) / len(pairs)
        full = sum(score >= points for score, points in pairs) / len(pairs)
        summary.exercises[exercise] = (mean, pairs[0][1], full)
    return summary


def _without_numbers(message: str) -> str:
    """So that the same mistake with other numbers counts as one."""
    line = " ".join(clean_text(message, 300).split())
    return re.sub(r"(?<![A-Za-z_])[-+]?\d[\d.]*(?:e[-+]?\d+)?", "…", line)


def render(name: str, summary: Overview, *, messages: int = 8) -> Group:
    """Lay out the overview for a terminal.

    Parameters
    ----------
    name : str
        The assignment.
    summary : Overview
        How the class did.
    messages : int, default 8
        The most messages that are shown, the most frequent first.

    Returns
    -------
    rich.console.Group
        What a rich console prints.
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
    notes = [Text(note) for note in _notes(summary)]
    return Group(Text(title, style="bold"), exercises, checks, frequent, *notes)


def _notes(summary: Overview) -> list[str]:
    notes = []
    for title, students in (
        ("could not be read", summary.unreadable),
        ("waiting for manual grading", summary.waiting),
    ):
        if students:
            notes.append(f"{title} ({len(students)}): {', '.join(students[:10])}")
    levels = ", ".join(
        f"{number} at {level}" for level, number in sorted(summary.isolation.items())
    )
    notes.append(f"isolation: {levels}")
    if summary.untrusted:
        notes.append(
            f"{summary.untrusted} of these marks are not proof against tampering: "
            "the submissions were judged without walls."
        )
    return notes


def _table(*columns: str) -> Table:
    numbers = ("mean", "of", "all points", "lost by", "times")
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    return table
