"""Read when work was handed in, from a platform's sheet, its file names or its receipts."""

import re
import warnings
import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dateutil import parser

from autograder.deadlines.times import local_to_utc
from autograder.intake.names import named, shown
from autograder.intake.timestamp import of_a_course, parse_time
from autograder.platforms.sheet import Sheet, check_numbers

__all__ = ["CLOCKS", "Sheets", "ZoneMissingError", "in_utc", "read_moment"]

CLOCKS = timedelta(minutes=5)  # by which two clocks may differ before a difference is named
WHEN = ("last modified (submission)", "submission_timestamp", "submitted at", "date submitted",
        "submitted", "handed in", "time")  # fmt: skip
WHO = ("identifier", "id number", "email address", "username", "github_username",
       "roster_identifier", "student", "student id", "student_id", "email", "id", "sis login id",
       "full name", "name")  # fmt: skip
NAMES = ("full name", "name", "student name")
DAYS = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+", re.IGNORECASE)
NOTHING = ("", "-", "never")


class ZoneMissingError(ValueError):
    """Report that the time zone is unknown: no time of this source can be trusted."""


def in_utc(time: str) -> str:
    """Add the time zone to a time written by nbgrader or a substitute for its exchange.

    Parameters
    ----------
    time : str
        The time; one without a zone is in UTC.

    Returns
    -------
    str
        The time with a zone.
    """
    return f"{time} UTC" if re.fullmatch(r"[\d:. -]+", time) else time


