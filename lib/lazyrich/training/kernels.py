"""Compute the tangent kernels of several members at once, layer by layer."""

from collections.abc import Callable

import torch

from lazyrich.models import MLP, Network, layer_names, layer_of

__all__ = ["kernels"]


def kernels(
    network: Network,
    params: dict[str, torch.Tensor],
    x: torch.Tensor,
    factors: torch.Tensor,
    *,
    own_data: bool = False,
) -> dict[str, torch.Tensor]:
    """Compute the tangent kernel of each layer; their sum is the tangent kernel of the network.

    For MLPs they are products of Gram matrices (see `kernel.ntk_layered`), for other networks they
    come from Jacobians, one member at a time.

    Parameters
    ----------
    network : Network
        The network.
    params : dict of str to Tensor, shape (E, ...)
        The parameters of the members.
    x : Tensor, shape (n, ...) or (E, n, ...)
        The inputs, shared by all members or one set per member.
    factors : Tensor, shape (E, B)
        The factor by which each parameter's part is multiplied.
    own_data : bool, default False
        Whether every member has its own inputs.

    Returns
    -------
    dict of str to Tensor
        The kernel (E, n c, n c) of each layer.
    """
    if isinstance(network, MLP):
        return _layered(network, params, x, factors)
    found: dict[str, list[torch.Tensor]] = {name: [] for name in layer_names(params)}
    for e in range(len(factors)):
        one = {name: p[e].detach() for name, p in params.items()}
        jacobian = _jacobian(network.apply, one, x[e] if own_data else x)
        for name in found:
            inside = [(i, p) for i, p in enumerate(params) if layer_of(p) == name]
            found[name].append(
                sum(
                    factors[e, i] * (J := jacobian[p].flatten(2).flatten(0, 1)) @ J.T
                    for i, p in inside
                )
            )
    return {name: torch.stack(each) for name, each in found.items()}


def _jacobian(
    apply: Callable, params: dict[str, torch.Tensor], x: torch.Tensor
) -> dict[str, torch.Tensor]:
    def one(p: dict[str, torch.Tensor], sample: torch.Tensor) -> torch.Tensor:
        return apply(p, sample[None])[0]

    return torch.func.vmap(torch.func.jacrev(one), (None, 0), chunk_size=16)(params, x)


def _layered(
    network: MLP, params: dict[str, torch.Tensor], x: torch.Tensor, factors: torch.Tensor
) -> dict[str, torch.Tensor]:
    with torch.no_grad():
        z = network.preactivations(params, x)
        entering = [x.mT.expand(len(factors), *x.mT.shape[-2:])] + [
            torch.where(v > 0, v, network.leak * v) for v in z
        ]
        slopes = [torch.where(v > 0, 1.0, network.leak).to(v) for v in z]
        E, n, c = len(factors), x.shape[-2], network.widths[-1]
        back = torch.eye(c, dtype=x.dtype, device=x.device)[:, :, None].expand(
            E, c, c, n
        )  # df/dz (E, c, h, n)
        found, names = {}, list(network.shapes)
        for i in reversed(range(network.depth)):
            W = params[f"layer{i + 1}.W"]
            flat = back.permute(0, 3, 1, 2).reshape(E, n * c, -1)
            seen = factors[:, names.index(f"layer{i + 1}.W"), None, None] * (
                entering[i].mT @ entering[i]
            )
            if network.bias:
                seen = seen + factors[:, names.index(f"layer{i + 1}.b"), None, None]
            if c > 1:
                seen = seen.repeat_interleave(c, dim=1).repeat_interleave(c, dim=2)
            found[f"layer{i + 1}"] = seen * (flat @ flat.mT)
            if i:
                back = (W.mT[:, None] @ back) * slopes[i - 1][:, None]
        return {name: found[name] for name in layer_names(network.shapes)}
