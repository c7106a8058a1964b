"""How parameters move: descent with or without momentum, minibatches, AdamW, gradient flow. Settings, and one step of each.

Rates and factors of layers are numbers, or arrays over the ensemble's leading axes. Time is counted in steps of `rate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.models import layer_values
from lazyrich.training import flow
from lazyrich.training.members import Members

__all__ = ["GD", "SGD", "AdamW", "Flow", "Rule", "log_times"]

State = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Rule:
    """rate: of every parameter, times the factor of its layer or of itself in `layers` (0 freezes it)."""

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
        """Rates (E,) and factors (E, B) of the members, flattened. Raises ValueError if they do not broadcast over `lead`."""
        by_parameter = layer_values(dict.fromkeys(names), self.layers, "layers")
        columns = [_over(f"layers[{name!r}]", value, lead) for name, value in by_parameter.items()]
        return _over("rate", self.rate, lead), np.stack(columns, axis=1)

    def per_member(self, lead: tuple[int, ...]) -> dict[str, np.ndarray]:
        """What else differs between members: name -> (E,)."""
        return {}

    def describe(self) -> dict[str, Any]:
        """The settings as plain data, to compare one run with another."""
        return {"rule": type(self).__name__} | {
            f.name: _plain(getattr(self, f.name)) for f in fields(self)
        }

    def begin(self, members: Members, y: torch.Tensor) -> State:
        """The state at step 0."""
        return {"y": y.clone()}

    def advance(self, members: Members, state: State, begin: float, end: float) -> None:
        """Move every member from step `begin` to step `end`, in place."""
        raise NotImplementedError


@dataclass(frozen=True)
class GD(Rule):
    """Full-batch gradient descent: v <- momentum v - rate gradient, p <- (1 - rate decay) p + v."""

    momentum: float = 0.0
    decay: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        _within("momentum", self.momentum, 1.0)
        _within("decay", self.decay, np.inf)

    def begin(self, members: Members, y: torch.Tensor) -> State:
        return {"y": y.clone()} | ({"velocity": torch.zeros_like(y)} if self.momentum else {})

    def advance(self, members: Members, state: State, begin: float, end: float) -> None:
        shrink = (
            1 - members.rate[:, None] * self.decay * (members.factors > 0) if self.decay else None
        )
        for at in range(int(begin), int(end)):
            gradient, _ = members.gradient(state["y"], self.rows(members, at))
            move = members.step * gradient
            if self.momentum:
                move = state["velocity"] = self.momentum * state["velocity"] + move
            y = state["y"] if shrink is None else state["y"] * shrink
            state["y"] = y - move

    def rows(self, members: Members, at: int) -> torch.Tensor | None:
        """Which samples step `at` sees: all."""
        return None


@dataclass(frozen=True)
class SGD(GD):
    """Minibatches of `batch_size` samples, each sample once an epoch, in an order of the member's own seed (equal seeds, equal orders).

    The order depends on the seed and the epoch alone, whatever the ensemble around the member. What is left of an epoch is dropped.
    """

    batch_size: int = 32
    seed: ArrayLike = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.count("batch_size", self.batch_size, 1)
        _whole("seed", self.seed)

    def per_member(self, lead: tuple[int, ...]) -> dict[str, np.ndarray]:
        return {"seed": _over("seed", self.seed, lead).astype(np.int64)}

    def rows(self, members: Members, at: int) -> torch.Tensor | None:
        return _minibatch(members, self.batch_size, at)


@dataclass(frozen=True)
class AdamW(Rule):
    """Adam with decoupled weight decay, as in PyTorch: p <- (1 - rate decay) p - rate m^ / (sqrt(v^) + eps). batch_size: None for all samples."""

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

    def advance(self, members: Members, state: State, begin: float, end: float) -> None:
        step = members.step
        shrink, (b1, b2) = 1 - step * self.decay, self.betas
        y, mean, square = state["y"], state["mean"], state["square"]
        for at in range(int(begin), int(end)):
            rows = None if self.batch_size is None else _minibatch(members, self.batch_size, at)
            gradient, _ = members.gradient(y, rows)
            mean = b1 * mean + (1 - b1) * gradient
            square = b2 * square + (1 - b2) * gradient * gradient
            bias1, bias2 = 1 - b1 ** (at + 1), 1 - b2 ** (at + 1)
            y = y * shrink - step / bias1 * mean / (square.sqrt() / bias2**0.5 + self.eps)
        state["y"], state["mean"], state["square"] = y, mean, square


@dataclass(frozen=True)
class Flow(Rule):
    """Gradient flow p' = -rate gradient: what gradient descent at this rate would do if its step were small. Time in steps of `rate`.

    method "rkc": Runge-Kutta-Chebyshev, with `tolerance` of one step relative to each parameter's size, and five times that relative to
    the residual, or to `floor` times the first residual where that is larger: below it gates that flip one by one would shorten the
    steps and make the path no truer (tests/bench/RECORD.md). "euler": steps of min(max(1/20, growth t), 0.4 / lambda_max) descent steps. See `training.integrate`.
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
        return flow.begin(_Descent(members), y, self.floor)

    def advance(self, members: Members, state: State, begin: float, end: float) -> None:
        settings = {"tolerance": self.tolerance, "method": self.method, "growth": self.growth}
        flow.advance(_Descent(members), state, end, **settings)


