"""How a class did: exercises, properties that were lost, what was said most often, and how far the marks can be trusted."""

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

WEAK = (
    "process",
    "unknown",
)  # isolation by which a hostile notebook can reach the machine that grades it


@dataclass
class Overview:
    """A class on one assignment.

    exercises: name -> (mean score, points, share of students with all of them).
    properties: (exercise, property, kind) -> statuses of those who lost it. messages: (exercise, message) -> how often.
    isolation: level -> how many were judged there. unreadable: students whose file was none.
    """

    outcomes: list[Outcome]
    exercises: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    properties: dict[tuple[str, str, str], Counter] = field(default_factory=dict)
    messages: Counter = field(default_factory=Counter)
    isolation: Counter = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def untrusted(self) -> int:
        """Submissions judged where a hostile notebook could have reached the machine."""
        return sum(number for level, number in self.isolation.items() if level in WEAK)


def overview(course: Course, name: str) -> Overview:
    """Look at everybody who was graded.

    Raises:
        FileNotFoundError: if nobody was.
    """
    students = sorted(check_graded(course, name))
    records = Records(course.records)
    found = Overview([outcome(course, name, student) for student in students])
    marks: dict[str, list[tuple[float, float]]] = {}
    for one in found.outcomes:
        for exercise, mark in one.exercises.items():
            marks.setdefault(exercise, []).append(mark)
        arrival = records.arrival(one.student, name)
        if arrival is not None and arrival.problem:
            found.unreadable.append(one.student)
        if one.by_hand == "waiting":
            found.waiting.append(one.student)
        found.isolation[records.isolation(one.student, name) or "unknown"] += 1
        for row in records.scores(one.student, name):
            exercise = row["exercise"] or row["grade_id"]
            lost = found.properties.setdefault((exercise, row["name"], row["kind"]), Counter())
            if row["status"] != "passed":
                lost[row["status"]] += 1
                if row["message"] and row["status"] != "missing":
                    found.messages[exercise, _kind_of(row["message"])] += 1
    for exercise, each in sorted(marks.items()):
        mean = sum(score for score, _ in each) / len(each)
        found.exercises[exercise] = (
            mean,
            each[0][1],
            sum(score >= points for score, points in each) / len(each),
        )
    return found


def _kind_of(message: str) -> str:
    """A message without its numbers, so that the same mistake counts as one."""
    line = " ".join(clean_text(message, 300).split())
    return re.sub(r"(?<![A-Za-z_])[-+]?\d[\d.]*(?:e[-+]?\d+)?", "…", line)


def render(name: str, found: Overview, *, messages: int = 8) -> Group:
    """The overview for a terminal."""
    many = len(found.outcomes)
    exercises = _table("exercise", "mean", "of", "all points", "")
    for exercise, (mean, points, whole) in found.exercises.items():
        share = mean / points if points else 0.0
        exercises.add_row(
            Text(exercise),
            f"{mean:.1f}",
            f"{points:g}",
            f"{whole:.0%}",
            Text("█" * round(20 * share), style="green"),
        )
    properties = _table("exercise", "property", "kind", "lost by", "how")
    worst = sorted(found.properties.items(), key=lambda item: -item[1].total())
    for (exercise, prop, kind), lost in worst:
        if lost:
            how = ", ".join(f"{number} {status}" for status, number in lost.most_common())
            properties.add_row(Text(exercise), Text(prop), kind, f"{lost.total()} of {many}", how)
    said = _table("times", "exercise", "message")
    for (exercise, message), number in found.messages.most_common(messages):
        said.add_row(str(number), Text(exercise), Text(message))
    mean = sum(one.automatic or 0.0 for one in found.outcomes) / many
    lines = [
        Text(
            f"{name}: {many} graded, mean {mean:.1f} of {max(o.most for o in found.outcomes):g} by checks",
            style="bold",
        )
    ]
    lines += [exercises, properties, said, *(Text(note) for note in _notes(found))]
    return Group(*lines)


def _notes(found: Overview) -> list[str]:
    notes = []
    if found.unreadable:
        notes.append(
            f"could not be read ({len(found.unreadable)}): {', '.join(found.unreadable[:10])}"
        )
    if found.waiting:
        notes.append(
            f"waiting for a person ({len(found.waiting)}): {', '.join(found.waiting[:10])}"
        )
    levels = ", ".join(f"{number} at {level}" for level, number in sorted(found.isolation.items()))
    notes.append(f"isolation: {levels}")
    if found.untrusted:
        notes.append(
            f"{found.untrusted} of these marks are not proof against tampering: they were judged without walls."
        )
    return notes


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(
            column,
            justify="right"
            if column in ("mean", "of", "all points", "lost by", "times")
            else "left",
        )
    return table
