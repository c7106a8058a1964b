"""Read the results of submissions: points by exercise, totals, and the reason in words."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment

from autograder.courses import Course
from autograder.grading.late import seconds_late
from autograder.grading.marks import Marks, exact, marks
from autograder.grading.members import Member, everybody, members
from autograder.grading.records import Arrival, Records
from autograder.intake.inbox import Stray
from autograder.intake.listing import LEFT, MISSING
from autograder.intake.timestamp import as_text
from autograder.intake.tries import TRIES
from nbjudge.nbgrader_rules import BESIDE
from nbjudge.wording import counted

__all__ = ["ABSENT", "Outcome", "Time", "absent", "outcome", "outcomes", "unplaced"]

NOTES_SHOWN = 2
OTHER_SCORES = "its checks have other points in the gradebook than here: grade it with --again"
ABSENT = "not handed in"  # the reason of students who handed in nothing


@dataclass(frozen=True)
class Outcome:
    """Hold the result of a submission, with totals as the gradebook has them.

    The points from checks, the manual points and the penalty add up to the total.

    Parameters
    ----------
    student : str
        The student's id.
    exercises : dict of str to (float, float), optional
        By the exercise's number: the score, and the points that can be reached.
    automatic : float, optional
        The points given by checks.
    most : float, default 0
        The points that checks can give.
    manual : str, default ""
        "waiting", or the manual points, including corrections by a person.
    marks : Marks, optional
        The total, the late penalty, and the points that can be reached.
    time : Time, optional
        When it was handed in.
    reason : str, default ""
        Why it has these points, in words.
    empty : bool, default False
        Whether nobody gave manual points because nothing was written.
    """

    student: str
    exercises: dict[str, tuple[float, float]] = field(default_factory=dict)
    automatic: float | None = None
    most: float = 0.0
    manual: str = ""
    marks: Marks | None = None
    time: "Time" = field(default_factory=lambda: Time())
    reason: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Time:
    """Hold when a submission was handed in.

    Parameters
    ----------
    when : str, default ""
        The time in UTC; "" if it is not known.
    source : str, default ""
        Where the time comes from: "timestamp.txt", "arrival" for the time at which the file was
        copied here, or "the platform" if that says only that it is late.
    late : float, default 0
        The seconds after the due date.
    """

    when: str = ""
    source: str = ""
    late: float = 0.0

    @property
    def words(self) -> str:
        """How late it is, in words; "" if it is not late."""
        if self.late <= 0:
            return ""
        if self.source == "the platform":
            return "late (the platform does not say how late)"
        days, rest = divmod(int(self.late), 86400)
        counts = ((days, "d"), (rest // 3600, "h"), (rest % 3600 // 60, "min"))
        parts = [f"{count} {unit}" for count, unit in counts if count]
        return f"{' '.join(parts) or '< 1 min'} late"


def outcome(course: Course, name: str, student: str) -> Outcome:
    """Read the current result of a submission.

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
    """Read the results of several submissions; the gradebook is opened once.

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
    records, known = Records(course.records), members(course)
    with Gradebook(course.gradebook) as gradebook:
        return [
            _outcome(gradebook, records, name, student, _stranger(student, known))
            for student in students
        ]


def absent(course: Course, known: Iterable[str]) -> list[Outcome]:
    """List the students of the class who handed in nothing, without points: that is not a 0.

    Until a class is read in, all students in the gradebook count as the class.

    Parameters
    ----------
    course : Course
        The course.
    known : iterable of str
        The students who are already listed.

    Returns
    -------
    list of Outcome
        One for each other student who has not left, without points.
    """
    students = set(everybody(course))
    if not members(course):
        with Gradebook(course.gradebook) as gradebook:
            students = {student.id for student in gradebook.students}
    missing = sorted(students - set(known))
    return [Outcome(student, reason=ABSENT) for student in missing]


def unplaced(strays: list[Stray]) -> list[Outcome]:
    """List what belongs to no submission among the outcomes, so that nobody overlooks it.

    Parameters
    ----------
    strays : list of Stray
        What is in the inbox and belongs to no submission.

    Returns
    -------
    list of Outcome
        One for each, without points.
    """
    return [Outcome(stray.where, reason=f"not graded: {stray.why}") for stray in strays]


def _stranger(student: str, known: Mapping[str, Member]) -> list[str]:
    """Note that a student is not in the class: the folder's name may be misspelled."""
    if not known or student.startswith("example-"):
        return []
    if student in known:
        gone = known[student].gone
        return [f"left the class ({gone})"] if gone else []
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(student.casefold(), folded, n=1)
    return ["not in the class" + (f"; did you mean {folded[near[0]]}?" if near else "")]


