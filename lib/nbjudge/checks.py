"""What test cells are made of: call an answer, look at what came back, say why it is wrong.

A check climbs one ladder: is there an answer, is it of the right type, finite, of the right shape, of the
right value? It stops at the first rung that fails, and its message names the property, what was expected
and, where a known slip explains the result, that slip. The same lines run at a student's desk (on the
function itself) and in the judge (on a proxy for it).

Hidden checks never show a number: inside `context(hidden=True)` messages leave out every value.
"""

import contextlib
import contextvars
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

from nbjudge.values import NotPlainError, to_plain

__all__ = [
    "CheckFailed",
    "Unwritten",
    "array",
    "call",
    "close",
    "context",
    "fallback",
    "fields",
    "inputs_unchanged",
    "items",
    "number",
    "passed",
    "raises",
    "rng",
    "text",
    "that",
]

RTOL = 1e-4  # loose enough for float32


class _InWords:
    """An error that a notebook shows as its message alone: the lines of a check and of this module tell a student nothing."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [str(self)]


class CheckFailed(_InWords, AssertionError):
    """A property of an answer does not hold; the message is written for the student."""


class Unwritten(_InWords, NotImplementedError):
    """The answer is still the stub that was handed out."""


@dataclass(frozen=True)
class _Context:
    hidden: bool = False
    seed: int = 0


_current: contextvars.ContextVar[_Context] = contextvars.ContextVar(
    "nbjudge_checks",
    default=_Context(),  # noqa: B039 (frozen)
)


@contextlib.contextmanager
def context(*, hidden: bool = False, seed: int = 0) -> Iterator[None]:
    """Run checks as the judge does: `hidden` drops every number from messages, `seed` feeds `rng`."""
    token = _current.set(_Context(hidden, seed))
    try:
        yield
    finally:
        _current.reset(token)


def rng(stream: int = 0) -> np.random.Generator:
    """The generator a test draws its inputs from: fixed at the desk, the grader's own seed in the judge."""
    return np.random.default_rng([_current.get().seed, stream])


# -- calling ----------------------------------------------------------------------------------------------


