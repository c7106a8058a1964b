"""Write judged submissions with nbgrader alone, and compare this way of writing with ours.

Compared is all that a gradebook, its folder and its pages hold.
"""

import warnings
from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.api import Base, Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy import select
from sqlalchemy.exc import SAWarning

from autograder.courses import Course, find
from autograder.grading.records import Records

__all__ = ["ByNbgrader", "Finished", "files", "pages", "rows"]

OWN_IDS = (
    "submitted_assignment",
    "submitted_notebook",
    "grade",
    "comment",
)  # their ids are drawn when they are written
WITHOUT = {"id", "index"}  # pages count submissions in the order of their ids


class Finished(NbGraderPreprocessor):
    """In place of judging: what the records hold."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        own = resources["nbgrader"]
        course = find(self.config.CourseDirectory.root)
        return from_dict(
            Records(course.records).finished(own["student"], own["assignment"], own["notebook"])
        ), resources


class ByNbgrader:
    """Writes as `nbgrader autograde` does, with nbgrader's own steps only."""

    def __init__(self, course: Course) -> None:
        settings = course.settings()
        settings.Autograde.sanitize_preprocessors = [
            "gradebooks.Finished",
            "nbgrader.preprocessors.OverwriteCells",
        ]
        settings.Autograde.autograde_preprocessors = [
            "autograder.grading.preprocess.SaveSettled",  # nbgrader's, then marks that stay
            "nbgrader.preprocessors.AssignLatePenalties",
        ]
        self._api = NbGraderAPI(config=settings)

    def write(self, name: str, student: str) -> str:
        """Write what the records hold; returns "" or nbgrader's words."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)
            result = self._api.autograde(name, student, force=True, create=True)
        return "" if result["success"] else result.get("log", "") + result["error"]


def rows(course: Course) -> dict[str, list[str]]:
    """Read every table of the gradebook, row by row.

    An id that is drawn at random is replaced by what its row belongs to.
    """
    with Gradebook(course.gradebook) as gradebook:
        tables = {
            table.name: [dict(row) for row in gradebook.db.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
        }
    names: dict[str, str] = {}
    for table in OWN_IDS:
        for row in tables[table]:
            belongs = [
                row[key]
                for key in ("assignment_id", "student_id", "notebook_id", "cell_id")
                if key in row
            ]
            names[row["id"]] = f"{table} of {' '.join(names.get(each, each) for each in belongs)}"
    assert len(set(names.values())) == len(names), "two rows for the same"
    return {
        table: sorted(
            str({key: names.get(value, value) for key, value in row.items()}) for row in found
        )
        for table, found in tables.items()
    }


def files(course: Course, name: str) -> dict[str, tuple[str, bytes]]:
    """List every folder and file written for an assignment: its permissions and its content."""
    found = {}
    for student in students(course, name):
        top = course.graded(student, name)
        for path in [top, *top.rglob("*")] if top.exists() else []:
            content = path.read_bytes() if path.is_file() else b""
            found[f"{student}: {path.relative_to(top)}"] = oct(path.stat().st_mode), content
    return found


def pages(course: Course, name: str) -> list:
    """What formgrader's pages show of an assignment."""
    api = NbGraderAPI(config=course.settings())
    found: list = [
        api.get_assignments(),
        api.get_assignment(name),
        api.get_submissions(name),
        api.get_students(),
    ]
    found += [api.get_student_submissions(student) for student in students(course, name)]
    for notebook in api.get_notebooks(name):
        found += [notebook, api.get_notebook_submissions(name, notebook["name"])]
    for student in students(course, name):
        found += [
            api.get_student_notebook_submissions(student, name),
            api.get_submission(name, student),
        ]
    return [_without(each) for each in found]


def students(course: Course, name: str) -> list[str]:
    """Students who have a submission in the gradebook."""
    with Gradebook(course.gradebook) as gradebook:
        return sorted(
            submission.student_id for submission in gradebook.assignment_submissions(name)
        )


def _without(page: Any) -> Any:
    """Strip a page of what is drawn at random and of the name of the course's own folder.

    A list comes in an order that depends on neither.
    """
    if isinstance(page, list):
        return sorted((_without(each) for each in page), key=str)
    if isinstance(page, dict):
        return {key: _without(value) for key, value in page.items() if key not in WITHOUT}
    return page
