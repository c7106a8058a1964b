"""Read one cell of a trusted notebook: an answer, a test, a question, or a locked cell."""

import ast
import builtins
import contextlib
import math
import re
from typing import Any

from nbjudge.contract.model import Assignment, Check, Exercise, Manual, RubricItem
from nbjudge.contract.notebooks import (
    HIDDEN,
    KEY,
    OLD_KEY,
    SOLUTION,
    grade_id,
    is_graded_or_locked,
)
from nbjudge.errors import ContractError

__all__ = ["read_cell"]


class _Cell:
    """Hold a cell and its metadata; `demand` reports problems with the cell's position."""

    def __init__(self, index: int, cell: dict[str, Any]):
        self.type, self.source = cell["cell_type"], cell["source"]
        metadata = cell.get("metadata", {})
        self.nbgrader: dict[str, Any] = metadata.get("nbgrader") or {}
        self.nbjudge: dict[str, Any] = metadata.get(KEY) or {}
        self.id: Any = self.nbgrader.get("grade_id")
        self.place = f"cell {index + 1}" + (f" ({self.id})" if self.id else "")
        self.demand(
            OLD_KEY not in metadata,
            f"metadata.{OLD_KEY} is now called metadata.{KEY}; "
            "`autograder migrate` renames it in every notebook",
        )

    def demand(self, condition: Any, reason: str) -> None:
        if not condition:
            raise ContractError(f"{self.place}: {reason}")

    def points(self) -> float:
        points = self.nbgrader.get("points", 0)
        number = isinstance(points, int | float) and not isinstance(points, bool)
        self.demand(
            number and math.isfinite(points) and points >= 0,
            f"points must be 0 or more, got {points!r}",
        )
        return points

    def parse(self, source: str) -> ast.Module:
        try:
            return ast.parse(source)
        except SyntaxError as error:
            self.demand(
                False,
                f"runs in the judge, so it must be plain Python ({error.msg}, line {error.lineno})",
            )
            raise


def read_cell(
    index: int,
    source: dict[str, Any],
    assignment: Assignment,
    stubs: dict[str | None, str],
    seen: set[str],
) -> None:
    """Read one cell of a trusted notebook into an assignment.

    Parameters
    ----------
    index : int
        The position of the cell, for messages.
    source : dict
        The cell.
    assignment : Assignment
        The assignment read so far; the cell is added to it.
    stubs : dict of str to str
        The released sources by grade id.
    seen : set of str
        The grade ids read so far; the cell's is added to it.

    Raises
    ------
    ContractError
        If the cell breaks the contract; the message names the cell and the reason.
    """
    cell = _Cell(index, source)
    if not cell.nbgrader:
        cell.demand(not cell.nbjudge, "has nbjudge metadata but no nbgrader metadata")
        return
    if not is_graded_or_locked(source):
        cell.demand(not cell.nbjudge, "has nbjudge metadata, but nbgrader's says that it is plain")
        return
    cell.demand(
        isinstance(cell.id, str)
        and (assignment.any_course or re.fullmatch(r"[a-zA-Z0-9_-]+", cell.id)),
        f"a grade_id is made of letters, digits, - and _, got {cell.id!r}",
    )
    cell.demand(cell.id not in seen, "this grade_id is used twice")
    seen.add(cell.id)
    cell.demand(
        cell.id in stubs, "the released notebook has no cell with this grade_id; release it again"
    )
    grade, solution = cell.nbgrader.get("grade"), cell.nbgrader.get("solution")
    by_hand = (grade and solution) or (solution and cell.type != "code")
    cell.demand(
        by_hand or assignment.any_course or "rubric" not in cell.nbjudge,
        "has a rubric, but this cell is not manually graded",
    )
    if by_hand:
        rubric, model = _rubric(cell, any_course=assignment.any_course), _model_answer(cell)
        assignment.manual.append(Manual(cell.id, cell.points(), rubric, model))
    elif solution:
        exercise = (
            _exercise(cell, stubs[cell.id]) if cell.nbjudge or not assignment.any_course else None
        )
        exercise = exercise or _any_exercise(cell, assignment, stubs[cell.id])
        cell.demand(
            exercise.number not in assignment.exercises,
            f"exercise {exercise.number} has two answer cells",
        )
        assignment.exercises[exercise.number] = exercise
    elif grade:
        check = _any_check(cell, assignment) if assignment.any_course else _check(cell, assignment)
        taken = [(other.exercise, other.name) for other in assignment.checks]
        cell.demand(
            (check.exercise, check.name) not in taken, f"there are two checks called {check.name!r}"
        )
        assignment.checks.append(check)
    elif cell.type == "code":
        if not assignment.any_course:
            cell.parse(cell.source)
        assignment.setup.append((cell.id, cell.source))


