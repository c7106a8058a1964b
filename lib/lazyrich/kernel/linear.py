"""The tangent kernel of one linear neuron, and the distance between kernels.

In function space beta = a w moves by beta' = -M g with g = X^T (X beta - y); the tangent kernel is K = X M X^T.
The gradient with respect to the readout is w.x, so it is eta_a that multiplies w w^T. Kunin et al. 2024, section 3.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = [
    "kernel_distance",
    "kernel_target_alignment",
    "metric_from_beta",
    "metric_one_neuron",
    "metric_velocity",
    "ntk_one_neuron",
    "whitened_kernel_distance",
]


def metric_one_neuron(
    w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """M = eta_w a^2 I + eta_a w w^T, how fast gradients in function space are followed.

    w: (..., d); a: (...). Returns (..., d, d). Raises ValueError on bad input.
    """
    w, a = validate.neurons(w, a)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    return _matrix(eta_w * a**2, np.asarray(eta_a), w)


def metric_from_beta(
    beta: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """M = (R + delta)/2 I + (R - delta)/2 betahat betahat^T, R = sqrt(delta^2 + 4 eta_a eta_w |beta|^2).

    beta: (..., d); delta: (...). Returns (..., d, d). At beta = 0: delta I for delta >= 0.
    Raises ValueError on bad input, and at beta = 0 with delta < 0, where M depends on w.
    """
    beta, delta = validate.neurons(beta, delta, "beta, delta")
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    size = np.hypot.reduce(beta, axis=-1)
    if np.any((size == 0) & (delta < 0)):
        raise ValueError(
            "beta: expected a vector other than 0 when delta < 0; there M depends on w: use metric_one_neuron"
        )
    mean = np.sqrt(eta_a) * np.sqrt(eta_w) * size
    larger = (np.hypot(delta, 2 * mean) + np.abs(delta)) / 2
    smaller = mean * (
        mean / np.where(larger > 0, larger, 1.0)
    )  # (R - |delta|)/2 without the cancellation
    everywhere, along = np.where(delta >= 0, larger, smaller), np.where(delta >= 0, smaller, larger)
    unit = beta / np.where(size > 0, size, 1.0)[..., None]
    return _matrix(everywhere, along, unit)


def ntk_one_neuron(
    X: ArrayLike, w: ArrayLike, a: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Tangent kernel K = X M X^T = eta_w a^2 X X^T + eta_a (X w)(X w)^T of one neuron.

    X: (n, d); w: (..., d); a: (...). Returns (..., n, n). Raises ValueError on bad input.
    """
    M = metric_one_neuron(w, a, eta_w=eta_w, eta_a=eta_a)
    X = validate.real("X", X, "(n, d)")
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
    K1, K2 = validate.real("K1", K1, "(..., n, n)"), validate.real("K2", K2, "(..., n, n)")
    for name, K in (("K1", K1), ("K2", K2)):
        if K.ndim < 2 or K.shape[-1] != K.shape[-2] or K.shape[-1] == 0:
            raise ValueError(f"{name}: expected shape (..., n, n), got {K.shape}")
        if np.any(np.max(np.abs(K), axis=(-2, -1)) == 0):
            raise ValueError(
                f"{name}: expected a kernel other than zero; its direction is not defined"
            )
    if K1.shape[-1] != K2.shape[-1]:
        raise ValueError(
            f"K2: expected shape (..., {K1.shape[-1]}, {K1.shape[-1]}) like K1, got {K2.shape}"
        )
    validate.batch({"K1": K1.shape[:-2], "K2": K2.shape[:-2]})
    return _cap(0.5 * np.sum((_unit(K1) - _unit(K2)) ** 2, axis=(-2, -1)))


