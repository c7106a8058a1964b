"""Read whose a file is from the name that a platform has given it.

The forms are those that the platforms' own programs write:

- Moodle: "Ada Lovelace_12345_assignsubmission_file_/work.ipynb", without the last "_" in newer
  versions, or everything in the file's name; a group's name in place of the student's. The number
  belongs to the assignment, and is another in the next one.
- Canvas: "lovelaceada_LATE_123_456_work-1.ipynb": the name for sorting without blanks and commas,
  the student's number, the file's number. "anon_x1y2z" in place of the name, if names are hidden.
- Blackboard: "Lab 1_alovelace_attempt_2026-03-01-22-10-05_work.ipynb", and a receipt (".txt").
- nbgrader: "ada+01_lab+2026-03-01 22:10:05.123 UTC+q1w2e3r4/work.ipynb", as its exchange has it.
- submitted: "ada/01_lab/work.ipynb" and the time in timestamp.txt, as `nbgrader collect` leaves it.
  Only on demand: in any other folder, a student may have written that file.
- folders: one folder for each student, as `gh classroom clone student-repos` makes them.
- mail: e-mails with attachments.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from autograder.collect.source import Mail, Taken
from autograder.collect.times import in_utc
from autograder.intake.damaged import decode
from autograder.intake.timestamp import FILE, LONGEST

__all__ = ["PLATFORMS", "RECEIPTS", "HandIn", "read_names"]

MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d{1,18}))?_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)",
    re.DOTALL,
)
CANVAS = re.compile(
    r"(?P<name>(?!anon_)[^/]+?)_(?P<late>LATE_)?(?P<number>\d{1,18})"
    r"_(?:(?P<upload>\d{1,18})_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
BLACKBOARD = re.compile(
    r"(?P<head>.+)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
NBGRADER = re.compile(
    r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [^+]+)(?:\+[^+]+)?",
    re.DOTALL,
)
RECEIPT = re.compile(r"Name:[ \t]*([^\r\n]{0,200})\(([^()\r\n]{1,100})\)[ \t]*\r?\n")
SUBMITTED = re.compile(r"^Date Submitted:[ \t]*([^\r\n]{1,100})", re.MULTILINE)
MOST = 20_000  # bytes of a receipt that are read


@dataclass(frozen=True)
class HandIn:
    """Describe one hand-in of a student or a group, as the platform's names tell it.

    Parameters
    ----------
    label : str
        What the platform calls it; two hand-ins of one label are the same one.
    files : list of (tuple of str, Taken)
        The files, by their paths within the hand-in.
    name : str, default ""
        The name of the student or the group.
    number : str, default ""
        The platform's number.
    login : str, default ""
        The student's name for logging in, or address.
    late : bool, optional
        Whether the platform calls it late; None if it does not say.
    when : str, default ""
        When it was handed in, in words of the platform.
    order : str, default ""
        What sorts several hand-ins of one student that have no time.
    assignment : str, default ""
        The assignment, where the platform's names tell it.
    """

    label: str
    files: list[tuple[tuple[str, ...], Taken]] = field(default_factory=list)
    name: str = ""
    number: str = ""
    login: str = ""
    late: bool | None = None
    when: str = ""
    order: str = ""
    assignment: str = ""


def _moodle(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = MOODLE.fullmatch(taken.parts[0])
    if not match:
        return None
    file, inside = match["file"], taken.parts[1:]
    if not inside and not file:
        return None
    label = f"{match['name']}_{match['number']}" if match["number"] else match["name"]
    path = (file, *inside) if file else inside
    return HandIn(label, name=match["name"], number=match["number"] or ""), path


def _canvas(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = CANVAS.fullmatch(taken.parts[0]) if len(taken.parts) == 1 else None
    if not match:
        return None
    name, number, late = match["name"], match["number"], match["late"] is not None
    order = f"{int(match['upload']):018}" if match["upload"] else ""
    hand_in = HandIn(f"{name}_{number}", name=name, number=number, late=late, order=order)
    return hand_in, (match["file"] or match["typed"],)


def _blackboard(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = BLACKBOARD.fullmatch(taken.parts[0]) if len(taken.parts) == 1 else None
    if not match:
        return None
    label = f"{match['head']}_attempt_{match['time']}"
    day, clock = match["time"][:10], match["time"][11:].replace("-", ":")
    hand_in = HandIn(label, name=match["head"], when=f"{day} {clock}", order=match["time"])
    return hand_in, (match["file"] or RECEIPT_FILE,)


def _nbgrader(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = NBGRADER.fullmatch(taken.parts[0]) if len(taken.parts) > 1 else None
    if not match:
        return None
    login, assignment, when = match["student"], match["assignment"], in_utc(match["time"])
    return HandIn(taken.parts[0], login=login, when=when, assignment=assignment), taken.parts[1:]


def _submitted(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    if len(taken.parts) < 3 or taken.mail:
        return None
    student, assignment = taken.parts[:2]
    return HandIn(f"{student}/{assignment}", login=student, assignment=assignment), taken.parts[2:]


def _folders(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    if len(taken.parts) < 2 or taken.mail:
        return None
    return HandIn(taken.parts[0], name=taken.parts[0], login=taken.parts[0]), taken.parts[1:]


def _mail(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    mail: Mail | None = taken.mail
    if mail is None:
        return None
    label = f"{mail.sender} {mail.received}".strip() or mail.name
    hand_in = HandIn(label, login=mail.sender, when=mail.received, order=mail.received)
    return hand_in, taken.parts


RECEIPT_FILE = "receipt of Blackboard.txt"
# By platform, the file that is the platform's and not the student's.
RECEIPTS = {"blackboard": RECEIPT_FILE, "nbgrader": FILE, "submitted": FILE}
PLATFORMS: dict[str, Callable[[Taken], tuple[HandIn, tuple[str, ...]] | None]] = {
    "moodle": _moodle,
    "blackboard": _blackboard,
    "mail": _mail,
    "nbgrader": _nbgrader,
    "canvas": _canvas,
    "folders": _folders,
    "submitted": _submitted,
}


def read_names(
    files: Sequence[Taken], platform: str = "", logins: Sequence[str] = ()
) -> tuple[str, list[HandIn], list[Taken]]:
    """Sort files by hand-in.

    Parameters
    ----------
    files : sequence of Taken
        All files of a source.
    platform : str, default ""
        One of `PLATFORMS`; by default, the one by whose form most files are named.
    logins : sequence of str, optional
        The students' names for logging in, where the platform's form leaves open where they begin.

    Returns
    -------
    platform : str
        The platform.
    hand_ins : list of HandIn
        In the order in which they came.
    others : list of Taken
        The files that are not named in this form.

    Raises
    ------
    ValueError
        If no form fits any file, or there is no such platform.
    """
    if platform and platform not in PLATFORMS:
        raise ValueError(f"got the platform {platform!r}, expected one of {', '.join(PLATFORMS)}")
    files = list(files) if platform == "submitted" else _below(files)
    counts = {name: sum(map(bool, map(read, files))) for name, read in PLATFORMS.items()}
    chosen = platform or next(
        (name for name in PLATFORMS if counts[name] and counts[name] >= len(files) / 2), ""
    )
    if not chosen or not counts[chosen]:
        example = f", for example {files[0].shown!r}" if files else ""
        raise ValueError(
            f"{'its' if files else 'it holds no files:'} files are not named as "
            f"{platform or 'Moodle, Canvas or Blackboard'} names them{example}, and do not lie in "
            "one folder for each student"
        )
    found: dict[str, HandIn] = {}
    others = []
    for each in files:
        read = PLATFORMS[chosen](each)
        if read is None:
            others.append(each)
            continue
        hand_in, path = read
        known = found.setdefault(hand_in.label, hand_in)
        known.files.append((path, each))
        found[hand_in.label] = replace(known, order=max(known.order, hand_in.order))
    hand_ins = list(found.values())
    if chosen == "blackboard":
        hand_ins = _with_logins(hand_ins, logins)
    if chosen == "folders":
        hand_ins = _without_prefix(hand_ins, logins)
    if chosen == "submitted":
        hand_ins = [replace(each, when=_stamp(each)) for each in hand_ins]
    return chosen, hand_ins, others


def _below(files: Sequence[Taken]) -> list[Taken]:
    """Leave out a folder that holds everything: programs that unpack add one."""
    tops = {each.parts[0] for each in files}
    if len(tops) != 1 or any(each.mail or len(each.parts) < 2 for each in files):
        return list(files)
    top = tops.pop()
    if MOODLE.fullmatch(top) or NBGRADER.fullmatch(top):
        return list(files)
    inner = [replace(each, parts=each.parts[1:]) for each in files]
    named = any(read(each) for each in inner for read in (_moodle, _canvas, _blackboard, _nbgrader))
    folders = {each.parts[0] for each in inner if len(each.parts) > 1}
    return inner if named or len(folders) > 1 else list(files)


def _common(names: Sequence[str]) -> str:
    """What all of several names begin with."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    return first[: next((k for k, c in enumerate(first) if last[k : k + 1] != c), len(first))]


