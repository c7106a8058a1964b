"""Draw and describe the figure of `grokking_causes`: times to grok over two causes."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from lazyrich import plots
from lazyrich.experiments import summaries
from lazyrich.experiments._grokking_figure import draw_medians
from lazyrich.experiments.grokking_protocol import end_of

__all__ = ["plot"]


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the steps to learn the sums shown and to grok the others, over both causes.

    The left panel varies how much of the solution is in the embeddings, with the first kernel's
    alignment below; the right one varies the share of all sums that is shown. Points are medians
    over seeds, bars go from the fastest to the slowest, and arrows stand for seeds that had not
    grokked at the end.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Two panels.
    """
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10, 4.2), sharey=True, layout="constrained"
        )
        alignment = dataset["alignment"].mean("seed").values
        places = np.arange(len(alignment))
        _times(left, places, dataset, "share")
        left.set_xticks(
            places,
            [f"{q:g}\n({k:.3f})" for q, k in zip(dataset["share"].values, alignment, strict=True)],
        )
        left.set_xlabel(
            "share of the solution in the embeddings\n"
            "(alignment of the first kernel with the labels)"
        )
        left.set_ylabel("steps")
        _times(right, dataset["fraction"].values, dataset, "fraction")
        right.set_xlabel("share of all sums that is shown")
        left.legend(loc="lower left", bbox_to_anchor=(0.0, 0.2))
        for ax in (left, right):
            ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    return fig


def _times(ax: Axes, x: np.ndarray, dataset: xr.Dataset, sweep: str) -> None:
    end = end_of(dataset)
    kinds = {
        "grok_time": ("grok the sums not shown", "vermillion", "o"),
        "learn_time": ("learn the sums shown", "sky", "s"),
    }
    for name, (label, color, marker) in kinds.items():
        times = dataset[f"{sweep}_{name}"].transpose(sweep, "seed").values
        draw_medians(ax, x, times, end, color, marker=marker, label=label)
    ax.axhline(end, color="0.6", lw=1, zorder=0)
    ax.set_yscale("log")
    ax.set_ylim(
        min(dataset[f"{sweep}_learn_time"].values.min(), end) / 2, end * 1.7
    )  # none learned: from the end on


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""

    def listed(x: np.ndarray, sweep: str) -> str:
        times = dataset[f"{sweep}_grok_time"].transpose(sweep, "seed").values
        return ", ".join(
            f"{summaries.median_and_range(row)} at {v:.2g}" for row, v in zip(times, x, strict=True)
        )

    aligned = [
        summaries.plus_minus(*one, ".3f")
        for one in zip(*summaries.mean_and_error(dataset["alignment"]), strict=True)
    ]
    return (
        f"Steps to grok, median over {summaries.seeds_of(dataset)} (fastest to slowest). "
        "Over the share of the solution in the embeddings: "
        f"{listed(dataset['share'].values, 'share')}; the first kernel's alignment with the labels "
        f"goes from {aligned[0]} to {aligned[-1]}. "
        f"Over the share of sums shown: {listed(dataset['fraction'].values, 'fraction')}."
    )
