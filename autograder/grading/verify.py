"""Judge a sample of submissions again, change nothing, and report where the scores differ."""

import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import nbformat
from nbgrader.api import Gradebook

from autograder.courses import Course
from autograder.grading import pool
from autograder.grading.alone import alone
from autograder.grading.gradebook import check_graded, check_released
from autograder.grading.judging import judge_notebook
from autograder.grading.keys import Keys
from autograder.grading.pool import Done, Pool, cores
from autograder.grading.records import Records
from autograder.grading.sharing import shared
from autograder.intake.names import named
from nbjudge.wording import counted

__all__ = ["Difference", "Verified", "verify"]

Scores = dict[tuple[str, str], float]  # (notebook, name of the cell) -> points


@dataclass(frozen=True)
class Difference:
    """Describe a score that differs from the one before.

    Parameters
    ----------
    student : str
        The student's id.
    check : str
        The check, or "" for the whole submission.
    words : str
        What is different.
    """

    student: str
    check: str
    words: str


@dataclass
class Verified:
    """Hold what was judged again, and the result.

    Parameters
    ----------
    students : list of str
        The students whose submissions were judged again.
    seed : int
        The seed of the sample; the same seed draws the same sample.
    changed : list of str
        Students whose files or checks changed since they were graded, or who are not in the
        records: they are not in the sample, and `autograder grade` grades them again.
    differences : list of Difference
        Where scores differ.
    """

    students: list[str]
    seed: int
    changed: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Describe it, with a line for each difference."""
        differ = {each.student for each in self.differences}
        lines = [
            f"{len(self.students)} judged again (--seed {self.seed}): "
            f"{len(self.students) - len(differ)} the same, {len(differ)} different"
        ]
        if self.changed:
            lines.append(
                f"{len(self.changed)} not checked, because their files or the checks changed "
                "since they were graded, or they are not in the records; grade again: "
                f"{named(self.changed)}"
            )
        return lines + [
            f"{each.student}{f', {each.check}' if each.check else ''}: {each.words}"
            for each in self.differences
        ]


def verify(
    course: Course,
    name: str,
    *,
    sample: int | None = 10,
    seed: int | None = None,
    workers: int | None = None,
    isolation: str = "walls",
    trusted: bool = False,
    progress: Callable[[str, int, int], None] = lambda student, number, total: None,
    tell: Callable[[str], None] = lambda line: None,
) -> Verified:
    """Judge a sample of graded submissions again, with the same inputs of hidden checks.

    Nothing is written: no scores, no pages, no notebooks.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    sample : int or None, default 10
        The number of submissions; None for all.
    seed : int, optional
        The seed of the sample (default: a new one each time).
    workers : int, optional
        The number of processes that judge (default: one per core).
    isolation : str, default "walls"
        The isolation level; it must be the one at which the submissions were graded.
    trusted : bool, default False
        The work that is judged is the instructor's own, so a weaker level will do where walls are
        missing.
    progress : callable, optional
        Called with a student, the number that are done, and the number in all.
    tell : callable, optional
        Called with a line about the isolation.

    Returns
    -------
    Verified
        What was judged again, and each score that differs from that in the records or in the
        gradebook.

    Raises
    ------
    FileNotFoundError
        If nothing has been graded yet, or the gradebook has another version of the assignment.
    Stopped
        If grading is in progress.
    autograder.isolation.WallsMissing
        If students' code cannot be isolated here.
    """
    check_released(course, name)
    seed = secrets.randbelow(10**6) if seed is None else seed
    with alone(course):
        records = Records(course.records)
        graded = check_graded(course, name) - shared(course, name).keys()
        stages = {student: records.stage(student, name) for student in graded}
        keys = Keys(course, name, isolation).of(sorted(stages))
        same = [s for s, key in keys.items() if stages[s] and stages[s].key == key]
        chosen = sorted(random.Random(seed).sample(same, min(sample or len(same), len(same))))
        done = Verified(chosen, seed, sorted(set(keys) - set(same)))
        if not chosen:
            return done
        how = {"workers": min(workers or cores(), len(chosen)), "isolation": isolation}
        with _Again(course, name, trusted=trusted, **how) as judges:
            tell(judges.level)
            for number, again in enumerate(judges.judge(chosen), 1):
                done.differences += _differences(course, name, records, again)
                progress(again.student, number, len(chosen))
    done.differences.sort(key=lambda each: (each.student, each.check))
    return done


class _Again(Pool):
    """Judge submissions that were read before."""

    @staticmethod
    def _task(course: Course, name: str, student: str) -> Done:
        return judge_again(course, name, student)


def judge_again(course: Course, name: str, student: str) -> Done:
    """Judge the notebooks that were built when the submission was graded."""
    results = {}
    try:
        for notebook in course.notebooks(name):
            path = course.built(student, name) / f"{notebook}.ipynb"
            if path.is_file():
                nb = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
                launcher = pool._LEVEL.launcher
                results[notebook] = judge_notebook(course, name, student, notebook, nb, launcher)
    except Exception as error:  # shown in its row; one submission must never stop the others
        return Done(student, error=f"{type(error).__name__}: {error}")
    return Done(student, results)


def _differences(course: Course, name: str, records: Records, again: Done) -> Iterator[Difference]:
    student = again.student
    if again.error:
        yield Difference(student, "", f"it could not be judged again: {again.error}")
        return
    rows = records.scores(student, name)
    titles = {
        (row["notebook"], row["grade_id"]): f"{row['exercise']} {row['name']}" for row in rows
    }
    before = {(row["notebook"], row["grade_id"]): row["score"] for row in rows}
    now = {
        (notebook, check.grade_id): check.score
        for notebook, result in again.results.items()
        for check in result.report.checks
    }
    book = _in_gradebook(course, name, student)
    for cell in sorted({*before, *now}):
        was, new, there = before.get(cell), now.get(cell), book.get(cell)
        title = titles.get(cell, cell[1])
        if was != new:
            yield Difference(student, title, f"{_shown(was)} before, {_shown(new)} now")
        if was != there:
            yield Difference(
                student, title, f"{_shown(was)} in the records, {_shown(there)} in the gradebook"
            )


def _in_gradebook(course: Course, name: str, student: str) -> Scores:
    with Gradebook(course.gradebook) as gradebook:
        return {
            (notebook.name, grade.name): grade.auto_score
            for notebook in gradebook.find_submission(name, student).notebooks
            for grade in notebook.grades
        }


def _shown(points: float | None) -> str:
    return "nothing" if points is None else counted(points, "point")
