"""Handle parameters by name: scale layers, set values by layer, stack ensembles, compute deltas."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from lazyrich import _validate as validate
from lazyrich.models.base import Network, Params

__all__ = [
    "deltas",
    "layer_names",
    "layer_of",
    "layer_values",
    "member_shape",
    "scale_layers",
    "stack",
]


def layer_of(name: str) -> str:
    """Get the layer of a parameter: the part of its name before the dot.

    Parameters
    ----------
    name : str
        The name of a parameter, "layer.parameter".

    Returns
    -------
    str
        The name of its layer.
    """
    return name.partition(".")[0]


def layer_names(params: Mapping[str, Any]) -> list[str]:
    """List the layers, in the order of their parameters.

    Parameters
    ----------
    params : mapping of str to Any
        A mapping with the names of parameters as keys.

    Returns
    -------
    list of str
        The names of the layers, each once.
    """
    return list(dict.fromkeys(map(layer_of, params)))


def layer_values(params: Mapping[str, Any], values: Mapping[str, Any] | None, name: str) -> dict:
    """Spread values by layer ("layer1") or by parameter ("layer1.W") over all parameters.

    A value for the parameter itself overrides one for its layer.

    Parameters
    ----------
    params : mapping of str to Any
        A mapping with the names of parameters as keys.
    values : mapping of str to Any, or None
        Values by name of layer or parameter.
    name : str
        The name of `values` in messages.

    Returns
    -------
    dict of str to Any
        One value per parameter; 1 for parameters that are not named.

    Raises
    ------
    ValueError
        For a name that is neither a layer nor a parameter; the message lists both.
    """
    values = {} if values is None else validate.mapping(name, values)
    layers = layer_names(validate.mapping("params", params))
    for key in values:
        if key not in params and key not in layers:
            raise ValueError(
                f"{name}: no layer or parameter {key!r}; layers: {', '.join(layers)}; parameters: "
                f"{', '.join(params)}"
            )
    return {key: values.get(key, values.get(layer_of(key), 1.0)) for key in params}


def scale_layers(params: Mapping[str, torch.Tensor], factors: Mapping[str, Any]) -> Params:
    """Multiply layers, or single parameters, by factors: {"layer1": 0.1, "layer3.W": 10.0}.

    Parameters
    ----------
    params : mapping of str to Tensor
        The parameters of a network or an ensemble.
    factors : mapping of str to array_like
        Factors by layer or parameter. The axes of an array come first, so that factors of shape
        (K,) turn one network into an ensemble of K, or an ensemble into one K times as large.
        Arrays of different shapes broadcast.

    Returns
    -------
    dict of str to Tensor
        The scaled parameters.

    Raises
    ------
    ValueError
        For an unknown name, or a factor that is not finite.

    Examples
    --------
    >>> scaled = scale_layers({"layer1.W": torch.ones(2, 3)}, {"layer1": [0.1, 1.0, 10.0]})
    >>> tuple(scaled["layer1.W"].shape)
    (3, 2, 3)
    """
    factors = validate.mapping("factors", factors)
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
    """Stack the parameters of several networks into an ensemble with one more leading axis.

    Parameters
    ----------
    networks : sequence of mapping of str to Tensor
        The parameters of each network, at least one network.

    Returns
    -------
    dict of str to Tensor
        The parameters of the ensemble.

    Raises
    ------
    ValueError
        If there are none, or names or shapes differ.
    """
    networks = validate.sequence("networks", networks)
    if not networks or not all(isinstance(one, Mapping) for one in networks):
        raise ValueError("networks: expected at least one dictionary of parameters, got none")
    first = {name: tuple(p.shape) for name, p in networks[0].items()}
    for i, other in enumerate(networks):
        if {name: tuple(p.shape) for name, p in other.items()} != first:
            raise ValueError(
                f"networks[{i}]: expected the parameters and shapes of networks[0], {first}"
            )
    return {name: torch.stack([other[name] for other in networks]) for name in first}


def member_shape(network: Network, params: Mapping[str, torch.Tensor]) -> tuple[int, ...]:
    """Get the leading axes of an ensemble's parameters; () for one network.

    Parameters
    ----------
    network : Network
        The network.
    params : mapping of str to Tensor
        Its parameters, with or without leading axes.

    Returns
    -------
    tuple of int
        The leading axes.

    Raises
    ------
    ValueError
        If the parameters do not match the network.
    """
    if not isinstance(network, Network):
        raise ValueError(
            f"network: expected a network such as models.MLP((5, 8, 1)), got {network!r}"[:200]
        )
    shapes, params = network.shapes, validate.mapping("params", params)
    if set(params) != set(shapes):
        raise ValueError(
            f"params: expected the parameters {', '.join(shapes)}, got {', '.join(params)}"
        )
    leads = {}
    for name, shape in shapes.items():
        if not isinstance(params[name], torch.Tensor):
            raise ValueError(
                f"params[{name!r}]: expected a tensor, got {type(params[name]).__name__}; "
                "torch.as_tensor converts an array"
            )
        if not params[name].is_floating_point():
            raise ValueError(f"params[{name!r}]: expected real numbers, got {params[name].dtype}")
        got = tuple(params[name].shape)
        lead = got[: max(len(got) - len(shape), 0)]
        if got != lead + tuple(shape):
            raise ValueError(
                f"params[{name!r}]: expected shape (..., {', '.join(map(str, shape))}), got {got}"
            )
        leads[name] = lead
    if len(set(leads.values())) != 1:
        raise ValueError(
            f"params: expected the same leading axes (one entry per member) everywhere, got {leads}"
        )
    return next(iter(leads.values()))


def deltas(
    network: Network, params: Mapping[str, torch.Tensor], etas: Mapping[str, Any] | None = None
) -> dict[str, torch.Tensor]:
    """Compute delta of every hidden neuron of a network; gradient flow conserves each of them.

    delta_i = degree eta_in |out_i|^2 - eta_out |into_i|^2 for each layer of `network.pairs`. A
    layer whose incoming or outgoing parameters have different learning rates has no such conserved
    quantity and is left out.

    Parameters
    ----------
    network : Network
        The network.
    params : mapping of str to Tensor
        Its parameters, with or without leading axes.
    etas : mapping of str to array_like, optional
        Learning rates by layer or parameter, 1 where not named: numbers, or arrays over the leading
        axes.

    Returns
    -------
    dict of str to Tensor
        delta of shape (..., h) for each name of a pair.

    Raises
    ------
    ValueError
        If the parameters do not match the network, or a name in `etas` is unknown.

    References
    ----------
    Kunin et al. 2024, section 5; Du et al. 2018 (arXiv 1806.00900).
    """
    lead = member_shape(network, params)
    rates = {
        name: torch.as_tensor(validate.real(f"etas[{name!r}]", value))
        for name, value in layer_values(params, etas, "etas").items()
    }
    conserved = {}
    for pair in network.pairs:
        eta_in, eta_out = ([rates[name] for name, _ in side] for side in (pair.into, pair.out))
        if any(not torch.equal(side[0], other) for side in (eta_in, eta_out) for other in side):
            continue
        a, w = (
            sum(_squares(params[name], axis, len(lead)) for name, axis in side)
            for side in (pair.out, pair.into)
        )
        conserved[pair.name] = (
            pair.degree * eta_in[0].to(a)[..., None] * a - eta_out[0].to(w)[..., None] * w
        )
    return conserved


def _squares(p: torch.Tensor, axis: int, lead: int) -> torch.Tensor:
    """Sum squares over all axes except the leading ones and `axis`."""
    others = [i for i in range(lead, p.ndim) if i != p.ndim + axis]
    return (p**2).sum(dim=others) if others else p**2
