"""Networks in PyTorch as pure functions of a dictionary of parameters: `network.init(seed)`, `network.apply(params, x)`.

Layers are scaled, rated, measured and stacked into ensembles by the names of their parameters, "layer.parameter". Importing this loads PyTorch.
"""

from lazyrich.nets.base import (
    Network,
    Pair,
    deltas,
    layer_names,
    layer_of,
    layer_values,
    member_shape,
    scale_layers,
    stack,
)
from lazyrich.nets.convolution import CNN, TreeCNN
from lazyrich.nets.mlp import MLP, QuadraticMLP
from lazyrich.nets.transformer import Transformer

__all__ = [
    "CNN",
    "MLP",
    "Network",
    "Pair",
    "QuadraticMLP",
    "Transformer",
    "TreeCNN",
    "deltas",
    "layer_names",
    "layer_of",
    "layer_values",
    "member_shape",
    "scale_layers",
    "stack",
]
