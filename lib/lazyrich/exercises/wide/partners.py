"""Check the layers that make a start isotropic (04.2)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lazyrich.exercises.refusals import refuses
from lazyrich.exercises.wide.pairs import positive, root, shape_of
from nbjudge import checks

__all__ = [
    "impossible_shapes_are_refused",
    "the_gram",
    "the_layer",
    "the_partner_makes_delta_a_number",
]

RATES = {"eta_w": 1.7, "eta_a": 0.7}

NAN = (
    "there is NaN among the entries: make the root of a matrix from its eigenvalues, not from its "
    "entries, and set eigenvalues that rounding puts below zero to zero first"
)


def the_gram(
    gram: Any, right: np.ndarray, what: str, slips: Mapping[str, np.ndarray] | None = None
) -> None:
    """Compare eta A^T A or eta W W^T of a partner with what it should be.

    Parameters
    ----------
    gram : array_like, shape (h, h)
        Made of the answer.
    right : numpy.ndarray, shape (h, h)
        What it should be.
    what : str
        What it is, as the message names it.
    slips : mapping of str to numpy.ndarray, optional
        What went wrong -> the value that comes of it.
    """
    gram = checks.array(gram, what=what, shape=right.shape)
    same = np.allclose(np.linalg.eigvalsh(gram), np.linalg.eigvalsh(right), rtol=1e-3)
    checks.that(
        not same or np.allclose(gram, right, rtol=1e-3, atol=1e-3),
        f"{what}: its eigenvalues are right and its directions are not: the orthonormal factor "
        "is on the wrong side of the root (or a triangular one is not transposed, or the "
        "vectors of eigh are)",
    )
    with np.errstate(invalid="ignore"):
        entries = np.nan_to_num(np.sqrt(right))
    usual = {
        "this is the root of every entry; the root of a matrix is made from its eigenvalues": (
            entries @ entries
        ),
        "the root is missing": right @ right,
        "a root too many is taken": root(right),
    }
    hints = usual | dict(slips or {})
    if not np.allclose(gram @ right, right @ gram, rtol=1e-3, atol=1e-3):
        hints[
            "its directions are not those of the given layer: are the columns of the factor that "
            "carries the root on orthonormal?"
        ] = gram
    checks.close(gram, right, what=what, hints=hints)


def the_partner_makes_delta_a_number(
    upstream_partner: Callable, downstream_partner: Callable
) -> None:
    """Build partners for several shapes, rates and deltas, and look at Delta."""
    rng = checks.rng()
    for h, d, c, delta in ((2, 3, 2, 1.5), (2, 3, 4, 1.5), (3, 2, 5, 2.5)):
        W = 0.5 + rng.random((h, d)) if h == 2 else rng.normal(size=(h, d))
        what = f"A (c, h) for h = {h}, c = {c}"
        A = the_layer(upstream_partner, W, c, delta, (c, h), what, **RATES)
        case = f"eta_w A^T A for delta = {delta:g}, h = {h}, c = {c}, eta_w = 1.7, eta_a = 0.7"
        right = 0.7 * W @ W.T + delta * np.eye(h)
        the_gram(1.7 * A.T @ A, right, case, _slips(W @ W.T, delta, 1.7, 0.7))
    for h, d, c, delta in ((2, 2, 3, -1.5), (2, 4, 3, -1.5), (3, 5, 2, -2.5)):
        A = 0.5 + rng.random((c, h)) if h == 2 else rng.normal(size=(c, h))
        what = f"W (h, d) for h = {h}, d = {d}"
        W = the_layer(downstream_partner, A, d, delta, (h, d), what, **RATES)
        case = f"eta_a W W^T for delta = {delta:g}, h = {h}, d = {d}, eta_w = 1.7, eta_a = 0.7"
        right = 1.7 * A.T @ A - delta * np.eye(h)
        the_gram(0.7 * W @ W.T, right, case, _slips(A.T @ A, -delta, 0.7, 1.7))
    for d in (1, 2):
        W = rng.normal(size=(4, d))
        what = f"A (c, h) at delta = 0, h = 4, d = {d}, c = 6"
        A = the_layer(upstream_partner, W, 6, 0.0, (6, 4), what, **RATES)
        the_gram(1.7 * A.T @ A, 0.7 * W @ W.T, f"eta_w A^T A at delta = 0, h = 4, d = {d}, c = 6")
    W, A = rng.normal(size=(2, 3)), rng.normal(size=(3, 2))
    checks.inputs_unchanged(upstream_partner, W, 4, 1.5, **RATES)
    checks.inputs_unchanged(downstream_partner, A, 4, -1.5, **RATES)


def impossible_shapes_are_refused(upstream_partner: Callable, downstream_partner: Callable) -> None:
    """Check starts that no network has."""
    rng, rates = checks.rng(), RATES
    for h, d, c in ((3, 5, 2), (2, 1, 1)):
        words = f"an upstream start with h = {h} > c = {c} (d = {d})"
        W = rng.normal(size=(h, d))
        refuses(upstream_partner, (W, c, 1.0), (W, h, 1.0), what=words, **rates)
    for h, d, c in ((3, 2, 5), (2, 1, 1)):
        words = f"a downstream start with h = {h} > d = {d} (c = {c})"
        A = rng.normal(size=(c, h))
        refuses(downstream_partner, (A, d, -1.0), (A, h, -1.0), what=words, **rates)
    words = "h = 4 > c = 3 at delta = 0 (the exercise asks for the error there too)"
    W = rng.normal(size=(4, 2))
    refuses(upstream_partner, (W, 3, 0.0), (W, 4, 0.0), what=words)


def the_layer(
    partner: Callable,
    given: np.ndarray,
    size: int,
    delta: float,
    shape: tuple[int, int],
    what: str,
    **rates: float,
) -> np.ndarray:
    """Check a layer that exists, and take it once it is there, finite and of its shape.

    Parameters
    ----------
    partner : callable
        The answer.
    given : numpy.ndarray
        The other layer.
    size : int
        Outputs or inputs.
    delta : float
        The conserved quantity.
    shape : tuple of int
        The shape of the layer.
    what : str
        What it is, as the message names it.
    **rates : float
        `eta_w` and `eta_a`.

    Returns
    -------
    numpy.ndarray
        The layer.
    """
    try:
        out = checks.call(partner, given, size, delta, **rates)
    except ValueError as error:
        if any(word in str(error) for word in ("matmul", "broadcast", "aligned", "operand")):
            raise
        words = "ValueError was raised, but this start exists: h (len(W), A.shape[1]) is not larger"
        checks.that(False, f"{what}: {words}")
    h = min(shape)
    checks.that(
        shape_of(out) != (h, h) or shape == (h, h),
        f"{what}: this is the root alone, (h, h); an orthonormal factor carries it on",
    )
    value = checks.array(out, what=what, shape=shape, finite=False)
    checks.that(np.all(np.isfinite(value)), f"{what}: {NAN}")
    return value


def _slips(product: np.ndarray, size: float, made: float, given: float) -> dict[str, np.ndarray]:
    """Map what can go wrong to made * A^T A; `product` is W W^T, `made` and `given` are rates."""
    known, eye = given * product, np.eye(len(product))
    right = known + size * eye
    outer = root(known) + size * eye
    return {
        "delta I is missing under the root": known,
        "the sign of delta is flipped under the root": positive(known - size * eye),
        "the learning rates are forgotten": made * (product + size * eye),
        "the learning rate of the layer that is made is missing: divide by its root": made * right,
        "the result is divided by the learning rate, not by its root": right / made,
        "the learning rate under the root is missing: it is that of the given layer": product
        + size * eye,
        "the learning rate under the root is that of the given layer": made * product + size * eye,
        "your two learning rates look swapped": made / given * (made * product + size * eye),
        "the result is divided by the root of the given layer's learning rate": made
        / given
        * right,
        "this is the root of the inverse": _inverse(right),
        "delta is squared under the root; use delta itself": known + size**2 * eye,
        "this has the root of delta under the root; use delta itself": known + np.sqrt(size) * eye,
        "delta is outside the root; it belongs under it": outer @ outer,
        "delta is added to every entry; it is a multiple of the identity": positive(known + size),
        "delta enters under the root without a learning rate": known + made * size * eye,
        "delta enters under the root without a learning rate ": known + given * size * eye,
        "delta is halved": known + size / 2 * eye,
        "delta is doubled": known + 2 * size * eye,
        "delta alone is there; what the given layer does is missing": size * eye,
    }


def _inverse(matrix: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.pinv(matrix))
