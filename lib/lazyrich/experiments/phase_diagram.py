"""The phase diagram of a two-layer ReLU student: what overall scale tau and relative scale delta do (Kunin et al. 2024, figure 1b).

Small tau and delta > 0: rapid rich, the kernel turns at once. Small tau and delta < 0: lazy first. Large tau: lazy whatever delta.
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import _grid, results

__all__ = ["PRESETS", "Config", "load", "plot", "run"]

NAME = "phase-diagram"
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
    """m neurons learn `teacher` ones from n inputs in d dimensions, at every tau and delta, once a seed.

    Time is in steps of base / tau^2, as in the paper. method: "descent" takes those steps; "flow" follows gradient flow for that long, which
    is what small steps would do: 10 to 1000 times cheaper, and not the same for small tau and delta near 1, where the paper's steps are long.
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
        if self.method not in ("flow", "descent"):
            raise ValueError(f"method: expected 'flow' or 'descent', got {self.method!r}")
        if self.precision not in ("float32", "float64"):
            raise ValueError(f"precision: expected 'float32' or 'float64', got {self.precision!r}")
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
    # The same networks by gradient flow, for as long as 1e6 of those steps.
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
    # The teaching one in seconds, for a notebook.
    "live": Config(**_axes(9), seeds=(100,), per_decade=2, tolerance=0.02),
    "tiny": Config(**_axes(3), seeds=(100,), end=1e3),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Train every network of the diagram; metrics over (tau, delta, seed, t). store: a folder to save the run in and to take it up from.

    Raises ValueError on a configuration that cannot be, or a store of another one.
    """
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
    return results.stamp(result.dataset(axes), NAME, config, PRESETS)


def load(path: str | Path = "phase_diagram_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


def plot(dataset: xr.Dataset, times: tuple[float, ...] | None = None) -> Figure:
    """Maps over (tau, delta), mean over seeds, at up to four times: how far the kernel has turned, and the test loss.

    A cross where the standard error over seeds is above a twentieth of the colors' range.

    times: (None: the first and last and two between, equally far on a logarithmic scale.) Raises ValueError for a time beyond the run.
    """
    known = dataset["t"].values
    if times is None:
        times = tuple(np.unique(np.geomspace(max(known[-1] / 1e3, 1), known[-1], 4)))
    if min(times) < 0 or max(times) > known[-1] * (1 + 1e-9):
        raise ValueError(f"times: expected numbers from 0 to {known[-1]:g}, got {times}")
    rows = {
        "kernel_distance": ("kernel distance $S$", "cividis"),
        "test_loss": ("test loss, log$_{10}$", "magma"),
    }
    fig, axes = plt.subplots(
        2,
        len(times),
        figsize=(2.7 * len(times) + 1, 5.2),
        sharex=True,
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for row, (name, (label, colors)) in zip(axes, rows.items(), strict=True):
        maps = [
            dataset[name].sel(t=time, method="nearest").transpose("delta", "tau", "seed")
            for time in times
        ]
        values = [_shown(m.mean("seed"), name).values for m in maps]
        errors = [_grid.over_seeds(_shown(m, name))[1].values for m in maps]
        limits = {
            "vmin": min(np.nanmin(v) for v in values),
            "vmax": max(np.nanmax(v) for v in values),
        }
        for ax, found, v, error in zip(row, maps, values, errors, strict=True):
            mesh = ax.pcolormesh(
                found["tau"], found["delta"], v, cmap=colors, shading="nearest", **limits
            )
            unsure = np.argwhere(error > (limits["vmax"] - limits["vmin"]) / 20)
            ax.plot(
                found["tau"].values[unsure[:, 1]], found["delta"].values[unsure[:, 0]], "x",
                color="white", mec="white", ms=5, mew=1.4, path_effects=[withStroke(linewidth=3, foreground="black")],
            )  # fmt: skip
            ax.set_xscale("log")
            ax.grid(visible=False)
            if name == "kernel_distance":
                ax.set_title(f"step {float(found['t']):,.0f}")
            else:
                ax.set_xlabel(r"overall scale $\tau$")
        row[0].set_ylabel(r"relative scale $\delta$")
        fig.colorbar(mesh, ax=row, label=label)
    if dataset.sizes["seed"] > 1:
        fig.supxlabel(
            "crosses: the standard error over seeds is above 1/20 of the colors' range", fontsize=9
        )
    return fig


def _shown(values: xr.DataArray, name: str) -> xr.DataArray:
    """As the colors have it: losses by their logarithm."""
    return np.log10(np.maximum(values, 1e-30)) if name == "test_loss" else values


def words(dataset: xr.Dataset) -> str:
    """What the maps show, for those who cannot see them, from the numbers themselves."""
    last = dataset["kernel_distance"].isel(t=-1).mean("seed")
    small, large = last.isel(tau=0), last.isel(tau=-1)
    return (
        f"Maps over tau and delta. At the end, at step {float(dataset['t'][-1]):,.0f}, the kernel has moved by {float(small.min()):.2g} to "
        f"{float(small.max()):.2g} at tau = {float(dataset['tau'][0]):.2g}, and by at most {float(large.max()):.2g} at "
        f"tau = {float(dataset['tau'][-1]):.2g}. {_grid.apart(dataset['kernel_distance'].isel(t=-1))}, over {dataset.sizes['seed']} of them; "
        "crosses mark where their standard error is above a twentieth of the colors' range."
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
