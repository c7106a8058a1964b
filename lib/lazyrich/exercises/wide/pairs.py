"""Look at the shape of an answer, take the two matrices of 04.3, and cut a matrix at 0."""

from typing import Any

import numpy as np

from nbjudge import checks

__all__ = ["positive", "root", "shape_of", "the_pair"]


def shape_of(out: Any) -> tuple[int, ...] | None:
    """Find the shape of what an answer returned.

    Parameters
    ----------
    out : object
        The result.

    Returns
    -------
    tuple of int or None
        The shape; None if it is no number, array, list or tuple of one shape.
    """
    if out is None or isinstance(out, str | dict):
        return None
    try:
        return np.shape(out)
    except ValueError:  # rows of different lengths
        return None


def positive(matrix: np.ndarray) -> np.ndarray:
    """Compute a symmetric matrix with its negative eigenvalues put to 0.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (n, n)
        The matrix.

    Returns
    -------
    numpy.ndarray, shape (n, n)
        Its positive part.
    """
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 0)) @ vectors.T


def root(matrix: np.ndarray) -> np.ndarray:
    """Compute the symmetric root of a matrix's positive part.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (n, n)
        The matrix.

    Returns
    -------
    numpy.ndarray, shape (n, n)
        Its root.
    """
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def the_pair(out: Any, c: int, d: int) -> list[np.ndarray]:
    """Take L and R of an answer, once it is sure that they are there, finite and of their shapes.

    Parameters
    ----------
    out : object
        What the answer returned.
    c, d : int
        Outputs and inputs.

    Returns
    -------
    list of numpy.ndarray
        L (c, c) and R (d, d).
    """
    found = isinstance(out, dict) and {"L", "R"} <= set(out)
    checks.that(found, 'the result should be a dictionary with the keys "L" and "R"')
    shapes = {key: shape_of(out[key]) for key in "LR"}
    turned = c != d and shapes == {"L": (d, d), "R": (c, c)}
    exchanged = "the two are exchanged: L is made of B B^T, (c, c), and R of B^T B, (d, d)"
    checks.that(not turned, exchanged)
    for key, n, words in (("L", c, "B B^T, (c, c)"), ("R", d, "B^T B, (d, d)")):
        small = n > min(c, d) and shapes[key] == (min(c, d), min(c, d))
        checks.that(not small, f"{key} is too small; it is made of {words}, zeros included")
    pair = [
        checks.array(out[key], what=key, shape=(n, n), finite=False)
        for key, n in (("L", c), ("R", d))
    ]
    checks.that(
        np.all(np.isfinite(pair[0])) and np.all(np.isfinite(pair[1])),
        "there is NaN among the entries: was a root taken of each entry? The root of a matrix is "
        "made from its eigenvalues; set those that rounding puts below zero back to zero first",
    )
    return pair
