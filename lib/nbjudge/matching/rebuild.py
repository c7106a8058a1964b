"""Build the notebook to be judged from the release, with the student's sources put in.

Locked and test cells always come from the release; the student's answers are found whatever happened to them
(see `nbjudge.matching.identify`); what belongs nowhere stays as an extra cell in its place.
"""

import copy
import re
from typing import Any

from nbjudge.contract.assignment import Assignment
from nbjudge.extras import needs
from nbjudge.matching.identify import Given, Recognition

__all__ = ["match", "rebuild"]


def match(assignment: Assignment, notebook: Any) -> tuple[Any, list[str]]:
    """The notebook rebuilt from the release (a NotebookNode) and notes on what was repaired.

    notebook: the submission, nbformat 4; sound or not. Matching a rebuilt notebook again changes nothing.
    """
    with needs("lab"):
        import nbformat  # here: it takes seconds to import, and the desk does without

    rebuilt, notes = rebuild(assignment, notebook)
    return nbformat.from_dict(rebuilt), notes


def rebuild(assignment: Assignment, notebook: Any) -> tuple[dict[str, Any], list[str]]:
    """`match` with plain dictionaries."""
    found = Recognition(assignment, notebook)
    order = _Order(found)
    order.insert_missing()
    order.place_setup()
    order.place_tests()
    notebook = {
        "cells": order.cells(),
        "metadata": copy.deepcopy(assignment.release.get("metadata", {})),
    }
    return notebook | {"nbformat": 4, "nbformat_minor": 5}, list(dict.fromkeys(found.notes))


class _Order:
    """The cells of the new notebook, as pairs: the index of the release's cell (None for an extra cell) and the
    student's cell (None where the student has none). They start in the student's order."""

    def __init__(self, found: Recognition):
        self.found = found
        self.entries: list[tuple[int | None, Given | None]] = [
            (g.key, g) for g in found.given if not g.dropped
        ]

    def insert_missing(self) -> None:
        """Answers and questions that are nowhere, behind what stands before them in the release."""
        present = {key for key, _ in self.entries}
        for key in self.found.keys("answer", "manual"):
            if key in present:
                continue
            place, given = self._behind_predecessor(key), None
            if self.found.roles[key] == "answer":
                elsewhere = self._anchor(key)
                if elsewhere is not None:
                    number = self.found.exercise(key).number
                    text = f"# The answer to Exercise {number} stands in another cell."
                    place, given = elsewhere + 1, Given("code", text, key=key)
                    self.found.note(key, "stands in another cell")
                else:
                    self.found.note(key, "was missing; the empty exercise is put back")
            self.entries.insert(place, (key, given))

    def place_setup(self) -> None:
        """Locked cells stand before every cell that follows them in the release."""
        for key in self.found.keys("setup"):
            place = self._index(key)
            follower = self._first_after(key, -1)
            if place is None or place > follower:
                entry = (key, None) if place is None else self.entries.pop(place)
                self.entries.insert(min(follower, self._behind_predecessor(key)), entry)

    def place_tests(self) -> None:
        """A test stands behind its answer and the tests before it, but before any cell that follows it in the
        release: further down, the name may stand for something else. It stays where the student had it if
        that is so, and otherwise goes as far down as it may: helper cells may have been put in between."""
        for key in self.found.keys("test"):
            place = self._index(key)
            entry = (key, None) if place is None else self.entries.pop(place)
            answer = self.found.answer_of(key)
            anchor = self._anchor(answer) if answer is not None else -1
            earlier = [
                index
                for index, (other, _) in enumerate(self.entries)
                if other in self.found.keys("test")
                and other < key
                and self.found.answer_of(other) == answer
            ]
            first = max([anchor, *earlier]) + 1
            last = self._first_after(key, anchor)
            self.entries.insert(
                place if place is not None and first <= place <= last else last, entry
            )

    def cells(self) -> list[dict[str, Any]]:
        """The cells; ids and metadata are the release's, extra cells have none of the latter. Only a given cell that is as
        it was released keeps the outputs that it was saved with: it may be one that is not run."""
        used = {cell.get("id") for cell in self.found.release}
        cells = []
        for key, given in self.entries:
            if key is None:
                cell = {"cell_type": given.type, "id": _fresh_id(given.id, used), "metadata": {}}
                used.add(cell["id"])
            else:
                cell = copy.deepcopy(self.found.release[key])
            if given is not None and (
                key is None or self.found.roles[key] not in ("setup", "test")
            ):
                cell["source"] = given.source
                if given.attachments and cell["cell_type"] == "markdown":
                    cell["attachments"] = given.attachments
            if cell["cell_type"] == "code":
                as_given = (
                    key is not None and given is not None and self.found.is_as_given(given, key)
                )
                cell["outputs"] = copy.deepcopy(given.outputs or []) if as_given else []
                cell["execution_count"] = None
            cells.append(cell)
        return cells

    def _index(self, key: int) -> int | None:
        return next((index for index, (other, _) in enumerate(self.entries) if other == key), None)

    def _first_after(self, key: int, start: int) -> int:
        """The first place beyond `start` whose cell follows `key` in the release, or the end."""
        follows = (
            i for i, (k, _) in enumerate(self.entries) if i > start and k is not None and k > key
        )
        return next(follows, len(self.entries))

    def _behind_predecessor(self, key: int) -> int:
        places = {
            k: index for index, (k, _) in enumerate(self.entries) if k is not None and k < key
        }
        return places[max(places)] + 1 if places else 0

    def _anchor(self, key: int) -> int | None:
        """Where the names of an answer are complete: at its cell, or at a later one that adds a name to it."""
        own = self._index(key)
        given = self.entries[own][1] if own is not None else None
        if own is not None and (given is None or self.found.assignment.any_course):
            return own  # the empty exercise that was put back; or as nbgrader has it
        missing = [
            name
            for name in self.found.exercise(key).names
            if given is None or not given.defines(name)
        ]
        others = [
            index
            for index, (k, g) in enumerate(self.entries)
            if g is not None and g.type == "code" and (k is None or self.found.roles[k] == "answer")
            if index != own and any(g.defines(name) for name in missing)
        ]
        return max(others if own is None else [own, *others], default=None)


def _fresh_id(wanted: str, used: set) -> str:
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wanted) and wanted not in used:
        return wanted
    return next(name for n in range(len(used) + 1) if (name := f"extra-{n + 1}") not in used)
