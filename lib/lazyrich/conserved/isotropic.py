"""Draw two-layer linear networks whose conserved matrix is a multiple of the identity."""

import numpy as np

from lazyrich import _validate as validate

__all__ = ["isotropic_init"]


def isotropic_init(
    h: int,
    d: int,
    c: int,
    delta: float,
    *,
    seed: int,
    scale: float = 1.0,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a random initialization with eta_w A^T A - eta_a W W^T = delta I.

    For delta > 0, W is drawn from a normal distribution and A is computed from it; for delta < 0,
    A is drawn and W computed; for delta = 0, both layers get the same random singular values.

    Parameters
    ----------
    h : int
        Hidden width, at least 1.
    d : int
        Input width, at least 1.
    c : int
        Output width, at least 1.
    delta : float
        The conserved quantity.
    seed : int
        Seed of the random numbers.
    scale : float, default 1.0
        Scale of the drawn layer, whose entries are N(0, scale^2 / columns), or of the singular
        values. The layers are then divided by sqrt(eta_a) (W) and sqrt(eta_w) (A).
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    ndarray, shape (h, d)
        W.
    ndarray, shape (c, h)
        A.

    Raises
    ------
    ValueError
        On bad input; for delta > 0 with h > c or delta < 0 with h > d, where no such start exists.

    References
    ----------
    Kunin et al. 2024, section 4.
    """
    h, d, c = (validate.count(name, n, 1) for name, n in (("h", h), ("d", d), ("c", c)))
    delta, scale = validate.number("delta", delta), validate.rate("scale", scale)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    if (delta > 0 and h > c) or (delta < 0 and h > d):
        side, rank = ("h <= c", c) if delta > 0 else ("h <= d", d)
        raise ValueError(
            f"h: expected {side} for delta = {delta:g}, got h = {h} > {rank}: "
            "the larger of A^T A and W W^T needs rank h"
        )
    rng = np.random.default_rng(validate.count("seed", seed))
    if delta == 0:
        k = min(h, d, c)
        left, into, out = (np.linalg.qr(rng.normal(size=(n, k)))[0] for n in (h, d, c))
        strengths = scale * np.abs(rng.normal(size=k))
        W, A = (left * strengths) @ into.T, (out * strengths) @ left.T
    elif delta > 0:
        W = scale * rng.normal(size=(h, d)) / np.sqrt(d)
        A = np.linalg.qr(rng.normal(size=(c, h)))[0] @ _root(W @ W.T + delta * np.eye(h))
    else:
        A = scale * rng.normal(size=(c, h)) / np.sqrt(h)
        W = _root(A.T @ A - delta * np.eye(h)) @ np.linalg.qr(rng.normal(size=(d, h)))[0].T
    return W / np.sqrt(eta_a), A / np.sqrt(eta_w)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Take the symmetric square root by eigenvalues, those that rounding made negative set to 0.

    Newton's method loses half the digits of a singular matrix.
    """
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
