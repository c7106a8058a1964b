"""Save a grader's mark and comment in nbgrader's gradebook, without overwriting somebody else's.

A form carries the version of what the grader saw. A mark is saved only if the gradebook still has
that version, in one statement, so that the second of two graders gets a message. The points chosen
on the rubric are kept in records.db, because nbgrader has no place for them.
"""

import hashlib
import math
from dataclasses import dataclass, replace

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from sqlalchemy import update

from autograder.courses import Course
from autograder.desk.chosen import recall, remember
from autograder.desk.queue import Question
from autograder.grading.writer import patiently
from nbjudge.wording import counted

__all__ = ["Conflict", "Mark", "Stored", "read_points", "save", "stored", "write_points"]

LONGEST = 20_000  # characters of a comment


class Conflict(RuntimeError):
    """Report that somebody else changed the mark, or the answer, since the page was opened."""


@dataclass(frozen=True)
class Mark:
    """Describe what a grader decided about an answer.

    Parameters
    ----------
    score : float or None
        The points; None for no mark, which is not the same as 0.
    comment : str, default ""
        The comment for the student.
    items : tuple of (float or None), default ()
        The points chosen on each line of the rubric; None where nothing was chosen.
    """

    score: float | None
    comment: str = ""
    items: tuple[float | None, ...] = ()


@dataclass(frozen=True)
class Stored:
    """Describe what the gradebook has for an answer.

    Parameters
    ----------
    mark : Mark
        The grader's mark and comment, if there are any.
    extra : float
        The extra credit, which formgrader can give.
    commented : bool
        Whether nbgrader keeps a comment on this cell.
    version : str
        A text that changes whenever mark, comment or answer does.
    """

    mark: Mark
    extra: float
    commented: bool
    version: str


def read_points(text: str, most: float) -> float | None:
    """Read the points that a grader typed.

    Parameters
    ----------
    text : str
        What was typed, with a decimal point or comma; empty for no mark.
    most : float
        The points that the question is worth.

    Returns
    -------
    float or None
        The points; None for no mark.

    Raises
    ------
    ValueError
        If it is not a number from 0 to `most`; the message is for the grader.
    """
    if not text.strip():
        return None
    try:
        points = float(text.strip().replace(",", "."))
    except ValueError:
        points = math.nan
    if not math.isfinite(points) or points < 0:
        raise ValueError(f"The points must be a number from 0 to {most:g}, got {text[:40]!r}.")
    if points > most:
        raise ValueError(
            f"The question gives at most {counted(most, 'point')}, got {points:g}. "
            "Extra credit can be given in formgrader."
        )
    return points


def write_points(points: float | None) -> str:
    """Write points for a form, so that `read_points` reads the same number.

    Parameters
    ----------
    points : float or None
        The points; None for no mark.

    Returns
    -------
    str
        The shortest text; empty for None.
    """
    return "" if points is None else repr(float(points)).removesuffix(".0")


def stored(course: Course, question: Question, student: str, answer: str, rubric: str) -> Stored:
    """Read what the gradebook has for an answer.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    student : str
        The student's id.
    answer : str
        What the student wrote.
    rubric : str
        Identifies the rubric that is shown; points chosen on another one are not returned.

    Returns
    -------
    Stored
        Mark, comment and version.

    Raises
    ------
    LookupError
        If the gradebook has no such answer.
    """

    def read() -> Stored:
        with Gradebook(course.gradebook) as gradebook:
            return _Rows.find(gradebook, question, student).stored(answer)

    found = patiently(read)
    # If a mark was removed elsewhere, the points chosen for it no longer count either.
    marked = found.mark.score is not None
    items = recall(course, question, student, rubric) if marked else ()
    return replace(found, mark=replace(found.mark, items=items))


def save(
    course: Course,
    question: Question,
    student: str,
    mark: Mark,
    *,
    answer: str,
    rubric: str,
    version: str,
) -> None:
    """Save a mark as formgrader does, so that both show the same.

    Parameters
    ----------
    course : Course
        The course.
    question : Question
        The question.
    student : str
        The student's id.
    mark : Mark
        What the grader decided.
    answer : str
        What the student wrote, as it is now.
    rubric : str
        Identifies the rubric that its items belong to.
    version : str
        The version that the grader saw.

    Raises
    ------
    Conflict
        If the gradebook or the answer changed since; nothing is saved then.
    LookupError
        If the gradebook has no such answer.
    ValueError
        If the comment is too long.
    """
    if len(mark.comment) > LONGEST:
        raise ValueError(
            f"The comment has {counted(len(mark.comment), 'character')}; at most "
            f"{LONGEST} can be saved. Shorten it."
        )
    patiently(lambda: _save(course, question, student, mark, answer, version))
    remember(course, question, student, mark.items, rubric)


def _save(
    course: Course, question: Question, student: str, mark: Mark, answer: str, version: str
) -> None:
    with Gradebook(course.gradebook) as gradebook:
        db = gradebook.db
        rows = _Rows.find(gradebook, question, student)
        if rows.stored(answer).version != version:
            raise Conflict
        grade, comment, words = rows.grade, rows.comment, mark.comment.strip() or None
        needed = mark.score is None and grade.auto_score is None
        # In the same statement: what was read must still be there when it is replaced.
        marked = (
            update(Grade)
            .where(
                Grade.id == grade.id,
                Grade.manual_score.is_not_distinct_from(grade.manual_score),
                Grade.needs_manual_grade == grade.needs_manual_grade,
            )
            .values(manual_score=mark.score, needs_manual_grade=needed)
        )
        changed = [marked]
        if comment is not None:
            changed.append(
                update(Comment)
                .where(
                    Comment.id == comment.id,
                    Comment.manual_comment.is_not_distinct_from(comment.manual_comment),
                )
                .values(manual_comment=words)
            )
        elif words and rows.comment_cell is None:
            raise ValueError("nbgrader cannot store a comment on this cell; comment on its answer.")
        elif words:
            place = {"cell_id": rows.comment_cell, "notebook_id": grade.notebook_id}
            db.add(Comment(**place, manual_comment=words))
        for statement in changed:
            if db.execute(statement.execution_options(synchronize_session=False)).rowcount != 1:
                db.rollback()
                raise Conflict
        db.commit()


@dataclass(frozen=True)
class _Rows:
    """The rows of an answer, and the id of the cell that its comment belongs to."""

    grade: Grade
    comment: Comment | None
    comment_cell: str | None

    @classmethod
    def find(cls, gradebook: Gradebook, question: Question, student: str) -> "_Rows":
        where = (question.notebook, question.assignment, student)
        try:
            notebook = gradebook.find_submission_notebook(*where)
        except MissingEntry:
            notebook = None
        grades = [g for g in notebook.grades if g.name == question.cell] if notebook else []
        if notebook is None or not grades:
            raise LookupError("The gradebook no longer has this answer. Go back to the list.")
        source = notebook.notebook
        cells = [*source.solution_cells, *source.task_cells]
        written = [cell.id for cell in cells if cell.name == question.cell]
        comments = [c for c in notebook.comments if c.cell_id in written]
        return cls(grades[0], next(iter(comments), None), next(iter(written), None))

    def stored(self, answer: str) -> Stored:
        grade = self.grade
        words = (self.comment.manual_comment if self.comment is not None else None) or ""
        seen = (grade.manual_score, grade.auto_score, grade.needs_manual_grade, words, answer)
        return Stored(
            Mark(grade.manual_score, words),
            grade.extra_credit or 0.0,
            self.comment_cell is not None,
            hashlib.sha256(repr(seen).encode("utf-8", "replace")).hexdigest()[:20],
        )
