"""Draw and describe the figure of `study`: every run of the study."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from lazyrich import plots
from lazyrich.experiments.grokking_protocol import end_of

__all__ = ["plot"]

HUES = ("blue", "vermillion", "green", "orange", "purple", "sky")


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the time to grok of every run, and the accuracies on the sums not shown.

    An arrow stands for a run that had not grokked by the end.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `run`.

    Returns
    -------
    Figure
        Times on the left, accuracies on the right.
    """
    end = end_of(dataset)
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10, 3.8), width_ratios=(1, 1.3), layout="constrained"
        )
        for i, arm in enumerate(dataset["arm"].values):
            color, one = plots.COLORS[HUES[i % len(HUES)]], dataset.sel(arm=arm)
            times = one["t_test"].values
            places = i + 0.12 * (np.arange(times.size) - (times.size - 1) / 2)
            came = np.isfinite(times)
            left.plot(places[came], times[came], "o", color=color, mec="black", ms=7)
            left.plot(
                places[~came],
                np.full((~came).sum(), 1.15 * end),
                "^",
                color=color,
                mec="black",
                ms=7,
            )
            if came.sum() * 2 > came.size:  # else the median never comes
                left.plot([i - 0.25, i + 0.25], [np.median(times)] * 2, color=color, lw=2)
            curves = one["test_accuracy"].transpose("t", "seed").values
            right.plot(
                dataset["t"].values,
                curves,
                color=color,
                lw=1.5,
                label=[str(arm)] + [None] * (times.size - 1),
            )
        left.axhline(end, color="0.6", lw=1, zorder=0)
        left.set_yscale("log")
        left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        left.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        left.yaxis.set_minor_locator(NullLocator())
        left.set_ylim(0.7 * min(dataset["t_test"].values.min(), end), 1.4 * end)
        left.set_ylabel("steps to grok (▲: not by the end)")
        left.set_xticks(range(dataset.sizes["arm"]), [str(arm) for arm in dataset["arm"].values])
        left.set_xlim(-0.6, dataset.sizes["arm"] - 0.4)
        right.set_xlabel("step")
        right.set_ylabel("accuracy on sums not shown")
        right.set_ylim(-0.02, 1.02)
        right.legend(fontsize="small", loc="lower right")
    return fig


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    each = (
        f"{arm}: "
        + ", ".join(
            f"{t:.0f}" if np.isfinite(t) else "never" for t in dataset["t_test"].sel(arm=arm).values
        )
        for arm in dataset["arm"].values
    )
    return (
        f"Steps to grok, one number per seed, up to step {end_of(dataset)}. {'; '.join(each)}. "
        "Beside it the accuracies on sums not shown."
    )
