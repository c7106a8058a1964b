"""What gradient flow costs in the upstream corner, and how far it is from descent in tiny steps.

`python tests/bench/flow_curve.py [small | paper] [last step]`: a row for each tolerance of the
flow, and for descent at the paper's step, a quarter and a sixteenth of it. The reference is descent
at a 64th of the paper's step (small) or a 32nd (paper)."""

import sys

import numpy as np
import torch
from flow_corners import CORNERS, SIZES

from lazyrich import datasets, models
from lazyrich.training import GD, Flow, log_times, train

TOLERANCES, PARTS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4), (1, 4, 16)
REFERENCE = {"small": 64, "paper": 32}


def main(size: str = "small", end: str = "1000") -> None:
    """Print the table."""
    torch.set_num_threads(1)  # on a busy machine two wait for each other
    tau, delta = (np.array([value]) for value in CORNERS["upstream"])
    task = datasets.teacher_student(100, **SIZES[size][0])
    network = models.MLP((task.data.x.shape[1], task.signs.shape[-1], 1))
    start, rate, times = task.start(tau, delta), 5e-3 / tau**2, log_times(float(end), per_decade=4)

    def distance(rule: object, clock: float = 1.0) -> tuple[np.ndarray, int]:
        settings = {"loss": "mse", "metrics": ("kernel_distance",), "times": times * clock}
        run = train(network, start, task.data, rule, **settings)
        return run["kernel_distance"][0], int(run.evaluations[0])

    finest = REFERENCE[size]
    reference, _ = distance(GD(rate / finest), finest)
    print(f"| {size}, upstream, to step {float(end):g} | gradients | largest gap of S |")
    print("|---|---|---|")
    for tolerance in TOLERANCES:
        S, count = distance(Flow(rate, tolerance=tolerance))
        print(f"| flow, tolerance {tolerance:g} | {count} | {np.abs(S - reference).max():.4f} |")
    for part in PARTS:
        S, count = distance(GD(rate / part), part)
        name = f"descent, 1/{part} of the step" if part > 1 else "descent, the paper's step"
        print(f"| {name} | {count} | {np.abs(S - reference).max():.4f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
