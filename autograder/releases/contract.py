"""Check an instructor's notebook against the contract, beyond what grading itself needs."""

import ast
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbjudge import Assignment, ContractError, read_assignment
from nbjudge.contract.assignment import grade_id, read_notebook
from nbjudge.wording import counted

__all__ = ["check_contract"]

AUTOMATIC, MANUAL = 80, 20
UNGRADED = "00"  # the number of the notebook that gives no points


def check_contract(path: Path) -> list[str]:
    """Check an instructor's notebook as written; nothing is run.

    Parameters
    ----------
    path : Path
        The notebook.

    Returns
    -------
    list of str
        What is wrong, one line each.
    """
    try:
        notebook = read_notebook(path)
        assignment = read_assignment(path)
    except ContractError as error:
        return [str(error)]
    return [
        *_cell_problems(notebook, assignment),
        *_exercise_problems(assignment),
        *_rubric_problems(assignment),
        *_point_problems(path, assignment),
    ]


def _cell_problems(notebook: dict[str, Any], assignment: Assignment) -> Iterator[str]:
    visible = {g.grade_id for g in assignment.checks if g.kind == "visible"}
    answers = {e.grade_id: e for e in assignment.exercises.values()}
    for number, cell in enumerate(notebook["cells"], 1):
        key, source = grade_id(cell), "".join(cell["source"])
        place = f"cell {number}" + (f" ({key})" if key else "")
        if cell.get("outputs"):
            yield f"{place}: has outputs; clear them"
        if not cell.get("id"):
            yield f"{place}: has no cell id"
        if key in visible and source.strip().splitlines()[-1:] != ["checks.passed()"]:
            yield f"{place}: a visible test must end with checks.passed()"
        if key in answers:
            if "### BEGIN SOLUTION" not in source or "### END SOLUTION" not in source:
                yield f"{place}: has no ### BEGIN SOLUTION ... ### END SOLUTION"
            defined = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
            for name in set(answers[key].names) - defined:
                yield f"{place}: does not define {name}"
        if key is None and ("### BEGIN SOLUTION" in source or "### BEGIN HIDDEN" in source):
            yield (
                f"{place}: has solution or hidden-test marks, but nbgrader does not know this cell"
            )


def _exercise_problems(assignment: Assignment) -> Iterator[str]:
    for exercise in assignment.exercises.values():
        kinds = {g.kind for g in assignment.checks if g.exercise == exercise.number}
        for kind in {"visible", "hidden"} - kinds:
            yield f"{exercise.grade_id}: exercise {exercise.number} has no {kind} test"


def _rubric_problems(assignment: Assignment) -> Iterator[str]:
    for question in assignment.manual:
        total = math.fsum(item.points for item in question.rubric)
        if question.rubric and not math.isclose(total, question.points):
            yield (
                f"{question.grade_id}: the rubric adds up to {counted(total, 'point')}, "
                f"but the question is worth {question.points:g}"
            )


def _point_problems(path: Path, assignment: Assignment) -> Iterator[str]:
    automatic, manual = (
        sum(g.points for g in assignment.checks),
        sum(m.points for m in assignment.manual),
    )
    expected = (0, 0) if path.stem.startswith(UNGRADED) else (AUTOMATIC, MANUAL)
    if (automatic, manual) != expected:
        yield (
            f"points: expected {expected[0]} by checks and {expected[1]} graded manually, "
            f"got {automatic:g} and {manual:g}"
        )
