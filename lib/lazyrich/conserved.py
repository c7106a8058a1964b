"""delta = eta_w a^2 - eta_a |w|^2: what gradient flow conserves, and what discrete steps and decay do to it.

delta > 0 is called upstream (the readout is large and the early layer moves), delta = 0 balanced,
delta < 0 downstream. Kunin et al. 2024, section 3.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as check
from lazyrich import models

__all__ = [
    "delta",
    "delta_matrix",
    "gd_drift",
    "gd_drift_matrix",
    "init_from_delta",
    "isotropic_init",
    "layer_deltas",
    "neuron_deltas",
    "weight_decay_delta",
]


def delta(w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """delta = eta_w a^2 - eta_a |w|^2 of one neuron or a batch of them; note which rate goes with which weight.

    w: (..., d); a: (...). Returns (...). Raises ValueError on bad shapes, rates or non-finite numbers.

    >>> float(delta([1.0, 2.0], 3.0))
    4.0
    """
    w, a = check.neurons(w, a)
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    return eta_w * a**2 - eta_a * np.sum(w**2, axis=-1)


def init_from_delta(
    beta0: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The neuron (w, a) with a > 0, a w = beta0 and the given delta.

    With R = sqrt(delta^2 + 4 eta_a eta_w |beta0|^2): eta_w a^2 = (R + delta)/2 and w = beta0 / a. For delta < 0
    the sum cancels; there the same number is taken from 2 eta_a eta_w |beta0|^2 / (R - delta).
    beta0: (..., d); delta: (...). Returns ((..., d), (...)). Kunin et al. 2024, section 3.

    Raises:
        ValueError: on bad input; if beta0 = 0 and delta <= 0 (then a = 0, and the direction of w is not known).

    >>> w, a = init_from_delta([0.0, 2.0], 3.0)
    >>> w, float(a)
    (array([0., 1.]), 2.0)
    """
    beta0, delta = check.neurons(beta0, delta, "beta0, delta")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    size = np.hypot.reduce(beta0, axis=-1)  # the norm, without squares that vanish for a tiny beta0
    if np.any((size == 0) & (delta <= 0)):
        raise ValueError(
            "beta0: expected a vector other than 0 when delta <= 0; a would be 0 and w could point anywhere"
        )
    mean = np.sqrt(eta_a) * np.sqrt(eta_w) * size
    larger = (np.hypot(delta, 2 * mean) + np.abs(delta)) / 2  # eta_w a^2 upstream, eta_a |w|^2 downstream
    a = np.where(delta >= 0, np.sqrt(larger), mean / np.sqrt(larger)) / np.sqrt(eta_w)
    return beta0 / a[..., None], a


def gd_drift(
    w: ArrayLike, a: float, X: ArrayLike, y: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, step: float
) -> float:
    """Exact change of delta in one step of gradient descent.

    step^2 eta_a eta_w (eta_a (w.g)^2 - eta_w a^2 |g|^2), g = X^T (a X w - y): second order in the step, so
    first order in the step per unit of time. For SGD pass the minibatch as X, y (and if its gradient is scaled by
    n / batch, the step times n / batch).
    w: (d,); a: (); X: (n, d); y: (n,). Returns (). Raises ValueError on bad input.
    """
    dw, da = models.gradients(X, y, w, a)
    eta_w, eta_a, step = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a), check.rate("step", step)
    return float(step**2 * eta_a * eta_w * (eta_a * da**2 - eta_w * float(dw @ dw)))


def weight_decay_delta(delta0: ArrayLike, lam: float, eta: float, t: ArrayLike) -> np.ndarray:
    """delta under gradient flow with the penalty lam/2 (a^2 + |w|^2) and equal rates: delta0 exp(-2 lam eta t).

    With unequal rates delta does not decay exponentially. lam >= 0; t: (T,) or (). Returns the shape of t.
    Raises ValueError on bad input.
    """
    delta0, lam = check.real("delta0", delta0, "()"), check.real("lam", lam, "()")
    if delta0.ndim:
        raise ValueError(f"delta0: expected one number, got shape {delta0.shape}")
    if lam.ndim or lam < 0:
        raise ValueError(f"lam: expected one number >= 0, got {lam}")
    t, eta = check.times("t", t), check.rate("eta", eta)
    if lam == 0:
        return delta0 * np.ones(t.shape)
    with np.errstate(over="ignore"):  # an exponent of -inf is right: nothing is left
        return delta0 * np.exp(-2 * lam * eta * t)


