"""Solve gradient flow in closed form, for one neuron and for two-layer and deep linear networks."""

from lazyrich.exact.deep import deep_mode, deep_mode_time, plateau_time
from lazyrich.exact.implicit_bias import implicit_bias, mirror_map, mirror_potential, projected
from lazyrich.exact.landmarks import basin, mu_phi, separatrix
from lazyrich.exact.modes import two_layer_modes
from lazyrich.exact.one_neuron import OneNeuron, SeparatrixWarning, one_neuron
from lazyrich.exact.plane import phase_plane
from lazyrich.exact.times import time_to_angle, time_to_fraction, time_to_loss
from lazyrich.exact.two_layer import TwoLayer, two_layer
from lazyrich.exact.unbalanced import deep_unbalanced_mode

__all__ = [
    "OneNeuron",
    "SeparatrixWarning",
    "TwoLayer",
    "basin",
    "deep_mode",
    "deep_mode_time",
    "deep_unbalanced_mode",
    "implicit_bias",
    "mirror_map",
    "mirror_potential",
    "mu_phi",
    "one_neuron",
    "phase_plane",
    "plateau_time",
    "projected",
    "separatrix",
    "time_to_angle",
    "time_to_fraction",
    "time_to_loss",
    "two_layer",
    "two_layer_modes",
]