def read_moment(text: str, zone: zoneinfo.ZoneInfo | None) -> datetime:
    """Read a time as platforms write it.

    Parameters
    ----------
    text : str
        For example "Sunday, 1 March 2026, 10:10 PM", "Sunday, March 1, 2026 10:10:05 PM CET",
        "2026-03-01 22:10:05", or one of the forms of `autograder.intake.timestamp.parse_time`.
    zone : zoneinfo.ZoneInfo or None
        The zone of a time that names none.

    Returns
    -------
    datetime
        The time in UTC, without a zone.

    Raises
    ------
    ValueError
        If it is not a time, is ambiguous, or needs a zone. A time that clocks show twice is taken
        to be the earlier one, unless it says whether it is daylight saving time.
    """
    words = DAYS.sub("", text.strip().replace("o'clock", ""))
    if not words:
        raise ValueError("no time is given")
    if re.fullmatch(r"[\dT:. -]+(?:Z|UTC|[+-]\d{2}:?\d{2})", words):
        return parse_time(words)
    named = re.fullmatch(r"(.*\d(?:\s*[AP]M)?)\s+([A-Z]{2,5})", words, re.IGNORECASE)
    abbreviation = ""
    if named and named[2].upper() not in ("AM", "PM"):
        words, abbreviation = named[1], named[2].upper()
    if abbreviation in ("UTC", "GMT"):
        return parse_time(f"{words} UTC")
    if re.match(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b", words):
        raise ValueError(f"{text[:60]!r} may be one of two days; expected the month in letters")
    expected = 'expected a date and a time of day in English, or like "2026-03-01 23:59"'
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", parser.UnknownTimezoneWarning)  # it would be left out
            first, second = (
                parser.parse(words, default=datetime(2000 + k, 1 + k, 1 + k, k, k)) for k in (0, 1)
            )
    except parser.UnknownTimezoneWarning:
        raise ValueError(
            f'{text[:60]!r} names its zone in the middle; expected "2026-03-01 23:59 CET"'
        ) from None
    except (ValueError, OverflowError, TypeError):
        raise ValueError(f"got {text[:60]!r}, {expected}") from None
    if first.replace(second=0) != second.replace(second=0):
        raise ValueError(f"got {text[:60]!r}, {expected}")
    of_a_course(first)
    if first.tzinfo is not None:
        return first.astimezone(UTC).replace(tzinfo=None)
    if zone is None:
        raise ZoneMissingError(
            f'{text[:60]!r} names no time zone: write timezone = "Europe/Berlin", or yours, at the '
            "top of deadlines.toml"
        )
    halves = [first.replace(tzinfo=zone, fold=fold) for fold in (0, 1)]
    meant = next((each for each in halves if each.tzname() == abbreviation), None)
    if meant is not None:
        return meant.astimezone(UTC).replace(tzinfo=None)
    if abbreviation and not _may_be_called(zone, abbreviation, first.year):
        raise ZoneMissingError(
            f"{text[:60]!r} is in {abbreviation}, but deadlines.toml says {zone.key}: "
            "correct the zone there, or give a list with --times, with times like "
            '"2026-03-01 23:59 UTC"'
        )
    try:
        return local_to_utc(first, zone)
    except ValueError:  # clocks change then
        return halves[0].astimezone(UTC).replace(tzinfo=None)


def _may_be_called(zone: zoneinfo.ZoneInfo, abbreviation: str, year: int) -> bool:
    """Tell whether a zone has this abbreviation at some time of a year, as far as that is known."""
    names = {datetime(year, month, 15, tzinfo=zone).tzname() or "" for month in range(1, 13)}
    return abbreviation in names or not all(name.isalpha() for name in names)


@dataclass(frozen=True)
class _Line:
    who: str
    keys: frozenset[str]
    when: str


class Sheets:
    """Look up when work was handed in, in the sheet of a platform.

    Parameters
    ----------
    path : Path or None
        A CSV file with a column for the time: Moodle's grading worksheet, the grades of GitHub
        Classroom, or a list with the columns "student" and "time". None if there is no file.

    Raises
    ------
    ValueError
        If the file is none of these.
    """

    def __init__(self, path: Path | None) -> None:
        self.path, self._lines = path, list[_Line]()
        self._met: set[_Line] = set()  # lines for which there is a hand-in
        self.identities: dict[str, dict[str, str]] = {}
        if path is None:
            return
        sheet = Sheet(path)
        column = sheet.column(*WHEN)
        who = [k for k in (sheet.column(title) for title in WHO) if k is not None]
        if column is None or not who:
            raise ValueError(
                f"{path} does not say when work was handed in: expected a column "
                "'Last modified (submission)', 'submission_timestamp' or 'time', and one for the "
                f"student, got {', '.join(map(repr, sheet.header[:8]))}. In Moodle, set your "
                "language to English and download the grading worksheet again"
            )
        for row in range(1, len(sheet.rows)):
            cells = [sheet.text(row, k).strip() for k in who]
            keys = {_key(cell) for cell in cells if cell}
            when = sheet.text(row, column).strip()
            if keys:
                name = sheet.text(row, sheet.column(*NAMES)).strip() or next(filter(None, cells))
                self._lines.append(_Line(shown(name), frozenset(keys), when))
            number = sheet.text(row, sheet.column("identifier")).removeprefix("Participant ")
            if number.strip():
                self.identities[number.strip()] = {
                    "name": sheet.text(row, sheet.column(*NAMES)).strip(),
                    "email": sheet.text(row, sheet.column("email address", "email")).strip(),
                    "id": sheet.text(row, sheet.column("id number", "username")).strip(),
                }

    def check_numbers(self, numbers: Iterable[str]) -> None:
        """Refuse Moodle's worksheet of another assignment: its numbers differ.

        Parameters
        ----------
        numbers : iterable of str
            The numbers that Moodle has given the hand-ins; empty ones are left out.

        Raises
        ------
        ValueError
            If the sheet has numbers, but none of these.
        """
        check_numbers(self.path, self.identities, set(filter(None, numbers)))

    def find(self, keys: Iterable[str]) -> str:
        """Find the time of a student, in the sheet's words.

        Parameters
        ----------
        keys : iterable of str
            Numbers, names and addresses of the student, the most specific first.

        Returns
        -------
        str
            The time; "" if the sheet only says that nothing was handed in, or if none of the keys
            is in exactly one line.
        """
        when = ""
        for key in filter(None, map(_key, keys)):
            found = [line for line in self._lines if key in line.keys]
            self._met.update(found)
            if not when and len(found) == 1 and found[0].when.casefold() not in NOTHING:
                when = found[0].when
        return when

    def unused(self) -> list[str]:
        """Report students with a time in the sheet but no hand-in: a name may be misspelled."""
        others = [line for line in self._lines if line not in self._met]
        who = [line.who for line in others if line.when.casefold() not in NOTHING]
        if not who:
            return []
        return [f"the sheet has a time for {named(who)}, but no hand-in of theirs was found"]


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
