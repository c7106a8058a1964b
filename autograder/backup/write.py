"""Write a backup: one file with everything, checked by reading it back before it gets its name."""

import hashlib
import io
import json
import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from autograder.backup.parts import FORMAT, MANIFEST, Part, files_below, parts
from autograder.backup.read import check_database, read_backup
from autograder.courses import Course
from autograder.grading.alone import alone

__all__ = ["Backup", "backup"]


@dataclass
class Backup:
    """Describe a backup that was written.

    Parameters
    ----------
    path : Path
        The file.
    files : int
        The number of files in it.
    parts : list of str
        The parts that it holds.
    left : list of str
        What was left out because it is not a regular file.
    """

    path: Path
    files: int = 0
    parts: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def backup(course: Course, to: Path | None = None) -> Backup:
    """Write gradebook, records, secret, deadlines and all that was handed in to one file.

    Parameters
    ----------
    course : Course
        The course. It cannot be graded meanwhile; a desk may be open.
    to : Path, optional
        A folder, in which the file gets a name with the date and time (default: backups/ beside
        the gradebook), or the file.

    Returns
    -------
    Backup
        What it holds. It was read back, and every file in it is intact.

    Raises
    ------
    ValueError
        If there is nothing to back up, a database is damaged, or the file exists.
    Stopped
        If grading is in progress.
    """
    with alone(course):
        there = [part for part in parts(course) if part.path.exists()]
        if not any(part.kind == "database" for part in there):
            raise ValueError(
                f"{course.root} has neither a gradebook nor records: there is nothing to back up"
            )
        made = datetime.now(UTC)
        target = _target(course, to, made)
        target.parent.mkdir(parents=True, exist_ok=True)
        done = Backup(target, parts=[part.name for part in there])
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        new = Path(name)  # readable by its owner only: it holds the secret
        try:
            with os.fdopen(handle, "wb") as file:
                done.files = _write(file, there, made, done.left)
                file.flush()
                os.fsync(file.fileno())
            with tempfile.TemporaryDirectory(prefix=".checked-", dir=target.parent) as folder:
                read_backup(new, Path(folder))
            os.rename(new, target)
        finally:
            new.unlink(missing_ok=True)
    return done


def _target(course: Course, to: Path | None, made: datetime) -> Path:
    folder = to or course.runtime / "backups"
    name = f"{course.root.name}-{made:%Y-%m-%d-%H%M%S}.tar.gz"
    target = folder / name if to is None or folder.is_dir() else folder
    if target.exists():
        raise ValueError(f"{target} exists already; name another file")
    return target


def _write(file: IO[bytes], there: list[Part], made: datetime, left: list[str]) -> int:
    """Write the members and, last, a list of them; returns their number."""
    members: dict[str, list] = {}
    with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, format=tarfile.PAX_FORMAT) as tar:
        for part in there:
            if part.kind == "folder":
                begun = len(left)
                for below, path in files_below(part.path, left):
                    _add(tar, f"{part.name}/{below}", path, members)
                left[begun:] = [f"{part.name}/{each}" for each in left[begun:]]
            elif part.kind == "file":
                _add(tar, part.name, part.path, members)
            else:
                _add_database(tar, part, members)
        about = {"format": FORMAT, "made": made.isoformat(), "members": members}
        content = json.dumps(about, indent=1).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return len(members)


def _add(tar: tarfile.TarFile, name: str, path: Path, members: dict[str, list]) -> None:
    """Add a file as it is now; its size and hash are those of the bytes that are written."""
    with path.open("rb") as file:
        info = tarfile.TarInfo(name)
        state = os.fstat(file.fileno())
        info.size, info.mtime = state.st_size, state.st_mtime
        hashed = _Hashed(file)
        tar.addfile(info, hashed)  # raises OSError if the file gets shorter meanwhile
    members[name] = [info.size, hashed.hash.hexdigest()]


def _add_database(tar: tarfile.TarFile, part: Part, members: dict[str, list]) -> None:
    """Add a consistent copy of a database, whatever a program writes to it meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / part.name
        try:
            source = f"{part.path.absolute().as_uri()}?mode=ro"
            with (
                closing(sqlite3.connect(source, uri=True)) as db,
                closing(sqlite3.connect(copy)) as new,
            ):
                db.backup(new)
            check_database(copy)
        except sqlite3.DatabaseError as error:
            if "full" in str(error):  # the disk: nothing is wrong with the database
                raise
            raise ValueError(
                f"{part.path} cannot be backed up ({error}): if it is damaged, restore the last "
                "backup"
            ) from None
        os.utime(copy, (part.path.stat().st_mtime,) * 2)
        _add(tar, part.name, copy, members)


class _Hashed(io.RawIOBase):
    """Hash what is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.hash.update(data)
        return data
