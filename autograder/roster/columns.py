"""Read students from a CSV file with the columns of Moodle, Canvas, GitHub or a plain list."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.courses.spelling import composed
from autograder.intake.names import is_student, named, shown
from autograder.platforms.layouts import TEST, points_possible
from autograder.platforms.sheet import SHORTENED, Sheet
from nbjudge.wording import counted

__all__ = ["Row", "read_roster"]

# Columns for a student's id: the first one with a different entry in every row is used.
IDS = ("student id", "student_id", "username", "user name", "sis login id", "login", "login id",
       "id number", "matriculation number", "student number", "orgdefinedid", "sis user id",
       "identifier", "student", "id", "email address", "email", "e-mail", "e-mail address",
       "mail")  # fmt: skip
EMAIL = IDS[-5:]
FIRST = ("first name", "first_name", "firstname", "given name", "given names")
LAST = ("last name", "last_name", "lastname", "surname", "family name")
WHOLE = ("full name", "name", "student name", "display name")
PLATFORM = ("canvas id", "lms_user_id", "platform id", "user id")
SECTION = ("section", "sections", "class", "course section")
GROUPS = ("group", "groups", "group name", "group_name", "team")
ALSO = ("github_username", "github", "github username", "alias", "aliases")
CANVAS = ("sis login id", "sis user id", "root account")  # only Canvas has one of these
READ = (*IDS, *FIRST, *LAST, *WHOLE, *PLATFORM, *SECTION, *GROUPS, *ALSO)
OTHER_IDS = IDS[: IDS.index("sis user id")]  # which a platform may also use to name a student
LONGEST = 300  # characters of a name
JOINERS = "\u200c\u200d"  # names in Persian and Indic scripts need them


@dataclass(frozen=True)
class Row:
    """Describe a student with the data of a file.

    Parameters
    ----------
    line : int
        The line of the file.
    id : str
        The student's id, if the student is new.
    first, last : str, default ""
        The names.
    email : str, default ""
        The address.
    platform : str, default ""
        The platform's own id, which stays the same for the whole term.
    section : str, default ""
        The section.
    groups : tuple of str or None, optional
        The groups; None if the file has no column of groups.
    also : tuple of str, optional
        Other names of the student on platforms.
    """

    line: int
    id: str
    first: str = ""
    last: str = ""
    email: str = ""
    platform: str = ""
    section: str = ""
    groups: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()


def read_roster(path: Path, tell: Callable[[str], None] = lambda line: None) -> list[Row]:
    """Read the students in a CSV file.

    Parameters
    ----------
    path : Path
        The file: Moodle's participants or grading worksheet, Canvas's gradebook, the roster of
        GitHub Classroom, or a list with a column "student" or "email".
    tell : callable, optional
        Called with a line about parts of the file that are not read.

    Returns
    -------
    list of Row
        One for each student.

    Raises
    ------
    ValueError
        If it is not such a file, or no column has a different entry for every student.
    """
    sheet = Sheet(path)
    points = points_possible(sheet) if sheet.column("id") is not None else None
    indented = points is not None and sheet.text(points, 0).startswith("  ")  # as in Canvas
    canvas = sheet.column(*CANVAS) is not None or indented
    above = points if canvas and points is not None else 0
    rows = [row for row in range(above + 1, len(sheet.rows)) if _is_student(sheet, row, canvas)]
    if not rows:
        raise ValueError(f"{path} names no students: it has a header, but no rows below it")
    ids = _ids(sheet, rows, canvas)
    if long := [sheet.line(row) for row in rows if sheet.too_long(row)]:
        raise ValueError(
            f"{path}: line {long[0]} has more cells than the header: put each cell that "
            f"contains a {sheet.separator!r} in quotes"
        )
    for line in _left_out(sheet, rows):
        tell(line)
    return [_row(sheet, row, own, canvas) for row, own in zip(rows, ids, strict=True)]


def _is_student(sheet: Sheet, row: int, canvas: bool) -> bool:
    if not any(cell.strip() for cell in sheet.rows[row]):
        return False
    parts = " ".join(sheet.text(row, sheet.column(*titles)).strip() for titles in (FIRST, LAST))
    return not (canvas and (sheet.text(row, sheet.column("student")).strip() or parts) in TEST)


def _left_out(sheet: Sheet, rows: list[int]) -> Iterator[str]:
    """Report columns that are not read, and numbers that a spreadsheet has shortened."""
    known = {sheet.column(title) for title in READ}
    used = {k for row in rows for k, cell in enumerate(sheet.rows[row]) if cell.strip(' "')}
    titles = [repr(title) for k, title in enumerate(sheet.header) if k in used - known]
    if titles:
        yield f"columns not read, because their titles are not known: {named(titles, 6)}"
    cells = [
        (sheet.line(row), cell)
        for row in rows
        for cell in (sheet.text(row, sheet.column(title)).strip() for title in READ)
        if SHORTENED.fullmatch(cell)
    ]
    if cells:
        yield (
            f"left out: {counted(len(set(cells)), 'number')} that a spreadsheet has shortened "
            f"({cells[0][1]} on line {cells[0][0]}); export the file again, and do not open it in "
            "a spreadsheet"
        )


def _ids(sheet: Sheet, rows: list[int], canvas: bool) -> list[str]:
    """Take ids from the first column that has a different entry for every student."""
    why = []
    for title in IDS:
        column = sheet.column(title)
        if column is None or (canvas and title == "student"):
            continue
        ids = [_own(sheet.text(row, column)) for row in rows]
        if title == "identifier" and any(own.startswith("Participant ") for own in ids):
            continue  # Moodle gives participants new numbers for each assignment
        lines = [sheet.line(row) for row in rows]
        if problem := _problem(ids, lines):
            why.append(f"{title!r} ({problem})")
        else:
            return ids
    tried = "; ".join(why) or f"it has the columns {', '.join(map(repr, sheet.header[:8]))}"
    raise ValueError(
        f"{sheet.path}: no column has a different entry for every student: {tried}. Expected a "
        "column 'student', 'username', 'SIS Login ID', 'ID number' or 'email' with letters, "
        "digits, . _ @ + - ' and spaces. If Moodle wrote it in a language other than English, set "
        "your language there to English and export it again"
    )


def _problem(ids: Sequence[str], lines: Sequence[int]) -> str:
    """Say why these cannot be the students' ids; "" if they can."""
    empty = [line for own, line in zip(ids, lines, strict=True) if not own]
    if empty:
        return f"it is empty on line {empty[0]}"
    cut = [(own, line) for own, line in zip(ids, lines, strict=True) if SHORTENED.fullmatch(own)]
    if cut:
        return f"{cut[0][0]} on line {cut[0][1]} is a number that a spreadsheet has shortened"
    bad = [(own, line) for own, line in zip(ids, lines, strict=True) if not is_student(own)]
    if bad:
        return f"{shown(bad[0][0], 40)!r} on line {bad[0][1]} cannot be the name of a folder"
    counts = Counter(own.casefold() for own in ids)
    twice = [own for own in ids if counts[own.casefold()] > 1]
    if twice:
        places = [
            str(line)
            for own, line in zip(ids, lines, strict=True)
            if own.casefold() == twice[0].casefold()
        ]
        return f"{twice[0]!r} is on lines {', '.join(places[:5])}"
    return ""


