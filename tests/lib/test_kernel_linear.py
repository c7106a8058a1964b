"""Check the tangent kernel of one neuron and the distance between kernels."""

import mpmath as mp
import numpy as np
import pytest

from lazyrich import conserved, kernel
from lazyrich.models import neuron

RNG = np.random.default_rng(0)
X, W, A = RNG.normal(size=(5, 3)), RNG.normal(size=3), -0.8
RATES = {"eta_w": 3.0, "eta_a": 0.2}


def test_it_is_the_jacobian_times_itself_weighted_by_the_rates():
    h = 1e-6
    by_w = np.stack(
        [
            (neuron.predict(X, W + h * e, A) - neuron.predict(X, W - h * e, A)) / (2 * h)
            for e in np.eye(3)
        ],
        1,
    )
    by_a = (neuron.predict(X, W, A + h) - neuron.predict(X, W, A - h)) / (2 * h)
    expected = RATES["eta_w"] * by_w @ by_w.T + RATES["eta_a"] * np.outer(by_a, by_a)
    assert np.allclose(kernel.ntk_one_neuron(X, W, A, **RATES), expected, rtol=1e-7)


def test_the_same_metric_from_function_space():
    for w, a in [(W, A), (100 * W, 0.01), (0.01 * W, 50.0)]:
        delta = conserved.delta(w, a, **RATES)
        assert np.allclose(
            kernel.metric_from_beta(a * w, delta, **RATES),
            kernel.metric_one_neuron(w, a, **RATES),
            rtol=1e-10,
        )


def test_the_limits_of_delta():
    beta = np.array([3.0, 4.0])
    unit = np.outer(beta, beta) / 25
    assert np.allclose(kernel.metric_from_beta(beta, 0.0), 5 * (np.eye(2) + unit))
    assert np.allclose(kernel.metric_from_beta(beta, 1e12) / 1e12, np.eye(2))
    assert np.allclose(kernel.metric_from_beta(beta, -1e12) / 1e12, unit)
    assert np.array_equal(kernel.metric_from_beta([0.0, 0.0], 2.0), 2 * np.eye(2))
    with pytest.raises(ValueError, match="depends on w"):
        kernel.metric_from_beta([0.0, 0.0], -2.0)


def test_no_digit_is_lost_far_downstream():
    """The small eigenvalue is |beta|^2 / |delta|; (R + delta) / 2 by subtraction gives 0."""
    M = kernel.metric_from_beta([1e-3, 0.0], -1e8)
    assert M[1, 1] == pytest.approx(1e-14, rel=1e-12)


