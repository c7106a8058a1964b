"""Stand in for answers that are not right, in the figures of 02_exact."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import exact
from nbjudge import checks

__all__ = ["nu", "solution", "start_of_share", "whitened"]


def whitened(X: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs with Z^T Z = I and the symmetric matrix that makes them, as 02.1 asks."""
    X = np.asarray(X, dtype=float)
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    T = Vt.T / s @ Vt
    return X @ T, T


def nu(
    t: ArrayLike, nu0: float, s: float, delta: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Return the solution of the Riccati equation, as 02.2 asks for it."""
    R = np.sqrt(delta**2 + 4 * eta_a * eta_w * s**2)
    z = np.exp(-R * np.asarray(t, dtype=float))
    top = nu0 * (R * (1 + z) - delta * (1 - z)) + 2 * eta_w * s**2 * (1 - z)
    return top / (R * (1 + z) + (delta + 2 * eta_a * nu0) * (1 - z))


def solution(
    t: ArrayLike, w0: ArrayLike, a0: float, beta_star: ArrayLike, **rates: float
) -> dict[str, np.ndarray]:
    """Return weights and readout of the gradient flow, as 02.3 asks for them."""
    path = exact.one_neuron(t, w0, a0, beta_star, **rates)
    return {"w": path.w, "a": path.a}


def start_of_share(
    beta: ArrayLike, share: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, float]:
    """Return the neuron that turns at this share of its speed along beta, as 02.5 asks."""
    checks.that(0 < share < 1, "share: expected a number between 0 and 1")
    beta = np.asarray(beta, dtype=float)
    a = float((share / (1 - share) * eta_a / eta_w) ** 0.25 * np.sqrt(np.linalg.norm(beta)))
    return beta / a, a
