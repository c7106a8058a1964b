"""Compute how training changes delta: finite steps, minibatches, weight decay, momentum, Adam.

The formulas for one step are exact at any step size. A step moves each layer by step times the
layer's rate times its gradient.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.conserved.networks import two_layers
from lazyrich.models import neuron

__all__ = [
    "gd_drift",
    "gd_drift_matrix",
    "heavy_ball_drift_matrix",
    "sign_drift",
    "weight_decay_delta",
]


def gd_drift(
    w: ArrayLike,
    a: float,
    X: ArrayLike,
    y: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float,
) -> float:
    """Compute the exact change of a neuron's delta in one step of gradient descent.

    The change is step^2 eta_a eta_w (eta_a (w.g)^2 - eta_w a^2 |g|^2) with g = X^T (a X w - y). It
    is of second order in the step, and so of first order per unit of time. For SGD, pass the
    minibatch as X and y, and multiply the step by n / batch_size if the gradient is scaled by it.

    Parameters
    ----------
    w : array_like, shape (d,)
        Input weights.
    a : float
        The readout.
    X : array_like, shape (n, d)
        The inputs, one sample per row.
    y : array_like, shape (n,)
        The labels.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.
    step : float
        Step size, > 0.

    Returns
    -------
    float
        The change of delta.

    Raises
    ------
    ValueError
        On bad input.
    """
    dw, da = neuron.gradients(X, y, w, a)
    eta_w, eta_a, step = _rates(eta_w, eta_a, step)
    with validate.overflow("w, a, X, y, step"):
        return float(step**2 * eta_a * eta_w * (eta_a * da**2 - eta_w * float(dw @ dw)))


def weight_decay_delta(delta0: float, lam: float, eta: float, t: ArrayLike) -> np.ndarray:
    """Compute delta under gradient flow with weight decay and equal learning rates.

    For the penalty lam/2 (a^2 + |w|^2), delta(t) = delta0 exp(-2 lam eta t). With unequal rates,
    delta does not decay exponentially.

    Parameters
    ----------
    delta0 : float
        delta at the start.
    lam : float
        Coefficient lam of the penalty, >= 0.
    eta : float
        The learning rate of both layers, > 0.
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.

    Returns
    -------
    ndarray, shape (T,) or ()
        delta.

    Raises
    ------
    ValueError
        On bad input.
    """
    delta0, penalty = validate.number("delta0", delta0), validate.number("lam", lam, least=0)
    t, eta = validate.times("t", t), validate.rate("eta", eta)
    if penalty == 0:
        return delta0 * np.ones(t.shape)
    with np.errstate(over="ignore"):  # an exponent of -inf gives 0, as it should
        return delta0 * np.exp(-2 * penalty * eta * t)


def gd_drift_matrix(
    W: ArrayLike,
    A: ArrayLike,
    grad_W: ArrayLike,
    grad_A: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float,
    decay: float = 0.0,
    decoupled: bool = False,
) -> np.ndarray:
    """Compute the exact change of `delta_matrix` in one step of gradient descent.

    The gradient may be that of a minibatch. Without weight decay the change is
    step^2 eta_a eta_w (eta_a gA^T gA - eta_w gW gW^T). Coupled decay adds decay * W to grad_W and
    decay * A to grad_A, so the rates multiply it too; decoupled decay (as in AdamW) first
    multiplies the weights by 1 - step * decay, whatever the rates. Only decay contributes at first
    order in the step, because A^T gA = gW W^T in a linear network, for a minibatch too. The
    diagonal is also exact for ReLU networks.

    Parameters
    ----------
    W : array_like, shape (h, d)
        Input weights.
    A : array_like, shape (c, h) or (h,)
        Readouts.
    grad_W : array_like, shape (h, d)
        The gradient of the loss with respect to W.
    grad_A : array_like, shape (c, h) or (h,)
        The gradient of the loss with respect to A.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.
    step : float
        Step size, > 0.
    decay : float, default 0.0
        Strength of the weight decay, >= 0.
    decoupled : bool, default False
        Whether the decay is decoupled from the gradient.

    Returns
    -------
    ndarray, shape (h, h)
        The change of Delta.

    Raises
    ------
    ValueError
        On bad input.
    """
    W, A = two_layers(W, A)
    gW, gA = _alike(W, A, grad_W, grad_A, "grad_W, grad_A")
    eta_w, eta_a, step = _rates(eta_w, eta_a, step)
    decay = validate.number("decay", decay, least=0)
    if decoupled:
        first = ((1 - step * decay) ** 2 - 1) * (eta_w * A.T @ A - eta_a * W @ W.T)
    else:
        first = -2 * step * decay * eta_a * eta_w * (A.T @ A - W @ W.T)
        gW, gA = gW + decay * W, gA + decay * A
    return first + step**2 * eta_w * eta_a * (eta_a * gA.T @ gA - eta_w * gW @ gW.T)


def heavy_ball_drift_matrix(
    W: ArrayLike,
    A: ArrayLike,
    V_W: ArrayLike,
    V_A: ArrayLike,
    grad_W: ArrayLike,
    grad_A: ArrayLike,
    *,
    momentum: float,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float,
) -> np.ndarray:
    """Compute the exact change of `delta_matrix` in one step of heavy-ball momentum.

    A step computes V+ = momentum V - step eta grad and adds V+ to the weights. The change is
    momentum (J + J^T) + eta_w VA+^T VA+ - eta_a VW+ VW+^T with J = eta_w A^T VA - eta_a VW W^T. The
    term with J is of first order in the step, so delta drifts under gradient flow with momentum
    too. The diagonal is also exact for ReLU networks.

    Parameters
    ----------
    W : array_like, shape (h, d)
        Input weights.
    A : array_like, shape (c, h) or (h,)
        Readouts.
    V_W : array_like, shape (h, d)
        The velocity of W.
    V_A : array_like, shape (c, h) or (h,)
        The velocity of A.
    grad_W : array_like, shape (h, d)
        The gradient of the loss with respect to W.
    grad_A : array_like, shape (c, h) or (h,)
        The gradient of the loss with respect to A.
    momentum : float
        The fraction of the velocity that is kept, in [0, 1).
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.
    step : float
        Step size, > 0.

    Returns
    -------
    ndarray, shape (h, h)
        The change of Delta.

    Raises
    ------
    ValueError
        On bad input.
    """
    W, A = two_layers(W, A)
    V_W, V_A = _alike(W, A, V_W, V_A, "V_W, V_A")
    gW, gA = _alike(W, A, grad_W, grad_A, "grad_W, grad_A")
    eta_w, eta_a, step = _rates(eta_w, eta_a, step)
    momentum = validate.number("momentum", momentum, least=0, below=1)
    next_W, next_A = momentum * V_W - step * eta_w * gW, momentum * V_A - step * eta_a * gA
    J = eta_w * A.T @ V_A - eta_a * V_W @ W.T
    return momentum * (J + J.T) + eta_w * next_A.T @ next_A - eta_a * next_W @ next_W.T


def sign_drift(
    W: ArrayLike,
    A: ArrayLike,
    grad_W: ArrayLike,
    grad_A: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float,
) -> np.ndarray:
    """Compute the exact change of `neuron_deltas` in one step of sign descent, Adam's first step.

    The change is -2 step eta_a eta_w (A_i.sgn gA_i - W_i.sgn gW_i)
    + step^2 eta_a eta_w (eta_a |sgn gA_i|^2 - eta_w |sgn gW_i|^2). Its first-order term does not
    cancel, as it does for the gradients themselves, so Adam conserves delta at no learning rate.

    Parameters
    ----------
    W : array_like, shape (h, d)
        Input weights.
    A : array_like, shape (c, h) or (h,)
        Readouts.
    grad_W : array_like, shape (h, d)
        The gradient of the loss with respect to W.
    grad_A : array_like, shape (c, h) or (h,)
        The gradient of the loss with respect to A.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.
    step : float
        Step size, > 0.

    Returns
    -------
    ndarray, shape (h,)
        The changes of the deltas.

    Raises
    ------
    ValueError
        On bad input.
    """
    W, A = two_layers(W, A)
    gW, gA = (np.sign(g) for g in _alike(W, A, grad_W, grad_A, "grad_W, grad_A"))
    eta_w, eta_a, step = _rates(eta_w, eta_a, step)
    first = np.sum(A * gA, axis=0) - np.sum(W * gW, axis=1)
    second = eta_a * np.sum(gA**2, axis=0) - eta_w * np.sum(gW**2, axis=1)
    return eta_a * eta_w * step * (step * second - 2 * first)


def _rates(eta_w: float, eta_a: float, step: float) -> tuple[float, float, float]:
    named = (("eta_w", eta_w), ("eta_a", eta_a), ("step", step))
    eta_w, eta_a, step = (validate.rate(name, value) for name, value in named)
    return eta_w, eta_a, step


def _alike(
    W: np.ndarray, A: np.ndarray, x: ArrayLike, y: ArrayLike, names: str
) -> tuple[np.ndarray, np.ndarray]:
    x, y = two_layers(x, y, names)
    if x.shape != W.shape or y.shape != A.shape:
        raise ValueError(
            f"{names}: expected shapes {W.shape} and {A.shape}, got {x.shape} and {y.shape}"
        )
    return x, y
