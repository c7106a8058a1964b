"""Check the names that a trusted notebook uses: a test sees only locked cells and its exercise."""

import ast
import builtins
import contextlib
from dataclasses import replace

from nbjudge.contract.model import Assignment, Check, Exercise
from nbjudge.errors import ContractError

__all__ = ["check_names"]


def check_names(assignment: Assignment) -> None:
    """Demand that checks find all names that they use, and that no answer hides a locked name.

    In a course that was not written for this judge, a check that breaks this rule runs in the
    student's process instead (mode "compat").

    Parameters
    ----------
    assignment : Assignment
        The assignment; its checks may be changed.

    Raises
    ------
    ContractError
        If the notebook was written for this judge and breaks the rule.
    """
    if all(check.mode == "compat" for check in assignment.checks):
        return
    locked: dict[str, str] = {}
    for cell_id, source in assignment.setup:
        with contextlib.suppress(SyntaxError):  # only in any nbgrader course
            locked |= dict.fromkeys(_bound(ast.parse(source)), cell_id)
    hiding: dict[str, ContractError] = {}
    for exercise in assignment.exercises.values():
        for name in exercise.names:
            if name in locked:
                hiding[exercise.number] = ContractError(
                    f"{exercise.grade_id}: the name {name!r} is also set by the locked cell "
                    f"{locked[name]}"
                )
    for place, check in enumerate(assignment.checks):
        if check.source is None or check.mode == "compat":
            continue
        problem = hiding.get(check.exercise) or _unknown_names(
            check, assignment.exercises[check.exercise], set(locked)
        )
        if problem is not None and not assignment.any_course:
            raise problem
        if problem is not None:
            assignment.checks[place] = replace(check, mode="compat")
    for problem in hiding.values():
        if not assignment.any_course:
            raise problem


def _unknown_names(check: Check, exercise: Exercise, locked: set[str]) -> ContractError | None:
    tree = ast.parse(check.source or "")
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    unknown = used - (_bound(tree, deep=True) | locked | set(exercise.names) | set(dir(builtins)))
    if not unknown:
        return None
    return ContractError(
        f"{check.grade_id}: uses {', '.join(sorted(unknown))}, but a test can use only names of "
        f"the locked cells and of its own exercise ({', '.join(exercise.names)})"
    )


def _bound(tree: ast.Module, *, deep: bool = False) -> set[str]:
    """Collect the names that a cell sets; `deep` also counts arguments and names in functions."""
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
