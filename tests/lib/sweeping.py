"""A sweep in a process of its own, for tests that kill it: `python sweeping.py STORE [SLEEP]`."""

import sys
import time

import numpy as np

AXES = {"tau": [0.1, 0.5, 1.0], "seed": [1, 2, 3, 4]}


def point(tau, seed, size, sleep=0.0):
    time.sleep(sleep)
    values = np.random.default_rng(seed).normal(size=size)
    return {"loss": tau * values, "end": tau * values[-1]}


def slow_point(tau, seed, size):
    return point(tau, seed, size, sleep=0.03)


def failing(tau, seed, size):
    if tau == 0.5 and seed == 2:
        raise FloatingPointError("the weights overflow")
    return point(tau, seed, size)


def dying(tau, seed, size):
    if tau == 1.0:
        import os

        os._exit(9)
    return point(tau, seed, size)


def trained(delta, seed):
    """A whole training run as a point, as experiments have it."""
    import torch

    from lazyrich import data, nets, training

    task = data.teacher_student(seed, n=10, d=3, m=4, n_test=0)
    rule, metrics = training.Flow(tolerance=0.05), ("train_loss", "delta_drift")
    run = training.train(nets.MLP((3, 4, 1)), task.start(0.5, delta), task.data, rule, times=[0, 2], metrics=metrics)
    return run.dataset(threads=torch.get_num_threads())[["train_loss", "delta_drift"]]


if __name__ == "__main__":
    from lazyrich import sweep

    print("started", flush=True)
    sweep.run(slow_point, AXES, sys.argv[1], config={"size": 5}, stale=5.0)
    print("finished", flush=True)
