"""Choose the notebooks to grade among those that were handed in, and refuse those of elsewhere."""

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
    """Hold a piece that stands for one of the assignment's notebooks, and what was built of it.

    Parameters
    ----------
    piece : Piece
        The notebook that was handed in.
    rebuilt : dict
        The release with the student's sources.
    notes : list of str
        What was mended.
    written : int
        The number of answers that differ from what students received.
    """

    piece: Piece
    rebuilt: dict[str, Any]
    notes: list[str]
    written: int


def choose(
    course: Course, name: str, contracts: dict[str, Assignment], pieces: list[Piece]
) -> tuple[dict[str, Choice], list[str]]:
    """Choose the pieces to grade: of several, the newest in which anything is written.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    contracts : dict of str to Assignment
        The contract of each of its notebooks.
    pieces : list of Piece
        The notebooks that were handed in.

    Returns
    -------
    chosen : dict of str to Choice
        The choice for each notebook that was handed in.
    notes : list of str
        What was left out.

    Raises
    ------
    Unreadable
        If all are notebooks of another assignment; it says of which.
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
    """Tell which notebook a piece is: the only one, the one with its name, or the most similar."""
    if len(contracts) == 1:
        return next(iter(contracts))
    if piece.stem in contracts:
        return piece.stem
    mine = _signs(piece.candidate.notebook)
    signs = {notebook: _signs(contract.release) for notebook, contract in contracts.items()}
    shared = {
        notebook: len(mine & (theirs - set().union(*(signs[n] for n in signs if n != notebook))))
        for notebook, theirs in signs.items()
    }
    best = max(shared, key=shared.get)
    return best if shared[best] else None


def _foreign(course: Course, name: str, contracts: dict[str, Assignment], piece: Piece) -> str:
    """Name the assignment that a piece is plainly from, if it is not this one; else ""."""
    signs = _signs(piece.candidate.notebook)
    ours = set().union(*(_signs(contract.release) for contract in contracts.values()))
    exercises = {e for contract in contracts.values() for e in contract.exercises.values()}
    answers = {("exercise", e.number) for e in exercises} | {
        ("def", n) for e in exercises for n in e.names
    }
    if signs & answers:  # the usual case: no need to look at other assignments
        return ""
    for path in sorted(course.released.glob("*/*.ipynb")):
        if path.parent.name == name:
            continue
        try:
            theirs = _signs(read_notebook(path))
        except (ValueError, OSError):
            continue
        if len(signs & (theirs - ours)) >= FOREIGN and not signs & (ours - theirs):
            return f"the notebook of {path.parent.name}"
    return ""


def _signs(notebook: dict[str, Any]) -> set[tuple[str, str]]:
    """Collect what tells a notebook from others: ids and texts of cells, exercises, functions."""
    signs = set()
    for cell in notebook["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        exercise = (cell.get("metadata", {}).get("nbjudge") or {}).get("exercise")
        signs |= {("id", grade_id(cell))} if grade_id(cell) else set()
        signs |= {("cell", cell["id"])} if cell.get("id") else set()
        signs |= {("exercise", exercise)} if isinstance(exercise, str) else set()
        signs |= {("text", source.strip())} if source.strip() else set()
        signs |= {("def", name) for name in re.findall(r"^def[ \t]+(\w+)", source, re.M)}
    return signs


def _version(contract: Assignment, piece: Piece) -> list[str]:
    """Note if the notebook is of another release: nbgrader left a checksum in each cell."""
    now = {
        grade_id(cell): cell["metadata"]["nbgrader"].get("checksum")
        for cell in contract.release["cells"]
        if grade_id(cell)
    }
    then = {
        grade_id(cell): cell["metadata"].get("nbgrader", {}).get("checksum")
        for cell in piece.candidate.notebook["cells"]
    }
    count = sum(bool(now[key] and then.get(key) and then[key] != now[key]) for key in now)
    note = f"the notebook was made from another version of the assignment ({count} cells differ)"
    return [note] if count else []
