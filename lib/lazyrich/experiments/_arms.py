"""Scale layers of drawn networks, in two arms: the first layer alone, and at the same function."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import models

ARMS = ("alone", "same function")


def starts(
    drawn: Sequence[Mapping[str, torch.Tensor]], scales: ArrayLike, first: str, last: str
) -> dict[str, torch.Tensor]:
    """Multiply layer `first` by each scale c, and in the second arm layer `last` by 1 / c as well.

    The first axes of the result are (arm, scale, seed).
    """
    c = np.asarray(scales, dtype=float)
    return scaled(drawn, {first: np.stack([c, c]), last: np.stack([np.ones_like(c), 1 / c])})


def scaled(
    drawn: Sequence[Mapping[str, torch.Tensor]], factors: Mapping[str, np.ndarray]
) -> dict[str, torch.Tensor]:
    """Multiply layers of each seed's parameters; the axis of seeds follows those of the factors."""
    axis = np.broadcast(*factors.values()).ndim
    each = [models.scale_layers(one, factors) for one in drawn]
    return {name: torch.stack([one[name] for one in each], dim=axis) for name in drawn[0]}


def rates(rate: float, scales: ArrayLike) -> np.ndarray:
    """Choose a learning rate (scale, 1) for each scale, lower where gradients are larger."""
    return (rate / np.maximum(1.0, np.asarray(scales, dtype=float) ** 2))[:, None]
