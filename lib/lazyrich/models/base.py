"""What all networks share: named parameters, draws, scales of layers, ensembles, and what gradient flow conserves in them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lazyrich import _validate as validate

__all__ = [
    "Network",
    "Pair",
    "deltas",
    "layer_names",
    "layer_of",
    "layer_values",
    "member_shape",
    "scale_layers",
    "stack",
]

Params = dict[str, torch.Tensor]


@dataclass(frozen=True)
class Pair:
    """The weights into a row of neurons and out of them: what the conserved quantity of that row compares.

    into, out: (parameter, the axis on which the neurons lie, counted from the end). degree: of the activation between them, which must
    be positively homogeneous: 1 for ReLU, leaky ReLU and none, 2 for the square.
    """

    name: str
    into: tuple[tuple[str, int], ...]
    out: tuple[tuple[str, int], ...]
    degree: float = 1.0


class Network:
    """A network without state: `shapes` says which parameters there are, `init` draws them, `apply` computes.

    `broadcasts` says whether `apply` takes parameters with leading axes by itself; `outputs` takes them for every network.
    """

    broadcasts = False

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter of one network; names are "layer.parameter", first layer first."""
        raise NotImplementedError

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The rows of neurons whose delta gradient flow conserves, first layer first."""
        return ()

    def apply(self, params: Mapping[str, torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        """Outputs (n, c) for n inputs."""
        raise NotImplementedError

    def fan_in(self, name: str, shape: tuple[int, ...]) -> int:
        """How many numbers flow into one output of this parameter."""
        return math.prod(shape[1:])

    def init(self, seed: int, *, dtype: torch.dtype = torch.float64) -> Params:
        """Normal weights of variance 1 / fan in, zero biases; the same draws, rounded, in float32. Raises ValueError on a bad seed."""
        generator = seeded(seed)
        drawn = {}
        for name, shape in self.shapes.items():
            if name.rpartition(".")[2].startswith("b"):
                drawn[name] = torch.zeros(shape, dtype=dtype)
            else:
                normal = torch.randn(shape, generator=generator, dtype=torch.float64)
                drawn[name] = (normal / self.fan_in(name, shape) ** 0.5).to(dtype)
        return drawn

    def outputs(
        self, params: Mapping[str, torch.Tensor], x: torch.Tensor, *, own_data: bool = False
    ) -> torch.Tensor:
        """Outputs (E, n, c) of an ensemble: params (E, ...); x shared by all members, or (E, n, ...) with `own_data`."""
        if self.broadcasts:
            return self.apply(params, x)
        return torch.func.vmap(self.apply, in_dims=(0, 0 if own_data else None))(dict(params), x)

    def gradients(
        self,
        params: Mapping[str, torch.Tensor],
        x: torch.Tensor,
        pull: Callable[[torch.Tensor], torch.Tensor],
    ) -> tuple[torch.Tensor, Params] | None:
        """Outputs (E, n, c) of an ensemble and gradients (E, ...) of its parameters, worked out by hand; None where autograd has to.

        pull: outputs -> the loss's slope in them. In small networks autograd takes longer than the arithmetic.
        """
        return None


def seeded(seed: int) -> torch.Generator:
    """A generator of its own for one seed; the global one is left alone."""
    return torch.Generator().manual_seed(validate.count("seed", seed, 0, 2**63 - 1))


def layer_of(name: str) -> str:
    """The layer of a parameter: what stands before the dot."""
    return name.partition(".")[0]


def layer_names(params: Mapping[str, Any]) -> list[str]:
    """The layers, in the order of their parameters."""
    return list(dict.fromkeys(map(layer_of, params)))


def layer_values(
    params: Mapping[str, Any], values: Mapping[str, Any] | None, name: str, default: Any = 1.0
) -> dict:
    """One value a parameter from values by parameter ("layer1.W") or by layer ("layer1"); the parameter's own name goes first.

    Raises ValueError for a name that is neither, saying which there are.
    """
    values = dict(values or {})
    layers = layer_names(params)
    for key in values:
        if key not in params and key not in layers:
            raise ValueError(
                f"{name}: no layer or parameter {key!r}; layers: {', '.join(layers)}; parameters: {', '.join(params)}"
            )
    return {key: values.get(key, values.get(layer_of(key), default)) for key in params}


def scale_layers(params: Mapping[str, torch.Tensor], factors: Mapping[str, Any]) -> Params:
    """The parameters with layers, or single parameters, multiplied: {"layer1": 0.1, "layer3.W": 10.0}.

    A factor may be an array: its axes come first, so that factors of shape (K,) make an ensemble of K networks, or one of K times as
    many. Arrays of several shapes broadcast. Raises ValueError on an unknown name or a factor that is not finite.

    >>> scaled = scale_layers({"layer1.W": torch.ones(2, 3)}, {"layer1": [0.1, 1.0, 10.0]})
    >>> tuple(scaled["layer1.W"].shape)
    (3, 2, 3)
    """
    by_parameter = layer_values(params, factors, "factors")
    arrays = {
        name: validate.real(f"factors[{name!r}]", value, "(...)")
        for name, value in by_parameter.items()
    }
    lead = validate.batch({name: array.shape for name, array in arrays.items()})
    scaled = {}
    for name, p in params.items():
        factor = torch.as_tensor(
            np.broadcast_to(arrays[name], lead).copy(), dtype=p.dtype, device=p.device
        )
        scaled[name] = p * factor.reshape(lead + (1,) * p.ndim)
    return scaled


def stack(networks: Sequence[Mapping[str, torch.Tensor]]) -> Params:
    """Several parameter dictionaries of one network as an ensemble with one more leading axis.

    Raises ValueError if there are none, or names or shapes differ.
    """
    networks = list(networks)
    if not networks:
        raise ValueError("networks: expected at least one dictionary of parameters, got none")
    first = {name: tuple(p.shape) for name, p in networks[0].items()}
    for i, other in enumerate(networks):
        if {name: tuple(p.shape) for name, p in other.items()} != first:
            raise ValueError(
                f"networks[{i}]: expected the parameters and shapes of networks[0], {first}"
            )
    return {name: torch.stack([other[name] for other in networks]) for name in first}


def member_shape(network: Network, params: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """The leading axes of an ensemble's parameters, () for one network. Raises ValueError if they do not fit the network."""
    shapes = network.shapes
    if set(params) != set(shapes):
        raise ValueError(
            f"params: expected the parameters {', '.join(shapes)}, got {', '.join(params)}"
        )
    leads = {}
    for name, shape in shapes.items():
        got = tuple(params[name].shape)
        lead = got[: max(len(got) - len(shape), 0)]
        if got != lead + tuple(shape):
            raise ValueError(
                f"params[{name!r}]: expected shape (..., {', '.join(map(str, shape))}), got {got}"
            )
        leads[name] = lead
    if len(set(leads.values())) != 1:
        raise ValueError(
            f"params: expected the same leading axes (one entry a member) everywhere, got {leads}"
        )
    return next(iter(leads.values()))


