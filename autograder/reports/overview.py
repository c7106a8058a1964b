"""Summarize a class: results, exercises, checks, messages, and how far they can be trusted."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from autograder.courses import Course
from autograder.feedback_pages.markup import clean_text
from autograder.grading.doubts import doubts
from autograder.grading.members import members
from autograder.grading.outcome import ABSENT, Outcome
from autograder.grading.records import Records
from autograder.grading.standing import standing
from autograder.intake.inbox import Stray
from autograder.intake.names import named

__all__ = ["Item", "Overview", "overview"]

# Isolation levels at which a hostile notebook can reach the machine that grades it.
WEAK = ("process", "unknown")


FEWEST = 5  # the fewest submissions for which a correlation is computed


@dataclass(frozen=True)
class Item:
    """Describe how well a check works as a test question.

    Parameters
    ----------
    exercise, check, kind : str
        The exercise that it belongs to, its name, and "visible" or "hidden".
    points : float
        The points that it gives.
    difficulty : float
        The fraction of the readable submissions that passed, 0 to 1.
    discrimination : float or None
        The correlation between passing it and the points of all other checks, -1 to 1; None if it
        is undefined: fewer than five submissions, all passed, nobody passed, or all have the same
        points.
    """

    exercise: str
    check: str
    kind: str
    points: float
    difficulty: float
    discrimination: float | None


@dataclass
class Overview:
    """Hold how a class did on one assignment.

    Parameters
    ----------
    outcomes : list of Outcome
        The result of each graded submission.
    absent : list of str
        Students who handed in nothing.
    ungraded : list of str
        Students whose work is in the inbox and has not been graded yet.
    outside : list of str
        Students who handed in but are not in the class, or have left it: they are not counted.
    strays : list of Stray
        What is in the inbox and belongs to no submission.
    exercises : dict
        Exercise -> (mean score, points, share of students with all of the points).
    checks : dict
        (exercise, check, "visible" or "hidden") -> how often the check was lost, by status.
    messages : Counter
        (exercise, message without its numbers) -> how often it occurred.
    isolation : Counter
        Isolation level -> how many submissions were judged at it.
    unreadable : list of str
        Students whose file could not be read.
    waiting : list of str
        Students with an answer that waits for manual grading.
    items : list of Item
        How well each check works as a test question.
    doubts : list of str
        Checks whose points an instructor should review (`autograder.grading.doubts`).
    seconds : dict of str to (float, float)
        By student, the seconds of judging, and of running the student's code.
    """

    outcomes: list[Outcome]
    absent: list[str] = field(default_factory=list)
    ungraded: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    strays: list[Stray] = field(default_factory=list)
    exercises: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    checks: dict[tuple[str, str, str], Counter] = field(default_factory=dict)
    messages: Counter = field(default_factory=Counter)
    isolation: Counter = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    seconds: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def late(self) -> list[Outcome]:
        """The late submissions, the latest first."""
        late = [outcome for outcome in self.outcomes if outcome.time.late > 0]
        return sorted(late, key=lambda outcome: -outcome.time.late)

    @property
    def untrusted(self) -> int:
        """Count submissions judged where a hostile notebook could reach the machine."""
        return sum(number for level, number in self.isolation.items() if level in WEAK)


def overview(course: Course, name: str) -> Overview:
    """Summarize an assignment; everything that was handed in is listed somewhere.

    The numbers are those of the current class. Students who are not in it, or have left it, are
    named but not counted. Until a class is read in, everybody counts.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    Overview
        The results of the class.

    Raises
    ------
    FileNotFoundError
        If nothing has been graded yet.
    ValueError
        If no student whose work was graded is in the class.
    """
    summary, gone = _placed(course, name)
    records = Records(course.records)
    seconds = _seconds(records, name)
    summary.seconds = {student: own for student, own in seconds.items() if student not in gone}
    summary.doubts = doubts(course, name)
    passed: dict[tuple[str, str, str, float], dict[str, float]] = {}
    marks: dict[str, list[tuple[float, float]]] = {}
    manual: list[tuple[float, float]] = []
    for result in summary.outcomes:
        for exercise, mark in result.exercises.items():
            marks.setdefault(exercise, []).append(mark)
        arrival = records.arrival(result.student, name)
        readable = arrival is None or not arrival.problem
        if not readable:
            summary.unreadable.append(result.student)
        if result.manual == "waiting":
            summary.waiting.append(result.student)
        elif result.marks.most > result.most:
            manual.append((float(result.manual), result.marks.most - result.most))
        summary.isolation[records.isolation(result.student, name) or "unknown"] += 1
        for row in records.scores(result.student, name):
            exercise = row["exercise"] or row["grade_id"]
            check = (exercise, row["name"], row["kind"])
            lost = summary.checks.setdefault(check, Counter())
            if readable:
                passed.setdefault((*check, row["points"]), {})[result.student] = row["score"]
            if row["status"] != "passed":
                lost[row["status"]] += 1
                if row["message"] and row["status"] != "missing":
                    summary.messages[exercise, _without_numbers(row["message"])] += 1
    every = sorted(marks.items()) + ([("manual", manual)] if manual else [])
    for exercise, pairs in every:
        mean = sum(score for score, _ in pairs) / len(pairs)
        full = sum(score >= points for score, points in pairs) / len(pairs)
        summary.exercises[exercise] = (mean, pairs[0][1], full)
    summary.items = _items(passed)
    return summary


def _placed(course: Course, name: str) -> tuple[Overview, set[str]]:
    """Sort everybody into the summary; also returns those who are not in the class."""
    everybody, strays = standing(course, name)
    class_ = members(course)
    gone = {
        each.student
        for each in everybody
        if class_ and (each.student not in class_ or class_[each.student].gone)
    }
    here = [result for result in everybody if result.student not in gone]
    summary = Overview([result for result in here if result.marks is not None], strays=strays)
    summary.outside = [result.student for result in everybody if result.student in gone]
    if not summary.outcomes:
        raise ValueError(
            f"{name}: no student whose work was graded is in the class (graded: "
            f"{named(summary.outside)}): read in the class again; `autograder table {name}` shows "
            "their marks"
        )
    for result in here:
        if result.marks is None:
            where = summary.absent if result.reason == ABSENT else summary.ungraded
            where.append(result.student)
    return summary, gone


def _items(passed: dict[tuple[str, str, str, float], dict[str, float]]) -> list[Item]:
    """Analyze checks from each student's points in each of them."""
    totals: Counter[str] = Counter()
    for scores in passed.values():
        totals.update(scores)
    items = []
    for (exercise, check, kind, points), scores in passed.items():
        own = np.array(list(scores.values()))
        rest = np.array([totals[student] for student in scores]) - own
        difficulty = float(np.mean(own >= points)) if points else float(np.mean(own > 0))
        related = None
        if len(own) >= FEWEST and np.ptp(own) > 0 and np.ptp(rest) > 0:
            related = float(np.corrcoef(own, rest)[0, 1])
        items.append(Item(exercise, check, kind, points, difficulty, related))
    return items


def _seconds(records: Records, name: str) -> dict[str, tuple[float, float]]:
    with records.opened() as db:
        rows = db.execute(
            "SELECT student, SUM(seconds), SUM(own) FROM judged WHERE assignment=? GROUP BY 1",
            (name,),
        )
        return {student: (total or 0.0, own or 0.0) for student, total, own in rows}


def _without_numbers(message: str) -> str:
    """Replace a message's numbers, so that the same mistake with other numbers counts as one."""
    line = " ".join(clean_text(message, 300).split())
    return re.sub(r"(?<![A-Za-z_])[-+]?\d[\d.]*(?:e[-+]?\d+)?", "…", line)
