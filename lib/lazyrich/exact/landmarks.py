"""Questions about one neuron's path: where it ends, and when it gets there. Whitened inputs; see `one_neuron`."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from lazyrich import _validate as validate
from lazyrich import kernel
from lazyrich.exact._start import prepare
from lazyrich.exact.one_neuron import one_neuron

__all__ = ["basin", "mu_phi", "separatrix", "time_to_angle", "time_to_fraction", "time_to_loss"]

SCAN = 400  # times a decade-spaced scan looks at before a crossing is refined
TIME_CONSTANTS = 240.0  # the scan ends after this many of the slowest rate


def basin(
    w0: ArrayLike, a0: ArrayLike, beta_star: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Sign of the readout at t = inf: 1 or -1, and 0 on the separatrix (the path ends at a saddle) or if nothing is learned.

    Only for delta < 0 can it differ from the sign of a0. w0: (..., d); a0: (...); beta_star: (..., d). Returns integers (...).
    Raises ValueError on bad input. Kunin et al. 2024, section 3.

    >>> int(basin([-2.0, 0.5], 0.3, [1.0, 0.0]))  # starts with a > 0, ends with a < 0
    -1
    """
    end = one_neuron(np.inf, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)
    return np.sign(end.a).astype(int)


def separatrix(
    w0: ArrayLike, a0: ArrayLike, beta_star: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """The function of the start that is 0 on the separatrix, and whose sign is the basin.

    c+ = (eta_a w0.beta* + (kappa + delta/2) a0) times a positive number, kappa = sqrt(delta^2/4 + eta_a eta_w |beta*|^2): how much of
    the start grows, in units of sqrt(eta_w) a. Its zero set is what flows into the saddles a = 0, w across beta*.
    w0: (..., d); a0: (...); beta_star: (..., d). Returns (...). Raises ValueError on bad input.
    """
    w0, a0 = validate.neurons(w0, a0, "w0, a0")
    beta_star = validate.vector("beta_star", beta_star, w0.shape[-1])
    validate.batch({"w0": w0.shape[:-1], "a0": a0.shape, "beta_star": beta_star.shape[:-1]})
    start = prepare(w0, a0, beta_star, validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a))
    return (start.grow * start.scale)[()]


def mu_phi(w: ArrayLike, a: ArrayLike, beta_star: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """mu = a |w| and phi, the cosine of the angle between w and beta*: the two scalars of the paper.

    w: (..., d); a: (...); beta_star: (d,). Returns two (...); phi is nan where w or beta* is 0. Raises ValueError on bad input.
    """
    w, a = validate.neurons(w, a)
    beta_star = validate.vector("beta_star", beta_star, w.shape[-1])
    length, size = np.linalg.norm(w, axis=-1), np.linalg.norm(beta_star)
    with np.errstate(invalid="ignore", divide="ignore"):
        return a * length, w @ beta_star / (length * size)


def time_to_loss(
    level: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """First time at which the loss |beta* - beta|^2 / 2 is at most `level`: 0 if it is at the start, inf if never.

    The loss only falls, so there is one crossing. Raises ValueError on bad input or a negative level.
    """
    level = float(validate.real("level", level, "()"))
    if level < 0:
        raise ValueError(f"level: expected a loss >= 0, got {level:g}")
    if (
        level == 0
    ):  # approached, never reached: where float64 says 0 the loss has only become too small to write
        return (
            0.0
            if one_neuron(0.0, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a).loss == 0
            else float("inf")
        )

    def gap(t: ArrayLike) -> np.ndarray:
        return one_neuron(t, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a).loss - level

    return _first(gap, w0, a0, beta_star, eta_w, eta_a)


def time_to_angle(
    degrees: float,
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> float:
    """First time at which the angle between beta = a w and beta* is at most `degrees`: 0 at the start, inf if never.

    The angle only falls; where a changes its sign it jumps. Raises ValueError on bad input or an angle outside (0, 180].
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
    """First time at which the kernel distance S reaches `fraction` of its end; nan if the kernel ends where it began.

    S need not rise all the way: the first crossing that a scan of 400 log-spaced times can see is refined.
    Raises ValueError on bad input or a fraction outside (0, 1]; at 1 the answer is inf unless S overshoots.
    """
    fraction = float(validate.real("fraction", fraction, "()"))
    if not 0 < fraction <= 1:
        raise ValueError(f"fraction: expected a number above 0 and up to 1, got {fraction:g}")
    rates = {"eta_w": eta_w, "eta_a": eta_a}

    def distance(t: ArrayLike) -> np.ndarray:
        path = one_neuron(t, w0, a0, beta_star, **rates)
        return kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)

    end = float(distance(np.inf))
    if end <= 1e-12:
        return float("nan")
    return _first(lambda t: fraction * end - distance(t), w0, a0, beta_star, eta_w, eta_a)


def _first(
    gap: Callable[[ArrayLike], np.ndarray],
    w0: ArrayLike,
    a0: float,
    beta_star: ArrayLike,
    eta_w: float,
    eta_a: float,
) -> float:
    """The first time at which `gap` is zero or less, from a scan over the scales of the problem and a root in log t."""
    start = one_neuron(0.0, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)
    s = np.sqrt(eta_a * eta_w) * float(np.linalg.norm(beta_star))
    fast = (
        2 * np.hypot(float(start.delta) / 2, s)
        + eta_w * float(start.a) ** 2
        + eta_a * float(np.sum(start.w**2))
    )
    slow = (
        s * s / (np.hypot(float(start.delta) / 2, s) + abs(float(start.delta)) / 2)
        if s
        else abs(float(start.delta))
    )
    if fast == 0:
        return 0.0 if gap(0.0) <= 0 else np.inf
    if gap(0.0) <= 0:
        return 0.0
    times = np.append(np.geomspace(1e-6 / fast, TIME_CONSTANTS / (slow or fast), SCAN), np.inf)
    values = gap(times)
    if not np.any(values <= 0):
        return float("inf")
    hit = int(np.argmax(values <= 0))
    if hit == times.size - 1:
        return (
            float("inf") if values[-1] > -1e-14 else float(_root(gap, times[-2], times[-2] * 1e12))
        )
    return float(_root(gap, times[hit - 1] if hit else 0.0, times[hit]))


def _root(gap: Callable[[ArrayLike], np.ndarray], low: float, high: float) -> float:
    if low == 0:
        return brentq(lambda t: float(gap(t)), 0.0, high, xtol=1e-300, rtol=1e-14)
    return float(
        np.exp(
            brentq(
                lambda z: float(gap(np.exp(z))), np.log(low), np.log(high), xtol=1e-14, rtol=1e-14
            )
        )
    )
