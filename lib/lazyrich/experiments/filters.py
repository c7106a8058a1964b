"""Learn the first filters of a convolutional network on images (Kunin et al. 2024, figure 5).

The images are noisy gratings, or scikit-learn's handwritten digits.

Small first layers learn tuned filters, large ones keep their noise. The scale c of the first layer
varies in two arms. In "alone", the first layer is multiplied by c, which also makes the function c
times as large. In "same function", the last layer is divided by c as well, so that only the
geometry differs. An effect that appears in both arms is not due to the function's scale.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich import datasets, models, training
from lazyrich.experiments._arms import ARMS, rates, starts
from lazyrich.experiments._filters_figure import describe, plot
from lazyrich.experiments.registry import Experiment

__all__ = [
    "ARMS",
    "EXPERIMENT",
    "PRESETS",
    "Config",
    "concentration",
    "load",
    "picture",
    "plot",
    "run",
]


@dataclass(frozen=True)
class Config:
    """Train a small CNN with a scaled first layer on the orientation of noisy gratings, or digits.

    Training is by SGD on cross entropy at the learning rate rate / max(1, c^2).

    Parameters
    ----------
    scales : tuple of float
        Scales c of the first layer.
    seeds : tuple of int
        Seeds of images and weights.
    n : int, default 1024
        Number of training images.
    n_test : int, default 512
        Number of test images.
    size : int, default 16
        Height and width of an image in pixels.
    orientations : int, default 8
        Number of orientations, which are the classes; 10 for digits.
    noise : float, default 0.7
        Standard deviation of a pixel's noise; digits have none.
    filters : int, default 16
        Number of filters.
    kernel : int, default 7
        Height and width of a filter.
    rate : float, default 0.05
        Learning rate at c <= 1.
    momentum : float, default 0.9
        Momentum of SGD.
    batch : int, default 64
        Number of images per step.
    steps : int, default 1500
        Number of steps.
    images : {"gratings", "digits"}
        Content of the images; digits have 8 x 8 pixels.
    stride : int, default 2
        Pixels from one position of a filter to the next.
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
    images: str = "gratings"
    stride: int = 2

    def __post_init__(self) -> None:
        validate.choice("images", self.images, ("gratings", "digits"))
        if self.images == "digits" and (self.size, self.orientations) != (8, 10):
            got = f"{self.size} and {self.orientations}"
            raise ValueError(f"size, orientations: digits have 8 pixels and 10 classes, got {got}")
        validate.many("scales", self.scales, above=0)
        validate.seeds("seeds", self.seeds)
        validate.count("steps", self.steps, 1)


PRESETS = {
    "teaching": Config(),
    "digits": Config(
        images="digits", size=8, orientations=10, kernel=5, stride=1, seeds=(0, 1, 2, 3, 4)
    ),
    "tiny": Config(scales=(0.1, 4.0), seeds=(0,), n=512, n_test=128, steps=500),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train all networks as one ensemble.

    Accuracies are over (arm, scale, seed, t). filters and concentration, at the end, are over
    (arm, scale, seed, filter, row, column) and (arm, scale, seed, filter). filters_start and
    concentration_start are for the draws before scaling, and so have no axes arm and scale.
    """
    network = models.CNN(
        config.size,
        config.orientations,
        filters=config.filters,
        kernel=config.kernel,
        stride=config.stride,
    )
    drawn = [network.init(seed, dtype=torch.float32) for seed in config.seeds]
    start = starts(drawn, config.scales, "conv", "dense2")
    sets = [_images(config, seed) for seed in config.seeds]
    result = training.train(
        network,
        start,
        datasets.stack(sets).to(torch.float32),
        training.SGD(
            rates(config.rate, config.scales),
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
    return dataset


def _images(config: Config, seed: int) -> datasets.Data:
    if config.images == "digits":
        all_of_them = datasets.digits(seed=seed)
        parts = [part[: config.n] for part in (all_of_them.x, all_of_them.y)]
        parts += [part[: config.n_test] for part in (all_of_them.x_test, all_of_them.y_test)]
        return datasets.Data(*parts)
    return datasets.gratings(
        n=config.n,
        n_test=config.n_test,
        size=config.size,
        orientations=config.orientations,
        noise=config.noise,
        seed=seed,
    )


def concentration(filters: ArrayLike, *, size: int = 16) -> np.ndarray:
    """Measure the share of a filter's spectral energy in its strongest block of frequencies.

    A block is 3 x 3 frequencies and their mirror image. The Fourier transform has size x size
    frequencies, those of the images.

    Parameters
    ----------
    filters : array_like, shape (..., k, k)
        Filters with k <= size.
    size : int, default 16
        Height and width of an image in pixels.

    Returns
    -------
    np.ndarray, shape (...)
        The share, in (0, 1]: near 1 for a wave that fills the image, a few percent for noise.

    Raises
    ------
    ValueError
        On bad shapes or a filter of zeros.
    """
    filters = validate.real("filters", filters, "(..., k, k)")
    if filters.ndim < 2 or filters.shape[-1] != filters.shape[-2] or filters.shape[-1] > size:
        raise ValueError(
            f"filters: expected (..., k, k) with k <= size = {size}, got {filters.shape}"
        )
    energy = np.abs(np.fft.fft2(filters, (size, size))) ** 2
    total = energy.sum(axis=(-2, -1))
    if np.any(total == 0):
        raise ValueError("filters: expected nonzero filters; a filter of zeros has no spectrum")
    apart = np.abs(np.arange(size)[:, None] - np.arange(size))
    near = np.minimum(apart, size - apart) <= 1  # frequencies at most one apart, around the circle
    mirrored = near[:, -np.arange(size) % size]
    # A real filter has the same energy at k and -k; a frequency in both blocks counts once.
    block, mirror = (np.einsum("ai,bj->abij", part, part) for part in (near, mirrored))
    shares = np.einsum("...ij,abij->...ab", energy, (block | mirror).astype(float))
    return shares.max(axis=(-2, -1)) / total


EXPERIMENT = Experiment(
    name="filters",
    question="At which scales of the first layer does a convolutional network learn tuned filters?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
