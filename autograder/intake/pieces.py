"""Read the notebooks that a student handed in: loose ones, then in archives, then in other files.

Files with expected names come first, then the newest, and limits apply in this order.
"""

import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.archive import LARGEST, MAX_NOTEBOOKS
from autograder.intake.files import BeingWritten, copied
from autograder.intake.listing import HandedIn, Listing
from autograder.intake.names import shown
from autograder.intake.parse import Unreadable
from autograder.intake.reader import Candidate, read_file
from autograder.intake.titles import unlike

__all__ = ["Piece", "read_pieces"]

TIERS = (".ipynb",), (".zip",), ("", ".json", ".txt")  # browsers save notebooks under the last ones
MAX_READ = 2 * LARGEST  # bytes of all files that are read for a submission
UNREAD = "was not read: a notebook beside it was graded, or there are too many files"
TRIES, PAUSE = 3, 0.2  # attempts at a file that is being written, and seconds between them


@dataclass(frozen=True, eq=False)
class Piece:
    """Describe a notebook that was handed in.

    Parameters
    ----------
    shown : str
        Where it was found, made safe to show.
    name : str
        The name of its file.
    time : float
        The modification time of that file (seconds since 1970).
    sha256 : str
        The hash of the whole file that arrived.
    received : float
        When that file arrived (seconds since 1970).
    candidate : Candidate
        What was read.
    file : HandedIn
        The file that holds it.
    tier : int
        0 for a loose notebook, 1 for one in an archive, 2 for one with another ending.
    """

    shown: str
    name: str
    time: float
    sha256: str
    received: float
    candidate: Candidate
    file: HandedIn
    tier: int

    @property
    def stem(self) -> str:
        return re.sub(r"\.ipynb.*$", "", self.name, flags=re.I | re.S)


def read_pieces(
    below: Path, listing: Listing, wanted: Collection[str], enough: Callable[[], bool]
) -> Iterator[Piece]:
    """Read the notebooks of a submission; a piece that cannot be read says why.

    Parameters
    ----------
    below : Path
        The folder of all submissions, below which no link is followed.
    listing : Listing
        The submission's files; what is not read, or only in part, is set aside there.
    wanted : collection of str
        The names of the notebooks to look for.
    enough : callable
        Called after the loose notebooks, and after the archives: True if the rest can be skipped.

    Yields
    ------
    Piece
        A notebook.
    """
    left, room = MAX_NOTEBOOKS, MAX_READ
    for tier, endings in enumerate(TIERS):
        files = [file for file in listing.files if _fits(file, endings) and not file.hidden]
        files.sort(key=lambda file: (unlike(file.name, wanted), -file.time))
        done = enough()
        for file in files:
            if done or left <= 0 or (file.size <= LARGEST and file.size > room):
                if tier < len(TIERS) - 1:
                    listing.set_aside(file, UNREAD)
                continue
            room -= file.size if file.size <= LARGEST else 0
            for piece in _read(below, file, tier, wanted, listing):
                left -= 1
                if tier < len(TIERS) - 1 or not piece.candidate.problem:
                    listing.settled.add(file)
                    yield piece


def _fits(file: HandedIn, endings: Collection[str]) -> bool:
    """Tell whether a file's name has one of these endings; .ipynb may be followed by another."""
    other = ".ipynb" in file.name.lower() and file.suffix not in (*TIERS[0], *TIERS[1])
    return file.suffix in endings or ("" in endings and other)


def _read(
    below: Path, file: HandedIn, tier: int, wanted: Collection[str], listing: Listing
) -> list[Piece]:
    """Read the notebooks in a file; if it cannot be read, yield one piece that says why."""
    sha256, received = "", time.time()
    try:
        for left in reversed(range(TRIES)):
            try:
                with copied(below, file, listing) as (copy, sha256, received):
                    candidates, notes = read_file(copy, wanted)
                break
            except BeingWritten:
                if not left:
                    raise
                time.sleep(PAUSE)
    except Unreadable as problem:
        candidates, notes = [Candidate("", file.time, {}, [], str(problem))], []
    for note in notes:
        listing.set_aside(file, f"was read only in part: {note}")
    return [
        Piece(
            f"{file.shown}: {shown(candidate.name)}" if candidate.name else file.shown,
            candidate.name.rsplit("/", 1)[-1] or file.name,
            candidate.time if candidate.name else file.time,
            sha256,
            received,
            candidate,
            file,
            tier,
        )
        for candidate in candidates
    ]
