"""Show demos that compute in the browser: drag a slider and the curves follow at once.

>>> from lazyrich.demos import OneNeuron
>>> demo = OneNeuron(delta=-2)
>>> demo.delta
-2.0
"""

import importlib
from typing import Any

from nbjudge.extras import needs, require

require("lab", "anywidget", "traitlets")  # each demo imports them, also one that is imported alone

_HOMES = {
    "BreakTheLaw": "break_the_law",
    "DeepPlateaus": "deep_plateaus",
    "ExactOverlay": "exact_overlay",
    "GrokMap": "grok_map",
    "LandingMap": "landing_map",
    "ModeRace": "mode_race",
    "NeuronPlane": "neuron_plane",
    "OneNeuron": "one_neuron",
    "PhaseMap": "phase_map",
    "Regimes": "regimes",
    "WidthDial": "width_dial",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        with needs("lab"):
            return getattr(importlib.import_module(f"lazyrich.demos.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'lazyrich.demos' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
