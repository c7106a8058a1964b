"""Time the closed form of isotropic two-layer networks against integration.

`python tests/bench/two_layer.py`

d = c = 32, h = 16, delta = 0.5, 200 times, up to t = 5 and, with a target three times as large, up
to t = 400; DOP853 with rtol 1e-10 on all weights. Ratios are medians of rounds in which both run
alternately."""

import time

import numpy as np
from scipy.integrate import solve_ivp

from lazyrich import conserved, exact

H, D, C, ROUNDS = 16, 32, 32, 5


def main() -> None:
    """Print ratio and largest difference for both horizons."""
    W0, A0 = conserved.isotropic_init(H, D, C, 0.5, seed=0)
    start = np.concatenate([W0.ravel(), A0.ravel()])
    for horizon, scale in ((5.0, 1.0), (400.0, 3.0)):
        target, times = (
            scale * np.random.default_rng(0).normal(size=(C, D)) / np.sqrt(D),
            np.linspace(0, horizon, 200),
        )

        def rhs(_, state, target=target):
            W, A = state[: H * D].reshape(H, D), state[H * D :].reshape(C, H)
            E = A @ W - target
            return np.concatenate([(-A.T @ E).ravel(), (-E @ W.T).ravel()])

        ratios, gap = [], 0.0
        for _ in range(ROUNDS):
            began = time.perf_counter()
            states = solve_ivp(
                rhs, (0, horizon), start, "DOP853", t_eval=times, rtol=1e-10, atol=1e-12
            ).y.T
            middle = time.perf_counter()
            path = exact.two_layer(times, W0, A0, target)
            ratios.append((middle - began) / (time.perf_counter() - middle))
            B = states[:, H * D :].reshape(-1, C, H) @ states[:, : H * D].reshape(-1, H, D)
            gap = max(gap, np.abs(B - path.B).max())
        print(
            f"two-layer closed form against DOP853 (rtol 1e-10), up to t = {horizon:g}, "
            f"target x {scale:g}: "
            f"{np.median(ratios):.1f} times faster, largest gap {gap:.0e}"
        )


if __name__ == "__main__":
    main()
