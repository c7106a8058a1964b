"""The judge's end of a worker: start it, send it cells and calls, stop it.

How the process is held is the launcher's affair (`nbjudge.worker.launcher`).
"""

import contextlib
import select
import signal
import socket
import threading
import time
from pathlib import Path
from typing import Any

from nbjudge.limits import Limits
from nbjudge.worker.channel import Channel, ChannelClosed, ChannelTimeout
from nbjudge.worker.frames import FrameError, FrameTooLarge
from nbjudge.worker.launcher import Launcher, StartError, launch
from nbjudge.worker.untrusted_output import Drain, checked_outputs

__all__ = ["StartError", "Worker", "WorkerDied", "WorkerTimeout"]

WATCH = 0.25  # seconds between two looks at a busy worker's memory
LAST = 5.0  # seconds for a process to end whose socket has closed: a moment, but on a busy machine the moment is late


class WorkerTimeout(Exception):
    """The deadline passed. `alive` tells whether the worker could be interrupted and goes on."""

    def __init__(self, alive: bool, reply: Any = None):
        super().__init__("timeout")
        self.alive, self.reply = alive, reply


class WorkerDied(Exception):
    """The worker ended, or sent what is no frame; the message says how, for the student."""


class Worker:
    """A running worker. Closing it kills all that it started and removes its files.

    data: a folder whose files (not notebooks) the worker finds in its working directory, as fresh copies.
    """

    def __init__(self, limits: Limits, *, data: Path | None = None, launcher: Launcher = launch):
        self.limits = limits
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self.held = launcher(theirs.fileno(), data, limits)
        except BaseException:
            ours.close()
            raise
        self.channel = Channel(ours)
        self.drain = Drain(self.held.stdout)
        self.watch = _Watch(self.held, limits)
        self.closed = False
        self.said = ""  # what was left in the pipe when it was closed
        self._ready = False

    def write(self, files: dict[str, bytes], deadline: float) -> None:
        """Write files (relative path -> content) to its working directory.

        Raises:
            FrameError: if they are too large together. WorkerTimeout, WorkerDied.
        """
        self._request({"files": files}, deadline, 1000)

    def names(self, sources: list[str], deadline: float) -> list[Any] | None:
        """The global names of cells, as lists (see `nbjudge.engine.names.as_lists`); None if what comes back is no list of
        that length. To be asked before a cell is run: afterward the answer is the student's.

        Raises:
            WorkerTimeout, WorkerDied.
        """
        reply = self._request({"names": sources}, deadline, self.limits.answers)
        found = reply.get("names") if isinstance(reply, dict) else None
        return found if isinstance(found, list) and len(found) == len(sources) else None

    def run_cell(self, source: str, deadline: float, *, forget: bool = False) -> dict[str, Any]:
        """Run a cell; returns {"outputs", "error", "count"}, `outputs` checked and in nbformat's form.

        forget: keep its source out of IPython's history.

        Raises:
            WorkerTimeout, WorkerDied.
        """
        self.drain.take()
        try:
            reply = self._request(
                {"source": source, "forget": forget}, deadline, 8 * self.limits.output_bytes
            )
        except WorkerTimeout as timeout:
            timeout.reply = self._cell_reply(timeout.reply)
            raise
        return self._cell_reply(reply)

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
        """Call a function of the student; returns the worker's reply (see `nbjudge.worker.main`).

        most: bytes that the reply may have.

        Raises:
            FrameError: if the arguments cannot be sent. WorkerTimeout, WorkerDied.
        """
        request = {
            "name": name,
            "args": args,
            "kwargs": kwargs,
            "arguments": arguments,
            "forbid": list(forbid),
        }
        reply = self._request(request, deadline, self.limits.answers if most is None else most)
        if not isinstance(reply, dict) or not reply.keys() & {
            "value",
            "raised",
            "undefined",
            "refused",
            "forbidden",
        }:
            self.close()
            raise WorkerDied("sent something that is no answer")
        return reply

    @property
    def received(self) -> int:
        """Bytes of the last reply."""
        return self.channel.received

    def close(self) -> None:
        """Kill the worker and all that it started, and remove its files."""
        if self.closed:
            return
        self.closed = True
        self.watch.close()
        self.held.close()
        self.channel.close()
        self.said = self.drain.take()[-2000:]
        self.drain.close()

    def _request(self, request: dict[str, Any], deadline: float, most: int) -> Any:
        if not self._ready:
            start = time.monotonic()
            try:
                self._receive(start + self.limits.start)
            except (WorkerDied, WorkerTimeout) as error:
                raise StartError(
                    f"the worker process did not start ({error}): {self.said}"
                ) from None
            self._ready = True
            deadline += time.monotonic() - start  # the start is ours, not the student's
        try:
            self.channel.send(request, deadline)
        except ChannelTimeout:
            self.close()
            raise WorkerTimeout(alive=False) from None
        except ChannelClosed:
            raise self._died() from None
        return self._receive(deadline, most, interrupt=True)

    def _receive(self, deadline: float, most: int = 2**20, *, interrupt: bool = False) -> Any:
        try:
            self._await_reply(deadline)
            return self.channel.recv(deadline, most)
        except ChannelTimeout:
            if not interrupt:
                self.close()
                raise WorkerTimeout(alive=False) from None
        except ChannelClosed:
            raise self._died() from None
        except FrameTooLarge:
            self.close()
            raise WorkerDied("sent more data than a check can take") from None
        except FrameError:
            self.close()
            raise WorkerDied("sent something that is no answer") from None
        self.held.interrupt()
        try:
            reply = self.channel.recv(time.monotonic() + self.limits.grace, most)
        except (ChannelTimeout, ChannelClosed, FrameError):
            self.close()
            raise WorkerTimeout(alive=False) from None
        raise WorkerTimeout(alive=True, reply=reply)

    def _await_reply(self, deadline: float) -> None:
        """Wait for the first byte, looking now and then whether the process is still there (a child that it
        forked may hold the socket open)."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ChannelTimeout
            if select.select([self.channel.sock], [], [], min(left, WATCH))[0]:
                return
            if (
                self.held.poll() is not None
                and not select.select([self.channel.sock], [], [], 0)[0]
            ):
                raise ChannelClosed

    def _died(self) -> WorkerDied:
        code = self.held.wait(LAST)
        self.close()
        if self.watch.why:
            return WorkerDied(self.watch.why)
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                name = signal.Signals(-code).name
                hint = {
                    "SIGSEGV": ", a crash in compiled code",
                    "SIGKILL": ", perhaps out of memory",
                }
                return WorkerDied(f"was ended by {name}{hint.get(name, '')}")
        return WorkerDied("ended" if code is None else f"ended with exit code {code}")

    def _cell_reply(self, reply: Any) -> dict[str, Any]:
        reply = reply if isinstance(reply, dict) else {}
        outputs = checked_outputs(reply.get("outputs"), 2 * self.limits.output_bytes)
        loose = self.said if self.closed else self.drain.take()
        if loose:
            outputs.append({"output_type": "stream", "name": "stdout", "text": loose})
        error = reply.get("error")
        if not (isinstance(error, list) and [type(part) for part in error] == [str, str]):
            error = None
        count = reply.get("count")
        return {"outputs": outputs, "error": error, "count": count if type(count) is int else None}


class _Watch:
    """Looks now and then, for as long as the worker lives, at the memory that it and all it started hold: no limit of the
    system counts the sum, and a worker may grow while it seems to answer, or between two requests."""

    def __init__(self, held: Any, limits: Limits) -> None:
        self._held, self._most, self._stop = held, limits.resident, threading.Event()
        self.why = ""  # once it was ended for it
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(WATCH):
            if self._held.memory() > self._most:
                self.why = (
                    f"and what it started used more than {self._most / 2**30:.3g} GB of memory"
                )
                self._held.kill()
                return
