"""Draw and describe the figure of `neurons`: neurons that turn in the plane."""

import json
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lazyrich import plots
from lazyrich.experiments import summaries

__all__ = ["plot"]


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the paths of the first seed's neurons, and loss, kernel distance and turning angle.

    Above are the paths of a_i w_i, colored by the sign of their readout at the end. Stars are the
    teacher's neurons a* w*, dashed lines their directions. Below are means and standard errors over
    seeds.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        One panel per regime above, three panels below.
    """
    regimes = [str(r) for r in dataset["regime"].values]
    with plots.house_style():
        fig = plt.figure(figsize=(11.5, 6.4), layout="constrained")
        above, below = fig.subfigures(2, 1, height_ratios=(1.15, 1))
        for ax, regime in zip(
            above.subplots(1, len(regimes), squeeze=False)[0], regimes, strict=True
        ):
            _plane(ax, dataset, regime)
        above.axes[0].set_ylabel("$a_i w_{i2}$")
        above.legend(handles=_marks(), loc="outside upper center", ncols=5, fontsize=9)
        panels = {
            "train_loss": "training loss",
            "kernel_distance": "kernel distance $S$",
            "angle": "angle turned by $w_i$, degrees",
        }
        colors = {regime: _color(dataset, regime) for regime in regimes}
        for ax, (name, label) in zip(below.subplots(1, 3), panels.items(), strict=True):
            for i, regime in enumerate(regimes):
                mean, error = summaries.mean_and_error(dataset[name].sel(regime=regime))
                t, mean, error = (
                    mean["t"].values[1:],
                    mean.values[1:],
                    error.values[1:],
                )  # 0 has no place on a logarithmic axis
                ax.errorbar(
                    t, mean, error, color=colors[regime], errorevery=(i, 4), capsize=2, label=regime
                )
            ax.set(xscale="log", xlabel=r"time $\kappa t$", ylabel=label)
        below.axes[0].set_yscale("log")
        below.axes[0].set_ylim(bottom=1e-7)
        below.axes[0].legend(fontsize=9, loc="lower left")
    return fig


def _plane(ax: Axes, dataset: xr.Dataset, regime: str) -> None:
    """Draw the paths of a regime, and the teacher."""
    signs = {1: plots.COLORS["blue"], -1: plots.COLORS["vermillion"]}
    here = dataset.sel(regime=regime)
    points = (here["a"] * here["w"]).transpose("neuron", "t", "axis").values
    for path, sign in zip(points, np.sign(here["a"].isel(t=-1).values), strict=True):
        plots.simulated(ax, *path.T, color=signs[int(sign) or 1], lw=1.5)
        ax.plot(*path[0], "o", ms=4, mfc="white", mec="0.5", zorder=3)
        ax.plot(*path[-1], "o", ms=4.5, color=signs[int(sign) or 1], zorder=4)
    stars = dataset["teacher"].isel(seed=0).values
    reach = 1.12 * max(np.abs(points).max(), np.abs(stars).max())
    for star, sign in zip(stars, dataset["teacher_sign"].isel(seed=0).values, strict=True):
        plots.theory(ax, *np.stack([0 * star, 3 * reach * star]).T, lw=1)
        ax.plot(*star, "*", ms=13, color=signs[int(sign)], mec="black", mew=0.8, zorder=6)
    ax.set(
        xlim=(-reach, reach),
        ylim=(-reach, reach),
        aspect="equal",
        title=_title(dataset, regime),
    )
    ax.set_xlabel("$a_i w_{i1}$")


def _marks() -> list[Line2D]:
    """Make legend entries of points, stars, rays and colors."""
    point = {"ls": "none", "marker": "o", "ms": 5}
    return [
        Line2D([], [], **point, mfc="white", mec="0.5", label="start"),
        Line2D([], [], **point, color=plots.COLORS["blue"], label="end, readout positive"),
        Line2D([], [], **point, color=plots.COLORS["vermillion"], label="end, readout negative"),
        Line2D([], [], ls="none", marker="*", ms=11, mfc="white", mec="black", label="teacher"),
        Line2D([], [], color="black", ls=(0, (4, 3)), lw=1, label="its directions"),
    ]


def _knobs(dataset: xr.Dataset, regime: str) -> tuple[float, float]:
    """Look up tau and delta of a regime."""
    config = json.loads(dataset.attrs["config"])
    which = config["regimes"].index(regime)
    return config["taus"][which], config["deltas"][which]


def _color(dataset: xr.Dataset, regime: str) -> Any:
    """Color a regime by its delta, as in every figure, but black at a large scale."""
    tau, delta = _knobs(dataset, regime)
    return plots.COLORS["black"] if tau > 1 else plots.delta_color(delta, scale=0.5)


def _title(dataset: xr.Dataset, regime: str) -> str:
    tau, delta = _knobs(dataset, regime)
    return rf"{regime}: $\tau$ = {tau:g}, $\delta$ = {delta:g}"


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    turned, moved = (
        summaries.mean_and_error(dataset[name].isel(t=-1)) for name in ("angle", "kernel_distance")
    )
    each = [
        f"{regime}: S = {summaries.plus_minus(*(v.sel(regime=regime) for v in moved))}, "
        f"turned by {summaries.plus_minus(*(v.sel(regime=regime) for v in turned))} degrees"
        for regime in dataset["regime"].values
    ]
    return (
        "Paths of a student's neurons in the plane, with the teacher's directions as dashed rays, "
        "and loss, kernel distance and angle over time times kappa. At the end, mean and standard "
        f"error over seeds, {'; '.join(each)}."
    )
