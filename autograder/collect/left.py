"""Find the hand-ins that contain only files that programs leave behind, such as `.git`."""

from collections.abc import Sequence
from pathlib import Path

from autograder.collect.hand_in import HandIn
from autograder.collect.names import PLATFORMS
from autograder.collect.source import Source, Taken
from autograder.intake.inbox import LEFT_BEHIND

__all__ = ["nothing_else"]


def nothing_else(source: Source, platform: str, hand_ins: Sequence[HandIn]) -> dict[str, str]:
    """List the hand-ins from which nothing was taken because they contain only such files.

    A repository that nobody has pushed to contains only `.git`, and is not a hand-in.

    Parameters
    ----------
    source : Source
        What was taken out.
    platform : str
        The platform.
    hand_ins : sequence of HandIn
        The hand-ins from which something was taken.

    Returns
    -------
    dict of str to str
        By the platform's label of a hand-in, what it contains, and what to do.
    """
    parts = {taken.file: len(taken.parts) for taken in source.files}
    here = [taken for hand_in in hand_ins for _, taken in hand_in.files]
    top = parts[here[0].file] - len(here[0].parts) if here else 0  # a folder that holds everything
    known = {hand_in.label for hand_in in hand_ins}
    found: dict[str, str] = {}
    for path in source.left:
        inside = path[top:]
        if not inside or LEFT_BEHIND.fullmatch(inside[0]) or any(p[:4] == ".git" for p in inside):
            continue
        read = PLATFORMS[platform](Taken(inside, Path(), 0.0, inside))
        if read is not None and read[0].label not in known:
            found[read[0].label] = (
                f"{'/'.join(inside[1:]) or inside[0]} is all that was handed in, and programs "
                "leave it behind; if it is the student's work, put a copy into the student's inbox"
            )
    return found
