"""Define the models: a linear neuron and deep linear networks in NumPy, and networks in PyTorch.

`neuron` and `deep_linear` need only NumPy. A PyTorch network is a set of pure functions of a
dictionary of parameters, `network.init(seed)` and `network.apply(params, x)`. Functions that scale
layers, set their learning rates or compute their deltas refer to parameters by name,
"layer.parameter". PyTorch loads when a network is first used.
"""

from nbjudge.extras import late

_HOMES = {
    "CNN": "convolution",
    "MLP": "mlp",
    "Network": "base",
    "Pair": "base",
    "QuadraticMLP": "quadratic",
    "Transformer": "transformer",
    "TreeCNN": "convolution",
    "deltas": "parameters",
    "layer_names": "parameters",
    "layer_of": "parameters",
    "layer_values": "parameters",
    "member_shape": "parameters",
    "scale_layers": "parameters",
    "stack": "parameters",
}
_MODULES = ("deep_linear", "neuron")
__all__ = [*_HOMES, *_MODULES]

__getattr__, __dir__ = late(__name__, _HOMES, _MODULES)
