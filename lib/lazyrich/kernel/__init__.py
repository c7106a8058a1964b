"""Compute tangent kernels and how far they move."""

from lazyrich.kernel.distance import (
    kernel_distance,
    kernel_target_alignment,
    whitened_kernel_distance,
)
from lazyrich.kernel.generic import empirical_ntk
from lazyrich.kernel.layered import ntk_layered
from lazyrich.kernel.linear import (
    metric_from_beta,
    metric_one_neuron,
    metric_velocity,
    ntk_one_neuron,
)
from lazyrich.kernel.relu import activation_hamming, ntk_two_layer, polar_rates, relu_ntk_infinite
from lazyrich.kernel.training import kernel_gradient_flow
from lazyrich.kernel.wide import effective_rank, metric_from_map

__all__ = [
    "activation_hamming",
    "effective_rank",
    "empirical_ntk",
    "kernel_distance",
    "kernel_gradient_flow",
    "kernel_target_alignment",
    "metric_from_beta",
    "metric_from_map",
    "metric_one_neuron",
    "metric_velocity",
    "ntk_layered",
    "ntk_one_neuron",
    "ntk_two_layer",
    "polar_rates",
    "relu_ntk_infinite",
    "whitened_kernel_distance",
]
