"""Follow the neurons of a two-layer ReLU student in the plane (Kunin et al. 2024, figure 1a).

Inputs have two dimensions, so that a_i w_i, a neuron's part of the function, is a point in the
plane. The points of a lazy student stay and share the work; those of a rich one turn to the
teacher's. Upstream and downstream starts have the same function, and upstream turns first. In the
plane, where the start has a neuron in every direction, downstream hardly turns at all: in the
result that ships it turns by 5 degrees, and upstream by 69.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import datasets, kernel, training
from lazyrich.experiments._neurons_figure import describe, plot
from lazyrich.experiments._small_runs import on_a_grid
from lazyrich.experiments.registry import Experiment
from lazyrich.training import devices

__all__ = ["EXPERIMENT", "PRESETS", "Config", "load", "picture", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Train m neurons to match a teacher on n inputs on the unit circle, by gradient flow.

    The axis `t` of the result is kappa times the flow's own time, as in `demos.NeuronPlane` and the
    other notebooks. Here kappa = a^2 + |w|^2 = sqrt(4 tau^4 + delta^2) of a neuron at the start, as
    in notebook 06. It sets the initial speed of the function, so no regime is late only because its
    weights are small. kappa differs between regimes; to see which of them is first, compare
    t / kappa, the time of gradient descent at rate 1 on the mean square. The kappa of `exact` is
    another: half of a^2 + |w|^2 at the target.

    Parameters
    ----------
    regimes : tuple of str
        Names of the starts.
    taus : tuple of float
        Overall scale of each start.
    deltas : tuple of float
        Relative scale a^2 - |w|^2 of each start.
    seeds : tuple of int
        Seeds of teacher, student and inputs.
    m : int, default 20
        Number of the student's neurons, even.
    n : int, default 40
        Number of inputs.
    teacher : int, default 3
        Number of the teacher's neurons.
    end : float, default 1e3
        Last time of the flow, in the units of `t`.
    per_decade : int, default 8
        Checkpoints per decade of time.
    tolerance : float, default 1e-3
        Error of an integration step, relative to the parameters.
    """

    regimes: tuple[str, ...]
    taus: tuple[float, ...]
    deltas: tuple[float, ...]
    seeds: tuple[int, ...]
    m: int = 20
    n: int = 40
    teacher: int = 3
    end: float = 1e3
    per_decade: int = 8
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        if not len(self.regimes) == len(self.taus) == len(self.deltas) > 0:
            raise ValueError(
                "regimes: expected equal numbers of names, taus and deltas, "
                f"got {len(self.regimes)}, {len(self.taus)} and {len(self.deltas)}"
            )
        validate.many("taus", self.taus, above=0)
        validate.many("deltas", self.deltas)
        validate.seeds("seeds", self.seeds)
        validate.even("m", self.m)
        validate.rate("tolerance", self.tolerance)


FOUR = {
    "regimes": ("lazy", "rich", "upstream", "downstream"),
    "taus": (2.0, 0.1, 0.1, 0.1),
    "deltas": (0.0, 0.0, 1.0, -1.0),
}
PRESETS = {
    "teaching": Config(**FOUR, seeds=tuple(range(103, 109))),
    "tiny": Config(**FOUR, seeds=(103, 104), end=10.0, per_decade=4),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Run every regime and seed.

    train_loss, kernel_distance, angle and delta_drift are over (regime, seed, t); w and a are the
    paths of the first seed; teacher and teacher_sign have the teachers of all seeds. The device
    "auto" is the CPU, which is faster at this size.
    """
    axes = {"regime": config.regimes, "seed": config.seeds}
    rest = {**asdict(config), "device": str(devices.choose("cpu" if device == "auto" else device))}
    del rest["seeds"]
    runs = on_a_grid(one, axes, {"settings": rest}, store=store, progress=progress)
    teacher = runs[["teacher", "teacher_sign"]].isel(regime=0, drop=True)  # one for all regimes
    first = runs[["w", "a"]].isel(seed=0, drop=True)
    dataset = runs.drop_vars([*teacher, *first]).assign({**teacher, **first})
    return dataset.assign_coords(t=times(config))


def times(config: Config) -> np.ndarray:
    """List the checkpoints kappa t: 0, then evenly spaced on a logarithmic axis from 0.01 on."""
    decades = np.log10(config.end) + 2
    return np.append(
        0.0, np.logspace(-2, np.log10(config.end), round(decades * config.per_decade) + 1)
    )


def one(regime: str, seed: int, settings: dict[str, Any]) -> xr.Dataset:
    """Train one student."""
    fields = {k: v for k, v in settings.items() if k != "device"}
    config = EXPERIMENT.configure(fields, seeds=(seed,))
    which = config.regimes.index(regime)
    tau, delta = config.taus[which], config.deltas[which]
    task = datasets.teacher_student(
        seed, n=config.n, d=2, m=config.m, teacher=config.teacher, n_test=0
    )
    device = torch.device(settings["device"])
    x, y = task.data.x.to(device), task.data.y[:, 0].to(device)
    start = task.start(tau, delta)
    t = times(config) / np.hypot(2 * tau**2, delta)

    def velocity(p: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:  # of the mean square
        W, a = p["w"], p["a"]
        z = x @ W.mT  # (1, n, m)
        e = (torch.relu(z) @ a[..., None])[..., 0] - y
        gate = e[..., None] * (z > 0)
        return {
            "w": -2 / len(y) * a[..., None] * (gate.mT @ x),
            "a": -2 / len(y) * (gate * z).sum(-2),
        }

    begin = {"w": start["layer1.W"].to(device), "a": start["layer2.W"][0].to(device)}
    path, _ = training.integrate(velocity, begin, t, tolerance=config.tolerance)
    W, a = path["w"].cpu().numpy(), path["a"].cpu().numpy()
    X, Y = task.data.x.numpy(), task.data.y[:, 0].numpy()
    loss = np.mean((np.einsum("tnm,tm->tn", np.maximum(X @ W.mT, 0), a) - Y) ** 2, axis=-1)
    kernels = np.array([kernel.ntk_two_layer(X, *p) for p in zip(W, a, strict=True)])
    cosine = np.sum(W * W[0], -1) / np.linalg.norm(W, axis=-1) / np.linalg.norm(W[0], axis=-1)
    drift = np.abs(a**2 - np.sum(W**2, -1) - delta).max(axis=-1)
    return xr.Dataset(
        {
            "train_loss": ("t", loss),
            "kernel_distance": ("t", kernel.kernel_distance(kernels, kernels[0])),
            "angle": ("t", np.degrees(np.arccos(np.clip(cosine, -1, 1))).mean(axis=-1)),
            "delta_drift": ("t", drift),
            "w": (("t", "neuron", "axis"), W),
            "a": (("t", "neuron"), a),
            "teacher": (("teacher_neuron", "axis"), task.teacher.numpy()),
            "teacher_sign": ("teacher_neuron", task.teacher_signs.numpy()),
        }
    )


EXPERIMENT = Experiment(
    name="neurons",
    question="Which starts make the neurons of a ReLU student turn to the teacher's in the plane?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
