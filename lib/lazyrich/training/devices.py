"""Choose where to compute, and how much memory the members of an ensemble may take."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from lazyrich.training.members import Members

__all__ = [
    "calm_threads",
    "choose",
    "memory_budget",
    "no_room",
    "of_member",
    "out_of_memory",
    "sent",
]

CPU_SHARE, GPU_SHARE = 0.25, 0.6
SMALL_WORK = 4 * 1024**2
# Larger batches leave the caches, and each of their temporaries is mapped and cleared anew.
CPU_MOST = 32 * 1024**2


def choose(device: str) -> torch.device:
    """Choose a device by name.

    Parameters
    ----------
    device : str
        "auto" for the GPU if there is one and the CPU otherwise, or a PyTorch device name.

    Returns
    -------
    torch.device
        The device.

    Raises
    ------
    ValueError
        If there is no such device.
    """
    if not isinstance(device, str | torch.device):
        raise ValueError(f"device: expected a name such as 'auto', 'cpu' or 'cuda', got {device!r}")
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device: {device!r} cannot be used ({str(error).splitlines()[0]}); try 'auto' or 'cpu'"
        ) from None
    return chosen


def memory_budget(device: torch.device) -> float:
    """Compute how much memory an ensemble may take at a time.

    Parameters
    ----------
    device : torch.device
        The device that computes.

    Returns
    -------
    float
        Bytes: a share of the free memory; on the CPU at most 32 MiB, to stay in its caches.
    """
    if device.type == "cuda":
        return GPU_SHARE * torch.cuda.mem_get_info(device)[0]
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # a system that does not say
        return CPU_MOST
    return min(CPU_MOST, CPU_SHARE * free)


def sent(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Send values from the CPU to a device without waiting for the device.

    Parameters
    ----------
    values : Tensor, shape (...)
        The values, on the CPU.
    device : torch.device
        The device that computes.

    Returns
    -------
    Tensor, shape (...)
        The same values on the device.
    """
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)


@contextmanager
def calm_threads(device: torch.device, work: float) -> Iterator[None]:
    """Use one thread for small work, where several would wait for each other on a busy machine.

    Parameters
    ----------
    device : torch.device
        The device that computes.
    work : float
        Bytes of one step.

    Yields
    ------
    None
        Nothing; the number of threads is restored when the block ends.
    """
    threads = torch.get_num_threads()
    if device.type != "cpu" or work > SMALL_WORK or threads == 1:
        yield
        return
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def of_member(members: Members, flat: torch.Tensor, copies: int) -> float:
    """Estimate the memory of one member's step.

    The estimate is three times the tensors that autograd saves for one gradient, plus copies of the
    parameters. Gradients by formula take at most twice what autograd saves.

    Parameters
    ----------
    members : Members
        One member, on the CPU.
    flat : Tensor, shape (1, P)
        Its parameters.
    copies : int
        How many copies of the parameters the rule keeps.

    Returns
    -------
    float
        Bytes.

    Raises
    ------
    MemoryError
        If not even one gradient fits.
    """
    kept: dict[int, int] = {}

    def note(tensor: torch.Tensor) -> torch.Tensor:
        kept[tensor.data_ptr()] = tensor.numel() * tensor.element_size()
        return tensor

    try:
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            members.differentiated(flat)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise MemoryError(no_room("cpu", error)) from None
    return 3 * sum(kept.values()) + copies * flat.numel() * flat.element_size()


def out_of_memory(error: BaseException) -> bool:
    """Test whether an error says that memory ran out; PyTorch words it in several ways.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    bool
        Whether it does.
    """
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate" in text or "not enough memory" in text
    )


def no_room(device: Any, error: BaseException | str) -> str:
    """Explain what to do if one member is too large.

    Parameters
    ----------
    device : str or torch.device
        The device that computes.
    error : BaseException or str
        The error of the device.

    Returns
    -------
    str
        The message.
    """
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return (
        f"one member does not fit into the memory of {device} ({said}). Lower the number of "
        "samples, the widths, kernel_samples or batch_size, or use float32"
    )
