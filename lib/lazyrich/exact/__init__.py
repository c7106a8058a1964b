"""Closed-form solutions of gradient flow."""

from lazyrich.exact.one_neuron import OneNeuron, one_neuron

__all__ = ["OneNeuron", "one_neuron"]
