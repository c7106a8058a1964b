"""The contract of an assignment: which cells are answers, which are tests, and what they may use.

It is read from notebooks that we trust (the instructor's source, or the release), never from a submission.
"""

import ast
import builtins
import contextlib
import math
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbjudge.contract.notebooks import (
    HIDDEN,
    KEY,
    OLD_KEY,
    ContractError,
    as_dict,
    as_released,
    grade_id,
    read_notebook,
    released_answer,
    released_test,
)

__all__ = [
    "Assignment",
    "Check",
    "ContractError",
    "Exercise",
    "Manual",
    "grade_id",
    "read_assignment",
    "read_notebook",
    "released_answer",
    "released_test",
]


@dataclass(frozen=True)
class Exercise:
    """An answer cell: the names that it defines, and what the student received."""

    number: str
    names: tuple[str, ...]
    forbid: tuple[str, ...]
    grade_id: str
    stub: str


@dataclass(frozen=True)
class Check:
    """A test cell: one property, all of its points or none. `source` is None where a release hides it.

    mode: "proxy" runs it in the judge, where it sees the exercise's functions only through proxies; "compat" runs it
    beside the student's code, as nbgrader does, with nbgrader's rules for its points.
    """

    exercise: str
    name: str
    kind: str
    grade_id: str
    points: float
    source: str | None
    mode: str = "proxy"


@dataclass(frozen=True)
class Manual:
    """A question that a person grades."""

    grade_id: str
    points: float


@dataclass
class Assignment:
    """A trusted notebook, understood. `release` is what students received (a notebook as a dictionary)."""

    release: dict[str, Any]
    exercises: dict[str, Exercise] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    manual: list[Manual] = field(default_factory=list)
    setup: list[tuple[str, str]] = field(
        default_factory=list
    )  # (grade_id, source) of the locked code cells
    data: Path | None = None  # the folder with the assignment's files
    name: str = ""
    library: str = ""  # the package that the course is about (see `nbjudge.forbidden.static`)
    refused: str = ""  # why it cannot be judged at all
    any_course: bool = (
        False  # not written for this judge: what breaks the contract runs in the mode "compat"
    )


def read_assignment(
    source: str | Path | dict,
    release: str | Path | dict | None = None,
    *,
    any_course: str | None = None,
) -> Assignment:
    """Read the contract from a notebook with solutions and hidden tests, or from a released one.

    source, release: paths or notebooks (dictionaries, NotebookNodes). Without `release`, what students
    received is derived from `source`. From a release alone, hidden checks have no source and cannot run.
    any_course: the notebook's name, to take anything that nbgrader takes. A test cell that breaks our contract becomes a
    "compat" check; answers get numbers (NAME.01, NAME.02, ...) and the names that their stubs define.

    Raises:
        ContractError: naming the cell and the reason, if the notebook breaks the contract.
    """
    path = Path(source) if isinstance(source, str | Path) else None
    notebook = as_dict(read_notebook(path) if path else source)
    if release is not None:
        released = as_dict(read_notebook(release) if isinstance(release, str | Path) else release)
    else:
        released = as_released(notebook)
    assignment = Assignment(
        released,
        data=path.parent if path else None,
        name=path.stem if path else "",
        any_course=any_course is not None,
    )
    assignment.name = any_course or assignment.name
    assignment.library = _library(notebook)
    if isinstance(release, str | Path):
        assignment.data = Path(release).parent
    stubs = {grade_id(cell): cell["source"] for cell in released["cells"]}
    seen: set[str] = set()
    for index, cell in enumerate(notebook["cells"]):
        _read_cell(_Cell(index, cell), assignment, stubs, seen)
    _check_names(assignment)
    return assignment


def _library(notebook: dict[str, Any]) -> str:
    library = (notebook.get("metadata", {}).get(KEY) or {}).get("library", "")
    if not isinstance(library, str):
        raise ContractError(
            f"the notebook's metadata.{KEY}.library must be the name of a package, got {library!r}"
        )
    return library


class _Cell:
    """A cell with its metadata at hand, and a way to complain about it."""

    def __init__(self, index: int, cell: dict[str, Any]):
        self.type, self.source = cell["cell_type"], cell["source"]
        metadata = cell.get("metadata", {})
        self.nbgrader, self.nbjudge = metadata.get("nbgrader") or {}, metadata.get(KEY) or {}
        self.id = self.nbgrader.get("grade_id")
        self.place = f"cell {index + 1}" + (f" ({self.id})" if self.id else "")
        self.demand(
            OLD_KEY not in metadata,
            f"metadata.{OLD_KEY} is called metadata.{KEY} now; `autograder migrate` renames it in every notebook",
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


def _read_cell(cell: _Cell, assignment: Assignment, stubs: dict, seen: set[str]) -> None:
    if not cell.nbgrader:
        cell.demand(not cell.nbjudge, "has nbjudge metadata but no nbgrader metadata")
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
    if (grade and solution) or (solution and cell.type != "code"):
        assignment.manual.append(Manual(cell.id, cell.points()))
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
            (check.exercise, check.name) not in taken, f"the check {check.name!r} is there twice"
        )
        assignment.checks.append(check)
    elif cell.type == "code":
        if not assignment.any_course:
            cell.parse(cell.source)
        assignment.setup.append((cell.id, cell.source))


