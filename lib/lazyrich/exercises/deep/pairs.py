"""Run the visible checks of 05.3: the conserved matrix of each pair of neighbors."""

from collections.abc import Callable

import numpy as np

from lazyrich import conserved, dynamics
from lazyrich.exercises.deep._common import (
    as_arrays,
    random_layers,
    unchanged,
)
from nbjudge import checks

__all__ = ["constant_along_a_flow", "every_width_and_rate_is_another"]


def _slips(Ws: list[np.ndarray], etas: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """List what slips give for the pair (k, k + 1) of square layers."""
    later, earlier, p, q = Ws[k + 1], Ws[k], etas[k], etas[k + 1]
    above, below = later.T @ later, earlier @ earlier.T
    outside, inside = later @ later.T, earlier.T @ earlier
    far, r = Ws[(k + 2) % len(Ws)], etas[(k + 2) % len(Ws)]
    own = "each matrix goes with its own rate; the rates should be crossed"
    sides = "the transposes are on the wrong sides: use W^T W of the later layer, W W^T of the "
    return {
        own: q * above - p * below,
        own + " (and the sign is flipped)": p * below - q * above,
        "the learning rates are forgotten": above - below,
        "the learning rates are forgotten, and the sign is flipped": below - above,
        "the sign is flipped": q * below - p * above,
        "one is subtracted from the other; here they are added": p * above + q * below,
        "W^T W is on both sides; the earlier layer enters as W W^T": p * above - q * inside,
        "W W^T is on both sides; the later layer enters as W^T W": p * outside - q * below,
        sides + "earlier": p * outside - q * inside,
        sides + "earlier (and the rates should be crossed)": q * outside - p * inside,
        "wrong neighbor: the pairs are (1, 2), (2, 3), ...": p * far.T @ far - r * below,
        "both terms have both rates; each has the rate of the other layer alone": p
        * q
        * (above - below),
        "the rates divide here: this is conserved too, but another matrix than the box": (
            above / q - below / p
        ),
        "the rates enter squared": p**2 * above - q**2 * below,
        "the rates enter as roots": p**0.5 * above - q**0.5 * below,
        "the later layer's term lacks its rate": above - q * below,
        "the earlier layer's term lacks its rate": p * above - below,
        "one rate multiplies both terms; each has that of the other layer": p * (above - below),
        "one rate multiplies both terms, the mean of all": np.mean(etas) * (above - below),
        "one rate multiplies both terms; each has that of the other layer ": q * (above - below),
        "this is a product entry by entry; use @": p * later.T * later - q * earlier * earlier.T,
        "this is a product entry by entry; use @ ": p * later * later - q * earlier * earlier,
        "the two layers are exchanged: the later one enters as W^T W": p * inside - q * outside,
        "the two layers are exchanged, and the rates": q * inside - p * outside,
        "the parentheses enclose both terms, so that the first rate multiplies both": p
        * (above - q * below),
        "the rates are those of a pair before; Delta_l has those of l and l + 1": etas[k - 1]
        * above
        - p * below,
        "the rates are those of the pair after; Delta_l has those of l and l + 1": q * above
        - etas[(k + 2) % len(etas)] * below,
        "the rates are sorted, or reversed; each belongs to its layer": np.sort(etas)[k] * above
        - np.sort(etas)[k + 1] * below,
        "the two layers are multiplied with each other; each meets itself": p * later @ earlier
        - q * earlier @ later,
    }


def _more_slips(Ws: list[np.ndarray], etas: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """List what rarer slips give for the pair (k, k + 1) of square layers."""
    later, earlier, p, q = Ws[k + 1], Ws[k], etas[k], etas[k + 1]
    above, below = later.T @ later, earlier @ earlier.T
    return {
        "there is no transpose in it: W^T W of the later layer, W W^T of the earlier": p
        * later
        @ later
        - q * earlier @ earlier,
        "a transpose is missing: the earlier layer enters as W W^T": p * above
        - q * earlier @ earlier,
        "a transpose is missing: the later layer enters as W^T W": p * later @ later - q * below,
        "wrong neighbor: the first pair is (1, 2), and here the pairs begin one layer earlier": (
            etas[k - 1] * earlier.T @ earlier - p * Ws[k - 1] @ Ws[k - 1].T
        ),
        "all rates at once multiply the columns; each term has one rate": (
            (etas * later.T) @ later - (etas * earlier) @ earlier.T
        ),
        "one rate multiplies both terms, the sum of two": (p + q) * (above - below),
        "one rate multiplies both terms, the root of a product": np.sqrt(p * q) * (above - below),
        "the rates divide, each its own layer's term the other's; they are factors": above / p
        - below / q,
        "the rates of Delta_l are those of its two layers, not the first and the last": etas[0]
        * above
        - etas[-1] * below,
        "the layers up to l are multiplied; use W_l itself": p * above
        - q * (earlier @ Ws[k - 1] if k else earlier) @ (earlier @ Ws[k - 1] if k else earlier).T,
        "these are eigenvalues; the matrix itself is conserved": np.diag(
            np.linalg.eigvalsh(p * above - q * below)
        ),
        "one half of the matrix is empty; it is symmetric": np.triu(p * above - q * below),
        "the rates are cut to whole numbers": np.trunc(p) * above - np.trunc(q) * below,
        "a rate is inside the square; each multiplies its term once": p**2 * above - q * below,
        "only the diagonal came back; the whole matrix is conserved": np.diag(
            np.diag(p * above - q * below)
        ),
    }


def constant_along_a_flow(conserved_pairs: Callable) -> None:
    """Compare the pairs of three layers with the library's, and along a gradient flow."""
    rng = checks.rng()
    etas, Ws = np.array([2.3, 1.1, 0.5]), random_layers(rng, (3, 3, 3, 3), 0.7)
    path = dynamics.linear_network(
        np.array([0.0, 0.3]), rng.normal(size=(6, 3)), rng.normal(size=(6, 3)), Ws, etas
    )
    words = "the conserved matrices of three layers"
    got = checks.ask(conserved_pairs, Ws, etas, what=words)
    checks.that(
        not isinstance(got, list | tuple) or len(got) == 2,
        f"{words}: return a list with a matrix for each pair of neighbors; three layers have "
        "two pairs",
    )
    starts, ends = (
        as_arrays(checks.ask(conserved_pairs, layers, etas, what=words), [(3, 3)] * 2, what=words)
        for layers in (Ws, [W[1] for W in path])
    )
    rights = conserved.layer_deltas(Ws, etas)
    for k, right in enumerate(rights):
        slips = _slips(Ws, etas, k) | _more_slips(Ws, etas, k)
        slips["the pairs come in the order of the layers, first pair first"] = rights[1 - k]
        checks.close(
            starts[k],
            right,
            what=f"Delta_{k + 1} of three layers with the rates 2.3, 1.1 and 0.5",
            hints=slips,
        )
        checks.close(
            ends[k],
            starts[k],
            what=f"Delta_{k + 1} at t = 0.3 along a gradient flow, against the start",
            rtol=1e-3,
        )


def every_width_and_rate_is_another(conserved_pairs: Callable) -> None:
    """Compare networks whose widths and rates are all different; the layers stay as they are."""
    rng = checks.rng()
    for widths, etas in (
        ((2, 4, 3, 5, 1), [0.3, 2.0, 0.7, 1.4]),
        ((3, 2, 4), [1.7, 0.6]),
        ((2, 3, 1, 4, 5, 3), [0.3, 2.0, 0.7, 1.4, 0.9]),
    ):
        Ws, rates = random_layers(rng, widths), np.array(etas)
        words = f"the conserved matrices of layers of the widths {widths}"
        got = as_arrays(
            checks.ask(conserved_pairs, Ws, rates, what=words),
            [(width, width) for width in widths[1:-1]],
            what=words,
        )
        for k, (have, right) in enumerate(
            zip(got, conserved.layer_deltas(Ws, etas), strict=True), start=1
        ):
            checks.close(have, right, what=f"Delta_{k} of layers of the widths {widths}")
    unchanged(conserved_pairs, Ws, rates, what=words)
