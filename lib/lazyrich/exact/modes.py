"""Solve the singular modes of an isotropic two-layer linear network whose start is aligned.

If A W and the target have the same singular vectors, the modes are independent, and each strength
obeys u' = sqrt(delta^2 + 4 u^2) (s - u). With z = u + sqrt(u^2 + delta^2/4) this is the Riccati
equation z' = delta^2/4 + 2 s z - z^2. At delta = 0 its solution is the sigmoid of Saxe et al. 2013.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["two_layer_modes"]


def two_layer_modes(
    t: ArrayLike,
    u0: ArrayLike,
    s: ArrayLike,
    delta: float,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> np.ndarray:
    """Compute the strengths u(t) of aligned modes on whitened inputs, from u0 toward s.

    With g = |delta|/2, kappa = sqrt(s^2 + g^2), P = kappa + s, N = kappa - s, E = e^(-2 kappa t)
    and y = z - g:

        y = (y0 (P - g + (N + g) E) + 2 s g (1 - E)) / (N + (y0 + g) (1 - E) + P E),
        u = y (y + 2 g) / (2 (y + g)).

    No term is negative, so nothing cancels. The solution is even in delta.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    u0 : array_like, shape (k,)
        Strengths at the start, >= 0. A mode at 0 stays there if delta = 0.
    s : array_like, shape (k,)
        Strengths of the target, > 0.
    delta : float
        The conserved quantity of the isotropic start.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    ndarray, shape (T, k) or (k,)
        The strengths.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> two_layer_modes(np.inf, [0.1, 0.1], [2.0, 1.0], -3.0)
    array([2., 1.])
    """
    t = validate.times("t", t)
    u0, s = validate.vector("u0", u0), validate.vector("s", s)
    delta = validate.number("delta", delta)
    if u0.ndim != 1 or u0.shape != s.shape:
        raise ValueError(
            f"u0, s: expected two arrays of the same shape (k,), got {u0.shape} and {s.shape}"
        )
    if np.any(u0 < 0) or np.any(s <= 0):
        raise ValueError(
            "u0, s: expected starts >= 0 and targets > 0, "
            f"got smallest values {np.min(u0):g} and {np.min(s):g}"
        )
    mean = float(np.sqrt(validate.rate("eta_w", eta_w)) * np.sqrt(validate.rate("eta_a", eta_a)))
    u0, s, g = mean * u0, mean * s, abs(delta) / 2
    kappa = np.hypot(s, g)
    P, N = kappa + s, g * (g / (kappa + s))
    fade, gone = np.exp(-2 * kappa * t[..., None]), -np.expm1(-2 * kappa * t[..., None])
    y0 = u0 + u0 * (u0 / np.maximum(np.hypot(u0, g) + g, 1e-300))
    below = N + (y0 + g) * gone + P * fade
    y = (y0 * (s + s * (s / (kappa + g)) + (N + g) * fade) + 2 * s * g * gone) / np.where(
        below > 0, below, 1.0
    )
    return y * (y + 2 * g) / np.where(y + g > 0, 2 * (y + g), 1.0) / mean
