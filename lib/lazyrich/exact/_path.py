"""Evaluate the path of a prepared start: p, q and v of `exact.one_neuron` at any time.

The formulas, before they are divided by a common factor so that nothing overflows:

    bhat.p = c+ e^{kt} cos - c- e^{-kt} sin,    q = c+ e^{kt} sin + c- e^{-kt} cos,
    |p_perp| = perp e^{-delta t/2},
    v = 1 + c+^2 (e^{2kt} - 1) / 2k + c-^2 (1 - e^{-2kt}) / 2k + perp^2 (1 - e^{-delta t}) / delta.

For nearly every start the growing part c+ is not 0, and everything is divided by e^{kt}. For the
few others (on the separatrix, or with nothing to learn) the divisor is the term that leads at the
time.
"""

from collections.abc import Iterator
from dataclasses import fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lazyrich.exact._start import Start, prepare, prepare_fast

STARTS = 8192  # starts prepared at once
POINTS = 8192  # starts times times evaluated at once
FOREVER = 1e300  # finite times are cut here, in units in which the fastest rate is about 1
FAINT = 1e-100  # a growing part below this, relative to weights near 1, may vanish before it leads
LARGEST_EXPONENT = 700.0  # exp of more overflows; its factor c+ would be below 1e-308


class Plane(NamedTuple):
    """Hold the path in the plane of beta* and w0, each field (N, T)."""

    along: np.ndarray  # w along b
    across: np.ndarray  # w across it
    a: np.ndarray
    left: np.ndarray  # |b| - a w along


def without_growth(start: Start) -> np.ndarray:
    """Test which starts (N,) have no growing part to divide by."""
    return (np.abs(start.grow) < FAINT) | (start.kappa == 0)


def take(start: Start, which: slice | np.ndarray) -> Start:
    """Take some of a batch of starts."""
    return Start(**{f.name: getattr(start, f.name)[..., which] for f in fields(Start)})


def pieces(
    starts: tuple[np.ndarray, np.ndarray, np.ndarray], eta_w: float, eta_a: float, t: np.ndarray
) -> Iterator[tuple[slice | np.ndarray, Start, Plane]]:
    """Prepare and evaluate a flat batch, as much at once as fits in a core's cache.

    Each piece says which starts it holds. Starts for which float64 is not accurate enough come a
    second time, computed with 32 digits; the later piece replaces the earlier one.
    """
    w0, a0, beta_star = starts
    doubtful = []
    for i in range(0, a0.size, STARTS):
        part = slice(i, i + STARTS)
        start, again = prepare_fast(w0[:, part], a0[part], beta_star[:, part], eta_w, eta_a)
        doubtful.append(i + again)
        yield from _follow(part, start, t)
    again = np.concatenate(doubtful) if doubtful else np.arange(0)
    for i in range(0, again.size, STARTS):
        some = again[i : i + STARTS]
        start = prepare(w0[:, some], a0[some], beta_star[:, some], eta_w, eta_a)
        yield from _follow(some, start, t)


