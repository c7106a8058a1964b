"""Define a network of quadratic neurons, whose solution of modular arithmetic is known exactly."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Pair, expect, one_hot

__all__ = ["QuadraticMLP"]


@dataclass(frozen=True)
class QuadraticMLP(Network):
    """Compute O (U_a + V_b)^2 of two symbols a and b; the square is the only activation.

    The parameters are "embed.U" and "embed.V" (h, p), drawn from N(0, 1/2), and "readout.O" (c, h),
    drawn from N(0, 1/h). `apply` maps whole numbers x (..., n, 2) below p to (..., n, c).

    Parameters
    ----------
    p : int
        The number of symbols, and of outputs unless `classes` says otherwise.
    h : int
        The hidden width.
    classes : int, optional
        The number of outputs; p if left out.

    References
    ----------
    Gromov 2023 (arXiv 2301.02679).
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
    def tokens(self) -> int:
        return self.p

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
        expect(x, "the two numbers", 2)
        U, V = params["embed.U"], params["embed.V"]
        # The gradient of a product with one-hot columns, unlike that of indexing, sums in the same
        # order every time.
        z = U @ one_hot(x[..., 0], self.p, U.dtype).mT + V @ one_hot(x[..., 1], self.p, V.dtype).mT
        return (params["readout.O"] @ (z * z)).mT
