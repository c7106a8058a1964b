"""Stands in the tests for a function of the student's: calls go to the worker, plain data come back."""

import builtins
from dataclasses import dataclass
from typing import Any

from nbjudge.engine.session import Session, Trouble
from nbjudge.values import NotPlainError, to_plain
from nbjudge.worker.frames import FrameError

__all__ = ["ERRORS", "AnswerError", "Calls", "HandedOver", "Proxy", "Undefined"]


class AnswerError(Exception):
    """The answer raised something that is no plain built-in exception; no test for an error accepts it."""


class Undefined(NotImplementedError):
    """The student's notebook defines no such name."""


class HandedOver(Trouble):
    """The answer is the library's own function, which the exercise forbids."""

    def __init__(self, name: str, forbidden: str):
        super().__init__(
            "failed", f"{name} hands the question over to {forbidden}; write it yourself"
        )


def _one_argument(error: type) -> bool:
    try:
        error("x")
    except TypeError:
        return False
    return True


# The exceptions that may cross: built in, made from a message alone, and no order to a loop of the test's: raised inside
# `map` or `zip`, StopIteration would end it, and what was to be checked would be an empty list.
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
    """What the calls of one check share: the worker, the check's deadline, and what happened."""

    session: Session
    deadline: float
    forbid: tuple[str, ...] = ()  # functions of the library that the answer may not call
    first: tuple[str, tuple, dict, Any] | None = (
        None  # name, arguments and result of the check's first call
    )
    raised: Exception | None = None  # the last error that the answer (not the test) raised
    trouble: Trouble | None = None
    room: int | None = None  # bytes that the replies may still have together

    def request(self, name: str, args: tuple, kwargs: dict, *, arguments: bool = False) -> Any:
        """The value that the answer returns (or its arguments after the call); raises what it raises."""
        args, kwargs = to_plain(args), to_plain(kwargs)
        room = self.session.limits.answers if self.room is None else self.room
        try:
            reply = self._call(name, args, kwargs, arguments=arguments, most=max(0, room))
            self.room = room - self.session.received
        except Trouble as trouble:
            self.trouble = trouble
            raise
        except FrameError as error:
            raise ValueError(f"the check's own inputs cannot be sent: {error}") from None
        if self.first is None and not arguments:
            self.first = (name, args, kwargs, _outcome(reply))
        if "value" in reply:
            return reply["value"]
        if "refused" in reply:
            raise NotPlainError(str(reply["refused"])[:500])
        if "undefined" in reply:
            raise Undefined(f"{name} is not defined")
        self.raised = _rebuild(reply["raised"])
        raise self.raised

    def first_call_repeats(self) -> bool:
        """Make the check's first call again: does the same come back? (True if there is nothing to compare.)"""
        if self.first is None or self.trouble is not None:
            return True
        name, args, kwargs, outcome = self.first
        try:
            reply = self._call(name, args, kwargs, arguments=False)
        except Trouble:
            return True
        return _same(_outcome(reply), outcome)

    def _call(self, name: str, args: tuple, kwargs: dict, **options: Any) -> dict[str, Any]:
        reply = self.session.call(
            name, args, kwargs, deadline=self.deadline, forbid=self.forbid, **options
        )
        if "forbidden" in reply:
            known = reply["forbidden"] in self.forbid
            raise HandedOver(name, reply["forbidden"] if known else "the library")
        return reply


class Proxy:
    """A callable with the name of the student's function. Takes plain arguments, returns plain data."""

    __slots__ = ("__name__", "_calls")

    def __init__(self, name: str, calls: Calls):
        self.__name__, self._calls = name, calls

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._calls.request(self.__name__, args, kwargs)

    def call_and_return_arguments(self, *args: Any, **kwargs: Any) -> tuple[tuple, dict]:
        """Call, and return the arguments as they are after the call."""
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
    builtin, own, message = raised
    if builtin in ERRORS:
        return ERRORS[builtin]((message or "")[:500])
    own = own if own and own.isidentifier() else "error"
    return AnswerError(f"{own[:100]}: {message or ''}"[:500])


def _outcome(reply: dict[str, Any]) -> Any:
    """A reply to compare with another: a copy, for the test may write into the value it got."""
    return to_plain({key: reply.get(key) for key in ("value", "raised", "undefined", "refused")})


def _same(a: Any, b: Any) -> bool:
    import numpy as np

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
