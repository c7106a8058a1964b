"""Find when one neuron's path reaches a loss, an angle or a share of its kernel distance.

Whitened inputs; see `one_neuron`.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from lazyrich import _validate as validate
from lazyrich import kernel
from lazyrich.exact.one_neuron import one_neuron
from lazyrich.measures import STILL

__all__ = ["time_to_angle", "time_to_fraction", "time_to_loss"]

SCAN = 400  # log-spaced times at which a scan looks before a crossing is refined
TIME_CONSTANTS = 240.0  # the scan ends after this many of the slowest rate


def time_to_loss(
    level: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """Find the first time at which the loss |beta* - beta|^2 / 2 is at most `level`.

    The loss only falls, so there is one crossing.

    Parameters
    ----------
    level : float
        A loss >= 0.
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    beta_star : array_like, shape (d,)
        The target.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    float
        The time: 0 if the loss is that small at the start, inf if it never is.

    Raises
    ------
    ValueError
        On bad input or a negative level.
    """
    level = float(validate.real("level", level, "()"))
    if level < 0:
        raise ValueError(f"level: expected a loss >= 0, got {level:g}")

    def loss(t: ArrayLike) -> np.ndarray:
        return one_neuron(t, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a).loss

    if level == 0:  # approached, never reached: a loss of 0 is one too small for float64
        return 0.0 if loss(0.0) == 0 else np.inf

    return _first(lambda t: loss(t) - level, w0, a0, beta_star, eta_w, eta_a)


def time_to_angle(
    degrees: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """Find the first time at which the angle between beta = a w and beta* is at most `degrees`.

    The angle only falls; where a changes its sign it jumps.

    Parameters
    ----------
    degrees : float
        An angle in (0, 180].
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    beta_star : array_like, shape (d,)
        The target, other than 0.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    float
        The time: 0 if the angle is that small at the start, inf if it never is.

    Raises
    ------
    ValueError
        On bad input or an angle outside (0, 180].
    """
    degrees = float(validate.real("degrees", degrees, "()"))
    if not 0 < degrees <= 180:
        raise ValueError(f"degrees: expected an angle above 0 and up to 180, got {degrees:g}")
    beta_star = validate.vector("beta_star", beta_star)
    if not np.any(beta_star):
        raise ValueError("beta_star: expected a vector other than 0; there is no angle to it")

    def gap(t: ArrayLike) -> np.ndarray:
        path = one_neuron(t, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)
        along = path.beta @ beta_star
        across = np.linalg.norm(
            path.beta[..., None] * beta_star - beta_star[:, None] * path.beta[..., None, :],
            axis=(-2, -1),
        )
        return np.degrees(np.arctan2(across / np.sqrt(2), along)) - degrees

    return _first(gap, w0, a0, beta_star, eta_w, eta_a)


def time_to_fraction(
    fraction: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """Find the first time at which the kernel distance S reaches `fraction` of its end.

    S need not rise all the way: the first crossing that a scan of 400 log-spaced times can see is
    refined.

    Parameters
    ----------
    fraction : float
        A share in (0, 1].
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    beta_star : array_like, shape (d,)
        The target.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    float
        The time; nan if the kernel ends where it began, and inf for a fraction of 1 unless S
        overshoots.

    Raises
    ------
    ValueError
        On bad input or a fraction outside (0, 1].
    """
    fraction = float(validate.real("fraction", fraction, "()"))
    if not 0 < fraction <= 1:
        raise ValueError(f"fraction: expected a number above 0 and up to 1, got {fraction:g}")
    rates = {"eta_w": eta_w, "eta_a": eta_a}

    def distance(t: ArrayLike) -> np.ndarray:
        path = one_neuron(t, w0, a0, beta_star, **rates)
        return kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)

    end = float(distance(np.inf))
    if end <= STILL:
        return np.nan
    return _first(lambda t: fraction * end - distance(t), w0, a0, beta_star, eta_w, eta_a)


def _first(
    gap: Callable[[ArrayLike], np.ndarray],
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    eta_w: float,
    eta_a: float,
) -> float:
    """The first time at which `gap` is zero or less.

    From a scan over the scales of the problem and a root in log t.
    """
    start = one_neuron(0.0, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)
    s = np.sqrt(eta_a * eta_w) * float(np.linalg.norm(beta_star))
    delta = float(start.delta)
    kappa = np.hypot(delta / 2, s)
    fast = 2 * kappa + eta_w * float(start.a) ** 2 + eta_a * float(np.sum(start.w**2))
    slow = s * s / (kappa + abs(delta) / 2) if s else abs(delta)
    if gap(0.0) <= 0:
        return 0.0
    if fast == 0:
        return np.inf
    times = np.append(np.geomspace(1e-6 / fast, TIME_CONSTANTS / (slow or fast), SCAN), np.inf)
    values = gap(times)
    if not np.any(values <= 0):
        return np.inf
    hit = int(np.argmax(values <= 0))
    if hit == times.size - 1:
        return np.inf if values[-1] > -1e-14 else _root(gap, times[-2], times[-2] * 1e12)
    return _root(gap, times[hit - 1] if hit else 0.0, times[hit])


def _root(gap: Callable[[ArrayLike], np.ndarray], low: float, high: float) -> float:
    if low == 0:
        return brentq(lambda t: float(gap(t)), 0.0, high, xtol=1e-300, rtol=1e-14)

    def late(log_t: float) -> float:
        return float(gap(np.exp(log_t)))

    return float(np.exp(brentq(late, np.log(low), np.log(high), xtol=1e-14, rtol=1e-14)))
