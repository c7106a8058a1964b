"""What else moves the time to grok, at fixed scales: how well the first kernel fits the labels, and how many sums are shown.

Kumar et al. 2023 (arXiv 2310.06110) name three causes of grokking: laziness (see `grokking`), a first tangent kernel that is not aligned with
the labels, and a training set that is neither too small nor too large. Here the other two, one at a time, in the same network.
"""

from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from lazyrich import _validate as validate
from lazyrich import datasets, kernel, models, plots, training
from lazyrich.experiments import _grid, grokking, results

__all__ = ["PRESETS", "Config", "first_kernel", "load", "mixed", "plot", "run"]

NAME = "grokking-causes"


@dataclass(frozen=True)
class Config(grokking.Protocol):
    """Embeddings of which a share of the variance is that of the solution, at one `fraction`; and random ones at several `fractions`.

    Training is that of `grokking.Protocol`, at one scale of the embedding and one of the readout.
    """

    shares: tuple[float, ...] = (0.0, 0.02, 0.05, 0.1, 0.2)
    fractions: tuple[float, ...] = (0.5, 0.6, 0.7, 0.8, 0.9)
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    embedding: float = 0.25
    readout: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        shares = validate.many("shares", self.shares)
        if shares.min() < 0 or shares.max() > 1:
            raise ValueError(f"shares: expected numbers from 0 to 1, got {self.shares}")
        validate.many("fractions", self.fractions, above=0, below=1)
        validate.seeds("seeds", self.seeds)
        validate.rate("embedding", self.embedding)
        validate.rate("readout", self.readout)


PRESETS = {
    "teaching": Config(),
    "tiny": Config(shares=(0.0, 0.5), fractions=(0.6, 0.9), seeds=(0, 1), end=600),
}


def run(
    config: Config, *, device: str = "auto", progress: bool = False, store: str | Path | None = None
) -> xr.Dataset:
    """Both sweeps. alignment, share_learn_time, share_grok_time over (share, seed); fraction_learn_time, fraction_grok_time over (fraction, seed).

    alignment: of the first kernel, summed over outputs, with the labels shown, both centered (`kernel.kernel_target_alignment`). Times as in
    `grokking.run`. store: a folder to save the run in. Raises ValueError on a configuration that cannot be, or a store of another one.
    """
    network = models.QuadraticMLP(config.p, config.h)
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    sets = _sets(config, config.fraction)
    starts = [
        [
            _scaled(mixed(one, share, seed=seed), config)
            for one, seed in zip(drawn, config.seeds, strict=True)
        ]
        for share in config.shares
    ]
    aligned = [
        [_alignment(network, one, sets.x[i], sets.y[i]) for i, one in enumerate(row)]
        for row in starts
    ]  # (share, seed)
    where = [
        None if store is None else Path(store) / name
        for name in ("shares", *map(str, config.fractions))
    ]
    settings = config.training() | {"device": device, "progress": progress}
    ensemble = models.stack([models.stack(row) for row in starts])
    result = training.train(network, ensemble, sets, **settings, checkpoint=where[0])
    found = grokking.timed(result.dataset({"share": config.shares, "seed": config.seeds}), config)
    dataset = xr.Dataset(
        {"alignment": (("share", "seed"), np.array(aligned))}
        | {f"share_{name}": found[name] for name in ("learn_time", "grok_time")}
    )
    plain, times = models.stack([_scaled(one, config) for one in drawn]), []
    for fraction, place in zip(
        config.fractions, where[1:], strict=True
    ):  # of unequal sizes, so one after the other
        result = training.train(
            network, plain, _sets(config, fraction), **settings, checkpoint=place
        )
        times.append(
            grokking.timed(result.dataset({"seed": config.seeds}), config)[
                ["learn_time", "grok_time"]
            ]
        )
    for name in ("learn_time", "grok_time"):
        values = np.stack([one[name].values for one in times])
        dataset[f"fraction_{name}"] = (("fraction", "seed"), values)
    return results.stamp(
        dataset.assign_coords(fraction=list(config.fractions)), NAME, config, PRESETS
    )


def _sets(config: Config, fraction: float) -> datasets.Data:
    return datasets.stack(
        [datasets.modular(config.p, fraction=fraction, seed=s) for s in config.seeds]
    ).to(torch.float32)


def _scaled(params: dict[str, torch.Tensor], config: Config) -> dict[str, torch.Tensor]:
    return models.scale_layers(params, {"embed": config.embedding, "readout": config.readout})


