"""Run the visible checks of 05.6: whether neighboring layers are aligned."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from lazyrich.exercises.deep._common import random_layers, unchanged
from lazyrich.models import deep_linear
from nbjudge import checks

__all__ = ["an_aligned_chain_and_a_crooked_one", "any_width_and_no_sign"]


def _each(Ws: list[np.ndarray]) -> Callable[[Callable], list[float]]:
    """A number for each pair of neighbors, of both layers and their singular value parts."""
    pairs = [(W, V, *np.linalg.svd(W), *np.linalg.svd(V)) for W, V in pairwise(Ws)]
    return lambda number: [float(number(*parts)) for parts in pairs]


def _slips(Ws: list[np.ndarray]) -> dict[str, list[float]]:
    """List what slips give for square layers."""
    each = _each(Ws)
    exchanged = "left and right are exchanged: the left vector of a layer meets the right one of "
    return {
        exchanged + "the next": each(lambda W, V, U, s, Vt, U2, s2, Vt2: abs(Vt[0] @ U2[:, 0])),
        "left vectors are the columns of U, right vectors the rows of Vt": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[0] @ Vt2[:, 0])
        ),
        "left vectors are the columns of U": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[0] @ Vt2[0])
        ),
        "right vectors are the rows of Vt": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ Vt2[:, 0])
        ),
        "these are two left vectors; the next layer reads with its right one": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ U2[:, 0])
        ),
        "these are two right vectors; a layer writes with its left one": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(Vt[0] @ Vt2[0])
        ),
        "this is the weakest direction; the strongest comes first": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, -1] @ Vt2[-1])
        ),
    }


def _other_numbers(Ws: list[np.ndarray]) -> dict[str, list[float]]:
    """List what comes back if the vectors are right and the number made of them is not."""
    each = _each(Ws)
    right = each(lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ Vt2[0]))
    second = each(lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 1] @ Vt2[1]))
    return {
        "this is the second direction; Python counts from 0": second,
        "this is the square of the alignment": [x**2 for x in right],
        "this is an angle; the alignment is its cosine": [float(np.arccos(x)) for x in right],
        "this is one minus the alignment": [1 - x for x in right],
        "the singular values are in it; both vectors have length 1": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(s[0] * U[:, 0] @ Vt2[0] * s2[0])
        ),
        "the singular value of the layer is in it; both vectors have length 1": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(s[0] * U[:, 0] @ Vt2[0])
        ),
        "this compares all directions at once; take only the strongest": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: (
                np.sum((V.T @ V) * (W @ W.T)) / np.linalg.norm(V.T @ V) / np.linalg.norm(W @ W.T)
            )
        ),
        "this is the largest overlap of any two directions; take the first of each": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.max(np.abs(U.T @ Vt2.T))
        ),
        "this is a norm of all overlaps; take the first of each": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.linalg.norm(U.T @ Vt2.T)
        ),
        "the product of both layers is in it; compare the two vectors": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.linalg.norm(V @ W, 2) / s[0] / s2[0]
        ),
        "each pair is a layer and its next neighbor; here the next but one": [
            float(abs(np.linalg.svd(Ws[k])[0][:, 0] @ np.linalg.svd(Ws[(k + 2) % len(Ws)])[2][0]))
            for k in range(len(Ws) - 1)
        ],
        "this is the root of the alignment": [x**0.5 for x in right],
        "left vectors are the columns of U, and the next layer reads with its right one": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[0] @ U2[0])
        ),
        "U[-1] and Vt[-1] are last rows: the first column of U and the first row of Vt are asked "
        "for": each(lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[-1] @ Vt2[-1])),
        "both vectors have length 1; this is the size of their difference": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.linalg.norm(U[:, 0] - Vt2[0])
        ),
        "this is a correlation: do not subtract the mean of the vectors": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(np.corrcoef(U[:, 0], Vt2[0])[0, 1])
        ),
        "ones came back: is it the sign of the inner product alone, or the size of two vectors "
        "of length 1?": [1.0] * len(right),
        "both vectors are those of one layer; compare a layer with its neighbor": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ Vt[0])
        ),
        "both vectors are those of one layer; compare a layer with its neighbor ": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U2[:, 0] @ Vt2[0])
        ),
        "the singular value of the next layer is in it; both vectors have length 1": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ Vt2[0] * s2[0])
        ),
        "the pairs come in the order of the layers, first pair first": right[::-1],
    }


def _other_parts(Ws: list[np.ndarray]) -> dict[str, list[float]]:
    """List what comes back if something else takes the place of the two vectors.

    This function is long because it is a table.
    """
    each = _each(Ws)
    right = each(lambda W, V, U, s, Vt, U2, s2, Vt2: abs(U[:, 0] @ Vt2[0]))
    return {
        "this is an angle in degrees; the alignment is its cosine": list(
            np.degrees(np.arccos(right))
        ),
        "this adds up all directions; take only the strongest": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(np.trace(U @ Vt2))
        ),
        "this is the largest overlap of a layer's directions with the next one's first; take "
        "the first of each": each(lambda W, V, U, s, Vt, U2, s2, Vt2: np.max(np.abs(U.T @ Vt2[0]))),
        "this is the largest overlap of a layer's first direction with the next one's; take "
        "the first of each": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.max(np.abs(Vt2 @ U[:, 0]))
        ),
        "each pair is a layer and its next neighbor; here the first layer meets every later one": [
            float(abs(np.linalg.svd(Ws[0])[0][:, 0] @ np.linalg.svd(V)[2][0])) for V in Ws[1:]
        ],
        "the absolute value is that of the inner product, not of each entry before it": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(np.abs(U[:, 0]) @ Vt2[0])
        ),
        "the layers themselves are compared; compare their singular vectors": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: (
                abs(np.sum(W * V.T)) / np.linalg.norm(W) / np.linalg.norm(V)
            )
        ),
        "signs inside the vectors are lost; only the inner product loses its sign": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.abs(U[:, 0]) @ np.abs(Vt2[0])
        ),
        "the whole next layer is in it; use only its first right vector": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.linalg.norm(V @ U[:, 0]) / s2[0]
        ),
        "the whole next layer is in it; use only its first right vector ": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.linalg.norm(V @ U[:, 0]) / np.linalg.norm(V)
        ),
        "this is a mean over all directions; take only the strongest": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: np.mean(np.abs(np.diag(U.T @ Vt2.T)))
        ),
        "this is a mean over all directions; take only the strongest ": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(np.mean(np.diag(U.T @ Vt2.T)))
        ),
        "the eigenvectors of `eigh` are the columns of its matrix; here it is a row": each(
            lambda W, V, U, s, Vt, U2, s2, Vt2: abs(
                np.linalg.eigh(W @ W.T)[1][-1] @ np.linalg.eigh(V.T @ V)[1][-1]
            )
        ),
        "here the layers go backwards: a layer writes, and the next one reads": [
            float(abs(np.linalg.svd(V)[0][:, 0] @ np.linalg.svd(W)[2][0])) for W, V in pairwise(Ws)
        ][::-1],
        "the product of all earlier layers is in it; only the layer before writes": [
            float(
                abs(
                    np.linalg.svd(deep_linear.end_to_end(Ws[: k + 1]))[0][:, 0]
                    @ np.linalg.svd(V)[2][0]
                )
            )
            for k, V in enumerate(Ws[1:])
        ],
    }


def an_aligned_chain_and_a_crooked_one(layer_alignment: Callable) -> None:
    """Compare random layers with the library's alignment, and an aligned chain with ones."""
    rng = checks.rng()
    Ws = random_layers(rng, (3,) * 7)
    parts = [np.linalg.svd(W) for W in Ws]
    signed = [float(U[:, 0] @ Vt[0]) for (U, _, _), (_, _, Vt) in pairwise(parts)]
    right = deep_linear.layer_alignment(Ws)
    got = checks.ask(layer_alignment, Ws, what="the alignment of six random layers")
    checks.that(
        np.shape(got) != () or isinstance(got, dict),
        "one number came back; each pair of neighbors has its own",
        shown=f"expected {len(right)} numbers",
    )
    got = checks.array(got, what="the alignment of six random layers", shape=(5,))
    sign = "the sign of a singular vector is a matter of taste: take the absolute value"
    checks.that(
        not (np.allclose(np.abs(got), right, rtol=1e-3) and np.any(got < 0)),
        f"the alignment of six random layers: {sign}",
        shown=f"the smallest is {np.min(got):.3g}",
    )
    got = np.abs(got)  # the sign of another slip's vectors is a matter of taste, too
    checks.close(
        got,
        right,
        what="the alignment of six random layers",
        hints=_slips(Ws) | _other_numbers(Ws) | _other_parts(Ws) | {sign: np.maximum(signed, 0)},
    )
    a, b, c, d = (x / np.linalg.norm(x) for x in rng.normal(size=(4, 3)))
    chain = [2.0 * np.outer(b, a), np.outer(c, -b), 0.5 * np.outer(d, c)]
    checks.close(
        checks.ask(layer_alignment, chain, what="three layers of rank one"),
        np.ones(2),
        what="the alignment of layers of rank one, each of which reads what the last one writes",
    )


def any_width_and_no_sign(layer_alignment: Callable) -> None:
    """Compare layers of many widths; a layer that changes its sign changes nothing."""
    rng = checks.rng()
    for widths in ((2, 4, 3, 5, 1), (5, 3, 4), (3, 6, 2, 4)):
        Ws, words = random_layers(rng, widths), f"the alignment of layers of the widths {widths}"
        got = checks.array(
            checks.ask(layer_alignment, Ws, what=words), what=words, shape=(len(widths) - 2,)
        )
        checks.close(got, deep_linear.layer_alignment(Ws), what=words)
        turned = [-W if k % 2 else W for k, W in enumerate(Ws)]
        checks.close(
            checks.ask(layer_alignment, turned, what=words),
            got,
            what="the alignment when every second layer changes its sign, against before",
        )
    unchanged(layer_alignment, Ws, what=words)
