"""Prepare the start of a trajectory for `exact.one_neuron`.

Everything here happens once per trajectory. delta, the projections on beta* and c+ are differences
that may cancel, and the digits that they lose are later multiplied by exponentials of the time.
Float64 suffices for nearly every start; those that lose digits are prepared again with 32 digits,
by the same code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lazyrich import _twofold as twofold

TRUST = 32.0  # how many times smaller than its terms a difference in float64 may be
LOST = 1e-200  # squares below this, relative to numbers near 1, have no digits to spare


@dataclass(frozen=True)
class Start:
    """Hold starts in canonical variables, in units of `scale`.

    a~ = sqrt(eta_w) a and w~ = sqrt(eta_a) w are divided by `scale`, and delta and
    b = sqrt(eta_a eta_w) beta* by its square, by which times must be multiplied.

    Every field has shape (N,), one number per start, except `unit` and `across`, which are (d, N).
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


class Units(NamedTuple):
    """Hold starts as given, in units of `scale`, a power of 2, which changes no digit.

    beta* is length * aim. Squares of these numbers do not overflow, and those of the larger ones do
    not vanish.
    """

    scale: np.ndarray  # (N,)
    w: np.ndarray  # (d, N): w0 / scale
    a: np.ndarray  # (N,): a0 / scale
    aim: np.ndarray  # (d, N): its largest coordinate is near 1
    length: np.ndarray  # (N,): aim * length = beta* / scale^2


class Arithmetic(NamedTuple):
    """Hold the operations that differ between float64 and 32 digits (not +, -, * and abs)."""

    product: Callable[..., Any]  # of float64 numbers
    dot: Callable[..., Any]  # of float64 vectors (d, N)
    ratio: Callable[..., Any]  # 0 where the divisor is 0
    sqrt: Callable[..., Any]
    choose: Callable[..., Any]
    value: Callable[[Any], np.ndarray]  # the nearest float64
    or_zero: Callable[..., np.ndarray]  # a difference, or 0 where it is only rounding error
    norm: Callable[[np.ndarray], np.ndarray]  # of float64 vectors (d, N)


