"""The tangent kernel of a fully connected network of any depth, a layer at a time, without ever forming a Jacobian.

The gradient with respect to a layer's weights is an outer product, so inner products of gradients are products of two small Gram
matrices: that of what enters the layer and that of what comes back to it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.conserved.networks import chain

__all__ = ["ntk_layered"]


def ntk_layered(
    X: ArrayLike,
    Ws: Sequence[ArrayLike],
    *,
    leak: float = 0.0,
    etas: Sequence[float] | None = None,
    biases: Sequence[ArrayLike] | None = None,
) -> np.ndarray:
    """K = sum_l eta_l (h_(l-1) h_(l-1)^T) o (D_l D_l^T) of f(x) = W_L phi(... phi(W_1 x + b_1) ...) + b_L.

    h_l: what layer l gives, D_l = df/dz_l: what comes back to it; biases add eta_l D_l D_l^T. phi(z) = z for z > 0, leak z below (1: linear).
    X: (n, d); Ws: L matrices, first layer first; etas: (L,) rates, all 1 if left out; biases: L vectors (n_l,), or None for none.
    Returns (n, n) for one output, else (n c, n c) with the sample as outer index. Time and memory: n^2 c^2 a layer, however many
    parameters it has. Raises ValueError on bad input.

    >>> ntk_layered([[1.0, 2.0]], [[[1.0, 1.0]], [[3.0]]])  # 3^2 (1 + 4) + (1 + 2)^2
    array([[54.]])
    """
    Ws, rates = chain(Ws, etas)
    X, leak = validate.real("X", X, "(n, d)"), float(validate.real("leak", leak, "()"))
    if X.ndim != 2 or X.shape[1] != Ws[0].shape[1]:
        raise ValueError(f"X: expected shape (n, {Ws[0].shape[1]}) to go with Ws[0], got {X.shape}")
    if biases is None:
        shifts = [np.zeros(len(W)) for W in Ws]
    elif len(biases) != len(Ws):
        raise ValueError(
            f"biases: expected one for each of the {len(Ws)} layers, got {len(biases)}"
        )
    else:
        shifts = [validate.real(f"biases[{i}]", b, "(n_l,)") for i, b in enumerate(biases)]
        for i, (b, W) in enumerate(zip(shifts, Ws, strict=True)):
            if b.shape != (len(W),):
                raise ValueError(f"biases[{i}]: expected shape ({len(W)},), got {b.shape}")

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
