"""Reading arguments: everything public goes through these, so that bad input never gives a silent wrong answer."""

from typing import Any

import numpy as np

__all__ = [
    "LARGEST",
    "batch",
    "count",
    "data",
    "divides",
    "even",
    "many",
    "neurons",
    "one",
    "rate",
    "real",
    "seeds",
    "share",
    "times",
    "vector",
]

LARGEST = 1e60  # squares and products of four inputs must stay finite in float64


def real(name: str, value: Any, shape: str = "") -> np.ndarray:
    """`value` as a float64 array of finite numbers; `shape` is only for the message.

    Raises:
        ValueError: naming the argument, what was got and what is expected.
    """
    array = _numbers(name, value, f"real numbers{' of shape ' + shape if shape else ''}")
    if not np.all(np.isfinite(array)):
        bad = array[~np.isfinite(array)][0]
        raise ValueError(
            f"{name}: expected finite numbers, got {bad}; look for a division by 0 or an overflow before"
        )
    if array.size and np.max(np.abs(array)) > LARGEST:
        raise ValueError(
            f"{name}: expected numbers up to {LARGEST:g} in size, got {np.max(np.abs(array)):g}"
        )
    return array


def vector(name: str, value: Any, d: int | None = None) -> np.ndarray:
    """`value` as an array of shape (..., d) with at least one axis and d >= 1."""
    array = real(name, value, "(..., d)")
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"{name}: expected shape (..., d) with d >= 1, got {array.shape}; a number needs brackets: [x]"
        )
    if d is not None and array.shape[-1] != d:
        raise ValueError(
            f"{name}: expected shape (..., {d}), got {array.shape}: the last axes of w and beta are both d"
        )
    return array


def one(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, float]:
    """The weights (d,) and the readout of one neuron, not of a batch."""
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "()")
    if w.ndim != 1 or a.ndim != 0:
        raise ValueError(
            f"{names}: expected shapes (d,) and (), got {w.shape} and {a.shape}; this takes one neuron"
        )
    return w, float(a)


def neurons(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, np.ndarray]:
    """The weights (..., d) and readouts (...) of neurons whose leading axes broadcast."""
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "(...)")
    batch({w_name: w.shape[:-1], a_name: a.shape})
    return w, a


def many(name: str, value: Any, *, above: float = -np.inf, below: float = np.inf) -> np.ndarray:
    """A list of numbers, one at least, each above `above` and below `below`."""
    array = real(name, value, "(k,)")
    if array.ndim != 1 or array.size == 0 or np.any(array <= above) or np.any(array >= below):
        limits = [
            f"{sign} {bound:g}"
            for sign, bound in ((">", above), ("<", below))
            if np.isfinite(bound)
        ]
        raise ValueError(
            f"{name}: expected a list of numbers{' ' if limits else ''}{' and '.join(limits)}, got {_describe(value)}"
        )
    return array


def even(name: str, value: Any) -> int:
    """The width of a layer that starts as its own mirror image."""
    if count(name, value, 2) % 2:
        raise ValueError(
            f"{name}: expected an even width, each neuron has its mirror image; got {value}"
        )
    return int(value)


def seeds(name: str, value: Any) -> list[int]:
    """A list of different whole numbers >= 0, one at least."""
    found = [count(name, one) for one in many(name, value)]
    if len(set(found)) < len(found):
        raise ValueError(f"{name}: expected different numbers, got {_describe(value)}")
    return found


def share(name: str, value: Any, *, whole: bool = False) -> float:
    """A number in (0, 1), or in (0, 1] if it may be the `whole`."""
    array = real(name, value, "()")
    if array.ndim or not 0 < array <= 1 or (array == 1 and not whole):
        raise ValueError(
            f"{name}: expected a number above 0 and {'at most' if whole else 'below'} 1, got {_describe(value)}"
        )
    return float(array)


def divides(name: str, value: Any, of: str, whole: Any) -> int:
    """A whole number >= 1 that divides another, called `of`."""
    if count(of, whole, 1) % count(name, value, 1):
        raise ValueError(f"{name}: expected a divisor of {of} = {whole}, got {value}")
    return int(value)


def count(name: str, value: Any, smallest: int = 0, largest: int | None = None) -> int:
    """A whole number, not below `smallest` and not above `largest`."""
    array = real(name, value, "()")
    if (
        array.ndim
        or array != np.floor(array)
        or array < smallest
        or (largest is not None and array > largest)
    ):
        limits = f"from {smallest} to {largest}" if largest is not None else f">= {smallest}"
        raise ValueError(f"{name}: expected a whole number {limits}, got {_describe(value)}")
    return int(array)


def rate(name: str, value: Any) -> float:
    """A learning rate, step or the like: one finite number > 0."""
    array = real(name, value, "()")
    if array.ndim or not array > 0:
        raise ValueError(f"{name}: expected one number > 0, got {_describe(value)}")
    return float(array)


def times(name: str, value: Any) -> np.ndarray:
    """Times of shape (T,) or (): numbers >= 0, inf allowed."""
    array = _numbers(name, value, "a time or a list of times")
    if array.ndim > 1:
        raise ValueError(f"{name}: expected shape () or (T,), got {array.shape}")
    if np.any(np.isnan(array)) or np.any(array < 0):
        raise ValueError(
            f"{name}: expected times >= 0 (inf is allowed), got {array[~(array >= 0)].ravel()[0]}"
        )
    return array


def batch(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """The shape to which the leading axes of several arguments broadcast."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        got = ", ".join(f"{name} has {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"{', '.join(shapes)}: expected leading axes (one entry a neuron) that broadcast, but {got}"
        ) from None


def data(X: Any, y: Any, d: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, d) and labels (n,) that belong together."""
    X, y = real("X", X, "(n, d)"), real("y", y, "(n,)")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X: expected shape (n, d), got {X.shape}; one sample is a row")
    if y.shape != X.shape[:1]:
        raise ValueError(
            f"y: expected shape ({X.shape[0]},), one label for each row of X, got {y.shape}"
        )
    if d is not None and X.shape[1] != d:
        raise ValueError(f"X: expected shape (n, {d}) to go with w of shape ({d},), got {X.shape}")
    return X, y


def _numbers(name: str, value: Any, expected: str) -> np.ndarray:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected {expected}, got {_describe(value)}") from None
    return array.astype(np.float64)


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"{value!r}"[:60]
