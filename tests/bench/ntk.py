"""The two-layer ReLU kernel against a loop over pairs of gradients: `python tests/bench/ntk.py`.

n = 500 samples, m = 50 neurons, d = 100 inputs; the loop forms each sample's gradient with NumPy,
then all inner products row by row."""

import time

import numpy as np

from lazyrich import kernel

N, M, D, ROUNDS = 500, 50, 100, 5


def loop(X: np.ndarray, W: np.ndarray, a: np.ndarray) -> np.ndarray:
    """One gradient a sample, one row of the kernel at a time."""
    gradients = []
    for x in X:
        z = W @ x
        gradients.append(np.concatenate([((a * (z > 0))[:, None] * x).ravel(), np.maximum(z, 0)]))
    K = np.empty((len(X), len(X)))
    for i, g in enumerate(gradients):
        K[i] = [g @ other for other in gradients]
    return K


def main() -> None:
    """Print the ratio (median of rounds) and the largest relative difference."""
    rng = np.random.default_rng(0)
    X, W, a = rng.normal(size=(N, D)), rng.normal(size=(M, D)), rng.normal(size=M)
    ratios, gap = [], 0.0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        slow = loop(X, W, a)
        middle = time.perf_counter()
        fast = kernel.ntk_two_layer(X, W, a)
        ratios.append((middle - began) / (time.perf_counter() - middle))
        gap = max(gap, np.abs(slow - fast).max() / np.abs(slow).max())
    print(
        f"two-layer ReLU kernel against a per-sample loop: {np.median(ratios):.0f} times "
        f"faster, largest gap {gap:.0e}"
    )


if __name__ == "__main__":
    main()
