"""Draw minibatches in an order that depends on a member's seed and the epoch alone."""

import torch

from lazyrich.training.members import Members

__all__ = ["ahead", "minibatches"]


def minibatches(members: Members, size: int, begin: int, end: int) -> torch.Tensor:
    """Choose the samples of the steps begin..end-1.

    Parameters
    ----------
    members : Members
        The members; they keep the order of the epoch.
    size : int
        The number of samples a step.
    begin : int
        The first step.
    end : int
        The step after the last.

    Returns
    -------
    Tensor, shape (steps, 1, size) or (steps, E, size)
        The rows, one list a step for all members if they share a seed.

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
    # Copied, for a view of its rows would keep the order of a whole epoch.
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
    """Estimate what the minibatches of the next steps take, of a member with its own seed.

    Its rows, and on a GPU a second table of them, and the order of an epoch with what sorts it.

    Parameters
    ----------
    n : int
        The number of training samples.
    size : int
        The number of samples a step.
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
