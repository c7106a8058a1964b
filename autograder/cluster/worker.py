"""Hand a submission to a judge process; each thread of a Dask worker starts one when it needs it.

The worker neither reads nor imports what it passes on, so it stays as small and as quick to start
as Dask made it.
"""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

__all__ = ["Answer", "How", "JudgeEnded", "NoWalls", "as_it_is", "judge", "level"]

Answer = tuple[str, bytes, str]  # the student, the judged notebooks (packed), the error
# isolation, trusted, warm_up and private of `isolation.choose`
How = tuple[str, bool, tuple[str, ...], tuple[Path, ...]]

_OF_THREAD = threading.local()  # .process: the judge of this thread


class JudgeEnded(RuntimeError):
    """Report that the judge's process ended in the middle of a submission."""


class NoWalls(RuntimeError):
    """Report that this worker lacks walls (see `autograder.isolation.WallsMissing`), and where."""


def level(contract: bytes, how: How) -> str:
    """Describe how this worker isolates students' code.

    Parameters
    ----------
    contract : bytes
        The assignment, packed (see `autograder.cluster.job.Contract`).
    how : How
        The level of isolation.

    Returns
    -------
    str
        What it protects from, in words.

    Raises
    ------
    NoWalls
        If this worker cannot provide the level.
    """
    process = _process(how)
    process.take(contract)
    return process.level


def judge(contract: bytes, student: str, job: bytes, how: How) -> Answer:
    """Judge a submission. An error of the grader's own becomes a line in the table.

    A level that this worker cannot provide stops the grading, here as anywhere.

    Parameters
    ----------
    contract : bytes
        The assignment, packed.
    student : str
        The student's id.
    job : bytes
        The submission, packed (see `autograder.cluster.job.Job`).
    how : How
        The level of isolation.

    Returns
    -------
    Answer
        The student, the judged notebooks (packed) or b"", and "" or the error.

    Raises
    ------
    NoWalls
        If this worker cannot provide the level.
    JudgeEnded
        If the judge's process ended.
    """
    try:
        process = _process(how)
        process.take(contract)
        return student, process.ask("judge", job), ""
    except (NoWalls, JudgeEnded):
        raise
    except Exception as error:
        return student, b"", str(error)


def as_it_is(content: bytes) -> bytes:
    """Return the content: a task whose result workers keep, and compute again if they are gone.

    Parameters
    ----------
    content : bytes
        Anything.

    Returns
    -------
    bytes
        The same.
    """
    return content


def _process(how: How) -> "_Process":
    process = getattr(_OF_THREAD, "process", None)
    if process is None or process.how != how or not process.alive():
        if process is not None:
            process.close()
        _OF_THREAD.process = _Process(how)
    return _OF_THREAD.process


class _Process:
    """Hold a judge (see `autograder.cluster.judge`), and remember which assignment it has."""

    def __init__(self, how: How) -> None:
        self.how, self.has = how, ""
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "autograder.cluster.judge", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
        self.talk = Connection(ours.detach())
        try:
            self.level: str = self.ask("begin", *how)
        except BaseException:
            self.close()
            raise

    def take(self, contract: bytes) -> None:
        """Send the assignment, if the judge has another."""
        digest = hashlib.sha256(contract).hexdigest()
        if digest != self.has:
            self.ask("contract", contract)
            self.has = digest

    def ask(self, *request: Any) -> Any:
        try:
            self.talk.send(request)
            kind, value = self.talk.recv()
        except (EOFError, OSError):
            self.close()
            raise JudgeEnded(
                f"on {socket.gethostname()}, exit code {self.process.returncode}"
            ) from None
        if kind == "walls":
            raise NoWalls(f"on {socket.gethostname()} (process {os.getpid()}): {value}")
        if kind == "error":
            raise RuntimeError(value)
        return value

    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        self.talk.close()  # it ends by itself, and its walls do too
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
