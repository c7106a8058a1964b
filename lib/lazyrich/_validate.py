"""Validate the arguments of public functions, so that bad input raises an error.

Each function takes the name of an argument, which it uses only in messages, and the value that the
caller passed. It returns the value in its plain form (float64, int, list), as a copy where it is an
array, or raises a ValueError that names the argument, what was expected and what was passed."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

MOST = 2**63 - 1  # the largest length of an array, and the largest seed
LARGEST = 1e60  # squares and products of four inputs must stay finite in float64


def real(name: str, value: Any, shape: str = "") -> np.ndarray:
    """Read an array of finite numbers, none above LARGEST in size; messages name the `shape`."""
    array = numbers(name, value, f"real numbers{' of shape ' + shape if shape else ''}")
    if array.size and not np.max(np.abs(array)) <= LARGEST:  # nan is not either
        if not np.all(np.isfinite(array)):
            bad = array[~np.isfinite(array)][0]
            raise ValueError(
                f"{name}: expected finite numbers, got {bad}; look for an earlier division by 0 or "
                "overflow"
            )
        raise ValueError(
            f"{name}: expected numbers up to {LARGEST:g} in size, got {np.max(np.abs(array)):g}"
        )
    return array


def vector(name: str, value: Any, d: int | None = None, *, single: bool = False) -> np.ndarray:
    """Read vectors (..., d), or one (d,) if `single`; d >= 1 is any length unless it is given."""
    front = "" if single else "..., "
    shape = f"({front}{'d' if d is None else d}{',' if single else ''})"
    array = real(name, value, shape)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(
            f"{name}: expected shape {shape} with d >= 1, got {array.shape}; write a single number "
            "in brackets: [x]"
        )
    if (single and array.ndim != 1) or (d is not None and array.shape[-1] != d):
        why = "" if d is None else " to match the other arguments"
        raise ValueError(f"{name}: expected shape {shape}{why}, got {array.shape}")
    return array


def one(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, float]:
    """Read the weights (d,) and the readout of one neuron, not of several (`names`: of both)."""
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "()")
    if w.ndim != 1 or a.ndim != 0:
        raise ValueError(
            f"{names}: expected shapes (d,) and (), got {w.shape} and {a.shape}; this function "
            "takes one neuron"
        )
    return w, float(a)


def neurons(w: Any, a: Any, names: str = "w, a") -> tuple[np.ndarray, np.ndarray]:
    """Read weights (..., d) and readouts (...) of neurons whose leading axes broadcast."""
    w_name, a_name = names.split(", ")
    w, a = vector(w_name, w), real(a_name, a, "(...)")
    batch({w_name: w.shape[:-1], a_name: a.shape})
    return w, a


def many(name: str, value: Any, *, above: float = -np.inf, below: float = np.inf) -> np.ndarray:
    """Read a list of at least one number (k,), all above one bound and below another."""
    array = real(name, value, "(k,)")
    if array.ndim != 1 or array.size == 0 or np.any(array <= above) or np.any(array >= below):
        bounds = _bounds({">": above, "<": below})
        raise ValueError(f"{name}: expected a list of numbers{bounds}, got {_describe(value)}")
    return array


def mapping(name: str, value: Any) -> dict[str, Any]:
    """Copy a dictionary keyed by name, such as the parameters of a network."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{name}: expected a dictionary keyed by name, got {_describe(value)}")
    return dict(value)


def even(name: str, value: Any) -> int:
    """Read the width of a layer that starts as its own mirror image: even, at least 2."""
    if count(name, value, 2) % 2:
        raise ValueError(
            f"{name}: expected an even width, as each neuron has a mirror image, got {value}"
        )
    return int(value)


def seeds(name: str, value: Any, *, different: bool = True) -> list[int]:
    """Read a list of at least one whole number >= 0, all of them distinct if `different`."""
    listed = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(listed, list | tuple | range) or not listed:
        raise ValueError(f"{name}: expected a list of whole numbers >= 0, got {_describe(value)}")
    numbers = [count(f"{name}[{i}]", number) for i, number in enumerate(listed)]
    if different and len(set(numbers)) < len(numbers):
        raise ValueError(f"{name}: expected different numbers, got {_describe(value)}")
    return numbers


