"""Distinguish the error of an unwritten answer from one that a library raises."""

import dis
from types import TracebackType
from typing import Any

__all__ = ["is_stub"]


def is_stub(error: NotImplementedError, space: dict[str, Any]) -> bool:
    """Tell whether a notebook's own `raise` statement raised an error.

    Libraries raise NotImplementedError too, for example for an operation that a device lacks: then
    the answer is written, but fails.

    Parameters
    ----------
    error : NotImplementedError
        The error, as it was caught.
    space : dict
        The notebook's global names.

    Returns
    -------
    bool
        Whether the statement is in the notebook.
    """
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or last.tb_frame.f_globals is not space:
        return False
    return last.tb_frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]
