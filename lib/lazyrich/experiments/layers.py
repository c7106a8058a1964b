"""Which layers of a three-layer ReLU network learn, against its deltas by layer, at one function (after Kunin et al. 2024).

For neuron i of hidden layer l, delta_l = |W_(l+1)[:, i]|^2 - |W_l[i, :]|^2 is conserved. Sums of these say that every layer's |W_l|^2 grows
by the same amount: so the small layers turn and the large ones stay. Here one start is rescaled, layer l times g_l with g_1 g_2 g_3 = 1:
the function is the same, zero, at every start, and only the deltas differ.

Where it holds: how far a layer moves for its size, and the gates of the first hidden layer, which move where delta_1 is large. Where it does not:
the gates of the second hidden layer. They depend on both layers below, flip most where the middle one is small and least where both are large:
no rank correlation with delta_1 at training loss 0.05 (-0.07 +- 0.17 at scale 0.3), -0.34 +- 0.1 at the end. Three profiles, as in "tiny", are
too few to show that.
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter
from scipy.stats import rankdata

from lazyrich import _validate as validate
from lazyrich import datasets, kernel, models, plots, training
from lazyrich.experiments import _grid, results

__all__ = ["PRESETS", "Config", "load", "plot", "run"]

NAME = "layers"
# Powers of `ratio` on the layers; each row sums to 0, so that the function stays. By falling delta_1.
PROFILES = {
    "first small": (-2 / 3, 1 / 3, 1 / 3),
    "middle large": (-1 / 3, 2 / 3, -1 / 3),
    "equal": (0.0, 0.0, 0.0),
    "last large": (-1 / 3, -1 / 3, 2 / 3),
    "last small": (1 / 3, 1 / 3, -2 / 3),
    "middle small": (1 / 3, -2 / 3, 1 / 3),
    "first large": (2 / 3, -1 / 3, -1 / 3),
}
METRICS = (
    "train_loss",
    "test_loss",
    "kernel_distance",
    "kernel_distance_layers",
    "hamming_layers",
    "parameter_distance_layers",
    "delta_drift",
)


@dataclass(frozen=True)
class Config:
    """Students d -> m -> m -> 1 of every scale and profile learn a teacher of `teacher` neurons from n unit inputs, along gradient flow.

    A scale is |W_l| / sqrt(m) of every layer of the profile "equal"; other profiles have one layer `ratio` times as large, or as small, as
    the other two. A run stops at the training loss `learned`. Time is in units of 1 / kappa, kappa the mean of the first tangent kernel's
    diagonal, which sets the first speed of the function: so no run is late only because its weights are small.
    """

    scales: tuple[float, ...]
    profiles: tuple[str, ...]
    seeds: tuple[int, ...]
    ratio: float = 3.5
    m: int = 16
    n: int = 40
    d: int = 5
    teacher: int = 3
    n_test: int = 1000
    learned: float = 1e-3
    end: float = 1e4
    per_decade: int = 8
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        validate.many("scales", self.scales, above=0)
        validate.seeds("seeds", self.seeds)
        unknown = [name for name in self.profiles if name not in PROFILES]
        if unknown or not self.profiles:
            raise ValueError(
                f"profiles: expected some of {', '.join(PROFILES)}, got {unknown or 'none'}"
            )
        validate.even("m", self.m)
        for name in ("ratio", "learned", "tolerance"):
            validate.rate(name, getattr(self, name))
        if validate.rate("end", self.end) <= FIRST:
            raise ValueError(
                f"end: expected a time after the first checkpoint, {FIRST}, got {self.end}"
            )


FIRST = 0.1
PRESETS = {
    "teaching": Config((0.3, 1.0), tuple(PROFILES), tuple(range(100, 108))),
    "tiny": Config(
        (0.3,), ("first small", "equal", "first large"), (100, 101), m=8, n=20, learned=0.02
    ),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Every scale, profile and seed as one ensemble: metrics over (scale, profile, seed, t), by layer where that can be.

    moved: |W_l - W_l(0)| / |W_l(0)| over (..., t, layer); gates: share of gates that flipped over (..., t, hidden); delta: what each neuron has
    over (scale, profile, pair). store: a folder to save the run in and to take it up from. Raises ValueError on a store of another one.
    """
    task = datasets.teacher_student(
        config.seeds, n=config.n, d=config.d, m=2, teacher=config.teacher, n_test=config.n_test
    )
    start, g = starts(config), factors(config)
    scales = np.array(config.scales)
    decades = np.log10(config.end / FIRST)
    result = training.train(
        models.MLP((config.d, config.m, config.m, 1)),
        start,
        task.data,
        training.Flow(1 / speeds(start, task.data.x), tolerance=config.tolerance),
        times=np.append(
            0.0, np.geomspace(FIRST, config.end, round(decades * config.per_decade) + 1)
        ),
        loss="mse",
        metrics=METRICS,
        stop={"train_loss": config.learned},
        device="cpu" if device == "auto" else device,
        progress=progress,
        checkpoint=store,
    )
    found = result.dataset(
        {"scale": config.scales, "profile": config.profiles, "seed": config.seeds}
    )
    sizes = scales[:, None, None] * g * config.m**0.5
    found["moved"] = found["parameter_distance_layers"].rename(
        parameter_distance_layers_of="layer"
    ) / xr.DataArray(sizes, dims=("scale", "profile", "layer"))
    found = found.rename(
        hamming_layers="gates", hamming_layers_of="hidden", kernel_distance_layers_of="kernel_layer"
    )
    found = found.drop_dims("parameter_distance_layers_of").drop_vars("stable_rate")
    found = found.assign_coords(layer=[1, 2, 3], hidden=[1, 2], kernel_layer=[1, 2, 3], pair=[1, 2])
    found["delta"] = (
        ("scale", "profile", "pair"),
        scales[:, None, None] ** 2 * np.diff(g**2, axis=-1),
    )
    return results.stamp(found, NAME, config, PRESETS)


