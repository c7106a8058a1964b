"""Judge one notebook and finish it: its outputs, and in each test cell the score and the reason."""

import contextlib
import faulthandler
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.courses import Course
from autograder.feedback_pages.sanitize import clean_notebook
from autograder.grading.work import work_hash
from nbjudge import Assignment, Check, CheckResult, Report, judge, match
from nbjudge.contract.assignment import grade_id
from nbjudge.results import Status
from nbjudge.worker.launcher import Launcher, launch

if TYPE_CHECKING:
    from autograder.cluster.job import Carried

__all__ = ["AFTER_HIDDEN", "AS_HANDED_IN", "OVERTIME", "Judged", "ended_after", "judge_notebook"]

AS_HANDED_IN = (
    "[As handed in: this cell was not run when the notebook was graded, "
    "because no check depends on it.]\n"
)


OVERTIME = 900.0  # seconds for starting workers, cleaning outputs and the like

AFTER_HIDDEN = "after_hidden"  # in a cell's metadata: it ran after a hidden check


@dataclass(frozen=True)
class Judged:
    """Hold the result of judging a notebook.

    Parameters
    ----------
    finished : NotebookNode
        The notebook that nbgrader keeps.
    report : Report
        The results of the checks.
    seeds : dict of str to int
        The seed of each hidden check, by its grade id.
    """

    finished: NotebookNode
    report: Report
    seeds: dict[str, int]


@contextlib.contextmanager
def ended_after(seconds: float) -> Iterator[None]:
    """End this process if a `with` block takes longer than it ever should.

    It works whatever the process is doing: Python's timers do not interrupt a library's C code.

    Parameters
    ----------
    seconds : float
        The time that the block may take.

    Yields
    ------
    None
        Nothing.
    """
    with open(os.devnull, "w") as nothing:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nothing)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def judge_notebook(
    course: "Course | Carried",
    name: str,
    student: str,
    notebook: str,
    nb: NotebookNode,
    launcher: Launcher = launch,
) -> Judged:
    """Judge one notebook of a submission, and store nothing.

    Parameters
    ----------
    course : Course or Carried
        The course, or the part of it that was sent to a cluster's worker.
    name : str
        The assignment.
    student : str
        The student's id.
    notebook : str
        The name of the notebook.
    nb : NotebookNode
        The student's notebook, as intake built it.
    launcher : Launcher, optional
        Starts the workers (default: as ordinary processes).

    Returns
    -------
    Judged
        The finished notebook and the report.

    Raises
    ------
    ContractError
        If the assignment itself is at fault.
    StartError
        If no worker starts on this machine.
    """
    assignment = course.assignment(name, notebook)
    # "unreadable" is written by intake; no notebook that was rebuilt has it
    reason = assignment.refused or nb.metadata.get("unreadable", "")
    if reason:
        report = Report([_refused(check, reason) for check in assignment.checks], notes=[reason])
        return Judged(_finished(assignment, nb, report), report, {})
    files = course.files(student, name)
    work = work_hash(assignment, nb, files)
    seeds = {
        check.grade_id: course.seed(student, name, work, check.exercise, check.name)
        for check in assignment.checks
        if check.kind == "hidden" and check.mode == "proxy"
    }
    report = judge(
        assignment,
        nb,
        hidden=True,
        seed=lambda exercise, check: course.seed(student, name, work, exercise, check),
        limits=course.limits(),
        files=files,
        launcher=launcher,
        all_cells=course.all_cells,
    )
    return Judged(_finished(assignment, nb, report), report, seeds)


def _finished(assignment: Assignment, nb: NotebookNode, report: Report) -> NotebookNode:
    """Make the notebook that nbgrader keeps; bad outputs are dropped and cost no points."""
    try:
        return _cleaned(assignment, nb, report)
    except Exception as error:
        report.cells = {}
        report.notes.append(f"The outputs of the cells could not be kept ({type(error).__name__}).")
        return _cleaned(assignment, nb, report)


def _cleaned(assignment: Assignment, nb: NotebookNode, report: Report) -> NotebookNode:
    ours = {cell["source"] for cell in assignment.release["cells"]}
    finished = clean_notebook(
        _with_outputs(assignment, nb, match(assignment, nb)[0], report), ours=ours
    )
    for index in report.after_hidden:
        finished.cells[index].metadata.setdefault("nbjudge", NotebookNode())[AFTER_HIDDEN] = True
    return finished


def _refused(check: Check, reason: str) -> CheckResult:
    return CheckResult(
        check.exercise,
        check.name,
        check.kind,
        check.grade_id,
        check.points,
        0.0,
        Status.ERROR,
        reason,
    )


def _with_outputs(
    assignment: Assignment, nb: NotebookNode, rebuilt: NotebookNode, report: Report
) -> NotebookNode:
    """Put outputs into the notebook that nbgrader keeps.

    Answers get the student's own outputs (if a cell was not run, those that it was handed in with),
    and each test cell gets its score and the reason.
    """
    sources = {grade_id(cell): cell.source for cell in nb.cells if grade_id(cell)}
    if assignment.any_course:
        sources = {check.grade_id: check.source for check in assignment.checks}
    results = {check.grade_id: check for check in report.checks}
    for index, cell in enumerate(rebuilt.cells):
        if cell.cell_type != "code":
            continue
        result = results.get(grade_id(cell))
        if result is None:
            saved = [new_output("stream", text=AS_HANDED_IN), *cell.outputs] if cell.outputs else []
            cell.outputs = (
                saved
                if index in report.display
                else list(map(NotebookNode, report.cells.get(index, [])))
            )
            continue
        # with the hidden test, for the instructor
        cell.source = sources.get(result.grade_id, cell.source)
        if result.mode == "compat":
            cell.outputs = _beside(report.cells.get(index, []), result)
            continue
        reason = f"{result.status}: {result.message}" if result.message else result.status
        cell.outputs = [
            new_output("stream", name="stdout", text=f"{result.name}: {reason}\n"),
            new_output("execute_result", data={"text/plain": repr(float(result.score))}),
        ]
    return rebuilt


def _beside(outputs: list[dict], result: CheckResult) -> list[NotebookNode]:
    """Make the outputs of a test cell that ran in the student's process, with our score."""
    shown = []
    for output in map(NotebookNode, outputs):
        if output.output_type == "execute_result":
            output = new_output(
                "display_data", data=output.data, metadata=output.get("metadata", {})
            )
        elif output.output_type == "stream" and output.name == "stderr":
            output.name = "stdout"  # nbgrader takes stderr to mean that everything was wrong
        if output.output_type != "error" or result.score == 0:
            shown.append(output)
    if result.message and not any(output.output_type == "error" for output in shown):
        shown.append(
            new_output("stream", name="stdout", text=f"{result.status}: {result.message}\n")
        )
    if not any(output.output_type == "error" for output in shown):
        shown.append(new_output("execute_result", data={"text/plain": repr(float(result.score))}))
    return shown
