"""Capture a training step on a GPU as a CUDA graph, which is then replayed without Python."""

import warnings
from collections.abc import Callable, Iterable

import torch

__all__ = ["Capture", "CaptureWarning", "attempt", "capture_on"]

WARM_UP = 3  # runs before capture, as PyTorch requires: libraries initialize on their first run

Body = Callable[[], None]
Capture = Callable[[Body, Iterable[torch.Tensor]], Body]


class CaptureWarning(UserWarning):
    """Warn that steps on a GPU are launched one by one because they could not be captured."""


def capture_on(device: torch.device) -> Capture | None:
    """Get the function that captures steps on a device.

    Parameters
    ----------
    device : torch.device
        The device that computes.

    Returns
    -------
    callable or None
        A function of a body and of the tensors that it changes, which returns the replay of the
        body; None on devices without graphs, such as a CPU.
    """
    if device.type != "cuda":
        return None

    def capture(body: Body, changed: Iterable[torch.Tensor]) -> Body:
        return _graph(body, list(changed), device)

    return capture


def attempt(capture: Capture, body: Body, changed: Iterable[torch.Tensor]) -> Body | None:
    """Capture a step, or warn why that failed.

    Parameters
    ----------
    capture : callable
        The function that `capture_on` returns.
    body : callable
        The step to capture. It changes tensors in place, and no Python branch in it depends on
        their values.
    changed : iterable of Tensor
        The tensors that the body changes.

    Returns
    -------
    callable or None
        The replay; None after a `CaptureWarning`, with the tensors as they were.
    """
    try:
        return capture(body, changed)
    except (RuntimeError, NotImplementedError, AttributeError, MemoryError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        warnings.warn(
            f"steps are launched one by one, as they could not be captured as a graph ({said}); "
            "the result is the same but takes longer. Pass capture=False to skip the attempt",
            CaptureWarning,
            stacklevel=2,
        )
        return None


def _graph(body: Body, changed: list[torch.Tensor], device: torch.device) -> Body:
    """Run the body on a side stream, restore what it changed, and capture it."""
    with torch.cuda.device(device):
        before = [tensor.clone() for tensor in changed]
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        try:
            with torch.cuda.stream(side):
                for _ in range(WARM_UP):
                    body()
        finally:
            torch.cuda.current_stream().wait_stream(side)
            for tensor, value in zip(changed, before, strict=True):
                tensor.copy_(value)
        graph = torch.cuda.CUDAGraph()
        # Restrict only this thread to what can be captured: others may train on the same GPU.
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            body()
    return graph.replay
