"""Explain a wrong result: by the slips that a check lists, or by its relation to the right one."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nbjudge.checks.comparison import explains, near

__all__ = ["cause", "common_slip"]


def cause(
    have: np.ndarray, want: np.ndarray, hints: Mapping[str, Any], rtol: float, atol: float
) -> str:
    """Name the first slip that gives the returned result, or else its relation to the right one.

    Parameters
    ----------
    have, want : numpy.ndarray
        What the answer returned and what was expected, of the same shape; they differ.
    hints : mapping of str to array_like
        What probably went wrong -> the value that this slip gives.
    rtol, atol : float
        The tolerances of the comparison.

    Returns
    -------
    str
        The explanation; empty if there is none.
    """
    for words, wrong in hints.items():
        if explains(wrong, have, want, rtol, atol):
            return words.rstrip()
    with np.errstate(all="ignore"):
        return common_slip(have, want, rtol, atol)


def common_slip(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """Name a slip that can happen in any exercise.

    Only certain slips are named: if two descriptions match, as twice and the square do for 2, none
    is given.

    Parameters
    ----------
    have, want : numpy.ndarray
        What the answer returned and what was expected, of the same shape; they differ.
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
    if want.size == 0 or not (np.all(np.isfinite(want)) and np.all(np.isfinite(have))):
        return ""
    atol = min(atol, rtol * float(np.max(np.abs(want))))  # otherwise too much would match
    if not np.any(have):
        return "only zeros came back" if want.size > 1 else ""
    if digits := _lost_digits(have, want):
        return digits
    if explains(-want, have, want, rtol, atol):
        return "the sign is flipped"
    if near(have, want, max(10 * rtol, 0.01), atol):
        return "this is near, but not near enough: a large step, few points, or a rounded number?"
    for found in (_of_numbers, _of_places):
        fitting = [words for words, slip in found(want, have) if near(have, slip, rtol, atol)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else ""
    return _right_in_part(have, want, rtol, atol)


def _lost_digits(have: np.ndarray, want: np.ndarray) -> str:
    """Recognize rounding, except in a single number of few digits, which may arise in any way."""
    several = np.sum(have != want) > 1
    if several and any(np.array_equal(have, cut(want)) for cut in (np.trunc, np.round, np.floor)):
        return "the decimals are cut off; is an array of whole numbers (dtype int) in use?"
    for digits in range(1 if several else 2, 5):
        if np.array_equal(have, np.round(want, digits)):
            return "the result is rounded; return it with all its digits"
    return ""


def _of_numbers(want: np.ndarray, have: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Describe what may have been done to each number."""
    whole = np.all(want == np.round(want))
    if want.ndim == 0 and whole:  # small whole numbers are too often twice each other
        return
    yield "it is twice what is expected", 2 * want
    yield "it is half of what is expected", want / 2
    yield "it is the square of what is expected", want**2
    if np.all(want >= 0):
        yield "it is the root of what is expected", np.sqrt(want)
    if np.all((want >= 0) & (want <= 1)):
        yield "it is one minus what is expected", 1 - want
    if np.all(want != 0):
        yield "it is one over what is expected", 1 / want
    largest = np.unravel_index(int(np.argmax(np.abs(want))), want.shape)
    if np.unique(np.abs(want[want != 0])).size > 1:  # one number is always a multiple
        factor = have[largest] / want[largest]
        if not any(np.isclose(factor, known, rtol=1e-2) for known in (-1, 2, 0.5)):
            yield (
                "every entry is wrong by one and the same factor; where does it come from?",
                factor * want,
            )
    if np.unique(want).size > 2:
        shift = have[largest] - want[largest]
        yield (
            "every entry is off by one and the same amount; where does it come from?",
            want + shift,
        )


def _of_places(want: np.ndarray, _: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Describe how positions or signs of the numbers may have changed."""
    if want.ndim == 2 and want.shape[0] == want.shape[1]:
        yield "this is the transpose", want.T
    if want.ndim and len(want) > 1:
        yield "the entries stand in the reverse order", want[::-1]
    if np.any(want < 0) and np.any(want > 0):
        yield "absolute values came back, and the signs are lost", np.abs(want)


def _right_in_part(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> str:
    """Say which part of a row of at least four entries is right, and which is not."""
    if want.ndim == 0 or len(want) < 4 or np.unique(want).size < 4:
        return ""
    if near(have[1:], want[:-1], rtol, atol):
        return "every entry stands one place too late"
    if near(have[:-1], want[1:], rtol, atol):
        return "every entry stands one place too early"
    if near(have[:-1], want[:-1], rtol, atol):
        return "the last entry alone is wrong"
    if near(have[1:], want[1:], rtol, atol):
        return "the first entry alone is wrong"
    if have.ndim == 1 and near(np.sort(have), np.sort(want), rtol, atol):
        return "the entries are right, but not in this order"
    return ""
