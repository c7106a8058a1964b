"""Start a worker, send it cells and calls, and stop it: the judge's end.

The launcher decides how the process is isolated (`nbjudge.worker.launcher`).
"""

import contextlib
import select
import socket
import time
from pathlib import Path
from typing import Any

from nbjudge.errors import (
    ChannelClosed,
    ChannelTimeout,
    FrameError,
    FrameTooLarge,
    StartError,
    TransportError,
    WorkerDied,
    WorkerError,
    WorkerTimeout,
)
from nbjudge.limits import Limits
from nbjudge.worker.channel import Channel
from nbjudge.worker.launcher import Launcher, launch
from nbjudge.worker.request import CallRequest
from nbjudge.worker.untrusted_output import checked_error, checked_outputs, drain
from nbjudge.worker.watch import WATCH, Watch, ended

__all__ = ["Worker"]

# Seconds for a process to end after its socket has closed: usually at once, later on a busy
# machine.
LAST = 5.0
AGAIN = 0.5  # seconds until a process is interrupted a second time; each pause doubles
REPLIES = {"value", "raised", "undefined", "refused", "forbidden"}  # to a call


class Worker:
    """Hold a running worker; closing it kills everything that it started and removes its files.

    Parameters
    ----------
    limits : Limits
        How much it may use.
    data : pathlib.Path, optional
        A folder whose files (not notebooks) are copied to the worker's working directory.
    launcher : Launcher, default `launch`
        How the process is started.

    Attributes
    ----------
    room : int
        Total bytes left for replies.

    Raises
    ------
    StartError
        If no process can be started on this machine.
    """

    def __init__(self, limits: Limits, *, data: Path | None = None, launcher: Launcher = launch):
        self.limits = limits
        self.room = limits.received
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self.held = launcher(theirs.fileno(), data, limits)
        except BaseException:
            ours.close()
            raise
        self.channel = Channel(ours)
        self.drain = drain(self.held.stdout)
        self.watch = Watch(self.held)
        self.closed = False
        self.last_output = ""  # what was left in the pipe when it was closed
        self._ready = False

    def write(self, files: dict[str, bytes], deadline: float) -> None:
        """Write files to its working directory.

        Parameters
        ----------
        files : dict of str to bytes
            Relative path -> content.
        deadline : float
            When to give up (`time.monotonic()`).

        Raises
        ------
        FrameError
            If they are too large together.
        WorkerError
            If it takes too long, or the worker ends.
        """
        self._request({"files": files}, deadline, 1000)

    def names(self, sources: list[str], deadline: float) -> list[Any] | None:
        """Ask for the global names of cells before any cell runs: later, student code could answer.

        Parameters
        ----------
        sources : list of str
            The cells.
        deadline : float
            When to give up (`time.monotonic()`).

        Returns
        -------
        list or None
            For each cell, its names as lists (see `nbjudge.engine.names.as_lists`); None if the
            reply is not a list of that length.

        Raises
        ------
        WorkerError
            If it takes too long, or the worker ends.
        """
        reply = self._request({"names": sources}, deadline, self.limits.answers)
        names = reply.get("names") if isinstance(reply, dict) else None
        return names if isinstance(names, list) and len(names) == len(sources) else None

    def run_cell(self, source: str, deadline: float, *, forget: bool = False) -> dict[str, Any]:
        """Run a cell.

        Parameters
        ----------
        source : str
            The cell.
        deadline : float
            When to interrupt it (`time.monotonic()`).
        forget : bool, default False
            Whether to keep its source out of IPython's history.

        Returns
        -------
        dict
            "outputs" (checked, in nbformat's form), "error" ([class, message] or None), "count".

        Raises
        ------
        WorkerTimeout
            If it took too long; `reply` has its outputs so far.
        WorkerDied
            If the worker ended.
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

    def call(self, request: CallRequest, deadline: float) -> dict[str, Any]:
        """Call a function of the student.

        Parameters
        ----------
        request : CallRequest
            The call.
        deadline : float
            When to interrupt it (`time.monotonic()`): the request's deadline, or an earlier one.

        Returns
        -------
        dict
            The worker's reply (see `nbjudge.worker.main`).

        Raises
        ------
        FrameError
            If the arguments cannot be sent.
        WorkerError
            If it takes too long, or the worker ends.
        """
        reply = self._request(request.message(), deadline, request.most)
        if not isinstance(reply, dict) or not reply.keys() & REPLIES:
            self.close()
            raise WorkerDied("sent something that is not a reply")
        return reply

    @property
    def received(self) -> int:
        """Bytes of the last reply."""
        return self.channel.received

    def close(self) -> None:
        """Kill the worker and everything that it started, and remove its files."""
        if self.closed:
            return
        self.closed = True
        self.watch.close()
        self.held.close()
        self.channel.close()
        self.last_output = self.drain.take()[-2000:]
        self.drain.close()

    def _request(self, request: dict[str, Any], deadline: float, most: int) -> Any:
        if not self._ready:
            start = time.monotonic()
            try:
                self._receive(start + self.limits.start)
            except WorkerError as error:
                raise StartError(
                    f"the worker process did not start ({error}): {self.last_output}"
                ) from None
            self._ready = True
            deadline += time.monotonic() - start  # the start does not count as the student's time
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
            return self._read(deadline, most)
        except ChannelTimeout:
            if not interrupt:
                self.close()
                raise WorkerTimeout(alive=False) from None
        except ChannelClosed:
            raise self._died() from None
        except FrameTooLarge:
            self.close()
            much = (
                "more data than a check can take" if most <= self.room else "too much data in all"
            )
            raise WorkerDied(f"sent {much}") from None
        except FrameError:
            self.close()
            raise WorkerDied("sent something that is not a reply") from None
        try:
            reply = self._interrupted(most)
        except TransportError:
            self.close()
            raise WorkerTimeout(alive=False) from None
        raise WorkerTimeout(alive=True, reply=reply)

    def _interrupted(self, most: int) -> Any:
        """Interrupt the worker repeatedly: a signal that comes just before a sleep is missed."""
        end, pause = time.monotonic() + self.limits.grace, AGAIN
        while (now := time.monotonic()) < end:
            self.held.interrupt()
            with contextlib.suppress(ChannelTimeout):
                self._await_reply(min(end, now + pause))
                break
            pause *= 2
        return self._read(end, most)

    def _read(self, deadline: float, most: int) -> Any:
        try:
            return self.channel.recv(deadline, min(most, max(0, self.room)))
        finally:
            self.room -= self.received

    def _await_reply(self, deadline: float) -> None:
        """Wait for the first byte, and check now and then that the process is still running.

        A child that it forked may hold the socket open.
        """
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
        return WorkerDied(ended(code))

    def _cell_reply(self, reply: Any) -> dict[str, Any]:
        reply = reply if isinstance(reply, dict) else {}
        outputs = checked_outputs(reply.get("outputs"), 2 * self.limits.output_bytes)
        loose = self.last_output if self.closed else self.drain.take()
        if loose:
            outputs.append({"output_type": "stream", "name": "stdout", "text": loose})
        count = reply.get("count")
        return {
            "outputs": outputs,
            "error": checked_error(reply.get("error")),
            "count": count if type(count) is int else None,
        }
