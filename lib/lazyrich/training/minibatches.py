"""Draw minibatches in an order that depends only on a member's seed and the epoch."""

import torch

from lazyrich.training.members import Members

__all__ = ["ahead", "minibatches"]


def minibatches(members: Members, size: int, begin: int, end: int) -> torch.Tensor:
    """Choose the samples of the steps begin..end-1.

    Parameters
    ----------
    members : Members
        The members, which cache the order of the current epoch.
    size : int
        The number of samples per step.
    begin : int
        The first step.
    end : int
        The step after the last.

    Returns
    -------
    Tensor, shape (steps, 1, size) or (steps, E, size)
        Row indices for each step, shared by all members if they have one seed.

    Raises
    ------
    ValueError
        If there are fewer samples than `size`.
    """
    if size > members.n:
        raise ValueError(
            f"batch_size: expected at most {members.n}, the number of training samples, got {size}"
        )
    steps, seeds = members.n // size, members.seeds[:1] if members.one_seed else members.seeds
    # Copied, because a view would keep the order of a whole epoch in memory.
    chosen = torch.empty((end - begin, len(seeds), size), dtype=torch.int64, device=seeds.device)
    for row, at in zip(chosen, range(begin, end), strict=True):
        epoch, place = divmod(at, steps)
        if members.order_of != epoch:
            keys = _mix(seeds[:, None] * 0x1F123BB5 + epoch)
            keys = _mix(keys + torch.arange(members.n, device=seeds.device))
            members.order, members.order_of = keys.argsort(dim=1, stable=True), epoch
        row.copy_(members.order[:, place * size : (place + 1) * size])
    return chosen


def ahead(n: int, size: int, steps: int) -> float:
    """Estimate the memory of the next steps' minibatches for a member with its own seed.

    It holds the rows, on a GPU a second table of them, and the order of an epoch and its sorting.

    Parameters
    ----------
    n : int
        The number of training samples.
    size : int
        The number of samples per step.
    steps : int
        The number of steps whose rows are prepared together.

    Returns
    -------
    float
        Bytes.
    """
    return 8.0 * (2 * steps * size + 6 * n)


def _mix(x: torch.Tensor) -> torch.Tensor:
    """Mix the bits of whole numbers by splitmix64, the same on every device."""
    x = x - 0x61C8864680B583EB
    x = (x ^ ((x >> 30) & 0x3FFFFFFFF)) * -0x40A7B892E31B1A47
    x = (x ^ ((x >> 27) & 0x1FFFFFFFFF)) * -0x6B2FB644ECCEEE15
    return x ^ ((x >> 31) & 0x1FFFFFFFF)
