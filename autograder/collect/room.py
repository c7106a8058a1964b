"""Divide the space that a source may take among the hand-ins in it."""

from collections.abc import Sequence

__all__ = ["entries_of", "too_much"]

MOST = 8 * 2**30  # bytes of all files together
EACH = 2**30  # bytes of one student's files


def too_much(files: Sequence[tuple[tuple[str, ...], int]]) -> list[str]:
    """For each file, say why there is no room for it.

    Each hand-in has room of its own, and small ones come first, so that no student's hand-in takes
    the room of another's.

    Parameters
    ----------
    files : sequence of (tuple of str, int)
        The parts of each file's path, and its size in bytes.

    Returns
    -------
    list of str
        For each the reason, or "" if there is room.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for number, entry in enumerate(entries_of([parts for parts, _ in files])):
        groups.setdefault(entry, []).append(number)
    words, left = [""] * len(files), MOST
    for group in sorted(groups.values(), key=lambda each: sum(files[k][1] for k in each)):
        room = min(EACH, left)
        for number in group:
            size = files[number][1]
            if size > room:
                words[number] = (
                    f"there is no room for it: at most {EACH >> 20} MB of one hand-in, and "
                    f"{MOST >> 20} MB in all, are collected at a time"
                )
            else:
                room, left = room - size, left - size
    return words


def entries_of(paths: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """For each path, find the entry that it is in, below the folder that holds everything.

    Parameters
    ----------
    paths : sequence of tuple of str
        The parts of the paths.

    Returns
    -------
    list of tuple of str
        The parts of the entries' paths; mostly, an entry is a student's folder or file.
    """
    folders = [parts[:-1] for parts in paths]
    first, last = min(folders, default=()), max(folders, default=())
    level = next((k for k, part in enumerate(first) if last[k : k + 1] != (part,)), len(first))
    return [parts[: level + 1] for parts in paths]
