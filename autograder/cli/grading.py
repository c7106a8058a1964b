"""Define the commands that prepare and grade: release, migrate, grade, lab, forget.

A command is thin: it calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, for that takes seconds.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, console, find_course
from lazyrich.app.cli import stop, tell
from lazyrich.app.doctor import FIRST_PORT, free_port


def release_command(
    name: Annotated[str | None, NAME] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="write what a student receives to this zip file")
    ] = None,
) -> None:
    """Check notebooks and write the students' copies to course/ (default: all notebooks)."""
    course = find_course()
    from autograder.releases.release import ReleaseError, release, release_pages

    failed = False
    for assignment in [name] if name else course.names():
        try:
            done = release(course, assignment)
        except (ReleaseError, FileNotFoundError) as error:
            tell(error)
            failed = True
            continue
        changed = f"{len(done.changed)} files changed" if done.changed else "nothing changed"
        points = f"{done.automatic:g} points by checks, {done.by_hand:g} by hand"
        console.print(f"{assignment}: {points}; {changed}")
    if pages := release_pages(course):
        console.print(f"pages: {', '.join(pages)} changed")
    if failed:
        raise typer.Exit(1)
    if bundle:
        from autograder.releases.bundle import bundle as write_bundle

        try:
            files = write_bundle(course, bundle)
        except OSError as error:
            stop(error)
        size = f"{bundle.stat().st_size / 1e6:.1f} MB"
        line = f"{bundle}: {len(files)} files for students, {size}"
        console.print(line, markup=False, soft_wrap=True)


def migrate_command(folder: Annotated[Path | None, FOLDER] = None) -> None:
    """Change the metadata of a course's notebooks with solutions to the form of this version."""
    course = find_course(folder)
    from autograder.releases.release import migrate

    for name, cells in migrate(course).items():
        console.print(f"{name}: {cells} cells changed" if cells else f"{name}: nothing to change")
    console.print("Release the assignments again to bring the students' copies up to date.")


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
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="judge so many submissions at once (default: one for each core)"),
    ] = None,
    isolation: Annotated[
        str,
        typer.Option(help="isolation level: walls, or process for submissions of people you trust"),
    ] = "walls",
    again: Annotated[
        bool, typer.Option(help="also grade what has not changed since it was graded")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="judge with the workers of this Dask scheduler, tcp://HOST:PORT, instead of here"
        ),
    ] = None,
    all_cells: Annotated[
        bool,
        typer.Option("--all-cells", help="run every cell, also those that only show something"),
    ] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Grade what is in autograder/inbox/ and print a table: points by exercise, totals, reasons.

    What was graded before and has not changed is left as it is. If interrupted, run the same
    command again to resume.
    """
    course = replace(find_course(folder), all_cells=all_cells)
    from autograder.grading.grade import Stopped, grade
    from autograder.grading.progress import Progress
    from autograder.grading.students import bring_examples
    from autograder.isolation import WallsMissing
    from autograder.reports import table

    notes: list[str] = []
    try:
        name = name or _only_example(examples)
        chosen = bring_examples(course, name) if examples else student or None
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
    except (ConnectionError, FileNotFoundError, ValueError, Stopped, WallsMissing) as error:
        stop(error)
    console.print(table.render(name, outcomes))
    for note in notes:
        console.print(note)
    if csv:
        table.write_csv(csv, outcomes)


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
) -> None:
    """Open JupyterLab with formgrader, for manual grading."""
    course = find_course()
    from autograder import lab

    free = free_port(port)
    if free is None:
        stop(
            f"No port from {port} on is free: close other Jupyter servers, "
            "or choose a port with --port."
        )
    if free != port:
        console.print(f"Port {port} is taken, so JupyterLab uses port {free}.")
    command = lab.lab_command(course, port=free, browser=browser)
    if "--no-browser" in command:
        console.print("Open the address that starts with http://127.0.0.1 below in your browser.")
    os.chdir(course.root)
    os.execve(command[0], command, lab.lab_environment(course))


def forget_command(
    students: Annotated[
        list[str], typer.Argument(help="student ids, or 'examples' for all example submissions")
    ],
) -> None:
    """Remove students and all of their work from the gradebook, the records and the folders."""
    course = find_course()
    from autograder.grading.students import EXAMPLES, forget

    if students == ["examples"]:
        students = [path.name for path in sorted(EXAMPLES.glob("example-*"))]
    try:
        for student in forget(course, students):
            console.print(f"{student}: removed")
    except ValueError as error:
        stop(error)


COMMANDS = {
    "release": release_command,
    "migrate": migrate_command,
    "grade": grade_command,
    "lab": lab_command,
    "forget": forget_command,
}
