"""Bring the gradebook up to date with a changing class: joins, drops, new names."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from nbgrader.api import Gradebook, Student

from autograder.courses import Course
from autograder.courses.spelling import composed
from autograder.grading.members import Member, keep, members
from autograder.grading.writer import patiently
from autograder.intake.names import named
from autograder.roster.columns import Row, read_roster

__all__ = ["Update", "read_class"]

KEPT = ("first_name", "last_name", "email", "lms_user_id")


@dataclass
class Update:
    """Hold what a file changes in the class.

    Parameters
    ----------
    joined : list of str
        Students who are new, or have come back.
    left : list of str
        Students who are no longer in the file; all of their data is kept.
    changed : dict of str to list of str
        By student, what changed, in words.
    same : int
        The number of students without a change.
    notes : list of str
        Which parts of the file were not read.
    """

    joined: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    same: int = 0
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Describe it, with a line for each kind and each student who changed."""
        left = "is" if len(self.left) == 1 else "are"
        lines = [
            f"{len(students)} {what}: {named(students)}"
            for what, students in (
                ("joined", self.joined),
                (f"{left} not in the file (all of their data is kept)", self.left),
            )
            if students
        ]
        lines += [f"{student}: {'; '.join(words)}" for student, words in self.changed.items()]
        return [*lines, f"{self.same} unchanged", *self.notes]


def read_class(
    course: Course,
    path: Path,
    *,
    add: bool = False,
    agree: Callable[[Update], bool] = lambda update: True,
) -> Update:
    """Read a class from a CSV file into the gradebook and the records.

    A student is recognized by the id, the platform's id, or the address, and keeps the id and all
    data when one of the others, a name, a section or a group changes.

    Parameters
    ----------
    course : Course
        The course.
    path : Path
        The file (see `autograder.roster.columns.read_roster`).
    add : bool, default False
        Whether the file lists only part of the class: nobody is taken to have left.
    agree : callable, optional
        Called with the changes before anything is written; if it returns False, nothing is.

    Returns
    -------
    Update
        What changed.

    Raises
    ------
    ValueError
        If the file is not a list of students, or a row matches several students.
    FileNotFoundError
        If there is no such file.
    """
    notes: list[str] = []
    rows = read_roster(path, tell=notes.append)
    before = members(course)

    def compare() -> tuple[Update, list[Student], list[Member]]:
        with ExitStack() as stack:
            known: dict[str, Student] = {}
            if course.gradebook_exists():
                gradebook = stack.enter_context(Gradebook(course.gradebook))
                known = {student.id: student for student in gradebook.students}
            return _compared(path, rows, known, before, add=add)

    update, students, new = patiently(compare)
    update.notes += notes
    if not agree(update):
        return update

    def write() -> None:
        with Gradebook(course.gradebook) as gradebook:
            there = {student.id: student for student in gradebook.students}
            for student in students:
                for key in KEPT if (row := there.get(student.id)) else ():
                    setattr(row, key, getattr(student, key))
            gradebook.db.add_all(student for student in students if student.id not in there)
            gradebook.db.commit()

    patiently(write)
    keep(course, new)
    return update


def _compared(
    path: Path,
    rows: Sequence[Row],
    known: dict[str, Student],
    before: dict[str, Member],
    *,
    add: bool,
) -> tuple[Update, list[Student], list[Member]]:
    """Compare a file with the known students; returns the changes, and what to write."""
    whose = _whose(path, rows, known)
    update, students, new = Update(), [], []
    for row, student in zip(rows, whose, strict=True):
        old = known.get(student)
        now = Student(
            id=student,
            first_name=row.first or (old.first_name if old else None),
            last_name=row.last or (old.last_name if old else None),
            email=row.email or (old.email if old else None),
            lms_user_id=row.platform or (old.lms_user_id if old else None),
        )
        was = before.get(student)
        also = tuple(sorted({*row.also, row.id, *(was.also if was else ())} - {student}))
        section = row.section or (was.section if was else "")
        groups = (was.groups if was else ()) if row.groups is None else row.groups
        member = Member(student, section, groups, also)
        students.append(now)
        new.append(member)
        if was is None or was.gone:
            update.joined.append(student)
        elif words := _words(old, now, was, member):
            update.changed[student] = words
        else:
            update.same += 1
    if strangers := sorted(set(known) - set(whose) - set(before)):
        update.notes.append(
            f"in the gradebook, but not in the class: {named(strangers)}. If they are students of "
            "the class whose work came under other names, collect it again, and then `autograder "
            "forget` these names"
        )
    if not add:
        today = datetime.now(UTC).date().isoformat()
        gone = [m for m in before.values() if not m.gone and m.student not in set(whose)]
        update.left = [member.student for member in gone]
        new += [replace(member, gone=today) for member in gone]
    return update, students, new


def _whose(path: Path, rows: Sequence[Row], known: dict[str, Student]) -> list[str]:
    """Match rows to known students; the others are new students with the ids of the file."""
    by_platform = {s.lms_user_id: s.id for s in known.values() if s.lms_user_id}
    by_email = {s.email.casefold(): s.id for s in known.values() if s.email}
    by_id = {_folded(student): student for student in known}
    found: dict[str, int] = {}
    for row in rows:
        fits = {by_id.get(_folded(row.id)), by_platform.get(row.platform)}
        fits |= {by_email.get(row.email.casefold())}
        fits -= {None}
        if len(fits) > 1:
            raise ValueError(
                f"{path}, line {row.line}: its ids and its address belong to different "
                f"students: {', '.join(sorted(fits))}. Correct the line, or `autograder forget` "
                "the one who does not exist"
            )
        student = fits.pop() if fits else row.id
        if student in found:
            raise ValueError(
                f"{path}, lines {found[student]} and {row.line}: both are {student}, by id, by the "
                "platform's id or by address. Delete one of the lines"
            )
        found[student] = row.line
    cut = {student.lstrip("0"): student for student in known if student not in found}
    for student, line in found.items():
        if student not in known and student.isdecimal() and student.lstrip("0") in cut:
            raise ValueError(
                f"{path}, line {line}: {student} is new, but apart from leading zeros it is the id "
                f"{cut[student.lstrip('0')]}, which is not in the file. Spreadsheets remove such "
                "zeros: correct the ids, or add a column with the addresses, by which students are "
                "recognized"
            )
    return list(found)


def _folded(student: str) -> str:
    """An id in one case, with accents joined to their letters."""
    return composed(student).casefold()


def _words(old: Student | None, now: Student, was: Member, member: Member) -> list[str]:
    pairs = [
        (what, getattr(old, key) or "", getattr(now, key) or "")
        for what, key in (
            ("first name", "first_name"),
            ("last name", "last_name"),
            ("address", "email"),
            ("platform's id", "lms_user_id"),
        )
        if old is not None
    ]
    pairs.append(("section", was.section, member.section))
    pairs.append(("groups", ", ".join(was.groups), ", ".join(member.groups)))
    pairs.append(("other names", ", ".join(was.also), ", ".join(member.also)))
    return [f"{what} {b or 'none'!r}, before {a or 'none'!r}" for what, a, b in pairs if a != b]
