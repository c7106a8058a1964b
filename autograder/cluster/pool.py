"""Judge on a cluster as `autograder.grading.pool.Pool` does on this machine.

This process reads submissions, sends them, and receives judged notebooks.
"""

import hashlib
import pickle
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, wait
from contextlib import ExitStack
from dataclasses import replace

from distributed import KilledWorker
from distributed.comm import CommClosedError

from autograder.cluster import worker
from autograder.cluster.job import Contract, Job
from autograder.courses import Course
from autograder.grading.flight import Done, in_flight
from autograder.grading.keys import built_hash
from autograder.grading.writer import Stopped
from autograder.intake import take_in
from autograder.isolation import WallsMissing
from lazyrich.sweep import cluster
from nbjudge.wording import counted

__all__ = ["ClusterPool"]

WORKERS = 30.0  # seconds until the first worker must have appeared
READY = 180.0  # seconds for workers to set up their isolation


class ClusterPool:
    """Judge submissions of one assignment by the workers of a Dask scheduler, as a context manager.

    `level` says what the workers' isolation protects from. A submission whose worker is killed goes
    to another worker; one that kills several is tried once more, alone.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    scheduler : str
        The address of the scheduler.
    isolation : str
        The level (see `autograder.isolation.choose`); every worker must provide it, including those
        that join later.
    trusted : bool
        The work that is graded is the instructor's own, so a weaker level will do.

    Raises
    ------
    ConnectionError
        If no scheduler answers.
    WallsMissing
        If a worker cannot provide the level.
    Stopped
        If there are no workers, or one has another version or lacks the autograder.
    """

    def __init__(
        self, course: Course, name: str, *, scheduler: str, isolation: str, trusted: bool
    ) -> None:
        self.course, self._how = (
            course,
            (isolation, trusted, course.warm_up, course.private),
        )
        self.contract = Contract.of(course, name)
        self._files: dict[str, str] = {}  # by submission, the hash of the files that were read
        with ExitStack() as stack:
            self._client = stack.enter_context(cluster.connected(scheduler))
            self._executor = self._client.get_executor(pure=False)
            packed = self.contract.packed()
            key = f"contract-{hashlib.sha256(packed).hexdigest()}"
            self._packed = self._client.submit(worker.as_it_is, packed, key=key)
            self.level = self._probe(scheduler)
            self._open = stack.pop_all()

    def judge(self, students: list[str]) -> Iterator[Done]:
        """Judge submissions, in no particular order.

        Raises WallsMissing if a worker that joined later cannot provide the level, and Stopped if
        the scheduler is gone.
        """
        try:
            for answer in in_flight(
                students, self._submit, most=self._most, died=(KilledWorker, worker.JudgeEnded)
            ):
                done = answer if isinstance(answer, Done) else _read(*answer)
                yield replace(done, files=self._files.get(done.student, ""))
        except worker.NoWalls as missing:
            raise WallsMissing(str(missing)) from None
        except (CancelledError, CommClosedError):
            raise Stopped("the cluster's scheduler is gone. Start it again") from None

    def close(self) -> None:
        """Disconnect from the cluster, which keeps running."""
        self._open.close()

    def __enter__(self) -> "ClusterPool":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    _task = staticmethod(worker.judge)

    def _submit(self, student: str) -> Future:
        try:
            arrival = take_in(self.course, self.contract.name, student)
            name = self.contract.name
            self._files[student] = (
                arrival.files if arrival else built_hash(self.course, name, student)
            )
            job = pickle.dumps(Job.of(self.course, self.contract, student))
        except Exception as error:  # shown in its row; one submission must never stop the others
            known: Future = Future()
            known.set_result(Done(student, error=f"{type(error).__name__}: {error}"))
            return known
        return self._executor.submit(self._task, self._packed, student, job, self._how)

    def _most(self) -> int:
        return max(4, 2 * cluster.cores(self._client))  # it may grow and shrink meanwhile

    def _probe(self, scheduler: str) -> str:
        """Ask the current workers for their isolation level."""
        try:
            self._client.wait_for_workers(1, timeout=WORKERS)
        except TimeoutError:
            raise Stopped(
                f"{scheduler} has no workers. Start some (dask worker {scheduler})"
            ) from None
        asked = {
            address: self._executor.submit(
                worker.level, self._packed, self._how, workers=[address], allow_other_workers=False
            )
            for address in self._client.nthreads()
        }
        levels: Counter[str] = Counter()
        wait(asked.values(), timeout=READY)
        for address, future in asked.items():
            if not future.done():
                continue  # it checks its level before it judges
            try:
                levels[future.result()] += 1
            except worker.NoWalls as missing:
                raise WallsMissing(str(missing)) from None
            except Exception as error:
                raise Stopped(
                    f"the worker {address} cannot judge ({type(error).__name__}: {error}). Fix it"
                ) from None
        return " ".join(
            f"{words} On {counted(count, 'worker')}." for words, count in levels.items()
        )


def _read(student: str, judged: bytes, error: str) -> Done:
    return Done(student, error=error) if error else Done(student, pickle.loads(judged))
