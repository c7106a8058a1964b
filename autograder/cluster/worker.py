"""What a worker of Dask does: hand a submission to the judge process that its thread has, started when it is first needed.

It neither reads nor imports what it hands on: the worker stays as small and as quick to start as Dask made it.
"""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["Answer", "JudgeEnded", "NoWalls", "as_it_is", "judge", "level"]

Answer = tuple[str, bytes, str]  # the student, what was judged (packed), or why there is nothing

_OWN = threading.local()  # .process: of this thread


class JudgeEnded(RuntimeError):
    """The judge's process ended while it was at a submission."""


class NoWalls(RuntimeError):
    """This worker cannot hold students' code as it should; the message names the machine (see `autograder.isolation.WallsMissing`)."""


def level(contract: bytes, isolation: str, trusted: bool) -> str:
    """How this worker holds students' code, in words. Raises NoWalls."""
    process = _process(isolation, trusted)
    process.take(contract)
    return process.level


def judge(contract: bytes, student: str, job: bytes, isolation: str, trusted: bool) -> Answer:
    """Judge a submission. An error of ours ends as a line; a level that cannot be had ends the grading, here as anywhere.

    Raises:
        NoWalls: see `level`. JudgeEnded: if the judge's process did.
    """
    try:
        process = _process(isolation, trusted)
        process.take(contract)
        return student, process.ask("judge", job), ""
    except (NoWalls, JudgeEnded):
        raise
    except Exception as error:
        return student, b"", str(error)


def as_it_is(content: bytes) -> bytes:
    """A task whose result workers keep; it is computed again if they are gone."""
    return content


def _process(isolation: str, trusted: bool) -> "_Process":
    process = getattr(_OWN, "process", None)
    if process is None or process.how != (isolation, trusted) or not process.alive():
        if process is not None:
            process.close()
        _OWN.process = _Process(isolation, trusted)
    return _OWN.process


class _Process:
    """A judge (see `autograder.cluster.judge`) and what it has been told."""

    def __init__(self, isolation: str, trusted: bool) -> None:
        self.how, self.has = (isolation, trusted), ""
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
            self.level: str = self.ask("begin", isolation, trusted)
        except BaseException:
            self.close()
            raise

    def take(self, contract: bytes) -> None:
        """Tell it the assignment, if it has another."""
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
        self.talk.close()  # it ends by itself, and its walls with it
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
