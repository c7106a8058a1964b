"""Check delta of networks, per neuron and as a matrix, and what one step of training does to it."""

import itertools

import numpy as np
import pytest

from lazyrich import conserved

RNG = np.random.default_rng(0)
RATES = {"eta_w": 1.7, "eta_a": 0.4}


def flow(parameters, gradients, rates, duration=0.5, steps=500):
    """Gradient flow by fourth-order Runge-Kutta, accurate enough for exact conservation laws."""

    def rhs(p):
        return [-rate * g for rate, g in zip(rates, gradients(p), strict=True)]

    h = duration / steps
    for _ in range(steps):
        k1 = rhs(parameters)
        k2 = rhs([p + h / 2 * k for p, k in zip(parameters, k1, strict=True)])
        k3 = rhs([p + h / 2 * k for p, k in zip(parameters, k2, strict=True)])
        k4 = rhs([p + h * k for p, k in zip(parameters, k3, strict=True)])
        parameters = [
            p + h / 6 * (a + 2 * b + 2 * c + d)
            for p, a, b, c, d in zip(parameters, k1, k2, k3, k4, strict=True)
        ]
    return parameters


def linear_gradients(X, Y):
    def gradients(layers):
        after = [np.eye(X.shape[1])]
        for W in layers:
            after.append(W @ after[-1])
        error = (X @ after[-1].T - Y).T @ X
        out, before = [], np.eye(len(after[-1]))
        for i in reversed(range(len(layers))):
            out.append(before.T @ error @ after[i].T)
            before = before @ layers[i]
        return out[::-1]

    return gradients


def test_by_hand():
    assert np.array_equal(conserved.neuron_deltas([[1.0, 2.0], [0.0, 1.0]], [3.0, 1.0]), [4.0, 0.0])
    assert np.array_equal(
        conserved.delta_matrix([[1.0, 0.0], [1.0, 1.0]], [[2.0, 0.0]]), [[3.0, -1.0], [-1.0, -2.0]]
    )


def test_the_matrix_is_conserved_by_a_linear_network_and_its_diagonal_is_per_neuron():
    X, Y = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2))
    W, A = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))
    before = conserved.delta_matrix(W, A, **RATES)
    W2, A2 = flow([W, A], linear_gradients(X, Y), [RATES["eta_w"], RATES["eta_a"]], 0.1, 2000)
    assert np.abs(W2 - W).max() > 0.05
    assert np.allclose(conserved.delta_matrix(W2, A2, **RATES), before, atol=1e-8)
    assert np.allclose(np.diag(before), conserved.neuron_deltas(W, A, **RATES))


@pytest.mark.parametrize(
    ("degree", "phi", "slope"),
    [
        (1, lambda z: z, lambda z: 1 + 0 * z),
        (2, lambda z: z**2, lambda z: 2 * z),
        (3, lambda z: z**3, lambda z: 3 * z**2),
    ],
)
def test_each_neuron_keeps_its_own_for_homogeneous_activations(degree, phi, slope):
    X, y = RNG.normal(size=(6, 3)), RNG.normal(size=6)
    W, a = 0.5 * RNG.normal(size=(4, 3)), 0.5 * RNG.normal(size=4)

    def gradients(parameters):
        W, a = parameters
        z = X @ W.T
        error = phi(z) @ a - y
        return [(slope(z) * error[:, None] * a).T @ X, phi(z).T @ error]

    before = conserved.neuron_deltas(W, a, degree=degree, **RATES)
    after = conserved.neuron_deltas(
        *flow([W, a], gradients, [RATES["eta_w"], RATES["eta_a"]], 0.05), degree=degree, **RATES
    )
    assert np.allclose(after, before, atol=1e-8)