def _rubric(cell: _Cell, *, any_course: bool) -> tuple[RubricItem, ...]:
    """Read the rubric of a manually graded cell; () if there is none."""
    lines: Any = cell.nbjudge.get("rubric", [])
    proper = isinstance(lines, list) and all(
        isinstance(line, dict)
        and type(line.get("points")) in (int, float)
        and math.isfinite(line["points"])
        and line["points"] > 0
        and isinstance(line.get("text"), str)
        and line["text"].strip()
        for line in lines
    )
    if any_course and not proper:
        return ()  # the key belongs to another program
    cell.demand(
        proper,
        "metadata.nbjudge.rubric must list what the points are for, each line as "
        f'{{"points": 2, "text": "..."}} with points above 0, got {lines!r}',
    )
    return tuple(RubricItem(float(line["points"]), line["text"]) for line in lines)


def _model_answer(cell: _Cell) -> str:
    """The text between the marks of a manually graded cell."""
    _, _, rest = cell.source.partition(SOLUTION[0])
    return rest.partition(SOLUTION[1])[0].strip()


def _exercise(cell: _Cell, stub: str) -> Exercise:
    number: Any = cell.nbjudge.get("exercise")
    names: Any = cell.nbjudge.get("names")
    forbid: Any = cell.nbjudge.get("forbid", [])
    cell.demand(cell.type == "code", "an answer cell must be a code cell")
    cell.demand(
        isinstance(number, str) and number,
        "metadata.nbjudge.exercise is missing (for example '01.3')",
    )
    proper = (
        isinstance(names, list)
        and names
        and all(isinstance(n, str) and n.isidentifier() for n in names)
    )
    cell.demand(
        proper, f"metadata.nbjudge.names must list the functions of the exercise, got {names!r}"
    )
    cell.demand(
        isinstance(forbid, list) and all(isinstance(f, str) for f in forbid),
        "forbid must be a list of names",
    )
    stand_in: Any = cell.nbjudge.get("stand_in", "")
    cell.demand(
        isinstance(stand_in, str) and (not stand_in or (len(names) == 1 and "." in stand_in)),
        "stand_in must be one function (module.function) of the library, for one function asked",
    )
    for name in names:
        cell.demand(
            not hasattr(builtins, name),
            f"the name {name!r} hides Python's own {name}; choose another",
        )
    return Exercise(number, tuple(names), tuple(forbid), cell.id, stub, stand_in)


def _check(cell: _Cell, assignment: Assignment) -> Check:
    number: Any = cell.nbjudge.get("exercise")
    name: Any = cell.nbjudge.get("group")
    kind: Any = cell.nbjudge.get("kind")
    cell.demand(cell.type == "code", "a test cell must be a code cell")
    cell.demand(
        number in assignment.exercises,
        f"tests exercise {number!r}, but no answer cell before it has that number",
    )
    cell.demand(
        isinstance(name, str) and name,
        "metadata.nbjudge.group is missing (what property is checked?)",
    )
    cell.demand(
        kind in ("visible", "hidden"),
        f"metadata.nbjudge.kind must be 'visible' or 'hidden', got {kind!r}",
    )
    source = _hidden_source(cell) if kind == "hidden" else cell.source
    cell.demand(
        kind == "hidden" or HIDDEN[0] not in cell.source,
        "a visible test contains hidden tests; give them a cell of their own",
    )
    if source is not None:
        cell.parse(source)
    return Check(number, name, kind, cell.id, cell.points(), source)


def _any_exercise(cell: _Cell, assignment: Assignment, stub: str) -> Exercise:
    """An answer cell of any course, numbered by its position."""
    names: tuple[str, ...] = ()
    with contextlib.suppress(SyntaxError):
        names = tuple(
            n.name for n in ast.parse(stub).body if isinstance(n, ast.FunctionDef | ast.ClassDef)
        )
    return Exercise(
        f"{assignment.name}.{len(assignment.exercises) + 1:02}", names, (), cell.id, stub
    )


def _any_check(cell: _Cell, assignment: Assignment) -> Check:
    """A test cell of any course: like ours if it keeps the contract, else in mode "compat"."""
    if cell.nbjudge:
        with contextlib.suppress(ContractError):
            return _check(cell, assignment)
    number = next(
        reversed(assignment.exercises), f"{assignment.name}.00"
    )  # of the answer before it
    released = next(c["source"] for c in assignment.release["cells"] if grade_id(c) == cell.id)
    kind = "visible" if released == cell.source else "hidden"
    return Check(number, cell.id, kind, cell.id, cell.points(), cell.source, "compat")


def _hidden_source(cell: _Cell) -> str | None:
    """The text between the marks; None in a release, where only comments are left."""
    lines = cell.source.strip().splitlines()
    marks = [line.strip() for line in lines if line.strip() in HIDDEN]
    if not marks:
        bare = all(line.startswith("#") or not line.strip() for line in lines)
        cell.demand(
            bare, "a hidden test must be between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
        )
        return None
    whole = marks == list(HIDDEN) and (lines[0].strip(), lines[-1].strip()) == HIDDEN
    cell.demand(whole, "the whole source of a hidden test must be between one pair of marks")
    return "\n".join(lines[1:-1]) + "\n"
