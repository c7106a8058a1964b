"""The closed form of one neuron against integration: `python tests/bench/one_neuron.py`.

Seven deltas, 500 times each (one call of the closed form), from beta0 = (0, 1) to beta* = (1, 0):
the figure that shows all regimes. Then 100,000 starts at one time. Processor time on one thread,
the least of many rounds in which both sides run alternately."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time
import warnings
from collections.abc import Callable

import numpy as np

from lazyrich import conserved, dynamics, exact

DELTAS, TIMES = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0), np.linspace(0, 20, 500)
BETA0, TARGET, X = np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.eye(2)
ROUNDS, CALLS, STARTS = 9, 40, 100_000


def least(call: Callable[[], object], rounds: int) -> float:
    """Least seconds of processor time that a call takes."""
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        call()
        spent.append(time.process_time() - began)
    return min(spent)


def main() -> None:
    """Print ratio, largest difference and the time of a start."""
    w, a = conserved.init_from_delta(BETA0, np.array(DELTAS))

    def theirs() -> list[np.ndarray]:
        starts = zip(w, a, strict=True)
        return [dynamics.one_neuron(TIMES, X, X @ TARGET, *s, rtol=1e-10).loss for s in starts]

    def ours() -> np.ndarray:
        return exact.one_neuron(TIMES, w, a, TARGET).loss

    spent = [(least(theirs, 1), least(ours, CALLS)) for _ in range(ROUNDS)]
    slow, fast = np.min(spent, axis=0)
    print(
        f"closed form against DOP853 (rtol 1e-10): {slow / fast:.0f} times faster (aim 200), "
        f"{fast * 1e3:.2f} ms against {slow * 1e3:.0f}, "
        f"largest gap {np.abs(np.array(theirs()) - ours()).max():.0e}"
    )
    rng = np.random.default_rng(0)
    starts, readouts = rng.normal(size=(STARTS, 2)), rng.normal(size=STARTS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exact.SeparatrixWarning)
        seconds = least(lambda: exact.one_neuron(2.0, starts, readouts, TARGET), CALLS)
    print(f"{STARTS} starts at one time: {seconds:.3f} s of one thread (aim 0.03)")


if __name__ == "__main__":
    main()
