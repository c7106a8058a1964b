"""Judge one notebook of a submission and finish it: its outputs, and in each test cell one number and the reason."""

from dataclasses import dataclass

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output

from autograder.course import Course
from autograder.sanitise import clean_notebook
from lazyrich.judge import Report, judge, match
from lazyrich.judge.assignment import grade_id
from lazyrich.judge.holding import Launcher, launch

__all__ = ["Judged", "judge_notebook"]


@dataclass(frozen=True)
class Judged:
    """finished: what nbgrader keeps. report: what the judge found. seeds: of each hidden group, by its grade id."""

    finished: NotebookNode
    report: Report
    seeds: dict[str, int]


def judge_notebook(
    course: Course, name: str, student: str, notebook: str, nb: NotebookNode, launcher: Launcher = launch
) -> Judged:
    """Judge `nb`, the student's `notebook` of the assignment `name`, in workers from `launcher`. Stores nothing.

    Raises:
        ContractError: if the assignment itself is at fault. StartError: if no worker starts on this machine.
    """
    assignment = course.assignment(name, notebook)
    seeds = {
        group.grade_id: course.seed(student, name, group.exercise, group.group)
        for group in assignment.groups
        if group.kind == "hidden"
    }
    report = judge(
        assignment,
        nb,
        hidden=True,
        seed=lambda exercise, group: course.seed(student, name, exercise, group),
        launcher=launcher,
    )
    finished = _with_outputs(nb, match(assignment, nb)[0], report)
    ours = {cell["source"] for cell in assignment.release["cells"]}
    return Judged(clean_notebook(finished, ours=ours), report, seeds)


def _with_outputs(nb: NotebookNode, rebuilt: NotebookNode, report: Report) -> NotebookNode:
    """The notebook that nbgrader keeps: the student's own outputs, and in each test cell its score and the reason."""
    sources = {grade_id(cell): cell.source for cell in nb.cells if grade_id(cell)}
    results = {group.grade_id: group for group in report.groups}
    for index, cell in enumerate(rebuilt.cells):
        if cell.cell_type != "code":
            continue
        result = results.get(grade_id(cell))
        if result is None:
            cell.outputs = [NotebookNode(output) for output in report.cells.get(index, [])]
            continue
        cell.source = sources.get(result.grade_id, cell.source)  # with the hidden test, for the instructor
        reason = f"{result.status}: {result.message}" if result.message else result.status
        cell.outputs = [
            new_output("stream", name="stdout", text=f"{result.group}: {reason}\n"),
            new_output("execute_result", data={"text/plain": repr(float(result.score))}),
        ]
    return rebuilt
