"""Watch the memory of a worker as long as it runs, and describe how a process ended."""

import contextlib
import signal
import threading

from nbjudge.worker.launcher import Held

__all__ = ["WATCH", "Watch", "ended"]

WATCH = 0.25  # seconds between two measurements of a worker


class Watch:
    """Kill a worker that, with everything that it started, holds too much memory.

    No system limit applies to the sum, and a worker may grow while it seems to answer, or between
    two requests: the watch measures now and then as long as the worker runs.

    Parameters
    ----------
    held : Held
        The worker; `most` is the memory that it may hold.

    Attributes
    ----------
    why : str
        Why the worker was killed; empty if it was not.
    """

    def __init__(self, held: Held) -> None:
        self._held, self._stop = held, threading.Event()
        self.why = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(WATCH):
            if self._held.memory() > self._held.most:
                most = f"{self._held.most / 2**30:.3g} GB of memory"
                self.why = f"and what it started used more than {most}"
                self._held.kill()
                return


def ended(code: int | None) -> str:
    """Describe how a process ended.

    Parameters
    ----------
    code : int or None
        Its exit code, below 0 for a signal; None if it has none yet.

    Returns
    -------
    str
        The predicate of a sentence about it.

    Examples
    --------
    >>> ended(3), ended(-9)
    ('ended with exit code 3', 'was ended by SIGKILL, perhaps out of memory')
    """
    if code is not None and code < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            hint = {
                "SIGSEGV": ", a crash in compiled code",
                "SIGKILL": ", perhaps out of memory",
            }
            return f"was ended by {name}{hint.get(name, '')}"
    return "ended" if code is None else f"ended with exit code {code}"
