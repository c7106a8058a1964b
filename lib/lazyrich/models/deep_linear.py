"""Deep linear networks f(x) = W_L ... W_1 x: their product, gradients, alignment, and training by discrete steps.

Layers are lists, first layer first, W_l of shape (n_l, n_(l-1)). Loss: L = 1/2 |X B^T - Y|^2 with B = W_L ... W_1. Saxe et al. 2013;
Kunin et al. 2024, section 4. The flow itself: `dynamics.linear_network`; one mode in closed form: `exact.deep_mode`.
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
    """B = W_L ... W_1, the one matrix that a linear network is.

    Ws: L arrays (..., n_l, n_(l-1)), leading axes (such as time) broadcast. Returns (..., n_L, n_0). Raises ValueError on bad input.

    >>> end_to_end([[[1.0], [2.0]], [[3.0, 4.0]]])
    array([[11.]])
    """
    layers = [validate.real(f"Ws[{i}]", W, "(..., n_out, n_in)") for i, W in enumerate(Ws)]
    if not layers:
        raise ValueError("Ws: expected at least one layer, got none")
    for i, W in enumerate(layers):
        if W.ndim < 2 or (i and W.shape[-1] != layers[i - 1].shape[-2]):
            expected = f"(..., n_out, {layers[i - 1].shape[-2]})" if i else "(..., n_out, n_in)"
            raise ValueError(f"Ws[{i}]: expected shape {expected}, got {W.shape}")
    return reduce(lambda product, W: W @ product, layers)


def layer_gradients(Ws: Sequence[ArrayLike], X: ArrayLike, Y: ArrayLike) -> list[np.ndarray]:
    """dL/dW_l = (W_L ... W_(l+1))^T G (W_(l-1) ... W_1)^T with G = dL/dB = (X B^T - Y)^T X, for every layer.

    Ws: L matrices; X: (n, n_0); Y: (n, n_L). Returns L arrays of the layers' shapes. Raises ValueError on bad input.

    >>> layer_gradients([[[2.0]], [[3.0]]], [[1.0]], [[5.0]])
    [array([[3.]]), array([[2.]])]
    """
    Ws, _ = chain(Ws)
    X, Y = samples(X, Y, Ws[0].shape[1], Ws[-1].shape[0])
    return gradients(Ws, X.T @ X, Y.T @ X)


def layer_alignment(Ws: Sequence[ArrayLike]) -> np.ndarray:
    """|u_1(W_l) . v_1(W_(l+1))|: how well the strongest output direction of a layer meets the strongest input of the next.

    u_1, v_1: first left and right singular vectors; defined up to the spread of equal largest singular values. Ws: L matrices.
    Returns (L - 1,), each in [0, 1]; balanced layers have 1. Raises ValueError on bad input. Ji and Telgarsky 2018 (arXiv 1810.02032).

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
    """Gradient descent, or SGD if batch_size is below n: W_l <- W_l - step eta_l dL/dW_l, all from the same old layers.

    SGD: one `numpy.random.default_rng(seed)`; each step draws `rng.choice(n, batch_size, replace=False)` and scales the minibatch's gradient by
    n / batch_size. Ws: L matrices; X: (n, n_0); Y: (n, n_L); etas: (L,) rates, all 1 if left out.
    Returns {"Ws": L arrays (T+1, n_l, n_(l-1)), "gradients": L arrays (T, n_l, n_(l-1)) as used, "loss": (T+1,) on all data} with T = n_steps.
    Raises ValueError on bad input, or if the steps diverge (the step is too large).
    """
    Ws, rates = chain(Ws, etas)
    X, Y = samples(X, Y, Ws[0].shape[1], Ws[-1].shape[0])
    step, n_steps, n = validate.rate("step", step), validate.count("n_steps", n_steps), len(X)
    batch_size = n if batch_size is None else validate.count("batch_size", batch_size, 1, n)
    rng, full = np.random.default_rng(seed), (X.T @ X, Y.T @ X)
    path, used = [Ws], []
    with np.errstate(over="ignore", invalid="ignore"):  # looked at below, once
        for _ in range(n_steps):
            if batch_size < n:
                rows = rng.choice(n, batch_size, replace=False)
                slopes = [
                    n / batch_size * g
                    for g in gradients(Ws, X[rows].T @ X[rows], Y[rows].T @ X[rows])
                ]
            else:
                slopes = gradients(Ws, *full)
            Ws = [W - step * eta * g for W, eta, g in zip(Ws, rates, slopes, strict=True)]
            path.append(Ws)
            used.append(slopes)
    layers = [np.array(each) for each in zip(*path, strict=True)]
    if not all(np.all(np.abs(W) < validate.LARGEST) for W in layers):
        raise ValueError(f"step: the weights overflow; a step below {step:g} is needed")
    slopes = [np.array([g[i] for g in used]).reshape(n_steps, *W.shape) for i, W in enumerate(Ws)]
    residual = X @ np.swapaxes(end_to_end(layers), -1, -2) - Y
    return {"Ws": layers, "gradients": slopes, "loss": 0.5 * np.sum(residual**2, axis=(-2, -1))}


def gradients(
    layers: Sequence[np.ndarray], second: np.ndarray, cross: np.ndarray
) -> list[np.ndarray]:
    """`layer_gradients` from X^T X and Y^T X, unchecked."""
    before = [np.eye(second.shape[0])]  # W_(l-1) ... W_1
    for W in layers:
        before.append(W @ before[-1])
    back, slopes = (
        before[-1] @ second - cross,
        [],
    )  # (W_L ... W_(l+1))^T times the gradient of the whole map
    for W, inner in zip(layers[::-1], before[-2::-1], strict=True):
        slopes.append(back @ inner.T)
        back = W.T @ back
    return slopes[::-1]


def samples(X: ArrayLike, Y: ArrayLike, d: int, c: int) -> tuple[np.ndarray, np.ndarray]:
    """X (n, d) and Y (n, c), an axis of outputs added if there is only one; or an error that says what does not fit."""
    X, Y = validate.real("X", X, "(n, d)"), validate.real("Y", Y, "(n, c)")
    Y = Y[:, None] if Y.ndim == 1 else Y
    if X.ndim != 2 or X.shape[1] != d:
        raise ValueError(f"X: expected shape (n, {d}) to go with the first layer, got {X.shape}")
    if Y.shape != (len(X), c):
        raise ValueError(
            f"Y: expected shape ({len(X)}, {c}), one row a sample, one column an output, got {Y.shape}"
        )
    return X, Y
