"""Find what lies in the inbox without following links, and copy it within bounds."""

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.intake.archive import DEEPEST, LARGEST, hidden
from autograder.intake.names import shown
from autograder.intake.parse import Unreadable

__all__ = [
    "BeingWritten",
    "HandedIn",
    "copied",
    "digest",
    "files_below",
]

MAX_ENTRIES = 5000  # of a submission's folders that are looked at
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make us wait


class BeingWritten(Unreadable):
    """Report that the file changed while it was copied."""


@dataclass(frozen=True)
class HandedIn:
    """Describe a regular file below inbox/STUDENT/ASSIGNMENT/.

    Parameters
    ----------
    path : tuple of str
        The parts of its path below that folder.
    time : float
        When its content was last changed, as it says itself (seconds since 1970).
    size : int
        Its size in bytes.
    """

    path: tuple[str, ...]
    time: float
    size: int

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def suffix(self) -> str:
        return os.path.splitext(self.name)[1].lower()

    @property
    def shown(self) -> str:
        return shown("/".join(self.path))


def files_below(folder: Path, below: Path) -> tuple[list[HandedIn], list[str]] | None:
    """Find the regular files in a folder (some levels deep), and note what else is there.

    No link is followed: one that leads to the solutions would hand them in.

    Parameters
    ----------
    folder : Path
        The folder of a submission.
    below : Path
        A folder above it that is ours: below it, no link is followed.

    Returns
    -------
    (list of HandedIn, list of str) or None
        The files and the notes; None if there is no folder.

    Raises
    ------
    Unreadable
        If the folder itself is a link.
    """
    files: list[HandedIn] = []
    notes: list[str] = []
    try:
        top = _descend(below, folder.relative_to(below).parts)
    except FileNotFoundError:
        return None
    except OSError:
        raise Unreadable("the folder that was handed in is a link, or no folder") from None
    try:
        seen = 0
        for where, folders, names, fd in os.fwalk(".", dir_fd=top):
            inside = tuple(part for part in where.split("/") if part != ".")
            folders[:] = (
                sorted(f for f in folders if not hidden((f,))) if len(inside) + 1 < DEEPEST else []
            )
            seen += len(folders) + len(names)
            for each in sorted([*folders, *names])[:MAX_ENTRIES]:
                if not hidden((each,)):
                    _look(fd, (*inside, each), files, notes)
            if seen > MAX_ENTRIES:
                notes.append(
                    f"more than {MAX_ENTRIES} files were handed in; not all were looked at"
                )
                break
    finally:
        os.close(top)
    return files, notes


def _descend(top: Path, parts: tuple[str, ...]) -> int:
    """Open a folder below `top` without following links; returns its file descriptor."""
    fd = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in parts:
        try:
            following = os.open(part, _FOLDER, dir_fd=fd)
        finally:
            os.close(fd)
        fd = following
    return fd


def _look(fd: int, path: tuple[str, ...], files: list[HandedIn], notes: list[str]) -> None:
    with contextlib.suppress(OSError):  # gone since
        status = os.stat(path[-1], dir_fd=fd, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            files.append(HandedIn(path, status.st_mtime, status.st_size))
        elif not stat.S_ISDIR(status.st_mode) and len(notes) < 5:
            notes.append(f"{shown(path[-1])!r} is a link or no file; it was left out")


@contextmanager
def _opened(
    folder: Path, below: Path, entry: HandedIn
) -> Iterator[tuple[IO[bytes], os.stat_result]]:
    """Open a regular file without following a link or waiting; yields it and its status."""
    try:
        parent = _descend(below, (*folder.relative_to(below).parts, *entry.path[:-1]))
        try:
            fd = os.open(entry.name, _FILE, dir_fd=parent)
        finally:
            os.close(parent)
    except OSError as error:
        raise Unreadable(f"the file could not be opened ({error.strerror})") from None
    with open(fd, "rb", buffering=0) as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("what was handed in is a link or no file")
        yield file, status


def digest(folder: Path, below: Path) -> str:
    """Hash all that intake would look at: the hash changes when a file does.

    What cannot be opened counts as what it is.

    Parameters
    ----------
    folder : Path
        The folder of a submission.
    below : Path
        A folder above it that is ours: below it, no link is followed.

    Returns
    -------
    str
        The hash, in hexadecimal digits.
    """
    whole = hashlib.sha256()
    try:
        files, notes = files_below(folder, below) or ([], [])
    except Unreadable as problem:
        files, notes = [], [str(problem)]
    whole.update("\0".join(notes).encode())
    for entry in files:
        whole.update(f"\0{'/'.join(entry.path)}\0{entry.size}\0".encode("utf-8", "surrogateescape"))
        try:
            with _opened(folder, below, entry) as (file, _):
                left = LARGEST
                while left > 0 and (piece := file.read(2**20)):
                    left -= len(piece)
                    whole.update(piece)
        except (Unreadable, OSError) as problem:
            whole.update(type(problem).__name__.encode())
    return whole.hexdigest()


@contextmanager
def copied(
    folder: Path, below: Path, entry: HandedIn, most: int = LARGEST
) -> Iterator[tuple[IO[bytes], str, float]]:
    """Copy a file as it is now: what happens to the file afterward changes nothing.

    Parameters
    ----------
    folder : Path
        The folder of a submission.
    below : Path
        A folder above it that is ours: below it, no link is followed.
    entry : HandedIn
        The file.
    most : int, default LARGEST
        The largest size in bytes.

    Yields
    ------
    (IO[bytes], str, float)
        The private copy, its SHA-256, and when the file came to lie here by this machine's clock:
        the time of the last change to the file's entry, for a student can set the other ones.

    Raises
    ------
    Unreadable
        If it is too large or no file.
    BeingWritten
        If it changed meanwhile.
    """
    with _opened(folder, below, entry) as (file, before), tempfile.TemporaryFile() as copy:
        digest, size = hashlib.sha256(), 0
        while before.st_size <= most and (piece := file.read(2**20)):
            size += len(piece)
            if size > most:
                break
            digest.update(piece)
            copy.write(piece)
        if max(size, before.st_size) > most:
            raise Unreadable(
                f"the file is larger than {most >> 20} MB; clear its outputs and hand it in again"
            )
        after = os.fstat(file.fileno())
        if (after.st_mtime_ns, after.st_size) != (
            before.st_mtime_ns,
            before.st_size,
        ) or size != after.st_size:
            raise BeingWritten("the file was being written while it was read; grade it again")
        copy.flush()
        yield copy, digest.hexdigest(), min(before.st_ctime, time.time())