# -- networks ---------------------------------------------------------------------------------------------


def neuron_deltas(
    W: ArrayLike, A: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, degree: float = 1.0
) -> np.ndarray:
    """delta_i = degree eta_w |A_i|^2 - eta_a |W_i|^2 of each hidden neuron; gradient flow keeps every one of them.

    Holds for activations that are positively homogeneous of that degree (ReLU, leaky ReLU, linear: 1; squared: 2) on any data.
    W: (h, d) input weights (biases as one more column); A: (c, h) readouts, or (h,) for one output. Returns (h,).
    Raises ValueError on bad input. Kunin et al. 2024, section 5; Du et al. 2018 (arXiv 1806.00900).

    >>> neuron_deltas([[1.0, 2.0], [0.0, 1.0]], [3.0, 1.0])
    array([4., 0.])
    """
    W, A = _layers(W, A)
    eta_w, eta_a, degree = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a), check.rate("degree", degree)
    return degree * eta_w * np.sum(A**2, axis=0) - eta_a * np.sum(W**2, axis=1)


def delta_matrix(W: ArrayLike, A: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """Delta = eta_w A^T A - eta_a W W^T of a two-layer linear network, conserved by gradient flow on any data.

    W: (h, d); A: (c, h), or (h,) for one output. Returns (h, h); its diagonal is `neuron_deltas`.
    Raises ValueError on bad input. Kunin et al. 2024, section 4.
    """
    W, A = _layers(W, A)
    return check.rate("eta_w", eta_w) * A.T @ A - check.rate("eta_a", eta_a) * W @ W.T


def layer_deltas(Ws: Sequence[ArrayLike], etas: Sequence[float] | None = None) -> list[np.ndarray]:
    """Delta_l = eta_l W_(l+1)^T W_(l+1) - eta_(l+1) W_l W_l^T between neighbouring layers of a deep linear network.

    Ws: L matrices, W_l (n_l, n_(l-1)), first layer first; etas: (L,) rates, all 1 if left out. Returns L - 1 matrices (n_l, n_l).
    Conserved by gradient flow on any data. In a ReLU network only their diagonals are.
    Raises ValueError on bad input or shapes that do not chain.
    """
    layers = [check.real(f"Ws[{i}]", W, "(n_out, n_in)") for i, W in enumerate(Ws)]
    rates = [1.0] * len(layers) if etas is None else [check.rate(f"etas[{i}]", eta) for i, eta in enumerate(etas)]
    if len(rates) != len(layers):
        raise ValueError(f"etas: expected one rate for each of the {len(layers)} layers, got {len(rates)}")
    for i, W in enumerate(layers):
        if W.ndim != 2 or (i and W.shape[1] != layers[i - 1].shape[0]):
            expected = f"(n_out, {layers[i - 1].shape[0]})" if i else "(n_out, n_in)"
            raise ValueError(f"Ws[{i}]: expected shape {expected}, got {W.shape}")
    return [
        rates[i] * layers[i + 1].T @ layers[i + 1] - rates[i + 1] * layers[i] @ layers[i].T
        for i in range(len(layers) - 1)
    ]


def isotropic_init(
    h: int, d: int, c: int, delta: float, *, seed: int, scale: float = 1.0, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """A random start with eta_w A^T A - eta_a W W^T = delta I.

    delta > 0: W normal, A made from it; delta < 0: A normal, W made from it; delta = 0: both with the same singular values.
    h, d, c: hidden, input and output width; scale: of the layer that is drawn, entries N(0, scale^2 / columns).
    Returns W (h, d) and A (c, h). Kunin et al. 2024, section 4.

    Raises:
        ValueError: on bad input; for delta > 0 with h > c or delta < 0 with h > d, where no such start exists.
    """
    h, d, c = (check.count(name, n, 1) for name, n in (("h", h), ("d", d), ("c", c)))
    delta, scale = float(check.real("delta", delta, "()")), check.rate("scale", scale)
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    if (delta > 0 and h > c) or (delta < 0 and h > d):
        side, rank = ("h <= c", c) if delta > 0 else ("h <= d", d)
        raise ValueError(
            f"h: expected {side} for delta = {delta:g}, got h = {h} > {rank}: the larger of A^T A and W W^T needs rank h"
        )
    rng = np.random.default_rng(seed)
    if delta == 0:
        k = min(h, d, c)
        left, into, out = (np.linalg.qr(rng.normal(size=(n, k)))[0] for n in (h, d, c))
        strengths = scale * np.abs(rng.normal(size=k))
        W, A = (left * strengths) @ into.T, (out * strengths) @ left.T
    elif delta > 0:
        W = scale * rng.normal(size=(h, d)) / np.sqrt(d)
        A = np.linalg.qr(rng.normal(size=(c, h)))[0] @ _root(W @ W.T + delta * np.eye(h))
    else:
        A = scale * rng.normal(size=(c, h)) / np.sqrt(h)
        W = _root(A.T @ A - delta * np.eye(h)) @ np.linalg.qr(rng.normal(size=(d, h)))[0].T
    return W / np.sqrt(eta_a), A / np.sqrt(eta_w)


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
    """Exact change of `delta_matrix` in one step of (stochastic) gradient descent, with or without weight decay.

    Without decay: step^2 eta_a eta_w (eta_a gA^T gA - eta_w gW gW^T). Coupled decay adds decay * W to grad_W and decay * A to
    grad_A, rates included; decoupled decay (as in AdamW) shrinks the weights by 1 - step decay first, whatever the rates. First-order
    terms are the decay's alone, because A^T gA = gW W^T in a linear network, full batch or not.
    The diagonal holds for ReLU networks too. W, grad_W: (h, d); A, grad_A: (c, h) or (h,). Returns (h, h).
    Raises ValueError on bad input.
    """
    W, A = _layers(W, A)
    gW, gA = _layers(grad_W, grad_A, "grad_W, grad_A")
    if gW.shape != W.shape or gA.shape != A.shape:
        raise ValueError(f"grad_W, grad_A: expected shapes {W.shape} and {A.shape}, got {gW.shape} and {gA.shape}")
    eta_w, eta_a, step = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a), check.rate("step", step)
    decay = float(check.real("decay", decay, "()"))
    if decay < 0:
        raise ValueError(f"decay: expected a number >= 0, got {decay:g}")
    if decoupled:
        first = ((1 - step * decay) ** 2 - 1) * (eta_w * A.T @ A - eta_a * W @ W.T)
    else:
        first = -2 * step * decay * eta_a * eta_w * (A.T @ A - W @ W.T)
        gW, gA = gW + decay * W, gA + decay * A
    return first + step**2 * eta_w * eta_a * (eta_a * gA.T @ gA - eta_w * gW @ gW.T)


def _root(matrix: np.ndarray) -> np.ndarray:
    """Symmetric square root by eigenvalues, rounding below zero cut off (Newton methods lose half the digits there)."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T


def _layers(W: ArrayLike, A: ArrayLike, names: str = "W, A") -> tuple[np.ndarray, np.ndarray]:
    W_name, A_name = names.split(", ")
    W, A = check.real(W_name, W, "(h, d)"), check.real(A_name, A, "(c, h)")
    if W.ndim != 2:
        raise ValueError(f"{W_name}: expected shape (h, d), got {W.shape}")
    A = A[None] if A.ndim == 1 else A
    if A.ndim != 2 or A.shape[1] != W.shape[0]:
        raise ValueError(
            f"{A_name}: expected shape (c, {W.shape[0]}) to go with {W_name} of shape {W.shape}, got {A.shape}"
        )
    return W, A
