"""Hold what the figures of 04_wide use in place of an answer that is not right."""

import numpy as np

from lazyrich import kernel

__all__ = ["library_ntk", "library_residual"]


def library_residual(
    W: np.ndarray, A: np.ndarray, delta: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the residual of 04.4 at each time of a run.

    Parameters
    ----------
    W : numpy.ndarray, shape (T, h, d)
        First layers.
    A : numpy.ndarray, shape (T, c, h)
        Second layers.
    delta : float
        The number for which the box is tried.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A.

    Returns
    -------
    numpy.ndarray, shape (T,)
        The residuals.
    """
    truth = eta_w * A @ np.swapaxes(A, 1, 2), eta_a * np.swapaxes(W, 1, 2) @ W
    box = kernel.metric_from_map(A @ W, delta, eta_w=eta_w, eta_a=eta_a)
    gap = sum(np.linalg.norm(b - m, axis=(1, 2)) for b, m in zip(box, truth, strict=True))
    return gap / sum(np.linalg.norm(m, axis=(1, 2)) for m in truth)


def library_ntk(X: np.ndarray, W: np.ndarray, A: np.ndarray, **rates: float) -> np.ndarray:
    """Compute the tangent kernel of 04.5.

    Parameters
    ----------
    X : numpy.ndarray, shape (n, d)
        Inputs.
    W : numpy.ndarray, shape (h, d)
        First layer.
    A : numpy.ndarray, shape (c, h)
        Second layer.
    **rates : float
        `eta_w` and `eta_a`.

    Returns
    -------
    numpy.ndarray, shape (n c, n c)
        The kernel.
    """
    return kernel.ntk_two_layer(X, W, A, leak=1.0, **rates)
