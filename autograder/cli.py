"""The command `autograder`: thin commands over functions that can be imported."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lazyrich.app.cli import Commands, stop, tell
from lazyrich.app.doctor import FIRST_PORT, free_port


class _Commands(Commands):
    extra = "grader"


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Release notebooks, grade what students hand in, and open formgrader.",
)
console = Console(highlight=False)
NAME = typer.Argument(help="an assignment, for example 01_invariant")


WHERE = typer.Option("--course", help="the folder of another course that was set up for nbgrader")


def _course(folder: Path | None = None):  # imported late: nbgrader takes seconds
    from autograder.courses import find

    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    )
    try:
        return find(folder)
    except (FileNotFoundError, ValueError) as error:
        stop(error)


@app.command("release")
def release_command(
    name: Annotated[str | None, NAME] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="write what a student receives to this zip")
    ] = None,
) -> None:
    """Check notebooks and write the students' copies to course/ (default: all)."""
    course = _course()
    from autograder.releases.release import ReleaseError, release, release_pages

    failed = False
    for each in [name] if name else course.names():
        try:
            done = release(course, each)
        except (ReleaseError, FileNotFoundError) as error:
            tell(error)
            failed = True
            continue
        changed = f"{len(done.changed)} files changed" if done.changed else "nothing changed"
        console.print(
            f"{each}: {done.automatic:g} points by checks, {done.by_hand:g} by hand; {changed}"
        )
    if pages := release_pages(course):
        console.print(f"pages: {', '.join(pages)} changed")
    if failed:
        raise typer.Exit(1)
    if bundle:
        from autograder.releases.bundle import bundle as write_bundle

        try:
            names = write_bundle(course, bundle)
        except OSError as error:
            stop(error)
        console.print(
            f"{bundle}: {len(names)} files for students, {bundle.stat().st_size / 1e6:.1f} MB",
            markup=False,
            soft_wrap=True,
        )


@app.command("migrate")
def migrate_command(folder: Annotated[Path | None, WHERE] = None) -> None:
    """Bring a course's notebooks with solutions to the metadata that this version reads."""
    course = _course(folder)
    from autograder.releases.release import migrate

    for name, cells in migrate(course).items():
        console.print(f"{name}: {cells} cells changed" if cells else f"{name}: nothing to change")
    console.print("Release the assignments again to bring the students' copies up to date.")


@app.command("grade")
def grade_command(
    name: Annotated[str | None, NAME] = None,
    student: Annotated[
        list[str] | None, typer.Option(help="only this student; may be given again")
    ] = None,
    examples: Annotated[
        bool, typer.Option(help="grade the example submissions (students named example-...)")
    ] = False,
    csv: Annotated[Path | None, typer.Option(help="write the table to this file too")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="how many to judge at once (default: one a core)")
    ] = None,
    isolation: Annotated[
        str, typer.Option(help="walls, or process: only for submissions of people you trust")
    ] = "walls",
    again: Annotated[
        bool, typer.Option(help="grade also what has not changed since it was graded")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(
            help="judge by the workers of this Dask scheduler, tcp://HOST:PORT, instead of here"
        ),
    ] = None,
    all_cells: Annotated[
        bool,
        typer.Option("--all-cells", help="run every cell, also those that only show something"),
    ] = False,
    folder: Annotated[Path | None, WHERE] = None,
) -> None:
    """Grade what is in autograder/inbox/ and print a table: points by exercise, totals, reasons.

    What was graded before and has not changed is left as it is; a grading that was stopped goes on where it was.
    """
    course = replace(_course(folder), all_cells=all_cells)
    from autograder.grading.grade import Stopped, grade
    from autograder.grading.progress import Progress
    from autograder.grading.students import bring_examples
    from autograder.isolation import WallsMissing
    from autograder.reports import table

    level: list[str] = []
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
                tell=level.append,
            )
    except (ConnectionError, FileNotFoundError, ValueError, Stopped, WallsMissing) as error:
        stop(error)
    for part in (table.render(name, outcomes), *level):
        console.print(part)
    if csv:
        table.write_csv(csv, outcomes)