def test_neighboring_layers_of_a_deep_network_keep_theirs():
    X, Y, etas = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 2)), [0.5, 1.5, 0.8]
    layers = [0.6 * RNG.normal(size=shape) for shape in ((4, 3), (5, 4), (2, 5))]
    before = conserved.layer_deltas(layers, etas)
    after = conserved.layer_deltas(flow(layers, linear_gradients(X, Y), etas, 0.2, 1000), etas)
    assert [D.shape for D in before] == [(4, 4), (5, 5)]
    for D1, D2 in zip(before, after, strict=True):
        assert np.allclose(D1, D2, atol=1e-9)


@pytest.mark.parametrize(("decay", "decoupled"), [(0.0, False), (0.3, False), (0.3, True)])
@pytest.mark.parametrize("rows", [slice(None), [0, 3]], ids=["full batch", "mini-batch"])
def test_one_step_changes_the_matrix_by_exactly_this(decay, decoupled, rows):
    X, Y, step = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2)), 0.3
    W, A = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))
    gW, gA = linear_gradients(X[rows], Y[rows])([W, A])
    pull = (0.0, 1 - step * decay) if decoupled else (decay, 1.0)
    W2 = pull[1] * W - step * RATES["eta_w"] * (gW + pull[0] * W)
    A2 = pull[1] * A - step * RATES["eta_a"] * (gA + pull[0] * A)
    change = conserved.delta_matrix(W2, A2, **RATES) - conserved.delta_matrix(W, A, **RATES)
    drift = conserved.gd_drift_matrix(
        W, A, gW, gA, step=step, decay=decay, decoupled=decoupled, **RATES
    )
    assert np.allclose(drift, change, rtol=1e-9)


def test_the_matrix_of_one_neuron_is_the_one_neuron_law():
    X, y, w, a = RNG.normal(size=(5, 3)), RNG.normal(size=5), RNG.normal(size=3), 0.7
    gW, gA = linear_gradients(X, y[:, None])([w[None], np.array([[a]])])
    drift = conserved.gd_drift_matrix(w[None], [[a]], gW, gA, step=0.2, **RATES)
    assert drift[0, 0] == pytest.approx(conserved.gd_drift(w, a, X, y, step=0.2, **RATES))


@pytest.mark.parametrize(
    ("h", "d", "c", "delta"), [(2, 3, 4, 1.5), (3, 3, 1, -0.7), (6, 2, 3, 0.0), (1, 1, 1, 2.0)]
)
def test_isotropic_starts_are_isotropic_and_repeatable(h, d, c, delta):
    W, A = conserved.isotropic_init(h, d, c, delta, seed=5, scale=0.8, **RATES)
    assert (W.shape, A.shape) == ((h, d), (c, h))
    assert np.allclose(conserved.delta_matrix(W, A, **RATES), delta * np.eye(h), atol=1e-13)
    again, _ = conserved.isotropic_init(h, d, c, delta, seed=5, scale=0.8, **RATES)
    assert np.array_equal(W, again)


def test_shapes_that_do_not_chain_are_named():
    with pytest.raises(ValueError, match=r"A: expected shape \(c, 2\)"):
        conserved.neuron_deltas(np.ones((2, 3)), np.ones(3))
    with pytest.raises(ValueError, match=r"Ws\[1\]: expected shape \(n_out, 2\)"):
        conserved.layer_deltas([np.ones((2, 3)), np.ones((2, 3))])
    with pytest.raises(ValueError, match="etas: expected one rate for each of the 2 layers"):
        conserved.layer_deltas([np.ones((2, 3)), np.ones((2, 2))], [1.0])


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_one_step_of_the_heavy_ball_changes_the_matrix_by_exactly_this(momentum):
    """A linear network with a velocity; along many steps the drift is of first order."""
    X, Y, step = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2)), 0.02
    gradients = linear_gradients(X, Y)
    weights = [RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))]
    velocity = [0 * w for w in weights]
    rates = {"eta_w": 0.5, "eta_a": 2.0}
    for _ in range(5):
        grads = gradients(weights)
        predicted = conserved.heavy_ball_drift_matrix(
            *weights, *velocity, *grads, momentum=momentum, step=step, **rates
        )
        before = conserved.delta_matrix(*weights, **rates)
        velocity = [
            momentum * v - step * eta * g
            for v, eta, g in zip(velocity, rates.values(), grads, strict=True)
        ]
        weights = [w + v for w, v in zip(weights, velocity, strict=True)]
        assert np.allclose(
            conserved.delta_matrix(*weights, **rates) - before, predicted, atol=1e-12
        )
        if momentum == 0:
            assert np.allclose(
                predicted,
                conserved.gd_drift_matrix(*_before(weights, velocity), *grads, step=step, **rates),
            )
    with pytest.raises(ValueError, match="momentum: expected"):
        conserved.heavy_ball_drift_matrix(*weights, *velocity, *grads, momentum=1.0, step=step)


