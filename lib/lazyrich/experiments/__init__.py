"""Run the paper's experiments, load the results that ship, and draw them.

`EXPERIMENTS` has those that `lazyrich run` knows by name. Each has a module with its `Config`, its
`PRESETS`, and `run`, `load`, `plot` and `picture`; `study` is for questions of your own. A module
loads, and PyTorch with it, when it is first used.
"""

import importlib
from typing import Any

__all__ = [
    "EXPERIMENTS",
    "deep_drift",
    "digits",
    "filters",
    "grokking",
    "grokking_causes",
    "grokking_line",
    "hierarchy",
    "layers",
    "neurons",
    "phase_diagram",
    "study",
    "widths",
]


def __getattr__(name: str) -> Any:
    if name == "EXPERIMENTS":
        return importlib.import_module("lazyrich.experiments.registry").EXPERIMENTS
    if name in __all__:
        return importlib.import_module(f"lazyrich.experiments.{name}")
    raise AttributeError(f"module 'lazyrich.experiments' has no attribute {name!r}")
