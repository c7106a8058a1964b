"""Time the closed form of isotropic two-layer networks against integration.

`python tests/bench/two_layer.py`

d = c = 32, h = 16, delta = 0.5, 200 times, up to t = 5 and, with a target three times as large, up
to t = 400; DOP853 with rtol 1e-10 on all weights. Processor time on one thread, the least of many
rounds in which both run alternately."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import time

import numpy as np
from scipy.integrate import solve_ivp

from lazyrich import conserved, exact

H, D, C, ROUNDS, CALLS = 16, 32, 32, 5, 20


def main() -> None:
    """Print ratio and largest difference for both horizons."""
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

        theirs, ours = [], []
        for _ in range(ROUNDS):
            began = time.process_time()
            states = solve_ivp(
                rhs, (0, horizon), start, "DOP853", t_eval=times, rtol=1e-10, atol=1e-12
            ).y.T
            theirs.append(time.process_time() - began)
            for _ in range(CALLS):
                began = time.process_time()
                path = exact.two_layer(times, W0, A0, target)
                ours.append(time.process_time() - began)
        B = states[:, H * D :].reshape(-1, C, H) @ states[:, : H * D].reshape(-1, H, D)
        print(
            f"two-layer closed form against DOP853 (rtol 1e-10), up to t = {horizon:g}, "
            f"target x {scale:g}: {min(theirs) / min(ours):.1f} times faster (aim {aim}), "
            f"{min(ours) * 1e3:.2f} ms against {min(theirs) * 1e3:.0f}, "
            f"largest gap {np.abs(B - path.B).max():.0e}"
        )


if __name__ == "__main__":
    main()
