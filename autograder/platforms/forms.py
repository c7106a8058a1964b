"""Name feedback files as Moodle and Canvas expect them in an upload."""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collect.names import CANVAS
from autograder.platforms.layouts import participants
from autograder.platforms.people import NobodyError, People
from autograder.platforms.sheet import Sheet

__all__ = ["FORMS", "Form", "canvas_form", "each_form", "moodle_form"]

MOST_FILES = 100_000


@dataclass
class Form:
    """Describe where each student's page goes in an upload.

    Parameters
    ----------
    places : dict of str to callable
        By student, a function that makes the path of a page in the upload from its file name.
    unknown : list of str
        What in the platform's file belongs to nobody, and why.
    one_each : bool, default False
        Whether each student gets a zip file of their own.
    """

    places: dict[str, Callable[[str], str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    one_each: bool = False


def moodle_form(people: People, name: str, worksheet: Path | None) -> Form:
    """Make the form for Moodle's "Upload multiple feedback files in a zip".

    Moodle finds the participant by the number in a folder's name, which only its grading worksheet
    contains: `Ada Lovelace_501_assignfeedback_file_/`.

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
        If it is not a grading worksheet.
    """
    assert worksheet is not None
    sheet, form = Sheet(worksheet), Form()
    there = participants(sheet)
    if there is None:
        raise ValueError(
            f"{worksheet} is not a grading worksheet from Moodle: expected 'Participant 501' and "
            f"the like in its first column, got {', '.join(map(repr, sheet.header[:8]))}. In "
            "Moodle, open the assignment and choose 'Download grading worksheet'"
        )
    for row in there.rows:
        who = " ".join(sheet.text(row, column) for column in there.name).strip()
        found = re.search(r"(\d+)\s*$", sheet.text(row, there.number))
        try:
            student = people.find([sheet.text(row, column) for column in there.keys], who)
            if found is None:
                raise NobodyError("its identifier has no number")
            if student in form.places:
                raise NobodyError(f"{student} has another row")
        except NobodyError as error:
            form.unknown.append(f"line {sheet.line(row)}: {error}")
            continue
        # No underscores and no special characters of paths: Moodle cuts the name at underscores.
        plain = " ".join(re.sub(r"[^\w'-]|_", " ", who).split())[:80] or "Participant"
        folder = f"{plain}_{int(found[1])}_assignfeedback_file_"
        form.places[student] = lambda page, folder=folder: f"{folder}/{page}"
    return form


def canvas_form(people: People, name: str, submissions: Path | None) -> Form:
    """Make the form for Canvas's "Upload Submissions".

    Canvas finds the student by two numbers in the name of a file, which only the zip of downloaded
    submissions contains: `lovelaceada_1001_5005_feedback.html`.

    Parameters
    ----------
    people : People
        The students of the course.
    name : str
        The assignment.
    submissions : Path
        The zip file of submissions from Canvas. Only the names in it are read.

    Returns
    -------
    Form
        Where each student's page goes.

    Raises
    ------
    ValueError
        If it is not such a zip file.
    """
    assert submissions is not None
    try:
        with zipfile.ZipFile(submissions) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise ValueError(f"{submissions} cannot be read as a zip file ({error})") from None
    if len(names) > MOST_FILES:
        raise ValueError(f"{submissions} has more than {MOST_FILES} files, too many for a class")
    last = [path.rpartition("/")[2] for path in names if "\\" not in path]
    files = [m for m in map(CANVAS.fullmatch, last) if m and m["file"] and m[0][0] != "."]
    if not files:
        raise ValueError(
            f"{submissions} contains no file that is named as Canvas names submissions "
            "(lovelaceada_1001_5005_lab.ipynb): in Canvas, choose 'Download Submissions'"
        )
    form, chosen = Form(), {}
    for each in sorted(files, key=_notebooks_last):
        chosen[each["number"]] = each  # the newest notebook, or else the newest file
    for number, each in chosen.items():
        try:
            student = people.find([number], each["name"])
            if student in form.places:
                raise NobodyError(f"{student} has another file")
        except NobodyError as error:
            form.unknown.append(f"{each[0]}: {error}")
            continue
        start = f"{each['name']}_{number}_{each['upload']}"
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
        Not used: there is no platform.

    Returns
    -------
    Form
        Where each student's page goes.
    """
    places = {student: lambda page: page for student in people.ids()}
    return Form(places, one_each=True)


FORMS = {"moodle": moodle_form, "canvas": canvas_form, "each": each_form}


def _notebooks_last(each: re.Match[str]) -> tuple[bool, int]:
    return each["file"].lower().endswith(".ipynb"), int(each["upload"])
