"""Training ensembles of networks at once, by discrete steps or along gradient flow, on CPU or GPU. Importing this loads PyTorch."""

from lazyrich.training.flow import integrate
from lazyrich.training.loop import train
from lazyrich.training.metrics import METRICS
from lazyrich.training.optimizers import GD, SGD, AdamW, Flow, log_times
from lazyrich.training.result import DivergedError, DivergenceWarning, Result

__all__ = [
    "GD",
    "METRICS",
    "SGD",
    "AdamW",
    "DivergedError",
    "DivergenceWarning",
    "Flow",
    "Result",
    "integrate",
    "log_times",
    "train",
]
