"""Store what nbgrader's gradebook has no place for: sections, groups, and who left the class."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.courses import Course
from autograder.grading.records import Records

__all__ = ["Member", "everybody", "groups", "keep", "members"]

# `also` are other names by which platforms call the student; `gone` says when the student left.
_TABLE = """
CREATE TABLE IF NOT EXISTS class (
    student TEXT PRIMARY KEY, section TEXT, groups TEXT, also TEXT, gone TEXT);
"""


@dataclass(frozen=True)
class Member:
    """Describe a student of the class, in addition to what the gradebook has.

    Parameters
    ----------
    student : str
        The student's id.
    section : str, default ""
        The section.
    groups : tuple of str, optional
        The groups, which may hand in together.
    also : tuple of str, optional
        Other names of the student on platforms, for example on GitHub.
    gone : str, default ""
        The day on which the student was first missing from the class; "" for a current member.
    """

    student: str
    section: str = ""
    groups: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    gone: str = ""


def members(course: Course) -> dict[str, Member]:
    """Read the class, including those who have left.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    dict of str to Member
        By id, in order; empty if no class has been read in.
    """
    if not course.records.is_file():
        return {}
    with Records(course.records).opened() as db:
        db.executescript(_TABLE)
        rows = db.execute("SELECT * FROM class ORDER BY student").fetchall()
    return {
        row["student"]: Member(
            row["student"],
            row["section"],
            tuple(json.loads(row["groups"])),
            tuple(json.loads(row["also"])),
            row["gone"],
        )
        for row in rows
    }


def keep(course: Course, changed: Iterable[Member]) -> None:
    """Write members of the class; all others stay as they are.

    Parameters
    ----------
    course : Course
        The course.
    changed : iterable of Member
        The members to write.
    """
    rows = [
        (m.student, m.section, json.dumps(m.groups), json.dumps(m.also), m.gone) for m in changed
    ]
    with Records(course.records).opened() as db:
        db.executescript(_TABLE)
        db.executemany("INSERT OR REPLACE INTO class VALUES (?,?,?,?,?)", rows)


def everybody(course: Course) -> list[str]:
    """List the students of the class, without those who have left.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    list of str
        The ids, in order; empty if no class has been read in.
    """
    return [member.student for member in members(course).values() if not member.gone]


def groups(course: Course) -> dict[str, list[str]]:
    """List the groups of the class.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    dict of str to list of str
        By the group's name its members, in order, without those who have left.
    """
    found: dict[str, list[str]] = {}
    for member in members(course).values():
        for group in member.groups if not member.gone else ():
            found.setdefault(group, []).append(member.student)
    return found
