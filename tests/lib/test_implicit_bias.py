"""Check the interpolant at which gradient flow ends: by integration, as a minimum, and in its
limits.
"""

import warnings

import numpy as np
import pytest
from scipy.optimize import OptimizeResult, minimize

from lazyrich import conserved, dynamics, exact
from lazyrich.exact import _sign

RATES = {"eta_w": 1.6, "eta_a": 0.7}


def low_rank(seed, n=2, d=5, whitened=False):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    X = 1.7 * np.linalg.qr(X.T)[0].T if whitened else X
    return X, X @ rng.normal(size=d), rng.normal(size=d)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_end_of_the_integrated_flow(seed, n):
    X, y, w0 = low_rank(seed, n)
    a0 = float(np.sign(seed - 1.5)) * 2.5  # upstream enough for a to keep its sign
    end = dynamics.one_neuron(200.0, X, y, w0, a0, **RATES, rtol=1e-11, atol=1e-12).beta
    assert np.allclose(exact.implicit_bias(X, y, w0, a0, **RATES), end, atol=1e-8)


def test_a_sign_flip_is_found_when_the_covariance_is_a_projector():
    X, y, w0, a0 = np.array([[1.0, 0.0]]), np.array([1.0]), np.array([-2.0, 0.5]), 0.3
    end = dynamics.one_neuron(200.0, X, y, w0, a0, rtol=1e-11, atol=1e-12)
    assert end.a < 0
    beta = exact.implicit_bias(X, y, w0, a0)
    assert np.allclose(beta, end.beta, atol=1e-8)
    assert beta[1] == pytest.approx(-0.245, abs=1e-3)


@pytest.mark.parametrize(
    "seed", [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 24))]
)
def test_where_the_readout_may_change_its_sign_the_end_is_found_on_any_data(seed):
    rng = np.random.default_rng(seed)
    X, y, w0 = low_rank(seed, n=1 + seed % 3 + (seed % 3 == 0), d=6)
    along = X.T @ y / np.linalg.norm(X.T @ y)
    w0 -= along * (w0 @ along + rng.choice([-1, 1, 1]) * rng.uniform(1, 3))  # most point away
    a0 = float(rng.choice([-0.3, 0.3]))
    seen = np.linalg.pinv(X) @ X @ w0
    assert RATES["eta_w"] * a0**2 < RATES["eta_a"] * seen @ seen  # delta + eta_a |P w0|^2 < 0
    end = dynamics.one_neuron(300.0, X, y, w0, a0, **RATES, rtol=1e-11, atol=1e-12)
    assert np.allclose(exact.implicit_bias(X, y, w0, a0, **RATES), end.beta, atol=1e-7)


def test_among_those_the_readout_changes_its_sign_and_keeps_it():
    X, y, _ = low_rank(0)
    w0 = 3 * X[0] / np.linalg.norm(X[0]) * np.sign(X[0] @ X.T @ y)
    off = np.linalg.svd(X)[2][-1]  # in the null space: its sign at the end is that of a
    ends = [exact.implicit_bias(X, y, sign * w0 + off, 0.1) @ off for sign in (-1, 1)]
    assert ends[0] < 0 < ends[1]


def test_next_to_the_separatrix_it_says_so():
    """Between the starts that keep the sign of a and those that change it, found by halving."""
    X, y, _ = low_rank(0)
    along, off = X.T @ y / np.linalg.norm(X.T @ y), np.linalg.svd(X)[2][-1]
    side = X[0] - along * (along @ X[0])

    def halved(kept, changed, times):
        for _ in range(times):
            middle = (kept + changed) / 2
            w0 = 3 * side / np.linalg.norm(side) + off + middle * along
            if exact.implicit_bias(X, y, w0, 0.3) @ off > 0:
                kept = middle
            else:
                changed = middle
        return kept, changed

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        near = halved(2.0, -6.0, 15)
    assert -6.0 < near[1] < near[0] < 2.0
    with pytest.warns(exact.SeparatrixWarning, match="separatrix"):
        halved(*near, 18)


def test_an_integrator_that_fails_is_no_separatrix(monkeypatch):
    """LSODA gives up at weights of 1e20, for instance; 0 used to be returned, as if the flow ended
    there.
    """
    failed = OptimizeResult(status=-1, message="Unexpected istate in LSODA.", y_events=[[]])
    monkeypatch.setattr(_sign, "solve_ivp", lambda *_, **__: failed)
    X, y, w0 = np.diag([1.0, 3.0, 0.0])[:2], np.array([1.0, 3.0]), np.array([-3.0, -1.0, 1.0])
    with pytest.raises(ValueError, match=r"^w0, a0: .*istate in LSODA.*fewer powers of ten"):
        exact.implicit_bias(X, y, w0, 0.1)
    white = np.eye(3)[:2]  # as the message says, these need no integrator
    assert np.allclose(exact.implicit_bias(white, np.ones(2), w0, 0.1)[:2], 1)


