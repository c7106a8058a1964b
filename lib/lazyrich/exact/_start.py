"""A start of the one-neuron flow, prepared for `exact.one_neuron`.

Everything here happens once a trajectory. delta, the projections on beta* and c+ are differences that may cancel;
they are formed with 32 digits, because whatever they lose is later multiplied by exponentials of the time.
"""

from dataclasses import dataclass

import numpy as np

from lazyrich import _twofold as two

__all__ = ["Start", "prepare"]


@dataclass(frozen=True)
class Start:
    """Starts in canonical variables a~ = sqrt(eta_w) a, w~ = sqrt(eta_a) w, b = sqrt(eta_a eta_w) beta*, in units
    of `scale`: a~ and w~ are divided by it, b and delta by its square, and times are to be multiplied by that.

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
    cos: (
        np.ndarray
    )  # sqrt(big_b / 2 kappa): the rotation from (along, a) to the growing and fading parts
    sin: np.ndarray  # sqrt(big_a / 2 kappa)
    grow: np.ndarray  # c+ = cos along + sin a; its sign decides the basin
    fade: np.ndarray  # c- = cos a - sin along
    condition: np.ndarray  # (|cos along| + |sin a|) / |c+|


def prepare(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, eta_w: float, eta_a: float
) -> Start:
    """Prepare the starts w0 (..., d), a0 (...), beta_star (..., d); the leading axes broadcast."""
    batch = np.broadcast_shapes(w0.shape[:-1], a0.shape, beta_star.shape[:-1])
    w0, a0 = np.broadcast_to(w0, (*batch, w0.shape[-1])), np.broadcast_to(a0, batch)
    beta_star = np.broadcast_to(beta_star, w0.shape)
    root_w, root_a = np.sqrt(eta_w), np.sqrt(eta_a)

    # Powers of 2 taken out change no digit, and keep the squares below from overflowing or vanishing.
    largest = np.maximum(root_a * np.max(np.abs(w0), axis=-1), root_w * np.abs(a0))
    beta_scale = _power_of_two(np.max(np.abs(beta_star), axis=-1))
    scale = _power_of_two(
        np.maximum(largest, np.sqrt(root_a * root_w * np.max(np.abs(beta_star), axis=-1)))
    )
    w, a = w0 / scale[..., None], a0 / scale
    aim = beta_star / beta_scale[..., None]  # points along beta*; beta* itself is length * aim
    zero = np.all(aim == 0, axis=-1)
    length = np.where(zero, 0.0, beta_scale) / scale / scale

    delta = two.add(two.times(two.product(a, a), eta_w), two.times(two.dot(w, w), -eta_a))
    square, overlap = two.dot(aim, aim), two.dot(w, aim)
    norm = np.where(zero, 1.0, np.sqrt(two.value(square)))
    share = two.quotient(overlap, square)
    share = share[0][..., None], share[1][..., None]
    across = two.value(two.add((w, np.zeros_like(w)), two.times(share, -aim)))
    across = root_a * _or_zero(across, np.abs(w))
    perp = np.hypot.reduce(across, axis=-1)
    beta_square = two.times(square, length)  # |beta*|^2 / length
    gap = two.add(beta_square, two.times(overlap, -a))

    upstream = two.value(delta) >= 0
    half = two.times(delta, np.where(upstream, 0.5, -0.5))
    s_square = two.times(two.times(two.times(beta_square, length), eta_a), eta_w)
    kappa = two.sqrt(two.add(two.multiply(half, half), s_square))
    big = two.add(kappa, half)  # the larger of kappa +- delta/2; their product is s^2

    # c+ is `total` times a positive number; its two terms cancel next to the separatrix. Upstream it is taken as
    # (s along + A a) / sqrt(2 kappa A), downstream as (B along + s a) / sqrt(2 kappa B): never with the small one.
    terms = (
        two.choose(
            upstream, two.times(two.times(overlap, length), eta_a), two.multiply(big, overlap)
        ),
        two.choose(upstream, two.times(big, a), two.times(two.times(beta_square, eta_w), a)),
    )
    parts = np.abs(terms[0][0]) + np.abs(terms[1][0])
    total = _or_zero(two.value(two.add(*terms)), parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        condition = np.where(parts == 0, 1.0, parts / np.abs(total))

    delta, kappa, big = two.value(delta), two.value(kappa), two.value(big)
    s = root_a * root_w * np.where(zero, 0.0, norm * length)
    along, readout = np.where(zero, 0.0, root_a * two.value(overlap) / norm), root_w * a
    small = s * (s / np.where(big == 0, 1.0, big))
    big_a, big_b = np.where(upstream, big, small), np.where(upstream, small, big)
    still = kappa == 0  # delta = 0 and beta* = 0: any rotation does
    double = np.where(still, 1.0, 2 * kappa)
    cos, sin = (
        np.sqrt(np.where(still, 0.5, big_b / double)),
        np.sqrt(np.where(still, 0.5, big_a / double)),
    )
    grow = (
        total
        * np.where(upstream, root_w, root_a / norm)
        / np.sqrt(np.where(still, 1.0, double * big))
    )
    return Start(
        scale=scale,
        unit=np.where(zero[..., None], 0.0, aim / norm[..., None]),
        along=along,
        across=across / np.where(perp == 0, 1.0, perp)[..., None],
        perp=perp,
        a=readout,
        s=s,
        gap=np.where(zero, 0.0, root_a * root_w * two.value(gap) / norm),
        delta=delta,
        kappa=kappa,
        big_a=big_a,
        big_b=big_b,
        cos=cos,
        sin=sin,
        grow=np.where(still, cos * along + sin * readout, grow),
        fade=cos * readout - sin * along,
        condition=condition,
    )


def _or_zero(difference: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The difference, or 0 where it is the rounding of 32 digits: a parallel start has no part across beta*, and
    a start on the separatrix no growing part; a spurious one would outlive everything that is really there."""
    return np.where(np.abs(difference) < two.NOISE * size, 0.0, difference)


def _power_of_two(x: np.ndarray) -> np.ndarray:
    """The power of 2 next above x, and 1 for 0."""
    return np.ldexp(1.0, np.where(x == 0, 0, np.frexp(x)[1]))
