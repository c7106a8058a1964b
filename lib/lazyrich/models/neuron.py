"""Compute the minimal model f(x) = a w.x, one linear neuron: loss, gradients, discrete steps.

The loss is L = 1/2 sum_mu (a w.x_mu - y_mu)^2. Kunin et al. 2024, section 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["flow_rhs", "gradient_descent", "gradients", "loss", "predict", "sgd_delta_ensemble"]


def predict(X: ArrayLike, w: ArrayLike, a: float) -> np.ndarray:
    """Compute the predictions f(x) = a w.x of one neuron.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs.
    w : array_like, shape (d,)
        The input weights.
    a : float
        The readout.

    Returns
    -------
    ndarray, shape (n,)
        The predictions.

    Raises
    ------
    ValueError
        If shapes do not match or a number is not finite.

    Examples
    --------
    >>> predict([[1.0, 0.0], [0.0, 1.0]], [2.0, 3.0], 0.5)
    array([1. , 1.5])
    """
    w, a = validate.one(w, a)
    X = validate.real("X", X, "(n, d)")
    if X.ndim != 2 or X.shape[1] != w.size:
        raise ValueError(
            f"X: expected shape (n, {w.size}) to match w of shape ({w.size},), got {X.shape}"
        )
    return a * (X @ w)


def loss(X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float) -> float:
    """Compute half the sum of squares, L = 1/2 |a X w - y|^2.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    w : array_like, shape (d,)
        The input weights.
    a : float
        The readout.

    Returns
    -------
    float
        The loss.

    Raises
    ------
    ValueError
        If shapes do not match or a number is not finite.
    """
    w, a = validate.one(w, a)
    X, y = validate.data(X, y, w.size)
    residual = a * (X @ w) - y
    return 0.5 * float(residual @ residual)


def gradients(X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float) -> tuple[np.ndarray, float]:
    """Compute the gradients dL/dw = a g and dL/da = w.g with g = X^T (a X w - y).

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    w : array_like, shape (d,)
        The input weights.
    a : float
        The readout.

    Returns
    -------
    dw : ndarray, shape (d,)
        The gradient with respect to w.
    da : float
        The gradient with respect to a.

    Raises
    ------
    ValueError
        If shapes do not match or a number is not finite.
    """
    w, a = validate.one(w, a)
    X, y = validate.data(X, y, w.size)
    return _gradients(X, y, w, a)


def flow_rhs(
    X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, float]:
    """Compute the right-hand side of gradient flow, (w', a') = (-eta_w dL/dw, -eta_a dL/da).

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    w : array_like, shape (d,)
        The input weights.
    a : float
        The readout.
    eta_w : float, default 1.0
        The rate of w, above 0.
    eta_a : float, default 1.0
        The rate of a, above 0.

    Returns
    -------
    dw : ndarray, shape (d,)
        The velocity of w, per unit of time.
    da : float
        The velocity of a, per unit of time.

    Raises
    ------
    ValueError
        If shapes do not match, a number is not finite, or a rate is not positive.

    References
    ----------
    Kunin et al. 2024, section 3.
    """
    dw, da = gradients(X, y, w, a)
    return -validate.rate("eta_w", eta_w) * dw, -validate.rate("eta_a", eta_a) * da


def gradient_descent(
    X: ArrayLike,
    y: ArrayLike,
    w0: ArrayLike,
    a0: float,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float,
    n_steps: int,
) -> dict[str, np.ndarray]:
    """Train by full-batch gradient descent.

    Each step sets w <- w - step eta_w dL/dw and a <- a - step eta_a dL/da simultaneously.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    w0 : array_like, shape (d,)
        The input weights at the start.
    a0 : float
        The readout at the start.
    eta_w : float, default 1.0
        The rate of w, above 0.
    eta_a : float, default 1.0
        The rate of a, above 0.
    step : float
        The step size.
    n_steps : int
        The number of steps T.

    Returns
    -------
    dict of str to ndarray
        "w" (T+1, d), "a" (T+1,) and "loss" (T+1,), with the start at index 0.

    Raises
    ------
    ValueError
        On bad input, or if the steps diverge (the step is too large).
    """
    w, a = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w.size)
    eta_w, eta_a, step = (
        validate.rate("eta_w", eta_w),
        validate.rate("eta_a", eta_a),
        validate.rate("step", step),
    )
    n_steps = validate.count("n_steps", n_steps)
    ws, readouts, losses = (
        np.empty((n_steps + 1, w.size)),
        np.empty(n_steps + 1),
        np.empty(n_steps + 1),
    )
    for n in range(n_steps + 1):
        residual = a * (X @ w) - y
        ws[n], readouts[n], losses[n] = w, a, 0.5 * (residual @ residual)
        if not losses[n] < validate.LARGEST:
            raise ValueError(
                f"step: gradient descent diverges with {step:g} (at step {n}); try a value ten "
                "times smaller"
            )
        g = X.T @ residual
        w, a = w - step * eta_w * a * g, a - step * eta_a * float(w @ g)
    return {"w": ws, "a": readouts, "loss": losses}


def sgd_delta_ensemble(
    w0: ArrayLike,
    a0: float,
    X: ArrayLike,
    y: ArrayLike,
    *,
    eta: float = 1.0,
    step: float,
    n_steps: int,
    batch: int,
    seeds: Sequence[int],
) -> np.ndarray:
    """Record delta = eta (a^2 - |w|^2) along stochastic gradient descent, one run per seed.

    Each run has its own `rng = numpy.random.default_rng(seed)`; each step draws
    `rng.choice(n, batch, replace=False)` and scales the minibatch's gradient by n / batch. The
    keywords are those of exercise 01.7, which calls this function and the student's in the same
    way.

    Parameters
    ----------
    w0 : array_like, shape (d,)
        The input weights at the start.
    a0 : float
        The readout at the start.
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    eta : float, default 1.0
        The learning rate of both parameters.
    step : float
        The step size.
    n_steps : int
        The number of steps.
    batch : int
        The number of samples per step, from 1 to n.
    seeds : sequence of int, shape (S,)
        The seeds.

    Returns
    -------
    ndarray, shape (S, n_steps + 1)
        delta of each run, with the start at index 0.

    Raises
    ------
    ValueError
        On bad input, or a batch outside 1..n.
    """
    w0, a0 = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w0.size)
    eta, step, n_steps = (
        validate.rate("eta", eta),
        validate.rate("step", step),
        validate.count("n_steps", n_steps),
    )
    n = len(X)
    batch = validate.count("batch", batch, 1, n)
    numbers = validate.seeds("seeds", seeds, different=False)
    delta = np.empty((len(numbers), n_steps + 1))
    with validate.overflow("w0, a0, X, y, eta, step"):
        for row, seed in zip(delta, numbers, strict=True):
            rng, w, a = np.random.default_rng(seed), w0, a0
            row[0] = eta * (a**2 - w @ w)
            for t in range(1, n_steps + 1):
                rows = rng.choice(n, batch, replace=False)
                dw, da = _gradients(X[rows], y[rows], w, a)
                w, a = w - step * eta * (n / batch) * dw, a - step * eta * (n / batch) * da
                row[t] = eta * (a**2 - w @ w)
    return delta


def _gradients(X: np.ndarray, y: np.ndarray, w: np.ndarray, a: float) -> tuple[np.ndarray, float]:
    g = X.T @ (a * (X @ w) - y)
    return a * g, float(w @ g)
