"""Measure the memory that a process and all its descendants hold (on Linux; 0 elsewhere).

What is read here belongs to processes that may want to hide: a name that is no text, a first
thread that has ended while others hold the memory, children that live for a millisecond each.
"""

import contextlib
import os
from pathlib import Path

__all__ = ["family", "resident"]

PROC = Path("/proc")
PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
QUEUE = 212_992  # bytes that the kernel lets wait in a socket
FREE = 16  # open files of a process that count for nothing


def resident(pid: int, enough: int = 0) -> int:
    """Measure what a process and its descendants hold, in memory and swapped out.

    Pages that several share count once. Every open file counts as a full socket: what waits in
    sockets and pipes is the kernel's memory and in no process's sum. A first sum, in which shared
    pages count for each, is quick; the exact one is made only if the first exceeds `enough`.

    Parameters
    ----------
    pid : int
        The process.
    enough : int, default 0
        Bytes up to which the quick sum will do.

    Returns
    -------
    int
        Bytes.
    """
    table = _table()
    members = _family(pid, table)
    waiting = sum(map(_waiting, members))
    rough = {
        member: max(table.get(member, (0, 0))[1], _field(member, "status", b"VmRSS:"))
        for member in members
    }
    swapped = sum(_field(member, "status", b"VmSwap:") for member in members)
    if waiting + swapped + sum(rough.values()) <= enough:
        return waiting + swapped + sum(rough.values())
    # 0 for a process that is gone by now
    exact = {member: _field(member, "smaps_rollup", b"Pss:") for member in members}
    return waiting + swapped + sum(exact[member] or rough[member] for member in members)


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
    """Read of every process its parent and its bytes; the youngest first, for it may end soon."""
    table: dict[int, tuple[int, int]] = {}
    if not PROC.is_dir():
        return table
    for pid in sorted((int(name) for name in os.listdir(PROC) if name.isdecimal()), reverse=True):
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = (PROC / str(pid) / "stat").read_bytes()
            # Before the last parenthesis stands the name, which may be anything.
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
    """Bound what waits in the sockets of a process; threads may have open files of their own."""
    total = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(PROC / str(pid) / "task"):
            with contextlib.suppress(OSError):
                total += QUEUE * max(
                    0, len(os.listdir(PROC / str(pid) / "task" / task / "fd")) - FREE
                )
    return total


def _field(pid: int, file: str, name: bytes) -> int:
    """Read a line of a process's file, in bytes; where the first thread has ended, of another's."""
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
