"""Imitate a worker that a student has taken over: it replies with any plain data it likes.

It is a thread of the tests' process, so that thousands of replies can be tried.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbjudge import Limits
from nbjudge.errors import ChannelClosed, FrameError
from nbjudge.worker.channel import Channel

__all__ = ["HONEST", "Forger", "kind_of"]

# What a worker replies whose student computes nothing.
HONEST: dict[str, Any] = {
    "cell": {"outputs": [], "error": None, "count": 1},
    "call": {"value": 0.0},
    "names": {"names": []},
    "files": {"written": True},
}


def kind_of(request: dict[str, Any]) -> str:
    known = {"source": "cell", "files": "files", "names": "names"}
    return next((kind for key, kind in known.items() if key in request), "call")


class Forger:
    """A launcher of such workers.

    Parameters
    ----------
    reply : callable
        Gets each request, and returns the reply.
    """

    isolation, unprotected = "process", ()

    def __init__(self, reply: Callable[[dict[str, Any]], Any]) -> None:
        self.reply = reply

    def __call__(self, fd: int, data: Path | None, limits: Limits) -> "_Held":
        return _Held(os.dup(fd), self.reply, limits)


class _Held:
    """A stand-in for a worker without a process; `most` is its limit on memory."""

    def __init__(self, fd: int, reply: Callable[[dict[str, Any]], Any], limits: Limits) -> None:
        self.most = limits.resident
        read, self._write = os.pipe()
        self.stdout = os.fdopen(read, "rb", buffering=0)
        self._socket = socket.socket(fileno=fd)
        self._thread = threading.Thread(target=self._run, args=(reply,), daemon=True)
        self._thread.start()

    def _run(self, reply: Callable[[dict[str, Any]], Any]) -> None:
        channel = Channel(self._socket)
        try:
            channel.send({"ready": True})
            while True:
                request = channel.recv()
                try:
                    channel.send(reply(request))
                except FrameError:  # more than a frame can hold
                    channel.send({"refused": "it cannot be sent"})
        except ChannelClosed:
            pass

    def poll(self) -> int | None:
        return None if self._thread.is_alive() else 0

    def wait(self, timeout: float | None = None) -> int | None:
        self._thread.join(timeout)
        return self.poll()

    def interrupt(self) -> None:
        pass

    def memory(self) -> int:
        return 0

    def kill(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.kill()
        self._thread.join()
        self._socket.close()
        os.close(self._write)
