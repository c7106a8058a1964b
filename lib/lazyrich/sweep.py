"""A grid of runs over any executor, kept member by member on disk: killed at any moment it goes on, and several processes may share it.

A store is a folder: `sweep.json` says of which function and configuration, `members/KEY.npz` and `members/KEY.json` are one point's result.
What makes it safe is that a member's files are whole or not there, and equal whoever writes them. Claims only save work: a point that
two processes compute by bad luck is written twice, with the same bytes.
"""

import errno
import inspect
import itertools
import json
import multiprocessing
import os
import secrets
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from lazyrich import __version__, _files
from lazyrich import _validate as check

__all__ = ["SweepError", "grid", "key", "load", "missing", "pool", "run"]

STALE = 60.0  # seconds without a sign of life after which a claim is taken over
Point = dict[str, Any]


class SweepError(RuntimeError):
    """Some points failed; the finished ones are in the store. `failures`: [(point, the error's traceback)]."""

    def __init__(self, message: str, failures: list[tuple[Point, str]]) -> None:
        super().__init__(message)
        self.failures = failures


def grid(axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """Every combination of the axes' values, the last axis fastest. Raises ValueError if an axis is empty or repeats a value.

    >>> grid({"tau": [0.1, 1.0], "seed": [1, 2]})
    [{'tau': 0.1, 'seed': 1}, {'tau': 0.1, 'seed': 2}, {'tau': 1.0, 'seed': 1}, {'tau': 1.0, 'seed': 2}]
    """
    values = {name: _values(name, axis) for name, axis in axes.items()}
    if not values:
        raise ValueError("axes: expected at least one name with its values, got none")
    return [dict(zip(values, one, strict=True)) for one in itertools.product(*values.values())]


def key(point: Mapping[str, Any]) -> str:
    """The name of a point's files. Raises ValueError if the point is not plain data."""
    try:
        return _files.digest(_files.canonical(dict(point)))
    except TypeError as error:
        raise ValueError(f"point: {error}") from None


def run(
    function: Callable[..., Any],
    axes: Mapping[str, Iterable[Any]],
    store: str | Path,
    *,
    config: Mapping[str, Any] | None = None,
    executor: Executor | None = None,
    at_a_time: int | None = None,
    progress: bool = False,
    stale: float = STALE,
) -> Any:
    """function(**point, **config) at every point of the grid that the store does not have yet; then all of it, as `load` gives it.

    function: returns name -> array, or an xarray.Dataset; the same shapes at every point. For a pool of processes or a cluster it must be
    importable by name. axes: name -> values, numbers or text; config: the rest of its arguments, fixed, plain data. executor: any of
    concurrent.futures' or a cluster's (None: here, one after the other); it is not shut down. at_a_time: points handed out at once (None: twice
    the executor's workers). stale: seconds after which the claim of a process that gives no sign of life is taken over.

    Raises:
        ValueError: for a store that is damaged, or of another function or configuration.
        SweepError: if points fail, after all others are done; those that finished stay, and the next call tries the others again.
    """
    root, points = Path(store), grid(axes)
    stale = check.rate("stale", stale)
    config = dict(config or {})
    _fits(function, points[0], config)
    _open(root, function, config)
    todo = {key(point): point for point in points}
    for name in [name for name in todo if _done(root, name, read=True)]:
        del todo[name]
    bar = tqdm(total=len(points), initial=len(points) - len(todo), disable=not progress, desc="sweep", unit="point")
    failures: list[tuple[Point, str]] = []
    try:
        if executor is None:
            _here(function, config, root, todo, stale, bar, failures)
        else:
            width = at_a_time or 2 * getattr(executor, "_max_workers", 8)
            _handed_out(
                function, config, root, todo, stale, bar, failures, executor, check.count("at_a_time", width, 1)
            )
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


def load(store: str | Path, axes: Mapping[str, Iterable[Any]]) -> Any:
    """The results as one xarray.Dataset, the grid's axes first. Raises ValueError if points are missing or damaged, or differ in shape."""
    import xarray as xr

    root, points = Path(store), grid(axes)
    if not (root / "sweep.json").exists():
        raise ValueError(f"store: {root} is no sweep's store (there is no sweep.json)")
    gone = [point for point in points if not _done(root, key(point))]
    if gone:
        raise ValueError(f"store: {len(gone)} of {len(points)} points are missing, the first {gone[0]}; call sweep.run")
    read = [_read(root, key(point)) for point in points]
    first, facts = read[0]
    names = {name: _values(name, axis) for name, axis in axes.items()}
    lengths = tuple(map(len, names.values()))
    for point, (arrays, theirs) in zip(points, read, strict=True):
        if theirs["dims"] != facts["dims"] or any(arrays[k].shape != first[k].shape for k in first):
            raise ValueError(f"store: the result at {point} has other names or shapes than that at {points[0]}")
    variables: dict[str, Any] = {}
    for name, dims in facts["dims"].items():
        whole = np.stack([arrays[name] for arrays, _ in read]).reshape(lengths + first[name].shape)
        variables[name] = ([*names, *dims], whole)
    coords = {name: first[f"coord {name}"] for name in facts["coords"]}
    note = json.loads((root / "sweep.json").read_text())
    attributes = {
        "function": note["function"],
        "config": _files.canonical(note["config"]),
        "lazyrich": facts["lazyrich"],
    }
    return xr.Dataset(variables, {**names, **coords}, attributes)


def missing(store: str | Path, axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """The points of the grid that the store does not have yet."""
    return [point for point in grid(axes) if not _done(Path(store), key(point))]


def pool(workers: int) -> ProcessPoolExecutor:
    """Processes for points that train with PyTorch: started afresh (a fork of a process that has used PyTorch may hang), one thread each.

    Raises ValueError for fewer than one worker.
    """
    workers = check.count("workers", workers, 1)
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_one_thread)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)


