"""Find out whose a file is from the name that a platform gave it.

The forms are those that the platforms' own programs write:

- Moodle: "Ada Lovelace_12345_assignsubmission_file_/work.ipynb", without the last "_" in newer
  versions, or everything in the file's name; a group's name in place of the student's. The number
  belongs to the assignment, and differs in the next one.
- Canvas: "lovelaceada_LATE_123_456_work-1.ipynb": the sortable name without blanks and commas,
  the student's number, the file's number. "anon_x1y2z" in place of the name, if names are hidden.
- Blackboard: "Lab 1_alovelace_attempt_2026-03-01-22-10-05_work.ipynb", and a receipt (".txt").
- Brightspace: "123-456 - Ada Lovelace - Mar 1, 2026 1014 PM/work.ipynb", or all in the file's name.
- Sakai: "Lovelace, Ada(alovelace)/Submission attachment(s)/work.ipynb", and files of its own beside
  that folder.
- ILIAS: "Lovelace_Ada_alovelace_123/work.ipynb".
- nbgrader: "ada+01_lab+2026-03-01 22:10:05.123 UTC+q1w2e3r4/work.ipynb", as its exchange has it.
- submitted: "ada/01_lab/work.ipynb" and the time in timestamp.txt, as `nbgrader collect` leaves it.
  Only on request: in any other folder, a student may have written that file.
- folders: one folder for each student, as `gh classroom clone student-repos` makes them.
- mail: e-mails with attachments.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder.collect.hand_in import HandIn
from autograder.collect.logins import RECEIPT_FILE, after_names, with_logins, without_prefix
from autograder.collect.source import Taken
from autograder.collect.times import in_utc
from autograder.intake.damaged import decode
from autograder.intake.timestamp import FILE, LONGEST

__all__ = ["PLATFORMS", "RECEIPTS", "read_names"]

MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<number>\d{1,18}))?_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)",
    re.DOTALL,
)
CANVAS = re.compile(
    r"(?P<name>(?!anon_)[^/]+?)_(?P<late>LATE_)?(?P<number>\d{1,18})"
    r"_(?:(?P<upload>\d{1,18})_(?P<file>.+)|(?P<typed>(?:text|link)\.html))",
    re.DOTALL,
)
ANONYMOUS = re.compile(r"anon_[^_]+_(?:LATE_)?\d{1,18}_.+", re.DOTALL)
BLACKBOARD = re.compile(
    r"(?P<head>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
BRIGHTSPACE = re.compile(
    r"\d+-\d+ - (?P<name>.+?) - (?P<day>[^\W\d]+ \d{1,2}, \d{4}) (?P<hour>\d{1,2})(?P<minute>\d\d)"
    r" (?P<half>[AP]M)(?: - (?P<file>.+))?",
    re.DOTALL,
)
SAKAI = re.compile(r"(?P<name>.+)\((?P<login>[^()]+)\)", re.DOTALL)
# What a student handed in to Sakai, and what Sakai itself writes into the student's folder.
SAKAI_ATTACHED, SAKAI_TYPED = "Submission attachment(s)", "submissionText.html"
SAKAI_OWN = ("Feedback Attachment(s)", "timestamp.txt", "comments.txt", "feedbackText.html")
ILIAS = re.compile(r"(?P<name>.+_.+)_\d{1,18}", re.DOTALL)
NBGRADER = re.compile(
    r"(?P<student>.+)\+(?P<assignment>[^+]+)\+(?P<time>\d{4}-\d\d-\d\d [^+]+)(?:\+[^+]+)?",
    re.DOTALL,
)


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
    match = CANVAS.fullmatch(taken.parts[0]) if len(taken.outer) == 1 else None
    if not match:
        return None
    name, number, late = match["name"], match["number"], match["late"] is not None
    order = f"{int(match['upload']):018}" if match["upload"] else ""
    hand_in = HandIn(f"{name}_{number}", name=name, number=number, late=late, order=order)
    return hand_in, (match["file"] or match["typed"], *taken.parts[1:])


def _blackboard(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = BLACKBOARD.fullmatch(taken.parts[0]) if len(taken.outer) == 1 else None
    if not match:
        return None
    label = f"{match['head']}_attempt_{match['time']}"
    day, clock = match["time"][:10], match["time"][11:].replace("-", ":")
    hand_in = HandIn(label, name=match["head"], when=f"{day} {clock}", order=match["time"])
    return hand_in, (match["file"] or RECEIPT_FILE, *taken.parts[1:])


def _brightspace(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = BRIGHTSPACE.fullmatch(taken.parts[0])
    if not match or (len(taken.outer) == 1) != bool(match["file"]):
        return None
    when = f"{match['day']} {match['hour']}:{match['minute']} {match['half']}"
    label = taken.parts[0].removesuffix(f" - {match['file']}")
    path = (match["file"], *taken.parts[1:]) if match["file"] else taken.parts[1:]
    return HandIn(label, name=match["name"], when=when), path


def _sakai(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = SAKAI.fullmatch(taken.parts[0]) if len(taken.outer) > 1 else None
    if not match:
        return None
    hand_in = HandIn(taken.parts[0], name=match["name"].strip(), login=match["login"].strip())
    where, *inside = taken.parts[1:]
    if where == SAKAI_ATTACHED and inside:
        return hand_in, tuple(inside)
    if where.endswith(SAKAI_TYPED) and not inside:
        return hand_in, (where,)
    return (hand_in, (RECEIPT_FILE,)) if where.endswith(SAKAI_OWN) else None


def _ilias(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = ILIAS.fullmatch(taken.parts[0]) if len(taken.outer) > 1 else None
    if not match:
        return None
    return HandIn(taken.parts[0], name=match["name"]), taken.parts[1:]


def _nbgrader(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    match = NBGRADER.fullmatch(taken.parts[0]) if len(taken.outer) > 1 else None
    if not match:
        return None
    login, assignment, when = match["student"], match["assignment"], in_utc(match["time"])
    return HandIn(taken.parts[0], login=login, when=when, assignment=assignment), taken.parts[1:]


def _submitted(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    if len(taken.outer) < 3:
        return None
    student, assignment = taken.parts[:2]
    return HandIn(f"{student}/{assignment}", login=student, assignment=assignment), taken.parts[2:]


def _folders(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    if len(taken.outer) < 2:
        return None
    return HandIn(taken.parts[0], name=taken.parts[0], login=taken.parts[0]), taken.parts[1:]


def _mail(taken: Taken) -> tuple[HandIn, tuple[str, ...]] | None:
    mail = taken.mail
    if mail is None:
        return None
    label = f"{mail.sender} {mail.received}".strip() or mail.name
    hand_in = HandIn(label, login=mail.sender, when=mail.received, order=mail.received)
    return hand_in, taken.parts[len(taken.outer) :]


# By platform, its lists of all hand-ins, which are nobody's.
LISTS = {
    "brightspace": ("index.html",),
    "sakai": ("grades.csv", "grades.xls", "grades.xlsx"),
    "ilias": ("status.csv", "status.xlsx", "README.md"),
}
# By platform, the file beside a student's work that is the platform's.
RECEIPTS = {"blackboard": RECEIPT_FILE, "sakai": RECEIPT_FILE, "nbgrader": FILE, "submitted": FILE}
PLATFORMS: dict[str, Callable[[Taken], tuple[HandIn, tuple[str, ...]] | None]] = {
    "moodle": _moodle,
    "blackboard": _blackboard,
    "mail": _mail,
    "nbgrader": _nbgrader,
    "canvas": _canvas,
    "brightspace": _brightspace,
    "sakai": _sakai,
    "ilias": _ilias,
    "folders": _folders,
    "submitted": _submitted,
}


def read_names(
    files: Sequence[Taken], platform: str = "", logins: Sequence[str] = ()
) -> tuple[str, list[HandIn], list[Taken]]:
    """Sort files into hand-ins.

    Parameters
    ----------
    files : sequence of Taken
        All files of a source.
    platform : str, default ""
        One of `PLATFORMS`; by default, the one whose form most file names have.
    logins : sequence of str, optional
        The students' logins, for platforms whose form does not show where a login begins.

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
    chosen = platform or _likely(files)
    if not chosen or not any(map(PLATFORMS[chosen], files)):
        if files and sum(bool(ANONYMOUS.match(each.parts[0])) for each in files) * 2 >= len(files):
            raise ValueError(
                "Canvas hides whose files these are, because the assignment is graded anonymously: "
                "show the names there (switch anonymous grading off), and download again"
            )
        example = f", for example {files[0].shown!r}" if files else ""
        raise ValueError(
            f"{'its' if files else 'it contains no files:'} files are not named as "
            f"{platform or 'Moodle, Canvas or another platform'} names them{example}, and are not "
            "sorted into one folder for each student"
        )
    found: dict[str, HandIn] = {}
    others = []
    for each in files:
        read = PLATFORMS[chosen](each)
        if read is None:
            if len(each.parts) > 1 or each.parts[0] not in LISTS.get(chosen, ()):
                others.append(each)
            continue
        hand_in, path = read
        known = found.setdefault(hand_in.label, hand_in)
        known.files.append((path, each))
        found[hand_in.label] = replace(known, order=max(known.order, hand_in.order))
    hand_ins = list(found.values())
    if chosen == "blackboard":
        hand_ins = with_logins(hand_ins, logins)
    if chosen == "sakai":  # it has a folder for everybody, also for those who handed in nothing
        hand_ins = [
            each for each in hand_ins if {path for path, _ in each.files} != {(RECEIPT_FILE,)}
        ]
    if chosen == "ilias":
        hand_ins = after_names(hand_ins, logins)
    if chosen == "folders":
        hand_ins = without_prefix(hand_ins, logins)
    if chosen == "submitted":
        hand_ins = [replace(each, when=_stamp(each)) for each in hand_ins]
    return chosen, hand_ins, others


