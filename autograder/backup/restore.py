"""Restore a course from a backup; what is there now is moved aside, not deleted."""

import filecmp
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from autograder.backup.parts import Part, files_below, parts
from autograder.backup.read import read_backup
from autograder.courses import Course
from autograder.grading.alone import alone

__all__ = ["ASIDE", "Plan", "restore"]

ASIDE = "before-restore-"  # begins the name of the folder to which present files are moved
BESIDE = ("-wal", "-shm", "-journal")  # files that SQLite keeps beside a database


@dataclass(frozen=True)
class Plan:
    """Describe what a restore changes.

    Parameters
    ----------
    made : datetime
        When the backup was made.
    comes : list of str
        The parts that the backup holds.
    goes : list of str
        The parts that are there now and are moved aside.
    newer : list of str
        Those of them that were changed after the backup was made.
    aside : Path
        The folder that they are moved to.
    """

    made: datetime
    comes: list[str]
    goes: list[str]
    newer: list[str]
    aside: Path

    def lines(self) -> list[str]:
        """Describe the changes, one on each line."""
        lines = [f"the backup of {self.made:%Y-%m-%d %H:%M} UTC holds {', '.join(self.comes)}"]
        if self.goes:
            lines.append(f"moved to {self.aside}: {', '.join(self.goes)}")
        if self.newer:
            lines.append(
                "CHANGED SINCE THE BACKUP, so newer marks or files would become older: "
                f"{', '.join(self.newer)}"
            )
        return lines


def restore(
    course: Course, path: Path, agree: Callable[[Plan], bool] = lambda plan: True
) -> Plan | None:
    """Check a backup, ask, move the present files aside, and put the backup's in their place.

    Afterwards `autograder grade NAME` makes the pages again; marks and comments are in the backup.

    Parameters
    ----------
    course : Course
        The course.
    path : Path
        The backup.
    agree : callable, optional
        Called with the plan before anything changes; if it returns False, nothing does.

    Returns
    -------
    Plan or None
        What was changed; None if `agree` returned False.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not an intact backup of such a course.
    Stopped
        If grading is in progress.
    """
    with alone(course), tempfile.TemporaryDirectory(prefix=".new-", dir=course.runtime) as staging:
        made = read_backup(path, Path(staging))
        here = {part.name: part for part in parts(course)}
        for part in here.values():
            old, new = Path(staging) / (part.before or part.name), Path(staging) / part.name
            if old.is_dir() and not new.exists():
                old.rename(new)
        comes = sorted(os.listdir(staging))
        if strange := sorted(set(comes) - set(here)):
            raise ValueError(
                f"{path} holds {', '.join(strange)}, which this course has no place for: it is a "
                "backup of another course. Nothing was changed"
            )
        there = [part for part in [*here.values(), *_made_again(course)] if _lies(part.path)]
        newer = [
            part.name
            for part in there
            if part.name in here and _changed(part) > made and _differs(part, Path(staging))
        ]
        now = datetime.now(UTC)
        aside = course.runtime / f"{ASIDE}{now:%Y-%m-%d-%H%M%S}"
        plan = Plan(made, comes, [part.name for part in there], newer, aside)
        if not agree(plan):
            return None
        moves = [
            (each, aside / (part.name + each.name[len(part.path.name) :]))
            for part in there
            for each in _all(part.path)
        ]
        moves += [(Path(staging) / name, here[name].path) for name in comes]
        _move(moves)
        if (secret := here["secret"].path).exists():
            secret.chmod(0o600)
    return plan


def _made_again(course: Course) -> Iterator[Part]:
    """What `autograder grade` and `autograder feedback` made again: it matches only old data."""
    folders = [
        course.graded("x", "x").parents[1],
        course.built("x", "x").parents[1],
        course.returned("x", "x").parents[1],
        *(course.runtime / name for name in ("returns", "report")),
    ]
    for folder in folders:
        if folder not in course.inboxes:
            yield Part(folder.name, folder, "folder")


def _all(path: Path) -> Iterator[Path]:
    """The existing files of a part: the part itself, and what SQLite keeps beside it."""
    beside = [path.with_name(path.name + end) for end in BESIDE]
    return filter(_lies, [path, *beside])


def _lies(path: Path) -> bool:
    return os.path.lexists(path)


def _changed(part: Part) -> datetime:
    """When a part was changed last."""
    files = [path for each in _all(part.path) for path in (each, *each.rglob("*"))]
    return datetime.fromtimestamp(max(path.lstat().st_mtime for path in files), UTC)


def _differs(part: Part, staging: Path) -> bool:
    """Compare a part's content with the backup's, not its times: copying a folder renews those."""
    before = staging / part.name
    if part.kind == "folder":
        ours, theirs = (dict(files_below(folder, [])) for folder in (part.path, before))
        return ours.keys() != theirs.keys() or any(
            not filecmp.cmp(ours[name], theirs[name], shallow=False) for name in ours
        )
    if not before.is_file():
        return True
    if part.kind == "database":
        return _rows(part.path) != _rows(before)
    return not filecmp.cmp(part.path, before, shallow=False)


def _rows(database: Path) -> str:
    """Hash the content of a database; a damaged one equals no other."""
    digest = hashlib.sha256()
    try:
        address = f"file:{quote(str(database.absolute()))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as db:
            for line in db.iterdump():
                digest.update(line.encode("utf-8", "surrogatepass"))
    except sqlite3.Error as error:
        return f"{database}: {error}"
    return digest.hexdigest()


def _move(moves: list[tuple[Path, Path]]) -> None:
    """Move all of these, or none: what was moved before one fails is moved back."""
    done = []
    try:
        for old, new in moves:
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(old, new)
            done.append((old, new))
    except OSError:
        for old, new in reversed(done):
            shutil.move(new, old)
        raise
