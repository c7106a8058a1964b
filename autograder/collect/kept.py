"""Keep every hand-in, and put the one that counts into the inbox.

`collected/STUDENT/ASSIGNMENT/001/` holds the files of a hand-in, and `about.json` when it came and
what the platform called it. Only `about.json` is ever changed there.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from autograder.collect.about import About, Attempt
from autograder.collect.choose import choose, why_not
from autograder.collect.times import read_moment
from autograder.courses import Course
from autograder.deadlines.file import Deadline
from autograder.grading.folders import replace_folder
from autograder.intake.timestamp import FILE, LONGEST, Stamp, as_text, read_stamp
from nbjudge.wording import counted

__all__ = ["attempts", "files_below", "keep", "keep_unknown", "place", "retime", "unknown"]

ABOUT = "about.json"


def attempts(course: Course, name: str, student: str) -> list[Attempt]:
    """List a student's hand-ins that are kept, the oldest first.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    list of Attempt
        By the time of handing in, or else of collecting.
    """
    return _read(course.collected / student / name)


def unknown(course: Course, name: str) -> list[Attempt]:
    """List the kept hand-ins that belong to nobody, the oldest first.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of Attempt
        By the time of handing in, or else of collecting.
    """
    return _read(course.unknown / name)


def _read(folder: Path) -> list[Attempt]:
    found = [
        Attempt(path.parent, About(**json.loads(path.read_text(encoding="utf-8"))))
        for path in folder.glob(f"*/{ABOUT}")
    ]
    return sorted(found, key=_age)


def _age(attempt: Attempt) -> tuple[str, str, str]:
    about = attempt.about
    return about.when or about.collected, "" if about.when else about.order, attempt.folder.name


def keep(course: Course, name: str, student: str, files: Mapping[str, Path], about: About) -> bool:
    """Keep a hand-in, unless the same one is kept already; then only update what is known about it.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.
    files : mapping of str to Path
        By path within the hand-in, the file with the content.
    about : About
        What is known about it.

    Returns
    -------
    bool
        Whether it is new.
    """
    about = replace(about, digest=_digest(files))
    known = attempts(course, name, student)
    for attempt in known:
        old = attempt.about
        same_time = not old.when or not about.when or old.when == about.when
        same_time = same_time or old.said == about.said != ""  # its zone was corrected
        # Without times, an old version that comes after another one was handed in a second time.
        once_more = attempt is not known[-1] and "" < old.order < about.order
        if old.digest == about.digest and same_time and not once_more:
            renewed = replace(
                about, collected=old.collected, when=about.when or old.when,
                late=_either(old.late, about.late), order=max(old.order, about.order),
            )  # fmt: skip
            if renewed != old:
                _write(attempt.folder / ABOUT, renewed)
            return False
    number = 1 + max((int(each.folder.name) for each in known), default=0)
    _store(course, course.collected / student / name / f"{number:03}", files, about)
    return True


def keep_unknown(course: Course, name: str, files: Mapping[str, Path], about: About) -> None:
    """Keep a hand-in that belongs to nobody, where `autograder.intake.inbox.survey` finds it.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    files : mapping of str to Path
        By path within the hand-in, the file with the content.
    about : About
        What is known about it, with the reason.
    """
    about = replace(about, digest=_digest(files))
    own = hashlib.sha256(f"{about.label}\0{about.digest}".encode()).hexdigest()[:16]
    target = course.unknown / name / own
    if target.is_dir():
        _write(target / ABOUT, about)
    else:
        _store(course, target, files, about)


def place(
    course: Course,
    name: str,
    student: str,
    deadline: Deadline | None = None,
    *,
    always: bool = False,
) -> list[str]:
    """Put the hand-in that counts into the inbox. What was put there by hand is kept first.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.
    deadline : Deadline, optional
        When it was due.
    always : bool, default False
        Say that the newest hand-in does not count even if the inbox was right already.

    Returns
    -------
    list of str
        What the instructor should know.
    """
    target, notes = course.arrived(student, name), []
    known = attempts(course, name, student)
    there = files_below(target)
    own = {path: file for path, file in there.items() if path != FILE}
    if own and _digest(own) not in {attempt.about.digest for attempt in known}:
        newest = max((attempt.about.order for attempt in known), default="")
        keep(course, name, student, own, replace(_by_hand(there.get(FILE)), order=newest))
        known = attempts(course, name, student)
        notes.append(f"{student}: what was in the inbox before is kept as a hand-in of its own")
    counts = choose(known, deadline, student)
    files = files_below(counts.files)
    stamp = counts.about.stamp.encode()
    right = own and _digest(own) == counts.about.digest and there.get(FILE)
    if not right or there[FILE].read_bytes() != stamp:
        replace_folder(target, {**files, FILE: stamp})
        for path, file in files.items():
            os.utime(target / path, ns=(file.stat().st_mtime_ns,) * 2)
    elif not always or counts is known[-1]:
        return notes
    if len(known) > 1:
        newest = known[-1].about.when or "without a time"
        why = f", because the newest ({newest}) {why_not(known[-1])}"
        notes.append(
            f"{student}: {counted(len(known), 'hand-in')}; "
            f"{counts.about.when or 'one without a time'} counts"
            f"{'' if counts is known[-1] else why}"
        )
    return notes


def retime(course: Course, name: str, student: str, zone: ZoneInfo | None) -> bool:
    """Read the times of a student's hand-ins again, in case the course's time zone was corrected.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.
    zone : zoneinfo.ZoneInfo or None
        The zone of times that name none.

    Returns
    -------
    bool
        Whether any of them changed.
    """
    changed = False
    for attempt in attempts(course, name, student):
        with contextlib.suppress(ValueError):  # without a zone, it stays as it was read
            when = as_text(read_moment(attempt.about.said, zone))
            if when != attempt.about.when:
                _write(attempt.folder / ABOUT, replace(attempt.about, when=when))
                changed = True
    return changed


def _either(old: bool | None, new: bool | None) -> bool | None:
    """Combine two lateness flags: work that was once on time is not late when handed in again."""
    return False if False in (old, new) else old or new


def _by_hand(stamp: Path | None) -> About:
    found = Stamp()
    if stamp is not None and stamp.stat().st_size <= LONGEST:
        found = read_stamp(stamp.read_bytes())
    now = as_text(datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    late = {"late": True, "not late": False}.get(found.word)
    return About("put into the inbox by hand", "nobody", now, found.when, late)


def files_below(folder: Path) -> dict[str, Path]:
    """List the regular files of a folder; links are not followed.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    dict of str to Path
        By path below the folder.
    """
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _digest(files: Mapping[str, Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0".encode("utf-8", "surrogateescape"))
        with files[path].open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _store(course: Course, target: Path, files: Mapping[str, Path], about: About) -> None:
    """Write a hand-in whole or not at all."""
    course.collected.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=course.collected))
    try:
        for path, file in files.items():
            (new / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, new / "files" / path)
        (new / "files").mkdir(exist_ok=True)
        _write(new / ABOUT, about)
        target.parent.mkdir(parents=True, exist_ok=True)
        new.chmod(0o755)
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _write(path: Path, about: About) -> None:
    new = path.with_name(f".{path.name}")
    new.write_text(json.dumps(asdict(about), indent=1, ensure_ascii=False), encoding="utf-8")
    new.replace(path)
