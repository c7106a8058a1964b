"""How often a student handed in something new: whoever tries answers by the dozen is graded each time, and noted."""

from datetime import UTC, datetime, timedelta

__all__ = ["FREE", "too_many"]

FREE = 12  # different files of one assignment within a day
DAY = timedelta(days=1)
TIME = "%Y-%m-%d %H:%M:%S UTC"


def too_many(received: list[str]) -> list[str]:
    """A note if there are more than `FREE` of these times within the day before the last; no note if not."""
    times = [datetime.strptime(each, TIME).replace(tzinfo=UTC) for each in received]
    recent = sum(time > max(times) - DAY for time in times)
    return [f"{recent} different files within a day"] if recent > FREE else []
