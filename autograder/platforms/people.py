"""Find the student that a row of a platform's file belongs to, and refuse to guess."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from nbgrader.api import Gradebook

from autograder.courses import Course
from autograder.courses.spelling import folded
from autograder.grading.members import members

__all__ = ["NobodyError", "People", "Person", "people_of", "persons_of"]


class NobodyError(ValueError):
    """Report a row that belongs to nobody, or could belong to several; the message says why."""


@dataclass(frozen=True)
class Person:
    """Describe a student with the data in the gradebook.

    Parameters
    ----------
    id : str
        The student's id.
    name : str, default ""
        First and last name, "" if they are unknown.
    email : str, default ""
        The address, "" if it is unknown.
    platform : str, default ""
        The platform's own id, "" if it is unknown.
    also : tuple of str, optional
        Other names of the student on platforms.
    turned : str, default ""
        Last name, then first name.
    """

    id: str
    name: str = ""
    email: str = ""
    platform: str = ""
    also: tuple[str, ...] = ()
    turned: str = ""


class People:
    """Find students by ids and names in a platform's file.

    Parameters
    ----------
    persons : iterable of Person
        All students of the course.
    """

    def __init__(self, persons: Iterable[Person]) -> None:
        self._persons = {person.id: person for person in persons}
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._names: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for person in self._persons.values():
            for key in filter(None, (person.id, person.email, person.platform, *person.also)):
                self._keys[_key(key)].add(person.id)
            if words := _words(person.name):
                self._names[tuple(sorted(words))].add(person.id)
                for joined in _joined(words):
                    self._names[(joined,)].add(person.id)

    def find(self, keys: Iterable[str], name: str) -> str:
        """Find a student by ids or addresses, or by the full name if none of these is known.

        Parameters
        ----------
        keys : iterable of str
            Ids and addresses as written in the file; empty ones are ignored.
        name : str
            The full name, in either order, or joined to one word.

        Returns
        -------
        str
            The student's id.

        Raises
        ------
        NobodyError
            If nobody matches, several do, or the name differs from that of the ids' student.
        """
        known = [key.strip() for key in keys if key.strip()]
        found = set().union(*(self._keys.get(_key(key), set()) for key in known))
        if len(found) > 1:
            raise NobodyError(f"its ids belong to different students: {', '.join(sorted(found))}")
        words = _words(name)
        if not found:
            found = self._names.get(tuple(sorted(words)), set()) if words else set()
            if len(found) > 1:
                raise NobodyError(f"several students have this name: {', '.join(sorted(found))}")
            if not found:
                raise NobodyError("no student in the gradebook has one of its ids, or its name")
            return next(iter(found))
        (student,) = found
        theirs = _words(self._persons[student].name)
        if words and theirs and not set(words) & {*theirs, *_joined(theirs)}:
            raise NobodyError(
                f"its id is that of {student}, whose name in the gradebook is "
                f"{self._persons[student].name!r}"
            )
        return student

    def ids(self) -> list[str]:
        """List all students, in order."""
        return sorted(self._persons)


def people_of(course: Course) -> People:
    """Read the students of a course, to be found by ids and names.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    People
        All students in the gradebook.
    """
    return People(persons_of(course))


def persons_of(course: Course) -> list[Person]:
    """Read the students of a course from its gradebook.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    list of Person
        All students in the gradebook; empty if there is no gradebook.
    """
    if not course.gradebook_exists():
        return []
    known = members(course)
    with Gradebook(course.gradebook) as gradebook:
        return [
            Person(
                student.id,
                " ".join(filter(None, (student.first_name, student.last_name))),
                student.email or "",
                str(student.lms_user_id or ""),
                known[student.id].also if student.id in known else (),
                " ".join(filter(None, (student.last_name, student.first_name))),
            )
            for student in gradebook.students
        ]


def _key(text: str) -> str:
    return folded(text).strip()


def _words(name: str) -> list[str]:
    """The words of a name, without accents; the same words in another order are the same name."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.findall(r"[^\W_]+", re.sub(r"[\u0300-\u036f]", "", plain))


def _joined(words: list[str]) -> set[str]:
    """A name as one word, as platforms put it into a file's name: lovelaceada, adalovelace."""
    return {"".join(words[k:] + words[:k]) for k in range(len(words))}
