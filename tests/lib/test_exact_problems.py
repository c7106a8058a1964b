"""Compare every closed form of the library with the same references: the table of `problems.py`."""

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from problems import TABLE

from lazyrich import conserved, dynamics, exact

T = np.array([0.0, 1e-6, 0.05, 0.4, 1.0, 3.0, 8.0])
every = pytest.mark.parametrize("problem", TABLE, ids=lambda problem: problem.name)


@every
def test_against_integration(problem):
    assert np.max(np.abs(problem.closed(T) - problem.integrated(T))) < problem.gap


@every
def test_it_starts_at_the_start_and_ends_at_the_end(problem):
    size = np.max(np.abs(problem.start)) + np.max(np.abs(problem.end))
    first, last = problem.closed(np.array([0.0, np.inf]))
    assert np.allclose(first, problem.start, rtol=0, atol=1e-13 * size)
    assert np.allclose(last, problem.end, rtol=0, atol=1e-12 * size)
    assert np.allclose(
        problem.closed(np.array(0.4)), problem.closed(np.array([0.4]))[0], rtol=1e-12
    )


@pytest.mark.filterwarnings("ignore:.torch.jit.script")  # PyTorch's own use of it, in jvp
@every
def test_it_sets_out_along_the_gradient_that_autodiff_finds(problem):
    """d f(theta) / dt = J theta', theta' = -eta dL/dtheta, at t = 0.

    The curve's slope is a one-sided difference.
    """
    theta = tuple(torch.tensor(p, dtype=torch.float64) for p in problem.parameters)
    slopes = torch.func.grad(lambda p: problem.loss(problem.network(*p)))(theta)
    velocity = tuple(-eta * g for eta, g in zip(problem.rates, slopes, strict=True))
    _, expected = torch.func.jvp(problem.network, theta, velocity)
    h = 1e-4
    f0, f1, f2, f3 = problem.closed(h * np.arange(4.0))
    slope = (-11 * f0 + 18 * f1 - 9 * f2 + 2 * f3) / (6 * h)
    assert np.allclose(slope, expected.numpy(), rtol=1e-6, atol=1e-7)


@every
def test_its_symmetry(problem):
    t = np.append(T, [1e3, np.inf])
    size = np.max(np.abs(problem.start)) + np.max(np.abs(problem.end))
    assert np.allclose(problem.closed(t), problem.turned(t), rtol=0, atol=1e-11 * size)


@every
def test_one_time_is_as_good_as_another(problem):
    """The result at a time does not depend on the order of the times, or on the other times."""
    assert np.allclose(problem.closed(T[::-1])[::-1], problem.closed(T), rtol=1e-12, atol=1e-13)


sizes = st.integers(1, 4)


@settings(max_examples=60, deadline=None)
@given(
    sizes,
    sizes,
    sizes,
    st.floats(-3, 3),
    st.floats(0.1, 10),
    st.floats(0.1, 10),
    st.integers(0, 99),
)
def test_two_layers_of_any_shape_and_scale(h, d, c, delta, eta_w, eta_a, seed):
    assume((delta <= 0 or h <= c) and (delta >= 0 or h <= d))
    rates = {"eta_w": eta_w, "eta_a": eta_a}
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=seed, **rates)
    target = np.random.default_rng(seed).normal(size=(c, d))
    t = np.array([0.0, 0.1, 0.7])
    path = exact.two_layer(t, W0, A0, target, **rates)
    W, A = dynamics.linear_network(t, np.eye(d), target.T, [W0, A0], [eta_w, eta_a])
    assert path.B.shape == (3, c, d)
    assert np.allclose(path.B, A @ W, atol=1e-7)
    assert np.all(np.diff(path.loss) <= 1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.floats(1e-3, 5), st.floats(1e-2, 5), st.floats(0.1, 10))
def test_strength_and_time_of_a_balanced_mode_are_inverse(depth, u0, s, eta):
    u = u0 + (s - u0) * np.array([0.01, 0.5, 0.99])
    assume(abs(s - u0) > 1e-3 * s)
    t = exact.deep_mode_time(u, u0, s, depth, eta=eta)
    assert np.all(np.diff(t) > 0)
    assert np.allclose(exact.deep_mode(t, u0, s, depth, eta=eta), u, rtol=1e-9)


def test_a_nearly_balanced_start_is_nearly_the_balanced_one():
    for d in (1, 3):
        beta0, target = np.full(d, 0.4), np.linspace(1, 2, d)
        middle = exact.one_neuron(T, *conserved.init_from_delta(beta0, 0.0), target).beta
        for delta in (-1e-9, 1e-9):
            beta = exact.one_neuron(T, *conserved.init_from_delta(beta0, delta), target).beta
            assert np.max(np.abs(beta - middle)) < 1e-8
    balanced = exact.deep_mode(T, 0.1, 1.0, 4)
    assert (
        np.max(np.abs(exact.deep_unbalanced_mode(T, 0.1, 1.0, [1e-9, -1e-9, 1e-9]) - balanced))
        < 1e-7
    )


def test_far_upstream_is_a_linear_model():
    """delta -> inf: the kernel does not move, and the residual decays by e^{-delta t}."""
    beta0, target = np.array([0.5, -1.0]), np.array([1.0, 1.0])
    for delta in (1e3, 1e5):
        t = np.array([0.2, 1.0, 3.0]) / delta
        beta = exact.one_neuron(t, *conserved.init_from_delta(beta0, delta), target).beta
        lazy = target + np.exp(-delta * t)[:, None] * (beta0 - target)
        assert np.max(np.abs(beta - lazy)) < 5 / delta**2
    W0, A0 = conserved.isotropic_init(2, 3, 2, 1e5, seed=0)
    T2 = np.random.default_rng(0).normal(size=(2, 3))
    B = exact.two_layer(1e-5, W0, A0, T2).B
    assert np.max(np.abs(B - (T2 + np.exp(-1.0) * (A0 @ W0 - T2)))) < 1e-5 * np.max(np.abs(A0 @ W0))


def test_far_downstream_fits_along_its_own_direction_first():
    """delta -> -inf: at times of order 1/|delta| beta only changes its length.

    It moves toward the projection of beta*.
    """
    beta0, target = np.array([0.6, 0.8]), np.array([2.0, 0.5])
    for delta in (-1e3, -1e5):
        t = np.array([0.2, 1.0, 3.0]) / -delta
        beta = exact.one_neuron(t, *conserved.init_from_delta(beta0, delta), target).beta
        length = (beta0 @ target) + np.exp(delta * t) * (1 - beta0 @ target)
        assert np.max(np.abs(beta - length[:, None] * beta0)) < 40 / -delta


def test_bad_covariance_and_multiplier_are_named():
    for name in ("covariance", "multiplier"):
        with pytest.raises(ValueError, match=f"{name}: expected one number > 0"):
            exact.one_neuron(1.0, [1.0], 1.0, [1.0], **{name: 0.0})


def test_a_multiplier_only_changes_the_units_of_the_readout():
    path = exact.one_neuron(T, [0.3, -1.0], 0.7, [1.0, 2.0], eta_a=2.0, multiplier=0.5)
    assert np.allclose(path.beta, 0.5 * path.a[:, None] * path.w, rtol=1e-14)
    assert np.allclose(conserved.delta(path.w, path.a, eta_a=2.0), path.delta, rtol=1e-12)
