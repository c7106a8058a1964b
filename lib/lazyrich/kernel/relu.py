"""Compute tangent kernels and activation patterns of two-layer ReLU networks.

The networks are f(x) = sum_i a_i phi(w_i.x), of finite or infinite width. The slope of phi(z) is 1
for z > 0 and leak for z <= 0. Kunin et al. 2024, section 5.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["activation_hamming", "ntk_two_layer", "polar_rates", "relu_ntk_infinite"]


def ntk_two_layer(
    X: ArrayLike,
    W: ArrayLike,
    A: ArrayLike,
    *,
    leak: float = 0.0,
    degree: float = 1.0,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> np.ndarray:
    """Compute the tangent kernel of a two-layer network, summed over all parameters.

    K = eta_a phi phi^T + eta_w (X X^T) o (sum_i a_i^2 phi'_i phi'_i^T), where o is the elementwise
    product. The readout's gradient is phi(w_i.x), so eta_a multiplies the first term.
    phi(z) = z |z|^(degree - 1), times leak for z < 0, is homogeneous of any degree >= 1: leak 0 is
    ReLU, leak 1 linear, and degree 2 with leak -1 the square.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs, one sample a row.
    W : array_like, shape (m, d)
        Input weights.
    A : array_like, shape (m,) or (c, m)
        Readouts; (m,) for one output.
    leak : float, default 0.0
        The factor of phi below 0.
    degree : float, default 1.0
        Degree of homogeneity of phi, at least 1.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    ndarray, shape (n, n) or (n c, n c)
        K; for A (c, m) with the sample as outer index.

    Raises
    ------
    ValueError
        On bad input.
    """
    X, W = validate.real("X", X, "(n, d)"), validate.real("W", W, "(m, d)")
    A = validate.real("A", A, "(m,) or (c, m)")
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[1]:
        raise ValueError(f"X, W: expected shapes (n, d) and (m, d), got {X.shape} and {W.shape}")
    if A.ndim not in (1, 2) or A.shape[-1] != len(W):
        raise ValueError(f"A: expected shape ({len(W)},) or (c, {len(W)}), got {A.shape}")
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    leak, degree = validate.number("leak", leak), validate.number("degree", degree, least=1)
    z = X @ W.T
    with validate.overflow("X, W, degree"):
        power = 1.0 if degree == 1 else degree * np.abs(z) ** (degree - 1)
    slope = np.where(z > 0, 1.0, leak) * power
    phi, gram, rows = slope * z / degree, X @ X.T, np.atleast_2d(A)
    features = eta_a * phi @ phi.T
    c, n = len(rows), len(X)
    blocks = np.empty((c, c, n, n))
    for i in range(c):
        for j in range(c):
            both = eta_w * gram * ((slope * (rows[i] * rows[j])) @ slope.T)
            blocks[i, j] = both + (features if i == j else 0.0)
    if A.ndim == 1:
        return blocks[0, 0]
    return blocks.transpose(2, 0, 3, 1).reshape(n * c, n * c)


def activation_hamming(W: ArrayLike, X: ArrayLike) -> np.ndarray:
    """Compute the share of gates that differ from those at the first time.

    There is a gate for each pair of sample and neuron; it is open where w_i.x > 0.

    Parameters
    ----------
    W : array_like, shape (T, m, d)
        Input weights over time.
    X : array_like, shape (n, d)
        The inputs, one sample a row.

    Returns
    -------
    ndarray, shape (T,)
        Shares in [0, 1].

    Raises
    ------
    ValueError
        On bad input.
    """
    W, X = validate.real("W", W, "(T, m, d)"), validate.real("X", X, "(n, d)")
    if W.ndim != 3 or X.ndim != 2 or W.shape[2] != X.shape[1]:
        raise ValueError(f"W, X: expected shapes (T, m, d) and (n, d), got {W.shape} and {X.shape}")
    if 0 in W.shape[:2] or len(X) == 0:
        raise ValueError(
            f"W, X: expected at least one time, neuron and sample, got {W.shape} and {X.shape}"
        )
    first = X @ W[0].T > 0
    return np.array([np.mean((X @ now.T > 0) != first) for now in W])


def relu_ntk_infinite(X: ArrayLike) -> np.ndarray:
    """Compute the tangent kernel of a two-layer ReLU network of infinite width.

    The network is f(x) = 1/sqrt(m) sum_i a_i relu(w_i.x) with w ~ N(0, I/d), a ~ N(0, 1) and
    learning rates 1. For an angle th between x and x',
    K = |x||x'| (sin th + (pi - th) cos th) / (2 pi d) + x.x' (pi - th) / (2 pi).

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs, one sample a row.

    Returns
    -------
    ndarray, shape (n, n)
        K; a row of zeros gives zeros.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Jacot et al. 2018; Cho and Saul 2009.
    """
    X = validate.real("X", X, "(n, d)")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X: expected shape (n, d), got {X.shape}")
    length = np.linalg.norm(X, axis=1)
    unit = X / np.where(length > 0, length, 1.0)[:, None]
    # The angle comes from both the sum and the difference, because arccos loses half the digits
    # where rows are nearly parallel.
    apart = np.linalg.norm(unit[:, None] - unit[None], axis=-1)
    together = np.linalg.norm(unit[:, None] + unit[None], axis=-1)
    angle = 2 * np.arctan2(apart, together)
    sizes = length[:, None] * length[None]
    readout = sizes * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi * X.shape[1])
    return readout + X @ X.T * (np.pi - angle) / (2 * np.pi) * (sizes > 0)


def polar_rates(
    w: ArrayLike, a: float, g: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[float, np.ndarray]:
    """Compute how fast beta = a w changes in length and in direction for a gradient g = dL/dbeta.

    Parameters
    ----------
    w : array_like, shape (d,)
        Input weights.
    a : float
        The readout.
    g : array_like, shape (d,)
        The gradient of the loss with respect to beta.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    float
        d|beta|/dt = -R betahat.g with R = eta_w a^2 + eta_a |w|^2.
    ndarray, shape (d,)
        d betahat/dt = -(eta_w a^2 / |beta|) (g - betahat betahat.g).

    Raises
    ------
    ValueError
        On bad input or beta = 0.

    References
    ----------
    Kunin et al. 2024, section 5.
    """
    w, a = validate.one(w, a, "w, a")
    g = validate.vector("g", g, w.size, single=True)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    size = float(np.hypot.reduce(a * w))
    if size == 0:
        raise ValueError("w, a: expected a nonzero beta = a w; 0 has no direction")
    unit = a * w / size
    along = float(unit @ g)
    length_rate = -(eta_w * a**2 + eta_a * float(w @ w)) * along
    return length_rate, -(eta_w * a**2 / size) * (g - along * unit)
