"""Define the terms of the field in a sentence each, for the gallery and the page "One number"."""

from types import MappingProxyType

__all__ = ["SPELLINGS", "TERMS"]

TERMS = MappingProxyType(
    {
        "input weights": "The numbers w with which a neuron weighs its inputs. As an arrow, they "
        "point to the inputs to which the neuron responds most strongly.",
        "readout": "The number a by which the network multiplies a neuron's output before adding "
        "it to the answer.",
        "linear neuron": "The function f(x) = a w·x: a neuron without a threshold.",
        "ReLU": "max(0, z): a neuron that is silent where its input is negative.",
        "gate": "Whether a ReLU neuron lets an input through: open where w·x > 0.",
        "loss": "How wrong the network is on its training data; training makes it small.",
        "gradient flow": "Training in infinitely small steps, always straight down the loss.",
        "delta": "δ = a² − |w|², readout against input weights. Gradient flow leaves it as it is.",
        "upstream": "δ > 0: the readout is the larger one, so that the input weights, the earlier "
        "layer, move fast.",
        "balanced": "δ = 0: readout and input weights are equally large.",
        "downstream": "δ < 0: the input weights are the larger ones, so that the readout, the "
        "later layer, moves fast.",
        "tau": "τ, the overall scale of a start: |a| |w| = τ².",
        "tangent kernel": "For each pair of inputs, how much a small step of learning on one "
        "changes the answer to the other.",
        "kernel distance": "S, how far the tangent kernel has gone from its start: 0 if it is "
        "the same up to a factor, 1 if nothing of it is left.",
        "lazy": "The loss falls, and the kernel hardly moves (S < 0.05 at the end): the network "
        "fits the data without new features.",
        "rich": "The kernel moves while the loss falls: the network learns what matters in its "
        "inputs.",
        "delayed rich": "The loss is down to a tenth before the kernel has gone half of its way: "
        "first the network fits what it can, later it learns features.",
        "features": "What the layers before the last make of the input.",
        "separatrix": "The starts from which a neuron ends at neither of its two solutions. They "
        "divide those that end at one from those that end at the other.",
        "grokking": "A network gives right answers on new data, but only long after it knows its "
        "training data by heart.",
        "plateau": "A stretch of training in which the loss hardly changes.",
        "beta": "β = a w, the function of a linear neuron as an arrow: f(x) = β·x.",
        "rates": "η_w and η_a, the learning rates of the input weights and of the readout.",
        "level set": "All weights with the same δ. Gradient flow never leaves the one on which it "
        "starts.",
        "whitened": "Inputs are whitened if they are uncorrelated and equally large, XᵀX = I.",
        "weight decay": "Each step also makes all weights smaller by the same factor.",
        "momentum": "Each step continues in part in the direction of the previous one.",
        "interpolator": "A function that makes no error on the training data.",
        "mode": "A direction of a linear map that is learned with its own strength.",
        "effective rank": "How many modes of a map count: the exponential of the entropy of their "
        "strengths.",
        "imbalance": "By how much the squared sizes of two neighboring layers differ, as δ does "
        "for one neuron.",
        "teacher": "A fixed network that makes the labels. The network that learns from them is "
        "the student.",
        "parametrization": "A rule for how starting sizes and learning rates depend on the width.",
        "NTK": "The rule with 1/√m before the sum over m neurons. The wider a network is, the "
        "less its tangent kernel moves.",
        "mean field": "The rule in which the network is an average over its neurons, which move "
        "at any width.",
        "μP": "The rule under which each layer moves by a fixed share at any width. With two "
        "layers it is mean field in other units.",
        "function scale": "How large the function of a network is at its start.",
        "relative scale": "How large a readout is compared with the input weights of its neuron.",
    }
)

# Spellings in the gallery's texts that differ from the name; the first letter may be a capital.
SPELLINGS = MappingProxyType(
    {
        "ReLU": ["ReLU", "max(0, z)"],
        "gate": ["gate", "gates"],
        "gradient flow": ["gradient flow", "true flow"],
        "delta": ["δ", "invariant"],
        "tau": ["τ", "overall scale"],
        "tangent kernel": ["tangent kernel", "kernel", "kernels"],
        "kernel distance": ["kernel distance S", "kernel distance", "S"],
        "features": ["features", "feature"],
        "grokking": ["grokking", "grok", "grokked"],
        "plateau": ["plateau", "plateaus"],
        "beta": ["β"],
        "rates": ["η", "rates"],
        "interpolator": ["interpolator", "solution with zero loss", "solutions with zero loss"],
        "mode": ["mode", "modes"],
        "teacher": ["teacher", "student"],
    }
)
