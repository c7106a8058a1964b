"""Survey the inbox: find each student's work on each assignment, and what belongs to nobody.

Everything in the inbox is either part of a submission or a stray, which is reported with what to
do. Where the intent is clear (an assignment's folder in upper case, a notebook directly in the
student's folder), it is part of the submission.
"""

import difflib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.courses import Course
from autograder.courses.spelling import composed
from autograder.grading.members import members
from autograder.intake.assignments import Titles, unambiguous
from autograder.intake.names import is_student, shown
from autograder.intake.titles import folded

__all__ = ["LEFT_BEHIND", "Place", "Stray", "places", "students_with", "survey"]

# Files and folders that programs leave behind, and nobody hands in.
LEFT_BEHIND = re.compile(
    r"\.ipynb_checkpoints|__MACOSX|\._.*|\.DS_Store|\.git(?:keep|ignore|attributes)?|\.localized"
    r"|__pycache__|Thumbs\.db|desktop\.ini|\.new-.*|\.nfs[0-9a-f]+|~\$.*|\.~lock\..*",
    re.IGNORECASE | re.DOTALL,
)
STUDENT, NAME = "\0", "\1"  # stand for the parts of a path that are to be found


@dataclass(frozen=True)
class Place:
    """Name a folder with a student's work, or one file in it.

    Parameters
    ----------
    student : str
        The student's id.
    assignment : str
        The assignment.
    folder : Path
        The folder.
    file : str, default ""
        The only file that counts; "" for all that is below the folder.
    """

    student: str
    assignment: str
    folder: Path
    file: str = ""

    def note(self, expected: Path) -> list[str]:
        """Say where the work was, if it was not in its place."""
        if self.file:
            where = shown(f"{self.folder.name}/{self.file}")
            return [f"{where!r} was beside the folder {expected.name}; it was used in its place"]
        if self.folder.name == expected.name:
            return []
        return [f"the folder is called {shown(self.folder.name)!r}, not {expected.name}"]


@dataclass(frozen=True)
class Stray:
    """Describe what is in the inbox and belongs to no submission.

    Parameters
    ----------
    where : str
        Its path, made safe to show.
    why : str
        Why it belongs to nobody, and what to do.
    name : str, default ""
        The assignment, if it is known: other assignments do not report it.
    """

    where: str
    why: str
    name: str = ""


def survey(course: Course) -> tuple[list[Place], list[Stray]]:
    """Survey everything that was handed in.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    places : list of Place
        Where the work is.
    strays : list of Stray
        What belongs to no submission.
    """
    found = list(_Walk(course).all(course.inbox))
    for folder in course.inboxes:
        if folder != course.inbox:
            found += _Walk(course, strict=True).all(folder)
    found += _nobodys(course)
    strays = {each.where: each for each in found if isinstance(each, Stray)}
    return [each for each in found if isinstance(each, Place)], list(strays.values())


def students_with(course: Course, name: str) -> tuple[list[str], list[Stray]]:
    """List the students who handed in an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    students : list of str
        The students' ids, in order.
    strays : list of Stray
        What is in the inbox and belongs to no submission of any assignment, and what was
        collected for this one and belongs to nobody.
    """
    found, strays = survey(course)
    students = {place.student for place in found if place.assignment == name}
    here = [stray for stray in strays if stray.name in ("", name)]
    return sorted(students), sorted(here, key=lambda stray: stray.where)


def places(
    course: Course, name: str, student: str, found: Iterable[Place] | None = None
) -> list[Place]:
    """Find a student's work on an assignment in the inbox.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.
    found : iterable of Place, optional
        The places of all students, if they are known (`survey`).

    Returns
    -------
    list of Place
        Where the work is; first the folder that should contain it, if it exists, even as a link.
    """
    expected = course.arrived(student, name)
    there = [Place(student, name, expected)] if os.path.lexists(expected) else []
    others = _Walk(course, student).all(course.inbox) if found is None else found
    theirs = [
        each
        for each in others
        if isinstance(each, Place) and (each.assignment, each.student) == (name, student)
    ]
    return list(dict.fromkeys([*there, *(p for p in theirs if course.inbox in p.folder.parents)]))


