"""Take all files out of a zip file, a folder or e-mails, within limits, under our own names."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder.collect.room import entries_of, too_much
from autograder.courses.spelling import composed
from autograder.intake.files import copied
from autograder.intake.inbox import LEFT_BEHIND, Place
from autograder.intake.listing import LEFT, MANY, MAX_ENTRIES, HandedIn, Listing, files_in
from autograder.intake.names import shown
from autograder.intake.parse import Unreadable
from autograder.intake.unpack import Contents, Member, list_contents, unpack_members

__all__ = ["Mail", "Source", "Taken", "take"]

MAX_PARTS = 100  # of the path of a folder that holds everything


@dataclass(frozen=True)
class Mail:
    """Describe who sent an e-mail, and when.

    Parameters
    ----------
    sender : str
        The sender's address, as the e-mail gives it.
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
    outer : tuple of str
        Those of them that the source has named. The names of attachments, which any sender may
        choose, come after the path of the e-mail.
    mail : Mail, optional
        The e-mail that it was attached to.
    """

    parts: tuple[str, ...]
    file: Path
    time: float
    outer: tuple[str, ...]
    mail: Mail | None = None

    @property
    def shown(self) -> str:
        """The path, made safe to show."""
        return shown("/".join(self.parts))


@dataclass
class Source:
    """Hold what was taken out.

    Parameters
    ----------
    files : list of Taken
        The files.
    refused : dict of str to str
        By path, made safe to show, why the file was not taken.
    left : list of tuple of str
        The parts of the paths of files that programs leave behind, which are not taken.
    """

    files: list[Taken] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    left: list[tuple[str, ...]] = field(default_factory=list)


def take(path: Path, target: Path) -> Source:
    """Take all files out of a source.

    No path of the source is ever written to, links are not followed, and what programs leave
    behind (`__MACOSX`, `.git`) is skipped. E-mails are opened if the source consists of them; an
    e-mail that a student hands in is a file like others.

    Parameters
    ----------
    path : Path
        A zip file, an e-mail (.eml), or a folder.
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
        If it is not a zip file, e-mail or folder, is damaged, or holds too much.
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
            _from_file(path, (composed(path.name),), room, source)
        for mail in _mails(source.files):
            _open_mail(mail, room, source)
    except Unreadable as problem:
        raise ValueError(f"{path}: {problem}") from None
    return source


class _Room:
    """Store files under our own names."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0

    def file(self) -> Path:
        self.number += 1
        return self.folder / f"{self.number:06}"

    def write(self, file: Path, parts: Iterator[bytes]) -> None:
        with file.open("wb") as out:
            for part in parts:
                out.write(part)


def _mails(files: Sequence[Taken]) -> list[Taken]:
    """List the e-mails, if at least half of the entries of the source are e-mails."""
    entries = entries_of([each.parts for each in files])
    mails = [
        each
        for each, entry in zip(files, entries, strict=True)
        if each.parts == entry and each.mail is None and entry[-1].lower().endswith(".eml")
    ]
    return mails if 2 * len(mails) >= len(set(entries)) else []


def _from_file(path: Path, outer: tuple[str, ...], room: _Room, source: Source) -> None:
    with path.open("rb") as file:
        contents = list_contents(file)
        name = "/".join(outer)
        mail = Mail(contents.sender, contents.received, name) if _is_mail(contents) else None
        for member in contents.members:
            if member.refused:
                source.refused[shown(member.path)] = member.refused
        there = [m for m in contents.members if not m.refused and m.size >= 0 and _counts(m.path)]
        source.left += [_parts(m.path) for m in contents.members if not _counts(m.path)]
        if mail is not None and not there:
            source.refused[shown(name)] = f"the e-mail of {shown(mail.sender)} has no attachment"
        words = too_much([(_parts(m.path), m.size) for m in there])
        wanted = []
        for member, why in zip(there, words, strict=True):
            if why:
                source.refused[shown(member.path)] = why
            else:
                wanted.append(member)
        files = {member.number: room.file() for member in wanted}

        def write(member: Member, parts: Iterator[bytes]) -> None:
            room.write(files[member.number], parts)

        problems = unpack_members(file, wanted, write)
    for member in wanted:
        if member.number in problems:
            source.refused[shown(member.path)] = problems[member.number]
        else:
            inner = _parts(member.path)
            parts = (*outer, *inner) if mail else inner
            own = outer if mail else parts
            source.files.append(Taken(parts, files[member.number], member.time, own, mail))


def _is_mail(contents: Contents) -> bool:
    return bool(contents.sender or contents.received or contents.subject)


def _counts(path: str) -> bool:
    return not any(LEFT_BEHIND.fullmatch(part) for part in path.split("/") if part)


def _parts(path: str) -> tuple[str, ...]:
    return _composed(tuple(part for part in path.split("/") if part not in ("", ".")))


def _composed(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Compose letters with their accents: macOS takes them apart."""
    return tuple(map(composed, parts))


def _open_mail(mail: Taken, room: _Room, source: Source) -> None:
    source.files.remove(mail)
    try:
        _from_file(mail.file, mail.parts, room, source)
    except Unreadable as problem:
        source.refused[mail.shown] = str(problem)


def _from_folder(path: Path, room: _Room, source: Source) -> None:
    """Take the files of a folder; each entry in it has limits of its own."""
    listing, top = Listing(), path
    names = _names(top)
    while len(names) == 1 and _is_folder(top / names[0]) and len(top.parts) < MAX_PARTS:
        top = top / names[0]  # it holds everything
        names = _names(top)
    for name in names[: 10 * MAX_ENTRIES]:
        _list(path, top / name, listing, source)
    for name in names[10 * MAX_ENTRIES :]:
        source.refused[_shown(path, top / name)] = MANY
    paths = [(*file.folder.relative_to(path).parts, *file.path) for file in listing.files]
    words = too_much([(p, f.size) for p, f in zip(paths, listing.files, strict=True)])
    for parts, entry, why in zip(paths, listing.files, words, strict=True):
        if why:
            source.refused[shown("/".join(parts))] = why
        else:
            _copy(path, parts, entry, listing, room, source)


def _list(path: Path, entry: Path, listing: Listing, source: Source) -> None:
    folder, found, whole = _is_folder(entry), Listing(), entry.relative_to(path).as_posix()
    place = Place("", "", entry) if folder else Place("", "", entry.parent, entry.name)
    try:
        files_in([place], path, found)
    except Unreadable as problem:
        source.refused[shown(whole)] = str(problem)
    listing.files += found.files
    source.left += [_parts(f"{whole}/{each}") for each in found.aside.pop(LEFT, [])]
    for why, what in found.aside.items():
        for each in what:
            source.refused[f"{shown(whole)}/{each}".rstrip("/") if folder else shown(whole)] = why


def _shown(path: Path, entry: Path) -> str:
    return shown(entry.relative_to(path).as_posix())


def _names(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if not LEFT_BEHIND.fullmatch(name))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _copy(
    path: Path,
    parts: tuple[str, ...],
    entry: HandedIn,
    listing: Listing,
    room: _Room,
    source: Source,
) -> None:
    file = room.file()
    try:
        with copied(path, entry, listing) as (copy, _, _):
            room.write(file, iter(lambda: copy.read(2**20), b""))
    except Unreadable as problem:
        source.refused[shown("/".join(parts))] = str(problem)
        return
    names = _composed(tuple(os.fsencode(part).decode("utf-8", "replace") for part in parts))
    source.files.append(Taken(names, file, entry.time, names))
