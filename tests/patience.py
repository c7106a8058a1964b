"""How tests wait: for events, and never longer than a bound that only ends a broken test.

A bound under which something must succeed is generous, and grows with `LAZYRICH_TEST_PATIENCE` (a
factor, 1 by default), for machines that are slower or busier than ours. Where a deadline is what a
test is about, it may be short if the test expects it to pass; `Clock` and `hurried` make it pass
for one cell or one function, whose time has come, and for nothing else."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from nbjudge.worker import client

__all__ = ["FACTOR", "Clock", "hurried", "soon", "until"]

FACTOR = float(os.environ.get("LAZYRICH_TEST_PATIENCE", "1"))


def until(condition: Callable[[], Any], seconds: float = 120.0) -> Any:
    """What `condition` gives as soon as it gives something true; what it gives in the end if it
    does not."""
    end = time.monotonic() + FACTOR * seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.02)  # noqa: TID251 (between two looks)
    return found


def soon(seconds: float = 120.0) -> float:
    """A deadline (`time.monotonic()`) that is not meant to pass."""
    return time.monotonic() + FACTOR * seconds


class Clock:
    """A clock for the judge (`monkeypatch.setattr(time, "monotonic", clock)`) that all deadlines of
    that moment have passed by once the code `told` has run, in any process: a cell that hangs says
    so by it, and is stopped then, however late it has begun."""

    def __init__(self, folder: Path) -> None:
        self._file, self._real = folder / "told", time.monotonic
        self.told = f"open({str(self._file)!r}, 'w').close()"

    def __call__(self) -> float:
        return self._real() + (1e6 if self._file.exists() else 0.0)


@contextlib.contextmanager
def hurried(*what: str, seconds: float = 0.5) -> Iterator[None]:
    """The judge of this process waits `seconds` for the cells with these sources, or for the
    functions of these names, and as long as its limits say for all else."""
    plain = client.Worker._request

    def request(self: client.Worker, request: dict[str, Any], deadline: float, most: int) -> Any:
        hurry = request.get("source") in what or request.get("name") in what
        return plain(
            self, request, min(deadline, time.monotonic() + seconds) if hurry else deadline, most
        )

    client.Worker._request = request
    try:
        yield
    finally:
        client.Worker._request = plain
