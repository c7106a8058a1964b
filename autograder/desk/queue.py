"""List what is manually graded: the questions in the gradebook, and the submissions to each."""

from dataclasses import dataclass
from enum import StrEnum

from nbgrader.api import Assignment, BaseCell, Grade, Gradebook, Notebook
from nbgrader.api import SubmittedAssignment as Submission
from nbgrader.api import SubmittedNotebook as Submitted
from sqlalchemy import select

from autograder.courses import Course
from autograder.desk.people import Share, key_of
from autograder.grading.sharing import shared
from autograder.grading.writer import patiently

__all__ = ["Entry", "Question", "State", "entries", "list_questions", "state_of"]


class State(StrEnum):
    """Name the state of a student's answer; a mark of 0 is not the same as no mark."""

    WAITING = "waiting"
    CONFIRM = "to confirm"
    MARKED = "marked"
    EMPTY = "nothing written"


@dataclass(frozen=True)
class Question:
    """Describe a manually graded question.

    Parameters
    ----------
    assignment, notebook, cell : str
        Where it is: the assignment, the notebook, nbgrader's id of the cell.
    points : float
        The points that it is worth.
    """

    assignment: str
    notebook: str
    cell: str
    points: float


@dataclass(frozen=True)
class Entry:
    """Describe a student's place in the queue of a question.

    Parameters
    ----------
    student : str
        The student's id.
    key : str
        The student's name in addresses and on pages that hide names.
    state : State
        Whether it waits for a grader.
    score : float or None
        The points given so far; None if there are none yet.
    """

    student: str
    key: str
    state: State
    score: float | None


def state_of(manual: float | None, automatic: float | None, needed: bool) -> State:
    """Find the state of an answer from its row in the gradebook.

    Parameters
    ----------
    manual, automatic : float or None
        The points that a grader gave, and those that nbgrader gave.
    needed : bool
        Whether nbgrader asks for manual grading.

    Returns
    -------
    State
        "to confirm" means that the submission was graded again after the answer was marked.
    """
    if manual is not None:
        return State.CONFIRM if needed else State.MARKED
    return State.WAITING if needed or automatic is None else State.EMPTY


def list_questions(course: Course) -> list[Question]:
    """List the manually graded questions, in the order of the course.

    These are nbgrader's manually graded cells and tasks, and any check that waits for a grader.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    list of Question
        The questions, including those that nobody has answered yet.
    """
    return patiently(lambda: _questions(course)) if course.gradebook_exists() else []


def entries(course: Course, question: Question, share: Share) -> list[Entry]:
    """List the submissions to a question in the order of their keys, which is arbitrary.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    share : Share
        The grader's share of the students.

    Returns
    -------
    list of Entry
        One for each student.
    """
    secret = course.secret()
    groups = shared(course, question.assignment)  # a group's work is marked once
    found = []
    for student, manual, automatic, needed in patiently(lambda: _rows(course, question)):
        if share.takes(student) and student not in groups:
            state = state_of(manual, automatic, needed)
            score = None if state is State.WAITING else manual if manual is not None else automatic
            found.append(Entry(student, key_of(secret, student), state, score))
    return sorted(found, key=lambda entry: entry.key)


def _questions(course: Course) -> list[Question]:
    with Gradebook(course.gradebook) as gradebook:
        db = gradebook.db
        asked = set(db.scalars(select(Grade.cell_id).where(Grade.needs_manual_grade).distinct()))
        return [
            Question(assignment.name, notebook.name, cell.name, float(cell.max_score))
            for assignment in db.scalars(select(Assignment).order_by(Assignment.name))
            for notebook in sorted(assignment.notebooks, key=lambda each: each.name)
            for cell in _manually_graded(notebook, asked)
        ]


def _manually_graded(notebook: Notebook, asked: set[str]) -> list[BaseCell]:
    """The cells in the notebook's order, as far as nbgrader stores it: the order of their rows."""
    written = {cell.name for cell in notebook.solution_cells}
    cells = [
        cell
        for cell in notebook.grade_cells
        if cell.cell_type != "code" or cell.name in written or cell.id in asked
    ]
    return [*cells, *notebook.task_cells]


def _rows(course: Course, question: Question) -> list[tuple]:
    query = (
        select(
            Submission.student_id,
            Grade.manual_score,
            Grade.auto_score,
            Grade.needs_manual_grade,
        )
        .join(Submitted, Submitted.assignment_id == Submission.id)
        .join(Notebook, Notebook.id == Submitted.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .join(Grade, Grade.notebook_id == Submitted.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .where(
            Assignment.name == question.assignment,
            Notebook.name == question.notebook,
            BaseCell.name == question.cell,
        )
    )
    with Gradebook(course.gradebook) as gradebook:
        return [tuple(row) for row in gradebook.db.execute(query)]
