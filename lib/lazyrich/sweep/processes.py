"""Start worker processes for points that train with PyTorch; they end with their parent."""

import contextlib
import ctypes
import multiprocessing.connection
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from lazyrich import _validate as validate

__all__ = ["keep_memory", "pool"]

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # of mallopt(3)


def pool(workers: int) -> ProcessPoolExecutor:
    """Start worker processes for points that train with PyTorch, with one thread each.

    The processes are spawned, because a fork of a process that has used PyTorch may hang. They end
    with this process, however it ends. If an error leaves the pool's `with` block, they are
    terminated without waiting for their results.

    Parameters
    ----------
    workers : int
        The number of processes, at least 1.

    Returns
    -------
    concurrent.futures.ProcessPoolExecutor
        The executor.

    Raises
    ------
    ValueError
        For fewer than one worker.
    """
    return _Pool(
        validate.count("workers", workers, 1), mp_context=get_context("spawn"), initializer=_begin
    )


def keep_memory() -> None:
    """Tell the C library to keep up to 2 GB that this process frees, where it is glibc.

    Otherwise each tensor of more than 32 MB goes back to the system when it is freed, and the
    system clears its pages one by one when the next step of training makes it again. At the
    paper's size this can take as long as the arithmetic. Elsewhere nothing changes.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


class _Pool(ProcessPoolExecutor):
    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> bool | None:
        if kind is not None:
            for process in [*(self._processes or {}).values()]:
                process.terminate()
            self.shutdown(wait=True, cancel_futures=True)
        return super().__exit__(kind, *rest)


def _begin() -> None:
    """Prepare a worker's process: it ends with its parent, keeps its memory, and PyTorch uses one
    thread.
    """
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    # Ctrl-C interrupts the whole process group; the parent ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    keep_memory()
    import torch

    torch.set_num_threads(1)


def _end_with(parent: int) -> None:
    multiprocessing.connection.wait([parent])
    os._exit(1)
