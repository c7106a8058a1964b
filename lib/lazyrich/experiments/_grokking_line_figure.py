"""Draw and describe the figure of `grokking_line`: times to grok, and delta along the runs."""

import json

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from lazyrich import plots
from lazyrich.experiments.grokking_protocol import end_of
from lazyrich.experiments.summaries import median_and_range, seeds_of

__all__ = ["plot"]

FOLLOWED = 12.0  # |delta| at the start up to which delta is drawn along the run


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the time to grok against delta at the start, and delta along the runs.

    On the left, points are medians over seeds, bars go from the fastest to the slowest seed, and
    arrows are labeled with the number of seeds that never grok. On the right, lines are medians
    over seeds until the first run of a start ends; dashed lines are delta under weight decay alone.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `grokking_line`.

    Returns
    -------
    Figure
        Two panels.
    """
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10.5, 4), width_ratios=(1, 1.1), layout="constrained"
        )
        _times(left, dataset)
        _course(right, dataset)
    return fig


def _start(dataset: xr.Dataset) -> np.ndarray:
    """Read the mean delta of each embedding at the start, averaged over seeds."""
    return dataset["delta"].isel(t=0).mean("seed").values


def _times(ax: Axes, dataset: xr.Dataset) -> None:
    end = end_of(dataset)
    times = dataset["t_test"].transpose("embedding", "seed").values
    for delta, row in zip(_start(dataset), times, strict=True):
        middle, color = np.median(row), plots.delta_color(delta)
        if np.isfinite(middle):
            bars = [[middle - row.min()], [min(row.max(), end) - middle]]
            ax.errorbar(delta, middle, yerr=bars, color=color, marker="o", mec="black", capsize=3)
        if never := int(np.sum(~np.isfinite(row))):
            ax.plot(delta, 1.06 * end, "^", color=color, mec="black")
            ax.text(delta, 1.09 * end, f"{never}/{row.size}", size="small", ha="center")
    ax.axhline(end, color="0.6", lw=1, zorder=0)
    ax.axvline(0, color="black", ls=":", lw=1.5, zorder=0)
    ax.set_xscale("symlog", linthresh=2)
    ax.xaxis.set_major_locator(FixedLocator([-100, -30, -10, -3, 0, 3, 10]))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(1.3 * _start(dataset).min(), 1.3 * _start(dataset).max())
    ax.set_ylim(0, (1.2 if np.isinf(times).any() else 1.05) * end)
    ax.set_xlabel(r"mean $\delta$ at the start")
    ax.set_ylabel("steps to grok")


def _course(ax: Axes, dataset: xr.Dataset) -> None:
    config = json.loads(dataset.attrs["config"])
    kept = 1 - config["rate"] * config["decay"]
    t = dataset["t"].values
    followed = [i for i, delta in enumerate(_start(dataset)) if abs(delta) <= FOLLOWED]
    for i in followed:
        one, delta = dataset.isel(embedding=i), _start(dataset)[i]
        seen = t <= one["ended"].values.min()
        middle = one["delta"].median("seed").transpose("t").values
        plots.simulated(ax, t[seen], middle[seen], color=plots.delta_color(delta))
        plots.theory(
            ax,
            t,
            delta * kept ** (2.0 * t),
            lw=0.8,
            label=None if i != followed[0] else "decay alone",
        )
        if not ax.texts or abs(delta - ax.texts[-1].get_position()[1]) > 0.7:
            words = f"{delta:+.1f}".replace("-0.0", "0")
            ax.text(-0.01 * t[-1], delta, words, size=7, ha="right", va="center")
    ax.axhline(0, color="0.6", lw=1, zorder=0)
    ax.set_xlim(-0.09 * t[-1], t[-1])
    ax.set_xlabel("step")
    ax.set_ylabel(r"mean $\delta$ along the run")
    ax.legend(fontsize="small", loc="lower right")


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    times = dataset["t_test"].transpose("embedding", "seed").values
    each = ", ".join(
        f"{median_and_range(row)} at {delta:+.1f}"
        for delta, row in zip(_start(dataset), times, strict=True)
    )
    last = dataset["delta"].isel(t=-1).median("seed").values
    moved = ", ".join(
        f"{delta:+.1f} becomes {end:+.1f}"
        for delta, end in zip(_start(dataset), last, strict=True)
        if abs(delta) <= FOLLOWED
    )
    return (
        f"Steps to grok against the mean delta of the start, median over "
        f"{seeds_of(dataset)} with the fastest to slowest seed in parentheses: {each}. "
        f"Beside it the mean delta along the runs, median over seeds: {moved}. "
        "Weight decay alone would bring all of them to nearly zero."
    )
