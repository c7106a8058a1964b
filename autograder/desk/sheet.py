"""Collect what one page of the desk shows: an answer, the cells around it, and its rubric."""

import math
from dataclasses import dataclass, field
from typing import Any

import nbformat
from markupsafe import Markup
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook, MissingEntry

from autograder.courses import Course
from autograder.desk.marks import Stored, stored
from autograder.desk.people import alias_of, hide_names, names_of, without_names
from autograder.desk.queue import Entry, Question
from autograder.feedback_pages.bounded import shared
from autograder.feedback_pages.cells import cell_role, other_cells, released_cells, shown
from autograder.feedback_pages.explain import Part, questions
from autograder.feedback_pages.prose import markdown_html
from autograder.grading.writer import patiently
from nbjudge import ContractError
from nbjudge.contract.assignment import Manual, grade_id

__all__ = ["Line", "Sheet", "read_answer", "read_rubric", "read_sheet"]

STEPS = 12  # more points than this on one line of a rubric are offered in larger steps


@dataclass(frozen=True)
class Line:
    """Describe a line of the rubric on the page.

    Parameters
    ----------
    points : float
        The points that it is worth.
    text : Markup
        What it gives them for.
    choices : list of float
        The points that can be clicked.
    chosen : float or None
        The points that were clicked.
    """

    points: float
    text: Markup
    choices: list[float]
    chosen: float | None


@dataclass
class Sheet:
    """Describe what one page of the desk shows.

    Parameters
    ----------
    person : str
        The student's id, or an alias if names are hidden.
    title : str
        The question's heading.
    stored : Stored
        What the gradebook has for the answer.
    asked : list of Markup
        The question, as students received it.
    answer : list of Markup
        What the student wrote as an answer.
    near : list of Markup
        The student's cells and figures between this question and its neighbors.
    rest : list of Markup
        The student's other cells.
    lost : list of Part
        The exercises with failed checks, and the reasons.
    model : Markup
        The model answer.
    lines : list of Line
        The rubric; an empty list if the question has none.
    phrases : list of str
        Comments on other answers to the question, the most frequent first.
    """

    person: str
    title: str
    stored: Stored
    asked: list[Markup] = field(default_factory=list)
    answer: list[Markup] = field(default_factory=list)
    near: list[Markup] = field(default_factory=list)
    rest: list[Markup] = field(default_factory=list)
    lost: list[Part] = field(default_factory=list)
    model: Markup = field(default_factory=Markup)
    lines: list[Line] = field(default_factory=list)
    phrases: list[str] = field(default_factory=list)


def read_answer(course: Course, question: Question, student: str) -> tuple[NotebookNode, str]:
    """Read a student's graded notebook and its answer to a question.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    student : str
        The student's id.

    Returns
    -------
    notebook : NotebookNode
        The autograded notebook.
    answer : str
        The answer as one text, which shows whether it changed.

    Raises
    ------
    LookupError
        If there is no such notebook; the message says what to do.
    """
    path = course.graded(student, question.assignment) / f"{question.notebook}.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # missing or damaged: the grader is told, and the desk goes on
        raise LookupError(
            f"The graded notebook cannot be read ({type(error).__name__}). Run "
            f"`autograder grade {question.assignment} --again{course.option}`."
        ) from None
    cells = _answers(notebook.cells, question.cell)
    return notebook, "\n".join(cell.source for cell in cells)


def read_rubric(course: Course, question: Question) -> tuple[list[Line], str]:
    """Read a question's rubric.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.

    Returns
    -------
    lines : list of Line
        Its lines, with nothing chosen yet.
    rubric : str
        Identifies the rubric.
    """
    manual = _manual(course, question)
    return _lines(manual, ()), _which(manual)


def read_sheet(course: Course, question: Question, entry: Entry, *, hidden: bool) -> Sheet:
    """Collect what the page of one answer shows.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    entry : Entry
        The student's place in its queue.
    hidden : bool
        Whether the student's name is hidden.

    Returns
    -------
    Sheet
        All of its HTML is cleaned.

    Raises
    ------
    LookupError
        If the answer cannot be read; the message says what to do.
    """
    student, alias = entry.student, alias_of(entry.key)
    notebook, answer = read_answer(course, question, student)
    manual = _manual(course, question)
    found = stored(course, question, student, answer, _which(manual))
    everyone, names = patiently(lambda: _from_gradebook(course, question, student, notebook))
    if hidden:
        hide_names(notebook, names[student], alias)
    release = released_cells(course, question.assignment, question.notebook)
    place = next((k for k, cell in enumerate(release) if grade_id(cell) == question.cell), None)
    asked, title = _asked(release, place)
    where = course, question.assignment, question.notebook
    sheet = Sheet(alias if hidden else student, title or question.cell, found, asked)
    with shared():
        sheet.answer = [shown(cell) for cell in _answers(notebook.cells, question.cell)]
        sheet.lost = [p for p in questions(course, student, *where[1:], notebook) if p.lost]
        sheet.near, sheet.rest = (other_cells(*where, c) for c in _around(notebook, question.cell))
    if hidden:
        for check in [check for part in sheet.lost for check in part.checks]:
            check.message = without_names(check.message, names[student], alias)
    sheet.model = Markup(markdown_html(manual.model)) if manual.model else Markup()
    sheet.lines = _lines(manual, found.mark.items)
    told = [name for own in names.values() for name in own] if hidden else []
    sheet.phrases = [each for each in everyone if without_names(each, told, "") == each]
    return sheet


