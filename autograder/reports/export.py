"""Marks as CSV that a spreadsheet can be trusted with: quoted, and with nothing in it that runs as a formula."""

import contextlib
import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.courses import Course
from autograder.grading.gradebook import check_graded, graded
from autograder.grading.outcome import Outcome, outcome

__all__ = ["CsvExport", "disarmed", "export", "write_rows"]

# What begins a formula, in a half-width or full-width form; also after what some spreadsheets take for a new cell.
FORMULA = re.compile(r"(^|[;\t\r\n])(\s*)(?=[=+\-@＝＋－＠﹦﹢﹣])")

# Those of nbgrader's own export.
COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def disarmed(value: Any) -> Any:
    """A cell of a spreadsheet: numbers as they are, text without control characters and with a ' before formulas.

    >>> disarmed("=cmd|' /C calc'!A0"), disarmed("Ada"), disarmed(-1.5)
    ("'=cmd|' /C calc'!A0", 'Ada', -1.5)
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = (
        str(value)
        .encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
    )
    text = re.sub(
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]", "", text
    )
    return FORMULA.sub(r"\1'\2", text)


def write_rows(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, excel: bool = False
) -> None:
    """Write CSV: UTF-8, text in quotes, numbers bare. excel: with the mark by which Excel knows UTF-8."""
    with Path(path).open("w", newline="", encoding="utf-8-sig" if excel else "utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([disarmed(name) for name in header])
        writer.writerows([disarmed(value) for value in row] for row in rows)


def export(course: Course, names: Sequence[str], path: Path, *, excel: bool = False) -> int:
    """Write a row for each student and assignment: points by exercise, totals, the reason. Returns how many rows.

    names: none for all assignments of which something was graded.

    Raises:
        FileNotFoundError: if there is nothing graded of one that is named, or of any.
    """
    names = names or [name for name in course.names() if graded(course, name)]
    if not names:
        raise FileNotFoundError("no submission was graded yet: run `autograder grade NAME`")
    students = {name: sorted(check_graded(course, name)) for name in names}
    with Gradebook(course.gradebook) as gradebook:
        people = {p.id: (p.last_name, p.first_name, p.email) for p in gradebook.students}
    outcomes = [
        (name, outcome(course, name, who)) for name, chosen in students.items() for who in chosen
    ]
    columns = list(
        dict.fromkeys(
            (name, exercise) for name, found in outcomes for exercise in sorted(found.exercises)
        )
    )
    several = len({exercise for _, exercise in columns}) < len(
        columns
    )  # the same exercise name in two assignments
    titles = [f"{name}: {exercise}" if several else exercise for name, exercise in columns]
    header = [
        "assignment",
        "student",
        "last name",
        "first name",
        "email",
        *titles,
        "checks",
        "of",
        "by hand",
        "reason",
    ]
    write_rows(
        path, header, (_row(name, found, columns, people) for name, found in outcomes), excel=excel
    )
    return len(outcomes)


def _row(
    name: str, found: Outcome, columns: list[tuple[str, str]], people: dict[str, tuple]
) -> list[Any]:
    points = [
        found.exercises[e][0] if n == name and e in found.exercises else "" for n, e in columns
    ]
    by_hand: Any = found.by_hand
    with contextlib.suppress(ValueError):
        by_hand = float(by_hand)
    return [
        name,
        found.student,
        *people[found.student],
        *points,
        found.automatic,
        found.most,
        by_hand,
        found.reason,
    ]


class CsvExport(ExportPlugin):
    """`nbgrader export` with the columns of nbgrader's own, but quoted and disarmed."""

    def export(self, gradebook: Gradebook) -> None:
        rows = [
            self._row(gradebook, assignment, student)
            for assignment in gradebook.assignments
            if not self.assignment or assignment.name in map(str, self.assignment)
            for student in gradebook.students
            if not self.student or student.id in map(str, self.student)
        ]
        write_rows(Path(self.to or "grades.csv"), COLUMNS, rows)

    def _row(self, gradebook: Gradebook, assignment: Any, student: Any) -> list[Any]:
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
        except MissingEntry:  # nothing was handed in
            when, raw, penalty = "", 0.0, 0.0
        else:
            when, raw, penalty = (
                submission.timestamp,
                submission.score,
                submission.late_submission_penalty or 0.0,
            )
        person = (student.id, student.last_name, student.first_name, student.email)
        score = max(0.0, raw - penalty)
        return [
            assignment.name,
            assignment.duedate,
            when,
            *person,
            raw,
            penalty,
            score,
            assignment.max_score,
        ]