def whitened_kernel_distance(
    w0: ArrayLike,
    a0: ArrayLike,
    w: ArrayLike,
    a: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> np.ndarray:
    """Kernel distance S between (w0, a0) and (w, a) for whitened inputs (X^T X = I), without forming matrices.

    There <K1, K2> = tr(M1 M2). With M/|M| = c I + u u^T, m = u1 - u2, p = u1 + u2, x = m.p and e = c1 - c2:
    2 S = (d - 1) e^2 + (e + x)^2 + 1/2 |m|^2 |p - m x/|m|^2|^2, a sum of squares, accurate for nearly equal kernels.
    w0, w: (..., d); a0, a: (...), leading axes broadcast. Returns (...).
    Raises ValueError on bad input, or if all weights of a neuron are zero.
    Kunin et al. 2024, section 3.

    >>> float(whitened_kernel_distance([0.0, 1.0], 1.0, [1.0, 0.0], 1.0)).__round__(12)
    0.2
    """
    w0, a0 = validate.neurons(w0, a0, "w0, a0")
    w, a = validate.neurons(w, a)
    if w0.shape[-1] != w.shape[-1]:
        raise ValueError(f"w: expected shape (..., {w0.shape[-1]}) like w0, got {w.shape}")
    validate.batch({"w0": w0.shape[:-1], "a0": a0.shape, "w": w.shape[:-1], "a": a.shape})
    root_w, root_a = np.sqrt(validate.rate("eta_w", eta_w)), np.sqrt(validate.rate("eta_a", eta_a))
    c1, u1 = _normalized("w0, a0", root_a * w0, root_w * a0)
    c2, u2 = _normalized("w, a", root_a * w, root_w * a)
    e, m, p = c1 - c2, u1 - u2, u1 + u2
    x, m_square = np.sum(m * p, axis=-1), np.sum(m**2, axis=-1)
    across = p - m * (x / np.where(m_square > 0, m_square, 1.0))[..., None]
    turned = m_square * np.sum(across**2, axis=-1)
    return _cap(0.5 * ((w.shape[-1] - 1) * e**2 + (e + x) ** 2 + 0.5 * turned))


def _matrix(everywhere: np.ndarray, along: np.ndarray, w: np.ndarray) -> np.ndarray:
    """everywhere I + along w w^T."""
    return (
        everywhere[..., None, None] * np.eye(w.shape[-1])
        + (along[..., None] * w)[..., :, None] * w[..., None, :]
    )


def _normalized(names: str, w: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """c and u with (a^2 I + w w^T) / |a^2 I + w w^T| = c I + u u^T."""
    largest = np.maximum(np.max(np.abs(w), axis=-1), np.abs(a))
    if np.any(largest == 0):
        raise ValueError(
            f"{names}: expected weights that are not all zero; their kernel is zero and has no direction"
        )
    w, a = w / largest[..., None], a / largest
    square = np.sum(w**2, axis=-1)
    norm = np.sqrt(w.shape[-1] * a**4 + 2 * a**2 * square + square**2)
    return a**2 / norm, w / np.sqrt(norm)[..., None]


def _unit(K: np.ndarray) -> np.ndarray:
    scaled = K / np.max(
        np.abs(K), axis=(-2, -1), keepdims=True
    )  # so that squares neither overflow nor vanish
    return scaled / np.sqrt(np.sum(scaled**2, axis=(-2, -1), keepdims=True))


def _cap(S: np.ndarray) -> np.ndarray:
    """Take off the last digit's excess over 1 for orthogonal kernels; anything larger is left to be seen."""
    return np.where(S < 1 + 1e-14, np.minimum(S, 1.0), S)[()]


def kernel_target_alignment(K: ArrayLike, Y: ArrayLike, *, center: bool = False) -> np.ndarray:
    """<K, Y Y^T> / (|K| |Y Y^T|): 1 if the kernel is made of the labels alone.

    center: both sides between H = I - 1 1^T / n first. K: (n, n); Y: (n,) or (n, c). Returns (), in [0, 1] for tangent kernels.
    Raises ValueError on bad input or a side that is zero. Cristianini et al. 2001; Cortes et al. 2012.
    """
    K, Y = validate.real("K", K, "(n, n)"), validate.real("Y", Y, "(n, c)")
    Y = Y[:, None] if Y.ndim == 1 else Y
    if K.ndim != 2 or K.shape[0] != K.shape[1] or Y.ndim != 2 or len(Y) != len(K):
        raise ValueError(
            f"K, Y: expected shapes (n, n) and (n,) or (n, c), got {K.shape} and {Y.shape}"
        )
    if center:
        K, Y = _centered(K), np.asarray(Y - Y.mean(axis=0))
    for name, side in (("K", K), ("Y", Y)):
        if np.max(np.abs(side)) <= 1e-14 * (1 if center else 0):
            raise ValueError(
                f"{name}: expected something other than zero{' after centering' if center else ''}"
            )
    return np.sum(_unit(K) * _unit(Y @ Y.T))


def _centered(K: np.ndarray) -> np.ndarray:
    """H K H with H = I - 1 1^T / n."""
    return K - K.mean(axis=0) - K.mean(axis=1)[:, None] + K.mean()


def metric_velocity(
    beta: ArrayLike, beta_dot: ArrayLike, delta: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """dM/dt split into what comes from the length of beta and what from its direction.

    radial: (2 eta_a eta_w |beta| / R) (d|beta|/dt) (I + betahat betahat^T); directional: (R - delta)/2 d(betahat betahat^T)/dt.
    beta, beta_dot: (d,), beta other than 0; delta: (). Returns two (d, d). Raises ValueError on bad input. Kunin et al. 2024, section 3.
    """
    beta = validate.vector("beta", beta)
    beta_dot, delta = (
        validate.vector("beta_dot", beta_dot, beta.shape[-1]),
        float(validate.real("delta", delta, "()")),
    )
    product = validate.rate("eta_w", eta_w) * validate.rate("eta_a", eta_a)
    size = float(np.linalg.norm(beta))
    if beta.ndim != 1 or beta_dot.ndim != 1 or size == 0:
        raise ValueError(
            f"beta: expected a vector (d,) other than 0, got shape {beta.shape} and length {size:g}"
        )
    unit = beta / size
    growth = float(unit @ beta_dot)
    turn = (beta_dot - growth * unit) / size
    R = np.hypot(delta, 2 * np.sqrt(product) * size)
    lower = (R - delta) / 2 if delta <= 0 else 2 * product * size**2 / (R + delta)
    radial = 2 * product * size / R * growth * (np.eye(beta.size) + np.outer(unit, unit))
    return radial, lower * (np.outer(turn, unit) + np.outer(unit, turn))
