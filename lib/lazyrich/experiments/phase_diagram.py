"""Map a two-layer ReLU student over its scales tau and delta (Kunin et al. 2024, figure 1b).

At small tau, a student with delta > 0 is rapid rich (its kernel turns at once), and one with
delta < 0 is lazy at first. At large tau it is lazy, whatever delta is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from lazyrich import _validate as validate
from lazyrich import datasets, models, training
from lazyrich.experiments import summaries
from lazyrich.experiments.registry import Experiment

__all__ = ["EXPERIMENT", "PRESETS", "Config", "load", "picture", "plot", "run"]

METRICS = (
    "train_loss",
    "test_loss",
    "kernel_distance",
    "hamming",
    "parameter_distance",
    "delta_drift",
)


@dataclass(frozen=True)
class Config:
    """Train m neurons to match a teacher, at every overall scale tau and relative scale delta.

    Time is in steps of base / tau^2, as in the paper.

    Parameters
    ----------
    taus : tuple of float
        Overall scales.
    deltas : tuple of float
        Relative scales.
    seeds : tuple of int
        Seeds of teacher, student and inputs.
    m : int, default 20
        Number of the student's neurons, even.
    n : int, default 64
        Number of training inputs.
    d : int, default 10
        Dimension of the inputs.
    teacher : int, default 3
        Number of the teacher's neurons.
    n_test : int, default 1000
        Number of test inputs.
    base : float, default 5e-3
        The step size is base / tau^2.
    end : float, default 1e5
        Number of steps.
    per_decade : int, default 4
        Checkpoints per decade of steps.
    method : str, default "flow"
        "descent" takes these steps. "flow" follows gradient flow, the limit of small steps, for the
        same time. It is 10 to 1000 times cheaper, and differs for small tau and delta near 1, where
        the paper's steps are long.
    tolerance : float, default 0.01
        Error of an integration step of the flow, relative to the parameters.
    precision : str, default "float32"
        "float32" or "float64".
    """

    taus: tuple[float, ...]
    deltas: tuple[float, ...]
    seeds: tuple[int, ...]
    m: int = 20
    n: int = 64
    d: int = 10
    teacher: int = 3
    n_test: int = 1000
    base: float = 5e-3
    end: float = 1e5
    per_decade: int = 4
    method: str = "flow"
    tolerance: float = 0.01
    precision: str = "float32"

    def __post_init__(self) -> None:
        validate.choice("method", self.method, ("flow", "descent"))
        validate.choice("precision", self.precision, ("float32", "float64"))
        validate.even("m", self.m)
        validate.many("taus", self.taus, above=0)
        validate.many("deltas", self.deltas)
        validate.seeds("seeds", self.seeds)


def _axes(k: int) -> dict[str, tuple[float, ...]]:
    return {
        "taus": tuple(np.logspace(-1, 0.3, k).tolist()),
        "deltas": tuple(np.linspace(-1, 1, k).tolist()),
    }


PRESETS = {
    "paper": Config(
        **_axes(17),
        seeds=tuple(range(100, 116)),
        m=50,
        n=1000,
        d=100,
        n_test=10_000,
        end=1e6,
        method="descent",
        precision="float64",
    ),
    # The same networks by gradient flow, for the time of 1e6 of those steps.
    "paper-flow": Config(
        **_axes(17),
        seeds=tuple(range(100, 104)),
        m=50,
        n=1000,
        d=100,
        n_test=10_000,
        end=1e6,
        precision="float64",
    ),
    "teaching": Config(**_axes(9), seeds=(100, 101)),
    # The teaching preset, reduced to seconds for a notebook.
    "live": Config(**_axes(9), seeds=(100,), per_decade=2, tolerance=0.02),
    "tiny": Config(**_axes(3), seeds=(100,), end=1e3),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train every network of the diagram; `METRICS` are over (tau, delta, seed, t)."""
    taus, deltas = np.array(config.taus)[:, None], np.array(config.deltas)
    task = datasets.teacher_student(
        config.seeds,
        n=config.n,
        d=config.d,
        m=config.m,
        teacher=config.teacher,
        n_test=config.n_test,
    )
    dtype = getattr(torch, config.precision)
    start = {
        name: p.to(dtype) for name, p in task.start(taus, deltas).items()
    }  # (tau, delta, seed, ...)
    rate = config.base / taus[..., None] ** 2
    rule = (
        training.GD(rate)
        if config.method == "descent"
        else training.Flow(rate, tolerance=config.tolerance)
    )
    result = training.train(
        models.MLP((config.d, config.m, 1)),
        start,
        task.data.to(dtype),
        rule,
        times=training.log_times(config.end, per_decade=config.per_decade),
        loss="mse",
        metrics=METRICS,
        device=device,
        progress=progress,
        checkpoint=store,
    )
    axes = {"tau": config.taus, "delta": config.deltas, "seed": config.seeds}
    return result.dataset(axes)


