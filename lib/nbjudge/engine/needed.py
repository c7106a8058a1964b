"""Find the cells of a notebook that a score can depend on: the answers, and what they use.

Most given cells of a notebook only show something, and their figures would take most of the grading
time. Such a *display* cell is skipped when only scores are needed. When in doubt, a cell is run.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nbjudge.contract.model import Assignment
from nbjudge.contract.notebooks import grade_id
from nbjudge.engine.names import Names, Statement, names_of

__all__ = ["display_cells", "needed_cells", "student_cells"]


def needed_cells(
    names: Mapping[int, Names],
    roots: Collection[int],
    given: Collection[int],
    wanted: Iterable[str],
) -> set[int]:
    """Find the cells that must run for `roots` to behave as in the whole notebook.

    Parameters
    ----------
    names : mapping of int to Names
        The global names of every code cell, by its index.
    roots : collection of int
        Cells that always run, and all of whose names count.
    given : collection of int
        Cells that always run and need none of the others (locked cells); their names count if they
        are read.
    wanted : iterable of str
        Names that are used from outside (the functions of the exercises).

    Returns
    -------
    set of int
        `roots`, `given`, and every cell that

        - binds a name that they read, directly or through another name, or
        - accesses an object that such a name stands for and might change it, or calls something
          with effects, or
        - is opaque or has effects (see `nbjudge.engine.names.Statement`).

        All cells, if one of the roots is opaque.
    """
    if any(names[index].opaque for index in roots):
        return set(names)
    binding: dict[str, list[Statement]] = {}
    for cell_names in names.values():
        for statement in cell_names.statements:
            for name in statement.binds:
                binding.setdefault(name, []).append(statement)
    # Figures that call the roots' own functions do not count as effects: those functions are
    # responsible for what they change.
    effects = {
        name
        for index in names.keys() - set(roots)
        for s in names[index].statements
        if s.opaque or s.effects
        for name in s.binds
    }
    needed = set(roots) | set(given)
    needed |= {
        index for index, cell_names in names.items() if cell_names.opaque or cell_names.effects
    }
    wanted = set(wanted).union(*[names[index].reads for index in needed - set(given)])
    reaching = {
        index: _reach(names[index].reads, binding) for index in names if index not in needed
    }
    while True:
        reached = _reach(wanted, binding)
        changeable = {name for name in reached if not all(s.fixed for s in binding.get(name, []))}
        new = {
            index
            for index, reach in reaching.items()
            if index not in needed
            and (names[index].binds & reached or reach & (changeable | effects))
        }
        if not new:
            return needed
        needed |= new
        wanted = wanted.union(*[names[index].reads for index in new])


def _reach(wanted: Iterable[str], binding: Mapping[str, list[Statement]]) -> set[str]:
    """Collect names, and all names that the statements which bind them read.

    Each statement is visited once: one that binds a thousand names may read a thousand others.
    """
    reached: set[str] = set()
    seen: set[int] = set()
    stack = list(wanted)
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            for statement in binding.get(name, []):
                if id(statement) not in seen:
                    seen.add(id(statement))
                    stack += statement.reads | statement.reads_later
    return reached


def display_cells(
    assignment: Assignment,
    cells: list[dict[str, Any]],
    written: Mapping[int, Names],
    exercises: Collection[str] | None = None,
) -> set[int]:
    """Find the cells of a rebuilt notebook that no score depends on.

    Parameters
    ----------
    assignment : Assignment
        The assignment as released.
    cells : list of dict
        The cells of the notebook that was rebuilt from it.
    written : mapping of int to Names
        The names of the student's cells (`student_cells`).
    exercises : collection of str, optional
        The exercises whose scores are needed; all by default. If only some are, cells that the
        student wrote may be display cells too.

    Returns
    -------
    set of int
        Indices of code cells that need not be run.
    """
    given, students = _given_cells(assignment, cells), student_cells(assignment, cells)
    candidates = _unchanged_cells(assignment, cells)
    names = dict(written) | {
        index: names_of(cells[index]["source"]) for index in given | candidates
    }
    asked = [
        e for number, e in assignment.exercises.items() if exercises is None or number in exercises
    ]
    roots = (
        students
        if exercises is None
        else {i for i in students if grade_id(cells[i]) in {e.grade_id for e in asked}}
    )
    return set(names) - needed_cells(names, roots, given, {name for e in asked for name in e.names})


def student_cells(assignment: Assignment, cells: list[dict[str, Any]]) -> set[int]:
    """Find the code cells of a rebuilt notebook that contain what a student wrote.

    Parameters
    ----------
    assignment : Assignment
        The assignment as released.
    cells : list of dict
        The cells of the notebook that was rebuilt from it.

    Returns
    -------
    set of int
        Indices, including those of answers that are still empty.
    """
    return (
        _code(cells)
        - _given_cells(assignment, cells)
        - _unchanged_cells(assignment, cells)
        - _tests(assignment, cells)
    )


def _code(cells: list[dict[str, Any]]) -> set[int]:
    return {index for index, cell in enumerate(cells) if cell["cell_type"] == "code"}


def _tests(assignment: Assignment, cells: list[dict[str, Any]]) -> set[int]:
    tests = {check.grade_id for check in assignment.checks}
    return {index for index in _code(cells) if grade_id(cells[index]) in tests}


def _given_cells(assignment: Assignment, cells: list[dict[str, Any]]) -> set[int]:
    """Find the locked cells."""
    locked = {cell_id for cell_id, _ in assignment.setup}
    return {index for index in _code(cells) if grade_id(cells[index]) in locked}


def _unchanged_cells(assignment: Assignment, cells: list[dict[str, Any]]) -> set[int]:
    """Find the ungraded cells that are unchanged since the release."""
    released = {
        c.get("id"): c["source"].strip() for c in assignment.release["cells"] if grade_id(c) is None
    }
    return {
        index
        for index in _code(cells)
        if grade_id(cells[index]) is None
        and released.get(cells[index].get("id")) == cells[index]["source"].strip()
    }
