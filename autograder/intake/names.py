"""Check students' ids, find who handed in, and show names so that a page or a terminal can."""

import os
import stat
import unicodedata

from autograder.courses import Course

__all__ = ["check_student", "shown", "students_with"]

SIGNS = frozenset(" ._@+-'")  # beside letters (of any script, with their marks) and digits
LONGEST = 64


def check_student(student: str) -> str:
    """Check that a student's id is safe as a folder's name.

    Parameters
    ----------
    student : str
        The id.

    Returns
    -------
    str
        The same id.

    Raises
    ------
    ValueError
        If it is not safe.
    """
    if not _is_student(student):
        raise ValueError(
            f"student {shown(student)!r}: expected letters, digits, . _ @ + - ' and spaces between "
            f"({LONGEST} at most, a letter or digit first)"
        )
    return student


def _is_student(name: str) -> bool:
    kinds = {unicodedata.category(sign)[0] for sign in name if sign not in SIGNS}
    ends = name[:1].isalnum() and not name.endswith((" ", ".")) and ".." not in name
    return ends and kinds <= {"L", "M", "N"} and len(name) <= LONGEST and len(name.encode()) <= 200


def students_with(course: Course, name: str) -> tuple[list[str], list[str]]:
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
    odd : list of str
        The names of folders that are no student's, as they can be shown.
    """
    students, odd = set(), set()
    for student in course.students(name):
        students.add(student) if _is_student(student) else odd.add(shown(student))
    for folder in course.inboxes:
        for entry in os.scandir(folder) if folder.is_dir() else ():
            try:
                inside = os.lstat(os.path.join(entry.path, name))
                real = entry.is_dir(follow_symlinks=False) and stat.S_ISDIR(inside.st_mode)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except (OSError, ValueError):  # a folder closed to us must not stop the others
                real = False
            if real and _is_student(entry.name):
                students.add(entry.name)
            else:
                odd.add(shown(entry.name))
    return sorted(students), sorted(odd)


def shown(name: str, most: int = 80) -> str:
    """Write a file's name for a line of text: letters composed, what is invisible written out, cut.

    Parameters
    ----------
    name : str
        The name, as the file system has it.
    most : int, default 80
        The largest number of characters.

    Returns
    -------
    str
        The name, safe to print.
    """
    name = unicodedata.normalize("NFC", name)
    name = "".join(c if c == " " or c.isprintable() else repr(c)[1:-1] for c in name)
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"
