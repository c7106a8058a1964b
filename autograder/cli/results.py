"""Define the commands that show what was graded: table, report, similar, feedback.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, console, find_course, say
from autograder.reports import SHARE
from lazyrich.app.commands import stop


def table_command(
    name: Annotated[str, NAME],
    csv: Annotated[Path | None, typer.Option(help="write the table to this file too")] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Print the current table of an assignment, with the points of manual grading.

    The exit code is 1 if something in the inbox belongs to no submission.
    """
    course = find_course(folder)
    from autograder.cli.faults import writable
    from autograder.grading.gradebook import bring_up_to_date, check_graded
    from autograder.grading.outcome import unplaced
    from autograder.grading.standing import standing
    from autograder.reports import table

    writable(csv)
    check_graded(course, name)
    renewed = bring_up_to_date(course, name)
    found, strays = standing(course, name)
    rows = [*found, *unplaced(strays)]
    console.print(table.render(name, rows))
    say(renewed)
    if csv:
        table.write_csv(csv, rows)
    if strays:
        raise typer.Exit(1)


def report_command(
    name: Annotated[str, NAME],
    to: Annotated[
        Path | None, typer.Option(help="a folder for the page (default: autograder/report/NAME)")
    ] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Show how the class did: points by exercise, lost checks, the most frequent messages.

    It also writes a page with figures, an analysis of every check, and late and similar work, with
    CSV files beside it. The exit code is 1 if something in the inbox belongs to no submission.
    """
    course = find_course(folder)
    from autograder.grading.gradebook import bring_up_to_date, check_graded
    from autograder.reports import report
    from autograder.reports.overview import overview
    from autograder.reports.page import write_page

    check_graded(course, name)
    say(bring_up_to_date(course, name))
    summary = overview(course, name)
    console.print(report.render(name, summary))
    say(f"{write_page(course, name, summary, to)}: the page, with CSV files beside it")
    if summary.strays:
        raise typer.Exit(1)


def similar_command(
    name: Annotated[str, NAME],
    least: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="list answers that share at least this much")
    ] = SHARE,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """List answers that students share with each other, with the solution or with the library.

    This changes no score: compare the listed answers yourself.
    """
    course = find_course(folder)
    from autograder.reports import similarity

    found = similarity.similar(course, name, least=least)
    console.print(similarity.render(found))


def feedback_command(
    name: Annotated[str, NAME],
    student: Annotated[str | None, typer.Option(help="write only the page of this student")] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Write the page that each student gets back: autograder/feedback/STUDENT/NAME/NAME.html.

    The exit code is 1 if a student's page could not be made.
    """
    course = find_course(folder)
    from autograder.feedback_pages.feedback import feedback
    from autograder.grading.gradebook import bring_up_to_date, still_waiting
    from autograder.grading.students import meant
    from autograder.intake import check_student

    lost: list[str] = []
    try:
        say(bring_up_to_date(course, name))
        whose = None if student is None else meant(course, check_student(student))
        pages = feedback(course, name, whose, tell=lost.append)
    except RuntimeError as error:
        stop(error)
    waiting = [] if whose else [still_waiting(course, name)]
    for line in (*(str(page.relative_to(course.root)) for page in pages), *waiting, *lost):
        say(line)
    if lost:
        raise typer.Exit(1)


COMMANDS = {
    "table": table_command,
    "report": report_command,
    "similar": similar_command,
    "feedback": feedback_command,
}
