"""Deep linear network, what discrete steps do to the conserved pairs: gradient descent drifts by its step, SGD forgets its start.

A step h changes Delta_l by h^2 (g_(l+1)^T g_(l+1) - g_l g_l^T), exactly (rates 1). Descent's slopes die out as it learns: over a time t
its drift is of order h. The noise of minibatches does not: over a time t it moves Delta by h t, to where both layers get equal noise.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from lazyrich import _validate as validate
from lazyrich import conserved, plots
from lazyrich.experiments import _grid, results
from lazyrich.models import deep_linear

__all__ = ["PRESETS", "Config", "exponent", "load", "memory", "plot", "run"]

NAME = "deep-drift"


@dataclass(frozen=True)
class Config:
    """Three layers d -> d -> d -> c, n samples whose labels no linear map fits, from `starts`: the scale of the middle layer is `middle`, the
    first's is middle / ratio, the last's middle ratio, so that all have the same function.

    Descent with each of `steps` for the time `gd_time`; SGD with each of `sgd_steps` and `batch` samples until step x time is `sgd_end`.
    """

    starts: tuple[str, ...]
    ratios: tuple[float, ...]
    seeds: tuple[int, ...]
    steps: tuple[float, ...]
    sgd_steps: tuple[float, ...]
    n: int = 20
    d: int = 4
    c: int = 2
    middle: float = 0.8
    noise: float = 1.0
    batch: int = 2
    gd_time: float = 2.0
    sgd_end: float = 0.03
    points: int = 40

    def __post_init__(self) -> None:
        if not len(self.starts) == len(self.ratios) > 1:
            raise ValueError(
                f"starts: expected at least two, and as many ratios, got {self.starts} and {self.ratios}"
            )
        validate.seeds("seeds", self.seeds)
        for name in ("ratios", "steps", "sgd_steps"):
            validate.many(name, getattr(self, name), above=0)
        if len(self.steps) < 2:
            raise ValueError(f"steps: expected at least two, for an exponent, got {self.steps}")
        validate.count("batch", self.batch, 1, self.n - 1)


THREE = {"starts": ("upstream", "equal", "downstream"), "ratios": (2.0, 1.0, 0.5)}
PRESETS = {
    "teaching": Config(
        **THREE,
        seeds=tuple(range(6)),
        steps=(0.002, 0.001, 0.0005, 0.00025),
        sgd_steps=(0.003, 0.002, 0.001),
    ),
    "tiny": Config(
        **THREE,
        seeds=(0, 1),
        steps=(0.002, 0.001, 0.0005),
        sgd_steps=(0.003,),
        sgd_end=0.015,
        points=20,
    ),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Every start and seed: descent's drift over (start, seed, step, pair), SGD's traces over (start, seed, sgd_step, u, pair), u = step x time.

    device: the CPU whatever it says; matrices this small gain nothing elsewhere. store: a folder to save the run in and to take it up from.
    Raises ValueError on a store of another configuration.
    """
    settings = asdict(config)
    del settings["seeds"]
    axes = {"start": config.starts, "seed": config.seeds}
    found = _grid.over(one, axes, {"settings": settings}, store=store, progress=progress)
    u = np.linspace(0, config.sgd_end, config.points + 1)
    found = found.assign_coords(
        step=list(config.steps), sgd_step=list(config.sgd_steps), u=u, pair=[1, 2]
    )
    return results.stamp(found, NAME, config, PRESETS)


def one(start: str, seed: int, settings: dict[str, Any]) -> xr.Dataset:
    """One start and seed, all steps."""
    config = Config(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}, seeds=(seed,)
    )
    n, d, c, ratio = config.n, config.d, config.c, config.ratios[config.starts.index(start)]
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    Y = X @ rng.normal(size=(d, c)) + config.noise * rng.normal(size=(n, c))
    scales = (config.middle / ratio, config.middle, config.middle * ratio)
    shapes = ((d, d), (d, d), (c, d))
    Ws = [s * rng.normal(size=shape) / np.sqrt(d) for s, shape in zip(scales, shapes, strict=True)]
    before = conserved.layer_deltas(Ws)
    drift, off, losses, traces = [], [], [], []
    for step in config.steps:
        path = deep_linear.descend(Ws, X, Y, step=step, n_steps=round(config.gd_time / step))
        moved = [
            D - D0
            for D, D0 in zip(
                conserved.layer_deltas([W[-1] for W in path["Ws"]]), before, strict=True
            )
        ]
        drift.append([np.linalg.norm(D) for D in moved])
        off.append(
            [
                np.linalg.norm(D - law)
                for D, law in zip(moved, _law(path["gradients"], step), strict=True)
            ]
        )
        losses.append(path["loss"][-1])
    for step in config.sgd_steps:
        n_steps = round(config.sgd_end / step**2)
        path = deep_linear.descend(
            Ws, X, Y, step=step, n_steps=n_steps, batch_size=config.batch, seed=seed + 1
        )
        seen = np.linspace(0, n_steps, config.points + 1).round().astype(int)
        squares = [np.sum(W[seen] ** 2, axis=(1, 2)) for W in path["Ws"]]
        traces.append(np.diff(squares, axis=0).T)
    return xr.Dataset(
        {
            "gd_drift": (("step", "pair"), drift),
            "off_the_law": (("step", "pair"), off),
            "gd_loss": ("step", losses),
            "sgd_trace": (("sgd_step", "u", "pair"), np.array(traces)),
        }
    )


