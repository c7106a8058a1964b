"""Define the training rules: gradient descent, SGD, AdamW and gradient flow.

A rule holds settings and makes one step. Rates and factors of layers are numbers, or arrays over
the ensemble's leading axes. Time is counted in steps of `rate`.
"""

# Longer than 300 lines: four rules with one interface, and a third of it is docstrings.

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.models import layer_values
from lazyrich.training import devices, flow
from lazyrich.training.capture import Capture
from lazyrich.training.descent import Descent, Following
from lazyrich.training.members import Members
from lazyrich.training.minibatches import minibatches
from lazyrich.training.rounds import Rounds
from lazyrich.training.steps import Mover, Steps

__all__ = ["GD", "SGD", "AdamW", "Flow", "Rule"]

State = dict[str, torch.Tensor]
ROUNDS_ON = ("cuda",)  # types of devices on which choosing every step on the host costs too much


@dataclass(frozen=True)
class Rule:
    """Hold the learning rates that every rule has.

    Parameters
    ----------
    rate : array_like, shape (...)
        The learning rate, above 0; an array broadcasts to the members.
    layers : mapping of str to array_like, optional
        Factors of the learning rate by layer or parameter; 0 freezes it.
    """

    rate: ArrayLike
    layers: Mapping[str, Any] = field(default_factory=dict)

    discrete = True
    copies = 4  # of the parameters, in memory

    def __post_init__(self) -> None:
        rate = validate.real("rate", self.rate, "(...)")
        if np.any(rate <= 0):
            raise ValueError(f"rate: expected numbers > 0, got {np.min(rate):g}")
        for name, factor in self.layers.items():
            if np.any(validate.real(f"layers[{name!r}]", factor, "(...)") < 0):
                raise ValueError(f"layers[{name!r}]: expected factors >= 0")

    def rates(self, lead: tuple[int, ...], names: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Compute rates (E,) and factors (E, B) of the flattened members.

        Raises
        ------
        ValueError
            If they do not broadcast over `lead`.
        """
        by_parameter = layer_values(dict.fromkeys(names), self.layers, "layers")
        columns = [_over(f"layers[{name!r}]", value, lead) for name, value in by_parameter.items()]
        return _over("rate", self.rate, lead), np.stack(columns, axis=1)

    def per_member(self, lead: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Collect other settings that differ between members, each (E,), by name."""
        return {}

    def describe(self) -> dict[str, Any]:
        """Describe the settings as plain data, to compare one run with another."""
        return {"rule": type(self).__name__} | {
            f.name: _to_plain(getattr(self, f.name)) for f in fields(self)
        }

    def begin(self, members: Members, y: torch.Tensor) -> State:
        """Make the state at step 0."""
        return {"y": y.clone()}

    def mover(self, members: Members, state: State, capture: Capture | None = None) -> Mover:
        """Make the object that moves these members."""
        return Steps(self, members, state, capture)

    def inputs(self, members: Members, begin: int, end: int) -> tuple[torch.Tensor, ...]:
        """Get what steps begin..end-1 need besides the state: tensors with one row per step."""
        return ()

    def stepper(self, members: Members, state: State) -> Callable[..., None]:
        """Make the function that makes one step, in place, from its row of the inputs.

        No Python branch in it depends on the values of tensors, so that it can be captured.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class GD(Rule):
    """Train by full-batch gradient descent, with optional momentum and weight decay.

    A step sets v <- momentum v - rate gradient, p <- (1 - rate decay) p + v.

    Parameters
    ----------
    rate : array_like, shape (...)
        The learning rate, above 0; an array broadcasts to the members.
    layers : mapping of str to array_like, optional
        Factors of the learning rate by layer or parameter; 0 freezes it.
    momentum : float, default 0.0
        The fraction of the velocity that is kept, from 0 to below 1.
    decay : float, default 0.0
        Coefficient of the decoupled weight decay, >= 0.
    """

    momentum: float = 0.0
    decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _within("momentum", self.momentum, 1.0)
        _within("decay", self.decay, np.inf)

    def begin(self, members: Members, y: torch.Tensor) -> State:
        return {"y": y.clone()} | ({"velocity": torch.zeros_like(y)} if self.momentum else {})

    def stepper(self, members: Members, state: State) -> Callable[..., None]:
        y, velocity = state["y"], state.get("velocity")
        shrink = (
            1 - members.rate[:, None] * self.decay * (members.factors > 0) if self.decay else None
        )

        def step(rows: torch.Tensor | None = None) -> None:
            move = members.gradient(y, rows)[0].mul_(members.step)
            if velocity is not None:
                move = velocity.mul_(self.momentum).add_(move)
            if shrink is not None:
                y.mul_(shrink)
            y.sub_(move)

        return step


@dataclass(frozen=True)
class SGD(GD):
    """Train by stochastic gradient descent on minibatches, each sample at most once per epoch.

    The order of the samples depends only on the member's seed and the epoch, not on the rest of the
    ensemble. Samples left over at the end of an epoch are dropped.

    Parameters
    ----------
    rate : array_like, shape (...)
        The learning rate, above 0; an array broadcasts to the members.
    layers : mapping of str to array_like, optional
        Factors of the learning rate by layer or parameter; 0 freezes it.
    momentum : float, default 0.0
        The fraction of the velocity that is kept, from 0 to below 1.
    decay : float, default 0.0
        Coefficient of the decoupled weight decay, >= 0.
    batch_size : int, default 32
        The number of samples per step.
    seed : array_like of int, shape (...), default 0
        The seed of the order of the samples; equal seeds give equal orders.
    """

    batch_size: int = 32
    seed: ArrayLike = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.count("batch_size", self.batch_size, 1)
        _whole("seed", self.seed)

    def per_member(self, lead: tuple[int, ...]) -> dict[str, np.ndarray]:
        return {"seed": _over("seed", self.seed, lead).astype(np.int64)}

    def inputs(self, members: Members, begin: int, end: int) -> tuple[torch.Tensor, ...]:
        return (minibatches(members, self.batch_size, begin, end),)


@dataclass(frozen=True)
class AdamW(Rule):
    """Train by Adam with decoupled weight decay, as in PyTorch.

    A step sets p <- (1 - rate decay) p - rate m^ / (sqrt(v^) + eps) with the bias-corrected running
    means m^ of the gradient and v^ of its square.

    Parameters
    ----------
    rate : array_like, shape (...)
        The learning rate, above 0; an array broadcasts to the members.
    layers : mapping of str to array_like, optional
        Factors of the learning rate by layer or parameter; 0 freezes it.
    betas : tuple of float, default (0.9, 0.999)
        The fractions that are kept of the running means of the gradient and of its square.
    eps : float, default 1e-8
        Number added to sqrt(v^), > 0.
    decay : float, default 0.01
        Coefficient of the decoupled weight decay, >= 0.
    batch_size : int, optional
        The number of samples per step; all if left out.
    seed : array_like of int, shape (...), default 0
        The seed of the order of the samples.
    """

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    decay: float = 0.01
    batch_size: int | None = None
    seed: ArrayLike = 0

    copies = 7

    def __post_init__(self) -> None:
        super().__post_init__()
        for i, beta in enumerate(self.betas):
            _within(f"betas[{i}]", beta, 1.0)
        validate.rate("eps", self.eps)
        _within("decay", self.decay, np.inf)
        if self.batch_size is not None:
            validate.count("batch_size", self.batch_size, 1)
        _whole("seed", self.seed)

    def per_member(self, lead: tuple[int, ...]) -> dict[str, np.ndarray]:
        return {"seed": _over("seed", self.seed, lead).astype(np.int64)}

    def begin(self, members: Members, y: torch.Tensor) -> State:
        return {"y": y.clone(), "mean": torch.zeros_like(y), "square": torch.zeros_like(y)}

    def inputs(self, members: Members, begin: int, end: int) -> tuple[torch.Tensor, ...]:
        b1, b2 = self.betas
        bias = [(1 - b1**at, (1 - b2**at) ** 0.5) for at in range(begin + 1, end + 1)]
        # Two vectors rather than a table of two columns: a step takes one number of each.
        table = torch.tensor(bias, dtype=members.rate.dtype).T.contiguous()
        first, second = devices.sent(table, members.rate.device)
        if self.batch_size is None:
            return first, second
        return first, second, minibatches(members, self.batch_size, begin, end)

    def stepper(self, members: Members, state: State) -> Callable[..., None]:
        y, mean, square = state["y"], state["mean"], state["square"]
        shrink, (b1, b2) = 1 - members.step * self.decay, self.betas

        def step(
            bias1: torch.Tensor, bias2: torch.Tensor, rows: torch.Tensor | None = None
        ) -> None:
            gradient, _ = members.gradient(y, rows)
            mean.mul_(b1).add_((1 - b1) * gradient)
            square.mul_(b2).add_(((1 - b2) * gradient).mul_(gradient))
            size = square.sqrt().div_(bias2).add_(self.eps)
            y.mul_(shrink).sub_((members.step / bias1).mul_(mean).div_(size))

        return step


@dataclass(frozen=True)
class Flow(Rule):
    """Train by gradient flow p' = -rate gradient, the limit of gradient descent in small steps.

    Time is in steps of `rate`, so that t steps of gradient descent with a small rate end near time
    t of the flow.

    Parameters
    ----------
    rate : array_like, shape (...), default 1.0
        The learning rate, above 0; an array broadcasts to the members.
    layers : mapping of str to array_like, optional
        Factors of the learning rate by layer or parameter; 0 freezes it.
    tolerance : float, default 0.01
        The error allowed in one step, relative to each parameter's root mean square; in the outputs
        five times as much is allowed, relative to the residual.
    method : {"rkc", "euler"}
        Runge-Kutta-Chebyshev, or Euler in steps of min(max(1/20, growth t), 0.4 / lambda_max).
    growth : float, default 2e-3
        Growth of the steps of "euler" relative to the time.
    floor : float, default 0.1
        The share of the first residual below which the error in the outputs is no longer relative
        to the residual but to this floor. Below it, gates that flip one by one would shorten the
        steps without making the path more accurate (tests/bench/RECORD.md).
    """

    rate: ArrayLike = 1.0
    tolerance: float = 0.01
    method: str = "rkc"
    growth: float = 2e-3
    floor: float = 0.1

    discrete = False
    copies = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.rate("tolerance", self.tolerance)
        validate.rate("growth", self.growth)
        validate.rate("floor", self.floor)
        if self.method not in ("rkc", "euler"):
            raise ValueError(f"method: expected 'rkc' or 'euler', got {self.method!r}")

    def begin(self, members: Members, y: torch.Tensor) -> State:
        return flow.begin(Descent(members), y, self.floor)

    def mover(self, members: Members, state: State, capture: Capture | None = None) -> Mover:
        field = Descent(members)
        if self.method == "rkc" and state["y"].device.type in ROUNDS_ON:
            return Rounds(field, state, capture, tolerance=self.tolerance)
        settings = {"tolerance": self.tolerance, "method": self.method, "growth": self.growth}
        return Following(field, state, **settings)


def _over(name: str, value: Any, lead: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(value)
    try:
        return np.broadcast_to(array, lead).reshape(-1)
    except ValueError:
        raise ValueError(
            f"{name}: expected a number or a shape that broadcasts to the members' {lead}, got "
            f"{array.shape}"
        ) from None


def _within(name: str, value: float, bound: float) -> None:
    number = validate.real(name, value, "()")
    if number.ndim or not 0 <= number < bound:
        raise ValueError(
            f"{name}: expected a number >= 0{'' if bound == np.inf else f' and below {bound:g}'}, "
            f"got {value}"
        )


def _whole(name: str, value: Any) -> None:
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or np.any(array < 0):
        raise ValueError(f"{name}: expected whole numbers >= 0, got {value!r}")


def _to_plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _to_plain(v) for k, v in value.items()}
    return np.asarray(value).tolist() if not isinstance(value, str | None) else value
