"""Take in one submission: read what arrived, build the notebooks, store them with our own time."""

import hashlib
import html
import json
import re
from datetime import UTC, datetime
from typing import Any

from autograder.courses import Course
from autograder.feedback_pages.sanitize import clean_outputs, clean_prose
from autograder.grading.folders import replace_folder
from autograder.grading.records import Arrival, Records
from autograder.intake.choose import choose
from autograder.intake.extra import extra_files
from autograder.intake.files import HandedIn, files_below
from autograder.intake.names import check_student
from autograder.intake.parse import Unreadable
from autograder.intake.pieces import Piece, read_pieces
from nbjudge import Assignment
from nbjudge.matching.rebuild import rebuild

__all__ = ["take_in"]


def take_in(course: Course, name: str, student: str) -> Arrival | None:
    """Build the notebooks to be graded from what is in the inbox.

    Whatever arrived, submitted/STUDENT/ASSIGNMENT/ then holds each of the assignment's notebooks,
    made of the release's cells, and when the submission came.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    student : str
        The student's id.

    Returns
    -------
    Arrival or None
        What could not be read, and what was mended; None if nothing of this student's is there.

    Raises
    ------
    ValueError
        For an id that cannot be a folder's name.
    FileNotFoundError, ContractError
        If the assignment is at fault.
    """
    folder = course.arrived(check_student(student), name)
    contracts = {notebook: course.assignment(name, notebook) for notebook in course.notebooks(name)}
    files: list[HandedIn] = []
    notes: list[str] = []
    pieces: list[Piece] = []
    try:
        listing = files_below(folder, course.inbox)
        if listing is None:
            return None
        files, notes = listing
        pieces = read_pieces(folder, course.inbox, files)
        notes = [
            *(
                f"{p.shown!r} could not be read: {p.candidate.problem}"
                for p in pieces
                if p.candidate.problem
            ),
            *notes,
        ]
        chosen, left_out = choose(course, name, contracts, _readable(pieces, files, notes))
    except Unreadable as problem:
        known = str(problem), f"{pieces[0].shown!r} could not be read: {problem}" if pieces else ""
        notes = [note for note in notes if note not in known]
        arrival, built = _arrival(pieces[:1], notes, str(problem)), {}
    else:
        notes = [
            *(note for choice in chosen.values() for note in choice.notes),
            *(
                f"the notebook {each}.ipynb was not handed in"
                for each in contracts
                if each not in chosen
            ),
            *left_out,
            *notes,
        ]
        arrival = _arrival([choice.piece for choice in chosen.values()], notes)
        built = {notebook: choice.rebuilt for notebook, choice in chosen.items()}
    for notebook in contracts.keys() - built.keys():
        # nbgrader gives 0 for a notebook of a foreign course that is missing
        if not (built and contracts[notebook].any_course):
            built[notebook] = _placeholder(contracts[notebook], arrival.problem)
    arrival = Records(course.records).arrived(student, name, arrival)
    content = {
        f"{notebook}.ipynb": _as_json(_clean(nb, contracts[notebook]))
        for notebook, nb in built.items()
    }
    stamp = course.stamp(student, name, arrival.received)
    content |= {"timestamp.txt": stamp.encode()} if stamp else {}
    if course.extra_files:
        ours = course.data(name) or course.released / name
        content |= extra_files(folder, course.inbox, files, ours, content, course.free(name))
    replace_folder(course.built(student, name), content)
    return arrival


def _readable(pieces: list[Piece], files: list[HandedIn], notes: list[str]) -> list[Piece]:
    """List the pieces that could be read. Raises Unreadable, saying why, if there are none."""
    readable = [piece for piece in pieces if not piece.candidate.problem]
    if readable:
        return readable
    if pieces:
        raise Unreadable(pieces[0].candidate.problem)
    if not files:
        raise Unreadable(notes[0] if notes else "there is no file")
    kinds = sorted(
        {
            f.suffix if re.fullmatch(r"\.\w{1,8}", f.suffix, re.A) else "another kind of file"
            for f in files
        }
    )
    raise Unreadable(f"expected a notebook (.ipynb), got {', '.join(kinds[:5])}")


def _arrival(pieces: list[Piece], notes: list[str], problem: str = "") -> Arrival:
    """Note files as one arrival: the hash of one, or of all hashes, and the time of the last."""
    hashes = list(dict.fromkeys(piece.sha256 for piece in pieces))
    sha256 = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    at = (
        datetime.fromtimestamp(max(piece.received for piece in pieces), UTC)
        if pieces
        else datetime.now(UTC)
    )
    file = ", ".join(dict.fromkeys(piece.shown for piece in pieces))
    return Arrival(
        sha256, file, at.strftime("%Y-%m-%d %H:%M:%S UTC"), problem, list(dict.fromkeys(notes))
    )


def _placeholder(contract: Assignment, why: str) -> dict[str, Any]:
    """Make the notebook as students received it: no answer is there, so none waits for a person."""
    rebuilt, _ = rebuild(contract, contract.release)
    if contract.any_course:  # an empty answer might pass tests that nobody here wrote
        rebuilt["metadata"]["unreadable"] = why or "this notebook was not handed in"
    text = (
        f"**This submission could not be read:** {html.escape(why)}"
        if why
        else "**This notebook was not handed in.**"
    )
    rebuilt["cells"].insert(
        0, {"cell_type": "markdown", "id": "could-not-be-read", "metadata": {}, "source": text}
    )
    return rebuilt


def _clean(notebook: dict[str, Any], contract: Assignment) -> dict[str, Any]:
    """Clean text cells and saved outputs, which formgrader may show raw; keep the release's."""
    clean = clean_outputs(
        clean_prose(notebook, ours={cell["source"] for cell in contract.release["cells"]})
    )
    if "unreadable" in notebook["metadata"]:  # our own word, for the judge
        clean["metadata"]["unreadable"] = notebook["metadata"]["unreadable"]
    return clean


def _as_json(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
