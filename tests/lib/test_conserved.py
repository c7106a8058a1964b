"""Check delta of one neuron: what it is, what keeps it and what breaks it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from lazyrich import conserved, dynamics
from lazyrich.models import neuron

RNG = np.random.default_rng(0)
X, Y, W, A = RNG.normal(size=(5, 3)), RNG.normal(size=5), RNG.normal(size=3), -0.8
RATES = {"eta_w": 3.0, "eta_a": 0.2}


def test_by_hand_and_in_batches():
    assert conserved.delta([1.0, 2.0], 3.0) == 4.0
    assert conserved.delta([1.0, 2.0], 3.0, eta_w=2.0, eta_a=10.0) == 18 - 50
    batch = conserved.delta(np.ones((4, 2, 3)), np.zeros((4, 2)))
    assert np.array_equal(batch, -3 * np.ones((4, 2)))


def test_the_flow_keeps_it_on_any_data():
    path = dynamics.one_neuron(np.linspace(0, 5, 9), X, Y, W, A, **RATES)
    assert np.allclose(conserved.delta(path.w, path.a, **RATES), path.delta, rtol=1e-8)


sizes = st.floats(-8, 3).map(lambda x: 10.0**x)


@settings(deadline=None, derandomize=True)
@given(
    sizes,
    st.floats(-6, 6).map(lambda x: np.sign(x) * (10 ** abs(x) - 1)),
    st.floats(0.1, 10),
    st.floats(0.1, 10),
)
def test_a_start_has_the_delta_and_the_function_asked_for(size, delta, eta_w, eta_a):
    beta0 = size * np.array([0.6, -0.8])
    w, a = conserved.init_from_delta(beta0, delta, eta_w=eta_w, eta_a=eta_a)
    assert a > 0
    assert np.allclose(a * w, beta0, rtol=1e-13)
    scale = eta_w * a**2 + eta_a * w @ w
    assert abs(conserved.delta(w, a, eta_w=eta_w, eta_a=eta_a) - delta) <= 1e-13 * scale


def test_far_downstream_nothing_is_lost():
    """a = |beta0| / sqrt(|delta|) to first order; R + delta by subtraction would give 0."""
    _, a = conserved.init_from_delta([1e-6, 0.0], -1e6)
    assert a == pytest.approx(1e-9, rel=1e-12)


@pytest.mark.parametrize("delta", [-1.0, 0.0, 1.0])
def test_a_beta_as_small_as_numbers_get_has_a_start(delta):
    w, a = conserved.init_from_delta([3e-200, 4e-200], delta)
    assert a > 0
    assert np.allclose(a * w * 1e200, [3, 4], rtol=1e-13)


def test_starts_come_in_batches():
    w, a = conserved.init_from_delta(np.ones((2, 1, 3)), np.array([-1.0, 0.0, 1.0]))
    assert a.shape == (2, 3)
    assert w.shape == (2, 3, 3)


def test_without_a_direction_there_is_no_start():
    w, a = conserved.init_from_delta([0.0, 0.0], 4.0)
    assert np.array_equal(w, [0.0, 0.0])
    assert a == 2.0
    with pytest.raises(ValueError, match="beta0: expected a nonzero vector"):
        conserved.init_from_delta([0.0, 0.0], -4.0)


@pytest.mark.parametrize("step", [1e-4, 0.1, 2.0])
def test_one_step_changes_it_by_exactly_this(step):
    path = neuron.gradient_descent(X, Y, W, A, step=step, n_steps=1, **RATES)
    before, after = conserved.delta(path["w"], path["a"], **RATES)
    assert conserved.gd_drift(W, A, X, Y, step=step, **RATES) == pytest.approx(
        after - before, rel=1e-6, abs=1e-12
    )


def test_the_drift_is_quadratic_in_the_step():
    small, large = (conserved.gd_drift(W, A, X, Y, step=s, **RATES) for s in (0.1, 0.3))
    assert large == pytest.approx(9 * small, rel=1e-12)


def test_weight_decay_shrinks_it_at_the_rate_of_the_integrated_flow():
    eta, lam, t = 0.7, 0.3, np.linspace(0, 4, 5)

    def rhs(_, state):
        dw, da = neuron.gradients(X, Y, state[:-1], state[-1])
        return -eta * (np.append(dw, da) + lam * state)

    path = solve_ivp(rhs, (0, 4), np.append(W, A), "DOP853", t_eval=t, rtol=1e-11, atol=1e-13).y.T
    delta = conserved.delta(path[:, :-1], path[:, -1], eta_w=eta, eta_a=eta)
    assert np.allclose(conserved.weight_decay_delta(delta[0], lam, eta, t), delta, rtol=1e-8)


def test_without_decay_or_with_endless_decay():
    assert np.array_equal(conserved.weight_decay_delta(-2.0, 0.0, 1.0, [0.0, np.inf]), [-2.0, -2.0])
    assert conserved.weight_decay_delta(-2.0, 0.1, 1.0, np.inf) == 0
    with pytest.raises(ValueError, match="lam: expected one number >= 0"):
        conserved.weight_decay_delta(1.0, -0.1, 1.0, 1.0)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"w, a: .* w has \(2,\), a has \(3,\)"):
        conserved.delta(np.ones((2, 3)), np.ones(3))