def flat(
    batch: tuple[int, ...], w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flatten a batch of N starts to w0 (d, N), a0 (N,) and beta_star (d, N)."""
    vectors = (*batch, w0.shape[-1])
    rows = (_as_shape(w0, vectors), _as_shape(beta_star, vectors), _as_shape(a0, batch))
    w0, beta_star = (x.reshape(-1, x.shape[-1]).T for x in rows[:2])
    return w0, rows[2].reshape(-1), beta_star


def _as_shape(x: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return x if x.shape == shape else np.broadcast_to(x, shape)


def prepare(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, eta_w: float, eta_a: float
) -> Start:
    """Prepare the starts w0 (d, N), a0 (N,) with the targets beta_star (d, N)."""
    return _form(DIGITS_32, _in_units(w0, a0, beta_star, eta_w, eta_a), eta_w, eta_a)


def prepare_fast(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, eta_w: float, eta_a: float
) -> tuple[Start, np.ndarray]:
    """Prepare in float64, and list the starts that lose digits and must be prepared again.

    A delta that is small relative to kappa hardly affects the path and is recomputed at once.
    """
    units = _in_units(w0, a0, beta_star, eta_w, eta_a)
    start = _form(DOUBLE, units, eta_w, eta_a)
    trust = TRUST / np.sqrt(len(w0))  # sums of more terms lose more
    a, along_2, perp_2 = np.abs(start.a), start.along * start.along, start.perp * start.perp
    size = a * a + along_2 + perp_2
    (small,) = np.nonzero(size > trust * np.abs(start.delta))
    if small.size:
        some = Units(*(x[..., small] for x in units))
        start.delta[small] = _delta(DIGITS_32, some, eta_w, eta_a).value
    # the sum of the absolute terms of w.b, over |b|
    terms = np.sqrt(eta_a) * np.add.reduce(np.abs(units.w * start.unit), axis=0)
    (again,) = np.nonzero(
        (size > trust * np.maximum(start.big_a, start.big_b))
        | (start.cos * terms + start.sin * a > trust * np.abs(start.grow))
        | (start.s + terms * a > trust * (np.abs(start.gap) + a * start.perp))
        | ((along_2 + LOST > trust**2 * perp_2) & (len(w0) > 1))
    )
    return start, again


def _form(numbers: Arithmetic, units: Units, eta_w: float, eta_a: float) -> Start:
    _, dot, ratio, sqrt, _, value, or_zero, norm = numbers
    scale, w, a, aim, length = units
    root_w, root_a = np.sqrt(eta_w), np.sqrt(eta_a)

    delta = _delta(numbers, units, eta_w, eta_a)
    square, overlap = dot(aim, aim), dot(w, aim)
    rest = value(w - ratio(overlap, square) * aim)
    if len(w) == 1:
        rest = rest * (length == 0)  # one dimension has nothing across b
    across = root_a * or_zero(rest, w)
    perp = norm(across)
    beta_square = square * length  # |beta*|^2 / length
    gap = beta_square - overlap * a

    up = (value(delta) >= 0).astype(float)  # 1 upstream, else 0
    half = abs(delta) * 0.5
    kappa = sqrt(half * half + beta_square * length * eta_a * eta_w)
    still = 1.0 * (value(kappa) == 0)  # any rotation will do; take that of kappa = 1
    kappa = kappa + still
    big = kappa + half + still  # the larger of kappa +- delta/2; their product is s^2

    # c+ is `total` times a positive number
    total, condition = _growing(numbers, up, big, (beta_square, overlap, length, a), eta_w, eta_a)
    length_aim = np.sqrt(value(square))
    length_aim += length_aim == 0  # b = 0: there is nothing along it
    s = (root_a * root_w) * length_aim * length
    along, readout = root_a * value(overlap) / length_aim, root_w * a
    kappa, big = value(kappa), value(big)
    small, double = s * (s / big), 2 * kappa
    big_a, big_b = _pick(up, big, small), _pick(up, small, big)
    cos, sin = np.sqrt(big_b / double), np.sqrt(big_a / double)
    factor = _pick(up, root_w, root_a / length_aim)
    return Start(
        scale=scale,
        unit=aim / length_aim,
        along=along,
        across=across / (perp + (perp == 0)),
        perp=perp,
        a=readout,
        s=s,
        gap=(root_a * root_w) * value(gap) / length_aim,
        delta=value(delta),
        kappa=kappa - still,
        big_a=big_a * (1.0 - still),
        big_b=big_b * (1.0 - still),
        cos=cos,
        sin=sin,
        grow=total * factor / np.sqrt(double * big),
        fade=cos * readout - sin * along,
        condition=condition,
    )


def _growing(
    numbers: Arithmetic, up: np.ndarray, big: Any, start: tuple, eta_w: float, eta_a: float
) -> tuple[np.ndarray, np.ndarray]:
    """Compute c+ up to a positive factor, and its condition; its terms cancel at the separatrix.

    Upstream it is (s along + A a) / sqrt(2 kappa A), downstream (B along + s a) / sqrt(2 kappa B),
    never with the smaller of A and B.
    """
    beta_square, overlap, length, a = start
    from_w = numbers.choose(up, overlap * length * eta_a, big * overlap)
    from_a = numbers.choose(up, big, beta_square * eta_w) * a
    parts = np.abs(numbers.value(from_w)) + np.abs(numbers.value(from_a))
    total = numbers.or_zero(numbers.value(from_w + from_a), parts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return total, np.fmax(parts / np.abs(total), 1.0)  # 1 for a start at 0


def _delta(numbers: Arithmetic, units: Units, eta_w: float, eta_a: float) -> Any:
    return numbers.product(units.a, units.a) * eta_w - numbers.dot(units.w, units.w) * eta_a


def _in_units(
    w0: np.ndarray, a0: np.ndarray, beta_star: np.ndarray, eta_w: float, eta_a: float
) -> Units:
    # Coordinates stay on the first axis, because NumPy is fast on long rows.
    w0, beta_star = np.ascontiguousarray(w0), np.ascontiguousarray(beta_star)
    root_w, root_a = np.sqrt(eta_w), np.sqrt(eta_a)
    largest = np.maximum(root_a * np.max(np.abs(w0), axis=0), root_w * np.abs(a0))
    largest_beta = np.max(np.abs(beta_star), axis=0)
    scale = _power_of_two(np.maximum(largest, np.sqrt(root_a * root_w * largest_beta)))
    beta_scale = _power_of_two(largest_beta)
    length = (largest_beta != 0) * beta_scale / scale / scale
    return Units(scale, w0 / scale, a0 / scale, beta_star / beta_scale, length)


def _or_zero(difference: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Replace a difference by 0 where it is the rounding error of 32 digits.

    A parallel start has no part across beta*, and a start on the separatrix no growing part; a
    spurious one would outgrow everything else.
    """
    return np.where(np.abs(difference) < twofold.NOISE * np.abs(size), 0.0, difference)


def _power_of_two(x: np.ndarray) -> np.ndarray:
    """Find the next power of 2 above x; 1 for 0."""
    zero = x == 0
    return (x + zero) / (np.frexp(x)[0] + zero)


def _pick(up: np.ndarray, x: np.ndarray | float, y: np.ndarray) -> np.ndarray:
    """Take x where up is 1, and y where it is 0; both finite.

    `numpy.where` takes several times as long where the condition changes from start to start.
    """
    return up * x + (1.0 - up) * y


DOUBLE = Arithmetic(
    product=np.multiply,
    dot=lambda x, y: np.add.reduce(x * y, axis=0),
    ratio=lambda x, y: x / (y + (y == 0)),
    sqrt=np.sqrt,
    choose=_pick,
    value=lambda x: x,
    or_zero=lambda difference, size: difference,
    norm=lambda x: np.sqrt(np.add.reduce(x * x, axis=0)),
)
DIGITS_32 = Arithmetic(
    product=twofold.product,
    dot=twofold.dot,
    ratio=lambda x, y: x / y,
    sqrt=twofold.sqrt,
    choose=twofold.choose,
    value=lambda x: x.value,
    or_zero=_or_zero,
    norm=lambda x: np.hypot.reduce(x, axis=0),
)
