"""Read when work was handed in from a file timestamp.txt, which nbgrader's exchange writes."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from dateutil import parser

from autograder.intake.damaged import decode

__all__ = [
    "FILE", "LONGEST", "Stamp", "as_text", "of_a_course", "parse_time", "read_stamp", "stamp_below"
]  # fmt: skip

FILE = "timestamp.txt"
LONGEST = 1000  # bytes of such a file
FORM = "a date and a time of day, for example 2026-03-01 12:00:00 UTC"
ZONE = re.compile(r"(.*\S)\s+([A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)", re.DOTALL)  # Europe/Berlin
WORD = re.compile(r"(late|not late)(?: \([^()]*\))?")  # as `collect` writes it
NUMBERS = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")  # 1/2/2026: January or February?
# Parts that a time leaves out are taken from these; if two readings differ, some are missing.
WITHOUT = datetime(2000, 1, 1, 0, 0), datetime(2001, 2, 2, 1, 1)


@dataclass(frozen=True)
class Stamp:
    """Hold when work was handed in.

    Parameters
    ----------
    when : str, default ""
        The time, as `as_text` writes it; "" if it is not known.
    problem : str, default ""
        Why the file with the time could not be read.
    word : str, default ""
        "late" or "not late", if a platform says only that.
    """

    when: str = ""
    problem: str = ""
    word: str = ""


def read_stamp(raw: bytes) -> Stamp:
    """Read the content of a timestamp.txt.

    Parameters
    ----------
    raw : bytes
        The content, in UTF-8 or in an encoding with a byte-order mark.

    Returns
    -------
    Stamp
        The time, or why there is none.
    """
    text = decode(raw[:LONGEST])[0].strip("\ufeff\0 \t\r\n")
    if match := WORD.fullmatch(text):
        return Stamp(word=match[1])
    try:
        return Stamp(as_text(parse_time(text)))
    except ValueError as error:
        return Stamp(problem=f"{FILE} does not say when this was handed in: {error}")


def stamp_below(folder: Path) -> Stamp:
    """Read the timestamp.txt of a submission that nbgrader itself would grade.

    Parameters
    ----------
    folder : Path
        The folder, which contains such a file.

    Returns
    -------
    Stamp
        The time.

    Raises
    ------
    ValueError
        If it cannot be read; the message names the folder.
    """
    with (folder / FILE).open("rb") as file:
        stamp = read_stamp(file.read(LONGEST))
    if stamp.problem:
        raise ValueError(f"{stamp.problem}. Correct it in {folder}")
    return stamp


def parse_time(text: str) -> datetime:
    """Read a time in one of the forms in which programs write it.

    Parameters
    ----------
    text : str
        The time as nbgrader, ISO 8601, `date` or e-mails write it, or in seconds since 1970. A time
        without a zone is in UTC, as for nbgrader.

    Returns
    -------
    datetime
        The time in UTC, without a zone.

    Raises
    ------
    ValueError
        If it is none of these, or is ambiguous.
    """
    shown = text if len(text) <= 60 else f"{text[:60]}..."
    if not text:
        raise ValueError(f"it is empty; expected {FORM}")
    if re.fullmatch(r"\d{10}(\.\d+)?", text):
        return datetime.fromtimestamp(float(text), UTC).replace(tzinfo=None)
    if NUMBERS.match(text) or re.search(r"\b(?:UTC|GMT)\s*[+-]", text):
        raise ValueError(f"{shown!r} may be one of two times; expected {FORM}, the year first")
    named = ZONE.fullmatch(text)
    words = named[1] if named else text
    try:
        first, second = (parser.parse(words, default=day, tzinfos=_zone) for day in WITHOUT)
        if first != second:
            raise ValueError("a part of the date or time is missing")
        time = first.replace(tzinfo=_zone(named[2], None)) if named else first
        time = time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time
    except (ValueError, OverflowError, TypeError, AttributeError):
        raise ValueError(f"got {shown!r}, expected {FORM}") from None
    return of_a_course(time)


def of_a_course(time: datetime) -> datetime:
    """Refuse a time in a year in which no course takes place.

    Parameters
    ----------
    time : datetime
        A time.

    Returns
    -------
    datetime
        The same time.

    Raises
    ------
    ValueError
        If its year cannot be that of a course.
    """
    if not 1990 <= time.year < 2200:
        raise ValueError(f"got {time}, whose year cannot be that of a course")
    return time


def _zone(name: str | None, offset: int | None) -> tzinfo | None:
    """Find a time zone by its name. Raises ValueError if there is none with this name."""
    if offset is not None:
        return timezone(timedelta(seconds=offset))
    if name is None:
        return None
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"no time zone is called {name}") from None


def as_text(time: datetime) -> str:
    """Write a time in UTC as nbgrader reads it.

    Parameters
    ----------
    time : datetime
        The time in UTC, without a zone.

    Returns
    -------
    str
        For example "2026-03-01 12:00:00 UTC".
    """
    fraction = f".{time.microsecond:06}" if time.microsecond else ""
    return f"{time:%Y-%m-%d %H:%M:%S}{fraction} UTC"
