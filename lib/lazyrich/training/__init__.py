"""Training ensembles of networks at once, by discrete steps or along gradient flow, on CPU or GPU. Importing this loads PyTorch."""

from lazyrich.training.loop import train
from lazyrich.training.measure import METRICS
from lazyrich.training.result import DivergedError, DivergenceWarning, Result
from lazyrich.training.rules import GD, SGD, AdamW, Flow, log_times
from lazyrich.training.stabilised import integrate

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
