"""Measure how the movement of kernel and layers depends on width, under four parametrizations.

Expected exponents: Under NTK scaling, weights move relative to their size by m^(-1/2), and the
share of gates that flip scales the same way. Each flip is a jump, of either sign, in its neuron's
part of the kernel; together the flips move the kernel by m^(-3/4), and S, which is quadratic in
that, falls as m^(-3/2). A linear network (leak = 1) has no gates, and its S falls as m^(-2). Under
mean field, and under mup, which is mean field in other variables, nothing depends on m once m is
large. Under standard scaling with rates 1/m, the first layer barely trains, by m^(-3/2), and S
falls as m^(-4).

Measured exponents in the result that ships: For S under NTK they are -1.29 +- 0.06 over all widths
and -1.45 +- 0.09 from 256 on, under mean field -0.19 +- 0.03 and -0.08 +- 0.06; small widths are
not yet in the limit. The first layer's movement has the expected exponents from 32 on (-0.51,
-0.01, -1.52); the readout's are only near -1/2: -0.56 +- 0.02 under NTK, -0.46 +- 0.02 under
standard scaling.

Jacot et al. 2018; Chizat et al. 2019; Yang and Hu 2021.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import summaries
from lazyrich.experiments.registry import Experiment
from lazyrich.scales import MOVEMENT, parametrization

__all__ = [
    "EXPERIMENT",
    "PRESETS",
    "Config",
    "exponents",
    "load",
    "picture",
    "plot",
    "run",
]

METRICS = ("train_loss", "kernel_distance", "hamming", "parameter_distance_layers")
MEASURES = {
    "kernel_distance": "kernel distance $S$",
    "first_layer": "first layer's movement $|W - W_0| / |W_0|$",
    "readout": "readout's movement $|a - a_0| / |a_0|$",
}


@dataclass(frozen=True)
class Config:
    """Train two-layer ReLU students of every width to match one teacher, by gradient flow.

    Half of the neurons are drawn and the others mirror them, so that every student starts from the
    zero function and faces the same problem. The multiplier of the output is absorbed into the
    readout and its learning rate.

    Parameters
    ----------
    widths : tuple of int
        Even widths m, at least two.
    names : tuple of str
        Parametrizations, by the names of `scales.parametrization`.
    seeds : tuple of int
        Seeds of teacher, student and inputs.
    n : int, default 32
        Number of unit inputs.
    d : int, default 5
        Dimension of the inputs.
    teacher : int, default 3
        Number of the teacher's neurons.
    leak : float, default 0.0
        Slope of the activation below zero; 1 is a linear network.
    end : float, default 100.0
        Duration of the flow at the parametrizations' own learning rates, under which the kernel's
        size at the start does not depend on m.
    tolerance : float, default 1e-3
        Error of an integration step, relative to the parameters.
    """

    widths: tuple[int, ...]
    names: tuple[str, ...]
    seeds: tuple[int, ...]
    n: int = 32
    d: int = 5
    teacher: int = 3
    leak: float = 0.0
    end: float = 100.0
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        for m in self.widths:
            validate.even("widths", m)
        if len(self.widths) < 2 or not self.names:
            raise ValueError(
                "widths, names: expected at least two widths, for an exponent, and one name"
            )
        validate.seeds("seeds", self.seeds)
        for name in self.names:
            parametrization(name, 2, self.d)


FOUR = ("ntk", "mean_field", "mup", "standard")
PRESETS = {
    "teaching": Config((32, 64, 128, 256, 512, 1024), FOUR, tuple(range(100, 112))),
    "tiny": Config((32, 64, 128), FOUR, (100, 101), end=10.0),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train every width; `METRICS`, first_layer and readout are over (m, name, seed, t)."""
    each = []
    for m in config.widths:
        task = datasets.teacher_student(
            config.seeds, n=config.n, d=config.d, m=2, teacher=config.teacher, n_test=0
        )
        scales = [parametrization(name, m, config.d) for name in config.names]
        start = _start(config, m)
        rates = {
            "layer1": np.array([p.eta_w for p in scales])[:, None],
            "layer2": np.array([p.eta_a * p.f_scale**2 for p in scales])[:, None],
        }
        result = training.train(
            models.MLP((config.d, m, 1), leak=config.leak),
            start,
            task.data,
            training.Flow(1.0, rates, tolerance=config.tolerance),
            times=np.append(0.0, np.geomspace(config.end / 1e3, config.end, 13)),
            loss="mse",
            metrics=METRICS,
            device=device,
            progress=progress,
            checkpoint=None if store is None else Path(store) / f"width-{m}",
        )
        runs = result.dataset({"name": config.names, "seed": config.seeds})
        sizes = {
            f"layer{i}": np.linalg.norm(start[f"layer{i}.W"].numpy(), axis=(-2, -1)) for i in (1, 2)
        }
        for new, layer in (("first_layer", "layer1"), ("readout", "layer2")):
            moved = runs["parameter_distance_layers"].sel(
                parameter_distance_layers_of=layer, drop=True
            )
            runs[new] = moved / xr.DataArray(sizes[layer], dims=("name", "seed"))
        each.append(runs.drop_dims("parameter_distance_layers_of"))
    return xr.concat(each, xr.DataArray(list(config.widths), dims="m", name="m"))


