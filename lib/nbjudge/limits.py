"""Limit what a notebook may use: time, memory, output, replays."""

import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["POSIX", "Limits"]

MB = 2**20
# Linux and macOS: processes have sessions and limits, and a pipe can be checked for unread data.
# Windows has none of these: only the local check works there.
POSIX = hasattr(os, "fork")


@dataclass(frozen=True)
class Limits:
    """Set how much the cells and checks of one notebook may use.

    Parameters
    ----------
    cell : float, default 120
        Seconds for one cell.
    call : float, default 20
        Seconds for one call of an answer.
    check : float, default 60
        Seconds for the calls of one check together.
    total : float, default 900
        Seconds for the whole notebook.
    start : float, default 60
        Seconds for a worker to be ready.
    grace : float, default 1.5
        Seconds for an interrupted cell to stop before its process is killed.
    replays : int, default 3
        How often a new worker is started after one ended.
    memory : int, default 12 GB
        Bytes of address space of one process. Importing a CUDA build of PyTorch maps several GB.
    resident : int, default 6 GB
        Bytes of memory that all processes of a worker may hold together.
    file : int, default 256 MB
        Bytes of one file.
    open_files : int, default 256
        Open files of one process.
    processes : int, default 128
        Processes and threads that a worker may add to those of its user.
    text : int, default 100000
        Characters of text that one cell may show.
    outputs : int, default 1000
        Outputs of one cell.
    output_bytes : int, default 4 MB
        Bytes of the outputs of one cell.
    notebook_bytes : int, default 32 MB
        Bytes of the outputs of all cells together.
    answers : int, default 256 MB
        Bytes that the calls of one check may return together.
    received : int, default 1 GB
        Bytes that all replies of a notebook's workers may have together. When they are used up,
        only small replies are accepted.
    """

    cell: float = 120.0
    call: float = 20.0
    check: float = 60.0
    total: float = 900.0
    start: float = 60.0
    grace: float = 1.5
    replays: int = 3
    memory: int = 12 * 1024 * MB
    resident: int = 6 * 1024 * MB
    file: int = 256 * MB
    open_files: int = 256
    processes: int = 128
    text: int = 100_000
    outputs: int = 1000
    output_bytes: int = 4 * MB
    notebook_bytes: int = 32 * MB
    answers: int = 256 * MB
    received: int = 1024 * MB

    def to_dict(self) -> dict[str, float]:
        """Return the limits as plain data, to be sent to a worker."""
        return asdict(self)


def apply_limits(limits: Limits) -> None:
    """Apply the limits to this process (the worker), as far as the operating system has them.

    Parameters
    ----------
    limits : Limits
        How much it may use.
    """
    if not POSIX:
        return
    wanted = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_CPU": int(2 * limits.total) + 60,  # the judge's own timeout stops it long before
        "RLIMIT_FSIZE": limits.file,
        "RLIMIT_NOFILE": limits.open_files,
        # At 0, Linux still hands a crash to the host's collector.
        "RLIMIT_CORE": 1 if sys.platform == "linux" else 0,
        "RLIMIT_SIGPENDING": 1024,  # kernel memory, which all processes of this user share
        "RLIMIT_MEMLOCK": 2**20,
        "RLIMIT_MSGQUEUE": 0,
    }
    if sys.platform == "linux" and os.getuid() != 0:  # it does not apply to root
        wanted["RLIMIT_NPROC"] = _tasks_of_this_user() + limits.processes
    bind(wanted)
    with contextlib.suppress(OSError):  # if memory runs out, Linux ends this process first
        Path("/proc/self/oom_score_adj").write_text("1000")


def bind(wanted: Mapping[str, int]) -> None:
    """Set limits of the operating system on this process, permanently.

    Parameters
    ----------
    wanted : mapping of str to int
        By name ("RLIMIT_AS"), the largest value. Limits that the system does not have are ignored;
        Windows has none.
    """
    if not POSIX:
        return
    import resource

    for name, most in wanted.items():
        which = getattr(resource, name, None)
        if which is None:
            continue
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(which, (most, most))


def _tasks_of_this_user() -> int:
    """Count the threads of this user: the limit on processes counts them all, not only ours."""
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == os.getuid():
                    count += len(os.listdir(entry / "task"))
    return count
