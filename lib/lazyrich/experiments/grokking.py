"""Measure how long a network takes to grok addition modulo p (Kunin et al. 2024, figure 11).

The network is f(a, b) = O (U_a + V_b)^2, with embeddings multiplied by s_in and readouts by s_out.
Both factors change the scale of the function, s_in^2 s_out, and the geometry, that is, how the
layers share this scale. Along a line of fixed s_in^2 s_out the function at the start is the same.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import models, training
from lazyrich.experiments._arms import scaled
from lazyrich.experiments._grokking_figure import balance, describe, plot, same_function
from lazyrich.experiments.grokking_protocol import Protocol, timed
from lazyrich.experiments.registry import Experiment

__all__ = [
    "EXPERIMENT",
    "PRESETS",
    "Config",
    "balance",
    "load",
    "picture",
    "plot",
    "run",
    "same_function",
]


@dataclass(frozen=True)
class Config(Protocol):
    """Set the protocol and the scales, every pair of which is trained.

    Parameters
    ----------
    embeddings : tuple of float
        Scales s_in of the embeddings.
    readouts : tuple of float
        Scales s_out of the readout.
    seeds : tuple of int
        Seeds of the weights and of which sums are shown.
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

    embeddings: tuple[float, ...]
    readouts: tuple[float, ...]
    seeds: tuple[int, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.many("embeddings", self.embeddings, above=0)
        validate.many("readouts", self.readouts, above=0)
        validate.seeds("seeds", self.seeds)


PRESETS = {
    # Embeddings differ by factors of 2 and readouts by factors of 4, so that for every embedding
    # one readout keeps the scale of the function.
    "teaching": Config(
        (0.125, 0.25, 0.5, 1.0, 2.0), (1 / 64, 1 / 16, 1 / 4, 1.0, 4.0), seeds=(0, 1, 2, 3, 4)
    ),
    "tiny": Config((0.125, 1.0), (1 / 16, 1.0, 4.0), seeds=(0, 1), end=600),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train all networks as one ensemble.

    Accuracies are over (embedding, readout, seed, t); learn_time and grok_time are over
    (embedding, readout, seed), as in `grokking_protocol.timed`.
    """
    network = models.QuadraticMLP(config.p, config.h)
    factors = {"embed": np.array(config.embeddings)[:, None], "readout": np.array(config.readouts)}
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    result = training.train(
        network,
        scaled(drawn, factors),
        config.sets(config.seeds),
        **config.training(),
        device=device,
        progress=progress,
        checkpoint=store,
    )
    axes = {"embedding": config.embeddings, "readout": config.readouts, "seed": config.seeds}
    return timed(result.dataset(axes), config)


EXPERIMENT = Experiment(
    name="grokking",
    question="How does the time to grok depend on the scales of embedding and readout?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
