"""Open the course: copy released notebooks to `work/` and start JupyterLab there."""

import json
import os
import shutil
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from nbjudge.extras import require

__all__ = [
    "copy_released",
    "has_browser",
    "lab_command",
    "lab_environment",
    "newly",
    "released_again",
    "serve",
]


def copy_released(root: Path) -> list[Path]:
    """Copy what is in `course/` and not yet in `work/`, without overwriting.

    A file that the reader deleted is copied again; one that they changed stays as it is.

    Parameters
    ----------
    root : Path
        The folder that holds `course/` and `work/`.

    Returns
    -------
    list of Path
        The new files.
    """
    new = []
    for source in sorted((root / "course").rglob("*")):
        if source.is_dir() or ".ipynb_checkpoints" in source.parts:
            continue
        target = root / "work" / source.relative_to(root / "course")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            # Contents only: the copy of a read-only file must be writable.
            shutil.copyfile(source, target)
            new.append(target)
    return new


def newly(new: Sequence[Path]) -> str:
    """Write the numbers of new notebooks and pages, in parentheses.

    Parameters
    ----------
    new : sequence of Path
        The files.

    Returns
    -------
    str
        For example " (new: 9 notebooks and 1 page)"; empty for none.
    """
    suffixes = [path.suffix for path in new]
    books, pages = suffixes.count(".ipynb"), suffixes.count(".md")
    kinds = {"notebook": books, "page": pages, "other file": len(new) - books - pages}
    parts = [f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in kinds.items() if n]
    return f" (new: {' and '.join(parts)})" if parts else ""


def released_again(root: Path) -> list[str]:
    """List the notebooks that were released again after the reader had begun them.

    Parameters
    ----------
    root : Path
        The folder that holds `course/` and `work/`.

    Returns
    -------
    list of str
        One line for each.
    """
    names = []
    for source in sorted((root / "course").glob("*/*.ipynb")):
        now = _released_cells(source)
        own = _released_cells(root / "work" / source.relative_to(root / "course"))
        if any(own[cell] != now[cell] for cell in own.keys() & now.keys()):
            names.append(source.parent.name)
    return [
        f"{name} was released again after you had begun. Your copy stays as it is, and what you "
        "wrote counts; the checks are those of the new release. To see the new text, rename your "
        f"copy in work/{name} and run this command again."
        for name in dict.fromkeys(names)
    ]


def _released_cells(path: Path) -> dict[str, str]:
    """Map nbgrader's id of each graded cell to the checksum that the release left in the cell."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        flags = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {each["grade_id"]: each["checksum"] for each in flags if "checksum" in each}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def lab_command(
    root: Path, *, port: int, browser: bool | None = None, extra: Sequence[str] = ()
) -> list[str]:
    """Build the command that starts JupyterLab in `work/` on 127.0.0.1 at the first notebook.

    Parameters
    ----------
    root : Path
        The folder that holds `work/`.
    port : int
        The port to listen on.
    browser : bool, optional
        Whether to open a browser; by default, if this machine has one.
    extra : sequence of str
        Further arguments for JupyterLab.

    Returns
    -------
    list of str
        Program and arguments.

    Raises
    ------
    ImportError
        If JupyterLab is not installed.
    """
    require("lab", "jupyterlab")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--log-level=WARN",
        "--ip=127.0.0.1",
        f"--port={port}",
    ]
    command += [f"--ServerApp.root_dir={root / 'work'}"]
    first = next(iter(sorted((root / "work").glob("00_*/*.ipynb"))), None)
    if first is not None:
        command += [f"--LabApp.default_url=/lab/tree/{first.relative_to(root / 'work').as_posix()}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]
    if not (has_browser() if browser is None else browser):
        command += ["--no-browser"]
    return [*command, *extra]


def lab_environment() -> dict[str, str]:
    """Build the environment for `lab_command`, with this installation's programs and settings.

    The settings switch off nbgrader's own buttons (its Validate says "passed" while hidden checks
    have not run), JupyterLab's news pop-up, and a warning that its server prints at every start.

    Returns
    -------
    dict of str to str
        Environment variables.
    """
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), environment.get("PATH", "")]
    )
    ours = str(Path(__file__).parent / "lab_config")
    quiet = "ignore:ServerApp.token config is deprecated:DeprecationWarning"
    warnings = environment.get("PYTHONWARNINGS")
    environment["PYTHONWARNINGS"] = f"{warnings},{quiet}" if warnings else quiet
    theirs = environment.get("JUPYTER_CONFIG_PATH")
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join([ours, theirs] if theirs else [ours])
    return environment


def serve(command: Sequence[str]) -> int:
    """Run a command in `lab_environment`, replacing this process where the system allows it.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.

    Returns
    -------
    int
        Its exit code; on Linux and macOS this function never returns.
    """
    if sys.platform == "win32":  # where execve returns to the prompt while JupyterLab runs
        return subprocess.call(command, env=lab_environment())
    os.execve(command[0], list(command), lab_environment())


def has_browser() -> bool:
    """Test whether this machine has a browser, and a screen to show it on.

    Returns
    -------
    bool
        Whether it has both.
    """
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False  # a text browser would only get in the way
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
