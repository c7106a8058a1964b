"""Read the notebooks in a zip file, with limits on everything.

Runs in the limited process; standard library only.
"""

import itertools
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import IO

from autograder.intake.names import named
from autograder.intake.parse import Unreadable
from autograder.intake.titles import unlike

__all__ = [
    "DEEPEST",
    "LARGEST",
    "MAX_MEMBERS",
    "MAX_NOTEBOOKS",
    "hidden",
    "member_time",
    "notebooks_in",
    "opened",
    "unfit",
    "unpack",
]

LARGEST = 200 * 2**20  # bytes of a notebook, and of all notebooks of an archive together
DEEPEST = 20  # parts of a path, including the file's name
MAX_NOTEBOOKS = 64  # that are read, those with a likely name first, then the newest
MAX_MEMBERS = 50_000  # the same limit as for a folder
NAMED = 5  # how many of the files that are left out a note names
NOTEBOOK = re.compile(r"\.ipynb$", re.IGNORECASE)
# Browsers save notebooks under these endings too; they are read if an archive has no other.
OTHERWISE = re.compile(r"\.ipynb|\.(?:json|txt)$|(?:^|[/\\])[^./\\]+$", re.IGNORECASE)
MAX_RATIO, FROM = 200, 10 * 2**20  # how far a member of at least this size may have been compressed


