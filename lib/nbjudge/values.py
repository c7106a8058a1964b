"""Convert what graded functions take and return to plain data, the same way everywhere.

A student may answer with a list, a NumPy scalar or a torch tensor; a check should not care.
`to_plain` converts any of them to the few types that can also be sent to another process as bytes.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbjudge.errors import NotPlainError

__all__ = ["to_plain"]

MAX_DEPTH = 32


def to_plain(value: Any) -> Any:
    """Convert a value to plain data, as a copy.

    Kept: None, bool, int, float, complex, str, bytes, list, tuple, dict and numeric or boolean
    `numpy.ndarray` (native byte order, C order). Converted: NumPy scalars to Python scalars,
    subclasses of the types above to their base type, `range` to list, torch tensors and anything
    else with `__array__` to arrays; float16 and longdouble arrays to float64.

    Parameters
    ----------
    value : object
        An argument or a return value of a function.

    Returns
    -------
    object
        The copy, which shares nothing with `value`.

    Raises
    ------
    NotPlainError
        If a part of `value` is anything else, or a masked array hides values; the message names
        the type and what to return.

    Examples
    --------
    >>> to_plain((np.float32(0.5), [np.int64(2), range(2)]))
    (0.5, [2, [0, 1]])
    """
    return _plain(value, 0)


def _plain(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotPlainError(
            f"the value is nested more than {MAX_DEPTH} levels deep; return something flatter"
        )
    if value is None or type(value) in (bool, int, float, complex, str, bytes):
        return value
    if isinstance(value, np.generic) and value.dtype.kind in "biufcSU":
        return {"f": float, "c": complex}.get(value.dtype.kind, np.generic.item)(value)
    if isinstance(value, np.ndarray):
        return _array(value)
    if isinstance(value, Mapping):
        return {_plain(k, depth + 1): _plain(v, depth + 1) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_plain(v, depth + 1) for v in value)
    if isinstance(value, list | range):
        return [_plain(v, depth + 1) for v in value]
    base: Any
    for base in (bool, int, float, complex, str, bytes):
        if isinstance(value, base):
            return base(value)
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        # a torch tensor, without importing torch
        tensor = value.detach().cpu()
        tensor = tensor.resolve_conj() if hasattr(tensor, "resolve_conj") else tensor
        value = tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor
    if hasattr(value, "__array__"):
        try:
            array = np.asarray(value)
        except Exception as error:  # an error of another library, for example for a sparse tensor
            raise NotPlainError(
                f"got {_article(type(value).__name__)} that cannot become a NumPy array "
                f"({str(error)[:100]}); return an ordinary array"
            ) from error
        return _array(array)
    raise NotPlainError(
        f"got {_article(type(value).__name__)}, which cannot be graded; "
        "return numbers, strings, lists, tuples, dicts or NumPy arrays"
    )


def _array(value: np.ndarray) -> Any:
    kind = value.dtype.kind
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise NotPlainError(
            "got a masked array with hidden values; return an ordinary array, made with .filled() "
            "or .compressed()"
        )
    if kind in "SU":
        return value.tolist()
    if kind == "O":  # np.array of mixed things: fine if every entry is itself plain
        return _plain(value.tolist(), 1)
    if kind not in "biufc":
        raise NotPlainError(
            f"got an array of dtype {value.dtype}; return a numeric or boolean array"
        )
    if kind == "f" and value.dtype.itemsize not in (4, 8):
        value = value.astype(np.float64)
    if kind == "c" and value.dtype.itemsize not in (8, 16):
        value = value.astype(np.complex128)
    native = value.dtype.newbyteorder("=")
    return np.array(value, dtype=native, order="C", copy=True, subok=False)


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
