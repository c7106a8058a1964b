"""Run `lazyrich run` in a process that tests stop in the middle: `python stopping.py ARGUMENTS`.

Two seeds of a small phase diagram by descent, measured ten times and saved each time. LOG names a
file to which each measurement is written; with STOP=K every process that trains waits forever at
its K-th measurement.
"""

import dataclasses
import os
import signal
import threading
from pathlib import Path

from lazyrich.app import cli
from lazyrich.experiments import phase_diagram
from lazyrich.training import loop

SEEDS, TIMES = (100, 101), 10
CONFIG = dataclasses.replace(
    phase_diagram.PRESETS["tiny"], taus=(0.3, 1.0), deltas=(0.0, 1.0), seeds=SEEDS,
    m=4, n=8, d=3, n_test=5, end=60.0,
    method="descent",
)  # fmt: skip
STOP = int(os.environ.get("STOP", 0))
plain, seen = loop.measure, 0


def watched(members, *rest, **how):
    global seen  # noqa: PLW0603 (a counter of a process that ends at STOP)
    seen += 1
    if seen == STOP:
        threading.Event().wait()
    with Path(os.environ["LOG"]).open("a") as log:
        log.write(f"{os.getpid()}\n")
    return plain(members, *rest, **how)


if "LOG" in os.environ:  # the processes that a pool starts come here, too
    phase_diagram.PRESETS["tiny"] = CONFIG
    loop.measure = watched
    loop.train.__kwdefaults__["save_every"] = 0.0

if __name__ == "__main__":
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a shell lets what it runs in the background ignore it
    cli.app()
