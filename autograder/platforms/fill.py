"""Fill in a platform's own grade sheet with totals, and list the rows that could not be filled."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.courses import Course
from autograder.grading.gradebook import bring_up_to_date, check_graded
from autograder.grading.marks import Marks, hundredths
from autograder.grading.members import members
from autograder.grading.outcome import outcomes
from autograder.intake import students_with
from autograder.intake.names import named, shown
from autograder.platforms.layouts import LAYOUTS, Layout
from autograder.platforms.numbers import check_worksheet
from autograder.platforms.people import NobodyError, People, people_of
from autograder.platforms.sheet import Sheet
from nbjudge.wording import counted

__all__ = ["Filled", "fill", "fill_sheet"]


@dataclass
class Filled:
    """Hold what happened to each row of a grade sheet, and to each student with a mark.

    Parameters
    ----------
    filled : list of str
        Students whose total was written.
    absent : list of str
        Students who handed in nothing: their rows are unchanged, because that is not a 0.
    waiting : list of str
        Students with an answer that waits for manual grading: their rows are unchanged.
    ungraded : list of str
        Students who handed something in that has not been graded yet.
    unfilled : list of (int, str, str)
        Other unchanged rows: the line of the file, the name in it, and why.
    rowless : list of str
        Students who have a mark but no row; those who have left the class need none.
    notes : list of str
        What else the instructor should know.
    """

    filled: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    unfilled: list[tuple[int, str, str]] = field(default_factory=list)
    rowless: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every row was matched to a student, and every mark to a row."""
        return not (self.waiting or self.ungraded or self.unfilled or self.rowless)

    def lines(self) -> list[str]:
        """Describe it, with a line for each kind and for each row that could not be filled."""
        lines = [f"{counted(len(self.filled), 'row')} filled"]
        for title, students in (
            ("left unchanged, because nothing was handed in (that is not a 0)", self.absent),
            ("left unchanged, because an answer waits for manual grading", self.waiting),
            ("left unchanged, because what was handed in is not graded yet", self.ungraded),
            ("with a mark, but no row in the file", self.rowless),
        ):
            if students:
                lines.append(f"{len(students)} {title}: {named(sorted(students))}")
        lines += [
            f"line {line} ({shown(name)}) not filled: {why}" for line, name, why in self.unfilled
        ]
        return lines + self.notes


def fill(
    course: Course,
    name: str,
    platform: str,
    path: Path,
    to: Path,
    *,
    column: str | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Filled:
    """Write a copy of a platform's grade sheet with the totals of an assignment filled in.

    All other cells stay byte for byte as they are.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    platform : str
        "moodle" (a grading worksheet) or "canvas" (a gradebook).
    path : Path
        The file that was exported from the platform.
    to : Path
        The file to write.
    column : str, optional
        The title of the column to fill, if it is not the usual one.
    tell : callable, optional
        Called with a line about late penalties that changed.

    Returns
    -------
    Filled
        What happened to each row.

    Raises
    ------
    FileNotFoundError
        If no submission to the assignment has been graded yet.
    ValueError
        If the file is not such a grade sheet, is damaged, or is for another assignment.
    """
    sheet = Sheet(path)
    layout = LAYOUTS[platform](sheet, name, column)
    if platform == "moodle":
        check_worksheet(course, name, sheet)
    graded = sorted(check_graded(course, name))
    if changed := bring_up_to_date(course, name):
        tell(changed)
    marks = {o.student: o.marks for o in outcomes(course, name, graded) if o.marks is not None}
    waiting = set(students_with(course, name)[0]) - set(marks)
    done = fill_sheet(sheet, layout, people_of(course), marks, ungraded=waiting)
    left = {member.student for member in members(course).values() if member.gone}
    done.rowless = [student for student in done.rowless if student not in left]
    sheet.write(to)
    return done


def fill_sheet(
    sheet: Sheet,
    layout: Layout,
    people: People,
    marks: Mapping[str, Marks],
    *,
    ungraded: Collection[str] = (),
) -> Filled:
    """Put totals into the cells of a grade sheet.

    Parameters
    ----------
    sheet : Sheet
        The grade sheet; its cells change.
    layout : Layout
        What is in which column and row.
    people : People
        All students of the course.
    marks : mapping of str to Marks
        The marks of those whose work was graded, by student.
    ungraded : collection of str, optional
        Students who handed something in that has not been graded yet.

    Returns
    -------
    Filled
        What happened to each row.
    """
    done, scales = Filled(), set()
    whose = _rows_of(sheet, layout, people, done)
    for student, rows in whose.items():
        mark = marks.get(student)
        if len(rows) > 1:
            lines = ", ".join(str(sheet.line(row)) for row in rows)
            for row in rows:
                _leave(sheet, layout, row, f"lines {lines} all belong to {student}", done)
        elif mark is None:
            (done.ungraded if student in ungraded else done.absent).append(student)
        elif why := layout.closed(rows[0]):
            _leave(sheet, layout, rows[0], why, done)
        elif mark.waiting:
            done.waiting.append(student)
        else:
            try:
                scales.add(_put(sheet, layout, rows[0], mark))
            except ValueError as error:
                _leave(sheet, layout, rows[0], str(error), done)
            else:
                done.filled.append(student)
    done.unfilled.sort()
    done.rowless = sorted(set(marks) - set(whose))
    done.notes = [f"totals of {of:g} were scaled to {to:g}" for of, to in scales if of != to]
    if done.filled and not any(layout.most(row).strip() for row in layout.rows):
        done.notes.append("the file does not say the largest grade, so no total was scaled")
    if found := sheet.formulas():
        done.notes.append(
            f"{counted(found, 'cell')} of the original file could run as formulas; upload the "
            "file to the platform without opening it in a spreadsheet"
        )
    return done


def _rows_of(sheet: Sheet, layout: Layout, people: People, done: Filled) -> dict[str, list[int]]:
    """Map students to their rows, and note the rows that belong to nobody."""
    whose: dict[str, list[int]] = defaultdict(list)
    for row in layout.rows:
        keys = [sheet.text(row, column) for column in layout.keys]
        try:
            student = people.find(keys, _name(sheet, layout, row))
        except NobodyError as error:
            _leave(sheet, layout, row, str(error), done)
        else:
            whose[student].append(row)
    return whose


def _put(sheet: Sheet, layout: Layout, row: int, mark: Marks) -> tuple[float, float]:
    """Write a total into a row, scaled to the sheet's largest grade; returns both maxima."""
    typed = layout.most(row).strip()
    most = _number(typed) if typed else mark.most
    if typed and (not math.isfinite(most) or most <= 0):
        raise ValueError(f"the largest grade is {typed!r}, which is not a number of points")
    if mark.most <= 0:
        raise ValueError("the assignment has no points")
    text = str(hundredths(mark.total / mark.most * most))
    sheet.put(row, layout.grade, text.replace(".", ",") if _decimal_comma(typed) else text)
    return mark.most, most


def _decimal_comma(typed: str) -> bool:
    return re.fullmatch(r"[\d.]*,\d+", typed) is not None


def _number(typed: str) -> float:
    plain = typed.replace(".", "").replace(",", ".") if _decimal_comma(typed) else typed
    try:
        return float(plain)
    except ValueError:
        return math.nan


def _name(sheet: Sheet, layout: Layout, row: int) -> str:
    return " ".join(sheet.text(row, column) for column in layout.name).strip()


def _leave(sheet: Sheet, layout: Layout, row: int, why: str, done: Filled) -> None:
    name = _name(sheet, layout, row) or sheet.text(row, 0)
    done.unfilled.append((sheet.line(row), name, why))
