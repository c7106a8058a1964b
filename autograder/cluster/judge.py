"""Judge beside a Dask worker: `python -m autograder.cluster.judge FD`, FD one end of a socket.

This is a process of its own because the time limit of a test is a signal to the main thread
(`nbjudge.engine.deadline`), which Dask keeps to itself, and because a judge that dies must not take
the worker with it. It ends when the worker does. Requests are ("begin", isolation, trusted,
warm_up, private), ("contract", its bytes) or ("judge", a packed job); answers are ("ok", value),
("walls", why) or ("error", why).
"""

import io
import os
import pickle
import select
import sys
import tarfile
import tempfile
import threading
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import nbformat

import lazyrich
from autograder.cluster.job import Carried, Contract, Job
from autograder.grading.judging import OVERTIME, Judged, ended_after, judge_notebook
from autograder.isolation import Level, WallsMissing, choose
from nbjudge.worker.memory_guard import hide_memory

__all__ = ["main"]


def main(fd: int) -> None:
    """Answer requests until the other end is closed.

    Parameters
    ----------
    fd : int
        The file descriptor of the socket.
    """
    hide_memory()
    threading.Thread(target=_end_with, args=(fd,), daemon=True).start()
    with Connection(fd) as talk, closing(_Judge()) as judge:
        while True:
            try:
                kind, *content = talk.recv()
            except EOFError:
                return
            try:
                answer = "ok", getattr(judge, kind)(*content)
            except WallsMissing as missing:
                answer = "walls", str(missing)
            except Exception as error:  # shown in its row; one submission must not stop the others
                answer = "error", f"{type(error).__name__}: {error}"
            talk.send(answer)


def _end_with(fd: int) -> None:
    """Exit when the worker does, whatever the main thread is doing."""
    poll = select.poll()
    poll.register(fd, 0)  # report only that the other end was closed
    poll.poll()
    os._exit(1)


class _Judge:
    """Hold the isolation and the current assignment."""

    level: Level | None = None

    def __init__(self) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="judge-")

    def begin(
        self, isolation: str, trusted: bool, warm_up: tuple[str, ...], private: tuple[Path, ...]
    ) -> str:
        """Set up the isolation; returns in words what it protects from."""
        self.level = choose(isolation, trusted=trusted, warm_up=warm_up, private=private)
        return self.level.describe()

    def contract(self, packed: bytes) -> None:
        """Keep an assignment and write its files to folders."""
        contract: Contract = pickle.loads(packed)
        if contract.version != lazyrich.__version__:
            raise ValueError(
                f"this worker has lazyrich {lazyrich.__version__}, expected {contract.version}: "
                "install the same version on both"
            )
        self._contract = contract
        self._folders = {notebook: self._laid_out(data) for notebook, data in contract.data.items()}

    def _laid_out(self, data: bytes) -> Path:
        folder = Path(tempfile.mkdtemp(dir=self.place.name))
        if data:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                archive.extractall(
                    folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {})
                )
        return folder

    def judge(self, packed: bytes) -> bytes:
        """Judge a submission's notebooks: a packed `Job` to a packed mapping of `Judged`."""
        job: Job = pickle.loads(packed)
        course, name = Carried(self._contract, self._folders, job), self._contract.name
        judged: dict[str, Judged] = {}
        for notebook, text in job.notebooks.items():
            nb = nbformat.reads(text, as_version=4)
            with ended_after(course.limits().total + OVERTIME):
                judged[notebook] = judge_notebook(
                    course, name, job.student, notebook, nb, self.level.launcher
                )
        return pickle.dumps(judged)

    def close(self) -> None:
        if self.level is not None:
            self.level.close()
        self.place.cleanup()


if __name__ == "__main__":
    main(int(sys.argv[1]))