def _follow(
    which: slice | np.ndarray, start: Start, t: np.ndarray
) -> Iterator[tuple[slice | np.ndarray, Start, Plane]]:
    count, step = start.a.size, max(1, POINTS // max(1, t.size))
    if count <= step:
        yield which, start, solve(start, t)
        return
    for j in range(0, count, step):
        few = take(start, slice(j, j + step))
        if isinstance(which, slice):
            yield slice(which.start + j, which.start + j + few.a.size), few, solve(few, t)
        else:
            yield which[j : j + step], few, solve(few, t)


def solve(start: Start, t: np.ndarray) -> Plane:
    """Compute the path at times t (T,), in the start's units."""
    faint = np.flatnonzero(without_growth(start))
    if faint.size == start.a.size:
        return general(start, t)
    path = leading(start, t)
    if faint.size:
        for fast, slow in zip(path, general(take(start, faint), t), strict=True):
            fast[faint] = slow
    return path


def leading(start: Start, t: np.ndarray) -> Plane:
    """Compute the path (N, T) divided by the growing part; start.grow must not be 0.

    With g = 1 - e^{-2 kappa t} and along = c+ cos - c- sin:

        e^{-kt} bhat.p = along e^{-2kt} + c+ cos g,    e^{-kt} q = a e^{-2kt} + c+ sin g,

    which lose no digit early, when g is about 2 kappa t, nor late, when it is 1.
    """
    s, delta, kappa, grow, fade = _columns(start, "s", "delta", "kappa", "grow", "fade")
    along, a, perp, cos, sin = _columns(start, "along", "a", "perp", "cos", "sin")
    scale, big_a, gap = _columns(start, "scale", "big_a", "gap")
    rate, double = np.abs(delta), 2 * kappa
    with np.errstate(all="ignore"):  # starts without a growing part are replaced later
        up, down = grow * grow / double, fade * fade / double
        side = perp * perp / (rate + (rate == 0))
        t = np.minimum(t * scale * scale, FOREVER)
        fading = -double * t
        rest, grown = np.exp(fading), -np.expm1(fading)
        # The part across beta* fades as e^{-At}, and its term of v as the slower of e^{-2 kappa t}
        # and e^{-2 A t}.
        passed = -np.expm1(-rate * t)
        if np.any(delta == 0):
            np.copyto(passed, t, where=delta == 0)
        behind = side * np.exp(-2 * np.minimum(kappa, big_a) * t) * passed
        v = rest + behind + (up + down * rest) * grown
        root = 1.0 / np.sqrt(v)
        return Plane(
            along=(along * rest + grow * cos * grown) * root,
            across=perp * np.exp(-big_a * t) * root,
            a=(a * rest + grow * sin * grown) * root,
            left=(gap * rest + s * behind) / v,
        )


def general(start: Start, t: np.ndarray) -> Plane:
    """Compute the path (N, T) divided by the leading term, at finite times and at t = inf."""
    with np.errstate(over="ignore"):
        clock = t * start.scale[..., None] * start.scale[..., None]
    never = np.isinf(t)
    now = _evolve(start, np.where(never, 0.0, np.minimum(clock, FOREVER)))
    if not np.any(never):
        return now
    both = zip(_end(start), now, strict=True)
    return Plane(*(np.where(never, end, value) for end, value in both))


def _evolve(start: Start, t: np.ndarray) -> Plane:
    """Compute the general solution at finite times t (N, T), in the start's unit of time."""
    s, delta, kappa, big_a, gap = _columns(start, "s", "delta", "kappa", "big_a", "gap")
    cos, sin, grow, fade = _columns(start, "cos", "sin", "grow", "fade")
    along, readout, perp = _columns(start, "along", "a", "perp")
    kt, dt, at = kappa * t, np.abs(delta) * t, big_a * t

    # Everything is divided by the leader (without its root). No difference of two rates is formed
    # by subtraction: kappa + delta/2 is A, and c+ over |c+| is a sign.
    leader = _leader(delta, kappa, grow, perp, t, big_a)
    amplitude = _choose(leader, 1.0, np.abs(grow), perp)
    one = np.exp(-_choose(leader, 0.0, kt, dt / 2)) / amplitude
    growth = np.exp(np.minimum(_choose(leader, kt, 0.0, at), LARGEST_EXPONENT))
    up = grow / amplitude * growth  # c+ e^{kappa t}
    sideways = np.exp(-_choose(leader, delta * t / 2, at, 0.0))
    side = perp / amplitude * sideways  # |p_perp| e^{-delta t/2}

    # v, term by term: integrals of q^2 + |p|^2 as the largest value times (1 - e^{-rate t}) / rate.
    behind = np.where(delta < 0, side, perp * one) ** 2 * _decay(np.abs(delta), t)
    v = one**2 + behind + (up**2 + (fade * one) ** 2) * _decay(2 * kappa, t)

    # Early, the two exponentials nearly cancel in p and q; along = c+ cos - c- sin avoids that.
    grown, rest = -np.expm1(-2 * kt), np.exp(-kt) * one
    p = along * rest + up * cos * grown
    q = readout * rest + up * sin * grown

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
    """Find which term of v leads at each time: 0, 1 or 2.

    sqrt(v) is about the largest of 1, |c+| e^{kappa t} / sqrt(2 kappa), and, for delta < 0 only,
    |p_perp| e^{|delta| t / 2} / sqrt|delta|. For delta < 0 they are compared after division by
    e^{|delta| t / 2}, in whose exponent the logarithms would be lost.
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
    """Compute the solution at t = inf.

    It is beta* if c+ is not 0, and otherwise the saddle a = 0, |w|^2 = -delta across beta*.
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
    """Give fields of the starts an axis for the times."""
    return [getattr(start, name)[..., None] for name in names]


def _choose(leader: np.ndarray, *values: ArrayLike) -> np.ndarray:
    return np.choose(leader, np.broadcast_arrays(leader, *values)[1:])


def _decay(rate: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Compute (1 - e^{-rate t}) / rate, which is t at rate 0."""
    return np.where(rate == 0, t, -np.expm1(-rate * t) / np.where(rate == 0, 1.0, rate))
