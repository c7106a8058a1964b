"""Stand in for a student's function in tests: calls go to the worker, plain data comes back."""

import builtins
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nbjudge.checks.slips import inputs_text
from nbjudge.engine.hidden import refusal
from nbjudge.engine.session import Session
from nbjudge.errors import (
    AnswerError,
    FrameError,
    HandedOver,
    NotPlainError,
    Trouble,
    Undefined,
)
from nbjudge.values import to_plain
from nbjudge.worker.request import CallRequest

__all__ = ["ERRORS", "Calls", "Proxy"]

COMPARED = 16 * 2**20  # bytes of a result that is kept to compare it with that of a second call


def _one_argument(error: type) -> bool:
    try:
        error("x")
    except TypeError:
        return False
    return True


# The exceptions that are passed on: built in, made from only a message, and not a signal to loops
# of the test: StopIteration, raised inside `map` or `zip`, would end the loop, and the test would
# check an empty list.
ERRORS: dict[str, type[Exception]] = {
    name: value
    for name, value in vars(builtins).items()
    if isinstance(value, type)
    and issubclass(value, Exception)
    and value.__name__ == name
    and _one_argument(value)
    if value not in (StopIteration, StopAsyncIteration)
}


@dataclass
class Calls:
    """Hold the shared state of the calls of one check, and what happened in them.

    Parameters
    ----------
    session : Session
        Where the student's code runs.
    deadline : float
        When the time for the check's calls is up (`time.monotonic()`).
    forbid : tuple of str
        Functions of the library that the answer may not call.
    stand_ins : dict of str to str
        Functions of the student, and those of the library that stand in for them.
    private : bool, default False
        Whether a hidden check has run, so that the worker's texts may reveal its inputs.
    """

    session: Session
    deadline: float
    forbid: tuple[str, ...] = ()
    stand_ins: dict[str, str] = field(default_factory=dict)
    private: bool = False

    def __post_init__(self) -> None:
        self.first: tuple[CallRequest, Any] | None = None  # the first call, and its outcome
        self.raised: Exception | None = None  # the last error that the answer (not the test) raised
        self.raised_for = ""  # the kinds and shapes of the inputs for which it did so
        self.trouble: Trouble | None = None
        self.room = self.session.limits.answers  # total bytes left for replies

    def request(self, name: str, args: tuple, kwargs: dict, *, arguments: bool = False) -> Any:
        """Call a function of the student, and raise whatever it raises.

        Parameters
        ----------
        name : str
            The function.
        args : tuple
            Its positional arguments.
        kwargs : dict
            Its named arguments.
        arguments : bool, default False
            Whether to return the arguments after the call in place of the value.

        Returns
        -------
        object
            Plain data.
        """
        request = CallRequest(
            name,
            to_plain(args),
            to_plain(kwargs),
            deadline=self.deadline,
            forbid=self.forbid,
            most=max(0, self.room),
            arguments=arguments,
            stand_ins=self.stand_ins,
        )
        try:
            reply = self._call(request)
            self.room -= self.session.received
        except Trouble as trouble:
            self.trouble = trouble
            raise
        except FrameError as error:
            raise ValueError(f"the check's own inputs cannot be sent: {error}") from None
        if self.first is None and not arguments and self.session.received <= COMPARED:
            self.first = (request, _outcome(reply))
        if "value" in reply:
            return reply["value"]
        if "refused" in reply:
            reason = str(reply["refused"])[:500]
            raise NotPlainError(refusal(reason) if self.private else reason)
        if "undefined" in reply:
            raise Undefined(f"{name} is not defined")
        self.raised_for = inputs_text(args, kwargs)
        self.raised = _rebuild(reply["raised"])
        raise self.raised

    def first_call_repeats(self) -> bool:
        """Make the check's first call again and compare; True if there is nothing to compare."""
        if self.first is None or self.trouble is not None:
            return True
        request, outcome = self.first
        try:
            reply = self._call(replace(request, most=self.session.limits.answers))
            return _same(_outcome(reply), outcome)
        except Trouble:
            return True
        except (NotPlainError, ValueError):  # it cannot be compared
            return False

    def _call(self, request: CallRequest) -> dict[str, Any]:
        reply = self.session.call(request)
        if "forbidden" in reply:
            name = reply["forbidden"]
            known = type(name) is str and name in self.forbid
            raise HandedOver(request.name, name if known else "the library")
        return reply


class Proxy:
    """Call a student's function by its name, with plain data in both directions.

    Parameters
    ----------
    name : str
        The function.
    calls : Calls
        The shared state of the check's calls.
    """

    __slots__ = ("__name__", "_calls")

    def __init__(self, name: str, calls: Calls):
        self.__name__, self._calls = name, calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._calls.request(self.__name__, args, kwargs)

    def call_and_return_arguments(self, *args: Any, **kwargs: Any) -> tuple[tuple, dict]:
        """Call the function, and return the arguments as they are after the call."""
        after = self._calls.request(self.__name__, args, kwargs, arguments=True)
        if not (type(after) is tuple and [type(part) for part in after] == [tuple, dict]):
            raise AnswerError("no arguments came back")
        return after

    def __repr__(self) -> str:
        return f"<the student's {self.__name__}>"


def _rebuild(raised: Any) -> Exception:
    if not (
        isinstance(raised, list)
        and len(raised) == 3
        and all(p is None or type(p) is str for p in raised)
    ):
        return AnswerError("an error")
    builtin, name, message = raised
    if builtin in ERRORS:
        return ERRORS[builtin]((message or "")[:500])
    name = name if name and name.isidentifier() else "error"
    return AnswerError(f"{name[:100]}: {message or ''}"[:500])


def _outcome(reply: dict[str, Any]) -> Any:
    """Copy a reply for a later comparison: the test may change the value that it gets."""
    return to_plain({key: reply.get(key) for key in ("value", "raised", "undefined", "refused")})


def _same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(_same, a.values(), b.values()))
    if isinstance(a, np.ndarray | float | complex):
        a, b = np.asarray(a), np.asarray(b)
        return a.shape == b.shape and bool(
            np.all(np.isclose(a, b, rtol=1e-6, atol=1e-12, equal_nan=True))
        )
    return a == b