def _outcome(
    gradebook: Gradebook, records: Records, name: str, student: str, stranger: list[str]
) -> Outcome:
    try:
        submission = gradebook.find_submission(name, student)
    except MissingEntry:
        return Outcome(student, reason="not graded yet")
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    written = {(n.name, c.name) for n in submission.assignment.notebooks for c in n.solution_cells}
    essays = [
        g for g in grades if g.cell.cell_type != "code" or (g.notebook.name, g.cell.name) in written
    ]  # manually graded questions, tasks and code
    tests = [g for g in grades if g not in essays]
    automatic = exact(sum(g.auto_score or 0.0 for g in tests))
    most = sum(g.max_score for g in tests)
    total = marks(submission)
    manual = "waiting" if total.waiting else f"{exact(total.raw - automatic):g}"
    nobody = not total.waiting and all(g.manual_score is None for g in grades)
    exercises: dict[str, tuple[float, float]] = {}
    rows = records.scores(student, name)
    known = {(g.notebook.name, g.cell.name): g.auto_score or 0.0 for g in tests}
    other = False
    for row in rows:
        score, points = exercises.get(row["exercise"], (0.0, 0.0))
        now = known.get((row["notebook"], row["grade_id"]), row["score"])
        other = other or exact(now - row["score"]) != 0.0
        exercises[row["exercise"]] = exact(score + now), exact(points + row["points"])
    stale = sorted(
        g.cell.name for g in grades if g.needs_manual_grade and g.manual_score is not None
    )
    arrival = records.arrival(student, name)
    time = _time(submission, arrival)
    above = [
        f"the mark {g.manual_score:g} is above the {counted(g.max_score, 'point')} of {g.cell.name}"
        for g in grades
        if (g.manual_score or 0.0) > g.max_score
    ]
    first = stranger + above + ([OTHER_SCORES] if other else [])
    first += [f"the answer changed since it was marked: {', '.join(stale)}"] if stale else []
    if time.late:
        off = f", {counted(total.penalty, 'point')} off" if total.penalty else ""
        first.append(f"{time.words}{off}")
    reason = _reason(rows, arrival, records.notes(student, name), first, checks=bool(tests))
    empty = bool(essays) and nobody
    return Outcome(student, exercises, automatic, most, manual, total, time, reason, empty)


def _time(submission: SubmittedAssignment, arrival: Arrival | None) -> Time:
    if submission.timestamp is None:
        return Time()
    if arrival is not None and arrival.stamped == "late":
        return Time("", "the platform", seconds_late(submission))
    by_arrival = arrival is not None and not arrival.stamped
    source = "arrival" if by_arrival else "timestamp.txt"
    return Time(as_text(submission.timestamp), source, seconds_late(submission))


def _reason(
    rows: list,
    arrival: Arrival | None,
    judged: list[str],
    first: Sequence[str] = (),
    *,
    checks: bool = True,
) -> str:
    """Say why a submission has these points, and add the notes in brackets, `first` ones first."""
    came = arrival.notes if arrival is not None else []
    missing = [note for note in came if note.endswith(MISSING)]
    if arrival is not None and arrival.problem:
        reason, judged = f"could not be read: {arrival.problem}", []
    else:
        reason = _lost(rows) or "; ".join(missing) or _nothing_lost(rows, checks)
    judges = [note for note in judged if not note.startswith(BESIDE)]  # the same in all rows
    tries = [note for note in came if note.endswith(TRIES)]
    notes = [
        note
        for note in dict.fromkeys([*first, *tries, *missing, *judges, *came])
        if note not in reason and not note.endswith(LEFT)
    ]
    most = NOTES_SHOWN + len(first)
    more = [f"and {counted(len(notes) - most, 'more note')}"] if notes[most:] else []
    return f"{reason} [{'; '.join([*notes[:most], *more])}]" if notes else reason


def _lost(rows: list) -> str:
    """Name the first failed check, and the other exercises with failed checks; "" if none."""
    lost = [row for row in rows if row["status"] != "passed"]
    if not lost:
        return ""
    first = lost[0]
    others = sorted({row["exercise"] for row in lost} - {first["exercise"]})
    reason = f"{first['exercise']} {first['name']}: {first['message'] or first['status']}"
    return f"{reason} (and {', '.join(others)})" if others else reason


def _nothing_lost(rows: list, checks: bool) -> str:
    """Say that no check failed only if there were checks, and the records have them."""
    if rows:
        return "all checks passed"
    return "the records have no results of its checks: grade it again" if checks else "no checks"
