"""Compare what an answer returned with what was expected."""

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["RTOL", "agree", "common_slip", "difference", "explains", "identical", "near"]

RTOL = 1e-4  # relative tolerance, loose enough for float32


def near(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    """Compare two arrays with a tolerance relative to the largest entry expected.

    Parameters
    ----------
    have, want : numpy.ndarray
        The arrays, of one shape.
    rtol : float
        Tolerance relative to the largest finite entry of `want`.
    atol : float
        Tolerance added to it.

    Returns
    -------
    bool
        Whether they agree; NaN and infinities must stand in the same places.
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
    """Say where two arrays of one shape differ most.

    Parameters
    ----------
    have, want : numpy.ndarray
        What came and what was expected.

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
    """Say whether a slip gives what came, and not what was expected.

    Parameters
    ----------
    slip : array_like
        What the slip gives.
    have, want : numpy.ndarray
        What came and what was expected, of one shape.
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


def common_slip(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """Name a slip that can happen in any exercise.

    Parameters
    ----------
    have, want : numpy.ndarray
        What came and what was expected, of one shape.
    rtol, atol : float
        Tolerances of `near`.

    Returns
    -------
    str
        The slip in words, without a value; empty if none of them explains the difference.

    Examples
    --------
    >>> common_slip(np.array([3.0, 6.0, 0.0]), np.array([1.0, 2.0, 0.0]), 1e-4, 0.0)
    'every entry is wrong by one and the same factor; where does it come from?'
    """
    if not (np.all(np.isfinite(have)) and np.all(np.isfinite(want))):
        return ""

    atol = min(atol, rtol * float(np.max(np.abs(want), initial=0.0)))  # else too much fits

    def fits(slip: np.ndarray) -> bool:
        return explains(slip, have, want, rtol, atol)

    if fits(-want):
        return "the sign is turned round"
    if near(have, want, max(10 * rtol, 0.01), atol):
        return "this is near, but not near enough: a large step, few points, or a rounded number?"
    if want.size < 2:
        return ""
    if np.ptp(have) == 0:
        return "only zeros came back" if not np.any(have) else ""
    if fits(np.abs(want)):
        return "absolute values came back, and the signs are lost"
    if any(fits(cut) for cut in (np.trunc(want), np.round(want), np.floor(want))):
        return "the decimals are cut off; is an array of whole numbers (dtype int) in use?"
    if want.ndim == 2 and want.shape[0] == want.shape[1] and fits(want.T):
        return "this is the transpose"
    if fits(want[::-1]):
        return "the entries stand in the reverse order"
    if np.ptp(want) == 0:  # fits any factor
        return ""
    if fits(np.sum(have * want) / np.sum(want**2) * want):
        return "every entry is wrong by one and the same factor; where does it come from?"
    if want.size > 2 and fits(want + np.mean(have - want)):
        return "every entry is off by one and the same amount; where does it come from?"
    return ""


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
