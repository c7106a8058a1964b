"""Judge in several processes, each with its own walls; none of them opens the gradebook.

A task is a student's id; the results are finished notebooks and reports. The processes come from
`concurrent.futures.ProcessPoolExecutor`; if one dies, only the submissions that were being judged
are lost, and those are tried again one by one, so that the one at fault is found.
"""

import hashlib
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.util import Finalize
from pathlib import Path

import nbformat

from autograder.courses import Course
from autograder.grading.flight import Done, in_flight
from autograder.grading.judging import OVERTIME, ended_after, judge_notebook
from autograder.grading.keys import built_hash
from autograder.intake import take_in
from autograder.isolation import Level, WallsMissing, choose
from nbjudge.worker.memory_guard import hide_memory

__all__ = ["Done", "Pool", "cores", "modules_used"]

_LEVEL: Level | None = None  # of this judge process


def cores() -> int:
    """Count the processors that this process may use.

    Returns
    -------
    int
        At least 1.
    """
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def modules_used(course: Course, name: str) -> tuple[str, ...]:
    """List the modules that are worth loading before an assignment's first submission.

    An nbgrader course may use few of the modules that notebooks usually import, and each costs
    every judge a second: only those whose package the released notebooks mention are loaded.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    tuple of str
        The modules.
    """
    contracts = [course.assignment(name, notebook) for notebook in course.notebooks(name)]
    if not all(contract.any_course for contract in contracts):
        return course.warm_up
    text = "\n".join(
        "".join(cell["source"]) for contract in contracts for cell in contract.release["cells"]
    )
    return tuple(module for module in course.warm_up if module.partition(".")[0] in text)


class Pool:
    """Judge submissions of one assignment, as a context manager.

    `level` says what the isolation protects from.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    workers : int
        The number of processes.
    isolation : str
        The level (see `autograder.isolation.choose`).
    trusted : bool
        The work that is graded is the instructor's own, so a weaker level will do where walls are
        missing.

    Raises
    ------
    WallsMissing
        If this machine cannot provide the level.
    RuntimeError
        If the processes end as soon as they start.
    """

    def __init__(
        self, course: Course, name: str, *, workers: int, isolation: str, trusted: bool
    ) -> None:
        hide_memory()  # of this process, which all scores pass through
        self.course, self.name, self.workers = course, name, workers
        self._how = (isolation, trusted, modules_used(course, name), course.private)
        self._executor = self._start()
        try:
            # One for each process: it starts when no other is idle, so that all of them set up
            # their walls at the same time.
            first, *_ = [self._executor.submit(_level, *self._how) for _ in range(workers)]
            self.level = first.result()
        except BrokenProcessPool as broken:
            self.close()
            raise RuntimeError(
                "the judge's processes end as soon as they start; check that there is enough memory"
            ) from broken
        except WallsMissing:
            self.close()
            raise

    def judge(self, students: list[str]) -> Iterator[Done]:
        """Judge submissions, in no particular order."""
        return in_flight(
            students,
            self._submit,
            most=lambda: 2 * self.workers,
            died=(BrokenProcessPool,),
            also_lost=self._begin_anew,
        )

    def close(self) -> None:
        """End the processes and everything that they started."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @staticmethod
    def _task(course: Course, name: str, student: str) -> Done:
        return _judge(course, name, student)

    def _submit(self, student: str) -> Future:
        return self._executor.submit(self._task, self.course, self.name, student)

    def _begin_anew(self, flying: list[str]) -> list[str]:
        """Start a new pool: a process that dies breaks the pool, with all submissions in it."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = self._start()
        return flying

    def _start(self) -> ProcessPoolExecutor:
        # a fork would copy the threads' locks of a running grading
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(
            self.workers, mp_context=context, initializer=_begin, initargs=self._how
        )


def _begin(
    isolation: str, trusted: bool, warm_up: tuple[str, ...], private: tuple[Path, ...]
) -> None:
    """Start a judge process: it ends when its parent does, in any way, and sets up its walls."""
    global _LEVEL  # noqa: PLW0603 (set once, by the initializer of this process)
    hide_memory()  # other judges may run students' code before this one starts a worker
    parent = multiprocessing.parent_process()
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    # An initializer that raises breaks the pool without saying why; `_level` reports it.
    with suppress(WallsMissing):
        _LEVEL = choose(isolation, trusted=trusted, warm_up=warm_up, private=private)
        Finalize(None, _LEVEL.close, exitpriority=10)


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os._exit(1)


def _level(
    isolation: str, trusted: bool, warm_up: tuple[str, ...], private: tuple[Path, ...]
) -> str:
    """Say what this process protects from."""
    level = _LEVEL or choose(isolation, trusted=trusted, warm_up=warm_up, private=private)
    return level.describe()


def _judge(course: Course, name: str, student: str) -> Done:
    """Read and judge a submission; an error of the grader becomes a line and stops nothing else."""
    try:
        arrival, results, read = take_in(course, name, student), {}, {}
        for notebook in course.notebooks(name):
            path = course.built(student, name) / f"{notebook}.ipynb"
            if path.is_file():
                raw = path.read_bytes()
                read[path] = hashlib.sha256(raw).hexdigest()
                nb = nbformat.reads(raw.decode("utf-8"), as_version=4)
                with ended_after(course.limits().total + OVERTIME):
                    results[notebook] = judge_notebook(
                        course, name, student, notebook, nb, _LEVEL.launcher
                    )
    except Exception as error:  # shown in its row; one submission must never stop the others
        return Done(student, error=f"{type(error).__name__}: {error}")
    files = arrival.files if arrival else built_hash(course, name, student, read)
    return Done(student, results, files=files)
