"""Provide the vector field of gradient flow, -rate gradient, for members of an ensemble."""

from typing import Any

import torch

from lazyrich.training import flow
from lazyrich.training.members import Members

__all__ = ["Descent", "Following", "sharpness"]


class Descent:
    """Compute the field -rate gradient of members, and cache the selection that moved last.

    Parameters
    ----------
    members : Members
        The members.
    """

    def __init__(self, members: Members) -> None:
        self.members, self.sizes = members, members.sizes
        self.everyone = torch.arange(len(members.rate), device=members.rate.device)
        self.parts: dict[int, tuple[torch.Tensor, Members]] = {}

    def slope(self, y: torch.Tensor, which: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        part = self._part(which)
        gradient, outputs = part.gradient(y)
        return gradient.mul_(part.step).neg_(), outputs

    def outputs(self, y: torch.Tensor, which: torch.Tensor) -> torch.Tensor:
        return self._part(which).outputs(y)

    def residual(self, outputs: torch.Tensor, which: torch.Tensor) -> torch.Tensor:
        return self._part(which).residual(outputs)

    def _part(self, which: torch.Tensor) -> Members:
        if len(which) == len(self.everyone):
            return self.members
        if self.parts and self.parts[0][0] is which:
            return self.parts[0][1]
        self.parts[0] = (which, self.members.select(which))
        return self.parts[0][1]


class Following:
    """Move members along the flow; the host chooses which members take each step.

    Parameters
    ----------
    field : Descent
        The field to integrate.
    state : dict of str to Tensor
        The state of `flow.begin`, which is changed in place.
    **settings : Any
        Arguments of `flow.advance`.
    """

    capture = None  # its steps differ from one another

    def __init__(self, field: Descent, state: flow.State, **settings: Any) -> None:
        self.field, self.state, self.settings = field, state, settings

    def advance(self, begin: float, end: float) -> None:
        """Move every member to the time `end`."""
        flow.advance(self.field, self.state, end, **self.settings)


def sharpness(members: Members, y: torch.Tensor) -> torch.Tensor:
    """Compute the largest eigenvalue of the loss's Hessian, with each layer times its factor.

    Gradient descent diverges at rates above 2 divided by it.

    Parameters
    ----------
    members : Members
        The members.
    y : Tensor, shape (E, P)
        Their parameters.

    Returns
    -------
    Tensor, shape (E,)
        The eigenvalues.
    """
    return flow.sharpness(Descent(members), y) / members.rate.double()
