"""Define a one-layer transformer without layer norm and biases, large enough for grokking."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Pair, expect, one_hot

__all__ = ["Transformer"]


@dataclass(frozen=True)
class Transformer(Network):
    """Compute one layer of attention and one ReLU MLP on tokens; read out the last position.

    The residual stream starts as the sum of token and position embeddings; attention and MLP add to
    it. The parameters, with d the width, are "embed.token" (d, vocabulary), "embed.position"
    (d, length), "attention.Q", ".K", ".V" (heads, d / heads, d), "attention.O"
    (heads, d, d / heads), "mlp.into" (hidden, d), "mlp.out" (d, hidden) and "unembed.W"
    (classes, d). Embeddings are drawn from N(0, 1 / d), the others from N(0, 1 / fan-in).
    scale_layers(params, {"embed": c}) scales only the embeddings. `apply` maps whole numbers x
    (n, length) below `vocabulary` to (n, classes). There is no mask: every position attends to
    every other.

    Parameters
    ----------
    vocabulary : int
        The number of tokens.
    length : int
        The number of positions.
    classes : int
        The number of outputs.
    width : int, default 64
        The width of the residual stream, a multiple of `heads`.
    heads : int, default 4
        The number of attention heads, each of width `width` / `heads`.
    hidden : int, default 256
        The number of neurons of the MLP.
    """

    vocabulary: int
    length: int
    classes: int
    width: int = 64
    heads: int = 4
    hidden: int = 256

    def __post_init__(self) -> None:
        for name in ("vocabulary", "length", "classes", "width", "heads", "hidden"):
            validate.count(name, getattr(self, name), 1)
        if self.width % self.heads:
            raise ValueError(
                f"width: expected a multiple of heads = {self.heads}, got {self.width}"
            )

    @property
    def tokens(self) -> int:
        return self.vocabulary

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        d, head = self.width, self.width // self.heads
        return {
            "embed.token": (d, self.vocabulary),
            "embed.position": (d, self.length),
            **{f"attention.{name}": (self.heads, head, d) for name in "QKV"},
            "attention.O": (self.heads, d, head),
            "mlp.into": (self.hidden, d),
            "mlp.out": (d, self.hidden),
            "unembed.W": (self.classes, d),
        }

    @property
    def pairs(self) -> tuple[Pair, ...]:
        # The MLP's neurons are ReLUs. Within a head, queries and keys (and values and outputs)
        # appear only as products, so |row|^2 of one minus |row|^2 of the other, summed over heads,
        # is conserved too.
        return (
            Pair("queries", (("attention.Q", -2),), (("attention.K", -2),)),
            Pair("values", (("attention.V", -2),), (("attention.O", -1),)),
            Pair("mlp", (("mlp.into", -2),), (("mlp.out", -1),)),
        )

    def fan_in(self, name: str, shape: tuple[int, ...]) -> int:
        if name == "attention.O":
            return self.width
        return self.width if name.startswith("embed.") else shape[-1]

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        expect(x, "length", self.length)
        tokens = one_hot(x, self.vocabulary, params["embed.token"].dtype)
        stream = tokens @ params["embed.token"].mT + params["embed.position"].mT  # (n, length, d)
        per_head = stream[:, None]  # (n, 1, length, d)
        queries, keys, values = (
            per_head @ params[f"attention.{name}"].mT for name in "QKV"
        )  # (n, heads, length, head)
        # Only the last position is read and there is no second layer, so the other positions need
        # no queries.
        scores = queries[:, :, -1:] @ keys.mT / (self.width // self.heads) ** 0.5
        attended = torch.softmax(scores, dim=-1) @ values  # (n, heads, 1, head)
        last = stream[:, -1] + (attended @ params["attention.O"].mT).sum(dim=1)[:, 0]
        last = last + torch.relu(last @ params["mlp.into"].mT) @ params["mlp.out"].mT
        return last @ params["unembed.W"].mT
