"""Take all files out of a zip file, a folder or e-mails, within bounds, under names of our own."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.courses.spelling import composed
from autograder.intake.files import copied
from autograder.intake.inbox import LEFT_BEHIND, Place
from autograder.intake.listing import LEFT, HandedIn, Listing, files_in
from autograder.intake.names import shown
from autograder.intake.parse import Unreadable
from autograder.intake.unpack import Contents, Member, list_contents, unpack_members

__all__ = ["Mail", "Source", "Taken", "take"]

MOST = 8 * 2**30  # bytes of all files together


@dataclass(frozen=True)
class Mail:
    """Say who sent an e-mail, and when.

    Parameters
    ----------
    sender : str
        The address that it is from, as it says.
    received : str
        When it came (ISO 8601), or "".
    name : str
        The name of its file.
    """

    sender: str
    received: str
    name: str


@dataclass(frozen=True)
class Taken:
    """Describe a file that was taken out.

    Parameters
    ----------
    parts : tuple of str
        The parts of the path that it had.
    file : Path
        Where its content lies, under a name of ours.
    time : float
        When it was changed, as the source says (seconds since 1970); 0 if unknown.
    mail : Mail, optional
        The e-mail that it was attached to.
    """

    parts: tuple[str, ...]
    file: Path
    time: float
    mail: Mail | None = None

    @property
    def shown(self) -> str:
        """The path, as it can be shown."""
        return shown("/".join(self.parts))


@dataclass
class Source:
    """Hold what was taken out.

    Parameters
    ----------
    files : list of Taken
        The files.
    refused : dict of str to str
        By path, as it can be shown, why it was not taken.
    """

    files: list[Taken] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def take(path: Path, target: Path) -> Source:
    """Take all files out of a source.

    No path of the source is ever written to, links are not followed, and what programs leave
    behind (`__MACOSX`, `.git`) is left there.

    Parameters
    ----------
    path : Path
        A zip file, an e-mail (.eml), or a folder; in a zip file or a folder, e-mails are opened.
    target : Path
        A folder for the contents, which must be empty.

    Returns
    -------
    Source
        The files, and what was refused.

    Raises
    ------
    FileNotFoundError
        If there is no such file or folder.
    ValueError
        If it is no zip file, e-mail or folder, is damaged, or holds too much.
    """
    path = path.expanduser().resolve()
    if not path.exists():
        raise FileNotFoundError(f"there is no file or folder {path}")
    source = Source()
    room = _Room(target)
    try:
        if path.is_dir():
            _from_folder(path, room, source)
        else:
            _from_file(path, path.name, room, source)
        for mail in [each for each in source.files if each.parts[-1].lower().endswith(".eml")]:
            _open_mail(mail, room, source)
    except Unreadable as problem:
        raise ValueError(f"{path}: {problem}") from None
    return source


class _Room:
    """Give files names of ours, and count their bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number, self.size = folder, 0, 0

    def file(self) -> Path:
        self.number += 1
        return self.folder / f"{self.number:06}"

    def write(self, file: Path, parts: Iterator[bytes]) -> None:
        with file.open("wb") as out:
            for part in parts:
                self.size += len(part)
                if self.size > MOST:
                    raise ValueError(
                        f"it holds more than {MOST >> 30} GB; collect a part of it at a time"
                    )
                out.write(part)


def _from_file(path: Path, name: str, room: _Room, source: Source) -> None:
    with path.open("rb") as file:
        contents = list_contents(file)
        mail = Mail(contents.sender, contents.received, name) if _is_mail(contents) else None
        for member in contents.members:
            if member.refused:
                source.refused[shown(member.path)] = member.refused
        wanted = [m for m in contents.members if not m.refused and m.size >= 0 and _counts(m.path)]
        files = {member.number: room.file() for member in wanted}

        def write(member: Member, parts: Iterator[bytes]) -> None:
            room.write(files[member.number], parts)

        problems = unpack_members(file, wanted, write)
    for member in wanted:
        if member.number in problems:
            source.refused[shown(member.path)] = problems[member.number]
        else:
            parts = tuple(part for part in member.path.split("/") if part not in ("", "."))
            source.files.append(Taken(_composed(parts), files[member.number], member.time, mail))


def _is_mail(contents: Contents) -> bool:
    return bool(contents.sender or contents.received or contents.subject)


def _counts(path: str) -> bool:
    return not any(LEFT_BEHIND.fullmatch(part) for part in path.split("/") if part)


def _composed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Compose letters with their accents: macOS takes them apart."""
    return tuple(map(composed, parts))


def _open_mail(mail: Taken, room: _Room, source: Source) -> None:
    source.files.remove(mail)
    try:
        _from_file(mail.file, "/".join(mail.parts), room, source)
    except Unreadable as problem:
        source.refused[mail.shown] = str(problem)


def _from_folder(path: Path, room: _Room, source: Source) -> None:
    listing = Listing()
    files_in([Place("", "", path)], path.parent, listing)
    for why, what in listing.aside.items():
        source.refused |= dict.fromkeys(what, why) if why != LEFT else {}
    for entry in listing.files:
        _copy(path, entry, listing, room, source)


def _copy(path: Path, entry: HandedIn, listing: Listing, room: _Room, source: Source) -> None:
    file = room.file()
    try:
        with copied(path.parent, entry, listing) as (copy, _, _):
            room.write(file, iter(lambda: copy.read(2**20), b""))
    except Unreadable as problem:
        source.refused[entry.shown] = str(problem)
        return
    names = tuple(os.fsencode(part).decode("utf-8", "replace") for part in entry.path)
    source.files.append(Taken(_composed(names), file, entry.time))
