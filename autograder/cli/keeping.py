"""Define the commands that keep a course's data, and remove them: verify, backup, restore, forget.

Each command only calls functions that can be imported, and its docstring is its help text.
Modules that import nbgrader are imported inside the commands, because that takes seconds.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.cli.shared import FOLDER, NAME, WORKERS, find_course, say
from lazyrich.app.commands import stop
from nbjudge.wording import counted

if TYPE_CHECKING:
    from autograder.backup.restore import Plan


def verify_command(
    name: Annotated[str, NAME],
    sample: Annotated[int, typer.Option(min=1, help="how many submissions to judge again")] = 10,
    everything: Annotated[bool, typer.Option("--all", help="judge all of them again")] = False,
    seed: Annotated[
        int | None, typer.Option(help="a number that fixes the sample (default: a new sample)")
    ] = None,
    workers: Annotated[int | None, WORKERS] = None,
    isolation: Annotated[
        str, typer.Option(help="the isolation level at which the submissions were graded")
    ] = "walls",
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Judge a sample of the graded submissions again, and list every score that differs.

    Nothing is written. Scores are also compared with those in the gradebook. The exit code is 1 if
    a score differs, or if a submission cannot be compared because it must be graded again.
    """
    course = find_course(folder)
    from autograder.grading.progress import Progress
    from autograder.grading.verify import verify

    how = {"seed": seed, "workers": workers, "isolation": isolation, "tell": say}
    try:
        with Progress("judging again") as progress:
            done = verify(
                course, name, sample=None if everything else sample, progress=progress, **how
            )
    except RuntimeError as error:
        stop(error)
    for line in done.lines():
        say(line)
    if done.differences or done.changed:
        raise typer.Exit(1)


def backup_command(
    to: Annotated[
        Path | None, typer.Argument(help="a folder or a file (default: autograder/backups/)")
    ] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Write gradebook, records, secret, deadlines and everything handed in to one dated file.

    The file is read back before the command ends. It holds names, marks and the secret of hidden
    checks: keep it where only you can read it, and not only on this disk.
    """
    course = find_course(folder)
    from autograder.backup.write import backup

    done = backup(course, to)
    size = f"{done.path.stat().st_size / 1e6:.1f} MB"
    say(f"{done.path}: {', '.join(done.parts)}; {counted(done.files, 'file')}, {size}, read back")
    for each in done.left[:20]:
        say(f"left out, because it is a link or not a regular file: {each}")


def restore_command(
    file: Annotated[Path, typer.Argument(help="a file that `autograder backup` has written")],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Restore a course from a backup. What is there now is moved aside, not deleted."""
    course = find_course(folder)
    from autograder.backup.restore import restore

    def agree(plan: "Plan") -> bool:
        for line in plan.lines():
            say(line)
        return yes or not plan.goes or typer.confirm("Restore the backup?")

    plan = restore(course, file, agree)
    if plan is None:
        stop("nothing was changed")
    say("restored; `autograder grade NAME` makes the pages of each assignment again")


def forget_command(
    students: Annotated[
        list[str], typer.Argument(help="student ids, or 'examples' for all example submissions")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="write one student's data to this zip file, and remove nothing"),
    ] = None,
    folder: Annotated[Path | None, FOLDER] = None,
) -> None:
    """Remove students and all of their work from the gradebook, the records and the folders."""
    course = find_course(folder)
    from autograder.backup.student import write_student
    from autograder.collect.again import place_again
    from autograder.grading.alone import alone
    from autograder.grading.students import EXAMPLES, copies, forget, meant, traces

    if students == ["examples"]:
        students = [path.name for path in sorted(EXAMPLES.glob("example-*"))]
        students = [student for student in students if traces(course, student)]
        yes = True  # they can be made again
    students = [meant(course, student) for student in students]
    if export:
        if len(students) != 1:
            raise ValueError("--export writes the data of one student: name exactly one")
        left = write_student(course, students[0], export)
        say(f"{export}: all data of {students[0]}; nothing was removed")
        if left:
            say(f"left out, because they are links or not regular files: {', '.join(left)}")
        return
    found = {student: traces(course, student) for student in students}
    unknown = [student for student in students if not found[student]]
    if unknown:
        stop(f"this course has no data of {', '.join(unknown)}: check the id. Nobody was removed")
    for student, places in found.items():
        say(f"{student}: {', '.join(places)}")
    for place in copies(course, students):
        say(f"not removed; change or delete it yourself: {place}")
    if not yes:
        typer.confirm("Remove all of this? This cannot be undone.", abort=True)
    with alone(course):
        for _ in forget(course, students):
            pass
    for name in course.names():  # one of their inboxes may have held a group's work
        for line in place_again(course, name):
            say(f"{line}: `autograder grade {name}{course.option}` grades it")
    say(f"removed: {', '.join(students) or 'nobody'}")


COMMANDS = {
    "verify": verify_command,
    "backup": backup_command,
    "restore": restore_command,
    "forget": forget_command,
}
