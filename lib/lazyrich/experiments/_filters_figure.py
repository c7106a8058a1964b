"""Draw and describe the figure of `filters`: first-layer filters and their concentration."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from lazyrich import plots
from lazyrich.experiments import summaries

__all__ = ["plot"]


def plot(dataset: xr.Dataset, seed: int | None = None) -> Figure:
    """Draw concentration and test accuracy over the first layer's scale, and filters of one seed.

    Points are means over seeds; bars go from the smallest to the largest value.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.
    seed : int, optional
        The seed whose filters are drawn; by default the first.

    Returns
    -------
    Figure
        Both arms on the left, filters on the right.

    Raises
    ------
    KeyError
        If the result has no such seed.
    """
    seed = int(dataset["seed"][0]) if seed is None else seed
    scales = dataset["scale"].values
    with plots.house_style():
        fig = plt.figure(figsize=(11, 4.6), layout="constrained")
        sides = fig.subfigures(1, 2, width_ratios=(0.85, 1.15))
        top, low = sides[0].subplots(2, 1, sharex=True, height_ratios=(1.5, 1))
        shown = {
            top: dataset["concentration"].mean("filter"),
            low: dataset["test_accuracy"].isel(t=-1),
        }
        for ax, values in shown.items():
            for arm, color, marker, side in (
                ("alone", "blue", "s", 1),
                ("same function", "vermillion", "o", -1),
            ):
                one = values.sel(arm=arm)
                middle = one.mean("seed")
                bars = np.stack([middle - one.min("seed"), one.max("seed") - middle])
                ax.errorbar(
                    scales * 1.03**side, middle, yerr=bars, capsize=3,
                    color=plots.COLORS[color], marker=marker,
                    label=f"first layer {'alone' if arm == 'alone' else 'at the same function'}",
                )  # fmt: skip
            ax.set_xscale("log")
        noise = float(dataset["concentration_start"].mean())
        plots.theory(top, [scales.min(), scales.max()], [noise, noise], label="at the start")
        top.set_ylim(0, None)
        top.set_ylabel("spectral concentration")
        top.legend(fontsize="small")
        low.set_ylim(0, 1.03)
        low.set_ylabel("test accuracy")
        low.set_xlabel("scale $c$ of the first layer")
        low.set_xticks(scales, [f"{s:g}" for s in scales])
        low.minorticks_off()
        _gallery(sides[1], dataset.sel(seed=seed, arm="same function"))
    return fig


def _gallery(fig: Figure, dataset: xr.Dataset) -> None:
    """Draw six filters per scale, from most to least concentrated, each over its own range."""
    scales, count = dataset["scale"].values, min(6, dataset.sizes["filter"])
    axes = fig.subplots(len(scales), count, squeeze=False)
    fig.suptitle(f"filters at the end of seed {int(dataset['seed'])}, same function at the start")
    for row, scale in zip(axes, scales, strict=True):
        one = dataset.sel(scale=scale)
        order = np.argsort(-one["concentration"].values)
        for ax, k in zip(
            row, order[np.linspace(0, len(order) - 1, count).astype(int)], strict=True
        ):
            W = one["filters"].values[k]
            ax.imshow(W, cmap="cividis", vmin=-np.abs(W).max(), vmax=np.abs(W).max())
            ax.set_xticks([])
            ax.set_yticks([])
            ax.set_xlabel(f"{float(one['concentration'][k]):.2f}", fontsize="small", labelpad=2)
        row[0].set_ylabel(f"$c$ = {scale:g}")


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""

    def listed(arm: str) -> str:
        means = dataset["concentration"].sel(arm=arm).mean(("filter", "seed"))
        return ", ".join(
            f"{float(v):.2f} at {float(s):g}" for v, s in zip(means, means["scale"], strict=True)
        )

    right = dataset["test_accuracy"].isel(t=-1).mean("seed")
    return (
        "Spectral concentration of the first filters, "
        f"{float(dataset['concentration_start'].mean()):.2f} at the start, against the first "
        f"layer's scale: {listed('alone')} with the first layer alone scaled; "
        f"{listed('same function')} at the same function. "
        f"{summaries.seeds_differ(dataset['concentration'].mean('filter'))} in it. Test accuracy "
        f"{float(right.min()):.3f} to {float(right.max()):.3f}. Beside it filters of one seed at "
        "every scale."
    )
