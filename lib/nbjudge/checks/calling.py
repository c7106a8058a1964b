"""Call an answer as a check does: on copies of the inputs, with plain data as the result."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from nbjudge.checks.comparison import agree, difference, identical
from nbjudge.checks.conditions import fail, unless_hidden
from nbjudge.checks.slips import explain, inputs_text
from nbjudge.checks.stubs import is_stub
from nbjudge.checks.wording import describe
from nbjudge.errors import AnswerError, CheckFailed, NotPlainError, Unwritten
from nbjudge.values import to_plain

__all__ = ["ask", "call", "fallback", "inputs_unchanged", "raises"]


def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an answer on copies of the inputs and return its result as plain data.

    Parameters
    ----------
    function : callable
        The answer. Its errors pass through, except for the two named below; a note on them says
        what was passed and names the likely slip.
    *args, **kwargs : object
        The inputs; the answer gets copies.

    Returns
    -------
    object
        What the answer returned, as `nbjudge.values.to_plain` makes it.

    Raises
    ------
    CheckFailed
        If the result is not plain data.
    Unwritten
        If the answer is still a stub.

    Examples
    --------
    >>> import numpy as np
    >>> call(lambda w: w * 2, np.array([1.0, 2.0]))
    array([2., 4.])
    """
    try:
        if _remote(function) is not None:
            return function(*args, **kwargs)
        return to_plain(function(*to_plain(args), **to_plain(kwargs)))
    except NotImplementedError as stub:
        space = getattr(function, "__globals__", None)
        if type(stub) is NotImplementedError and (space is None or is_stub(stub, space)):
            raise Unwritten(str(stub)) from None
        raise
    except NotPlainError as error:
        fail(f"{_name(function)}: {error}")
    except Exception as error:
        if _remote(function) is None:  # in a notebook, Python's traceback ends with these lines
            error.add_note(f"{_name(function)} was called with {inputs_text(args, kwargs)}.")
            if slip := explain(type(error).__name__, str(error)):
                error.add_note(f"A likely slip: {slip}.")
        raise


def ask(
    function: Callable,
    *args: Any,
    what: str,
    slips: Mapping[str, str] = MappingProxyType({}),
    **kwargs: Any,
) -> Any:
    """Call an answer as `call` does; if the answer raises, fail with a message that explains it.

    Parameters
    ----------
    function : callable
        The answer.
    *args : object
        The inputs.
    what : str
        The name of the result in the message.
    slips : mapping of str to str, optional
        Likely slips of this exercise: a regular expression for the error ("ValueError: ..."), and
        the slip behind it. If none matches, the most common one is named.
    **kwargs : object
        More inputs.

    Returns
    -------
    object
        What the answer returned, as plain data.

    Raises
    ------
    CheckFailed
        If the answer raised an error that a known slip explains; other errors pass through.
    Unwritten
        If the answer is still a stub.
    """
    try:
        return call(function, *args, **kwargs)
    except (NotImplementedError, CheckFailed):
        raise
    except Exception as error:
        kind, text = type(error).__name__, str(error)
        if isinstance(error, AnswerError):  # from the worker: its text begins with its own class
            kind, _, text = text.partition(": ")
        known = (slip for sign, slip in slips.items() if re.search(sign, f"{kind}: {text}"))
        slip = next(known, "") or explain(kind, text)
        if not slip:
            raise
        fail(f"{what}: {kind} was raised: {slip}{unless_hidden(f' ({text[:200]})')}")


def inputs_unchanged(function: Callable, *args: Any, **kwargs: Any) -> None:
    """Fail if the answer changes its arguments, which belong to its caller.

    Parameters
    ----------
    function : callable
        The answer.
    *args, **kwargs : object
        The inputs.

    Raises
    ------
    CheckFailed
        If an input changed during the call.
    """
    before, named_before = to_plain(args), to_plain(kwargs)
    remote = _remote(function)
    if remote is not None:
        after, named_after = remote(*args, **kwargs)
    else:
        after, named_after = to_plain(before), to_plain(named_before)
        function(*after, **named_after)
    if not identical(list(before), list(after)) or not identical(named_before, named_after):
        fail(
            f"{_name(function)} changes the arrays it is given; "
            "work on a copy, so that the caller's data stay as they were"
        )