def deltas(
    network: Network, params: Mapping[str, torch.Tensor], etas: Mapping[str, Any] | None = None
) -> dict[str, torch.Tensor]:
    """delta_i = degree eta_in |out_i|^2 - eta_out |into_i|^2 of every neuron of every pair of the network; gradient flow keeps each.

    params may carry leading axes; etas: by layer or parameter, 1 where not named, numbers or arrays over the leading axes. Returns the
    pair's name -> (..., h). A pair whose parameters on one side move at different rates has no such law and is left out.
    Kunin et al. 2024, section 5; Du et al. 2018 (arXiv 1806.00900).
    """
    lead = member_shape(network, params)
    rates = {k: torch.as_tensor(v) for k, v in layer_values(params, etas, "etas").items()}
    found = {}
    for pair in network.pairs:
        eta_in, eta_out = ([rates[name] for name, _ in side] for side in (pair.into, pair.out))
        if any(not torch.equal(side[0], other) for side in (eta_in, eta_out) for other in side):
            continue
        a, w = (
            sum(_squares(params[name], axis, len(lead)) for name, axis in side)
            for side in (pair.out, pair.into)
        )
        found[pair.name] = (
            pair.degree * eta_in[0].to(a)[..., None] * a - eta_out[0].to(w)[..., None] * w
        )
    return found


def _squares(p: torch.Tensor, axis: int, lead: int) -> torch.Tensor:
    """Sum of squares over all axes but the leading ones and `axis`."""
    others = [i for i in range(lead, p.ndim) if i != p.ndim + axis]
    return (p**2).sum(dim=others) if others else p**2