def _law(gradients: list[np.ndarray], step: float) -> list[np.ndarray]:
    """The exact drift of each pair, summed over the steps."""
    outer = [np.einsum("tij,tkj->ik", g, g) for g in gradients]
    inner = [np.einsum("tji,tjk->ik", g, g) for g in gradients]
    return [step**2 * (late - early) for early, late in zip(outer[:-1], inner[1:], strict=True)]


def exponent(dataset: xr.Dataset) -> tuple[xr.DataArray, xr.DataArray]:
    """d log(descent's drift) / d log(step) for each start, over both pairs: mean over seeds and its standard error."""
    size = np.sqrt((dataset["gd_drift"] ** 2).sum("pair"))
    return _grid.over_seeds(_grid.slope(size["step"], size))


def memory(dataset: xr.Dataset) -> xr.DataArray:
    """How far the traces of the starts lie apart, as a share of how far they lay: 1 for the flow, 0 if all is forgotten. (seed, sgd_step, u)."""
    apart = np.sqrt(dataset["sgd_trace"].var("start").sum("pair"))
    return apart / apart.isel(u=0)


def load(path: str | Path = "deep_drift_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


def plot(dataset: xr.Dataset) -> Figure:
    """Descent's drift against its step; the first pair's trace under SGD with the largest step; what SGD remembers, all steps.

    Means and standard errors over seeds. Dashed: slope 1 on the left, the flow, which keeps the trace, in the middle.
    """
    starts = [str(start) for start in dataset["start"].values]
    colors = {
        s: plots.delta_color(x)
        for s, x in zip(starts, np.linspace(4, -4, len(starts)), strict=True)
    }
    with plots.house_style():
        fig, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 3.9))
        size = np.sqrt((dataset["gd_drift"] ** 2).sum("pair"))
        mean, error = _grid.over_seeds(size)
        slopes, doubts = exponent(dataset)
        trace, spread = _grid.over_seeds(
            dataset["sgd_trace"]
            .sel(pair=1)
            .isel(sgd_step=int(np.argmax(dataset["sgd_step"].values)))
        )
        for start in starts:
            here = {"start": start}
            y = mean.sel(here)
            left.errorbar(
                y["step"], y, error.sel(here), fmt="o", color=colors[start], capsize=2,
                label=f"{start}: ${float(slopes.sel(here)):.2f} \\pm {float(doubts.sel(here)):.1g}$",
            )  # fmt: skip
            plots.theory(left, y["step"], float(y[-1]) * y["step"] / float(y["step"][-1]), lw=1)
            x = trace["u"].values
            plots.simulated(middle, x, trace.sel(here), color=colors[start], label=start)
            low, high = (trace + sign * spread for sign in (-1, 1))
            middle.fill_between(
                x, low.sel(here), high.sel(here), color=colors[start], alpha=0.2, lw=0
            )
            plots.theory(middle, x[[0, -1]], [float(trace.sel(here)[0])] * 2, lw=1)
        left.set(
            xscale="log",
            yscale="log",
            xlabel="step $h$",
            ylabel="drift of the pairs",
            title="gradient descent",
        )
        left.set_xticks(mean["step"].values, [f"{h:g}" for h in mean["step"].values])
        left.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
        left.legend(fontsize=9, title="exponent", title_fontsize=9)
        step = float(dataset["sgd_step"].max())
        middle.set(
            xlabel="step x time $ht$", ylabel=r"trace of $\Delta_1$", title=f"SGD, $h$ = {step:g}"
        )
        middle.legend(fontsize=9, loc="center right", bbox_to_anchor=(1, 0.42))
        kept, doubt = _grid.over_seeds(memory(dataset))
        for i, h in enumerate(kept["sgd_step"].values):
            right.errorbar(
                kept["u"],
                kept.sel(sgd_step=h),
                doubt.sel(sgd_step=h),
                errorevery=(2 * i, 8),
                capsize=2,
                label=f"$h$ = {h:g}",
            )
        right.set(
            xlabel="step x time $ht$",
            ylabel="spread of the starts, share",
            title="what SGD remembers",
            ylim=(0, None),
        )
        right.legend(fontsize=9)
        for ax in (middle, right):
            ax.locator_params(axis="x", nbins=4)
    return fig


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""
    slopes, doubts = exponent(dataset)
    kept = zip(*_grid.over_seeds(memory(dataset).isel(u=-1)), strict=True)
    each = ", ".join(f"{_grid.pm(k, e)} at step {float(k['sgd_step']):g}" for k, e in kept)
    return (
        f"Means and standard errors over {dataset.sizes['seed']} seeds. Drift of gradient descent against its step on logarithmic axes: slopes from {float(slopes.min()):.2f} to {float(slopes.max()):.2f}, "
        f"each +- at most {float(doubts.max()):.1g}. "
        f"Traces under SGD from {dataset.sizes['start']} starts leave the flow's level lines and run together: at step x time = "
        f"{float(dataset['u'][-1]):g} a share of their spread is left, {each}."
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