def number(
    name: str,
    value: Any,
    *,
    above: float = -np.inf,
    least: float = -np.inf,
    below: float = np.inf,
    most: float = np.inf,
) -> float:
    """Read one finite number, above `above`, at least `least`, below `below` and at most `most`."""
    plain = type(value) is float and abs(value) <= LARGEST  # the usual case needs no array
    array = np.float64(value) if plain else real(name, value, "()")
    if array.ndim or not (least <= array <= most and above < array < below):
        bounds = _bounds({">": above, ">=": least, "<": below, "<=": most})
        raise ValueError(f"{name}: expected one number{bounds}, got {_describe(value)}")
    return float(array)


def share(name: str, value: Any, *, whole: bool = False) -> float:
    """Read a number above 0 and below 1, or up to 1 if it may be the `whole`."""
    return number(name, value, above=0, **{"most" if whole else "below": 1.0})


def divides(name: str, value: Any, of: str, whole: Any) -> int:
    """Read a whole number >= 1 that divides another, the argument `of` with the value `whole`."""
    if count(of, whole, 1) % count(name, value, 1):
        raise ValueError(f"{name}: expected a divisor of {of} = {whole}, got {value}")
    return int(value)


def count(name: str, value: Any, smallest: int = 0, largest: int | None = None) -> int:
    """Read a whole number from `smallest` to `largest`."""
    largest = MOST if largest is None else largest
    whole = isinstance(value, int | np.integer)  # a float64 does not hold every large one
    number = value if whole else real(name, value, "()")
    if np.ndim(number) or number % 1 or not smallest <= number <= largest:
        limits = f">= {smallest}" if largest == MOST else f"from {smallest} to {largest}"
        raise ValueError(f"{name}: expected a whole number {limits}, got {_describe(value)}")
    return int(number)


def rate(name: str, value: Any) -> float:
    """Read one number >= 1e-60, such as a learning rate or a step size."""
    array = number(name, value, above=0)
    if array < 1 / LARGEST:
        raise ValueError(f"{name}: expected one number >= {1 / LARGEST:g}, got {array:g}")
    return array


def choice(name: str, value: Any, options: Iterable[str]) -> str:
    """Read one of several allowed words."""
    options = list(options)
    if not isinstance(value, str) or value not in options:
        listed = ", ".join(map(repr, options))
        raise ValueError(f"{name}: expected one of {listed}, got {_describe(value)}")
    return str(value)


def sequence(name: str, value: Any) -> list[Any]:
    """Read a list of anything, such as layers."""
    no_list = isinstance(value, str | dict | set) or not hasattr(value, "__iter__")
    if no_list or getattr(value, "ndim", 1) == 0:
        raise ValueError(f"{name}: expected a list, got {_describe(value)}")
    return list(value)


def arrays(name: str, value: Any, what: str, shape: str = "") -> list[np.ndarray]:
    """Read a list of at least one array of finite numbers; messages call each array a `what`."""
    listed = [real(f"{name}[{i}]", each, shape) for i, each in enumerate(sequence(name, value))]
    if not listed:
        raise ValueError(f"{name}: expected at least one {what}, got none")
    return listed


def rates(name: str, value: Any, number_of: int, what: str) -> list[float]:
    """Read a learning rate for each of `number_of` layers or parameters; None sets all to 1."""
    if value is None:
        return [1.0] * number_of
    listed = [rate(f"{name}[{i}]", each) for i, each in enumerate(sequence(name, value))]
    if len(listed) != number_of:
        raise ValueError(
            f"{name}: expected one rate for each of the {number_of} {what}s, got {len(listed)}"
        )
    return listed


