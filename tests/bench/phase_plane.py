"""Time the phase plane of one neuron, 400 x 400 starts x 200 times, for every quantity.

`python tests/bench/phase_plane.py`

Starts over (w along beta*, a) at a fixed part of w across; times log-spaced from 1e-3 to 1e3.
Prints seconds and the process's peak memory; against it, the general solution on 1000 of the same
starts, scaled up."""

import resource
import sys
import time

import numpy as np

from lazyrich import exact
from lazyrich.exact.plane import QUANTITIES

SIDE, TIMES, TARGET = 400, np.geomspace(1e-3, 1e3, 200), np.array([1.0, 0.5])


def main() -> None:
    """Print a line a quantity, then memory and the ratio."""
    axis = np.linspace(-3, 3, SIDE)
    w0 = np.stack(np.broadcast_arrays(axis[:, None], 0.7 + np.zeros((1, SIDE))), axis=-1)
    a0 = np.broadcast_to(axis, (SIDE, SIDE))
    fastest = np.inf
    for quantity in QUANTITIES:
        began = time.perf_counter()
        exact.phase_plane(quantity, TIMES, w0, a0, TARGET)
        seconds = time.perf_counter() - began
        fastest = min(fastest, seconds)
        print(f"{quantity}: {seconds:.1f} s")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(
        "peak memory of the process: "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit:.0f} MB"
    )
    began = time.perf_counter()
    exact.one_neuron(TIMES, w0.reshape(-1, 2)[::160], a0.reshape(-1)[::160], TARGET)
    print(
        "the general solution would take "
        f"{(time.perf_counter() - began) * 160 / fastest:.0f} times as long"
    )


if __name__ == "__main__":
    main()
