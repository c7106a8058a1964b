"""Show demos that compute in the browser: drag a slider and the curves follow at once.

>>> from lazyrich.demos import OneNeuron
>>> demo = OneNeuron(delta=-2)
>>> demo.delta
-2.0
"""

from nbjudge.extras import late, require

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

__getattr__, __dir__ = late(__name__, _HOMES, extra="lab")
