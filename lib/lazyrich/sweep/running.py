"""`run`: the points that a store does not have, over an executor, each under a claim."""

import inspect
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from lazyrich import _validate as check
from lazyrich.sweep.claims import STALE
from lazyrich.sweep.grids import Point, grid, key
from lazyrich.sweep.points import Sent, Shared, Way, member
from lazyrich.sweep.store import done, load, open_store

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
    shared: bool = True,
    progress: bool = False,
    stale: float = STALE,
) -> Any:
    """function(**point, **config) at every point of the grid that the store does not have yet; then all of it, as `load` gives it.

    function: returns name -> array, or an xarray.Dataset; the same shapes at every point. For a pool of processes or a cluster it must be
    importable by name. axes: name -> values, numbers or text; config: the rest of its arguments, fixed, plain data. executor: any of
    concurrent.futures' or a cluster's (None: here, one after the other); it is not shut down. at_a_time: points handed out at once (None: twice
    the executor's workers). shared: the workers see the store's folder and write their results there; if not, results come back and are
    written here, as a cluster without a common file system needs it (the function alone is sent). stale: seconds after which the claim of a process that gives no sign of life is taken over.

    Raises:
        ValueError: for a store that is damaged, or of another function or configuration.
        SweepError: if points fail, after all others are done; those that finished stay, and the next call tries the others again.
    """
    root, points = Path(store), grid(axes)
    stale = check.rate("stale", stale)
    config = dict(config or {})
    _fits(function, points[0], config)
    open_store(root, function, config)
    todo = {key(point): point for point in points}
    for name in [name for name in todo if done(root, name, read=True)]:
        del todo[name]
    bar = tqdm(total=len(points), initial=len(points) - len(todo), disable=not progress, desc="sweep", unit="point")
    failures: list[tuple[Point, str]] = []
    try:
        if executor is None:
            _here(function, config, root, todo, stale, bar, failures)
        else:
            width = at_a_time or 2 * getattr(executor, "_max_workers", 8)
            way = (Shared if shared else Sent)(function, config, root, stale)
            _handed_out(way, root, todo, stale, bar, failures, executor, check.count("at_a_time", width, 1))
    finally:
        bar.close()
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

    Raises ValueError for fewer than one worker.
    """
    workers = check.count("workers", workers, 1)
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


def _here(
    function: Callable,
    config: dict,
    root: Path,
    todo: dict[str, Point],
    stale: float,
    bar: tqdm,
    failures: list[tuple[Point, str]],
) -> None:
    while todo:
        busy = {}
        for name, point in todo.items():
            try:
                if member(function, point, config, root, stale) == "taken":
                    busy[name] = point
                    continue
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if len(busy) == len(todo):
            time.sleep(min(1.0, stale / 10))
        todo = busy


def _handed_out(
    way: Way,
    root: Path,
    todo: dict[str, Point],
    stale: float,
    bar: tqdm,
    failures: list[tuple[Point, str]],
    executor: Executor,
    width: int,
) -> None:
    queue, flying = list(todo.values()), {}
    try:
        while queue or flying:
            while queue and len(flying) < width:
                point = queue.pop(0)
                flying[way.submit(executor, point)] = point
            finished = _some(flying)
            taken = 0
            for future in finished:
                point = flying.pop(future)
                try:
                    if way.finish(future, point) == "taken":
                        queue.append(point)
                        taken += 1
                        continue
                except BrokenProcessPool:
                    raise SweepError(
                        "a worker process died (killed, or out of memory?): use fewer workers, smaller points or float32. "
                        f"Finished points are in {root}; run again to go on",
                        [*failures, (point, traceback.format_exc())],
                    ) from None
                except CancelledError:
                    raise SweepError(
                        f"the executor gave up its points (has the cluster's scheduler ended?). Finished points are in {root}; run again to go on",
                        [*failures, (point, traceback.format_exc())],
                    ) from None
                except Exception:
                    failures.append((point, traceback.format_exc()))
                bar.update(1)
            if taken and taken == len(finished):
                time.sleep(min(1.0, stale / 10))
    finally:
        way.close()


def _some(flying: dict[Future, Any]) -> list[Future]:
    """At least one finished future. Executors of clusters have futures of their own kind, which only know `done`."""
    if all(isinstance(future, Future) for future in flying):
        return list(wait(flying, return_when=FIRST_COMPLETED).done)
    while True:
        found = [future for future in flying if future.done()]
        if found:
            return found
        time.sleep(0.02)


def _fits(function: Callable, point: Point, config: dict) -> None:
    """The function takes these arguments: said before anything is computed."""
    if both := set(point) & set(config):
        raise ValueError(f"config: {', '.join(sorted(both))} is an axis too; name it once")
    try:
        inspect.signature(function).bind(**point, **config)
    except TypeError as error:
        raise ValueError(
            f"function: {getattr(function, '__qualname__', function)} cannot be called with {[*point, *config]}: {error}"
        ) from None
    except ValueError:
        return  # a function that does not tell its arguments
