"""Train whole ensembles of networks, by discrete steps or along gradient flow, on CPU or GPU.

Importing this package loads PyTorch.
"""

from lazyrich.training.capture import CaptureWarning
from lazyrich.training.loop import train
from lazyrich.training.metrics import METRICS
from lazyrich.training.optimizers import GD, SGD, AdamW, Flow
from lazyrich.training.result import DivergedError, DivergenceWarning, Result
from lazyrich.training.times import log_times
from lazyrich.training.velocity import integrate

__all__ = [
    "GD",
    "METRICS",
    "SGD",
    "AdamW",
    "CaptureWarning",
    "DivergedError",
    "DivergenceWarning",
    "Flow",
    "Result",
    "integrate",
    "log_times",
    "train",
]
