"""Collect the visible checks of 06_relu, one function per check."""

from lazyrich.exercises.relu.deltas import degrees_and_rates, each_neuron_keeps_its_delta
from lazyrich.exercises.relu.gates import gates_at_zero_stay_closed, share_of_flipped_gates
from lazyrich.exercises.relu.gradients import closed_at_zero, outputs_and_slopes
from lazyrich.exercises.relu.stand_ins import (
    library_alpha,
    library_grads,
    library_hamming,
    library_kernel,
    library_polar,
)
from lazyrich.exercises.relu.starts import far_from_balance, known_starts
from lazyrich.exercises.relu.sweep import (
    OF_OTHER_SIZES,
    any_data,
    own_or_library_sweep,
    your_sweep,
)
from lazyrich.exercises.relu.tangent import dead_and_undecided_neurons, slopes_by_differences
from lazyrich.exercises.relu.turning import a_small_step, three_limits

__all__ = [
    "OF_OTHER_SIZES",
    "a_small_step",
    "any_data",
    "closed_at_zero",
    "dead_and_undecided_neurons",
    "degrees_and_rates",
    "each_neuron_keeps_its_delta",
    "far_from_balance",
    "gates_at_zero_stay_closed",
    "known_starts",
    "library_alpha",
    "library_grads",
    "library_hamming",
    "library_kernel",
    "library_polar",
    "outputs_and_slopes",
    "own_or_library_sweep",
    "share_of_flipped_gates",
    "slopes_by_differences",
    "three_limits",
    "your_sweep",
]
