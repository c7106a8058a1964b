"""Describe what an answer returned, for messages; in a hidden check, without showing values."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nbjudge.checks.conditions import unless_hidden

__all__ = [
    "complex_slip",
    "describe",
    "keys",
    "kind_text",
    "only_entry",
    "shape_hint",
    "shape_text",
]


def describe(value: Any) -> str:
    """Describe a value by its type and, where it may be shown, the value itself.

    Parameters
    ----------
    value : object
        A value that is not the expected one.

    Returns
    -------
    str
        For example "an array of shape (2, 3) and dtype float64".
    """
    if isinstance(value, np.ndarray):
        return f"{kind_text(value)} and dtype {value.dtype}"
    if isinstance(value, Mapping):
        return kind_text(value) + unless_hidden(f" with keys {keys(value)}")
    if isinstance(value, list | tuple):
        return kind_text(value)
    if isinstance(value, str):
        return kind_text(value) + unless_hidden(f" {value[:40]!r}")
    return _type_name(value) + unless_hidden(f" {value!r}"[:60])


def kind_text(value: Any) -> str:
    """Describe a value without showing it.

    Parameters
    ----------
    value : object
        Any value.

    Returns
    -------
    str
        For example "an array of shape (2, 3)" or "a number".
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {shape_text(value.shape)}"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, int | float | complex | np.number):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list | tuple):
        return f"{_type_name(value)} of length {len(value)}"
    if isinstance(value, Mapping):
        return "a dictionary"
    return "None" if value is None else _type_name(value)


def _type_name(value: Any) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def only_entry(value: Any) -> str:
    """Say what to do with a container of one entry if a single number is expected.

    Parameters
    ----------
    value : object
        What the answer returned.

    Returns
    -------
    str
        The end of a message; empty for anything else.
    """
    row = isinstance(value, list | tuple) and len(value) == 1
    one = isinstance(value, np.ndarray) and value.ndim > 0 and value.size == 1
    return "; take its only entry" if row or one else ""


def complex_slip(value: np.ndarray) -> str:
    """Say where complex numbers may come from.

    Parameters
    ----------
    value : numpy.ndarray
        What the answer returned.

    Returns
    -------
    str
        The end of a message; empty if the numbers are not complex.
    """
    if value.dtype.kind != "c":
        return ""
    return (
        "; np.linalg.eig, scipy.linalg.sqrtm and roots of negative numbers give complex numbers, "
        "np.linalg.eigh of a symmetric matrix does not"
    )


def shape_text(shape: Sequence[int]) -> str:
    """Write the shape of an array.

    Parameters
    ----------
    shape : sequence of int
        The shape; `()` is the shape of a single number.

    Returns
    -------
    str
        For example "(2, 3)".
    """
    return "() (a single number)" if len(shape) == 0 else str(tuple(int(n) for n in shape))


def shape_hint(value: np.ndarray, shape: Sequence[int]) -> str:
    """Guess why an array does not have the expected shape.

    Parameters
    ----------
    value : numpy.ndarray
        The array that the answer returned.
    shape : sequence of int
        The expected shape.

    Returns
    -------
    str
        The end of a message; empty if no known slip explains the shape.
    """
    shape = tuple(shape)
    if value.ndim == 2 and value.shape[::-1] == shape:
        return "; is it transposed?"
    if (
        value.ndim == len(shape)
        and sum(a != b for a, b in zip(value.shape, shape, strict=True)) == 1
    ):
        axis = next(i for i, (a, b) in enumerate(zip(value.shape, shape, strict=True)) if a != b)
        if abs(value.shape[axis] - shape[axis]) == 1:
            size = "one too long" if value.shape[axis] > shape[axis] else "one too short"
            return f"; axis {axis} is {size}"
    if value.size == math.prod(shape) and value.squeeze().shape == tuple(
        n for n in shape if n != 1
    ):
        return "; there is an axis of length 1 too many or too few"
    if value.ndim == len(shape) + 1 and shape in _without_an_axis(value.shape):
        return "; there is one axis too many: should something be summed, or be done row by row?"
    if value.ndim == len(shape) - 1 and value.shape in _without_an_axis(shape):
        return "; an axis is missing: was it summed over, or is only one entry returned?"
    if value.ndim and value.size == math.prod(shape):
        return "; the number of entries is right, but not their arrangement in rows"
    if value.ndim == 0 and len(shape) > 1:
        return "; was it summed up to a single number?"
    return ""


def _without_an_axis(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [shape[:axis] + shape[axis + 1 :] for axis in range(len(shape))]


def keys(mapping: Mapping[Any, Any]) -> str:
    """List the keys of a dictionary.

    Parameters
    ----------
    mapping : mapping
        The dictionary.

    Returns
    -------
    str
        The first eight keys, or "(none)".
    """
    return ", ".join(repr(str(key)[:30]) for key in list(mapping)[:8]) or "(none)"