def _start(config: Config, m: int) -> dict[str, torch.Tensor]:
    """Draw parameters (name, seed, ...), one draw per seed, scaled for each parametrization."""
    W, a = [], []
    for seed in config.seeds:
        rng = np.random.default_rng([seed, m])
        W.append(np.tile(rng.normal(size=(m // 2, config.d)), (2, 1)))
        half = rng.normal(size=m // 2)
        a.append(np.concatenate([half, -half]))
    scales = [parametrization(name, m, config.d) for name in config.names]
    return {
        "layer1.W": torch.as_tensor(np.stack([p.std_w * np.stack(W) for p in scales])),
        "layer2.W": torch.as_tensor(
            np.stack([p.f_scale * p.std_a * np.stack(a)[:, :, None].mT for p in scales])
        ),
    }


def exponents(
    dataset: xr.Dataset, measure: str = "kernel_distance", smallest: int = 0
) -> tuple[xr.DataArray, xr.DataArray]:
    """Fit d log(measure) / d log m at the end of the run for each parametrization.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.
    measure : str, default "kernel_distance"
        "kernel_distance", "first_layer" or "readout".
    smallest : int, default 0
        Smallest width to include.

    Returns
    -------
    mean : xarray.DataArray, shape (name,)
        Mean over seeds.
    error : xarray.DataArray, shape (name,)
        Standard error of the mean.
    """
    end = dataset[measure].isel(t=-1).sel(m=slice(smallest, None))
    return summaries.mean_and_error(summaries.log_slope(end["m"], end))


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the movement of kernel, first layer and readout at the end against width.

    Points are geometric means with standard errors over seeds. The legend gives the measured
    slopes; dashed lines are the expected ones, through the widest network.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Three panels.
    """
    names = [str(name) for name in dataset["name"].values]
    colors = dict(
        zip(FOUR, (plots.COLORS[c] for c in ("blue", "vermillion", "green", "orange")), strict=True)
    )
    marks = dict(zip(FOUR, ("o", "s", "x", "^"), strict=True))
    with plots.house_style():
        fig, axes = plt.subplots(1, len(MEASURES), figsize=(11.5, 4.2))
        for ax, (measure, label) in zip(axes, MEASURES.items(), strict=True):
            mean, error = summaries.mean_and_error(np.log(dataset[measure].isel(t=-1)))
            slopes, doubts = exponents(dataset, measure)
            for name in names:
                y, e = np.exp(mean.sel(name=name).values), error.sel(name=name).values
                ax.errorbar(
                    dataset["m"], y, [y - y * np.exp(-e), y * np.exp(e) - y],
                    fmt=marks[name], ms=9 if name == "mup" else 5, color=colors[name], capsize=2,
                    label=f"{name.replace('_', ' ')}: ${float(slopes.sel(name=name)):.2f} "
                    f"\\pm {float(doubts.sel(name=name)):.1g}$",
                )  # fmt: skip
                m = dataset["m"].values.astype(float)
                plots.theory(ax, m, y[-1] * (m / m[-1]) ** _expected(dataset, measure, name), lw=1)
            ax.set(xscale="log", yscale="log", xlabel="width $m$", title=label)
            ax.set_xticks(dataset["m"].values, [str(m) for m in dataset["m"].values])
            ax.minorticks_off()
            low, high = ax.get_ylim()
            ax.set_ylim(low * (low / high) ** 0.35, high)  # room for the legend
            ax.legend(fontsize=9, title="measured exponent", title_fontsize=9, loc="lower left")
    return fig


def _expected(dataset: xr.Dataset, measure: str, name: str) -> float:
    leak = json.loads(dataset.attrs["config"])["leak"]
    linear = (measure, name, leak) == ("kernel_distance", "ntk", 1)
    return -2 if linear else MOVEMENT[measure][name]


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    mean, error = exponents(dataset)
    each, off = [], []
    for name in mean["name"].values:
        slope, doubt = float(mean.sel(name=name)), float(error.sel(name=name))
        expected = _expected(dataset, "kernel_distance", str(name))
        each.append(f"{name.replace('_', ' ')} {slope:.2f} +- {doubt:.1g} (expected {expected:g})")
        if abs(slope - expected) > 3 * doubt:
            off.append(name.replace("_", " "))
    return (
        "Movement of kernel, first layer and readout against width on logarithmic axes, with "
        "dashed lines of the expected slopes. Exponents of the kernel distance in the width: "
        f"{', '.join(each)}; more than three standard errors from the expected value: "
        f"{', '.join(off) or 'none'}."
    )


EXPERIMENT = Experiment(
    name="widths",
    question="How does the movement of kernel and layers depend on width and parametrization?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
