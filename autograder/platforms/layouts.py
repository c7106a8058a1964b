"""Find columns and rows in grade sheets that Moodle and Canvas export."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograder.intake.names import named
from autograder.intake.titles import folded
from autograder.platforms.sheet import SHORTENED, Sheet

__all__ = [
    "LAYOUTS",
    "TEST",
    "Layout",
    "Participants",
    "canvas",
    "moodle",
    "participants",
    "points_possible",
]

CANVAS_KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
MOODLE_KEYS = ("Email address", "ID number", "Username")
TEST = ("Student, Test", "Test Student")  # whom Canvas adds for testing
CLOSED = {  # what Canvas writes in place of a grade
    "ex": "Canvas says that the student is excused",
    "excused": "Canvas says that the student is excused",
    "n/a": "Canvas says that the student does not have this assignment",
}
# "No" in a worksheet's column on whether a grade can be changed, in some languages.
NO = ("no", "nein", "non", "nee", "não", "nej", "nei", "nie", "ne", "ei", "hayır", "нет", "ні")
CANVAS_NUMBER = re.compile(r"\s*\(\d+\)\s*$")  # after the title of an assignment
POINTS = re.compile(r"\d[\d.,]*")
PARTICIPANT = re.compile(r"\D+\d+\s*")  # "Participant 501", in any language


@dataclass(frozen=True)
class Layout:
    """Describe what is in which column and row of a grade sheet.

    Parameters
    ----------
    grade : int
        The column of the grade.
    name : tuple of int
        The columns of the student's name: the full name, or first and last.
    keys : tuple of int
        The columns of ids and addresses.
    rows : list of int
        The rows of students.
    most : callable
        Returns the largest grade of a row, as it is typed; "" if the sheet does not say it.
    closed : callable
        Returns why a row's grade may not be changed; "" if it may.
    """

    grade: int
    name: tuple[int, ...]
    keys: tuple[int, ...]
    rows: list[int]
    most: Callable[[int], str]
    closed: Callable[[int], str]


@dataclass(frozen=True)
class Participants:
    """Describe who is in which row of Moodle's grading worksheet.

    Parameters
    ----------
    number : int
        The column of Moodle's own number.
    name : tuple of int
        The column of the full name, if there is one.
    keys : tuple of int
        The columns of addresses and ids.
    rows : list of int
        The rows of students.
    """

    number: int
    name: tuple[int, ...]
    keys: tuple[int, ...]
    rows: list[int]


def participants(sheet: Sheet) -> Participants | None:
    """Find the participants in a grading worksheet in any language.

    In all languages, number, name and then the address come first.

    Parameters
    ----------
    sheet : Sheet
        The worksheet.

    Returns
    -------
    Participants or None
        Where they are; None if it is not a grading worksheet.
    """
    rows, number = _students(sheet, 1), sheet.column("Identifier")
    if number is not None:
        who = sheet.column("Full name")
        keys = tuple(k for k in map(sheet.column, MOODLE_KEYS) if k is not None)
        return Participants(number, () if who is None else (who,), keys, rows)
    if not rows or not all(PARTICIPANT.fullmatch(sheet.text(row, 0)) for row in rows):
        return None
    columns = range(2, len(sheet.header))
    keys = tuple(k for k in columns if any("@" in sheet.text(row, k) for row in rows))
    return Participants(0, (1,), keys, rows)


def moodle(sheet: Sheet, name: str, title: str | None = None) -> Layout:
    """Read the layout of Moodle's grading worksheet, which is of one assignment.

    Parameters
    ----------
    sheet : Sheet
        The worksheet.
    name : str
        The assignment.
    title : str, optional
        The title of the grade's column, for a Moodle in a language other than English.

    Returns
    -------
    Layout
        What is in which column and row.

    Raises
    ------
    ValueError
        If it is not a grading worksheet.
    """
    grade, found = sheet.column(title or "Grade"), participants(sheet)
    english = sheet.column("Identifier") is not None
    if grade is None or found is None or not (english or title):
        raise ValueError(
            f"{sheet.path} is not a grading worksheet from Moodle in English: expected the columns "
            f"'Identifier' and {title or 'Grade'!r}, got {_titles(sheet)}. In Moodle, set your "
            "language to English, open the assignment and choose 'Download grading worksheet'; "
            "or name the grade's column with --column"
        )
    # The next columns are the largest grade, and whether the grade can be changed.
    most = sheet.column("Maximum Grade") if english else grade + 1
    may = sheet.column("Grade can be changed") if english else grade + 2
    _check_grade(sheet, found, grade, most)

    def closed(row: int) -> str:
        no = sheet.text(row, may).strip().casefold() in NO
        return "Moodle says that its grade cannot be changed" if no else ""

    keys = found.keys if english else tuple(range(2, grade))
    return Layout(grade, found.name, keys, found.rows, lambda row: sheet.text(row, most), closed)


def _check_grade(sheet: Sheet, found: Participants, grade: int, most: int | None) -> None:
    """Refuse a column that is not the grade's, and a grade that is not a number."""
    if sheet.column("Scale") is not None and most is None:
        raise ValueError(
            f"{sheet.path}: Moodle grades this assignment on a scale, which cannot show a total: "
            "choose the grade type 'Point' there, and export the worksheet again"
        )
    behind = most is None or any(POINTS.fullmatch(sheet.text(row, most)) for row in found.rows)
    if not behind or (most is not None and grade != most - 1):
        raise ValueError(
            f"{sheet.path}: {sheet.header[grade]!r} is not the column of the grade, which is "
            "followed by the largest grade (100.00); or Moodle grades on a scale: then choose the "
            "grade type 'Point' there"
        )


