"""Tell the worksheet of one assignment from that of another, by the numbers that Moodle gives."""

import re

from autograder.collect.kept import attempts
from autograder.collect.match import Class
from autograder.courses import Course
from autograder.intake.names import named
from autograder.platforms.layouts import participants
from autograder.platforms.sheet import Sheet

__all__ = ["check_worksheet"]

LABEL = re.compile(r"(.+)_(\d+)", re.DOTALL)  # what collecting calls a hand-in of Moodle


def check_worksheet(course: Course, name: str, sheet: Sheet) -> None:
    """Refuse Moodle's worksheet of another assignment, to which the marks would be uploaded.

    Moodle numbers participants anew for each assignment. What was collected has these numbers.

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
        If none of its numbers is one that was collected.
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
    if known and numbers and not known & numbers:
        raise ValueError(
            f"{sheet.path} is the worksheet of another assignment: its participants are "
            f"{named(sorted(numbers), 3)}, and the hand-ins that were collected of {name} are of "
            f"{named(sorted(known), 3)}. Download the worksheet of this assignment; if Moodle has "
            "it anew, collect its submissions again"
        )