def times(name: str, value: Any) -> np.ndarray:
    """Read times of shape (T,) or (): numbers >= 0, inf allowed."""
    array = numbers(name, value, "a time or a list of times")
    if array.ndim > 1:
        raise ValueError(f"{name}: expected shape () or (T,), got {array.shape}")
    if np.any(np.isnan(array)) or np.any(array < 0):
        raise ValueError(
            f"{name}: expected times >= 0 (inf is allowed), got {array[~(array >= 0)].ravel()[0]}"
        )
    return array


def rising(name: str, value: Any) -> np.ndarray:
    """Read a list of rising times (T,): at least one finite number >= 0."""
    array = times(name, value)
    if array.ndim != 1 or array.size == 0 or not np.all(np.isfinite(array)):
        raise ValueError(f"{name}: expected finite rising times (T,), got {_describe(value)}")
    if np.any(np.diff(array) <= 0):
        k = int(np.argmax(np.diff(array) <= 0))
        raise ValueError(
            f"{name}: expected finite rising times (T,), got {array[k]:g} before {array[k + 1]:g}"
        )
    return array


@contextlib.contextmanager
def overflow(names: str) -> Iterator[None]:
    """Raise a ValueError if a result computed inside the `with` block overflows in float64."""
    try:
        with np.errstate(over="raise"):
            yield
    except (FloatingPointError, OverflowError):
        raise ValueError(
            f"{names}: expected smaller numbers; the result overflows in float64"
        ) from None


def batch(shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Compute the shape to which the leading axes of several arguments broadcast, given by name."""
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError:
        got = ", ".join(f"{name} has {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"{', '.join(shapes)}: expected leading axes (one entry per neuron) that broadcast, "
            f"but {got}"
        ) from None


def data(X: Any, y: Any, d: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Read inputs X (n, d), one sample per row, and labels y (n,); d is any unless it is given."""
    X, y = real("X", X, "(n, d)"), real("y", y, "(n,)")
    if X.ndim != 2 or 0 in X.shape:
        raise ValueError(f"X: expected shape (n, d), got {X.shape}; each row is a sample")
    if y.shape != X.shape[:1]:
        raise ValueError(
            f"y: expected shape ({X.shape[0]},), one label for each row of X, got {y.shape}"
        )
    if d is not None and X.shape[1] != d:
        raise ValueError(f"X: expected shape (n, {d}) to match w of shape ({d},), got {X.shape}")
    return X, y


def numbers(name: str, value: Any, expected: str = "real numbers") -> np.ndarray:
    """Copy numbers (a list, array or tensor; NaN and infinities too) into a float64 array."""
    if _has_masked_values(value):
        raise ValueError(
            f"{name}: expected {expected}, got an array with masked values; fill them (.filled) "
            "or leave them out (.compressed) first"
        )
    try:
        array = np.asarray(_from_torch(value))
        if array.dtype.kind not in "biuf":
            raise TypeError
    except Exception:  # whatever an array of another library raises
        raise ValueError(f"{name}: expected {expected}, got {_describe(value)}") from None
    return array.astype(np.float64)


def _has_masked_values(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_masked_values, value))
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def _from_torch(value: Any) -> Any:
    """Detach tensors, move them to the CPU and make them float64, which NumPy can read."""
    if isinstance(value, list | tuple):
        return [_from_torch(each) for each in value]
    if hasattr(value, "detach") and hasattr(value, "is_floating_point"):
        value = value.detach().cpu()
        return value.double() if value.is_floating_point() else value
    return value


def _bounds(bounds: dict[str, float]) -> str:
    """Write the finite bounds in words: " >= 0 and < 1"."""
    limits = [f"{sign} {bound:g}" for sign, bound in bounds.items() if np.isfinite(bound)]
    return f" {' and '.join(limits)}" if limits else ""


def _describe(value: Any) -> str:
    if hasattr(value, "dtype") and getattr(value, "shape", None):
        if hasattr(value, "tocoo") or getattr(value, "is_sparse", False):
            return "a sparse array; make it dense first (.toarray() or .to_dense())"
        return f"an array of shape {tuple(value.shape)} and dtype {value.dtype}"
    return f"{value!r}"[:60]
