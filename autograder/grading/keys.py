"""Make a key of everything that a score depends on: the same key means the same scores.

A key covers the checks and the released cells, how they are judged, and the files that a student
handed in. The key that is stored with scores has the hash of the files as intake read them, so that
a file that is replaced meanwhile is judged the next time.
"""

import hashlib
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import lazyrich
from autograder.courses import Course
from autograder.grading.records import Records
from autograder.intake import digest, places, students_with, survey
from nbjudge import Assignment

__all__ = ["Keys", "built_hash", "outdated"]

FILES = "-"  # in a key: before the hash of the files
LARGEST = 50 * 1024**2  # bytes of a file that are compared to see whether it has changed


class Keys:
    """Make the keys of an assignment's submissions.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    isolation : str
        The level of isolation.
    """

    def __init__(self, course: Course, name: str, isolation: str) -> None:
        self.course, self.name = course, name
        books = [course.assignment(name, notebook) for notebook in course.notebooks(name)]
        data = course.data(name)
        self._contract = [
            *map(_judged, books),
            _digest(data, {}, but=".ipynb") if data else "",
            *(repr(course.limits()), lazyrich.__version__, isolation, repr(course.all_cells)),
        ]

    def of(self, students: list[str]) -> dict[str, str]:
        """Make the keys of submissions as they are in the inbox now."""
        keys, found = {}, survey(self.course)[0]
        for student in students:
            there = places(self.course, self.name, student, found)
            if there:
                files = digest(there, self.course.inbox)
            else:
                files = built_hash(self.course, self.name, student)
            keys[student] = self.of_files(files)
        return keys

    def of_files(self, files: str) -> str:
        """Make the key of a submission from the hash of its files."""
        return f"{hashlib.sha256(repr(self._contract).encode()).hexdigest()}{FILES}{files}"


def outdated(course: Course, name: str) -> list[str]:
    """List the students whose work changed after it was graded.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of str
        The students, in order, without those whom nbgrader's own command graded.
    """
    records, found = Records(course.records), survey(course)[0]
    students = []
    for student in students_with(course, name)[0]:
        stage = records.stage(student, name)
        if stage is not None and stage.stage == "written":
            _, known, files = stage.key.partition(FILES)
            there = places(course, name, student, found)
            if not known or files == digest(there, course.inbox):
                continue
        students.append(student)
    return students


def built_hash(
    course: Course, name: str, student: str, read: Mapping[Path, str] | None = None
) -> str:
    """Hash a submission that has nothing in the inbox, as nbgrader would grade it.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.
    read : mapping of Path to str, optional
        The hashes of the files that were read for judging.

    Returns
    -------
    str
        The hash, in hexadecimal digits.
    """
    return _digest(course.built(student, name), read or {})


def _judged(assignment: Assignment) -> str:
    """Write out the parts of a contract that a score can depend on: no solution, no rubric."""
    parts = (
        assignment.release["cells"],
        assignment.exercises,
        assignment.checks,
        [(question.grade_id, question.points) for question in assignment.manual],
        assignment.setup,
        (assignment.library, assignment.refused, assignment.any_course),
    )
    return repr(parts)


def _digest(folder: Path, read: Mapping[Path, str], *, but: str = "") -> str:
    """Hash the regular files of a folder (the first thousand), except those of one kind."""
    whole = hashlib.sha256()
    for path in sorted(islice(folder.rglob("*"), 1000)):
        if path.is_symlink() or not path.is_file() or (but and path.suffix == but):
            continue
        whole.update(f"\0{path.relative_to(folder)}\0".encode("utf-8", "surrogateescape"))
        known = read.get(path)
        if known is None:
            with path.open("rb") as file:
                known = hashlib.sha256(file.read(LARGEST)).hexdigest()
        whole.update(known.encode())
    return whole.hexdigest()
