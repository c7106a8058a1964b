"""Tangent kernels and how far they move."""

from lazyrich.kernel.linear import (
    kernel_distance,
    metric_from_beta,
    metric_one_neuron,
    ntk_one_neuron,
    whitened_kernel_distance,
)

__all__ = [
    "kernel_distance",
    "metric_from_beta",
    "metric_one_neuron",
    "ntk_one_neuron",
    "whitened_kernel_distance",
]
