"""From autograder/inbox/ to autograder/submitted/: what came in is kept as it is, what is graded is built from the release.

inbox/STUDENT/ASSIGNMENT/ holds the files that arrived. nbgrader only ever sees a notebook made of the release's own
cells with the student's sources in them, or, if nothing could be read, an empty one that says why.
"""

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from autograder.course import Course
from autograder.records import Arrival, Records
from lazyrich.judge import match

__all__ = ["Unreadable", "check_student", "read_submission", "students_with", "take_in"]

LARGEST = 50 * 1024**2  # bytes of a notebook; looked at before it is parsed
DEEPEST = 3  # folders below inbox/STUDENT/ASSIGNMENT that are searched
STUDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


class Unreadable(Exception):
    """A submission that cannot be graded; the message says why, to its student."""


def check_student(student: str) -> str:
    """A student's id that is safe as a folder's name.

    Raises:
        ValueError: if it is not.
    """
    if not STUDENT.fullmatch(student) or ".." in student:
        raise ValueError(
            f"student {student!r}: expected letters, digits and . _ @ + - (64 at most, a letter or digit first)"
        )
    return student


def students_with(course: Course, name: str) -> tuple[list[str], list[str]]:
    """Students who handed in an assignment, from inbox/ and submitted/; and the names of folders that are none."""
    found, odd = set(), set()
    for folder in (course.inbox, course.submitted):
        for path in folder.glob(f"*/{name}"):
            if path.is_dir():
                (found if STUDENT.fullmatch(path.parent.name) else odd).add(path.parent.name)
    return sorted(found), sorted(odd)


def take_in(course: Course, name: str, student: str) -> Arrival | None:
    """Build the notebook to be graded from what is in the inbox; None if nothing of this student's is there."""
    folder = course.inbox / check_student(student) / name
    if not folder.is_dir():
        return None
    assignment = course.assignment(name)
    file, notes = _choose(folder, name)
    raw = file.read_bytes() if file is not None and file.stat().st_size <= LARGEST else b""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    shown = "" if file is None else file.relative_to(folder).as_posix()
    arrival = Arrival(hashlib.sha256(raw).hexdigest(), shown, now)
    try:
        if file is None:
            raise Unreadable(notes.pop() if notes else "there is no file")
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"the file is larger than {LARGEST // 1024**2} MB; clear its outputs and hand it in again")
        notebook, more = read_submission(raw)
        rebuilt, mended = match(assignment, notebook)
        arrival = replace(arrival, notes=[*notes, *more, *mended])
    except Unreadable as problem:
        arrival = replace(arrival, problem=str(problem), notes=notes)
        rebuilt, _ = match(assignment, assignment.release)
        rebuilt.cells.insert(0, nbformat.v4.new_markdown_cell(f"**This submission could not be read:** {problem}"))
    arrival = Records(course.records).arrived(student, name, arrival)
    target = course.submitted / student / name
    target.mkdir(parents=True, exist_ok=True)
    nbformat.write(rebuilt, target / f"{name}.ipynb")
    (target / "timestamp.txt").write_text(arrival.received)
    return arrival


def read_submission(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    """A notebook of nbformat 4 from the bytes of a file, and notes on what was done to read it.

    Raises:
        Unreadable: saying why, if nothing can be graded.
    """
    if not raw.strip():
        raise Unreadable("the file is empty")
    text, notes = _decode(raw)
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        cells = _salvage(text)
        if not cells:
            raise Unreadable("the file is no notebook, or it is damaged beyond reading") from None
        notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        notes.append(f"the file is cut off or damaged: its first {len(cells)} cells were read, the rest is lost")
    return _version_4(notebook, notes), notes


def _choose(folder: Path, name: str) -> tuple[Path | None, list[str]]:
    """The notebook among the files that arrived: the one with the right name, else the newest."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.is_symlink()
        and len(path.relative_to(folder).parts) <= DEEPEST
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    if not notebooks:
        kinds = ", ".join(sorted({path.suffix or path.name for path in files})[:5])
        return None, [f"expected a notebook (.ipynb), got {kinds}" if files else "there is no file"]
    right = [path for path in notebooks if path.name == f"{name}.ipynb"]
    best = max(right or notebooks, key=lambda path: path.stat().st_mtime)
    notes = [] if right else [f"the file is called {best.name!r}, not {name}.ipynb"]
    if len(right or notebooks) > 1:
        notes.append(f"{len(right or notebooks)} notebooks were handed in; the newest was graded")
    return best, notes


def _decode(raw: bytes) -> tuple[str, list[str]]:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding, errors="replace"), [
                f"the file was saved as {encoding.removesuffix('-sig')} with a mark"
            ]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return raw.decode("latin-1"), ["the file is not in UTF-8; some letters may be wrong"]


def _salvage(text: str) -> list[dict[str, Any]]:
    """The whole cells at the beginning of a notebook that breaks off."""
    begin = re.search(r'"cells"\s*:\s*\[', text)
    cells, decoder = [], json.JSONDecoder()
    position = begin.end() if begin else len(text)
    while True:
        position = re.compile(r"[\s,]*").match(text, position).end()
        try:
            cell, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return cells
        if isinstance(cell, dict):
            cells.append(cell)


def _version_4(notebook: Any, notes: list[str]) -> dict[str, Any]:
    if not isinstance(notebook, dict):
        raise Unreadable("the file holds JSON, but no notebook")
    version = notebook.get("nbformat", 4)
    if version in (2, 3):
        try:
            notebook = nbformat.convert(nbformat.from_dict(notebook), 4)
        except Exception as error:  # whatever an old notebook that is also damaged makes it raise
            raise Unreadable(f"the notebook is in an old format ({version}) and could not be upgraded") from error
        notes.append(f"the notebook was in an old format ({version}); it was upgraded")
    elif version != 4:
        raise Unreadable(f"the notebook says that its format is {version!r}; formats 2, 3 and 4 can be read")
    if not isinstance(notebook.get("cells"), list):
        raise Unreadable("the file holds JSON, but no notebook: it has no cells")
    return notebook
