"""Time the closed form of isotropic two-layer networks against integration.

`python tests/bench/two_layer.py`

d = c = 32, h = 16, delta = 0.5, 200 times, up to t = 5 and, with a target three times as large, up
to t = 400; DOP853 on all weights with rtol 1e-10, for which the aims are, and with 1e-13, which is
nearly as accurate as the closed form at early times. Processor time on one thread, the least of
many rounds in which both run alternately. The arithmetic of either is counted too: products of
matrices only, two operations a multiplication."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np
from scipy.integrate import solve_ivp

from lazyrich import conserved, exact

H, D, C, ROUNDS, CALLS = 16, 32, 32, 5, 20
TOLERANCES = (1e-10, 1e-13)
# A time needs half of K, L, L^-1 on both layers, both turned back from the target's axes, and B.
LEAST = 200 * 2 * (H * H * (D + C) + H**3 / 6 + H * (D * D + C * C) + H * D * C)


def peak() -> float:
    """Operations a second in a large product of matrices."""
    a, seconds = np.random.default_rng(0).normal(size=(512, 512)), []
    for _ in range(20):
        began = time.process_time()
        a @ a
        seconds.append(time.process_time() - began)
    return 2 * 512**3 / min(seconds)


def main() -> None:
    """Print ratio and largest difference for both horizons, and the arithmetic."""
    W0, A0 = conserved.isotropic_init(H, D, C, 0.5, seed=0)
    start = np.concatenate([W0.ravel(), A0.ravel()])
    for horizon, scale, aim in ((5.0, 1.0, 10), (400.0, 3.0, 100)):
        target, times = (
            scale * np.random.default_rng(0).normal(size=(C, D)) / np.sqrt(D),
            np.linspace(0, horizon, 200),
        )

        def rhs(_, state, target=target):
            W, A = state[: H * D].reshape(H, D), state[H * D :].reshape(C, H)
            E = A @ W - target
            return np.concatenate([(-A.T @ E).ravel(), (-E @ W.T).ravel()])

        theirs, ours, paths = {rtol: [] for rtol in TOLERANCES}, [], {}
        for _ in range(ROUNDS):
            for rtol in TOLERANCES:
                began = time.process_time()
                paths[rtol] = solve_ivp(
                    rhs, (0, horizon), start, "DOP853", t_eval=times, rtol=rtol, atol=rtol / 100
                )
                theirs[rtol].append(time.process_time() - began)
            for _ in range(CALLS):
                began = time.process_time()
                path = exact.two_layer(times, W0, A0, target)
                ours.append(time.process_time() - began)
        for rtol in TOLERANCES:
            states = paths[rtol].y.T
            B = states[:, H * D :].reshape(-1, C, H) @ states[:, : H * D].reshape(-1, H, D)
            print(
                f"two-layer closed form against DOP853 (rtol {rtol:.0e}), up to t = {horizon:g}, "
                f"target x {scale:g}: {min(theirs[rtol]) / min(ours):.1f} times faster"
                f"{f' (aim {aim})' if rtol == TOLERANCES[0] else ''}, "
                f"{min(ours) * 1e3:.2f} ms against {min(theirs[rtol]) * 1e3:.0f}, largest gap "
                f"{np.abs(B - path.B).max():.0e}; DOP853 makes {paths[rtol].nfev} evaluations, "
                f"{paths[rtol].nfev * 6e-6 * H * D * C:.0f} million operations"
            )
    print(
        f"200 times need {LEAST / 1e6:.0f} million operations, which take "
        f"{LEAST / peak() * 1e3:.2f} ms at the {peak() / 1e9:.0f} billion a second of a large "
        "product"
    )


if __name__ == "__main__":
    main()
