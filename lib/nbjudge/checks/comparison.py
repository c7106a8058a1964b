"""Compare what an answer returned with what was expected."""

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["RTOL", "agree", "difference", "explains", "identical", "near"]

RTOL = 1e-4  # relative tolerance, loose enough for float32


def near(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    """Compare two arrays with a tolerance relative to the largest expected entry.

    Parameters
    ----------
    have, want : numpy.ndarray
        The arrays, of the same shape.
    rtol : float
        Tolerance relative to the largest finite entry of `want`.
    atol : float
        Absolute tolerance that is added.

    Returns
    -------
    bool
        Whether they agree; NaN and infinities must be in the same places.
    """
    finite = np.isfinite(want)
    if not np.array_equal(have[~finite], want[~finite], equal_nan=True):
        return False
    have, want = have[finite], want[finite]
    if want.size == 0:
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        tolerance = atol + rtol * np.max(np.abs(want))
        return bool(np.all(np.abs(have - want) <= tolerance))


def difference(have: np.ndarray, want: np.ndarray) -> str:
    """Say where two arrays of the same shape differ most.

    Parameters
    ----------
    have, want : numpy.ndarray
        What the answer returned and what was expected.

    Returns
    -------
    str
        Both values there, and the index unless they are single numbers.
    """
    if want.ndim == 0:
        return f"expected {float(want):.6g}, got {float(have):.6g}"
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(
            np.isfinite(have - want), np.abs(have - want), np.where(have == want, 0.0, np.inf)
        )
    index = np.unravel_index(int(np.argmax(gap)), want.shape)
    where = ", ".join(str(int(i)) for i in index)
    return f"expected {want[index]:.6g} at index [{where}], got {have[index]:.6g}"


def explains(slip: Any, have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    """Tell whether a slip gives the returned result, and not the expected one.

    Parameters
    ----------
    slip : array_like, shape (...)
        What the slip gives.
    have, want : numpy.ndarray
        What the answer returned and what was expected, of the same shape.
    rtol, atol : float
        Tolerances of `near`.

    Returns
    -------
    bool
        Whether it explains the difference; False for a slip of another shape.
    """
    wrong = np.asarray(slip, dtype=np.float64)
    return (
        wrong.shape == want.shape
        and not near(wrong, want, rtol, atol)
        and near(have, wrong, rtol, atol)
    )


def identical(a: Any, b: Any) -> bool:
    """Compare two pieces of plain data entry by entry, without a tolerance.

    Parameters
    ----------
    a, b : object
        Plain data.

    Returns
    -------
    bool
        Whether they are the same; NaN equals NaN.
    """
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and isinstance(a, np.ndarray)
            and np.array_equal(a, b, equal_nan=True)
        )
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(identical, a, b))
    if isinstance(a, dict):
        same_keys = isinstance(b, dict) and a.keys() == b.keys()
        return same_keys and all(identical(a[key], b[key]) for key in a)
    return a == b or (a != a and b != b)


def agree(got: Any, want: Any) -> bool:
    """Compare a result with the library's, to `RTOL`.

    Parameters
    ----------
    got : object
        The student's result, as plain data.
    want : object
        The library's. If it is a dictionary, `got` may have more keys.

    Returns
    -------
    bool
        Whether they agree.
    """
    if isinstance(want, Mapping):
        return isinstance(got, Mapping) and all(
            key in got and agree(got[key], want[key]) for key in want
        )
    if isinstance(want, tuple) and isinstance(got, np.ndarray) and got.ndim:
        got = tuple(got)
    if isinstance(want, tuple) or (
        isinstance(want, list) and want and isinstance(want[0], np.ndarray)
    ):
        return (
            isinstance(got, tuple | list) and len(got) == len(want) and all(map(agree, got, want))
        )
    if isinstance(want, str | bool) or want is None:
        return got == want
    try:
        have, want = np.asarray(got), np.asarray(want, dtype=np.float64)
    except ValueError:  # rows of different lengths
        return False
    return have.dtype.kind in "biuf" and have.shape == want.shape and near(have, want, RTOL, 1e-12)
