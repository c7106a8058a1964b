"""Draw and describe the figure of `digits`: first-layer filters of networks that learn digits."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lazyrich import plots
from lazyrich.experiments import summaries

__all__ = ["plot"]

SHOWN = 10  # images and filters in a row
SEEN = "what they see"


def plot(dataset: xr.Dataset) -> Figure:
    """Draw digits, filters before and after training, and the angle by which filters turned.

    Filters are those of the first seed at the smallest and the largest scale, each over its own
    range. Points on the right are means over seeds; bars go from the smallest to the largest value.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Images on the left, angle and accuracy on the right.
    """
    with plots.house_style():
        fig = plt.figure(figsize=(10.5, 3.6), layout="constrained")
        left, right = fig.subfigures(1, 2, width_ratios=(2.6, 1))
        _rows(left, dataset.isel(seed=0))
        top, low = right.subplots(2, 1, sharex=True)
        scales = dataset["scale"].values
        for ax, values, label in (
            (top, dataset["turned"].mean("filter"), "turned by\n(degrees)"),
            (low, 100 * dataset["test_accuracy"].isel(t=-1), "right on new\ndigits (%)"),
        ):
            for scale in scales:
                _point(ax, scale, values.sel(scale=scale), _color(dataset, scale))
            ax.set_ylabel(label)
            ax.margins(x=0.2)
        top.set_ylim(-5, 95)
        top.set_yticks([0, 45, 90])
        low.set_ylim(0, 104)
        low.set(xscale="log", xlabel="size of the first layer")
        low.set_xticks(scales, [rf"$\times${s:g}" for s in scales])
        low.minorticks_off()
    return fig


def _point(ax: Axes, scale: float, values: xr.DataArray, color: tuple[float, ...]) -> None:
    middle = values.mean("seed")
    bars = np.stack([middle - values.min("seed"), values.max("seed") - middle])[:, None]
    ax.errorbar([scale], [middle], yerr=bars, fmt="o", capsize=4, color=color)


def _color(dataset: xr.Dataset, scale: float) -> tuple[float, float, float, float]:
    return plots.delta_color(float(dataset["delta"].sel(scale=scale).mean()))


def _rows(fig: Figure, dataset: xr.Dataset) -> None:
    small, large = float(dataset["scale"].min()), float(dataset["scale"].max())
    trained = {
        f"after, first layer $\\times${scale:g}": dataset.sel(scale=scale)
        for scale in (small, large)
    }
    rows = {
        SEEN: dataset["images"],
        "filters before, both": dataset["filters_start"],
        **{words: one["filters"] for words, one in trained.items()},
    }
    for axes, (words, pictures) in zip(
        fig.subplots(len(rows), SHOWN, squeeze=False), rows.items(), strict=True
    ):
        for ax, one in zip(axes, pictures.values, strict=False):
            seen = words == SEEN
            reach = np.abs(one).max()
            ax.imshow(
                one,
                cmap="gray_r" if seen else "cividis",
                vmin=0 if seen else -reach,
                vmax=reach,
            )
            ax.set(xticks=[], yticks=[])
            ax.spines[:].set_visible(False)
        color = _color(dataset, float(trained[words]["scale"])) if words in trained else "black"
        axes[0].set_ylabel(words, rotation=0, ha="right", va="center", color=color)


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    turned = dataset["turned"].mean("filter")
    right = dataset["test_accuracy"].isel(t=-1)

    def each(values: xr.DataArray, form: str) -> str:
        mean, error = summaries.mean_and_error(values)
        return ", ".join(
            f"{summaries.plus_minus(m, e, form)} at {float(m['scale']):g}"
            for m, e in zip(mean, error, strict=True)
        )

    return (
        "Four rows of small images: handwritten digits; the first layer's filters before training, "
        "noise; the same filters after training with a small first layer, many of them smooth "
        "spots and strokes; and with a large first layer, the noise of the start. Beside them, "
        "against the factor of the first layer, the mean angle by which filters turned, in degrees "
        f"({each(turned, '.0f')}), and the accuracy on new digits, in percent "
        f"({each(100 * right, '.1f')}; means and standard errors over seeds)."
    )
