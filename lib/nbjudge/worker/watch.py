"""Watch the memory of a worker for as long as it lives."""

import threading

from nbjudge.worker.launcher import Held

__all__ = ["WATCH", "Watch"]

WATCH = 0.25  # seconds between two looks at a worker


class Watch:
    """Kill a worker that, with all that it started, holds too much memory.

    No limit of the system counts the sum, and a worker may grow while it seems to answer, or
    between two requests: the watch looks now and then for as long as the worker lives.

    Parameters
    ----------
    held : Held
        The worker; `most` is what it may hold.

    Attributes
    ----------
    why : str
        Why the worker was killed; empty as long as it was not.
    """

    def __init__(self, held: Held) -> None:
        self._held, self._stop = held, threading.Event()
        self.why = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop looking."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(WATCH):
            if self._held.memory() > self._held.most:
                most = f"{self._held.most / 2**30:.3g} GB of memory"
                self.why = f"and what it started used more than {most}"
                self._held.kill()
                return
