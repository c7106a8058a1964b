"""Compare kernels of two-layer networks with automatic differentiation and samples."""

import mpmath as mp
import numpy as np
import pytest

from lazyrich import kernel

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3))
RATES = {"eta_w": 1.7, "eta_a": 0.4}


@pytest.mark.parametrize("leak", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("c", [None, 2])
def test_it_is_the_jacobian_times_itself(leak, c):
    torch = pytest.importorskip("torch", reason="torch is one of the project's own requirements")
    A = RNG.normal(size=4) if c is None else RNG.normal(size=(c, 4))

    def network(W, A):
        z = torch.tensor(X) @ W.T
        return torch.where(z > 0, z, leak * z) @ (A.T if A.ndim == 2 else A)

    by_w, by_a = torch.autograd.functional.jacobian(network, (torch.tensor(W), torch.tensor(A)))
    size = len(X) * (c or 1)
    by_w, by_a = by_w.reshape(size, -1).numpy(), by_a.reshape(size, -1).numpy()
    expected = RATES["eta_w"] * by_w @ by_w.T + RATES["eta_a"] * by_a @ by_a.T
    assert np.allclose(kernel.ntk_two_layer(X, W, A, leak=leak, **RATES), expected, rtol=1e-12)


def test_one_linear_neuron_is_the_linear_kernel():
    w, a = W[0], 1.3
    linear = kernel.ntk_one_neuron(X, w, a, **RATES)
    assert np.allclose(kernel.ntk_two_layer(X, w[None], [a], leak=1.0, **RATES), linear)


def test_dead_neurons_add_nothing():
    dead = np.vstack([W, [[0.0, 0.0, 0.0]]])
    assert np.allclose(
        kernel.ntk_two_layer(X, dead, [1, 2, 3, 4, 5.0]), kernel.ntk_two_layer(X, W, [1, 2, 3, 4.0])
    )


def test_hamming_counts_gates():
    W0 = np.array([[1.0, 0.0], [0.0, 1.0]])
    data = np.array([[1.0, 1.0], [-1.0, 2.0]])
    assert np.array_equal(
        kernel.activation_hamming(np.stack([W0, -W0, W0 * [[1], [-1]]]), data), [0.0, 1.0, 0.5]
    )


class TestInfiniteWidth:
    def test_many_neurons_come_close(self):
        m, d = 200_000, 3
        rng = np.random.default_rng(1)
        finite = (
            kernel.ntk_two_layer(X, rng.normal(size=(m, d)) / np.sqrt(d), rng.normal(size=m)) / m
        )
        assert np.allclose(finite, kernel.relu_ntk_infinite(X), rtol=0.02, atol=0.005)

    def test_parallel_antiparallel_and_zero_rows(self):
        x = np.array([3.0, 4.0])
        K = kernel.relu_ntk_infinite(np.array([x, x, 2 * x, -x, 0 * x]))
        assert np.allclose(K[0, :3], [25 / 4 + 25 / 2, 25 / 4 + 25 / 2, 2 * (25 / 4 + 25 / 2)])
        assert np.allclose(K[0, 3:], 0, atol=1e-15)

    def test_nearly_parallel_rows_keep_their_digits(self):
        """arccos(x.x') would give the angle of 1e-7 to about one digit."""
        angle = 1e-7
        K = kernel.relu_ntk_infinite([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
        with mp.workdps(40):
            th = mp.mpf(angle)
            right = (mp.sin(th) + (mp.pi - th) * mp.cos(th)) / (4 * mp.pi) + mp.cos(th) * (
                mp.pi - th
            ) / (2 * mp.pi)
            lost = (K[0, 0] - K[0, 1]) / float(mp.mpf(3) / 4 - right)
        assert lost == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(("w", "a"), [((0.5, -1.0), 2.0), ((3.0, 1.0), -0.1), ((1.0, 0.0), 1.0)])
def test_polar_rates_are_those_of_a_small_step(w, a):
    w, g, h = np.array(w), np.array([0.7, -0.3]), 1e-6
    beta = [(a - s * RATES["eta_a"] * (w @ g)) * (w - s * RATES["eta_w"] * a * g) for s in (-h, h)]
    length = [np.linalg.norm(b) for b in beta]
    radial, angular = kernel.polar_rates(w, a, g, **RATES)
    assert radial == pytest.approx((length[1] - length[0]) / (2 * h), rel=1e-6)
    assert np.allclose(
        angular, (beta[1] / length[1] - beta[0] / length[0]) / (2 * h), rtol=1e-5, atol=1e-8
    )


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="X, W: expected shapes"):
        kernel.ntk_two_layer(X, np.ones((4, 2)), np.ones(4))
    with pytest.raises(ValueError, match=r"A: expected shape \(4,\)"):
        kernel.ntk_two_layer(X, W, np.ones(3))
    with pytest.raises(ValueError, match="0 has no direction"):
        kernel.polar_rates([0.0, 0.0], 1.0, [1.0, 0.0])
    with pytest.raises(ValueError, match="W, X: expected shapes"):
        kernel.activation_hamming(W, X)
    with pytest.raises(ValueError, match="W, X: expected at least one time, neuron and sample"):
        kernel.activation_hamming(W[None], X[:0])
