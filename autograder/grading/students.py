"""Bring the example submissions to the inbox, and remove students with all that is theirs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from autograder.courses import Course
from autograder.grading.records import Records
from autograder.intake import check_student

__all__ = ["EXAMPLES", "bring_examples", "forget"]

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
        Their students, all named example-...

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
            for student in chosen:
                try:
                    gradebook.remove_student(student)
                except MissingEntry:
                    continue
                yield student
    for student in students:
        Records(course.records).forget(student)
        for folder in course.made(student):
            shutil.rmtree(folder, ignore_errors=True)
