"""The judge at a student's desk: the visible checks, on the file in `work/`."""

import difflib
import json
import re
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lazyrich.app.paths import course_root
from nbjudge.contract.assignment import read_assignment
from nbjudge.engine.judge import judge
from nbjudge.extras import require
from nbjudge.limits import Limits
from nbjudge.results import CheckResult, Report

__all__ = ["check", "render"]

LOOKS = {
    "passed": ("passed", "green"),
    "failed": ("not yet", "red"),
    "missing": ("not answered", "yellow"),
    "error": ("error", "red"),
    "timeout": ("too slow", "red"),
    "crashed": ("crashed", "red"),
}


def check(
    name: str,
    root: Path | None = None,
    path: str | Path | None = None,
    limits: Limits | None = None,
) -> Report:
    """Run the visible checks of the notebook `name` (or a beginning of it that only one has, like "01"), or of one exercise
    ("01.3"). Cells that no check depends on are not run.

    The notebook is work/NAME/NAME.ipynb below `root` (default: the course's folder), or the file at `path`.

    Raises:
        FileNotFoundError: if there is no such notebook, or it was not copied to work/ yet.
        ValueError: if the file cannot be read as a notebook, or it has no such exercise.
        ImportError: if what runs its cells is not installed.
    """
    require("lab", "IPython")  # a process of its own imports it
    root = course_root() if root is None else Path(root)
    exercise = name if re.fullmatch(r"\w+\.\d+", name) else None
    name = _full_name(name.rpartition(".")[0] if exercise else name, root)
    file = root / "work" / name / f"{name}.ipynb" if path is None else Path(path)
    if not file.is_file():
        hint = (
            "run `make lab` once, which copies it there" if path is None else "is the path right?"
        )
        raise FileNotFoundError(f"there is no {file}: {hint}")
    assignment = read_assignment(root / "course" / name / f"{name}.ipynb")
    if exercise and exercise not in assignment.exercises:
        raise ValueError(
            f"{name} has no exercise {exercise!r}; it has {', '.join(assignment.exercises)}"
        )
    return judge(
        assignment,
        _read(file),
        hidden=False,
        limits=limits,
        exercises=[exercise] if exercise else None,
    )


def render(report: Report) -> RenderableType:
    """A table of what passed and why not, for a rich console."""
    table = Table(
        "exercise", "check", "points", "result", box=None, header_style="bold", pad_edge=False
    )
    previous = None
    for result in report.checks:
        table.add_row(
            result.exercise if result.exercise != previous else "",
            Text(result.name),
            f"{result.score:g}/{result.points:g}",
            _in_words(result),
        )
        previous = result.exercise
    lines: list[RenderableType] = [table, Text()]
    lines += [Text(f"note: {note}", style="yellow") for note in report.notes]
    passed = sum(result.status == "passed" for result in report.checks)
    total = f"{passed} of {len(report.checks)} visible checks passed, {report.score:g} of {report.points:g} points"
    lines.append(Text(f"{total} ({report.seconds:.1f} s)", style="bold"))
    more = f" for {report.left:g} more points" if report.left else ""
    lines.append(
        Text(f"Hidden checks run at grading{more}. This looked at the file as you saved it last.")
    )
    return Group(*lines)


def _in_words(result: CheckResult) -> Text:
    word, color = LOOKS[result.status]
    text = Text(word, style=color)
    told = "" if result.message == "not answered yet" else result.message
    return text.append(f": {told}", style="default") if told else text


def _full_name(name: str, root: Path) -> str:
    known = sorted(
        path.parent.name
        for path in (root / "course").glob("*/*.ipynb")
        if path.stem == path.parent.name
    )
    wanted = Path(name).name.removesuffix(".ipynb")
    begins = [other for other in known if wanted and other.startswith(wanted)]
    if wanted in known or len(begins) == 1:
        return wanted if wanted in known else begins[0]
    near = begins or difflib.get_close_matches(wanted, known, n=3, cutoff=0.4)
    hint = (
        f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known) or 'none'}"
    )
    raise FileNotFoundError(f"there is no notebook called {name!r} in the course: {hint}")


def _read(file: Path) -> dict[str, Any]:
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{file} is no readable notebook ({error}): save it again in JupyterLab"
        ) from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ValueError(
            f"{file} is no notebook of format 4: open it in JupyterLab and save it again"
        )
    return notebook
