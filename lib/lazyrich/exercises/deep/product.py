"""Run the visible checks of 05.1: the product of all layers."""

from collections.abc import Callable

import numpy as np

from lazyrich.exercises.deep._common import random_layers, unchanged
from lazyrich.models import deep_linear
from nbjudge import checks

__all__ = ["any_shape_and_number", "three_layers_by_hand"]

_ONE = np.array([[1.0, 2.0], [0.0, 1.0]])
_TWO = np.array([[1.0, 0.0], [3.0, 1.0]])
_THREE = np.array([[0.0, 1.0], [1.0, 1.0]])
_ALONE = "a network of one layer is that layer itself"


def three_layers_by_hand(end_to_end: Callable) -> None:
    """Compare two layers, three layers and one layer with products that fit on paper."""
    one, two, three = _ONE, _TWO, _THREE
    got = checks.ask(end_to_end, [one, two, three], what="the product of three layers")
    checks.close(
        checks.array(got, what="the product of three 2 x 2 layers", shape=(2, 2)),
        three @ two @ one,
        what="the product of W1 = [[1, 2], [0, 1]], W2 = [[1, 0], [3, 1]], W3 = [[0, 1], [1, 1]]",
        hints={
            "the order is reversed: the first layer acts first, so it goes on the right": one
            @ two
            @ three,
            "this is the product entry by entry; layers are multiplied as matrices, with @": one
            * two
            * three,
            "this is the transpose": (three @ two @ one).T,
            "each layer is transposed, and none should be": three.T @ two.T @ one.T,
            "only the first two layers are used, and the last one is not": two @ one,
            "the layers between the first and the last come twice: walk through Ws, not through "
            "pairs of neighbors": three @ two @ two @ one @ one,
            "the last layer alone came back": three,
            "the first layer alone came back": one,
            "what is there already is transposed on the way": three @ (two @ one.T).T,
            "only zeros came back: begin the product with a layer, or with the identity": 0 * one,
            "the first layer is missing: begin the product with it, or with the identity": three
            @ two,
            "the middle layer is missing": three @ one,
            "the first layer is used twice: begin with it and go on with the second": three
            @ two
            @ one
            @ one,
            "the first layer is used twice, and the last one is missing: see where the loop begins "
            "and ends": two @ one @ one,
            "the layers are added; they should be multiplied": one + two + three,
            "the last layer is used twice: begin with it and go on with the one before": three
            @ three
            @ two
            @ one,
            "the order is wrong: each later layer goes to the left of the product so far": three
            @ one
            @ two,
            "the order is wrong: each later layer goes to the left of the product so far ": two
            @ one
            @ three,
        },
    )
    got = checks.ask(end_to_end, [one, two], what="the product of two layers")
    checks.close(got, two @ one, what="the product of the first two of them")
    got = checks.ask(
        end_to_end, [two], what="a network of one layer", slips=dict.fromkeys(_ERRORS, _ALONE)
    )
    checks.close(got, two, what=_ALONE)


_ERRORS = ("IndexError", "ValueError", "TypeError", "UnboundLocalError")


def any_shape_and_number(end_to_end: Callable) -> None:
    """Compare layers of four widths with the library's product; the layers stay as they are."""
    rng = checks.rng()
    unchanged(end_to_end, random_layers(rng, (3, 3, 3)), what="the product of two 3 x 3 layers")
    for widths in ((3, 4, 2, 5, 1), (2, 5, 3), (4, 3, 2, 5, 3, 1, 2)):
        Ws = random_layers(rng, widths)
        words = f"the product of {len(Ws)} layers of the widths {', '.join(map(str, widths))}"
        got = checks.array(
            checks.ask(end_to_end, Ws, what=words), what=words, shape=(widths[-1], widths[0])
        )
        gated, sizes = Ws[0], Ws[0]
        for W in Ws[1:]:
            gated, sizes = np.maximum(W @ gated, 0), np.abs(W) @ sizes
        checks.close(
            got,
            deep_linear.end_to_end(Ws),
            what=words,
            hints={
                "negative numbers are cut off; these layers are linear": gated,
                "negative numbers are cut off; these layers are linear ": Ws[-1]
                @ np.maximum(deep_linear.end_to_end(Ws[:-1]), 0),
                "signs are lost on the way; the layers enter as they are": sizes,
            },
        )
