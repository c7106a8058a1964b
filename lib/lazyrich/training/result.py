"""Define the result of training, and the errors and warnings for runs that diverged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

__all__ = ["DivergedError", "DivergenceWarning", "Result"]


class DivergenceWarning(UserWarning):
    """Warn that some members diverged, and name the largest stable learning rate."""


class DivergedError(ValueError):
    """Report that all members diverged.

    Parameters
    ----------
    message : str
        How many diverged, and the learning rate that the measured curvature allows.
    result : Result
        The result up to the divergence.
    """

    def __init__(self, message: str, result: "Result") -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Result:
    """Hold metrics at the checkpoints and the parameters at the end.

    Parameters
    ----------
    times : ndarray, shape (T,)
        The checkpoints, in steps.
    metrics : dict of str to ndarray
        Each metric's values, (*members, T), or (*members, T, L) by layer.
    params : dict of str to Tensor
        The parameters at the end, or where the member stopped or was last finite.
    status : ndarray of str, shape (*members,)
        "done", "stopped" (the member reached `stop`; later entries repeat the last measurement) or
        "diverged" (later entries are nan).
    ended : ndarray, shape (*members,)
        The time of the last measurement.
    evaluations : ndarray of int, shape (*members,)
        The number of gradients computed, each on the whole training set or on one minibatch.
    stable_rate : ndarray, shape (*members,)
        For a diverged member the largest stable learning rate, 2 / lambda_max, by the sharpest
        curvature measured; nan for others.
    layers : dict of str to list of str, optional
        The names along the last axis of each metric by layer.
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
        """Convert the metrics to one xarray Dataset.

        Parameters
        ----------
        axes : mapping of str to sequence, optional
            The name and the values of each of the members' axes, in their order.
        **attributes : Any
            Attributes of the Dataset.

        Returns
        -------
        xarray.Dataset
            The metrics, with the members' axes first, then "t" and layers.

        Raises
        ------
        ValueError
            If the axes are not those of the members.
        """
        import xarray as xr

        axes = {name: np.asarray(values) for name, values in (axes or {}).items()}
        lengths = tuple(len(values) for values in axes.values())
        if lengths != self.status.shape:
            raise ValueError(
                f"axes: expected a name and values for members of shape {self.status.shape}, got "
                f"{lengths}"
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
