"""Collect what a feedback page shows: each question with its points, reasons, place and answer."""

import re
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook

from autograder.courses import Course
from autograder.feedback_pages.cells import cell_role, released_cells, shown
from autograder.feedback_pages.markup import clean_text
from autograder.feedback_pages.prose import markdown_html
from autograder.grading.records import Records
from nbjudge.contract.assignment import grade_id
from nbjudge.results import NOT_ANSWERED, Status

__all__ = ["Check", "Part", "questions"]

NO_RESPONSE = "No response."  # nbgrader's comment on an untouched answer
WORDS = {status.value: status.text for status in Status} | {
    "undefined": "no function",
    "manual": "set manually",
}
ADVICE = {
    "missing": "Write the function of this exercise under the name that the exercise asks for.",
    "undefined": (
        "Fix this first: the checks of this exercise can only run when the function exists."
    ),
    "error": (
        "Restart the kernel, run all cells in order, and call your function with small numbers "
        "of the kind that the message names."
    ),
    "timeout": "Look for a loop that one operation on arrays can replace, or that never ends.",
    "crashed": (
        "The process ended while your function ran. Look for memory use that keeps growing, or "
        "a call that ends Python."
    ),
    "visible": (
        "This check is below your answer: run it there, and print what your function "
        "returns next to what is expected."
    ),
    "hidden": (
        "This check is not in your notebook. Try your function on cases of the kind that the "
        "check's name describes."
    ),
}


@dataclass
class Check:
    """Describe the result of one check of an exercise.

    Parameters
    ----------
    name : str
        The check's name.
    points, score : float
        The points that the check is worth, and those that the gradebook has.
    status : str
        A key of `WORDS`: the judge's status, "undefined" if the answer does not define the
        exercise's function, or "manual" if a grader set the points.
    message : str
        What was wrong, in the judge's words; "" if there is nothing to say.
    advice : str
        What the student can do next; "" if there is nothing to say.
    """

    name: str
    points: float
    score: float
    status: str
    message: str
    advice: str

    @property
    def word(self) -> str:
        """The status as the page words it."""
        return WORDS.get(self.status, self.status)


@dataclass
class Part:
    """Describe the result of one question: an exercise with checks, or a manually graded question.

    Parameters
    ----------
    title : str
        The heading above the question, or the exercise's number or id.
    place : str
        The section of the notebook; "" if it is the same as the title.
    checks : list of Check
        The checks of an exercise, in the notebook's order.
    points, score : float
        The points that the question is worth, and those that the gradebook has.
    waiting : bool
        Whether the question waits for manual grading.
    manual : bool
        Whether the question is manually graded.
    hints : list of (str, Markup)
        The folded hints below the heading: title and text.
    answer : Markup
        What the student wrote.
    comment : Markup
        What the grader wrote.
    empty : bool
        Whether the student left the question as it was.
    anchor : str
        The id of the question on the page.
    """

    title: str
    place: str = ""
    checks: list[Check] = field(default_factory=list)
    points: float = 0.0
    score: float = 0.0
    waiting: bool = False
    manual: bool = False
    hints: list[tuple[str, Markup]] = field(default_factory=list)
    answer: Markup = field(default_factory=Markup)
    comment: Markup = field(default_factory=Markup)
    empty: bool = False
    anchor: str = ""

    @property
    def lost(self) -> bool:
        """Whether a check of this question did not pass."""
        return any(check.status != "passed" for check in self.checks)


@dataclass
class Place:
    """Locate a question in the students' notebook: its title, section and folded hints."""

    title: str
    section: str
    hints: list[tuple[str, str]]