def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an answer on copies of the inputs and return its result as plain data.

    Raises:
        CheckFailed: if what came back is not plain data.
        Unwritten: if the answer is still a stub. All other errors of the function pass through.

    >>> call(lambda w: w * 2, np.array([1.0, 2.0]))
    array([2., 4.])
    """
    try:
        return to_plain(function(*to_plain(args), **to_plain(kwargs)))
    except NotImplementedError as stub:
        if type(stub) is NotImplementedError:
            raise Unwritten(str(stub)) from None
        raise
    except NotPlainError as error:
        _fail(f"{_name(function)}: {error}")


def inputs_unchanged(function: Callable, *args: Any, **kwargs: Any) -> None:
    """Fail if the answer writes into its arguments (its caller's arrays)."""
    given, named = to_plain(args), to_plain(kwargs)
    probe = getattr(
        function, "call_and_return_arguments", None
    )  # the judge's proxy: the call runs elsewhere
    if probe is not None:
        after, named_after = probe(*given, **named)
    else:
        after, named_after = to_plain(given), to_plain(named)
        function(*after, **named_after)
    if not _same(list(given), list(after)) or not _same(named, named_after):
        _fail(
            f"{_name(function)} changes the arrays it is given; "
            "work on a copy, so that the caller's data stay as they were"
        )


def raises(
    error: type[Exception], function: Callable, *args: Any, what: str, **kwargs: Any
) -> None:
    """Fail unless the answer raises exactly `error`; a subclass does not count, nor the stub's own error."""
    try:
        call(function, *args, **kwargs)
    except error as caught:
        if type(caught) is error:
            return
        _fail(f"{what}: expected {error.__name__}, but {_error_name(caught)} was raised")
    except (NotImplementedError, CheckFailed):
        raise
    except Exception as other:
        _fail(f"{what}: expected {error.__name__}, but {_error_name(other)} was raised")
    else:
        _fail(f"{what}: expected {error.__name__} to be raised, but the function returned a value")


# -- looking at what came back ----------------------------------------------------------------------------


def number(got: Any, *, what: str, finite: bool = True) -> float:
    """`got` as a float; fails with a reason if it is missing, not a real number, or (if asked) not finite."""
    _present(got, what)
    if isinstance(got, bool) or not (
        isinstance(got, int | float)
        or (isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype.kind in "iuf")
    ):
        _fail(f"{what}: expected a single number, got {_describe(got)}")
    value = float(got)
    if finite and not math.isfinite(value):
        _fail(f"{what}: expected a finite number, got {value}")
    return value


def array(
    got: Any, *, what: str, shape: Sequence[int] | None = None, finite: bool = True
) -> np.ndarray:
    """`got` as a float array; fails on None, non-numbers, ragged lists, a wrong shape, NaN or inf."""
    _present(got, what)
    try:
        value = np.asarray(got)
    except ValueError:
        _fail(f"{what}: expected an array, got a nested list whose rows have different lengths")
    if isinstance(got, str | bytes | Mapping) or value.dtype.kind not in "biuf":
        _fail(f"{what}: expected an array of real numbers, got {_describe(got)}")
    value = value.astype(np.float64)
    if shape is not None and value.shape != tuple(shape):
        _fail(
            f"{what}: expected shape {_shape(shape)}, got {_shape(value.shape)}{_shape_hint(value, shape)}"
        )
    if finite and not np.all(np.isfinite(value)):
        bad = np.unravel_index(int(np.argmin(np.isfinite(value))), value.shape)
        kind = "NaN" if np.isnan(value[bad]) else "an infinity"
        where = (
            ""
            if _current.get().hidden or value.ndim == 0
            else f" (first at index {tuple(int(i) for i in bad)})"
        )
        _fail(f"{what}: holds {kind}{where}; every entry should be finite")
    return value


def fields(
    got: Any, shapes: Mapping[str, Sequence[int] | None], *, what: str
) -> dict[str, np.ndarray]:
    """The named arrays of a dictionary, each checked like `array`; `()` is the shape of a single number."""
    _present(got, what)
    if not isinstance(got, Mapping):
        _fail(f"{what}: expected a dictionary with keys {_keys(shapes)}, got {_describe(got)}")
    missing = [key for key in shapes if key not in got]
    if missing:
        _fail(
            f"{what}: the key {missing[0]!r} is missing; expected keys {_keys(shapes)}"
            + _shown(f", got {_keys(got)}")
        )
    return {
        key: array(got[key], what=f'{what}, entry "{key}"', shape=shape)
        for key, shape in shapes.items()
    }


def items(got: Any, number: int, *, what: str) -> tuple[Any, ...]:
    """The entries of a tuple or list of the length expected; fails with a reason otherwise."""
    _present(got, what)
    if not isinstance(got, tuple | list):
        _fail(f"{what}: expected {number} things, as in `return x, y`, got {_describe(got)}")
    if len(got) != number:
        _fail(f"{what}: expected {number} things, got {len(got)}")
    return tuple(got)


def text(got: Any, *, what: str, choices: Sequence[str] | None = None) -> str:
    """`got` if it is a string (and one of `choices`); fails with a reason otherwise."""
    _present(got, what)
    if not isinstance(got, str):
        _fail(f"{what}: expected a string, got {_describe(got)}")
    if choices is not None and got not in choices:
        _fail(
            f"{what}: expected one of {', '.join(map(repr, choices))}{_shown(f', got {got[:80]!r}')}"
        )
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
    """Fail unless `got` equals `expected` (a number or an array) to `rtol`, relative to the largest entry.

    Arrays are compared entry by entry with the tolerance `rtol * max|expected|` (and `atol` on top), so that
    rounding in an entry that happens to be tiny does no harm; a check that must see small entries passes a
    slice or a ratio. NaN and inf must stand where they are expected.

    hints: what probably went wrong -> the value that this slip gives. The first that fits is told.

    >>> close(4.0, 4.0, what="delta")
    >>> close(-4.0, 4.0, what="delta", hints={"the sign is turned round": -4.0})
    Traceback (most recent call last):
    ...
    nbjudge.checks.CheckFailed: delta: the sign is turned round (expected 4, got -4)
    """
    want = np.asarray(expected, dtype=np.float64)
    finite = bool(np.all(np.isfinite(want)))
    if want.ndim == 0:
        have = np.asarray(number(got, what=what, finite=finite))
    else:
        have = array(got, what=what, shape=want.shape, finite=finite)
    if _close(have, want, rtol, atol):
        return
    values = _difference(have, want)
    for message, wrong in (hints or {}).items():
        slip = np.asarray(wrong, dtype=np.float64)
        if (
            slip.shape == want.shape
            and not _close(slip, want, rtol, atol)
            and _close(have, slip, rtol, atol)
        ):
            _fail(f"{what}: {message}{_shown(f' ({values})')}")
    _fail(f"{what}: {values}" if not _current.get().hidden else f"{what}: the value is not right")


def that(condition: Any, message: str, *, shown: str = "") -> None:
    """Fail with `message` unless `condition`; `shown` is added where numbers may be seen."""
    if not bool(condition):
        _fail(message + (_shown(f" ({shown})") if shown else ""))


def passed() -> None:
    """The last line of a visible test cell."""
    print("visible checks passed (hidden checks run at grading)")


# -- for the cells after an exercise ----------------------------------------------------------------------


def fallback(mine: Callable, library: Callable, *args: Any, **kwargs: Any) -> Callable:
    """Your function if it agrees with the library's on one example, otherwise the library's, saying so.

    Cells that come after an exercise go on either way.
    """
    try:
        got, want = (
            to_plain(mine(*to_plain(args), **to_plain(kwargs))),
            to_plain(library(*args, **kwargs)),
        )
        if _agree(got, want):
            return mine
        reason = "yours gives another result on an example"
    except NotImplementedError:
        reason = "yours is still to be written"
    except Exception as error:
        reason = f"yours raised {type(error).__name__}"
    print(f"From here on the library's {_name(mine)} is used: {reason}.")
    return library


# -- small print ------------------------------------------------------------------------------------------


def _fail(message: str) -> NoReturn:
    raise CheckFailed(message)


def _shown(message: str) -> str:
    return "" if _current.get().hidden else message


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _error_name(error: Exception) -> str:
    """Its class if that is built in; a library's own class (LinAlgError) does not cross to the judge, and is not named."""
    name = type(error).__name__
    return (
        name
        if type(error).__module__ == "builtins"
        else "an error of a library's or of your own class"
    )


def _present(got: Any, what: str) -> None:
    if got is None:
        _fail(f"{what}: nothing came back (None); is there a return statement?")


def _describe(got: Any) -> str:
    if isinstance(got, np.ndarray):
        return f"an array of shape {_shape(got.shape)} and dtype {got.dtype}"
    if isinstance(got, Mapping):
        return "a dictionary" + _shown(f" with keys {_keys(got)}")
    if isinstance(got, list | tuple):
        return f"a {type(got).__name__} of length {len(got)}"
    if isinstance(got, str):
        return "a string" + _shown(f" {got[:40]!r}")
    return f"{'an' if type(got).__name__[0] in 'aeiou' else 'a'} {type(got).__name__}" + _shown(
        f" {got!r}"[:60]
    )


def _shape(shape: Sequence[int]) -> str:
    return "() (a single number)" if len(shape) == 0 else str(tuple(int(n) for n in shape))


def _shape_hint(value: np.ndarray, shape: Sequence[int]) -> str:
    shape = tuple(shape)
    if value.ndim == 2 and value.shape[::-1] == shape:
        return "; is it transposed?"
    if (
        value.ndim == len(shape)
        and sum(a != b for a, b in zip(value.shape, shape, strict=True)) == 1
    ):
        axis = next(i for i, (a, b) in enumerate(zip(value.shape, shape, strict=True)) if a != b)
        if abs(value.shape[axis] - shape[axis]) == 1:
            return f"; axis {axis} is {'one too long' if value.shape[axis] > shape[axis] else 'one too short'}"
    if value.size == math.prod(shape) and value.squeeze().shape == tuple(
        n for n in shape if n != 1
    ):
        return "; there is an axis of length 1 too many or too few"
    return ""


def _keys(mapping: Mapping[Any, Any]) -> str:
    return ", ".join(repr(str(key)[:30]) for key in list(mapping)[:8]) or "(none)"


def _close(have: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> bool:
    finite = np.isfinite(want)
    if not np.array_equal(have[~finite], want[~finite], equal_nan=True):
        return False
    have, want = have[finite], want[finite]
    if want.size == 0:
        return True
    with np.errstate(over="ignore", invalid="ignore"):
        tolerance = atol + rtol * np.max(np.abs(want))
        return bool(np.all(np.abs(have - want) <= tolerance))


def _difference(have: np.ndarray, want: np.ndarray) -> str:
    if want.ndim == 0:
        return f"expected {float(want):.6g}, got {float(have):.6g}"
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(
            np.isfinite(have - want), np.abs(have - want), np.where(have == want, 0.0, np.inf)
        )
    index = np.unravel_index(int(np.argmax(gap)), want.shape)
    where = ", ".join(str(int(i)) for i in index)
    return f"expected {want[index]:.6g} at index [{where}], got {have[index]:.6g}"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(b, np.ndarray)
            and isinstance(a, np.ndarray)
            and np.array_equal(a, b, equal_nan=True)
        )
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return a == b or (a != a and b != b)


def _agree(got: Any, want: Any) -> bool:
    if isinstance(want, Mapping):
        return isinstance(got, Mapping) and all(
            key in got and _agree(got[key], want[key]) for key in want
        )
    if isinstance(want, tuple) or (
        isinstance(want, list) and want and isinstance(want[0], np.ndarray)
    ):
        return (
            isinstance(got, tuple | list) and len(got) == len(want) and all(map(_agree, got, want))
        )
    if isinstance(want, str | bool) or want is None:
        return got == want
    have, want = np.asarray(got, dtype=np.float64), np.asarray(want, dtype=np.float64)
    return have.shape == want.shape and _close(have, want, RTOL, 1e-12)
