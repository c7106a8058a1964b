"""Launch workers inside the walls: a zygote for each assignment, a worker for each submission."""

import contextlib
import os
import select
import signal
from dataclasses import replace
from pathlib import Path
from typing import IO

from autograder.isolation.data_files import archived
from autograder.isolation.outer import NOBODY, Wall, user
from autograder.isolation.zygote_process import Zygote
from nbjudge.errors import StartError
from nbjudge.limits import Limits
from nbjudge.worker.memory import resident

__all__ = ["Walls"]

LAST_WORD = 60.0  # seconds for the zygote to report how a worker ended; it may be busy
MEMORY, RESIDENT, PROCESSES = 4 * 2**30, 2 * 2**30, 32
PLACES = ("/tmp", "/dev/shm", "/home/w")


class Walls:
    """Launch workers inside bubblewrap (see `nbjudge.worker.launcher`); close it after grading.

    Parameters
    ----------
    nested : bool, default True
        Whether all workers come from one warm zygote, each in its own namespaces. Otherwise, each
        gets its own bubblewrap, which takes seconds to start (the next one starts in advance).
    seccomp : bool, default True
        Whether the zygote filters system calls, for the report.
    idle : float, default 1800
        The seconds without work after which a zygote ends.
    first : Zygote, optional
        A zygote that is running already.
    warm_up : tuple of str, default ()
        The modules that a zygote imports before its first worker.
    """

    unprotected = (
        "a bug in the Linux kernel that lets a process out of its namespaces",
        "information leaked by how long things take",
    )

    def __init__(
        self,
        *,
        nested: bool = True,
        seccomp: bool = True,
        idle: float = 1800.0,
        first: Zygote | None = None,
        warm_up: tuple[str, ...] = (),
    ) -> None:
        self.nested, self.seccomp, self.idle, self.warm_up = nested, seccomp, idle, warm_up
        self._warm = first

    @classmethod
    def strongest(cls, warm_up: tuple[str, ...] = ()) -> tuple["Walls", str]:
        """Make the strongest walls that this machine can provide, and say what prevents more.

        This is tested by starting a zygote, which is kept. Raises OSError or StartError if this
        machine cannot provide walls.
        """
        zygote = Zygote(Wall(warm_up=warm_up))
        try:
            hello = zygote.wait()
        except BaseException:
            zygote.close()
            raise
        walls = cls(nested=hello["nested"], seccomp=hello["seccomp"], first=zygote, warm_up=warm_up)
        return walls, hello["why"]

    @property
    def isolation(self) -> str:
        """The level in one line, with the user that runs workers, as seen by the host."""
        kind = "nested" if self.nested else "pooled"
        seccomp = "yes" if self.seccomp else "no"
        own = "uid of its own" if user() != NOBODY and os.getuid() == 0 else f"uid {user()}"
        return f"walls ({kind}, seccomp {seccomp}, memory by watchdog, {own})"

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> "_Walled":
        limits = replace(
            limits,
            memory=min(limits.memory, MEMORY),
            resident=min(limits.resident, RESIDENT),
            processes=min(limits.processes, PROCESSES),
        )
        zygote = self._ready()
        if not self.nested:
            self._warm = self._new()
            return _Walled(zygote, fd, data, limits, alone=True)
        try:
            return _Walled(zygote, fd, data, limits)
        except StartError:
            zygote.close()  # use a new one: the old one may have died between two submissions
            return _Walled(self._ready(), fd, data, limits)

    def _ready(self) -> Zygote:
        if self._warm is not None and not self._warm.alive():
            self.close()
        if self._warm is None:
            self._warm = self._new()
        return self._warm

    def _new(self) -> Zygote:
        return Zygote(Wall(self.idle, self.warm_up))

    def close(self) -> None:
        """Stop the zygote, and with it everything inside."""
        if self._warm is not None:
            self._warm.close()
            self._warm = None


class _Walled:
    """Hold a worker inside the walls (see `nbjudge.worker.launcher.Held`)."""

    stdout: IO[bytes]

    def __init__(
        self, zygote: Zygote, fd: int, data: Path | None, limits: Limits, *, alone: bool = False
    ) -> None:
        self._zygote, self._alone, self._closed = zygote, alone, False
        self.most = limits.resident
        read, write = os.pipe()
        self.stdout = os.fdopen(read, "rb", buffering=0)
        try:
            with archived(data) as files:
                self.most += os.fstat(files.fileno()).st_size  # which the worker keeps in memory
                self._number, self._pidfd = zygote.spawn(
                    fd, write, None if data is None else files, limits
                )
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
        # once it is gone, its number may belong to another process
        if not self.pid or select.select([self._pidfd], [], [], 0)[0]:
            return 0
        return resident(self.pid, self.most) + _temporary(self.pid)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if self._alone:
            self._zygote.kill()  # the worker's processes are in the zygote's namespace

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self.kill()
        select.select([self._pidfd], [], [], 5.0)  # its whole namespace ends with it
        if self._alone:
            self._zygote.close()
        os.close(self._pidfd)


def _pid_of(pidfd: int) -> int:
    """Find the process id of a pidfd in our own namespace; 0 if the process is gone."""
    for line in Path(f"/proc/self/fdinfo/{pidfd}").read_text().splitlines():
        if line.startswith("Pid:"):
            return max(0, int(line.split()[1]))
    return 0


def _temporary(pid: int) -> int:
    """Add up the memory of temporary files that a process sees: content, plus 1 kB for each."""
    total = 0
    for place in PLACES:
        with contextlib.suppress(OSError):
            disk = os.statvfs(f"/proc/{pid}/root{place}")
            total += (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            total += 1024 * (disk.f_files - disk.f_ffree)
    return total