def _likely(files: Sequence[Taken]) -> str:
    """Find the platform whose form the file names have; "" if there is none.

    Each entry at the top has one vote, however many files somebody has put into it. E-mails in a
    folder were handed in by the student whose folder it is.
    """
    tops: dict[str, list[Taken]] = {}
    for each in files:
        tops.setdefault(each.parts[0], []).append(each)
    for name, read in PLATFORMS.items():
        votes = sum(
            2 * sum(bool(read(each)) for each in entry) >= len(entry)
            and (name != "mail" or len(entry[0].outer) == 1 or len(tops) == 1)
            for entry in tops.values()
        )
        if votes and 2 * votes >= len(tops):
            return name
    return ""


def _below(files: Sequence[Taken]) -> list[Taken]:
    """Strip a folder that holds everything: programs that unpack archives add one."""
    tops = {each.parts[0] for each in files}
    if len(tops) != 1 or any(len(each.outer) < 2 for each in files):
        return list(files)
    top = tops.pop()
    if any(form.fullmatch(top) for form in (MOODLE, NBGRADER, BRIGHTSPACE)):
        return list(files)
    if any(_sakai(each) for each in files):  # one student; an assignment's title may look like it
        return list(files)
    inner = [replace(each, parts=each.parts[1:], outer=each.outer[1:]) for each in files]
    forms = (_moodle, _canvas, _blackboard, _brightspace, _sakai, _ilias, _nbgrader)
    named = any(read(each) for each in inner for read in forms)
    folders = {each.parts[0] for each in inner if len(each.parts) > 1}
    return inner if named or len(folders) > 1 else list(files)


def _stamp(hand_in: HandIn) -> str:
    """Read what timestamp.txt says; "" if there is none."""
    for file in (taken.file for path, taken in hand_in.files if path == (FILE,)):
        with file.open("rb") as raw:
            return in_utc(decode(raw.read(LONGEST))[0].strip("\ufeff\0 \t\r\n"))
    return ""
