"""How often a student handed in something new: whoever tries answers by the dozen learns less about each.

The score always counts and is never held back. Beyond `FREE` different files within a day, feedback is asked to leave out
what hidden checks say (`Attempts.details`), and the arrival says so.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from autograder.course import Course
from autograder.records import Arrival, Records

__all__ = ["FREE", "Attempts", "attempts", "with_attempts"]

FREE = 12  # different files within a day
DAY = timedelta(days=1)
TIME = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Attempts:
    """Different files of one assignment: all, those of the day before the last, and whether details may be told."""

    total: int
    recent: int

    @property
    def details(self) -> bool:
        return self.recent <= FREE


def attempts(course: Course, name: str, student: str) -> Attempts:
    """How often `student` handed in a different file for the assignment `name`."""
    with Records(course.records)._open() as db:
        rows = db.execute("SELECT received FROM attempts WHERE student=? AND assignment=?", (student, name)).fetchall()
    times = sorted(datetime.strptime(row["received"], TIME).replace(tzinfo=UTC) for row in rows)
    return Attempts(len(times), sum(time > times[-1] - DAY for time in times))


def with_attempts(course: Course, name: str, student: str, arrival: Arrival) -> Arrival:
    """An arrival that is already in the records, with a note if there were too many."""
    made = attempts(course, name, student)
    if made.details:
        return arrival
    told = f"{made.recent} different files within a day: feedback leaves out what hidden checks say"
    return replace(arrival, notes=[*arrival.notes, told])
