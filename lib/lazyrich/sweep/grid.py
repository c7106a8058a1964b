"""Points of a grid, and their names."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from lazyrich import _files

__all__ = ["Point", "axis_values", "grid", "key"]

Point = dict[str, Any]


def grid(axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """Every combination of the axes' values, the last axis fastest. Raises ValueError if an axis is empty or repeats a value.

    >>> grid({"tau": [0.1, 1.0], "seed": [1, 2]})
    [{'tau': 0.1, 'seed': 1}, {'tau': 0.1, 'seed': 2}, {'tau': 1.0, 'seed': 1}, {'tau': 1.0, 'seed': 2}]
    """
    found = {name: axis_values(name, axis) for name, axis in axes.items()}
    if not found:
        raise ValueError("axes: expected at least one name with its values, got none")
    return [dict(zip(found, one, strict=True)) for one in itertools.product(*found.values())]


def key(point: Mapping[str, Any]) -> str:
    """The name of a point's files. Raises ValueError if the point is not plain data."""
    try:
        return _files.digest(_files.canonical(dict(point)))
    except TypeError as error:
        raise ValueError(f"point: {error}") from None


def axis_values(name: str, axis: Iterable[Any]) -> list[Any]:
    """The values of an axis as plain numbers or text, checked."""
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
