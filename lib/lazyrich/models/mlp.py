"""Define fully connected networks of any depth: ReLU, leaky ReLU and linear."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Pair, Params, expect, seeded

__all__ = ["MLP"]

SCHEMES = ("lecun", "kaiming", "xavier", "pytorch")


@dataclass(frozen=True)
class MLP(Network):
    """Compute W_L phi(... phi(W_1 x + b_1) ...) + b_L: a fully connected network of any depth.

    phi(z) is z for z > 0 and leak z otherwise. The parameters are "layer1.W" (h_1, d), with `bias`
    also "layer1.b" (h_1,), and so on. `apply` maps x (..., n, d) to (..., n, c).

    Parameters
    ----------
    widths : tuple of int
        The widths (d, h_1, ..., c), from inputs to outputs.
    leak : float, default 0.0
        The slope of the activation below 0 (0 for ReLU, 1 for linear).
    bias : bool, default False
        Whether every layer has a bias.

    Examples
    --------
    >>> network = MLP((3, 4, 1))
    >>> network.shapes
    {'layer1.W': (4, 3), 'layer2.W': (1, 4)}
    """

    widths: tuple[int, ...]
    leak: float = 0.0
    bias: bool = False

    broadcasts = True

    def __post_init__(self) -> None:
        if len(validate.sequence("widths", self.widths)) < 2:
            raise ValueError(
                f"widths: expected at least (d, c), inputs and outputs, got {self.widths}"
            )
        for i, width in enumerate(self.widths):
            validate.count(f"widths[{i}]", width, 1)
        validate.number("leak", self.leak)

    @property
    def depth(self) -> int:
        """Count the layers of weights."""
        return len(self.widths) - 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        shapes: dict[str, tuple[int, ...]] = {}
        for i in range(self.depth):
            shapes[f"layer{i + 1}.W"] = (self.widths[i + 1], self.widths[i])
            if self.bias:
                shapes[f"layer{i + 1}.b"] = (self.widths[i + 1],)
        return shapes

    @property
    def pairs(self) -> tuple[Pair, ...]:
        names = [f"layer{i + 1}" for i in range(self.depth)]
        return tuple(
            Pair(
                near,
                ((f"{near}.W", -2), *(((f"{near}.b", -1),) if self.bias else ())),
                ((f"{far}.W", -1),),
            )
            for near, far in itertools.pairwise(names)
        )

    def init(
        self, seed: int, *, scheme: str = "lecun", dtype: torch.dtype = torch.float64
    ) -> Params:
        """Draw independent weights, and set biases to zero.

        `scales.standard_delta_moments` gives mean and variance of delta under each scheme.

        Parameters
        ----------
        seed : int
            The seed, from 0 to 2^63 - 1.
        scheme : {"lecun", "kaiming", "xavier", "pytorch"}
            For fan-in n and fan-out n_out: N(0, 1/n), N(0, 2/n), N(0, 2/(n + n_out)) or uniform
            on [-1/sqrt(n), 1/sqrt(n)].
        dtype : torch.dtype, default torch.float64
            The precision; float32 has the same draws, rounded.

        Returns
        -------
        dict of str to Tensor
            The parameters, of the shapes given by `shapes`.

        Raises
        ------
        ValueError
            For an unknown scheme or a bad seed.
        """
        scheme = validate.choice("scheme", scheme, SCHEMES)
        generator, drawn = seeded(seed), {}
        for name, shape in self.shapes.items():
            if name.endswith(".b"):
                drawn[name] = torch.zeros(shape, dtype=dtype)
                continue
            fan_out, fan_in = shape
            if scheme == "pytorch":
                W = (
                    2 * torch.rand(shape, generator=generator, dtype=torch.float64) - 1
                ) / fan_in**0.5
            else:
                variance = {
                    "lecun": 1 / fan_in,
                    "kaiming": 2 / fan_in,
                    "xavier": 2 / (fan_in + fan_out),
                }[scheme]
                W = torch.randn(shape, generator=generator, dtype=torch.float64) * variance**0.5
            drawn[name] = W.to(dtype)
        return drawn

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        return self._forward(params, x)[0].mT

    def preactivations(
        self, params: Mapping[str, torch.Tensor], x: torch.Tensor
    ) -> list[torch.Tensor]:
        """Compute z (..., h, n) of each hidden layer; a gate is open where z > 0."""
        return self._forward(params, x)[1]

    def gradients(
        self,
        params: Mapping[str, torch.Tensor],
        x: torch.Tensor,
        pull: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, Params] | None:
        if type(self) is not MLP:
            return None
        z, hidden, entering = self._forward(params, x)
        out = z.mT
        back, slopes = pull(out).mT, {}
        for i in reversed(range(self.depth)):
            slopes[f"layer{i + 1}.W"] = back @ entering[i].mT
            if self.bias:
                slopes[f"layer{i + 1}.b"] = back.sum(dim=-1)
            if i:
                back = self._through_gates(params[f"layer{i + 1}.W"].mT @ back, hidden[i - 1])
        return out, slopes

    def _forward(
        self, params: Mapping[str, torch.Tensor], x: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        """Compute outputs (..., c, n), hidden preactivations, and what enters each layer."""
        expect(x, "d inputs", self.widths[0])
        # Columns are samples, so that PyTorch computes the first layer of a whole ensemble with
        # shared inputs as one large product.
        z, hidden, entering = x.mT, [], []
        for i in range(self.depth):
            if i:
                hidden.append(z)
            entering.append(self._activate(z) if i else z)
            z = params[f"layer{i + 1}.W"] @ entering[-1]
            if self.bias:
                z = z + params[f"layer{i + 1}.b"][..., None]
        return z, hidden, entering

    def _activate(self, z: torch.Tensor) -> torch.Tensor:
        if self.leak == 1:
            return z
        return torch.relu(z) if self.leak == 0 else torch.nn.functional.leaky_relu(z, self.leak)

    def _through_gates(self, back: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """Compute back * phi'(z) as autograd does: a boolean product is far slower on a CPU."""
        if self.leak == 1:
            return back
        if self.leak == 0:
            return torch.ops.aten.threshold_backward(back, z, 0)
        return torch.ops.aten.leaky_relu_backward(back, z, self.leak, False)
