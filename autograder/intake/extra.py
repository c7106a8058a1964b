"""Keep files beside the notebook, if the course lets students hand in files (`extra_files`).

A file goes along only if nothing that a notebook imports could be it, and nothing of the release is
replaced by it.
"""

import importlib.util
import re
import sys
from collections.abc import Collection
from pathlib import Path

from autograder.intake.files import HandedIn, copied
from autograder.intake.parse import Unreadable

__all__ = ["extra_files"]

MAX_FILES = 50
MAX_FILE, MAX_TOTAL = 10 * 2**20, 50 * 2**20
PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .+-]{0,99}")
COMPILED = {".so", ".pyd", ".pyc", ".pyo", ".pth", ".dll", ".dylib", ".egg", ".zip", ".ipynb"}
LOADED = {"sitecustomize", "usercustomize", "conftest", "ipython_config", "timestamp"}


def extra_files(
    folder: Path,
    below: Path,
    files: list[HandedIn],
    release: Path,
    taken: Collection[str],
    free: Collection[str] = (),
) -> dict[str, bytes]:
    """Read the harmless files of a submission.

    Parameters
    ----------
    folder : Path
        The folder of the submission.
    below : Path
        The folder of all submissions, below which no link is followed.
    files : list of HandedIn
        The submission's files.
    release : Path
        The folder that students received.
    taken : collection of str
        The paths of the notebooks.
    free : collection of str, default ()
        The files of the release that students may replace.

    Returns
    -------
    dict of str to bytes
        The content by path.
    """
    kept: dict[str, bytes] = {}
    theirs = {
        path.relative_to(release).as_posix().lower()
        for path in release.rglob("*")
        if not path.is_dir()
    }
    theirs -= {name.lower() for name in free}
    theirs |= {name.lower() for name in taken}
    room = MAX_TOTAL
    for file in files:
        path = "/".join(file.path)
        if len(kept) == MAX_FILES or file.size > min(MAX_FILE, room) or not _harmless(file, theirs):
            continue
        try:
            with copied(folder, below, file, MAX_FILE) as (copy, _, _):
                copy.seek(0)
                kept[path] = copy.read()
        except Unreadable:
            continue
        room -= len(kept[path])
    return kept


def _harmless(file: HandedIn, theirs: set[str]) -> bool:
    """Tell whether a file is what it seems to be: data, or a module of a name of its own."""
    if not all(PART.fullmatch(part) for part in file.path) or file.suffix in COMPILED:
        return False
    paths = {"/".join(file.path[:count]).lower() for count in range(1, len(file.path) + 1)}
    return not paths & theirs and _is_new_module(file.path[0])


def _is_new_module(first: str) -> bool:
    """Tell whether no module can be imported by the name that this file or folder would have."""
    module = first.split(".")[0]
    if module.lower() in LOADED or module in sys.stdlib_module_names:
        return False
    try:
        return all(importlib.util.find_spec(name) is None for name in {module, module.lower()})
    except (ImportError, ValueError):
        return False
