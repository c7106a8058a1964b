"""Solve one singular mode of a balanced deep linear network: its strength at a time, and back.

The strength of a mode that is aligned with the target obeys u' = L eta u^(2 - 2/L) (s - u), where L
is the depth, s the target's singular value and eta the geometric mean of the layers' rates. For
L = 1 the solution is an exponential, for L = 2 a sigmoid; deeper networks first wait on a plateau,
for a time of order u0^-(1 - 2/L). For layers of different sizes see `deep_unbalanced_mode`. Saxe et
al. 2013; Kunin et al. 2024, section 5.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import digamma, factorial, hyp2f1, poch

from lazyrich import _validate as validate

__all__ = ["deep_mode", "deep_mode_time", "plateau_time"]

SERIES = 60  # terms of a series in powers of numbers up to 1/2
DEEPEST = 10**6  # layers; with more, 2/L is of no consequence
NEAREST = -34.0  # log of the smallest relative distance to s that float64 tells from 0


def deep_mode_time(
    u: ArrayLike, u0: float, s: float, depth: int, *, eta: float = 1.0
) -> np.ndarray:
    """Compute the time at which a balanced mode that starts at u0 reaches a given strength.

    Parameters
    ----------
    u : array_like, shape (...)
        Strengths > 0.
    u0 : float
        The strength at the start, > 0 (for L = 1 also 0).
    s : float
        The strength of the target, > 0.
    depth : int
        The number of layers L, at least 1.
    eta : float, default 1.0
        Geometric mean of the layers' learning rates, > 0.

    Returns
    -------
    ndarray, shape (...)
        The times: 0 at u0, and inf at s and at strengths that the mode never reaches (it moves
        monotonically from u0 toward s).

    Raises
    ------
    ValueError
        On bad input, or u0 = 0 with L > 1, where the mode never moves.

    Examples
    --------
    >>> float(deep_mode_time(0.5, 0.1, 1.0, 2)).__round__(6)  # ln(9) / 2
    1.098612
    """
    u = validate.real("u", u, "(...)")
    u0, s, depth, eta = _arguments(u0, s, depth, eta)
    if np.any(u <= 0):
        raise ValueError(f"u: expected strengths > 0, got {np.min(u):g}")
    if u0 == s:
        return np.where(u == u0, 0.0, np.inf)
    low, high = min(u0, s), max(u0, s)
    inside = (u >= low) & (u <= high) & (u != s)
    safe = np.where(inside, u, u0)
    with validate.overflow("u, u0, s, depth"):
        time = _integral(safe, u0, s, depth) / (depth * eta)
    return np.where(inside, np.maximum(time, 0.0), np.inf)


def deep_mode(t: ArrayLike, u0: float, s: float, depth: int, *, eta: float = 1.0) -> np.ndarray:
    """Compute the strength u(t) of a balanced mode: the inverse of `deep_mode_time`.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    u0 : float
        The strength at the start, > 0 (for L = 1 also 0).
    s : float
        The strength of the target, > 0.
    depth : int
        The number of layers L, at least 1.
    eta : float, default 1.0
        Geometric mean of the layers' learning rates, > 0.

    Returns
    -------
    ndarray, shape (T,) or ()
        The strengths.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> float(deep_mode(1.0, 0.1, 1.0, 1)).__round__(6)  # 1 - 0.9 / e
    0.668909
    """
    t = validate.times("t", t)
    u0, s, depth, eta = _arguments(u0, s, depth, eta)
    if depth == 1 or u0 == s:
        return s + (u0 - s) * np.exp(-eta * t)
    if depth == 2:  # this form of the sigmoid does not overflow
        fade = np.exp(-2 * eta * s * t)
        return s * u0 / (u0 * -np.expm1(-2 * eta * s * t) + s * fade)
    with validate.overflow("t, u0, s, depth"):
        return np.vectorize(lambda each: _strength(each, u0, s, depth, eta), otypes=[float])(t)


def plateau_time(u0: ArrayLike, s: float, depth: int, *, eta: float = 1.0) -> np.ndarray:
    """Estimate how long a balanced mode waits before it rises, to leading order in a small start.

    The time is u0^-b / (b L eta s) with b = 1 - 2/L for L > 2, ln(s / u0) / (2 eta s) for L = 2,
    and 0 for L = 1. For L > 1, its ratio to the exact time to any strength (`deep_mode_time`) tends
    to 1 as u0 -> 0.

    Parameters
    ----------
    u0 : array_like, shape (...)
        Strengths at the start, in (0, s).
    s : float
        The strength of the target, > 0.
    depth : int
        The number of layers L, at least 1.
    eta : float, default 1.0
        Geometric mean of the layers' learning rates, > 0.

    Returns
    -------
    ndarray, shape (...)
        The waiting times.

    Raises
    ------
    ValueError
        On bad input.

    Examples
    --------
    >>> plateau_time([1e-4, 1e-8], 1.0, 4)
    array([  50., 5000.])
    """
    u0 = validate.real("u0", u0, "(...)")
    s, depth, eta = (
        validate.rate("s", s),
        validate.count("depth", depth, 1, DEEPEST),
        validate.rate("eta", eta),
    )
    if np.any(u0 <= 0) or np.any(u0 >= s):
        raise ValueError(
            f"u0: expected starts between 0 and s = {s:g}, "
            f"got values from {np.min(u0):g} to {np.max(u0):g}"
        )
    if depth == 1:
        return np.zeros(u0.shape)
    b = 1 - 2 / depth
    waiting = np.log(s / u0) / s if depth == 2 else u0**-b / (b * s)
    return waiting / (depth * eta)


def _strength(t: float, u0: float, s: float, depth: int, eta: float) -> float:
    """Solve time(u) = t for log u while u is far below s, otherwise for x with u = s (1 -+ e^x)."""
    if t == 0:
        return u0
    sign = -1.0 if u0 < s else 1.0

    def late(u: float) -> float:
        return float(_integral(np.asarray(u), u0, s, depth)) / (depth * eta) - t

    def near(x: float) -> float:
        return s * (1 + sign * np.exp(x))

    def waiting(z: float) -> float:
        return late(np.exp(z))

    tight = {"xtol": 1e-15, "rtol": 9e-16}
    if u0 < s / 2 and late(s / 2) > 0:  # on the plateau
        if waiting(np.log(u0)) >= 0:
            return u0  # t is less than rounding
        return float(np.exp(brentq(waiting, np.log(u0), np.log(s / 2), **tight)))
    first = np.log(max(abs(u0 - s), 0.0) / s) if u0 >= s / 2 else np.log(0.5)
    last = max(first - 1.0, NEAREST)
    while last > NEAREST and late(near(last)) < 0:
        last = max(last - 4.0, NEAREST)
    if late(near(last)) < 0:
        return s  # to the last bit
    if late(near(first)) >= 0:
        return u0  # t is less than rounding
    return float(near(brentq(lambda x: late(near(x)), last, first, **tight)))


def _integral(u: np.ndarray, u0: float, s: float, depth: int) -> np.ndarray:
    """Compute the integral of du / (u^(2 - 2/L) (s - u)) from u0 to u, on one side of s."""
    if depth == 1:
        return np.log((s - u0) / (s - u))
    if depth == 2:
        return (np.log(u / u0) + np.log((s - u0) / (s - u))) / s
    return _antiderivative(u, s, depth) - _antiderivative(np.asarray(u0), s, depth)


def _antiderivative(u: np.ndarray, s: float, depth: int) -> np.ndarray:
    b = 1 - 2 / depth
    low, high = np.minimum(u, s), np.maximum(u, s)
    below = -(low**-b) / (b * s) * _hypergeometric(-b, (s - low) / s)
    above = high ** (-1 - b) / (1 + b) * _hypergeometric(1 + b, (high - s) / high)
    return np.where(u < s, below, above)


def _hypergeometric(q: float, y: np.ndarray) -> np.ndarray:
    """Compute 2F1(1, q; 1 + q; 1 - y) for 0 <= y <= 1.

    For y < 1/2 this uses the expansion around the logarithm at y = 0, where SciPy's is nan.
    """
    k = np.arange(SERIES)
    near = np.minimum(y, 0.5)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = (
            poch(q, k) / factorial(k) * near**k * (digamma(k + 1) - digamma(q + k) - np.log(near))
        )
    return np.where(
        y < 0.5, q * np.sum(terms, axis=-1), hyp2f1(1, q, 1 + q, 1 - np.maximum(y, 0.5))
    )


def _arguments(u0: float, s: float, depth: int, eta: float) -> tuple[float, float, int, float]:
    depth = validate.count("depth", depth, 1, DEEPEST)
    u0, s = validate.number("u0", u0), validate.rate("s", s)
    if u0 < 0 or (u0 == 0 and depth > 1):
        raise ValueError(
            f"u0: expected a start > 0, got {u0:g}; a balanced mode at 0 never moves when L > 1"
        )
    return u0, s, depth, validate.rate("eta", eta)
