"""Compute losses, gradients and outputs of several members of an ensemble together."""

import math

import numpy as np
import torch

from lazyrich.datasets import Data
from lazyrich.models import Network

__all__ = ["LOSSES", "Members", "prepared"]

LOSSES = ("half_sum", "mse", "cross_entropy")


def prepared(y: torch.Tensor, loss: str, outputs: int, dtype: torch.dtype) -> torch.Tensor:
    """Convert labels to the form that a loss takes.

    Parameters
    ----------
    y : Tensor, shape (..., n, c) or (..., n)
        Numbers, or classes as whole numbers.
    loss : str
        One of `LOSSES`.
    outputs : int
        The number of the network's outputs.
    dtype : torch.dtype
        The precision of the run.

    Returns
    -------
    Tensor, shape (..., n) or (..., n, c)
        Classes for cross entropy, otherwise numbers.

    Raises
    ------
    ValueError
        If the labels do not match the loss or the outputs.
    """
    if y.is_floating_point():
        if loss == "cross_entropy":
            raise ValueError(
                "loss: cross_entropy needs classes, whole numbers (n,), as labels; got real numbers"
            )
        if y.shape[-1] != outputs:
            raise ValueError(
                f"data: expected labels (n, {outputs}), one column per output, got {tuple(y.shape)}"
            )
        return y.to(dtype)
    if y.min() < 0 or y.max() >= outputs:
        raise ValueError(
            f"data: expected classes from 0 to {outputs - 1}, as many as outputs, got "
            f"{int(y.min())} to {int(y.max())}"
        )
    if loss == "cross_entropy":
        return y
    return torch.nn.functional.one_hot(y, outputs).to(dtype)


