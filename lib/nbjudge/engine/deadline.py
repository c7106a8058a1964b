"""Limit the wall-clock time of test code in the judge.

A test that loops over a student's return value must not hang grading.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

from nbjudge.errors import Overdue

__all__ = ["alarm"]


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `Overdue` in a `with` block once its time is up.

    This works in the main thread on a system with timers (Linux, macOS); elsewhere the block runs
    without a limit.

    Parameters
    ----------
    seconds : float
        The time that the block may take.

    Yields
    ------
    None
        Nothing.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    armed = True

    def ring(number: int, frame: object) -> None:
        if armed:
            raise Overdue

    before = signal.signal(signal.SIGALRM, ring)
    # It rings again every second: a `finally` in the test may have swallowed the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        try:
            yield
        finally:
            armed = False
    finally:  # runs even if the alarm rang on the way out
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
