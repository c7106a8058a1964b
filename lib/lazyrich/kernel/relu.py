"""Two-layer ReLU networks f(x) = sum_i a_i phi(w_i.x): tangent kernels, activation patterns, and the infinite-width limit.

phi is max(z, leak z); its slope is 1 for z > 0 and leak otherwise, 0 included. Kunin et al. 2024, section 5.
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
    """Tangent kernel K = eta_a phi phi^T + eta_w (X X^T) o (sum_i a_i^2 phi'_i phi'_i^T), summed over all parameters.

    The readout's gradient is phi(w_i.x), so eta_a multiplies the first term. phi(z) = z |z|^(degree - 1), times leak for z < 0, is
    homogeneous of any degree >= 1: leak 0 is ReLU, leak 1 the linear network, degree 2 with leak -1 the squared one.
    X: (n, d); W: (m, d); A: (m,) for one output, or (c, m). Returns (n, n), or (n c, n c) with the sample as outer index.
    Raises ValueError on bad input.
    """
    X, W, A = (
        validate.real("X", X, "(n, d)"),
        validate.real("W", W, "(m, d)"),
        validate.real("A", A, "(m,) or (c, m)"),
    )
    if X.ndim != 2 or W.ndim != 2 or X.shape[1] != W.shape[1]:
        raise ValueError(f"X, W: expected shapes (n, d) and (m, d), got {X.shape} and {W.shape}")
    if A.ndim not in (1, 2) or A.shape[-1] != len(W):
        raise ValueError(f"A: expected shape ({len(W)},) or (c, {len(W)}), got {A.shape}")
    eta_w, eta_a, degree = (
        validate.rate("eta_w", eta_w),
        validate.rate("eta_a", eta_a),
        validate.rate("degree", degree),
    )
    if degree < 1:
        raise ValueError(
            f"degree: expected a number >= 1, got {degree:g}; below 1 the slope is infinite at 0"
        )
    z = X @ W.T
    slope = np.where(z > 0, 1.0, leak) * (
        1.0 if degree == 1 else degree * np.abs(z) ** (degree - 1)
    )
    phi, gram, rows = slope * z / degree, X @ X.T, np.atleast_2d(A)
    features = eta_a * phi @ phi.T
    c, n = len(rows), len(X)
    blocks = np.empty((c, c, n, n))
    for i in range(c):
        for j in range(c):
            blocks[i, j] = eta_w * gram * ((slope * (rows[i] * rows[j])) @ slope.T) + (
                features if i == j else 0.0
            )
    if A.ndim == 1:
        return blocks[0, 0]
    return blocks.transpose(2, 0, 3, 1).reshape(n * c, n * c)


def activation_hamming(W: ArrayLike, X: ArrayLike) -> np.ndarray:
    """Share of (sample, neuron) pairs whose gate w_i.x > 0 differs from that at the first time.

    W: (T, m, d) weights over time; X: (n, d). Returns (T,), in [0, 1]. Raises ValueError on bad input.
    """
    W, X = validate.real("W", W, "(T, m, d)"), validate.real("X", X, "(n, d)")
    if W.ndim != 3 or X.ndim != 2 or W.shape[2] != X.shape[1]:
        raise ValueError(f"W, X: expected shapes (T, m, d) and (n, d), got {W.shape} and {X.shape}")
    first = X @ W[0].T > 0
    return np.array([np.mean((X @ now.T > 0) != first) for now in W])


def relu_ntk_infinite(X: ArrayLike) -> np.ndarray:
    """Tangent kernel of infinitely many ReLU neurons, w ~ N(0, I/d), a ~ N(0, 1), multiplier 1/sqrt(m) outside, rates 1.

    K = |x||x'| (sin th + (pi - th) cos th) / (2 pi d) + x.x' (pi - th) / (2 pi), th the angle between x and x'.
    X: (n, d). Returns (n, n); a row of zeros gives zeros. Raises ValueError on bad input. Jacot et al. 2018; Cho and Saul 2009.
    """
    X = validate.real("X", X, "(n, d)")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X: expected shape (n, d), got {X.shape}")
    length = np.linalg.norm(X, axis=1)
    unit = X / np.where(length > 0, length, 1.0)[:, None]
    # The angle from both the sum and the difference: arccos loses half the digits where rows are nearly parallel.
    apart = np.linalg.norm(unit[:, None] - unit[None], axis=-1)
    together = np.linalg.norm(unit[:, None] + unit[None], axis=-1)
    angle = 2 * np.arctan2(apart, together)
    sizes = length[:, None] * length[None]
    readout = sizes * (np.sin(angle) + (np.pi - angle) * np.cos(angle)) / (2 * np.pi * X.shape[1])
    return readout + X @ X.T * (np.pi - angle) / (2 * np.pi) * (sizes > 0)


def polar_rates(
    w: ArrayLike, a: float, g: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[float, np.ndarray]:
    """How fast beta = a w changes in length and in direction for a gradient g = dL/dbeta.

    d|beta|/dt = -R betahat.g with R = eta_w a^2 + eta_a |w|^2; d betahat/dt = -(eta_w a^2 / |beta|) (g - betahat betahat.g).
    w: (d,); a: (); g: (d,). Returns ((), (d,)). Raises ValueError on bad input or beta = 0. Kunin et al. 2024, section 5.
    """
    w, a = validate.one(w, a, "w, a")
    g = validate.vector("g", g, w.size)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    size = float(np.linalg.norm(a * w))
    if size == 0:
        raise ValueError("w, a: expected beta = a w other than 0; it has no direction to turn")
    unit = a * w / size
    along = float(unit @ g)
    return -(eta_w * a**2 + eta_a * float(w @ w)) * along, -(eta_w * a**2 / size) * (
        g - along * unit
    )
