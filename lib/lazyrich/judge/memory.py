"""How much memory a process and all its descendants hold (Linux; elsewhere 0, and no watch is kept)."""

import contextlib
import os
from pathlib import Path

__all__ = ["resident"]

PROC = Path("/proc")
QUEUE = 212_992  # bytes that the kernel lets wait in a socket
FREE = 16  # open files of a process that count for nothing


def resident(pid: int, enough: int = 0) -> int:
    """Bytes held by `pid` and its descendants, in memory and swapped out, pages that several share counted once.

    Every open file counts as a full socket: what waits in sockets and pipes is the kernel's memory and in no process's sum.
    A first sum, in which shared pages count for each, is quick; only if it exceeds `enough` is the exact one made.
    """
    family = _family(pid)
    waiting = QUEUE * sum(max(0, _open_files(member) - FREE) for member in family)
    rough = waiting + sum(_field(member, "status", "VmRSS:", "VmSwap:") for member in family)
    if rough <= enough:
        return rough
    return waiting + sum(
        _field(member, "smaps_rollup", "Pss:", "SwapPss:") or _field(member, "status", "RssAnon:", "VmSwap:")
        for member in family
    )


def _family(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    if not PROC.is_dir():
        return []
    for entry in os.listdir(PROC):
        if entry.isdecimal():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = (PROC / entry / "stat").read_text()
                parent = int(stat[stat.rindex(")") + 2 :].split()[1])
                children.setdefault(parent, []).append(int(entry))
    family, left = [], [pid]
    while left:
        member = left.pop()
        family.append(member)
        left += children.get(member, [])
    return family


def _open_files(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(os.listdir(PROC / str(pid) / "fd"))
    return 0


def _field(pid: int, file: str, *names: str) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = (PROC / str(pid) / file).read_text().splitlines()
        return sum(1024 * int(line.split()[1]) for line in lines if line.startswith(names))
    return 0
