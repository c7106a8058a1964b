"""Integrate gradient flow numerically: slow, general, and independent of every closed form.

`integrate` is the reference that closed forms are compared with; `chebyshev` has the coefficients
of the stabilized integrator.
"""

from lazyrich.dynamics.integrate import gradient_flow, linear_network, one_neuron, two_layer

__all__ = ["gradient_flow", "linear_network", "one_neuron", "two_layer"]
