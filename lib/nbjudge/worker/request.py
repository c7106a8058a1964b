"""Describe one call of a student's function, which goes unchanged from a check to the worker."""

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CallRequest"]


@dataclass(frozen=True)
class CallRequest:
    """Describe a call of a function that a student's notebook defines.

    Parameters
    ----------
    name : str
        The function.
    args : tuple
        Its positional arguments, as plain data.
    kwargs : dict
        Its named arguments, as plain data.
    deadline : float
        When the time of the calling check is up (`time.monotonic()`).
    forbid : tuple of str
        Functions ("module.function") that refuse to work during the call.
    most : int
        The largest number of bytes of the reply.
    arguments : bool, default False
        Whether to reply with the arguments after the call in place of the value.
    stand_ins : dict of str to str
        Functions of the student, and the ones ("module.function") that stand in for them during the
        call.
    """

    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    deadline: float
    forbid: tuple[str, ...]
    most: int
    arguments: bool = False
    stand_ins: dict[str, str] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """Return the request as it is sent to the worker (see `nbjudge.worker.main`)."""
        return {
            "name": self.name,
            "args": self.args,
            "kwargs": self.kwargs,
            "arguments": self.arguments,
            "forbid": list(self.forbid),
            "stand_ins": self.stand_ins,
        }
