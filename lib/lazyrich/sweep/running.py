"""`run`: the points that a store does not have, over an executor, each under a claim."""

import inspect
import multiprocessing.connection
import os
import secrets
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lazyrich import _validate as validate
from lazyrich.sweep.grid import Point, grid, key
from lazyrich.sweep.locks import STALE
from lazyrich.sweep.points import SENT, TAKEN, Task, compute, wants_checkpoint
from lazyrich.sweep.store import done, load, open_store, write_member

__all__ = ["SweepError", "pool", "run"]


class SweepError(RuntimeError):
    """Some points failed; the finished ones are in the store. `failures`: [(point, the error's traceback)]."""

    def __init__(self, message: str, failures: list[tuple[Point, str]]) -> None:
        super().__init__(message)
        self.failures = failures


def run(
    function: Callable[..., Any],
    axes: Mapping[str, Iterable[Any]],
    store: str | Path,
    *,
    config: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    at_a_time: int | None = None,
    how: Mapping[str, Any] | None = None,
    progress: bool = False,
    stale: float = STALE,
) -> Any:
    """function(**point, **config) at every point of the grid that the store does not have yet; then all of it, as `load` gives it.

    function: returns name -> array, or an xarray.Dataset; the same shapes at every point. For a pool of processes or a cluster it must be
    importable by name. If it has a parameter `checkpoint` it is given a folder of its own in the store (STORE/seed-100), for what it is at:
    `training.train` takes it up from there. axes: name -> values, numbers or text; config: the rest of its arguments, fixed, plain data; how:
    others that do not change the result (a device) and may differ from one call to the next. executor: any of concurrent.futures' or a
    cluster's (None: here, one after the other); it is not shut down. Workers that see the store's folder write there; results of others
    come back and are written here, and their `checkpoint` is None. at_a_time: points handed out at once (None: twice the executor's workers).
    stale: seconds after which the claim of a process that gives no sign of life is taken over.

    Raises:
        ValueError: for a store that is damaged, or of another function or configuration.
        SweepError: if points fail, after all others are done; those that finished stay, and the next call tries the others again.
    """
    root, points = Path(store), grid(axes)
    stale = validate.rate("stale", stale)
    config, how = dict(config or {}), dict(how or {})
    _fits(function, points[0], config, how)
    open_store(root, function, config)
    mark = (
        "sweep.json" if executor is None else f".{secrets.token_hex(8)}"
    )  # no other folder has such a file
    task = Task(function, config | how, root.resolve(), mark, stale)
    todo = {key(point): point for point in points}
    for name in [name for name in todo if done(root, name, read=True)]:
        del todo[name]
    bar = tqdm(
        total=len(points),
        initial=len(points) - len(todo),
        disable=not progress,
        desc="sweep",
        unit="point",
    )
    failures: list[tuple[Point, str]] = []
    try:
        if executor is None:
            _here(task, todo, bar, failures)
        else:
            (root / mark).touch()
            width = at_a_time or 2 * getattr(executor, "_max_workers", 8)
            _handed_out(task, todo, bar, failures, executor, validate.count("at_a_time", width, 1))
    finally:
        bar.close()
        if executor is not None:
            (root / mark).unlink(missing_ok=True)
    if failures:
        point, text = failures[0]
        last = text.strip().splitlines()[-1]
        raise SweepError(
            f"{len(failures)} of {len(points)} points failed; the first, {point}: {last}. "
            f"The others are in {root}; run again to try only what is missing",
            failures,
        )
    return load(store, axes)


def pool(workers: int) -> ProcessPoolExecutor:
    """Processes for points that train with PyTorch: started afresh (a fork of a process that has used PyTorch may hang), one thread each.

    They end with this process, however it ends, and with a `with` block that an error leaves: what they are at is not waited for.
    Raises ValueError for fewer than one worker.
    """
    return _Pool(
        validate.count("workers", workers, 1), mp_context=get_context("spawn"), initializer=_begin
    )


class _Pool(ProcessPoolExecutor):
    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> bool | None:
        if kind is not None:
            for process in [*(self._processes or {}).values()]:
                process.terminate()
            self.shutdown(wait=True, cancel_futures=True)
        return super().__exit__(kind, *rest)


def _begin() -> None:
    """A worker's process starts."""
    threading.Thread(
        target=_end_with, args=(multiprocessing.parent_process().sentinel,), daemon=True
    ).start()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # of the terminal; whoever started this process ends it
    import torch

    torch.set_num_threads(1)


def _end_with(parent: int) -> None:
    multiprocessing.connection.wait([parent])
    os._exit(1)


def _here(task: Task, todo: dict[str, Point], bar: tqdm, failures: list[tuple[Point, str]]) -> None:
    while todo:
        busy = {}
        for name, point in todo.items():
            try:
                if not _settled(task, point, *compute(task, point)):
                    busy[name] = point
                    continue
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if len(busy) == len(todo):
            time.sleep(min(1.0, task.stale / 10))
        todo = busy


def _handed_out(
    task: Task,
    todo: dict[str, Point],
    bar: tqdm,
    failures: list[tuple[Point, str]],
    executor: Executor,
    width: int,
) -> None:
    queue, flying = list(todo.values()), {}
    while queue or flying:
        while queue and len(flying) < width:
            point = queue.pop(0)
            flying[executor.submit(compute, task, point)] = point
        finished = _some(flying)
        taken = 0
        for future in finished:
            point = flying.pop(future)
            try:
                if not _settled(task, point, *future.result()):
                    queue.append(point)
                    taken += 1
                    continue
            except BrokenProcessPool:
                raise SweepError(
                    "a worker process died (killed, or out of memory?): use fewer workers, smaller points or float32. "
                    f"Finished points are in {task.root}; run again to go on",
                    [*failures, (point, traceback.format_exc())],
                ) from None
            except CancelledError:
                raise SweepError(
                    f"the executor gave up its points (has the cluster's scheduler ended?). Finished points are in {task.root}; run again to go on",
                    [*failures, (point, traceback.format_exc())],
                ) from None
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if taken and taken == len(finished):
            time.sleep(min(1.0, task.stale / 10))


def _settled(task: Task, point: Point, word: str, result: Any) -> bool:
    """Whether the point's result is in the store: written here if it was sent."""
    if word == SENT and not done(task.root, key(point)):
        write_member(task.root, key(point), point, result)
    return word != TAKEN


def _some(flying: dict[Future, Any]) -> list[Future]:
    """At least one finished future. Executors of clusters have futures of their own kind, which only know `done`."""
    if all(isinstance(future, Future) for future in flying):
        return list(wait(flying, return_when=FIRST_COMPLETED).done)
    while True:
        found = [future for future in flying if future.done()]
        if found:
            return found
        time.sleep(0.02)


def _fits(function: Callable, point: Point, config: dict, how: dict) -> None:
    """The function takes these arguments: said before anything is computed."""
    for name, ours, theirs, what in (
        ("config", config, point, "an axis"),
        ("how", how, point | config, "set"),
    ):
        if both := set(ours) & set(theirs):
            raise ValueError(f"{name}: {', '.join(sorted(both))} is {what} too; name it once")
    given = point | config | how
    try:
        inspect.signature(function).bind(
            **({"checkpoint": None} if wants_checkpoint(function) else {}) | given
        )
    except TypeError as error:
        raise ValueError(
            f"function: {getattr(function, '__qualname__', function)} cannot be called with {[*given]}: {error}"
        ) from None
    except ValueError:
        return  # a function that does not tell its arguments
