"""Train two-layer networks from the same function on handwritten digits, richly or lazily.

The first layer is multiplied by c and the second by 1 / c, so that the function at the start is the
same for every c and only the geometry differs. Learning rates are divided by the larger of c^2 and
1 / c^2, so that c and 1 / c train at one rate. With a small first layer, far upstream, neurons turn
to strokes of the digits; with a large one, far downstream, they keep the noise of the start.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import datasets, models, training
from lazyrich.experiments._arms import starts
from lazyrich.experiments._digits_figure import describe, plot
from lazyrich.experiments.registry import Experiment

__all__ = ["EXPERIMENT", "PRESETS", "Config", "load", "picture", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """Train 64 -> hidden -> 10 ReLU networks on scikit-learn's digits, by SGD on cross entropy.

    Parameters
    ----------
    scales : tuple of float
        Factors c of the first layer; the second gets 1 / c.
    seeds : tuple of int
        Seeds of the split, the weights and the order of samples.
    hidden : int, default 64
        Number of hidden neurons.
    rate : float, default 0.1
        Learning rate at c = 1; elsewhere it is divided by the larger of c^2 and 1 / c^2.
    momentum : float, default 0.9
        Momentum of SGD.
    batch : int, default 64
        Number of images per step.
    steps : int, default 3000
        Number of steps.
    """

    scales: tuple[float, ...] = (0.1, 1.0, 10.0)
    seeds: tuple[int, ...] = (0, 1, 2)
    hidden: int = 64
    rate: float = 0.1
    momentum: float = 0.9
    batch: int = 64
    steps: int = 3000

    def __post_init__(self) -> None:
        validate.many("scales", self.scales, above=0)
        validate.seeds("seeds", self.seeds)
        validate.count("steps", self.steps, 1)


PRESETS = {
    "teaching": Config(),
    "tiny": Config(seeds=(0,), hidden=16, steps=300),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train all networks as one ensemble; needs scikit-learn, which has the images.

    Loss, accuracies and kernel_distance (on 50 training images) are over (scale, seed, t). filters,
    the first layer at the end, is over (scale, seed, filter, row, column); filters_start, the first
    layer at the start for c = 1, is over (seed, filter, row, column). turned is the angle in
    degrees between each filter and its start, delta the mean over neurons of |a_i|^2 - |w_i|^2 at
    the start, and images has a training image of each class.
    """
    network = models.MLP((64, config.hidden, 10))
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    start = {
        name: value[1]  # the arm "same function"
        for name, value in starts(drawn, config.scales, "layer1", "layer2").items()
    }
    sets = [datasets.digits(seed=seed) for seed in config.seeds]
    flat = [replace(one, x=one.x.flatten(1), x_test=one.x_test.flatten(1)) for one in sets]
    c = np.array(config.scales)
    result = training.train(
        network,
        start,
        datasets.stack(flat).to(torch.float32),
        training.SGD(
            (config.rate / np.maximum(c, 1 / c) ** 2)[:, None],
            momentum=config.momentum,
            batch_size=config.batch,
            seed=np.array(config.seeds),
        ),
        times=training.log_times(config.steps, per_decade=4),
        loss="cross_entropy",
        metrics=("train_loss", "train_accuracy", "test_accuracy", "kernel_distance"),
        kernel_samples=50,
        device=device,
        progress=progress,
        checkpoint=store,
    )
    dataset = result.dataset({"scale": config.scales, "seed": config.seeds})
    W, W0 = result.params["layer1.W"].double().numpy(), start["layer1.W"].double().numpy()
    A0 = start["layer2.W"].double().numpy()
    filters = ("scale", "seed", "filter", "row", "column")
    dataset["filters"] = (filters, W.reshape(*W.shape[:-1], 8, 8))
    first = models.stack(drawn)["layer1.W"].numpy()
    dataset["filters_start"] = (filters[1:], first.reshape(*first.shape[:-1], 8, 8))
    dataset["turned"] = (filters[:3], _degrees(W, W0))
    squares = np.sum(A0**2, axis=-2) - np.sum(W0**2, axis=-1)
    dataset["delta"] = (filters[:2], squares.mean(axis=-1))
    dataset["images"] = (
        ("seed", "class", "row", "column"),
        np.stack([[one.x[one.y == k][0, 0].numpy() for k in range(10)] for one in sets]),
    )
    return dataset


def _degrees(W: np.ndarray, W0: np.ndarray) -> np.ndarray:
    """Compute the angle between rows from their difference and sum, accurately if it is small."""
    W, W0 = (one / np.linalg.norm(one, axis=-1, keepdims=True) for one in (W, W0))
    apart, together = (np.linalg.norm(one, axis=-1) for one in (W - W0, W + W0))
    return np.degrees(2 * np.arctan2(apart, together))


EXPERIMENT = Experiment(
    name="digits",
    question="Do networks that start from the same function learn the same features of images?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