def raises(
    error: type[Exception], function: Callable, *args: Any, what: str, **kwargs: Any
) -> None:
    """Fail unless the answer raises exactly the expected error.

    A subclass does not count, and neither does the error of a stub.

    Parameters
    ----------
    error : type of Exception
        The expected error.
    function : callable
        The answer.
    *args : object
        The inputs.
    what : str
        The name of the property in the message.
    **kwargs : object
        More inputs.

    Raises
    ------
    CheckFailed
        If the answer returns, or raises another error.
    Unwritten
        If the answer is still a stub.
    """
    try:
        call(function, *args, **kwargs)
    except error as caught:
        if type(caught) is error:
            return
        fail(f"{what}: expected {error.__name__}, but {_error_name(caught)} was raised")
    except (NotImplementedError, CheckFailed):
        raise
    except Exception as other:
        fail(f"{what}: expected {error.__name__}, but {_error_name(other)} was raised")
    else:
        fail(f"{what}: expected {error.__name__} to be raised, but the function returned a value")


def fallback(
    mine: Callable,
    library: Callable,
    *args: Any,
    passes: Callable[[Callable], object] | None = None,
    **kwargs: Any,
) -> Callable:
    """Choose the student's function if it agrees with the library's on one example.

    Cells after an exercise continue with either one; a printed line says when and why the library's
    function is used.

    Parameters
    ----------
    mine : callable
        The student's function.
    library : callable
        The function of the library that does the same.
    *args : object
        The example.
    passes : callable, optional
        If many answers are right: a check of `mine`, which decides in place of an example.
    **kwargs : object
        Named arguments of the example.

    Returns
    -------
    callable
        `mine` or `library`.
    """
    try:
        if passes is not None:
            passes(mine)
            return mine
        expected = to_plain(library(*args, **kwargs))
        got = to_plain(mine(*to_plain(args), **to_plain(kwargs)))
        if agree(got, expected):
            return mine
        example = inputs_text(args, kwargs) or "no input"
        reason = f"on an example ({example}) {_contrast(got, expected)}"
    except NotImplementedError:
        reason = "yours is still to be written"
    except CheckFailed as failed:
        reason = f"a check says: {failed}"
    except Exception as error:
        slip = explain(type(error).__name__, str(error))
        reason = f"yours raised {type(error).__name__}: {error}" + (f" ({slip})" if slip else "")
    print(f"From here on the library's {_name(mine)} is used: {reason}.")  # noqa: T201 (said to a student)
    return library


def _contrast(got: Any, want: Any) -> str:
    """Say how two results differ: what was expected and got at the first entry that differs."""
    if isinstance(want, Mapping) and isinstance(got, Mapping):
        for key in want:
            if key not in got or not agree(got[key], want[key]):
                return f"{key!r}: " + (_contrast(got[key], want[key]) if key in got else "missing")
    if isinstance(want, tuple) and isinstance(got, tuple | list) and len(got) == len(want):
        for place, (one, other) in enumerate(zip(got, want, strict=True), start=1):
            if not agree(one, other):
                return f"result {place}: {_contrast(one, other)}"
    numbers = [np.asarray(part) for part in (got, want)]
    if all(part.dtype.kind in "iuf" for part in numbers) and numbers[0].shape == numbers[1].shape:
        return difference(*numbers)
    return f"expected {describe(want)}, got {describe(got)}"


def _remote(function: Callable) -> Callable | None:
    """Get the function that returns a proxy's arguments after a call; None if it is not a proxy.

    A proxy runs the call in another process, and converts data to plain data in both directions.
    """
    return getattr(function, "call_and_return_arguments", None)


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _error_name(error: Exception) -> str:
    """Name a built-in error; a library's own class (LinAlgError) cannot be sent to the judge."""
    if type(error).__module__ == "builtins":
        return type(error).__name__
    return "an error of a library or of your own"
