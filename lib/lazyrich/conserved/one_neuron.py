"""Compute delta = eta_w a^2 - eta_a |w|^2 of one neuron: the number that gradient flow conserves.

delta > 0 is called upstream (the readout is large and the early layer moves), delta = 0 balanced,
delta < 0 downstream. Kunin et al. 2024, section 3.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["delta", "init_from_delta"]


def delta(w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """Compute delta = eta_w a^2 - eta_a |w|^2 of one neuron or a batch of them.

    Each weight is multiplied by the learning rate of the other.

    Parameters
    ----------
    w : array_like, shape (..., d)
        Input weights.
    a : array_like, shape (...)
        Readouts.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (...)
        delta.

    Raises
    ------
    ValueError
        On bad shapes, rates or non-finite numbers.

    Examples
    --------
    >>> float(delta([1.0, 2.0], 3.0))
    4.0
    """
    w, a = validate.neurons(w, a)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    return eta_w * a**2 - eta_a * np.sum(w**2, axis=-1)


def init_from_delta(
    beta0: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Make the neuron (w, a) with a > 0, a w = beta0 and a given delta.

    With R = sqrt(delta^2 + 4 eta_a eta_w |beta0|^2): eta_w a^2 = (R + delta) / 2 and w = beta0 / a.
    For delta < 0, where that sum cancels, eta_w a^2 is computed as
    2 eta_a eta_w |beta0|^2 / (R - delta).

    Parameters
    ----------
    beta0 : array_like, shape (..., d)
        The product a w, which is the neuron's function.
    delta : array_like, shape (...)
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (..., d)
        w.
    ndarray, shape (...)
        a.

    Raises
    ------
    ValueError
        On bad input, or if beta0 = 0 and delta <= 0, where a = 0 and w has no defined direction.

    References
    ----------
    Kunin et al. 2024, section 3.

    Examples
    --------
    >>> w, a = init_from_delta([0.0, 2.0], 3.0)
    >>> w, float(a)
    (array([0., 1.]), 2.0)
    """
    beta0, delta = validate.neurons(beta0, delta, "beta0, delta")
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    size = np.hypot.reduce(beta0, axis=-1)  # the norm, without squares that vanish for a tiny beta0
    if np.any((size == 0) & (delta <= 0)):
        raise ValueError(
            "beta0: expected a nonzero vector when delta <= 0; otherwise a would be 0 and w could "
            "point anywhere"
        )
    mean = np.sqrt(eta_a) * np.sqrt(eta_w) * size
    # larger: eta_w a^2 upstream, eta_a |w|^2 downstream
    larger = (np.hypot(delta, 2 * mean) + np.abs(delta)) / 2
    a = np.where(delta >= 0, np.sqrt(larger), mean / np.sqrt(larger)) / np.sqrt(eta_w)
    return beta0 / a[..., None], a
