"""Pack the files that lie beside a notebook, for a worker that may not see their folder."""

import tarfile
import tempfile
from pathlib import Path
from typing import IO

__all__ = ["archived"]


def archived(folder: Path | None) -> IO[bytes]:
    """Pack the files of a folder, without notebooks and hidden ones.

    They are read here: whoever runs inside the walls may not be allowed to, and should see no more
    of the folder than this.

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
            for entry in sorted(folder.iterdir()):
                archive.add(entry, entry.name, filter=_shown)
        file.flush()
    return file


def _shown(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    if (
        name.startswith(".")
        or name == "__pycache__"
        or name.endswith(".ipynb")
        or not (entry.isreg() or entry.isdir())
    ):
        return None
    entry.mode |= 0o700 if entry.isdir() else 0o600
    return entry