def plot(dataset: xr.Dataset, times: tuple[float, ...] | None = None) -> Figure:
    """Draw maps over (tau, delta) of kernel distance and test loss, averaged over seeds.

    A cross marks where the standard error over seeds is above a twentieth of the colors' range.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.
    times : tuple of float, optional
        Steps to draw maps at; by default up to four, log-spaced over the last three decades.

    Returns
    -------
    Figure
        Kernel distances above and test losses below, with one column per time.

    Raises
    ------
    ValueError
        If a time is beyond the run.
    """
    known = dataset["t"].values
    if times is None:
        times = tuple(np.unique(np.geomspace(max(known[-1] / 1e3, 1), known[-1], 4)))
    if min(times) < 0 or max(times) > known[-1] * (1 + 1e-9):
        raise ValueError(f"times: expected numbers from 0 to {known[-1]:g}, got {times}")
    shape = {"figsize": (2.7 * len(times) + 1, 5.2), "layout": "constrained", "squeeze": False}
    fig, axes = plt.subplots(2, len(times), sharex=True, sharey=True, **shape)
    _maps(axes[0], dataset["kernel_distance"], times, "kernel distance $S$", "cividis")
    _maps(axes[1], dataset["test_loss"], times, "test loss, log$_{10}$", "magma")
    for ax, time in zip(axes[0], times, strict=True):
        ax.set_title(f"step {float(dataset['t'].sel(t=time, method='nearest')):,.0f}")
    for ax in axes[1]:
        ax.set_xlabel(r"overall scale $\tau$")
    if dataset.sizes["seed"] > 1:
        fig.supxlabel(
            "crosses: the standard error over seeds is above 1/20 of the colors' range", fontsize=9
        )
    return fig


def _maps(
    row: Sequence[Axes], values: xr.DataArray, times: Sequence[float], label: str, colors: str
) -> None:
    """Draw maps of one metric on a common color scale."""
    maps = [
        values.sel(t=time, method="nearest").transpose("delta", "tau", "seed") for time in times
    ]
    means = [_shown(one.mean("seed"), values.name).values for one in maps]
    lowest, highest = min(np.nanmin(v) for v in means), max(np.nanmax(v) for v in means)
    for ax, one, v in zip(row, maps, means, strict=True):
        tau, delta = one["tau"].values, one["delta"].values
        mesh = ax.pcolormesh(
            tau, delta, v, cmap=colors, shading="nearest", vmin=lowest, vmax=highest
        )
        error = summaries.mean_and_error(_shown(one, values.name))[1].values
        unsure = np.argwhere(error > (highest - lowest) / 20)
        ax.plot(
            tau[unsure[:, 1]], delta[unsure[:, 0]], "x", color="white", mec="white", ms=5, mew=1.4,
            path_effects=[withStroke(linewidth=3, foreground="black")],
        )  # fmt: skip
        ax.set_xscale("log")
        ax.grid(visible=False)
    row[0].set_ylabel(r"relative scale $\delta$")
    row[0].figure.colorbar(mesh, ax=row, label=label)


def _shown(values: xr.DataArray, name: str) -> xr.DataArray:
    """Take the logarithm of losses, whose colors are logarithmic."""
    return np.log10(np.maximum(values, 1e-30)) if name == "test_loss" else values


def describe(dataset: xr.Dataset) -> str:
    """Describe the maps in words."""
    last = dataset["kernel_distance"].isel(t=-1).mean("seed")
    small, large = last.isel(tau=0), last.isel(tau=-1)
    return (
        f"Maps over tau and delta. At the end, at step {float(dataset['t'][-1]):,.0f}, the kernel "
        f"has moved by {float(small.min()):.2g} to {float(small.max()):.2g} at "
        f"tau = {float(dataset['tau'][0]):.2g}, and by at most {float(large.max()):.2g} at "
        f"tau = {float(dataset['tau'][-1]):.2g}. "
        f"{summaries.seeds_differ(dataset['kernel_distance'].isel(t=-1))}, over "
        f"{dataset.sizes['seed']} of them; crosses mark where their standard error is above a "
        "twentieth of the colors' range."
    )


EXPERIMENT = Experiment(
    name="phase-diagram",
    question="What do overall scale tau and relative scale delta do to a two-layer ReLU student?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