def _with_logins(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Find out what in "Lab_1_ada_l" is the assignment and what the login: by the receipt."""
    known = {login.casefold() for login in logins}
    whole = [each.name for each in hand_ins]
    start = _common(sorted({f"{name}_" for name in whole})).rfind("_") + 1
    found = []
    for each in hand_ins:
        receipt = _receipt(each)
        parts = each.name.split("_")
        ends = ["_".join(parts[k:]) for k in range(1, len(parts))]
        login = receipt.login or next((end for end in ends if end.casefold() in known), "")
        login = login or each.name[start:] or parts[-1]
        found.append(replace(each, login=login, name=receipt.name, when=receipt.when or each.when))
    return found


def _receipt(hand_in: HandIn) -> HandIn:
    """Read name, login and time from Blackboard's receipt."""
    for path, taken in hand_in.files:
        if path != (RECEIPT_FILE,):
            continue
        with taken.file.open("rb") as file:
            text = decode(file.read(MOST))[0].lstrip("\ufeff")
        who, when = RECEIPT.match(text), SUBMITTED.search(text)
        if who:
            time = when[1].strip() if when else ""
            return HandIn("", name=who[1].strip(), login=who[2].strip(), when=time)
    return HandIn("")


def _stamp(hand_in: HandIn) -> str:
    """Read what timestamp.txt says; "" if there is none."""
    for file in (taken.file for path, taken in hand_in.files if path == (FILE,)):
        with file.open("rb") as raw:
            return in_utc(decode(raw.read(LONGEST))[0].strip("\ufeff\0 \t\r\n"))
    return ""


def _without_prefix(hand_ins: list[HandIn], logins: Sequence[str]) -> list[HandIn]:
    """Leave out what all folders begin with: "lab-1-countess" is of "countess"."""
    known = {login.casefold() for login in logins}
    names = [each.name for each in hand_ins]
    prefix = _common(names)
    prefix = prefix[: prefix.rfind("-") + 1]
    found = []
    for each in hand_ins:
        parts = each.name.split("-")
        ends = ["-".join(parts[k:]) for k in range(len(parts))]
        login = next((end for end in ends if end.casefold() in known), "")
        own = each.name.removeprefix(prefix)
        found.append(replace(each, login=login or own, name="" if login else own))
    return found
