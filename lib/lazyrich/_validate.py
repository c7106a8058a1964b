"""Reading arguments: everything public goes through these, so that bad input never gives a silent wrong answer."""

from typing import Any

import numpy as np

__all__ = ["data", "rate", "real", "times"]

LARGEST = 1e60  # squares and products of four inputs must stay finite in float64


def real(name: str, value: Any, shape: str = "") -> np.ndarray:
    """`value` as a float64 array of finite numbers; `shape` is only for the message.

    Raises:
        ValueError: naming the argument, what was got and what is expected.
    """
    expected = f"expected real numbers{' of shape ' + shape if shape else ''}"
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biuf":
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {expected}, got {_describe(value)}") from None
    if not np.all(np.isfinite(array)):
        bad = array[~np.isfinite(array)][0]
        raise ValueError(f"{name}: expected finite numbers, got {bad}; look for a division by 0 or an overflow before")
    if array.size and np.max(np.abs(array)) > LARGEST:
        raise ValueError(f"{name}: expected numbers up to {LARGEST:g} in size, got {np.max(np.abs(array)):g}")
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


def rate(name: str, value: Any) -> float:
    """A learning rate, step or the like: one finite number > 0."""
    array = real(name, value, "()")
    if array.ndim or not array > 0:
        raise ValueError(f"{name}: expected one number > 0, got {_describe(value)}")
    return float(array)


def times(name: str, value: Any) -> np.ndarray:
    """Times of shape (T,) or (): numbers >= 0, inf allowed."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected a time or a list of times, got {_describe(value)}") from None
    if array.ndim > 1:
        raise ValueError(f"{name}: expected shape () or (T,), got {array.shape}")
    if np.any(np.isnan(array)) or np.any(array < 0):
        raise ValueError(f"{name}: expected times >= 0 (inf is allowed), got {array[~(array >= 0)].ravel()[0]}")
    return array


def data(X: Any, y: Any, d: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (n, d) and labels (n,) that belong together."""
    X, y = real("X", X, "(n, d)"), real("y", y, "(n,)")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X: expected shape (n, d), got {X.shape}; one sample is a row")
    if y.shape != X.shape[:1]:
        raise ValueError(f"y: expected shape ({X.shape[0]},), one label for each row of X, got {y.shape}")
    if d is not None and X.shape[1] != d:
        raise ValueError(f"X: expected shape (n, {d}) to go with w of shape ({d},), got {X.shape}")
    return X, y


def _describe(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"{value!r}"[:60]
