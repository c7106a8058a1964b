"""List the files in a submission's folders, without following links, within limits."""

import os
import stat
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from autograder.intake.archive import DEEPEST, hidden
from autograder.intake.inbox import LEFT_BEHIND, Place
from autograder.intake.names import named, shown
from autograder.intake.parse import Unreadable

__all__ = ["LEFT", "MISSING", "HandedIn", "Listing", "descend", "files_in"]

MAX_ENTRIES = 50_000  # of a submission's folders that are listed
NAMED = 5  # how many of the files set aside for one reason a note names
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# Why something is set aside.
LINK = "is a link or not a regular file; it was left out"
DEEP = f"is more than {DEEPEST} folders deep; it was not read"
CLOSED = "could not be opened; it was not read"
MANY = f"is beyond the first {MAX_ENTRIES} files and folders; it was not read"
LEFT = "is a file that programs leave behind; it was set aside"
MISSING = "was not handed in"  # of a notebook


@dataclass(frozen=True)
class HandedIn:
    """Describe a regular file of a submission.

    Parameters
    ----------
    folder : Path
        The folder that was handed in.
    path : tuple of str
        The parts of the file's path below that folder.
    time : float
        Its modification time (seconds since 1970).
    size : int
        Its size in bytes.
    """

    folder: Path
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

    @property
    def hidden(self) -> bool:
        return hidden(self.path)


@dataclass
class Listing:
    """Hold the entries of a submission's folders: each is a file, or is set aside.

    Parameters
    ----------
    files : list of HandedIn
        The regular files, those in outer folders first.
    aside : dict of str to list of str
        By reason, what was set aside, made safe to show.
    settled : set of HandedIn
        The files that need no further note: they were set aside, or read as notebooks.
    read : dict
        By folder and path, the hash of each file that was read; "changing" for one that could not
        be read because it was being written.
    """

    files: list[HandedIn] = field(default_factory=list)
    aside: dict[str, list[str]] = field(default_factory=dict)
    settled: set[HandedIn] = field(default_factory=set)
    read: dict[tuple[Path, tuple[str, ...]], str] = field(default_factory=dict)

    def set_aside(self, what: str | HandedIn, why: str) -> None:
        """Set something aside for a reason."""
        if isinstance(what, HandedIn):
            self.settled.add(what)
            what = what.shown
        self.aside.setdefault(why, []).append(what)

    def notes(self) -> list[str]:
        """Say what was set aside, with a line for each reason."""
        return [
            f"{what[0]!r} {why}"
            if len(what) == 1
            else f"each of {named(list(map(repr, what)), NAMED)} {why}"
            for why, what in self.aside.items()
        ]


def files_in(places: list[Place], below: Path, listing: Listing) -> bool:
    """List the regular files of a submission, and set everything else aside.

    No link is followed: one that leads to the solutions would hand them in. Outer folders come
    first, and possible notebooks come first in each folder, so that limits cut what matters least.

    Parameters
    ----------
    places : list of Place
        Where the work is.
    below : Path
        A folder of ours above them; no link below it is followed.
    listing : Listing
        Receives what is found.

    Returns
    -------
    bool
        Whether there is anything, even an empty folder.

    Raises
    ------
    Unreadable
        If there is only a folder that is a link.
    """
    problem, found = None, False
    for place in places:
        try:
            top = descend(below, place.folder.relative_to(below).parts)
        except FileNotFoundError:
            continue
        except OSError:
            problem = Unreadable("the folder that was handed in is a link, or not a folder")
            continue
        found = True
        try:
            if place.file:
                _look(top, place.folder, (place.file,), listing)
            else:
                _list(top, place.folder, listing)
        finally:
            os.close(top)
    if problem is not None and not listing.files:
        raise problem
    return found


def _list(top: int, folder: Path, listing: Listing) -> None:
    """List a folder level by level."""
    waiting, room = deque([()]), MAX_ENTRIES
    while waiting:
        inside: tuple[str, ...] = waiting.popleft()
        try:
            fd = _open(os.dup(top), inside)
        except OSError:
            listing.set_aside(shown("/".join(inside)), CLOSED)
            continue
        try:
            with os.scandir(fd) as entries:
                names = sorted(
                    (entry.name for entry in islice(entries, 10 * MAX_ENTRIES)), key=_likely
                )
            for name in names[:room]:
                waiting.extend(_look(fd, folder, (*inside, name), listing))
            for name in names[room:]:
                listing.set_aside(shown("/".join((*inside, name))), MANY)
            room -= min(room, len(names))
        except OSError:
            listing.set_aside(shown("/".join(inside)), CLOSED)
        finally:
            os.close(fd)


def _likely(name: str) -> tuple[bool, str]:
    return not name.lower().endswith((".ipynb", ".zip")), name


def descend(top: Path, parts: tuple[str, ...]) -> int:
    """Open a folder without following links.

    Parameters
    ----------
    top : Path
        A folder that is ours.
    parts : tuple of str
        The parts of the path below it.

    Returns
    -------
    int
        The file descriptor.

    Raises
    ------
    OSError
        If there is no such folder, or a part of the path is a link.
    """
    return _open(os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), parts)


def _open(fd: int, parts: tuple[str, ...]) -> int:
    """Open a folder below another, which is closed, without following links."""
    for part in parts:
        try:
            following = os.open(part, _FOLDER, dir_fd=fd)
        finally:
            os.close(fd)
        fd = following
    return fd


def _look(fd: int, folder: Path, path: tuple[str, ...], listing: Listing) -> list[tuple[str, ...]]:
    """Record an entry of a folder; returns the folders to list next."""
    where = shown("/".join(path))
    if LEFT_BEHIND.fullmatch(path[-1]):
        listing.set_aside(where, LEFT)
        return []
    try:
        status = os.stat(path[-1], dir_fd=fd, follow_symlinks=False)
    except OSError:
        listing.set_aside(where, CLOSED)
        return []
    if stat.S_ISREG(status.st_mode):
        listing.files.append(HandedIn(folder, path, status.st_mtime, status.st_size))
    elif not stat.S_ISDIR(status.st_mode):
        listing.set_aside(where, LINK)
    elif len(path) < DEEPEST:
        return [path]
    else:
        listing.set_aside(where, DEEP)
    return []
