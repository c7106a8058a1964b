"""Grade what was handed in: judge in parallel, and write one after the other into the gradebook."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

import lazyrich
from autograder.courses import Course
from autograder.grading.gradebook import check_released, graded
from autograder.grading.outcome import Outcome, outcomes
from autograder.grading.pool import Pool, cores
from autograder.grading.records import Records
from autograder.grading.writer import Stopped, Writer, no_room, patiently
from autograder.intake import check_student, digest, students_with
from nbjudge.extras import require

if TYPE_CHECKING:
    from autograder.cluster.pool import ClusterPool

__all__ = ["Stopped", "grade"]

GO_ON = ", then run the same command again: nothing is lost, it goes on where it was."
LARGEST = 50 * 1024**2  # bytes of a file that count for whether it has changed


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
    """Grade an assignment. A submission that fails never stops the others.

    This process alone writes. What was graded before, and has not changed since, is left as it is
    unless `again`. A run that was killed goes on where it was.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    students : list of str, optional
        The students' ids (default: all who handed it in).
    workers : int, optional
        The number of processes that judge students' code (default: one a core).
    isolation : str, default "walls"
        The level of isolation (see `autograder.isolation.choose`).
    trusted : bool, default False
        What is graded is ours, so a weaker level will do where walls are missing.
    again : bool, default False
        Grade also what has not changed.
    scheduler : str, optional
        The address of a Dask scheduler whose workers judge instead, as many as it has; taking in
        and writing stay here.
    progress : callable, optional
        Called with a student, the number that are done, and of how many.
    tell : callable, optional
        Called with a line about the isolation.

    Returns
    -------
    list of Outcome
        One for each student; without `students`, also one for each folder whose name is no id.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, it was not released (the gradebook does not know it, or has
        another version of it), or nobody handed anything in.
    ValueError
        For a student's id that cannot be a folder's name, or a damaged secret.
    ConnectionError
        If there is no such scheduler.
    ImportError
        If Dask is not installed here.
    autograder.isolation.WallsMissing
        If students' code cannot be walled in here.
    Stopped
        If the grading cannot go on (disk full, gradebook locked, another grading); run it again to
        resume.
    """
    if scheduler is not None:
        require("cluster", "distributed")
    for notebook in course.notebooks(name):
        course.assignment(name, notebook)
    check_released(course, name)
    course.secret()  # a damaged one is told now, not after judging has begun
    there, odd = students_with(course, name)
    chosen = there if students is None else [check_student(student) for student in students]
    if not chosen:
        raise FileNotFoundError(
            f"nobody handed in {name}: put files into {course.arrived('STUDENT', name)}/"
        )
    with _alone(course), _full_disk_reported():
        grading = _Grading(course, name, _keys(course, name, chosen, isolation), again=again)
        how = {"isolation": isolation, "trusted": trusted}
        failed = grading.run(
            lambda most: _pool(course, name, workers, most, scheduler, how), progress, tell
        )
        written = [student for student in chosen if student not in failed]
        known = dict(zip(written, patiently(lambda: outcomes(course, name, written)), strict=True))
        graded_now = [
            known.get(student) or Outcome(student, reason=f"not graded: {failed[student]}")
            for student in chosen
        ]
    return graded_now + [
        Outcome(student, reason="not graded: this folder's name is no student id")
        for student in odd
        if students is None
    ]


class _Grading:
    """Run once over the submissions of an assignment."""

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
        """Judge and write what is not; returns by student why some could not be.

        `pool` makes judges for a number of submissions.
        """
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
    """Make judges here, at most one a submission, or on a cluster."""
    if scheduler is None:
        return Pool(course, name, workers=min(workers or cores(), most), **how)
    from autograder.cluster.pool import ClusterPool

    return ClusterPool(course, name, scheduler=scheduler, **how)


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """Lock the course: two gradings that write would get into each other's way."""
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
def _full_disk_reported() -> Iterator[None]:
    """End in one line if the disk is full, and say in each such line how to go on."""
    try:
        yield
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        if not no_room(error):
            raise
        raise Stopped(f"the disk is full. Make room{GO_ON}") from None
    except Stopped as stopped:
        raise Stopped(f"{stopped}{GO_ON}") from None


def _keys(course: Course, name: str, students: list[str], isolation: str) -> dict[str, str]:
    """Name what is graded, by student: the same key again would give the same scores."""
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
    """Hash the regular files of a folder (the first thousand)."""
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