def notebooks_in(
    file: IO[bytes], notes: list[str], wanted: Collection[str] = ()
) -> Iterator[tuple[str, float, bytes]]:
    """Read the notebooks in an archive: those with a likely name first, then the newest.

    Nothing is written anywhere: a member's path is only compared and shown. Archives within
    archives are not opened.

    Parameters
    ----------
    file : IO[bytes]
        The archive.
    notes : list of str
        Receives what was refused or left out, until the last notebook has been read.
    wanted : collection of str, default ()
        The names of the notebooks to look for.

    Yields
    ------
    (str, float, bytes)
        The path in the archive, the time (seconds since 1970), and the content.

    Raises
    ------
    Unreadable
        If it is not an archive, or is a zip bomb.
    """
    archive = opened(file)
    members = archive.infolist()
    notebooks = [member for member in members if _is_notebook(member, notes, NOTEBOOK)]
    others = [] if notebooks else [m for m in members if _is_notebook(m, [], OTHERWISE)]
    notebooks += [m for m in others[:MAX_NOTEBOOKS] if _says_so(archive, m)]
    notebooks.sort(key=lambda member: (unlike(member.filename, wanted), -member_time(member)))
    problem, room = "", LARGEST
    for member in notebooks[:MAX_NOTEBOOKS]:
        try:
            content = unpack(archive, member, room)
        except Unreadable as error:
            problem = problem or str(error)
            notes.append(f"{member.filename[-100:]!r} in the archive was left out: {error}")
            continue
        room -= len(content)
        yield member.filename, member_time(member), content
    if problem and room == LARGEST:
        raise Unreadable(problem)
    if not notebooks:
        raise Unreadable("; ".join([_no_notebook(members), *notes[-1:]]))
    _note_the_rest(members, notebooks, notes)


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """Open an archive with a limited number of members, none of which overlap.

    Parameters
    ----------
    file : IO[bytes]
        The archive.

    Returns
    -------
    zipfile.ZipFile
        The archive.

    Raises
    ------
    Unreadable
        If it is not an archive, or is a zip bomb.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(f"the archive is damaged ({str(error)[:80]})") from None
    if len(members) > MAX_MEMBERS:
        raise Unreadable(
            f"the archive contains {len(members)} files (at most {MAX_MEMBERS}); "
            "hand in only the notebook"
        )
    _no_overlap(members)
    return archive


def unfit(member: zipfile.ZipInfo, parts: Sequence[str]) -> str:
    """Say why a member is not read, whatever its content.

    Parameters
    ----------
    member : zipfile.ZipInfo
        The member.
    parts : sequence of str
        The parts of its path.

    Returns
    -------
    str
        The reason, or "".
    """
    allowed = (0, stat.S_IFREG, stat.S_IFDIR) if member.is_dir() else (0, stat.S_IFREG)
    if member.filename.startswith(("/", "\\")) or ".." in parts:
        return "its path leads out of the archive"
    if stat.S_IFMT(member.external_attr >> 16) not in allowed:
        return "it is a link or not a regular file"
    if member.flag_bits & 0x1:
        return "it is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is compressed in an unusual way"
    return "it is nested too deep" if len(parts) > DEEPEST else ""


def _note_the_rest(
    members: list[zipfile.ZipInfo], notebooks: list[zipfile.ZipInfo], notes: list[str]
) -> None:
    """Note what was not read from an archive."""
    if more := max(len(notebooks) - MAX_NOTEBOOKS, 0):
        were = "one more notebook was" if more == 1 else f"{more} more notebooks were"
        notes.append(f"of the archive, {were} not looked at")
    read = {id(member) for member in notebooks}
    others = [
        member.filename
        for member in members
        if id(member) not in read
        and not member.is_dir()
        and not _left_behind(member.filename)
        and not member.filename.lower().endswith(".ipynb")
    ]
    if others:
        names = named([repr(name[-100:]) for name in others], NAMED)
        notes.append(f"other files of the archive were left out: {names}")


def _no_notebook(members: list[zipfile.ZipInfo]) -> str:
    """Say what an archive without a notebook contains: a person may find the work in it."""
    names = [member.filename for member in members if not member.is_dir()]
    names = [name for name in names if NOTEBOOK.search(name) or not _left_behind(name)]
    if not names:
        return "the archive contains no notebook (.ipynb)"
    held = named([repr(name[-100:]) for name in names], 1)
    return f"the archive contains no notebook (.ipynb), but {held}"


def _says_so(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bool:
    """Tell whether a file with another ending has the content of a notebook."""
    try:
        return b"nbformat" in unpack(archive, member, LARGEST)
    except Unreadable:
        return False


def _left_behind(name: str) -> bool:
    return hidden(tuple(part for part in name.replace("\\", "/").split("/") if part != ".."))


def hidden(parts: tuple[str, ...]) -> bool:
    """Tell whether a path is one that programs leave behind (checkpoints, resource forks).

    Parameters
    ----------
    parts : tuple of str
        The parts of the path.

    Returns
    -------
    bool
        Whether it is.
    """
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _is_notebook(member: zipfile.ZipInfo, notes: list[str], called: re.Pattern[str]) -> bool:
    name = member.filename.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part)
    if member.is_dir() or not called.search(name) or _left_behind(name):
        return False
    outside = "its path leads out of the archive" if ":" in parts[0] else ""
    why = outside or unfit(member, parts)
    note = f"a notebook in the archive was refused: {why}"
    if why and note not in notes:
        notes.append(note)
    return not why


def _no_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share their bytes: a small archive could unpack to anything."""
    spans = sorted((member.header_offset, member.compress_size) for member in members)
    for (start, size), (following, _) in itertools.pairwise(spans):
        if start + size > following:
            raise Unreadable("the archive's files overlap; hand in only the notebook")


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    """Read a member, whatever size the archive claims for it.

    Parameters
    ----------
    archive : zipfile.ZipFile
        The archive.
    member : zipfile.ZipInfo
        The member.
    room : int
        The largest number of bytes that it may have.

    Returns
    -------
    bytes
        The content.

    Raises
    ------
    Unreadable
        If it is damaged, larger, or of a suspicious size.
    """
    too_large = Unreadable(
        f"the archive unpacks to more than {LARGEST >> 20} MB; "
        "clear the outputs and hand it in again"
    )
    if member.file_size > room:
        raise too_large
    if member.file_size > FROM and member.file_size > MAX_RATIO * member.compress_size:
        raise Unreadable("the archive unpacks to a suspicious size; hand in only the notebook")
    try:
        with archive.open(member) as file:
            content = file.read(room + 1)  # whatever size the archive claims
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as error:
        raise Unreadable(f"the archive is damaged ({str(error)[:80]})") from None
    if len(content) > room:
        raise too_large
    return content


def member_time(member: zipfile.ZipInfo) -> float:
    """Read when a member was changed, as the archive says.

    Parameters
    ----------
    member : zipfile.ZipInfo
        The member.

    Returns
    -------
    float
        Seconds since 1970, in this machine's time zone; 0 for an invalid time.
    """
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
