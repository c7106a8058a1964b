"""List the points of a grid and name their files."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lazyrich import _files

__all__ = ["Point", "axis_values", "grid", "key"]

Point = dict[str, Any]


def grid(axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """List every combination of the axes' values, the last axis fastest.

    Parameters
    ----------
    axes : mapping of str to iterable
        The values of each axis: numbers or text.

    Returns
    -------
    list of dict
        The points, each mapping names to values.

    Raises
    ------
    ValueError
        If there is no axis, or one is empty or repeats a value.

    Examples
    --------
    >>> for point in grid({"tau": [0.1, 1.0], "seed": [1, 2]}):
    ...     print(point)
    {'tau': 0.1, 'seed': 1}
    {'tau': 0.1, 'seed': 2}
    {'tau': 1.0, 'seed': 1}
    {'tau': 1.0, 'seed': 2}
    """
    values = {name: axis_values(name, axis) for name, axis in axes.items()}
    if not values:
        raise ValueError("axes: expected at least one name with its values, got none")
    return [dict(zip(values, point, strict=True)) for point in itertools.product(*values.values())]


def key(point: Mapping[str, Any]) -> str:
    """Name the files of a point.

    Parameters
    ----------
    point : mapping of str to Any
        The point, which maps names to values.

    Returns
    -------
    str
        A checksum, which is the same for equal points.

    Raises
    ------
    ValueError
        If the point is not plain data.
    """
    try:
        return _files.digest(_files.canonical(dict(point)))
    except TypeError as error:
        raise ValueError(f"point: {error}") from None


def axis_values(name: str, axis: Iterable[Any]) -> list[Any]:
    """Read the values of an axis as plain numbers or text.

    Parameters
    ----------
    name : str
        The axis's name, for the message.
    axis : iterable
        Its values.

    Returns
    -------
    list
        The values, NumPy's converted to Python's.

    Raises
    ------
    ValueError
        If there is no value, one is neither a number nor text, or one occurs twice.
    """
    if isinstance(axis, str) or not isinstance(axis, Iterable):
        raise ValueError(f"axes[{name!r}]: expected a list of values, got {axis!r}")
    values = [v.item() if isinstance(v, np.generic) else v for v in axis]
    if not values:
        raise ValueError(f"axes[{name!r}]: expected at least one value, got none")
    if any(not isinstance(v, int | float | str | bool) for v in values):
        raise ValueError(f"axes[{name!r}]: expected numbers or text, got {values!r}"[:200])
    if len(set(values)) != len(values):
        raise ValueError(f"axes[{name!r}]: expected each value once, got {values!r}"[:200])
    return values
