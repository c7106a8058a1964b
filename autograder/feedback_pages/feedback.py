"""Make the page that a student gets back: points, reasons, advice and comments.

nbgrader's command `generate_feedback` makes the page, and so does formgrader's button: nbgrader is
configured with `GetGrades` and our `Explain` as preprocessors and `FeedbackPage` as exporter. The
page has no script, loads nothing, and shows no hidden test. TeX stays as it was typed, because
typesetting it would need a script.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbformat.notebooknode import NotebookNode
from nbformat.v4 import new_output
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from pygments.formatters import HtmlFormatter

from autograder.courses import Course
from autograder.courses.reasons import reason
from autograder.feedback_pages import markup
from autograder.feedback_pages.bounded import shared
from autograder.feedback_pages.cells import cell_role, other_cells
from autograder.feedback_pages.explain import questions
from autograder.feedback_pages.templates import filled, inlined
from autograder.grading.gradebook import check_graded
from autograder.grading.judging import AFTER_HIDDEN
from autograder.grading.late import renew
from autograder.grading.outcome import outcome
from autograder.grading.records import Records
from autograder.intake.extra import SECRET
from autograder.intake.names import named
from autograder.intake.timestamp import LONGEST
from nbjudge.contract.assignment import released_test

__all__ = ["CurrentGrades", "Explain", "FeedbackPage", "code_styles", "feedback"]

PAGES = Path(__file__).with_name("pages")
WITHHELD = (
    "[Not shown here: this cell ran after a check that is not in your notebook, and could reveal "
    "what that check tests.]\n"
)


class Explain(NbGraderPreprocessor):
    """Put the reasons for every score into `resources["nbjudge"]`, and remove hidden tests.

    Parameters
    ----------
    **kw
        The traits of nbgrader's preprocessors.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        from autograder.grading.preprocess import _whose

        course, student, name, notebook = _whose(self, resources)
        _withhold(nb)
        arrival = Records(course.records).arrival(student, name)
        with shared():
            parts = questions(course, student, name, notebook, nb)
            others = other_cells(course, name, notebook, nb)
        resources["nbjudge"] = {
            "student": student,
            "assignment": name,
            "notebook": notebook,
            "parts": parts,
            "others": others,
            "problem": markup.clean_text(arrival.problem) if arrival else "",
            "notes": [markup.clean_text(note, 500) for note in arrival.notes] if arrival else [],
            "time": outcome(course, name, student).time,
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


def _withhold(nb: NotebookNode) -> None:
    """Withhold outputs of cells that could know the inputs of a hidden check."""
    for cell in nb.cells:
        if cell.metadata.get("nbjudge", {}).get(AFTER_HIDDEN) and cell.get("outputs"):
            cell.outputs = [new_output("stream", text=WITHHELD)]


class CurrentGrades(GetGrades):
    """Read scores and comments as nbgrader does, with the current late penalty.

    Parameters
    ----------
    **kw
        The traits of nbgrader's preprocessors.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        own = resources["nbgrader"]
        with Gradebook(own["db_url"]) as gradebook:
            submission = gradebook.find_submission(own["assignment"], own["student"])
            renew(gradebook, [submission], self.config)
        nb, resources = super().preprocess(nb, resources)
        own["score"] = max(0.0, own["score"])
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


def feedback(
    course: Course,
    name: str,
    student: str | None = None,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Make the pages of an assignment.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str, optional
        The only student whose page is made; by default, every student's page is made.
    tell : callable, optional
        Called with a line that names students whose pages cannot be made.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    FileNotFoundError
        If nothing has been graded yet, or the gradebook or all graded notebooks are gone.
    RuntimeError
        If nbgrader could not make a page, with nbgrader's reason.
    """
    Records(course.records)  # damaged records are reported here, in our words
    known, remedy = check_graded(course, name), f"run `autograder grade {name}`"
    if student is not None and student not in known:
        raise FileNotFoundError(f"no submission of {student} to {name} is graded yet: {remedy}")
    there = course.runtime.glob(f"autograded/{student or '*'}/{name}/*.ipynb")
    if gone := sorted({path.parts[-3] for path in there} - known):
        raise FileNotFoundError(
            f"the gradebook no longer has a submission of {', '.join(gone)} to {name}: {remedy}"
        )
    students = sorted(known if student is None else {student})
    lost = [each for each in students if not any(course.graded(each, name).glob("*.ipynb"))]
    if lost:
        line = f"no page for {named(lost)}, because the graded notebook is gone: {remedy}"
        if lost == students:
            raise FileNotFoundError(line)
        tell(line)
    result = NbGraderAPI(config=course.settings()).generate_feedback(name, student, force=True)
    if not result["success"]:
        raise RuntimeError(f"nbgrader could not make the pages of {name}: {reason(result)}")
    for each in students:
        _bring_secret(course, each, name)
    return [
        course.returned(each, name) / f"{path.stem}.html"
        for each in students
        for path in sorted(course.graded(each, name).glob("*.ipynb"))
    ]


def _bring_secret(course: Course, student: str, name: str) -> None:
    """Bring what nbgrader's exchange has put beside a submission: `nbgrader release_feedback` makes
    of it the name under which only its student finds the page."""
    source, target = course.arrived(student, name) / SECRET, course.returned(student, name)
    if source.is_file() and not source.is_symlink() and target.is_dir():
        with source.open("rb") as file:
            (target / SECRET).write_bytes(file.read(LONGEST))


def render(page: dict[str, Any], grades: dict[str, Any]) -> str:
    """The page as HTML. All of it is escaped except what `autograder.feedback_pages` cleaned."""
    styles = (PAGES / "feedback.css").read_text(encoding="utf-8") + code_styles()
    values = {"page": page, "grades": grades, **inlined(styles)}
    return filled(PAGES, "feedback", values)


def code_styles() -> str:
    """Make style rules that color code, for light and for dark screens.

    Returns
    -------
    str
        The rules of a style sheet.
    """
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    both = light.get_style_defs("pre"), dark.get_style_defs("pre")
    light_rules, dark_rules = (re.findall(r"^pre \.\w+ \{[^}]*\}", rules, re.M) for rules in both)
    return (
        "\n".join(light_rules)
        + "\n@media (prefers-color-scheme: dark) {\n"
        + "\n".join(dark_rules)
        + "\n}\n"
    )
