"""Compute the function-space metric of isotropic two-layer linear networks, and effective ranks.

For any start and data, B = A W obeys B' = -(L E + E R), where E is the gradient of the loss with
respect to B, L = eta_w A A^T and R = eta_a W^T W. From an isotropic start,
eta_w A^T A - eta_a W W^T = delta I, both are functions of B and delta. Kunin et al. 2024, section
4.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["effective_rank", "metric_from_map"]


def metric_from_map(
    B: ArrayLike, delta: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the metric (L, R) of an isotropic start from the map B and delta.

    L = sqrt(eta_a eta_w B B^T + delta^2/4 I) + delta/2 I and
    R = sqrt(eta_a eta_w B^T B + delta^2/4 I) - delta/2 I, computed without cancellation. L is
    eta_w A A^T of an isotropic start with h hidden neurons if delta <= 0 or h = c; R is eta_a W^T W
    if delta >= 0 or h = d. With fewer neurons the larger of the two must be projected onto the
    columns of A (rows of W), because it gives |delta| to directions that h neurons do not reach.

    Parameters
    ----------
    B : array_like, shape (..., c, d)
        The function A W.
    delta : float
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    ndarray, shape (..., c, c)
        L.
    ndarray, shape (..., d, d)
        R.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> metric_from_map([[2.0]], 3.0)
    (array([[4.]]), array([[1.]]))
    """
    B, delta = validate.real("B", B, "(..., c, d)"), validate.number("delta", delta)
    if B.ndim < 2 or 0 in B.shape:
        raise ValueError(f"B: expected shape (..., c, d), got {B.shape}")
    mean = np.sqrt(validate.rate("eta_w", eta_w)) * np.sqrt(validate.rate("eta_a", eta_a))
    U, sigma, Vt = np.linalg.svd(B)
    sides = []
    for vectors, sign in ((U, 1.0), (np.swapaxes(Vt, -1, -2), -1.0)):
        padding = np.zeros((*sigma.shape[:-1], vectors.shape[-1] - sigma.shape[-1]))
        size = mean * np.concatenate([sigma, padding], axis=-1)
        larger = np.hypot(delta / 2, size) + abs(delta) / 2
        smaller = size * (size / np.where(larger > 0, larger, 1.0))
        values = larger if sign * delta >= 0 else smaller
        sides.append((vectors * values[..., None, :]) @ np.swapaxes(vectors, -1, -2))
    return sides[0], sides[1]


def effective_rank(B: ArrayLike) -> np.ndarray:
    """Compute the effective number of modes of a map, exp(-sum p ln p) with p = sigma / sum(sigma).

    Here sigma are the singular values of the map.

    Parameters
    ----------
    B : array_like, shape (..., c, d)
        The map.

    Returns
    -------
    ndarray, shape (...)
        The effective rank: 1 for one mode, k for k equal modes, 0 for B = 0.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Roy and Vetterli 2007.

    Examples
    --------
    >>> float(effective_rank([[1.0, 0.0], [0.0, 1.0]])).__round__(12)
    2.0
    """
    B = validate.real("B", B, "(..., c, d)")
    if B.ndim < 2 or 0 in B.shape:
        raise ValueError(f"B: expected shape (..., c, d), got {B.shape}")
    sigma = np.linalg.svd(B, compute_uv=False)
    total = np.sum(sigma, axis=-1)
    p = sigma / np.where(total > 0, total, 1.0)[..., None]
    entropy = -np.sum(p * np.log(np.where(p > 0, p, 1.0)), axis=-1)
    return np.where(total > 0, np.exp(entropy), 0.0)[()]
