"""Take results in containers of any kind, draw layers, and name slips of the last resort."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nbjudge import checks

__all__ = ["as_arrays", "multiple", "nearly", "random_layers", "unchanged"]


def unchanged(function: Callable, *args: Any, what: str) -> None:
    """Fail if an answer writes into its arguments."""
    checks.ask(function, *args, what=what)
    checks.inputs_unchanged(function, *args)


def as_arrays(got: Any, shapes: Sequence[tuple[int, ...]], *, what: str) -> list[np.ndarray]:
    """Take a list, tuple or array of arrays, each of its shape."""
    if isinstance(got, np.ndarray) and got.ndim and len(got) == len(shapes):
        got = list(got)
    entries = checks.items(got, len(shapes), what=what)
    return [
        checks.array(entry, what=f"{what}, number {k}", shape=shape)
        for k, (entry, shape) in enumerate(zip(entries, shapes, strict=True), start=1)
    ]


def multiple(got: np.ndarray, right: np.ndarray) -> dict[str, np.ndarray]:
    """Say by which factor all entries are too large, if there is one; a hint of the last resort."""
    factor = float(np.sum(got * right) / np.sum(right**2))
    alike = np.allclose(got, factor * right, rtol=1e-3, atol=1e-3 * np.max(np.abs(got)))
    words = (
        f"every entry is {factor:.3g} times what it should be; where does this factor come from?"
    )
    return {words: got} if alike and abs(factor) > 1e-6 else {}


def nearly(got: np.ndarray, right: np.ndarray, share: float = 0.01) -> dict[str, np.ndarray]:
    """Say that a result is near, but not near enough; a hint of the last resort."""
    near = np.max(np.abs(got - right)) < share * np.max(np.abs(right))
    words = "this is near, but not to four digits: a large step, few points, or a rounded number?"
    return {words: got} if near else {}


def random_layers(
    rng: np.random.Generator, widths: Sequence[int], scale: float = 1.0
) -> list[np.ndarray]:
    """Draw the layers of a network with these widths, from the inputs to the outputs."""
    shapes = zip(widths[1:], widths[:-1], strict=True)
    return [scale * rng.normal(size=shape) for shape in shapes]
