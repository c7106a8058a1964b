"""Unpack an archive or an e-mail in the limited process, and check everything that it returns."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from autograder.intake.archive import LARGEST, MAX_MEMBERS
from autograder.intake.child import SECONDS
from autograder.intake.contents import LONGEST
from autograder.intake.parse import Unreadable
from autograder.intake.reader import SERVER
from nbjudge.errors import ChannelClosed, ChannelTimeout, FrameError
from nbjudge.worker.channel import Channel

__all__ = ["Contents", "Member", "list_contents", "unpack_members"]

BATCH_FILES, BATCH_BYTES = 500, 256 * 2**20  # which one child reads


@dataclass(frozen=True)
class Member:
    """Describe a file in an archive. Its path is only for comparisons: nothing is written there.

    Parameters
    ----------
    number : int
        Its number.
    path : str
        Its path in the archive.
    size : int
        Its size in bytes, as the archive says; -1 for a folder.
    time : float
        When it was changed, as the archive says (seconds since 1970); 0 if that is unknown.
    refused : str, default ""
        Why it is not read.
    """

    number: int
    path: str
    size: int
    time: float
    refused: str = ""


@dataclass(frozen=True)
class Contents:
    """Describe what is in an archive or an e-mail.

    Parameters
    ----------
    members : list of Member
        Its files and folders.
    sender : str, default ""
        The sender's address, as the e-mail gives it.
    received : str, default ""
        When an e-mail came (ISO 8601); "" if it does not say.
    subject : str, default ""
        The subject of an e-mail.
    """

    members: list[Member]
    sender: str = ""
    received: str = ""
    subject: str = ""


def list_contents(file: IO[bytes]) -> Contents:
    """List what is in an archive or an e-mail.

    Parameters
    ----------
    file : IO[bytes]
        The file.

    Returns
    -------
    Contents
        Everything in it.

    Raises
    ------
    Unreadable
        If it is neither, or reading it takes more time or memory than it should.
    """
    members: list[Member] = []
    mail = ["", "", ""]
    for frame in _frames(file, None):
        if set(frame) == {"mail"}:
            mail = [_text(part) for part in _exactly(frame["mail"], 3)]
            continue
        for row in _list(frame["members"]):
            number, path, size, moment, refused = _exactly(row, 5)
            if type(number) is not int or type(size) is not int or type(moment) is not float:
                raise Unreadable("the file could not be read")
            if number != len(members) or number >= MAX_MEMBERS:
                raise Unreadable("the file could not be read")
            members.append(Member(number, _text(path), size, moment, _text(refused)))
    return Contents(members, *mail)


def unpack_members(
    file: IO[bytes],
    members: Sequence[Member],
    write: Callable[[Member, Iterator[bytes]], None],
) -> dict[int, str]:
    """Read members in batches, each in a new child process.

    Parameters
    ----------
    file : IO[bytes]
        The archive or the e-mail.
    members : sequence of Member
        The members to read.
    write : callable
        Called with each member and its bytes, which it must read to the end. It may be called
        again with a member that could not be read the first time.

    Returns
    -------
    dict of int to str
        By number, why a member could not be read.
    """
    problems: dict[int, str] = {}
    for batch in _batches(members):
        left = list(batch)
        try:
            _read(file, left, write, problems)
        except Unreadable:  # one of them: each is now read alone, so that only that one is lost
            for member in list(left):
                try:
                    _read(file, [member], write, problems)
                except Unreadable as problem:
                    problems[member.number] = str(problem)
    return problems


def _batches(members: Sequence[Member]) -> Iterator[list[Member]]:
    batch: list[Member] = []
    size = 0
    for member in members:
        if batch and (len(batch) == BATCH_FILES or size + member.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(member)
        size += member.size
    if batch:
        yield batch


def _read(
    file: IO[bytes],
    left: list[Member],
    write: Callable[[Member, Iterator[bytes]], None],
    problems: dict[int, str],
) -> None:
    """Read members in one child; finished ones are removed from `left`."""
    frames = _frames(file, [member.number for member in left])
    while left:
        member, ends = left[0], []
        write(member, _parts(frames, member, ends))
        if ends != [""]:
            problems[member.number] = ends[0] if ends else "it could not be read"
        left.pop(0)
    next(frames, None)


def _parts(frames: Iterator[dict], member: Member, ends: list[str]) -> Iterator[bytes]:
    size = 0
    for frame in frames:
        if set(frame) == {"done", "problem"} and frame["done"] == member.number:
            ends.append(_text(frame["problem"]))
            return
        part = frame.get("part")
        if type(part) is not bytes or (size := size + len(part)) > LARGEST:
            raise Unreadable("the file could not be read")
        yield part
    raise Unreadable("the file could not be read")


def _frames(file: IO[bytes], numbers: list[int] | None) -> Iterator[dict[str, Any]]:
    deadline = time.monotonic() + SECONDS + 2
    ours, theirs = socket.socketpair()
    try:
        with ours:
            channel = Channel(ours)
            with theirs:
                channel.send(numbers, deadline)
                SERVER.ask(b"u", file.fileno(), theirs)
            while (frame := channel.recv(deadline)) is not None:
                if type(frame) is not dict:
                    raise Unreadable("the file could not be read")
                if set(frame) == {"problem"}:
                    raise Unreadable(_text(frame["problem"]))
                yield frame
    except ChannelTimeout:
        raise Unreadable("reading the file took too long") from None
    except ChannelClosed:
        raise Unreadable("reading the file takes more time or memory than it should") from None
    except (FrameError, KeyError):
        raise Unreadable("the file could not be read") from None


def _text(value: Any) -> str:
    if type(value) is not str or len(value) > LONGEST:
        raise Unreadable("the file could not be read")
    return value


def _list(value: Any) -> list:
    if type(value) is not list:
        raise Unreadable("the file could not be read")
    return value


def _exactly(value: Any, length: int) -> list:
    if len(_list(value)) != length:
        raise Unreadable("the file could not be read")
    return value
