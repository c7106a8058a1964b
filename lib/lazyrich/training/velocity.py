"""Integrate p' = velocity(p) of any model by the integrators of gradient flow."""

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.training import flow

__all__ = ["integrate"]


class _Velocity:
    """Wrap a function of a dictionary of tensors as a field."""

    def __init__(self, velocity: Callable, shapes: Mapping[str, torch.Size]) -> None:
        self.velocity, self.shapes = velocity, shapes
        self.sizes = [math.prod(shape) for shape in shapes.values()]

    def slope(self, y: torch.Tensor, members: torch.Tensor) -> tuple[torch.Tensor, None]:
        slopes = self.velocity(self.named(y))
        return torch.cat([slopes[name].reshape(len(y), -1) for name in self.shapes], dim=1), None

    def named(self, y: torch.Tensor) -> dict[str, torch.Tensor]:
        parts = zip(self.shapes.items(), y.split(self.sizes, dim=1), strict=True)
        return {name: part.reshape(len(y), *shape) for (name, shape), part in parts}


def integrate(
    velocity: Callable[[dict[str, torch.Tensor]], Mapping[str, torch.Tensor]],
    start: Mapping[str, Any],
    times: ArrayLike,
    *,
    tolerance: float = 1e-2,
    method: str = "rkc",
    growth: float = 2e-3,
) -> tuple[dict[str, torch.Tensor], int]:
    """Integrate p' = velocity(p) of any model by Runge-Kutta-Chebyshev or growing Euler steps.

    Parameters
    ----------
    velocity : callable
        Function of a dictionary of tensors (1, *shape) that returns their velocities by name.
    start : mapping of str to array_like
        The parameters (*shape) at t = 0, by name.
    times : array_like, shape (T,)
        Rising finite times >= 0.
    tolerance : float, default 1e-2
        The error of one step, relative to the root mean square of each parameter.
    method : {"rkc", "euler"}
        Runge-Kutta-Chebyshev, or Euler in growing steps.
    growth : float, default 2e-3
        Growth of the steps of "euler" relative to the time.

    Returns
    -------
    path : dict of str to Tensor
        The parameters (T, *shape) at the times, by name.
    calls : int
        The number of calls of `velocity`.

    Raises
    ------
    ValueError
        On bad input, or if the flow cannot be followed to the end.
    """
    times = validate.rising("times", times)
    tolerance, growth = validate.rate("tolerance", tolerance), validate.rate("growth", growth)
    if method not in ("rkc", "euler"):
        raise ValueError(f"method: expected 'rkc' or 'euler', got {method!r}")
    start = validate.mapping("start", start)
    tensors = {name: _tensor(f"start[{name!r}]", p)[None] for name, p in start.items()}
    if not sum(p.numel() for p in tensors.values()):
        raise ValueError("start: expected at least one parameter, got none")
    field = _Velocity(velocity, {name: p.shape[1:] for name, p in tensors.items()})
    state = flow.begin(field, torch.cat([p.reshape(1, -1) for p in tensors.values()], dim=1))
    path = []
    for time in times:
        flow.advance(field, state, float(time), tolerance=tolerance, method=method, growth=growth)
        if not torch.isfinite(state["y"]).all():
            raise ValueError(
                f"velocity: the flow diverges before t = {time:g}; is its sign that of -gradient?"
            )
        path.append(state["y"].clone())
    return field.named(torch.cat(path)), int(state["evaluations"][0])


def _tensor(name: str, value: Any) -> torch.Tensor:
    """Read finite numbers; a tensor keeps its precision and its device."""
    numbers = torch.as_tensor(validate.real(name, value))
    if isinstance(value, torch.Tensor) and value.dtype in (torch.float32, torch.float64):
        return value.detach()
    return numbers
