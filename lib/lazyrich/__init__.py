"""Lazy to Rich: exact dynamics of feature learning, and the course built on them.

Submodules load when they are first used, so `import lazyrich` is quick and pulls in neither torch,
matplotlib nor ipywidgets.

>>> from lazyrich import conserved
>>> float(conserved.delta([1.0, 2.0], 3.0))
4.0
"""

from nbjudge.extras import late

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

__getattr__, __dir__ = late(__name__, {}, __all__)
