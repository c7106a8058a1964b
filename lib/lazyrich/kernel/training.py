"""Train with a fixed kernel, as a network of infinite width under the NTK parametrization does."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["kernel_gradient_flow"]

# Eigenvalues below this share of the largest count as zero.
FLAT = 1e-12


def kernel_gradient_flow(K: ArrayLike, y: ArrayLike, f0: ArrayLike, t: ArrayLike) -> np.ndarray:
    """Compute f(t) = y + exp(-K t) (f0 - y), the solution of f' = -K (f - y).

    The loss is half the sum of squares and the learning rate 1. In the null space of K, f stays at
    f0.

    Parameters
    ----------
    K : array_like, shape (n, n)
        The kernel, symmetric and without negative eigenvalues.
    y : array_like, shape (n,)
        The labels.
    f0 : array_like, shape (n,)
        The outputs at the start.
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.

    Returns
    -------
    ndarray, shape (T, n) or (n,)
        The outputs.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Jacot et al. 2018.

    Examples
    --------
    >>> kernel_gradient_flow([[1.0, 0.0], [0.0, 0.0]], [1.0, 1.0], [0.0, 0.0], np.inf)
    array([1., 0.])
    """
    K, t = validate.real("K", K, "(n, n)"), validate.times("t", t)
    if K.ndim != 2 or K.shape[0] != K.shape[1] or K.size == 0:
        raise ValueError(f"K: expected shape (n, n), got {K.shape}")
    scale = np.max(np.abs(K))
    if np.max(np.abs(K - K.T)) > 1e-8 * scale:
        raise ValueError("K: expected a symmetric matrix; a tangent kernel is one")
    y, f0 = (validate.vector(n, v, len(K), single=True) for n, v in (("y", y), ("f0", f0)))
    values, vectors = np.linalg.eigh(K)
    if values[0] < -1e-8 * scale:
        raise ValueError(
            f"K: expected no negative eigenvalues, got {values[0]:g}; the flow would diverge"
        )
    seen = values > FLAT * values[-1]
    left = np.ones((*t.shape, len(K)))
    left[..., seen] = np.exp(-t[..., None] * values[seen])
    return y + (left * (vectors.T @ (f0 - y))) @ vectors.T