def mixed(
    params: dict[str, torch.Tensor], share: float, *, seed: int = 0
) -> dict[str, torch.Tensor]:
    """The parameters of a QuadraticMLP with embeddings sqrt(1 - share) of their own + sqrt(share) waves; same variance, readouts untouched.

    Neuron i gets cos(2 pi k_i a / p + phase), the same frequency k_i in U and V: the features that solve the task (Gromov 2023, arXiv
    2301.02679). share: from 0 to 1. Raises ValueError outside.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share: expected a number from 0 to 1, got {share}")
    h, p = params["embed.U"].shape
    rng = np.random.default_rng([validate.count("seed", seed), 1])
    k = rng.integers(1, (p - 1) // 2 + 1, h)
    found = dict(params)
    for name in ("embed.U", "embed.V"):
        wave = np.cos(2 * np.pi * k[:, None] * np.arange(p) / p + rng.uniform(0, 2 * np.pi, (h, 1)))
        found[name] = (1 - share) ** 0.5 * params[name] + share**0.5 * torch.as_tensor(wave).to(
            params[name]
        )
    return found


def first_kernel(params: dict[str, torch.Tensor], x: torch.Tensor) -> np.ndarray:
    """The tangent kernel (n, n) of a QuadraticMLP, summed over outputs, in closed form.

    With z = U_a + V_b: c (z^2 . z'^2) + 4 sum_i |O_i|^2 z_i z'_i ([a = a'] + [b = b']). x: (n, 2).
    """
    U, V, readout = (params[name].double() for name in ("embed.U", "embed.V", "readout.O"))
    z = U[:, x[:, 0]] + V[:, x[:, 1]]  # (h, n)
    same = (x[:, None, :] == x[None, :, :]).double().sum(dim=-1)
    return (
        len(readout) * (z * z).mT @ (z * z)
        + 4 * same * ((readout.square().sum(dim=0)[:, None] * z).mT @ z)
    ).numpy()


def _alignment(
    network: models.QuadraticMLP, params: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor
) -> float:
    labels = np.eye(network.p)[y.numpy()]
    return float(kernel.kernel_target_alignment(first_kernel(params, x), labels, center=True))


def load(path: str | Path = "grokking_causes_teaching.nc") -> tuple[xr.Dataset, Config]:
    """A result from a NetCDF file and its configuration; without a path the teaching result that ships. Raises ValueError on another file."""
    return results.read(path, NAME, Config)


def plot(dataset: xr.Dataset) -> Figure:
    """Steps to learn what is shown and to grok the rest: over how much of the solution is in the embeddings, the first kernel's alignment below, and over the share of all sums that is shown.

    Points are medians over seeds, bars go from the fastest to the slowest; arrows stand for seeds that had not grokked at the end.
    """
    with plots.house_style():
        fig, (left, right) = plt.subplots(
            1, 2, figsize=(10, 4.2), sharey=True, layout="constrained"
        )
        alignment = dataset["alignment"].mean("seed").values
        places = np.arange(len(alignment))
        _times(left, places, dataset, "share")
        left.set_xticks(
            places,
            [f"{q:g}\n({k:.3f})" for q, k in zip(dataset["share"].values, alignment, strict=True)],
        )
        left.set_xlabel(
            "share of the solution in the embeddings\n(alignment of the first kernel with the labels)"
        )
        left.set_ylabel("steps")
        _times(right, dataset["fraction"].values, dataset, "fraction")
        right.set_xlabel("share of all sums that is shown")
        left.legend(loc="lower left", bbox_to_anchor=(0.0, 0.2))
        for ax in (left, right):
            ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    return fig


def _times(ax: Axes, x: np.ndarray, dataset: xr.Dataset, sweep: str) -> None:
    end = grokking.end_of(dataset)
    kinds = {
        "grok_time": ("grok the sums not shown", "vermillion", "o"),
        "learn_time": ("learn the sums shown", "sky", "s"),
    }
    for name, (label, color, marker) in kinds.items():
        times = dataset[f"{sweep}_{name}"].transpose(sweep, "seed").values
        middle = np.median(times, axis=1)
        seen = np.isfinite(middle)
        bars = np.stack(
            [
                middle[seen] - times.min(axis=1)[seen],
                np.minimum(times.max(axis=1), end)[seen] - middle[seen],
            ]
        )
        ax.errorbar(x[seen], middle[seen], yerr=bars, capsize=3,
                    color=plots.COLORS[color], marker=marker, label=label)  # fmt: skip
        for place, row in zip(x, times, strict=True):
            if never := int(np.sum(~np.isfinite(row))):
                ax.plot(place, end * 1.15, marker="^", color=plots.COLORS[color], ls="none")
                ax.text(
                    place,
                    end * 1.3,
                    f"{never}/{row.size}",
                    color=plots.COLORS[color],
                    size="small",
                    ha="center",
                )
    ax.axhline(end, color="0.6", lw=1, zorder=0)
    ax.set_yscale("log")
    ax.set_ylim(
        min(dataset[f"{sweep}_learn_time"].values.min(), end) / 2, end * 1.7
    )  # none learned: from the end on


def words(dataset: xr.Dataset) -> str:
    """What the figure shows, for those who cannot see it, from the numbers themselves."""

    def listed(x: np.ndarray, sweep: str) -> str:
        times = dataset[f"{sweep}_grok_time"].transpose(sweep, "seed").values
        return ", ".join(
            f"{grokking.in_words(row)} at {v:.2g}" for row, v in zip(times, x, strict=True)
        )

    aligned = [
        _grid.pm(*one, ".3f") for one in zip(*_grid.over_seeds(dataset["alignment"]), strict=True)
    ]
    return (
        f"Steps to grok, median over {dataset.sizes['seed']} seeds (fastest to slowest). Over the share of the solution in the embeddings: "
        f"{listed(dataset['share'].values, 'share')}; the first kernel's alignment with the labels goes from "
        f"{aligned[0]} to {aligned[-1]}. Over the share of sums shown: {listed(dataset['fraction'].values, 'fraction')}."
    )


def picture(dataset: xr.Dataset) -> plots.Picture:
    """`plot`, ready for a notebook's cell."""
    return plots.show(plot(dataset), alt=words(dataset))
