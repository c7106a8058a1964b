"""How much memory a process and all its descendants hold (Linux; elsewhere 0, and no watch is kept).

What is read here belongs to processes that may want to hide: a name that is no text, a first thread that has ended while
others hold the memory, children that live for a millisecond each.
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
    """Bytes held by `pid` and its descendants, in memory and swapped out, pages that several share counted once.

    Every open file counts as a full socket: what waits in sockets and pipes is the kernel's memory and in no process's sum.
    A first sum, in which shared pages count for each, is quick; only if it exceeds `enough` is the exact one made.
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
    exact = {
        member: _field(member, "smaps_rollup", b"Pss:") for member in members
    }  # 0 if it is gone by now
    return waiting + swapped + sum(exact[member] or rough[member] for member in members)


def family(pid: int) -> list[int]:
    """`pid` and its descendants, parents before their children."""
    return _family(pid, _table())


def _table() -> dict[int, tuple[int, int]]:
    """Every process: its parent, and the bytes that it holds. The youngest first: it may be gone in a moment."""
    table: dict[int, tuple[int, int]] = {}
    if not PROC.is_dir():
        return table
    for pid in sorted((int(name) for name in os.listdir(PROC) if name.isdecimal()), reverse=True):
        with contextlib.suppress(OSError, ValueError, IndexError):
            stat = (PROC / str(pid) / "stat").read_bytes()
            fields = stat[
                stat.rindex(b")") + 2 :
            ].split()  # before it stands the name, which may be anything
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
    """What may wait in the sockets of a process; threads may have open files of their own."""
    total = 0
    with contextlib.suppress(OSError):
        for task in os.listdir(PROC / str(pid) / "task"):
            with contextlib.suppress(OSError):
                total += QUEUE * max(
                    0, len(os.listdir(PROC / str(pid) / "task" / task / "fd")) - FREE
                )
    return total


def _field(pid: int, file: str, name: bytes) -> int:
    """A line of a process's file in bytes. Where the first thread has ended, another one is asked."""
    found = _read(PROC / str(pid) / file, name)
    if found is None and file == "status":
        with contextlib.suppress(OSError):
            for task in os.listdir(PROC / str(pid) / "task"):
                found = max(found or 0, _read(PROC / str(pid) / "task" / task / file, name) or 0)
    return found or 0


def _read(path: Path, name: bytes) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in path.read_bytes().splitlines():
            if line.startswith(name):
                return 1024 * int(line.split()[1])
    return None
