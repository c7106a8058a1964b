"""Solve one singular mode of a deep linear network whose layers are not balanced.

Only the smallest layers make the mode wait; the larger ones set its speed. For balanced layers see
`deep_mode`. Kunin et al. 2024, section 5.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from lazyrich import _validate as validate

__all__ = ["deep_unbalanced_mode"]

NEARLY = 1e-6  # relative distance to s below which an unbalanced mode follows its linear equation


def deep_unbalanced_mode(t: ArrayLike, u0: float, s: float, deltas: ArrayLike) -> np.ndarray:
    """Compute the strength u(t) of a mode whose layers differ by fixed amounts.

    At learning rates 1 the layers conserve sigma_(l+1)^2 - sigma_l^2 = delta_l. With
    d_l = sum_(k<l) delta_k and x = sigma_1^2: u = sqrt(prod_l (x + d_l)) and x' = 2 u (s - u). If
    all deltas are 0, this is `deep_mode`; for L = 2 it is u' = sqrt(delta^2 + 4 u^2) (s - u), one
    neuron in one dimension. The equation is integrated to 1e-12 in sigma of the smallest layer, in
    which it is smooth.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    u0 : float
        The strength at the start, >= 0 (> 0 if two or more layers share the smallest sigma, where 0
        is a fixed point).
    s : float
        The strength of the target, > 0.
    deltas : array_like, shape (L - 1,)
        The differences between neighboring layers, first layer first.

    Returns
    -------
    ndarray, shape (T,) or ()
        The strengths.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Kunin et al. 2024, section 5.

    Examples
    --------
    >>> float(deep_unbalanced_mode(np.inf, 0.1, 2.0, [0.5, -0.2]))
    2.0
    """
    t, s, u0 = validate.times("t", t), validate.rate("s", s), validate.number("u0", u0)
    above = _above(deltas)
    weakest = int(np.sum(above == 0))
    if u0 < 0 or (u0 == 0 and weakest > 1):
        raise ValueError(
            f"u0: expected a start > 0 (0 if one layer is smaller than all others), got {u0:g}"
        )

    def strength(sigma: float) -> float:
        return float(np.prod(np.sqrt(sigma * sigma + above)))

    def rhs(_: float, sigma: np.ndarray) -> np.ndarray:
        # sigma' = (product of the other layers) (s - u); the weakest others are sigma itself
        others = sigma[0] ** (weakest - 1) * np.prod(np.sqrt(sigma[0] ** 2 + above[above > 0]))
        return np.array([others * (s - strength(sigma[0]))])

    def nearly(_: float, sigma: np.ndarray) -> float:
        return abs(strength(sigma[0]) - s) - NEARLY * s

    nearly.terminal = True  # type: ignore[attr-defined]  # how solve_ivp learns to stop there
    top = 1.001 * (max(u0, s) + 1) ** (1 / above.size) + 1
    start, end = (
        brentq(
            lambda sigma, u=u: strength(sigma) - u, 0.0, top, xtol=1e-300, rtol=1e-15, maxiter=5000
        )
        for u in (u0, s)
    )
    finite = np.unique(np.append(0.0, t[np.isfinite(t)]))
    reached = np.full(finite.size, u0)
    if abs(u0 - s) > NEARLY * s and finite.size > 1:
        small = 1e-13 * (start if weakest > 1 else max(start, end))
        with validate.overflow("t, u0, s, deltas"):
            tight = {"events": nearly, "rtol": 1e-12, "atol": small}
            path = solve_ivp(rhs, (0.0, finite[-1]), [start], "DOP853", t_eval=finite, **tight)
        count = path.y.shape[1]
        reached[:count] = [strength(sigma) for sigma in path.y[0]]
        since, left = (
            (path.t_events[0][0], s - strength(path.y_events[0][0, 0]))
            if path.status == 1
            else (0.0, 0.0)
        )
    else:
        count, since, left = 0, 0.0, s - u0
    # the rest of the way is an exponential, up to the square of NEARLY
    reached[count:] = s - left * np.exp(
        -(s**2) * np.sum(1 / (end**2 + above)) * (finite[count:] - since)
    )
    return np.where(t == 0, u0, np.where(np.isinf(t), s, np.interp(t, finite, reached)))


def _above(deltas: ArrayLike) -> np.ndarray:
    """Compute by how much each layer's sigma^2 exceeds the smallest."""
    deltas = validate.vector("deltas", deltas)
    if deltas.ndim != 1:
        raise ValueError(f"deltas: expected shape (L - 1,), got {deltas.shape}")
    above = np.append(0.0, np.cumsum(deltas))
    return above - above.min()