def _only_example(examples: bool) -> str:
    if not examples:
        raise ValueError("name an assignment, for example: autograder grade 01_invariant")
    return "01_invariant"


@app.command("table")
def table_command(
    name: Annotated[str, NAME],
    csv: Annotated[Path | None, typer.Option(help="write it to this file too")] = None,
    folder: Annotated[Path | None, WHERE] = None,
) -> None:
    """Print the table of an assignment as it stands, manual points included."""
    course = _course(folder)
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


@app.command("feedback")
def feedback_command(
    name: Annotated[str, NAME],
    student: Annotated[str | None, typer.Option(help="only this student")] = None,
) -> None:
    """Write the page that each student gets back: autograder/feedback/STUDENT/NAME/NAME.html."""
    course = _course()
    from autograder.feedback_pages.feedback import feedback
    from autograder.intake import check_student

    try:
        pages = feedback(course, name, None if student is None else check_student(student))
    except (FileNotFoundError, RuntimeError, ValueError) as error:
        stop(error)
    for page in pages:
        console.print(str(page.relative_to(course.root)), markup=False, soft_wrap=True)


@app.command("report")
def report_command(name: Annotated[str, NAME]) -> None:
    """Show how the class did: exercises, properties that were lost, what was said most often."""
    course = _course()
    from autograder.reports import report

    try:
        console.print(report.render(name, report.overview(course, name)))
    except FileNotFoundError as error:
        stop(error)


@app.command("export")
def export_command(
    csv: Annotated[Path, typer.Option(help="the file to write")],
    names: Annotated[list[str] | None, typer.Argument(help="assignments (default: all)")] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="with the mark by which Excel knows UTF-8")
    ] = False,
) -> None:
    """Write marks for a spreadsheet: a row for each student and assignment, a column for each exercise."""
    course = _course()
    from autograder.reports.export import export

    try:
        rows = export(course, names or [], csv, excel=excel)
    except OSError as error:
        stop(error)
    console.print(f"{csv}: {rows} rows", markup=False, soft_wrap=True)


@app.command("forget")
def forget_command(
    students: Annotated[list[str], typer.Argument(help="students, or 'examples' for all of those")],
) -> None:
    """Remove students and everything of theirs from the gradebook and the folders."""
    course = _course()
    from autograder.grading.students import EXAMPLES, forget

    if students == ["examples"]:
        students = [path.name for path in sorted(EXAMPLES.glob("example-*"))]
    try:
        for student in forget(course, students):
            console.print(f"{student}: removed")
    except ValueError as error:
        stop(error)


@app.command("similar")
def similar_command(
    name: Annotated[str, NAME],
    least: Annotated[float, typer.Option(min=0.0, max=1.0, help="the least share to tell")] = 0.6,
) -> None:
    """List answers that two students share (or a student and the solution). It changes no score: look at them yourself."""
    course = _course()
    from rich.table import Table

    from autograder.reports.similarity import similar

    try:
        pairs = similar(course, name, least=least)
    except FileNotFoundError as error:
        stop(error)
    table = Table(
        "exercise", "student", "other", "shared", box=None, header_style="bold", pad_edge=False
    )
    for pair in pairs:
        table.add_row(
            pair.exercise, pair.student, pair.other.replace("[", "\\["), f"{pair.share:.0%}"
        )
    console.print(table if pairs else "No two answers are alike.")


@app.command("lab")
def lab_command(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="port to start looking from")
    ] = FIRST_PORT,
    browser: Annotated[
        bool | None, typer.Option(help="open a browser (default: where there is one)")
    ] = None,
) -> None:
    """Open JupyterLab with formgrader, for grading by hand."""
    course = _course()
    from autograder.lab import lab_command as command_for
    from autograder.lab import lab_environment

    free = free_port(port)
    if free is None:
        stop(
            f"No free port from {port} on: close other Jupyter servers, or choose one with --port."
        )
    if free != port:
        console.print(f"Port {port} is taken, so this uses {free}.")
    command = command_for(course, port=free, browser=browser)
    if "--no-browser" in command:
        console.print("Open the address that starts with http://127.0.0.1 below in your browser.")
    os.chdir(course.root)
    os.execve(command[0], command, lab_environment(course))


if __name__ == "__main__":
    app()
