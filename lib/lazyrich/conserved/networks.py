"""What gradient flow conserves in networks: a number a hidden neuron, a matrix a pair of linear layers.

Kunin et al. 2024, sections 4 and 5; Du et al. 2018 (arXiv 1806.00900).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["delta_matrix", "isotropic_init", "layer_deltas", "layer_neuron_deltas", "neuron_deltas"]


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
    W, A = two_layers(W, A)
    eta_w, eta_a, degree = (
        validate.rate("eta_w", eta_w),
        validate.rate("eta_a", eta_a),
        validate.rate("degree", degree),
    )
    return degree * eta_w * np.sum(A**2, axis=0) - eta_a * np.sum(W**2, axis=1)


def delta_matrix(
    W: ArrayLike, A: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Delta = eta_w A^T A - eta_a W W^T of a two-layer linear network, conserved by gradient flow on any data.

    W: (h, d); A: (c, h), or (h,) for one output. Returns (h, h); its diagonal is `neuron_deltas`.
    Raises ValueError on bad input. Kunin et al. 2024, section 4.
    """
    W, A = two_layers(W, A)
    return validate.rate("eta_w", eta_w) * A.T @ A - validate.rate("eta_a", eta_a) * W @ W.T


def layer_deltas(Ws: Sequence[ArrayLike], etas: Sequence[float] | None = None) -> list[np.ndarray]:
    """Delta_l = eta_l W_(l+1)^T W_(l+1) - eta_(l+1) W_l W_l^T between neighboring layers of a deep linear network.

    Ws: L matrices, W_l (n_l, n_(l-1)), first layer first; etas: (L,) rates, all 1 if left out. Returns L - 1 matrices (n_l, n_l).
    Conserved by gradient flow on any data. In a ReLU network only their diagonals are: `layer_neuron_deltas`.
    Raises ValueError on bad input or shapes that do not chain.
    """
    layers, rates = chain(Ws, etas)
    return [
        rates[i] * layers[i + 1].T @ layers[i + 1] - rates[i + 1] * layers[i] @ layers[i].T
        for i in range(len(layers) - 1)
    ]


def layer_neuron_deltas(
    Ws: Sequence[ArrayLike],
    etas: Sequence[float] | None = None,
    *,
    biases: Sequence[ArrayLike] | None = None,
) -> list[np.ndarray]:
    """delta of every hidden neuron of a deep network, eta_l |W_(l+1)[:, i]|^2 - eta_(l+1) (|W_l[i, :]|^2 + b_l[i]^2).

    Conserved by gradient flow on any data if the activations are homogeneous of degree 1 (ReLU, leaky ReLU, linear).
    Ws: L matrices, W_l (n_l, n_(l-1)), first layer first; etas: (L,) rates, all 1 if left out; biases: of each layer, (n_l,), moved by
    its layer's rate (the last layer's may be there too: it is in no hidden neuron). Returns L - 1 arrays (n_l,).
    Raises ValueError on bad input or shapes that do not chain.

    >>> layer_neuron_deltas([[[3.0]], [[2.0]], [[1.0]]])
    [array([-5.]), array([-3.])]
    """
    layers, rates = chain(Ws, etas)
    hidden = len(layers) - 1
    shifts = [np.zeros(len(W)) for W in layers]
    if biases is not None:
        if len(biases) not in (hidden, hidden + 1):
            raise ValueError(
                f"biases: expected one for each of the {hidden} hidden layers, got {len(biases)}"
            )
        shifts = [validate.real(f"biases[{i}]", b, "(n_l,)") for i, b in enumerate(biases)]
        for i, (b, W) in enumerate(zip(shifts, layers, strict=False)):
            if b.shape != (len(W),):
                raise ValueError(f"biases[{i}]: expected shape ({len(W)},), got {b.shape}")
    return [
        rates[i] * np.sum(layers[i + 1] ** 2, axis=0)
        - rates[i + 1] * (np.sum(layers[i] ** 2, axis=1) + shifts[i] ** 2)
        for i in range(hidden)
    ]


def isotropic_init(
    h: int,
    d: int,
    c: int,
    delta: float,
    *,
    seed: int,
    scale: float = 1.0,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """A random start with eta_w A^T A - eta_a W W^T = delta I.

    delta > 0: W normal, A made from it; delta < 0: A normal, W made from it; delta = 0: both with the same singular values.
    h, d, c: hidden, input and output width; scale: of the layer that is drawn, entries N(0, scale^2 / columns).
    Returns W (h, d) and A (c, h). Kunin et al. 2024, section 4.

    Raises:
        ValueError: on bad input; for delta > 0 with h > c or delta < 0 with h > d, where no such start exists.
    """
    h, d, c = (validate.count(name, n, 1) for name, n in (("h", h), ("d", d), ("c", c)))
    delta, scale = float(validate.real("delta", delta, "()")), validate.rate("scale", scale)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
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


def chain(
    Ws: Sequence[ArrayLike], etas: Sequence[float] | None = None
) -> tuple[list[np.ndarray], list[float]]:
    """The layers of a deep network and their rates, or an error that names the one that does not fit."""
    layers = [validate.real(f"Ws[{i}]", W, "(n_out, n_in)") for i, W in enumerate(Ws)]
    rates = (
        [1.0] * len(layers)
        if etas is None
        else [validate.rate(f"etas[{i}]", eta) for i, eta in enumerate(etas)]
    )
    if not layers:
        raise ValueError("Ws: expected at least one layer, got none")
    if len(rates) != len(layers):
        raise ValueError(
            f"etas: expected one rate for each of the {len(layers)} layers, got {len(rates)}"
        )
    for i, W in enumerate(layers):
        if W.ndim != 2 or 0 in W.shape or (i and W.shape[1] != layers[i - 1].shape[0]):
            expected = f"(n_out, {layers[i - 1].shape[0]})" if i else "(n_out, n_in)"
            raise ValueError(f"Ws[{i}]: expected shape {expected}, got {W.shape}")
    return layers, rates


def two_layers(W: ArrayLike, A: ArrayLike, names: str = "W, A") -> tuple[np.ndarray, np.ndarray]:
    """W (h, d) and A (c, h), an axis of outputs added if there is only one."""
    W_name, A_name = names.split(", ")
    W, A = validate.real(W_name, W, "(h, d)"), validate.real(A_name, A, "(c, h)")
    if W.ndim != 2:
        raise ValueError(f"{W_name}: expected shape (h, d), got {W.shape}")
    A = A[None] if A.ndim == 1 else A
    if A.ndim != 2 or A.shape[1] != W.shape[0]:
        raise ValueError(
            f"{A_name}: expected shape (c, {W.shape[0]}) to go with {W_name} of shape {W.shape}, got {A.shape}"
        )
    return W, A


def _root(matrix: np.ndarray) -> np.ndarray:
    """Symmetric square root by eigenvalues, rounding below zero cut off (Newton methods lose half the digits there)."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