def questions(
    course: Course, student: str, name: str, notebook: str, nb: NotebookNode
) -> list[Part]:
    """List the questions of an autograded notebook, in the notebook's order.

    The points come from the gradebook, the reasons from the records. A check belongs to its
    exercise or, in a notebook without numbers of exercises, to the answer before it.

    Parameters
    ----------
    course : Course
        The course.
    student, name, notebook : str
        The student, the assignment and the notebook.
    nb : NotebookNode
        The autograded notebook, with scores and comments in nbgrader's metadata.

    Returns
    -------
    list of Part
        The questions.
    """
    rows = {
        row["grade_id"]: row
        for row in Records(course.records).scores(student, name)
        if row["notebook"] == notebook
    }
    waiting = _waiting(course, student, name, notebook)
    places = _places(released_cells(course, name, notebook))
    parts: dict[str, Part] = {}
    last_answer = ""
    for cell in nb.cells:
        role, cell_id = cell_role(cell), grade_id(cell) or ""
        if not role:
            continue
        exercise = cell.metadata.get("nbjudge", {}).get("exercise")
        key = str(exercise or (role == "test" and last_answer) or cell_id)
        last_answer = key if role == "answer" else last_answer
        if key not in parts:
            anchor = f"part-{len(parts) + 1}"
            parts[key] = _part(key, places.get(cell_id), numbered=bool(exercise), anchor=anchor)
        part = parts[key]
        if role == "test":
            _add_check(part, _check(cell, cell_id, rows.get(cell_id), cell_id in waiting))
        else:
            _add_answer(part, cell)
        if role == "manual":
            part.manual, part.waiting = True, cell_id in waiting
            part.points += float(cell.metadata.nbgrader.get("points") or 0)
            part.score += float(cell.metadata.nbgrader.get("score") or 0)
    return list(parts.values())


def _places(release: list[dict[str, Any]]) -> dict[str, Place]:
    """Grade id -> the last heading above it, the section it is in, and the hints below it."""
    places, section, last = {}, "", Place("", "", [])
    for cell in release:
        if cell["cell_type"] == "markdown":
            heading = re.match(r"\s*(#{1,6})\s+(.+)", cell["source"])
            if heading:
                title = _bare(heading[2].split(" — ")[0])
                section = title if len(heading[1]) <= 2 else section
                hints = re.findall(
                    r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", cell["source"], re.S
                )
                last = Place(title, section, hints)
        if cell_id := grade_id(cell):
            places[cell_id] = last
    return places


def _bare(text: str) -> str:
    """The text without markdown marks."""
    return re.sub(r"[`*]", "", text).strip()


def _waiting(course: Course, student: str, name: str, notebook: str) -> set[str]:
    """Grade ids that wait for manual grading."""
    with Gradebook(course.gradebook) as gradebook:
        grades = gradebook.find_submission_notebook(notebook, name, student).grades
        return {grade.name for grade in grades if grade.needs_manual_grade}


def _part(key: str, place: Place | None, *, numbered: bool, anchor: str) -> Part:
    if place is None or not place.title:
        return Part(f"Exercise {key}" if numbered else key, anchor=anchor)
    hints = [(_bare(title), Markup(markdown_html(text.strip()))) for title, text in place.hints]
    where = f"section “{place.section}”" if place.section and place.section != place.title else ""
    return Part(place.title, where, hints=hints if numbered else [], anchor=anchor)


def _add_check(part: Part, check: Check) -> None:
    """Add a check to its exercise; advice that was given there already is left out."""
    if any(check.advice == other.advice for other in part.checks):
        check.advice = ""
    part.checks.append(check)
    part.points, part.score = part.points + check.points, part.score + check.score


def _add_answer(part: Part, cell: Any) -> None:
    part.answer += shown(cell)
    comment = str(cell.metadata.nbgrader.get("comment") or "")
    if comment == NO_RESPONSE:
        part.empty = True
    elif comment:
        part.comment += Markup(markdown_html(comment))


def _check(cell: Any, cell_id: str, row: Any, waiting: bool) -> Check:
    """Describe a check, with points from the gradebook and reasons from the records."""
    points, score = (float(cell.metadata.nbgrader.get(key) or 0) for key in ("points", "score"))
    name = (row["name"] if row else "") or cell.metadata.get("nbjudge", {}).get("group") or cell_id
    if row is None:
        status = "manual" if waiting else "passed" if score >= points else "failed"
        return Check(name, points, score, status, "", "")
    if abs(score - row["score"]) > 1e-9:
        return Check(name, points, score, "manual", "Your grader set these points.", "")
    status = row["status"]
    if status == "missing" and row["message"] not in ("", NOT_ANSWERED):
        status = "undefined"
    message = "" if row["message"] == NOT_ANSWERED else clean_text(row["message"], 2000)
    advice = ADVICE.get(status) or ADVICE.get(row["kind"], "")
    return Check(name, points, score, status, message, "" if status == "passed" else advice)