def _exercise(cell: _Cell, stub: str) -> Exercise:
    number, names = cell.nbjudge.get("exercise"), cell.nbjudge.get("names")
    forbid = cell.nbjudge.get("forbid", [])
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
    for name in names:
        cell.demand(
            not hasattr(builtins, name),
            f"the name {name!r} hides Python's own {name}; choose another",
        )
    return Exercise(number, tuple(names), tuple(forbid), cell.id, stub)


def _check(cell: _Cell, assignment: Assignment) -> Check:
    number, name, kind = (cell.nbjudge.get(key) for key in ("exercise", "group", "kind"))
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
    source: str | None = cell.source
    if kind == "hidden":
        source = _hidden_source(cell)
    else:
        cell.demand(
            HIDDEN[0] not in source,
            "a visible test holds hidden tests; give them a cell of their own",
        )
    if source is not None:
        cell.parse(source)
    return Check(number, name, kind, cell.id, cell.points(), source)


def _any_exercise(cell: _Cell, assignment: Assignment, stub: str) -> Exercise:
    """An answer cell of any course: its number is its place."""
    names: tuple[str, ...] = ()
    with contextlib.suppress(SyntaxError):
        names = tuple(
            n.name for n in ast.parse(stub).body if isinstance(n, ast.FunctionDef | ast.ClassDef)
        )
    return Exercise(
        f"{assignment.name}.{len(assignment.exercises) + 1:02}", names, (), cell.id, stub
    )


def _any_check(cell: _Cell, assignment: Assignment) -> Check:
    """A test cell of any course: ours if it keeps the contract, else one that runs beside the student's code."""
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
    """What stands between the marks; None in a release, where nothing but comments is left."""
    lines = cell.source.strip().splitlines()
    marks = [line.strip() for line in lines if line.strip() in HIDDEN]
    if not marks:
        bare = all(line.startswith("#") or not line.strip() for line in lines)
        cell.demand(
            bare, "a hidden test must stand between ### BEGIN HIDDEN TESTS and ### END HIDDEN TESTS"
        )
        return None
    whole = marks == list(HIDDEN) and (lines[0].strip(), lines[-1].strip()) == HIDDEN
    cell.demand(whole, "the whole source of a hidden test must stand between one pair of marks")
    return "\n".join(lines[1:-1]) + "\n"


def _check_names(assignment: Assignment) -> None:
    """No exercise hides a name of a locked cell, and a test uses nothing that it will not find."""
    if all(check.mode == "compat" for check in assignment.checks):
        return
    ours: dict[str, str] = {}
    for cell_id, source in assignment.setup:
        with contextlib.suppress(SyntaxError):  # only in a course that is not ours
            ours |= dict.fromkeys(_bound(ast.parse(source)), cell_id)
    hiding: dict[str, ContractError] = {}
    for exercise in assignment.exercises.values():
        for name in exercise.names:
            if name in ours:
                hiding[exercise.number] = ContractError(
                    f"{exercise.grade_id}: the name {name!r} is also set by the locked cell {ours[name]}"
                )
    for place, check in enumerate(assignment.checks):
        if check.source is None or check.mode == "compat":
            continue
        problem = hiding.get(check.exercise) or _unknown_names(
            check, assignment.exercises[check.exercise], set(ours)
        )
        if problem is not None and not assignment.any_course:
            raise problem
        if problem is not None:
            assignment.checks[place] = replace(check, mode="compat")
    for problem in hiding.values():
        if not assignment.any_course:
            raise problem


def _unknown_names(check: Check, exercise: Exercise, ours: set[str]) -> ContractError | None:
    tree = ast.parse(check.source)
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    unknown = used - (_bound(tree, deep=True) | ours | set(exercise.names) | set(dir(builtins)))
    if not unknown:
        return None
    return ContractError(
        f"{check.grade_id}: uses {', '.join(sorted(unknown))}, but a test finds only the names of the "
        f"locked cells and of its own exercise ({', '.join(exercise.names)})"
    )


def _bound(tree: ast.Module, *, deep: bool = False) -> set[str]:
    """Names that a cell sets; `deep` also counts those inside functions, as arguments and the like."""
    names: set[str] = set()
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            if not deep:
                continue
        elif isinstance(
            node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
        ):
            if not deep:
                continue
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.alias):
            names.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        stack.extend(ast.iter_child_nodes(node))
    return names
