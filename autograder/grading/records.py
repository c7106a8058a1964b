"""Record what nbgrader's gradebook has no place for: origins, reasons of scores, and the journal.

The journal says how far a submission has come, so that grading resumes where it was killed:

    (nothing)  ->  judged: the finished notebooks and all scores are here, none in the gradebook
               ->  written: they are in the gradebook too

Each step is one transaction. `key` names what was judged (the files, the tests, the level of
isolation): the same key again needs no grading.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.grading.judging import Judged
from autograder.intake.tries import too_many

__all__ = ["Arrival", "Records", "Stage"]

EMPTY: Mapping[str, str] = MappingProxyType({})
PATIENCE = 60.0  # seconds to wait for records that another program has locked
VERSION = 2  # of the tables below
# Tables of version 1 whose columns have changed; grading again fills them.
_REPLACED = "DROP TABLE IF EXISTS judged; DROP TABLE IF EXISTS scores;"
_TABLES = """
CREATE TABLE IF NOT EXISTS arrivals (
    student TEXT, assignment TEXT, sha256 TEXT, file TEXT, received TEXT, problem TEXT, notes TEXT,
    PRIMARY KEY (student, assignment));
CREATE TABLE IF NOT EXISTS journal (
    student TEXT, assignment TEXT, key TEXT, stage TEXT, at TEXT,
    PRIMARY KEY (student, assignment));
CREATE TABLE IF NOT EXISTS judged (
    student TEXT, assignment TEXT, notebook TEXT, at TEXT, isolation TEXT, seconds REAL, own REAL,
    notes TEXT, finished TEXT,
    PRIMARY KEY (student, assignment, notebook));
CREATE TABLE IF NOT EXISTS scores (
    student TEXT, assignment TEXT, notebook TEXT, grade_id TEXT, exercise TEXT, name TEXT,
    kind TEXT, points REAL, score REAL, status TEXT, message TEXT, seed TEXT,
    PRIMARY KEY (student, assignment, notebook, grade_id));
"""
# One row for each different file that a student handed in; one for what timestamp.txt says; and one
# for each answer with points: its hash when it was written and when it was marked (see `settled`).
_ADDED = """
CREATE TABLE IF NOT EXISTS attempts (
    student TEXT, assignment TEXT, sha256 TEXT, received TEXT,
    PRIMARY KEY (student, assignment, sha256));
CREATE TABLE IF NOT EXISTS stamps (
    student TEXT, assignment TEXT, stamped TEXT, PRIMARY KEY (student, assignment));
CREATE TABLE IF NOT EXISTS answers (
    student TEXT, assignment TEXT, notebook TEXT, grade_id TEXT, written TEXT, marked TEXT,
    PRIMARY KEY (student, assignment, notebook, grade_id));
