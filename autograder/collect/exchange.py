"""Check what students submit to nbgrader's exchange: their accounts can write its folders.

A folder's name says whose it is and when it was submitted. Any account can write any name, so the
folder's owner is compared with the name, and the time of its last change in the file system with
the time in the name.
"""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect.hand_in import HandIn
from autograder.collect.times import CLOCKS
from autograder.courses import Course
from autograder.intake.names import named, shown
from autograder.intake.timestamp import parse_time
from autograder.platforms.people import NobodyError

__all__ = ["check_owner", "inbound", "late_arrivals"]


def inbound(course: Course, path: Path) -> tuple[Path, bool]:
    """Find the folder in which an exchange takes in the submissions to a course.

    Parameters
    ----------
    course : Course
        The course.
    path : Path
        The exchange, its folder of the course, or anything else.

    Returns
    -------
    folder : Path
        The folder of submissions; `path` itself if it is no exchange.
    exchange : bool
        Whether it is one. Files in it have no say in this: any account may write there.

    Raises
    ------
    ValueError
        If this account may not read the folder, or the folder is empty.
    """
    below = [path / str(course.settings().CourseDirectory.course_id) / "inbound", path / "inbound"]
    below += [path] if path.name == "inbound" else []
    folder = next((folder for folder in below if folder.is_dir()), None)
    if folder is None:
        return path, False
    if not os.access(folder, os.R_OK):
        raise ValueError(
            f"this account may not read {folder}: the account that released first "
            "(`nbgrader release_assignment`) owns it, and collects"
        )
    if not any(folder.iterdir()):
        raise ValueError(f"{folder} is empty: nobody has submitted anything yet")
    return folder, True


def check_owner(folder: Path | None, hand_in: HandIn) -> None:
    """Refuse a hand-in whose folder belongs to another account than its name says.

    Folders of the account that collects are trusted: it can write anything anyway, and on a hub
    whose servers all run as one account, it owns everything.

    Parameters
    ----------
    folder : Path or None
        The exchange's folder of submissions; None for a zip file, which does not store owners.
    hand_in : HandIn
        The hand-in.

    Raises
    ------
    NobodyError
        If the owner is another account.
    """
    if folder is None or os.name != "posix":
        return
    import pwd

    try:
        owner = (folder / hand_in.label).stat(follow_symlinks=False).st_uid
    except OSError:  # gone meanwhile, or its name is not spelled as we read it
        raise NobodyError("its folder is gone: collect again") from None
    if owner == os.getuid():
        return
    try:
        account = pwd.getpwuid(owner).pw_name
    except KeyError:
        account = f"number {owner}"
    if account != hand_in.login:
        raise NobodyError(
            f"its name says {hand_in.login}, but the account {account} wrote it: ask both, "
            "then give the student with --who"
        )


def late_arrivals(folder: Path, hand_ins: Sequence[HandIn]) -> list[str]:
    """List the hand-ins that came into the exchange later than their names say.

    Parameters
    ----------
    folder : Path
        The exchange's folder of submissions.
    hand_ins : sequence of HandIn
        The hand-ins.

    Returns
    -------
    list of str
        One line with their students, or an empty list.
    """
    later = []
    for hand_in in hand_ins:
        try:
            changed = (folder / hand_in.label).stat(follow_symlinks=False).st_ctime
            seen = datetime.fromtimestamp(changed, UTC)
            named_time = parse_time(hand_in.when).replace(tzinfo=UTC)
        except (OSError, ValueError):  # `collect` reports it
            continue
        if seen - named_time > CLOCKS:
            later.append(
                f"{shown(hand_in.login)} ({named_time:%Y-%m-%d %H:%M}, {seen:%Y-%m-%d %H:%M} UTC)"
            )
    if not later:
        return []
    return [
        "the time in a folder's name counts, but a student's account writes that name, and these "
        f"folders were changed later (time in the name, last change): {named(later)}"
    ]
