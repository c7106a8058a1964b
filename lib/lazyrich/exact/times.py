"""Find when one neuron's path reaches a given loss, angle or share of its final kernel distance.

The inputs are whitened, as in `one_neuron`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from lazyrich import _validate as validate
from lazyrich import kernel
from lazyrich.exact.one_neuron import OneNeuron, one_neuron
from lazyrich.measures import STILL

__all__ = ["time_to_angle", "time_to_fraction", "time_to_loss"]

SCAN = 400  # log-spaced times of the scan that finds a crossing to refine
TIME_CONSTANTS = 240.0  # the scan ends after this many time constants of the slowest rate


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
    level = validate.number("level", level, least=0)
    start = _start(w0, a0, beta_star, eta_w, eta_a)

    def loss(t: ArrayLike) -> np.ndarray:
        return one_neuron(t, **start).loss

    if level == 0:  # approached but never reached; a computed loss of 0 has underflowed
        return 0.0 if loss(0.0) == 0 else np.inf

    return _first(lambda t: loss(t) - level, start, rounding=0.0)


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

    The angle only falls, with a jump where a changes its sign. Where beta is 0, its direction is
    taken to be that of its velocity.

    Parameters
    ----------
    degrees : float
        An angle in (0, 180].
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    beta_star : array_like, shape (d,)
        The target, not 0.
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
    degrees = validate.number("degrees", degrees, above=0, most=180)
    start = _start(w0, a0, beta_star, eta_w, eta_a)
    target = start["beta_star"]
    if not np.any(target):
        raise ValueError("beta_star: expected a nonzero vector; there is no angle to 0")
    unit = target / np.hypot.reduce(target)

    def gap(t: ArrayLike) -> np.ndarray:
        path = one_neuron(t, **start)
        here, missing = (
            np.max(np.abs(x), axis=-1, keepdims=True) for x in (path.beta, path.residual)
        )
        course = np.where(here > 0, path.beta, _leaving(path, start))
        size = np.max(np.abs(course), axis=-1, keepdims=True)
        scale = np.where(size > 0, size, 1.0)
        # Near the end, beta* - beta is more accurate than beta.
        across = _across(np.where(missing < here, path.residual, course) / scale, unit)
        angle = np.degrees(np.arctan2(across, course / scale @ unit))
        return np.where(size[..., 0] > 0, angle - degrees, np.inf)

    return _first(gap, start, rounding=0.0)


def time_to_fraction(
    fraction: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """Find the first time at which the kernel distance S reaches `fraction` of its final value.

    S need not be monotone: a scan of 400 log-spaced times finds the first crossing, which is then
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
        The time; nan if the kernel ends where it started, and inf for a fraction of 1 unless S
        overshoots.

    Raises
    ------
    ValueError
        On bad input or a fraction outside (0, 1].
    """
    fraction = validate.share("fraction", fraction, whole=True)
    start = _start(w0, a0, beta_star, eta_w, eta_a)
    w0, a0 = start["w0"], start["a0"]
    rates = {"eta_w": start["eta_w"], "eta_a": start["eta_a"]}

    def distance(t: ArrayLike) -> np.ndarray:
        path = one_neuron(t, **start)
        return kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)

    end = float(distance(np.inf))
    if end <= STILL:
        return np.nan
    return _first(lambda t: fraction * end - distance(t), start)


def _start(
    w0: ArrayLike, a0: float, beta_star: ArrayLike, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Read the arguments of `one_neuron` for one neuron and one target."""
    w0, a0 = validate.one(w0, a0, "w0, a0")
    target = validate.vector("beta_star", beta_star, w0.size, single=True)
    rates = {"eta_w": validate.rate("eta_w", eta_w), "eta_a": validate.rate("eta_a", eta_a)}
    return {"w0": w0, "a0": a0, "beta_star": target, **rates}


def _leaving(path: OneNeuron, start: dict[str, Any]) -> np.ndarray:
    """Compute beta' at beta = a w = 0: eta_a (w.beta*) w if a = 0, eta_w a^2 beta* if w = 0."""
    w, a, target = path.w, path.a[..., None], start["beta_star"]
    return start["eta_a"] * (w @ target)[..., None] * w + start["eta_w"] * a * a * target


def _across(x: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Compute the length of x (..., d) across a unit vector, without cancellation."""
    area = x[..., None] * unit - unit[:, None] * x[..., None, :]
    return np.linalg.norm(area, axis=(-2, -1)) / np.sqrt(2)


def _first(
    gap: Callable[[ArrayLike], np.ndarray], start: dict[str, Any], rounding: float = 1e-14
) -> float:
    """Find the first time at which `gap` is zero or less.

    A scan over the time scales of the problem brackets a root in log t. A `gap` that is below zero
    by no more than `rounding` at t = inf counts as never reached.
    """
    eta_w, eta_a, w0, a0 = (start[name] for name in ("eta_w", "eta_a", "w0", "a0"))
    s = np.sqrt(eta_a * eta_w) * float(np.hypot.reduce(start["beta_star"]))
    delta = float(one_neuron(0.0, **start).delta)
    kappa = np.hypot(delta / 2, s)
    fast = 2 * kappa + eta_w * a0**2 + eta_a * float(w0 @ w0)
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
        return np.inf if values[-1] >= -rounding else _root(gap, times[-2], times[-2] * 1e12)
    return _root(gap, times[hit - 1] if hit else 0.0, times[hit])


def _root(gap: Callable[[ArrayLike], np.ndarray], low: float, high: float) -> float:
    if low == 0:  # a root as small as 1e-150 takes hundreds of bisections
        return brentq(lambda t: float(gap(t)), 0.0, high, xtol=1e-300, rtol=1e-14, maxiter=5000)

    def late(log_t: float) -> float:
        return float(gap(np.exp(log_t)))

    return float(np.exp(brentq(late, np.log(low), np.log(high), xtol=1e-14, rtol=1e-14)))
