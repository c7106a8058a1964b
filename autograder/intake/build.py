"""Read one submission: parse what arrived, build the notebooks, store them with the time."""

import hashlib
import html
import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.courses import Course
from autograder.feedback_pages.bounded import shared
from autograder.feedback_pages.sanitize import clean_outputs, clean_prose
from autograder.grading.folders import replace_folder
from autograder.grading.records import Arrival, Records
from autograder.intake.choose import Choice, Chooser
from autograder.intake.extra import files_beside
from autograder.intake.files import copied, digest
from autograder.intake.inbox import places
from autograder.intake.listing import LEFT, MISSING, Listing, files_in
from autograder.intake.names import check_student
from autograder.intake.parse import Unreadable
from autograder.intake.pieces import Piece, read_pieces
from autograder.intake.timestamp import FILE, LONGEST, Stamp, read_stamp
from nbjudge import Assignment
from nbjudge.matching.rebuild import rebuild

__all__ = ["take_in"]

PACKED = {".rar", ".7z", ".gz", ".tgz", ".tar", ".bz2", ".xz"}  # archives that are not opened here


def take_in(course: Course, name: str, student: str) -> Arrival | None:
    """Build the notebooks to be graded from what is in the inbox.

    Whatever arrived, submitted/STUDENT/ASSIGNMENT/ then has each of the assignment's notebooks,
    made of the release's cells, and the time of the submission. Every file that arrived is graded,
    placed beside the notebook, or named in a note.

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
        What could not be read, and what was repaired; None if this student handed in nothing.

    Raises
    ------
    ValueError
        For an id that cannot be a folder's name.
    FileNotFoundError, ContractError
        If the assignment is at fault.
    """
    there = places(course, name, check_student(student))
    contracts = {notebook: course.assignment(name, notebook) for notebook in course.notebooks(name)}
    chooser, pieces, graded = Chooser(course, name, contracts), [], set()
    listing = Listing()
    stamp = Stamp()
    try:
        if not files_in(there, course.inbox, listing):
            return None
        stamp = _stamp(course.inbox, listing)
        for piece in read_pieces(course.inbox, listing, contracts, chooser.enough):
            pieces.append(piece)
            if not piece.candidate.problem:
                chooser.add(piece)
        _demand_one(pieces, listing)
        chosen = chooser.chosen()
    except Unreadable as problem:
        arrival, built = _arrival(pieces[:1], [], str(problem)), {}
        _set_aside(listing, pieces[1:], chooser, {})
    else:
        graded = {choice.piece.file for choice in chosen.values()}
        notes = [note for choice in chosen.values() for note in choice.notes]
        missing = [each for each in contracts if each not in chosen]
        notes += [f"the notebook {each}.ipynb {MISSING}" for each in missing]
        arrival = _arrival([choice.piece for choice in chosen.values()], notes)
        built = {notebook: choice.rebuilt for notebook, choice in chosen.items()}
        _set_aside(listing, pieces, chooser, chosen)
    for notebook in contracts.keys() - built.keys():
        # nbgrader gives 0 for a missing notebook of an nbgrader course
        if not (built and contracts[notebook].any_course):
            built[notebook] = _placeholder(contracts[notebook], arrival.problem)
    content = {
        f"{notebook}.ipynb": _as_json(_clean(nb, contracts[notebook]))
        for notebook, nb in built.items()
    }
    others = [file for file in listing.files if file not in graded]
    beside = files_beside(course, name, others, content, listing)
    expected = course.arrived(student, name)
    lay = [note for place in there for note in place.note(expected)]
    told = [note for note in [*arrival.notes, *lay, *listing.notes()] if note != arrival.problem]
    arrival = _stamped(course, replace(arrival, notes=list(dict.fromkeys(told))), stamp)
    arrival = replace(arrival, files=digest(there, course.inbox, listing.read))
    copies = {piece.sha256: _time(piece.received) for piece in chooser.copies(graded)}
    arrival = Records(course.records).arrived(student, name, arrival, copies)
    counts = course.arrival_counts and not stamp.word
    when = stamp.when or (arrival.received if counts else "")
    content |= beside | ({FILE: when.encode()} if when else {})
    replace_folder(course.built(student, name), content)
    return arrival


