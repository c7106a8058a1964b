"""Compare the kernel of a deep network with Jacobians and with the two-layer form."""

import itertools

import numpy as np
import pytest
import torch

from lazyrich import kernel

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
WIDTHS = [3, 5, 4, 2]
WS = [RNG.normal(size=(out, into)) for into, out in itertools.pairwise(WIDTHS)]
BS = [RNG.normal(size=out) for out in WIDTHS[1:]]
ETAS = [0.5, 2.0, 1.3]


@pytest.mark.parametrize("leak", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("biases", [None, BS], ids=["no biases", "biases"])
def test_it_is_the_jacobian_times_itself(leak, biases):
    params = {f"W{i}": torch.tensor(W) for i, W in enumerate(WS)}
    rates = {f"W{i}": eta for i, eta in enumerate(ETAS)}
    if biases:
        params |= {f"b{i}": torch.tensor(b) for i, b in enumerate(biases)}
        rates |= {f"b{i}": eta for i, eta in enumerate(ETAS)}

    def network(p, x):
        for i in range(3):
            x = x @ p[f"W{i}"].T + p.get(f"b{i}", 0.0)
            x = x if i == 2 else torch.where(x > 0, x, leak * x)
        return x

    right = kernel.empirical_ntk(network, params, torch.tensor(X), rates)
    assert np.allclose(
        kernel.ntk_layered(X, WS, leak=leak, etas=ETAS, biases=biases), right, rtol=1e-12
    )


def test_two_layers_are_the_two_layer_form():
    ours = kernel.ntk_layered(X, [WS[0], WS[2][:, [0, 1, 2, 3, 3]]], leak=0.1, etas=[0.5, 2.0])
    assert np.allclose(
        ours,
        kernel.ntk_two_layer(X, WS[0], WS[2][:, [0, 1, 2, 3, 3]], leak=0.1, eta_w=0.5, eta_a=2.0),
        rtol=1e-12,
    )


@pytest.mark.parametrize(("degree", "leak"), [(2.0, -1.0), (2.0, 0.0), (3.0, 1.0), (1.5, 0.5)])
def test_other_homogeneous_activations(degree, leak):
    W, a = torch.tensor(WS[0]), torch.tensor(RNG.normal(size=5))

    def network(p, x):
        z = x @ p["W"].T
        return (torch.where(z > 0, 1.0, leak) * z * z.abs() ** (degree - 1)) @ p["a"]

    right = kernel.empirical_ntk(network, {"W": W, "a": a}, torch.tensor(X), {"W": 0.5, "a": 2.0})
    ours = kernel.ntk_two_layer(
        X, W.numpy(), a.numpy(), leak=leak, degree=degree, eta_w=0.5, eta_a=2.0
    )
    assert np.allclose(ours, right, rtol=1e-12)
    with pytest.raises(ValueError, match="degree: expected one number >= 1"):
        kernel.ntk_two_layer(X, W.numpy(), a.numpy(), degree=0.5)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"X": X[:, :2]}, r"X: expected shape \(n, 3\)"),
        ({"etas": [1.0]}, "etas: expected one rate for each of the 3 layers"),
        ({"biases": BS[:1]}, "biases: expected one for each of the 3 layers"),
        ({"biases": [BS[1], BS[1], BS[2]]}, r"biases\[0\]: expected shape \(5,\)"),
    ],
)
def test_bad_input_is_named(change, part):
    with pytest.raises(ValueError, match=part):
        kernel.ntk_layered(**({"X": X, "Ws": WS} | change))
