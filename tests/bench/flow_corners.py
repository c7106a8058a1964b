"""Compare Runge-Kutta-Chebyshev flow with fine descent at five corners of the phase diagram.

`python tests/bench/flow_corners.py [small | paper] [last step]`. Baseline: gradient descent with an
eighth of the paper's step (a quarter at the paper's size), which needs 8 (4) gradients a step."""

import sys

import numpy as np
import torch

from lazyrich import datasets, models
from lazyrich.training import GD, Flow, log_times, train

CORNERS = {
    "lazy": (2.0, 0.0),
    "mid": (0.5, 0.25),
    "rich": (0.1, 0.0),
    "downstream": (0.1, -1.0),
    "upstream": (0.1, 1.0),
}
SIZES = {"small": ({"n": 64, "d": 10, "m": 20, "n_test": 500}, 8), "paper": ({"n_test": 1000}, 4)}
METRICS = ("train_loss", "test_loss", "kernel_distance")


def main(size: str = "small", end: str = "1000") -> None:
    """Print the table."""
    torch.set_num_threads(1)  # on a busy machine two wait for each other
    sizes, finer = SIZES[size]
    tau, delta = np.array(list(CORNERS.values())).T
    task = datasets.teacher_student(100, **sizes)
    network, start, rate = (
        models.MLP((task.data.x.shape[1], task.signs.shape[-1], 1)),
        task.start(tau, delta),
        5e-3 / tau**2,
    )
    times = log_times(float(end), per_decade=4)
    settings = {"loss": "mse", "metrics": METRICS}
    flow = train(network, start, task.data, Flow(rate), times=times, **settings)
    fine = train(network, start, task.data, GD(rate / finer), times=times * finer, **settings)
    plain = train(network, start, task.data, GD(rate), times=times, **settings)
    print(
        f"| corner | gradients to {float(end):g} | S at the end | largest dS to fine descent "
        "| dS of the paper's own step "
        "| training loss, where above 1e-6 | test loss |"
    )
    print("|---|---|---|---|---|---|---|")
    for k, name in enumerate(CORNERS):
        gap, own = (
            np.abs(run["kernel_distance"][k] - fine["kernel_distance"][k]).max()
            for run in (flow, plain)
        )
        counts = fine["train_loss"][k] > 1e-6
        loss = np.max(np.abs(flow["train_loss"][k] / fine["train_loss"][k] - 1)[counts])
        test = np.max(np.abs(flow["test_loss"][k] / fine["test_loss"][k] - 1))
        S = fine["kernel_distance"][k, -1]
        print(
            f"| {name} {CORNERS[name]} | {flow.evaluations[k]} | {S:.4f} | {gap:.4f} | "
            f"{own:.4f} | {loss:.1%} | {test:.1%} |"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
