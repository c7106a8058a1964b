"""Rebuild the notebook to be judged from the release and the student's sources.

Locked and test cells always come from the release; the student's answers are found whatever
happened to them (see `nbjudge.matching.identify`); all other cells stay in place as extra cells.
"""

import copy
import hashlib
import re
from typing import Any

from nbjudge.contract.model import Assignment
from nbjudge.contract.notebooks import KEY
from nbjudge.extras import needs
from nbjudge.matching import questions
from nbjudge.matching.identify import Recognition
from nbjudge.matching.submitted import SubmittedCell

__all__ = ["NEAR", "match", "rebuild"]

NEAR = "near"  # in a question's metadata: a hash of the student's own text near its cell


def match(assignment: Assignment, notebook: Any) -> tuple[Any, list[str]]:
    """Rebuild a submission from the release.

    Matching a rebuilt notebook again changes nothing.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    notebook : dict
        The submission, nbformat 4, possibly damaged.

    Returns
    -------
    notebook : nbformat.NotebookNode
        The rebuilt notebook.
    notes : list of str
        What was repaired.
    """
    with needs("lab"):
        import nbformat  # imported here: it takes seconds, and `rebuild` does not need it

    rebuilt, notes = rebuild(assignment, notebook)
    return nbformat.from_dict(rebuilt), notes


def rebuild(assignment: Assignment, notebook: Any) -> tuple[dict[str, Any], list[str]]:
    """Rebuild a submission from the release, as `match` does, with plain dictionaries.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    notebook : dict
        The submission; anything at all.

    Returns
    -------
    notebook : dict
        The rebuilt notebook.
    notes : list of str
        What was repaired.
    """
    recognition = Recognition(assignment, notebook)
    order = _Order(recognition)
    order.insert_missing()
    order.place_setup()
    order.place_tests()
    notebook = {
        "cells": order.cells(),
        "metadata": copy.deepcopy(assignment.release.get("metadata", {})),
    }
    return notebook | {"nbformat": 4, "nbformat_minor": 5}, list(dict.fromkeys(recognition.notes))


