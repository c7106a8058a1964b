"""The judge's side of the walls: a zygote for each assignment, and from it a worker for each submission."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from autograder.isolation.outer import NOBODY, Wall
from nbjudge.errors import StartError
from nbjudge.limits import Limits
from nbjudge.worker.memory import resident

__all__ = ["Walls", "archived"]

# Bounds for a zygote that is alive and says nothing (one that has ended is noticed at once): far above what a busy machine needs.
START = 300.0  # seconds for a zygote: it imports everything that notebooks use
SPAWN = 60.0
LAST_WORD = 60.0  # to say how a worker ended; it may be drawing
MEMORY, RESIDENT, PROCESSES = 4 * 2**30, 2 * 2**30, 32
PLACES = ("/tmp", "/dev/shm", "/home/w")


class Walls:
    """A launcher (see `nbjudge.worker.launcher`) that starts workers inside bubblewrap.

    nested: all workers come from one warm zygote, each in namespaces of its own; without, each gets a bubblewrap
    of its own, which takes seconds to start (the next one starts ahead). idle: seconds without work after which a zygote ends.
    first: a zygote that is up already. Close it when the grading is over.
    """

    unprotected = (
        "a fault of the Linux kernel that lets a process out of its namespaces",
        "what one can learn from how long things take",
    )

    def __init__(
        self,
        *,
        nested: bool = True,
        seccomp: bool = True,
        idle: float = 1800.0,
        first: "_Zygote | None" = None,
    ) -> None:
        self.nested, self.seccomp, self.idle = nested, seccomp, idle
        self._warm = first

    @classmethod
    def found(cls) -> tuple["Walls", str]:
        """Walls of the kind that this machine can hold, found out by starting a zygote (which is kept), and what stands against more.

        Raises:
            OSError, StartError: if there can be none.
        """
        zygote = _Zygote(Wall())
        try:
            hello = zygote.wait()
        except BaseException:
            zygote.close()
            raise
        return cls(nested=hello["nested"], seccomp=hello["seccomp"], first=zygote), hello["why"]

    @property
    def isolation(self) -> str:
        """The level in one line: how workers are held, and by whom they are run as the host sees it."""
        kind = "nested" if self.nested else "pooled"
        user = NOBODY if os.getuid() == 0 else os.getuid()
        return f"walls ({kind}, seccomp {'yes' if self.seccomp else 'no'}, memory by watchdog, uid {user})"

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> "_Walled":
        limits = replace(
            limits,
            memory=min(limits.memory, MEMORY),
            resident=min(limits.resident, RESIDENT),
            processes=min(limits.processes, PROCESSES),
        )
        zygote = self._ready()
        if not self.nested:
            self._warm = _Zygote(Wall(self.idle))
            return _Walled(zygote, fd, data, limits, alone=True)
        try:
            return _Walled(zygote, fd, data, limits)
        except StartError:
            zygote.close()  # once more with a new one: the old may have died between two submissions
            return _Walled(self._ready(), fd, data, limits)

    def _ready(self) -> "_Zygote":
        if self._warm is not None and not self._warm.alive():
            self.close()
        if self._warm is None:
            self._warm = _Zygote(Wall(self.idle))
        return self._warm

    def close(self) -> None:
        """End the zygote, and with it everything inside."""
        if self._warm is not None:
            self._warm.close()
            self._warm = None


class _Zygote:
    """bubblewrap with the zygote in it."""

    def __init__(self, wall: Wall) -> None:
        self.stage = Path(tempfile.mkdtemp(prefix="walls-"))
        self.stage.chmod(0o755)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the zygote)
        with theirs:
            self.process = _from_a_lasting_thread(
                wall.command(theirs.fileno(), self.stage),
                pass_fds=[theirs.fileno()],
                env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
                cwd="/",
            )
        self.number = 0
        self.died: dict[int, int | None] = {}  # number of a worker -> how it ended
        self.hello: dict[str, Any] | None = None

    def wait(self) -> dict[str, Any]:
        """What the zygote says of itself once it is ready.

        Raises:
            StartError: if it does not come up.
        """
        if self.hello is None:
            self.hello, _ = self._receive(lambda message: "ready" in message, START)
            shutil.rmtree(
                self.stage, ignore_errors=True
            )  # its binds are in a mount namespace that is past
        return self.hello

    def spawn(self, fd: int, pipe: int, data: Path | None, limits: Limits) -> tuple[int, int]:
        """A new worker on `fd` that prints to `pipe` and finds the files in `data`: its number and a file descriptor of its process."""
        self.wait()
        self.number += 1
        number = self.number
        request = json.dumps({"spawn": number, "limits": limits.to_dict()}).encode()
        with archived(data) as files:
            try:
                socket.send_fds(
                    self.control, [request], [fd, pipe, *([] if data is None else [files.fileno()])]
                )
            except OSError as error:
                raise StartError(f"the wall's zygote is gone ({error}): {self.said()}") from None
        message, fds = self._receive(lambda m: number in (m.get("born"), m.get("failed")), SPAWN)
        if "failed" in message or not fds:
            raise StartError(f"no worker inside the walls: {message.get('why')}")
        return number, fds[0]

    def interrupt(self, number: int) -> None:
        """Ctrl-C for a worker."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"interrupt": number}).encode())

    def ended(self, number: int, timeout: float) -> int | None:
        """How a worker that is gone ended, if the zygote says so within `timeout` seconds."""
        with contextlib.suppress(StartError):
            if number not in self.died:
                self._receive(lambda message: message.get("died") == number, timeout)
        return self.died.get(number)

    def alive(self) -> bool:
        return self.process.poll() is None

    def said(self) -> str:
        """The end of what came out of it."""
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", "replace")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        self.kill()
        self.process.wait()
        self.control.close()
        self.log.close()
        shutil.rmtree(self.stage, ignore_errors=True)

    def _receive(
        self, wanted: Callable[[dict], bool], timeout: float
    ) -> tuple[dict[str, Any], list[int]]:
        """The next message that is wanted; ends of workers that come before it are noted."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.control], [], [], min(left, 0.5))[0]:
                if not self.alive():
                    raise StartError(f"the walls did not come up: {self.said()}")
                continue
            try:
                raw, fds, _, _ = socket.recv_fds(self.control, 65536, 4)
            except OSError:
                raw, fds = b"", []
            if not raw:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(5)
                raise StartError(f"the wall's zygote is gone: {self.said()}")
            message = _message(raw)
            if type(message.get("died")) is int:
                self.died[message["died"]] = (
                    message["status"] if type(message.get("status")) is int else None
                )
            if wanted(message):
                return message, fds
            for fd in fds:
                os.close(fd)
        raise StartError(f"the wall's zygote did not answer within {timeout:g} s: {self.said()}")


class _Walled:
    """A worker inside the walls (see `nbjudge.worker.launcher.Held`)."""

    stdout: IO[bytes]

    def __init__(
        self, zygote: _Zygote, fd: int, data: Path | None, limits: Limits, *, alone: bool = False
    ) -> None:
        self._zygote, self._alone, self._enough, self._closed = (
            zygote,
            alone,
            limits.resident,
            False,
        )
        read, write = os.pipe()
        self.stdout = os.fdopen(read, "rb", buffering=0)
        try:
            self._number, self._pidfd = zygote.spawn(fd, write, data, limits)
        except BaseException:
            self.stdout.close()
            if alone:
                zygote.close()
            raise
        finally:
            os.close(write)
        self.pid = _pid_of(self._pidfd)

    def poll(self) -> int | None:
        if not select.select([self._pidfd], [], [], 0)[0]:
            return None
        return self._zygote.ended(self._number, LAST_WORD) or 0

    def wait(self, timeout: float | None = None) -> int | None:
        if not select.select([self._pidfd], [], [], timeout)[0]:
            return None
        return self._zygote.ended(self._number, LAST_WORD)

    def interrupt(self) -> None:
        self._zygote.interrupt(self._number)

    def memory(self) -> int:
        if (
            not self.pid or select.select([self._pidfd], [], [], 0)[0]
        ):  # gone: its number may be another's by now
            return 0
        return resident(self.pid, self._enough) + _temporary(self.pid)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if self._alone:
            self._zygote.kill()  # what it started is not in a namespace of its own, but in the zygote's

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.kill()
        select.select([self._pidfd], [], [], 5.0)  # all of its namespace goes with it
        if self._alone:
            self._zygote.close()
        os.close(self._pidfd)


def _pid_of(pidfd: int) -> int:
    """The process id, in our own numbers, behind a pidfd; 0 if it is gone."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return max(0, int(line.split()[1]))
    return 0


