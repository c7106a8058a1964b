"""Compute the quantities that gradient flow conserves, set them at the start, and find the drift.

`delta` is the conserved quantity of one neuron, `neuron_deltas` and `delta_matrix` those of a
network; `init_from_delta` and `isotropic_init` make initial weights with a given value; the others
compute how steps of training change it.
"""

from lazyrich.conserved.drift import (
    gd_drift,
    gd_drift_matrix,
    heavy_ball_drift_matrix,
    sign_drift,
    weight_decay_delta,
)
from lazyrich.conserved.isotropic import isotropic_init
from lazyrich.conserved.networks import (
    delta_matrix,
    layer_deltas,
    layer_neuron_deltas,
    neuron_deltas,
)
from lazyrich.conserved.one_neuron import delta, init_from_delta

__all__ = [
    "delta",
    "delta_matrix",
    "gd_drift",
    "gd_drift_matrix",
    "heavy_ball_drift_matrix",
    "init_from_delta",
    "isotropic_init",
    "layer_deltas",
    "layer_neuron_deltas",
    "neuron_deltas",
    "sign_drift",
    "weight_decay_delta",
]
