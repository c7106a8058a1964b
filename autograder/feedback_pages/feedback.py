"""Make the page that a student gets back: points and reasons, where to look again, comments.

nbgrader's command `generate_feedback` makes the page, and so does formgrader's button: nbgrader is
configured with `GetGrades` and our `Explain` as preprocessors and `FeedbackPage` as exporter. The
page holds no script, loads nothing, and shows no hidden test. TeX stays as it was typed:
typesetting it would need a program in the page.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from nbconvert.exporters.exporter import Exporter
from nbformat.notebooknode import NotebookNode
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor
from pygments.formatters import HtmlFormatter

from autograder.courses import Course
from autograder.feedback_pages import markup
from autograder.feedback_pages.cells import cell_role, other_cells
from autograder.feedback_pages.explain import questions
from autograder.grading.gradebook import check_graded
from autograder.grading.records import Records
from nbjudge.contract.assignment import released_test

__all__ = ["Explain", "FeedbackPage", "feedback"]

PAGES = Path(__file__).with_name("pages")


class Explain(NbGraderPreprocessor):
    """Put the reasons of every score into `resources["nbjudge"]`, and take hidden tests out.

    Parameters
    ----------
    **kw
        The traits of nbgrader's preprocessors.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        from autograder.grading.preprocess import _whose

        course, student, name, notebook = _whose(self, resources)
        arrival = Records(course.records).arrival(student, name)
        resources["nbjudge"] = {
            "student": student,
            "assignment": name,
            "notebook": notebook,
            "parts": questions(course, student, name, notebook, nb),
            "others": other_cells(course, name, notebook, nb),
            "problem": markup.clean_text(arrival.problem) if arrival else "",
            "notes": [markup.clean_text(note, 500) for note in arrival.notes] if arrival else [],
            "received": arrival.received if arrival else "",
            "sha256": arrival.sha256 if arrival else "",
        }
        for cell in nb.cells:
            if (
                cell_role(cell) == "test"
                and cell.metadata.get("nbjudge", {}).get("kind", "hidden") == "hidden"
            ):
                cell.source = (
                    released_test(cell) if cell.metadata.get("nbjudge") else "# checked at grading"
                )
        return nb, resources


class FeedbackPage(Exporter):
    """Write our page in place of nbconvert's, which loads programs and styles from other servers.

    Parameters
    ----------
    **kwargs
        The traits of nbconvert's exporters.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.file_extension, self.output_mimetype = ".html", "text/html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **kwargs: Any
    ) -> tuple[str, Any]:
        nb, resources = super().from_notebook_node(nb, resources, **kwargs)
        resources["output_extension"] = ".html"
        return render(resources["nbjudge"], resources["nbgrader"]), resources


def feedback(course: Course, name: str, student: str | None = None) -> list[Path]:
    """Make the pages of an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str, optional
        The only student whose page is made; by default, all students' pages are.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    FileNotFoundError
        If nothing was graded yet, or the gradebook does not have it any more.
    RuntimeError
        If nbgrader could not make a page, with nbgrader's reason.
    """
    known, remedy = check_graded(course, name), f"run `autograder grade {name}`"
    if student is not None and student not in known:
        raise FileNotFoundError(f"no submission of {student} to {name} was graded yet: {remedy}")
    done = sorted(course.runtime.glob(f"autograded/{student or '*'}/{name}/*.ipynb"))
    if gone := sorted({path.parts[-3] for path in done} - known):
        raise FileNotFoundError(
            f"the gradebook has no submission of {', '.join(gone)} to {name} any more: {remedy}"
        )
    result = NbGraderAPI(config=course.settings()).generate_feedback(name, student, force=True)
    if not result["success"]:
        raise RuntimeError(
            (result.get("error") or result.get("log") or "nbgrader gave no reason").strip()
        )
    return [course.runtime / "feedback" / p.parts[-3] / name / f"{p.stem}.html" for p in done]


def render(page: dict[str, Any], grades: dict[str, Any]) -> str:
    """The page as HTML. All of it is escaped, but for what `autograder.feedback_pages` cleaned."""
    styles = (PAGES / "feedback.css").read_text(encoding="utf-8") + _code_styles()
    digest = base64.b64encode(hashlib.sha256(styles.encode()).digest()).decode()
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["points"] = lambda value: f"{round(float(value), 2):g}"
    return environment.get_template("feedback.html.j2").render(
        page=page, grades=grades, styles=Markup(styles), digest=digest, ended=bool(page["parts"])
    )


def _code_styles() -> str:
    """Colors of code, for light and for dark screens."""
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    both = light.get_style_defs("pre"), dark.get_style_defs("pre")
    light_rules, dark_rules = (re.findall(r"^pre \.\w+ \{[^}]*\}", rules, re.M) for rules in both)
    return (
        "\n".join(light_rules)
        + "\n@media (prefers-color-scheme: dark) {\n"
        + "\n".join(dark_rules)
        + "\n}\n"
    )
