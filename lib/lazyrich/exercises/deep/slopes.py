"""Run the visible checks of 05.2: the slopes of all layers."""

from collections.abc import Callable

import numpy as np

from lazyrich.exercises.deep._common import (
    as_arrays,
    random_layers,
    unchanged,
)
from lazyrich.exercises.deep._kernels import chain
from lazyrich.models import deep_linear
from nbjudge import checks

__all__ = ["against_differences_of_the_loss", "sums_over_samples"]


def _difference(Ws: list[np.ndarray], X: np.ndarray, Y: np.ndarray, k: int) -> np.ndarray:
    """The slope of layer k, by moving each of its entries a little."""
    slope = np.empty(Ws[k].shape)
    for place in np.ndindex(slope.shape):
        ends = []
        for h in (1e-5, -1e-5):
            moved = [W.copy() for W in Ws]
            moved[k][place] += h
            ends.append(0.5 * np.sum((X @ chain(moved, X.shape[1]).T - Y) ** 2))
        slope[place] = (ends[0] - ends[1]) / 2e-5
    return slope


def _products(Ws: list[np.ndarray], X: np.ndarray, Y: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """List what slips in the three factors give, for square layers."""
    d, order = X.shape[1], "are multiplied in the wrong order"
    before, after = chain(Ws[:k], d), chain(Ws[k + 1 :], d)
    mixed, mixed_after = chain(Ws[:k], d, backwards=True), chain(Ws[k + 1 :], d, backwards=True)
    G = (X @ chain(Ws, d).T - Y).T @ X
    G_mixed = (X @ chain(Ws, d, backwards=True).T - Y).T @ X
    flat = "a transpose is missing on what is beside G"
    swapped = "the layers before and after are exchanged: what comes after a layer goes on the "
    inner, outer = chain(Ws[: k + 1], d), chain(Ws[k:], d)
    return {
        swapped + "left of G": before.T @ G @ after.T,
        swapped + "left of G, transposed": before @ G @ after,
        flat: after @ G @ before,
        flat + ": on the layers after": after @ G @ before.T,
        flat + ": on the layers before": after.T @ G @ before,
        f"the layers after it {order}": mixed_after.T @ G @ before.T,
        f"the layers before it {order}": after.T @ G @ mixed.T,
        f"the layers before it, and those after it, {order}": mixed_after.T @ G @ mixed.T,
        f"the layers in B {order}, and so G is another": after.T @ G_mixed @ before.T,
        f"all products {order}": mixed_after.T @ G_mixed @ mixed.T,
        "G is transposed: G = (X B^T - Y)^T X, outputs by inputs": after.T @ G.T @ before.T,
        "the layer itself is among the layers before; leave it out": after.T @ G @ inner.T,
        "the layer itself is among the layers after; leave it out": outer.T @ G @ before.T,
        "the layers before it are missing": after.T @ G,
        "the layers after it are missing": G @ before.T,
        "only the next layer is beside G; all later ones should": (
            chain(Ws[k + 1 : k + 2], d).T @ G @ before.T
        ),
        "only the layer just before is beside G; all earlier ones should be": (
            after.T @ G @ chain(Ws[max(k - 1, 0) : k], d).T
        ),
        "G goes between the layers after and those before; here it is right of both": before.T
        @ after.T
        @ G,
        "G itself is missing: what is carried back begins with G": after.T @ before.T,
        "G is multiplied entry by entry; use @": after.T @ G * before.T,
        "G is multiplied entry by entry; use @ ": after.T @ G * before,
        "the inputs X are in G already; the layers before begin with the identity": after.T
        @ G
        @ (before @ X.T @ X).T,
    }


def _sizes(right: np.ndarray, n: int) -> dict[str, np.ndarray]:
    """List what a wrong factor or sign gives."""
    velocity = "the sign is flipped: this is the velocity, not the slope"
    return {
        "this is the transpose of the gradient": right.T,
        velocity: -right,
        "the loss is a sum over samples: do not divide by n": right / n,
        velocity + " (and a mean)": -right / n,
        "the loss is a sum over samples and outputs: do not divide by their number": right
        / (n * 3),
        "the loss is a sum over outputs too: do not divide by their number": right / 3,
        "the loss is half the sum of squares: the 2 of the derivative goes away": 2 * right,
        "the loss is half the sum of squares: do not divide by 2 once more": right / 2,
        "the loss is half a sum: no 2, and no division by n": 2 * right / n,
    }


def _errors(Ws: list[np.ndarray], X: np.ndarray, Y: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """List what slips in the error give."""
    nothing, back, forth = np.zeros_like(Y), Y, X @ chain(Ws, X.shape[1]).T
    return {
        "X and Y are exchanged: keep the order of the arguments": deep_linear.layer_gradients(
            Ws, Y, X
        )[k],
        "the error is X B^T - Y; here Y is missing": deep_linear.layer_gradients(Ws, X, nothing)[k],
        "the error is X B^T - Y; here X B^T is missing": deep_linear.layer_gradients(
            Ws, X, forth + back
        )[k],
        "the error is X B^T - Y; here X B^T is missing, and the sign of Y is flipped": (
            deep_linear.layer_gradients(Ws, X, forth - back)[k]
        ),
        "the error is X B^T - Y; here they are added": deep_linear.layer_gradients(Ws, X, -Y)[k],
        "each sample has its own error; here only the first sample is used": (
            deep_linear.layer_gradients(Ws, X[:1], Y[:1])[k]
        ),
        "G is (X B^T - Y)^T X; B - Y^T X is the same for whitened inputs only": (
            chain(Ws[k + 1 :], len(Ws[-1])).T
            @ (chain(Ws, X.shape[1]) - Y.T @ X)
            @ chain(Ws[:k], X.shape[1]).T
        ),
        "the error enters as it is; here it is squared": deep_linear.layer_gradients(
            Ws, X, forth - (forth - Y) ** 2
        )[k],
        "the error enters as it is; here its sign is lost": deep_linear.layer_gradients(
            Ws, X, forth - np.abs(forth - Y)
        )[k],
        "the error is X B^T - Y; here B is not transposed": deep_linear.layer_gradients(
            Ws, X, forth - X @ chain(Ws, X.shape[1]) + Y
        )[k],
    }


def _walks(Ws: list[np.ndarray], X: np.ndarray, Y: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """List what slips on the way back from the last layer give, for square layers."""
    d = X.shape[1]
    before, B = chain(Ws[:k], d), chain(Ws, d)
    G = (X @ B.T - Y).T @ X
    right, plain, forth = G, G, G
    for W in Ws[:k:-1]:
        right, plain = right @ W.T, W @ plain
    for W in Ws[:k]:
        forth = W.T @ forth
    way = "on the way back from the last layer, W.T goes on the left of what is carried"
    return {
        way + "; here it is on the right": right @ before.T,
        way + "; here it is W": plain @ before.T,
        "the way back goes from the last layer to the first, not from the first to the last": forth
        @ before.T,
        "what comes before a layer is one layer short: the list begins with an identity": (
            chain(Ws[k + 1 :], d).T @ G @ chain(Ws[: k - 1] if k else Ws, d).T
        ),
    }


def against_differences_of_the_loss(layer_gradients: Callable) -> None:
    """Compare the slopes with differences of the loss: square layers, then all widths different."""
    rng = checks.rng()
    Ws, X, Y = (
        random_layers(rng, (3, 3, 3, 3), 0.8),
        rng.normal(size=(5, 3)),
        rng.normal(size=(5, 3)),
    )
    words = "the slopes of three layers"
    measured = [_difference(Ws, X, Y, k) for k in range(3)]
    got = as_arrays(checks.ask(layer_gradients, Ws, X, Y, what=words), [(3, 3)] * 3, what=words)
    checks.that(
        not (np.allclose(got[0], got[1]) and np.allclose(got[1], got[2])),
        f"{words}: every layer got the same matrix, and this is G, the gradient of the whole "
        "product; each layer has a slope of its own",
    )
    for k, right in enumerate(measured):
        slips = _sizes(right, 5) | _products(Ws, X, Y, k) | _errors(Ws, X, Y, k)
        slips |= _walks(Ws, X, Y, k)
        if k != 1:
            last = "these are the layers in the wrong order: the first layer comes first"
            slips[last] = measured[2 - k]
        checks.close(
            got[k],
            right,
            what=f"the slope of layer {k + 1} of 3, against differences of the loss",
            hints=slips,
        )
    for widths in ((3, 4, 2, 5), (2, 4, 3, 1, 5), (4, 2)):
        Ws, words = random_layers(rng, widths, 0.8), f"the slopes of layers of the widths {widths}"
        X, Y = rng.normal(size=(6, widths[0])), rng.normal(size=(6, widths[-1]))
        got = as_arrays(
            checks.ask(layer_gradients, Ws, X, Y, what=words), [W.shape for W in Ws], what=words
        )
        for k, slope in enumerate(got):
            checks.close(slope, _difference(Ws, X, Y, k), what=f"{words}, layer {k + 1}")


def sums_over_samples(layer_gradients: Callable) -> None:
    """Give every sample twice, and a single sample; layers and data stay as they are."""
    rng = checks.rng()
    Ws, X, Y = random_layers(rng, (2, 4, 3)), rng.normal(size=(5, 2)), rng.normal(size=(5, 3))
    unchanged(layer_gradients, Ws, X, Y, what="the slopes of two layers")
    shapes = [W.shape for W in Ws]
    once, twice = (
        as_arrays(
            checks.ask(layer_gradients, Ws, *data, what="the slopes"), shapes, what="the slopes"
        )
        for data in ((X, Y), (np.vstack([X, X]), np.vstack([Y, Y])))
    )
    for a, b in zip(once, twice, strict=True):
        checks.that(
            not np.allclose(a, b, rtol=1e-3),
            "every sample twice should double the slopes: the loss is a sum over samples, not a "
            "mean",
        )
        checks.close(b, 2 * a, what="the slopes with every sample twice, against twice the slopes")
    alone = "the slopes of a single sample"
    got = as_arrays(checks.ask(layer_gradients, Ws, X[:1], Y[:1], what=alone), shapes, what=alone)
    for k, (slope, right) in enumerate(
        zip(got, deep_linear.layer_gradients(Ws, X[:1], Y[:1]), strict=True), start=1
    ):
        checks.close(slope, right, what=f"{alone}, layer {k}")
