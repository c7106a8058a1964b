"""Compute with about 32 digits: a number is the unevaluated sum of two float64 arrays.

The closed forms need this precision once, when they are prepared: delta and the projections of w0
are differences of products, and their rounding errors are later multiplied by exponentials. The
error-free sums and products are those of Knuth and of Dekker 1971.
"""

from typing import Any

import numpy as np

__all__ = ["NOISE", "Twofold", "choose", "dot", "product", "sqrt"]

Number = np.ndarray | float

NOISE = 2.0**-98  # a difference this small relative to its terms is rounding error
_SPLITTER = 2.0**27 + 1.0


class Twofold:
    """Represent numbers as high + low, two float64 arrays; low is the rounding error of high.

    Sums, differences and products with another `Twofold` or with float64 numbers keep about 32
    digits. A quotient of two is 0 where the divisor is 0.

    Parameters
    ----------
    high : ndarray, shape (...)
        The numbers, rounded to float64.
    low : ndarray, shape (...), optional
        What `high` lacks; 0 if left out.

    Examples
    --------
    >>> third = Twofold(np.array(1.0)) / Twofold(np.array(3.0))
    >>> float((third * 3.0 - 1.0).value)
    0.0
    """

    __slots__ = ("high", "low")
    __array_ufunc__ = None  # so that array * Twofold calls __rmul__ of this class

    def __init__(self, high: np.ndarray, low: np.ndarray | None = None) -> None:
        self.high = high
        self.low = np.zeros_like(high) if low is None else low

    @property
    def value(self) -> np.ndarray:
        """The nearest float64."""
        return self.high + self.low

    def __getitem__(self, key: Any) -> "Twofold":
        return Twofold(self.high[key], self.low[key])

    def __neg__(self) -> "Twofold":
        return Twofold(-self.high, -self.low)

    def __abs__(self) -> "Twofold":
        sign = np.copysign(1.0, self.high)
        return Twofold(self.high * sign, self.low * sign)

    def __add__(self, other: "Twofold | Number") -> "Twofold":
        high, low = _parts(other)
        total, error = _sum(self.high, high)
        return _renormalize(total, error + (self.low + low))

    def __sub__(self, other: "Twofold | Number") -> "Twofold":
        return self + -other

    def __rsub__(self, other: Number) -> "Twofold":
        return -self + other

    def __mul__(self, other: "Twofold | Number") -> "Twofold":
        if not isinstance(other, Twofold):
            if np.ndim(other) == 0 and other == 1.0:  # most learning rates
                return self
            exact = product(self.high, other)
            return _renormalize(exact.high, exact.low + self.low * other)
        exact = product(self.high, other.high)
        return _renormalize(exact.high, exact.low + (self.high * other.low + self.low * other.high))

    def __truediv__(self, other: "Twofold") -> "Twofold":
        zero = other.high == 0
        safe = np.where(zero, 1.0, other.high)
        first = np.where(zero, 0.0, self.high / safe)
        rest = (self - other * first).value
        return _renormalize(first, np.where(zero, 0.0, rest / safe))

    __radd__ = __add__
    __rmul__ = __mul__


def product(a: Number, b: Number) -> Twofold:
    """Multiply two float64 numbers exactly.

    Parameters
    ----------
    a, b : float or ndarray, shape (...)
        The factors; their shapes broadcast.

    Returns
    -------
    Twofold, shape (...)
        a b, without rounding.
    """
    high = np.asarray(a * b)
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low
    return Twofold(high, low)


def dot(a: np.ndarray, b: np.ndarray) -> Twofold:
    """Sum a b over the first axis.

    Parameters
    ----------
    a, b : ndarray, shape (d, ...)
        The vectors; their other axes broadcast.

    Returns
    -------
    Twofold, shape (...)
        a.b.
    """
    terms = product(a, b)
    total = terms[0]
    for i in range(1, len(a)):
        total = total + terms[i]
    return total


def sqrt(x: Twofold) -> Twofold:
    """Take the square root, by one Newton step from the float64 root.

    Parameters
    ----------
    x : Twofold, shape (...)
        Numbers >= 0.

    Returns
    -------
    Twofold, shape (...)
        The root of x.
    """
    root = np.sqrt(x.high)
    rest = (x - product(root, root)).value
    return _renormalize(root, rest / np.where(root == 0, 1.0, 2 * root))


def choose(which: np.ndarray, x: Twofold, y: Twofold) -> Twofold:
    """Take x where `which` is 1, and y where it is 0.

    Parameters
    ----------
    which : ndarray, shape (...)
        Ones and zeros.
    x, y : Twofold, shape (...)
        The two alternatives, finite.

    Returns
    -------
    Twofold, shape (...)
        The chosen numbers.
    """
    other = 1.0 - which
    return Twofold(which * x.high + other * y.high, which * x.low + other * y.low)


def _parts(x: Twofold | Number) -> tuple[Number, Number]:
    return (x.high, x.low) if isinstance(x, Twofold) else (x, 0.0)


def _split(a: Number) -> tuple[Number, Number]:
    scaled = _SPLITTER * a
    high = scaled - (scaled - a)
    return high, a - high


def _sum(a: np.ndarray, b: Number) -> tuple[np.ndarray, np.ndarray]:
    high = a + b
    part = high - a
    return high, (a - (high - part)) + (b - part)


def _renormalize(high: np.ndarray, low: np.ndarray) -> Twofold:
    total = high + low
    return Twofold(total, low - (total - high))
