"""The tangent kernel of one linear neuron, and the distance between kernels.

In function space beta = a w moves by beta' = -M g with g = X^T (X beta - y); the tangent kernel is K = X M X^T.
The gradient with respect to the readout is w.x, so it is eta_a that multiplies w w^T. Kunin et al. 2024, eq. 4-6.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as check

__all__ = [
    "kernel_distance",
    "metric_from_beta",
    "metric_one_neuron",
    "ntk_one_neuron",
    "whitened_kernel_distance",
]


def metric_one_neuron(w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """M = eta_w a^2 I + eta_a w w^T, how fast gradients in function space are followed.

    w: (..., d); a: (...). Returns (..., d, d). Raises ValueError on bad input.
    """
    w, a = check.vector("w", w), check.real("a", a, "(...)")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    return eta_w * (a**2)[..., None, None] * np.eye(w.shape[-1]) + eta_a * w[..., :, None] * w[..., None, :]


def metric_from_beta(beta: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """M = (R + delta)/2 I + (R - delta)/2 betahat betahat^T, R = sqrt(delta^2 + 4 eta_a eta_w |beta|^2).

    beta: (..., d); delta: (...). Returns (..., d, d). At beta = 0: delta I for delta >= 0.
    Raises ValueError on bad input, and at beta = 0 with delta < 0, where M depends on w.
    """
    beta, delta = check.vector("beta", beta), check.real("delta", delta, "(...)")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    size = np.linalg.norm(beta, axis=-1)
    if np.any((size == 0) & (delta < 0)):
        raise ValueError(
            "beta: expected a vector other than 0 when delta < 0; there M depends on w: use metric_one_neuron"
        )
    root = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * size)
    large = (root + np.abs(delta)) / 2
    small = eta_a * eta_w * size**2 / np.where(large > 0, large, 1.0)
    upper, lower = np.where(delta >= 0, large, small), np.where(delta >= 0, small, large)
    unit = beta / np.where(size > 0, size, 1.0)[..., None]
    return upper[..., None, None] * np.eye(beta.shape[-1]) + lower[..., None, None] * (
        unit[..., :, None] * unit[..., None, :]
    )


def ntk_one_neuron(X: ArrayLike, w: ArrayLike, a: float, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """Tangent kernel K = X M X^T = eta_w a^2 X X^T + eta_a (X w)(X w)^T of one neuron.

    X: (n, d); w: (..., d); a: (...). Returns (..., n, n). Raises ValueError on bad input.
    """
    M = metric_one_neuron(w, a, eta_w=eta_w, eta_a=eta_a)
    X = check.real("X", X, "(n, d)")
    if X.ndim != 2 or X.shape[1] != M.shape[-1]:
        raise ValueError(f"X: expected shape (n, {M.shape[-1]}) to go with w, got {X.shape}")
    return X @ M @ X.T


def kernel_distance(K1: ArrayLike, K2: ArrayLike) -> np.ndarray:
    """S = 1 - <K1, K2> / (|K1| |K2|), in [0, 1] for tangent kernels; 0 means the same kernel up to scale.

    Computed as 1/2 |K1/|K1| - K2/|K2||^2 (Frobenius): the same number, never negative, and exact down to 1e-19
    where the difference of two ones would be rounding noise.
    K1, K2: (..., n, n). Returns (...). Raises ValueError on bad input or a kernel that is zero.
    Fort et al. 2020 (arXiv 2010.15110); Kunin et al. 2024, section 3.

    >>> float(kernel_distance(np.eye(2), [[2.0, 0.0], [0.0, 0.0]])).__round__(6)
    0.292893
    """
    K1, K2 = check.real("K1", K1, "(..., n, n)"), check.real("K2", K2, "(..., n, n)")
    for name, K in (("K1", K1), ("K2", K2)):
        if K.ndim < 2 or K.shape[-1] != K.shape[-2]:
            raise ValueError(f"{name}: expected shape (..., n, n), got {K.shape}")
        if np.any(np.max(np.abs(K), axis=(-2, -1)) == 0):
            raise ValueError(f"{name}: expected a kernel other than zero; its direction is not defined")
    if K1.shape[-1] != K2.shape[-1]:
        raise ValueError(f"K2: expected shape (..., {K1.shape[-1]}, {K1.shape[-1]}) like K1, got {K2.shape}")
    return 0.5 * np.sum((_unit(K1) - _unit(K2)) ** 2, axis=(-2, -1))


def whitened_kernel_distance(
    w0: ArrayLike, a0: ArrayLike, w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Kernel distance S between (w0, a0) and (w, a) for whitened inputs (X^T X = I).

    Then <K1, K2> = tr(M1 M2), so the distance of the small matrices M is the distance of the kernels.
    w0: (d,); a0: (); w: (..., d); a: (...). Returns (...). Raises ValueError on bad input.
    Kunin et al. 2024, appendix A (the published notebook has a0 in place of a in the second norm).
    """
    return kernel_distance(
        metric_one_neuron(w0, a0, eta_w=eta_w, eta_a=eta_a), metric_one_neuron(w, a, eta_w=eta_w, eta_a=eta_a)
    )


def _unit(K: np.ndarray) -> np.ndarray:
    scaled = K / np.max(np.abs(K), axis=(-2, -1), keepdims=True)  # so that squares neither overflow nor vanish
    return scaled / np.sqrt(np.sum(scaled**2, axis=(-2, -1), keepdims=True))
