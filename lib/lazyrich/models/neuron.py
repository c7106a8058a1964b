"""The minimal model: one linear neuron f(x) = a w.x, its loss, gradients and training by discrete steps.

Loss: L = 1/2 sum_mu (a w.x_mu - y_mu)^2. Kunin et al. 2024, section 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["flow_rhs", "gradient_descent", "gradients", "loss", "predict", "sgd_delta_ensemble"]


def predict(X: ArrayLike, w: ArrayLike, a: float) -> np.ndarray:
    """Predictions f(x) = a w.x of one neuron.

    X: (n, d) inputs; w: (d,) input weights; a: () readout. Returns (n,).
    Raises ValueError on shapes that do not fit or numbers that are not finite.

    >>> predict([[1.0, 0.0], [0.0, 1.0]], [2.0, 3.0], 0.5)
    array([1. , 1.5])
    """
    w, a = validate.one(w, a)
    X = validate.real("X", X, "(n, d)")
    if X.ndim != 2 or X.shape[1] != w.size:
        raise ValueError(
            f"X: expected shape (n, {w.size}) to go with w of shape ({w.size},), got {X.shape}"
        )
    return a * (X @ w)


def loss(X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float) -> float:
    """Half the sum of squares, L = 1/2 |a X w - y|^2.

    X: (n, d); y: (n,); w: (d,); a: (). Raises ValueError as `one_neuron` does.
    """
    w, a = validate.one(w, a)
    X, y = validate.data(X, y, w.size)
    residual = a * (X @ w) - y
    return 0.5 * float(residual @ residual)


def gradients(X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float) -> tuple[np.ndarray, float]:
    """Gradients (dL/dw (d,), dL/da ()) with g = X^T (a X w - y): dL/dw = a g, dL/da = w.g.

    X: (n, d); y: (n,); w: (d,); a: (). Raises ValueError as `one_neuron` does.
    """
    w, a = validate.one(w, a)
    X, y = validate.data(X, y, w.size)
    return _gradients(X, y, w, a)


def flow_rhs(
    X: ArrayLike, y: ArrayLike, w: ArrayLike, a: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, float]:
    """Right-hand side of gradient flow, (w', a') = (-eta_w dL/dw, -eta_a dL/da).

    X: (n, d); y: (n,); w: (d,); a: (). Returns ((d,), ()), per unit of time. Kunin et al. 2024, section 3.
    Raises ValueError on bad shapes, non-finite numbers or rates that are not positive.
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
    """Full-batch gradient descent, both parameters from the same old values.

    w <- w - step eta_w dL/dw, a <- a - step eta_a dL/da. X: (n, d); y: (n,); w0: (d,); a0: ().
    Returns {"w": (T+1, d), "a": (T+1,), "loss": (T+1,)} with T = n_steps and the start at index 0.
    Raises ValueError on bad input, or if the steps diverge (the step is too large).
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
                f"step: gradient descent diverges with {step:g} (at step {n}); try one ten times smaller"
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
    """delta = eta (a^2 - |w|^2) along stochastic gradient descent, one run a seed.

    Each run owns `numpy.random.default_rng(seed)`; each step draws `rng.choice(n, batch, replace=False)` and
    scales the batch's gradient by n / batch. w0: (d,); a0: (); X: (n, d); y: (n,). Returns (S, n_steps + 1).
    Raises ValueError on bad input or a batch outside 1..n. The keywords are those of exercise 01.7, which calls both.
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
    seeds = np.asarray(seeds)
    if seeds.ndim != 1 or seeds.dtype.kind not in "iu" or np.any(seeds < 0):
        raise ValueError(f"seeds: expected a list of whole numbers >= 0, got {seeds!r}")
    delta = np.empty((len(seeds), n_steps + 1))
    for row, seed in zip(delta, seeds, strict=True):
        rng, w, a = np.random.default_rng(int(seed)), w0, a0
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
