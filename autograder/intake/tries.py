"""Count how often a student handed in something new.

A student who tries answers by the dozen is graded each time, and a note says so.
"""

from datetime import UTC, datetime, timedelta

__all__ = ["FREE", "TRIES", "too_many"]

TRIES = "different files within a day"  # how the note ends
FREE = 12  # different files for one assignment within a day
DAY = timedelta(days=1)
TIME = "%Y-%m-%d %H:%M:%S UTC"


def too_many(received: list[str]) -> list[str]:
    """Write a note if there are more than `FREE` files within a day.

    Parameters
    ----------
    received : list of str
        When different files of one submission came, such as "2026-01-31 12:00:00 UTC".

    Returns
    -------
    list of str
        The note, if there are that many within the day before the last; else nothing.
    """
    times = [datetime.strptime(each, TIME).replace(tzinfo=UTC) for each in received]
    recent = sum(time > max(times) - DAY for time in times)
    return [f"{recent} {TRIES}"] if recent > FREE else []
