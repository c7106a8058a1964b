"""Define the commands that grade: grade, lab.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

import os
import signal
import sys
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, WORKERS, console, find_course, say
from lazyrich.app.commands import stop
from lazyrich.app.doctor import FIRST_PORT, free_port

if TYPE_CHECKING:
    from autograder.courses import Course


# Longer than 60 lines: most of them are options.
def grade_command(
    name: Annotated[str | None, NAME] = None,
    student: Annotated[
        list[str] | None, typer.Option(help="grade only this student; may be given more than once")
    ] = None,
    examples: Annotated[
        bool, typer.Option(help="grade the example submissions (students named example-...)")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="write the table to this file too")] = None,
    workers: Annotated[int | None, WORKERS] = None,
    isolation: Annotated[
        str,
        typer.Option(help="isolation level: walls, or process for submissions of people you trust"),
    ] = "walls",
    again: Annotated[
        bool, typer.Option(help="also grade submissions that have not changed since")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="judge with this Dask scheduler's workers (tcp://HOST:PORT), not on this machine"
        ),
    ] = None,
    all_cells: Annotated[
        bool,
        typer.Option("--all-cells", help="run every cell, even those that only show something"),
    ] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Grade what is in autograder/inbox/ and print a table: points by exercise, totals, reasons.

    Submissions that have not changed since they were graded are skipped. If interrupted, run the
    same command again to resume. The exit code is 1 if anything in the inbox could not be graded.
    """
    course = replace(find_course(folder), all_cells=all_cells)
    from autograder.cli.faults import writable
    from autograder.collect.again import place_again
    from autograder.grading.alone import alone
    from autograder.grading.grade import grade
    from autograder.grading.outcome import absent
    from autograder.grading.progress import Progress
    from autograder.grading.students import bring_examples
    from autograder.reports import table

    notes: list[str] = []
    writable(csv)
    name = name or _only_example(examples)
    chosen = bring_examples(course, name) if examples else student or None
    with alone(course):
        notes += place_again(course, name)
    with Progress("grading") as progress:
        outcomes = grade(
            course,
            name,
            chosen,
            workers=workers,
            isolation=isolation,
            trusted=examples,
            again=again,
            scheduler=scheduler,
            progress=progress,
            tell=notes.append,
        )
    failed = any(outcome.automatic is None for outcome in outcomes)
    if not chosen:
        outcomes += absent(course, [outcome.student for outcome in outcomes])
    console.print(table.render(name, outcomes))
    for note in notes:
        say(note)
    if csv:
        table.write_csv(csv, outcomes)
    if failed:
        raise typer.Exit(1)


def _only_example(examples: bool) -> str:
    if not examples:
        raise ValueError("name an assignment, for example: autograder grade 01_invariant")
    return "01_invariant"


def lab_command(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="use the first free port from this one on")
    ] = FIRST_PORT,
    browser: Annotated[
        bool | None, typer.Option(help="open a browser (default: where there is one)")
    ] = None,
    grader: Annotated[
        str | None, typer.Option(help="show one grader's share of the students, for example 2/3")
    ] = None,
    hide_names: Annotated[
        bool, typer.Option("--hide-names", help="show six characters in place of each name")
    ] = False,
    formgrader: Annotated[
        bool, typer.Option("--formgrader", help="open JupyterLab with nbgrader's formgrader")
    ] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Open the desk for manual grading; it has a button for nbgrader's formgrader."""
    course = find_course(folder)
    from autograder import lab

    free = free_port(port)
    if free is None:
        stop(
            f"No port from {port} up is free: close other Jupyter servers, "
            "or choose a port with --port."
        )
    if free != port:
        console.print(f"Port {port} is taken, so port {free} is used instead.")
    if not formgrader:
        _serve_desk(course, free, browser, grader, hide_names)
        return
    if grader or hide_names:
        stop("formgrader cannot show a share or hide names: for these, leave out --formgrader.")
    command = lab.lab_command(course, port=free, browser=browser)
    if "--no-browser" in command:
        console.print("Open the address that starts with http://127.0.0.1 below in your browser.")
    os.chdir(course.root)
    os.execve(command[0], command, lab.lab_environment(course))


def _serve_desk(
    course: "Course", port: int, browser: bool | None, grader: str | None, hidden: bool
) -> None:
    from autograder import lab
    from autograder.desk.people import Share
    from autograder.desk.server import Desk, serve
    from lazyrich.app.lab import has_browser

    def opened(address: str) -> None:
        say(f"Open {address} in your browser. Ctrl-C stops the desk.")
        if has_browser() if browser is None else browser:
            webbrowser.open(address)

    beside = lab.Formgrader(course)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that formgrader stops, too
    try:
        course.secret()
        share = Share.parse(grader) if grader else Share()
        serve(Desk(course, share, hidden, beside.address), port=port, opened=opened)
    except (OSError, ValueError) as error:
        stop(error)
    finally:
        beside.stop()


COMMANDS = {
    "grade": grade_command,
    "lab": lab_command,
}