@pytest.mark.parametrize("delta", [-2.0, 0.0, 2.0])
def test_whitened_rows_have_an_exact_trajectory(delta):
    X, y, w0 = low_rank(1, whitened=True)
    w0, a0 = conserved.init_from_delta(w0, delta, **RATES)
    t = np.array([0.0, 0.2, 1.0, 5.0])
    ours = exact.projected(t, X, y, w0, a0, **RATES)
    theirs = dynamics.one_neuron(t, X, y, w0, a0, **RATES, rtol=1e-11, atol=1e-12)
    for name in ("w", "a", "beta", "residual", "loss"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), atol=1e-7), name
    assert ours.delta == pytest.approx(delta)


@pytest.mark.parametrize("delta", [-0.1, 0.0, 1.5])
def test_it_minimizes_the_potential_over_all_interpolants(delta):
    X, y, beta0 = low_rank(2)
    w0, a0 = conserved.init_from_delta(beta0, delta, **RATES)
    beta_mn, null = np.linalg.lstsq(X, y)[0], np.linalg.svd(X)[2][2:].T
    tilt = exact.mirror_map(beta0, delta, **RATES)

    def objective(z):
        beta = beta_mn + null @ z
        return exact.mirror_potential(beta, delta, **RATES) - tilt @ beta

    best = (
        beta_mn + null @ minimize(objective, np.zeros(3), method="BFGS", options={"gtol": 1e-9}).x
    )
    assert np.allclose(exact.implicit_bias(X, y, w0, a0, **RATES), best, atol=1e-5)


@pytest.mark.parametrize("delta", [-3.0, 0.0, 2.0])
def test_the_mirror_map_is_the_gradient_of_the_potential(delta):
    beta, h = np.array([0.4, -0.9, 0.2]), 1e-6
    slope = [
        (
            exact.mirror_potential(beta + h * e, delta, **RATES)
            - exact.mirror_potential(beta - h * e, delta, **RATES)
        )
        / (2 * h)
        for e in np.eye(3)
    ]
    assert np.allclose(exact.mirror_map(beta, delta, **RATES), slope, atol=1e-8)


def test_the_mirror_map_is_w_in_other_words():
    w, a = np.array([0.4, -0.9, 0.2]), 1.3
    delta = conserved.delta(w, a, **RATES)
    assert np.allclose(exact.mirror_map(a * w, delta, **RATES), 1.5 * np.sqrt(RATES["eta_a"]) * w)
    assert np.array_equal(exact.mirror_map(np.zeros(2), 1.0), np.zeros(2))


def test_the_limits_of_delta():
    """Far upstream: the interpolant nearest to beta0. Far downstream: the direction of beta0 kept.

    Where it can be.
    """
    X, y, _ = low_rank(3)
    beta0 = np.array([0.5, -1.0, 0.3, 0.8, 0.1])
    nearest = beta0 + np.linalg.pinv(X) @ (y - X @ beta0)
    end = exact.implicit_bias(X, y, *conserved.init_from_delta(beta0, 1e6))
    assert np.allclose(end, nearest, atol=1e-10)
    row = X[:1] / np.linalg.norm(X[0])  # the ray through beta0 meets the interpolants at 2.5 beta0
    along = exact.implicit_bias(row, 2.5 * row @ beta0, *conserved.init_from_delta(beta0, -1e4))
    assert np.allclose(along, 2.5 * beta0, atol=1e-6)


def test_no_null_space_leaves_no_choice():
    X, y = np.eye(3), np.array([1.0, 2.0, 3.0])
    assert np.allclose(exact.implicit_bias(X, y, np.ones(3), 2.0), y)


def test_labels_that_nothing_fits_are_refused():
    with pytest.raises(ValueError, match="y: expected labels that some beta fits"):
        exact.implicit_bias([[1.0, 0.0], [1.0, 0.0]], [1.0, 2.0], [1.0, 1.0], 2.0)
    X, y, w0 = low_rank(0)
    with pytest.raises(ValueError, match="X: expected X\\^T X to be a multiple of a projector"):
        exact.projected(1.0, X, y, w0, 1.0)
