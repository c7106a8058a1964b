"""Read the arguments of public functions, so that bad input gives an error and no wrong answer."""

# Longer than 300 lines: one short function a kind of argument, most of it docstrings.

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
    """Read an array of finite numbers, none above LARGEST in size.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    shape : str, default ""
        The expected shape, only for the message.

    Returns
    -------
    ndarray
        The numbers in float64.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = _numbers(name, value, f"real numbers{' of shape ' + shape if shape else ''}")
    if not np.all(np.isfinite(array)):
        bad = array[~np.isfinite(array)][0]
        raise ValueError(
            f"{name}: expected finite numbers, got {bad}; look for a division by 0 or an overflow "
            "before"
        )
    if array.size and np.max(np.abs(array)) > LARGEST:
        raise ValueError(
            f"{name}: expected numbers up to {LARGEST:g} in size, got {np.max(np.abs(array)):g}"
        )
    return array


def vector(name: str, value: Any, d: int | None = None) -> np.ndarray:
    """Read an array of vectors.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    d : int, optional
        The expected length of the last axis; any length >= 1 if left out.

    Returns
    -------
    ndarray, shape (..., d)
        The vectors in float64, at least one axis.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = real(name, value, "(..., d)")
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"{name}: expected shape (..., d) with d >= 1, got {array.shape}; a number needs "
            "brackets: [x]"
        )
    if d is not None and array.shape[-1] != d:
        raise ValueError(
            f"{name}: expected shape (..., {d}), got {array.shape}: the last axes of w and beta "
            "are both d"
        )
    return array


def one(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, float]:
    """Read the weights and the readout of one neuron, not of several.

    Parameters
    ----------
    w : Any
        The weights.
    a : Any
        The readout.
    names : str, default "w, a"
        The arguments' names, for the message.

    Returns
    -------
    w : ndarray, shape (d,)
        The weights.
    a : float
        The readout.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "()")
    if w.ndim != 1 or a.ndim != 0:
        raise ValueError(
            f"{names}: expected shapes (d,) and (), got {w.shape} and {a.shape}; this takes one "
            "neuron"
        )
    return w, float(a)


def neurons(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, np.ndarray]:
    """Read weights and readouts of neurons whose leading axes broadcast.

    Parameters
    ----------
    w : Any
        The weights.
    a : Any
        The readouts.
    names : str, default "w, a"
        The arguments' names, for the message.

    Returns
    -------
    w : ndarray, shape (..., d)
        The weights.
    a : ndarray, shape (...)
        The readouts.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "(...)")
    batch({w_name: w.shape[:-1], a_name: a.shape})
    return w, a


def many(name: str, value: Any, *, above: float = -np.inf, below: float = np.inf) -> np.ndarray:
    """Read a list of numbers between two bounds, one number at least.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    above : float, default -inf
        Every number must be above this.
    below : float, default inf
        Every number must be below this.

    Returns
    -------
    ndarray, shape (k,)
        The numbers in float64.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = real(name, value, "(k,)")
    if array.ndim != 1 or array.size == 0 or np.any(array <= above) or np.any(array >= below):
        limits = [
            f"{sign} {bound:g}"
            for sign, bound in ((">", above), ("<", below))
            if np.isfinite(bound)
        ]
        raise ValueError(
            f"{name}: expected a list of numbers{' ' if limits else ''}{' and '.join(limits)}, "
            f"got {_describe(value)}"
        )
    return array


def even(name: str, value: Any) -> int:
    """Read the width of a layer that starts as its own mirror image: even, at least 2.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.

    Returns
    -------
    int
        The width.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    if count(name, value, 2) % 2:
        raise ValueError(
            f"{name}: expected an even width, each neuron has its mirror image; got {value}"
        )
    return int(value)


def seeds(name: str, value: Any) -> list[int]:
    """Read a list of different whole numbers >= 0, one at least.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.

    Returns
    -------
    list of int
        The numbers.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    numbers = [count(name, number) for number in many(name, value)]
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{name}: expected different numbers, got {_describe(value)}")
    return numbers


def share(name: str, value: Any, *, whole: bool = False) -> float:
    """Read a number above 0 and below 1, or up to 1.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    whole : bool, default False
        Whether 1 is allowed.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = real(name, value, "()")
    if array.ndim or not 0 < array <= 1 or (array == 1 and not whole):
        raise ValueError(
            f"{name}: expected a number above 0 and {'at most' if whole else 'below'} 1, got "
            f"{_describe(value)}"
        )
    return float(array)


def divides(name: str, value: Any, of: str, whole: Any) -> int:
    """Read a whole number >= 1 that divides another.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    of : str
        The name of the other number.
    whole : Any
        The other number.

    Returns
    -------
    int
        The divisor.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    if count(of, whole, 1) % count(name, value, 1):
        raise ValueError(f"{name}: expected a divisor of {of} = {whole}, got {value}")
    return int(value)


def count(name: str, value: Any, smallest: int = 0, largest: int | None = None) -> int:
    """Read a whole number between two bounds.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.
    smallest : int, default 0
        The smallest that is allowed.
    largest : int, optional
        The largest that is allowed; no bound if left out.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
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
    """Read one finite number > 0: a learning rate, a step or the like.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = real(name, value, "()")
    if array.ndim or not array > 0:
        raise ValueError(f"{name}: expected one number > 0, got {_describe(value)}")
    return float(array)


def times(name: str, value: Any) -> np.ndarray:
    """Read times: numbers >= 0, inf allowed.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : Any
        What the caller passed.

    Returns
    -------
    ndarray, shape (T,) or ()
        The times in float64.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
    array = _numbers(name, value, "a time or a list of times")
    if array.ndim > 1:
        raise ValueError(f"{name}: expected shape () or (T,), got {array.shape}")
    if np.any(np.isnan(array)) or np.any(array < 0):
        raise ValueError(
            f"{name}: expected times >= 0 (inf is allowed), got {array[~(array >= 0)].ravel()[0]}"
        )
    return array


def batch(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Compute the shape to which the leading axes of several arguments broadcast.

    Parameters
    ----------
    shapes : dict of str to tuple of int
        The leading axes of each argument by its name.

    Returns
    -------
    tuple of int
        The common shape.

    Raises
    ------
    ValueError
        If they do not broadcast; the message names each with its shape.
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        got = ", ".join(f"{name} has {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"{', '.join(shapes)}: expected leading axes (one entry a neuron) that broadcast, but "
            f"{got}"
        ) from None


def data(X: Any, y: Any, d: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read inputs and labels that belong together.

    Parameters
    ----------
    X : Any
        The inputs, one sample a row.
    y : Any
        The labels.
    d : int, optional
        The expected number of columns of X; any if left out.

    Returns
    -------
    X : ndarray, shape (n, d)
        The inputs.
    y : ndarray, shape (n,)
        The labels.

    Raises
    ------
    ValueError
        If it is not; the message names the argument, what was expected and what was passed.
    """
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
