"""How much memory a process and all its descendants hold (Linux; elsewhere 0, and no watch is kept)."""

import contextlib
import os
from pathlib import Path

__all__ = ["resident"]

PROC = Path("/proc")


def resident(pid: int, enough: int = 0) -> int:
    """Bytes held by `pid` and its descendants, pages that several share counted once.

    A first sum, in which shared pages count for each, is quick; only if it exceeds `enough` is the exact one made.
    """
    family = _family(pid)
    rough = sum(_field(member, "status", "VmRSS:") for member in family)
    if rough <= enough:
        return rough
    return sum(_field(member, "smaps_rollup", "Pss:") or _field(member, "status", "RssAnon:") for member in family)


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


def _field(pid: int, file: str, name: str) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (PROC / str(pid) / file).read_text().splitlines():
            if line.startswith(name):
                return 1024 * int(line.split()[1])
    return 0
