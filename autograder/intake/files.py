"""Copy a file that was handed in, within limits, and hash a submission's files."""

import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from autograder.intake.archive import LARGEST
from autograder.intake.inbox import Place
from autograder.intake.listing import LEFT, HandedIn, Listing, descend, files_in
from autograder.intake.parse import Unreadable

__all__ = ["BeingWritten", "copied", "digest"]

MAX_HASHED = 2 * LARGEST  # bytes of a submission that are read to see whether it changed
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make us wait


class BeingWritten(Unreadable):
    """Report that the file changed while it was copied."""


@contextmanager
def _opened(below: Path, entry: HandedIn) -> Iterator[tuple[IO[bytes], os.stat_result]]:
    """Open a regular file without following a link or waiting; yields it and its status."""
    try:
        parent = descend(below, (*entry.folder.relative_to(below).parts, *entry.path[:-1]))
        try:
            fd = os.open(entry.name, _FILE, dir_fd=parent)
        finally:
            os.close(parent)
    except OSError as error:
        raise Unreadable(f"the file could not be opened ({error.strerror})") from None
    with open(fd, "rb", buffering=0) as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("what was handed in is a link or not a regular file")
        yield file, status


def digest(
    places: list[Place], below: Path, read: Mapping[tuple[Path, tuple[str, ...]], str] | None = None
) -> str:
    """Hash everything that intake would read; the hash changes when a file does.

    A file that cannot be opened is represented by the reason, and one that is too large to read by
    its size and the time of its last change.

    Parameters
    ----------
    places : list of Place
        Where the work is.
    below : Path
        A folder of ours above them; no link below it is followed.
    read : mapping, optional
        The hashes of the files that intake has read (`Listing.read`). They are not read again: what
        counts is what was judged, not what is there by now.

    Returns
    -------
    str
        The hash, in hexadecimal digits.
    """
    whole, room, listing = hashlib.sha256(), MAX_HASHED, Listing()
    try:
        files_in(places, below, listing)
    except Unreadable as problem:
        listing.set_aside("", str(problem))
    listing.aside.pop(LEFT, None)
    whole.update(repr(sorted(listing.aside.items())).encode())
    for entry in sorted(listing.files, key=lambda file: (not file.suffix, file.suffix != ".ipynb")):
        where = f"{entry.folder.name}/{'/'.join(entry.path)}"
        whole.update(f"\0{where}\0".encode("utf-8", "surrogateescape"))
        known = (read or {}).get((entry.folder, entry.path))
        if known is None and entry.size > min(LARGEST, room):
            known = f"{entry.size} {entry.time!r}"
        else:
            room -= entry.size
        whole.update((known or _content(below, entry)).encode())
    return whole.hexdigest()


def _content(below: Path, entry: HandedIn) -> str:
    """Hash the present content of a file, or the reason why it cannot be opened."""
    found, left = hashlib.sha256(), LARGEST
    try:
        with _opened(below, entry) as (file, _):
            while left > 0 and (piece := file.read(2**20)):
                left -= len(piece)
                found.update(piece)
    except (Unreadable, OSError) as problem:
        return type(problem).__name__
    return found.hexdigest()


@contextmanager
def copied(
    below: Path, entry: HandedIn, listing: Listing, most: int = LARGEST
) -> Iterator[tuple[IO[bytes], str, float]]:
    """Copy a file as it is now, so that later changes do not matter.

    Parameters
    ----------
    below : Path
        A folder of ours above it; no link below it is followed.
    entry : HandedIn
        The file.
    listing : Listing
        Receives the hash of what was read.
    most : int, default LARGEST
        The largest size in bytes.

    Yields
    ------
    (IO[bytes], str, float)
        The private copy, its SHA-256, and when the file arrived by this machine's clock: the time
        of the last change to the file's inode, because a student can set the other times.

    Raises
    ------
    Unreadable
        If it is too large or not a file.
    BeingWritten
        If it changed while it was copied.
    """
    with _opened(below, entry) as (file, before), tempfile.TemporaryFile() as copy:
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
            listing.read[entry.folder, entry.path] = "changing"
            raise BeingWritten("the file was being written while it was read; grade it again")
        copy.seek(0)
        listing.read[entry.folder, entry.path] = digest.hexdigest()
        yield copy, digest.hexdigest(), min(before.st_ctime, time.time())
