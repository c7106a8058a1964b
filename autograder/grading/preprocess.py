"""Add our steps to nbgrader's: release, rebuild what came in, and judge it without a kernel.

nbgrader reads a score from a test cell's one output and keeps everything else: gradebook,
formgrader, manual grading, late penalties and export work as they always do.
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
    """Put the stub in place of each solution, and an empty place in place of a model answer.

    Parameters
    ----------
    **kw : dict
        As of all of nbgrader's steps.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_answer(cell)
        return cell, resources


class ClearHidden(NbGraderPreprocessor):
    """Put one line that names the property in place of each hidden test, for the release.

    Parameters
    ----------
    **kw : dict
        As of all of nbgrader's steps.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_test(cell)
        return cell, resources


class Rebuild(NbGraderPreprocessor):
    """Build the notebook from the release, whatever came in: the first step of autograding.

    Parameters
    ----------
    **kw : dict
        As of all of nbgrader's steps.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, _, name, notebook = _whose(self, resources)
        rebuilt, _ = match(course.assignment(name, notebook), nb)
        return rebuilt, resources


class Judge(NbGraderPreprocessor):
    """Judge a submission when nbgrader itself autogrades: leave one number in each test cell.

    Parameters
    ----------
    **kw : dict
        As of all of nbgrader's steps.
    """

    isolation = Enum(
        ["walls", "process"], "walls", help="the level of isolation of students' code"
    ).tag(config=True)

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
            flags = cell.metadata.get("nbgrader", {})
            if flags.get("grade") and not flags.get("solution"):
                cell.source = sources.get(flags.grade_id, cell.source)
        return judged.finished, resources


def _whose(step: NbGraderPreprocessor, resources: Any) -> tuple[Course, str, str, str]:
    """Read the course, the student, the assignment and the notebook that nbgrader is working on."""
    keys = resources["nbgrader"]
    course = find(step.config.CourseDirectory.root)
    return course, keys["student"], keys["assignment"], keys["notebook"]
