"""Which of the notebooks that were handed in is which of the assignment's, and whether it belongs here at all."""

import re
from dataclasses import dataclass
from typing import Any

from autograder.courses import Course
from autograder.intake.parse import Unreadable
from autograder.intake.pieces import Piece
from nbjudge import Assignment
from nbjudge.contract.assignment import grade_id, read_notebook
from nbjudge.matching.rebuild import rebuild

__all__ = ["Choice", "choose"]

FOREIGN = 3  # signs of another assignment, and none of this one


@dataclass(frozen=True)
class Choice:
    """A piece that stands for one of the assignment's notebooks, and what was built of it."""

    piece: Piece
    rebuilt: dict[str, Any]
    notes: list[str]
    written: int  # answers that differ from what students received


def choose(
    course: Course, name: str, contracts: dict[str, Assignment], pieces: list[Piece]
) -> tuple[dict[str, Choice], list[str]]:
    """The pieces to grade, by notebook: of several, the newest in which anything is written; and notes on what is none of them.

    Raises:
        Unreadable: if all are notebooks of another assignment; it says of which.
    """
    homes: dict[str, list[Choice]] = {notebook: [] for notebook in contracts}
    strangers: list[tuple[Piece, str]] = []
    for piece in pieces:
        foreign = _foreign(course, name, contracts, piece)
        notebook = _home(contracts, piece)
        if foreign or notebook is None:
            strangers.append((piece, foreign or "another notebook"))
            continue
        homes[notebook].append(_built(contracts[notebook], piece))
    chosen = {}
    for notebook, choices in homes.items():
        if choices:
            best = max(
                choices, key=lambda c: (c.written > 0, c.piece.time, c.piece.stem == notebook)
            )
            chosen[notebook] = Choice(
                best.piece,
                best.rebuilt,
                [*_told(notebook, best, choices), *best.notes],
                best.written,
            )
    if not chosen:
        raise Unreadable(f"this is {strangers[0][1]}, not {name}; hand in that one")
    return chosen, [f"{piece.shown!r} was left out: it is {what}" for piece, what in strangers]


def _built(contract: Assignment, piece: Piece) -> Choice:
    rebuilt, notes = rebuild(contract, piece.candidate.notebook)
    received = {grade_id(cell): cell["source"].strip() for cell in contract.release["cells"]}
    answers = {exercise.grade_id for exercise in contract.exercises.values()} | {
        m.grade_id for m in contract.manual
    }
    written = sum(
        c["source"].strip() != received[grade_id(c)]
        for c in rebuilt["cells"]
        if grade_id(c) in answers
    )
    return Choice(
        piece, rebuilt, [*piece.candidate.notes, *_version(contract, piece), *notes], written
    )


def _told(notebook: str, best: Choice, choices: list[Choice]) -> list[str]:
    notes = []
    if best.piece.stem != notebook:
        notes.append(f"the file is called {best.piece.shown!r}, not {notebook}.ipynb")
    if len(choices) > 1:
        newest = best.piece.time == max(choice.piece.time for choice in choices)
        which = "the newest" if newest else "the newest in which something is written"
        notes.append(f"{len(choices)} notebooks were handed in; {which} was graded")
    return notes


def _home(contracts: dict[str, Assignment], piece: Piece) -> str | None:
    """The notebook that a piece is: the assignment's only one, the one with its name, or the one it shares most with."""
    if len(contracts) == 1:
        return next(iter(contracts))
    if piece.stem in contracts:
        return piece.stem
    mine = _signs(piece.candidate.notebook)
    signs = {notebook: _signs(contract.release) for notebook, contract in contracts.items()}
    shared = {
        notebook: len(mine & (own - set().union(*(signs[n] for n in signs if n != notebook))))
        for notebook, own in signs.items()
    }
    best = max(shared, key=shared.get)
    return best if shared[best] else None


def _foreign(course: Course, name: str, contracts: dict[str, Assignment], piece: Piece) -> str:
    """The assignment that a piece is plainly from, if it is none of this one; else ""."""
    given = _signs(piece.candidate.notebook)
    own = set().union(*(_signs(contract.release) for contract in contracts.values()))
    exercises = {e for contract in contracts.values() for e in contract.exercises.values()}
    answers = {("exercise", e.number) for e in exercises} | {
        ("def", n) for e in exercises for n in e.names
    }
    if given & answers:  # the usual case: no need to look at other assignments
        return ""
    for path in sorted(course.released.glob("*/*.ipynb")):
        if path.parent.name == name:
            continue
        try:
            theirs = _signs(read_notebook(path))
        except (ValueError, OSError):
            continue
        if len(given & (theirs - own)) >= FOREIGN and not given & (own - theirs):
            return f"the notebook of {path.parent.name}"
    return ""


def _signs(notebook: dict[str, Any]) -> set[tuple[str, str]]:
    """What tells one notebook from another: its cells' ids and texts, its exercises, the functions it defines."""
    signs = set()
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        own, exercise = (
            grade_id(cell),
            (cell.get("metadata", {}).get("nbjudge") or {}).get("exercise"),
        )
        signs |= {("id", own)} if own else set()
        signs |= {("cell", cell["id"])} if cell.get("id") else set()
        signs |= {("exercise", exercise)} if isinstance(exercise, str) else set()
        signs |= {("text", source.strip())} if source.strip() else set()
        signs |= {("def", found) for found in re.findall(r"^def[ \t]+(\w+)", source, re.M)}
    return signs


def _version(contract: Assignment, piece: Piece) -> list[str]:
    """Whether the notebook was made from another release of the assignment: nbgrader left a checksum in each cell."""
    now = {
        grade_id(cell): cell["metadata"]["nbgrader"].get("checksum")
        for cell in contract.release["cells"]
        if grade_id(cell)
    }
    given = {}
    for cell in piece.candidate.notebook["cells"]:
        given[grade_id(cell)] = cell["metadata"].get("nbgrader", {}).get("checksum")
    other = [
        key
        for key, checksum in now.items()
        if checksum and given.get(key) and given[key] != checksum
    ]
    return (
        [
            f"the notebook was made from another version of the assignment ({len(other)} cells differ)"
        ]
        if other
        else []
    )
