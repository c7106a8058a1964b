"""Check one neuron by hand, by finite differences, and in training by discrete steps."""

import numpy as np
import pytest

from lazyrich import exact
from lazyrich.models import neuron

X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]])
Y = np.array([1.0, -1.0, 0.5])
W, A = np.array([0.3, -0.7]), 1.3


def test_prediction_and_loss_by_hand():
    assert np.allclose(neuron.predict(X, [1.0, 0.0], 2.0), [2.0, 1.0, 4.0])
    assert neuron.loss(X, Y, [1.0, 0.0], 2.0) == pytest.approx(0.5 * (1 + 4 + 3.5**2))


def test_gradients_are_slopes_of_the_loss():
    dw, da = neuron.gradients(X, Y, W, A)
    h = 1e-6
    for i, e in enumerate(np.eye(2)):
        assert dw[i] == pytest.approx(
            (neuron.loss(X, Y, W + h * e, A) - neuron.loss(X, Y, W - h * e, A)) / (2 * h)
        )
    assert da == pytest.approx(
        (neuron.loss(X, Y, W, A + h) - neuron.loss(X, Y, W, A - h)) / (2 * h)
    )


def test_each_rate_drives_its_own_parameter():
    dw, da = neuron.gradients(X, Y, W, A)
    flow_w, flow_a = neuron.flow_rhs(X, Y, W, A, eta_w=2.0, eta_a=0.1)
    assert np.allclose(flow_w, -2.0 * dw)
    assert flow_a == pytest.approx(-0.1 * da)


def test_gradient_descent_takes_both_steps_from_the_old_values():
    path = neuron.gradient_descent(X, Y, W, A, eta_w=2.0, eta_a=0.5, step=0.01, n_steps=3)
    dw, da = neuron.gradients(X, Y, W, A)
    assert path["w"].shape == (4, 2)
    assert np.array_equal(path["w"][0], W)
    assert np.allclose(path["w"][1], W - 0.02 * dw)
    assert path["a"][1] == pytest.approx(A - 0.005 * da)
    assert path["loss"][0] == pytest.approx(neuron.loss(X, Y, W, A))


def test_small_steps_follow_the_flow_with_an_error_of_first_order():
    Q = np.linalg.qr(X)[0]
    beta_star = Q.T @ Y
    end = exact.one_neuron(1.0, W, A, beta_star)
    errors = [
        np.abs(neuron.gradient_descent(Q, Y, W, A, step=1 / n, n_steps=n)["w"][-1] - end.w).max()
        for n in (200, 400)
    ]
    assert errors[0] < 1e-2
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)


def test_too_large_a_step_is_named():
    with pytest.raises(ValueError, match=r"step: gradient descent diverges with 5"):
        neuron.gradient_descent(X, Y, W, A, step=5.0, n_steps=50)


def test_the_full_batch_is_gradient_descent():
    settings = {"step": 0.01, "n_steps": 5}
    path = neuron.gradient_descent(X, Y, W, A, eta_w=2.0, eta_a=2.0, **settings)
    delta = neuron.sgd_delta_ensemble(W, A, X, Y, eta=2.0, batch=3, seeds=[0, 1], **settings)
    expected = 2 * path["a"] ** 2 - 2 * np.sum(path["w"] ** 2, axis=1)
    assert np.allclose(delta, expected)


def test_each_seed_is_a_run_of_its_own_and_repeats():
    settings = {"step": 0.05, "n_steps": 5, "batch": 1}
    both = neuron.sgd_delta_ensemble(W, A, X, Y, seeds=[3, 4], **settings)
    assert both.shape == (2, 6)
    assert not np.allclose(both[0], both[1])
    assert np.array_equal(both[1:], neuron.sgd_delta_ensemble(W, A, X, Y, seeds=[4], **settings))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"X": [1.0, 2.0]}, r"X: expected shape \(n, d\)"),
        ({"X": np.ones((3, 5))}, r"X: expected shape \(n, 2\)"),
        ({"y": [1.0]}, r"y: expected shape \(3,\)"),
        ({"y": ["a", "b", "c"]}, "y: expected real numbers"),
        ({"w": np.ones((2, 2))}, r"w, a: expected shapes"),
        ({"a": np.nan}, "a: expected finite"),
    ],
)
def test_bad_input_is_named(change, part):
    with pytest.raises(ValueError, match=part):
        neuron.loss(**({"X": X, "y": Y, "w": W, "a": A} | change))


@pytest.mark.parametrize(
    ("name", "value"), [("n_steps", -1), ("n_steps", 1.5), ("step", 0.0), ("eta_w", np.inf)]
)
def test_bad_settings_are_named(name, value):
    with pytest.raises(ValueError, match=f"{name}: expected"):
        neuron.gradient_descent(X, Y, W, A, **({"step": 0.1, "n_steps": 2} | {name: value}))


def test_a_batch_larger_than_the_data_is_named():
    with pytest.raises(ValueError, match="batch: expected a whole number from 1 to 3"):
        neuron.sgd_delta_ensemble(W, A, X, Y, step=0.1, n_steps=1, batch=4, seeds=[0])


@pytest.mark.parametrize("seeds", [None, 3, [0.5], [-1], ["a"]])
def test_seeds_that_are_not_whole_numbers_are_named(seeds):
    with pytest.raises(ValueError, match=r"seeds(: expected a list of|\[0\]: expected)"):
        neuron.sgd_delta_ensemble(W, A, X, Y, step=0.1, n_steps=1, batch=1, seeds=seeds)