class _Order:
    """Hold the cells of the new notebook as pairs, at first in the student's order.

    A pair is the index of the release's cell (None for an extra cell) and the student's cell (None
    where the student has none).
    """

    def __init__(self, recognition: Recognition):
        self.recognition = recognition
        self.entries: list[tuple[int | None, SubmittedCell | None]] = [
            (cell.key, cell) for cell in recognition.submitted if not cell.dropped
        ]
        self._texts: dict[bool, dict[int, str]] = {}

    def insert_missing(self) -> None:
        """Insert each missing cell after the cell that precedes it in the release."""
        present = {key for key, _ in self.entries}
        for key in self.recognition.keys("answer", "manual"):
            if key in present:
                continue
            place = self._behind_predecessor(key)
            cell: SubmittedCell | None = None
            if self.recognition.roles[key] == "answer":
                elsewhere = self._anchor(key)
                if elsewhere is not None:
                    number = self.recognition.exercise(key).number
                    text = f"# The answer to Exercise {number} is in another cell."
                    place, cell = elsewhere + 1, SubmittedCell("code", text, key=key)
                    self.recognition.note(key, "is in another cell")
                else:
                    self.recognition.note(key, "was missing; the empty exercise was put back")
            self.entries.insert(place, (key, cell))

    def place_setup(self) -> None:
        """Move locked cells before every cell that follows them in the release."""
        for key in self.recognition.keys("setup"):
            place = self._index(key)
            follower = self._first_after(key, -1)
            if place is None or place > follower:
                entry = (key, None) if place is None else self.entries.pop(place)
                self.entries.insert(min(follower, self._behind_predecessor(key)), entry)

    def place_tests(self) -> None:
        """Put the tests in the release's order, each after its answer.

        A test comes before any given cell that follows it in the release: further down, the name
        may refer to something else. It stays where the student had it if that holds, and otherwise
        goes as far down as possible, because the student may have added helper cells in between.
        """
        tests = sorted(self.recognition.keys("test"))
        stood = self._take_out(set(tests))
        for key in tests:
            self._bring_up_answer(key)
        self.place_setup()  # an answer that was moved up may have passed locked cells
        behind = 0  # the test before
        for key in tests:
            answer = self.recognition.answer_of(key)
            anchor = -1 if answer is None else self._anchor(answer)
            assert anchor is not None  # `insert_missing` has put every answer in
            first = max(anchor + 1, behind)
            last = self._first_after(key, first - 1)
            entry, following = stood.get(key, ((key, None), ()))
            wanted = self.entries.index(following) if following in self.entries else None
            place = wanted if wanted is not None and first <= wanted <= last else last
            self.entries.insert(place, entry)
            behind = place + 1

    def _take_out(self, tests: set[int]) -> dict[int, tuple[Any, Any]]:
        """Take the tests out; returns, by key, the entry and the next one that is not a test."""
        stood: dict[int, tuple[Any, Any]] = {}
        following: Any = ()
        for entry in reversed(self.entries):
            if entry[0] in tests:
                stood[entry[0]] = entry, following
            else:
                following = entry
        self.entries = [entry for entry in self.entries if entry[0] not in tests]
        return stood

    def _bring_up_answer(self, key: int) -> None:
        """Move a test's answer up if the student moved it below a cell that follows the test.

        The student's cells that it may need move with it. In our courses, the cell that follows is
        a given cell, and all answers and extra cells in between move along, in their order. In an
        nbgrader course, where answers may reuse each other's names, it may also be an answer, and
        only the extra cells directly before the answer move along.
        """
        answer = self.recognition.answer_of(key)
        anchor = None if answer is None else self._anchor(answer)
        if anchor is None:
            return
        roles, any_course = self.recognition.roles, self.recognition.assignment.any_course
        followers = (
            index
            for index, (k, _) in enumerate(self.entries)
            if k is not None and k > key and (any_course or self._is_given_code(k))
        )
        start = follower = next(followers, len(self.entries))
        if anchor < follower:
            return
        if any_course:
            start = anchor
            while start > follower and self.entries[start - 1][0] is None:
                start -= 1
        between = self.entries[start : anchor + 1]
        moved = [entry for entry in between if entry[0] is None or roles[entry[0]] == "answer"]
        self.entries = [entry for entry in self.entries if entry not in moved]
        self.entries[follower:follower] = moved

    def _is_given_code(self, key: int) -> bool:
        recognition = self.recognition
        return recognition.roles[key] == "plain" and recognition.release[key]["cell_type"] == "code"

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells, with the release's ids and metadata; extra cells have no metadata.

        Only an unchanged given cell keeps its saved outputs, because it may be one that is not run.
        """
        used = {cell.get("id") for cell in self.recognition.release}
        cells = []
        for place, (key, submitted) in enumerate(self.entries):
            cell: dict[str, Any]
            if key is not None:
                cell = copy.deepcopy(self.recognition.release[key])
                if self.recognition.roles[key] == "manual" and (near := self._near(place, key)):
                    cell["metadata"].setdefault(KEY, {})[NEAR] = near
            else:
                assert submitted is not None  # an extra cell is the student's
                identifier = _fresh_id(submitted.id, used)
                cell = {"cell_type": submitted.type, "id": identifier, "metadata": {}}
                used.add(identifier)
            locked = key is not None and self.recognition.roles[key] in ("setup", "test")
            if submitted is not None and not locked:
                cell["source"] = submitted.source
                if submitted.attachments and cell["cell_type"] == "markdown":
                    cell["attachments"] = submitted.attachments
            if cell["cell_type"] == "code":
                cell["outputs"] = self._saved_outputs(key, submitted)
                cell["execution_count"] = None
            cells.append(cell)
        return cells

    def _near(self, place: int, key: int) -> str:
        """Hash a student's texts near a question; note if its own cell is empty."""
        found, prose = self.recognition, self.recognition.release[key]["cell_type"] != "code"
        own = self._own(prose)
        fixed = set(found.keys("setup", "answer", "test", "manual"))
        taken = [index for index, (other, _) in enumerate(self.entries) if other in fixed]
        before = max((index for index in taken if index < place), default=-1)
        after = min((index for index in taken if index > place), default=len(self.entries))
        cell = self.entries[place][1]
        near = [text for index, text in own.items() if before < index < after]
        if cell is None or not cell.text or not found.is_written(cell, key):
            if near:
                found.note(key, "is empty, but nearby text may be its answer: it waits")
            elif own and prose:
                found.note(key, "is empty, but the student wrote text elsewhere")
        return hashlib.sha256(repr(near).encode("utf-8", "replace")).hexdigest() if near else ""

    def _own(self, prose: bool) -> dict[int, str]:
        """Find, by place, the student's texts outside of questions that may be answers."""
        if prose not in self._texts:
            self._texts[prose] = {
                index: text
                for index, (key, cell) in enumerate(self.entries)
                if cell and (text := questions.own_text(self.recognition, key, cell, prose))
            }
        return self._texts[prose]

    def _saved_outputs(self, key: int | None, submitted: SubmittedCell | None) -> list[Any]:
        if key is None or submitted is None:
            return []
        if not self.recognition.is_as_released(submitted, key):
            return []
        return copy.deepcopy(submitted.outputs or [])

    def _index(self, key: int) -> int | None:
        return next((index for index, (other, _) in enumerate(self.entries) if other == key), None)

    def _first_after(self, key: int, start: int) -> int:
        """Find the first place after `start` whose cell follows `key` in the release."""
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
        """Find the place where all names of an answer are defined: its cell, or a later one."""
        place = self._index(key)
        answer = self.entries[place][1] if place is not None else None
        if place is not None and (answer is None or self.recognition.assignment.any_course):
            return place  # the empty exercise that was put back; or as in nbgrader
        missing = [
            name
            for name in self.recognition.exercise(key).names
            if answer is None or not answer.defines(name)
        ]
        others = [
            index
            for index, (k, g) in enumerate(self.entries)
            if g is not None
            and g.type == "code"
            and (k is None or self.recognition.roles[k] == "answer")
            if index != place and any(g.defines(name) for name in missing)
        ]
        return max(others if place is None else [place, *others], default=None)


def _fresh_id(wanted: str, used: set) -> str:
    if re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", wanted) and wanted not in used:
        return wanted
    return next(name for n in range(len(used) + 1) if (name := f"extra-{n + 1}") not in used)
