"""Draw and describe the figure of `layers`: which layers learned."""

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from scipy.stats import rankdata

from lazyrich import plots
from lazyrich.experiments import summaries
from lazyrich.experiments._layer_starts import PROFILES

__all__ = ["followed", "obeyed", "plot"]

LAYERS = {
    1: ("vermillion", "o", "first layer"),
    2: ("blue", "s", "middle layer"),
    3: ("orange", "^", "last layer"),
}
HIDDEN = {1: ("vermillion", "o", "first layer"), 2: ("purple", "s", "second hidden layer")}


def plot(dataset: xr.Dataset) -> Figure:
    """Draw the movement of layers relative to their size, and gates and test loss at the end.

    Values are means and standard errors over seeds: above over time, at the smallest scale; below
    at the end, with filled markers at the smallest scale and open ones at the largest. The name of
    a profile is followed by the signs of delta_1 and delta_2.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Up to four profiles above, three panels below.
    """
    profiles = [str(name) for name in dataset["profile"].values]
    shown = [
        p for p in ("first small", "equal", "last large", "first large", *profiles) if p in profiles
    ]
    shown = list(dict.fromkeys(shown))[:4]
    few = float(dataset["scale"].min())
    with plots.house_style():
        fig = plt.figure(figsize=(11.5, 7.2), layout="constrained")
        above, below = fig.subfigures(2, 1, height_ratios=(1, 1.25))
        tops = above.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for ax, profile in zip(tops, shown, strict=True):
            mean, error = summaries.mean_and_error(dataset["moved"].sel(scale=few, profile=profile))
            for layer, (color, _, label) in LAYERS.items():
                y, e = mean.sel(layer=layer).values[1:], error.sel(layer=layer).values[1:]
                t = dataset["t"].values[1:]
                plots.simulated(ax, t, y, color=plots.COLORS[color], lw=2, label=label)
                ax.fill_between(t, y - e, y + e, color=plots.COLORS[color], alpha=0.25, lw=0)
            ax.set(xscale="log", xlabel=r"time $\kappa t$", title=f"{profile}, scale {few:g}")
        tops[0].set_ylabel("moved for its size\n$|W_l - W_l(0)| / |W_l(0)|$")
        tops[0].legend(fontsize=9, loc="upper left")
        last = float(dataset["ended"].sel(scale=few, profile=shown).max())
        tops[0].set_xlim(right=3 * last)  # all have stopped
        for ax in tops[1:]:
            ax.sharex(tops[0])
        _at_the_end(below, dataset)
    return fig


def _at_the_end(fig: SubFigure, dataset: xr.Dataset) -> None:
    """Draw movement, gates and test loss of every profile at the end of its run."""
    profiles = [str(name) for name in dataset["profile"].values]
    panels = (
        ("moved", "moved for its size, at the end", "layer", LAYERS),
        ("gates", "gates flipped, share", "hidden", HIDDEN),
        ("test_loss", "test loss", "kind", {1: ("green", "o", "mean square")}),
    )
    signs = np.sign(dataset["delta"].isel(scale=0).transpose("profile", "pair").round(6).values)
    names = [
        f"{p} ({', '.join('-0+'[int(s) + 1] for s in row)})"
        for p, row in zip(profiles, signs, strict=True)
    ]
    for ax, (measure, title, dim, kinds) in zip(fig.subplots(1, 3), panels, strict=True):
        values = dataset[measure].isel(t=-1)
        _ends(ax, values if dim in values.dims else values.expand_dims({dim: [1]}), dim, kinds)
        ax.set(title=title, xlabel=r"start (signs of $\delta_1, \delta_2$)")
        ax.set_xticks(
            range(len(names)),
            names,
            rotation=55,
            ha="right",
            rotation_mode="anchor",
            fontsize=9,
        )
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(subs=(1,) if measure == "moved" else (1, 2, 5)))
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.yaxis.set_minor_formatter(NullFormatter())
    handles = [*_kinds(LAYERS), *_kinds({2: HIDDEN[2]}), *_fillings(dataset)]
    fig.legend(handles=handles, loc="outside upper center", ncols=len(handles), fontsize=9)


def _shades(dataset: xr.Dataset) -> list[float]:
    """List the smallest scale, and the largest if it differs."""
    return sorted({float(dataset["scale"].min()), float(dataset["scale"].max())})


