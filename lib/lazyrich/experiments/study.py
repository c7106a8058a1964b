"""A small study of grokking: name a few arms, choose seeds, and see every run. Minutes, not hours; for a question of your own.

The network and its training are those of `grokking`: f(a, b) = O (U_a + V_b)^2 learns addition modulo p. An arm sets the scales of the two
layers, how much of the solution the embeddings hold at the start, and which share of all sums is shown.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

from lazyrich import _validate as validate
from lazyrich import datasets, kernel, measures, models, plots, training
from lazyrich.experiments import grokking, grokking_causes

__all__ = ["Arm", "Config", "picture", "plot", "readout_for", "run", "table", "words"]

HUES = ("blue", "vermillion", "green", "orange", "purple", "sky")


@dataclass(frozen=True)
class Arm:
    """One condition: embeddings and readout times a scale, `share` of the solution in the embeddings, `fraction` of all sums shown (None: that of the configuration)."""

    embedding: float = 0.25
    readout: float = 1.0
    share: float = 0.0
    fraction: float | None = None

    def __post_init__(self) -> None:
        validate.rate("embedding", self.embedding)
        validate.rate("readout", self.readout)
        if not 0 <= validate.real("share", self.share, "()") <= 1:
            raise ValueError(f"share: expected a number from 0 to 1, got {self.share:g}")
        if self.fraction is not None:
            validate.share("fraction", self.fraction)


@dataclass(frozen=True)
class Config(grokking.Protocol):
    """The protocol that all arms share, and `thr`, the accuracy from which on something counts as known. A run ends once all sums are right."""

    thr: float = 0.95
    learned: float = 1.0
    grokked: float = 1.0


def readout_for(embedding: float, scale: float = grokking.SCALE) -> float:
    """The readout's scale that makes embedding^2 * readout = scale: the same function at the start, whatever the embedding.

    >>> readout_for(0.5)
    0.25
    """
    return validate.rate("scale", scale) / validate.rate("embedding", embedding) ** 2


def run(
    arms: Mapping[str, Arm],
    seeds: Sequence[int] = (0, 1, 2),
    config: Config | None = None,
    *,
    device: str = "auto",
    progress: bool = False,
) -> xr.Dataset:
    """Train every arm with every seed. A seed draws the weights and the order of the sums: arms with the same seed differ in their settings only.

    Returns, over (arm, seed): delta, the mean of 2 |O_i|^2 - |U_i|^2 - |V_i|^2 at the start; function, the root mean square of the outputs at
    the start; alignment, of the first kernel with the labels shown, both centered; t_train, t_test, gap (`measures.grok_gap` at config.thr);
    and over (arm, seed, t) train_accuracy, test_accuracy. Raises ValueError if there are no arms or seeds, or settings cannot be.
    """
    config = Config() if config is None else config
    seeds = [validate.count("seeds", seed) for seed in seeds]
    if not arms or not seeds:
        raise ValueError(
            f"arms, seeds: expected at least one of each, got {len(arms)} and {len(seeds)}"
        )
    network = models.QuadraticMLP(config.p, config.h)
    drawn = [network.init(seed, dtype=torch.float32) for seed in seeds]
    shown = {
        name: config.fraction if arm.fraction is None else arm.fraction
        for name, arm in arms.items()
    }
    parts = []
    for fraction in dict.fromkeys(shown.values()):  # of unequal sizes, so one after the other
        group = {name: arm for name, arm in arms.items() if shown[name] == fraction}
        sets = [datasets.modular(config.p, fraction=fraction, seed=seed) for seed in seeds]
        starts = [
            [_start(one, arm, seed) for one, seed in zip(drawn, seeds, strict=True)]
            for arm in group.values()
        ]
        result = training.train(
            network,
            models.stack([models.stack(row) for row in starts]),
            datasets.stack(sets).to(torch.float32),
            **config.training(),
            device=device,
            progress=progress,
        )
        found = result.dataset({"arm": list(group), "seed": seeds})[
            ["train_accuracy", "test_accuracy"]
        ]
        about = [
            [_about(network, one, D) for one, D in zip(row, sets, strict=True)] for row in starts
        ]
        parts.append(found.assign(_columns(about)))
    dataset = xr.concat(parts, "arm").sel(arm=list(arms))
    times = [
        [_times(dataset.sel(arm=arm, seed=seed), config.thr) for seed in seeds] for arm in arms
    ]
    dataset = dataset.assign(_columns(times))
    settings = {name: dataclasses.asdict(arm) for name, arm in arms.items()}
    return dataset.assign_attrs(
        experiment="study", config=json.dumps(dataclasses.asdict(config)), arms=json.dumps(settings)
    )


def _columns(
    rows: list[list[dict[str, float]]],
) -> dict[str, tuple[tuple[str, str], list[list[float]]]]:
    """Numbers by name of every run (arm, seed), as variables of a Dataset."""
    return {
        name: (("arm", "seed"), [[one[name] for one in row] for row in rows]) for name in rows[0][0]
    }


def _times(one: xr.Dataset, thr: float) -> dict[str, float]:
    """`measures.grok_gap` of one run; accuracies are float32, and 0.95 is a hair below itself there."""
    curves = (one[name].values + 1e-6 for name in ("train_accuracy", "test_accuracy"))
    return measures.grok_gap(one["t"].values, *curves, thr)


def _start(params: dict[str, torch.Tensor], arm: Arm, seed: int) -> dict[str, torch.Tensor]:
    mixed = grokking_causes.mixed(params, arm.share, seed=seed) if arm.share else params
    return models.scale_layers(mixed, {"embed": arm.embedding, "readout": arm.readout})


def _about(
    network: models.QuadraticMLP, params: dict[str, torch.Tensor], sums: datasets.Data
) -> dict[str, float]:
    """What an arm is at its start, as numbers."""
    with torch.no_grad():
        outputs = network.apply(params, torch.cat([sums.x, sums.x_test]))
    labels = np.eye(network.p)[sums.y.numpy()]
    first = grokking_causes.first_kernel(params, sums.x)
    return {
        "delta": float(models.deltas(network, params)["embed"].mean()),
        "function": float(outputs.square().mean().sqrt()),
        "alignment": float(kernel.kernel_target_alignment(first, labels, center=True)),
    }


def table(dataset: xr.Dataset) -> str:
    """Every run, one line each: what it was at the start and when it learned and grokked. Times are inf where they never came."""
    wide = max(len(str(arm)) for arm in dataset["arm"].values)
    lines = [f"{'arm':<{wide}}  seed    delta  function  alignment  t_train  t_test     gap"]
    for arm in dataset["arm"].values:
        for seed in dataset["seed"].values:
            one = {
                name: float(dataset[name].sel(arm=arm, seed=seed))
                for name in ("delta", "function", "alignment", "t_train", "t_test", "gap")
            }
            lines.append(
                f"{arm:<{wide}}  {seed:>4}  {one['delta']:>7.2f}  {one['function']:>8.3f}  {one['alignment']:>9.3f}"
                f"  {one['t_train']:>7.0f}  {one['t_test']:>6.0f}  {one['gap']:>6.0f}"
            )
    return "\n".join(lines)


def plot(dataset: xr.Dataset) -> Figure:
    """Left, the time to grok of every run, an arrow where it did not come by the end; right, accuracies on the sums not shown."""
    end = grokking.end_of(dataset)
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


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""
    each = (
        f"{arm}: "
        + ", ".join(
            f"{t:.0f}" if np.isfinite(t) else "never" for t in dataset["t_test"].sel(arm=arm).values
        )
        for arm in dataset["arm"].values
    )
    return f"Steps to grok, one number a seed, until step {grokking.end_of(dataset)}. {'; '.join(each)}. Beside it the accuracies on sums not shown."


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