def factors(config: Config) -> np.ndarray:
    """(profile, layer) g_l: what each layer is multiplied by; their product is 1."""
    return config.ratio ** np.array([PROFILES[name] for name in config.profiles])


def starts(config: Config) -> dict[str, torch.Tensor]:
    """Parameters (scale, profile, seed, ...). Every neuron has the same deltas, and the network is the zero function.

    Rows of W_1, rows and columns of W_2 and readouts have the length scale g_l. Hidden neurons come in pairs of equal value and opposite
    readout, W_1 = [V; V], W_2 = [[A, B], [B, A]], a = [v, -v]: what a pair hands back, (A - B)^T v, is not zero, so that all layers set off.
    """
    half, drawn = config.m // 2, []
    for seed in config.seeds:
        rng = np.random.default_rng([seed, config.m])
        V = rng.normal(size=(half, config.d))
        V /= np.linalg.norm(V, axis=1, keepdims=True)
        A, B = rng.normal(size=(2, half, half))
        v = rng.choice([-1.0, 1.0], half)
        drawn.append(
            (np.tile(V, (2, 1)), _even(np.block([[A, B], [B, A]])), np.concatenate([v, -v])[None])
        )
    sizes = np.array(config.scales)[:, None, None] * factors(config)
    return {
        f"layer{i + 1}.W": torch.as_tensor(
            sizes[..., i][..., None, None, None] * np.stack([one[i] for one in drawn])
        )
        for i in range(3)
    }


def speeds(start: dict[str, torch.Tensor], x: torch.Tensor) -> np.ndarray:
    """(scale, profile, seed) kappa, the mean over inputs of K(x, x) at the start. x: (seed, n, d)."""
    found = np.empty(start["layer1.W"].shape[:3])
    for i, j, k in np.ndindex(found.shape):
        Ws = [start[f"layer{layer}.W"][i, j, k].numpy() for layer in (1, 2, 3)]
        found[i, j, k] = np.diag(kernel.ntk_layered(x[k].numpy(), Ws)).mean()
    return found


