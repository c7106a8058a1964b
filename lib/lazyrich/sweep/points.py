"""One point, where a worker is: under a claim and into the store, if the worker sees it; sent back, if not."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lazyrich.sweep.grid import Point, key
from lazyrich.sweep.locks import Claim
from lazyrich.sweep.store import done, write_member

__all__ = ["SENT", "TAKEN", "Task", "compute", "wants_checkpoint"]

DONE, SENT, TAKEN = "done", "sent", "taken"


@dataclass(frozen=True)
class Task:
    """What a worker is told of a sweep: the function and all its arguments but the point's; the store, and the name of a file that is there now."""

    function: Callable[..., Any]
    arguments: dict[str, Any]
    root: Path
    mark: str
    stale: float


def compute(task: Task, point: Point) -> tuple[str, Any]:
    """What became of a point: (`DONE`, None), its result is in the store; (`SENT`, the result), from a worker that does not see the store;
    (`TAKEN`, None), another process is at it."""
    if not ((task.root / task.mark).exists() and os.access(task.root, os.W_OK)):
        return SENT, _called(task, point, None)
    name = key(point)
    claim = Claim(task.root, name, task.stale)
    if not claim.take():
        return TAKEN, None
    try:
        if not done(task.root, name):
            write_member(task.root, name, point, _called(task, point, task.root / _folder(point)))
    finally:
        claim.release()
    return DONE, None


def wants_checkpoint(function: Callable[..., Any]) -> bool:
    """Whether a function has a parameter `checkpoint`."""
    try:
        return "checkpoint" in inspect.signature(function).parameters
    except ValueError:  # one that does not tell its arguments
        return False


def _called(task: Task, point: Point, folder: Path | None) -> Any:
    arguments = {**point, **task.arguments}
    if wants_checkpoint(task.function):
        arguments.setdefault("checkpoint", folder)
    return task.function(**arguments)


def _folder(point: Point) -> str:
    """The name of the folder in which a point may keep what it is at: seed-100 where values are numbers, else that of its files."""
    readable = all(isinstance(value, int | float) for value in point.values())
    name = "-".join(f"{axis}-{value}" for axis, value in point.items())
    return name if readable and len(name) < 100 else key(point)
