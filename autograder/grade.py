"""Grade what was handed in: take it in, have nbgrader grade it with our judge, and say how each ended."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy.exc import SAWarning

from autograder.course import Course, nbgrader_settings
from autograder.intake import check_student, students_with, take_in
from autograder.records import Records

__all__ = ["Outcome", "bring_examples", "forget", "grade", "outcome"]

NOTES_SHOWN = 2
EXAMPLES = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Outcome:
    """How a submission stands: points by exercise, totals as the gradebook has them, and the reason in words."""

    student: str
    exercises: dict[str, tuple[float, float]] = field(default_factory=dict)  # number -> (score, points)
    automatic: float | None = None
    most: float = 0.0
    by_hand: str = ""  # "waiting", or the points given
    reason: str = ""


def grade(
    course: Course,
    name: str,
    students: list[str] | None = None,
    *,
    progress: Callable[[str, int, int], None] = lambda student, number, total: None,
) -> list[Outcome]:
    """Grade an assignment for `students` (default: all who handed it in). One that fails never stops the others.

    Raises:
        FileNotFoundError: if there is no such assignment, it was not released, or nobody handed anything in.
        ValueError: for a student id that cannot be a folder's name.
    """
    course.assignment(name)
    found, odd = students_with(course, name)
    chosen = found if students is None else [check_student(student) for student in students]
    if not chosen:
        raise FileNotFoundError(f"nobody handed in {name}: put files into {course.inbox}/STUDENT/{name}/")
    outcomes = []
    for number, student in enumerate(chosen, 1):
        progress(student, number, len(chosen))
        outcomes.append(_grade_one(course, name, student))
    outcomes += [
        Outcome(student, reason="not graded: this folder's name is no student id")
        for student in odd
        if students is None
    ]
    return outcomes


def _grade_one(course: Course, name: str, student: str) -> Outcome:
    try:
        take_in(course, name, student)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # nbgrader's own way with its database
            result = NbGraderAPI(config=nbgrader_settings(course)).autograde(name, student, force=True, create=True)
    except Exception as error:  # one submission must never stop the others; it is told in its row
        return Outcome(student, reason=f"not graded: {type(error).__name__}: {error}")
    if not result["success"]:
        last = ((result.get("error") or result.get("log") or "").strip().splitlines() or ["no reason was given"])[-1]
        return Outcome(student, reason=f"not graded: nbgrader stopped: {last}")
    return outcome(course, name, student)


def outcome(course: Course, name: str, student: str) -> Outcome:
    """How a submission that was graded stands now."""
    with Gradebook(course.gradebook) as gradebook:
        try:
            submission = gradebook.find_submission(name, student)
        except MissingEntry:
            return Outcome(student, reason="not graded yet")
        grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
        tests = [g for g in grades if g.cell.cell_type == "code"]
        essays = [g for g in grades if g.cell.cell_type != "code"]
        automatic = sum(g.auto_score or 0.0 for g in tests)
        most = sum(g.max_score for g in tests)
        waiting = any(g.needs_manual_grade for g in grades)
        by_hand = "waiting" if waiting else f"{sum(g.score for g in essays):g}"
    exercises: dict[str, tuple[float, float]] = {}
    rows = Records(course.records).scores(student, name)
    for row in rows:
        score, points = exercises.get(row["exercise"], (0.0, 0.0))
        exercises[row["exercise"]] = score + row["score"], points + row["points"]
    return Outcome(student, exercises, automatic, most, by_hand, _reason(course, name, student, rows))


def _reason(course: Course, name: str, student: str, rows: list) -> str:
    arrival = Records(course.records).arrival(student, name)
    if arrival is not None and arrival.problem:
        return f"could not be read: {arrival.problem}"
    notes = arrival.notes if arrival is not None else []
    mended = "; ".join(notes[:NOTES_SHOWN]) + (
        f"; and {len(notes) - NOTES_SHOWN} more repairs" if notes[NOTES_SHOWN:] else ""
    )
    lost = [row for row in rows if row["status"] != "passed"]
    if not lost:
        told = "all checks passed"
    else:
        first = lost[0]
        told = f"{first['exercise']} {first['name']}: {first['message'] or first['status']}"
        others = sorted({row["exercise"] for row in lost} - {first["exercise"]})
        told += f" (and {', '.join(others)})" if others else ""
    return f"{told} [{mended}]" if mended else told


def bring_examples(course: Course, name: str) -> list[str]:
    """Copy the example submissions of an assignment to the inbox; returns their students (all named example-...)."""
    students = []
    for folder in sorted(EXAMPLES.glob(f"example-*/{name}")):
        target = course.inbox / folder.parent.name / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder, target)
        students.append(folder.parent.name)
    if not students:
        raise FileNotFoundError(f"there are no example submissions of {name} in {EXAMPLES}")
    return students


def forget(course: Course, students: list[str]) -> Iterator[str]:
    """Remove students with all their submissions from the gradebook, the records and the folders."""
    with Gradebook(course.gradebook) as gradebook:
        for student in map(check_student, students):
            try:
                gradebook.remove_student(student)
            except MissingEntry:
                continue
            yield student
    for student in students:
        Records(course.records).forget(student)
        for kind in ("inbox", "submitted", "autograded", "feedback"):
            shutil.rmtree(course.runtime / kind / student, ignore_errors=True)