def _row(sheet: Sheet, row: int, own: str, canvas: bool) -> Row:
    def cell(*titles: str) -> str:
        return _written(sheet.text(row, sheet.column(*titles)))

    first, last = cell(*FIRST), cell(*LAST)
    whole = cell("student") if canvas else cell(*WHOLE)
    if not (first or last) and whole:
        first, last = _split(whole)
    platform = cell("id") if canvas else cell(*PLATFORM)
    titles = (*ALSO, *OTHER_IDS, *(("sis user id",) if canvas else ()))
    also = {_own(cell(title)) for title in titles}
    return Row(
        sheet.line(row),
        own,
        first,
        last,
        cell(*EMAIL),
        "" if SHORTENED.fullmatch(platform) else platform,
        cell(*SECTION),
        None if sheet.column(*GROUPS) is None else _several(cell(*GROUPS)),
        tuple(sorted(each for each in also - {"", own} if not SHORTENED.fullmatch(each))),
    )


def _own(text: str) -> str:
    """An id without the # that Brightspace puts before it."""
    return composed(text.strip().removeprefix("#"))


def _written(text: str) -> str:
    """A cell as a person reads it: no invisible characters except joiners, only plain spaces."""
    signs = (
        " " if sign.isspace() else sign if sign.isprintable() or sign in JOINERS else ""
        for sign in composed(text)
    )
    return " ".join("".join(signs).split())[:LONGEST]


def _split(name: str) -> tuple[str, str]:
    """Split a name: "Lovelace, Ada" and "Ada Lovelace" are first "Ada" and last "Lovelace"."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return first.strip(), last


def _several(text: str) -> tuple[str, ...]:
    parts: Iterable[str] = (part.strip() for part in re.split(r"[,;]", text))
    return tuple(dict.fromkeys(part for part in parts if part))
