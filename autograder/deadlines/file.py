"""Read and check deadlines.toml, which sets due dates, grace, penalties and extensions.

    timezone = "Europe/Berlin"
    grace = "15 minutes"
    penalty = "10% per day"
    zero_after = "7 days"

    [01_invariant]
    due = "2026-03-01 23:59"
    extensions = { ada = "2026-03-08 23:59", "grace hopper" = "3 days" }

What is at the top applies to every assignment that does not set it itself.
"""

import difflib
import functools
import math
import re
import tomllib
import zoneinfo
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from autograder.courses.spelling import composed
from autograder.deadlines.times import find_zone, local_to_utc, read_length, read_when
from autograder.intake.names import check_student

__all__ = ["FILE", "Deadline", "Penalty", "read_deadlines", "read_zone"]

FILE = "deadlines.toml"
COMMON = ("grace", "penalty", "zero_after")
PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(?:%|percent)\s+(?:per|a|each)\s+day")
MOST = 2**20  # characters of the file
T = TypeVar("T")


@dataclass(frozen=True)
class Penalty:
    """Describe what being late costs, as a fraction of the points that the work earned.

    Parameters
    ----------
    percent : float, default 0
        The percentage for each day that has begun.
    zero_after : timedelta, optional
        Work that is later than this earns no points.
    """

    percent: float = 0.0
    zero_after: timedelta | None = None

    def points(self, score: float, late: timedelta) -> float:
        """Compute the points that are taken off.

        Parameters
        ----------
        score : float
            The points that were earned.
        late : timedelta
            How late the work is.

        Returns
        -------
        float
            From 0 to `score`.

        Examples
        --------
        >>> Penalty(10).points(80, timedelta(hours=25))
        16.0
        """
        if late <= timedelta():
            return 0.0
        if self.zero_after is not None and late > self.zero_after:
            return score
        days = math.ceil(late / timedelta(days=1))
        return min(score, score * self.percent * days / 100)

    def __str__(self) -> str:
        words = f"{self.percent:g}% per day" if self.percent < 100 else "zero"
        words = words if self.percent else "none"
        after = self.zero_after
        return f"{words}, zero after {after / timedelta(days=1):g} d" if after else words


@dataclass(frozen=True)
class Deadline:
    """Describe when an assignment is due, and what being late costs.

    Parameters
    ----------
    due : datetime or None
        The due date in UTC, without a zone; None if it is never late.
    grace : timedelta, default zero
        How long after the due date work is still not late; lateness counts from then.
    penalty : Penalty, optional
        What being late costs; None if the file does not say.
    extensions : mapping of str to datetime, optional
        The students' own due dates in UTC, without a zone; the ids are composed (`composed`).
    zone : zoneinfo.ZoneInfo, optional
        The zone in which times are shown.
    """

    due: datetime | None
    grace: timedelta = timedelta()
    penalty: Penalty | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    zone: zoneinfo.ZoneInfo | None = None

    @property
    def late_from(self) -> datetime | None:
        """When lateness begins to count: the due date plus the grace."""
        return None if self.due is None else self.due + self.grace

    def extension(self, student: str) -> timedelta | None:
        """Return how much later a student's work is due; None without an extension."""
        own = self.extensions.get(composed(student))
        return None if own is None or self.due is None else own - self.due


def read_deadlines(path: Path, names: Collection[str] | None = None) -> dict[str, Deadline]:
    """Read deadlines.toml, and check everything in it.

    Parameters
    ----------
    path : Path
        The file.
    names : collection of str, optional
        The course's assignments.

    Returns
    -------
    dict of str to Deadline
        By assignment; empty if there is no such file.

    Raises
    ------
    ValueError
        If anything in it is wrong; the message says where, what was expected, and what was found.
    """
    _, found = _read(path, _version(path))
    for name in found if names is not None else ():
        _demand_known(path, "assignment", name, names)
    return dict(found)


def read_zone(path: Path) -> zoneinfo.ZoneInfo | None:
    """Read the time zone of deadlines.toml.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    zoneinfo.ZoneInfo or None
        The zone; None if there is no such file, or it names none.

    Raises
    ------
    ValueError
        If anything in the file is wrong.
    """
    return _read(path, _version(path))[0]


def _version(path: Path) -> tuple[int, ...]:
    """Identify the file's current version; () if there is no file."""
    if not path.exists():
        return ()
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


