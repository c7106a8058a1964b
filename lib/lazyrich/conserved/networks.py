"""Compute the quantities that gradient flow conserves in networks.

They are a number for each hidden neuron, and a matrix for each pair of neighboring linear layers.
Kunin et al. 2024, sections 4 and 5; Du et al. 2018 (arXiv 1806.00900).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["delta_matrix", "layer_deltas", "layer_neuron_deltas", "neuron_deltas"]


def neuron_deltas(
    W: ArrayLike, A: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, degree: float = 1.0
) -> np.ndarray:
    """Compute delta_i = degree eta_w |A_i|^2 - eta_a |W_i|^2 of each hidden neuron.

    Gradient flow conserves each of them, on any data, if the activation is positively homogeneous
    of that degree (1 for ReLU, leaky ReLU and linear; 2 for squared).

    Parameters
    ----------
    W : array_like, shape (h, d)
        Input weights (biases as one more column).
    A : array_like, shape (c, h) or (h,)
        Readouts; (h,) for one output.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.
    degree : float, default 1.0
        Degree of homogeneity of the activation, > 0.

    Returns
    -------
    ndarray, shape (h,)
        The deltas.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Kunin et al. 2024, section 5; Du et al. 2018 (arXiv 1806.00900).

    Examples
    --------
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
    """Compute Delta = eta_w A^T A - eta_a W W^T of a two-layer linear network.

    Gradient flow conserves it on any data.

    Parameters
    ----------
    W : array_like, shape (h, d)
        Input weights.
    A : array_like, shape (c, h) or (h,)
        Readouts; (h,) for one output.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    ndarray, shape (h, h)
        Delta; its diagonal is `neuron_deltas`.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Kunin et al. 2024, section 4.
    """
    W, A = two_layers(W, A)
    return validate.rate("eta_w", eta_w) * A.T @ A - validate.rate("eta_a", eta_a) * W @ W.T


def layer_deltas(Ws: Sequence[ArrayLike], etas: Sequence[float] | None = None) -> list[np.ndarray]:
    """Compute Delta_l between neighboring layers of a deep linear network.

    Delta_l = eta_l W_(l+1)^T W_(l+1) - eta_(l+1) W_l W_l^T is conserved by gradient flow on any
    data. In a ReLU network only the diagonals are conserved; see `layer_neuron_deltas`.

    Parameters
    ----------
    Ws : sequence of array_like
        The L weight matrices, first layer first; W_l has shape (n_l, n_(l-1)).
    etas : sequence of float, optional
        L learning rates, all 1 if left out.

    Returns
    -------
    list of ndarray
        L - 1 matrices of shape (n_l, n_l).

    Raises
    ------
    ValueError
        On bad input or shapes that do not chain.
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
    """Compute delta of every hidden neuron of a deep network.

    delta = eta_l |W_(l+1)[:, i]|^2 - eta_(l+1) (|W_l[i, :]|^2 + b_l[i]^2) for neuron i of layer l.
    Gradient flow conserves it on any data if the activations are positively homogeneous of degree 1
    (ReLU, leaky ReLU, linear).

    Parameters
    ----------
    Ws : sequence of array_like
        The L weight matrices, first layer first; W_l has shape (n_l, n_(l-1)).
    etas : sequence of float, optional
        L learning rates, all 1 if left out.
    biases : sequence of array_like, optional
        The biases (n_l,) of each hidden layer, trained at the layer's rate. Those of the last layer
        may follow and make no difference.

    Returns
    -------
    list of ndarray
        L - 1 arrays of shape (n_l,).

    Raises
    ------
    ValueError
        On bad input or shapes that do not chain.

    Examples
    --------
    >>> layer_neuron_deltas([[[3.0]], [[2.0]], [[1.0]]])
    [array([-5.]), array([-3.])]
    """
    layers, rates = chain(Ws, etas)
    hidden, listed = len(layers) - 1, validate.sequence("biases", [] if biases is None else biases)
    if biases is not None and len(listed) not in (hidden, hidden + 1):
        raise ValueError(
            f"biases: expected one for each of the {hidden} hidden layers, got {len(listed)}"
        )
    shifts = bias_vectors(biases, layers if biases is None else layers[: len(listed)])
    return [
        rates[i] * np.sum(layers[i + 1] ** 2, axis=0)
        - rates[i + 1] * (np.sum(layers[i] ** 2, axis=1) + shifts[i] ** 2)
        for i in range(hidden)
    ]


def chain(
    Ws: Sequence[ArrayLike], etas: Sequence[float] | None = None
) -> tuple[list[np.ndarray], list[float]]:
    """Read the layers of a deep network and their rates; an error names what does not fit."""
    layers = validate.arrays("Ws", Ws, "layer", "(n_out, n_in)")
    rates = validate.rates("etas", etas, len(layers), "layer")
    for i, W in enumerate(layers):
        if W.ndim != 2 or 0 in W.shape or (i and W.shape[1] != layers[i - 1].shape[0]):
            expected = f"(n_out, {layers[i - 1].shape[0]})" if i else "(n_out, n_in)"
            raise ValueError(f"Ws[{i}]: expected shape {expected}, got {W.shape}")
    return layers, rates


def bias_vectors(
    biases: Sequence[ArrayLike] | None, layers: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Read the biases of the layers, zeros if there are none; an error names what does not fit."""
    if biases is None:
        return [np.zeros(len(W)) for W in layers]
    listed = validate.sequence("biases", biases)
    if len(listed) != len(layers):
        raise ValueError(
            f"biases: expected one for each of the {len(layers)} layers, got {len(listed)}"
        )
    vectors = [validate.real(f"biases[{i}]", b, "(n_l,)") for i, b in enumerate(listed)]
    for i, (b, W) in enumerate(zip(vectors, layers, strict=True)):
        if b.shape != (len(W),):
            raise ValueError(f"biases[{i}]: expected shape ({len(W)},), got {b.shape}")
    return vectors


def two_layers(W: ArrayLike, A: ArrayLike, names: str = "W, A") -> tuple[np.ndarray, np.ndarray]:
    """Read W (h, d) and A (c, h), and add an axis to A of shape (h,), which has one output."""
    W_name, A_name = names.split(", ")
    W, A = validate.real(W_name, W, "(h, d)"), validate.real(A_name, A, "(c, h)")
    if W.ndim != 2:
        raise ValueError(f"{W_name}: expected shape (h, d), got {W.shape}")
    A = A[None] if A.ndim == 1 else A
    if A.ndim != 2 or A.shape[1] != W.shape[0]:
        raise ValueError(
            f"{A_name}: expected shape (c, {W.shape[0]}) to match {W_name} "
            f"of shape {W.shape}, got {A.shape}"
        )
    return W, A
