"""One point, claimed, computed and written: by the worker that sees the store, or for a worker that does not."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any, Protocol

from lazyrich.sweep.claims import Claim
from lazyrich.sweep.grids import Point, key
from lazyrich.sweep.store import done, write_member

__all__ = ["Sent", "Shared", "Way", "member"]


def member(function: Callable, point: Point, config: dict, root: Path, stale: float) -> str:
    """Compute one point under a claim: "done", or "taken" if another process is at it."""
    name = key(point)
    claim = Claim(root, name, stale)
    if not claim.take():
        return "taken"
    try:
        if not done(root, name):
            write_member(root, name, point, function(**point, **config))
    finally:
        claim.release()
    return "done"


class Way(Protocol):
    """How points reach an executor's workers and come back."""

    def submit(self, executor: Executor, point: Point) -> Future:
        """A point on its way."""
        ...

    def finish(self, future: Future, point: Point) -> str:
        """What came of it, as `member` says it. Raises what the function raised."""
        ...

    def close(self) -> None:
        """Let go of the points that are still on their way."""
        ...


class Shared:
    """Workers see the store's folder: they claim and write."""

    def __init__(self, function: Callable, config: dict, root: Path, stale: float) -> None:
        self.function, self.rest = function, (config, root, stale)

    def submit(self, executor: Executor, point: Point) -> Future:
        return executor.submit(member, self.function, point, *self.rest)

    def finish(self, future: Future, point: Point) -> str:
        return future.result()

    def close(self) -> None:
        pass


class Sent:
    """Workers see nothing of ours: this process claims the points, and writes what comes back.

    A worker that dies leaves no claim behind, so that whoever the executor gives its point to next need not wait.
    """

    def __init__(self, function: Callable, config: dict, root: Path, stale: float) -> None:
        self.function, self.config, self.root, self.stale = function, config, root, stale
        self.claims: dict[str, Claim] = {}

    def submit(self, executor: Executor, point: Point) -> Future:
        name = key(point)
        claim = Claim(self.root, name, self.stale)
        if not claim.take():
            return _known("taken")
        if done(self.root, name):
            claim.release()
            return _known("done")
        self.claims[name] = claim
        return executor.submit(call, self.function, point, self.config)

    def finish(self, future: Future, point: Point) -> str:
        name = key(point)
        if name not in self.claims:
            return future.result()
        try:
            write_member(self.root, name, point, future.result())
        finally:
            self.claims.pop(name).release()
        return "done"

    def close(self) -> None:
        while self.claims:
            self.claims.popitem()[1].release()


def call(function: Callable, point: Point, config: dict) -> Any:
    """What a worker does that sees no store."""
    return function(**point, **config)


def _known(word: str) -> Future:
    future: Future = Future()
    future.set_result(word)
    return future
