"""Open the course: copy released notebooks to `work/` and start JupyterLab there."""

import os
import shutil
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from nbjudge.extras import require

__all__ = ["copy_released", "has_browser", "lab_command", "lab_environment"]


def copy_released(root: Path) -> list[Path]:
    """Copy what is in `course/` and not yet in `work/`; never overwrite. Returns the new files.

    A file that a reader deleted comes back, one that they changed stays as it is.
    """
    new = []
    for source in sorted((root / "course").rglob("*")):
        if source.is_dir() or ".ipynb_checkpoints" in source.parts:
            continue
        target = root / "work" / source.relative_to(root / "course")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(
                source, target
            )  # contents only: a read-only original must not lock the copy
            new.append(target)
    return new


def lab_command(
    root: Path, *, port: int, browser: bool | None = None, extra: Sequence[str] = ()
) -> list[str]:
    """The command that serves `work/` with JupyterLab on 127.0.0.1, first notebook open.

    browser: None opens one where there is one. Raises ImportError if JupyterLab is not installed.
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
    """The environment for that command: this installation's programs first, its settings for students on top.

    The settings switch off nbgrader's own buttons (its Validate says "passed" while hidden checks wait) and
    JupyterLab's news pop-up.
    """
    environment = dict(os.environ)
    environment["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), environment.get("PATH", "")]
    )
    ours = str(Path(__file__).parent / "lab_config")
    theirs = environment.get("JUPYTER_CONFIG_PATH")
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join([ours, theirs] if theirs else [ours])
    return environment


def has_browser() -> bool:
    """Whether this machine has a browser with a screen to show it on."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        return False  # a text browser would only get in the way
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
