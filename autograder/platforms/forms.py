"""Name the files of feedback as Moodle and Canvas want them when they are uploaded."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.platforms.layouts import moodle
from autograder.platforms.people import NobodyError, People
from autograder.platforms.sheet import Sheet

__all__ = ["FORMS", "Form", "canvas_form", "each_form", "moodle_form"]

# As Canvas names what it lets one download: name, perhaps LATE, the user, the file, its name.
CANVAS = re.compile(
    r"(?P<who>[^_/\\]+)(?:_LATE)?_(?P<user>\d+)_(?P<file>\d+)_(?P<name>[^/\\]+)", re.DOTALL
)
MOST_FILES = 100_000


@dataclass
class Form:
    """Say where in an upload each student's page goes.

    Parameters
    ----------
    places : dict of str to callable
        By student, a function that makes the path of a page in the upload from its file name.
    unknown : list of str
        What in the platform's file is nobody's, and why.
    one_each : bool, default False
        Whether each student gets a zip file of their own.
    """

    places: dict[str, Callable[[str], str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    one_each: bool = False


def moodle_form(people: People, name: str, worksheet: Path | None) -> Form:
    """Make the form of Moodle's "Upload multiple feedback files in a zip".

    Moodle finds the participant by the number in a folder's name, which only its grading worksheet
    tells: `Ada Lovelace_501_assignfeedback_file_/`.

    Parameters
    ----------
    people : People
        The students of the course.
    name : str
        The assignment.
    worksheet : Path
        Moodle's grading worksheet of the assignment.

    Returns
    -------
    Form
        Where each student's page goes.

    Raises
    ------
    ValueError
        If it is no grading worksheet in English.
    """
    assert worksheet is not None
    sheet, form = Sheet(worksheet), Form()
    layout = moodle(sheet, name)
    number = sheet.column("Identifier")
    for row in layout.rows:
        who = sheet.text(row, layout.name) if layout.name >= 0 else ""
        found = re.search(r"(\d+)\s*$", sheet.text(row, number))
        try:
            student = people.find([sheet.text(row, column) for column in layout.keys], who)
            if found is None:
                raise NobodyError("its identifier has no number")
            if student in form.places:
                raise NobodyError(f"{student} has another row")
        except NobodyError as error:
            form.unknown.append(f"line {sheet.line(row)}: {error}")
            continue
        # No underscore and nothing that is special in a path: Moodle cuts the name at underscores.
        plain = " ".join(re.sub(r"[^\w'-]|_", " ", who).split())[:80] or "Participant"
        folder = f"{plain}_{int(found[1])}_assignfeedback_file_"
        form.places[student] = lambda page, folder=folder: f"{folder}/{page}"
    return form


def canvas_form(people: People, name: str, submissions: Path | None) -> Form:
    """Make the form of Canvas's "Upload Submissions".

    Canvas finds the student by two numbers in the name of a file, which only the zip of downloaded
    submissions tells: `lovelaceada_1001_5005_feedback.html`.

    Parameters
    ----------
    people : People
        The students of the course.
    name : str
        The assignment.
    submissions : Path
        The zip file that Canvas made of the submissions. Only the names in it are read.

    Returns
    -------
    Form
        Where each student's page goes.

    Raises
    ------
    ValueError
        If it is no such zip file.
    """
    assert submissions is not None
    try:
        with zipfile.ZipFile(submissions) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(f"{submissions} is no zip file that can be read ({error})") from None
    if len(names) > MOST_FILES:
        raise ValueError(f"{submissions} has more than {MOST_FILES} files; that is no class")
    files = [each for each in map(CANVAS.fullmatch, names) if each]
    if not files:
        raise ValueError(
            f"{submissions} holds no file that is named as Canvas names submissions "
            "(lovelaceada_1001_5005_lab.ipynb): in Canvas, choose 'Download Submissions'"
        )
    form, chosen = Form(), {}
    for each in sorted(files, key=_notebooks_last):
        chosen[each["user"]] = each  # the newest notebook, or else the newest file
    for user, each in chosen.items():
        try:
            student = people.find([user], each["who"])
            if student in form.places:
                raise NobodyError(f"{student} has another file")
        except NobodyError as error:
            form.unknown.append(f"{each[0]}: {error}")
            continue
        start = f"{each['who']}_{user}_{each['file']}"
        form.places[student] = lambda page, start=start: f"{start}_{page}"
    return form


def each_form(people: People, name: str, source: Path | None = None) -> Form:
    """Make one zip file for each student.

    Parameters
    ----------
    people : People
        The students of the course.
    name : str
        The assignment.
    source : Path, optional
        Nothing: there is no platform.

    Returns
    -------
    Form
        Where each student's page goes.
    """
    places = {student: lambda page: page for student in people.ids()}
    return Form(places, one_each=True)


FORMS = {"moodle": moodle_form, "canvas": canvas_form, "each": each_form}


def _notebooks_last(each: re.Match[str]) -> tuple[bool, int]:
    return each["name"].lower().endswith(".ipynb"), int(each["file"])
