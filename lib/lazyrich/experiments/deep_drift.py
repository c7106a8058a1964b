"""Measure what discrete steps do to the conserved pairs of a deep linear network.

At learning rates 1, a step h changes Delta_l by exactly h^2 (g_(l+1)^T g_(l+1) - g_l g_l^T). Full
gradients vanish as the network learns, so over any time the drift of gradient descent is of order
h. The noise of minibatches does not vanish: over a time t it moves Delta by an amount of order h t,
toward the point where both layers get equal noise. So SGD forgets its start.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import conserved
from lazyrich.experiments._deep_drift_figure import describe, exponent, memory, plot
from lazyrich.experiments._small_runs import on_a_grid
from lazyrich.experiments.registry import Experiment
from lazyrich.models import deep_linear

__all__ = [
    "EXPERIMENT",
    "PRESETS",
    "Config",
    "exponent",
    "load",
    "memory",
    "picture",
    "plot",
    "run",
]


@dataclass(frozen=True)
class Config:
    """Set up three layers d -> d -> d -> c and n samples whose labels no linear map fits.

    All starts have the same function: the scale of the middle layer is `middle`, the first layer's
    is middle / ratio, the last layer's is middle * ratio.

    Parameters
    ----------
    starts : tuple of str
        Names of the starts.
    ratios : tuple of float
        The ratio of each start; at least two starts.
    seeds : tuple of int
        Seeds of data and weights.
    steps : tuple of float
        Step sizes of gradient descent, at least two.
    sgd_steps : tuple of float
        Step sizes of SGD.
    n : int, default 20
        Number of samples.
    d : int, default 4
        Number of inputs and of neurons of both hidden layers.
    c : int, default 2
        Number of outputs.
    middle : float, default 0.8
        Scale of the middle layer.
    noise : float, default 1.0
        Standard deviation of the labels' noise.
    batch : int, default 2
        Number of samples per step of SGD.
    gd_time : float, default 2.0
        Time (step size times number of steps) of gradient descent.
    sgd_end : float, default 0.03
        Step size times time at which SGD ends.
    points : int, default 40
        Number of intervals at whose ends the traces are recorded.
    """

    starts: tuple[str, ...]
    ratios: tuple[float, ...]
    seeds: tuple[int, ...]
    steps: tuple[float, ...]
    sgd_steps: tuple[float, ...]
    n: int = 20
    d: int = 4
    c: int = 2
    middle: float = 0.8
    noise: float = 1.0
    batch: int = 2
    gd_time: float = 2.0
    sgd_end: float = 0.03
    points: int = 40

    def __post_init__(self) -> None:
        if not len(self.starts) == len(self.ratios) > 1:
            raise ValueError(
                "starts: expected at least two, and as many ratios, "
                f"got {self.starts} and {self.ratios}"
            )
        validate.seeds("seeds", self.seeds)
        for name in ("ratios", "steps", "sgd_steps"):
            validate.many(name, getattr(self, name), above=0)
        if len(self.steps) < 2:
            raise ValueError(f"steps: expected at least two, for an exponent, got {self.steps}")
        validate.count("batch", self.batch, 1, self.n - 1)


THREE = {"starts": ("upstream", "equal", "downstream"), "ratios": (2.0, 1.0, 0.5)}
PRESETS = {
    "teaching": Config(
        **THREE,
        seeds=tuple(range(6)),
        steps=(0.002, 0.001, 0.0005, 0.00025),
        sgd_steps=(0.003, 0.002, 0.001),
    ),
    "tiny": Config(
        **THREE,
        seeds=(0, 1),
        steps=(0.002, 0.001, 0.0005),
        sgd_steps=(0.003,),
        sgd_end=0.015,
        points=20,
    ),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Run every start and seed.

    gd_drift is the drift of gradient descent over (start, seed, step, pair); sgd_trace is the trace
    under SGD over (start, seed, sgd_step, u, pair), with u = step x time. `device` is ignored: the
    CPU is fastest for matrices this small.
    """
    settings = asdict(config)
    del settings["seeds"]
    axes = {"start": config.starts, "seed": config.seeds}
    dataset = on_a_grid(one, axes, {"settings": settings}, store=store, progress=progress)
    u = np.linspace(0, config.sgd_end, config.points + 1)
    return dataset.assign_coords(
        step=list(config.steps), sgd_step=list(config.sgd_steps), u=u, pair=[1, 2]
    )


def one(start: str, seed: int, settings: dict[str, Any]) -> xr.Dataset:
    """Run one start and seed with all steps."""
    config = EXPERIMENT.configure(settings, seeds=(seed,))
    n, d, c, ratio = config.n, config.d, config.c, config.ratios[config.starts.index(start)]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = X @ rng.normal(size=(d, c)) + config.noise * rng.normal(size=(n, c))
    scales = (config.middle / ratio, config.middle, config.middle * ratio)
    shapes = ((d, d), (d, d), (c, d))
    Ws = [s * rng.normal(size=shape) / np.sqrt(d) for s, shape in zip(scales, shapes, strict=True)]
    before = conserved.layer_deltas(Ws)
    drift, off, losses, traces = [], [], [], []
    for step in config.steps:
        path = deep_linear.descend(Ws, X, Y, step=step, n_steps=round(config.gd_time / step))
        moved = [
            D - D0
            for D, D0 in zip(
                conserved.layer_deltas([W[-1] for W in path["Ws"]]), before, strict=True
            )
        ]
        drift.append([np.linalg.norm(D) for D in moved])
        off.append(
            [
                np.linalg.norm(D - law)
                for D, law in zip(moved, _law(path["gradients"], step), strict=True)
            ]
        )
        losses.append(path["loss"][-1])
    for step in config.sgd_steps:
        n_steps = round(config.sgd_end / step**2)
        path = deep_linear.descend(
            Ws, X, Y, step=step, n_steps=n_steps, batch_size=config.batch, seed=seed + 1
        )
        seen = np.linspace(0, n_steps, config.points + 1).round().astype(int)
        squares = [np.sum(W[seen] ** 2, axis=(1, 2)) for W in path["Ws"]]
        traces.append(np.diff(squares, axis=0).T)
    return xr.Dataset(
        {
            "gd_drift": (("step", "pair"), drift),
            "off_the_law": (("step", "pair"), off),
            "gd_loss": ("step", losses),
            "sgd_trace": (("sgd_step", "u", "pair"), np.array(traces)),
        }
    )


def _law(gradients: list[np.ndarray], step: float) -> list[np.ndarray]:
    """Sum the exact drift of each pair over the steps."""
    outer = [np.einsum("tij,tkj->ik", g, g) for g in gradients]
    inner = [np.einsum("tji,tjk->ik", g, g) for g in gradients]
    return [step**2 * (late - early) for early, late in zip(outer[:-1], inner[1:], strict=True)]


EXPERIMENT = Experiment(
    name="deep-drift",
    question="What do discrete steps do to the conserved pairs of a deep linear network?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
