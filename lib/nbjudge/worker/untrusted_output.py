"""Read a worker's outputs: none of them is trusted, and all of them are limited."""

import json
import os
import re
import select
import threading
import time
from typing import Any

from nbjudge.limits import POSIX

__all__ = ["Drain", "PatientDrain", "checked_error", "checked_outputs", "drain"]

# The MIME types whose content need not be text, as in nbformat.
JSON = re.compile(r"application/(.*\+)?json")
MESSAGE = 500  # characters kept of an error's name or text
KEPT = 64 * 1024  # bytes of raw output kept for a cell
PAUSE = 0.001
MOMENT = 0.02  # seconds for recent writes to arrive, where arrival cannot be checked


class Drain:
    """Empty a worker's stdout and stderr so that it never blocks; keep the first 64 kB per cell.

    Parameters
    ----------
    pipe : file object
        The end of the pipe that is read.
    """

    def __init__(self, pipe: Any):
        self.pipe, self.kept, self.lock = pipe, bytearray(), threading.Lock()
        os.set_blocking(pipe.fileno(), False)
        self.stop_read, self.stop_write = os.pipe()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def take(self) -> str:
        """Return everything that was written since the last call."""
        with self.lock:
            self._read()
            text, self.kept = self.kept.decode("utf-8", "replace"), bytearray()
        return text

    def close(self) -> None:
        """Stop reading and close the pipe."""
        os.close(self.stop_write)
        self.thread.join()
        os.close(self.stop_read)
        self.pipe.close()

    def _run(self) -> None:
        while True:
            ready = select.select([self.pipe, self.stop_read], [], [])[0]
            if self.stop_read in ready:
                return
            with self.lock:
                if not self._read():
                    return
                flood = len(self.kept) >= KEPT
            if flood:
                time.sleep(PAUSE)  # dropping output must not occupy one of the judge's cores

    def _read(self) -> bool:
        """Read what is available, at most 4 MB at a time; False at the end of the file."""
        for _ in range(64):
            try:
                chunk = os.read(self.pipe.fileno(), 65536)
            except BlockingIOError:
                return True
            if not chunk:
                return False
            self.kept += chunk[: KEPT - len(self.kept)]
        return True


class PatientDrain:
    """Do what `Drain` does on Windows, where a pipe can only be read by waiting for it.

    What was written just before a call of `take` may be returned by a later one.

    Parameters
    ----------
    pipe : file object
        The end of the pipe that is read.
    """

    def __init__(self, pipe: Any):
        self.pipe, self.kept, self.lock = pipe, bytearray(), threading.Lock()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def take(self) -> str:
        """Return what has arrived since the last call."""
        self.thread.join(MOMENT)
        with self.lock:
            text, self.kept = self.kept.decode("utf-8", "replace"), bytearray()
        return text

    def close(self) -> None:
        """Close the pipe, unless a process that the worker started holds it open."""
        self.thread.join(1.0)
        if not self.thread.is_alive():
            self.pipe.close()

    def _run(self) -> None:
        while chunk := os.read(self.pipe.fileno(), 65536):
            with self.lock:
                self.kept += chunk[: KEPT - len(self.kept)]


def drain(pipe: Any) -> Drain | PatientDrain:
    """Start emptying a pipe in the way that this system allows.

    Parameters
    ----------
    pipe : file object
        The end of the pipe that is read.

    Returns
    -------
    Drain or PatientDrain
        The object that empties it.
    """
    return Drain(pipe) if POSIX else PatientDrain(pipe)


def checked_outputs(raw: Any, room: int) -> list[dict[str, Any]]:
    """Keep a worker's outputs that are valid in nbformat, as long as there is room.

    Parameters
    ----------
    raw : object
        What the worker sent; anything at all.
    room : int
        The total bytes that the outputs may have, as JSON.

    Returns
    -------
    list of dict
        Valid outputs.
    """
    outputs = []
    for output in raw if isinstance(raw, list) else []:
        if not _is_output(output):
            continue
        try:  # only what JSON can represent
            room -= len(json.dumps(output, allow_nan=False))
        except (TypeError, ValueError):
            continue
        if room < 0:
            break
        outputs.append(output)
    return outputs


def checked_error(raw: Any) -> list[str] | None:
    """Check how a cell ended.

    Parameters
    ----------
    raw : object
        What the worker sent; anything at all.

    Returns
    -------
    list of str or None
        The error's class and text, cut to a limited length; None for anything else.
    """
    if isinstance(raw, list) and [type(part) for part in raw] == [str, str]:
        return [part[:MESSAGE] for part in raw]
    return None


def _is_output(output: Any) -> bool:
    """Whether this is an nbformat output (the worker is not trusted)."""
    if not isinstance(output, dict):
        return False
    kind, keys = output.get("output_type"), output.keys() - {"output_type"}
    if kind == "stream":
        ok = keys == {"name", "text"} and output["name"] in ("stdout", "stderr")
        return ok and isinstance(output["text"], str)
    if kind == "error":
        lines: Any = output.get("traceback")
        ok = keys == {"ename", "evalue", "traceback"} and isinstance(lines, list)
        return ok and all(
            isinstance(text, str) for text in [output["ename"], output["evalue"], *lines]
        )
    wanted = {
        "display_data": {"data", "metadata"},
        "execute_result": {"data", "metadata", "execution_count"},
    }
    if not isinstance(kind, str) or keys != wanted.get(kind):
        return False
    if not (isinstance(output["data"], dict) and isinstance(output["metadata"], dict)):
        return False
    if kind == "execute_result" and not (
        type(output["execution_count"]) is int and 0 <= output["execution_count"] < 2**31
    ):
        return False
    if not all(isinstance(key, str) for key in [*output["data"], *output["metadata"]]):
        return False
    return all(isinstance(v, str) or JSON.fullmatch(mime) for mime, v in output["data"].items())
