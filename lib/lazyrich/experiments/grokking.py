"""How long a network takes to grok addition modulo p, over the scales of its embedding and of its readout (Kunin et al. 2024, figure 11).

f(a, b) = O (U_a + V_b)^2 with embeddings times s_in and readouts times s_out. Two things change at once: the scale of the function,
s_in^2 s_out, and its geometry, how that scale is shared. Along a line of fixed s_in^2 s_out the function at the start is the same.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import results

__all__ = ["PRESETS", "Config", "load", "plot", "run", "same_function"]

NAME = "grokking"
# The function's scale s_in^2 s_out on the line that is drawn: that of embeddings times 1/4 and readouts times 1.
SCALE = 1 / 16


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """A quadratic network of width h learns a share `fraction` of all sums modulo p, and is watched.

    AdamW on all sums shown at once, with mean square error to one-hot labels. Accuracies are measured every `every` steps until `end`; a
    network is done once it has `learned` of the shown sums and `grokked` of the others.
    """

    p: int = 23
    h: int = 128
    fraction: float = 0.65
    rate: float = 5e-3
    decay: float = 0.3
    betas: tuple[float, float] = (0.9, 0.98)
    end: int = 3000
    every: int = 20
    learned: float = 0.99
    grokked: float = 0.95

    def __post_init__(self) -> None:
        validate.count("p", self.p, 2)
        validate.count("h", self.h, 1)
        validate.share("fraction", self.fraction)
        validate.divides("every", self.every, "end", self.end)
        validate.share("learned", self.learned, whole=True)
        validate.share("grokked", self.grokked, whole=True)

    def training(self) -> dict[str, Any]:
        """What `training.train` takes of it."""
        return {
            "rule": training.AdamW(self.rate, betas=self.betas, decay=self.decay),
            "times": np.arange(0, self.end + 1, self.every),
            "loss": "mse",
            "metrics": ("train_accuracy", "test_accuracy"),
            "stop": {"train_accuracy": self.learned, "test_accuracy": self.grokked},
        }


@dataclass(frozen=True)
class Config(Protocol):
    """The protocol at every pair of scales, once a seed, which draws the weights and which sums are shown."""

    embeddings: tuple[float, ...]
    readouts: tuple[float, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.many("embeddings", self.embeddings, above=0)
        validate.many("readouts", self.readouts, above=0)
        validate.seeds("seeds", self.seeds)


PRESETS = {
    # Embeddings by factors of 2 and readouts by factors of 4: every embedding has a node at which the function keeps its scale.
    "teaching": Config(
        (0.125, 0.25, 0.5, 1.0, 2.0), (1 / 64, 1 / 16, 1 / 4, 1.0, 4.0), seeds=(0, 1, 2, 3, 4)
    ),
    "tiny": Config((0.125, 1.0), (1 / 16, 1.0, 4.0), seeds=(0, 1), end=600),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Train all networks as one ensemble; accuracies over (embedding, readout, seed, t) and two times in steps over (embedding, readout, seed).

    learn_time, grok_time: the first checkpoint with that accuracy on the sums shown, and on the others; inf if there is none until the end.
    store: a folder to save the run in and to take it up from. Raises ValueError on a configuration that cannot be, or a store of another one.
    """
    network = models.QuadraticMLP(config.p, config.h)
    factors = {"embed": np.array(config.embeddings)[:, None], "readout": np.array(config.readouts)}
    scaled = [
        models.scale_layers(network.init(seed, dtype=torch.float32), factors)
        for seed in config.seeds
    ]
    start = {name: torch.stack([one[name] for one in scaled], dim=2) for name in network.shapes}
    sets = datasets.stack(
        [datasets.modular(config.p, fraction=config.fraction, seed=seed) for seed in config.seeds]
    )
    result = training.train(
        network,
        start,
        sets.to(torch.float32),
        **config.training(),
        device=device,
        progress=progress,
        checkpoint=store,
    )
    axes = {"embedding": config.embeddings, "readout": config.readouts, "seed": config.seeds}
    return results.stamp(timed(result.dataset(axes), config), NAME, config, PRESETS)


def timed(dataset: xr.Dataset, config: Protocol) -> xr.Dataset:
    """The same with learn_time and grok_time."""
    bounds = {
        "learn_time": ("train_accuracy", config.learned),
        "grok_time": ("test_accuracy", config.grokked),
    }
    return dataset.assign(
        {name: _first(dataset[metric], bound) for name, (metric, bound) in bounds.items()}
    )


