"""Lazy to Rich: exact dynamics of feature learning, and the course built on them.

Submodules load when they are first used, so `import lazyrich` is quick and pulls in neither torch,
matplotlib nor ipywidgets.

>>> from lazyrich import conserved
>>> float(conserved.delta([1.0, 2.0], 3.0))
4.0
"""

import importlib
from typing import Any

__version__ = "0.1.0"
__all__ = [
    "conserved",
    "datasets",
    "demos",
    "dynamics",
    "exact",
    "experiments",
    "kernel",
    "measures",
    "models",
    "plots",
    "scales",
    "sweep",
    "training",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module(f"lazyrich.{name}")
    raise AttributeError(f"module 'lazyrich' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
