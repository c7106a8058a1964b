"""What a run is made of, checked: the network and its ensemble, data, rule and measurements, in the form that computing takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike

from lazyrich import __version__, _files
from lazyrich import _validate as validate
from lazyrich.datasets import Data
from lazyrich.models import Network, member_shape
from lazyrich.training import devices
from lazyrich.training.members import LOSSES, Members, prepared
from lazyrich.training.metrics import check_metrics, columns
from lazyrich.training.optimizers import Rule

__all__ = ["Ensemble"]


@dataclass
class Ensemble:
    """All members, flattened to one axis, on the CPU; `lead` is the shape they had."""

    network: Network
    flat: torch.Tensor  # (E, P) on the CPU
    lead: tuple[int, ...]
    sets: Data  # one leading axis, on the CPU
    of: np.ndarray  # (E,) which of the sets
    rule: Rule
    times: np.ndarray
    loss: str
    metrics: tuple[str, ...]
    stop: dict[str, float]
    kernel_samples: int | None
    device: torch.device
    memory: float
    labels: dict[str, list[str]]
    need: float  # bytes of one member's training

    @classmethod
    def checked(
        cls,
        network: Network,
        params: Mapping[str, torch.Tensor],
        data: Data,
        rule: Rule,
        times: ArrayLike,
        loss: str,
        metrics: Sequence[str],
        stop: Mapping[str, float] | None,
        kernel_samples: int | None,
        device: str,
        memory: float | None,
    ) -> "Ensemble":
        lead = member_shape(network, params)
        kinds = {p.dtype for p in params.values()}
        if len(kinds) != 1 or not kinds <= {torch.float32, torch.float64}:
            raise ValueError(
                f"params: expected all float32 or all float64, got {', '.join(map(str, kinds))}"
            )
        dtype = kinds.pop()
        ordered = [
            params[name].detach().cpu().reshape(int(np.prod(lead)), -1) for name in network.shapes
        ]
        flat = torch.cat(ordered, dim=1)
        if len(flat) == 0:
            raise ValueError(f"params: expected at least one member, got leading axes {lead}")
        if not torch.isfinite(flat).all():
            raise ValueError(
                "params: expected finite numbers; look for a division by 0 or an overflow before"
            )
        times = validate.times("times", times)
        if (
            times.ndim != 1
            or times.size == 0
            or not np.all(np.isfinite(times))
            or np.any(np.diff(times) <= 0)
        ):
            raise ValueError(f"times: expected finite rising times (T,), got {times!r}"[:200])
        if rule.discrete and np.any(times != np.floor(times)):
            raise ValueError(
                f"times: expected whole steps for {type(rule).__name__}, got {times[times != np.floor(times)][0]}"
            )
        if loss not in LOSSES:
            raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {loss!r}")
        if kernel_samples is not None:
            validate.count("kernel_samples", kernel_samples, 2)
        # One leading axis of data sets, and which of them each member has.
        shape = tuple(data.x.shape[: data.axes])
        try:
            of = np.broadcast_to(np.arange(int(np.prod(shape))).reshape(shape), lead).reshape(-1)
        except ValueError:
            raise ValueError(
                f"data: its leading axes {shape} do not broadcast to the members' {lead}"
            ) from None
        outputs = next(reversed(network.shapes.values()))[0]
        parts = {}
        for name in ("x", "y", "x_test", "y_test"):
            value = getattr(data, name)
            if value is not None:
                value = value.reshape(-1, *value.shape[data.axes :])
                if name.startswith("y"):
                    value = prepared(value, loss, outputs, dtype)
                parts[name] = value.to(dtype) if value.is_floating_point() else value
        where = devices.choose(device)
        sets = Data(**parts, axes=1)
        budget = devices.memory_budget(where) if memory is None else validate.rate("memory", memory)
        run = cls(
            network, flat, lead, sets, of, rule, times, loss, tuple(dict.fromkeys(metrics)), dict(stop or {}),
            kernel_samples, where, budget, {}, 1.0,
        )  # fmt: skip
        one = run.members(0, 1, torch.device("cpu"))
        check_metrics(run.metrics, network, one)
        run.labels = {
            name: names
            for name in run.metrics
            if (names := columns(name, network, one)) is not None
        }
        for name in run.stop:
            if name not in run.metrics or not name.endswith(("loss", "accuracy")):
                raise ValueError(
                    f"stop: expected losses or accuracies among metrics, got {name!r}; metrics: {run.metrics}"
                )
        _try(run, one)
        run.need = devices.of_member(one, run.flat[:1], rule.copies)
        return run

    def members(self, begin: int, end: int, device: torch.device | None = None) -> Members:
        device = self.device if device is None else device
        rate, factors = self.rule.rates(self.lead, list(self.network.shapes))
        extra = self.rule.per_member(self.lead)
        of = self.of[begin:end]
        used, of = np.unique(
            of, return_inverse=True
        )  # only the data that these members need go to the device
        moved = {
            name: value[torch.as_tensor(used)].to(device)
            for name in ("x", "y", "x_test", "y_test")
            if (value := getattr(self.sets, name)) is not None
        }
        seeds = (
            torch.as_tensor(extra["seed"][begin:end].copy(), device=device)
            if "seed" in extra
            else None
        )
        dtype = self.flat.dtype
        return Members(
            self.network,
            self.loss,
            Data(**moved, axes=1),
            of,
            torch.as_tensor(rate[begin:end].copy(), dtype=dtype, device=device),
            torch.as_tensor(factors[begin:end].copy(), dtype=dtype, device=device),
            seeds,
        )

    def identity(self) -> dict[str, Any]:
        """What makes this run this run: settings, and checksums of all that goes in."""
        tensors = {name: getattr(self.sets, name) for name in ("x", "y", "x_test", "y_test")}
        return {
            "version": __version__,
            "network": repr(self.network),
            "rule": self.rule.describe(),
            "members": list(self.lead),
            "times": self.times.tolist(),
            "loss": self.loss,
            "metrics": list(self.metrics),
            "stop": self.stop,
            "kernel_samples": self.kernel_samples,
            "params": _files.digest(self.flat.numpy().tobytes(), str(self.flat.dtype)),
            "data": _files.digest(
                *(b"" if v is None else v.numpy().tobytes() for v in tensors.values()),
                self.of.tobytes(),
            ),
        }


def _try(run: Ensemble, one: Members) -> None:
    """The network on one sample: shapes that do not fit say so before anything is computed."""
    x = (one.x[:1] if not one.own else one.x[:, :1]).cpu()
    try:
        with torch.no_grad():
            out = one.network.outputs(one.params(run.flat[:1]), x)
    except (RuntimeError, IndexError, ValueError, MemoryError) as error:
        if devices.out_of_memory(error):
            raise MemoryError(devices.no_room("cpu", error)) from None
        raise ValueError(
            f"data: inputs of shape {tuple(one.x.shape)} do not go into {run.network} ({str(error).splitlines()[0]})"
        ) from None
    expected = (1, 1, next(reversed(run.network.shapes.values()))[0])
    if tuple(out.shape) != expected:
        raise ValueError(
            f"data: one input of shape {tuple(x.shape[1:])} gives outputs {tuple(out.shape[1:])}, expected {expected[1:]}"
        )
