"""Demos that compute in the browser: drag a slider and the curves follow at once.

>>> from lazyrich.widgets import OneNeuron
>>> demo = OneNeuron(delta=-2)
>>> demo.delta
-2.0
"""

from nbjudge.extras import needs

with needs("lab"):
    from lazyrich.widgets.break_the_law import BreakTheLaw
    from lazyrich.widgets.deep_plateaus import DeepPlateaus
    from lazyrich.widgets.exact_overlay import ExactOverlay
    from lazyrich.widgets.grok_map import GrokMap
    from lazyrich.widgets.landing_map import LandingMap
    from lazyrich.widgets.mode_race import ModeRace
    from lazyrich.widgets.neuron_plane import NeuronPlane
    from lazyrich.widgets.one_neuron import OneNeuron
    from lazyrich.widgets.phase_map import PhaseMap
    from lazyrich.widgets.regimes import Regimes
    from lazyrich.widgets.width_dial import WidthDial

__all__ = [
    "BreakTheLaw",
    "DeepPlateaus",
    "ExactOverlay",
    "GrokMap",
    "LandingMap",
    "ModeRace",
    "NeuronPlane",
    "OneNeuron",
    "PhaseMap",
    "Regimes",
    "WidthDial",
]
