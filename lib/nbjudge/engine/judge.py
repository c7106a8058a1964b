"""Judge one notebook: student cells run in a worker, checks in this process, in document order."""

import time
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

from nbjudge.contract.model import Assignment, Check
from nbjudge.contract.notebooks import grade_id
from nbjudge.engine.needed import display_cells, student_cells
from nbjudge.engine.runner import Runner, Seed
from nbjudge.engine.session import Session
from nbjudge.engine.setup import prepare
from nbjudge.errors import ContractError
from nbjudge.forbidden.static import pasted
from nbjudge.limits import Limits
from nbjudge.matching.rebuild import rebuild
from nbjudge.nbgrader_rules import beside_note, skipped
from nbjudge.results import Report
from nbjudge.worker.launcher import Launcher, launch

__all__ = ["judge"]

GRADING = "NBGRADER_EXECUTION"
SET_GRADING = f"import os\nos.environ[{GRADING!r}] = 'autograde'\ndel os"


def judge(
    assignment: Assignment,
    notebook: Any,
    *,
    hidden: bool,
    seed: Seed | None = None,
    limits: Limits | None = None,
    files: Mapping[str, bytes] = MappingProxyType({}),
    launcher: Launcher = launch,
    all_cells: bool = False,
    exercises: Collection[str] | None = None,
    progress: Callable[[Check], None] | None = None,
) -> Report:
    """Run a notebook's cells in a worker and its checks in this process.

    A process can judge only one notebook at a time (the tests' output is redirected); several
    processes may judge at once.

    Parameters
    ----------
    assignment : Assignment
        The contract, from `read_assignment`.
    notebook : dict
        The notebook as submitted, or as rebuilt by `match`. A submission is rebuilt first: the keys
        of `cells` in the report are indices into the rebuilt notebook.
    hidden : bool
        Whether to run the hidden checks too.
    seed : callable, optional
        The seed of a hidden check, from the exercise's number and the check's name; 0 by default.
        Visible checks always use 0, as in a student's notebook.
    limits : Limits, optional
        How much the notebook may use.
    files : mapping of str to bytes, optional
        Files to put into the working directory beside the assignment's own: relative path ->
        content.
    launcher : Launcher, default `launch`
        How workers are started.
    all_cells : bool, default False
        Whether to also run the given cells that no score depends on (see `nbjudge.engine.needed`).
        If checks run in the student's process, all cells are run anyway.
    exercises : collection of str, optional
        The numbers of the exercises to judge, with the cells that they need; all by default.
    progress : callable, optional
        Called with each check before it runs.

    Returns
    -------
    Report
        The results of the checks, and the outputs of the cells.

    Raises
    ------
    ContractError
        If the assignment itself is at fault: a locked cell fails, or a hidden test has no source.
    StartError
        If no worker can be started on this machine.

    Examples
    --------
    >>> import nbjudge
    >>> assignment = nbjudge.read_assignment("solutions/temperature.ipynb")  # doctest: +SKIP
    >>> nbjudge.judge(assignment, submission, hidden=True).score  # doctest: +SKIP
    2.0
    """
    began = time.monotonic()
    chosen, checks = _checks(assignment, hidden, exercises)
    session = Session(limits or Limits(), data=assignment.data, files=files, launcher=launcher)
    try:  # the worker starts in the meantime
        setup, checks = prepare(assignment, checks)
        rebuilt, notes = rebuild(assignment, notebook)
        report = Report(notes=notes, isolation=launcher.isolation)
        report.points_left = sum(check.points for check in chosen if check.grade_id not in checks)
        report.notes += _copies(assignment, rebuilt) if hidden else []
        if not all_cells and all(check.mode == "proxy" for check in checks.values()):
            report.display = _display(assignment, session, rebuilt["cells"], exercises)
        if any(c.mode == "compat" and GRADING in (c.source or "") for c in checks.values()):
            session.run_test(-1, SET_GRADING)  # the variable that nbgrader sets
        runner = Runner(assignment, session, seed or (lambda exercise, check: 0), setup)
        _run(runner, rebuilt["cells"], checks, report, progress or (lambda check: None))
        report.starts, report.own_seconds = session.starts, session.own_seconds
        report.notes += beside_note(report.checks)
    finally:
        session.close()
    report.seconds = time.monotonic() - began
    return report


def _checks(
    assignment: Assignment, hidden: bool, exercises: Collection[str] | None
) -> tuple[list[Check], dict[str, Check]]:
    """The checks of the requested exercises and, by grade id, those of them that are to run."""
    if assignment.refused:
        raise ContractError(assignment.refused)
    chosen = [c for c in assignment.checks if exercises is None or c.exercise in exercises]
    checks = {c.grade_id: c for c in chosen if hidden or c.kind == "visible"}
    for check in checks.values():
        if check.source is None:
            raise ContractError(
                f"{check.grade_id}: this is a release, which lacks its hidden tests; "
                "read the notebook with solutions instead"
            )
    return chosen, checks


def _run(
    runner: Runner,
    cells: list[dict[str, Any]],
    checks: dict[str, Check],
    report: Report,
    progress: Callable[[Check], None],
) -> None:
    """Run the cells of a rebuilt notebook and its checks, in order, into the report."""
    assignment, session = runner.assignment, runner.session
    tests = {check.grade_id for check in assignment.checks}
    for index, cell in enumerate(cells):
        key = grade_id(cell)
        if key in tests:
            check = checks.get(key)
            if check is not None:
                progress(check)
            if check is not None and check.mode == "compat":
                result, report.cells[index] = runner.beside(check, index, cell)
                report.checks.append(result)
            elif check is not None:
                with session.at_work():
                    report.checks.append(runner.in_judge(check))
        elif index in report.display:
            continue
        elif cell["cell_type"] == "code" and not (assignment.any_course and skipped(cell)):
            runner.places[key] = index
            report.cells[index] = session.run_cell(index, cell["source"])
            if runner.hidden_ran:
                report.after_hidden.add(index)


def _display(
    assignment: Assignment,
    session: Session,
    cells: list[dict[str, Any]],
    exercises: Collection[str] | None,
) -> set[int]:
    written = {index: cells[index]["source"] for index in sorted(student_cells(assignment, cells))}
    return display_cells(assignment, cells, session.names(written), exercises)


def _copies(assignment: Assignment, notebook: dict[str, Any]) -> list[str]:
    """Note each answer that contains much of the text of a function that it may not call.

    Nobody loses points for this.
    """
    sources = {grade_id(cell): cell["source"] for cell in notebook["cells"]}
    return [
        f"The answer to Exercise {exercise.number} contains {share:.0%} of the text of {name}: "
        "was it copied?"
        for exercise in assignment.exercises.values()
        for name, share in pasted(sources.get(exercise.grade_id, ""), exercise.forbid)
    ]
