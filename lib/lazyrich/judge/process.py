"""The judge's end of a worker: start it, send it cells and calls, stop it.

`launch` is the one place that decides how strangers' code is held: here an ordinary process with limits of the
operating system. A stronger wall is another function with the same signature.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lazyrich.judge.channel import Channel, ChannelClosed, ChannelTimeout
from lazyrich.judge.frames import FrameError
from lazyrich.judge.limits import Limits
from lazyrich.judge.output import Drain, checked_outputs

__all__ = [
    "ISOLATION",
    "UNPROTECTED",
    "Launcher",
    "StartError",
    "Worker",
    "WorkerDied",
    "WorkerTimeout",
    "launch",
]

ISOLATION = "process"
UNPROTECTED = (
    "reading files of the user who runs the check (course solutions, other submissions, keys)",
    "writing or deleting files of that user",
    "using the network",
    "processes that leave the worker's session and live on",
    "using up the machine's memory, disk or processor with many processes",
)

Launcher = Callable[[int, Path, Limits], subprocess.Popen]


class WorkerTimeout(Exception):
    """The deadline passed. `alive` tells whether the worker could be interrupted and goes on."""

    def __init__(self, alive: bool, reply: Any = None):
        super().__init__("timeout")
        self.alive, self.reply = alive, reply


class WorkerDied(Exception):
    """The worker ended, or sent what is no frame; the message says how, for the student."""


class StartError(RuntimeError):
    """The worker did not start: the machine's or the installation's fault, never the student's."""


def launch(fd: int, folder: Path, limits: Limits) -> subprocess.Popen:
    """Start a worker on `fd` (level "process"), living in `folder`: its home, its working and temporary files."""
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "IPYTHONDIR": str(folder / "home" / ".ipython"),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "CUDA_VISIBLE_DEVICES": "",
    } | dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "lazyrich.judge.worker", str(fd), json.dumps(limits.to_dict())],
        cwd=folder / "work",
        env=environment,
        pass_fds=[fd],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class Worker:
    """A running worker. Closing it kills its whole session and removes its folder.

    data: a folder whose files (not notebooks) the worker finds in its working directory, as fresh copies.
    """

    def __init__(self, limits: Limits, *, data: Path | None = None, launcher: Launcher = launch):
        self.limits = limits
        self.folder = _fresh_folder(data)
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self.process = launcher(theirs.fileno(), self.folder, limits)
        except BaseException:
            ours.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        self.channel = Channel(ours)
        self.drain = Drain(self.process.stdout)
        self.closed = False
        self.said = ""  # what was left in the pipe when it was closed
        self._ready = False

    def run_cell(self, source: str, deadline: float) -> dict[str, Any]:
        """Run a cell; returns {"outputs", "error", "count"}, `outputs` checked and in nbformat's form.

        Raises:
            WorkerTimeout, WorkerDied.
        """
        self.drain.take()
        try:
            reply = self._request({"source": source}, deadline)
        except WorkerTimeout as timeout:
            timeout.reply = self._cell_reply(timeout.reply)
            raise
        return self._cell_reply(reply)

    def call(self, name: str, args: tuple, kwargs: dict, *, arguments: bool, deadline: float) -> dict[str, Any]:
        """Call a function of the student; returns the worker's reply (see `lazyrich.judge.worker`).

        Raises:
            FrameError: if the arguments cannot be sent. WorkerTimeout, WorkerDied.
        """
        request = {"name": name, "args": args, "kwargs": kwargs, "arguments": arguments}
        reply = self._request(request, deadline)
        if not isinstance(reply, dict) or not reply.keys() & {"value", "raised", "undefined", "refused"}:
            self.close()
            raise WorkerDied("sent something that is no answer")
        return reply

    def close(self) -> None:
        """Kill the worker and all processes of its session, and remove its folder."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.process.wait()
        self.channel.close()
        self.said = self.drain.take()[-2000:]
        self.drain.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _request(self, request: dict[str, Any], deadline: float) -> Any:
        if not self._ready:
            start = time.monotonic()
            try:
                self._receive(start + self.limits.start)
            except (WorkerDied, WorkerTimeout) as error:
                raise StartError(f"the worker process did not start ({error}): {self.said}") from None
            self._ready = True
            deadline += time.monotonic() - start  # the start is ours, not the student's
        try:
            self.channel.send(request, deadline)
        except ChannelTimeout:
            self.close()
            raise WorkerTimeout(alive=False) from None
        except ChannelClosed:
            raise self._died() from None
        return self._receive(deadline, interrupt=True)

    def _receive(self, deadline: float, *, interrupt: bool = False) -> Any:
        try:
            self._await_reply(deadline)
            return self.channel.recv(deadline)
        except ChannelTimeout:
            if not interrupt:
                self.close()
                raise WorkerTimeout(alive=False) from None
        except ChannelClosed:
            raise self._died() from None
        except FrameError:
            self.close()
            raise WorkerDied("sent something that is no answer") from None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGINT)
        try:
            reply = self.channel.recv(time.monotonic() + self.limits.grace)
        except (ChannelTimeout, ChannelClosed, FrameError):
            self.close()
            raise WorkerTimeout(alive=False) from None
        raise WorkerTimeout(alive=True, reply=reply)

    def _await_reply(self, deadline: float) -> None:
        """Wait for the first byte, looking now and then whether the process is still there: a child that it
        forked may hold the socket open."""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise ChannelTimeout
            if select.select([self.channel.sock], [], [], min(left, 0.5))[0]:
                return
            if self.process.poll() is not None and not select.select([self.channel.sock], [], [], 0)[0]:
                raise ChannelClosed

    def _died(self) -> WorkerDied:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1.0)  # the socket closes a moment before the process ends
        code = self.process.poll()
        self.close()
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                name = signal.Signals(-code).name
                hint = {"SIGSEGV": ", a crash in compiled code", "SIGKILL": ", perhaps out of memory"}
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


def _fresh_folder(data: Path | None) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    for name in ("home", "work", "tmp"):
        (folder / name).mkdir()
    for place in (".cache/matplotlib", ".matplotlib"):  # matplotlib's list of fonts takes seconds to make
        for path in (Path.home() / place).glob("fontlist-*.json"):
            (folder / "home" / place).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / "home" / place / path.name)
    if data is not None:
        skip = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__", ".*")
        shutil.copytree(data, folder / "work", ignore=skip, dirs_exist_ok=True)
    return folder