class _Descent:
    """The field -rate gradient of some members, for the integrator and for the sharpness of discrete steps."""

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


def sharpness(members: Members, y: torch.Tensor) -> torch.Tensor:
    """(E,) largest eigenvalue of the loss's Hessian, each layer times its factor: descent diverges at rates above 2 / this."""
    return flow.sharpness(_Descent(members), y) / members.rate.double()


def log_times(end: float, *, per_decade: int = 8, whole: bool = True) -> np.ndarray:
    """0, then `per_decade` times a decade from 1 on, up to `end`; `whole`: rounded to whole steps, each once.

    >>> log_times(20, per_decade=3)
    array([ 0,  1,  2,  5, 10, 20])
    """
    end, per_decade = validate.rate("end", end), validate.count("per_decade", per_decade, 1)
    if end < 1:
        raise ValueError(f"end: expected a number >= 1, got {end:g}")
    decades = np.log10(end)
    grid = 10 ** (np.arange(int(np.floor(decades * per_decade + 1e-9)) + 1) / per_decade)
    times = np.unique(np.concatenate([[0.0], np.round(grid) if whole else grid, [end]]))
    return times.astype(np.int64) if whole and end == int(end) else times


def _minibatch(members: Members, size: int, at: int) -> torch.Tensor:
    """(1, size) or (E, size) rows of step `at`."""
    if size > members.n:
        raise ValueError(
            f"batch_size: expected at most {members.n}, the number of training samples, got {size}"
        )
    epoch, place = divmod(at, members.n // size)
    if members.order_of != epoch:
        seeds = members.seeds[:1] if members.one_seed else members.seeds
        keys = _mix(
            _mix(seeds[:, None] * 0x1F123BB5 + epoch) + torch.arange(members.n, device=seeds.device)
        )
        members.order, members.order_of = keys.argsort(dim=1, stable=True), epoch
    return members.order[:, place * size : (place + 1) * size]


def _mix(x: torch.Tensor) -> torch.Tensor:
    """splitmix64: well mixed bits of each whole number, the same on every device."""
    x = x - 0x61C8864680B583EB
    x = (x ^ ((x >> 30) & 0x3FFFFFFFF)) * -0x40A7B892E31B1A47
    x = (x ^ ((x >> 27) & 0x1FFFFFFFFF)) * -0x6B2FB644ECCEEE15
    return x ^ ((x >> 31) & 0x1FFFFFFFF)


def _over(name: str, value: Any, lead: tuple[int, ...]) -> np.ndarray:
    array = np.asarray(value)
    try:
        return np.broadcast_to(array, lead).reshape(-1)
    except ValueError:
        raise ValueError(
            f"{name}: expected a number or a shape that broadcasts to the members' {lead}, got {array.shape}"
        ) from None


def _within(name: str, value: float, bound: float) -> None:
    number = validate.real(name, value, "()")
    if number.ndim or not 0 <= number < bound:
        raise ValueError(
            f"{name}: expected a number >= 0{'' if bound == np.inf else f' and below {bound:g}'}, got {value}"
        )


def _whole(name: str, value: Any) -> None:
    array = np.asarray(value)
    if array.dtype.kind not in "iu" or np.any(array < 0):
        raise ValueError(f"{name}: expected whole numbers >= 0, got {value!r}")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    return np.asarray(value).tolist() if not isinstance(value, str | None) else value
