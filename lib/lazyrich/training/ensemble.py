"""Check the parts of a run (network, data, rule, measurements) and prepare it."""

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
from lazyrich.training.minibatches import ahead
from lazyrich.training.optimizers import Rule
from lazyrich.training.steps import STRETCH

__all__ = ["Ensemble"]


@dataclass
class Ensemble:
    """Hold all members of a run, flattened to one axis, on the CPU.

    Parameters
    ----------
    network : Network
        The network.
    flat : Tensor, shape (E, P)
        The parameters of all members at the start.
    lead : tuple of int
        The leading axes of the members before flattening.
    sets : Data
        The data sets, with one leading axis.
    of : ndarray, shape (E,)
        The index of each member's data set.
    rule : Rule
        The training rule.
    times : ndarray, shape (T,)
        When the members are measured.
    loss : str
        One of `LOSSES`.
    metrics : tuple of str
        The metrics to measure.
    stop : dict of str to float
        The bounds at which a member stops.
    kernel_samples : int or None
        The number of training inputs of the kernel; all if None.
    device : torch.device
        The device that computes.
    memory : float
        Bytes that one chunk of members may take.
    labels : dict of str to list of str
        The names of the last axis of each metric by layer.
    need : float
        Bytes that one member's step takes.
    ahead : float
        Bytes that are prepared ahead for one member's next steps.
    """

    network: Network
    flat: torch.Tensor  # (E, P) on the CPU
    lead: tuple[int, ...]
    sets: Data  # one leading axis, on the CPU
    of: np.ndarray  # (E,) indices into the sets
    rule: Rule
    times: np.ndarray
    loss: str
    metrics: tuple[str, ...]
    stop: dict[str, float]
    kernel_samples: int | None
    device: torch.device
    memory: float
    labels: dict[str, list[str]]
    need: float  # bytes of one member's step
    ahead: float  # bytes prepared for its next steps

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
        """Check the arguments of `train`, which describes them, and prepare the run."""
        _check_kinds(network, data, rule)
        lead, flat = _flattened(network, params)
        times = _checked_times(times, rule)
        if loss not in LOSSES:
            raise ValueError(f"loss: expected one of {', '.join(LOSSES)}, got {loss!r}")
        if kernel_samples is not None:
            validate.count("kernel_samples", kernel_samples, 2)
        sets, of = _one_axis_of_sets(network, data, lead, loss, flat.dtype)
        chosen = devices.choose(device)
        run = cls(
            network=network,
            flat=flat,
            lead=lead,
            sets=sets,
            of=of,
            rule=rule,
            times=times,
            loss=loss,
            metrics=tuple(dict.fromkeys(metrics)),
            stop=_bounds(stop),
            kernel_samples=kernel_samples,
            device=chosen,
            memory=(
                devices.memory_budget(chosen) if memory is None else validate.rate("memory", memory)
            ),
            labels={},
            need=1.0,
            ahead=0.0,
        )
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
                    f"stop: expected losses or accuracies among metrics, got {name!r}; "
                    f"metrics: {run.metrics}"
                )
        _try(run, one)
        run.need = devices.of_member(one, run.flat[:1], rule.copies)
        run.ahead = _ahead(rule, lead, one.n)
        return run

    def members(self, begin: int, end: int, device: torch.device | None = None) -> Members:
        """Move members begin..end, with only the data that they need, to a device."""
        device = self.device if device is None else device
        rate, factors = self.rule.rates(self.lead, list(self.network.shapes))
        extra = self.rule.per_member(self.lead)
        of = self.of[begin:end]
        used, of = np.unique(of, return_inverse=True)
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
        """Describe by what this run is recognized: its settings, and checksums of its inputs."""
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


def _check_kinds(network: Network, data: Data, rule: Rule) -> None:
    for name, value, kind, example in (
        ("network", network, Network, "models.MLP((d, h, c))"),
        ("data", data, Data, "datasets.Data(x, y)"),
        ("rule", rule, Rule, "training.GD(0.1)"),
    ):
        if not isinstance(value, kind):
            raise ValueError(
                f"{name}: expected a {kind.__name__} such as {example}, got {type(value).__name__}"
            )


def _bounds(stop: Mapping[str, float] | None) -> dict[str, float]:
    bounds = {} if stop is None else validate.mapping("stop", stop)
    return {name: validate.number(f"stop[{name!r}]", bound) for name, bound in bounds.items()}


def _ahead(rule: Rule, lead: tuple[int, ...], n: int) -> float:
    """Estimate the bytes prepared for a member's next steps, which members of one seed share."""
    size, seeds = getattr(rule, "batch_size", None), rule.per_member(lead).get("seed")
    if size is None or seeds is None or len(set(seeds.tolist())) == 1:
        return 0.0
    return ahead(n, size, STRETCH)


def _flattened(
    network: Network, params: Mapping[str, torch.Tensor]
) -> tuple[tuple[int, ...], torch.Tensor]:
    """Flatten the parameters to (E, P) on the CPU; return their leading axes too."""
    lead = member_shape(network, params)
    if 0 in lead:
        raise ValueError(f"params: expected at least one member, got leading axes {lead}")
    kinds = {p.dtype for p in params.values()}
    if len(kinds) != 1 or not kinds <= {torch.float32, torch.float64}:
        raise ValueError(
            f"params: expected all float32 or all float64, got {', '.join(map(str, kinds))}"
        )
    blocks = [
        params[name].detach().cpu().reshape(int(np.prod(lead)), -1) for name in network.shapes
    ]
    flat = torch.cat(blocks, dim=1)
    if not torch.isfinite(flat).all():
        raise ValueError(
            "params: expected finite numbers; look for an earlier division by 0 or overflow"
        )
    return lead, flat


def _checked_times(times: ArrayLike, rule: Rule) -> np.ndarray:
    """Read rising finite times, whole for a discrete rule."""
    array = validate.rising("times", times)
    if rule.discrete and np.any(array != np.floor(array)):
        raise ValueError(
            f"times: expected whole steps for {type(rule).__name__}, "
            f"got {array[array != np.floor(array)][0]}"
        )
    return array


def _one_axis_of_sets(
    network: Network, data: Data, lead: tuple[int, ...], loss: str, dtype: torch.dtype
) -> tuple[Data, np.ndarray]:
    """Flatten the data sets to one leading axis; return each member's index (E,) into them too."""
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
            if name.startswith("x"):
                network.expect_tokens("data", value)
            else:
                value = prepared(value, loss, outputs, dtype)
            parts[name] = value.to(dtype) if value.is_floating_point() else value
    return Data(**parts, axes=1), of


def _try(run: Ensemble, one: Members) -> None:
    """Run the network on one sample, so that an error of shapes is reported early."""
    x = (one.x[:1] if not one.own else one.x[:, :1]).cpu()
    try:
        with torch.no_grad():
            out = one.network.outputs(one.params(run.flat[:1]), x)
    except (RuntimeError, IndexError, ValueError, MemoryError) as error:
        if devices.out_of_memory(error):
            raise MemoryError(devices.no_room("cpu", error)) from None
        raise ValueError(
            f"data: inputs of shape {tuple(one.x.shape)} do not fit {run.network} "
            f"({str(error).splitlines()[0]})"
        ) from None
    expected = (1, 1, next(reversed(run.network.shapes.values()))[0])
    if tuple(out.shape) != expected:
        raise ValueError(
            f"data: one input of shape {tuple(x.shape[1:])} gives outputs {tuple(out.shape[1:])}, "
            f"expected {expected[1:]}"
        )
