"""Limit the work that a student's text can cause: some texts make parsers very slow."""

import contextlib
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

__all__ = ["ATTRIBUTES", "TooMuch", "bounded", "charge", "many_attributes", "shared"]

SECONDS = 2.0  # of processor time for one text; honest texts take hundredths
TOGETHER = 5.0  # for all texts of a notebook; a student may write thousands
ATTRIBUTES = 100  # of one element
# One attribute, as a browser reads it; an unclosed quotation mark takes in all that follows.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?)?"""
)
_OPENED = re.compile(r"<[a-zA-Z][^\s/>]*+")


class TooMuch(Exception):
    """Report that a text takes more work than honest texts do."""


_left: ContextVar[list[float] | None] = ContextVar("left", default=None)


@contextlib.contextmanager
def shared(seconds: float = TOGETHER) -> Iterator[None]:
    """Let all `bounded` blocks inside a `with` block share one budget of processor time.

    Once it is used up, each further `bounded` block raises `TooMuch` at once. An outer budget keeps
    counting.

    Parameters
    ----------
    seconds : float, default 5
        The processor time of all of them together.

    Yields
    ------
    None
        Nothing.
    """
    outer = _left.get()
    here = [seconds if outer is None else min(seconds, outer[0])]
    given = here[0]
    token = _left.set(here)
    try:
        yield
    finally:
        _left.reset(token)
        if outer is not None:
            outer[0] -= given - here[0]


def charge(seconds: float) -> None:
    """Subtract the time that another process has worked from the shared budget.

    Parameters
    ----------
    seconds : float
        The time.
    """
    left = _left.get()
    if left is not None:
        left[0] -= seconds


@contextlib.contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    """Raise `TooMuch` in a `with` block once it has used its processor time.

    This works in the main thread on a system with timers (Linux, macOS), where grading and pages
    run; elsewhere the block runs to its end, and counts against the shared budget.

    Parameters
    ----------
    seconds : float, default 2
        The processor time that the block may take.

    Yields
    ------
    None
        Nothing.
    """
    left = _left.get()
    if left is not None:
        if left[0] <= 0:
            raise TooMuch
        seconds = min(seconds, left[0])
    began = time.process_time()
    try:
        with _timer(seconds):
            yield
    finally:
        if left is not None:
            left[0] -= time.process_time() - began


@contextlib.contextmanager
def _timer(seconds: float) -> Iterator[None]:
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise TooMuch

    before = signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)  # repeated, in case a parser catches it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def many_attributes(html: str) -> bool:
    """Tell whether an element has so many attributes that comparing them would take minutes.

    Each place where an element may begin is examined separately. If these overlap too much, the
    answer is True without further work.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    bool
        Whether there is such an element, or the text is too tangled to tell.
    """
    work, most = 0, 4 * len(html) + 10_000
    for tag in _OPENED.finditer(html):
        place = tag.end()
        for _ in range(ATTRIBUTES + 1):
            match = _ATTRIBUTE.match(html, place)
            if match is None:
                break
            work += match.end() - place
            place = match.end()
            if work > most:
                return True
        else:
            return True
    return False
