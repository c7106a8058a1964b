"""Compare `exact.two_layer` with integration, `exact.one_neuron`, its limits and its conditions."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lazyrich import conserved, exact
from lazyrich.exact import _riccati

SHAPES = [(2, 3, 2), (1, 3, 1), (2, 2, 2), (3, 4, 5), (5, 2, 3), (4, 4, 2), (2, 5, 3), (1, 1, 1)]
CASES = [
    pytest.param(h, d, c, delta, id=f"h{h}-d{d}-c{c}-delta{delta:g}")
    for h, d, c in SHAPES
    for delta in (-2.0, -0.3, 0.0, 0.5, 3.0)
    if (delta <= 0 or h <= c) and (delta >= 0 or h <= d)
]
RATES = {"eta_w": 1.7, "eta_a": 0.6}


def integrate(t, W0, A0, target, *, eta_w, eta_a):
    (h, d), c = W0.shape, A0.shape[0]

    def rhs(_, state):
        W, A = state[: h * d].reshape(h, d), state[h * d :].reshape(c, h)
        E = A @ W - target
        return np.concatenate([(-eta_w * A.T @ E).ravel(), (-eta_a * E @ W.T).ravel()])

    start = np.concatenate([W0.ravel(), A0.ravel()])
    states = solve_ivp(rhs, (0, t[-1]), start, "DOP853", t_eval=t, rtol=1e-12, atol=1e-13).y.T
    return states[:, : h * d].reshape(-1, h, d), states[:, h * d :].reshape(-1, c, h)


@pytest.mark.parametrize(("h", "d", "c", "delta"), CASES)
def test_against_integration_for_every_shape(h, d, c, delta):
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=h + d, **RATES)
    target = np.random.default_rng(1).normal(size=(c, d))
    t = np.array([0.0, 0.1, 1.0, 5.0])
    path = exact.two_layer(t, W0, A0, target, **RATES)
    W, A = integrate(t, W0, A0, target, **RATES)
    assert path.delta == pytest.approx(delta, abs=1e-12)
    assert np.allclose(path.B, A @ W, atol=2e-10)
    assert np.allclose(path.gram_in, np.swapaxes(W, 1, 2) @ W, atol=2e-10)
    assert np.allclose(path.gram_out, A @ np.swapaxes(A, 1, 2), atol=2e-10)
    assert np.allclose(path.loss, 0.5 * np.sum((A @ W - target) ** 2, axis=(1, 2)), atol=2e-10)


@pytest.mark.parametrize(
    ("h", "d", "c", "delta"),
    [(2, 3, 2, 0.5), (3, 4, 5, -0.3), (2, 5, 3, 3.0), (4, 4, 2, -2.0), (5, 2, 3, 0.0)],
)
@pytest.mark.parametrize("t", [400.0, 1e6, np.inf])
def test_it_ends_at_the_best_approximation_of_its_rank(h, d, c, delta, t):
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=3)
    target = 3 * np.random.default_rng(1).normal(size=(c, d))
    U, s, Vt = np.linalg.svd(target, full_matrices=False)
    best = (U[:, :h] * s[:h]) @ Vt[:h]
    assert np.allclose(exact.two_layer(t, W0, A0, target).B, best, atol=1e-12)


@pytest.mark.parametrize("delta", [-3.0, 0.0, 2.0])
def test_one_hidden_neuron_is_the_one_neuron_solution(delta):
    w0, a0 = conserved.init_from_delta([0.3, -0.5, 0.2], delta, **RATES)
    beta_star, t = np.array([1.0, 0.5, -1.0]), np.array([0.0, 1e-3, 0.7, 30.0, 1e5, np.inf])
    one = exact.one_neuron(t, w0, a0, beta_star, **RATES)
    many = exact.two_layer(t, w0[None], [[a0]], beta_star[None], **RATES)
    assert np.allclose(many.B[:, 0], one.beta, atol=1e-13)
    assert np.allclose(many.gram_out[:, 0, 0], one.a**2, atol=1e-13)


def test_the_start_is_the_start_and_one_time_has_no_time_axis():
    W0, A0 = conserved.isotropic_init(3, 4, 5, 0.7, seed=0)
    start = exact.two_layer(0.0, W0, A0, np.ones((5, 4)))
    assert start.B.shape == (5, 4)
    assert np.allclose(start.B, A0 @ W0, atol=1e-14)
    assert np.allclose(start.gram_in, W0.T @ W0, atol=1e-14)


def test_flowing_again_from_the_same_grams_is_flowing_longer():
    """Only the blocks matter: any W, A with these Gram matrices follow the same path."""
    W0, A0 = conserved.isotropic_init(2, 3, 2, 0.5, seed=0)
    target = np.array([[1.0, 0.0, 2.0], [0.5, -1.0, 0.0]])
    half = exact.two_layer(0.4, W0, A0, target)
    Q = np.linalg.qr(np.random.default_rng(0).normal(size=(2, 2)))[0]
    again = exact.two_layer(0.4, Q @ W0, A0 @ Q.T, target)
    assert np.allclose(half.B, again.B, atol=1e-13)


@pytest.mark.parametrize(
    ("h", "d", "c", "delta"), [(4, 6, 5, 0.5), (2, 5, 3, -1.0), (5, 2, 3, 0.0)]
)
def test_a_time_has_one_answer_whatever_other_times_are_asked_for(h, d, c, delta):
    """Nearby times share their scales, and late times drop terms that have decayed."""
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=1)
    target = 3 * np.random.default_rng(2).normal(size=(c, d))
    t = np.array([70.0, 0.0, 1e3, 0.3, 14.9, 15.0, 2.0, np.inf, 1e-3, 1e9, 33.3, 7.0])
    together = exact.two_layer(t, W0, A0, target)
    for each, now in enumerate(t):
        alone = exact.two_layer(now, W0, A0, target)
        assert np.allclose(together.B[each], alone.B, rtol=0, atol=1e-13)
        assert np.allclose(together.gram_in[each], alone.gram_in, rtol=0, atol=1e-13)
        assert np.allclose(together.gram_out[each], alone.gram_out, rtol=0, atol=1e-13)


@pytest.mark.parametrize("scale", [1.0, 0.0])
@pytest.mark.parametrize(
    ("h", "d", "c", "delta"), [(4, 6, 5, 0.5), (2, 5, 3, -1.0), (5, 2, 3, 0.0)]
)
def test_a_large_network_is_computed_in_another_way_to_the_same_digits(
    h, d, c, delta, scale, monkeypatch
):
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=1)
    target, t = scale * np.random.default_rng(2).normal(size=(c, d)), np.array([0.0, 0.3, 2, 8])
    nothing = t, np.eye(2), np.eye(2), np.zeros((2, 2))  # no rate but 0: B = 1 / (1 + 2t)
    small, still = exact.two_layer(t, W0, A0, target), exact.two_layer(*nothing)
    monkeypatch.setattr(_riccati, "SHARED", 1)
    large = exact.two_layer(t, W0, A0, target)
    assert np.allclose(small.B, large.B, rtol=0, atol=1e-13)
    assert np.allclose(small.gram_in, large.gram_in, rtol=0, atol=1e-13)
    for path in (still, exact.two_layer(*nothing)):
        assert np.allclose(path.B, np.eye(2) / (1 + 2 * t[:, None, None]), rtol=0, atol=1e-14)


def test_equal_singular_values_stay_equal_for_ever():
    W0, A0 = conserved.isotropic_init(2, 3, 3, 0.5, seed=0)
    end = exact.two_layer([1e3, np.inf], W0, A0, np.eye(3))
    assert np.allclose(end.B[0], end.B[1], atol=1e-12)
    assert np.allclose(np.linalg.svd(end.B[1])[1], [1, 1, 0], atol=1e-12)


def test_more_neurons_than_the_target_needs_end_at_the_target():
    """At the end only rounding tells the rows of some apart, about once in 200 starts."""
    generator = np.random.default_rng(0)
    targets = np.zeros((2, 2)), np.outer([1.0, 2.0], [1.0, -1.0]), np.diag([1.0, 0.0])
    for target in [each for each in targets for _ in range(300)]:
        shared, into, out = (np.linalg.qr(generator.normal(size=(n, 2)))[0] for n in (4, 2, 2))
        sizes = generator.random(2)
        end = exact.two_layer(np.inf, shared * sizes @ into.T, out * sizes @ shared.T, target)
        assert np.allclose(end.B, target, atol=1e-9)


def test_what_is_not_isotropic_is_refused_with_its_distance():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match=r"this one is 0\.\d+ away"):
        exact.two_layer(1.0, rng.normal(size=(2, 3)), rng.normal(size=(2, 2)), np.ones((2, 3)))


def test_a_wide_scalar_network_is_never_isotropically_upstream():
    with pytest.raises(ValueError, match="h = 4 > c = 1 no start with delta > 0 can be isotropic"):
        exact.two_layer(1.0, 0.1 * np.ones((4, 3)), np.ones((1, 4)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="h: expected h <= c for delta = 1"):
        conserved.isotropic_init(4, 3, 1, 1.0, seed=0)
    with pytest.raises(ValueError, match="h: expected h <= d for delta = -1"):
        conserved.isotropic_init(4, 3, 1, -1.0, seed=0)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"W0": np.ones(3)}, r"W0: expected shape \(h, d\)"),
        ({"A0": np.ones((2, 5))}, r"A0: expected shape \(c, 2\)"),
        ({"target": np.ones((3, 3))}, r"target: expected shape \(2, 3\)"),
        ({"t": -1.0}, "t: expected times"),
        ({"eta_a": 0.0}, "eta_a: expected one number > 0"),
    ],
)
def test_bad_input_is_named(change, part):
    W0, A0 = conserved.isotropic_init(2, 3, 2, 0.5, seed=0)
    with pytest.raises(ValueError, match=part):
        exact.two_layer(**({"t": 1.0, "W0": W0, "A0": A0, "target": np.ones((2, 3))} | change))
