"""Closed-form solutions of gradient flow."""

from lazyrich.exact.one_neuron import OneNeuron, SeparatrixWarning, one_neuron

__all__ = ["OneNeuron", "SeparatrixWarning", "one_neuron"]
