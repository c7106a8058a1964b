"""Measure the test error on the random hierarchy model against the number of training samples.

The experiment follows figure 5 of Kunin et al. 2024. The model is that of Cagnetta et al. 2023
(arXiv 2307.02129), in which about P* = classes m^levels samples are enough for a network that finds
the synonyms. The scale c of the first layer varies in two arms. In "alone", the first layer is
multiplied by c. In "same function", the readout is divided by c as well, so that the function at
the start stays the same.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import summaries
from lazyrich.experiments._arms import ARMS, rates, starts
from lazyrich.experiments.registry import Experiment

__all__ = ["ARMS", "EXPERIMENT", "PRESETS", "Config", "load", "picture", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Train a convolutional tree with a scaled first layer on P strings of the hierarchy.

    Training is by SGD on cross entropy at the learning rate rate / max(1, c^2), until the training
    loss is at most `bound` or for `steps` steps.

    Parameters
    ----------
    scales : tuple of float
        Scales c of the first layer.
    sizes : tuple of int
        Numbers P of training strings, none below `batch`.
    seeds : tuple of int
        Seeds of rules, strings and weights.
    v, m, s, levels, classes : int
        The hierarchy, as in `datasets.random_hierarchy`: symbols, synonyms, length of a rule,
        levels and classes.
    width : int, default 64
        Number of channels of the network.
    n_test : int, default 1000
        Number of test strings.
    rate : float, default 0.05
        Learning rate at c <= 1.
    momentum : float, default 0.9
        Momentum of SGD.
    batch : int, default 128
        Number of strings per step.
    steps : int, default 10_000
        The largest number of steps.
    every : int, default 100
        Steps between two measurements of the training loss; divides `steps`.
    bound : float, default 0.01
        Training loss at which a run ends.
    """

    scales: tuple[float, ...] = (0.1, 1.0, 4.0)
    sizes: tuple[int, ...] = (512, 1024, 2048, 4096)
    seeds: tuple[int, ...] = (0, 1, 2)
    v: int = 8
    m: int = 4
    s: int = 2
    levels: int = 3
    classes: int = 8
    width: int = 64
    n_test: int = 1000
    rate: float = 0.05
    momentum: float = 0.9
    batch: int = 128
    steps: int = 10_000
    every: int = 100
    bound: float = 0.01

    def __post_init__(self) -> None:
        validate.many("scales", self.scales, above=0)
        validate.many("sizes", self.sizes, above=0)
        validate.seeds("seeds", self.seeds)
        if min(self.sizes) < self.batch:
            raise ValueError(
                f"sizes: expected at least batch = {self.batch}, got {min(self.sizes)}"
            )
        validate.divides("every", self.every, "steps", self.steps)


