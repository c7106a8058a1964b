"""Measure times to grok along a line of one function at the start, from downstream to upstream.

The network is that of `grokking`, f(a, b) = O (U_a + V_b)^2 with embeddings multiplied by s_in and
readouts by s_out = scale / s_in^2. Only the conserved delta of gradient flow differs along the
line. AdamW does not conserve it, so its mean over neurons is measured along the run as well.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import models, training
from lazyrich.experiments._arms import scaled
from lazyrich.experiments._grokking_figure import SCALE
from lazyrich.experiments._grokking_line_figure import describe, plot
from lazyrich.experiments.grokking_protocol import Protocol, gaps
from lazyrich.experiments.registry import Experiment

__all__ = ["EXPERIMENT", "PRESETS", "Config", "load", "picture", "plot", "run"]


@dataclass(frozen=True)
class Config(Protocol):
    """Set the protocol and the embedding scales along the line.

    Parameters
    ----------
    embeddings : tuple of float
        Scales s_in of the embeddings.
    seeds : tuple of int
        Seeds of the weights and of which sums are shown.
    scale : float, default 1/16
        Scale s_in^2 s_out of the function.
    thr : float, default 0.95
        Accuracy at or above which the sums count as known.
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
    seeds: tuple[int, ...]
    scale: float = SCALE
    thr: float = 0.95

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.many("embeddings", self.embeddings, above=0)
        validate.seeds("seeds", self.seeds)
        validate.rate("scale", self.scale)
        validate.share("thr", self.thr, whole=True)


PRESETS = {
    # Twelve starts between those of the map, most of them where delta is within 12 of zero.
    "teaching": Config(
        embeddings=(2.0, 1.0, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.17, 0.15, 0.125, 0.11),
        seeds=tuple(range(10)),
        learned=1.0,  # a run ends only once all sums are right
        grokked=1.0,
    ),
    "tiny": Config((0.5, 0.125), seeds=(0, 1), end=600, learned=1.0, grokked=1.0),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train all networks as one ensemble.

    Accuracies and delta, the mean over neurons of 2 |O_i|^2 - |U_i|^2 - |V_i|^2, are over
    (embedding, seed, t). t_train and t_test, the times from which the accuracies stay at or above
    config.thr (`measures.grok_gap`), and ended, the last step measured, are over (embedding, seed).
    """
    network = models.QuadraticMLP(config.p, config.h)
    s_in = np.array(config.embeddings)
    factors = {"embed": s_in, "readout": config.scale / s_in**2}
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    settings = config.training()
    settings["metrics"] = (*settings["metrics"], "delta_mean")
    result = training.train(
        network,
        scaled(drawn, factors),
        config.sets(config.seeds),
        **settings,
        device=device,
        progress=progress,
        checkpoint=store,
    )
    runs = result.dataset({"embedding": config.embeddings, "seed": config.seeds})
    kept = runs[["train_accuracy", "test_accuracy", "ended"]].assign(delta=runs["delta_mean"])
    return kept.assign(gaps(kept, config.thr)).drop_vars("gap")


EXPERIMENT = Experiment(
    name="grokking-line",
    question="At the same function, how does delta change the time to grok, and how does it move?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
