"""Experiments: each a frozen configuration, `run(config)` -> xarray.Dataset, `plot(dataset)`, and a small result that ships.

`EXPERIMENTS` names those that `lazyrich run` knows; `study` is for questions of your own. A module loads, and with it PyTorch, when it is first used.
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
    "listed",
    "neurons",
    "phase_diagram",
    "study",
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
    if name in EXPERIMENTS.values() or name == "study":
        return importlib.import_module(f"lazyrich.experiments.{name}")
    raise AttributeError(f"module 'lazyrich.experiments' has no attribute {name!r}")


def listed() -> list[tuple[str, list[str], str]]:
    """Each experiment's name, the names of its presets, smallest first (modules have them the other way round), and what it asks, in a line. Loads them all, and PyTorch."""
    found = []
    for name, module in EXPERIMENTS.items():
        loaded = importlib.import_module(f"lazyrich.experiments.{module}")
        found.append((name, list(reversed(loaded.PRESETS)), (loaded.__doc__ or "").splitlines()[0]))
    return found
