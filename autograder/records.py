"""What nbgrader's gradebook has no place for: where a submission came from, and the reason of every score."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lazyrich.judge import Report

__all__ = ["Arrival", "Records"]

_TABLES = """
CREATE TABLE IF NOT EXISTS arrivals (
    student TEXT, assignment TEXT, sha256 TEXT, file TEXT, received TEXT, problem TEXT, notes TEXT,
    PRIMARY KEY (student, assignment));
CREATE TABLE IF NOT EXISTS judged (
    student TEXT, assignment TEXT, at TEXT, isolation TEXT, seconds REAL, notes TEXT,
    PRIMARY KEY (student, assignment));
CREATE TABLE IF NOT EXISTS scores (
    student TEXT, assignment TEXT, grade_id TEXT, exercise TEXT, name TEXT, kind TEXT,
    points REAL, score REAL, status TEXT, message TEXT, seed TEXT,
    PRIMARY KEY (student, assignment, grade_id));
"""


@dataclass(frozen=True)
class Arrival:
    """A file as it came in: its hash, when it was first seen, what is wrong with it ("" if nothing), what was mended."""

    sha256: str
    file: str
    received: str
    problem: str = ""
    notes: list[str] = field(default_factory=list)


class Records:
    """autograder/records.db. Writing a submission again replaces what was there."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        with self._open() as db:
            db.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=60)) as db, db:
            db.row_factory = sqlite3.Row
            yield db

    def arrived(self, student: str, assignment: str, arrival: Arrival) -> Arrival:
        """Note an arrival. The same file keeps the time at which it was first seen."""
        with self._open() as db:
            before = db.execute(
                "SELECT sha256, received FROM arrivals WHERE student=? AND assignment=?", (student, assignment)
            )
            row = before.fetchone()
            received = row["received"] if row and row["sha256"] == arrival.sha256 else arrival.received
            db.execute(
                "INSERT OR REPLACE INTO arrivals VALUES (?,?,?,?,?,?,?)",
                (
                    student,
                    assignment,
                    arrival.sha256,
                    arrival.file,
                    received,
                    arrival.problem,
                    json.dumps(arrival.notes),
                ),
            )
        return Arrival(arrival.sha256, arrival.file, received, arrival.problem, arrival.notes)

    def arrival(self, student: str, assignment: str) -> Arrival | None:
        with self._open() as db:
            row = db.execute(
                "SELECT * FROM arrivals WHERE student=? AND assignment=?", (student, assignment)
            ).fetchone()
        if row is None:
            return None
        return Arrival(row["sha256"], row["file"], row["received"], row["problem"], json.loads(row["notes"]))

    def judged(self, student: str, assignment: str, report: Report, seeds: dict[str, int]) -> None:
        """Store what the judge found, with the seed of each hidden group."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as db:
            db.execute("DELETE FROM scores WHERE student=? AND assignment=?", (student, assignment))
            db.execute(
                "INSERT OR REPLACE INTO judged VALUES (?,?,?,?,?,?)",
                (student, assignment, now, report.isolation, report.seconds, json.dumps(report.notes)),
            )
            db.executemany(
                "INSERT INTO scores VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (student, assignment, g.grade_id, g.exercise, g.group, g.kind, g.points, g.score, g.status, g.message,
                     str(seeds.get(g.grade_id, 0)))
                    for g in report.groups
                ],
            )  # fmt: skip

    def scores(self, student: str, assignment: str) -> list[sqlite3.Row]:
        """Every group of a submission, in the order of the notebook."""
        with self._open() as db:
            return db.execute(
                "SELECT * FROM scores WHERE student=? AND assignment=? ORDER BY rowid", (student, assignment)
            ).fetchall()

    def isolation(self, student: str, assignment: str) -> str:
        """How the student's code was held when it was last judged."""
        with self._open() as db:
            row = db.execute(
                "SELECT isolation FROM judged WHERE student=? AND assignment=?", (student, assignment)
            ).fetchone()
        return row["isolation"] if row else ""

    def forget(self, student: str) -> None:
        """Remove a student."""
        with self._open() as db:
            for table in ("arrivals", "judged", "scores"):
                db.execute(f"DELETE FROM {table} WHERE student=?", (student,))
