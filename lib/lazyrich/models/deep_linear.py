"""Compute deep linear networks f(x) = W_L ... W_1 x: product, gradients, alignment, discrete steps.

Layers are lists, first layer first, with W_l of shape (n_l, n_(l-1)). The loss is
L = 1/2 |X B^T - Y|^2 with B = W_L ... W_1. For gradient flow see `dynamics.linear_network`, and
`exact.deep_mode` for one mode in closed form. Saxe et al. 2013; Kunin et al. 2024, section 4.
"""

import itertools
from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.conserved.networks import chain

__all__ = ["descend", "end_to_end", "layer_alignment", "layer_gradients"]


def end_to_end(Ws: Sequence[ArrayLike]) -> np.ndarray:
    """Multiply the layers of a linear network to its end-to-end matrix B = W_L ... W_1.

    Parameters
    ----------
    Ws : sequence of array_like, shape (..., n_l, n_(l-1))
        The layers, first layer first; leading axes (such as time) broadcast.

    Returns
    -------
    ndarray, shape (..., n_L, n_0)
        The product.

    Raises
    ------
    ValueError
        If there is no layer, or shapes do not match.

    Examples
    --------
    >>> end_to_end([[[1.0], [2.0]], [[3.0, 4.0]]])
    array([[11.]])
    """
    layers = validate.arrays("Ws", Ws, "layer", "(..., n_out, n_in)")
    for i, W in enumerate(layers):
        if W.ndim < 2 or (i and W.shape[-1] != layers[i - 1].shape[-2]):
            expected = f"(..., n_out, {layers[i - 1].shape[-2]})" if i else "(..., n_out, n_in)"
            raise ValueError(f"Ws[{i}]: expected shape {expected}, got {W.shape}")
    return reduce(lambda product, W: W @ product, layers)


def layer_gradients(Ws: Sequence[ArrayLike], X: ArrayLike, Y: ArrayLike) -> list[np.ndarray]:
    """Compute the gradient of the loss with respect to every layer.

    dL/dW_l = (W_L ... W_(l+1))^T G (W_(l-1) ... W_1)^T with G = dL/dB = (X B^T - Y)^T X.

    Parameters
    ----------
    Ws : sequence of array_like, shape (n_l, n_(l-1))
        The layers, first layer first.
    X : array_like, shape (n, n_0)
        The inputs.
    Y : array_like, shape (n, n_L)
        The labels.

    Returns
    -------
    list of ndarray
        The gradients, of the layers' shapes.

    Raises
    ------
    ValueError
        If shapes do not match or a number is not finite.

    Examples
    --------
    >>> layer_gradients([[[2.0]], [[3.0]]], [[1.0]], [[5.0]])
    [array([[3.]]), array([[2.]])]
    """
    Ws, _ = chain(Ws)
    X, Y = samples(X, Y, Ws[0].shape[1], Ws[-1].shape[0])
    return gradients(Ws, X.T @ X, Y.T @ X)


def layer_alignment(Ws: Sequence[ArrayLike]) -> np.ndarray:
    """Measure the alignment of each layer's strongest output with the next one's strongest input.

    The alignment is |u_1(W_l) . v_1(W_(l+1))| with u_1, v_1 the first left and right singular
    vectors. It is 1 for balanced layers, and ambiguous if the largest singular value is not unique.

    Parameters
    ----------
    Ws : sequence of array_like, shape (n_l, n_(l-1))
        The L layers, first layer first.

    Returns
    -------
    ndarray, shape (L - 1,)
        The alignments, each in [0, 1].

    Raises
    ------
    ValueError
        If shapes do not match or a number is not finite.

    References
    ----------
    Ji and Telgarsky 2018 (arXiv 1810.02032).

    Examples
    --------
    >>> layer_alignment([[[1.0], [0.0]], [[0.6, 0.8]]])
    array([0.6])
    """
    layers, _ = chain(Ws)
    parts = [np.linalg.svd(W, full_matrices=False) for W in layers]
    return np.array([abs(U[:, 0] @ Vt[0]) for (U, _, _), (_, _, Vt) in itertools.pairwise(parts)])


