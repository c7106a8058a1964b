"""Tangent kernels and how far they move."""

from lazyrich.kernel.linear import (
    kernel_distance,
    metric_from_beta,
    metric_one_neuron,
    ntk_one_neuron,
    whitened_kernel_distance,
)
from lazyrich.kernel.relu import activation_hamming, ntk_two_layer, polar_rates, relu_ntk_infinite

__all__ = [
    "activation_hamming",
    "kernel_distance",
    "metric_from_beta",
    "metric_one_neuron",
    "ntk_one_neuron",
    "ntk_two_layer",
    "polar_rates",
    "relu_ntk_infinite",
    "whitened_kernel_distance",
]
