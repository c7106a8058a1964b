"""Experiments: each a frozen configuration, `run(config)` -> xarray.Dataset, `plot(dataset)`, and a small result that ships.

`EXPERIMENTS` names those that `lazyrich run` knows. A module loads, and with it PyTorch, when it is first used.
"""

import importlib
from typing import Any

__all__ = [
    "EXPERIMENTS",
    "deep_drift",
    "filters",
    "grokking",
    "grokking_causes",
    "hierarchy",
    "layers",
    "neurons",
    "phase_diagram",
    "widths",
]

EXPERIMENTS = {
    "phase-diagram": "phase_diagram",
    "neurons": "neurons",
    "widths": "widths",
    "deep-drift": "deep_drift",
    "layers": "layers",
    "grokking": "grokking",
    "grokking-causes": "grokking_causes",
    "filters": "filters",
    "hierarchy": "hierarchy",
}


def __getattr__(name: str) -> Any:
    if name in EXPERIMENTS.values():
        return importlib.import_module(f"lazyrich.experiments.{name}")
    raise AttributeError(f"module 'lazyrich.experiments' has no attribute {name!r}")
