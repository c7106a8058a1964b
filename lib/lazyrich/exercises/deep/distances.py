"""Run the visible checks of 05.7: how far the tangent kernel has moved."""

import contextlib
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lazyrich import kernel
from lazyrich.exercises.deep._common import random_layers, unchanged
from lazyrich.exercises.deep._kernels import Layers, chain, other_kernels
from nbjudge import checks

__all__ = ["OF_ZERO", "three_layers_and_more", "two_layers_as_in_04"]

# What the library says of a kernel without entries -> the slip behind it.
OF_ZERO = {
    "expected a nonzero kernel": (
        "the kernel is zero: every layer has its part of it, with its own rate"
    )
}


def _distances(Ws_t: list[Layers], matrix: Callable) -> np.ndarray:
    first = matrix(Ws_t[0])
    return np.array([kernel.kernel_distance(first, matrix(Ws)) for Ws in Ws_t])


def _of_functions(first: Layers, Ws: Layers) -> float:
    B, C = chain(first, first[0].shape[1]), chain(Ws, Ws[0].shape[1])
    return float(1 - np.sum(B * C) / np.linalg.norm(B) / np.linalg.norm(C))


def _of_centered(kernels: list[np.ndarray]) -> list[float]:
    off = [K - K.mean() for K in kernels]
    return [float(kernel.kernel_distance(off[0], K)) for K in off]


def _other_measures(Ws_t: list[Layers], matrix: Callable) -> dict[str, np.ndarray]:
    """List what comes back if the kernels are right and another number is made of two of them."""
    kernels, right = [matrix(Ws) for Ws in Ws_t], _distances(Ws_t, matrix)
    C, first = np.eye(len(kernels[0])) - 1 / len(kernels[0]), kernels[0]
    unit = "of the difference of kernels of size 1"
    mean = "do not center the kernels: their mean is subtracted first"
    return {
        "this is an angle; S is one minus its cosine": np.arccos(1 - right),
        "this is one minus the squared cosine": 1 - (1 - right) ** 2,
        f"this is the size {unit}; S is one minus a cosine": (2 * np.abs(right)) ** 0.5,
        f"this is the squared size {unit}, which is twice S": 2 * right,
        "S is divided by its last value": right / right[-1] if right[-1] else right,
        mean: _of_centered(kernels),
        mean + " ": _of_centered([C @ K @ C for K in kernels]),
        "S divides by the norms of all entries (Frobenius), not by the largest eigenvalues": [
            1 - np.sum(first * K) / np.linalg.norm(first, 2) / np.linalg.norm(K, 2) for K in kernels
        ],
    }


def _other_distances(Ws_t: list[Layers], matrix: Callable) -> dict[str, np.ndarray]:
    """List what comes back if the kernel is right and the distance is not."""
    kernels = [matrix(Ws) for Ws in Ws_t]
    flat = np.array([np.concatenate([W.ravel() for W in Ws]) for Ws in Ws_t])
    right = _distances(Ws_t, matrix)
    steps = [kernel.kernel_distance(a, b) for a, b in pairwise(kernels)]
    sizes = [np.linalg.norm(K - kernels[0]) for K in kernels]
    weights = "this is a distance of the weights; return that of the kernels"
    return (
        {
            weights: np.linalg.norm(flat - flat[0], axis=1),
            weights + " ": 1
            - flat @ flat[0] / np.linalg.norm(flat, axis=1) / np.linalg.norm(flat[0]),
            "this is the root of S": right**0.5,
            "this is the largest S of all times; each time has its own": np.full(
                len(right), max(right)
            ),
            "the kernels are divided by their traces; S divides by their norms": [
                1 - np.trace(kernels[0] @ K) / np.trace(kernels[0]) / np.trace(K) for K in kernels
            ],
            "the kernels are not divided by their norms": [
                1 - np.sum(kernels[0] * K) for K in kernels
            ],
            "this is the size of the difference over the later kernel; S is one minus a cosine": [
                np.linalg.norm(K - kernels[0]) / np.linalg.norm(K) for K in kernels
            ],
            "this is the cosine; S is one minus it": 1 - right,
            "this is the size of the difference of the kernels; S does not see their size": sizes,
            "this is a relative difference of the kernels; S is one minus a cosine": np.array(sizes)
            / np.linalg.norm(kernels[0]),
            "this is the distance from the time before; take the distance from the first time": [
                0.0,
                *steps,
            ],
            "the distances are added up over time": np.cumsum(right),
            "only zeros came back: is the kernel compared with itself?": 0 * right,
            "this is a distance of the functions B; return that of the kernels": [
                _of_functions(Ws_t[0], Ws) for Ws in Ws_t
            ],
        }
        | {
            f"this is the distance from time number {k}; take the distance from the first time": [
                kernel.kernel_distance(kernels[k], K) for K in kernels
            ]
            for k in range(1, len(kernels) - 1)
        }
        | {
            "this is the distance from the last time; take the distance from the first time": [
                kernel.kernel_distance(kernels[-1], K) for K in kernels
            ],
            "the times are in reverse order": right[::-1],
        }
    )


def _compare(
    deep_kernel_distance: Callable, X: np.ndarray, Ws_t: list[Layers], etas: np.ndarray, of: str
) -> np.ndarray:
    def right(Ws: Layers) -> np.ndarray:
        return kernel.ntk_layered(X, Ws, leak=1.0, etas=etas)

    got = checks.ask(deep_kernel_distance, X, Ws_t, etas, what=of, slips=OF_ZERO)
    got = checks.array(got, what=of, shape=(len(Ws_t),))
    wanted, hints = _distances(Ws_t, right), {}
    if not np.allclose(got, wanted, rtol=1e-4, atol=1e-9):
        for words, slip in other_kernels(X, etas).items():
            with contextlib.suppress(ValueError):  # some slips need layers of one width
                hints[words] = _distances(Ws_t, slip)
        hints |= _other_distances(Ws_t, right) | _other_measures(Ws_t, right)
    checks.close(got, wanted, what=of, atol=1e-9, hints=hints)
    return got


def two_layers_as_in_04(deep_kernel_distance: Callable) -> None:
    """Compare networks of two layers with the kernel of 04, rates 2 and 0.7."""
    rng = checks.rng()
    X, etas = rng.normal(size=(4, 3)), np.array([2.0, 0.7])
    Ws_t = [random_layers(rng, (3, 3, 3)) for _ in range(5)]
    got = _compare(
        deep_kernel_distance, X, Ws_t, etas, "S of five networks of two layers, rates 2 and 0.7"
    )
    checks.that(
        abs(got[0]) < 1e-9,
        "S at the first time should be 0: it is the distance from itself",
        shown=f"got {got[0]:.3g}",
    )


def three_layers_and_more(deep_kernel_distance: Callable) -> None:
    """Compare deeper networks, square ones and others, and a single layer; nothing is changed."""
    rng = checks.rng()
    for widths, rates in (
        ((3, 3, 3, 3), [0.5, 2.0, 1.3]),
        ((3, 4, 2, 5), [0.5, 2.0, 1.3]),
        ((2, 4, 3, 5, 1), [0.6, 1.7, 0.9, 2.2]),
        ((4, 2), [0.8]),
    ):
        X, etas = rng.normal(size=(5, widths[0])), np.array(rates)
        Ws_t = [random_layers(rng, widths) for _ in range(4)]
        words = f"S of four networks of the widths {', '.join(map(str, widths))}"
        _compare(deep_kernel_distance, X, Ws_t, etas, words)
    unchanged(deep_kernel_distance, X, Ws_t, etas, what=words)
