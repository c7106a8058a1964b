"""An end to the judge's own work: a test that counts as far as an answer says must not count for ever."""

import contextlib
import signal
import threading
from collections.abc import Iterator

__all__ = ["Overdue", "alarm"]


class Overdue(BaseException):
    """The time is up. No `Exception`: a test's `except Exception` must not hide it."""


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `Overdue` in the block once `seconds` have passed.

    Works in the main thread of a system that has timers (Linux, macOS); elsewhere the block runs without an end.
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
    signal.setitimer(
        signal.ITIMER_REAL, seconds, 1.0
    )  # and again: a `finally` of the test's may have caught the first
    try:
        try:
            yield
        finally:
            armed = False
    finally:  # runs even if it rang on the way out
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
