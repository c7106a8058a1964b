"""Arithmetic with about 32 digits: a number is an unevaluated sum (high, low) of two float64 arrays.

Needed once, when a closed form is prepared: delta and the projections of w0 are differences of products, and
what they lose to rounding is later multiplied by exponentials. Error-free sums and products: Knuth; Dekker 1971.
"""

import numpy as np

__all__ = [
    "NOISE",
    "Twofold",
    "add",
    "choose",
    "dot",
    "multiply",
    "product",
    "quotient",
    "sqrt",
    "times",
    "value",
]

Twofold = tuple[np.ndarray, np.ndarray]
NOISE = 2.0**-98  # a difference this small beside its terms is rounding
_SPLITTER = 2.0**27 + 1.0


def value(x: Twofold) -> np.ndarray:
    """The nearest float64."""
    return x[0] + x[1]


def product(a: np.ndarray, b: np.ndarray) -> Twofold:
    """a b of two float64, exactly."""
    high = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return high, ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low


def add(x: Twofold, y: Twofold) -> Twofold:
    """x + y."""
    high, error = _sum(x[0], y[0])
    return _renormalize(high, error + (x[1] + y[1]))


def times(x: Twofold, b: np.ndarray | float) -> Twofold:
    """x b for a float64 b."""
    high, error = product(x[0], b)
    return _renormalize(high, error + x[1] * b)


def multiply(x: Twofold, y: Twofold) -> Twofold:
    """x y."""
    high, error = product(x[0], y[0])
    return _renormalize(high, error + (x[0] * y[1] + x[1] * y[0]))


def quotient(x: Twofold, y: Twofold) -> Twofold:
    """x / y; 0 where y is 0."""
    zero = y[0] == 0
    safe = np.where(zero, 1.0, y[0])
    first = np.where(zero, 0.0, x[0] / safe)
    return _renormalize(first, np.where(zero, 0.0, value(add(x, times(y, -first))) / safe))


def sqrt(x: Twofold) -> Twofold:
    """Square root of x >= 0: one Newton step from the float64 root."""
    root = np.sqrt(x[0])
    rest = value(add(x, times((root, np.zeros_like(root)), -root)))
    return _renormalize(root, rest / np.where(root == 0, 1.0, 2 * root))


def dot(a: np.ndarray, b: np.ndarray) -> Twofold:
    """Sum of a b over the last axis."""
    total = (np.zeros(np.broadcast_shapes(a.shape, b.shape)[:-1]),) * 2
    for i in range(a.shape[-1]):
        total = add(total, product(a[..., i], b[..., i]))
    return total


def choose(condition: np.ndarray, x: Twofold, y: Twofold) -> Twofold:
    """x where the condition holds, else y."""
    return np.where(condition, x[0], y[0]), np.where(condition, x[1], y[1])


def _split(a: np.ndarray) -> Twofold:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _sum(a: np.ndarray, b: np.ndarray) -> Twofold:
    high = a + b
    part = high - a
    return high, (a - (high - part)) + (b - part)


def _renormalize(high: np.ndarray, low: np.ndarray) -> Twofold:
    total = high + low
    return total, low - (total - high)