# -- computing --------------------------------------------------------------------------------------------------


def _member(function: Callable, point: Point, config: dict, root: Path, stale: float) -> str:
    """Compute one point under a claim: "done", or "taken" if another process is at it. Runs in a worker."""
    name = key(point)
    claim = _Claim(root, name, stale)
    if not claim.take():
        return "taken"
    try:
        if not _done(root, name):
            _store(root, name, point, function(**point, **config))
    finally:
        claim.release()
    return "done"


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
                if _member(function, point, config, root, stale) == "taken":
                    busy[name] = point
                    continue
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if len(busy) == len(todo):
            time.sleep(min(1.0, stale / 10))
        todo = busy


def _handed_out(
    function: Callable,
    config: dict,
    root: Path,
    todo: dict[str, Point],
    stale: float,
    bar: tqdm,
    failures: list[tuple[Point, str]],
    executor: Executor,
    width: int,
) -> None:
    queue, flying = list(todo.items()), {}
    while queue or flying:
        while queue and len(flying) < width:
            name, point = queue.pop(0)
            flying[executor.submit(_member, function, point, config, root, stale)] = (name, point)
        finished = _some(flying)
        taken = 0
        for future in finished:
            name, point = flying.pop(future)
            try:
                if future.result() == "taken":
                    queue.append((name, point))
                    taken += 1
                    continue
            except BrokenProcessPool:
                raise SweepError(
                    "a worker process died (killed, or out of memory?): use fewer workers, smaller points or float32. "
                    f"Finished points are in {root}; run again to go on",
                    [*failures, (point, traceback.format_exc())],
                ) from None
            except Exception:
                failures.append((point, traceback.format_exc()))
            bar.update(1)
        if taken and taken == len(finished):
            time.sleep(min(1.0, stale / 10))


