"""Vary two causes of grokking: the alignment of the first kernel, and the share of sums shown.

Kumar et al. 2023 (arXiv 2310.06110) name three causes of grokking: laziness (see `grokking`), a
first tangent kernel that is not aligned with the labels, and a training set that is neither too
small nor too large. Here the second and the third vary, one at a time, at fixed scales.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import kernel, models, training
from lazyrich.experiments._grokking_causes_figure import describe, plot
from lazyrich.experiments.grokking_protocol import Protocol, timed
from lazyrich.experiments.registry import Experiment

__all__ = [
    "EXPERIMENT",
    "PRESETS",
    "Config",
    "first_kernel",
    "load",
    "mixed",
    "picture",
    "plot",
    "run",
]


@dataclass(frozen=True)
class Config(Protocol):
    """Set two sweeps: solution mixed into the embeddings, and random ones at several fractions.

    Training follows `grokking_protocol.Protocol`.

    Parameters
    ----------
    shares : tuple of float
        Shares of the embeddings' variance that are the solution, from 0 to 1.
    fractions : tuple of float
        Shares of all sums that are shown, for random embeddings.
    seeds : tuple of int
        Seeds of the weights and of which sums are shown.
    embedding : float, default 0.25
        Scale of the embeddings.
    readout : float, default 1.0
        Scale of the readout.
    p : int, default 23
        The modulus.
    h : int, default 128
        Width of the network.
    fraction : float, default 0.65
        Share of all sums that is shown.
    rate : float, default 5e-3
        Learning rate.
    decay : float, default 0.3
        Weight decay.
    betas : tuple of float, default (0.9, 0.98)
        Decay rates of AdamW's running averages.
    end : int, default 3000
        Number of steps.
    every : int, default 20
        Steps between two measurements; divides `end`.
    learned : float, default 0.99
        A run may end once the accuracy on the shown sums is this.
    grokked : float, default 0.95
        A run may end once the accuracy on the other sums is this; it ends when both are reached.
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


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Run both sweeps.

    alignment, share_learn_time and share_grok_time are over (share, seed); fraction_learn_time and
    fraction_grok_time are over (fraction, seed). Times are in steps, as in
    `grokking_protocol.timed`. alignment is that of the first kernel, summed over outputs, with the
    labels shown, both centered (`kernel.kernel_target_alignment`).
    """
    network = models.QuadraticMLP(config.p, config.h)
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    sets = config.sets(config.seeds)
    starts = [
        [
            _scaled(mixed(one, share, seed=seed), config)
            for one, seed in zip(drawn, config.seeds, strict=True)
        ]
        for share in config.shares
    ]
    aligned = [
        [alignment(network, one, sets.x[i], sets.y[i]) for i, one in enumerate(row)]
        for row in starts
    ]  # (share, seed)
    folders = [
        None if store is None else Path(store) / name
        for name in ("shares", *map(str, config.fractions))
    ]
    settings = config.training() | {"device": device, "progress": progress}
    ensemble = models.stack([models.stack(row) for row in starts])
    result = training.train(network, ensemble, sets, **settings, checkpoint=folders[0])
    runs = timed(result.dataset({"share": config.shares, "seed": config.seeds}), config)
    dataset = xr.Dataset(
        {"alignment": (("share", "seed"), np.array(aligned))}
        | {f"share_{name}": runs[name] for name in ("learn_time", "grok_time")}
    )
    random, times = models.stack([_scaled(one, config) for one in drawn]), []
    # Training sets of unequal sizes do not fit into one ensemble, so they follow one another.
    for fraction, folder in zip(config.fractions, folders[1:], strict=True):
        result = training.train(
            network, random, config.sets(config.seeds, fraction), **settings, checkpoint=folder
        )
        times.append(
            timed(result.dataset({"seed": config.seeds}), config)[["learn_time", "grok_time"]]
        )
    for name in ("learn_time", "grok_time"):
        values = np.stack([one[name].values for one in times])
        dataset[f"fraction_{name}"] = (("fraction", "seed"), values)
    return dataset.assign_coords(fraction=list(config.fractions))


def _scaled(params: dict[str, torch.Tensor], config: Config) -> dict[str, torch.Tensor]:
    return models.scale_layers(params, {"embed": config.embedding, "readout": config.readout})


def mixed(
    params: dict[str, torch.Tensor], share: float, *, seed: int = 0
) -> dict[str, torch.Tensor]:
    """Mix waves into the embeddings of a QuadraticMLP: sqrt(1 - share) old + sqrt(share) waves.

    The wave of neuron i is cos(2 pi k_i a / p + phase) with the same frequency k_i in U and V: the
    features that solve the task (Gromov 2023, arXiv 2301.02679). The variance of the embeddings and
    the readouts stay the same.

    Parameters
    ----------
    params : dict of str to torch.Tensor
        Parameters of a QuadraticMLP.
    share : float
        Share of the variance due to the waves, from 0 to 1.
    seed : int, default 0
        Seed of frequencies and phases.

    Returns
    -------
    dict of str to torch.Tensor
        The new parameters.

    Raises
    ------
    ValueError
        If the share is not from 0 to 1.
    """
    share = validate.number("share", share, least=0, most=1)
    h, p = params["embed.U"].shape
    rng = np.random.default_rng([validate.count("seed", seed), 1])
    k = rng.integers(1, (p - 1) // 2 + 1, h)
    new = dict(params)
    for name in ("embed.U", "embed.V"):
        wave = np.cos(2 * np.pi * k[:, None] * np.arange(p) / p + rng.uniform(0, 2 * np.pi, (h, 1)))
        new[name] = (1 - share) ** 0.5 * params[name] + share**0.5 * torch.as_tensor(wave).to(
            params[name]
        )
    return new


def first_kernel(params: dict[str, torch.Tensor], x: torch.Tensor) -> np.ndarray:
    """Compute the tangent kernel of a QuadraticMLP, summed over outputs, in closed form.

    With z = U_a + V_b it is c (z^2 . z'^2) + 4 sum_i |O_i|^2 z_i z'_i ([a = a'] + [b = b']).

    Parameters
    ----------
    params : dict of str to torch.Tensor
        Parameters of a QuadraticMLP.
    x : torch.Tensor, shape (n, 2)
        Pairs (a, b).

    Returns
    -------
    np.ndarray, shape (n, n)
        The kernel.
    """
    U, V, readout = (params[name].double() for name in ("embed.U", "embed.V", "readout.O"))
    z = U[:, x[:, 0]] + V[:, x[:, 1]]  # (h, n)
    same = (x[:, None, :] == x[None, :, :]).double().sum(dim=-1)
    return (
        len(readout) * (z * z).mT @ (z * z)
        + 4 * same * ((readout.square().sum(dim=0)[:, None] * z).mT @ z)
    ).numpy()


def alignment(
    network: models.QuadraticMLP, params: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor
) -> float:
    """Compute the alignment of the first kernel with the labels, both centered."""
    labels = np.eye(network.p)[y.numpy()]
    return float(kernel.kernel_target_alignment(first_kernel(params, x), labels, center=True))


EXPERIMENT = Experiment(
    name="grokking-causes",
    question="How does grokking depend on the first kernel's alignment and on the sums shown?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
