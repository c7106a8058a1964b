"""Tell the worksheets of different assignments apart by the numbers that Moodle assigns."""

import re

from autograder.collect.kept import attempts
from autograder.collect.match import Class
from autograder.courses import Course
from autograder.platforms.layouts import participants
from autograder.platforms.sheet import Sheet, check_numbers

__all__ = ["check_worksheet"]

LABEL = re.compile(r"(.+)_(\d+)", re.DOTALL)  # the label of a hand-in from Moodle


def check_worksheet(course: Course, name: str, sheet: Sheet) -> None:
    """Refuse Moodle's worksheet of another assignment: the marks would be uploaded to that one.

    Moodle gives participants new numbers for each assignment, and collected hand-ins have them.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    sheet : Sheet
        The worksheet.

    Raises
    ------
    ValueError
        If none of its numbers belongs to a collected hand-in.
    """
    there, people = participants(sheet), Class(course)
    if there is None:
        return
    kept = [
        each.about
        for folder in course.collected.glob(f"*/{name}")
        for each in attempts(course, name, folder.parent.name)
    ]
    labels = [LABEL.fullmatch(about.label) for about in kept if about.platform == "moodle"]
    known = {found[2] for found in labels if found and not people.is_group(found[1])}
    cells = [re.search(r"(\d+)\s*$", sheet.text(row, there.number)) for row in there.rows]
    numbers = {found[1] for found in cells if found}
    check_numbers(sheet.path, numbers, known)
