"""Check the kernel of any PyTorch function, alignment with labels and the metric's velocity."""

import numpy as np
import pytest
import torch

from lazyrich import conserved, exact, kernel
from lazyrich.kernel import generic

RNG = np.random.default_rng(0)
X, W, A = RNG.normal(size=(7, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4))


def network(params, X):
    return torch.relu(X @ params["W"].T) @ params["A"].T


PARAMS = {"W": torch.tensor(W), "A": torch.tensor(A)}


@pytest.mark.parametrize(
    ("passing", "held"),
    [(1, 1), (1, 2000), (700, 2000), (generic.PASSING_BYTES, generic.HELD_BYTES)],
)
def test_it_is_the_closed_form_whatever_the_size_of_the_blocks(passing, held, monkeypatch):
    monkeypatch.setattr(generic, "PASSING_BYTES", passing)
    monkeypatch.setattr(generic, "HELD_BYTES", held)
    K = kernel.empirical_ntk(network, PARAMS, torch.tensor(X), {"W": 1.7, "A": 0.4})
    assert np.allclose(K, kernel.ntk_two_layer(X, W, A, eta_w=1.7, eta_a=0.4), rtol=1e-12)


def test_one_output_and_a_frozen_layer():
    def scalar(params, X):
        return torch.relu(X @ params["W"].T) @ params["A"][0]

    K = kernel.empirical_ntk(scalar, PARAMS, torch.tensor(X), {"W": 0.0})
    phi = np.maximum(X @ W.T, 0)
    assert np.allclose(K, phi @ phi.T)


def test_bad_rates_and_outputs_are_named():
    data = torch.tensor(X)
    with pytest.raises(ValueError, match="etas: expected names among 'W', 'A', got 'V'"):
        kernel.empirical_ntk(network, PARAMS, data, {"V": 1.0})
    with pytest.raises(ValueError, match="expected one number >= 0"):
        kernel.empirical_ntk(network, PARAMS, data, {"W": -1.0})
    with pytest.raises(ValueError, match="f: expected outputs of shape"):
        kernel.empirical_ntk(lambda p, X: p["W"].sum(), PARAMS, data)


def test_the_kernel_has_the_digits_of_the_finest_parameter():
    """All parameters used to be rounded to the dtype of the first."""
    mixed = {"W": PARAMS["W"].float().requires_grad_(), "A": PARAMS["A"]}

    def promoted(params, X):
        return network({"W": params["W"].double(), "A": params["A"]}, X)

    K = kernel.empirical_ntk(promoted, mixed, torch.tensor(X), {"W": 0.0})
    phi = np.maximum(X @ W.astype(np.float32).astype(float).T, 0)
    assert np.allclose(K, np.kron(phi @ phi.T, np.eye(2)), rtol=1e-12)


def test_a_parameter_without_a_gradient_is_named_unless_it_is_frozen():
    def counted(params, X):
        return X @ params["W"].T * params["k"]

    whole = {"W": PARAMS["W"], "k": torch.tensor(2)}
    with pytest.raises(ValueError, match=r"params\['k'\]: expected floating-point numbers"):
        kernel.empirical_ntk(counted, whole, torch.tensor(X))
    K = kernel.empirical_ntk(counted, whole, torch.tensor(X), {"k": 0.0})
    assert np.allclose(K, np.kron(4 * X @ X.T, np.eye(4)))


def test_alignment_is_one_for_the_labels_own_kernel():
    Y = RNG.normal(size=(7, 2))
    assert kernel.kernel_target_alignment(Y @ Y.T, 3 * Y) == pytest.approx(1)
    y = np.array([1.0, 1.0, -1.0, -1.0])
    assert kernel.kernel_target_alignment(np.eye(4), y) == pytest.approx(0.5)
    H = np.eye(7) - 1 / 7
    K = X @ X.T
    by_hand = np.sum(H @ K @ H * (H @ Y @ Y.T @ H))
    by_hand /= np.linalg.norm(H @ K @ H) * np.linalg.norm(H @ Y @ Y.T @ H)
    assert kernel.kernel_target_alignment(K, Y, center=True) == pytest.approx(by_hand)
    with pytest.raises(ValueError, match="Y: expected nonzero entries after centering"):
        kernel.kernel_target_alignment(K, np.ones(7), center=True)


@pytest.mark.parametrize("delta", [-3.0, 0.0, 3.0])
def test_the_two_velocities_add_up_to_that_of_the_metric(delta):
    rates, h, t = {"eta_w": 1.7, "eta_a": 0.4}, 1e-5, 0.5
    path = exact.one_neuron(
        [t - h, t, t + h],
        *conserved.init_from_delta([0.3, -0.8], delta, **rates),
        [1.0, 0.5],
        **rates,
    )
    M = kernel.metric_one_neuron(path.w, path.a, **rates)
    beta_dot = (path.beta[2] - path.beta[0]) / (2 * h)
    radial, directional = kernel.metric_velocity(path.beta[1], beta_dot, delta, **rates)
    assert np.allclose(radial + directional, (M[2] - M[0]) / (2 * h), rtol=1e-6, atol=1e-8)
    assert abs(np.trace(directional)) < 1e-12
    with pytest.raises(ValueError, match="expected a nonzero"):
        kernel.metric_velocity([0.0, 0.0], [1.0, 0.0], delta)
