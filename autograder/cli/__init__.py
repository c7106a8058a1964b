"""Run the command `autograder`: release, grade, report, give back, and open formgrader."""

import typer

from autograder.cli import grading, results
from lazyrich.app.cli import Commands

__all__ = ["app"]


class _Commands(Commands):
    extra = "grader"


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Release notebooks, grade what students hand in, and open formgrader.",
)
for name, command in (grading.COMMANDS | results.COMMANDS).items():
    app.command(name)(command)
