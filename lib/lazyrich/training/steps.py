"""Make the steps of a discrete rule, each launched by itself or captured once and replayed."""

from collections.abc import Callable
from typing import Protocol

import torch

from lazyrich.training.capture import Capture, attempt
from lazyrich.training.members import Members

__all__ = ["Mover", "Steps"]

STRETCH = 50  # steps whose inputs are prepared together
# Steps of the same members that are launched one by one first: a capture costs as much as dozens of
# them, and is lost when members stop.
WORTH = 100


class Mover(Protocol):
    """Move members from one time to another."""

    capture: Capture | None

    def advance(self, begin: float, end: float) -> None:
        """Move every member from time `begin` to time `end`, in place."""


class Stepping(Protocol):
    """Make steps whose inputs do not depend on the parameters."""

    def inputs(self, members: Members, begin: int, end: int) -> tuple[torch.Tensor, ...]:
        """Get what steps begin..end-1 need besides the state: tensors with one row per step."""

    def stepper(self, members: Members, state: dict[str, torch.Tensor]) -> Callable[..., None]:
        """Make the function that makes one step, in place, from its row of the inputs."""


class Steps:
    """Move members by steps of a rule.

    Parameters
    ----------
    rule : Stepping
        The rule.
    members : Members
        The members.
    state : dict of str to Tensor
        The members' state, which is changed in place.
    capture : callable, optional
        The function of `capture_on`; None launches every step by itself.

    Attributes
    ----------
    launched : int
        The number of steps launched one by one.
    replayed : int
        The number of steps replayed.
    """

    def __init__(
        self,
        rule: Stepping,
        members: Members,
        state: dict[str, torch.Tensor],
        capture: Capture | None = None,
    ) -> None:
        self.rule, self.members, self.state, self.capture = rule, members, state, capture
        self.step = rule.stepper(members, state)
        self.launched = self.replayed = 0
        self.at = torch.zeros(1, dtype=torch.int64, device=members.rate.device)
        self.tables: tuple[torch.Tensor, ...] = ()
        self.replay: Callable[[], None] | None = None

    def advance(self, begin: float, end: float) -> None:
        """Move every member from step `begin` to step `end`, without waiting for the device."""
        for first in range(int(begin), int(end), STRETCH):
            last = min(first + STRETCH, int(end))
            inputs = self.rule.inputs(self.members, first, last)
            if self.replay is None and self.capture is not None and self.launched >= WORTH:
                self._capture(inputs)
            if self.replay is None:
                rows = [table.unbind() for table in inputs]
                for each in zip(*rows, strict=True) if rows else [()] * (last - first):
                    self.step(*each)
                self.launched += last - first
                continue
            for table, rows in zip(self.tables, inputs, strict=True):
                table[: len(rows)] = rows
            self.at.zero_()
            for _ in range(last - first):
                self.replay()
            self.replayed += last - first

    def _capture(self, inputs: tuple[torch.Tensor, ...]) -> None:
        """Capture a step that finds its inputs by a counter on the device."""
        self.tables = tuple(rows[:1].repeat(STRETCH, *[1] * (rows.ndim - 1)) for rows in inputs)
        self.at.zero_()
        changed = [*self.state.values(), self.at]
        self.replay = attempt(self.capture, self._body, changed)
        if self.replay is None:
            self.capture = None

    def _body(self) -> None:
        self.step(*(table.index_select(0, self.at)[0] for table in self.tables))
        self.at.add_(1)