def descend(
    Ws: Sequence[ArrayLike],
    X: ArrayLike,
    Y: ArrayLike,
    etas: Sequence[float] | None = None,
    *,
    step: float,
    n_steps: int,
    batch_size: int | None = None,
    seed: int = 0,
) -> dict[str, list[np.ndarray] | np.ndarray]:
    """Train by gradient descent, or by SGD if batch_size is below n.

    Each step sets W_l <- W_l - step eta_l dL/dW_l for all layers at once. SGD uses one
    `rng = numpy.random.default_rng(seed)`; each step draws `rng.choice(n, batch_size,
    replace=False)` and scales the minibatch's gradient by n / batch_size.

    Parameters
    ----------
    Ws : sequence of array_like, shape (n_l, n_(l-1))
        The layers at the start, first layer first.
    X : array_like, shape (n, n_0)
        The inputs.
    Y : array_like, shape (n, n_L)
        The labels.
    etas : sequence of float, shape (L,), optional
        One learning rate per layer, all 1 if left out.
    step : float
        The step size.
    n_steps : int
        The number of steps T.
    batch_size : int, optional
        The number of samples per step; all if left out.
    seed : int, default 0
        The seed of the minibatches.

    Returns
    -------
    dict
        "Ws": L arrays (T + 1, n_l, n_(l-1)); "gradients": L arrays (T, n_l, n_(l-1)), as used;
        "loss": (T + 1,), on all data.

    Raises
    ------
    ValueError
        On bad input, or if the steps diverge (the step is too large).
    """
    layers, rates = chain(Ws, etas)
    X, Y = samples(X, Y, layers[0].shape[1], layers[-1].shape[0])
    step, n_steps, n = validate.rate("step", step), validate.count("n_steps", n_steps), len(X)
    batch_size = n if batch_size is None else validate.count("batch_size", batch_size, 1, n)
    rng, full = np.random.default_rng(validate.count("seed", seed)), (X.T @ X, Y.T @ X)
    path, used = [layers], []
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below, once
        for _ in range(n_steps):
            if batch_size < n:
                rows = rng.choice(n, batch_size, replace=False)
                second, cross = X[rows].T @ X[rows], Y[rows].T @ X[rows]
                slopes = [n / batch_size * g for g in gradients(layers, second, cross)]
            else:
                slopes = gradients(layers, *full)
            layers = [W - step * eta * g for W, eta, g in zip(layers, rates, slopes, strict=True)]
            path.append(layers)
            used.append(slopes)
    paths = [np.array(states) for states in zip(*path, strict=True)]
    if not all(np.all(np.abs(W) < validate.LARGEST) for W in paths):
        raise ValueError(f"step: the weights overflow; a step below {step:g} is needed")
    slopes = [
        np.array([g[i] for g in used]).reshape(n_steps, *W.shape) for i, W in enumerate(layers)
    ]
    residual = X @ np.swapaxes(end_to_end(paths), -1, -2) - Y
    return {"Ws": paths, "gradients": slopes, "loss": 0.5 * np.sum(residual**2, axis=(-2, -1))}


def gradients(
    layers: Sequence[np.ndarray], second: np.ndarray, cross: np.ndarray
) -> list[np.ndarray]:
    """Compute `layer_gradients` from X^T X and Y^T X, without checking the arguments."""
    before = [np.eye(second.shape[0])]  # W_(l-1) ... W_1
    for W in layers:
        before.append(W @ before[-1])
    back = before[-1] @ second - cross  # (W_L ... W_(l+1))^T times the gradient of the whole map
    slopes = []
    for W, inner in zip(layers[::-1], before[-2::-1], strict=True):
        slopes.append(back @ inner.T)
        back = W.T @ back
    return slopes[::-1]


def samples(X: ArrayLike, Y: ArrayLike, d: int, c: int) -> tuple[np.ndarray, np.ndarray]:
    """Check X (n, d) and Y (n, c), and give Y of shape (n,) an axis of outputs."""
    X, Y = validate.real("X", X, "(n, d)"), validate.real("Y", Y, "(n, c)")
    Y = Y[:, None] if Y.ndim == 1 else Y
    if X.ndim != 2 or X.shape[1] != d:
        raise ValueError(f"X: expected shape (n, {d}) to match the first layer, got {X.shape}")
    if Y.shape != (len(X), c):
        raise ValueError(
            f"Y: expected shape ({len(X)}, {c}), one row per sample and one column per output, got "
            f"{Y.shape}"
        )
    return X, Y