def _first(accuracy: xr.DataArray, bound: float) -> xr.DataArray:
    """The first time at which an accuracy is at or above a bound; inf if it never is."""
    times = accuracy["t"].astype(float)
    return times.where(accuracy >= bound - 1e-6, np.inf).min("t")


def load(path: str | Path = "grokking_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


def same_function(dataset: xr.Dataset, scale: float = SCALE) -> xr.Dataset:
    """Those networks that have s_in^2 s_out = scale, over (embedding, seed): the same function at the start, another geometry.

    Raises ValueError if the grid has fewer than two.
    """
    line = [
        (i, j)
        for i, s in enumerate(dataset["embedding"].values)
        for j, r in enumerate(dataset["readout"].values)
        if np.isclose(s * s * r, scale, rtol=1e-4)
    ]
    if len(line) < 2:
        found = np.unique((dataset["embedding"] ** 2 * dataset["readout"]).values)
        raise ValueError(
            f"scale: expected one that two nodes of the grid have, of {found}, got {_share(scale)}"
        )
    i, j = (xr.DataArray(list(index), dims="embedding") for index in zip(*line, strict=True))
    return dataset.isel(embedding=i, readout=j)


def end_of(dataset: xr.Dataset) -> int:
    """The step at which its runs ended."""
    return int(json.loads(dataset.attrs["config"])["end"])


def balance(dataset: xr.Dataset) -> float:
    """s_out / s_in of a start whose mean conserved delta, 2 |O_i|^2 - |U_i|^2 - |V_i|^2, is zero: sqrt(h / 2)."""
    return float(np.sqrt(json.loads(dataset.attrs["config"])["h"] / 2))


def plot(dataset: xr.Dataset, scale: float = SCALE) -> Figure:
    """The map of times to grok, median over seeds; and two cuts through it: embedding alone, and at fixed s_in^2 s_out = scale.

    Points are medians, bars go from the fastest to the slowest seed; arrows stand for seeds that had not grokked at the end. Raises
    ValueError for a scale that fewer than two nodes have, or if there is no readout times 1.
    """
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10.5, 4.4), width_ratios=(1.15, 1), layout="constrained"
        )
        _map(left, dataset, scale)
        end = end_of(dataset)
        line = same_function(dataset, scale)
        _cut(
            right,
            line,
            end,
            "vermillion",
            f"fixed function scale $s_{{in}}^2 s_{{out}}$ = {_share(scale)}",
            "o",
            -1,
        )
        _cut(right, dataset.sel(readout=1.0), end, "blue", "embedding alone, $s_{out}$ = 1", "s", 1)
        right.set_xscale("log", base=2)
        right.set_yscale("log")
        right.set_xticks(
            dataset["embedding"].values, [f"{_share(s)}" for s in dataset["embedding"].values]
        )
        right.set_xlabel("embedding scale $s_{in}$")
        right.set_ylabel("steps to grok")
        right.axhline(end, color="0.6", lw=1, zorder=0)
        right.text(1, end, "end of the runs", color="0.35", size="small", ha="right", va="bottom",
                   transform=right.get_yaxis_transform())  # fmt: skip
        right.set_ylim(top=end * 1.9)
        right.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        right.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        right.yaxis.set_minor_locator(NullLocator())
        right.legend(loc="lower right")
    return fig


