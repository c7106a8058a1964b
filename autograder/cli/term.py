"""Define the commands of a term: class, collect, deadlines.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.shared import FOLDER, console, find_course, say
from lazyrich.app.commands import stop

if TYPE_CHECKING:
    from autograder.roster.update import Update


def class_command(
    roster: Annotated[
        Path | None,
        typer.Argument(help="a CSV file from Moodle, Canvas or GitHub Classroom, or a plain list"),
    ] = None,
    add: Annotated[
        bool, typer.Option("--add", help="the file lists only part of the class: nobody has left")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask when students have left")] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Read the class from a CSV file into the gradebook; without a file, show the class.

    Run it again when the class changes: new students are added, students who are no longer in the
    file count as having left, a new name or group replaces the old one, and all submissions and
    marks stay.
    """
    course = find_course(folder)
    from autograder.roster.show import shown_class
    from autograder.roster.update import read_class

    def agree(update: "Update") -> bool:
        for line in update.lines():
            say(line)
        return not update.left or yes or typer.confirm("Have these students left?", abort=True)

    if roster is not None:
        read_class(course, roster, add=add, agree=agree)
    for line in shown_class(course):
        say(line)


def collect_command(
    path: Annotated[Path, typer.Argument(help="a platform's zip file, a folder, or e-mails")],
    name: Annotated[
        str | None, typer.Argument(help="the assignment (default: as the files are named)")
    ] = None,
    times: Annotated[
        Path | None,
        typer.Option(help="a CSV file that says when work was handed in: Moodle's worksheet, ..."),
    ] = None,
    who: Annotated[
        list[str] | None,
        typer.Option(
            help="LABEL=STUDENT: whose hand-in has this label; may be given more than once"
        ),
    ] = None,
    platform: Annotated[
        str,
        typer.Option(
            help="moodle, canvas, blackboard, brightspace, sakai, ilias, nbgrader, "
            "submitted (by nbgrader), folders or mail (default: the one that fits)"
        ),
    ] = "",
    newest: Annotated[
        bool, typer.Option("--newest", help="the newest hand-in counts, even if it is late")
    ] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Collect what students handed in from the zip file or folder that a platform makes.

    Every hand-in is kept; the newest that is not late is put into the inbox. The exit code is 1 if
    a hand-in belongs to nobody in the class or could not be read.
    """
    course = find_course(folder)
    from autograder.collect.collect import collect

    given = dict(each.rpartition("=")[::2] for each in who or [])
    if "" in given:
        stop("--who takes a hand-in's label and a student's id: --who 'LABEL=STUDENT'.")
    done = collect(course, path, name, platform=platform, times=times, who=given, newest=newest)
    for line in done.lines():
        say(line)
    if not done.complete:
        raise typer.Exit(1)


def deadlines_command(folder: Annotated[Path | None, FOLDER] = None) -> None:
    """Check deadlines.toml, show it, and bring the gradebook and all late penalties up to date."""
    course = find_course(folder)
    from autograder.collect.again import place_again
    from autograder.deadlines.overview import overview, render
    from autograder.grading.gradebook import bring_up_to_date

    found = overview(course)
    console.print(render(found))
    for name in found:
        say(bring_up_to_date(course, name))
        for line in place_again(course, name):
            say(f"{line}: `autograder grade {name}{course.option}` grades it")
    if not course.deadlines.is_file():
        say(f"There is no {course.deadlines} yet: autograder/README.md shows what it may contain.")


COMMANDS = {
    "class": class_command,
    "deadlines": deadlines_command,
    "collect": collect_command,
}