PRESETS = {
    "teaching": Config(),
    "tiny": Config(scales=(0.1, 4.0), sizes=(256, 1024), seeds=(0,), steps=800),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train at every size.

    test_error and train_loss at the end, and ended, the last step, are over
    (arm, scale, seed, size).
    """
    network = models.TreeCNN(config.v, config.s, config.levels, config.classes, config.width)
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    start = starts(drawn, config.scales, "layer1", "readout")
    rule = training.SGD(
        rates(config.rate, config.scales),
        momentum=config.momentum,
        batch_size=config.batch,
        seed=np.array(config.seeds),
    )
    each = []
    for size in config.sizes:  # sets of unequal sizes do not fit into one ensemble
        result = training.train(
            network,
            start,
            _sets(config, size),
            rule,
            times=np.arange(0, config.steps + 1, config.every),
            loss="cross_entropy",
            metrics=("train_loss", "test_accuracy"),
            stop={"train_loss": config.bound},
            device=device,
            progress=progress,
            checkpoint=None if store is None else Path(store) / str(size),
        )
        one = result.dataset({"arm": ARMS, "scale": config.scales, "seed": config.seeds})
        last = one[["train_loss", "test_accuracy"]].isel(t=-1, drop=True)
        each.append(
            last.assign(test_error=1 - last["test_accuracy"], ended=one["ended"]).drop_vars(
                "test_accuracy"
            )
        )
    dataset = xr.concat(each, "size").assign_coords(size=list(config.sizes))
    return dataset.transpose("arm", "scale", "seed", "size")


def _sets(config: Config, size: int) -> datasets.Data:
    sets = [
        datasets.random_hierarchy(
            symbols=config.v,
            synonyms=config.m,
            s=config.s,
            levels=config.levels,
            classes=config.classes,
            n=size,
            n_test=config.n_test,
            seed=seed,
        )
        for seed in config.seeds
    ]
    return datasets.stack(sets).to(torch.float32)


def plot(dataset: xr.Dataset) -> Figure:
    """Draw test error against the number of samples, with a line per scale and a panel per arm.

    Points are means over seeds; bars go from the smallest to the largest value.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of this experiment.

    Returns
    -------
    Figure
        Two panels.
    """
    settings = json.loads(dataset.attrs["config"])
    P, classes = settings["classes"] * settings["m"] ** settings["levels"], settings["classes"]
    colors, markers = ("blue", "green", "vermillion", "orange", "purple", "sky"), "os^Dv*"
    titles = {
        "alone": "first layer times $c$",
        "same function": "and readout divided by $c$: same function",
    }
    sizes = dataset["size"].values
    with plots.house_style():
        fig, axes = plt.subplots(1, 2, figsize=(9.5, 4), sharey=True, layout="constrained")
        for ax, arm in zip(axes, ARMS, strict=True):
            for i, scale in enumerate(dataset["scale"].values):
                one = (
                    dataset["test_error"].sel(arm=arm, scale=scale).transpose("size", "seed").values
                )
                middle = one.mean(axis=1)
                bars = np.stack([middle - one.min(axis=1), one.max(axis=1) - middle])
                ax.errorbar(
                    sizes * 1.02 ** (i - 1), middle, yerr=bars, capsize=3,
                    color=plots.COLORS[colors[i % 6]], marker=markers[i % 6],
                    label=f"$c$ = {scale:g}",
                )  # fmt: skip
            ax.axvline(P, color="black", ls=(0, (4, 3)), lw=1.5)
            ax.text(P, 1.0, " $P^*$", va="top", transform=ax.get_xaxis_transform())
            ax.axhline(1 - 1 / classes, color="0.6", lw=1, zorder=0)
            ax.set_xscale("log", base=2)
            ax.set_xticks(sizes, [f"{n:,}" for n in sizes])
            ax.xaxis.set_minor_locator(NullLocator())
            ax.set_xlabel("training samples $P$")
            ax.set_title(titles[arm])
            ax.set_ylim(-0.02, 1)
        axes[0].text(
            sizes.max(),
            1 - 1 / classes,
            "guessing",
            color="0.35",
            size="small",
            ha="right",
            va="bottom",
        )
        axes[0].set_ylabel("test error")
        axes[1].legend()
    return fig


def describe(dataset: xr.Dataset) -> str:
    """Describe the figure in words."""
    parts = []
    for arm in ARMS:
        means = dataset["test_error"].sel(arm=arm).mean("seed")
        each = (
            f"c = {float(scale):g}: " + ", ".join(f"{float(v):.2f}" for v in means.sel(scale=scale))
            for scale in means["scale"]
        )
        parts.append(f"{arm}: {'; '.join(each)}")
    sizes = ", ".join(f"{n}" for n in dataset["size"].values)
    return (
        f"Test error against the number of samples ({sizes}), mean over {dataset.sizes['seed']} "
        f"seeds. First layer {'. '.join(parts)}. {summaries.seeds_differ(dataset['test_error'])}."
    )


EXPERIMENT = Experiment(
    name="hierarchy",
    question="How does the first layer's scale change how many samples a hierarchy takes to learn?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
