"""What lies in the inbox: found without following links, copied within bounds, named so that a page can show it."""

import contextlib
import hashlib
import os
import stat
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from autograder.courses import Course
from autograder.intake.archive import DEEPEST, LARGEST, hidden
from autograder.intake.parse import Unreadable

__all__ = [
    "BeingWritten",
    "Found",
    "check_student",
    "copied",
    "digest",
    "files_below",
    "shown",
    "students_with",
]

SIGNS = frozenset(" ._@+-'")  # beside letters (of any script, with their marks) and digits
LONGEST = 64
MAX_ENTRIES = 5000  # of a submission's folders that are looked at
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not make us wait


class BeingWritten(Unreadable):
    """The file changed while it was copied."""


def check_student(student: str) -> str:
    """A student's id that is safe as a folder's name.

    Raises:
        ValueError: if it is not.
    """
    if not _is_student(student):
        raise ValueError(
            f"student {shown(student)!r}: expected letters, digits, . _ @ + - ' and spaces between ({LONGEST} at most, a letter or "
            "digit first)"
        )
    return student


def _is_student(name: str) -> bool:
    kinds = {unicodedata.category(sign)[0] for sign in name if sign not in SIGNS}
    ends = name[:1].isalnum() and not name.endswith((" ", ".")) and ".." not in name
    return ends and kinds <= {"L", "M", "N"} and len(name) <= LONGEST and len(name.encode()) <= 200


def students_with(course: Course, name: str) -> tuple[list[str], list[str]]:
    """Students who handed in an assignment, from inbox/ and submitted/; and the names of folders that are none."""
    found, odd = set(), set()
    for student in course.students(name):
        found.add(student) if _is_student(student) else odd.add(shown(student))
    for folder in course.inboxes:
        for entry in os.scandir(folder) if folder.is_dir() else ():
            try:
                inside = os.lstat(os.path.join(entry.path, name))
                real = entry.is_dir(follow_symlinks=False) and stat.S_ISDIR(inside.st_mode)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (
                OSError,
                ValueError,
            ):  # a folder that we may not look into must not stop the others
                real = False
            if real and _is_student(entry.name):
                found.add(entry.name)
            else:
                odd.add(shown(entry.name))
    return sorted(found), sorted(odd)


@dataclass(frozen=True)
class Found:
    """A regular file below inbox/STUDENT/ASSIGNMENT/; `time` is when its content was last changed, as it says itself."""

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


def files_below(folder: Path, below: Path) -> tuple[list[Found], list[str]] | None:
    """The regular files in `folder` (some levels deep), and notes on what else is there; None if there is no folder.

    Below `below`, which is ours, no link is followed: one that leads to the solutions would hand them in.

    Raises:
        Unreadable: if the folder itself is a link.
    """
    files: list[Found] = []
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
    """A file descriptor of a folder below `top`, reached without following links."""
    fd = os.open(top, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for part in parts:
        try:
            following = os.open(part, _FOLDER, dir_fd=fd)
        finally:
            os.close(fd)
        fd = following
    return fd


def _look(fd: int, path: tuple[str, ...], files: list[Found], notes: list[str]) -> None:
    with contextlib.suppress(OSError):  # gone since
        status = os.stat(path[-1], dir_fd=fd, follow_symlinks=False)
        if stat.S_ISREG(status.st_mode):
            files.append(Found(path, status.st_mtime, status.st_size))
        elif not stat.S_ISDIR(status.st_mode) and len(notes) < 5:
            notes.append(f"{shown(path[-1])!r} is a link or no file; it was left out")


@contextmanager
def _opened(folder: Path, below: Path, found: Found) -> Iterator[tuple[IO[bytes], os.stat_result]]:
    """A regular file, opened without following a link or waiting for anything, and what it is."""
    try:
        parent = _descend(below, (*folder.relative_to(below).parts, *found.path[:-1]))
        try:
            fd = os.open(found.name, _FILE, dir_fd=parent)
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
    """A hash of all that intake would look at: it changes when a file does. What cannot be opened counts as it is."""
    whole = hashlib.sha256()
    try:
        files, notes = files_below(folder, below) or ([], [])
    except Unreadable as problem:
        files, notes = [], [str(problem)]
    whole.update("\0".join(notes).encode())
    for found in files:
        whole.update(f"\0{'/'.join(found.path)}\0{found.size}\0".encode("utf-8", "surrogateescape"))
        try:
            with _opened(folder, below, found) as (file, _):
                left = LARGEST
                while left > 0 and (piece := file.read(2**20)):
                    left -= len(piece)
                    whole.update(piece)
        except (Unreadable, OSError) as problem:
            whole.update(type(problem).__name__.encode())
    return whole.hexdigest()


@contextmanager
def copied(
    folder: Path, below: Path, found: Found, most: int = LARGEST
) -> Iterator[tuple[IO[bytes], str, float]]:
    """A private copy of a file as it is now, its SHA-256, and when it came to lie here by this machine's clock.

    What happens to the file afterward changes nothing. The time is that of the last change to the file's entry: a
    student can set the other ones.

    Raises:
        Unreadable: if it is too large or no file. BeingWritten: if it changed meanwhile.
    """
    with _opened(folder, below, found) as (file, before), tempfile.TemporaryFile() as copy:
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


def shown(name: str, most: int = 80) -> str:
    """A file's name for a line of text: composed letters, everything invisible written out, cut."""
    name = unicodedata.normalize("NFC", name)
    name = "".join(c if c == " " or c.isprintable() else repr(c)[1:-1] for c in name)
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"
