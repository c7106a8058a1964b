"""Define convolutional networks: one with visible filters, a tree for hierarchical data."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Pair, expect

__all__ = ["CNN", "TreeCNN"]


@dataclass(frozen=True)
class CNN(Network):
    """Compute dense2.W relu(dense1.W mean relu(conv.W * x)): a convolution and two dense layers.

    There are no biases, and the mean is over positions. `apply` maps x (n, channels, size, size) to
    (n, classes). The parameters are "conv.W" (filters, channels, kernel, kernel), "dense1.W"
    (hidden, filters) and "dense2.W" (classes, hidden). All activations are ReLUs, so delta of every
    filter and every hidden neuron is conserved.

    Parameters
    ----------
    size : int
        The side of an image in pixels.
    classes : int
        The number of outputs.
    channels : int, default 1
        The number of channels of an image.
    filters : int, default 16
        The number of filters.
    kernel : int, default 7
        The side of a filter in pixels, at most `size`.
    stride : int, default 2
        The distance between two positions of a filter in pixels.
    hidden : int, default 32
        The number of hidden neurons of the dense layers.
    """

    size: int
    classes: int
    channels: int = 1
    filters: int = 16
    kernel: int = 7
    stride: int = 2
    hidden: int = 32

    def __post_init__(self) -> None:
        for name in ("size", "classes", "channels", "filters", "kernel", "stride", "hidden"):
            validate.count(name, getattr(self, name), 1)
        if self.kernel > self.size:
            raise ValueError(f"kernel: expected at most size = {self.size}, got {self.kernel}")

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {
            "conv.W": (self.filters, self.channels, self.kernel, self.kernel),
            "dense1.W": (self.hidden, self.filters),
            "dense2.W": (self.classes, self.hidden),
        }

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (
            Pair("conv", (("conv.W", -4),), (("dense1.W", -1),)),
            Pair("dense1", (("dense1.W", -2),), (("dense2.W", -1),)),
        )

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        expect(x, "channels and size twice", self.channels, self.size, self.size)
        filtered = torch.relu(torch.nn.functional.conv2d(x, params["conv.W"], stride=self.stride))
        return (
            torch.relu(filtered.mean(dim=(-2, -1)) @ params["dense1.W"].mT) @ params["dense2.W"].mT
        )


@dataclass(frozen=True)
class TreeCNN(Network):
    """Join s neighbors at each level by a convolution without overlap, then read out.

    There are no biases, and the weights of a level are the same everywhere. `apply` maps one-hot
    symbols x (n, symbols, s^levels) to (n, classes). The parameters are "layer1.W"
    (width, s, symbols), "layer2.W" (width, s, width), ..., "readout.W" (classes, width). The
    network is made for the random hierarchy model.

    Parameters
    ----------
    symbols : int
        The number of symbols.
    s : int
        The number of neighbors that one level joins, at least 2.
    levels : int
        The number of convolutions.
    classes : int
        The number of outputs.
    width : int, default 64
        The number of channels of every level.

    References
    ----------
    Cagnetta et al. 2023 (arXiv 2307.02129).
    """

    symbols: int
    s: int
    levels: int
    classes: int
    width: int = 64

    def __post_init__(self) -> None:
        for name, smallest in (
            ("symbols", 1),
            ("s", 2),
            *((name, 1) for name in ("levels", "classes", "width")),
        ):
            validate.count(name, getattr(self, name), smallest)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        shapes = {
            f"layer{i + 1}.W": (self.width, self.s, self.width if i else self.symbols)
            for i in range(self.levels)
        }
        return {**shapes, "readout.W": (self.classes, self.width)}

    @property
    def pairs(self) -> tuple[Pair, ...]:
        names = [f"layer{i + 1}" for i in range(self.levels)]
        return tuple(
            Pair(near, ((f"{near}.W", -3),), ((f"{far}.W", -1),))
            for near, far in zip(names, [*names[1:], "readout"], strict=True)
        )

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        expect(x, "symbols and s^levels", self.symbols, self.s**self.levels)
        h = x.mT  # (n, positions, features)
        for i in range(self.levels):
            W = params[f"layer{i + 1}.W"]
            h = h.reshape(len(h), -1, self.s * h.shape[-1])  # neighbors side by side
            h = torch.relu(h @ W.reshape(self.width, -1).mT)
        return h[:, 0] @ params["readout.W"].mT
