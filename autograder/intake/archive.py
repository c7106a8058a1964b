"""Read the notebooks in a zip file, with bounds on everything.

Runs in the limited process; standard library only.
"""

import itertools
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from autograder.intake.parse import Unreadable

__all__ = ["DEEPEST", "LARGEST", "MAX_NOTEBOOKS", "hidden", "notebooks_in"]

LARGEST = 200 * 2**20  # bytes of a notebook, and of all notebooks of an archive together
DEEPEST = 4  # parts of a path, the file's name with them
MAX_NOTEBOOKS = 8  # that are looked into
MAX_MEMBERS = 2000
MAX_RATIO, FROM = 200, 10 * 2**20  # how far a member this large may have been compressed


def notebooks_in(file: IO[bytes], notes: list[str]) -> Iterator[tuple[str, float, bytes]]:
    """Read the newest notebooks in an archive.

    Nothing is written anywhere, so a member's path is only ever compared and shown. Archives in
    archives are not opened.

    Parameters
    ----------
    file : IO[bytes]
        The archive.
    notes : list of str
        What was refused is added to it.

    Yields
    ------
    (str, float, bytes)
        The path in the archive, the time (seconds since 1970), and the content.

    Raises
    ------
    Unreadable
        If it is no archive, or a bomb.
    """
    try:
        archive = zipfile.ZipFile(file)
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Unreadable(f"the archive is damaged ({str(error)[:80]})") from None
    if len(members) > MAX_MEMBERS:
        raise Unreadable(
            f"the archive holds {len(members)} files (at most {MAX_MEMBERS}); "
            "hand in the notebook alone"
        )
    _no_overlap(members)
    notebooks = [member for member in members if _is_notebook(member, notes)]
    room = LARGEST
    for member in sorted(notebooks, key=_time, reverse=True)[:MAX_NOTEBOOKS]:
        content = _read(archive, member, room)
        room -= len(content)
        yield member.filename, _time(member), content
    if not notebooks:
        raise Unreadable(
            "the archive holds no notebook (.ipynb)" + (f"; {notes[-1]}" if notes else "")
        )


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


def _is_notebook(member: zipfile.ZipInfo, notes: list[str]) -> bool:
    name = member.filename.replace("\\", "/")
    parts = tuple(part for part in name.split("/") if part)
    if (
        member.is_dir()
        or not name.lower().endswith(".ipynb")
        or hidden(tuple(p for p in parts if p != ".."))
    ):
        return False
    mode = member.external_attr >> 16
    why = ""
    if name.startswith("/") or ".." in parts or ":" in parts[0]:
        why = "its path leads out of the archive"
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        why = "it is a link or no file"
    elif member.flag_bits & 0x1:
        why = "it is encrypted"
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        why = "it is compressed in an unusual way"
    elif len(parts) > DEEPEST:
        why = "it lies too deep"
    note = f"a notebook in the archive was refused: {why}"
    if why and note not in notes:
        notes.append(note)
    return not why


def _no_overlap(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share their bytes: a small archive could unpack to anything."""
    spans = sorted((member.header_offset, member.compress_size) for member in members)
    for (start, size), (following, _) in itertools.pairwise(spans):
        if start + size > following:
            raise Unreadable("the archive's files overlap; hand in the notebook alone")


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    too_large = Unreadable(
        f"the archive unpacks to more than {LARGEST >> 20} MB; "
        "clear the outputs and hand it in again"
    )
    if member.file_size > room:
        raise too_large
    if member.file_size > FROM and member.file_size > MAX_RATIO * member.compress_size:
        raise Unreadable("the archive unpacks to a suspicious size; hand in the notebook alone")
    try:
        with archive.open(member) as file:
            content = file.read(room + 1)  # whatever the archive says of its size
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


def _time(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
