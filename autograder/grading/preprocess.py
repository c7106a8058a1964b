"""Add our steps to nbgrader's: release, rebuild submissions, and judge them without a kernel.

nbgrader reads a score from a test cell's only output, so that gradebook, formgrader, manual
grading, late penalties and export work as usual.
"""

from contextlib import closing
from typing import Any

from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Enum, List, Unicode

from autograder.courses import Course, find
from autograder.grading.judging import judge_notebook
from autograder.grading.records import Records
from autograder.grading.settled import keep_seen, seen, settling
from autograder.isolation import choose
from nbjudge import match
from nbjudge.contract.assignment import released_answer, released_test, without_rubric

__all__ = ["ClearAnswers", "ClearHidden", "Judge", "Rebuild", "SaveSettled"]


class ClearAnswers(NbGraderPreprocessor):
    """Replace each solution with its stub, and each model answer with an empty one; drop rubrics.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_answer(cell)
        without_rubric(cell)
        return cell, resources


class ClearHidden(NbGraderPreprocessor):
    """Replace each hidden test in the release with one line that names the property it tests.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        cell.source = released_test(cell)
        return cell, resources


class Rebuild(NbGraderPreprocessor):
    """Rebuild the notebook from the release, whatever was handed in: the first autograding step.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
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
        As for every nbgrader step.
    """

    isolation = Enum(
        ["walls", "process"], "walls", help="the isolation level of students' code"
    ).tag(config=True)
    one_at_a_time = List(
        Unicode(),
        help="the assignments for which `autograder grade` judges one submission at a time",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, student, name, notebook = _whose(self, resources)
        how = {"warm_up": course.warm_up, "private": course.private}
        with closing(choose(self.isolation, **how)) as level:
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


class SaveSettled(SaveAutoGrades):
    """Save scores when nbgrader itself autogrades; ask for a second look only if answers changed.

    Parameters
    ----------
    **kw : dict
        As for every nbgrader step.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        course, student, name, notebook = _whose(self, resources)
        whose, records = (student, name, notebook), Records(course.records)
        known = seen(records, whose, None)  # nbgrader has put the new notebook there
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            grades = gradebook.find_submission_notebook(notebook, name, student).grades
            with settling({grade.name: grade for grade in grades}, nb, known) as present:
                nb, resources = super().preprocess(nb, resources)
                for grade in grades:
                    gradebook.db.refresh(grade)
            gradebook.db.commit()
        keep_seen(records, whose, present)
        return nb, resources


def _whose(step: NbGraderPreprocessor, resources: Any) -> tuple[Course, str, str, str]:
    """Read the course, the student, the assignment and the notebook that nbgrader is working on."""
    keys = resources["nbgrader"]
    course = find(step.config.CourseDirectory.root)
    return course, keys["student"], keys["assignment"], keys["notebook"]
