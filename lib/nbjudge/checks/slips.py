"""Explain an error that Python raised inside an answer: what was passed, and the likely slip."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbjudge.checks.wording import kind_text

__all__ = ["explain", "inputs_text"]

# Patterns of Python's and NumPy's own messages, and the most common slip behind each.
_SLIPS: tuple[tuple[str, str, str], ...] = (
    ("ValueError", r"truth value of an array",
     "`if`, `and`, `or`, `min` and `max` make a single decision, but got an array; "
     "`np.where`, `np.minimum` or a mask decides for each entry"),
    ("TypeError", r"only (length-1|0-dimensional|size-1) arrays can be converted",
     "`math.exp`, `float` and the like take a single number, but got an array; "
     "NumPy's own function (`np.exp`) takes both"),
    ("ValueError", r"matmul|shapes .* not aligned|core dimension",
     "`@` sums over the last axis of its left side, which must be as long as the last but one of "
     "its right side; do the shapes fit? write down the shapes of both sides: which one needs "
     "`.T`, or is a size written as a fixed number?"),
    ("ValueError", r"could not (be )?broadcast",
     "two arrays of different shapes meet in one operation; do the shapes fit? write down both "
     "shapes: is one transposed, an axis missing (`[:, None]`), or is a size written as a fixed "
     "number?"),
    ("ValueError", r"Expecting at least two arrays",
     "np.linalg.multi_dot takes two matrices or more; what is the product of a single one?"),
    ("ValueError", r"inhomogeneous",
     "one array cannot hold matrices of different shapes; keep them in a list"),
    ("ValueError", r"cannot reshape|dimension",
     "an array does not have the required number of axes or entries; is a size written as a "
     "fixed number?"),
    ("ValueError", r"\bnan\b|NaN|finite",
     "a number is NaN on the way: is something divided by 0?"),
    ("ValueError", r"[Ii]nvalid norm order",
     "NumPy has no norm with this name; without a second argument, `np.linalg.norm` is the root of "
     "the sum of squares, for a matrix too"),
    ("LinAlgError", r"must be square",
     "this function of NumPy takes square matrices only; np.linalg.svd takes any"),
    ("TypeError", r"takes .* positional arguments? but|missing \d+ required|unexpected keyword|"
                  r"multiple values for argument",
     "keep the function's name and its arguments, in the order in which the exercise gives them"),
    ("ValueError", r"values to unpack",
     "the code unpacks a fixed number of values, but there are more or fewer of them"),
    ("TypeError", r"NoneType",
     "a value is None: does a function that you call end without `return`?"),
    ("TypeError", r"has no len\(\)|is not subscriptable|is not iterable|'str'",
     "is a list, None or a tuple used as if it were an array or a number, or the other way around? "
     "compare the order of the arguments with the exercise"),
    ("TypeError", r"object is not callable",
     "something before a parenthesis is not a function: is a `*` missing, or was a function's "
     "name used for a variable?"),
    ("TypeError", r"(list|tuple) indices must be|can't multiply sequence|"
                  r"unsupported operand .*'(list|tuple)'",
     "lists do not support arithmetic; `np.asarray` makes an array of a list"),
    ("TypeError", r"unsupported operand type\(s\) for \^",
     "`^` is not a power in Python; write `**`"),
    ("TypeError", r"loop of ufunc does not support argument",
     "a whole number grew too large for NumPy, or an entry is not a number; is `int` needed?"),
    ("TypeError", r"numpy boolean subtract",
     "True and False cannot be subtracted; compare them with `!=`, or convert them to numbers"),
    ("ValueError", r"must have different signs",
     "a root finder needs two ends where the function has different signs; is the range too "
     "narrow for some inputs?"),
    ("ValueError", r"monotonically increasing|not properly sorted|not within `t_span`",
     "an integrator needs increasing times, but the exercise allows times in any order"),
    ("RuntimeError", r"[Ff]ailed to converge",
     "a root finder does not converge for some inputs; is there a closed form, or a better start?"),
    ("TypeError", r"only integer scalar arrays",
     "a list cannot be indexed with an array; `np.asarray` makes an array of it"),
    ("AttributeError", r"'(list|tuple|float|int)' object has no attribute",
     "the input may be a list or a single number; `np.asarray` makes an array of either"),
    ("IndexError", r"out of bounds|out of range|too many indices|invalid index to scalar",
     "an index is too large: count from 0, and take sizes from `.shape` and `len`; is a number of "
     "layers or a size written as a fixed number?"),
    ("AxisError", r"",
     "the input has fewer axes than the code assumes; axis=-1 is the last one, however many there "
     "are"),
    ("ValueError", r"larger sample than population",
     "more entries are drawn without replacement than there are; is a size written as a fixed "
     "number?"),
    ("TypeError", r"cannot be interpreted as an integer",
     "`range` and shapes take a whole number: is an array, a list or a float passed? "
     "`for value in values` loops over a list"),
    ("UnboundLocalError", r"",
     "the variable gets a value only in some branches of the function"),
    ("NameError", r"",
     "define or import the name in the cell of the answer; is it spelled the same everywhere?"),
    ("ZeroDivisionError", r"",
     "a denominator can be zero for inputs that the exercise allows"),
    ("OverflowError", r"cannot convert float infinity",
     "an infinite number is converted to a whole number; `int` takes finite numbers only"),
    ("OverflowError", r"",
     "an exponential became too large; which form of the formula keeps the exponent negative?"),
    ("RecursionError", r"",
     "the function calls itself forever"),
    ("AssertionError", r"",
     "an `assert` in your own code did not hold; does it forbid an input that is allowed?"),
    ("KeyError", r"",
     "the dictionary has no such key; compare the spelling with the exercise"),
)  # fmt: skip


def explain(kind: str, message: str) -> str:
    """Name the most common slip behind an error.

    Parameters
    ----------
    kind : str
        The name of the error's class.
    message : str
        The error's message, as Python or NumPy wrote it.

    Returns
    -------
    str
        A sentence without values; empty if the error is not a common one.

    Examples
    --------
    >>> explain("ZeroDivisionError", "float division by zero")
    'a denominator can be zero for inputs that the exercise allows'
    """
    for name, pattern, slip in _SLIPS:
        if kind == name and re.search(pattern, message[:500]):
            return slip
    return ""


def inputs_text(args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """Describe the inputs of a call by their kinds and shapes.

    Parameters
    ----------
    args : sequence
        The positional arguments.
    kwargs : mapping
        The named arguments.

    Returns
    -------
    str
        For example "an array of shape (5, 3), a number"; empty for a call without inputs.
    """
    parts = [kind_text(value) for value in args]
    parts += [f"{name}: {kind_text(value)}" for name, value in kwargs.items()]
    return ", ".join(parts[:8])
