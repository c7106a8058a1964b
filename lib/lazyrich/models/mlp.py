"""Fully connected networks: ReLU, leaky ReLU and linear of any depth, and the quadratic one that learns modular arithmetic."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Pair, Params, seeded

__all__ = ["MLP", "QuadraticMLP"]

SCHEMES = ("lecun", "kaiming", "xavier", "pytorch")


@dataclass(frozen=True)
class MLP(Network):
    """f(x) = W_L phi(... phi(W_1 x + b_1) ...) + b_L with phi(z) = z for z > 0 and leak z below (0: ReLU, 1: linear).

    widths: (d, h_1, ..., c), inputs first. Parameters "layer1.W" (h_1, d), with `bias` "layer1.b" (h_1,), and so on.
    `apply` takes leading axes: x (..., n, d) -> (..., n, c).

    >>> network = MLP((3, 4, 1))
    >>> network.shapes
    {'layer1.W': (4, 3), 'layer2.W': (1, 4)}
    """

    widths: tuple[int, ...]
    leak: float = 0.0
    bias: bool = False

    broadcasts = True

    def __post_init__(self) -> None:
        if len(self.widths) < 2:
            raise ValueError(
                f"widths: expected at least (d, c), inputs and outputs, got {self.widths}"
            )
        for i, width in enumerate(self.widths):
            validate.count(f"widths[{i}]", width, 1)
        validate.real("leak", self.leak, "()")

    @property
    def depth(self) -> int:
        """How many layers of weights there are."""
        return len(self.widths) - 1

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for i in range(self.depth):
            found[f"layer{i + 1}.W"] = (self.widths[i + 1], self.widths[i])
            if self.bias:
                found[f"layer{i + 1}.b"] = (self.widths[i + 1],)
        return found

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
        """Independent weights, zero biases. scheme: "lecun" N(0, 1/n), "kaiming" N(0, 2/n), "xavier" N(0, 2/(n + n_out)) or "pytorch"
        U(+-1/sqrt n), n the fan in; their deltas: `scales.standard_delta_moments`. Raises ValueError on another scheme or seed.
        """
        if scheme not in SCHEMES:
            raise ValueError(
                f"scheme: expected one of {', '.join(map(repr, SCHEMES))}, got {scheme!r}"
            )
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
        """z (..., h, n) of each hidden layer; a gate is open where z > 0."""
        return self._forward(params, x)[1]

    def gradients(
        self,
        params: Mapping[str, torch.Tensor],
        x: torch.Tensor,
        pull: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, Params] | None:
        if type(self) is not MLP:
            return None
        z, seen, entering = self._forward(params, x)
        out = z.mT
        back, found = pull(out).mT, {}
        for i in reversed(range(self.depth)):
            found[f"layer{i + 1}.W"] = back @ entering[i].mT
            if self.bias:
                found[f"layer{i + 1}.b"] = back.sum(dim=-1)
            if i:
                back = self._through_gates(params[f"layer{i + 1}.W"].mT @ back, seen[i - 1])
        return out, found

    def _forward(
        self, params: Mapping[str, torch.Tensor], x: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        """Outputs (..., c, n), preactivations of the hidden layers, and what enters each layer."""
        # Columns are samples: with shared inputs PyTorch then makes one large product of a whole ensemble's first layer.
        z, seen, entering = x.mT, [], []
        for i in range(self.depth):
            if i:
                seen.append(z)
            entering.append(self._activate(z) if i else z)
            z = params[f"layer{i + 1}.W"] @ entering[-1]
            if self.bias:
                z = z + params[f"layer{i + 1}.b"][..., None]
        return z, seen, entering

    def _activate(self, z: torch.Tensor) -> torch.Tensor:
        if self.leak == 1:
            return z
        return torch.relu(z) if self.leak == 0 else torch.nn.functional.leaky_relu(z, self.leak)

    def _through_gates(self, back: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        """back * phi'(z), by what autograd itself calls: a product with booleans is far slower on a CPU."""
        if self.leak == 1:
            return back
        if self.leak == 0:
            return torch.ops.aten.threshold_backward(back, z, 0)
        return torch.ops.aten.leaky_relu_backward(back, z, self.leak, False)


@dataclass(frozen=True)
class QuadraticMLP(Network):
    """f(a, b) = O (U_a + V_b)^2: no activation but the square; it learns modular arithmetic in closed form (Gromov 2023, arXiv 2301.02679).

    p: how many symbols, and outputs unless `classes` says otherwise; h: hidden width. Parameters "embed.U", "embed.V" (h, p), columns
    drawn N(0, 1/2), and "readout.O" (c, h), N(0, 1/h). x: (..., n, 2) whole numbers below p. `apply` takes leading axes.
    """

    p: int
    h: int
    classes: int | None = None

    broadcasts = True

    def __post_init__(self) -> None:
        for name, value in (("p", self.p), ("h", self.h), ("classes", self.classes)):
            if value is not None:
                validate.count(name, value, 1)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        c = self.p if self.classes is None else self.classes
        return {"embed.U": (self.h, self.p), "embed.V": (self.h, self.p), "readout.O": (c, self.h)}

    @property
    def pairs(self) -> tuple[Pair, ...]:
        return (
            Pair("embed", (("embed.U", -2), ("embed.V", -2)), (("readout.O", -1),), degree=2.0),
        )

    def fan_in(self, name: str, shape: tuple[int, ...]) -> int:
        return self.h if name == "readout.O" else 2

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        U, V = params["embed.U"], params["embed.V"]
        # A product with one-hot columns: unlike indexing, its gradient sums in the same order every time.
        z = U @ one_hot(x[..., 0], self.p, U.dtype).mT + V @ one_hot(x[..., 1], self.p, V.dtype).mT
        return (params["readout.O"] @ (z * z)).mT


def one_hot(x: torch.Tensor, count: int, dtype: torch.dtype) -> torch.Tensor:
    """(...) whole numbers -> (..., count), without asking the device whether they are in range."""
    return (x[..., None] == torch.arange(count, device=x.device)).to(dtype)
