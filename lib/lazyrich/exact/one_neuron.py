"""Gradient flow of one neuron on whitened inputs, solved for every start and all times.

In canonical variables, a~ = sqrt(eta_w) a, w~ = sqrt(eta_a) w, b = sqrt(eta_a eta_w) beta*, both rates are 1 and

    a~' = b.w~ - a~ |w~|^2,    w~' = b a~ - a~^2 w~,    delta = a~^2 - |w~|^2 conserved.

Divide by a common factor, w~ = p / sqrt(v) and a~ = q / sqrt(v): then p and q obey a linear equation with the rates
+kappa and -kappa along b, kappa = sqrt(delta^2/4 + |b|^2), and -delta/2 across it, and v' = q^2 + |p|^2. Every term of
v is positive, so nothing cancels; all terms are taken relative to the largest, so nothing overflows.
Kunin et al. 2024, section 3, solve the same flow; this form holds for every sign of a and delta at once.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as check
from lazyrich.exact._start import Start, prepare

__all__ = ["OneNeuron", "SeparatrixWarning", "one_neuron"]

SEPARATRIX = 1e8  # condition above which the start's own rounding may decide on which side it lies
FOREVER = 1e300  # finite times are cut here, in units in which the fastest rate is about 1
LARGEST_EXPONENT = 700.0  # exp of more overflows; it would stand beside a c+ of 1e-308


class SeparatrixWarning(RuntimeWarning):
    """A start so close to the separatrix that the rounding of w0 and a0 may decide where it ends."""


@dataclass(frozen=True)
class OneNeuron:
    """A trajectory, with an axis for the times asked for (none if t was one number).

    w: (T, d) input weights; a: (T,) readout; beta = a w (times the multiplier, if one was given): (T, d); residual = beta* - beta:
    (T, d), relatively accurate at late times too; loss = |residual|^2 / 2 (times the covariance): (T,), without the constant that no beta can remove;
    delta: () the conserved quantity; condition: () how much the start's rounding is magnified at late times.
    A batch of starts puts its axes in front: w (..., T, d), a (..., T), delta (...).
    """

    w: np.ndarray
    a: np.ndarray
    beta: np.ndarray
    residual: np.ndarray
    loss: np.ndarray
    delta: np.ndarray
    condition: np.ndarray


def one_neuron(
    t: ArrayLike,
    w0: ArrayLike,
    a0: ArrayLike,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    covariance: float = 1.0,
    multiplier: float = 1.0,
) -> OneNeuron:
    """Exact gradient flow of f(x) = a w.x on whitened inputs (X^T X = I), loss 1/2 |X a w - y|^2.

    Solves a' = eta_a (w.beta* - a |w|^2), w' = eta_w (a beta* - a^2 w) from (w0, a0), with beta* = X^T y.
    covariance = lam: X^T X = lam I, beta* = X^T y / lam; the same path, lam times as fast. multiplier = k: f(x) = k a w.x,
    which is the neuron (w, k a) with the rates eta_w and k^2 eta_a; delta is that of w and a as they stand.

    t: (T,) or () times >= 0, inf allowed; w0: (d,); a0: (); beta_star: (d,); batches (..., d), (...), (..., d) of them
    broadcast. Every sign of a0 and delta, and a0 = 0, w0 = 0, beta_star = 0 are covered.

    Raises:
        ValueError: on NaN, inf (but in t), wrong shapes, negative times, rates that are not positive.
    Warns:
        SeparatrixWarning: if condition > 1e8. The result then holds for exactly these numbers, but another
            rounding of the start may end on the other side, with the other sign of a.

    >>> path = one_neuron([0.0, np.inf], [0.0, 1.0], 1.0, [2.0, 0.0])
    >>> path.beta
    array([[0., 1.],
           [2., 0.]])
    """
    t = check.times("t", t)
    w0, a0 = check.neurons(w0, a0, "w0, a0")
    beta_star = check.vector("beta_star", beta_star, w0.shape[-1])
    check.batch({"w0": w0.shape[:-1], "a0": a0.shape, "beta_star": beta_star.shape[:-1]})
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    covariance, multiplier = check.rate("covariance", covariance), check.rate("multiplier", multiplier)
    a0, eta_a = multiplier * a0, multiplier**2 * eta_a

    start = prepare(w0, a0, beta_star, eta_w, eta_a)
    if np.any(start.condition > SEPARATRIX):
        warnings.warn(
            f"the start lies on or next to the separatrix (condition {np.max(start.condition):.1e}): "
            "at late times the other sign of a is as likely as this one",
            SeparatrixWarning,
            stacklevel=2,
        )
    w, a, residual = _solve(start, covariance * np.atleast_1d(t))
    if t.ndim == 0:
        w, a, residual = w[..., 0, :], a[..., 0], residual[..., 0, :]
    scale = start.scale.reshape(start.scale.shape + (1,) * t.ndim)
    w, a = w * (scale[..., None] / np.sqrt(eta_a)), a * (scale / np.sqrt(eta_w))
    residual = residual * scale[..., None] * (scale[..., None] / np.sqrt(eta_a) / np.sqrt(eta_w))
    return OneNeuron(
        w=w,
        a=a / multiplier,
        beta=a[..., None] * w,
        residual=residual,
        loss=0.5 * covariance * np.sum(residual**2, axis=-1),
        delta=(start.delta * start.scale * start.scale / multiplier**2)[()],
        condition=start.condition[()],
    )


def _solve(start: Start, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """w (..., T, d), a (..., T) and b - a w (..., T, d) in the start's units, at the times t (T,)."""
    with np.errstate(over="ignore"):
        clock = t * start.scale[..., None] * start.scale[..., None]
    never = np.isinf(t)
    now = _evolve(start, np.where(never, 0.0, np.minimum(clock, FOREVER)))
    if not np.any(never):
        return now
    end = _end(start)
    return (
        np.where(never[:, None], end[0], now[0]),
        np.where(never, end[1], now[1]),
        np.where(never[:, None], end[2], now[2]),
    )


