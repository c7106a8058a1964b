"""Check the metric of wide linear networks, where it holds and where it does not, and effective
rank.
"""

import numpy as np
import pytest

from lazyrich import conserved, dynamics, exact, kernel

RATES = {"eta_w": 2.0, "eta_a": 0.3}


def grams(W, A):
    return RATES["eta_w"] * A @ np.swapaxes(A, -1, -2), RATES["eta_a"] * np.swapaxes(W, -1, -2) @ W


@pytest.mark.parametrize(
    ("h", "d", "c", "delta"),
    [(2, 5, 2, 3.0), (3, 3, 5, -2.0), (2, 4, 3, 0.0), (4, 4, 4, -1.0), (1, 1, 1, 5.0)],
)
def test_it_is_that_of_the_weights_at_all_times(h, d, c, delta):
    rng = np.random.default_rng(0)
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=1, **RATES)
    X, Y = rng.normal(size=(6, d)), rng.normal(size=(6, c))  # not whitened
    W, A = dynamics.linear_network(
        [0.0, 0.1, 1.0], X, Y, [W0, A0], [RATES["eta_w"], RATES["eta_a"]]
    )
    for got, right in zip(kernel.metric_from_map(A @ W, delta, **RATES), grams(W, A), strict=True):
        assert np.allclose(got, right, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("h", "d", "c", "delta", "wrong"), [(1, 3, 2, 2.0, 0), (2, 4, 3, -2.0, 1)])
def test_with_fewer_neurons_the_larger_side_is_right_only_where_they_reach(h, d, c, delta, wrong):
    W, A = conserved.isotropic_init(h, d, c, delta, seed=1, **RATES)
    got, right = kernel.metric_from_map(A @ W, delta, **RATES), grams(W, A)
    assert np.allclose(got[1 - wrong], right[1 - wrong])
    assert np.linalg.norm(got[wrong] - right[wrong]) == pytest.approx(
        abs(delta) * np.sqrt((d if wrong else c) - h)
    )
    reach = np.linalg.qr(W.T if wrong else A)[0]
    P = reach @ reach.T
    assert np.allclose(P @ got[wrong] @ P, right[wrong])


def test_one_output_is_the_metric_of_one_neuron():
    beta = np.array([0.3, -2.0, 1.0])
    for delta in (-0.7, 0.0, 4.0):
        L, R = kernel.metric_from_map(beta[None], delta, **RATES)
        M = kernel.metric_from_beta(beta, delta, **RATES)
        across = np.array([2.0, 0.3, 0.0])
        if delta >= 0:
            assert np.allclose(L[0, 0] * np.eye(3) + R, M)
        assert L[0, 0] * (across @ across) == pytest.approx(across @ M @ across)


def test_small_modes_keep_their_digits_and_batches_work():
    B = np.array([[[1e-6, 0.0], [0.0, 0.0]], [[3.0, 0.0], [0.0, 4.0]]])
    L, R = kernel.metric_from_map(B, 1e4)
    assert R[0, 0, 0] == pytest.approx(1e-16, rel=1e-12)
    assert L.shape == R.shape == (2, 2, 2)
    assert np.allclose(L[1] @ R[1], np.diag([9.0, 16.0]))
    with pytest.raises(ValueError, match=r"B: expected shape \(..., c, d\)"):
        kernel.metric_from_map([1.0, 2.0], 1.0)


def test_effective_rank():
    assert kernel.effective_rank(np.outer([1.0, 2.0], [3.0, 0.0, 1.0])) == pytest.approx(1)
    assert kernel.effective_rank(7 * np.eye(3, 5)) == pytest.approx(3)
    B = np.zeros((3, 2, 2))
    B[1, 0, 0] = B[2, 0, 0] = 1.0
    B[2, 1, 1] = 0.5
    p = np.array([2, 1]) / 3
    assert np.allclose(kernel.effective_rank(B), [0, 1, np.exp(-p @ np.log(p))])
    with pytest.raises(ValueError, match="B: expected shape"):
        kernel.effective_rank([1.0])


def test_up_and_down_are_told_apart_by_shape_alone():
    """With h = c = d the two delta/2 cancel in L E + E R: the function's path is even in delta.

    From any start.
    """
    rng, t, T = np.random.default_rng(3), [0.0, 0.1, 0.5, 2.0], np.diag([2.0, 1.0, -0.5])
    U, sigma, Vt = np.linalg.svd(rng.normal(size=(3, 3)))
    for h, even in ((3, True), (2, False)):
        paths = []
        for delta in (-2.0, 2.0):
            w, a = conserved.init_from_delta(sigma[:h, None], delta)
            paths.append(exact.two_layer(t, w * Vt[:h], U[:, :h] * a, T).B)
        assert np.allclose(*paths, atol=1e-10) == even
