"""The closed form of one neuron against integration: `python tests/bench/one_neuron.py`.

Seven deltas, 500 times each (one call of the closed form), from beta0 = (0, 1) to beta* = (1, 0):
the figure that shows all regimes. Both run alternately in this process; the ratio is the median of
several rounds."""

import time

import numpy as np

from lazyrich import conserved, dynamics, exact

DELTAS, TIMES, ROUNDS = (-4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0), np.linspace(0, 20, 500), 9
BETA0, TARGET, X = np.array([0.0, 1.0]), np.array([1.0, 0.0]), np.eye(2)


def main() -> None:
    """Print the ratio and the largest difference."""
    w, a = conserved.init_from_delta(BETA0, np.array(DELTAS))
    ratios, gap = [], 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        theirs = [
            dynamics.one_neuron(TIMES, X, X @ TARGET, *start, rtol=1e-10).loss
            for start in zip(w, a, strict=True)
        ]
        middle = time.perf_counter()
        ours = exact.one_neuron(TIMES, w, a, TARGET).loss
        ratios.append((middle - began) / (time.perf_counter() - middle))
        gap = max(gap, np.abs(np.array(theirs) - ours).max())
    print(
        f"closed form against DOP853 (rtol 1e-10): {np.median(ratios):.0f} times faster, "
        f"largest gap {gap:.0e}"
    )


if __name__ == "__main__":
    main()
