"""What training gives back, and what it says of runs that left every bound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

__all__ = ["DivergedError", "DivergenceWarning", "Result"]


class DivergenceWarning(UserWarning):
    """Some members of an ensemble diverged; the message names the rate below which they would not have."""


class DivergedError(ValueError):
    """All members diverged. `result` is what there was until then."""

    def __init__(self, message: str, result: "Result") -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Result:
    """Metrics at the checkpoints and the parameters at the end.

    times: (T,) in steps; metrics: name -> (*members, T), by layer (*members, T, L); params: at the end, or where the member stopped or was
    last finite; status: (*members) "done", "stopped" (its `stop` was reached; later entries repeat the last measured) or "diverged"
    (later entries are nan); ended: (*members) the time of its last measurement; evaluations: (*members) gradients computed, each on the
    whole training set or one minibatch; stable_rate: (*members) for a diverged member 2 / lambda_max, the rate that the sharpest
    curvature it had met allows, nan for others; layers: metric by layer -> names of its last axis.
    """

    times: np.ndarray
    metrics: dict[str, np.ndarray]
    params: dict[str, torch.Tensor]
    status: np.ndarray
    ended: np.ndarray
    evaluations: np.ndarray
    stable_rate: np.ndarray
    layers: dict[str, list[str]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.metrics[name]

    def dataset(self, axes: Mapping[str, Sequence[Any]] | None = None, **attributes: Any) -> Any:
        """The metrics as an xarray.Dataset: axes: name -> values of each of the members' axes, in their order; then "t" and layers.

        Raises ValueError if the axes are not those of the members.
        """
        import xarray as xr

        axes = {name: np.asarray(values) for name, values in (axes or {}).items()}
        lengths = tuple(len(values) for values in axes.values())
        if lengths != self.status.shape:
            raise ValueError(
                f"axes: expected a name and values for members of shape {self.status.shape}, got {lengths}"
            )
        dims = list(axes)
        variables: dict[str, Any] = {
            name: (dims, getattr(self, name))
            for name in ("status", "ended", "evaluations", "stable_rate")
        }
        variables["status"] = (dims, self.status.astype(str))
        coords: dict[str, Any] = {**axes, "t": self.times}
        for name, values in self.metrics.items():
            if name in self.layers:
                variables[name] = ([*dims, "t", f"{name}_of"], values)
                coords[f"{name}_of"] = self.layers[name]
            else:
                variables[name] = ([*dims, "t"], values)
        return xr.Dataset(variables, coords, attributes)
