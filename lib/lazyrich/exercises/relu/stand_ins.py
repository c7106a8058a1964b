"""Hold what the figures of 06_relu use in place of an answer that is not right.

They take lists as well as arrays, as answers may be written for either.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import kernel, scales

__all__ = [
    "library_alpha",
    "library_grads",
    "library_hamming",
    "library_kernel",
    "library_polar",
]


def library_grads(X: ArrayLike, y: ArrayLike, W: ArrayLike, a: ArrayLike) -> dict[str, np.ndarray]:
    """Give outputs and slopes of a two-layer ReLU network, as 06.1 asks."""
    X, y, W, a = (np.asarray(value, dtype=float) for value in (X, y, W, a))
    z = X @ W.T
    gate = z > 0
    r = (gate * z) @ a - y
    return {"f": r + y, "dW": (gate * np.outer(r, a)).T @ X, "da": (gate * z).T @ r}


def library_alpha(delta: float, scale: float) -> float:
    """Give the alpha of a wanted delta, as 06.3 asks."""
    return float(scales.alpha_for_delta(delta, scale))


def library_kernel(
    X: ArrayLike, W: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Give the tangent kernel of a two-layer ReLU network, as 06.4 asks."""
    return kernel.ntk_two_layer(X, W, a, eta_w=eta_w, eta_a=eta_a)


def library_polar(
    w: ArrayLike, a: float, g: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> dict[str, Any]:
    """Give the velocities of length and direction, as 06.5 asks."""
    radial, angular = kernel.polar_rates(w, a, g, eta_w=eta_w, eta_a=eta_a)
    return {"radial": radial, "angular": angular}


def library_hamming(W: ArrayLike, X: ArrayLike) -> np.ndarray:
    """Give the share of flipped gates at each time, as 06.6 asks."""
    return kernel.activation_hamming(W, X)
