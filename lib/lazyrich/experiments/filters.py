"""First filters of a convolutional network on gratings: small first layers grow tuned filters, large ones keep their noise (Kunin et al. 2024, figure 5).

Two arms. "alone": the first layer times c, which also makes the function c times as large. "same function": the last layer divided by c
as well, so that only the geometry differs. What holds in both is not a matter of the function's scale.
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import _grid, results

__all__ = ["ARMS", "PRESETS", "Config", "concentration", "load", "plot", "run"]

NAME = "filters"
ARMS = ("alone", "same function")


@dataclass(frozen=True)
class Config:
    """A small CNN learns the orientation of noisy gratings, its first layer times each of `scales`, once a seed and arm.

    SGD on cross entropy, `batch` images a step, for `steps` steps at a rate of rate / max(1, c^2). A seed draws images and weights.
    """

    scales: tuple[float, ...] = (0.1, 0.3, 1.0, 2.0, 4.0)
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    n: int = 1024
    n_test: int = 512
    size: int = 16
    orientations: int = 8
    noise: float = 0.7
    filters: int = 16
    kernel: int = 7
    rate: float = 0.05
    momentum: float = 0.9
    batch: int = 64
    steps: int = 1500

    def __post_init__(self) -> None:
        validate.many("scales", self.scales, above=0)
        validate.seeds("seeds", self.seeds)
        validate.count("steps", self.steps, 1)


PRESETS = {
    "teaching": Config(),
    "tiny": Config(scales=(0.1, 4.0), seeds=(0,), n=512, n_test=128, steps=500),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Train all networks as one ensemble. Accuracies over (arm, scale, seed, t); filters at the start and the end, and their concentration.

    filters: (arm, scale, seed, filter, row, column); concentration: (arm, scale, seed, filter). filters_start, concentration_start: the
    draws, before they are scaled, without arm and scale.
    store: a folder to save the run in and to take it up from. Raises ValueError on a configuration that cannot be, or a store of another one.
    """
    network = models.CNN(
        config.size, config.orientations, filters=config.filters, kernel=config.kernel
    )
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    c = np.array(config.scales)
    factors = {
        "conv": np.stack([c, c]),
        "dense2": np.stack([np.ones_like(c), 1 / c]),
    }  # (arm, scale)
    scaled = [models.scale_layers(one, factors) for one in drawn]
    start = {
        name: torch.stack([one[name] for one in scaled], dim=2) for name in drawn[0]
    }  # (arm, scale, seed, ...)
    sets = [
        datasets.gratings(
            n=config.n,
            n_test=config.n_test,
            size=config.size,
            orientations=config.orientations,
            noise=config.noise,
            seed=seed,
        )
        for seed in config.seeds
    ]
    result = training.train(
        network,
        start,
        datasets.stack(sets).to(torch.float32),
        training.SGD(
            (config.rate / np.maximum(1, c**2))[:, None],
            momentum=config.momentum,
            batch_size=config.batch,
            seed=np.array(config.seeds),
        ),
        times=training.log_times(config.steps, per_decade=4),
        loss="cross_entropy",
        metrics=("train_loss", "train_accuracy", "test_accuracy"),
        device=device,
        progress=progress,
        checkpoint=store,
    )
    dataset = result.dataset({"arm": ARMS, "scale": config.scales, "seed": config.seeds})
    axes = ("arm", "scale", "seed", "filter")
    for name, first, W in (
        ("_start", 2, models.stack(drawn)["conv.W"]),
        ("", 0, result.params["conv.W"]),
    ):
        filters = W[..., 0, :, :].numpy()
        dataset[f"filters{name}"] = ((*axes[first:], "row", "column"), filters)
        dataset[f"concentration{name}"] = (axes[first:], concentration(filters, size=config.size))
    return results.stamp(dataset, NAME, config, PRESETS)


def concentration(filters: ArrayLike, *, size: int = 16) -> np.ndarray:
    """Share of a filter's spectral energy in its best block of 3 x 3 frequencies and that block's mirror image.

    filters: (..., k, k), k <= size. Their Fourier transform is taken on size x size frequencies, those of the images. Returns (...) in
    (0, 1]: near 1 for a wave that fills the image, a few percent for noise. Raises ValueError on bad shapes or a filter that is zero.
    """
    filters = validate.real("filters", filters, "(..., k, k)")
    if filters.ndim < 2 or filters.shape[-1] != filters.shape[-2] or filters.shape[-1] > size:
        raise ValueError(
            f"filters: expected (..., k, k) with k <= size = {size}, got {filters.shape}"
        )
    energy = np.abs(np.fft.fft2(filters, (size, size))) ** 2
    total = energy.sum(axis=(-2, -1))
    if np.any(total == 0):
        raise ValueError(
            "filters: expected filters other than zero; a filter of zeros has no spectrum"
        )
    apart = np.abs(np.arange(size)[:, None] - np.arange(size))
    near = np.minimum(apart, size - apart) <= 1  # frequencies at most one apart, around the circle
    mirrored = near[:, -np.arange(size) % size]
    # A real filter has the same energy at k and -k; a frequency in both blocks counts once.
    block, mirror = (np.einsum("ai,bj->abij", part, part) for part in (near, mirrored))
    shares = np.einsum("...ij,abij->...ab", energy, (block | mirror).astype(float))
    return shares.max(axis=(-2, -1)) / total


def load(path: str | Path = "filters_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


def plot(dataset: xr.Dataset, seed: int | None = None) -> Figure:
    """Concentration and test accuracy over the first layer's scale in both arms, and the filters of one seed (None: the first).

    Points are means over seeds, bars their smallest and largest. Raises KeyError for a seed that is not there.
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
                ax.errorbar(scales * 1.03**side, middle, yerr=bars, color=plots.COLORS[color], marker=marker, capsize=3,
                            label=f"first layer {'alone' if arm == 'alone' else 'at the same function'}")  # fmt: skip
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
    """Six filters a scale, from the most concentrated on in equal steps, each over its own range."""
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


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""

    def listed(arm: str) -> str:
        means = dataset["concentration"].sel(arm=arm).mean(("filter", "seed"))
        return ", ".join(
            f"{float(v):.2f} at {float(s):g}" for v, s in zip(means, means["scale"], strict=True)
        )

    right = dataset["test_accuracy"].isel(t=-1).mean("seed")
    return (
        f"Spectral concentration of the first filters, {float(dataset['concentration_start'].mean()):.2f} at the start, against the first layer's "
        f"scale: {listed('alone')} with the first layer alone scaled; {listed('same function')} at the same function. "
        f"{_grid.apart(dataset['concentration'].mean('filter'))} in it. Test accuracy "
        f"{float(right.min()):.3f} to {float(right.max()):.3f}. Beside it filters of one seed at every scale."
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