def _even(W: np.ndarray) -> np.ndarray:
    """The same square matrix with its rows and columns rescaled to length 1 (Sinkhorn)."""
    for _ in range(1000):
        W = W / np.linalg.norm(W, axis=0)
        W = W / np.linalg.norm(W, axis=1, keepdims=True)
    return W


def load(path: str | Path = "layers_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


LAYERS = {
    1: ("vermillion", "o", "first layer"),
    2: ("blue", "s", "middle layer"),
    3: ("orange", "^", "last layer"),
}
HIDDEN = {1: ("vermillion", "o", "first hidden layer"), 2: ("purple", "s", "second hidden layer")}


def plot(dataset: xr.Dataset) -> Figure:
    """Above how far each layer has moved for its size, over time, at the smallest scale; below, at the end, that and gates and test loss.

    Means and standard errors over seeds. Below, filled: the smallest scale, open: the largest. Under a profile's name the signs of delta_1
    and delta_2.
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
            mean, error = _grid.over_seeds(dataset["moved"].sel(scale=few, profile=profile))
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
        for ax, (measure, title, dim, kinds) in zip(below.subplots(1, 3), panels, strict=True):
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
        below.axes[0].legend(handles=_fillings(dataset), fontsize=9, loc="lower left")
        below.axes[1].legend(fontsize=9, loc="lower left")
    return fig


def _shades(dataset: xr.Dataset) -> list[float]:
    """The smallest scale, and the largest if it is another."""
    return sorted({float(dataset["scale"].min()), float(dataset["scale"].max())})


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
    """Means and standard errors over profiles: filled at the smallest scale, open at the largest."""
    mean, error = _grid.over_seeds(values)
    for row, scale in enumerate(_shades(values)):
        for i, (kind, (name, mark, label)) in enumerate(kinds.items()):
            place = np.arange(values.sizes["profile"]) + 0.16 * (i - (len(kinds) - 1) / 2)
            here, color = {"scale": scale, dim: kind}, plots.COLORS[name]
            ax.errorbar(place, mean.sel(here), error.sel(here), fmt=mark, ms=6, capsize=2, lw=1.2, color=color,
                        mfc="white" if row else color, label=None if row else label)  # fmt: skip


def obeyed(dataset: xr.Dataset) -> xr.DataArray:
    """(scale, profile, seed) whether at the end the layer that is large had moved least for its size, or the small one most; not for "equal"."""
    end = dataset["moved"].isel(t=-1).transpose(..., "layer")
    found = []
    for profile in end["profile"].values:
        powers, moved = np.array(PROFILES[str(profile)]), end.sel(profile=profile)
        odd = int(np.argmax(np.abs(powers)))
        first = moved.argmin("layer") if powers[odd] > 0 else moved.argmax("layer")
        found.append((first == odd).where(np.any(powers != 0)))
    return xr.concat(found, end["profile"])


def followed(dataset: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """Rank correlation over profiles of the gates flipped at the end with delta_1: mean over seeds and its standard error, (scale, hidden)."""
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
    return _grid.over_seeds(xr.corr(*ranks, dim="profile"))


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""
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
                f"from {float(here.min()):.2g} ({here.idxmin('profile').item()}) to {float(here.max()):.2g} ({here.idxmax('profile').item()}), "
                f"which {verdict} delta_1 (rank correlation {r:.2f} +- {e:.1g})"
            )
        loss = test.sel(scale=scale)
        each.append(
            f"at scale {scale:g} the share of gates flipped goes in the first hidden layer {parts[0]}, in the second {parts[1]}; test loss from "
            f"{float(loss.min()):.2g} ({loss.idxmin('profile').item()}) to {float(loss.max()):.2g} ({loss.idxmax('profile').item()})"
        )
    return (
        f"Three-layer ReLU students, one layer larger or smaller than the others, the function kept; means over {dataset.sizes['seed']} seeds. In {int(right.sum())} of {int(right.count())} runs the "
        f"large layer has moved least for its size, or the small one most. {'; '.join(each).capitalize()}."
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
