"""Define how all experiments on grokking train on addition modulo p, and when a network groks.

They are `grokking`, `grokking_line`, `grokking_causes` and `study`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import datasets, measures, training

__all__ = ["Protocol", "end_of", "gaps", "timed"]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """Set how a quadratic network is trained on a share of all sums modulo p.

    Training is by full-batch AdamW on the mean square error to one-hot labels.

    Parameters
    ----------
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

    p: int = 23
    h: int = 128
    fraction: float = 0.65
    rate: float = 5e-3
    decay: float = 0.3
    betas: tuple[float, float] = (0.9, 0.98)
    end: int = 3000
    every: int = 20
    learned: float = 0.99
    grokked: float = 0.95

    def __post_init__(self) -> None:
        validate.count("p", self.p, 2)
        validate.count("h", self.h, 1)
        validate.share("fraction", self.fraction)
        validate.divides("every", self.every, "end", self.end)
        validate.share("learned", self.learned, whole=True)
        validate.share("grokked", self.grokked, whole=True)

    def training(self) -> dict[str, Any]:
        """List the arguments of `training.train` that the protocol sets."""
        return {
            "rule": training.AdamW(self.rate, betas=self.betas, decay=self.decay),
            "times": np.arange(0, self.end + 1, self.every),
            "loss": "mse",
            "metrics": ("train_accuracy", "test_accuracy"),
            "stop": {"train_accuracy": self.learned, "test_accuracy": self.grokked},
        }

    def sets(self, seeds: Sequence[int], fraction: float | None = None) -> datasets.Data:
        """Draw which sums are shown for each seed; `fraction` replaces the protocol's own."""
        shown = self.fraction if fraction is None else fraction
        each = [datasets.modular(self.p, fraction=shown, seed=seed) for seed in seeds]
        return datasets.stack(each).to(torch.float32)


def timed(dataset: xr.Dataset, config: Protocol) -> xr.Dataset:
    """Add the times at which networks learn and grok.

    Parameters
    ----------
    dataset : xarray.Dataset
        train_accuracy and test_accuracy over (..., t).
    config : Protocol
        The accuracies to reach.

    Returns
    -------
    xarray.Dataset
        The dataset with learn_time and grok_time, in steps: the first checkpoints at which the
        accuracies on the sums shown and on the others are reached; inf if they never are.
    """
    bounds = {
        "learn_time": ("train_accuracy", config.learned),
        "grok_time": ("test_accuracy", config.grokked),
    }
    return dataset.assign(
        {name: _first(dataset[metric], bound) for name, (metric, bound) in bounds.items()}
    )


def _first(accuracy: xr.DataArray, bound: float) -> xr.DataArray:
    """Find the first time at which an accuracy is at or above a bound; inf if it never is."""
    times = accuracy["t"].astype(float)
    return times.where(accuracy >= bound - 1e-6, np.inf).min("t")


def gaps(runs: xr.Dataset, thr: float) -> dict[str, xr.DataArray]:
    """Find the times from which the accuracies of each run stay at or above a threshold.

    Parameters
    ----------
    runs : xarray.Dataset
        train_accuracy and test_accuracy over (..., t).
    thr : float
        The threshold.

    Returns
    -------
    dict of str to xarray.DataArray
        t_train, t_test and gap of `measures.grok_gap`, over (...).
    """
    names = ("t_train", "t_test", "gap")

    def of_one(train: np.ndarray, test: np.ndarray) -> tuple[float, ...]:
        # Accuracies in float32 may be just below 0.95.
        found = measures.grok_gap(runs["t"].values, train + 1e-6, test + 1e-6, thr)
        return tuple(found[name] for name in names)

    curves = runs["train_accuracy"], runs["test_accuracy"]
    found = xr.apply_ufunc(
        of_one, *curves, input_core_dims=[["t"]] * 2, output_core_dims=[[]] * 3, vectorize=True
    )
    return dict(zip(names, found, strict=True))


def end_of(dataset: xr.Dataset) -> int:
    """Read the step at which the runs of a result ended.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result with its configuration.

    Returns
    -------
    int
        The step.
    """
    return int(json.loads(dataset.attrs["config"])["end"])
