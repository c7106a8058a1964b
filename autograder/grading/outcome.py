"""Tell how submissions stand: points by exercise, totals, and the reason in words."""

from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry

from autograder.courses import Course
from autograder.grading.records import Records
from nbjudge.nbgrader_rules import BESIDE

__all__ = ["Outcome", "outcome", "outcomes"]

NOTES_SHOWN = 2


@dataclass(frozen=True)
class Outcome:
    """Describe how a submission stands, with totals as the gradebook has them.

    Parameters
    ----------
    student : str
        The student's id.
    exercises : dict of str to (float, float), optional
        By the exercise's number: the score, and the points that there are.
    automatic : float, optional
        The points given by checks.
    most : float, default 0
        The points that checks can give.
    by_hand : str, default ""
        "waiting", or the points given by hand.
    reason : str, default ""
        Why it has these points, in words.
    """

    student: str
    exercises: dict[str, tuple[float, float]] = field(default_factory=dict)
    automatic: float | None = None
    most: float = 0.0
    by_hand: str = ""
    reason: str = ""


def outcome(course: Course, name: str, student: str) -> Outcome:
    """Read how a submission that was graded stands now.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    Outcome
        With the reason "not graded yet" if the gradebook does not have it.
    """
    return outcomes(course, name, [student])[0]


def outcomes(course: Course, name: str, students: list[str]) -> list[Outcome]:
    """Read how several submissions stand; the gradebook is opened once.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    students : list of str
        The students' ids.

    Returns
    -------
    list of Outcome
        One for each student.
    """
    if not students:
        return []
    with Gradebook(course.gradebook) as gradebook:
        return [_outcome(gradebook, course, name, student) for student in students]


def _outcome(gradebook: Gradebook, course: Course, name: str, student: str) -> Outcome:
    try:
        submission = gradebook.find_submission(name, student)
    except MissingEntry:
        return Outcome(student, reason="not graded yet")
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    written = {(n.name, c.name) for n in submission.assignment.notebooks for c in n.solution_cells}
    essays = [
        g for g in grades if g.cell.cell_type != "code" or (g.notebook.name, g.cell.name) in written
    ]  # questions, tasks, and code that a person grades
    tests = [g for g in grades if g not in essays]
    automatic = sum(g.auto_score or 0.0 for g in tests)
    most = sum(g.max_score for g in tests)
    waiting = any(g.needs_manual_grade for g in grades)
    by_hand = "waiting" if waiting else f"{sum(g.score for g in essays):g}"
    exercises: dict[str, tuple[float, float]] = {}
    rows = Records(course.records).scores(student, name)
    for row in rows:
        score, points = exercises.get(row["exercise"], (0.0, 0.0))
        exercises[row["exercise"]] = score + row["score"], points + row["points"]
    return Outcome(
        student, exercises, automatic, most, by_hand, _reason(course, name, student, rows)
    )


def _reason(course: Course, name: str, student: str, rows: list) -> str:
    """Say why a submission has these points, and in brackets what the judge and intake noted."""
    records = Records(course.records)
    arrival = records.arrival(student, name)
    reason = (
        f"could not be read: {arrival.problem}"
        if arrival is not None and arrival.problem
        else _lost(rows)
    )
    judges = [
        note for note in records.notes(student, name) if not note.startswith(BESIDE)
    ]  # of all rows alike
    notes = [
        note
        for note in [*judges, *(arrival.notes if arrival is not None else [])]
        if note not in reason
    ]
    more = [f"and {len(notes) - NOTES_SHOWN} more notes"] if notes[NOTES_SHOWN:] else []
    return f"{reason} [{'; '.join([*notes[:NOTES_SHOWN], *more])}]" if notes else reason


def _lost(rows: list) -> str:
    """Name the first check that failed, and the other exercises in which some did."""
    lost = [row for row in rows if row["status"] != "passed"]
    if not lost:
        return "all checks passed"
    first = lost[0]
    others = sorted({row["exercise"] for row in lost} - {first["exercise"]})
    reason = f"{first['exercise']} {first['name']}: {first['message'] or first['status']}"
    return f"{reason} (and {', '.join(others)})" if others else reason
