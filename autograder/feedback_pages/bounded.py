"""Bound the work that a student's text can cause: parsers are not linear on every text."""

import contextlib
import re
import signal
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

__all__ = ["ATTRIBUTES", "TooMuch", "bounded", "charge", "many_attributes", "shared"]

SECONDS = 2.0  # of processor time for one text; honest ones take hundredths
TOGETHER = 5.0  # for all texts of a notebook; a student may write thousands
ATTRIBUTES = 100  # of one element
# One attribute, as a browser reads it; a quotation mark that is not closed takes all that follows.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?)?"""
)
_OPENED = re.compile(r"<[a-zA-Z][^\s/>]*+")


class TooMuch(Exception):
    """Report that a text takes more work than honest ones."""


_left: ContextVar[list[float] | None] = ContextVar("left", default=None)


@contextlib.contextmanager
def shared(seconds: float = TOGETHER) -> Iterator[None]:
    """Let all `bounded` blocks inside a `with` block share one budget of processor time.

    Once it is used up, each further `bounded` block raises `TooMuch` at once. A budget around this
    one goes on counting.

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
    """Take time that another process has worked off the shared budget.

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

    Works in the main thread of a system that has timers (Linux, macOS), where gradings and pages
    are made; elsewhere the block itself runs to its end, and counts against the shared budget.

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
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 0.1)  # again, if a parser catches it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def many_attributes(html: str) -> bool:
    """Tell whether an element has so many attributes that comparing them would take minutes.

    Each place where an element may begin is looked at by itself. If these overlap much, nothing is
    said about the text but that it is tangled.

    Parameters
    ----------
    html : str
        Any text.

    Returns
    -------
    bool
        Whether it has.
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