class TestDistance:
    def test_known_values(self):
        assert kernel.kernel_distance(np.eye(3), 7 * np.eye(3)) == 0
        assert kernel.kernel_distance(np.diag([1.0, 0.0]), np.diag([0.0, 5.0])) == pytest.approx(1)
        assert kernel.kernel_distance(np.eye(2), np.diag([1.0, 0.0])) == pytest.approx(1 - 0.5**0.5)

    def test_symmetric_and_free_of_scale_and_batched(self):
        K = kernel.ntk_one_neuron(X, RNG.normal(size=(4, 3)), RNG.normal(size=4))
        S = kernel.kernel_distance(K[0], K)
        assert S.shape == (4,)
        assert S[0] == 0
        assert np.all((S >= 0) & (S <= 1))
        assert np.allclose(S, kernel.kernel_distance(1e-200 * K / 1e100, 1e30 * K[0]), rtol=1e-12)

    def test_nearly_equal_kernels_are_resolved(self):
        """1 - cos would be rounding noise of 2e-16; the true distance is half the squared angle."""
        angle = 1e-9
        K1, K2 = np.diag([1.0, 0.0]), np.diag([1.0, angle])
        with mp.workdps(60):
            true = 1 - 1 / mp.sqrt(1 + mp.mpf(angle) ** 2)
        assert kernel.kernel_distance(K1, K2) == pytest.approx(float(true), rel=1e-6)

    @pytest.mark.parametrize(
        ("K2", "part"),
        [
            (np.zeros((2, 2)), "K2: expected a nonzero kernel"),
            (np.ones((2, 3)), r"K2: expected shape \(..., n, n\)"),
            (np.eye(3), "like K1"),
            (None, "K2: expected real numbers"),
            (np.full((2, 2), np.nan), "K2: expected finite"),
        ],
    )
    def test_bad_kernels_are_named(self, K2, part):
        with pytest.raises(ValueError, match=part):
            kernel.kernel_distance(np.eye(2), K2)

    def test_with_whitened_inputs_the_small_matrices_do(self):
        Q = np.linalg.qr(X)[0]
        w, a = RNG.normal(size=(6, 3)), RNG.normal(size=6)
        large = kernel.kernel_distance(
            kernel.ntk_one_neuron(Q, W, A, **RATES), kernel.ntk_one_neuron(Q, w, a, **RATES)
        )
        assert np.allclose(kernel.whitened_kernel_distance(W, A, w, a, **RATES), large, rtol=1e-12)

    def test_nearly_equal_neurons_are_resolved_without_matrices(self):
        """Against 60 digits, from far apart to a distance of 1e-25."""
        for size in (1.0, 1e-3, 1e-6, 1e-9, 1e-12):
            w, a = W + size * RNG.normal(size=3), A * (1 + size)
            with mp.workdps(60):
                M1, M2 = (
                    mp.mpf(3) * mp.mpf(float(y)) ** 2 * mp.eye(3)
                    + mp.mpf(0.2) * mp.matrix(x) * mp.matrix(x).T
                    for x, y in ((W.tolist(), A), (w.tolist(), a))
                )
                overlap, squares = (
                    sum(x * y for x, y in zip(*pair, strict=True)) for pair in ((M1, M2), (M1, M1))
                )
                true = 1 - overlap / mp.sqrt(squares * sum(x * x for x in M2))
            distance = kernel.whitened_kernel_distance(W, A, w, a, **RATES)
            assert distance == pytest.approx(float(true), rel=1e-14 / size + 1e-12, abs=1e-30)

    def test_in_one_dimension_all_kernels_are_parallel(self):
        assert np.all(
            kernel.whitened_kernel_distance(
                [2.0], 1.0, RNG.normal(size=(50, 1)), RNG.normal(size=50)
            )
            < 1e-30
        )

    def test_orthogonal_kernels_are_at_distance_one_and_no_more(self):
        for seed in range(20):
            Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(6, 6)))[0]
            K1, K2 = Q[:, :2] @ Q[:, :2].T, Q[:, 2:] @ Q[:, 2:].T
            assert 1 - 1e-15 <= kernel.kernel_distance(K1, K2) <= 1

    def test_a_neuron_of_zeros_is_named(self):
        with pytest.raises(ValueError, match="w, a: expected weights that are not all zero"):
            kernel.whitened_kernel_distance(W, A, [0.0, 0.0, 0.0], 0.0)

    @pytest.mark.parametrize(
        ("delta", "S"), [(-50, 0.999), (-4, 0.895), (-1, 0.486), (0, 0.2), (1, 0.050), (4, 0.0015)]
    )
    def test_where_a_quarter_turn_ends(self, delta, S):
        """Orthogonal unit beta0 and beta*: delta alone decides how far the kernel moves."""
        start = conserved.init_from_delta([0.0, 1.0], float(delta))
        end = conserved.init_from_delta([1.0, 0.0], float(delta))
        assert kernel.whitened_kernel_distance(*start, *end) == pytest.approx(S, abs=6e-4)


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"X: expected shape \(n, 3\)"):
        kernel.ntk_one_neuron(np.ones((4, 2)), W, A)


@pytest.mark.parametrize(
    ("delta", "size", "end"), [(-1.0, 3.0, 0.383), (0.0, 3.0, 0.2), (0.0, 0.2, 0.2)]
)
def test_the_distance_is_that_of_the_matrices_when_a_changes(delta, size, end):
    """|beta0| differs from |beta*|, so a(inf) differs from a(0), and confusing the two in a norm
    would show.
    """
    from lazyrich import conserved, exact

    w0, a0 = conserved.init_from_delta([0.0, size], delta)
    path = exact.one_neuron([0.3, 1.0, np.inf], w0, a0, [1.0, 0.0])
    S = kernel.whitened_kernel_distance(w0, a0, path.w, path.a)
    first = kernel.metric_one_neuron(w0, a0)
    matrices = [
        kernel.kernel_distance(first, kernel.metric_one_neuron(w, a))
        for w, a in zip(path.w, path.a, strict=True)
    ]
    assert np.allclose(S, matrices, rtol=1e-12)
    assert S[-1] == pytest.approx(end, abs=5e-4)

    def norm_squared(a, w):
        return 2 * a**4 + 2 * a**2 * np.sum(w**2, -1) + np.sum(w**2, -1) ** 2

    overlap = (
        2 * a0**2 * path.a**2
        + a0**2 * np.sum(path.w**2, -1)
        + path.a**2 * (w0 @ w0)
        + (path.w @ w0) ** 2
    )
    slip = norm_squared(path.a, path.w) + 2 * (a0**2 - path.a**2) * np.sum(path.w**2, -1)
    assert abs(1 - overlap[-1] / np.sqrt(norm_squared(a0, w0) * slip[-1]) - end) > 0.1
