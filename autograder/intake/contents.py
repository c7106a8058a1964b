"""List and read all files of an archive or of an e-mail, with limits on everything.

Runs in the limited process; standard library only. Nothing is written: the caller decides
under which names, and knows a member by its number.
"""

import email.policy
import email.utils
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from typing import IO, Any

from autograder.intake.archive import LARGEST, member_time, opened, unfit, unpack
from autograder.intake.parse import Unreadable

__all__ = ["ARCHIVES", "contents", "read_contents"]

ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")  # how archives begin; the second is an empty one
LONGEST = 500  # characters of a member's path
A_FRAME = 200  # members
CHUNK = 16 * 2**20  # bytes of a frame
MAX_HEADERS = 100  # "Received" headers of an e-mail that are read


def contents(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """List the members.

    Parameters
    ----------
    file : IO[bytes]
        A zip archive or an e-mail.

    Yields
    ------
    dict
        {"mail": [address, date, ...]} once for an e-mail; {"members": rows}, each row a number, a
        path, a size, a time (seconds since 1970; 0 if unknown), and why it is refused ("" if not).

    Raises
    ------
    Unreadable
        If it is neither, or is a zip bomb.
    """
    if _is_zip(file):
        rows = [_row(number, each) for number, each in enumerate(opened(file).infolist())]
    else:
        message = _message(file)
        yield {"mail": _about(message)}
        rows = [
            [number, _shortened(name), len(content), 0.0, ""]
            for number, (name, content) in enumerate(_attachments(message))
        ]
    for start in range(0, len(rows), A_FRAME):
        yield {"members": rows[start : start + A_FRAME]}


def read_contents(file: IO[bytes], numbers: list[int]) -> Iterator[dict[str, Any]]:
    """Read some members.

    Parameters
    ----------
    file : IO[bytes]
        The archive or the e-mail.
    numbers : list of int
        Their numbers, as `contents` gave them.

    Yields
    ------
    dict
        For each: {"part": bytes} as often as needed, then {"done": number, "problem": text}, where
        the text says why it could not be read, or is "".
    """
    if _is_zip(file):
        archive = opened(file)
        members = archive.infolist()
        attached = []
    else:
        archive, members = None, []
        attached = list(_attachments(_message(file)))
    for number in numbers:
        problem = ""
        try:
            content = (
                attached[number][1]
                if archive is None
                else unpack(archive, members[number], LARGEST)
            )
            for start in range(0, len(content), CHUNK):
                yield {"part": bytes(content[start : start + CHUNK])}
        except Unreadable as error:
            problem = str(error)[:200]
        yield {"done": number, "problem": problem}


def _is_zip(file: IO[bytes]) -> bool:
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start in ARCHIVES


def _row(number: int, member: zipfile.ZipInfo) -> list[Any]:
    name = _decoded(member).replace("\\", "/")
    parts = [part for part in name.split("/") if part]
    drive = "its path leads out of the archive" if parts and ":" in parts[0][1:2] else ""
    why = drive or unfit(member, parts)
    if not why and (len(name) > LONGEST or not parts):
        why = "its name is empty or too long"
    if not why and member.file_size > LARGEST:
        why = f"it is larger than {LARGEST >> 20} MB"
    size = -1 if member.is_dir() else min(member.file_size, 2**62)
    return [number, _shortened(name), size, member_time(member), why]


def _decoded(member: zipfile.ZipInfo) -> str:
    """Read a name as it was meant: Canvas writes UTF-8 without the flag that says so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename


def _shortened(name: str) -> str:
    return name.encode("utf-8", "replace").decode()[-LONGEST:]


def _message(file: IO[bytes]) -> EmailMessage:
    file.seek(0)
    head = file.read(2000)
    if b":" not in head.split(b"\n", 1)[0] or b"\0" in head:
        raise Unreadable("it is neither a zip archive nor an e-mail (.eml)")
    file.seek(0)
    return BytesParser(policy=email.policy.default).parse(file)


def _about(message: EmailMessage) -> list[str]:
    """Read who sent an e-mail, and when it came by the server's clock, or else the sender's."""
    _, address = email.utils.parseaddr(_header(message, "From"))
    received = [str(each) for each in message.get_all("Received", [])[:MAX_HEADERS]]
    date = received[0].rpartition(";")[2] if received else _header(message, "Date")
    when = ""
    try:
        parsed = email.utils.parsedate_to_datetime(date.strip())
        when = parsed.isoformat() if parsed.tzinfo else f"{parsed.isoformat()}+00:00"
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    return [address[:200], when[:60], _header(message, "Subject")[:200]]


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, LookupError):  # of a malformed header
        return ""


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        try:
            name = part.get_filename()
            content = part.get_payload(decode=True) if name else None
        except (ValueError, IndexError, AttributeError, LookupError, TypeError):
            continue
        if name and isinstance(content, bytes):
            yield name, content[: LARGEST + 1]
