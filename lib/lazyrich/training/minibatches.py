"""Draw minibatches in an order that depends on a member's seed and the epoch alone."""

import torch

from lazyrich.training.members import Members

__all__ = ["minibatch"]


def minibatch(members: Members, size: int, at: int) -> torch.Tensor:
    """Choose the samples of one step.

    Parameters
    ----------
    members : Members
        The members; they keep the order of the epoch.
    size : int
        The number of samples a step.
    at : int
        The step.

    Returns
    -------
    Tensor, shape (1, size) or (E, size)
        The rows, one list for all members if they share a seed.

    Raises
    ------
    ValueError
        If there are fewer samples than `size`.
    """
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
    """Mix the bits of whole numbers by splitmix64, the same on every device."""
    x = x - 0x61C8864680B583EB
    x = (x ^ ((x >> 30) & 0x3FFFFFFFF)) * -0x40A7B892E31B1A47
    x = (x ^ ((x >> 27) & 0x1FFFFFFFFF)) * -0x6B2FB644ECCEEE15
    return x ^ ((x >> 31) & 0x1FFFFFFFF)
