"""Find the assignment that a file's name refers to."""

import contextlib
from collections import Counter

from autograder.courses import Course
from autograder.intake.titles import folded, stem

__all__ = ["Titles", "unambiguous"]


class Titles:
    """Find the assignment that a file's name refers to.

    Parameters
    ----------
    course : Course
        The course.
    """

    def __init__(self, course: Course) -> None:
        self._files = unambiguous({name: _titles(course, name) for name in course.names()})

    def assignment(self, file: str) -> str:
        """Return the assignment that is named, itself or by a notebook, in a file's name; or ""."""
        own = stem(file)
        held = {name for title, name in self._files.items() if title in own}
        return self._files.get(own) or (held.pop() if len(held) == 1 else "")


def _titles(course: Course, name: str) -> set[str]:
    """Collect the names of an assignment and of its notebooks."""
    titles = {folded(name)}
    with contextlib.suppress(FileNotFoundError):
        beside = course.source(name).parent.glob("*.ipynb")
        titles |= {folded(path.stem) for path in beside}
    return titles


def unambiguous(titles: dict[str, set[str]]) -> dict[str, str]:
    """Invert a table, without the titles that several names have.

    Parameters
    ----------
    titles : dict of str to set of str
        By name, its titles.

    Returns
    -------
    dict of str to str
        By title, its name.
    """
    every = Counter(title for own in titles.values() for title in own)
    return {title: name for name, own in titles.items() for title in own if every[title] == 1}
