"""Our steps in nbgrader's pipeline: releasing, rebuilding what came in, and judging it without a Jupyter kernel.

nbgrader reads a score from a test cell's one output and keeps everything else: gradebook, formgrader, manual
grading, late penalties and export work as they always do.
"""

from contextlib import closing
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum

from autograder.courses import Course, find
from autograder.grading.judging import judge_notebook
from autograder.grading.records import Records
from autograder.isolation import choose
from nbjudge import match
from nbjudge.contract.assignment import released_answer, released_test

__all__ = ["ClearAnswers", "ClearHidden", "Judge", "Rebuild"]


class ClearAnswers(NbGraderPreprocessor):
    """Release: put the stub in place of each solution, and an empty place in place of a model answer."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_answer(cell)
        return cell, resources


class ClearHidden(NbGraderPreprocessor):
    """Release: put one line that names the property in place of each hidden test."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_test(cell)
        return cell, resources


class Rebuild(NbGraderPreprocessor):
    """Autograde, before anything else: build the notebook from the release, whatever came in."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, _, name, notebook = _whose(self, resources)
        rebuilt, _ = match(course.assignment(name, notebook), nb)
        return rebuilt, resources


class Judge(NbGraderPreprocessor):
    """Autograde, when nbgrader itself is asked to: judge the submission and leave one number in each test cell."""

    isolation = Enum(["walls", "process"], "walls", help="how students' code is held").tag(
        config=True
    )

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, student, name, notebook = _whose(self, resources)
        with closing(choose(self.isolation, warm_up=course.warm_up)) as level:
            judged = judge_notebook(course, name, student, notebook, nb, level.launcher)
        Records(course.records).judged_alone(student, name, notebook, judged)
        sources = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in nb.cells
            if "nbgrader" in cell.metadata
        }
        for cell in judged.finished.cells:  # with the hidden tests, for the instructor
            own = cell.metadata.get("nbgrader", {})
            if own.get("grade") and not own.get("solution"):
                cell.source = sources.get(own.grade_id, cell.source)
        return judged.finished, resources


def _whose(step: NbGraderPreprocessor, resources: Any) -> tuple[Course, str, str, str]:
    """The course, the student, the assignment and the notebook that nbgrader is working on."""
    own = resources["nbgrader"]
    return (
        find(step.config.CourseDirectory.root),
        own["student"],
        own["assignment"],
        own["notebook"],
    )
