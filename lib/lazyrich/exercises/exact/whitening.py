"""Run the visible checks of 02.1: inputs made white, and those that cannot be."""

import re
from collections.abc import Callable

import numpy as np

from lazyrich.exercises.exact.stand_ins import whitened
from lazyrich.exercises.refusals import refuses
from nbjudge import checks

__all__ = ["inputs_that_depend_on_each_other", "new_inputs", "the_new_inputs_are_whitened"]

_SVD = {
    "ValueError": "ValueError is for a rank below d (not n), and these inputs have rank d; or two "
    "shapes do not fit, as when np.linalg.svd is called without full_matrices=False"
}


def new_inputs(whiten: Callable, X: np.ndarray, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Take (Z, T) of these inputs, each of its shape."""
    n, d = X.shape
    out = checks.items(checks.ask(whiten, X, what=what, slips=_SVD), 2, what="the result (Z, T)")
    shapes = [np.shape(part) for part in out]
    checks.that(
        shapes != [(d, d), (n, d)], "first the new inputs Z, then T: the two look exchanged"
    )
    checks.that(
        shapes[1] != (n, n) or n == d, "T should be (d, d): it is made of X^T X, not of X X^T"
    )
    checks.that(
        shapes[0] != (n, n) or n == d,
        "Z is X T, (n, d): here X is multiplied by a matrix of the shape of its pseudo-inverse",
    )
    checks.that(
        shapes[1] != (d,),
        "T should be a matrix, and a vector came back: put the singular values on a diagonal",
    )
    Z = checks.array(out[0], what="Z", shape=(n, d), finite=False)
    T = checks.array(out[1], what="T", shape=(d, d), finite=False)
    return Z, T


def _slips(X: np.ndarray) -> dict[str, np.ndarray]:
    """List what known slips make of T."""
    n, d = X.shape
    G, right, centered = X.T @ X, whitened(X)[1], X - X.mean(axis=0)
    spread = whitened(centered)[1]
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    scaled = np.diag(1 / np.sqrt(np.sum(X**2, axis=0)))
    off = "do not center the inputs: their mean is subtracted first"
    return {
        "this is the inverse of T: the exponent is minus one half": np.linalg.inv(right),
        "the loss is a sum, not a mean: Z^T Z should be I, here it is n times I": n**0.5 * right,
        "the loss is a sum, not a mean: Z^T Z should be I, here it is n - 1 times I": (n - 1) ** 0.5
        * right,
        off: spread,
        off + " (and nothing is divided by n)": n**0.5 * spread,
        off + " (and nothing is divided by n - 1)": (n - 1) ** 0.5 * spread,
        "this is (X^T X)^(-1): the exponent is minus one half": right @ right,
        "this is X^T X to the power -1/4: the singular values of X are roots already": Vt.T
        / np.sqrt(s)
        @ Vt,
        "np.linalg.svd gives V^T, not V: V goes on the left of T, and V^T on the right": Vt
        / s
        @ Vt.T,
        "V^T is missing: T is V diag(1/s) V^T": Vt.T / s,
        "V and V^T are side by side and cancel; 1/s belongs between them": np.diag(1 / s),
        "do not normalize the inputs: each one was given length one first": whitened(
            X / np.linalg.norm(X, axis=1, keepdims=True)
        )[1],
        "each entry was raised to the power by itself; the root of a matrix is made from its "
        "eigenvalues": np.abs(G) ** -0.5,
        "only the lengths of the columns are made one; their correlation is still there": scaled,
        "this is the standard deviation of each column; white inputs are uncorrelated too": np.diag(
            1 / X.std(axis=0)
        ),
        "this is the identity, so that Z is X itself; compute the root": np.eye(d),
    }


def the_new_inputs_are_whitened(whiten: Callable) -> None:
    """Compare T and Z for seven inputs in four dimensions whose mean is not zero."""
    rng = checks.rng()
    X = rng.normal(size=(7, 4)) @ np.diag([3.0, 1.0, 0.4, 1.5]) + 0.5
    Z, T = new_inputs(whiten, X, "seven inputs in four dimensions")
    for name, part in (("Z", Z), ("T", T)):
        checks.array(part, what=name)
    white = np.allclose(T.T @ X.T @ X @ T, np.eye(4), atol=1e-3)
    checks.that(
        np.allclose(T, T.T, rtol=1e-3, atol=1e-6) or not white,
        "these inputs are white, but T is not symmetric: it is the root times a rotation. "
        "T = V diag(1/s) V^T has V on both sides",
    )
    right = whitened(X)[1]
    hints = _slips(X)
    if np.allclose(T, T.T) and np.allclose(*map(np.linalg.eigvalsh, (T, right)), rtol=1e-3):
        hints["T stretches by the right amounts, but along other axes: which turn comes first?"] = T
    if np.allclose(T, right, rtol=0, atol=0.02 * np.max(np.abs(right))):
        hints = {"it is nearly right: is a small number added before the root is inverted?": T}
    if not np.allclose(T, T.T, rtol=1e-3):
        hints["T is not symmetric: which factor is missing, or multiplied entry by entry?"] = T
    checks.close(T, right, what="T", hints=hints)
    checks.that(
        np.allclose(Z, X @ T, rtol=1e-3, atol=1e-6)
        or not np.allclose(Z.T @ Z, np.eye(4), atol=1e-3),
        "Z is white and T is right, but Z is not X T: it is turned, or belongs to other inputs",
    )
    checks.close(
        Z,
        X @ T,
        what="Z",
        hints={
            "do not center the inputs: their mean is subtracted": (X - X.mean(axis=0)) @ T,
            "X is multiplied by the inverse of T": X @ np.linalg.inv(T),
            "X comes back as it was; Z is X T": X,
        },
    )
    checks.inputs_unchanged(whiten, X)


def inputs_that_depend_on_each_other(whiten: Callable) -> None:
    """Keep small singular values, and refuse inputs of a rank below d."""
    rng = checks.rng()
    U, V = np.linalg.qr(rng.normal(size=(8, 3)))[0], np.linalg.qr(rng.normal(size=(3, 3)))[0]
    sizes = np.array([1.0, 1e-2, 1e-5])
    nearly = "inputs that nearly depend on each other (their rank is still d)"
    refused = f"{nearly}: nothing should be refused or cut off; trust NumPy's rank of X itself"
    try:
        Z, T = new_inputs(whiten, U * sizes @ V.T, nearly)
    except Exception as error:
        over_eager = "ValueError" in str(error) and not re.search(
            "broadcast|mismatch|aligned", str(error)
        )
        checks.that(not over_eager, refused, shown=str(error)[:200])
        raise
    checks.that(
        np.all(np.isfinite(T)) and np.allclose(T, V / sizes @ V.T, rtol=1e-3, atol=1e2),
        refused + ". Or digits are lost: X^T X squares the singular values",
    )
    checks.close(Z.T @ Z, np.eye(3), what=f"Z^T Z for {nearly}", rtol=1e-3)
    X = rng.normal(size=(6, 2))
    twice = np.column_stack([X, X @ np.array([1.0, 2.0])])
    for inputs, what in (
        (twice, "six inputs in three dimensions, the last column made of the others (compare "
         "NumPy's rank of X with d, not its shape, and no determinant: rounding keeps it from 0)"),
        (X.T, "fewer inputs than dimensions: the rank is below d"),
    ):  # fmt: skip
        refuses(whiten, (inputs,), (rng.normal(size=(6, 3)),), what=what)