def _evolve(start: Start, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The solution at finite times t (..., T)."""
    s, delta, kappa, big_a = (x[..., None] for x in (start.s, start.delta, start.kappa, start.big_a))
    cos, sin, grow, fade = (x[..., None] for x in (start.cos, start.sin, start.grow, start.fade))
    along, readout, perp = (x[..., None] for x in (start.along, start.a, start.perp))
    kt, dt, at = kappa * t, np.abs(delta) * t, big_a * t
    downstream = delta < 0

    # sqrt(v) is about the largest of 1, |c+| e^{kappa t} / sqrt(2 kappa), and, for delta < 0 only,
    # |p_perp| e^{|delta| t / 2} / sqrt|delta|. Which of them leads at each time? For delta < 0 all are compared
    # after dividing by e^{|delta| t / 2}, beside which the logarithms would vanish.
    size = np.abs(grow)
    with np.errstate(divide="ignore"):
        heights = np.broadcast_arrays(
            np.where(downstream, -dt / 2, 0.0),
            np.log(size) - np.log(np.where(kappa == 0, 1.0, 2 * kappa)) / 2 + np.where(downstream, at, kt),
            np.where(downstream, np.log(perp) - np.log(np.where(downstream, -delta, 1.0)) / 2, -np.inf),
        )
    leader = np.argmax(heights, axis=0)

    # Everything is divided by the leader (without its root). Differences of two rates are never formed by
    # subtraction: kappa + delta/2 is A, and c+ over itself is a sign.
    amplitude = _choose(leader, 1.0, size, perp)
    one = np.exp(-_choose(leader, 0.0, kt, dt / 2)) / amplitude
    up = grow / amplitude * np.exp(np.minimum(_choose(leader, kt, 0.0, at), LARGEST_EXPONENT))  # c+ e^{kappa t}
    side = perp / amplitude * np.exp(-_choose(leader, delta * t / 2, at, 0.0))  # |p_perp| e^{-delta t/2}
    down = fade * np.exp(-kt) * one  # c- e^{-kappa t}

    # v, term by term: integrals of q^2 + |p|^2 as the largest value times (1 - e^{-rate t}) / rate.
    behind = np.where(downstream, side, perp * one) ** 2 * _decay(np.abs(delta), t)
    v = one**2 + behind + (up**2 + (fade * one) ** 2) * _decay(2 * kappa, t)

    # Early on the two exponentials nearly cancel in p and q; the hyperbolic form does not.
    early = kt < 0.5
    cosh, sinh = np.cosh(np.where(early, kt, 0.0)), np.where(early, t, 0.0) * _sinhc(np.where(early, kt, 0.0))
    p = np.where(early, one * (cosh * along + sinh * (s * readout - delta / 2 * along)), up * cos - down * sin)
    q = np.where(early, one * (cosh * readout + sinh * (s * along + delta / 2 * readout)), up * sin + down * cos)

    root = np.sqrt(v)
    unit, across = start.unit[..., None, :], start.across[..., None, :]
    w_along, w_across, a = p / root, side / root, q / root
    left = (start.gap[..., None] * one**2 + s * behind) / v  # |b| - a w_along, without the difference
    w = w_along[..., None] * unit + w_across[..., None] * across
    return w, a, left[..., None] * unit - (a * w_across)[..., None] * across


def _end(start: Start) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The solution at t = inf: beta* if c+ is not 0; else the saddle a = 0, |w|^2 = -delta across beta*."""
    sign = np.sign(start.grow)
    saddle = np.where((sign == 0) & (start.perp > 0), np.sqrt(np.maximum(-start.delta, 0.0)), 0.0)
    w = (sign * np.sqrt(start.big_b))[..., None] * start.unit + saddle[..., None] * start.across
    residual = np.where(sign == 0, start.s, 0.0)[..., None] * start.unit
    return w[..., None, :], (sign * np.sqrt(start.big_a))[..., None], residual[..., None, :]


def _choose(leader: np.ndarray, *values: ArrayLike) -> np.ndarray:
    return np.choose(leader, np.broadcast_arrays(leader, *values)[1:])


def _decay(rate: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(1 - e^{-rate t}) / rate, which is t at rate 0."""
    return np.where(rate == 0, t, -np.expm1(-rate * t) / np.where(rate == 0, 1.0, rate))


def _sinhc(x: np.ndarray) -> np.ndarray:
    """sinh(x) / x, which is 1 at x = 0."""
    return np.where(x == 0, 1.0, np.sinh(x) / np.where(x == 0, 1.0, x))
