"""Grade what was handed in: judge in parallel, write one after the other into nbgrader's gradebook, say how each ended."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import SQLAlchemyError

import lazyrich
from autograder.courses import Course
from autograder.grading.gradebook import check_released, graded
from autograder.grading.pool import Pool, cores
from autograder.grading.records import Records
from autograder.grading.writer import Stopped, Writer, no_room, patiently
from autograder.intake import check_student, digest, students_with
from nbjudge.extras import require
from nbjudge.nbgrader_rules import BESIDE

if TYPE_CHECKING:
    from autograder.cluster.pool import ClusterPool

__all__ = ["Outcome", "Stopped", "bring_examples", "forget", "grade", "outcome"]

NOTES_SHOWN = 2
GO_ON = ", then run the same command again: nothing is lost, it goes on where it was."
LARGEST = 50 * 1024**2  # bytes of a file that count for whether it has changed
EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Outcome:
    """How a submission stands: points by exercise, totals as the gradebook has them, and the reason in words."""

    student: str
    exercises: dict[str, tuple[float, float]] = field(
        default_factory=dict
    )  # number -> (score, points)
    automatic: float | None = None
    most: float = 0.0
    by_hand: str = ""  # "waiting", or the points given
    reason: str = ""


def grade(
    course: Course,
    name: str,
    students: list[str] | None = None,
    *,
    workers: int | None = None,
    isolation: str = "walls",
    trusted: bool = False,
    again: bool = False,
    scheduler: str | None = None,
    progress: Callable[[str, int, int], None] = lambda student, number, total: None,
    tell: Callable[[str], None] = lambda line: None,
) -> list[Outcome]:
    """Grade an assignment for `students` (default: all who handed it in). One that fails never stops the others.

    Students' code is judged in `workers` processes (default: one a core); this process alone writes. What was graded before, and
    has not changed since, is left as it is unless `again`. A run that was killed goes on where it was.

    isolation, trusted: see `autograder.isolation.choose`. scheduler: the address of a Dask scheduler whose workers judge instead, as many as it
    has; taking in and writing stay here. progress: called with a student, the number that are done, and of how
    many. tell: called with a line about the isolation.

    Raises:
        FileNotFoundError: if there is no such assignment, it was not released (the gradebook does not know it, or another
            version of it), or nobody handed anything in.
        ValueError: for a student id that cannot be a folder's name. ConnectionError: if there is no such scheduler. ImportError: if Dask is not
            installed here.
        autograder.isolation.WallsMissing: if students' code cannot be walled in here.
        Stopped: if the grading cannot go on (disk full, gradebook locked, another grading); it can be taken up again.
    """
    if scheduler is not None:
        require("cluster", "distributed")
    for notebook in course.notebooks(name):
        course.assignment(name, notebook)
    check_released(course, name)
    found, odd = students_with(course, name)
    chosen = found if students is None else [check_student(student) for student in students]
    if not chosen:
        raise FileNotFoundError(
            f"nobody handed in {name}: put files into {course.arrived('STUDENT', name)}/"
        )
    with _alone(course), _full_disk_told():
        grading = _Grading(course, name, _keys(course, name, chosen, isolation), again=again)
        how = {"isolation": isolation, "trusted": trusted}
        failed = grading.run(
            lambda most: _pool(course, name, workers, most, scheduler, how), progress, tell
        )
        written = [student for student in chosen if student not in failed]
        known = dict(zip(written, patiently(lambda: _outcomes(course, name, written)), strict=True))
        outcomes = [
            known.get(student) or Outcome(student, reason=f"not graded: {failed[student]}")
            for student in chosen
        ]
    return outcomes + [
        Outcome(student, reason="not graded: this folder's name is no student id")
        for student in odd
        if students is None
    ]


class _Grading:
    """One run over the submissions of an assignment."""

    def __init__(self, course: Course, name: str, keys: dict[str, str], *, again: bool) -> None:
        self.course, self.name, self.keys = course, name, keys
        self.records, self.writer = Records(course.records), Writer(course)
        stages = {student: self.records.stage(student, name) for student in keys}
        # It may have been removed from the gradebook or from autograded/, or put back from a copy.
        known = {
            s for s in patiently(lambda: graded(course, name)) if course.graded(s, name).is_dir()
        }
        same = {
            s
            for s, stage in stages.items()
            if stage is not None and stage.key == keys[s] and not again
        }
        self.unwritten = [s for s in keys if s in same and stages[s].stage == "judged"]
        self.unjudged = [
            s for s in keys if s not in same or (stages[s].stage == "written" and s not in known)
        ]
        self.failed: dict[str, str] = {}

    def run(
        self,
        pool: Callable[[int], "Pool | ClusterPool"],
        progress: Callable[[str, int, int], None],
        tell: Callable[[str], None],
    ) -> dict[str, str]:
        """Judge and write what is not; returns why some could not be (by student). pool: judges for so many submissions."""
        total = len(self.keys)
        number = total - len(self.unwritten) - len(self.unjudged)
        for student in self.unwritten:
            self._write(student)
            progress(student, number := number + 1, total)
        if not self.unjudged:
            return self.failed
        with pool(len(self.unjudged)) as judges:
            tell(judges.level)
            for done in judges.judge(self.unjudged):
                if done.error:
                    if no_room(done.error):
                        raise Stopped("the disk is full. Make room")
                    self.failed[done.student] = done.error
                else:
                    self.records.judged(
                        done.student, self.name, done.results, key=self.keys[done.student]
                    )
                    self._write(done.student)
                progress(done.student, number := number + 1, total)
        return self.failed

    def _write(self, student: str) -> None:
        why = self.writer.write(self.name, student)
        if why:
            self.failed[student] = f"its scores could not be written: {why}"
        else:
            self.records.written(student, self.name)


def _pool(
    course: Course,
    name: str,
    workers: int | None,
    most: int,
    scheduler: str | None,
    how: dict[str, Any],
) -> "Pool | ClusterPool":
    """Judges here, at most one a submission, or on a cluster."""
    if scheduler is None:
        return Pool(course, name, workers=min(workers or cores(), most), **how)
    from autograder.cluster.pool import ClusterPool

    return ClusterPool(course, name, scheduler=scheduler, **how)


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """One grading at a time: two that write would get into each other's way."""
    course.runtime.mkdir(parents=True, exist_ok=True)
    with open(course.runtime / ".grading.lock", "a") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows
            pass
        except OSError:
            raise Stopped(
                "another grading of this course is running: wait for it, or end it, and try again"
            ) from None
        yield


