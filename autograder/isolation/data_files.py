"""Pack the files beside a notebook for a worker that may not see their folder."""

import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nbjudge.errors import ContractError
from nbjudge.wording import counted

__all__ = ["LARGEST", "archived", "check_size"]

LARGEST, MOST = 2**30, 50_000  # bytes, and files: each worker keeps them in memory


def check_size(folder: Path | None) -> None:
    """Refuse a folder with more files than a worker can have beside its notebook.

    Parameters
    ----------
    folder : Path or None
        The folder of an assignment's files.

    Raises
    ------
    ContractError
        If there are too many or too large files; the message gives the numbers and the limits.
    """
    files = [path for path in _shown(folder) if not path.is_dir()]
    count, size = len(files), sum(path.stat().st_size for path in files)
    if size > LARGEST or count > MOST:
        raise ContractError(
            f"{folder} has {counted(count, 'file')} with {size / 2**20:.0f} MB to copy beside each "
            f"student's notebook, but at most {MOST} files with {LARGEST >> 20} MB can be copied: "
            "make the data smaller, or move files that the notebook does not read to another "
            "folder"
        )


def _shown(folder: Path | None) -> Iterator[Path]:
    """Walk through everything that students' code may see, each folder before its content."""
    for where, folders, names in os.walk(folder, followlinks=True) if folder is not None else ():
        folders[:] = [name for name in folders if not _left_out(name)]
        yield from (Path(where, name) for name in [*folders, *names] if not _left_out(name))


def archived(folder: Path | None) -> IO[bytes]:
    """Pack the files of a folder, except notebooks and hidden files.

    They are read here, because the user inside the walls may not be allowed to read them, and
    should see nothing else of the folder.

    Parameters
    ----------
    folder : Path or None
        The folder of an assignment's files.

    Returns
    -------
    IO[bytes]
        A tar archive, to be closed by the caller; an empty file without a folder.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the caller)
    if folder is not None:
        with tarfile.open(fileobj=file, mode="w", dereference=True) as archive:
            for path in sorted(_shown(folder)):
                archive.add(path, path.relative_to(folder), recursive=False, filter=_writable)
        file.flush()
    return file


def _writable(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if not (entry.isreg() or entry.isdir()):
        return None
    entry.mode |= 0o700 if entry.isdir() else 0o600
    return entry


def _left_out(name: str) -> bool:
    return name.startswith(".") or name == "__pycache__" or name.endswith(".ipynb")
