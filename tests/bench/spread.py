"""Measure how far results move when nothing but rounding changes.

The results are those of the paper's students at step 100 of its descent, at the corners of its
phase diagram.

`python tests/bench/spread.py`: one seed, a process for each setting of tests/matrix.py. `python
tests/bench/spread.py means`: means over the paper's 16 seeds at the places that test_training.py
holds, in eight orders. Both print the largest relative difference to float64 for three ways to
compute the same thing, each in several orders of samples, inputs and neurons, which change no sum
but its rounding:

- float64: as the library does it;
- float32: the same data, the student trained in float32;
- float32 data: inputs and labels in float32 with their last digit left to chance, as in the
  published script, where the processor decides it; the student trained in float64.

The closest gate is the smallest |w x| / (|w| |x|), over neurons, samples and steps: rounding that
is smaller flips no gate."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from lazyrich import datasets, models
from lazyrich.training import GD, train

sys.path.insert(0, str(Path(__file__).parents[1]))
import matrix

CORNERS = {
    "lazy": (1.995262315, 0.0),
    "rich": (0.1, 0.0),
    "downstream": (0.1, -1.0),
    "upstream": (0.1, 1.0),
}
# Two places upstream and two of the lazy side, by (tau, delta).
PLACES = {
    str(place): place for place in ((0.1, 1.0), (0.1, 0.5), (1.995262315, -1.0), (1.995262315, 0.0))
}
WAYS = ("float64", "float32", "float32 data")
QUANTITIES = ("kernel_distance", "test_loss")
NAMES = {"kernel_distance": "S", "test_loss": "test loss"}


def float32_data(task: datasets.TeacherStudent, order: int) -> datasets.Data:
    """The task's data as float32 gives them: inputs rounded, their last digit changed for order >
    0, labels summed in another order."""
    generator = torch.Generator().manual_seed(order)

    def rounded(x: torch.Tensor) -> torch.Tensor:
        digit = torch.randint(-1, 2, x.shape, generator=generator) * 2.0**-24 * bool(order)
        return (x * (1 + digit)).float()

    D, directions = task.data, (task.teacher * task.teacher_signs[..., None]).float()
    inputs = torch.randperm(D.x.shape[-1], generator=generator)
    x, x_test = rounded(D.x), rounded(D.x_test)
    signs = task.teacher_signs.float()[..., None]

    def label(x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x[..., inputs] @ directions[..., inputs].mT) @ signs

    return replace(
        D, x=x.double(), y=label(x).double(), x_test=x_test.double(), y_test=label(x_test).double()
    )


def results(
    way: str, order: int, seeds: int | list[int] = 100, corners: dict = CORNERS
) -> dict[str, np.ndarray]:
    """S and test loss at step 100, (corner, ...), computed in one way, with everything in the order
    of that number (0: as drawn)."""
    tau, delta = np.array(list(corners.values())).T
    several = (slice(None),) + (None,) * np.ndim(seeds)
    task = datasets.teacher_student(seeds)
    D, start = task.data, task.start(tau, delta)
    if way == "float32 data":
        D = float32_data(task, order)
    elif order:
        generator = torch.Generator().manual_seed(order)
        samples, inputs, neurons = (
            torch.randperm(k, generator=generator) for k in (*D.x.shape[-2:], task.signs.shape[-1])
        )
        D = replace(
            D,
            x=D.x[..., samples, :][..., inputs],
            y=D.y[..., samples, :],
            x_test=D.x_test[..., inputs],
        )
        start = {
            "layer1.W": start["layer1.W"][..., neurons, :][..., inputs],
            "layer2.W": start["layer2.W"][..., neurons],
        }
    dtype = torch.float32 if way == "float32" else torch.float64
    run = train(
        models.MLP((100, 50, 1)),
        {name: p.to(dtype) for name, p in start.items()},
        D.to(dtype),
        GD(5e-3 / tau[several] ** 2),
        times=[100],
        loss="mse",
        metrics=QUANTITIES,
    )
    return {name: run[name][..., 0] for name in QUANTITIES}


def closest_gate(tau: float, delta: float) -> float:
    """The smallest |w x| / (|w| |x|) on the way of one seed to step 100."""
    task = datasets.teacher_student(100)
    x, y, start = task.data.x, task.data.y, task.start(tau, delta)
    W, a, rate = start["layer1.W"], start["layer2.W"], 5e-3 / tau**2
    closest = np.inf
    for _ in range(100):
        z = x @ W.T
        closest = min(closest, float((z.abs() / W.norm(dim=1) / x.norm(dim=1)[:, None]).min()))
        residual = 2 / len(x) * (torch.relu(z) @ a.T - y)
        W, a = W - rate * ((residual @ a) * (z > 0)).T @ x, a - rate * residual.T @ torch.relu(z)
    return closest


def under(setting: str, orders: int) -> dict[str, list]:
    """way -> results of the first orders, computed by another process under a setting of
    tests/matrix.py."""
    command = [sys.executable, __file__, "--results", str(orders)]
    return json.loads(
        subprocess.run(
            command, env=matrix.environment(setting), check=True, capture_output=True
        ).stdout
    )


def main(what: str = "") -> None:
    """Print a table."""
    if what == "--results":
        found = {way: [results(way, order) for order in range(int(sys.argv[2]))] for way in WAYS}
        print(json.dumps(found, default=np.ndarray.tolist))
    elif what == "means":
        means = {
            way: [results(way, order, list(range(100, 116)), PLACES) for order in range(8)]
            for way in WAYS
        }
        every = {
            way: [{name: one[name].mean(axis=1) for name in QUANTITIES} for one in means[way]]
            for way in WAYS
        }
        table("place (tau, delta), mean of 16 seeds", PLACES, every, {})
    else:
        found = [under(setting, 2 if setting else 4) for setting in matrix.SETTINGS]
        every = {way: [one for each in found for one in each[way]] for way in WAYS}
        gates = {
            f"{name} {place}": f"{closest_gate(*place):.0e}" for name, place in CORNERS.items()
        }
        table(
            "corner (tau, delta)",
            {f"{name} {place}": place for name, place in CORNERS.items()},
            every,
            gates,
        )


def table(label: str, places: dict, every: dict[str, list], gates: dict[str, str]) -> None:
    """Markdown: a row a place and quantity; the first of the runs in float64 is what all are
    compared with."""
    print(f"Processor: {processor()}. {len(every['float64'])} runs a way.\n")
    heads = [label, "quantity", "in float64", *WAYS, *(["closest gate"] if gates else [])]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads))
    for k, place in enumerate(places):
        for name in QUANTITIES:
            value = every["float64"][0][name][k]
            spread = [
                f"{np.abs(np.array([one[name][k] for one in every[way]]) / value - 1).max():.0e}"
                for way in WAYS
            ]
            print(
                "| "
                + " | ".join(
                    [
                        place,
                        NAMES[name],
                        f"{value:.8g}",
                        *spread,
                        *([gates[place]] if gates else []),
                    ]
                )
                + " |"
            )


def processor() -> str:
    """The processor's name, where the system tells it."""
    lines = (
        Path("/proc/cpuinfo").read_text().splitlines() if os.path.exists("/proc/cpuinfo") else []
    )
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), "unknown"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
