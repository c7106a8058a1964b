"""Compute the points that a store does not have yet with an executor, each under a claim."""

import inspect
import secrets
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    CancelledError,
    Executor,
    Future,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lazyrich import _validate as validate
from lazyrich.sweep.grid import Point, grid, key
from lazyrich.sweep.locks import STALE
from lazyrich.sweep.points import SENT, TAKEN, Task, compute, wants_checkpoint
from lazyrich.sweep.store import done, load, open_store, write_member

__all__ = ["SweepError", "run"]


class SweepError(RuntimeError):
    """Report that some points failed; the finished ones are in the store.

    Parameters
    ----------
    message : str
        How many points failed, and the first error.
    failures : list of (dict, str)
        The failed points, each with its traceback.
    """

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
    """Compute function(**point, **config) at every missing point of a grid, and load all results.

    Parameters
    ----------
    function : callable
        A function that returns a dictionary of arrays or an xarray.Dataset, of the same shapes at
        every point. For a process pool or a cluster it must be importable by name. If it has a
        parameter `checkpoint`, this is a folder in the store (such as STORE/seed-100) for the state
        from which `training.train` resumes, or None on a worker that does not see the store.
    axes : mapping of str to iterable
        The values of each axis: numbers or text.
    store : str or Path
        The folder of the results.
    config : mapping of str to Any, optional
        The function's other arguments, plain data that is fixed for the store.
    executor : Executor, optional
        An executor of concurrent.futures or of a cluster; it is not shut down. If left out, the
        points are computed in this process, one after the other. Workers that see the store's
        folder write results there; other workers send them back, and this process writes them.
    at_a_time : int, optional
        How many points are submitted at once; twice the executor's workers if left out.
    how : mapping of str to Any, optional
        Arguments that do not change the result, such as a device, and may differ between calls.
    progress : bool, default False
        Whether to show a progress bar.
    stale : float, default 60.0
        Seconds after which the claim of a silent process is taken over.

    Returns
    -------
    xarray.Dataset
        The results, as returned by `load`.

    Raises
    ------
    ValueError
        If the store is damaged, or belongs to another function or configuration.
    SweepError
        If points fail, after all others are done. Finished points stay in the store; the next call
        tries the others again.
    """
    root, points = Path(store), grid(axes)
    stale = validate.rate("stale", stale)
    config, how = dict(config or {}), dict(how or {})
    _fits(function, points[0], config, how)
    open_store(root, function, config)
    # No other folder has this file, so a worker that finds it sees this store.
    mark = "sweep.json" if executor is None else f".{secrets.token_hex(8)}"
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
            f"Finished points are kept in {root}; run again to compute only the missing ones",
            failures,
        )
    return load(store, axes)


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
    queue = list(todo.values())
    flying: dict[Any, Point] = {}
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
                    "a worker process died (killed, or out of memory?): use fewer workers, "
                    "smaller points or float32. "
                    f"Finished points are in {task.root}; run again to resume",
                    [*failures, (point, traceback.format_exc())],
                ) from None
            except CancelledError:
                raise SweepError(
                    "the executor canceled its points (has the cluster's scheduler stopped?). "
                    f"Finished points are in {task.root}; run again to resume",
                    [*failures, (point, traceback.format_exc())],
                ) from None
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if taken and taken == len(finished):
            time.sleep(min(1.0, task.stale / 10))


def _settled(task: Task, point: Point, outcome: str, result: Any) -> bool:
    """Write the point's result if it was sent back; return whether it is in the store."""
    if outcome == SENT and not done(task.root, key(point)):
        write_member(task.root, key(point), point, result)
    return outcome != TAKEN


def _some(flying: dict[Future, Any]) -> list[Future]:
    """Wait for at least one future to finish; those of clusters only have `done`."""
    if all(isinstance(future, Future) for future in flying):
        return list(wait(flying, return_when=FIRST_COMPLETED).done)
    while True:
        finished = [future for future in flying if future.done()]
        if finished:
            return finished
        time.sleep(0.02)


def _fits(function: Callable, point: Point, config: dict, how: dict) -> None:
    """Check, before anything is computed, that the function takes these arguments."""
    for name, values, others, what in (
        ("config", config, point, "an axis"),
        ("how", how, point | config, "in axes or config"),
    ):
        if both := set(values) & set(others):
            raise ValueError(f"{name}: {', '.join(sorted(both))} is also {what}; name it once")
    arguments = point | config | how
    if wants_checkpoint(function):
        arguments.setdefault("checkpoint", None)
    try:
        inspect.signature(function).bind(**arguments)
    except TypeError as error:
        raise ValueError(
            f"function: {getattr(function, '__qualname__', function)} cannot be called with "
            f"{[*arguments]}: {error}"
        ) from None
    except ValueError:
        return  # a function without a signature
