"""Take in what students submit to nbgrader's exchange, whose folders the students' accounts write.

A folder's name says whose it is and when it was submitted. Any account can write any name, so the
folder's owner is compared with the name, and the time at which the file system has seen it last
with the time in the name.
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
        Whether it is one. Nothing that lies there says otherwise: any account may write to it.

    Raises
    ------
    ValueError
        If this account may not read the folder, or it is empty.
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
    """Refuse a hand-in that lies in a folder of another account than its name says.

    What the account that collects owns itself is believed: it can write anything anyway, and on a
    hub whose servers all run as one account everything is its own.

    Parameters
    ----------
    folder : Path or None
        The exchange's folder of submissions; None if it is a zip file, which knows no owners.
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
    except OSError:  # gone meanwhile, or its name is written in another way than we read it
        raise NobodyError("its folder was not found again: collect once more") from None
    if owner == os.getuid():
        return
    try:
        account = pwd.getpwuid(owner).pw_name
    except KeyError:
        account = f"number {owner}"
    if account != hand_in.login:
        raise NobodyError(
            f"its name says {hand_in.login}, and the account {account} has written it: ask both, "
            "then give the student with --who"
        )


def late_arrivals(folder: Path, hand_ins: Sequence[HandIn]) -> list[str]:
    """Say which hand-ins came into the exchange later than they say.

    Parameters
    ----------
    folder : Path
        The exchange's folder of submissions.
    hand_ins : sequence of HandIn
        The hand-ins.

    Returns
    -------
    list of str
        A line with their students, or none.
    """
    later = []
    for hand_in in hand_ins:
        try:
            changed = (folder / hand_in.label).stat(follow_symlinks=False).st_ctime
            seen = datetime.fromtimestamp(changed, UTC)
            said = parse_time(hand_in.when).replace(tzinfo=UTC)
        except (OSError, ValueError):  # `collect` tells it
            continue
        if seen - said > CLOCKS:
            later.append(
                f"{shown(hand_in.login)} ({said:%Y-%m-%d %H:%M}, {seen:%Y-%m-%d %H:%M} UTC)"
            )
    if not later:
        return []
    return [
        "the time in the name counts, which a student's account writes, but the folder was changed "
        f"later by: {named(later)}"
    ]