"""
# The tables, including those of other packages, each with a column that holds students' ids.
_WHOSE = """SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type='table' AND c.name IN ('student', 'work_of')"""


@dataclass(frozen=True)
class Arrival:
    """Describe a file that was handed in.

    Parameters
    ----------
    sha256 : str
        The hash of the file (of all hashes, if there are several files).
    file : str
        Its name, made safe to show.
    received : str
        When it was first seen.
    problem : str, default ""
        What is wrong with it, or "" if nothing is.
    notes : list of str, optional
        What was repaired.
    stamped : str, default ""
        What its timestamp.txt says: a time, "late" or "not late"; or "".
    files : str, default ""
        The hash of all files as they were read (`autograder.intake.digest`); it is not stored.
    """

    sha256: str
    file: str
    received: str
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    stamped: str = ""
    files: str = ""


@dataclass(frozen=True)
class Stage:
    """Hold how far a submission has come.

    Parameters
    ----------
    key : str
        Identifies what was judged.
    stage : str
        "judged" or "written".
    """

    key: str
    stage: str


class Records:
    """Read and write records.db. Writing a submission again replaces what was there.

    Parameters
    ----------
    path : Path
        The file; it is created if it does not exist.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with self.opened() as db:
            if db.execute("PRAGMA user_version").fetchone()[0] < VERSION:
                db.executescript(f"{_REPLACED} {_TABLES} PRAGMA user_version = {VERSION};")
            db.executescript(_ADDED)

    @contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction."""
        with closing(sqlite3.connect(self.path, timeout=PATIENCE)) as db, db:
            db.row_factory = sqlite3.Row
            yield db

    def arrived(
        self, student: str, assignment: str, arrival: Arrival, copies: Mapping[str, str] = EMPTY
    ) -> Arrival:
        """Store an arrival; the same file keeps the time at which it was first seen.

        If a student hands in very often in a day, the notes say so. `copies` are the times of the
        other files that came with it, by their hash.
        """
        whose = (student, assignment)
        with self.opened() as db:
            row = db.execute(
                "SELECT sha256, received FROM arrivals WHERE student=? AND assignment=?", whose
            ).fetchone()
            same = row is not None and row["sha256"] == arrival.sha256
            received = row["received"] if same else arrival.received
            files = {**copies, arrival.sha256: received}
            db.executemany(
                "INSERT OR IGNORE INTO attempts VALUES (?,?,?,?)",
                [(*whose, sha256, at) for sha256, at in files.items()],
            )
            tries = db.execute(
                "SELECT received FROM attempts WHERE student=? AND assignment=?", whose
            ).fetchall()
            notes = [*too_many([row["received"] for row in tries]), *arrival.notes]
            values = (arrival.sha256, arrival.file, received, arrival.problem, json.dumps(notes))
            db.execute("INSERT OR REPLACE INTO arrivals VALUES (?,?,?,?,?,?,?)", (*whose, *values))
            db.execute("INSERT OR REPLACE INTO stamps VALUES (?,?,?)", (*whose, arrival.stamped))
        return replace(arrival, received=received, notes=notes)

    def arrival(self, student: str, assignment: str) -> Arrival | None:
        """Read what is known about the file that was handed in."""
        row = self._row("arrivals", student, assignment)
        if row is None:
            return None
        stamp = self._row("stamps", student, assignment)
        known = (row["sha256"], row["file"], row["received"], row["problem"])
        return Arrival(*known, json.loads(row["notes"]), stamp["stamped"] if stamp else "")

    def stamps(self, assignment: str) -> dict[str, str]:
        """Read what timestamp.txt says in each submission to an assignment, by student."""
        with self.opened() as db:
            wanted = "SELECT student, stamped FROM stamps WHERE assignment=?"
            return dict(db.execute(wanted, (assignment,)).fetchall())

    def judged(
        self, student: str, assignment: str, results: Mapping[str, Judged], *, key: str
    ) -> None:
        """Store the results of all notebooks of a submission; the gradebook comes next."""
        whose = (student, assignment)
        with self.opened() as db:
            for table in ("scores", "judged"):
                db.execute(f"DELETE FROM {table} WHERE student=? AND assignment=?", whose)
            for notebook, result in results.items():
                self._insert(db, (*whose, notebook), result, json.dumps(result.finished))
            db.execute(
                "INSERT OR REPLACE INTO journal VALUES (?,?,?,?,?)", (*whose, key, "judged", _now())
            )

    def judged_alone(self, student: str, assignment: str, notebook: str, result: Judged) -> None:
        """Store a notebook that nbgrader itself had judged, and writes to its gradebook at once."""
        whose = (student, assignment)
        with self.opened() as db:
            for table in ("scores", "judged"):
                db.execute(
                    f"DELETE FROM {table} WHERE student=? AND assignment=? AND notebook=?",
                    (*whose, notebook),
                )
            self._insert(db, (*whose, notebook), result, None)
            db.execute(
                "INSERT OR REPLACE INTO journal VALUES (?,?,?,?,?)", (*whose, "", "written", _now())
            )

    def _insert(
        self, db: sqlite3.Connection, whose: tuple, result: Judged, finished: str | None
    ) -> None:
        report = result.report
        seconds, notes = (report.seconds, report.own_seconds), json.dumps(report.notes)
        row = (*whose, _now(), report.isolation, *seconds, notes, finished)
        db.execute("INSERT INTO judged VALUES (?,?,?,?,?,?,?,?,?)", row)
        rows = [
            (*whose, g.grade_id, g.exercise, g.name, g.kind, g.points, g.score, g.status,
             g.message, str(result.seeds.get(g.grade_id, 0)))
            for g in report.checks
        ]  # fmt: skip
        db.executemany("INSERT INTO scores VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", rows)

    def written(self, student: str, assignment: str) -> None:
        """Record that the gradebook has it, and that the finished notebooks are in autograded/."""
        whose = (student, assignment)
        with self.opened() as db:
            db.execute("UPDATE judged SET finished=NULL WHERE student=? AND assignment=?", whose)
            db.execute("UPDATE journal SET stage='written' WHERE student=? AND assignment=?", whose)

    def stage(self, student: str, assignment: str) -> Stage | None:
        """Read how far a submission has come; None if it was never judged."""
        row = self._row("journal", student, assignment)
        return None if row is None else Stage(row["key"], row["stage"])

    def finished(self, student: str, assignment: str, notebook: str) -> dict[str, Any] | None:
        """Read a judged notebook that is not in the gradebook yet."""
        with self.opened() as db:
            row = db.execute(
                "SELECT finished FROM judged WHERE student=? AND assignment=? AND notebook=?",
                (student, assignment, notebook),
            ).fetchone()
        return json.loads(row["finished"]) if row and row["finished"] else None

    def scores(self, student: str, assignment: str) -> list[sqlite3.Row]:
        """List every check of a submission, in the order of the notebook."""
        with self.opened() as db:
            return db.execute(
                "SELECT * FROM scores WHERE student=? AND assignment=? ORDER BY rowid",
                (student, assignment),
            ).fetchall()

    def notes(self, student: str, assignment: str) -> list[str]:
        """List what the judge noted for a person."""
        with self.opened() as db:
            rows = db.execute(
                "SELECT notes FROM judged WHERE student=? AND assignment=?", (student, assignment)
            ).fetchall()
        return [note for row in rows for note in json.loads(row["notes"])]

    def isolation(self, student: str, assignment: str) -> str:
        """Read the isolation level at which the submission was last judged."""
        row = self._row("judged", student, assignment)
        return row["isolation"] if row else ""

    def seconds(self, assignment: str) -> tuple[float, float]:
        """Add up the seconds spent on judging an assignment, and on running students' code."""
        with self.opened() as db:
            row = db.execute(
                "SELECT SUM(seconds), SUM(own) FROM judged WHERE assignment=?", (assignment,)
            ).fetchone()
        return row[0] or 0.0, row[1] or 0.0

    def forget(self, student: str) -> None:
        """Remove a student from every table, including those of other packages."""
        with self.opened() as db:
            db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten in the file
            for table, column in db.execute(_WHOSE).fetchall():
                db.execute(f"DELETE FROM {table} WHERE {column}=?", (student,))

    def knows(self, student: str) -> bool:
        """Tell whether any table, including those of other packages, has a student."""
        with self.opened() as db:
            whose = "SELECT 1 FROM {} WHERE {}=? LIMIT 1"
            places = db.execute(_WHOSE).fetchall()
            return any(db.execute(whose.format(*p), (student,)).fetchone() for p in places)

    def _row(self, table: str, student: str, assignment: str) -> sqlite3.Row | None:
        with self.opened() as db:
            query = f"SELECT * FROM {table} WHERE student=? AND assignment=?"
            return db.execute(query, (student, assignment)).fetchone()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
