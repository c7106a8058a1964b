"""Choose the notebooks to grade among those handed in, and refuse those of other assignments."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from autograder.courses import Course
from autograder.intake.listing import HandedIn
from autograder.intake.parse import Unreadable
from autograder.intake.pieces import Piece
from autograder.intake.titles import unlike
from nbjudge import Assignment
from nbjudge.contract.assignment import grade_id, read_notebook
from nbjudge.matching.rebuild import rebuild
from nbjudge.wording import counted

__all__ = ["Choice", "Chooser"]

# With this many signs of another assignment or notebook, and none of this one, it is foreign.
FOREIGN = 3
KIN = 0.25  # the least fraction of the release's cells that a notebook of this assignment has
NO_TIME = 631_152_000.0  # 1990: some programs date all files to 1970 or 1980
SAME_TIME = 2.0  # seconds: archives and some disks store times no more precisely


@dataclass(frozen=True)
class Choice:
    """Hold a piece that matches one of the assignment's notebooks, and what was built from it.

    Parameters
    ----------
    piece : Piece
        The notebook that was handed in.
    rebuilt : dict
        The release with the student's sources.
    notes : list of str
        What was repaired.
    written : int
        The number of answers that differ from what students received.
    sure : bool
        Whether its name or its cells show that it is this notebook.
    text : str
        Everything that the student wrote in it, for comparisons.
    """

    piece: Piece
    rebuilt: dict[str, Any]
    notes: list[str]
    written: int
    sure: bool
    text: str


class Chooser:
    """Choose the pieces to grade.

    Of several pieces, the newest in which anything is written is chosen; a notebook that is clearly
    of this assignment comes before one that hardly is, and a loose one before one in an archive.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    contracts : dict of str to Assignment
        The contract of each of its notebooks.
    """

    def __init__(self, course: Course, name: str, contracts: dict[str, Assignment]) -> None:
        self.course, self.name, self.contracts = course, name, contracts
        self.homes: dict[str, list[Choice]] = {notebook: [] for notebook in contracts}
        self.strangers: list[tuple[Piece, str]] = []

    def add(self, piece: Piece) -> None:
        """Consider a piece that could be read."""
        signs = _signs(piece.candidate.notebook)
        foreign, notebook = self._foreign(signs), self._home(piece, signs)
        if foreign or notebook is None:
            self.strangers.append((piece, foreign or "another notebook"))
        else:
            self.homes[notebook].append(self._built(notebook, piece, signs))

    def enough(self) -> bool:
        """Tell whether every notebook was found, with something written in it."""
        return all(
            any(choice.written and choice.sure for choice in choices)
            for choices in self.homes.values()
        )

    def chosen(self) -> dict[str, Choice]:
        """Choose one piece for each notebook that was handed in.

        Raises Unreadable, which names the other assignment, if all pieces are of another one.
        """
        found = {notebook: choices for notebook, choices in self.homes.items() if choices}
        chosen = {notebook: _best(notebook, choices) for notebook, choices in found.items()}
        if not chosen:
            raise Unreadable(f"this is {self.strangers[0][1]}; hand in the notebook of {self.name}")
        return chosen

    def left_out(self, chosen: dict[str, Choice]) -> Iterator[tuple[Piece, str]]:
        """List the pieces that are not graded, and what they are."""
        for notebook, choice in chosen.items():
            for other in self.homes[notebook]:
                if other.piece is not choice.piece:
                    what = "another copy" if other.sure else f"hardly anything of {notebook}"
                    yield other.piece, what
        yield from self.strangers

    def copies(self, graded: Collection[HandedIn]) -> list[Piece]:
        """List the pieces of this assignment that came in other files than those graded."""
        pieces = [choice.piece for choices in self.homes.values() for choice in choices]
        return [piece for piece in pieces if piece.file not in graded]

    def _built(self, notebook: str, piece: Piece, signs: set) -> Choice:
        contract = self.contracts[notebook]
        rebuilt, notes = rebuild(contract, piece.candidate.notebook)
        received = {grade_id(cell): cell["source"].strip() for cell in contract.release["cells"]}
        answers = {exercise.grade_id for exercise in contract.exercises.values()} | {
            m.grade_id for m in contract.manual
        }
        changed = [
            cell["source"].strip()
            for cell in rebuilt["cells"]
            if cell["source"].strip() != received.get(grade_id(cell))
        ]
        written = sum(
            cell["source"].strip() != received[grade_id(cell)]
            for cell in rebuilt["cells"]
            if grade_id(cell) in answers
        )
        kin = len(signs & self._own[notebook]) / max(len(self._own[notebook]), 1)
        named = unlike(piece.name, [notebook]) == 0 and bool(kin or written)
        notes = [*piece.candidate.notes, *_version(contract, piece), *notes]
        return Choice(piece, rebuilt, notes, written, kin >= KIN or named, "\n".join(changed))

    def _home(self, piece: Piece, signs: set) -> str | None:
        """Find which notebook a piece is: the only one, the one with its name, or the most similar.

        Its cells count more than its name if they are clearly those of another notebook.
        """
        if len(self.contracts) == 1:
            return next(iter(self.contracts))
        shared = {
            notebook: len(
                signs & theirs.difference(*(o for n, o in self._all.items() if n != notebook))
            )
            for notebook, theirs in self._all.items()
        }
        best = max(shared, key=shared.__getitem__)
        if piece.stem in self.contracts and (shared[piece.stem] or shared[best] < FOREIGN):
            return piece.stem
        return best if shared[best] else None

    def _foreign(self, signs: set) -> str:
        """Name the other assignment that a piece is clearly from; else ""."""
        if signs & self._answers:  # the usual case: no need to compare with other assignments
            return ""
        ours = set().union(*self._all.values())
        for other, theirs in self._others.items():
            if len(signs & (theirs - ours)) >= FOREIGN and not signs & (ours - theirs):
                return f"the notebook of {other}"
        return ""

    @cached_property
    def _all(self) -> dict[str, set]:
        return {notebook: _signs(contract.release) for notebook, contract in self.contracts.items()}

    @cached_property
    def _own(self) -> dict[str, set]:
        """By notebook, the texts of its cells, which remain when all metadata is lost."""
        return {
            notebook: {sign for sign in signs if sign[0] == "text"}
            for notebook, signs in self._all.items()
        }

    @cached_property
    def _answers(self) -> set:
        exercises = {e for contract in self.contracts.values() for e in contract.exercises.values()}
        return {("exercise", e.number) for e in exercises} | {
            ("def", name) for e in exercises for name in e.names
        }

    @cached_property
    def _others(self) -> dict[str, set]:
        """By assignment, the signs of the other notebooks that students received."""
        others: dict[str, set] = {}
        for path in sorted(self.course.released.glob("*/*.ipynb")):
            if path.parent.name != self.name:
                try:
                    others.setdefault(path.parent.name, set()).update(_signs(read_notebook(path)))
                except (ValueError, OSError):
                    continue
        return others


def _best(notebook: str, choices: list[Choice]) -> Choice:
    """Choose one of several pieces, with notes on how."""
    first = max((c.written > 0, c.sure, -c.piece.tier) for c in choices)
    group = [c for c in choices if (c.written > 0, c.sure, -c.piece.tier) == first]
    newest = max(c.piece.time for c in group)
    dated = all(c.piece.time > NO_TIME for c in group)
    now = [c for c in group if newest - c.piece.time <= SAME_TIME] if dated else group
    # If times do not decide: more answers, then more text, then the expected name.
    best = max(now, key=lambda c: (c.written, len(c.text), c.piece.stem == notebook, c.piece.time))
    notes = []
    if best.piece.stem != notebook:
        notes.append(f"the file is called {best.piece.shown!r}, not {notebook}.ipynb")
    if len(choices) > 1:
        notes.append(f"{len(choices)} notebooks were handed in; {_which(best, now, choices)}")
    return replace(best, notes=[*notes, *best.notes])


def _which(best: Choice, now: list[Choice], choices: list[Choice]) -> str:
    """Say which of several notebooks was graded, and why, as far as it is known."""
    name = repr(best.piece.shown)
    rivals = [c for c in now if c is not best and c.text != best.text]
    if rivals:
        others = ", ".join(sorted(repr(c.piece.shown) for c in rivals)[:3])
        return (
            f"{name} was graded, because it has more text than {others}; their times do not show "
            "which is newer"
        )
    if any(not c.sure for c in choices if c is not best) and best.sure:
        return f"{name} was graded, because it is the one for this assignment"
    if len(now) > 1 and len(now) == len(choices):
        return f"they have the same answers, and {name} was graded"
    if any(c.written and c.piece.time - best.piece.time > SAME_TIME for c in choices):
        return f"{name} was graded, because the newer one was in an archive"
    newest = all(best.piece.time - c.piece.time > SAME_TIME for c in choices if c is not best)
    return f"the newest{'' if newest else ' in which something is written'} was graded"


def _signs(notebook: dict[str, Any]) -> set[tuple[str, str]]:
    """Collect what identifies a notebook: ids and texts of cells, exercises, functions."""
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
    """Note if the notebook is from another release: nbgrader left a checksum in each cell."""
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
    cells = f"{counted(count, 'cell')} {'differs' if count == 1 else 'differ'}"
    note = f"the notebook was made from another version of the assignment ({cells})"
    return [note] if count else []
