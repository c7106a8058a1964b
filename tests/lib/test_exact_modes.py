"""Check the aligned modes of a two-layer network, each of which solves its own equation."""

import mpmath as mp
import numpy as np
import pytest

from lazyrich import conserved, dynamics, exact

RATES = {"eta_w": 2.0, "eta_a": 0.3}


def reference(t, u0, s, delta):
    """The same mode as one neuron in one dimension, with 60 digits."""
    with mp.workdps(60):
        t, u0, s, delta = (mp.mpf(float(x)) for x in (t, u0, s, delta))
        kappa, z0 = mp.hypot(s, delta / 2), u0 + mp.hypot(u0, delta / 2)
        fade = mp.e ** (-2 * kappa * t)
        z = (z0 * (kappa + s + (kappa - s) * fade) + delta**2 / 4 * (1 - fade)) / (
            kappa - s + z0 * (1 - fade) + (kappa + s) * fade
        )
        return float(z / 2 - delta**2 / (8 * z))


def test_every_digit_is_kept_early_and_late_near_balance_and_far():
    rng = np.random.default_rng(0)
    for _ in range(300):
        u0, s, t = 10 ** rng.uniform(-8, 1), 10 ** rng.uniform(-2, 1), 10 ** rng.uniform(-6, 4)
        delta = rng.choice([-1, 0, 1]) * 10 ** rng.uniform(-6, 5)
        assert exact.two_layer_modes(t, [u0], [s], delta)[0] == pytest.approx(
            reference(t, u0, s, delta), rel=1e-13
        )


@pytest.mark.parametrize("delta", [-3.0, 0.0, 0.4])
def test_a_whole_network_that_is_aligned_does_the_same(delta):
    u0, s, t = np.array([0.02, 0.3, 2.0]), np.array([3.0, 2.0, 1.0]), np.linspace(0, 3, 7)
    into, out = (np.linalg.qr(np.random.default_rng(k).normal(size=(3, 3)))[0] for k in (0, 1))
    w, a = conserved.init_from_delta(u0[:, None], delta, **RATES)
    W0, A0 = w * into.T, out * a
    W, A = dynamics.linear_network(
        t, np.eye(3), ((out * s) @ into.T).T, [W0, A0], [RATES["eta_w"], RATES["eta_a"]]
    )
    modes = np.einsum("ik,tij,jk->tk", out, A @ W, into)
    assert np.allclose(exact.two_layer_modes(t, u0, s, delta, **RATES), modes, rtol=1e-7)
    assert np.allclose(exact.two_layer_modes(t, u0, s, -delta, **RATES), modes, rtol=1e-7)


def test_known_forms():
    t = np.array([0.0, 0.3, 2.0])
    assert np.allclose(
        exact.two_layer_modes(t, [0.1], [1.0], 0.0)[:, 0],
        exact.deep_mode(t, 0.1, 1.0, 2),
        rtol=1e-14,
    )
    far = exact.two_layer_modes(t / 1e8, [0.1], [1.0], 1e8)[:, 0]
    assert np.allclose(far, 1 - 0.9 * np.exp(-t), rtol=1e-7)
    assert np.array_equal(
        exact.two_layer_modes([0.0, 1e4, np.inf], [0.0, 5.0], [1.0, 2.0], 0.0),
        [[0, 5], [0, 2], [0, 2]],
    )
    assert exact.two_layer_modes(np.inf, [0.0], [1.5], -1.0)[0] == pytest.approx(1.5)


def test_bad_input_is_named():
    for u0, s in (([-0.1], [1.0]), ([0.1], [0.0]), ([0.1, 0.2], [1.0]), (0.1, [1.0])):
        with pytest.raises(ValueError, match="u0"):
            exact.two_layer_modes(1.0, u0, s, 0.0)