class _Walk:
    """Walk through the folders of a course's layout.

    `only` names the one student whose folders are searched; `strict` accepts only exact names.
    """

    def __init__(self, course: Course, only: str | None = None, *, strict: bool = False) -> None:
        self.course, self.only, self.strict = course, only, strict
        self.known = set(members(course))
        self.names = course.names()
        self.layout = course.arrived(STUDENT, NAME).relative_to(course.inbox).parts
        self.folders = unambiguous({name: {folded(name)} for name in self.names})
        self.titles = Titles(course)

    def all(self, folder: Path) -> Iterator[Place | Stray]:
        yield from self._level(folder, folder, 0, "", "")

    def _level(
        self, top: Path, folder: Path, level: int, student: str, name: str
    ) -> Iterator[Place | Stray]:
        """Go through the entries of a folder whose own path gives `student` and `name` so far."""
        part = self.layout[level]
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            yield self._stray(top, folder, f"it cannot be opened ({error.strerror})")
            return
        for entry in entries:
            if LEFT_BEHIND.fullmatch(entry.name):
                continue
            path = folder / entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield from self._file(top, path, level, student, entry.is_symlink())
                continue
            who, what, why = self._matched(part, entry.name, student, name)
            if self.only is not None and who not in ("", self.only):
                continue
            if why:
                yield self._stray(top, path, why)
            elif level + 1 < len(self.layout):
                yield from self._level(top, path, level + 1, who, what)
            else:
                yield Place(who, what, path)

    def _file(
        self, top: Path, path: Path, level: int, student: str, link: bool
    ) -> Iterator[Place | Stray]:
        name = self.titles.assignment(path.name)
        last = self.layout[level:] == (NAME,) and not self.strict
        if link:
            yield self._stray(top, path, "it is a link, and links are not followed; copy the file")
        elif last and name and path.suffix.lower() in (".ipynb", ".zip"):
            yield Place(student, name, path.parent, path.name)
        else:
            where = self.course.arrived(student or "STUDENT", name or "ASSIGNMENT")
            whose = "no assignment" if student else "no student"
            yield self._stray(
                top, path, f"it is in the folder of {whose}; move it to {self._shown(where)}/"
            )

    def _matched(self, part: str, entry: str, student: str, name: str) -> tuple[str, str, str]:
        """Read a folder's name: the student, the assignment, or why it is neither."""
        if NAME in part:
            for title in sorted(self.names, key=len, reverse=True):
                rest = part.replace(NAME, title)
                if STUDENT not in rest and rest == entry:
                    return student, title, ""
                pattern = re.escape(rest).replace(re.escape(STUDENT), "(.+)")
                if STUDENT in rest and (match := re.fullmatch(pattern, entry, re.DOTALL)):
                    return self._student(match[1]), title, _no_student(match[1])
            meant = "" if self.strict or part != NAME else self.folders.get(folded(entry), "")
            return student, meant, "" if meant else self._no_assignment(entry)
        if STUDENT in part:
            pattern = re.escape(part).replace(re.escape(STUDENT), "(.+)")
            match = re.fullmatch(pattern, entry, re.DOTALL)
            if not match:
                return "", "", _no_student("")
            return self._student(match[1]), name, _no_student(match[1])
        why = "" if part == entry else f"expected a folder {part} and no other"
        return student, name, why

    def _student(self, folder: str) -> str:
        """Find whose a folder is; accents in its name may be separate characters.

        In an nbgrader course the name stays as nbgrader spells it, unless the class list differs.
        """
        own = composed(folder)
        ours = folder not in self.known and (own in self.known or not self.course.option)
        return own if ours else folder

    def _no_assignment(self, entry: str) -> str:
        near = difflib.get_close_matches(folded(entry)[:100], [*map(folded, self.names)], n=1)
        nearest = next((name for name in self.names if near and folded(name) == near[0]), "")
        known = f"rename it to {nearest}, if that is meant" if nearest else "rename it"
        return f"there is no assignment with this name; {known}"

    def _stray(self, top: Path, path: Path, why: str) -> Stray:
        return Stray(self._shown(path, top), why)

    def _shown(self, path: Path, top: Path | None = None) -> str:
        top = top or self.course.inbox
        return shown(f"{top.name}/{path.relative_to(top).as_posix()}")


def _no_student(name: str) -> str:
    if is_student(name):
        return ""
    return "this folder's name is not a student id; use only letters, digits, . _ @ + - and spaces"


def _nobodys(course: Course) -> Iterator[Stray]:
    """List what was collected and matches nobody."""
    for about in sorted(course.unknown.glob("*/*/about.json")):
        known = json.loads(about.read_text(encoding="utf-8"))
        where = about.parent.relative_to(course.root).as_posix()
        yield Stray(
            f"{shown(known['label'])} ({about.parent.parent.name})",
            f"{known['why']}. Read in the class again, or give the student with --who, and collect "
            f"again; or delete {where}",
            name=about.parent.parent.name,
        )
