"""Check integrated gradient flow: any data, any order of times."""

import numpy as np
import pytest

from lazyrich import conserved, dynamics
from lazyrich.models import neuron

X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]])
Y = np.array([1.0, -1.0, 0.5])
W, A = np.array([0.3, -0.7]), 1.3


def test_it_takes_any_data_and_any_order_of_times():
    path = dynamics.one_neuron([2.0, 0.0, 2.0, 1.0], X, Y, W, A, eta_w=0.5)
    assert np.array_equal(path.w[0], path.w[2])
    assert np.allclose(path.w[1], W)
    minimum = neuron.loss(X, Y, np.linalg.lstsq(X, Y)[0], 1.0)
    assert path.loss[3] == pytest.approx(neuron.loss(X, Y, path.w[3], path.a[3]) - minimum)


def test_one_time_has_no_time_axis():
    assert dynamics.one_neuron(0.0, X, Y, W, A).w.shape == (2,)


def test_infinity_is_for_closed_forms():
    with pytest.raises(ValueError, match="finite times"):
        dynamics.one_neuron(np.inf, X, Y, W, A)


def test_the_slope_at_the_start_is_the_gradient():
    path = dynamics.one_neuron([0.0, 1e-6], X, Y, W, A, eta_w=3.0, eta_a=0.5)
    dw, da = neuron.flow_rhs(X, Y, W, A, eta_w=3.0, eta_a=0.5)
    assert np.allclose((path.w[1] - path.w[0]) / 1e-6, dw, rtol=1e-4)
    assert (path.a[1] - path.a[0]) / 1e-6 == pytest.approx(da, rel=1e-4)


def test_without_enough_data_it_ends_at_an_interpolant():
    """The residual is measured from the smallest interpolant; it need not vanish, but the loss
    does.
    """
    path = dynamics.one_neuron(200.0, [[1.0, 0.0]], [1.0], [0.5, 0.5], 1.0)
    assert path.beta[0] == pytest.approx(1.0, abs=1e-9)
    assert path.w[1] == 0.5
    assert path.loss < 1e-18
    assert abs(path.residual[1]) > 0.1


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"a0": [1.0, 2.0]}, r"w0, a0: expected shapes \(d,\) and \(\)"),
        ({"t": -1.0}, "t: expected times >= 0"),
        ({"X": np.ones((3, 4))}, r"X: expected shape \(n, 2\)"),
        ({"rtol": 0.0}, "rtol: expected one number > 0"),
    ],
)
def test_bad_input_is_named(change, part):
    with pytest.raises(ValueError, match=part):
        dynamics.one_neuron(**({"t": 1.0, "X": X, "y": Y, "w0": W, "a0": A} | change))


def test_any_gradient_will_do():
    """p' = -2 (p - 3), q' = -q of two shapes."""
    t = np.array([1.0, 0.0, 0.5])
    p, q = dynamics.gradient_flow(t, lambda x: [x[0] - 3, x[1]], [1.0, np.ones((2, 2))], [2.0, 1.0])
    assert np.allclose(p, 3 - 2 * np.exp(-2 * t), rtol=1e-9)
    assert np.allclose(q, np.exp(-t)[:, None, None] * np.ones((2, 2)), rtol=1e-9)
    stepped = dynamics.gradient_flow(
        t, lambda x: [x[0] - 3, x[1]], [1.0, np.ones((2, 2))], [2.0, 1.0], step=0.01
    )
    assert np.allclose(stepped[0], p, rtol=1e-8)


def test_a_linear_network_of_one_neuron_is_the_neuron():
    t = np.linspace(0, 2, 5)
    w, a = dynamics.linear_network(t, X, Y, [W[None], [[A]]], [0.5, 2.0])
    path = dynamics.one_neuron(t, X, Y, W, A, eta_w=0.5, eta_a=2.0)
    assert np.allclose(w[:, 0], path.w, atol=1e-8)
    assert np.allclose(a[:, 0, 0], path.a, atol=1e-8)


@pytest.mark.parametrize("leak", [0.0, 0.2, 1.0])
def test_a_relu_network_keeps_every_delta_and_its_drift_falls_with_the_step(leak):
    rng = np.random.default_rng(0)
    X, y, W0, a0 = (
        rng.normal(size=(20, 3)),
        rng.normal(size=20),
        rng.normal(size=(6, 3)),
        rng.normal(size=6),
    )
    rates = {"eta_w": 0.5, "eta_a": 2.0}
    drift = []
    for step in (2e-3, 2.5e-4):
        W, a = dynamics.two_layer(0.5, X, y, W0, a0, leak=leak, step=step, **rates)
        assert a.shape == (6,)
        deltas = conserved.neuron_deltas(W, a, **rates) - conserved.neuron_deltas(W0, a0, **rates)
        drift.append(np.max(np.abs(deltas)))
    assert drift[1] < 2e-3
    assert drift[1] < drift[0] / 2


def test_without_kinks_the_two_integrators_agree():
    rng = np.random.default_rng(1)
    X, Y, W0, A0 = (
        rng.normal(size=(9, 3)),
        rng.normal(size=(9, 2)),
        rng.normal(size=(4, 3)),
        rng.normal(size=(2, 4)),
    )
    W, A = dynamics.two_layer([0.0, 0.3], X, Y, W0, A0, leak=1.0, eta_w=0.5, step=1e-3)
    W_deep, A_deep = dynamics.linear_network([0.0, 0.3], X, Y, [W0, A0], [0.5, 1.0])
    assert np.allclose(W, W_deep, atol=1e-8)
    assert np.allclose(A, A_deep, atol=1e-8)


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda: dynamics.gradient_flow(np.inf, lambda x: x, [1.0]), "t: expected finite times"),
        (
            lambda: dynamics.gradient_flow(1.0, lambda x: [x[0], x[0]], [1.0]),
            "gradient: expected shapes",
        ),
        (
            lambda: dynamics.gradient_flow(1.0, lambda x: x, [1.0], [1.0, 2.0]),
            "etas: expected one rate for each of the 1",
        ),
        (
            lambda: dynamics.gradient_flow(99.0, lambda x: [-9 * x[0]], [9.0], step=1.0),
            "step: the weights overflow",
        ),
        (
            lambda: dynamics.linear_network(1.0, X, Y, [np.ones((2, 3))]),
            r"X: expected shape \(n, 3\)",
        ),
        (
            lambda: dynamics.linear_network(1.0, X, Y, [np.ones((2, 2))]),
            r"Y: expected shape \(3, 2\)",
        ),
        (lambda: dynamics.linear_network(1.0, X, Y, []), "Ws: expected at least one layer"),
    ],
)
def test_bad_input_to_any_model_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()
