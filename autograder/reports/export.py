"""Write marks as CSV that is safe to open in a spreadsheet: quoted, and without formulas."""

import contextlib
import csv
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin

from autograder.courses import Course
from autograder.grading.gradebook import (
    bring_up_to_date,
    check_graded,
    graded,
    still_waiting,
)
from autograder.grading.late import renew
from autograder.grading.marks import Marks, marks
from autograder.grading.outcome import Outcome
from autograder.grading.standing import standing
from autograder.platforms.sheet import FORMULA_SIGNS
from nbjudge.wording import CONTROLS, UNSEEN

__all__ = ["TOTALS", "CsvExport", "disarmed", "export", "totals", "write_rows"]

# A character that begins a formula, at the beginning of the text or after a character that some
# spreadsheets take for the end of a cell.
# White space is read only once, whatever follows it: a name may be 100,000 tabs.
FORMULA = re.compile(rf"(^|[;\t\r\n])(\s*+)([{FORMULA_SIGNS}])?")
CONTROL = re.compile(f"[{CONTROLS}\u200c\u200d\u2060{UNSEEN}]")

TOTALS = ("checks", "of", "manual", "late penalty", "total", "out of")
# The columns of nbgrader's CSV export.
COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def disarmed(value: Any) -> Any:
    """Make a value safe for a spreadsheet's cell.

    Parameters
    ----------
    value : object
        The value of the cell.

    Returns
    -------
    object
        Numbers and booleans unchanged, "" for None, and everything else as text without control
        characters and with a ' before anything that a spreadsheet would run as a formula.

    Examples
    --------
    >>> disarmed("=cmd|' /C calc'!A0"), disarmed("Ada"), disarmed(-1.5)
    ("'=cmd|' /C calc'!A0", 'Ada', -1.5)
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return value
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return FORMULA.sub(_quoted, CONTROL.sub("", text))


def _quoted(match: re.Match[str]) -> str:
    return f"{match[1]}'{match[2]}{match[3]}" if match[3] else match[0]


def write_rows(
    path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]], *, excel: bool = False
) -> None:
    """Write a CSV file in UTF-8, with quoted text, unquoted numbers and every cell disarmed.

    Parameters
    ----------
    path : Path
        The file to write.
    header : sequence of str
        The columns' titles.
    rows : iterable of sequence
        The rows, each with a value for every column.
    excel : bool, default False
        Whether to add a UTF-8 byte-order mark, by which Excel recognizes the encoding.
    """
    with Path(path).open("w", newline="", encoding="utf-8-sig" if excel else "utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow([disarmed(name) for name in header])
        writer.writerows([disarmed(value) for value in row] for row in rows)


def export(
    course: Course,
    names: Sequence[str],
    path: Path,
    *,
    excel: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Write one row per student and assignment: points by exercise, totals, and the reason.

    Everybody has a row; for students who handed in nothing, it has no numbers.

    Parameters
    ----------
    course : Course
        The course.
    names : sequence of str
        The assignments; empty for all that have graded submissions.
    path : Path
        The CSV file to write.
    excel : bool, default False
        Whether to add a UTF-8 byte-order mark, by which Excel recognizes the encoding.
    tell : callable, optional
        Called with a line about late penalties that changed, and one about marks that wait.

    Returns
    -------
    int
        The number of rows below the header.

    Raises
    ------
    FileNotFoundError
        If one of the named assignments, or every assignment, has no graded submission.
    """
    names = names or [name for name in course.names() if graded(course, name)]
    if not names:
        raise FileNotFoundError("no submission has been graded yet: run `autograder grade NAME`")
    for name in names:
        check_graded(course, name)
    for name in names:
        for line in filter(None, (bring_up_to_date(course, name), still_waiting(course, name))):
            tell(line)
    with Gradebook(course.gradebook) as gradebook:
        people = {p.id: (p.last_name, p.first_name, p.email) for p in gradebook.students}
    found = [(name, result) for name in names for result in standing(course, name)[0]]
    columns = list(
        dict.fromkeys(
            (name, exercise) for name, result in found for exercise in sorted(result.exercises)
        )
    )
    # Two assignments may have exercises with the same name.
    several = len({exercise for _, exercise in columns}) < len(columns)
    titles = [f"{name}: {exercise}" if several else exercise for name, exercise in columns]
    header = ["assignment", "student", "last name", "first name", "email", *titles]
    header += [*TOTALS, "handed in", "time from", "reason"]
    rows = (_row(name, result, columns, people) for name, result in found)
    write_rows(path, header, rows, excel=excel)
    return len(found)


def _row(
    name: str, result: Outcome, columns: list[tuple[str, str]], people: dict[str, tuple]
) -> list[Any]:
    scores = [
        result.exercises[exercise][0] if home == name and exercise in result.exercises else ""
        for home, exercise in columns
    ]
    time = (result.time.when, result.time.source)
    person = (name, result.student, *people.get(result.student, ("", "", "")))
    return [*person, *scores, *totals(result), *time, result.reason]


def totals(result: Outcome) -> list[Any]:
    """List the values of the columns `TOTALS`.

    Parameters
    ----------
    result : Outcome
        The result of a submission.

    Returns
    -------
    list
        Numbers, "waiting" in place of a number, and None for unknown values.
    """
    manual: Any = result.manual
    with contextlib.suppress(ValueError):
        manual = float(manual)
    known = result.marks
    counts = (known.penalty, known.total, known.most) if known else (None, None, None)
    return [result.automatic, result.most if known else None, manual, *counts]


class CsvExport(ExportPlugin):
    """Write the columns of nbgrader's CSV export, but quoted and disarmed.

    `nbgrader export` uses this plugin in place of its own.

    Parameters
    ----------
    **kwargs
        The traits of nbgrader's `ExportPlugin`: `to` (the file), `assignment` and `student` (lists
        of those to export; empty for all), `parent`.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that the trait `to` names, by default grades.csv.

        Parameters
        ----------
        gradebook : Gradebook
            The gradebook to read, open.
        """
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
            when, found = "", Marks(0.0, 0.0, 0.0, waiting=False)
        else:
            renew(gradebook, [submission], self.config)
            when, found = submission.timestamp, marks(submission)
        person = (student.id, student.last_name, student.first_name, student.email)
        points = (found.raw, found.penalty, found.total, assignment.max_score)
        return [assignment.name, assignment.duedate, when, *person, *points]
