"""Call an answer as a check does: on copies of the inputs, with plain data as the result."""

from collections.abc import Callable
from typing import Any

from nbjudge.checks.comparison import agree, identical
from nbjudge.checks.conditions import fail
from nbjudge.errors import CheckFailed, NotPlainError, Unwritten
from nbjudge.values import to_plain

__all__ = ["call", "fallback", "inputs_unchanged", "raises"]


def call(function: Callable, *args: Any, **kwargs: Any) -> Any:
    """Call an answer on copies of the inputs and return its result as plain data.

    Parameters
    ----------
    function : callable
        The answer. Its errors pass through, but for the two named below.
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
        if type(stub) is NotImplementedError:
            raise Unwritten(str(stub)) from None
        raise
    except NotPlainError as error:
        fail(f"{_name(function)}: {error}")


def inputs_unchanged(function: Callable, *args: Any, **kwargs: Any) -> None:
    """Fail if the answer writes into its arguments, which are its caller's arrays.

    Parameters
    ----------
    function : callable
        The answer.
    *args, **kwargs : object
        The inputs.

    Raises
    ------
    CheckFailed
        If an input is another one after the call.
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
    """Fail unless the answer raises exactly the error expected.

    A subclass does not count, nor does the error that a stub raises.

    Parameters
    ----------
    error : type of Exception
        The error expected.
    function : callable
        The answer.
    *args : object
        The inputs.
    what : str
        The property, as the message names it.
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


def fallback(mine: Callable, library: Callable, *args: Any, **kwargs: Any) -> Callable:
    """Choose the student's function if it agrees with the library's on one example.

    Cells that come after an exercise go on with either; a printed line says when and why the
    library's function is used.

    Parameters
    ----------
    mine : callable
        The student's function.
    library : callable
        The function of the library that does the same.
    *args, **kwargs : object
        The example.

    Returns
    -------
    callable
        `mine` or `library`.
    """
    try:
        got = to_plain(mine(*to_plain(args), **to_plain(kwargs)))
        if agree(got, to_plain(library(*args, **kwargs))):
            return mine
        reason = "yours gives another result on an example"
    except NotImplementedError:
        reason = "yours is still to be written"
    except Exception as error:
        reason = f"yours raised {type(error).__name__}"
    print(f"From here on the library's {_name(mine)} is used: {reason}.")
    return library


def _remote(function: Callable) -> Callable | None:
    """Find how to get the arguments back from the judge's proxy; None for any other function.

    A proxy runs the call in another process and makes data plain on the way there and back.
    """
    return getattr(function, "call_and_return_arguments", None)


def _name(function: Callable) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _error_name(error: Exception) -> str:
    """Name a built-in class; a library's own (LinAlgError) does not cross to the judge."""
    if type(error).__module__ == "builtins":
        return type(error).__name__
    return "an error of a library's or of your own class"
