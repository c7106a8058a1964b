"""Grade what was handed in: judge in parallel, and write results to the gradebook one by one."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from autograder.courses import Course
from autograder.courses.spelling import composed
from autograder.grading.alone import alone
from autograder.grading.doubts import doubts
from autograder.grading.gradebook import bring_up_to_date, check_released, graded
from autograder.grading.keys import Keys
from autograder.grading.outcome import Outcome, outcomes, unplaced
from autograder.grading.pool import Pool, cores
from autograder.grading.preprocess import Judge
from autograder.grading.records import Records
from autograder.grading.sharing import copy_folders, shared
from autograder.grading.writer import Stopped, Writer, no_room, patiently
from autograder.intake import check_student, students_with
from autograder.isolation.choose import check_level
from autograder.isolation.data_files import check_size
from nbjudge.extras import require

if TYPE_CHECKING:
    from autograder.cluster.pool import ClusterPool

__all__ = ["Stopped", "grade"]

GO_ON = ", then run the same command again to resume: nothing is lost."


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

    Only this process writes. Submissions that have not changed since they were graded are skipped
    unless `again`. A run that was killed resumes where it stopped.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    students : list of str, optional
        The students' ids (default: everyone who handed it in).
    workers : int, optional
        The number of processes that judge students' code (default: one per core).
    isolation : str, default "walls"
        The level of isolation (see `autograder.isolation.choose`).
    trusted : bool, default False
        The work that is graded is the instructor's own, so a weaker level will do where walls are
        missing.
    again : bool, default False
        Also grade submissions that have not changed.
    scheduler : str, optional
        The address of a Dask scheduler whose workers all judge instead; reading submissions and
        writing results stay here.
    progress : callable, optional
        Called with a student, the number that are done, and the number in all.
    tell : callable, optional
        Called with a line about the isolation, about late penalties that changed, and about checks
        whose points an instructor should review.

    Returns
    -------
    list of Outcome
        One for each student; without `students`, also one for each thing in the inbox that belongs
        to no submission, which says what to do.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, it has not been released (the gradebook does not have it, or
        has another version of it), or nobody handed anything in.
    ValueError
        For a student's id that cannot be a folder's name, a damaged secret, a setting that
        names no assignment, or a mistake in deadlines.toml.
    ConnectionError
        If there is no such scheduler.
    ImportError
        If Dask is not installed here.
    autograder.isolation.WallsMissing
        If students' code cannot be isolated here.
    Stopped
        If grading cannot continue (disk full, gradebook locked, another command grading); run it
        again to resume.
    """
    check_level(isolation)
    if scheduler is not None:
        require("cluster", "distributed")
    if _one_at_a_time(course, name):
        if scheduler is not None:
            raise ValueError(
                f"nbgrader_config.py asks for one submission of {name} at a time "
                "(c.Judge.one_at_a_time): leave out --scheduler"
            )
        workers = 1
    for notebook in course.notebooks(name):
        check_size(course.assignment(name, notebook).data)
    check_released(course, name)
    course.secret()  # a damaged one is reported now, not after judging has begun
    there, strays = students_with(course, name)
    groups = shared(course, name)
    chosen = there if students is None else [_meant(student, there) for student in students]
    chosen = list(dict.fromkeys(groups.get(student, student) for student in chosen))
    absent = [student for student in chosen if student not in there]
    if absent:
        raise FileNotFoundError(
            f"{', '.join(absent)} handed in nothing for {name}: put files into "
            f"{course.arrived(absent[0], name)}/, or list the ids with `autograder grade {name}`"
        )
    if not chosen:
        nobodys = "".join(f"\n{stray.where}: {stray.why}" for stray in strays[:20])
        raise FileNotFoundError(
            f"nobody handed in {name}: put files into {course.arrived('STUDENT', name)}/{nobodys}"
        )
    with alone(course), _full_disk_reported():
        if renewed := bring_up_to_date(course, name, before=True):
            tell(renewed)  # dates first: a penalty is computed when a submission is written
        grading = _Grading(course, name, chosen, Keys(course, name, isolation), again=again)
        how = {"isolation": isolation, "trusted": trusted}
        failed = grading.run(
            lambda most: _pool(course, name, workers, most, scheduler, how), progress, tell
        )
        if renewed := bring_up_to_date(course, name):
            tell(renewed)
        copy_folders(course, name)
        graded_now = _outcomes(course, name, chosen, groups, failed)
    for doubt in doubts(course, name):
        tell(doubt)
    return graded_now + (unplaced(strays) if students is None else [])


