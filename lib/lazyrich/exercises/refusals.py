"""Check that an answer refuses inputs, and for the reason that the exercise gives."""

import re
from collections.abc import Callable
from typing import Any

from nbjudge import checks

__all__ = ["refuses"]

# What NumPy says where shapes do not fit. Nobody chooses these words for an error of one's own.
_NUMPY = re.compile(
    r"operands could not be broadcast|could not broadcast input array|matmul: Input operand|"
    r"shapes \(.*\) and \(.*\) not aligned|cannot reshape array of size|"
    r"truth value of an array with more than one element"
)


def refuses(function: Callable, refused: tuple, taken: tuple, *, what: str, **rates: float) -> None:
    """Fail unless an answer raises a ValueError of its own for inputs that cannot be used.

    The error that NumPy raises for shapes that do not fit is no refusal, nor is an error that comes
    in the same words for inputs that can be used.

    Parameters
    ----------
    function : callable
        The answer.
    refused : tuple
        The inputs that the exercise tells it to refuse.
    taken : tuple
        Inputs of the same kind that can be used. Whether the result is right does not matter here.
    what : str
        What cannot be used, as the message names it.
    **rates : float
        Named inputs of both calls.
    """
    said = _said(function, refused, rates)
    if said is not None:
        checks.that(
            not _NUMPY.search(said),
            f"{what}: the ValueError is NumPy's own, since shapes happen not to fit; find out "
            "whether the inputs can be used before you compute, and raise the error yourself",
            shown=said[:200],
        )
        checks.that(
            said != _said(function, taken, rates),
            f"{what}: the same ValueError comes for inputs that can be used, so it has another "
            "reason",
            shown=said[:200],
        )
    checks.raises(ValueError, function, *refused, what=what, **rates)


def _said(function: Callable, inputs: tuple, rates: dict[str, Any]) -> str | None:
    """Return the text of the ValueError that an answer raises; None for anything else."""
    try:
        checks.call(function, *inputs, **rates)
    except ValueError as error:
        return str(error)
    except Exception:  # what else may be wrong with the answer is another check's question
        return None
    return None
