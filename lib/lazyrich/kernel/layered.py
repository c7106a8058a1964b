"""Compute the tangent kernel of a fully connected network of any depth, layer by layer.

No Jacobian is formed. The gradient with respect to a layer's weights is an outer product, so inner
products of gradients are products of two small Gram matrices, one of the layer's inputs and one of
the backpropagated gradients.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.conserved.networks import bias_vectors, chain

__all__ = ["ntk_layered"]


def ntk_layered(
    X: ArrayLike,
    Ws: Sequence[ArrayLike],
    *,
    leak: float = 0.0,
    etas: Sequence[float] | None = None,
    biases: Sequence[ArrayLike] | None = None,
) -> np.ndarray:
    """Compute the tangent kernel of f(x) = W_L phi(... phi(W_1 x + b_1) ...) + b_L.

    K = sum_l eta_l (h_(l-1) h_(l-1)^T) o (D_l D_l^T), where h_l is the output of layer l, D_l its
    backpropagated gradient df/dz_l, and o the elementwise product; biases add eta_l D_l D_l^T. Each
    layer takes time and memory of order n^2 c^2 for its kernel.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs, one sample per row.
    Ws : sequence of array_like
        The L weight matrices, first layer first; W_l has shape (n_l, n_(l-1)).
    leak : float, default 0.0
        Slope of phi below 0 (0 for ReLU, 1 for linear).
    etas : sequence of float, optional
        L learning rates, all 1 if left out.
    biases : sequence of array_like, optional
        L vectors of shape (n_l,); no biases if left out.

    Returns
    -------
    ndarray, shape (n, n) or (n c, n c)
        (n, n) for one output, else with the sample as outer index.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> ntk_layered([[1.0, 2.0]], [[[1.0, 1.0]], [[3.0]]])  # 3^2 (1 + 4) + (1 + 2)^2
    array([[54.]])
    """
    Ws, rates = chain(Ws, etas)
    X, leak = validate.real("X", X, "(n, d)"), validate.number("leak", leak)
    if X.ndim != 2 or X.shape[1] != Ws[0].shape[1]:
        raise ValueError(f"X: expected shape (n, {Ws[0].shape[1]}) to match Ws[0], got {X.shape}")
    shifts = bias_vectors(biases, Ws)

    entering, slopes = [X], []
    for W, b in zip(Ws[:-1], shifts[:-1], strict=True):
        z = entering[-1] @ W.T + b
        slopes.append(np.where(z > 0, 1.0, leak))
        entering.append(slopes[-1] * z)

    n, c = len(X), len(Ws[-1])
    back = np.broadcast_to(np.eye(c), (n, c, c))  # D_l: (n, c, n_l)
    K = np.zeros((n, c, n, c))
    for i in reversed(range(len(Ws))):
        flat = back.reshape(n * c, -1)
        seen = entering[i] @ entering[i].T + (biases is not None)
        K += rates[i] * seen[:, None, :, None] * (flat @ flat.T).reshape(n, c, n, c)
        if i:
            back = (back @ Ws[i]) * slopes[i - 1][:, None, :]
    return K.reshape(n * c, n * c)
