"""Stand in for answers that are not right, in the figures of 03_regimes."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import conserved, kernel

__all__ = ["coefficients", "distances", "fraction", "starts", "terms"]


def terms(beta: ArrayLike, beta_dot: ArrayLike, delta: float, **rates: float) -> dict:
    """Return the two parts of the velocity of M, as 03.1 asks for them."""
    parts = kernel.metric_velocity(beta, beta_dot, delta, **rates)
    return dict(zip(("radial", "directional"), parts, strict=True))


def coefficients(
    beta_norm: float, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Return the factors in front of the two motions, as 03.2 asks for them."""
    delta, rates = np.asarray(delta, dtype=float), {"eta_w": eta_w, "eta_a": eta_a}
    across = [kernel.metric_from_beta([beta_norm, 0.0], -x, **rates)[1, 1] for x in delta]
    R = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * beta_norm)
    return np.stack([2 * eta_a * eta_w * beta_norm / R, across], axis=-1)


def distances(
    delta: ArrayLike, beta0: ArrayLike, beta_star: ArrayLike, **rates: float
) -> np.ndarray:
    """Return the final kernel distance for each delta, as 03.3 asks for it."""
    ends = (
        np.array([kernel.metric_from_beta(beta, x, **rates) for x in np.asarray(delta)])
        for beta in (beta0, beta_star)
    )
    return kernel.kernel_distance(*ends)


def fraction(t: ArrayLike, S: ArrayLike, frac: float) -> float:
    """Return the first time at which S reaches a fraction of its end, as 03.4 asks for it."""
    t, S = np.asarray(t, dtype=float), np.asarray(S, dtype=float)
    if np.isnan(S).any() or S[-1] <= 1e-12:
        return float("nan")
    level = frac * S[-1]
    if not np.any(level <= S):
        return float("inf")
    i = int(np.argmax(level <= S))
    if i == 0:
        return float(t[0])
    return float(t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1]))


def starts(
    beta_star: ArrayLike, wait: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> dict[str, np.ndarray]:
    """Return a lazy, a rich and a delayed start of one function, as 03.6 asks for them."""
    beta_star = np.asarray(beta_star, dtype=float)
    size = np.linalg.norm(beta_star)
    unit = beta_star / size
    across = np.eye(unit.size)[np.argmin(np.abs(unit))]
    across = across - (across @ unit) * unit
    across = across / np.linalg.norm(across)
    beta0 = size * (-0.5 * unit + np.sqrt(0.75) * across)
    scale = np.sqrt(eta_a * eta_w) * size
    delta = np.array([4 * scale, -0.5 * scale, -max(4 * scale, scale**2 * wait)])
    w0, a0 = conserved.init_from_delta(np.tile(beta0, (3, 1)), delta, eta_w=eta_w, eta_a=eta_a)
    return {"w0": w0, "a0": a0}