def canvas(sheet: Sheet, name: str, title: str | None = None) -> Layout:
    """Read the layout of Canvas's gradebook, which has a column for each assignment.

    Parameters
    ----------
    sheet : Sheet
        The gradebook.
    name : str
        The assignment.
    title : str, optional
        The title of the assignment's column, with or without its number in brackets; by default,
        the column whose title is the assignment's name.

    Returns
    -------
    Layout
        What is in which column and row.

    Raises
    ------
    ValueError
        If it is not a gradebook from Canvas, or not exactly one column is the assignment's.
    """
    whole, points = sheet.column("Student"), points_possible(sheet)
    names = (whole,) if whole is not None else (sheet.column("FirstName"), sheet.column("LastName"))
    who = tuple(column for column in names if column is not None)
    if not who or sheet.column("ID") is None or points is None:
        raise ValueError(
            f"{sheet.path} is not a gradebook from Canvas: expected the columns 'Student' and 'ID' "
            f"and a row 'Points Possible', got the columns {_titles(sheet)}. In Canvas, open "
            "Grades and choose 'Export', in English if yours is in another language"
        )
    grade = _assignment(sheet, title or name)

    def closed(row: int) -> str:
        number = sheet.text(row, sheet.column("ID")).strip()
        if SHORTENED.fullmatch(number):
            return f"a spreadsheet has shortened its ID to {number}: export it from Canvas again"
        return CLOSED.get(sheet.text(row, grade).strip().casefold(), "")

    return Layout(
        grade,
        who,
        tuple(k for k in map(sheet.column, CANVAS_KEYS) if k is not None),
        [row for row in _students(sheet, points + 1) if not _is_test_student(sheet, row, who)],
        lambda row: sheet.text(points, grade),
        closed,
    )


LAYOUTS = {"moodle": moodle, "canvas": canvas}


def points_possible(sheet: Sheet) -> int | None:
    """Find the row of Canvas's gradebook that precedes the students.

    In every language, it has a title where students have a name, no student's number, and points. A
    row "Manual Posting" may come before it.

    Parameters
    ----------
    sheet : Sheet
        The gradebook.

    Returns
    -------
    int or None
        The row; None if there is none.
    """
    number = sheet.column("ID")
    for row in range(1, min(len(sheet.rows), 5)):
        cells = [sheet.text(row, column).strip() for column in range(len(sheet.rows[row]))]
        if cells[0] and not sheet.text(row, number).strip() and any(map(POINTS.fullmatch, cells)):
            return row
    return None


def _students(sheet: Sheet, first: int) -> list[int]:
    rows = range(first, len(sheet.rows))
    return [row for row in rows if any(cell.strip() for cell in sheet.rows[row])]


def _is_test_student(sheet: Sheet, row: int, who: tuple[int, ...]) -> bool:
    """Whether a row is that of the student whom Canvas adds for testing."""
    no_ids = not any(
        sheet.text(row, sheet.column(key)).strip() for key in ("SIS User ID", "Integration ID")
    )
    name = " ".join(sheet.text(row, column).strip() for column in who)
    return no_ids and name in TEST


def _assignment(sheet: Sheet, wanted: str) -> int:
    titles = {k: title for k, title in enumerate(sheet.header) if CANVAS_NUMBER.search(title)}
    exact = [column for column, title in titles.items() if title == wanted]
    fits = exact or [
        column
        for column, title in titles.items()
        if folded(CANVAS_NUMBER.sub("", title)) == folded(wanted)
    ]
    if len(fits) == 1:
        return fits[0]
    numbered = list(titles.values())
    raise ValueError(
        f"{sheet.path} has {'several columns' if fits else 'no column'} {wanted!r}: name one with "
        f"--column; the assignments are {', '.join(map(repr, numbered[:20])) or 'none'}"
    )


def _titles(sheet: Sheet) -> str:
    return named([repr(title[:40]) for title in sheet.header], 8)
