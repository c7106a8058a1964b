"""Define the commands on what was graded: table, report, similar, feedback, export.

A command is thin: it calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, for that takes seconds.
"""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, console, find_course
from lazyrich.app.cli import stop


def table_command(
    name: Annotated[str, NAME],
    csv: Annotated[Path | None, typer.Option(help="write the table to this file too")] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Print the table of an assignment as it is now, with the points of manual grading."""
    course = find_course(folder)
    from autograder.grading.gradebook import check_graded
    from autograder.grading.outcome import outcome
    from autograder.intake import students_with
    from autograder.reports import table

    try:
        check_graded(course, name)
    except FileNotFoundError as error:
        stop(error)
    outcomes = [outcome(course, name, student) for student in students_with(course, name)[0]]
    console.print(table.render(name, outcomes))
    if csv:
        table.write_csv(csv, outcomes)


def report_command(name: Annotated[str, NAME]) -> None:
    """Show how the class did: points by exercise, lost checks, the most frequent messages."""
    course = find_course()
    from autograder.reports import report

    try:
        console.print(report.render(name, report.overview(course, name)))
    except FileNotFoundError as error:
        stop(error)


def similar_command(
    name: Annotated[str, NAME],
    least: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="list pairs that share at least this part")
    ] = 0.6,
) -> None:
    """List answers that two students share, or a student and the solution.

    This changes no score: compare the listed answers yourself.
    """
    course = find_course()
    from rich.table import Table
    from rich.text import Text

    from autograder.reports.similarity import similar

    try:
        pairs = similar(course, name, least=least)
    except FileNotFoundError as error:
        stop(error)
    table = Table(
        *("exercise", "student", "other", "shared"), box=None, header_style="bold", pad_edge=False
    )
    for pair in pairs:
        table.add_row(pair.exercise, pair.student, Text(pair.other), f"{pair.share:.0%}")
    console.print(table if pairs else "No two answers are alike.")


def feedback_command(
    name: Annotated[str, NAME],
    student: Annotated[str | None, typer.Option(help="write only the page of this student")] = None,
) -> None:
    """Write the page that each student gets back: autograder/feedback/STUDENT/NAME/NAME.html."""
    course = find_course()
    from autograder.feedback_pages.feedback import feedback
    from autograder.intake import check_student

    try:
        pages = feedback(course, name, None if student is None else check_student(student))
    except (FileNotFoundError, RuntimeError, ValueError) as error:
        stop(error)
    for page in pages:
        console.print(str(page.relative_to(course.root)), markup=False, soft_wrap=True)


def export_command(
    csv: Annotated[Path, typer.Option(help="the file to write")],
    names: Annotated[list[str] | None, typer.Argument(help="assignments (default: all)")] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="add a UTF-8 byte-order mark (for Excel)")
    ] = False,
) -> None:
    """Write marks as CSV: a row for each student and assignment, a column for each exercise."""
    course = find_course()
    from autograder.reports.export import export

    try:
        rows = export(course, names or [], csv, excel=excel)
    except OSError as error:
        stop(error)
    console.print(f"{csv}: {rows} rows", markup=False, soft_wrap=True)


COMMANDS = {
    "table": table_command,
    "report": report_command,
    "similar": similar_command,
    "feedback": feedback_command,
    "export": export_command,
}
