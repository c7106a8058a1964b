"""Run one submission in a worker: cells in order, calls in between, a new worker after a crash."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbjudge.engine.names import Names, from_lists
from nbjudge.errors import FrameError, StartError, Trouble, WorkerDied, WorkerError, WorkerTimeout
from nbjudge.limits import Limits
from nbjudge.results import Status
from nbjudge.worker.client import Worker
from nbjudge.worker.launcher import Launcher, launch
from nbjudge.worker.request import CallRequest

__all__ = ["Session"]


class Session:
    """Run cells and calls in a worker, and replace the worker when it ends.

    A new worker runs the earlier cells again, except those that hung or crashed, at most
    `limits.replays` times and within `limits.total`.

    Parameters
    ----------
    limits : Limits
        How much the notebook may use.
    data : pathlib.Path, optional
        A folder whose files are copied to the worker's working directory.
    files : mapping of str to bytes
        The student's own files, which are written there too.
    launcher : Launcher, default `launch`
        How a worker is started.
    """

    worker: Worker

    def __init__(
        self,
        limits: Limits,
        *,
        data: Path | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
        launcher: Launcher = launch,
    ):
        self.limits, self.data, self.files, self.launcher = limits, data, dict(files), launcher
        self.deadline = time.monotonic() + limits.total
        # index -> source and `forget` of the cells that a replay runs again
        self.ran: dict[int, tuple[str, bool]] = {}
        # index -> status (error, timeout or crashed) and reason
        self.fates: dict[int, tuple[str, str]] = {}
        self.starts = 0
        self.own_seconds = 0.0  # spent in the student's code or in a check
        self.room = limits.notebook_bytes  # for outputs
        self._start()

    def _run_cell(self, index: int, source: str, forget: bool) -> list[dict[str, Any]]:
        try:
            return self._in_worker(index, source, forget)
        except StartError:  # this machine's fault
            raise
        except Exception as error:  # whatever is sent, or cannot be sent, at most this cell fails
            reason = (
                "an error: its text cannot be run, because it is not valid Unicode or is too long"
                if isinstance(error, FrameError)
                else f"an error: its output cannot be read ({type(error).__name__})"
            )
            self.fates[index] = (Status.ERROR, reason)
            return [_note(f"this cell stopped with {reason}")]

    def _in_worker(self, index: int, source: str, forget: bool) -> list[dict[str, Any]]:
        try:
            worker = self._ready_worker()
        except Trouble as trouble:
            self.fates[index] = (trouble.status, trouble.message)
            return [_note(trouble.message)]
        try:
            with self.at_work():
                reply = worker.run_cell(source, self._until(self.limits.cell), forget=forget)
        except WorkerTimeout as timeout:
            reason = f"this cell took longer than {self._seconds(self.limits.cell)} and was stopped"
            self.fates[index] = (Status.TIMEOUT, reason)
            return [*timeout.reply["outputs"], _note(reason)]
        except WorkerDied as died:
            reason = f"the Python process {died}"
            self.fates[index] = (Status.CRASHED, reason)
            return [_note(f"{reason} in this cell")]
        self.ran[index] = source, forget
        if reply["error"] is not None:
            self.fates[index] = (Status.ERROR, ": ".join(filter(None, reply["error"])))
        return reply["outputs"]

    def names(self, cells: Mapping[int, str]) -> dict[int, Names]:
        """Find the global names of cells that have not been run yet.

        Parameters
        ----------
        cells : mapping of int to str
            Index -> source.

        Returns
        -------
        dict of int to Names
            The names by index; not readable if they cannot be determined.
        """
        unknown = dict.fromkeys(cells, Names(readable=False))
        try:
            worker = self._ready_worker()
            names = worker.names(list(cells.values()), self._until(self.limits.cell))
        except (Trouble, WorkerError, FrameError):
            return unknown
        return unknown if names is None else dict(zip(cells, map(from_lists, names), strict=True))

    def run_test(self, index: int, source: str) -> list[dict[str, Any]]:
        """Run a test cell in the student's process, without a trace in IPython's history.

        All of its outputs are returned, because its score is read from them; see `kept`.
        """
        return self._run_cell(index, source, forget=True)

    def run_cell(self, index: int, source: str) -> list[dict[str, Any]]:
        """Run a cell of the student and return its outputs; `fates` has how it ended."""
        return self.kept(self._run_cell(index, source, forget=False))

    def kept(self, outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep the outputs of a cell unless the whole notebook shows too much."""
        self.room -= sum(len(json.dumps(output)) for output in outputs)
        return (
            outputs if self.room >= 0 else [_note("output left out: this notebook shows too much")]
        )

    def call(self, request: CallRequest) -> dict[str, Any]:
        """Call a function of the student.

        Parameters
        ----------
        request : CallRequest
            The call.

        Returns
        -------
        dict
            The worker's reply (see `nbjudge.worker.main`).

        Raises
        ------
        Trouble
            If the call took too long, or the worker ended.
        FrameError
            If the arguments cannot be sent.
        """
        worker = self._ready_worker()
        limit = self._until(self.limits.call)
        try:
            with self.at_work():
                return worker.call(request, min(limit, request.deadline))
        except WorkerTimeout:
            if request.deadline < limit:
                reason = "the calls of this check took too long together"
            else:
                reason = f"{request.name} took longer than {self._seconds(self.limits.call)}"
            raise Trouble(Status.TIMEOUT, reason) from None
        except WorkerDied as died:
            reason = f"the Python process {died} while {request.name} was running"
            raise Trouble(Status.CRASHED, reason) from None

    @property
    def received(self) -> int:
        """Bytes of the last reply."""
        return self.worker.received

    @property
    def lost(self) -> bool:
        """Whether the worker is gone (the next use starts another)."""
        return self.worker.closed

    def close(self) -> None:
        """Stop the worker; the next use starts another."""
        self.worker.close()

    def _start(self) -> None:
        left = self.worker.room if self.starts else self.limits.received
        self.starts += 1
        self.bare = bool(self.files)
        self.worker = Worker(self.limits, data=self.data, launcher=self.launcher)
        self.worker.room = left

    def _ready_worker(self) -> Worker:
        self._bring_files()
        while self.lost:
            if self.starts > self.limits.replays:
                reason = "not run: the Python process ended too often before this"
                raise Trouble(Status.CRASHED, reason)
            self._check_time()
            self._start()
            self._bring_files()
            if not self.lost:
                self._replay()
        self._check_time()
        return self.worker

    def _bring_files(self) -> None:
        """Write the files once for each worker, at its first use: they must not delay its start."""
        if self.bare and not self.lost:
            self.bare = False
            with contextlib.suppress(WorkerError):
                self.worker.write(self.files, self._until(self.limits.cell))

    def _replay(self) -> None:
        for index, (source, forget) in list(self.ran.items()):
            try:
                self.worker.run_cell(source, self._until(self.limits.cell), forget=forget)
            except WorkerError:  # it ran the first time; leave it out from now on
                del self.ran[index]
                if self.worker.closed:
                    return

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Count a block's time as spent in the student's code or a check; only once if nested."""
        began, before = time.monotonic(), self.own_seconds
        try:
            yield
        finally:
            self.own_seconds = before + time.monotonic() - began

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            reason = f"not run: the notebook took longer than {self.limits.total:g} s in all"
            raise Trouble(Status.TIMEOUT, reason)

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.deadline)

    def _seconds(self, limit: float) -> str:
        if time.monotonic() > self.deadline:
            return f"was left of the {self.limits.total:g} s for the whole notebook"
        return f"{limit:g} s"


def _note(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": f"[{text}]\n"}
