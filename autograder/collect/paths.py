"""Make file names that are safe in a folder of ours, whoever chose them."""

import os
from collections import Counter

from autograder.intake.names import shown
from autograder.intake.timestamp import FILE

__all__ = ["safe_paths"]


def safe_paths(paths: list[tuple[str, ...]]) -> list[str]:
    """Make file names that are safe in a folder of ours, all different.

    Parameters
    ----------
    paths : list of tuple of str
        The parts of the paths, as a platform or a student named them.

    Returns
    -------
    list of str
        For each a path below the folder.

    Examples
    --------
    >>> safe_paths([("..", "work.ipynb"), ("work.ipynb",), ("timestamp.txt",)])
    ['_/work.ipynb', 'work.ipynb', 'timestamp (handed in).txt']
    """
    found: list[str] = []
    files: set[str] = set()  # paths as a disk that ignores case sees them
    folders: set[str] = set()
    numbers: Counter[str] = Counter()
    for parts in paths:
        safe = [_safe(part) for part in parts] or ["file"]
        if "/".join(safe).casefold() == FILE:
            safe = ["timestamp (handed in).txt"]
        for k in range(len(safe) - 1):
            while "/".join(safe[: k + 1]).casefold() in files:  # a file has the folder's name
                safe[k] += "_"
        path = wanted = "/".join(safe)
        folder, (stem, ending) = safe[:-1], os.path.splitext(safe[-1])
        while path.casefold() in files or path.casefold() in folders:
            numbers[wanted.casefold()] += 1
            last = f"{stem} ({numbers[wanted.casefold()] + 1}){ending}"
            path = "/".join([*folder, last])
        files.add(path.casefold())
        folders |= {"/".join(safe[: k + 1]).casefold() for k in range(len(folder))}
        found.append(path)
    return found


def _safe(part: str) -> str:
    part = shown(part, 120).replace("/", "_").replace("\\", "_").strip()
    while len(part.encode("utf-8", "replace")) > 200:
        part = part[1:]
    part = part.encode("utf-8", "replace").decode()
    return part if part.strip(".") else "_"