@contextmanager
def _full_disk_told() -> Iterator[None]:
    """Whatever could not be written for want of room ends in one line; and each such line says how to go on."""
    try:
        yield
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        if not no_room(error):
            raise
        raise Stopped(f"the disk is full. Make room{GO_ON}") from None
    except Stopped as stopped:
        raise Stopped(f"{stopped}{GO_ON}") from None


def _keys(course: Course, name: str, students: list[str], isolation: str) -> dict[str, str]:
    """What names a grading: the same key again would give the same scores."""
    contract = [_digest(folder) for folder in course.contract(name)]
    contract += [
        repr(course.assignment(name, notebook).checks) for notebook in course.notebooks(name)
    ]
    contract += [repr(course.limits()), lazyrich.__version__, isolation, repr(course.all_cells)]
    keys = {}
    for student in students:
        folder = course.arrived(student, name)
        handed_in = os.path.lexists(folder)
        files = digest(folder, course.inbox) if handed_in else _digest(course.built(student, name))
        keys[student] = hashlib.sha256("\n".join([*contract, files]).encode()).hexdigest()
    return keys


def _digest(folder: Path) -> str:
    """A hash of the regular files of a folder (of the first thousand)."""
    digest = hashlib.sha256()
    for path in sorted(islice(folder.rglob("*"), 1000)):
        if path.is_symlink() or not path.is_file():
            continue
        digest.update(
            f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode(
                "utf-8", "surrogateescape"
            )
        )
        with path.open("rb") as file:
            digest.update(hashlib.sha256(file.read(LARGEST)).digest())
    return digest.hexdigest()


def outcome(course: Course, name: str, student: str) -> Outcome:
    """How a submission that was graded stands now."""
    return _outcomes(course, name, [student])[0]


def _outcomes(course: Course, name: str, students: list[str]) -> list[Outcome]:
    """How submissions stand: the gradebook is opened once."""
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
    """Why a submission has the points that it has, and in brackets what the judge and intake noted."""
    records = Records(course.records)
    arrival = records.arrival(student, name)
    told = (
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
        if note not in told
    ]
    more = [f"and {len(notes) - NOTES_SHOWN} more notes"] if notes[NOTES_SHOWN:] else []
    return f"{told} [{'; '.join([*notes[:NOTES_SHOWN], *more])}]" if notes else told


def _lost(rows: list) -> str:
    """The first check that failed, and in which other exercises some did."""
    lost = [row for row in rows if row["status"] != "passed"]
    if not lost:
        return "all checks passed"
    first = lost[0]
    others = sorted({row["exercise"] for row in lost} - {first["exercise"]})
    told = f"{first['exercise']} {first['name']}: {first['message'] or first['status']}"
    return f"{told} (and {', '.join(others)})" if others else told


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
    chosen = [check_student(student) for student in students]
    if course.gradebook_exists():
        with Gradebook(course.gradebook) as gradebook:
            for student in chosen:
                try:
                    gradebook.remove_student(student)
                except MissingEntry:
                    continue
                yield student
    for student in students:
        Records(course.records).forget(student)
        for folder in course.made(student):
            shutil.rmtree(folder, ignore_errors=True)
