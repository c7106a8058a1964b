"""Compute one point on a worker, and write it to the store or send it back."""

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
    """Describe a sweep to a worker.

    Parameters
    ----------
    function : callable
        The function to compute at every point.
    arguments : dict of str to Any
        Its arguments other than the point's.
    root : Path
        The store.
    mark : str
        The name of a file in the store, by which a worker recognizes the store.
    stale : float
        Seconds after which the claim of a silent process is taken over.
    """

    function: Callable[..., Any]
    arguments: dict[str, Any]
    root: Path
    mark: str
    stale: float


def compute(task: Task, point: Point) -> tuple[str, Any]:
    """Compute a point under a claim.

    Parameters
    ----------
    task : Task
        The sweep.
    point : dict of str to Any
        The point.

    Returns
    -------
    outcome : str
        `DONE`: the result is in the store; `SENT`: this worker does not see the store and sends the
        result back; `TAKEN`: another process is computing the point.
    result : Any
        The result if it is sent back, otherwise None.
    """
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
    """Test whether a function has a parameter `checkpoint`.

    Parameters
    ----------
    function : callable
        The function.

    Returns
    -------
    bool
        Whether it has; False for a function without a signature.
    """
    try:
        return "checkpoint" in inspect.signature(function).parameters
    except ValueError:  # a function without a signature
        return False


def _called(task: Task, point: Point, folder: Path | None) -> Any:
    arguments = {**point, **task.arguments}
    if wants_checkpoint(task.function):
        arguments.setdefault("checkpoint", folder)
    return task.function(**arguments)


def _folder(point: Point) -> str:
    """Name the folder of a point's state: like seed-100 if values are numbers, else by its key."""
    readable = all(isinstance(value, int | float) for value in point.values())
    name = "-".join(f"{axis}-{value}" for axis, value in point.items())
    return name if readable and len(name) < 100 else key(point)
