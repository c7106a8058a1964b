"""Set the conditions of a check: whether messages may show values, and the seed of its inputs."""

import contextlib
import contextvars
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import numpy as np

from nbjudge.errors import CheckFailed

__all__ = ["context", "fail", "is_hidden", "rng", "unless_hidden"]


@dataclass(frozen=True)
class _Context:
    hidden: bool = False
    seed: int = 0


_current: contextvars.ContextVar[_Context] = contextvars.ContextVar(
    "nbjudge_checks",
    default=_Context(),  # noqa: B039 (it is frozen)
)


@contextlib.contextmanager
def context(*, hidden: bool = False, seed: int = 0) -> Iterator[None]:
    """Run the checks in a `with` block under the judge's conditions.

    Parameters
    ----------
    hidden : bool, default False
        Whether messages leave out every value.
    seed : int, default 0
        The seed of `rng`.

    Yields
    ------
    None
        Nothing.
    """
    token = _current.set(_Context(hidden, seed))
    try:
        yield
    finally:
        _current.reset(token)


def rng(stream: int = 0) -> np.random.Generator:
    """Make the generator that a check draws its inputs from.

    Its seed is 0 in a student's notebook; the judge uses its own.

    Parameters
    ----------
    stream : int, default 0
        The number of one of the independent generators of this seed.

    Returns
    -------
    numpy.random.Generator
        A fresh generator.
    """
    return np.random.default_rng([_current.get().seed, stream])


def is_hidden() -> bool:
    """Tell whether a hidden check is running.

    Returns
    -------
    bool
        Whether messages must leave out every value.
    """
    return _current.get().hidden


def unless_hidden(text: str) -> str:
    """Return a part of a message, or nothing in a hidden check.

    Parameters
    ----------
    text : str
        A part of a message with values in it.

    Returns
    -------
    str
        `text`, or nothing in a hidden check.
    """
    return "" if is_hidden() else text


def fail(message: str) -> NoReturn:
    """Let the running check fail.

    Parameters
    ----------
    message : str
        What the student reads.

    Raises
    ------
    CheckFailed
        Always.
    """
    raise CheckFailed(message)
