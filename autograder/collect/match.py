"""Find the students to whom a hand-in belongs, and refuse to guess."""

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograder.collect.hand_in import HandIn
from autograder.collect.logins import common_start
from autograder.courses import Course
from autograder.courses.spelling import folded
from autograder.grading.members import groups, members
from autograder.intake.names import check_student, is_student, shown
from autograder.platforms.people import NobodyError, Person, persons_of

__all__ = ["Class", "alike"]

# What Moodle calls everybody while names are hidden, in some of its languages.
HIDDEN = ("participant", "teilnehmer", "teilnehmerin", "participante", "partecipante", "deelnemer")
# Moodle's name for the team of students who are in no group.
DEFAULT = ("defaultgroup", "standardgruppe")
WORD = 2  # the fewest letters of a word that is looked for in another name


class Class:
    """Find students of a course by any name, login or number that a platform uses.

    Parameters
    ----------
    course : Course
        The course.
    given : mapping of str to str, optional
        What the instructor decided: by the label of a hand-in, or the login or name of whoever
        handed it in, the student whose it is.

    Raises
    ------
    ValueError
        If one of the given students has an id that cannot be a folder's name.
    """

    def __init__(self, course: Course, given: Mapping[str, str] | None = None) -> None:
        self.known = {m.student for m in members(course).values()}
        ids = {_key(student): student for student in self.known}
        self.given = {
            _key(label): ids.get(_key(student)) or check_student(student)
            for label, student in (given or {}).items()
        }
        self._labels = {_key(label): label for label in given or {}}  # not found yet
        self._keys: dict[str, set[str]] = defaultdict(set)
        self._numbers: dict[str, str] = {}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._plain: dict[str, set[str]] = defaultdict(set)
        self._words: dict[str, set[str]] = {}
        self._called: dict[str, tuple[str, ...]] = {}
        self._groups = {_squashed(name): (name, who) for name, who in groups(course).items()}
        for member in members(course).values():
            for key in (member.student, *member.also):
                self._keys[_key(key)].add(member.student)
        for person in persons_of(course) if self.known else ():
            if person.id in self.known:
                self._add(person)

    def _add(self, person: Person) -> None:
        for key in filter(None, (person.email, person.platform)):
            self._keys[_key(key)].add(person.id)
        if person.platform:
            self._numbers[person.platform] = person.id
        self._called[person.id] = (person.email, person.name)
        for each in filter(None, (person.name, person.turned)):
            self._names[_squashed(each)].add(person.id)
            self._plain[_plain(each)].add(person.id)
        self._words[person.id] = {
            word for word in re.findall(r"[^\W_]+", folded(person.name)) if len(word) >= WORD
        }

    @property
    def logins(self) -> list[str]:
        """All known logins, addresses and numbers."""
        return list(self._keys)

    def strangers(self) -> list[str]:
        """Report given students who are not in the class: an id may be misspelled."""
        lines = []
        for student in sorted(set(self.given.values()) - self.known if self.known else ()):
            near = difflib.get_close_matches(student, self.known, n=1)
            meant = f"; did you mean {near[0]}?" if near else ""
            lines.append(f"{student}, given with --who, is not in the class{meant}")
        return lines

    def unused(self) -> list[str]:
        """Report labels of --who that no hand-in has: they may be misspelled."""
        return [
            f"no hand-in is called {shown(label)}, which --who names"
            for label in self._labels.values()
        ]

    def called(self, student: str) -> tuple[str, ...]:
        """What a sheet may call a student: the id, address or full name."""
        return (student, *self._called.get(student, ()))

    def find(
        self, platform: str, hand_in: HandIn, identity: Mapping[str, str] | None = None
    ) -> tuple[list[str], str]:
        """Find the student, or the members of the group, that a hand-in belongs to.

        Parameters
        ----------
        platform : str
            The platform.
        hand_in : HandIn
            The hand-in.
        identity : mapping, optional
            What the platform's sheet says about this number: "email", "id".

        Returns
        -------
        students : list of str
            One, or the members of a group.
        group : str
            The group's name, or "".

        Raises
        ------
        NobodyError
            If nobody matches, or several students do; the message says why.
        """
        if given := self._given(hand_in):
            return [given], ""
        if platform == "moodle" and _squashed(hand_in.name.rpartition("-")[2]) in HIDDEN:
            raise NobodyError(
                "Moodle hides the names: choose 'Reveal student identities' there, and download "
                "again, or give the student with --who"
            )
        if not self.known:
            return [self._without_class(platform, hand_in)], ""
        identity = identity or {}
        name = hand_in.name
        by_key = self._by_key(platform, hand_in, identity)
        by_name = self._by_name(name)
        team = hand_in.name or (hand_in.login if platform == "folders" and not by_key else "")
        group, who = self._groups.get(_squashed(team), ("", []))
        if group and not by_name:
            if by_key and not by_key <= set(who):
                raise NobodyError(
                    f"it has the name of the group {group}, but the number of "
                    f"{', '.join(sorted(by_key))}, who is not in that group"
                )
            return list(who), group
        if len(by_key) > 1:
            raise NobodyError(f"it could be {' or '.join(sorted(by_key))}'s: give one with --who")
        if by_key:
            (student,) = by_key
            words = self._words.get(student)
            squashed = _squashed(name)
            if words and squashed and not any(word in squashed for word in words):
                raise NobodyError(
                    f"its number or login is that of {student}, but its name is not: "
                    "read in the class again, or give the student with --who"
                )
            return [student], ""
        if len(by_name) > 1:
            raise NobodyError(
                f"{', '.join(sorted(by_name))} have this name: give the student with --who, or "
                "Moodle's grading worksheet with --times"
            )
        if by_name:
            (student,) = by_name
            number = next((n for n, s in self._numbers.items() if s == student), "")
            if platform == "canvas" and number:
                raise NobodyError(
                    f"its name is that of {student}, but the number of {student} is {number}: read "
                    "in the class again, or give the student with --who"
                )
            return [student], ""
        if any(self._by_name(rest) for _, rest in _cuts(name)) and platform == "moodle":
            raise NobodyError(
                "it ends in a student's name: if a group stands before it, read in the class with "
                "its groups, or give the student with --who"
            )
        raise NobodyError("nobody in the class has this name")

    def without_groups(self, hand_ins: Sequence[HandIn]) -> list[HandIn]:
        """Remove the group that Moodle writes before a name: "red-Ada Lovelace" is Ada Lovelace.

        Moodle does so where the members of a team hand in together, and where only one group was
        downloaded. A name that has a hyphen of its own is left as it is.

        Parameters
        ----------
        hand_ins : sequence of HandIn
            All hand-ins of a download.

        Returns
        -------
        list of HandIn
            The same, each with the student's name.
        """
        same = common_start([each.name for each in hand_ins])
        return [replace(each, name=self._without_group(each.name, same)) for each in hand_ins]

    def _without_group(self, name: str, same: str) -> str:
        """A name without its group: one of the class's, or one that stands before all names."""
        if self.is_group(name) or self._by_name(name):
            return name
        for before, rest in _cuts(name):
            who, group = self._by_name(rest), _squashed(before)
            _, of_group = self._groups.get(group, ("", []))
            for_all = same.startswith(f"{before}-") or group in DEFAULT
            if who and (for_all or who <= set(of_group)):
                return rest
        return name

    def is_group(self, name: str) -> bool:
        """Whether the class has a group of this name."""
        return _squashed(name) in self._groups

    def is_given(self, hand_in: HandIn) -> bool:
        """Whether the instructor has decided whose hand-in this is."""
        return bool(self._given(hand_in))

    def _given(self, hand_in: HandIn) -> str:
        labels = filter(None, (hand_in.label, hand_in.login, hand_in.name))
        key = next((key for key in map(_key, labels) if key in self.given), "")
        self._labels.pop(key, None)
        return self.given.get(key, "")

    def _by_key(self, platform: str, hand_in: HandIn, identity: Mapping[str, str]) -> set[str]:
        """Find students by numbers, logins and addresses. Moodle's number does not identify one."""
        if platform == "canvas":
            return {self._numbers[hand_in.number]} if hand_in.number in self._numbers else set()
        keys = (hand_in.login, identity.get("email", ""), identity.get("id", ""))
        return set().union(*(self._keys.get(_key(key), set()) for key in keys if key))

    def _by_name(self, name: str) -> set[str]:
        return self._names.get(_squashed(name)) or self._plain.get(_plain(name)) or set()

    def _without_class(self, platform: str, hand_in: HandIn) -> str:
        """Call a student as the platform does, if no class was read in."""
        student = hand_in.login or hand_in.name
        if platform == "canvas":
            student = hand_in.label
        if not is_student(student):
            raise NobodyError(
                f"{shown(student)!r} cannot be the name of a folder: read in the class with "
                "`autograder class`, or give the student with --who"
            )
        return student


def alike(name: str, other: str) -> bool:
    """Tell whether two names are the same, apart from characters that platforms leave out.

    Parameters
    ----------
    name, other : str
        The names.

    Returns
    -------
    bool
        Whether they are.
    """
    return _squashed(name) == _squashed(other)


def _cuts(name: str) -> list[tuple[str, str]]:
    """The parts before and after each hyphen of a name."""
    return [(name[:k], name[k + 1 :]) for k, sign in enumerate(name) if sign == "-"]


def _key(text: str) -> str:
    return " ".join(folded(text).split())


def _squashed(name: str) -> str:
    """Keep only a name's letters and digits: Canvas drops the rest, Moodle some of it."""
    return "".join(sign for sign in folded(name) if sign.isalnum())


def _plain(name: str) -> str:
    """Drop accents too: "Zoë" becomes "zoe"."""
    apart = unicodedata.normalize("NFKD", name).casefold()
    return "".join(sign for sign in apart if sign.isalnum())
