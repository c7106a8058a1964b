"""Keep marks given by hand settled as long as the answers that they are for are the same.

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
    """Hold the hashes of the answer that a mark is for.

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
    """Hash what a mark in each cell with points is for.

    A question's answer is its own cell with the student's text beside it, and a check's the cells
    of its exercise. The work for a task lies in cells of the student's own.

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
    """Read the hash of the student's text beside a question, which may be its answer."""
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
        What is known of the answers as they were, by grade id.

    Yields
    ------
    dict of str to Seen
        Filled at the end: what is to be kept, once the gradebook is written (`keep_seen`).
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
        if name in beside and grade.manual_score is None:  # nbgrader takes an empty cell for 0
            grade.auto_score, grade.needs_manual_grade = None, True
        before = known.get(name, Seen(""))
        marked = before.written if name in settled else before.marked
        if grade.manual_score is not None:
            grade.needs_manual_grade = not marked or marked != now.get(name, "")
        present[name] = Seen(now.get(name, ""), marked)


def seen(records: Records, whose: tuple[str, str, str], graded: Path | None) -> dict[str, Seen]:
    """Read what is known of the answers in a notebook as it was last written.

    Parameters
    ----------
    records : Records
        The records.
    whose : (str, str, str)
        The student, the assignment and the notebook.
    graded : Path or None
        The folder of the graded submission: it says what the answers were if the records do not.
        None where the new notebook lies there already.

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
    except Exception:  # of whatever kind: then a person looks once more
        return {}
    return {name: Seen(answer) for name, answer in answers(before).items()}


def keep_seen(records: Records, whose: tuple[str, str, str], present: dict[str, Seen]) -> None:
    """Note the answers that the gradebook has now.

    This comes after the gradebook: if it is killed between, an answer that changed waits, and one
    that did not is settled.

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
