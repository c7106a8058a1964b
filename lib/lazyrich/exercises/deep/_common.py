"""Take results in containers of any kind, and draw layers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nbjudge import checks

__all__ = ["as_arrays", "random_layers", "unchanged"]


def unchanged(function: Callable, *args: Any, what: str) -> None:
    """Fail if an answer writes into its arguments."""
    checks.ask(function, *args, what=what)
    checks.inputs_unchanged(function, *args)


def as_arrays(got: Any, shapes: Sequence[tuple[int, ...]], *, what: str) -> list[np.ndarray]:
    """Take a list, tuple or array of arrays, each of its shape."""
    entries = checks.items(got, len(shapes), what=what)
    return [
        checks.array(entry, what=f"{what}, number {k}", shape=shape)
        for k, (entry, shape) in enumerate(zip(entries, shapes, strict=True), start=1)
    ]


def random_layers(
    rng: np.random.Generator, widths: Sequence[int], scale: float = 1.0
) -> list[np.ndarray]:
    """Draw the layers of a network with these widths, from the inputs to the outputs."""
    shapes = zip(widths[1:], widths[:-1], strict=True)
    return [scale * rng.normal(size=shape) for shape in shapes]
