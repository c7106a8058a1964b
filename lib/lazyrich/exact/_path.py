"""Follow the path of a prepared start: p, q and v of `exact.one_neuron` at any time.

They are divided so that nothing overflows:

    bhat.p = c+ e^{kt} cos - c- e^{-kt} sin,    q = c+ e^{kt} sin + c- e^{-kt} cos,
    |p_perp| = perp e^{-delta t/2},
    v = 1 + c+^2 (e^{2kt} - 1) / 2k + c-^2 (1 - e^{-2kt}) / 2k + perp^2 (1 - e^{-delta t}) / delta.

Nearly every start has a growing part c+, and then everything is divided by e^{kt}. The few that
have none (the separatrix, nothing to learn) are divided by whatever leads at the time.
"""

from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lazyrich.exact._start import Start

FOREVER = 1e300  # finite times are cut here, in units in which the fastest rate is about 1
FAINT = 1e-100  # a growing part below this, beside weights near 1, may vanish before it leads
EARLY = 0.5  # kappa t below which the two exponentials nearly cancel in p and q
LARGEST_EXPONENT = 700.0  # exp of more overflows; it would stand beside a c+ of 1e-308


class Plane(NamedTuple):
    """The path in the plane of beta* and w0, each field (..., T)."""

    along: np.ndarray  # w along b
    across: np.ndarray  # w across it
    a: np.ndarray
    left: np.ndarray  # |b| - a w along


def without_growth(start: Start) -> np.ndarray:
    """Which starts (...) have no growing part to divide by."""
    return (np.abs(start.grow) < FAINT) | (start.kappa == 0)


def take(start: Start, which: slice | np.ndarray) -> Start:
    """Some of a batch of starts."""
    return Start(**{f.name: getattr(start, f.name)[which] for f in fields(Start)})


