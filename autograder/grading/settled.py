"""Keep manual marks settled as long as their answers do not change.

nbgrader asks for a second look after every autograding. Here a mark waits again only if its answer
changed, so the hash of each answer is kept in the records: as it was last written, and as it was
when its mark was given.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Grade

from autograder.grading.records import Records
from nbjudge.contract.assignment import grade_id
from nbjudge.matching.rebuild import NEAR

__all__ = ["Seen", "answers", "keep_seen", "seen", "settling"]


@dataclass(frozen=True)
class Seen:
    """Hold the hashes of the answer to which a mark belongs.

    Parameters
    ----------
    written : str
        The hash when it was last written into the gradebook.
    marked : str
        The hash when its mark was given; "" if none was.
    """

    written: str
    marked: str = ""


def answers(nb: dict[str, Any]) -> dict[str, str]:
    """Hash the answer that a mark in each cell with points refers to.

    A question's answer is its own cell and the student's text next to it; a check's answer is the
    cells of its exercise. The work on a task is in the student's own cells.

    Parameters
    ----------
    nb : dict
        The notebook that the gradebook is written from.

    Returns
    -------
    dict of str to str
        The hashes by grade id.
    """
    hashes, before = {}, []
    free = [cell for cell in nb["cells"] if grade_id(cell) is None]
    for cell in nb["cells"]:
        name, flags = grade_id(cell), cell["metadata"].get("nbgrader", {})
        if name is None:
            continue
        if flags.get("task"):
            hashes[name] = _hash([cell, *free])
        elif flags.get("grade") and flags.get("solution"):
            hashes[name] = _hash([cell]) + _near(cell)
        elif flags.get("grade"):
            exercise = _exercise(cell)
            own = [each for each in before if exercise and _exercise(each) == exercise]
            hashes[name] = _hash(own or before[-1:] or free)
        elif flags.get("solution"):
            before.append(cell)
    return hashes


def _near(cell: dict[str, Any]) -> str:
    """Read the hash of the student's text next to a question, which may be its answer."""
    return cell["metadata"].get("nbjudge", {}).get(NEAR, "")


def _exercise(cell: dict[str, Any]) -> Any:
    return cell["metadata"].get("nbjudge", {}).get("exercise")


def _hash(cells: list[dict[str, Any]]) -> str:
    parts = [
        ("".join(cell["source"]).strip(), json.dumps(cell.get("attachments", {}), sort_keys=True))
        for cell in cells
    ]
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def settling(
    grades: Mapping[str, Grade], nb: dict[str, Any], known: Mapping[str, Seen]
) -> Iterator[dict[str, Seen]]:
    """Let nbgrader save scores, and settle the marks whose answers are the same as before.

    Parameters
    ----------
    grades : mapping of str to Grade
        The rows of the student's notebook by grade id, before the scores are saved.
    nb : dict
        The notebook.
    known : mapping of str to Seen
        What is known about the earlier answers, by grade id.

    Yields
    ------
    dict of str to Seen
        Filled at the end with what to store after the gradebook is written (`keep_seen`).
    """
    settled = {
        name
        for name, grade in grades.items()
        if grade.manual_score is not None and not grade.needs_manual_grade
    }
    present: dict[str, Seen] = {}
    yield present
    now = answers(nb)
    beside = {grade_id(cell) for cell in nb["cells"] if _near(cell)}
    for name, grade in grades.items():
        if name in beside and grade.manual_score is None:  # nbgrader gives an empty cell 0
            grade.auto_score, grade.needs_manual_grade = None, True
        before = known.get(name, Seen(""))
        marked = before.written if name in settled else before.marked
        if grade.manual_score is not None:
            grade.needs_manual_grade = not marked or marked != now.get(name, "")
        present[name] = Seen(now.get(name, ""), marked)


def seen(records: Records, whose: tuple[str, str, str], graded: Path | None) -> dict[str, Seen]:
    """Read what is known about the answers in a notebook as it was last written.

    Parameters
    ----------
    records : Records
        The records.
    whose : (str, str, str)
        The student, the assignment and the notebook.
    graded : Path or None
        The folder of the graded submission, which shows the earlier answers if the records do not.
        None if the new notebook is there already.

    Returns
    -------
    dict of str to Seen
        By grade id.
    """
    with records.opened() as db:
        rows = db.execute(
            "SELECT * FROM answers WHERE student=? AND assignment=? AND notebook=?", whose
        ).fetchall()
    file = graded / f"{whose[2]}.ipynb" if graded else None
    if rows or file is None or not file.is_file():
        return {row["grade_id"]: Seen(row["written"], row["marked"]) for row in rows}
    try:
        before = nbformat.read(file, as_version=4)
    except Exception:  # of whatever kind: then the mark waits for a second look
        return {}
    return {name: Seen(answer) for name, answer in answers(before).items()}


def keep_seen(records: Records, whose: tuple[str, str, str], present: dict[str, Seen]) -> None:
    """Store the hashes of the answers that the gradebook has now.

    This comes after the gradebook is written: if grading is killed in between, an answer that
    changed waits, and one that did not is settled.

    Parameters
    ----------
    records : Records
        The records.
    whose : (str, str, str)
        The student, the assignment and the notebook.
    present : dict of str to Seen
        By grade id.
    """
    with records.opened() as db:
        db.execute("DELETE FROM answers WHERE student=? AND assignment=? AND notebook=?", whose)
        db.executemany(
            "INSERT INTO answers VALUES (?,?,?,?,?,?)",
            [(*whose, name, each.written, each.marked) for name, each in present.items()],
        )
