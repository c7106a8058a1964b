"""Have a file read by the limited process, and check everything that it returns."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO, Any

from autograder.intake.archive import MAX_NOTEBOOKS
from autograder.intake.cells import MAX_OUTPUTS, PICTURES
from autograder.intake.child import MAX_NOTES, SECONDS
from autograder.intake.damaged import MAX_CELLS
from autograder.intake.parse import (
    MAX_ATTACHED,
    MAX_IMAGES,
    MAX_SHOWN,
    MAX_TEXT,
    Unreadable,
)
from nbjudge.errors import ChannelClosed, ChannelTimeout, FrameError
from nbjudge.worker.channel import Channel

__all__ = ["SERVER", "Candidate", "Server", "read_file"]


@dataclass(frozen=True)
class Candidate:
    """Hold a notebook that was read, or the reason why it could not be.

    Parameters
    ----------
    name : str
        The path within an archive; else "".
    time : float
        The time of the archive's member (seconds since 1970); else 0.
    notebook : dict
        A notebook of nbformat 4 with only the parts that intake keeps.
    notes : list of str
        What was done to read it.
    problem : str, default ""
        Why it could not be read.
    """

    name: str
    time: float
    notebook: dict[str, Any]
    notes: list[str]
    problem: str = ""


def read_file(
    file: IO[bytes], wanted: Collection[str] = (), seconds: float = SECONDS + 2
) -> tuple[list[Candidate], list[str]]:
    """Read the notebooks in a file (one, or those of an archive) in a separate process.

    Parameters
    ----------
    file : IO[bytes]
        The file.
    wanted : collection of str, default ()
        The names of the notebooks to look for, which are read first.
    seconds : float, default SECONDS + 2
        The seconds that this may take.

    Returns
    -------
    candidates : list of Candidate
        At least one.
    notes : list of str
        What was left out of an archive.

    Raises
    ------
    Unreadable
        If there are none, or reading them takes too much time or memory.
    """
    for again in (True, False):
        try:
            return _ask(file, wanted, time.monotonic() + seconds)
        except ChannelTimeout:
            raise Unreadable("reading it took too long; save it again in JupyterLab") from None
        except ChannelClosed:
            if again and SERVER.gone():  # not this file's fault: its child would have died alone
                continue
            raise Unreadable(
                "reading the file takes more time or memory than a notebook ever needs"
            ) from None
        except (FrameError, ValueError, KeyError, TypeError):
            raise Unreadable("the file could not be read") from None


def _ask(
    file: IO[bytes], wanted: Collection[str], deadline: float
) -> tuple[list[Candidate], list[str]]:
    ours, theirs = socket.socketpair()
    with ours:
        candidates, notes, channel = [], [], Channel(ours)
        with theirs:
            channel.send([name[:200] for name in wanted], deadline)
            SERVER.ask(b"r", file.fileno(), theirs)
        while (reply := channel.recv(deadline)) is not None:
            if set(reply) == {"about"}:
                notes = [_word(note, 300) for note in _list(reply["about"], MAX_NOTES)]
                continue
            if len(candidates) == MAX_NOTEBOOKS:
                raise ValueError
            candidates.append(_checked(reply))
    return candidates, notes


def _checked(reply: Any) -> Candidate:
    """Make a candidate from one frame, with every part of the right type and within limits.

    Raises Unreadable, or ValueError, KeyError, TypeError for a frame that breaks the protocol.
    """
    if set(reply) == {"problem"}:
        raise Unreadable(_word(reply["problem"], 300))
    name, moment = _word(reply["name"], 500), reply["time"]
    if type(moment) is not float:
        raise ValueError
    if "unreadable" in reply:
        return Candidate(name, moment, {}, [], _word(reply["unreadable"], 300))
    notes = [_word(note, 300) for note in _list(reply["notes"], MAX_NOTES)]
    source, position, cells = _word(reply["source"], MAX_TEXT), 0, []
    for kind, length, cell_id, grade_id, checksum, exercise in _list(reply["cells"], MAX_CELLS):
        if (
            kind not in ("code", "markdown", "raw")
            or type(length) is not int
            or not 0 <= length <= len(source) - position
        ):
            raise ValueError
        cell = {"cell_type": kind, "source": source[position : position + length], "metadata": {}}
        position += length
        if cell_id is not None:
            cell["id"] = _word(cell_id, 64)
        if grade_id is not None:
            cell["metadata"]["nbgrader"] = {
                "grade_id": _word(grade_id, 100),
                "checksum": _word(checksum, 64),
            }
        if exercise is not None:
            cell["metadata"]["nbjudge"] = {"exercise": _word(exercise, 40), "names": []}
        cells.append(cell)
    room = MAX_ATTACHED
    for index, image, kind, data in _list(reply["images"], MAX_IMAGES):
        if type(index) is not int or not 0 <= index < len(cells):
            raise ValueError
        room -= len(_word(data, room))
        cells[index].setdefault("attachments", {}).setdefault(_word(image, 200), {})[
            _word(kind, 100)
        ] = data
    room = MAX_SHOWN
    for index, kind, parts in _list(reply["outputs"], MAX_OUTPUTS):
        if type(index) is not int or not 0 <= index < len(cells):
            raise ValueError
        pairs = [
            (_word(name, MAX_TEXT), _word(text, MAX_SHOWN))
            for name, text in _list(parts, 2 * len(PICTURES) + 1)
        ]
        room -= sum(len(name) + len(text) for name, text in pairs)
        if room < 0 or not pairs:
            raise ValueError
        cells[index].setdefault("outputs", []).append(_output(kind, pairs))
    return Candidate(
        name, moment, {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, notes
    )


def _output(kind: Any, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Rebuild a saved output from the form in which `child` sent it."""
    name, text = pairs[0]
    if kind == "stream" and name in ("stdout", "stderr"):
        return {"output_type": "stream", "name": name, "text": text}
    if kind == "error":
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": []}
    data = {name: text for name, text in pairs if name in (*PICTURES, "text/plain")}
    alts = [text for name, text in pairs if name == "alt"]
    if kind != "display_data" or not data:
        raise ValueError
    return {
        "output_type": "display_data",
        "data": data,
        "metadata": {name: {"alt": alts[0]} for name in data if name in PICTURES and alts},
    }


