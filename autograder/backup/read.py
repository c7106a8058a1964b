"""Unpack a backup into an empty folder, and check everything in it."""

import errno
import gzip
import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.backup.parts import FORMAT, MANIFEST

__all__ = ["check_database", "read_backup"]

BLOCK = 2**20
DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error)
MOST = 2_000_000  # members
MANIFEST_MOST = 500 * 2**20  # bytes


def read_backup(path: Path, folder: Path) -> datetime:
    """Unpack a backup and compare every file with the backup's own list.

    Parameters
    ----------
    path : Path
        The backup.
    folder : Path
        An empty folder, which receives its members.

    Returns
    -------
    datetime
        When it was made.

    Raises
    ------
    ValueError
        If it is not a backup, is cut off or damaged, or has a member that is not a regular file or
        would be written outside the folder. The folder may then hold part of it.
    OSError
        If the disk is full.
    """
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file that `autograder backup` has written")
    try:
        return _read(path, folder)
    except (*DAMAGED, json.JSONDecodeError, RecursionError) as error:
        raise ValueError(
            f"{path} is not a backup, or it is cut off or damaged ({error}); nothing was changed. "
            "Use an older one"
        ) from None
    except sqlite3.DatabaseError as error:
        raise ValueError(
            f"{path} holds a damaged database ({error}); nothing was changed. Use an older one"
        ) from None


def _read(path: Path, folder: Path) -> datetime:
    found: dict[str, list] = {}
    about = None
    with gzip.open(path) as whole, tarfile.open(fileobj=whole, mode="r|") as tar:
        for member in tar:
            if about is not None or len(found) > MOST:
                raise tarfile.ReadError("there is data after its end")
            if not member.isreg():
                raise tarfile.ReadError(f"{member.name!r} is a link or not a regular file")
            content = tar.extractfile(member)
            assert content is not None  # it is a regular file
            if member.name == MANIFEST and member.size <= MANIFEST_MOST:
                about = json.loads(content.read())
                continue
            target = folder / _safe(member.name)
            if member.name in found:
                raise tarfile.ReadError(f"{member.name!r} appears twice")
            if member.size > shutil.disk_usage(folder).free:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder.parent))
            target.parent.mkdir(parents=True, exist_ok=True)
            digest = hashlib.sha256()
            with target.open("xb") as file:
                while block := content.read(BLOCK):
                    digest.update(block)
                    file.write(block)
            _date(target, member.mtime)
            found[member.name] = [member.size, digest.hexdigest()]
        while whole.read(BLOCK):  # gzip compares its checksum at the end
            pass
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise tarfile.ReadError("its list of files is missing, or was written by another version")
    if about.get("members") != found:
        raise tarfile.ReadError("its files do not match its list")
    for database in folder.glob("*.db"):
        check_database(database)
    try:
        return datetime.fromisoformat(about["made"])
    except (KeyError, TypeError, ValueError):
        raise tarfile.ReadError("it does not say when it was made") from None


def _safe(name: str) -> str:
    """Refuse a path that leads out of the folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or "\\" in name or {"..", "."} & set(name.split("/")):
        raise tarfile.ReadError(f"the path {name!r} leads out of the backup")
    return name


def _date(file: Path, time: float) -> None:
    """Restore a file's time: intake takes the newest of several notebooks."""
    try:
        os.utime(file, (time, time))
    except (OSError, OverflowError, ValueError):
        raise tarfile.ReadError(f"{time} is not a valid time for {file.name!r}") from None


def check_database(path: Path) -> None:
    """Check that an SQLite database is intact.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    sqlite3.DatabaseError
        If it is not.
    """
    with closing(sqlite3.connect(path)) as db:
        (answer,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise sqlite3.DatabaseError(answer)
