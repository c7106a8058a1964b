"""Define what all networks share: named parameters, initialization, and outputs of ensembles."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from lazyrich import _validate as validate

__all__ = ["Network", "Pair"]

Params = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Pair:
    """Name the weights into and out of a layer of neurons, which its conserved delta compares.

    Parameters
    ----------
    name : str
        The name of the layer of neurons.
    into : tuple of (str, int)
        The parameters that lead into the neurons, each with the axis of the neurons, counted from
        the end.
    out : tuple of (str, int)
        The parameters that lead out of the neurons, with axes as in `into`.
    degree : float, default 1.0
        The degree of homogeneity of the activation between them: 1 for ReLU, leaky ReLU and none, 2
        for the square.
    """

    name: str
    into: tuple[tuple[str, int], ...]
    out: tuple[tuple[str, int], ...]
    degree: float = 1.0


class Network:
    """Define a stateless network: parameter names in `shapes`, draws in `init`, outputs in `apply`.

    Attributes
    ----------
    broadcasts : bool
        Whether `apply` itself accepts parameters with leading axes; `outputs` accepts them for
        every network.
    """

    broadcasts = False

    @property
    def tokens(self) -> int | None:
        """Count the symbols 0, 1, ... that are valid inputs; None if any number is."""
        return None

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Map the names "layer.parameter" of one network to shapes, first layer first."""
        raise NotImplementedError

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """List the layers of neurons whose delta gradient flow conserves, first layer first."""
        return ()

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        """Compute the outputs (n, c) for n inputs.

        Parameters
        ----------
        params : mapping of str to Tensor
            The parameters of one network.
        x : Tensor, shape (n, ...)
            The inputs.

        Returns
        -------
        Tensor, shape (n, c)
            The outputs.
        """
        raise NotImplementedError

    def expect_tokens(self, name: str, x: torch.Tensor) -> None:
        """Refuse inputs that are not symbols of this network.

        Their one-hot columns would be all 0, and the network would train without them.

        Parameters
        ----------
        name : str
            The caller's name for the inputs, for the message.
        x : Tensor, shape (...)
            The inputs.

        Raises
        ------
        ValueError
            If an input is not a whole number from 0 to `tokens` - 1.
        """
        if self.tokens is None:
            return
        wrong = (x < 0) | (x >= self.tokens) | (x != x.floor())
        if wrong.any():
            raise ValueError(
                f"{name}: expected whole numbers from 0 to {self.tokens - 1} as inputs, since the "
                f"network has {self.tokens} symbols, got {x[wrong][0]:g}"
            )

    def fan_in(self, name: str, shape: tuple[int, ...]) -> int:
        """Count the inputs of each output of a parameter."""
        return math.prod(shape[1:])

    def init(self, seed: int, *, dtype: torch.dtype = torch.float64) -> Params:
        """Draw normal weights of variance 1 / fan in, and zero biases.

        Parameters
        ----------
        seed : int
            The seed, from 0 to 2^63 - 1.
        dtype : torch.dtype, default torch.float64
            The precision; float32 has the same draws, rounded.

        Returns
        -------
        dict of str to Tensor
            The parameters, of the shapes given by `shapes`.

        Raises
        ------
        ValueError
            If the seed is not such a number.
        """
        generator = seeded(seed)
        drawn = {}
        for name, shape in self.shapes.items():
            if name.rpartition(".")[2].startswith("b"):
                drawn[name] = torch.zeros(shape, dtype=dtype)
            else:
                normal = torch.randn(shape, generator=generator, dtype=torch.float64)
                drawn[name] = (normal / self.fan_in(name, shape) ** 0.5).to(dtype)
        return drawn

    def outputs(
        self, params: Mapping[str, torch.Tensor], x: torch.Tensor, *, own_data: bool = False
    ) -> torch.Tensor:
        """Compute the outputs of an ensemble of networks.

        Parameters
        ----------
        params : mapping of str to Tensor, shape (E, ...)
            The parameters, one entry per member.
        x : Tensor, shape (n, ...) or (E, n, ...)
            The inputs, shared by all members or one set per member.
        own_data : bool, default False
            Whether every member has its own inputs.

        Returns
        -------
        Tensor, shape (E, n, c)
            The outputs.
        """
        if self.broadcasts:
            return self.apply(params, x)
        return torch.func.vmap(self.apply, in_dims=(0, 0 if own_data else None))(dict(params), x)

    def gradients(
        self,
        params: Mapping[str, torch.Tensor],
        x: torch.Tensor,
        pull: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, Params] | None:
        """Compute outputs and gradients of an ensemble by formula; None if only autograd can.

        In small networks autograd takes longer than the arithmetic.

        Parameters
        ----------
        params : mapping of str to Tensor, shape (E, ...)
            The parameters, one entry per member.
        x : Tensor, shape (n, ...) or (E, n, ...)
            The inputs, shared by all members or one set per member.
        pull : callable
            Maps outputs to the gradient of the loss with respect to them.

        Returns
        -------
        tuple or None
            Outputs (E, n, c) and a dictionary from parameter names to gradients (E, ...).
        """
        return None


def seeded(seed: int) -> torch.Generator:
    """Make a generator for one seed, without touching the global one."""
    return torch.Generator().manual_seed(validate.count("seed", seed, 0, 2**63 - 1))


def expect(x: torch.Tensor, what: str, *sizes: int) -> None:
    """Refuse inputs (n, *sizes) of any other shape; `what` says in words what the sizes are."""
    if x.ndim <= len(sizes) or tuple(x.shape[-len(sizes) :]) != sizes:
        wanted = ", ".join(map(str, sizes))
        raise ValueError(f"x: expected shape (n, {wanted}), {what}, got {tuple(x.shape)}")


def one_hot(x: torch.Tensor, count: int, dtype: torch.dtype) -> torch.Tensor:
    """Encode whole numbers (...) as (..., count), without checking their range."""
    return (x[..., None] == torch.arange(count, device=x.device)).to(dtype)
