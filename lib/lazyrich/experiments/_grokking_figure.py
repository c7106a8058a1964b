"""Draw and describe the figure of `grokking`: a map of times to grok."""

import json
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from lazyrich import plots
from lazyrich.experiments.grokking_protocol import end_of
from lazyrich.experiments.summaries import median_and_range, seeds_of
from lazyrich.plots import as_fraction

__all__ = ["SCALE", "balance", "plot", "same_function"]

# The scale s_in^2 s_out of the function on the line that is drawn, that of s_in = 1/4, s_out = 1.
SCALE = 1 / 16


def same_function(dataset: xr.Dataset, scale: float = SCALE) -> xr.Dataset:
    """Select the networks that have the same function at the start and differ in geometry.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `grokking`.
    scale : float, default 1/16
        The scale s_in^2 s_out of their function.

    Returns
    -------
    xarray.Dataset
        The selected results, over (embedding, seed).

    Raises
    ------
    ValueError
        If the grid has fewer than two such networks.
    """
    line = [
        (i, j)
        for i, s in enumerate(dataset["embedding"].values)
        for j, r in enumerate(dataset["readout"].values)
        if np.isclose(s * s * r, scale, rtol=1e-4)
    ]
    if len(line) < 2:
        scales = np.unique((dataset["embedding"] ** 2 * dataset["readout"]).values)
        raise ValueError(
            f"scale: expected one of {scales} that at least two nodes of the grid share, "
            f"got {as_fraction(scale)}"
        )
    i, j = (xr.DataArray(list(index), dims="embedding") for index in zip(*line, strict=True))
    return dataset.isel(embedding=i, readout=j)


def balance(dataset: xr.Dataset) -> float:
    """Compute s_out / s_in of a balanced start: sqrt(h / 2).

    At this ratio the mean of the conserved delta, 2 |O_i|^2 - |U_i|^2 - |V_i|^2, is zero.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `grokking`.

    Returns
    -------
    float
        The ratio of the scales.
    """
    return float(np.sqrt(json.loads(dataset.attrs["config"])["h"] / 2))


def plot(dataset: xr.Dataset, scale: float = SCALE) -> Figure:
    """Draw the map of times to grok, median over seeds, and two cuts through it.

    One cut varies the embedding alone, the other keeps s_in^2 s_out = scale. Points are medians,
    bars go from the fastest to the slowest seed, and arrows stand for seeds that had not grokked at
    the end.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `grokking`.
    scale : float, default 1/16
        The scale s_in^2 s_out of the function on the second cut.

    Returns
    -------
    Figure
        The map on the left, both cuts on the right.

    Raises
    ------
    ValueError
        If fewer than two nodes have this scale.
    """
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10.5, 4.4), width_ratios=(1.15, 1), layout="constrained"
        )
        _map(left, dataset, scale)
        end = end_of(dataset)
        line = same_function(dataset, scale)
        words = f"fixed function scale $s_{{in}}^2 s_{{out}}$ = {as_fraction(scale)}"
        alone = dataset.sel(readout=1.0)
        for cut, name, label, marker, ha, side in (
            (line, "vermillion", words, "o", "right", -1),
            (alone, "blue", "embedding alone, $s_{out}$ = 1", "s", "left", 1),
        ):
            x = cut["embedding"].values * 2 ** (0.04 * side)  # so that bars stand side by side
            times = cut["grok_time"].transpose("embedding", "seed").values
            draw_medians(right, x, times, end, name, ha, marker=marker, label=label)
        right.set_xscale("log", base=2)
        right.set_yscale("log")
        right.set_xticks(
            dataset["embedding"].values, [f"{as_fraction(s)}" for s in dataset["embedding"].values]
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
    # Numbers stand beside the lines, which cross the cells' centers.
    wide, high = np.ptp(x) / (len(x) - 1), np.ptp(y) / (len(y) - 1)
    for i, column in enumerate(x):
        for j, row in enumerate(y):
            value = median[j, i]
            light = np.isfinite(value) and mesh.norm(np.log10(max(value, 1.0))) > 0.5
            middle, fastest, slowest = (
                f"{t:.0f}" if np.isfinite(t) else "never" for t in (value, first[j, i], last[j, i])
            )
            style = {"ha": "center", "va": "center", "color": "white" if light else "black"}
            ax.text(column + 0.06 * wide, row + 0.22 * high, middle, size="small", **style)
            ends = f"{fastest}\N{EN DASH}{slowest}"
            ax.text(column + 0.02 * wide, row - 0.28 * high, ends, size=6.5, **style)
    limits = ax.get_xlim(), ax.get_ylim()
    across = np.linspace(*limits[0], 2)
    ax.plot(across, np.log2(scale) - 2 * across, color=plots.COLORS["vermillion"], lw=2.5,
            label=f"$s_{{in}}^2 s_{{out}}$ = {as_fraction(scale)}")  # fmt: skip
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
    ax.set_xticks(x, [f"{as_fraction(v)}" for v in s])
    ax.set_yticks(y, [f"{as_fraction(v)}" for v in r])
    ax.grid(visible=False)
    ax.set_xlabel("embedding scale $s_{in}$")
    ax.set_ylabel("readout scale $s_{out}$")
    ax.set_title("steps to grok: median, and fastest to slowest seed", pad=26)
    ax.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize="small", borderaxespad=0.1
    )


def draw_medians(
    ax: Axes,
    x: np.ndarray,
    times: np.ndarray,
    end: int,
    name: str,
    ha: str = "center",
    **style: Any,
) -> None:
    """Draw medians of times (x, seed) with bars to the extremes, and count infinite times.

    Infinite medians are not drawn.
    """
    color, middle = plots.COLORS[name], np.median(times, axis=1)
    seen = np.isfinite(middle)
    ends = times.min(axis=1), np.minimum(times.max(axis=1), end)
    bars = [np.abs(reach[seen] - middle[seen]) for reach in ends]
    ax.errorbar(x[seen], middle[seen], yerr=bars, color=color, capsize=3, **style)
    for place, row in zip(x, times, strict=True):
        if never := int(np.sum(~np.isfinite(row))):
            ax.plot(place, end * 1.25, marker="^", color=color, ls="none")
            ax.text(place, end * 1.4, f"{never}/{row.size}", color=color, size="small", ha=ha)


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    alone, line = dataset.sel(readout=1.0)["grok_time"], same_function(dataset)["grok_time"]
    cells = dataset["grok_time"].median("seed")
    return (
        "A map of the steps to grok over embedding and readout scale, "
        f"median over {seeds_of(dataset)}: in "
        f"{int((~np.isfinite(cells)).sum())} of {cells.size} cells the median seed has not grokked "
        f"by step {end_of(dataset)}. Fastest to slowest seed in parentheses. "
        f"Embedding alone: {_listed(alone)}. At the same function scale: {_listed(line)}; "
        f"the fastest there is {as_fraction(float(line.median('seed').idxmin('embedding')))}."
    )


def _listed(times: xr.DataArray) -> str:
    rows = times.transpose("embedding", "seed").values
    return ", ".join(
        f"{median_and_range(row)} at {as_fraction(float(s))}"
        for row, s in zip(rows, times["embedding"].values, strict=True)
    )
