"""Our steps in nbgrader's pipeline: releasing, rebuilding what came in, and judging it without a Jupyter kernel.

nbgrader reads a score from a test cell's one output and keeps everything else: gradebook, formgrader, manual
grading, late penalties and export work as they always do.
"""

from pathlib import Path
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import Course
from autograder.records import Records
from lazyrich.judge import Report, judge, match
from lazyrich.judge.assignment import grade_id, released_answer, released_test

__all__ = ["ClearAnswers", "ClearHidden", "Judge", "Rebuild"]


class ClearAnswers(NbGraderPreprocessor):
    """Release: put the stub in place of each solution, and an empty place in place of a model answer."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        cell.source = released_answer(cell)
        return cell, resources


class ClearHidden(NbGraderPreprocessor):
    """Release: put one line that names the property in place of each hidden test."""

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        cell.source = released_test(cell)
        return cell, resources


class Rebuild(NbGraderPreprocessor):
    """Autograde, before anything else: build the notebook from the release, whatever came in."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, _, name = _whose(resources)
        rebuilt, _ = match(course.assignment(name), nb)
        return rebuilt, resources


class Judge(NbGraderPreprocessor):
    """Autograde: run the submission through the judge and leave one number in each test cell."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, student, name = _whose(resources)
        assignment = course.assignment(name)
        seeds = {
            group.grade_id: course.seed(student, name, group.exercise, group.group)
            for group in assignment.groups
            if group.kind == "hidden"
        }
        report = judge(
            assignment, nb, hidden=True, seed=lambda exercise, group: course.seed(student, name, exercise, group)
        )
        Records(course.records).judged(student, name, report, seeds)
        return _with_outputs(nb, match(assignment, nb)[0], report), resources


def _whose(resources: Any) -> tuple[Course, str, str]:
    """The course, the student and the assignment that nbgrader is working on."""
    own = resources["nbgrader"]
    runtime = Path(own["db_url"].removeprefix("sqlite:///")).parent
    return Course(runtime.parent), own["student"], own["assignment"]


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
