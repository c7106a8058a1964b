"""Know the columns and the rows of grade sheets as Moodle and Canvas export them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from autograder.intake.names import named
from autograder.intake.titles import folded
from autograder.platforms.sheet import Sheet

__all__ = ["LAYOUTS", "Layout", "Participants", "canvas", "moodle", "participants"]

CANVAS_KEYS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
MOODLE_KEYS = ("Email address", "ID number", "Username")
EXCUSED = ("ex", "excused")  # as Canvas writes it in place of a grade
CANVAS_NUMBER = re.compile(r"\s*\(\d+\)\s*$")  # behind the title of an assignment
POINTS = re.compile(r"\d[\d.,]*")
PARTICIPANT = re.compile(r"\D+\d+\s*")  # "Participant 501", in any language


@dataclass(frozen=True)
class Layout:
    """Say where a grade sheet has what.

    Parameters
    ----------
    grade : int
        The column of the grade.
    name : int
        The column of the student's whole name.
    keys : tuple of int
        The columns of ids and addresses.
    rows : list of int
        The rows of students.
    most : callable
        Gives the largest grade of a row, as it is typed; "" if the sheet does not say it.
    closed : callable
        Gives why a row's grade may not be changed; "" if it may.
    """

    grade: int
    name: int
    keys: tuple[int, ...]
    rows: list[int]
    most: Callable[[int], str]
    closed: Callable[[int], str]


@dataclass(frozen=True)
class Participants:
    """Say who is in which row of Moodle's grading worksheet.

    Parameters
    ----------
    number : int
        The column of Moodle's own number.
    name : int
        The column of the whole name; -1 if there is none.
    keys : tuple of int
        The columns of addresses and ids.
    rows : list of int
        The rows of students.
    """

    number: int
    name: int
    keys: tuple[int, ...]
    rows: list[int]


def participants(sheet: Sheet) -> Participants | None:
    """Find the participants in a grading worksheet, in whatever language it is.

    In all languages, number, name and then the address come first.

    Parameters
    ----------
    sheet : Sheet
        The worksheet.

    Returns
    -------
    Participants or None
        Where they are; None if it is no grading worksheet.
    """
    rows, number = _students(sheet, 1), sheet.column("Identifier")
    if number is not None:
        who = sheet.column("Full name")
        keys = tuple(k for k in map(sheet.column, MOODLE_KEYS) if k is not None)
        return Participants(number, -1 if who is None else who, keys, rows)
    if not rows or not all(PARTICIPANT.fullmatch(sheet.text(row, 0)) for row in rows):
        return None
    columns = range(2, len(sheet.header))
    return Participants(
        0, 1, tuple(k for k in columns if any("@" in sheet.text(row, k) for row in rows)), rows
    )


def moodle(sheet: Sheet, name: str, title: str | None = None) -> Layout:
    """Read the layout of Moodle's grading worksheet, which is of one assignment.

    Parameters
    ----------
    sheet : Sheet
        The worksheet.
    name : str
        The assignment.
    title : str, optional
        The title of the grade's column, for a Moodle in another language than English.

    Returns
    -------
    Layout
        Where it has what.

    Raises
    ------
    ValueError
        If it is no grading worksheet.
    """
    grade, found = sheet.column(title or "Grade"), participants(sheet)
    english = sheet.column("Identifier") is not None
    if grade is None or found is None or not (english or title):
        raise ValueError(
            f"{sheet.path} is no grading worksheet of Moodle in English: expected the columns "
            f"'Identifier' and {title or 'Grade'!r}, got {_titles(sheet)}. In Moodle, set your "
            "language to English, open the assignment and choose 'Download grading worksheet'; "
            "or name the grade's column with --column"
        )
    # The largest grade stands behind the grade, in all languages.
    most = sheet.column("Maximum Grade") if english else grade + 1
    may = sheet.column("Grade can be changed")

    def closed(row: int) -> str:
        no = sheet.text(row, may).strip().casefold() == "no"
        return "Moodle says that its grade cannot be changed" if no else ""

    keys = found.keys if english else tuple(range(2, grade))
    return Layout(grade, found.name, keys, found.rows, lambda row: sheet.text(row, most), closed)


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
        Where it has what.

    Raises
    ------
    ValueError
        If it is no gradebook of Canvas, or no column or several are the assignment's.
    """
    who, points = sheet.column("Student"), _points_possible(sheet)
    if who is None or sheet.column("ID") is None or points is None:
        raise ValueError(
            f"{sheet.path} is no gradebook of Canvas: expected the columns 'Student' and 'ID' and "
            f"a row 'Points Possible', got the columns {_titles(sheet)}. In Canvas, open Grades "
            "and choose 'Export', in English if yours is in another language"
        )
    grade = _assignment(sheet, title or name)

    def closed(row: int) -> str:
        excused = sheet.text(row, grade).strip().casefold() in EXCUSED
        return "Canvas says that the student is excused" if excused else ""

    return Layout(
        grade,
        who,
        tuple(k for k in map(sheet.column, CANVAS_KEYS) if k is not None),
        [row for row in _students(sheet, points + 1) if not _is_test_student(sheet, row, who)],
        lambda row: sheet.text(points, grade),
        closed,
    )


LAYOUTS = {"moodle": moodle, "canvas": canvas}


def _points_possible(sheet: Sheet) -> int | None:
    """The row behind which the students come; a row "Manual Posting" may stand before it.

    In every language, it has a title where students have a name, no student's number, and points.
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


def _is_test_student(sheet: Sheet, row: int, who: int) -> bool:
    """Whether a row is that of the student whom Canvas adds for trying things out."""
    no_ids = not any(
        sheet.text(row, sheet.column(key)).strip() for key in ("SIS User ID", "Integration ID")
    )
    return no_ids and sheet.text(row, who).strip() in ("Student, Test", "Test Student")


def _assignment(sheet: Sheet, wanted: str) -> int:
    titles = sheet.header
    exact = [column for column, title in enumerate(titles) if title == wanted]
    fits = exact or [
        column
        for column, title in enumerate(titles)
        if folded(CANVAS_NUMBER.sub("", title)) == folded(wanted)
    ]
    if len(fits) == 1:
        return fits[0]
    numbered = [title for title in titles if CANVAS_NUMBER.search(title)]
    raise ValueError(
        f"{sheet.path} has {'several columns' if fits else 'no column'} {wanted!r}: name one with "
        f"--column; the assignments are {', '.join(map(repr, numbered[:20])) or 'none'}"
    )


def _titles(sheet: Sheet) -> str:
    return named([repr(title[:40]) for title in sheet.header], 8)