def archived(folder: Path | None) -> IO[bytes]:
    """The files of an assignment, without notebooks and hidden ones. We read them here: whoever runs inside may not be
    allowed to, and should see no more of the folder than this."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 (closed by the caller)
    if folder is not None:
        with tarfile.open(fileobj=file, mode="w", dereference=True) as archive:
            for entry in sorted(folder.iterdir()):
                archive.add(entry, entry.name, filter=_shown)
        file.flush()
    return file


def _shown(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    if (
        name.startswith(".")
        or name == "__pycache__"
        or name.endswith(".ipynb")
        or not (entry.isreg() or entry.isdir())
    ):
        return None
    entry.mode |= 0o700 if entry.isdir() else 0o600
    return entry


def _temporary(pid: int) -> int:
    """Bytes of memory behind the temporary files that the process `pid` sees: their content, and a kilobyte for each."""
    total = 0
    for place in PLACES:
        with contextlib.suppress(OSError):
            found = os.statvfs(f"/proc/{pid}/root{place}")
            total += (found.f_blocks - found.f_bfree) * found.f_frsize + 1024 * (
                found.f_files - found.f_ffree
            )
    return total


def _message(raw: bytes) -> dict[str, Any]:
    """A message of the zygote's, or nothing: where a worker is its neighbor, it may have been made to say anything."""
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


_spawner: tuple[int, ThreadPoolExecutor] | None = None
_spawner_lock = threading.Lock()


def _from_a_lasting_thread(command: list[str], **options: Any) -> subprocess.Popen:
    """Start a process from a thread that lives as long as this process does: --die-with-parent means the thread that
    started bubblewrap, and a grading may start it from one that ends before."""
    global _spawner
    with _spawner_lock:
        if _spawner is None or _spawner[0] != os.getpid():  # threads do not survive a fork
            _spawner = os.getpid(), ThreadPoolExecutor(1, thread_name_prefix="walls")
        executor = _spawner[1]
    return executor.submit(subprocess.Popen, command, **options).result()
