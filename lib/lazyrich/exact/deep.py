"""Balanced deep linear networks: one singular mode, solved for time as a function of strength and back.

A mode that is aligned with the target moves by u' = L eta u^(2 - 2/L) (s - u), where L is the depth, s the target's singular
value and eta the geometric mean of the layers' rates. For L = 1 it is an exponential, for L = 2 a sigmoid; deeper networks wait
on a plateau first, for a time of order u0^-(1 - 2/L). Saxe et al. 2013; Kunin et al. 2024, section 5.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from scipy.special import hyp2f1

from lazyrich import _validate as check

__all__ = ["deep_mode", "deep_mode_time"]

NEAREST = -34.0  # log of the relative distance to s that float64 still tells from 0


def deep_mode_time(u: ArrayLike, u0: float, s: float, depth: int, *, eta: float = 1.0) -> np.ndarray:
    """Time at which a balanced mode that starts at u0 reaches strength u.

    u: (...) strengths; u0 > 0, s > 0: (); depth L >= 1; eta: () geometric mean of the rates. Returns (...): 0 at u0, inf at s and
    where the mode never goes (it moves from u0 towards s and stays on its side).
    Raises ValueError on bad input or u0 = 0 with L > 1, where the mode never moves.

    >>> float(deep_mode_time(0.5, 0.1, 1.0, 2)).__round__(6)  # ln(9) / 2
    1.098612
    """
    u = check.real("u", u, "(...)")
    u0, s, depth, eta = _arguments(u0, s, depth, eta)
    if np.any(u <= 0):
        raise ValueError(f"u: expected strengths > 0, got {np.min(u):g}")
    if u0 == s:
        return np.where(u == u0, 0.0, np.inf)
    low, high = min(u0, s), max(u0, s)
    inside = (u >= low) & (u <= high) & (u != s)
    safe = np.where(inside, u, u0)
    time = _integral(safe, u0, s, depth) / (depth * eta)
    return np.where(inside, np.maximum(time, 0.0), np.inf)


def deep_mode(t: ArrayLike, u0: float, s: float, depth: int, *, eta: float = 1.0) -> np.ndarray:
    """Strength u(t) of a balanced mode: the inverse of `deep_mode_time`.

    t: (T,) or () times >= 0, inf allowed; u0 > 0, s > 0: (); depth L >= 1. Returns the shape of t.
    Raises ValueError on bad input.

    >>> float(deep_mode(1.0, 0.1, 1.0, 1)).__round__(6)  # 1 - 0.9 / e
    0.668909
    """
    t = check.times("t", t)
    u0, s, depth, eta = _arguments(u0, s, depth, eta)
    if depth == 1 or u0 == s:
        return s + (u0 - s) * np.exp(-eta * t)
    if depth == 2:  # both forms of the sigmoid; this one does not overflow
        fade = np.exp(-2 * eta * s * t)
        return s * u0 / (u0 * -np.expm1(-2 * eta * s * t) + s * fade)
    return np.vectorize(lambda each: _strength(each, u0, s, depth, eta), otypes=[float])(t)


def _strength(t: float, u0: float, s: float, depth: int, eta: float) -> float:
    """Solve time(u) = t: for log u while u is far below s (the plateau), else for x with u = s (1 -+ e^x)."""
    if t == 0:
        return u0

    def late(u: float) -> float:
        return float(_integral(np.asarray(u), u0, s, depth)) / (depth * eta) - t

    tight = {"xtol": 1e-15, "rtol": 9e-16}
    if u0 < s / 2 and late(s / 2) > 0:
        return float(np.exp(brentq(lambda z: late(np.exp(z)), np.log(u0), np.log(s / 2), **tight)))
    sign = -1.0 if u0 < s else 1.0
    first = np.log(max(abs(u0 - s), 0.0) / s) if u0 >= s / 2 else np.log(0.5)
    last = max(first - 1.0, NEAREST)
    while last > NEAREST and late(s * (1 + sign * np.exp(last))) < 0:
        last = max(last - 4.0, NEAREST)
    if late(s * (1 + sign * np.exp(last))) < 0:
        return s  # to the last bit
    if late(s * (1 + sign * np.exp(first))) >= 0:
        return u0  # t is less than rounding
    return float(s * (1 + sign * np.exp(brentq(lambda x: late(s * (1 + sign * np.exp(x))), last, first, **tight))))


def _integral(u: np.ndarray, u0: float, s: float, depth: int) -> np.ndarray:
    """Integral of du / (u^(2 - 2/L) (s - u)) from u0 to u, both on one side of s."""
    if depth == 1:
        return np.log((s - u0) / (s - u))
    if depth == 2:
        return (np.log(u / u0) + np.log((s - u0) / (s - u))) / s
    return _antiderivative(u, s, depth) - _antiderivative(np.asarray(u0), s, depth)


def _antiderivative(u: np.ndarray, s: float, depth: int) -> np.ndarray:
    b = 1 - 2 / depth
    with np.errstate(invalid="ignore", over="ignore"):
        below = -(u**-b) / (b * s) * hyp2f1(1, -b, 1 - b, np.minimum(u / s, 1.0))
        above = u ** (-1 - b) / (1 + b) * hyp2f1(1, 1 + b, 2 + b, np.minimum(s / u, 1.0))
    return np.where(u < s, below, above)


def _arguments(u0: float, s: float, depth: int, eta: float) -> tuple[float, float, int, float]:
    depth = check.count("depth", depth, 1)
    u0, s = float(check.real("u0", u0, "()")), check.rate("s", s)
    if u0 < 0 or (u0 == 0 and depth > 1):
        raise ValueError(f"u0: expected a start > 0, got {u0:g}; a balanced mode at 0 never moves when L > 1")
    return u0, s, depth, check.rate("eta", eta)
