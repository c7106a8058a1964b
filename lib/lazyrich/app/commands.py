"""Provide what all commands of this distribution share: one-line errors, and --version."""

import sys
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from typer.core import TyperGroup

from lazyrich import __version__
from nbjudge.extras import missing

__all__ = ["Commands", "options", "stop", "tell"]


def tell(error: object) -> None:
    """Print an error on stderr, in one line.

    Parameters
    ----------
    error : object
        The message, or an exception that holds it.
    """
    Console(stderr=True, highlight=False).print(
        str(error), style="bold red", markup=False, soft_wrap=True
    )


def stop(error: object) -> NoReturn:
    """End a command with a one-line error instead of a traceback.

    Parameters
    ----------
    error : object
        The message, or an exception that holds it.

    Raises
    ------
    typer.Exit
        Always, with code 1.
    """
    tell(error)
    raise typer.Exit(1)


class Commands(TyperGroup):
    """Group commands, and say in one line which package is missing if a command needs one.

    Attributes
    ----------
    extra : str
        The extra of this distribution that installs what the commands need.
    """

    extra = ""

    def invoke(self, ctx: typer.Context) -> Any:
        for stream in (sys.stdout, sys.stderr):  # a terminal may lack a character
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        try:
            return super().invoke(ctx)
        except ImportError as error:
            if line := missing(error, self.extra):
                stop(line)
            raise


def _print_version(wanted: bool) -> None:
    if wanted:
        Console(highlight=False).print(f"lazyrich {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="print the version and exit"
        ),
    ] = False,
) -> None:
    """Define the options that come before any command.

    Parameters
    ----------
    version : bool, default False
        Whether to print the version of this distribution and exit.
    """
