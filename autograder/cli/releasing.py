"""Define the commands that prepare assignments: release, migrate.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, console, find_course, say
from lazyrich.app.commands import stop, tell
from nbjudge.wording import counted

if TYPE_CHECKING:
    from autograder.courses import Course
    from autograder.releases.carry_over import Changes


def release_command(
    name: Annotated[str | None, NAME] = None,
    bundle: Annotated[
        Path | None,
        typer.Option(
            help="write what a student receives to this zip file; with a name, that assignment "
            "alone, for students who have the rest"
        ),
    ] = None,
    migrate: Annotated[
        bool,
        typer.Option(
            "--migrate",
            help="update a gradebook that has submissions to fit the release: list the changes, "
            "ask, keep the rest",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="with --migrate: do not ask")] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Check notebooks and write the students' copies to course/ (default: all notebooks)."""
    course = find_course(folder)
    if migrate and name is None:
        stop("name the assignment, for example: autograder release --migrate 01_invariant")
    if course.option:
        _release_elsewhere(course, name, migrate=migrate, yes=yes)
        return
    from autograder.cli.faults import writable
    from autograder.grading.alone import alone
    from autograder.grading.writer import Stopped
    from autograder.releases.release import ReleaseError, release, release_pages

    writable(bundle)

    failed = False
    for assignment in [name] if name else course.names():
        try:
            with alone(course):
                done = release(course, assignment, agree=_agree(yes) if migrate else None)
        except (ReleaseError, FileNotFoundError, Stopped) as error:
            tell(error)
            failed = True
            continue
        changed = (
            f"{counted(len(done.changed), 'file')} changed" if done.changed else "nothing changed"
        )
        points = f"{counted(done.automatic, 'point')} by checks, {done.manual:g} graded manually"
        console.print(f"{assignment}: {points}; {changed}")
    if pages := release_pages(course):
        console.print(f"pages: {', '.join(pages)} changed")
    if failed:
        raise typer.Exit(1)
    if bundle:
        from autograder.releases.bundle import bundle as write_bundle

        files = write_bundle(course, bundle, name)
        size = f"{bundle.stat().st_size / 1e6:.1f} MB"
        say(f"{bundle}: {counted(len(files), 'file')} for students, {size}")


def _release_elsewhere(course: "Course", name: str | None, *, migrate: bool, yes: bool) -> None:
    """Regenerate an assignment of an nbgrader course whose gradebook has submissions."""
    from autograder.releases.release import carry_over

    if not migrate:
        stop(
            "nbgrader releases the assignments of this course: run `nbgrader generate_assignment`. "
            "If it refuses because of submissions, run `autograder release --migrate NAME"
            f"{course.option}`"
        )
    course.source(name)
    with carry_over(course, name, _agree(yes)) as done:
        course.generate(name)
    line = "the gradebook now fits the release" if done else "nothing had to be changed"
    say(f"{name}: {line}")


def _agree(yes: bool) -> Callable[["Changes"], bool]:
    """Show what would change in the gradebook, and ask."""

    def agree(found: "Changes") -> bool:
        for line in found.lines():
            say(line)
        console.print(
            "All other scores, marks and comments stay; a copy of the gradebook is kept beside it."
        )
        return yes or typer.confirm("Change the gradebook?")

    return agree


def migrate_command(folder: Annotated[Path | None, FOLDER] = None) -> None:
    """Convert the metadata of a course's solution notebooks to the form of this version."""
    course = find_course(folder)
    from autograder.releases.release import migrate

    for name, cells in migrate(course).items():
        console.print(
            f"{name}: {counted(cells, 'cell')} changed" if cells else f"{name}: nothing to change"
        )
    console.print("Release the assignments again to bring the students' copies up to date.")


COMMANDS = {"release": release_command, "migrate": migrate_command}
