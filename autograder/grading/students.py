"""Copy the example submissions to the inbox, and remove students with all of their data."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy import text
from sqlalchemy.engine import make_url

from autograder.courses import Course
from autograder.courses.spelling import composed
from autograder.grading.records import Records
from autograder.intake import check_student

__all__ = ["EXAMPLES", "bring_examples", "copies", "forget", "meant", "traces"]

EXAMPLES = Path(__file__).parents[1] / "examples"


def bring_examples(course: Course, name: str) -> list[str]:
    """Copy the example submissions of an assignment to the inbox.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of str
        The ids of the example students, all named example-...

    Raises
    ------
    FileNotFoundError
        If there are none.
    """
    students = []
    for folder in sorted(EXAMPLES.glob(f"example-*/{name}")):
        target = course.inbox / folder.parent.name / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)
        students.append(folder.parent.name)
    if not students:
        raise FileNotFoundError(f"there are no example submissions of {name} in {EXAMPLES}")
    return students


def meant(course: Course, student: str) -> str:
    """Find the student with an id whose accents may be typed as separate characters.

    Parameters
    ----------
    course : Course
        The course.
    student : str
        The id, as it was typed.

    Returns
    -------
    str
        The id as the gradebook spells it.
    """
    if not course.gradebook_exists():
        return composed(student)
    with Gradebook(course.gradebook) as gradebook:
        known = {each.id for each in gradebook.students}
    return student if student in known else composed(student)


def traces(course: Course, student: str) -> list[str]:
    """List the places that have data of a student.

    Parameters
    ----------
    course : Course
        The course.
    student : str
        The student's id.

    Returns
    -------
    list of str
        The places, as text to show; empty if there are none.

    Raises
    ------
    ValueError
        For an id that cannot be a folder's name.
    """
    check_student(student)
    places = [folder for folder in course.made(student) if folder.is_dir()]
    found = [str(folder.relative_to(course.root)) for folder in places]
    if course.gradebook_exists():
        with Gradebook(course.gradebook) as gradebook, suppress(MissingEntry):
            gradebook.find_student(student)
            found.append("the gradebook")
    if Records(course.records).knows(student):
        found.append("the records")
    for folder in _of_all(course) if found else ():
        where = folder.relative_to(course.root)
        found.append(f"{where}/ (of all students; it can be made again)")
    return found


def _of_all(course: Course) -> list[Path]:
    """Folders that name all students, and that a command makes again."""
    folders = [course.runtime / name for name in ("returns", "report")]
    return [folder for folder in folders if folder.is_dir()]


def copies(course: Course, students: list[str]) -> list[str]:
    """List what names these students or may hold their data, but is not removed with them.

    Parameters
    ----------
    course : Course
        The course.
    students : list of str
        The students' ids.

    Returns
    -------
    list of str
        Backups, copies of the gradebook, what restores have moved aside, hand-ins that belong to
        nobody, and deadlines.toml if it names one of them.
    """
    kept = [*course.runtime.glob("backups/*"), *course.runtime.glob("before-restore-*")]
    kept += [course.unknown] if any(course.unknown.glob("*/*")) else []
    if database := make_url(course.gradebook).database:
        kept += Path(database).parent.glob(f"{Path(database).name}.before-*")
    found = [f"{os.path.relpath(path, course.root)} (may hold their data)" for path in sorted(kept)]
    if course.deadlines.is_file():
        words = composed(course.deadlines.read_text(encoding="utf-8", errors="replace"))
        named = [s for s in students if re.search(rf"(?<!\w){re.escape(composed(s))}(?!\w)", words)]
        if named:
            found.append(f"{course.deadlines.name}, which names {', '.join(named)}")
    return found


def forget(course: Course, students: list[str]) -> Iterator[str]:
    """Remove students with all their submissions from the gradebook, the records and the folders.

    Parameters
    ----------
    course : Course
        The course.
    students : list of str
        The students' ids.

    Yields
    ------
    str
        Each student that the gradebook had.

    Raises
    ------
    ValueError
        For an id that cannot be a folder's name; then nobody is removed.
    """
    chosen = [check_student(student) for student in students]
    if course.gradebook_exists():
        with Gradebook(course.gradebook) as gradebook:
            if gradebook.db.get_bind().dialect.name == "sqlite":  # what is removed is overwritten
                gradebook.db.execute(text("PRAGMA secure_delete = ON"))
            for student in chosen:
                try:
                    gradebook.remove_student(student)
                except MissingEntry:
                    continue
                yield student
    records = Records(course.records)
    for student in chosen:
        records.forget(student)
        for folder in course.made(student):
            shutil.rmtree(folder, ignore_errors=True)
            if composed(folder.parent.name) == composed(
                student
            ):  # of an nbgrader course; it may contain other work
                with suppress(OSError):
                    folder.parent.rmdir()
    for folder in _of_all(course):
        shutil.rmtree(folder, ignore_errors=True)
