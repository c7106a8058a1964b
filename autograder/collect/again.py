"""Bring the inbox up to date with a deadlines.toml that has changed."""

from autograder.collect.kept import attempts, place, retime
from autograder.courses import Course
from autograder.deadlines.file import read_zone
from autograder.deadlines.penalty import deadlines_of
from autograder.grading.sharing import shared

__all__ = ["place_again"]


def place_again(course: Course, name: str) -> list[str]:
    """Put the hand-ins that count now into the inbox: a due date or the zone may have changed.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    list of str
        What changed, in words.
    """
    deadline = deadlines_of(course.settings()).get(name)
    zone = read_zone(course.deadlines)
    notes, groups = [], shared(course, name)
    for folder in sorted(course.collected.glob(f"[!._]*/{name}")):
        student = folder.parent.name
        several, there = len(attempts(course, name, student)) > 1, course.arrived(student, name)
        missing, another = not there.exists(), retime(course, name, student, zone)
        if student not in groups and (several or missing or another):
            found = place(course, name, student, deadline)
            found += [f"{student}: the hand-in time is now read in another zone"] * another
            notes += found or ([f"{student}: a hand-in was put into the inbox"] if missing else [])
    return notes
