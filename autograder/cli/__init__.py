"""Run the command `autograder`: release, grade, report, give back, and open the desk."""

import sys
from typing import Any

import typer

from autograder.cli import giving, grading, keeping, releasing, results, term
from lazyrich.app.commands import Commands, options, stop
from nbjudge.wording import visible

__all__ = ["app"]


class _Commands(Commands):
    extra = "grader"

    def invoke(self, ctx: typer.Context) -> Any:
        if sys.platform == "win32":
            stop(
                "autograder needs Linux or macOS: intake and isolation use features that "
                "Windows lacks. Install WSL (`wsl --install`), and run autograder there."
            )
        try:
            return super().invoke(ctx)
        except (ImportError, typer.Exit, typer.Abort):
            raise
        except Exception as error:
            from autograder.cli.faults import fault, refusal  # imported late: they load nbgrader

            if line := fault(error) or refusal(error):
                stop(visible(line))
            raise


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Release notebooks, and grade what students hand in, by checks and manually.",
)
app.callback()(options)
COMMANDS = releasing.COMMANDS | term.COMMANDS | grading.COMMANDS | results.COMMANDS
COMMANDS |= giving.COMMANDS | keeping.COMMANDS
for name, command in COMMANDS.items():
    app.command(name)(command)