def _word(value: Any, most: int) -> str:
    if type(value) is not str or len(value) > most:
        raise ValueError
    return value


def _list(value: Any, most: int) -> list:
    if type(value) is not list or len(value) > most:
        raise ValueError
    return value


class Server:
    """Run the process of `child`: started when first needed, one for each process."""

    def __init__(self) -> None:
        self.process: subprocess.Popen | None = None
        self.control: socket.socket | None = None
        self.owner = 0
        self.lock = threading.Lock()

    def ask(self, request: bytes, file: int, reply: socket.socket) -> None:
        """Have a child read `file` and answer on `reply`; `child.serve` lists the requests."""
        with self.lock:
            for last in (False, True):
                if self.owner != os.getpid() or self.process.poll() is not None:
                    self._start()
                try:
                    socket.send_fds(self.control, [request], [file, reply.fileno()])
                    return
                except OSError:  # it has ended: retry with a new one
                    if last:
                        raise
                    self._stop()

    def gone(self) -> bool:
        """Tell whether the server itself has ended."""
        with self.lock, contextlib.suppress(subprocess.TimeoutExpired):
            return self.process is None or self.process.wait(1.0) is not None
        return False

    def _start(self) -> None:
        self._stop()
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.intake.child", str(theirs.fileno())],
                cwd="/",
                env={
                    "PATH": os.defpath,
                    "LANG": "C.UTF-8",
                    "OPENBLAS_NUM_THREADS": "1",
                    "OMP_NUM_THREADS": "1",
                },
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.owner = os.getpid()

    def _stop(self) -> None:
        if self.control is not None:
            self.control.close()
        if self.process is not None and self.owner == os.getpid():
            self.process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(5)
        self.process, self.control, self.owner = None, None, 0


SERVER = Server()
atexit.register(SERVER._stop)
