"""Write a folder completely or not at all: build it beside its place and rename it."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

__all__ = ["replace_folder"]


def replace_folder(target: Path, content: Mapping[str, bytes | Path]) -> None:
    """Make a folder with exactly these files; neither a reader nor a crash ever sees half of it.

    Parameters
    ----------
    target : Path
        The folder. Its present content is removed.
    content : mapping of str to bytes or Path
        By path below `target`, the file's content, or a file to copy.

    Raises
    ------
    OSError
        If a file cannot be read or written; then `target` stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = re.compile(rf"\.new-{re.escape(target.name)}-[a-z0-9_]{{8}}")  # as tempfile names it
    aside = Path(tempfile.mkdtemp(prefix=f".new-{target.name}-", dir=target.parent))
    try:
        new = aside / "new"
        new.mkdir()
        for path, data in content.items():
            (new / path).parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                (new / path).write_bytes(data)
            else:
                shutil.copyfile(data, new / path)
        if os.path.lexists(target):
            os.rename(target, aside / "old")
        os.rename(new, target)
    finally:
        for entry in os.scandir(target.parent):  # this one, and those of a run that was killed
            if beside.fullmatch(entry.name):
                shutil.rmtree(entry.path, ignore_errors=True)
