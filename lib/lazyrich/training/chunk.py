"""Hold members of an ensemble that are trained together: their measurements and their state."""

from dataclasses import dataclass, field

import numpy as np
import torch

__all__ = ["DIVERGED", "STATUS", "STOPPED", "Chunk"]

STATUS = ("done", "stopped", "diverged")
STOPPED, DIVERGED = 1, 2
KEPT = ("flat", "status", "ended", "evaluations", "stable")


@dataclass
class Chunk:
    """Hold members begin..end and the progress of their training.

    Parameters
    ----------
    begin : int
        The first member.
    end : int
        The member after the last.
    flat : ndarray, shape (e, P)
        Their parameters, at the last checkpoint where they were finite.
    measured : dict of str to ndarray
        Each metric's values, (e, T), or (e, T, L) by layer; nan where not measured.
    status : ndarray of int, shape (e,)
        An index into `STATUS`.
    ended : ndarray, shape (e,)
        The time of the last measurement.
    evaluations : ndarray of int, shape (e,)
        The number of gradients computed.
    stable : ndarray, shape (e,)
        The largest stable rate, by the sharpest curvature measured, of a diverged member; nan for
        others.
    alive : ndarray of int, shape (n,)
        The members still in training, counted from `begin`.
    at : int, default 0
        The index of the next checkpoint.
    now : float, default 0.0
        The time of `state`.
    state : dict of str to Tensor
        The rule's state for the members still in training.
    """

    begin: int
    end: int
    flat: np.ndarray
    measured: dict[str, np.ndarray]
    status: np.ndarray
    ended: np.ndarray
    evaluations: np.ndarray
    stable: np.ndarray
    alive: np.ndarray
    at: int = 0
    now: float = 0.0
    state: dict[str, torch.Tensor] = field(default_factory=dict)

    @classmethod
    def blank(
        cls, begin: int, flat: torch.Tensor, times: np.ndarray, lengths: dict[str, tuple[int, ...]]
    ) -> "Chunk":
        """Make the chunk before training; `lengths` has each metric's axes after time."""
        e = len(flat)
        return cls(
            begin=begin,
            end=begin + e,
            flat=flat.numpy().copy(),
            measured={
                name: np.full((e, len(times), *rest), np.nan) for name, rest in lengths.items()
            },
            status=np.zeros(e, int),
            ended=np.full(e, float(times[0])),
            evaluations=np.zeros(e, int),
            stable=np.full(e, np.nan),
            alive=np.arange(e),
        )

    def arrays(self, *, finished: bool) -> dict[str, np.ndarray]:
        """Collect all arrays to save, by name; a finished chunk needs no state."""
        arrays = {f"metric {name}": value for name, value in self.measured.items()}
        arrays |= {f"chunk {name}": getattr(self, name) for name in KEPT}
        arrays["alive"] = self.alive[:0] if finished else self.alive
        if not finished:
            arrays |= {f"state {name}": value.cpu().numpy() for name, value in self.state.items()}
        return arrays

    def resume(
        self, facts: dict[str, float], arrays: dict[str, np.ndarray], device: torch.device
    ) -> None:
        """Resume from saved arrays."""
        self.at, self.now, self.alive = int(facts["at"]), facts["now"], arrays["alive"]
        self.measured = {name: arrays[f"metric {name}"] for name in self.measured}
        for name in KEPT:
            setattr(self, name, arrays[f"chunk {name}"])
        self.state = {
            name.removeprefix("state "): torch.as_tensor(value, device=device)
            for name, value in arrays.items()
            if name.startswith("state ")
        }

    def record(
        self,
        values: dict[str, np.ndarray],
        finite: np.ndarray,
        stopping: np.ndarray,
    ) -> None:
        """Record measurements of the members in training; members that stop repeat the last one."""
        for name, value in values.items():
            value[~finite] = np.nan
            self.measured[name][self.alive, self.at] = value
        flat = self.state["y"].cpu().numpy()
        self.flat[self.alive[finite]] = flat[finite]
        self.status[self.alive[~finite]], self.status[self.alive[stopping]] = DIVERGED, STOPPED
        for name in values:
            last = self.measured[name][self.alive[stopping], self.at : self.at + 1]
            self.measured[name][self.alive[stopping], self.at :] = last

    def keep(self, kept: np.ndarray, device: torch.device) -> torch.Tensor:
        """Continue with some of the members in training; return their indices on the device."""
        indices = torch.as_tensor(kept, device=device)
        self.alive = self.alive[kept]
        if self.alive.size:
            self.state = {name: value[indices] for name, value in self.state.items()}
        return indices
