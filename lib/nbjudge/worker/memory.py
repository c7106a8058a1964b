"""Measure the memory that a process and all its descendants hold (on Linux; 0 elsewhere).

The processes may try to hide: by a name that is not text, a first thread that has ended while
others hold the memory, or children that live for only a millisecond each.
"""

import contextlib
import os
from pathlib import Path

__all__ = ["family", "resident"]

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
QUEUE = 212_992  # bytes that the kernel lets wait in a socket
FREE = 16  # open files of a process that are not counted
LOOKS = 4  # how often a family is measured of which a member ended meanwhile


def resident(pid: int, enough: int = 0) -> int:
    """Measure the memory, including swap, that a process and its descendants hold.

    Shared pages count once. Every open file counts as a full socket: data that waits in sockets and
    pipes is in the kernel's memory, which belongs to no process. A first sum, which counts shared
    pages for each process, is quick; the exact one is computed only if the first exceeds `enough`.
    If a process ended before its share was read, all of its pages count, also those that it shared:
    then the family is measured again, since only one that hides memory always has such processes.

    Parameters
    ----------
    pid : int
        The process.
    enough : int, default 0
        Bytes up to which the quick sum is sufficient.

    Returns
    -------
    int
        Bytes.
    """
    for _ in range(LOOKS):
        total, surely = _measured(pid, enough)
        if total <= enough or surely > enough:
            break
    return total


def _measured(pid: int, enough: int) -> tuple[int, int]:
    """Measure once: with all pages of processes that ended meanwhile, and without."""
    table = _table()
    members = _family(pid, table)
    waiting = sum(map(_waiting, members))
    rough = {
        member: max(table.get(member, (0, 0))[1], _field(member, "status", b"VmRSS:"))
        for member in members
    }
    waiting += sum(_field(member, "status", b"VmSwap:") for member in members)
    if waiting + sum(rough.values()) <= enough:
        return waiting + sum(rough.values()), waiting
    # 0 for a process that has ended by now
    exact = {member: _field(member, "smaps_rollup", b"Pss:") for member in members}
    surely = waiting + sum(exact.values())
    return surely + sum(rough[member] for member in members if not exact[member]), surely


def family(pid: int) -> list[int]:
    """List a process and its descendants, parents before their children.

    Parameters
    ----------
    pid : int
        The process.

    Returns
    -------
    list of int
        Process ids.
    """
    return _family(pid, _table())


def _table() -> dict[int, tuple[int, int]]:
    """Read the parent and the bytes of every process; the youngest first, as it may end soon."""
    table: dict[int, tuple[int, int]] = {}
    if not PROC.is_dir():
        return table
    for pid in sorted((int(name) for name in os.listdir(PROC) if name.isdecimal()), reverse=True):
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = (PROC / str(pid) / "stat").read_bytes()
            # Before the last parenthesis is the name, which may be anything.
            fields = stat[stat.rindex(b")") + 2 :].split()
            table[pid] = int(fields[1]), PAGE * int(fields[21])
    return table


def _family(pid: int, table: dict[int, tuple[int, int]]) -> list[int]:
    children: dict[int, list[int]] = {}
    for child, (parent, _) in table.items():
        children.setdefault(parent, []).append(child)
    members, left = [], [pid]
    while left:
        member = left.pop()
        members.append(member)
        left += children.get(member, [])
    return members


def _waiting(pid: int) -> int:
    """Estimate the most that may wait in a process's sockets; threads may have their own files."""
    total = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(PROC / str(pid) / "task"):
            with contextlib.suppress(OSError):
                total += QUEUE * max(
                    0, len(os.listdir(PROC / str(pid) / "task" / task / "fd")) - FREE
                )
    return total


def _field(pid: int, file: str, name: bytes) -> int:
    """Read a line of a process's file, in bytes; if the first thread has ended, another's file."""
    size = _read(PROC / str(pid) / file, name)
    if size is None and file == "status":
        with contextlib.suppress(OSError):
            for task in os.listdir(PROC / str(pid) / "task"):
                size = max(size or 0, _read(PROC / str(pid) / "task" / task / file, name) or 0)
    return size or 0


def _read(path: Path, name: bytes) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in path.read_bytes().splitlines():
            if line.startswith(name):
                return 1024 * int(line.split()[1])
    return None