def _some(flying: dict[Future, Any]) -> list[Future]:
    """At least one finished future. Executors of clusters have futures of their own kind, which only know `done`."""
    if all(isinstance(future, Future) for future in flying):
        return list(wait(flying, return_when=FIRST_COMPLETED).done)
    while True:
        found = [future for future in flying if future.done()]
        if found:
            return found
        time.sleep(0.02)


# -- the store ----------------------------------------------------------------------------------------------------


def _open(root: Path, function: Callable, config: dict) -> None:
    note = root / "sweep.json"
    name = f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
    identity = {"function": name, "config": config}
    try:
        wanted = _files.canonical(identity)
    except TypeError as error:
        raise ValueError(f"config: {error}") from None
    if not note.exists():
        if root.exists() and any(p for p in root.iterdir() if not p.name.startswith(".") and p.name != "members"):
            raise ValueError(f"store: {root} holds other files and no sweep.json; choose an empty or a new folder")
        (root / "members").mkdir(parents=True, exist_ok=True)
        _files.write(note, wanted.encode())
    found = _files.read_json(note, f"delete {note} if you know what the store holds, or choose another store")
    if found != json.loads(wanted):
        theirs = found if isinstance(found, dict) else {}
        if theirs.get("function") != name:
            differ = f"its function is {theirs.get('function')}, not {name}"
        else:
            both = {**theirs.get("config", {}), **config}
            ours = json.loads(wanted)["config"]
            names = [k for k in both if theirs["config"].get(k) != ours.get(k)]
            differ = f"its config differs in {', '.join(names)}"
        raise ValueError(f"store: {root} is of another sweep ({differ}); choose another store")
    (root / "members").mkdir(exist_ok=True)


def _store(root: Path, name: str, point: Point, result: Any) -> None:
    """Write a result: arrays first, then the JSON that makes the member count."""
    arrays, dims, coords = _arrays(result)
    content = _files.pack(arrays)
    _files.write(root / "members" / f"{name}.npz", content)
    facts = {
        "point": point,
        "dims": dims,
        "coords": coords,
        "checksum": _files.digest(content),
        "lazyrich": __version__,
    }
    _files.write(root / "members" / f"{name}.json", _files.canonical(facts).encode())


def _arrays(result: Any) -> tuple[dict[str, np.ndarray], dict[str, list[str]], list[str]]:
    if hasattr(result, "data_vars"):
        arrays = {str(k): np.asarray(v.values) for k, v in result.data_vars.items()}
        dims = {str(k): [str(d) for d in v.dims] for k, v in result.data_vars.items()}
        coords = [str(k) for k, v in result.coords.items() if v.dims == (k,)]
        arrays |= {f"coord {k}": np.asarray(result.coords[k].values) for k in coords}
    elif isinstance(result, Mapping):
        arrays = {str(k): np.asarray(v) for k, v in result.items()}
        dims = {k: [f"{k}_{i}" for i in range(v.ndim)] for k, v in arrays.items()}
        coords = []
    else:
        raise ValueError(
            f"function: expected it to return name -> array or an xarray.Dataset, got {type(result).__name__}"
        )
    for k, v in arrays.items():
        if v.dtype.kind not in "biufcUS":
            raise ValueError(f"function: {k!r} is no array of numbers or text (dtype {v.dtype})")
    return arrays, dims, coords


def _done(root: Path, name: str, *, read: bool = False) -> bool:
    if not (root / "members" / f"{name}.json").exists():
        return False
    if read:
        _read(root, name)
    return True


