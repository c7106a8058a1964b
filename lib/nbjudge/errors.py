"""Define all errors of judging in one place.

::

    Exception
    ├── ValueError
    │   └── ContractError            the assignment cannot be graded as it is written
    ├── TypeError
    │   └── NotPlainError            a value is not plain data
    ├── RuntimeError
    │   └── StartError               this machine could not start a worker process
    ├── AssertionError
    │   └── CheckFailed              an answer lacks the property that a check asks for
    ├── NotImplementedError
    │   ├── Unwritten                the answer is still the stub
    │   └── Undefined                the notebook defines no function with that name
    ├── AnswerError                  the answer raised an error that is not built in
    ├── Forbidden                    the answer called a function that the exercise asks for
    ├── TransportError               a value did not pass between judge and worker
    │   ├── FrameError
    │   │   └── FrameTooLarge
    │   ├── ChannelClosed
    │   └── ChannelTimeout
    └── WorkerError                  a request to a worker got no usable reply
        ├── WorkerTimeout
        └── WorkerDied
    BaseException                    a check's own `except Exception` must not catch these
    ├── Trouble                      the worker, not the answer, ended a call
    │   └── HandedOver               the answer is a function that the exercise forbids
    └── Overdue                      the time for the judge's own part of a check is up

`ContractError` and `StartError` reach the caller of `nbjudge.judge`; students see `CheckFailed` and
`Unwritten` in a notebook. All others are turned into a status and a message inside the engine.
"""

from typing import Any

__all__ = [
    "AnswerError",
    "ChannelClosed",
    "ChannelTimeout",
    "CheckFailed",
    "ContractError",
    "Forbidden",
    "FrameError",
    "FrameTooLarge",
    "HandedOver",
    "NotPlainError",
    "Overdue",
    "StartError",
    "TransportError",
    "Trouble",
    "Undefined",
    "Unwritten",
    "WorkerDied",
    "WorkerError",
    "WorkerTimeout",
]


class ContractError(ValueError):
    """Report an assignment that cannot be graded as written; the message names cell and reason."""


class NotPlainError(TypeError):
    """Report a value that is not plain data (see `nbjudge.values.to_plain`)."""


class StartError(RuntimeError):
    """Report a worker that did not start: the machine's fault, never the student's."""


class _MessageOnly:
    """Show only the message in a notebook: a traceback through a check would not help a student."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints in place of a traceback."""
        return [str(self)]


class CheckFailed(_MessageOnly, AssertionError):
    """Report a property that an answer lacks; the message is written for the student."""


class Unwritten(_MessageOnly, NotImplementedError):
    """Report an answer that is still the released stub."""


class Undefined(NotImplementedError):
    """Report a name that the student's notebook does not define as a function."""


class AnswerError(Exception):
    """Report an answer's error that is not built in; no check for an expected error accepts it."""


class Forbidden(Exception):
    """Report a call of a function that the exercise asks the student to write.

    Parameters
    ----------
    name : str
        The function's full name, "module.function".
    """

    def __init__(self, name: str):
        super().__init__(f"{name} does what this exercise asks for: write it yourself")
        self.name = name


class TransportError(Exception):
    """Report that a value did not pass from one process to the other."""


class FrameError(TransportError):
    """Report bytes that are not a frame, or a value that does not fit into one."""


class FrameTooLarge(FrameError):
    """Report a frame with more bytes than its receiver accepts."""


class ChannelClosed(TransportError):
    """Report that the other side is gone."""


class ChannelTimeout(TransportError):
    """Report that the deadline has passed."""


class WorkerError(Exception):
    """Report that a request to a worker got no usable reply."""


class WorkerTimeout(WorkerError):
    """Report a request that passed its deadline.

    Parameters
    ----------
    alive : bool
        Whether the worker could be interrupted and keeps running.
    reply : object, optional
        What the interrupted worker replied.
    """

    def __init__(self, alive: bool, reply: Any = None):
        super().__init__("timeout")
        self.alive, self.reply = alive, reply


class WorkerDied(WorkerError):
    """Report a worker that ended, or sent something that is not a frame; the message says how."""


class Trouble(BaseException):
    """Report that the worker, not the answer, ended a call.

    Parameters
    ----------
    status : str
        What the check's result will be: a value of `nbjudge.results.Status`.
    message : str
        The reason, written for the student.
    """

    def __init__(self, status: str, message: str):
        super().__init__(message)
        self.status, self.message = status, message


class HandedOver(Trouble):
    """Report an answer that only calls a function that the exercise forbids.

    Parameters
    ----------
    name : str
        The student's function.
    forbidden : str
        The function that it calls.
    """

    def __init__(self, name: str, forbidden: str):
        super().__init__("failed", f"{name} leaves the work to {forbidden}; write it yourself")


class Overdue(BaseException):
    """Report that the time for the judge's own part of a check is up."""