def _kinds(kinds: dict[int, tuple[str, str, str]]) -> list[Line2D]:
    """Make legend entries of colors and markers; layer l feeds hidden layer l."""
    return [
        Line2D([], [], color=plots.COLORS[color], ls="none", marker=mark, label=label)
        for color, mark, label in kinds.values()
    ]


def _fillings(dataset: xr.Dataset) -> list[Line2D]:
    return [
        Line2D(
            [],
            [],
            color="0.3",
            ls="none",
            marker="o",
            mfc="white" if row else "0.3",
            label=f"scale {scale:g}",
        )
        for row, scale in enumerate(_shades(dataset))
    ]


def _ends(ax: Axes, values: xr.DataArray, dim: str, kinds: dict[int, tuple[str, str, str]]) -> None:
    """Draw means and standard errors over profiles, filled at the smallest scale, else open."""
    mean, error = summaries.mean_and_error(values)
    for row, scale in enumerate(_shades(values)):
        for i, (kind, (name, mark, label)) in enumerate(kinds.items()):
            place = np.arange(values.sizes["profile"]) + 0.16 * (i - (len(kinds) - 1) / 2)
            here, color = {"scale": scale, dim: kind}, plots.COLORS[name]
            ax.errorbar(
                place, mean.sel(here), error.sel(here), fmt=mark, ms=6, capsize=2, lw=1.2,
                color=color, mfc="white" if row else color, label=None if row else label,
            )  # fmt: skip


def obeyed(dataset: xr.Dataset) -> xr.DataArray:
    """Test whether the large layer moved least relative to its size, or the small one most.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    xarray.DataArray, shape (scale, profile, seed)
        1 or 0; NaN for the profile "equal".
    """
    end = dataset["moved"].isel(t=-1).transpose(..., "layer")
    each = []
    for profile in end["profile"].values:
        powers, moved = np.array(PROFILES[str(profile)]), end.sel(profile=profile)
        odd = int(np.argmax(np.abs(powers)))
        first = moved.argmin("layer") if powers[odd] > 0 else moved.argmax("layer")
        each.append((first == odd).where(np.any(powers != 0)))
    return xr.concat(each, end["profile"])


def followed(dataset: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Compute the rank correlation over profiles of gates flipped at the end with delta_1.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    mean : xarray.DataArray, shape (scale, hidden)
        Mean over seeds.
    error : xarray.DataArray, shape (scale, hidden)
        Standard error of the mean.
    """
    # Rounded, so that equal deltas have equal ranks.
    values = (dataset["gates"].isel(t=-1), dataset["delta"].sel(pair=1, drop=True).round(6))
    ranks = [
        xr.apply_ufunc(
            rankdata,
            v,
            input_core_dims=[["profile"]],
            output_core_dims=[["profile"]],
            kwargs={"axis": -1},
        )
        for v in values
    ]
    return summaries.mean_and_error(xr.corr(*ranks, dim="profile"))


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    right = obeyed(dataset)
    mean, error = followed(dataset)
    gates, test = (dataset[name].isel(t=-1).mean("seed") for name in ("gates", "test_loss"))
    each = []
    for scale in _shades(dataset):
        parts = []
        for hidden in (1, 2):
            here = gates.sel(scale=scale, hidden=hidden)
            r, e = (float(v.sel(scale=scale, hidden=hidden)) for v in (mean, error))
            verdict = (
                "follows"
                if r - 2 * e > 0.5
                else "runs against"
                if r + 2 * e < 0
                else "does not follow"
            )
            parts.append(
                f"{_range(here)}, which {verdict} delta_1 (rank correlation {r:.2f} +- {e:.1g})"
            )
        loss = test.sel(scale=scale)
        each.append(
            f"at scale {scale:g} the share of gates flipped goes {parts[0]} in the first hidden "
            f"layer, and {parts[1]} in the second; test loss {_range(loss)}"
        )
    return (
        "Three-layer ReLU students with one layer larger or smaller than the others at the same "
        f"function; means over {summaries.seeds_of(dataset)}. In {int(right.sum())} of "
        f"{int(right.count())} runs the large layer has moved least for its size, or the small one "
        f"most. {'; '.join(each).capitalize()}."
    )


def _range(values: xr.DataArray) -> str:
    least, most = (values.idxmin("profile").item(), values.idxmax("profile").item())
    return f"from {float(values.min()):.2g} ({least}) to {float(values.max()):.2g} ({most})"
