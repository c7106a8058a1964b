"""Protect the judge's memory from workers of the same user (on Linux; elsewhere it does nothing).

A process may write to the memory of another one of the same user through /proc/PID/mem, and so
change what a check expects. The system forbids this for a process that may not be dumped, unless
the writer has the capability to trace others, which root's processes have.
"""

import ctypes
import sys

__all__ = ["give_up_tracing", "hide_memory"]

_SET_DUMPABLE, _DROP_FROM_BOUNDING_SET = 4, 24
_TRACE = 19  # CAP_SYS_PTRACE


def hide_memory() -> None:
    """Keep other processes out of this one's memory, from now on."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def give_up_tracing() -> None:
    """Drop root's right to open others' memory, for this process and its children."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_DROP_FROM_BOUNDING_SET, _TRACE, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this process
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then of higher numbers
    if libc.capget(header, sets) == 0:
        for number in range(3):
            sets[number] &= ~(1 << _TRACE)
        libc.capset(header, sets)
