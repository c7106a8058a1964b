"""One submission's worker over its whole life: cells in order, calls between, and a new start after a crash."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbjudge.engine.names import Names, from_lists
from nbjudge.limits import Limits
from nbjudge.worker.client import Worker, WorkerDied, WorkerTimeout
from nbjudge.worker.frames import FrameError
from nbjudge.worker.launcher import Launcher, launch

__all__ = ["Session", "Trouble"]


class Trouble(BaseException):
    """The worker, not the answer, ended a call. No `Exception`: a test's `except Exception` must not hide it."""

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status, self.message = status, message


class Session:
    """Runs cells and calls in a worker. A new worker is brought to where the old one was by running the cells
    again, leaving out those that hung or crashed; at most `limits.replays` times, all within `limits.total`."""

    def __init__(
        self,
        limits: Limits,
        *,
        data: Path | None = None,
        files: Mapping[str, bytes] = MappingProxyType({}),
        launcher: Launcher = launch,
    ):
        """data, files: what the worker finds in its working directory (a folder; files of the student's own)."""
        self.limits, self.data, self.files, self.launcher = limits, data, dict(files), launcher
        self.deadline = time.monotonic() + limits.total
        self.ran: dict[
            int, tuple[str, bool]
        ] = {}  # index -> source and `forget` of the cells that a replay runs again
        self.fates: dict[int, tuple[str, str]] = {}  # index -> (error | timeout | crashed, why)
        self.starts = 0
        self.own_seconds = 0.0  # in which the student's code or a check was at work
        self.room = limits.notebook_bytes  # for outputs
        self.worker: Worker | None = None
        self._start()

    def _run_cell(self, index: int, source: str, forget: bool) -> list[dict[str, Any]]:
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
            self.fates[index] = ("timeout", reason)
            return [*timeout.reply["outputs"], _note(reason)]
        except WorkerDied as died:
            reason = f"the Python process {died}"
            self.fates[index] = ("crashed", reason)
            return [_note(f"{reason} in this cell")]
        self.ran[index] = source, forget
        if reply["error"] is not None:
            self.fates[index] = ("error", ": ".join(filter(None, reply["error"])))
        return reply["outputs"]

    def names(self, cells: Mapping[int, str]) -> dict[int, Names]:
        """The global names of cells (index -> source) that have not been run yet; not readable where that cannot be found out."""
        unknown = dict.fromkeys(cells, Names(readable=False))
        try:
            worker = self._ready_worker()
            found = worker.names(list(cells.values()), self._until(self.limits.cell))
        except (Trouble, WorkerTimeout, WorkerDied, FrameError):
            return unknown
        return unknown if found is None else dict(zip(cells, map(from_lists, found), strict=True))

    def run_test(self, index: int, source: str) -> list[dict[str, Any]]:
        """Run a test cell beside the student's code, leaving it out of IPython's history; returns its outputs."""
        return self._run_cell(index, source, forget=True)

    def run_cell(self, index: int, source: str) -> list[dict[str, Any]]:
        """Run a cell of the student and return its outputs; what became of it is in `fates`."""
        outputs = self._run_cell(index, source, forget=False)
        self.room -= sum(len(json.dumps(output)) for output in outputs)
        return (
            outputs if self.room >= 0 else [_note("output left out: this notebook shows too much")]
        )

    def call(
        self,
        name: str,
        args: tuple,
        kwargs: dict,
        *,
        arguments: bool,
        deadline: float,
        most: int | None = None,
        forbid: tuple[str, ...] = (),
    ) -> dict[str, Any]:
        """Call a function of the student, the library's `forbid` out of its reach; returns the worker's reply, which
        may have `most` bytes.

        Raises:
            Trouble: if the call took too long or the worker ended.
        """
        worker = self._ready_worker()
        limit = self._until(self.limits.call)
        try:
            options = {
                "arguments": arguments,
                "deadline": min(limit, deadline),
                "most": most,
                "forbid": forbid,
            }
            with self.at_work():
                return worker.call(name, args, kwargs, **options)
        except WorkerTimeout:
            if deadline < limit:
                raise Trouble("timeout", "the calls of this check took too long together") from None
            raise Trouble(
                "timeout", f"{name} took longer than {self._seconds(self.limits.call)}"
            ) from None
        except WorkerDied as died:
            raise Trouble(
                "crashed", f"the Python process {died} while {name} was running"
            ) from None

    @property
    def received(self) -> int:
        """Bytes of the last reply."""
        return 0 if self.worker is None else self.worker.received

    @property
    def lost(self) -> bool:
        """Whether the worker is gone (the next use starts another)."""
        return self.worker is None or self.worker.closed

    def give_up(self) -> None:
        """End the worker; the next use starts another."""
        if self.worker is not None:
            self.worker.close()

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()

    def _start(self) -> None:
        self.starts += 1
        self.bare = bool(self.files)
        self.worker = Worker(self.limits, data=self.data, launcher=self.launcher)

    def _ready_worker(self) -> Worker:
        while self.lost:
            if self.starts > self.limits.replays:
                raise Trouble("crashed", "not run: the Python process ended too often before this")
            self._check_time()
            self._start()
            self._bring_files()
            self._replay()
        self._check_time()
        self._bring_files()
        return self.worker

    def _bring_files(self) -> None:
        """Once for each worker; not when it is started, for that goes on while the judge does other things."""
        if self.bare:
            self.bare = False
            with contextlib.suppress(WorkerTimeout, WorkerDied):
                self.worker.write(self.files, self._until(self.limits.cell))

    def _replay(self) -> None:
        for index, (source, forget) in list(self.ran.items()):
            try:
                self.worker.run_cell(source, self._until(self.limits.cell), forget=forget)
            except (
                WorkerTimeout,
                WorkerDied,
            ):  # it went well the first time; leave it out from now on
                del self.ran[index]
                if self.worker.closed:
                    return

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Count the time as the student's code's or a check's own (once, where one is inside the other)."""
        began, before = time.monotonic(), self.own_seconds
        try:
            yield
        finally:
            self.own_seconds = before + time.monotonic() - began

    def _check_time(self) -> None:
        if time.monotonic() > self.deadline:
            raise Trouble(
                "timeout", f"not run: the notebook took longer than {self.limits.total:g} s in all"
            )

    def _until(self, seconds: float) -> float:
        return min(time.monotonic() + seconds, self.deadline)

    def _seconds(self, limit: float) -> str:
        if time.monotonic() > self.deadline:
            return f"was left of the {self.limits.total:g} s for the whole notebook"
        return f"{limit:g} s"


def _note(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": f"[{text}]\n"}
