"""Read the notebooks that a student handed in: loose, else in archives, else in other files."""

import re
import time
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.archive import MAX_NOTEBOOKS
from autograder.intake.files import BeingWritten, HandedIn, copied
from autograder.intake.names import shown
from autograder.intake.parse import Unreadable
from autograder.intake.reader import Candidate, read_file

__all__ = ["Piece", "read_pieces"]

TIERS = (".ipynb",), (".zip",), ("", ".json", ".txt")  # the last: browsers save notebooks so
TRIES, PAUSE = 3, 0.2  # at a file that is being written, and seconds between


@dataclass(frozen=True, eq=False)
class Piece:
    """Describe a notebook that was handed in.

    Parameters
    ----------
    shown : str
        Where it was found, as it can be shown.
    name : str
        The name of its file.
    time : float
        When that file was last changed, as it says itself (seconds since 1970).
    sha256 : str
        The hash of the whole file that arrived.
    received : float
        When that file arrived (seconds since 1970).
    candidate : Candidate
        What was read.
    """

    shown: str
    name: str
    time: float
    sha256: str
    received: float
    candidate: Candidate

    @property
    def stem(self) -> str:
        return re.sub(r"\.ipynb.*$", "", self.name, flags=re.I | re.S)


def read_pieces(folder: Path, below: Path, files: list[HandedIn]) -> list[Piece]:
    """Read the newest notebooks of a submission; those that could not be read say why.

    Parameters
    ----------
    folder : Path
        The folder of the submission.
    below : Path
        The folder of all submissions, below which no link is followed.
    files : list of HandedIn
        The submission's files.

    Returns
    -------
    list of Piece
        Empty if no file may be a notebook.
    """
    unreadable: list[Piece] = []
    for tier in TIERS:
        newest = sorted(
            (file for file in files if file.suffix in tier),
            key=lambda file: file.time,
            reverse=True,
        )
        pieces = [piece for file in newest[:MAX_NOTEBOOKS] for piece in _read(folder, below, file)]
        if any(not piece.candidate.problem for piece in pieces):
            return pieces
        unreadable += pieces if tier != TIERS[-1] else []
    return unreadable


def _read(folder: Path, below: Path, file: HandedIn) -> list[Piece]:
    """Read the notebooks in a file; one that says why, if it cannot be read."""
    sha256, received = "", time.time()
    try:
        for left in reversed(range(TRIES)):
            try:
                with copied(folder, below, file) as (copy, sha256, received):
                    candidates = read_file(copy)
                break
            except BeingWritten:
                if not left:
                    raise
                time.sleep(PAUSE)
    except Unreadable as problem:
        candidates = [Candidate("", file.time, {}, [], str(problem))]
    return [
        Piece(
            f"{file.shown}: {shown(candidate.name)}" if candidate.name else file.shown,
            candidate.name.rsplit("/", 1)[-1] or file.name,
            candidate.time if candidate.name else file.time,
            sha256,
            received,
            candidate,
        )
        for candidate in candidates
    ]
