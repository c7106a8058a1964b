"""Examine what an answer returned: its type, its shape, and whether it has the expected value."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nbjudge.checks.comparison import RTOL, difference, near
from nbjudge.checks.conditions import fail, is_hidden, unless_hidden
from nbjudge.checks.relations import cause
from nbjudge.checks.wording import complex_slip, describe, keys, only_entry, shape_hint, shape_text
from nbjudge.errors import NotPlainError
from nbjudge.values import to_plain

__all__ = ["array", "close", "fields", "items", "number", "passed", "text", "that"]


def number(got: Any, *, what: str, finite: bool = True) -> float:
    """Take a result as a single real number, or fail with a reason.

    Parameters
    ----------
    got : object
        The result.
    what : str
        The name of the result in the message.
    finite : bool, default True
        Whether NaN and infinities fail.

    Returns
    -------
    float
        The number.

    Raises
    ------
    CheckFailed
        If it is missing, not a real number, or not finite.
    """
    got = _plain(got, what)
    zero_dim = isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype.kind in "iuf"
    if isinstance(got, bool) or not (isinstance(got, int | float) or zero_dim):
        fail(f"{what}: expected a single number, got {describe(got)}{only_entry(got)}")
    try:
        value = float(got)
    except OverflowError:
        fail(f"{what}: expected a number that a float holds, got a whole number beyond 1e308")
    if finite and not math.isfinite(value):
        fail(f"{what}: expected a finite number, got {value}")
    return value


def array(
    got: Any, *, what: str, shape: Sequence[int] | None = None, finite: bool = True
) -> np.ndarray:
    """Take a result as an array of real numbers, or fail with a reason.

    Parameters
    ----------
    got : object
        The result: an array, or lists of numbers.
    what : str
        The name of the result in the message.
    shape : sequence of int, optional
        The expected shape; any by default.
    finite : bool, default True
        Whether NaN and infinities fail.

    Returns
    -------
    numpy.ndarray, float64
        The array.

    Raises
    ------
    CheckFailed
        If it is missing, not numeric, ragged, of another shape, or not finite.
    """
    got = _plain(got, what)
    try:
        value = np.asarray(got)
    except ValueError:
        fail(f"{what}: expected an array, got a nested list whose rows have different lengths")
    if isinstance(got, str | bytes | Mapping) or value.dtype.kind not in "biuf":
        fail(f"{what}: expected an array of real numbers, got {describe(got)}{complex_slip(value)}")
    value = value.astype(np.float64)
    if shape is not None and value.shape != tuple(shape):
        fail(
            f"{what}: expected shape {shape_text(shape)}, got {shape_text(value.shape)}"
            + shape_hint(value, shape)
        )
    if finite and not np.all(np.isfinite(value)):
        bad = np.unravel_index(int(np.argmin(np.isfinite(value))), value.shape)
        kind = "NaN" if np.isnan(value[bad]) else "an infinity"
        first = f" (first at index {tuple(int(i) for i in bad)})" if value.ndim else ""
        fail(f"{what}: holds {kind}{unless_hidden(first)}; every entry should be finite")
    return value


def fields(
    got: Any, shapes: Mapping[str, Sequence[int] | None], *, what: str
) -> dict[str, np.ndarray]:
    """Take a result as a dictionary of arrays, each checked like `array`, or fail with a reason.

    Parameters
    ----------
    got : object
        The result.
    shapes : mapping of str to sequence of int or None
        The expected keys, each with its shape; `()` is the shape of a single number.
    what : str
        The name of the result in the message.

    Returns
    -------
    dict of str to numpy.ndarray
        The arrays of the keys in `shapes`.

    Raises
    ------
    CheckFailed
        If it is missing or not a dictionary, or a key or its array is not as expected.
    """
    _present(got, what)
    if not isinstance(got, Mapping):
        fail(f"{what}: expected a dictionary with keys {keys(shapes)}, got {describe(got)}")
    missing = [key for key in shapes if key not in got]
    if missing:
        fail(
            f"{what}: the key {missing[0]!r} is missing; expected keys {keys(shapes)}"
            + unless_hidden(f", got {keys(got)}")
        )
    return {
        key: array(got[key], what=f'{what}, entry "{key}"', shape=shape)
        for key, shape in shapes.items()
    }


def items(got: Any, number: int, *, what: str) -> tuple[Any, ...]:
    """Take a result as a tuple, list or array of a given length, or fail with a reason.

    Parameters
    ----------
    got : object
        The result.
    number : int
        How many entries are expected.
    what : str
        The name of the result in the message.

    Returns
    -------
    tuple
        The entries.

    Raises
    ------
    CheckFailed
        If it is missing, not a tuple, list or array, or of another length.
    """
    _present(got, what)
    entries = list(got) if isinstance(got, np.ndarray) and got.ndim else got
    if not isinstance(entries, tuple | list):
        fail(f"{what}: expected {number} things, as in `return x, y`, got {describe(got)}")
    if len(entries) != number:
        fail(f"{what}: expected {number} things, got {len(entries)}")
    return tuple(entries)


def text(got: Any, *, what: str, choices: Sequence[str] | None = None) -> str:
    """Take a result as a string, or fail with a reason.

    Parameters
    ----------
    got : object
        The result.
    what : str
        The name of the result in the message.
    choices : sequence of str, optional
        The strings that are allowed; any by default.

    Returns
    -------
    str
        The string.

    Raises
    ------
    CheckFailed
        If it is missing, not a string, or not one of `choices`.
    """
    _present(got, what)
    if not isinstance(got, str):
        fail(f"{what}: expected a string, got {describe(got)}")
    if choices is not None and got not in choices:
        expected = ", ".join(map(repr, choices))
        fail(f"{what}: expected one of {expected}{unless_hidden(f', got {got[:80]!r}')}")
    return got


def close(
    got: Any,
    expected: Any,
    *,
    what: str,
    rtol: float = RTOL,
    atol: float = 0.0,
    hints: Mapping[str, Any] | None = None,
) -> None:
    """Fail unless a result equals the expected number or array, within a tolerance.

    Arrays are compared entry by entry with the tolerance `rtol * max|expected| + atol`, so that
    rounding in an entry that happens to be tiny does no harm; a check that must see small entries
    passes a slice or a ratio. NaN and infinities must be where they are expected.

    Parameters
    ----------
    got : object
        The result.
    expected : float or array_like
        What it should be.
    what : str
        The name of the result in the message.
    rtol : float, default 1e-4
        Tolerance relative to the largest expected entry.
    atol : float, default 0
        Absolute tolerance that is added.
    hints : mapping of str to array_like, optional
        What probably went wrong -> the value that this slip gives. The message has the first one
        that matches, or else a slip of any exercise (`common_slip`). A slip with several values is
        listed again with a space at its end.

    Raises
    ------
    CheckFailed
        If it differs, or is not a number or an array of this shape.

    Examples
    --------
    >>> close(4.0, 4.0, what="delta")
    >>> close(-4.0, 4.0, what="delta", hints={"the sign is flipped": -4.0})
    Traceback (most recent call last):
    ...
    nbjudge.errors.CheckFailed: delta: the sign is flipped (expected 4, got -4)
    """
    want = np.asarray(expected, dtype=np.float64)
    finite = bool(np.all(np.isfinite(want)))
    if want.ndim == 0:
        have = np.asarray(number(got, what=what, finite=finite))
    else:
        have = array(got, what=what, shape=want.shape, finite=finite)
    if near(have, want, rtol, atol):
        return
    words, values = cause(have, want, hints or {}, rtol, atol), difference(have, want)
    if words:
        fail(f"{what}: {words}{unless_hidden(f' ({values})')}")
    fail(f"{what}: {'the value is not right' if is_hidden() else values}")


def that(condition: Any, message: str, *, shown: str = "") -> None:
    """Fail with a message unless a condition holds.

    Parameters
    ----------
    condition : object
        The condition; its truth value counts.
    message : str
        What the student reads.
    shown : str, optional
        Values to add where messages may show them.

    Raises
    ------
    CheckFailed
        If the condition does not hold.
    """
    if not bool(condition):
        fail(message + (unless_hidden(f" ({shown})") if shown else ""))


def passed() -> None:
    """Print the last line of a visible test cell."""
    print("visible checks passed (hidden checks run at grading)")  # noqa: T201 (said to a student)


def _plain(got: Any, what: str) -> Any:
    try:
        plain = to_plain(got)
    except NotPlainError as error:
        fail(f"{what}: {error}")
    _present(plain, what)
    return plain


def _present(got: Any, what: str) -> None:
    if got is None:
        fail(f"{what}: nothing came back (None); is there a return statement?")
