"""Compute the distance between two kernels, and the alignment of a kernel with labels."""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["kernel_distance", "kernel_target_alignment", "whitened_kernel_distance"]


def kernel_distance(K1: ArrayLike, K2: ArrayLike) -> np.ndarray:
    """Compute S = 1 - <K1, K2> / (|K1| |K2|), the distance between two kernels up to scale.

    S is computed as 1/2 |K1/|K1| - K2/|K2||^2 (Frobenius norms), which is the same number, never
    negative, and accurate down to 1e-19, where 1 minus the cosine would be rounding error.

    Parameters
    ----------
    K1, K2 : array_like, shape (..., n, n)
        The kernels.

    Returns
    -------
    ndarray, shape (...)
        S, in [0, 1] for tangent kernels; 0 means the same kernel up to scale.

    Raises
    ------
    ValueError
        On bad input or a zero kernel.

    References
    ----------
    Fort et al. 2020 (arXiv 2010.15110); Kunin et al. 2024, section 3.

    Examples
    --------
    >>> float(kernel_distance(np.eye(2), [[2.0, 0.0], [0.0, 0.0]])).__round__(6)
    0.292893
    """
    K1, K2 = validate.real("K1", K1, "(..., n, n)"), validate.real("K2", K2, "(..., n, n)")
    for name, K in (("K1", K1), ("K2", K2)):
        if K.ndim < 2 or K.shape[-1] != K.shape[-2] or K.shape[-1] == 0:
            raise ValueError(f"{name}: expected shape (..., n, n), got {K.shape}")
        if np.any(np.max(np.abs(K), axis=(-2, -1)) == 0):
            raise ValueError(f"{name}: expected a nonzero kernel; a zero kernel has no direction")
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
    """Compute the kernel distance S between two neurons for whitened inputs.

    Whitened inputs have X^T X = I, so <K1, K2> = tr(M1 M2) with M of `metric_one_neuron`, and no
    kernel is formed. With M/|M| = c I + u u^T, m = u1 - u2, p = u1 + u2, x = m.p and e = c1 - c2:
    2 S = (d - 1) e^2 + (e + x)^2 + 1/2 |m|^2 |p - m x/|m|^2|^2, a sum of squares that is accurate
    for nearly equal kernels. The leading axes broadcast.

    Parameters
    ----------
    w0 : array_like, shape (..., d)
        Input weights of one neuron.
    a0 : array_like, shape (...)
        Its readout.
    w : array_like, shape (..., d)
        Input weights of the other.
    a : array_like, shape (...)
        Its readout.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (...)
        S.

    Raises
    ------
    ValueError
        On bad input, or if all weights of a neuron are zero.

    References
    ----------
    Kunin et al. 2024, section 3.

    Examples
    --------
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


def kernel_target_alignment(K: ArrayLike, Y: ArrayLike, *, center: bool = False) -> np.ndarray:
    """Compute the alignment of a kernel with labels, <K, Y Y^T> / (|K| |Y Y^T|).

    Parameters
    ----------
    K : array_like, shape (n, n)
        The kernel.
    Y : array_like, shape (n,) or (n, c)
        The labels.
    center : bool, default False
        Whether K and Y Y^T are first centered, that is, multiplied by H = I - 1 1^T / n on both
        sides.

    Returns
    -------
    ndarray, shape ()
        The alignment, in [0, 1] for tangent kernels; 1 if K is a multiple of Y Y^T.

    Raises
    ------
    ValueError
        On bad input, or if K or Y is zero.

    References
    ----------
    Cristianini et al. 2001; Cortes et al. 2012.
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
        if np.max(np.abs(side), initial=0.0) <= (1e-14 if center else 1 / validate.LARGEST):
            raise ValueError(
                f"{name}: expected nonzero entries{' after centering' if center else ''}"
            )
    return np.sum(_unit(K) * _unit(Y @ Y.T))


def _normalized(names: str, w: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute c and u with (a^2 I + w w^T) / |a^2 I + w w^T| = c I + u u^T."""
    largest = np.maximum(np.max(np.abs(w), axis=-1), np.abs(a))
    if np.any(largest == 0):
        raise ValueError(
            f"{names}: expected weights that are not all zero; "
            "their kernel is zero and has no direction"
        )
    w, a = w / largest[..., None], a / largest
    square = np.sum(w**2, axis=-1)
    norm = np.sqrt(w.shape[-1] * a**4 + 2 * a**2 * square + square**2)
    return a**2 / norm, w / np.sqrt(norm)[..., None]


def _unit(K: np.ndarray) -> np.ndarray:
    # First divided by the largest entry, so that squares neither overflow nor vanish.
    scaled = K / np.max(np.abs(K), axis=(-2, -1), keepdims=True)
    return scaled / np.sqrt(np.sum(scaled**2, axis=(-2, -1), keepdims=True))


def _centered(K: np.ndarray) -> np.ndarray:
    """Compute H K H with H = I - 1 1^T / n."""
    return K - K.mean(axis=0) - K.mean(axis=1)[:, None] + K.mean()


def _cap(S: np.ndarray) -> np.ndarray:
    """Cap S at 1 where rounding puts it just above, as for orthogonal kernels.

    A larger excess stays, because it would be an error.
    """
    return np.where(S < 1 + 1e-14, np.minimum(S, 1.0), S)[()]