def _stamped(course: Course, arrival: Arrival, stamp: Stamp) -> Arrival:
    """Add the time of handing in, or say which time counts if it cannot be read."""
    if not stamp.problem:
        return replace(arrival, stamped=stamp.when or stamp.word)
    counts = "the time of arrival counts" if course.arrival_counts else "it does not count as late"
    return replace(arrival, notes=[f"{stamp.problem}; {counts}", *arrival.notes])


def _stamp(below: Path, listing: Listing) -> Stamp:
    """Read when the work was handed in, if a file beside the notebook says so."""
    file = next((file for file in listing.files if file.path == (FILE,)), None)
    if file is None:
        return Stamp()
    listing.files.remove(file)
    try:
        with copied(below, file, listing, LONGEST) as (copy, *_):
            return read_stamp(copy.read())
    except Unreadable as problem:
        return Stamp(problem=f"{FILE} could not be read: {problem}")


def _set_aside(
    listing: Listing, pieces: list[Piece], chooser: Chooser, chosen: dict[str, Choice]
) -> None:
    """Say why each piece that is not graded is left out."""
    others = {piece: f"was left out: it is {what}" for piece, what in chooser.left_out(chosen)}
    for piece in pieces:
        if piece.candidate.problem:
            listing.set_aside(piece.shown, f"could not be read: {piece.candidate.problem}")
        elif piece in others:
            listing.set_aside(piece.shown, others[piece])


def _demand_one(pieces: list[Piece], listing: Listing) -> None:
    """Raise Unreadable, saying why, if no piece could be read."""
    if any(not piece.candidate.problem for piece in pieces):
        return
    if pieces:
        raise Unreadable(pieces[0].candidate.problem)
    if not listing.files:
        notes = sorted(listing.notes(), key=lambda note: note.endswith(LEFT))
        nothing = ["there is no file"] if not notes or notes[0].endswith(LEFT) else []
        raise Unreadable("; ".join([*nothing, *notes[:1]]))
    kinds = sorted(
        {
            f.suffix if re.fullmatch(r"\.\w{1,8}", f.suffix, re.A) else "another kind of file"
            for f in listing.files
        }
    )
    left = [note for note in listing.notes() if note.endswith(LEFT)]
    packed = (
        ["archives of this kind are not opened: hand in the notebook itself"]
        if PACKED & set(kinds)
        else []
    )
    got = f"expected a notebook (.ipynb), got {', '.join(kinds[:5])}"
    raise Unreadable("; ".join([got, *packed, *left]))


def _arrival(pieces: list[Piece], notes: list[str], problem: str = "") -> Arrival:
    """Combine files into one arrival: the hash of one, or of all hashes, and the latest time."""
    hashes = list(dict.fromkeys(piece.sha256 for piece in pieces))
    sha256 = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    at = max((piece.received for piece in pieces), default=time.time())
    file = ", ".join(dict.fromkeys(piece.shown for piece in pieces))
    return Arrival(sha256, file, _time(at), problem, list(dict.fromkeys(notes)))


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _placeholder(contract: Assignment, why: str) -> dict[str, Any]:
    """Make the notebook as students received it: without answers, none waits for manual grading."""
    rebuilt, _ = rebuild(contract, contract.release)
    if contract.any_course:  # an empty answer might pass the course's own tests
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
    ours = {cell["source"] for cell in contract.release["cells"]}
    with shared():
        clean = clean_outputs(clean_prose(notebook, ours=ours))
    if "unreadable" in notebook["metadata"]:  # our own mark, for the judge
        clean["metadata"]["unreadable"] = notebook["metadata"]["unreadable"]
    return clean


def _as_json(notebook: dict[str, Any]) -> bytes:
    return (json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