def _outcomes(
    course: Course, name: str, chosen: list[str], groups: dict[str, str], failed: dict[str, str]
) -> list[Outcome]:
    """Read the state of these submissions, and of students for whom one of them counts."""
    whose = {student: groups.get(student, student) for student in [*chosen, *groups]}
    place = {
        student: k for k, student in enumerate(chosen)
    }  # members share the result of the one who handed in
    asked = sorted(
        (student for student, work_of in whose.items() if work_of in place),
        key=lambda student: (place[whose[student]], student != whose[student], student),
    )
    written = [student for student in asked if whose[student] not in failed]
    known = dict(zip(written, patiently(lambda: outcomes(course, name, written)), strict=True))
    return [
        known.get(student) or Outcome(student, reason=f"not graded: {failed[whose[student]]}")
        for student in asked
    ]


def _meant(student: str, there: list[str]) -> str:
    """Find the student with this id, however its accents are written."""
    known = {composed(each): each for each in there} | {each: each for each in there}
    return known.get(student) or known.get(composed(student)) or check_student(student)


class _Grading:
    """Judge and write the submissions of an assignment, once."""

    def __init__(
        self, course: Course, name: str, students: list[str], key: Keys, *, again: bool
    ) -> None:
        self.course, self.name, self.key = course, name, key
        self.keys = keys = key.of(students)
        self.records, self.writer = Records(course.records), Writer(course)
        stages = {student: self.records.stage(student, name) for student in keys}
        # It may have been removed from the gradebook or the folders, or restored from a copy.
        known = {
            s
            for s in patiently(lambda: graded(course, name))
            if course.graded(s, name).is_dir() and course.built(s, name).is_dir()
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
        """Judge and write what is not done yet; returns, by student, why some could not be.

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
                        raise Stopped("the disk is full. Free some space")
                    self.failed[done.student] = done.error
                else:
                    self.records.judged(
                        done.student, self.name, done.results, key=self.key.of_files(done.files)
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


def _one_at_a_time(course: Course, name: str) -> bool:
    """Tell whether the course asks to judge one submission at a time."""
    asked = Judge(config=course.settings()).one_at_a_time
    for each in asked:
        if each not in (known := course.names()):
            raise ValueError(
                f"c.Judge.one_at_a_time in nbgrader_config.py names {each!r}, which is "
                f"not an assignment; available: {', '.join(known)}"
            )
    return name in asked


def _pool(
    course: Course,
    name: str,
    workers: int | None,
    most: int,
    scheduler: str | None,
    how: dict[str, Any],
) -> "Pool | ClusterPool":
    """Make judges here, at most one per submission, or on a cluster."""
    if scheduler is None:
        return Pool(course, name, workers=min(workers or cores(), most), **how)
    from autograder.cluster.pool import ClusterPool

    return ClusterPool(course, name, scheduler=scheduler, **how)


@contextmanager
def _full_disk_reported() -> Iterator[None]:
    """End in one line if the disk is full, and say in each such line how to continue."""
    try:
        yield
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        if not no_room(error):
            raise
        raise Stopped(f"the disk is full. Free some space{GO_ON}") from None
    except Stopped as stopped:
        raise Stopped(f"{stopped}{GO_ON}") from None