def _read(root: Path, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    note, array = root / "members" / f"{name}.json", root / "members" / f"{name}.npz"
    remedy = f"delete {note} to compute this point anew"
    facts = _files.read_json(note, remedy)
    if not isinstance(facts, dict) or not {"point", "dims", "coords", "checksum"} <= set(facts):
        raise ValueError(f"{note} is damaged; {remedy}")
    if key(facts["point"]) != name:
        raise ValueError(f"{note} is the result of another point, {facts['point']}; {remedy}")
    if not array.exists():
        raise ValueError(f"{array} is missing; {remedy}")
    return _files.unpack(array, facts["checksum"], remedy), facts


# -- claims ---------------------------------------------------------------------------------------------------------


class _Claim:
    """A file that one process can make, and whose time a thread of that process keeps fresh."""

    def __init__(self, root: Path, name: str, stale: float) -> None:
        self.path = root / "members" / f"{name}.claim"
        self.stale = stale
        self.mine = _files.canonical(
            {
                "host": socket.gethostname(),
                "pid": os.getpid(),
                "born": _born(os.getpid()),
                "token": secrets.token_hex(8),
            }
        )
        self.over = threading.Event()
        self.beat: threading.Thread | None = None

    def take(self) -> bool:
        """Whether the claim is ours now."""
        for _ in range(3):
            if self._make():
                self.beat = threading.Thread(target=self._alive, daemon=True)
                self.beat.start()
                return True
            if not self._clear_if_stale():
                return False
        return False

    def release(self) -> None:
        self.over.set()
        if self.beat is not None:
            self.beat.join()
        try:
            if self.path.read_text() == self.mine:
                self.path.unlink()
        except OSError:
            pass  # taken over meanwhile; the new owner will find the member there

    def _make(self) -> bool:
        beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            beside.write_text(self.mine)
            os.link(beside, self.path)  # atomic, and fails where there is one
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
                raise
            return self._make_without_links()
        finally:
            beside.unlink(missing_ok=True)
        return True

    def _make_without_links(self) -> bool:
        """On file systems that know no hard links: the file is ours from the first moment, its text a moment later."""
        try:
            with open(self.path, "x") as file:
                file.write(self.mine)
        except FileExistsError:
            return False
        return True

    def _clear_if_stale(self) -> bool:
        """Take away the claim of a process that is gone. Whether it is worth trying again."""
        try:
            before, age = self.path.read_text(), time.time() - self.path.stat().st_mtime
        except FileNotFoundError:
            return True
        if age < self.stale and not _dead(before):
            return False
        aside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            os.rename(self.path, aside)  # one of several that try gets it
        except FileNotFoundError:
            return True
        try:
            if aside.read_text() != before:  # a fresh claim came in between: give it back, if nobody made another
                os.link(aside, self.path)
                return False
        except FileExistsError:
            return False
        finally:
            aside.unlink(missing_ok=True)
        return True

    def _alive(self) -> None:
        while not self.over.wait(self.stale / 4):
            try:
                if self.path.read_text() == self.mine:
                    os.utime(self.path)
            except OSError:
                return


def _dead(claim: str) -> bool:
    """Whether the claim's process is known to be gone: it ran on this machine and does so no more."""
    try:
        owner = json.loads(claim)
        if owner["host"] != socket.gethostname():
            return False
        os.kill(owner["pid"], 0)
        return _born(owner["pid"]) != owner["born"]
    except ProcessLookupError:
        return True
    except (ValueError, KeyError, TypeError, PermissionError):
        return False


def _born(pid: int) -> str:
    """When a process started, so that another with its number is not taken for it; empty where the system does not say."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _values(name: str, axis: Iterable[Any]) -> list[Any]:
    if isinstance(axis, str) or not isinstance(axis, Iterable):
        raise ValueError(f"axes[{name!r}]: expected a list of values, got {axis!r}")
    values = [v.item() if isinstance(v, np.generic) else v for v in axis]
    if not values:
        raise ValueError(f"axes[{name!r}]: expected at least one value, got none")
    if any(not isinstance(v, int | float | str | bool) for v in values):
        raise ValueError(f"axes[{name!r}]: expected numbers or text, got {values!r}"[:200])
    if len(set(values)) != len(values):
        raise ValueError(f"axes[{name!r}]: expected each value once, got {values!r}"[:200])
    return values


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