def _manual(course: Course, question: Question) -> Manual:
    """The question in the contract; without a rubric if none can be read."""
    plain = Manual(question.cell, question.points)
    try:
        contract = course.assignment(question.assignment, question.notebook)
    except (ContractError, OSError, ValueError):
        return plain
    return next((each for each in contract.manual if each.grade_id == question.cell), plain)


def _which(manual: Manual) -> str:
    return ",".join(f"{item.points:g}" for item in manual.rubric)


def _lines(manual: Manual, items: tuple[float | None, ...]) -> list[Line]:
    chosen = items or (None,) * len(manual.rubric)
    return [
        Line(item.points, Markup(markdown_html(item.text)), _choices(item.points), points)
        for item, points in zip(manual.rubric, chosen, strict=True)
    ]


def _choices(most: float) -> list[float]:
    """The points that can be clicked: whole points, or halves if the line has a half."""
    step = 1.0 if most == int(most) else 0.5
    step *= max(1, math.ceil(most / step / STEPS))
    choices = [step * k for k in range(math.ceil(most / step))]
    return [*choices, most]


def _answers(cells: list[NotebookNode], cell_id: str) -> list[NotebookNode]:
    """The cell of a question; for a check, the answers of its exercise, and the check."""
    asked = next((cell for cell in cells if grade_id(cell) == cell_id), None)
    if asked is None:
        raise LookupError("The graded notebook no longer has this cell. Grade it again.")
    exercise = asked.metadata.get("nbjudge", {}).get("exercise")
    if cell_role(asked) != "test" or not exercise:
        return [asked]
    return [
        cell
        for cell in cells
        if cell.metadata.get("nbjudge", {}).get("exercise") == exercise
        and (cell is asked or cell_role(cell) == "answer")
    ]


def _around(notebook: NotebookNode, cell_id: str) -> tuple[NotebookNode, NotebookNode]:
    """The cells between a question and its graded neighbors, and all other cells."""
    cells = notebook.cells
    place = next(k for k, cell in enumerate(cells) if grade_id(cell) == cell_id)
    graded = [k for k, cell in enumerate(cells) if cell_role(cell)]
    first = max((k for k in graded if k < place), default=-1) + 1
    last = min((k for k in graded if k > place), default=len(cells))
    near = NotebookNode(cells=cells[first:place] + cells[place + 1 : last])
    return near, NotebookNode(cells=cells[:first] + cells[last:])


def _asked(release: list[dict[str, Any]], place: int | None) -> tuple[list[Markup], str]:
    """The text above a question, from its heading on, and the heading's words."""
    if place is None:
        return [], ""
    texts: list[dict[str, Any]] = []
    for cell in reversed(release[:place]):
        if cell["cell_type"] != "markdown" or cell_role(cell):
            break
        texts.insert(0, cell)
        if cell["source"].lstrip().startswith("#"):
            break
    first = texts[0]["source"].lstrip() if texts else ""
    title = first.splitlines()[0].lstrip("#").strip() if first.startswith("#") else ""
    return [shown(cell) for cell in texts], title.replace("`", "").replace("*", "")


def _from_gradebook(
    course: Course, question: Question, student: str, notebook: NotebookNode
) -> tuple[list[str], dict[str, list[str]]]:
    """Read comments on other answers, and all names; put points and comments into the notebook."""
    with Gradebook(course.gradebook) as gradebook:
        try:
            submitted = gradebook.find_submission_notebook(
                question.notebook, question.assignment, student
            )
        except MissingEntry:
            raise LookupError(
                "The gradebook no longer has this answer. Go back to the list."
            ) from None
        grades = {grade.name: grade for grade in submitted.grades}
        for cell in notebook.cells:
            if (grade := grades.get(grade_id(cell))) is not None:
                cell.metadata.nbgrader |= {"score": grade.score, "points": grade.max_score}
        said: dict[str, int] = {}
        for other in submitted.notebook.submissions:
            for comment in other.comments:
                if comment.name == question.cell and other.id != submitted.id:
                    for each in (comment.manual_comment or "").split("\n\n"):
                        said[each.strip()] = said.get(each.strip(), 0) + 1
        said.pop("", None)
        people = submitted.assignment.assignment.submissions
        names = {each.student_id: names_of(each.student) for each in people}
    return sorted(said, key=lambda each: (-said[each], each))[:12], names
