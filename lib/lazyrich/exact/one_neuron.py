"""Gradient flow of one neuron on whitened inputs, solved for every start and all times.

In canonical variables, a~ = sqrt(eta_w) a, w~ = sqrt(eta_a) w, b = sqrt(eta_a eta_w) beta*, both rates are 1 and

    a~' = b.w~ - a~ |w~|^2,    w~' = b a~ - a~^2 w~,    delta = a~^2 - |w~|^2 conserved.

Divide by a common factor, w~ = p / sqrt(v) and a~ = q / sqrt(v): then p and q obey a linear equation with the rates
+kappa and -kappa along b, kappa = sqrt(delta^2/4 + |b|^2), and -delta/2 across it, and v' = q^2 + |p|^2. Every term of
v is positive, so nothing cancels; all exponentials are taken relative to the largest, so nothing overflows.
Kunin et al. 2024, section 3 and appendix A, where the solution is given for a > 0 and delta != 0.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _twofold as twofold
from lazyrich import _validate as check

__all__ = ["OneNeuron", "one_neuron"]

SEPARATRIX = 1e8  # condition above which float64 may not know on which side of the separatrix a start lies


@dataclass(frozen=True)
class OneNeuron:
    """A trajectory: arrays over the times asked for (no first axis if t was one number).

    w: (T, d) input weights; a: (T,) readout; beta = a w: (T, d); residual = beta* - beta: (T, d), relatively
    accurate at late times too; loss = |residual|^2 / 2: (T,), without the constant that no beta can remove;
    delta: () the conserved quantity; condition: () how much the start's rounding is magnified at late times.
    """

    w: np.ndarray
    a: np.ndarray
    beta: np.ndarray
    residual: np.ndarray
    loss: np.ndarray
    delta: float
    condition: float


def one_neuron(
    t: ArrayLike, w0: ArrayLike, a0: float, beta_star: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> OneNeuron:
    """Exact gradient flow of f(x) = a w.x on whitened inputs (X^T X = I), loss 1/2 |X a w - y|^2.

    Solves a' = eta_a (w.beta* - a |w|^2), w' = eta_w (a beta* - a^2 w) from (w0, a0), with beta* = X^T y.
    If X^T X = lam I, use time lam t and beta* = X^T y / lam.

    t: (T,) or () times >= 0, inf allowed; w0: (d,); a0: (); beta_star: (d,). Every sign of a0 and delta, and
    a0 = 0, w0 = 0, beta_star = 0 are covered.

    Raises:
        ValueError: on NaN, inf (but in t), wrong shapes, negative times, rates that are not positive.
    Warns:
        RuntimeWarning: if the start lies so close to the separatrix that float64 cannot tell where it ends.

    >>> path = one_neuron([0.0, np.inf], [0.0, 1.0], 1.0, [2.0, 0.0])
    >>> path.beta + 0.0
    array([[0., 1.],
           [2., 0.]])
    """
    t, w0 = check.times("t", t), check.vector("w0", w0)
    a0 = check.real("a0", a0, "()")
    if w0.ndim != 1 or a0.ndim != 0:
        raise ValueError(f"w0, a0: expected shapes (d,) and (), got {w0.shape} and {a0.shape}")
    beta_star = check.vector("beta_star", beta_star, w0.size)
    if beta_star.ndim != 1:
        raise ValueError(f"beta_star: expected shape ({w0.size},), got {beta_star.shape}")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)

    start = _prepare(w0, float(a0), beta_star, eta_w, eta_a)
    if start.condition > SEPARATRIX:
        warnings.warn(
            f"the start lies on or next to the separatrix (condition {start.condition:.1e}): "
            "at late times the other sign of a is as likely as this one",
            RuntimeWarning,
            stacklevel=2,
        )
    w, a, residual = _evolve(start, np.atleast_1d(t))
    w, a, residual = w / np.sqrt(eta_a), a / np.sqrt(eta_w), residual / np.sqrt(eta_a * eta_w)
    if t.ndim == 0:
        w, a, residual = w[0], a[0], residual[0]
    return OneNeuron(
        w=w,
        a=a,
        beta=a[..., None] * w,
        residual=residual,
        loss=0.5 * np.sum(residual**2, axis=-1),
        delta=start.delta,
        condition=start.condition,
    )


@dataclass(frozen=True)
class _Start:
    """A start in canonical variables, split along the unit vector `unit` of beta* and across it."""

    unit: np.ndarray  # (d,); 0 if beta* = 0
    across: np.ndarray  # (d,) part of w0 across beta*
    along: float  # part of w0 along beta*
    a: float
    s: float  # |b|
    gap: float  # |b| - along * a, what is left to learn along beta*
    delta: float
    kappa: float
    big_a: float  # kappa + delta/2: the rate across beta* at the optimum
    big_b: float  # kappa - delta/2
    grow: float  # c+, the part that grows with +kappa; its sign decides the basin
    fade: float  # c-, the part that fades with -kappa
    condition: float


def _prepare(w0: np.ndarray, a0: float, beta_star: np.ndarray, eta_w: float, eta_a: float) -> _Start:
    a, root_a, root_w = np.asarray(a0), np.sqrt(eta_a), np.sqrt(eta_w)
    upper = twofold.times(twofold.product(a, a), eta_w)
    lower = twofold.times(twofold.dot(w0, w0), -eta_a)
    delta = float(sum(twofold.add(upper, lower)))

    square, overlap = twofold.dot(beta_star, beta_star), twofold.dot(w0, beta_star)
    size = float(np.linalg.norm(beta_star))
    share = twofold.quotient(overlap, square)
    across = np.array(
        [sum(twofold.add((w, np.zeros(())), twofold.times(share, -b))) for w, b in zip(w0, beta_star, strict=True)]
    )
    across = root_a * np.where(np.abs(across) < twofold.NOISE * np.abs(w0), 0.0, across)
    along = root_a * float(sum(overlap)) / size if size else 0.0
    left = twofold.add(square, twofold.times(overlap, -a))
    gap = root_a * root_w * float(sum(left)) / size if size else 0.0

    s = root_a * root_w * size
    kappa = float(np.hypot(delta / 2, s))
    big = kappa + abs(delta) / 2
    small = s * (s / big) if big else 0.0
    big_a, big_b = (big, small) if delta >= 0 else (small, big)
    cos, sin = (np.sqrt(big_b / (2 * kappa)), np.sqrt(big_a / (2 * kappa))) if kappa else (np.sqrt(0.5),) * 2
    q = float(root_w * a0)
    grow, parts = cos * along + sin * q, abs(cos * along) + abs(sin * q)
    return _Start(
        unit=beta_star / size if size else np.zeros_like(beta_star),
        across=across,
        along=along,
        a=q,
        s=s,
        gap=gap,
        delta=delta,
        kappa=kappa,
        big_a=big_a,
        big_b=big_b,
        grow=grow,
        fade=-sin * along + cos * q,
        condition=1.0 if parts == 0 else (parts / abs(grow) if grow else np.inf),
    )


def _evolve(start: _Start, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Canonical w (T, d), a (T,) and residual b - a w (T, d)."""
    kappa, delta, big_a, big_b = start.kappa, start.delta, start.big_a, start.big_b
    kt, perp = _times(kappa, t), float(np.linalg.norm(start.across))

    # e^{kappa t}, e^{-kappa t}, e^{-delta t/2} and 1, each relative to the largest term of sqrt(v).
    leader = _leader(start, t, perp)
    up = np.exp(_pick(leader, np.minimum(kt, 709.0), 0.0, np.minimum(_times(big_a, t), 709.0)))
    down = np.exp(_pick(leader, -kt, -2 * kt, -_times(big_b, t)))
    side = np.exp(_pick(leader, np.minimum(-_times(delta / 2, t), 709.0), -_times(big_a, t), 0.0))
    one = np.exp(_pick(leader, 0.0, -kt, -_times(abs(delta) / 2, t)))

    grow, fade = _scale(start.grow, up), _scale(start.fade, down)
    across = _scale(1.0 if perp else 0.0, side)
    # Integrals of q^2 + |p|^2, each as its largest value times (1 - e^{-rate t}) / rate.
    behind = _scale((perp * (one if delta >= 0 else across)) ** 2, _decay(abs(delta), t))
    v = one**2 + behind + _scale(grow**2 + (start.fade * one) ** 2, _decay(2 * kappa, t))

    cos, sin = (np.sqrt(big_b / (2 * kappa)), np.sqrt(big_a / (2 * kappa))) if kappa else (np.sqrt(0.5),) * 2
    p, q = grow * cos - fade * sin, grow * sin + fade * cos
    early = kt < 0.5  # here the two exponentials nearly cancel; the hyperbolic form does not
    short = np.where(early & np.isfinite(t), t, 0.0)
    cosh, sinh = np.cosh(kappa * short), short * _sinhc(kappa * short)
    p = np.where(early, one * (cosh * start.along + sinh * (start.s * start.a - delta / 2 * start.along)), p)
    q = np.where(early, one * (cosh * start.a + sinh * (start.s * start.along + delta / 2 * start.a)), q)

    root = np.sqrt(v)
    p_across = (across / root)[:, None] * start.across
    w = (p / root)[:, None] * start.unit + p_across
    a = q / root
    left = (start.gap * one**2 + start.s * behind) / v
    residual = left[:, None] * start.unit - p_across * a[:, None]
    return w, a, residual


