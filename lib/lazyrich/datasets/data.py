"""Hold inputs and labels to train and to test on: `Data`, and `stack` for one set per seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from lazyrich import _validate as validate

__all__ = ["Data", "stack"]


@dataclass(frozen=True)
class Data:
    """Hold inputs and labels to train on, and others to test on.

    Parameters
    ----------
    x : Tensor, shape (..., n, ...)
        Inputs: leading axes, then one entry per sample, then the axes of one input.
    y : Tensor, shape (..., n, c) or (..., n)
        Labels: numbers (n, c), or classes as whole numbers (n,).
    x_test : Tensor, shape (..., n_test, ...), optional
        Inputs to test on.
    y_test : Tensor, shape (..., n_test, c) or (..., n_test), optional
        Their labels.
    axes : int, default 0
        How many leading axes come before n, with one entry per data set. They broadcast against
        the ensemble's from the right, as in NumPy.

    Raises
    ------
    ValueError
        If lengths do not match, a set is empty, or a number is not finite.
    """

    x: torch.Tensor
    y: torch.Tensor
    x_test: torch.Tensor | None = None
    y_test: torch.Tensor | None = None
    axes: int = 0

    def __post_init__(self) -> None:
        for name, x, y in (("x", self.x, self.y), ("x_test", self.x_test, self.y_test)):
            if (x is None) != (y is None):
                raise ValueError(f"{name}: expected inputs and labels, got only one of the two")
            if x is None or y is None:
                continue
            if not isinstance(x, torch.Tensor) or not isinstance(y, torch.Tensor):
                raise ValueError(
                    f"{name}: expected tensors as inputs and labels, got {type(x).__name__} and "
                    f"{type(y).__name__}; torch.as_tensor converts an array"
                )
            k = self.axes + 1
            if x.ndim < k or y.ndim < k or x.shape[:k] != y.shape[:k]:
                raise ValueError(
                    f"{name}: expected a label for each input, got {tuple(x.shape)} and "
                    f"{tuple(y.shape)}"
                )
            if y.is_floating_point() and y.ndim != self.axes + 2:
                raise ValueError(
                    f"{name}: expected labels (n, c), or whole numbers (n,), got shape "
                    f"{tuple(y.shape)}"
                )
            if 0 in x.shape:
                raise ValueError(
                    f"{name}: expected at least one sample, got shape {tuple(x.shape)}"
                )
            for part, value in ((name, x), (name.replace("x", "y", 1), y)):
                if value.is_complex():
                    raise ValueError(f"{part}: expected real numbers, got {value.dtype}")
                if not torch.isfinite(value).all():
                    raise ValueError(
                        f"{part}: expected finite numbers; look for an earlier division by 0 or "
                        "overflow"
                    )

    def to(self, dtype: torch.dtype) -> "Data":
        """Convert floating-point tensors to `dtype`; integer tensors stay as they are."""
        cast = {
            name: value.to(dtype)
            for name in ("x", "y", "x_test", "y_test")
            if (value := getattr(self, name)) is not None and value.is_floating_point()
        }
        return replace(self, **cast)


def stack(sets: Sequence[Data]) -> Data:
    """Stack several data sets of equal shapes along one more leading axis.

    Parameters
    ----------
    sets : sequence of Data
        The data sets, at least one.

    Returns
    -------
    Data
        The stacked data sets, with `axes` larger by 1.

    Raises
    ------
    ValueError
        If there are none, or their shapes differ.
    """
    sets = validate.sequence("sets", sets)
    if not sets or not all(isinstance(one, Data) for one in sets):
        raise ValueError("sets: expected a list of at least one Data")
    parts: dict[str, Any] = {}
    for name in ("x", "y", "x_test", "y_test"):
        values = [getattr(one, name) for one in sets]
        if any(
            (v is None) != (values[0] is None) or (v is not None and v.shape != values[0].shape)
            for v in values
        ):
            raise ValueError(f"sets: expected {name} of the same shape in every data set")
        parts[name] = None if values[0] is None else torch.stack(values)
    return Data(**parts, axes=sets[0].axes + 1)