def _map(ax: Axes, dataset: xr.Dataset, scale: float) -> None:
    s, r = dataset["embedding"].values, dataset["readout"].values
    median = dataset["grok_time"].median("seed").transpose("readout", "embedding").values
    first, last = (
        one.transpose("readout", "embedding").values
        for one in (dataset["grok_time"].min("seed"), dataset["grok_time"].max("seed"))
    )
    x, y = np.log2(s), np.log2(r)
    shown = np.ma.masked_invalid(np.log10(np.where(median > 0, median, np.nan)))
    ax.set_facecolor("0.8")
    mesh = ax.pcolormesh(x, y, shown, cmap="viridis_r", shading="nearest")
    step = (
        np.ptp(x) / (len(x) - 1),
        np.ptp(y) / (len(y) - 1),
    )  # numbers stand beside the lines, which cross the cells' centers
    for i, column in enumerate(x):
        for j, row in enumerate(y):
            value = median[j, i]
            light = np.isfinite(value) and mesh.norm(np.log10(max(value, 1.0))) > 0.5
            low, high = (
                f"{t:.0f}" if np.isfinite(t) else "never" for t in (first[j, i], last[j, i])
            )
            ax.text(column + 0.06 * step[0], row + 0.22 * step[1], f"{value:.0f}" if np.isfinite(value) else "never", ha="center", va="center",
                    color="white" if light else "black", size="small")  # fmt: skip
            ax.text(column + 0.02 * step[0], row - 0.28 * step[1], f"{low}\N{EN DASH}{high}", ha="center", va="center",
                    color="white" if light else "black", size=6.5)  # fmt: skip
    limits = ax.get_xlim(), ax.get_ylim()
    across = np.linspace(*limits[0], 2)
    ax.plot(across, np.log2(scale) - 2 * across, color=plots.COLORS["vermillion"], lw=2.5,
            label=f"$s_{{in}}^2 s_{{out}}$ = {_share(scale)}")  # fmt: skip
    ax.plot(
        across,
        np.log2(balance(dataset)) + across,
        color="black",
        ls=":",
        lw=1.5,
        label=r"mean $\delta$ = 0",
    )
    ax.set_xlim(limits[0])
    ax.set_ylim(limits[1])
    ax.set_xticks(x, [f"{_share(v)}" for v in s])
    ax.set_yticks(y, [f"{_share(v)}" for v in r])
    ax.grid(visible=False)
    ax.set_xlabel("embedding scale $s_{in}$")
    ax.set_ylabel("readout scale $s_{out}$")
    ax.set_title("steps to grok: median, and fastest to slowest seed", pad=26)
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize="small", borderaxespad=0.1
    )


def _cut(
    ax: Axes, cut: xr.Dataset, end: int, color: str, label: str, marker: str, side: int
) -> None:
    """Median over seeds with bars to the extremes; where the median never groks, no point, and how many did instead."""
    x, times = cut["embedding"].values, cut["grok_time"].transpose("embedding", "seed").values
    middle = np.median(times, axis=1)
    seen = np.isfinite(middle)
    low, high = times.min(axis=1), np.minimum(times.max(axis=1), end)
    bars = np.stack([middle[seen] - low[seen], high[seen] - middle[seen]])
    x = x * 2 ** (0.04 * side)  # so that bars at the same scale stand side by side
    ax.errorbar(
        x[seen],
        middle[seen],
        yerr=bars,
        color=plots.COLORS[color],
        marker=marker,
        capsize=3,
        label=label,
    )
    for place, row in zip(x, times, strict=True):
        if never := int(np.sum(~np.isfinite(row))):
            ax.plot(place, end * 1.25, marker="^", color=plots.COLORS[color], ls="none")
            ax.text(place, end * 1.4, f"{never}/{row.size}", color=plots.COLORS[color], size="small",
                    ha="left" if side > 0 else "right")  # fmt: skip


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""
    alone, line = dataset.sel(readout=1.0)["grok_time"], same_function(dataset)["grok_time"]
    cells = dataset["grok_time"].median("seed")
    return (
        f"A map of the steps to grok over embedding and readout scale, median over {dataset.sizes['seed']} seeds: in "
        f"{int((~np.isfinite(cells)).sum())} of {cells.size} cells it never comes before step {end_of(dataset)}. "
        f"Fastest to slowest seed in brackets. Embedding alone: {_listed(alone)}. At the same function scale: {_listed(line)}; "
        f"quickest there is {_share(float(line.median('seed').idxmin('embedding')))}."
    )


def _share(value: float) -> str:
    """1/16 rather than 0.0625."""
    return (
        f"1/{1 / value:.0f}"
        if value < 1 and np.isclose(1 / value, round(1 / value))
        else f"{value:g}"
    )


def in_words(times: np.ndarray) -> str:
    """The median over seeds, and in brackets the fastest and the slowest if they differ: 980 (420 to 1540)."""
    middle, *ends = (
        f"{t:.0f}" if np.isfinite(t) else "never"
        for t in (np.median(times), times.min(), times.max())
    )
    return f"{middle} ({' to '.join(ends)})" if ends[0] != ends[1] else middle


def _listed(times: xr.DataArray) -> str:
    rows = times.transpose("embedding", "seed").values
    return ", ".join(
        f"{in_words(row)} at {_share(float(s))}"
        for row, s in zip(rows, times["embedding"].values, strict=True)
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