@functools.lru_cache(maxsize=16)
def _read(
    path: Path, version: tuple[int, ...]
) -> tuple[zoneinfo.ZoneInfo | None, dict[str, Deadline]]:
    """Read the file as it is in this `version`: each submission asks for it."""
    if not version:
        return None, {}
    try:
        text = path.read_text(encoding="utf-8-sig")
        if len(text) > MOST:
            raise ValueError(f"it is longer than {MOST} characters")
        content = tomllib.loads(text)
    except ValueError as error:
        why = "save it in UTF-8" if isinstance(error, UnicodeDecodeError) else error  # or not TOML
        raise ValueError(f"{path} cannot be read: {why}") from None
    tables = {name: value for name, value in content.items() if isinstance(value, dict)}
    common = {name: value for name, value in content.items() if name not in tables}
    for key in common:
        _demand_known(path, "setting", key, ("timezone", *COMMON))
    named = common.get("timezone")
    zone = None if named is None else _at(path, "timezone", lambda: find_zone(named))
    _rules(path, "", common)  # checked even if no assignment uses it
    found = {name: _deadline(path, name, common, table, zone) for name, table in tables.items()}
    return zone, found


def _deadline(
    path: Path,
    name: str,
    common: dict[str, Any],
    table: dict[str, Any],
    zone: zoneinfo.ZoneInfo | None,
) -> Deadline:
    where = f"[{name}] "
    for key in table:
        _demand_known(path, "setting", key, ("due", "extensions", *COMMON), where)
    if "due" not in table:
        raise ValueError(
            f'{path}: {where}has no due date: write due = "2026-03-01 23:59", or due = "none"'
        )
    due = None
    if table["due"] != "none":
        due = _at(path, f"{where}due", lambda: read_when(table["due"], zone))
    grace, penalty = _rules(path, where, {k: common[k] for k in COMMON if k in common} | table)
    own = table.get("extensions", {})
    if not isinstance(own, dict):
        raise ValueError(
            f'{path}: {where}extensions: expected {{ ada = "3 days" }}, got {str(own)[:60]!r}'
        )
    if own and due is None:
        raise ValueError(f"{path}: {where}has extensions, but no due date to extend")
    extensions = {
        composed(student): _at(
            path,
            f"{where}extensions, {student!r}",
            lambda student=student: _extended(own[check_student(student)], due, zone),
        )
        for student in own
    }
    if len(extensions) < len(own):
        raise ValueError(f"{path}: {where}extensions: a student appears twice; delete one")
    return Deadline(due, grace, penalty, extensions, zone)


def _extended(value: Any, due: datetime, zone: zoneinfo.ZoneInfo | None) -> datetime:
    """Read a student's own due date: a time, or a length that counts in calendar days."""
    if isinstance(value, str) and not re.match(r"\s*\d{4}-", value):
        length = read_length(value)
        own = due + length
        if zone is not None and length % timedelta(days=1) == timedelta():
            local = due.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
            own = local_to_utc(local + length, zone)
    else:
        own = read_when(value, zone)
    if own < due:
        raise ValueError("it ends before the due date; an extension is later")
    return own


def _rules(path: Path, where: str, table: dict[str, Any]) -> tuple[timedelta, Penalty | None]:
    """Read grace and penalty."""
    grace = timedelta()
    if "grace" in table:
        grace = _at(path, f"{where}grace", lambda: read_length(table["grace"]))
    if "penalty" not in table and "zero_after" not in table:
        return grace, None
    percent = _at(path, f"{where}penalty", lambda: _percent(table.get("penalty", "none")))
    after = None
    if table.get("zero_after", "none") != "none":
        after = _at(path, f"{where}zero_after", lambda: read_length(table["zero_after"]))
    return grace, Penalty(percent, after)


def _percent(value: Any) -> float:
    known = {"none": 0.0, "zero": 100.0}
    text = value.strip().lower() if isinstance(value, str) else ""
    match = PERCENT.fullmatch(text)
    if text not in known and (not match or float(match[1]) > 100):
        raise ValueError(
            f'got {str(value)[:60]!r}, expected "none", "zero" or a percentage like "10% per day"'
        )
    return float(match[1]) if match else known[text]


def _at(path: Path, where: str, read: Callable[[], T]) -> T:
    """Read a value, and say where in the file it is wrong."""
    try:
        return read()
    except ValueError as error:
        raise ValueError(f"{path}: {where}: {error}") from None


def _demand_known(
    path: Path, what: str, name: str, known: Collection[str], where: str = ""
) -> None:
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        meant = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(
            f"{path}: {where}there is no {what} {name[:60]!r}{meant or '.'} There are: "
            f"{', '.join(sorted(known))}"
        )
