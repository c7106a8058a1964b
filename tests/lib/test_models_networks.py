"""Check networks: shapes, draws, scales, ensembles, what gradient flow conserves, and that the
library's kernels accept them unchanged.
"""

import numpy as np
import pytest
import torch

from lazyrich import conserved, datasets, dynamics, kernel, models, scales
from lazyrich.training.members import Members

IMAGES = torch.randn(5, 1, 9, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
TREE = datasets.random_hierarchy(symbols=3, synonyms=2, s=2, levels=2, classes=2, n=8, n_test=4)
PAIRS = datasets.modular(5, "+", fraction=0.5)
TRIPLES = datasets.modular(5, "+", fraction=0.5, equals=True)
X = torch.randn(6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
ALL = [
    pytest.param(models.MLP((3, 4, 1)), X, id="two layers"),
    pytest.param(models.MLP((3, 4, 5, 2), leak=0.2, bias=True), X, id="deep, leaky, biases"),
    pytest.param(models.MLP((3, 4, 4, 2), leak=1.0), X, id="linear"),
    pytest.param(models.QuadraticMLP(5, 7), PAIRS.x, id="quadratic"),
    pytest.param(
        models.Transformer(6, 3, 5, width=8, heads=2, hidden=12), TRIPLES.x, id="transformer"
    ),
    pytest.param(models.CNN(9, 3, filters=4, kernel=3, hidden=5), IMAGES, id="convolution"),
    pytest.param(models.TreeCNN(3, 2, 2, 2, width=5), TREE.x, id="tree"),
]


@pytest.mark.parametrize(("network", "x"), ALL)
def test_an_ensemble_is_its_members(network, x):
    members = [network.init(seed) for seed in (0, 1, 2)]
    together = network.outputs(models.stack(members), x)
    alone = torch.stack([network.apply(p, x) for p in members])
    assert together.shape == (3, len(x), alone.shape[-1])
    assert torch.allclose(together, alone, rtol=1e-12, atol=1e-14)
    own = network.outputs(models.stack(members), torch.stack([x, x.flip(0), x]), own_data=True)
    assert torch.allclose(own[1], network.apply(members[1], x.flip(0)), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("leak", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("loss", ["half_sum", "mse", "cross_entropy"])
@pytest.mark.parametrize("own", [False, True])
def test_gradients_by_hand_are_those_of_autograd(leak, bias, loss, own):
    """Three layers, all losses, all samples and a subset, data sets shared by the members and
    separate ones.
    """
    network = models.MLP((3, 5, 4, 2), leak=leak, bias=bias)
    flat = torch.stack(
        [torch.cat([p.flatten() + 0.1 for p in network.init(seed).values()]) for seed in (0, 1)]
    )
    y = torch.randint(2, (2, 6, 1), generator=torch.Generator().manual_seed(3))
    y = y[..., 0] if loss == "cross_entropy" else torch.cat([y, 0.5 - y], dim=-1).double()
    sets, of = datasets.Data(torch.stack([X, X.flip(1)]), y, axes=1), np.array([0, 1 if own else 0])
    ones = torch.ones(2, len(network.shapes)).double()
    members = Members(network, loss, sets, of, ones[:, 0], ones, None)
    for rows in (None, torch.tensor([[0, 4, 2]]), torch.tensor([[0, 4, 2], [1, 2, 5]])):
        rows = rows.expand(2, -1) if own and rows is not None else rows
        for got, expected in zip(
            members.gradient(flat, rows), members.differentiated(flat, rows), strict=True
        ):
            assert torch.allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("leak", [0.0, 0.3, 1.0])
def test_a_gate_at_zero_is_closed(leak):
    params = {"layer1.W": torch.zeros(1, 1), "layer2.W": torch.full((1, 1), 2.0)}
    _, found = models.MLP((1, 1, 1), leak=leak).gradients(
        params, torch.full((1, 1), 3.0), torch.ones_like
    )
    assert found["layer1.W"].item() == pytest.approx(6 * leak)


@pytest.mark.parametrize(("network", "x"), ALL)
def test_draws_are_those_of_the_seed_in_both_precisions(network, x):
    first, again, single = network.init(3), network.init(3), network.init(3, dtype=torch.float32)
    assert all(torch.equal(first[k], again[k]) for k in first)
    assert all(torch.equal(first[k].float(), single[k]) for k in first)
    assert {k: tuple(p.shape) for k, p in first.items()} == network.shapes
    assert network.apply(single, x.float() if x.is_floating_point() else x).dtype == torch.float32
    before = torch.random.get_rng_state()
    network.init(4)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize(("network", "x"), ALL)
def test_the_generic_kernel_takes_every_network(network, x):
    params = network.init(0)
    f = network.apply
    K = kernel.empirical_ntk(f, params, x[:3])
    assert K.shape[0] == 3 * f(params, x[:1]).shape[-1]
    frozen = kernel.empirical_ntk(f, params, x[:3], dict.fromkeys(params, 0.0))
    assert not frozen.any()


@pytest.mark.parametrize(("network", "x"), ALL)
def test_every_pair_is_conserved_by_gradients(network, x):
    """d delta/dt = 2 degree eta_in out.out' - 2 eta_out into.into' = 0 at any point, for rates by
    layer that differ.
    """
    params = {
        k: (p + 0.1).requires_grad_() for k, p in network.init(5).items()
    }  # biases too are not zero
    etas = {name: 0.5 + i for i, name in enumerate(models.layer_names(params))}
    loss = (network.apply(params, x) ** 3).sum()
    slopes = torch.autograd.grad(loss, list(params.values()))
    velocity = {
        k: -etas[models.layer_of(k)] * g for (k, _), g in zip(params.items(), slopes, strict=True)
    }
    speed = torch.func.jvp(
        lambda p: models.deltas(network, p, etas),
        ({k: p.detach() for k, p in params.items()},),
        (velocity,),
    )
    assert set(speed[1]) == {pair.name for pair in network.pairs}
    for name, rate in speed[1].items():
        assert rate.abs().max() < 1e-11 * (1 + speed[0][name].abs().max()), name


def test_deltas_are_the_librarys():
    network = models.MLP((3, 4, 5, 2), bias=True)
    params = {k: p + 0.3 for k, p in network.init(0).items()}
    Ws = [params[f"layer{i}.W"].numpy() for i in (1, 2, 3)]
    bs = [params[f"layer{i}.b"].numpy() for i in (1, 2, 3)]
    expected = conserved.layer_neuron_deltas(Ws, [0.5, 2.0, 3.0], biases=bs)
    got = models.deltas(network, params, {"layer1": 0.5, "layer2": 2.0, "layer3": 3.0})
    for name, row in zip(("layer1", "layer2"), expected, strict=True):
        assert np.allclose(got[name].numpy(), row, rtol=1e-13)
    assert np.allclose(
        kernel.ntk_layered(X.numpy(), Ws, biases=bs), kernel.empirical_ntk(network.apply, params, X)
    )


def test_a_pair_whose_side_moves_at_two_rates_has_no_law():
    network = models.MLP((3, 4, 1), bias=True)
    assert set(models.deltas(network, network.init(0), {"layer1.b": 0.1})) == set()


def test_the_network_is_that_of_the_numpy_flow():
    """Same gates, same gradient: one short step of lazyrich.dynamics.two_layer."""
    network, y = models.MLP((3, 4, 1), leak=0.2), torch.ones(6, 1, dtype=torch.float64)
    params = {k: p.requires_grad_() for k, p in network.init(0).items()}
    slopes = torch.autograd.grad(
        0.5 * ((network.apply(params, X) - y) ** 2).sum(), list(params.values())
    )
    W0, A0 = (p.detach().numpy() for p in params.values())
    W, A = dynamics.two_layer(1e-7, X.numpy(), y.numpy(), W0, A0, leak=0.2)
    for start, end, slope in zip((W0, A0), (W, A), slopes, strict=True):
        assert np.allclose((start - end) / 1e-7, slope.numpy(), atol=1e-4)


def test_layers_are_scaled_by_name_and_arrays_make_ensembles():
    network = models.MLP((3, 4, 4, 1))
    params = network.init(0)
    same = models.scale_layers(params, {"layer1": 0.1, "layer3.W": 10.0})
    assert torch.allclose(network.apply(same, X), network.apply(params, X), rtol=1e-12)
    many = models.scale_layers(
        models.stack([params, network.init(1)]),
        {"layer1": [[1.0], [2.0], [3.0]], "layer2": [1.0, 5.0]},
    )
    assert models.member_shape(network, many) == (3, 2, 2)
    assert torch.equal(many["layer1.W"][2, 0, 0], 3 * params["layer1.W"])
    assert torch.equal(many["layer2.W"][0, 1, 0], 5 * params["layer2.W"])


@pytest.mark.parametrize("scheme", ["pytorch", "kaiming", "lecun", "xavier"])
def test_initializations_have_the_deltas_the_theory_says(scheme):
    network = models.MLP((20, 4000, 5))
    values = models.deltas(network, network.init(0, scheme=scheme))["layer1"].numpy()
    mean, variance = scales.standard_delta_moments(scheme, 4000, 20, 5)
    assert values.mean() == pytest.approx(mean, abs=4 * (variance / 4000) ** 0.5)
    assert values.var() == pytest.approx(variance, rel=0.15)


def test_the_quadratic_network_says_what_its_formula_says():
    network = models.QuadraticMLP(5, 7, classes=3)
    params = network.init(0)
    U, V, readout = params["embed.U"], params["embed.V"], params["readout.O"]
    out = network.apply(params, torch.tensor([[2, 4]]))[0]
    assert torch.allclose(out, readout @ (U[:, 2] + V[:, 4]) ** 2)


def test_the_transformer_is_pytorchs_attention():
    d, heads, n = 8, 2, 4
    network = models.Transformer(6, 3, 5, width=d, heads=heads, hidden=12)
    p, x = network.init(0), TRIPLES.x[:n]
    attention = torch.nn.MultiheadAttention(
        d, heads, bias=False, batch_first=True, dtype=torch.float64
    )
    with torch.no_grad():
        attention.in_proj_weight.copy_(
            torch.cat([p[f"attention.{k}"].reshape(d, d) for k in "QKV"])
        )
        attention.out_proj.weight.copy_(p["attention.O"].permute(1, 0, 2).reshape(d, d))
        stream = p["embed.token"].T[x] + p["embed.position"].T
        stream = stream + attention(stream, stream, stream, need_weights=False)[0]
        stream = stream + torch.relu(stream @ p["mlp.into"].T) @ p["mlp.out"].T
        expected = stream[:, -1] @ p["unembed.W"].T
    assert torch.allclose(network.apply(p, x), expected, rtol=1e-10)


def test_the_tree_is_a_strided_convolution():
    network = models.TreeCNN(3, 2, 2, 2, width=5)
    p = network.init(0)
    h = TREE.x
    for name in ("layer1.W", "layer2.W"):
        h = torch.relu(torch.nn.functional.conv1d(h, p[name].permute(0, 2, 1), stride=2))
    assert torch.allclose(network.apply(p, TREE.x), h[..., 0] @ p["readout.W"].T)


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda: models.MLP((3,)), r"widths: expected at least \(d, c\)"),
        (lambda: models.MLP((3, 0, 1)), r"widths\[1\]: expected a whole number >= 1"),
        (lambda: models.MLP((3, 1)).init(-1), "seed: expected a whole number"),
        (lambda: models.MLP((3, 1)).init(0, scheme="he"), "scheme: expected one of 'lecun'"),
        (
            lambda: models.Transformer(5, 3, 5, width=9, heads=2),
            "width: expected a multiple of heads = 2",
        ),
        (lambda: models.CNN(5, 3), "kernel: expected at most size = 5"),
        (
            lambda: models.scale_layers(models.MLP((3, 1)).init(0), {"layer9": 2.0}),
            "no layer or parameter 'layer9'; layers: layer1",
        ),
        (
            lambda: models.scale_layers(models.MLP((3, 1)).init(0), {"layer1": np.nan}),
            "factors.*finite",
        ),
        (lambda: models.stack([]), "at least one dictionary"),
        (
            lambda: models.stack([models.MLP((3, 1)).init(0), models.MLP((2, 1)).init(0)]),
            r"networks\[1\]: expected the parameters",
        ),
        (
            lambda: models.member_shape(models.MLP((3, 1)), models.MLP((2, 1)).init(0)),
            r"params\['layer1.W'\]: expected shape \(..., 1, 3\)",
        ),
    ],
)
def test_bad_input_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (models.MLP((5, 1)), (4, 1)),
        (models.MLP((5, 1)), (5,)),
        (models.QuadraticMLP(5, 3), (4, 3)),
        (models.Transformer(5, 3, 5, width=4, heads=2, hidden=4), (4, 1)),
        (models.CNN(8, 2, kernel=3), (4, 1, 9, 9)),
        (models.CNN(8, 2, kernel=3), (1, 8, 8)),
        (models.TreeCNN(3, 2, 2, 2), (4, 3, 8)),
        (models.TreeCNN(3, 2, 2, 2), (3, 4)),
    ],
)
def test_inputs_of_another_size_are_refused(network, shape):
    """A tree used to read only the first half of a string twice as long, a transformer one token
    three times.
    """
    x = torch.zeros(shape, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"x: expected shape \(n, "):
        network.apply(network.init(0), x)


def test_parameters_that_are_no_tensors_are_named():
    network = models.MLP((2, 1))
    with pytest.raises(ValueError, match=r"params\['layer1.W'\]: expected a tensor, got ndarray"):
        models.member_shape(network, {"layer1.W": np.ones((1, 2))})