def solve(start: Start, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """w (..., T, d), a (..., T) and b - a w (..., T, d) at times t (T,), in the start's units."""
    faint = without_growth(start)[..., None]
    if np.all(faint):
        along, across, a, left = general(start, t)
    else:
        along, across, a, left = _early(start, t, leading(start, t))
        if np.any(faint):
            both = zip(general(start, t), (along, across, a, left), strict=True)
            along, across, a, left = (np.where(faint, slow, fast) for slow, fast in both)
    unit, side = start.unit[..., None, :], start.across[..., None, :]
    w = along[..., None] * unit + across[..., None] * side
    return w, a, left[..., None] * unit - (a * across)[..., None] * side


def leading(start: Start, t: np.ndarray) -> Plane:
    """The path relative to the growing part: four (..., T); start.grow must not be 0.

    Joint error of (w, a) a few roundings.
    """
    s, delta, kappa, grow, fade = _columns(start, "s", "delta", "kappa", "grow", "fade")
    perp, cos, sin = _columns(start, "perp", "cos", "sin")
    scale, big_a, gap = _columns(start, "scale", "big_a", "gap")
    with np.errstate(all="ignore"):  # what has no growing part is computed too, and thrown away
        t = np.minimum(t * scale * scale, FOREVER)
        less, one = np.expm1(-kappa * t), np.exp(-kappa * t)
        one_square, grown = one * one, -less * (1.0 + one) / (2 * kappa)
        side = perp * np.exp(-big_a * t)
        passed = _decay(np.abs(delta), t)  # (1 - e^{-|delta| t}) / |delta|
        behind = np.where(delta < 0, side * side, perp * perp * one_square) * passed
        down = fade * one_square
        v = one_square + behind + (grow * grow + fade * down) * grown
        root = 1.0 / np.sqrt(v)
        return Plane(
            along=(grow * cos - down * sin) * root,
            across=side * root,
            a=(grow * sin + down * cos) * root,
            left=(gap * one_square + s * behind) * (root * root),
        )


def _early(start: Start, t: np.ndarray, path: Plane) -> Plane:
    """The hyperbolic form of w along b and of a while kappa t is small.

    Each has its own digits, however small it is.
    """
    kappa, scale = _columns(start, "kappa", "scale")
    with np.errstate(over="ignore"):
        kt = kappa * np.minimum(t * scale * scale, FOREVER)
    early = (kt < EARLY) & (kappa > 0)
    if not np.any(early):
        return path
    where = np.nonzero(early)

    def columns(*names: str) -> list[np.ndarray]:
        return [np.broadcast_to(x, early.shape)[where] for x in _columns(start, *names)]

    s, delta, kappa, perp, along0, a0 = columns("s", "delta", "kappa", "perp", "along", "a")
    kt = kt[where]
    cosh, sinh, t = np.cosh(kt), np.sinh(kt) / kappa, kt / kappa
    p = cosh * along0 + sinh * (s * a0 - delta / 2 * along0)
    q = cosh * a0 + sinh * (s * along0 + delta / 2 * a0)
    # v as the integral of the squares, as in `leading` but not divided
    grow, fade = columns("grow", "fade")
    v = 1 + (grow * grow * np.exp(2 * kt) + fade * fade) * _decay(2 * kappa, t)
    v += perp * perp * np.where(delta < 0, np.exp(-delta * t), 1.0) * _decay(np.abs(delta), t)
    root = 1.0 / np.sqrt(v)
    along, a = path.along.copy(), path.a.copy()
    along[where], a[where] = p * root, q * root
    return path._replace(along=along, a=a)


def general(start: Start, t: np.ndarray) -> Plane:
    """Relative to whatever leads, at finite times and at the end: four (..., T)."""
    with np.errstate(over="ignore"):
        clock = t * start.scale[..., None] * start.scale[..., None]
    never = np.isinf(t)
    now = _evolve(start, np.where(never, 0.0, np.minimum(clock, FOREVER)))
    if not np.any(never):
        return now
    both = zip(_end(start), now, strict=True)
    return Plane(*(np.where(never, end, value) for end, value in both))


def _evolve(start: Start, t: np.ndarray) -> Plane:
    """The general solution at finite times t (..., T), in the clock of the start's units."""
    s, delta, kappa, big_a, gap = _columns(start, "s", "delta", "kappa", "big_a", "gap")
    cos, sin, grow, fade = _columns(start, "cos", "sin", "grow", "fade")
    along, readout, perp = _columns(start, "along", "a", "perp")
    kt, dt, at = kappa * t, np.abs(delta) * t, big_a * t

    # Everything is divided by the leader (without its root). Differences of two rates are never
    # formed by subtraction: kappa + delta/2 is A, and c+ over itself is a sign.
    leader = _leader(delta, kappa, grow, perp, t, big_a)
    amplitude = _choose(leader, 1.0, np.abs(grow), perp)
    one = np.exp(-_choose(leader, 0.0, kt, dt / 2)) / amplitude
    growth = np.exp(np.minimum(_choose(leader, kt, 0.0, at), LARGEST_EXPONENT))
    up = grow / amplitude * growth  # c+ e^{kappa t}
    down = fade * np.exp(-kt) * one  # c- e^{-kappa t}
    sideways = np.exp(-_choose(leader, delta * t / 2, at, 0.0))
    side = perp / amplitude * sideways  # |p_perp| e^{-delta t/2}

    # v, term by term: integrals of q^2 + |p|^2 as the largest value times (1 - e^{-rate t}) / rate.
    behind = np.where(delta < 0, side, perp * one) ** 2 * _decay(np.abs(delta), t)
    v = one**2 + behind + (up**2 + (fade * one) ** 2) * _decay(2 * kappa, t)

    # Early on the two exponentials nearly cancel in p and q; the hyperbolic form does not.
    early = kt < EARLY
    cosh = np.cosh(np.where(early, kt, 0.0))
    sinh = np.where(early, t, 0.0) * _sinhc(np.where(early, kt, 0.0))
    p = np.where(
        early,
        one * (cosh * along + sinh * (s * readout - delta / 2 * along)),
        up * cos - down * sin,
    )
    q = np.where(
        early,
        one * (cosh * readout + sinh * (s * along + delta / 2 * readout)),
        up * sin + down * cos,
    )

    root = np.sqrt(v)
    w_along, w_across, a = p / root, side / root, q / root
    left = (gap * one**2 + s * behind) / v  # |b| - a w_along, without the difference
    return Plane(w_along, w_across, a, left)


def _leader(
    delta: np.ndarray,
    kappa: np.ndarray,
    grow: np.ndarray,
    perp: np.ndarray,
    t: np.ndarray,
    big_a: np.ndarray,
) -> np.ndarray:
    """Which term of v leads at each time: 0, 1 or 2.

    sqrt(v) is about the largest of 1, |c+| e^{kappa t} / sqrt(2 kappa), and, for delta < 0 only,
    |p_perp| e^{|delta| t / 2} / sqrt|delta|. For delta < 0 all are compared after dividing by
    e^{|delta| t / 2}, beside which the logarithms would vanish.
    """
    downstream = delta < 0
    with np.errstate(divide="ignore"):
        growing = np.log(np.abs(grow)) - np.log(np.where(kappa == 0, 1.0, 2 * kappa)) / 2
        sideways = np.log(perp) - np.log(np.where(downstream, -delta, 1.0)) / 2
    heights = np.broadcast_arrays(
        np.where(downstream, -np.abs(delta) * t / 2, 0.0),
        growing + np.where(downstream, big_a * t, kappa * t),
        np.where(downstream, sideways, -np.inf),
    )
    return np.argmax(heights, axis=0)


def _end(start: Start) -> Plane:
    """The solution at t = inf.

    beta* if c+ is not 0; else the saddle a = 0, |w|^2 = -delta across beta*.
    """
    sign = np.sign(start.grow)
    saddle = np.where((sign == 0) & (start.perp > 0), np.sqrt(np.maximum(-start.delta, 0.0)), 0.0)
    parts = (
        sign * np.sqrt(start.big_b),
        saddle,
        sign * np.sqrt(start.big_a),
        np.where(sign == 0, start.s, 0.0),
    )
    return Plane(*(part[..., None] for part in parts))


def _columns(start: Start, *names: str) -> list[np.ndarray]:
    """Fields of the starts with an axis for the times."""
    return [getattr(start, name)[..., None] for name in names]


def _choose(leader: np.ndarray, *values: ArrayLike) -> np.ndarray:
    return np.choose(leader, np.broadcast_arrays(leader, *values)[1:])


def _decay(rate: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(1 - e^{-rate t}) / rate, which is t at rate 0."""
    return np.where(rate == 0, t, -np.expm1(-rate * t) / np.where(rate == 0, 1.0, rate))


def _sinhc(x: np.ndarray) -> np.ndarray:
    """sinh(x) / x, which is 1 at x = 0."""
    return np.where(x == 0, 1.0, np.sinh(x) / np.where(x == 0, 1.0, x))