def _before(weights, velocity):
    return [w - v for w, v in zip(weights, velocity, strict=True)]


def test_adams_first_step_is_a_step_of_signs_and_does_not_conserve_delta():
    import torch

    X, Y = RNG.normal(size=(7, 3)), RNG.normal(size=(7, 2))
    W, A = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))
    grads = linear_gradients(X, Y)([W, A])
    drifts = {}
    for step in (1e-2, 1e-4):
        params = [torch.tensor(w, requires_grad=True) for w in (W, A)]
        adam = torch.optim.Adam(
            [{"params": params[0], "lr": 0.5 * step}, {"params": params[1], "lr": 2 * step}],
            eps=1e-30,
        )
        for p, g in zip(params, grads, strict=True):
            p.grad = torch.tensor(g)
        adam.step()
        rates = {"eta_w": 0.5, "eta_a": 2.0}
        drift = conserved.neuron_deltas(
            *(p.detach().numpy() for p in params), **rates
        ) - conserved.neuron_deltas(W, A, **rates)
        assert np.allclose(
            drift, conserved.sign_drift(W, A, *grads, step=step, **rates), atol=1e-12
        )
        drifts[step] = drift / step
    assert np.allclose(
        drifts[1e-2], drifts[1e-4], atol=0.2
    )  # first order: it stays as the step shrinks
    assert np.max(np.abs(drifts[1e-4])) > 0.5


def test_each_neuron_of_a_deep_relu_network_keeps_its_own_with_biases():
    import torch

    torch.manual_seed(0)
    X, y, etas = (
        torch.randn(20, 3, dtype=torch.float64),
        torch.randn(20, dtype=torch.float64),
        [0.5, 2.0, 1.3],
    )
    widths = [3, 6, 5, 1]
    Ws = [torch.randn(o, i, dtype=torch.float64) / i**0.5 for i, o in itertools.pairwise(widths)]
    bs = [torch.randn(o, dtype=torch.float64) for o in widths[1:]]

    def loss(Ws, bs):
        h = X
        for i, (W, b) in enumerate(zip(Ws, bs, strict=True)):
            h = h @ W.T + b
            h = h if i == 2 else torch.relu(h)
        return 0.5 * ((h[:, 0] - y) ** 2).sum()

    def deltas():
        return conserved.layer_neuron_deltas(
            [W.numpy() for W in Ws], etas, biases=[b.numpy() for b in bs]
        )

    before, start = deltas(), [W.clone() for W in Ws]
    for _ in range(2000):
        gW, gb = torch.func.grad(loss, (0, 1))(Ws, bs)
        Ws = [W - 2e-5 * eta * g for W, eta, g in zip(Ws, etas, gW, strict=True)]
        bs = [b - 2e-5 * eta * g for b, eta, g in zip(bs, etas, gb, strict=True)]
    moved = max(float((W - W0).abs().max()) for W, W0 in zip(Ws, start, strict=True))
    drift = max(np.max(np.abs(now - then)) for now, then in zip(deltas(), before, strict=True))
    assert moved > 0.1
    assert drift < 2e-3
    with pytest.raises(ValueError, match="biases: expected one for each of the 2 hidden layers"):
        conserved.layer_neuron_deltas([W.numpy() for W in Ws], biases=[])
