"""How much a notebook may use: time, memory, output, replays."""

import contextlib
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["Limits"]

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """Seconds for one cell, one call of an answer, one check and the whole notebook; and the rest.

    start: seconds for a worker to be ready; grace: seconds for an interrupted cell to stop before the process is
    killed; replays: how often a worker is started anew after one ended. memory (address space of one process), resident (what all
    processes of a worker hold together), file: bytes. text (characters),
    outputs (how many) and output_bytes cap what one cell shows, notebook_bytes what all show together; answers (bytes)
    caps what the calls of one check return together.
    """

    cell: float = 120.0
    call: float = 20.0
    check: float = 60.0
    total: float = 900.0
    start: float = 60.0
    grace: float = 1.5
    replays: int = 3
    memory: int = (
        12 * 1024 * MB
    )  # of address space: importing a CUDA build of torch maps several GB
    resident: int = 6 * 1024 * MB
    file: int = 256 * MB
    open_files: int = 256
    processes: int = 128
    text: int = 100_000
    outputs: int = 1000
    output_bytes: int = 4 * MB
    notebook_bytes: int = 32 * MB
    answers: int = 256 * MB

    def to_dict(self) -> dict[str, float]:
        return asdict(self)


def apply_limits(limits: Limits) -> None:
    """Bind this process (the worker) to `limits`, as far as the operating system goes along."""
    if sys.platform == "win32":
        return
    import resource

    wanted = {
        "RLIMIT_AS": limits.memory,
        "RLIMIT_CPU": int(2 * limits.total) + 60,  # the judge's clock stops it long before
        "RLIMIT_FSIZE": limits.file,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 1
        if sys.platform == "linux"
        else 0,  # at 0 Linux still hands a crash to the host's collector
        "RLIMIT_SIGPENDING": 1024,  # of the kernel's memory, shared with all of this user
        "RLIMIT_MEMLOCK": 2**20,
        "RLIMIT_MSGQUEUE": 0,
    }
    if sys.platform == "linux" and os.getuid() != 0:  # root is not bound by it
        wanted["RLIMIT_NPROC"] = _tasks_of_this_user() + limits.processes
    for name, most in wanted.items():
        which = getattr(resource, name, None)
        if which is None:
            continue
        hard = resource.getrlimit(which)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(which, (most, most))


def _tasks_of_this_user() -> int:
    """Threads of this user now: the limit on processes counts them all, not only ours."""
    count = 0
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == os.getuid():
                    count += len(os.listdir(entry / "task"))
    return count
