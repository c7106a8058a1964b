"""Define the commands that give marks and pages back: export, return.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, find_course, say
from lazyrich.app.commands import stop
from nbjudge.wording import counted


def export_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="assignments (default: all; one to fill a sheet)")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="write all marks to this file, one column per exercise")
    ] = None,
    canvas: Annotated[
        Path | None, typer.Option(help="fill in totals in this gradebook exported from Canvas")
    ] = None,
    moodle: Annotated[
        Path | None, typer.Option(help="fill in totals in this grading worksheet from Moodle")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="the file to write (default: FILE-filled.csv beside FILE)")
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="the title of the column to fill, if it is not the usual one")
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="with --csv: add a UTF-8 byte-order mark (for Excel)")
    ] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Write marks as CSV, or fill in a grade sheet exported from Canvas or Moodle.

    All other cells of a platform's file stay byte for byte as they are. The exit code is 1 if a row
    of the sheet matches no student, or a mark matches no row.
    """
    if [csv, canvas, moodle].count(None) != 2:
        stop("name one file: --csv FILE to write, or --canvas FILE or --moodle FILE to fill in.")
    course = find_course(folder)
    from autograder.cli.faults import writable
    from autograder.platforms.fill import fill
    from autograder.reports.export import export

    if csv:
        writable(csv)
        rows = export(course, names or [], csv, excel=excel, tell=say)
        say(f"{csv}: {counted(rows, 'row')}")
        return
    platform, sheet = ("canvas", canvas) if canvas else ("moodle", moodle)
    if sheet is None or len(names or []) != 1:
        raise ValueError(f"name one assignment: autograder export NAME --{platform} FILE")
    target = to or sheet.with_name(f"{sheet.stem}-filled{sheet.suffix}")
    writable(target)
    done = fill(course, names[0], platform, sheet, target, column=column, tell=say)
    for line in (f"{target}:", *done.lines()):
        say(line)
    if not done.complete:
        raise typer.Exit(1)


def return_command(
    name: Annotated[str, NAME],
    moodle: Annotated[
        Path | None,
        typer.Option(help="make the zip for Moodle, from this grading worksheet"),
    ] = None,
    canvas: Annotated[
        Path | None, typer.Option(help="make the zip for Canvas, from its zip of submissions")
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="make one zip file for each student")
    ] = False,
    to: Annotated[
        Path | None, typer.Option(help="folder to create (default: autograder/returns/NAME-moodle)")
    ] = None,
    size: Annotated[
        float,
        typer.Option(min=0.1, help="largest zip file in megabytes (a platform's limit)"),
    ] = 50.0,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Pack the feedback pages in the form that a learning platform accepts.

    The pages are made again with smaller pictures. The exit code is 1 if a page could
    not be placed.
    """
    if [moodle, canvas, each or None].count(None) != 2:
        stop("choose one form: --moodle WORKSHEET.csv, --canvas SUBMISSIONS.zip or --each.")
    course = find_course(folder)
    from autograder.grading.progress import Progress
    from autograder.platforms.give_back import give_back

    form = "moodle" if moodle else "canvas" if canvas else "each"
    try:
        with Progress("packing") as progress:
            done = give_back(
                course, name, form, moodle or canvas, to, size=size, progress=progress, tell=say
            )
    except RuntimeError as error:
        stop(error)
    for line in done.lines():
        say(line)
    if not done.complete:
        raise typer.Exit(1)


COMMANDS = {"export": export_command, "return": return_command}
