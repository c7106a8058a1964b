"""Run a sweep in a process of its own, for tests that kill it: `python sweeping.py STORE`."""

import dataclasses
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

AXES = {"tau": [0.1, 0.5, 1.0], "seed": [1, 2, 3, 4]}


def point(tau, seed, size, sleep=0.0):
    time.sleep(sleep)  # noqa: TID251 (a point that takes long)
    values = np.random.default_rng(seed).normal(size=size)
    return {"loss": tau * values, "end": tau * values[-1]}


def slow_point(tau, seed, size):
    return point(tau, seed, size, sleep=0.03)


def killed_once(tau, seed, size, mark):
    """A function whose process is killed at one point, in the middle; not the second time, when the
    file `mark` exists.
    """
    if tau == 0.5 and seed == 2 and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return point(tau, seed, size)


def failing(tau, seed, size):
    if tau == 0.5 and seed == 2:
        raise FloatingPointError("the weights overflow")
    return point(tau, seed, size)


def dying(tau, seed, size):
    if tau == 1.0:
        os._exit(9)
    return point(tau, seed, size)


def trained(delta, seed):
    """A whole training run as one point, as in experiments."""
    import torch

    from lazyrich import datasets, models, training

    task = datasets.teacher_student(seed, n=10, d=3, m=4, n_test=0)
    rule, metrics = training.Flow(tolerance=0.05), ("train_loss", "delta_drift")
    run = training.train(
        models.MLP((3, 4, 1)),
        task.start(0.5, delta),
        task.data,
        rule,
        times=[0, 2],
        metrics=metrics,
    )
    return run.dataset(threads=torch.get_num_threads())[["train_loss", "delta_drift"]]


PAGES = 2**26 // 4096  # of a tensor of 64 MB


def pages_cleared(times):
    """How many pages the system gives to a process that makes a large tensor so many times."""
    import resource

    import torch

    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        torch.ones(2**26, dtype=torch.uint8)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def remembering(tau, seed, size, checkpoint):
    """A point that keeps something in its folder, and says where that is."""
    if checkpoint is not None:
        checkpoint.mkdir(exist_ok=True)
        (checkpoint / "half").touch()
    return {"where": np.array(str(checkpoint and checkpoint.name)), **point(tau, seed, size)}


class Blind:
    """An executor whose workers do not see the store's folder."""

    def __init__(self, executor):
        self.executor = executor

    def submit(self, function, task, point):
        return self.executor.submit(function, dataclasses.replace(task, mark="elsewhere"), point)


def instead_of_sleeping(monkeypatch, once):
    """Make a sweep that waits for other workers' points call `once` instead of sleeping; return the
    list of its waits, in seconds.
    """
    waited, plain = [], time.sleep  # noqa: TID251 (to be replaced)

    def sleep(seconds):
        if seconds < 0.5:  # a look at a cluster's futures, or somebody else's
            plain(seconds)
            return
        waited.append(seconds)
        if len(waited) == 1:
            once()
        plain(0.02)

    monkeypatch.setattr(time, "sleep", sleep)
    return waited


if __name__ == "__main__":
    from lazyrich import sweep

    print("started", flush=True)
    sweep.run(slow_point, AXES, sys.argv[1], config={"size": 5}, stale=5.0)
    print("finished", flush=True)