def _leader(start: _Start, t: np.ndarray, perp: float) -> np.ndarray:
    """Which term of v is largest at each time: 0 the constant, 1 e^{2 kappa t}, 2 e^{|delta| t} (delta < 0 only)."""
    kt, dt = _times(start.kappa, t), _times(abs(start.delta), t)
    logs = np.full((3, t.size), -np.inf)
    logs[0] = 0.0
    if start.grow and start.kappa:
        logs[1] = 2 * np.log(abs(start.grow)) - np.log(2 * start.kappa) + 2 * kt
    if perp and start.delta < 0:
        logs[2] = 2 * np.log(perp) - np.log(abs(start.delta)) + dt
    return np.argmax(logs, axis=0)  # at t = inf the first of equals: e^{2 kappa t} before e^{|delta| t}


def _pick(leader: np.ndarray, *choices: ArrayLike) -> np.ndarray:
    return np.choose(leader, [np.broadcast_to(choice, leader.shape) for choice in choices])


def _times(rate: float, t: np.ndarray) -> np.ndarray:
    """rate * t with 0 * inf = 0."""
    return np.where(rate == 0, 0.0, rate * np.where((rate == 0) & np.isinf(t), 0.0, t))


def _scale(weight: ArrayLike, factor: np.ndarray) -> np.ndarray:
    """weight * factor with 0 * inf = 0."""
    return weight * np.where(np.equal(weight, 0), 0.0, factor)


def _decay(rate: float, t: np.ndarray) -> np.ndarray:
    """(1 - e^{-rate t}) / rate, which is t at rate 0."""
    return t if rate == 0 else -np.expm1(-rate * t) / rate


def _sinhc(x: np.ndarray) -> np.ndarray:
    return np.where(x == 0, 1.0, np.sinh(x) / np.where(x == 0, 1.0, x))
