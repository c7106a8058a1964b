"""Hold what several commands need: the course, the console, and common arguments."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from nbjudge.wording import visible

if TYPE_CHECKING:
    from autograder.courses import Course

# no markup: names that students and instructors chose are printed as they are
console = Console(highlight=False, markup=False, emoji=False)
NAME = typer.Argument(help="an assignment, for example 01_invariant")
FOLDER = typer.Option("--course", help="the folder of another course that was set up for nbgrader")

WORKERS = typer.Option(
    min=1, help="how many submissions to judge at once (default: one for each core)"
)


def say(line: str) -> None:
    """Print a line without wrapping it; print nothing if it is empty."""
    if line:
        console.print(visible(line), soft_wrap=True)


def find_course(folder: Path | None) -> "Course":
    """Find the course in `folder`; by default, the one that the current folder belongs to."""
    from autograder.courses import find  # imported here: nbgrader takes seconds

    programs = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
    return find(folder)