class Members:
    """Hold members (E,) of an ensemble with their data and rates, on one device.

    The parameters of members are one tensor (E, P) of blocks of `sizes`, in the order of the
    network's names. Members share their data, x (n, ...), or each has its own, x (E, n, ...).

    Parameters
    ----------
    network : Network
        The network.
    loss : str
        One of `LOSSES`.
    sets : Data
        The data sets, with one leading axis.
    of : ndarray, shape (E,)
        The index of each member's data set.
    rate : Tensor, shape (E,)
        The learning rate of each member.
    factors : Tensor, shape (E, B)
        The factor of each block's learning rate.
    seeds : Tensor, shape (E,), or None
        The seeds of the minibatches.
    """

    def __init__(
        self,
        network: Network,
        loss: str,
        sets: Data,
        of: np.ndarray,
        rate: torch.Tensor,
        factors: torch.Tensor,
        seeds: torch.Tensor | None,
    ) -> None:
        self.network, self.loss, self.sets, self.of = network, loss, sets, of
        self.shapes = network.shapes
        self.sizes = [math.prod(shape) for shape in self.shapes.values()]
        self.rate, self.block_factors, self.seeds = rate, factors, seeds
        lengths = torch.tensor(self.sizes, device=factors.device)
        self.factors = torch.repeat_interleave(factors, lengths, dim=1, output_size=sum(self.sizes))
        self.step = rate[:, None] * self.factors
        self.own = len(set(of.tolist())) > 1
        self.pick = torch.as_tensor(of, device=sets.x.device) if self.own else int(of[0])
        self.x, self.y = sets.x[self.pick], sets.y[self.pick]
        self.n = self.x.shape[1 if self.own else 0]
        self.one_seed = seeds is None or len(set(seeds.tolist())) == 1
        self.order, self.order_of = None, None

    def select(self, members: torch.Tensor) -> "Members":
        """Select some of the members by their indices."""
        seeds = None if self.seeds is None else self.seeds[members]
        of = self.of[members.cpu().numpy()]
        return Members(
            self.network,
            self.loss,
            self.sets,
            of,
            self.rate[members],
            self.block_factors[members],
            seeds,
        )

    def test_set(self, some: slice) -> tuple[torch.Tensor, torch.Tensor]:
        """Get test inputs and labels of some members.

        No step needs them, and copies for every member at once might take more memory than
        everything else.
        """
        pick = self.pick[some] if self.own else self.pick
        return self.sets.x_test[pick], self.sets.y_test[pick]

    def activations(self) -> int:
        """Estimate the bytes of the widest layer's activations, of all members and samples."""
        widest = max(shape[0] for shape in self.shapes.values())
        return len(self.rate) * self.n * widest * self.rate.element_size()

    def params(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        """View the parameters by name, each (E, *shape)."""
        parts = zip(self.shapes.items(), flat.split(self.sizes, dim=1), strict=True)
        return {name: part.reshape(len(flat), *shape) for (name, shape), part in parts}

    def outputs(self, flat: torch.Tensor) -> torch.Tensor:
        """Compute outputs (E, n, c) on the training inputs."""
        with torch.no_grad():
            return self.network.outputs(self.params(flat), self.x, own_data=self.own)

    def gradient(
        self, flat: torch.Tensor, rows: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute gradients (E, P) and outputs (E, n, c), on all samples or `rows` (1 or E, b)."""
        x, y, _ = self._samples(rows)
        by_hand = self.network.gradients(
            self.params(flat), x, lambda outputs: self.pull(outputs, y)
        )
        if by_hand is None:
            return self.differentiated(flat, rows)
        outputs, found = by_hand
        return torch.cat([found[name].flatten(1) for name in self.shapes], dim=1), outputs

    def differentiated(
        self, flat: torch.Tensor, rows: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute `gradient` by autograd."""
        x, y, own = self._samples(rows)
        leaf = flat.detach().requires_grad_()
        outputs = self.network.outputs(self.params(leaf), x, own_data=own)
        losses = self.losses(outputs, y)
        if self.loss == "half_sum":
            losses = losses * (self.n / outputs.shape[1])
        (gradient,) = torch.autograd.grad(losses.sum(), leaf)
        return gradient, outputs.detach()

    def _samples(self, rows: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor, bool]:
        """Select inputs and labels of a step, and return whether each member has its own."""
        x, y, own = self.x, self.y, self.own
        if rows is None:
            return x, y, own
        if own:
            member = torch.arange(len(x), device=rows.device)[:, None]
            return x[member, rows], y[member, rows], True
        if len(rows) == 1:
            return x[rows[0]], y[rows[0]], False
        return x[rows], y[rows], True

    def pull(self, outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Compute the gradient (E, n, c) of the losses with respect to the outputs.

        On a minibatch, "half_sum" is scaled by n / batch_size.
        """
        samples, c = outputs.shape[-2:]
        if self.loss == "mse":
            return (outputs - y).mul_(2 / (samples * c))
        if self.loss == "half_sum":
            return (outputs - y).mul_(self.n / samples)
        right = y[..., None] == torch.arange(c, device=y.device)
        return (torch.softmax(outputs, dim=-1) - right.to(outputs)).div_(samples)

    def losses(self, outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Compute the loss (E,) of each member.

        "half_sum" is half the sum of squares, "mse" the mean square over samples and outputs, and
        "cross_entropy" the mean over samples.
        """
        if self.loss == "cross_entropy":
            chances = torch.log_softmax(outputs, dim=-1)
            right = chances.gather(-1, y.expand(outputs.shape[:-1])[..., None])
            return -right.mean(dim=(1, 2))
        square = (outputs - y).square()
        return 0.5 * square.sum(dim=(1, 2)) if self.loss == "half_sum" else square.mean(dim=(1, 2))

    def measured(self, outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Compute `losses` accurately: cross entropy is log(1 + odds of the other classes).

        `losses` subtracts two numbers that are nearly equal where a class is almost certain. It
        stays as it is, because training in this precision uses its gradient.
        """
        if self.loss != "cross_entropy" or outputs.shape[-1] < 2:
            return self.losses(outputs, y)
        y = y.expand(outputs.shape[:-1])[..., None]
        odds = (outputs - outputs.gather(-1, y)).scatter(-1, y, -torch.inf).logsumexp(dim=-1)
        return torch.logaddexp(odds, torch.zeros_like(odds)).mean(dim=1)

    def residual(self, outputs: torch.Tensor) -> torch.Tensor:
        """Compute the root mean square (E,) of outputs minus labels.

        It is 1 for cross entropy, whose outputs have no target.
        """
        if self.loss == "cross_entropy":
            return outputs.new_ones(len(outputs))
        return (outputs - self.y).square().mean(dim=(1, 2)).sqrt()
