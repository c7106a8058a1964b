"""Draw and describe the figure of `deep_drift`: what discrete steps do to the conserved pairs."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lazyrich import plots
from lazyrich.experiments import summaries

__all__ = ["exponent", "memory", "plot"]


def exponent(dataset: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Fit d log(drift of gradient descent) / d log(step) for each start, over both pairs.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    mean : xarray.DataArray, shape (start,)
        Mean over seeds.
    error : xarray.DataArray, shape (start,)
        Standard error of the mean.
    """
    size = np.sqrt((dataset["gd_drift"] ** 2).sum("pair"))
    return summaries.mean_and_error(summaries.log_slope(size["step"], size))


def memory(dataset: xr.Dataset) -> xr.DataArray:
    """Compare the distance between the traces of the starts with its initial value.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    xarray.DataArray, shape (seed, sgd_step, u)
        The remaining share: 1 for gradient flow, 0 if the start is forgotten.
    """
    apart = np.sqrt(dataset["sgd_trace"].var("start").sum("pair"))
    return apart / apart.isel(u=0)


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the drift of gradient descent against its step, traces under SGD, and what SGD keeps.

    Values are means and standard errors over seeds. Dashed lines are slope 1 on the left and, in
    the middle, gradient flow, which keeps the trace of the first pair while SGD with the largest
    step does not.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Three panels.
    """
    with plots.house_style():
        fig, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 3.9))
        _drifts(left, dataset)
        _traces(middle, dataset)
        _memories(right, dataset)
        for ax in (middle, right):
            ax.locator_params(axis="x", nbins=4)
    return fig


def _colors(dataset: xr.Dataset) -> dict[str, tuple[float, ...]]:
    starts = [str(start) for start in dataset["start"].values]
    shades = np.linspace(4, -4, len(starts))
    return {start: plots.delta_color(x) for start, x in zip(starts, shades, strict=True)}


def _drifts(ax: Axes, dataset: xr.Dataset) -> None:
    """Draw the drift of gradient descent against its step."""
    mean, error = summaries.mean_and_error(np.sqrt((dataset["gd_drift"] ** 2).sum("pair")))
    slopes, doubts = exponent(dataset)
    for start, color in _colors(dataset).items():
        here = {"start": start}
        y = mean.sel(here)
        ax.errorbar(
            y["step"], y, error.sel(here), fmt="o", color=color, capsize=2,
            label=f"{start}: ${float(slopes.sel(here)):.2f} \\pm {float(doubts.sel(here)):.1g}$",
        )  # fmt: skip
        plots.theory(ax, y["step"], float(y[-1]) * y["step"] / float(y["step"][-1]), lw=1)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="step $h$",
        ylabel="drift of the pairs",
        title="gradient descent",
    )
    ax.set_xticks(mean["step"].values, [f"{h:g}" for h in mean["step"].values])
    ax.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    ax.legend(fontsize=9, title="exponent", title_fontsize=9)


def _traces(ax: Axes, dataset: xr.Dataset) -> None:
    """Draw the traces of the first pair under SGD with the largest step."""
    steps = dataset["sgd_step"].values
    traces = dataset["sgd_trace"].sel(pair=1).isel(sgd_step=int(np.argmax(steps)))
    mean, error = summaries.mean_and_error(traces)
    u = mean["u"].values
    for start, color in _colors(dataset).items():
        y, e = mean.sel(start=start), error.sel(start=start)
        plots.simulated(ax, u, y, color=color, label=start)
        ax.fill_between(u, y - e, y + e, color=color, alpha=0.2, lw=0)
        plots.theory(ax, u[[0, -1]], [float(y[0])] * 2, lw=1)
    ax.set(
        xlabel="step x time $ht$", ylabel=r"trace of $\Delta_1$", title=f"SGD, $h$ = {max(steps):g}"
    )
    ax.legend(fontsize=9, loc="center right", bbox_to_anchor=(1, 0.42))


def _memories(ax: Axes, dataset: xr.Dataset) -> None:
    """Draw the share of the starts' spread that SGD keeps."""
    mean, error = summaries.mean_and_error(memory(dataset))
    for i, h in enumerate(mean["sgd_step"].values):
        here = {"sgd_step": h}
        ax.errorbar(
            mean["u"], mean.sel(here), error.sel(here), errorevery=(2 * i, 8), capsize=2,
            label=f"$h$ = {h:g}",
        )  # fmt: skip
    ax.set(
        xlabel="step x time $ht$",
        ylabel="spread of the starts, share",
        title="what SGD remembers",
        ylim=(0, None),
    )
    ax.legend(fontsize=9)


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    slopes, doubts = exponent(dataset)
    kept = zip(*summaries.mean_and_error(memory(dataset).isel(u=-1)), strict=True)
    each = ", ".join(
        f"{summaries.plus_minus(k, e)} at step {float(k['sgd_step']):g}" for k, e in kept
    )
    return (
        f"Means and standard errors over {summaries.seeds_of(dataset)}. "
        "Drift of gradient descent against its step on logarithmic axes: slopes from "
        f"{float(slopes.min()):.2f} to {float(slopes.max()):.2f}, "
        f"each +- at most {float(doubts.max()):.1g}. Traces under SGD from "
        f"{dataset.sizes['start']} starts leave the flow's level lines and approach each other: "
        f"at step x time = {float(dataset['u'][-1]):g} the remaining share of their spread is "
        f"{each}."
    )
