"""Read files that arrived in a limited process.

A server (one thread, no secrets, standard library and numpy) waits for files; for each it forks a
child that sets its own limits, reads the file, answers in frames and ends. The server itself never
reads a file. It ends when its socket closes.

    python -m autograder.intake.child FD
"""

import gc
import mmap
import os
import signal
import socket
import sys

from autograder.intake.archive import LARGEST, notebooks_in
from autograder.intake.contents import ARCHIVES, contents, read_contents
from autograder.intake.parse import Unreadable, read_submission
from nbjudge.limits import bind
from nbjudge.worker.channel import Channel
from nbjudge.worker.memory_guard import hide_memory

__all__ = ["MAX_NOTES", "SECONDS"]

MAX_NOTES = 50
SECONDS = 30  # of wall-clock time, and of processor time, for a file
MEMORY = 3 * 2**30  # of address space: LARGEST bytes of wide characters need 1.5 GB


def serve(control: socket.socket) -> None:
    """Fork a child for each request: one byte, sent with the file and the reply's socket.

    The byte "r" asks for the notebooks in the file, "u" for all its files.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the system
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A child lives for one file; searching for cycles among millions of objects would be most of
    # its work.
    gc.disable()
    while True:
        byte, fds, _, _ = socket.recv_fds(control, 1, 2)
        if not byte:
            return
        if len(fds) == 2 and os.fork() == 0:
            try:
                control.close()
                _limit()
                with socket.socket(fileno=fds[1]) as reply:
                    (_unpack if byte == b"u" else _answer)(fds[0], Channel(reply))
            finally:
                os._exit(0)
        for fd in fds:
            os.close(fd)


def _limit() -> None:
    """Set permanent limits on this process. The alarm kills it without running any of our code."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    bind(
        {
            "RLIMIT_AS": MEMORY,
            "RLIMIT_CPU": SECONDS,
            "RLIMIT_FSIZE": 0,
            "RLIMIT_CORE": 0,
            "RLIMIT_NOFILE": 16,
            "RLIMIT_NPROC": 0,
        }
    )


def _answer(fd: int, channel: Channel) -> None:
    """Send each notebook in a file as a frame, then an empty one; or why it cannot be read.

    The request starts with a frame that has the names of the notebooks to look for.
    """
    notes: list[str] = []
    try:
        wanted = channel.recv()
        if not os.fstat(fd).st_size:
            raise Unreadable("the file is empty")
        with (
            open(fd, "rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            if content[:4] in ARCHIVES:
                for name, time, raw in notebooks_in(file, notes, wanted):
                    _send(channel, raw, name, time)
            else:
                _send(channel, content[:LARGEST], "", 0.0)
        channel.send({"about": [note[:300] for note in notes[:MAX_NOTES]]})
        channel.send(None)
    except Unreadable as problem:
        channel.send({"problem": str(problem)})
    except MemoryError:
        channel.send({"problem": "reading the file takes more memory than a notebook ever needs"})
    except Exception:  # no file should get here; the details would not help its student
        channel.send({"problem": "the file could not be read"})


def _unpack(fd: int, channel: Channel) -> None:
    """List the members of an archive or an e-mail, or read those whose numbers are requested."""
    try:
        numbers = channel.recv()
        with open(fd, "rb") as file:
            frames = contents(file) if numbers is None else read_contents(file, numbers)
            for frame in frames:
                channel.send(frame)
        channel.send(None)
    except Unreadable as problem:
        channel.send({"problem": str(problem)})
    except MemoryError:
        channel.send({"problem": "reading the file takes too much memory"})
    except Exception:  # as in `_answer`
        channel.send({"problem": "the file could not be read"})


def _send(channel: Channel, raw: bytes, name: str, time: float) -> None:
    head = {"name": name[-500:], "time": time}
    try:
        notebook, notes = read_submission(raw)
    except Unreadable as problem:
        channel.send(head | {"unreadable": str(problem)})
        return
    channel.send(head | {"notes": notes, **pack(notebook["cells"])})


def pack(cells: list[dict]) -> dict:
    """Pack cells as a few long strings and short lists: a frame's structure part is limited."""
    rows, images, outputs = [], [], []
    for index, cell in enumerate(cells):
        nbgrader, nbjudge = (cell["metadata"].get(key) or {} for key in ("nbgrader", "nbjudge"))
        rows.append([
            cell["cell_type"], len(cell["source"]), cell.get("id"),
            nbgrader.get("grade_id"), nbgrader.get("checksum"), nbjudge.get("exercise"),
        ])  # fmt: skip
        for name, kinds in cell.get("attachments", {}).items():
            images += [[index, name, kind, data] for kind, data in kinds.items()]
        outputs += [[index, *_flat(output)] for output in cell.get("outputs", [])]
    return {
        "source": "".join(cell["source"] for cell in cells),
        "cells": rows,
        "images": images,
        "outputs": outputs,
    }


def _flat(output: dict) -> list:
    """Pack a saved output as its kind and two texts for each of its parts."""
    if output["output_type"] == "stream":
        return ["stream", [[output["name"], output["text"]]]]
    if output["output_type"] == "error":
        return ["error", [[output["ename"], output["evalue"]]]]
    alts = {kind: of["alt"] for kind, of in output["metadata"].items()}
    return [
        "display_data",
        [[kind, data] for kind, data in output["data"].items()]
        + [["alt", a] for a in alts.values()],
    ]


if __name__ == "__main__":
    hide_memory()  # what it says about a file is what will be judged
    with socket.socket(fileno=int(sys.argv[1])) as control:
        serve(control)
