"""Start the zygote inside bubblewrap, and talk to it from the judge's end of the socket."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from autograder.isolation.outer import Wall
from nbjudge.errors import StartError
from nbjudge.limits import Limits

__all__ = ["Zygote"]

# Limits for a zygote that is alive but silent (one that has ended is noticed at once): far above
# what a busy machine needs.
START = 300.0  # seconds for a zygote to start: it imports everything that notebooks use
SPAWN = 60.0  # seconds for a worker to start


class Zygote:
    """Start bubblewrap with the zygote in it.

    Parameters
    ----------
    wall : Wall
        What is visible inside.
    """

    def __init__(self, wall: Wall) -> None:
        self.stage = Path(tempfile.mkdtemp(prefix="walls-"))
        self.stage.chmod(0o755)
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the zygote)
        with theirs:
            self.process = _from_a_lasting_thread(
                wall.command(theirs.fileno(), self.stage),
                pass_fds=[theirs.fileno()],
                env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                start_new_session=True,
                cwd="/",
            )
        self.number = 0
        self.died: dict[int, int | None] = {}  # number of a worker -> how it ended
        self.hello: dict[str, Any] | None = None

    def wait(self) -> dict[str, Any]:
        """Wait until it is ready; returns its first message. Raises StartError if it ends."""
        if self.hello is None:
            self.hello, _ = self._receive(lambda message: "ready" in message, START)
            # what was mounted there was in a mount namespace that is gone
            shutil.rmtree(self.stage, ignore_errors=True)
        return self.hello

    def spawn(self, fd: int, pipe: int, data: IO[bytes] | None, limits: Limits) -> tuple[int, int]:
        """Start a worker on `fd` that prints to `pipe` and gets the files of an archive, `data`.

        Returns its number and a pidfd. Raises StartError if it does not start.
        """
        self.wait()
        self.number += 1
        number = self.number
        request = json.dumps({"spawn": number, "limits": limits.to_dict()}).encode()
        files = [] if data is None else [data.fileno()]
        try:
            socket.send_fds(self.control, [request], [fd, pipe, *files])
        except OSError as error:
            raise StartError(f"the wall's zygote is gone ({error}): {self.printed()}") from None
        message, fds = self._receive(lambda m: number in (m.get("born"), m.get("failed")), SPAWN)
        if "failed" in message or not fds:
            raise StartError(f"no worker inside the walls: {message.get('why')}")
        return number, fds[0]

    def interrupt(self, number: int) -> None:
        """Interrupt a worker as Ctrl-C does."""
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"interrupt": number}).encode())

    def ended(self, number: int, timeout: float) -> int | None:
        """Ask how a worker ended; None if there is no answer within `timeout` seconds."""
        with contextlib.suppress(StartError):
            if number not in self.died:
                self._receive(lambda message: message.get("died") == number, timeout)
        return self.died.get(number)

    def alive(self) -> bool:
        return self.process.poll() is None

    def printed(self) -> str:
        """Read the last part of what the zygote printed."""
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", "replace")

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()

    def close(self) -> None:
        self.kill()
        self.process.wait()
        self.control.close()
        self.log.close()
        shutil.rmtree(self.stage, ignore_errors=True)

    def _receive(
        self, wanted: Callable[[dict], bool], timeout: float
    ) -> tuple[dict[str, Any], list[int]]:
        """Wait for a message, and record workers that are reported to have ended before it."""
        deadline = time.monotonic() + timeout
        while (left := deadline - time.monotonic()) > 0:
            if not select.select([self.control], [], [], min(left, 0.5))[0]:
                if not self.alive():
                    raise StartError(f"the walls did not start: {self.printed()}")
                continue
            try:
                raw, fds, _, _ = socket.recv_fds(self.control, 65536, 4)
            except OSError:
                raw, fds = b"", []
            if not raw:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(5)
                raise StartError(f"the wall's zygote is gone: {self.printed()}")
            message = _message(raw)
            if type(message.get("died")) is int:
                self.died[message["died"]] = (
                    message["status"] if type(message.get("status")) is int else None
                )
            if wanted(message):
                return message, fds
            for fd in fds:
                os.close(fd)
        raise StartError(f"the wall's zygote did not answer within {timeout:g} s: {self.printed()}")


def _message(raw: bytes) -> dict[str, Any]:
    """Read a message; an unreadable one counts as empty, because a worker may have caused it."""
    try:
        message = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


_spawner: tuple[int, ThreadPoolExecutor] | None = None
_spawner_lock = threading.Lock()


def _from_a_lasting_thread(command: list[str], **options: Any) -> subprocess.Popen:
    """Start a process from a thread that lives as long as this process.

    --die-with-parent refers to the thread that started bubblewrap, and grading may start it from a
    thread that ends earlier.
    """
    global _spawner  # noqa: PLW0603 (one thread a process)
    with _spawner_lock:
        if _spawner is None or _spawner[0] != os.getpid():  # threads do not survive a fork
            _spawner = os.getpid(), ThreadPoolExecutor(1, thread_name_prefix="walls")
        executor = _spawner[1]
    return executor.submit(subprocess.Popen, command, **options).result()
