"""Run a command in this process: what it prints, if it ends as expected."""

from typing import Any

import typer
from typer.testing import CliRunner

__all__ = ["printed"]


def printed(app: typer.Typer, words: list[str], code: int = 0, **options: Any) -> str:
    """Run a command that must end with this exit code (options: of `CliRunner.invoke`)."""
    ran = CliRunner().invoke(app, words, **options)
    assert ran.exit_code == code, f"{words}: {ran.exit_code}\n{ran.output}\n{ran.exception!r}"
    return ran.output
