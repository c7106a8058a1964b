"""Compute the tangent kernel of one linear neuron, and the metric in function space behind it.

In function space, beta = a w obeys beta' = -M g with g = X^T (X beta - y), and the tangent kernel
is K = X M X^T. The gradient with respect to the readout is w.x, so eta_a multiplies w w^T.
Kunin et al. 2024, section 3.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["metric_from_beta", "metric_one_neuron", "metric_velocity", "ntk_one_neuron"]


def metric_one_neuron(
    w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the metric M = eta_w a^2 I + eta_a w w^T of beta' = -M dL/dbeta.

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
    ndarray, shape (..., d, d)
        M.

    Raises
    ------
    ValueError
        On bad input.
    """
    w, a = validate.neurons(w, a)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    return _matrix(eta_w * a**2, np.asarray(eta_a), w)


def metric_from_beta(
    beta: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the metric M from the function beta and the conserved quantity delta.

    M = (R + delta)/2 I + (R - delta)/2 betahat betahat^T with betahat = beta / |beta| and
    R = sqrt(delta^2 + 4 eta_a eta_w |beta|^2).

    Parameters
    ----------
    beta : array_like, shape (..., d)
        The product a w, which is the neuron's function.
    delta : array_like, shape (...)
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (..., d, d)
        M; it is delta I at beta = 0 for delta >= 0.

    Raises
    ------
    ValueError
        On bad input, and at beta = 0 with delta < 0, where M depends on w.
    """
    beta, delta = validate.neurons(beta, delta, "beta, delta")
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    size = np.hypot.reduce(beta, axis=-1)
    if np.any((size == 0) & (delta < 0)):
        raise ValueError(
            "beta: expected a nonzero vector when delta < 0; "
            "at beta = 0 M depends on w: use metric_one_neuron"
        )
    mean = np.sqrt(eta_a) * np.sqrt(eta_w) * size
    larger = (np.hypot(delta, 2 * mean) + np.abs(delta)) / 2
    # (R - |delta|)/2 without the cancellation
    smaller = mean * (mean / np.where(larger > 0, larger, 1.0))
    everywhere, along = np.where(delta >= 0, larger, smaller), np.where(delta >= 0, smaller, larger)
    unit = beta / np.where(size > 0, size, 1.0)[..., None]
    return _matrix(everywhere, along, unit)


def ntk_one_neuron(
    X: ArrayLike, w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the tangent kernel K = X M X^T = eta_w a^2 X X^T + eta_a (X w)(X w)^T of one neuron.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs, one sample a row.
    w : array_like, shape (..., d)
        Input weights.
    a : array_like, shape (...)
        Readouts.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (..., n, n)
        K.

    Raises
    ------
    ValueError
        On bad input.
    """
    M = metric_one_neuron(w, a, eta_w=eta_w, eta_a=eta_a)
    X = validate.real("X", X, "(n, d)")
    if X.ndim != 2 or X.shape[1] != M.shape[-1]:
        raise ValueError(f"X: expected shape (n, {M.shape[-1]}) to match w, got {X.shape}")
    return X @ M @ X.T


def _matrix(everywhere: np.ndarray, along: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Compute everywhere I + along w w^T."""
    return (
        everywhere[..., None, None] * np.eye(w.shape[-1])
        + (along[..., None] * w)[..., :, None] * w[..., None, :]
    )


def metric_velocity(
    beta: ArrayLike, beta_dot: ArrayLike, delta: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Split dM/dt into a part due to the length of beta and a part due to its direction.

    The radial part is (2 eta_a eta_w |beta| / R) (d|beta|/dt) (I + betahat betahat^T) and the
    directional part (R - delta)/2 d(betahat betahat^T)/dt, with R of `metric_from_beta`.

    Parameters
    ----------
    beta : array_like, shape (d,)
        The product a w, not 0.
    beta_dot : array_like, shape (d,)
        The velocity of beta.
    delta : float
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (d, d)
        The radial part.
    ndarray, shape (d, d)
        The directional part.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Kunin et al. 2024, section 3.
    """
    beta = validate.vector("beta", beta, single=True)
    beta_dot = validate.vector("beta_dot", beta_dot, beta.size, single=True)
    delta = validate.number("delta", delta)
    product = validate.rate("eta_w", eta_w) * validate.rate("eta_a", eta_a)
    size = float(np.hypot.reduce(beta))
    if size == 0:
        raise ValueError("beta: expected a nonzero vector; 0 has no direction")
    unit = beta / size
    growth = float(unit @ beta_dot)
    turn = (beta_dot - growth * unit) / size
    mean = np.sqrt(product) * size
    R = np.hypot(delta, 2 * mean)
    lower = (R - delta) / 2 if delta <= 0 else 2 * mean * (mean / (R + delta))
    radial = 2 * product * size / R * growth * (np.eye(beta.size) + np.outer(unit, unit))
    return radial, lower * (np.outer(turn, unit) + np.outer(unit, turn))
