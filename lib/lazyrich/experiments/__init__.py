"""Run the paper's experiments, load the results that ship, and draw them.

`EXPERIMENTS` maps the names that `lazyrich run` takes to experiments. Each has a module with its
`Config`, its `PRESETS`, and `run`, `load`, `plot` and `picture`; `study` is for questions of your
own. A module loads, and PyTorch with it, when it is first used.
"""

from nbjudge.extras import late

_HOMES = {"EXPERIMENTS": "registry"}
_MODULES = (
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
)
__all__ = [*_HOMES, *_MODULES]

__getattr__, __dir__ = late(__name__, _HOMES, _MODULES)
