"""Integrate gradient flow on a GPU in rounds, so that the host waits for it only once per round.

`flow.advance` asks before each step which members take it, and on a GPU the host waits for each
answer. Here the host chooses an octave of numbers of stages, and the members make several steps in
it: the device decides whether a step is due and accepted, and how long the next one is. A member
whose next step leaves the octave waits for the end of the round, so that each member takes the same
steps as in `flow.advance`.
"""

from collections.abc import Callable

import numpy as np
import torch

from lazyrich.training import devices, flow, rkc
from lazyrich.training.capture import Capture, attempt
from lazyrich.training.descent import Descent

__all__ = ["Rounds"]

TURNS = 4  # steps per round
WORTH = 8  # rounds of an octave that are launched one by one before it is captured
# Bytes of activations below which a GPU takes longer to launch a step than to compute it. All
# members are then computed together, as a graph, and the result is discarded for those not due.
SMALL = 16 * 1024**2


class Rounds:
    """Move members along gradient flow in rounds.

    Parameters
    ----------
    field : Descent
        The field to integrate.
    state : dict of str to Tensor
        The state of `flow.begin`, which is changed in place.
    capture : callable, optional
        The function of `capture_on`, used for members whose steps are small; None launches all
        steps from Python.
    tolerance : float
        See `Flow`.

    Attributes
    ----------
    looked : int
        The number of times that the host has waited for the device.
    launched : int
        The number of steps launched from Python.
    replayed : int
        The number of steps replayed.
    """

    def __init__(
        self,
        field: Descent,
        state: rkc.State,
        capture: Capture | None = None,
        *,
        tolerance: float,
    ) -> None:
        self.field, self.state, self.capture, self.tolerance = field, state, capture, tolerance
        self.together = capture is not None and field.members.activations() <= SMALL
        self.target = torch.zeros((), dtype=torch.float64, device=state["y"].device)
        self.tables: dict[int, torch.Tensor] = {}
        self.replays: dict[int, Callable[[], None]] = {}
        self.seen: dict[int, int] = {}
        self.looked = self.launched = self.replayed = 0

    def advance(self, begin: float, end: float) -> None:
        """Move every member to the time `end`."""
        self.target.fill_(end)
        while True:
            stages = rkc.wanted(self.state, None, self.target).cpu().numpy()
            self.looked += 1
            if not stages.any():
                return
            some = flow.alike(stages)
            self._round(int(np.frexp(stages[some[0]])[1]), some)

    def _round(self, octave: int, some: np.ndarray) -> None:
        """Make some steps in one octave of stages."""
        if self.together and self.seen.get(octave, 0) == WORTH:
            self._capture(octave)
        self.seen[octave] = self.seen.get(octave, 0) + 1
        if octave in self.replays:
            for _ in range(TURNS):
                self.replays[octave]()
            self.replayed += TURNS
            return
        members = self.field.everyone
        if not self.together and len(some) < len(members):
            members = devices.sent(torch.as_tensor(some), members.device)
        for _ in range(TURNS):
            self._turn(octave, members)
        self.launched += TURNS

    def _capture(self, octave: int) -> None:
        changed = [value for name, value in self.state.items() if name != "floor"]
        replay = attempt(self.capture, lambda: self._turn(octave, self.field.everyone), changed)
        if replay is None:
            self.capture, self.together = None, False
        else:
            self.replays[octave] = replay

    def _turn(self, octave: int, members: torch.Tensor) -> None:
        """Make one step of the members whose next step is in the octave."""
        table, least = self._table(octave), 2 ** (octave - 1)
        stages = rkc.wanted(self.state, members, self.target)
        counts = stages.clamp(least, least + len(table) - 1)
        due = counts == stages
        old = (stages > rkc.OFTEN) | (self.state["age"][members] >= rkc.SELDOM)
        rkc.sharpen(self.field, self.state, members, old & due)
        plan = counts, table[counts - least].transpose(0, 1)
        rkc.step(self.field, self.state, members, plan, self.target, self.tolerance, due)

    def _table(self, octave: int) -> torch.Tensor:
        """Get the coefficients (counts, most, 4) of the octave's numbers of stages."""
        if octave not in self.tables:
            counts = np.arange(2 ** (octave - 1), min(2**octave, rkc.MOST_STAGES + 1))
            _, table = rkc.plan(counts, self.target.device)
            self.tables[octave] = table.transpose(0, 1).contiguous()
        return self.tables[octave]
