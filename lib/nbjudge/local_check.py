"""Run the visible checks on a student's own copy, the file in `work/`."""

import difflib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nbjudge.contract.assignment import read_assignment
from nbjudge.contract.model import Check
from nbjudge.contract.notebooks import grade_id, read_notebook
from nbjudge.engine.judge import judge
from nbjudge.extras import require
from nbjudge.limits import Limits
from nbjudge.results import NOT_ANSWERED, CheckResult, Report, Status
from nbjudge.wording import counted

__all__ = ["check", "render"]

COLORS = {Status.PASSED: "green", Status.MISSING: "yellow"}  # the others are red


def check(
    name: str,
    root: str | Path,
    path: str | Path | None = None,
    limits: Limits | None = None,
    progress: Callable[[Check], None] | None = None,
) -> Report:
    """Run the visible checks of a notebook, or of one exercise.

    Cells that no check depends on are not run.

    Parameters
    ----------
    name : str
        The notebook, or a unique beginning of its name ("01"), or an exercise ("01.3"), or the path
        of a file, which is checked as the notebook whose name or cells it has.
    root : str or pathlib.Path
        The course's folder, with the released notebooks in course/NAME/NAME.ipynb.
    path : str or pathlib.Path, optional
        The student's file; work/NAME/NAME.ipynb below `root` by default.
    limits : Limits, optional
        How much the notebook may use.
    progress : callable, optional
        Called with each check before it runs.

    Returns
    -------
    Report
        The results.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook, or it has not been copied to work/ yet.
    ValueError
        If the file cannot be read as a notebook, or it has no such exercise.
    ImportError
        If IPython, which runs its cells, is not installed.
    """
    require("lab", "IPython")  # a separate process imports it
    root = Path(root)
    if path is None and (path := _named_file(name, root)):
        name = _notebook_of(path, root)
    exercise = name if re.fullmatch(r"\w+\.\d+", name) else None
    name = _full_name(name.rpartition(".")[0] if exercise else name, root)
    file = root / "work" / name / f"{name}.ipynb" if path is None else Path(path)
    if not file.is_file():
        hint = "run `make lab` once, which copies it there" if path is None else "check the path"
        raise FileNotFoundError(f"there is no {file}: {hint}")
    assignment = read_assignment(_release_file(name, root))
    if exercise and exercise not in assignment.exercises:
        raise ValueError(
            f"{name} has no exercise {exercise!r}; it has {', '.join(assignment.exercises)}"
        )
    return judge(
        assignment,
        _read(file),
        hidden=False,
        limits=limits,
        progress=progress,
        exercises=[exercise] if exercise else None,
    )


def render(report: Report) -> RenderableType:
    """Lay out a report as a table for a terminal.

    Parameters
    ----------
    report : Report
        The report from `check`.

    Returns
    -------
    rich.console.RenderableType
        What passed, and why the rest did not.
    """
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
    lines += [
        Text(line, style="bold" if place == 0 else "") for place, line in enumerate(_total(report))
    ]
    return Group(*lines)


def _total(report: Report) -> list[str]:
    """Sum up in words, and say how many of the points are visible."""
    saved = "This checked the file as you last saved it."
    hidden = report.points_left
    if not report.checks and not hidden:
        return [f"This notebook has no graded checks. {saved}"]
    if not report.checks:
        return [
            f"Nothing to check here: hidden checks give all {counted(hidden, 'point')}. {saved}"
        ]
    passed = sum(result.status == Status.PASSED for result in report.checks)
    first = (
        f"{passed} of {len(report.checks)} visible checks passed, "
        f"{report.score:g} of {counted(report.points, 'visible point')} ({report.seconds:.1f} s)"
    )
    if not hidden:
        return [first, f"There are no hidden checks. {saved}"]
    part = f"{report.points:g} of {counted(report.points + hidden, 'point')} are visible"
    return [first, f"{part}; hidden checks give the other {hidden:g} at grading. {saved}"]


def _in_words(result: CheckResult) -> Text:
    text = Text(result.status.text, style=COLORS.get(result.status, "red"))
    if result.message in ("", NOT_ANSWERED):
        return text
    return text.append(f": {result.message}", style="default")


def _known(root: Path) -> list[str]:
    released = (root / "course").glob("*/*.ipynb")
    return sorted(path.parent.name for path in released if path.stem == path.parent.name)


def _named_file(name: str, root: Path) -> Path | None:
    """Find a file by its path, from here or from the course's folder; None for a bare name."""
    bare = "/" not in name and os.sep not in name
    if bare and not name.endswith(".ipynb"):
        return None
    for file in (Path(name), root / name):
        if file.is_file():
            return file
    if bare:
        return None
    raise FileNotFoundError(f"there is no file {name}: check the path")


def _notebook_of(file: Path, root: Path) -> str:
    """Find which notebook of the course a file is, by its name or the ids of its cells."""
    known = _known(root)
    if file.stem in known:
        return file.stem
    own = _grade_ids(_read(file))
    shared = {name: len(own & _grade_ids(_release(name, root))) for name in known}
    best = max(known, key=lambda name: shared[name], default="")
    if not shared.get(best):
        raise ValueError(f"{file} is not one of the course's notebooks: {', '.join(known)}")
    return best


def _grade_ids(notebook: dict[str, Any]) -> set[str | None]:
    cells = notebook.get("cells")
    cells = [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
    return {grade_id(cell) for cell in cells if isinstance(cell.get("metadata"), dict)} - {None}


def _release(name: str, root: Path) -> dict[str, Any]:
    return read_notebook(_release_file(name, root))


def _release_file(name: str, root: Path) -> Path:
    return root / "course" / name / f"{name}.ipynb"


def _full_name(name: str, root: Path) -> str:
    known = _known(root)
    wanted = name.removesuffix(".ipynb")
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
        notebook = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"{file} cannot be read as a notebook ({error}): save it again in JupyterLab"
        ) from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ValueError(
            f"{file} is not a notebook of format 4: open it in JupyterLab and save it again"
        )
    return notebook
