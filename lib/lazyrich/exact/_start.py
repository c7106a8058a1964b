"""Prepare the start of a trajectory for `exact.one_neuron`.

Everything here happens once a trajectory. delta, the projections on beta* and c+ are differences
that may cancel; they are formed with 32 digits, because whatever they lose is later multiplied by
exponentials of the time.
"""

from dataclasses import dataclass

import numpy as np

from lazyrich._twofold import NOISE, choose, dot, product, sqrt


@dataclass(frozen=True)
class Start:
    """Starts in canonical variables, in units of `scale`.

    a~ = sqrt(eta_w) a, w~ = sqrt(eta_a) w and b = sqrt(eta_a eta_w) beta*: a~ and w~ are divided by
    `scale`, b and delta by its square, and times are to be multiplied by that.

    Every field has the shape (...) of the batch, but `unit` and `across`: (..., d).
    """

    scale: np.ndarray  # a power of 2, so that the largest of a~, w~ and sqrt(|b|) is near 1
    unit: np.ndarray  # b / |b|; 0 if b = 0
    along: np.ndarray  # part of w~ along unit
    across: np.ndarray  # the rest of w~ as a unit vector; 0 if there is none
    perp: np.ndarray  # its length
    a: np.ndarray  # a~
    s: np.ndarray  # |b|
    gap: np.ndarray  # |b| - along * a, what is left to learn along b
    delta: np.ndarray
    kappa: np.ndarray  # sqrt(delta^2/4 + s^2)
    big_a: np.ndarray  # kappa + delta/2
    big_b: np.ndarray  # kappa - delta/2
    cos: np.ndarray  # sqrt(big_b / 2 kappa): cos and sin rotate (along, a) into the growing and
    sin: np.ndarray  # sqrt(big_a / 2 kappa)  fading parts
    grow: np.ndarray  # c+ = cos along + sin a; its sign decides the basin
    fade: np.ndarray  # c- = cos a - sin along
    condition: np.ndarray  # (|cos along| + |sin a|) / |c+|


def prepare(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, eta_w: float, eta_a: float
) -> Start:
    """Prepare the starts w0 (..., d), a0 (...), beta_star (..., d); the leading axes broadcast."""
    root_w, root_a = np.sqrt(eta_w), np.sqrt(eta_a)
    scale, w, a, aim, length = _in_units(w0, a0, beta_star, root_w, root_a)
    zero = np.all(aim == 0, axis=-1)

    delta = eta_w * product(a, a) - eta_a * dot(w, w)
    square, overlap = dot(aim, aim), dot(w, aim)
    norm = np.where(zero, 1.0, np.sqrt(square.value))
    rest = (w - (overlap / square)[..., None] * aim).value
    across = root_a * _or_zero(rest, np.abs(w))
    perp = np.hypot.reduce(across, axis=-1)
    beta_square = length * square  # |beta*|^2 / length
    gap = beta_square - a * overlap

    upstream = delta.value >= 0
    half = delta * np.where(upstream, 0.5, -0.5)
    kappa = sqrt(half * half + length * beta_square * eta_a * eta_w)
    big = kappa + half  # the larger of kappa +- delta/2; their product is s^2

    # c+ is `total` times a positive number; its two terms cancel next to the separatrix. Upstream
    # it is taken as (s along + A a) / sqrt(2 kappa A), downstream as (B along + s a) /
    # sqrt(2 kappa B): never with the small one.
    from_w = choose(upstream, length * overlap * eta_a, big * overlap)
    from_a = choose(upstream, big * a, beta_square * eta_w * a)
    parts = np.abs(from_w.high) + np.abs(from_a.high)
    total = _or_zero((from_w + from_a).value, parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = np.where(parts == 0, 1.0, parts / np.abs(total))

    s = root_a * root_w * np.where(zero, 0.0, norm * length)
    along, readout = np.where(zero, 0.0, root_a * overlap.value / norm), root_w * a
    cos, sin, big_a, big_b = _rotation(s, kappa.value, big.value, upstream)
    still = kappa.value == 0
    double = np.where(still, 1.0, 2 * kappa.value)
    grow = (
        total
        * np.where(upstream, root_w, root_a / norm)
        / np.sqrt(np.where(still, 1.0, double * big.value))
    )
    return Start(
        scale=scale,
        unit=np.where(zero[..., None], 0.0, aim / norm[..., None]),
        along=along,
        across=across / np.where(perp == 0, 1.0, perp)[..., None],
        perp=perp,
        a=readout,
        s=s,
        gap=np.where(zero, 0.0, root_a * root_w * gap.value / norm),
        delta=delta.value,
        kappa=kappa.value,
        big_a=big_a,
        big_b=big_b,
        cos=cos,
        sin=sin,
        grow=np.where(still, cos * along + sin * readout, grow),
        fade=cos * readout - sin * along,
        condition=condition,
    )


def _in_units(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, root_w: float, root_a: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """scale, w0 and a0 over it, and beta* over its square as length * aim.

    Powers of 2 taken out change no digit, and keep squares from overflowing or vanishing.
    """
    batch = np.broadcast_shapes(w0.shape[:-1], a0.shape, beta_star.shape[:-1])
    w0, a0 = np.broadcast_to(w0, (*batch, w0.shape[-1])), np.broadcast_to(a0, batch)
    beta_star = np.broadcast_to(beta_star, w0.shape)
    largest = np.maximum(root_a * np.max(np.abs(w0), axis=-1), root_w * np.abs(a0))
    largest_beta = np.max(np.abs(beta_star), axis=-1)
    scale = _power_of_two(np.maximum(largest, np.sqrt(root_a * root_w * largest_beta)))
    beta_scale = _power_of_two(largest_beta)
    length = np.where(largest_beta == 0, 0.0, beta_scale) / scale / scale
    return scale, w0 / scale[..., None], a0 / scale, beta_star / beta_scale[..., None], length


def _rotation(
    s: np.ndarray, kappa: np.ndarray, big: np.ndarray, upstream: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """cos, sin, kappa + delta/2 and kappa - delta/2; the smaller one from s^2 / big."""
    small = s * (s / np.where(big == 0, 1.0, big))
    big_a, big_b = np.where(upstream, big, small), np.where(upstream, small, big)
    still = kappa == 0  # delta = 0 and beta* = 0: any rotation does
    double = np.where(still, 1.0, 2 * kappa)
    cos = np.sqrt(np.where(still, 0.5, big_b / double))
    sin = np.sqrt(np.where(still, 0.5, big_a / double))
    return cos, sin, big_a, big_b


def _or_zero(difference: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The difference, or 0 where it is the rounding of 32 digits.

    A parallel start has no part across beta*, and a start on the separatrix no growing part; a
    spurious one would outlive everything that is really there.
    """
    return np.where(np.abs(difference) < NOISE * size, 0.0, difference)


def _power_of_two(x: np.ndarray) -> np.ndarray:
    """The power of 2 next above x, and 1 for 0."""
    return np.ldexp(1.0, np.where(x == 0, 0, np.frexp(x)[1]))
