"""Read times of day in a time zone, and lengths of time, as people write them."""

import difflib
import re
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from typing import Any

from autograder.intake.timestamp import parse_time

__all__ = ["find_zone", "local_to_utc", "read_length", "read_when", "shown_length", "shown_local"]

FORM = 'a date and a time of day, for example "2026-03-01 23:59"'
LOCAL = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)")
ELSEWHERE = re.compile(
    LOCAL.pattern + r"\s*(?:Z|UTC|[+-]\d{2}:?\d{2}|[A-Za-z_]+(?:/[\w+-]+)+)", re.ASCII
)
LENGTH = re.compile(r"(\d{1,4})\s*(m|h|d|w)[a-z]*", re.ASCII)
SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
FIXED = {  # names of zones without daylight saving time, and what people nearly always mean
    "EST": "America/New_York",
    "MST": "America/Denver",  # Arizona's is "America/Phoenix"
}
UNITS = {"m", "min", "minute", "h", "hour", "d", "day", "w", "week"}


def find_zone(name: Any) -> zoneinfo.ZoneInfo:
    """Find a time zone by its name.

    Parameters
    ----------
    name : str
        The name, for example "Europe/Berlin".

    Returns
    -------
    zoneinfo.ZoneInfo
        The zone.

    Raises
    ------
    ValueError
        If no zone has this name; the message suggests a similar one.
    """
    known = zoneinfo.available_timezones()
    if isinstance(name, str) and name in FIXED:
        raise ValueError(
            f"{name} has no daylight saving time: due dates would be an hour off in summer; "
            f"write {FIXED[name]!r}"
        )
    if not isinstance(name, str) or name not in known:
        city = {zone.rpartition("/")[2].casefold(): zone for zone in known}
        words = str(name).rpartition("/")[2].replace(" ", "_").casefold()
        near = difflib.get_close_matches(words, city, n=1)
        meant = f"; did you mean {city[near[0]]!r}?" if near else ""
        raise ValueError(
            f"no time zone is called {str(name)[:60]!r}; expected a name like "
            f'"Europe/Berlin"{meant}'
        )
    return zoneinfo.ZoneInfo(name)


def local_to_utc(when: datetime, zone: zoneinfo.ZoneInfo) -> datetime:
    """Convert a time of day in a zone to UTC.

    Parameters
    ----------
    when : datetime
        The time, without a zone.
    zone : zoneinfo.ZoneInfo
        The zone.

    Returns
    -------
    datetime
        The time in UTC, without a zone.

    Raises
    ------
    ValueError
        If clocks are set back then, so that the time occurs twice, or forward, so that it is
        skipped.
    """
    first, second = (when.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    found = first.astimezone(UTC)
    if first.utcoffset() != second.utcoffset():
        if found.astimezone(zone).replace(tzinfo=None) != when:
            raise ValueError(
                f"{when:%Y-%m-%d %H:%M} does not exist in {zone.key}: clocks are set forward then. "
                "Write an earlier or a later time"
            )
        ways = " or ".join(f'"{when:%Y-%m-%d %H:%M}{each:%z}"' for each in (first, second))
        raise ValueError(
            f"{when:%Y-%m-%d %H:%M} occurs twice in {zone.key}: clocks are set back then. "
            f"Write {ways}"
        )
    return found.replace(tzinfo=None)


def read_when(value: Any, zone: zoneinfo.ZoneInfo | None) -> datetime:
    """Read a time from a TOML file.

    Parameters
    ----------
    value : object
        A TOML date-time or a text.
    zone : zoneinfo.ZoneInfo or None
        The zone of a time that names none.

    Returns
    -------
    datetime
        The time in UTC, without a zone.

    Raises
    ------
    ValueError
        If it is not a time, lacks a time of day or a zone, or does not occur exactly once.
    """
    if isinstance(value, str):
        text = value.strip()
        if ELSEWHERE.fullmatch(text):
            return parse_time(text)
        if not (match := LOCAL.fullmatch(text)):
            raise ValueError(f"got {value[:60]!r}, expected {FORM}")
        try:
            value = datetime.fromisoformat(f"{match[1]} {match[2]}")
        except ValueError as error:
            raise ValueError(f"got {value!r}, which is not a time ({error})") from None
    if not isinstance(value, datetime):
        alone = f"; {value} alone may mean its beginning or its end" if type(value) is date else ""
        raise ValueError(f"got {str(value)[:60]!r}, expected {FORM}{alone}")
    if not 1990 <= value.year < 2200:
        raise ValueError(f"got {value}, whose year cannot be that of a course")
    if value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    if zone is None:
        raise ValueError(
            f'{value:%Y-%m-%d %H:%M} needs a zone: write timezone = "Europe/Berlin", or yours, at '
            "the top of the file"
        )
    return local_to_utc(value, zone)


def read_length(value: Any) -> timedelta:
    """Read a length of time.

    Parameters
    ----------
    value : object
        A text, for example "15 minutes", "12 hours", "3 days" or "2 weeks".

    Returns
    -------
    timedelta
        The length.

    Raises
    ------
    ValueError
        If it is not a length of time.
    """
    match = LENGTH.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    word = re.sub(r"[\d\s]", "", value.lower()) if match else ""
    if not match or word.removesuffix("s") not in UNITS:
        raise ValueError(
            f'got {str(value)[:60]!r}, expected a length like "15 minutes" or "3 days"'
        )
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def shown_length(length: timedelta) -> str:
    """Write a length of time in words.

    Parameters
    ----------
    length : timedelta
        The length.

    Returns
    -------
    str
        For example "2 d 3 h 15 min".
    """
    minutes = round(abs(length).total_seconds() / 60)
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
    sign = "-" if length < timedelta() else ""
    return sign + (" ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min")


def shown_local(when: datetime | None, zone: zoneinfo.ZoneInfo | None) -> str:
    """Write a time as its zone's clocks show it.

    Parameters
    ----------
    when : datetime or None
        The time in UTC, without a zone.
    zone : zoneinfo.ZoneInfo or None
        The zone; None for UTC.

    Returns
    -------
    str
        For example "2026-03-01 23:59 CET"; "none" without a time.
    """
    if when is None:
        return "none"
    return f"{when.replace(tzinfo=UTC).astimezone(zone or UTC):%Y-%m-%d %H:%M %Z}"
