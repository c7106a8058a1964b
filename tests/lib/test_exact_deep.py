"""Check the modes of deep linear networks: time as a function of strength, and back."""

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from lazyrich import exact

STARTS = [(0.01, 2.0), (0.5, 0.7), (3.0, 1.0), (1e-4, 1.0), (5.0, 0.2)]


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 8])
@pytest.mark.parametrize(("u0", "s"), STARTS)
def test_time_is_the_integral_and_strength_its_inverse(depth, u0, s):
    u, eta = u0 + (s - u0) * np.array([0.1, 0.5, 0.9, 0.999]), 0.7
    time = exact.deep_mode_time(u, u0, s, depth, eta=eta)

    def slowness(z):
        v = np.exp(z)
        return v / (depth * eta * v ** (2 - 2 / depth) * (s - v))

    right = [quad(slowness, np.log(u0), np.log(v), epsabs=0, epsrel=1e-12, limit=500)[0] for v in u]
    assert np.allclose(time, right, rtol=1e-12)
    assert np.allclose(exact.deep_mode(time, u0, s, depth, eta=eta), u, rtol=1e-12)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_whole_network_of_aligned_layers_does_the_same(depth):
    """L numbers in a row, all equal at first: the product is the mode."""
    u0, s, t = 0.3, 2.0, np.linspace(0, 2, 5)

    def rhs(_, w):
        return -np.prod(w) / w * (np.prod(w) - s)

    layers = solve_ivp(
        rhs, (0, 2), np.full(depth, u0 ** (1 / depth)), "DOP853", t_eval=t, rtol=1e-11, atol=1e-13
    ).y
    assert np.allclose(exact.deep_mode(t, u0, s, depth), np.prod(layers, axis=0), rtol=1e-8)


def test_known_forms():
    t = np.array([0.0, 0.3, 2.0])
    assert np.allclose(exact.deep_mode(t, 0.1, 1.0, 1), 1 - 0.9 * np.exp(-t))
    sigmoid = 0.1 / (0.1 + 0.9 * np.exp(-2 * t))
    assert np.allclose(exact.deep_mode(t, 0.1, 1.0, 2), sigmoid)


@pytest.mark.parametrize("depth", [3, 4, 8])
def test_small_starts_wait_on_a_plateau(depth):
    """The time to half strength approaches u0^-(1 - 2/L) / ((1 - 2/L) s L)."""
    u0, b = 1e-12, 1 - 2 / depth
    expected = u0**-b / (b * depth)
    assert exact.deep_mode_time(0.5, u0, 1.0, depth) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize("u0", 10.0 ** -np.arange(20.0, 301.0, 20.0))
def test_on_a_long_plateau_a_time_less_than_rounding_moves_nothing(u0):
    assert np.all(exact.deep_mode([0.5, 2.0], u0, 2.0, 3) == pytest.approx(u0, rel=1e-6))
    assert np.all(exact.deep_mode([0.5, 2.0], u0, 2.0, 10) == pytest.approx(u0, rel=1e-6))


def test_the_ends_of_time():
    for depth in (1, 2, 5):
        assert exact.deep_mode(np.inf, 0.1, 2.0, depth) == 2.0
        assert exact.deep_mode(0.0, 0.1, 2.0, depth) == pytest.approx(0.1, rel=1e-15)
        assert exact.deep_mode_time(2.0, 0.1, 2.0, depth) == np.inf
        assert exact.deep_mode_time(0.05, 0.1, 2.0, depth) == np.inf  # it goes up, never down
        assert exact.deep_mode_time(0.1, 0.1, 2.0, depth) == 0
        assert exact.deep_mode(3.0, 2.0, 2.0, depth) == 2.0


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"depth": 0}, "depth"),
        ({"depth": 1.5}, "depth"),
        ({"u0": 0.0}, "u0: expected a start > 0"),
        ({"s": -1.0}, "s: expected"),
        ({"t": -1.0}, "t: "),
    ],
)
def test_bad_input_is_named(change, part):
    with pytest.raises(ValueError, match=part):
        exact.deep_mode(**({"t": 1.0, "u0": 0.1, "s": 1.0, "depth": 3} | change))


@pytest.mark.parametrize("depth", [2, 3, 6])
def test_the_plateau_is_the_leading_order_of_the_time(depth):
    ratios = [
        exact.deep_mode_time(0.5, u0, 1.0, depth) / exact.plateau_time(u0, 1.0, depth)
        for u0 in (1e-6, 1e-12)
    ]
    assert abs(ratios[1] - 1) < abs(ratios[0] - 1)
    assert ratios[1] == pytest.approx(1, rel=2e-2)
    assert exact.plateau_time(0.1, 1.0, 1) == 0


def test_one_stronger_layer_shortens_the_plateau():
    t = exact.plateau_time(1e-4, 1.0, 3)
    assert exact.deep_mode(t / 4, 1e-4, 1.0, 3) < 1e-3
    assert exact.deep_unbalanced_mode(t / 4, 1e-4, 1.0, [1.0, 0.0]) > 0.9


def test_an_unbalanced_mode_can_leave_zero_if_one_layer_is_the_weakest():
    t = np.linspace(0, 4, 9)
    start = exact.one_neuron(t, [0.0], 1.0, [2.0])
    assert np.allclose(exact.deep_unbalanced_mode(t, 0.0, 2.0, [1.0]), start.beta[:, 0], atol=1e-10)
    with pytest.raises(ValueError, match="u0: expected a start > 0"):
        exact.deep_unbalanced_mode(t, 0.0, 2.0, [0.0, 1.0])
    with pytest.raises(ValueError, match=r"deltas: expected shape \(L - 1,\)"):
        exact.deep_unbalanced_mode(t, 0.1, 2.0, [[1.0]])
    with pytest.raises(ValueError, match="u0: expected starts between 0 and s"):
        exact.plateau_time(2.0, 1.0, 3)


@pytest.mark.parametrize("depth", range(3, 12))
def test_next_to_the_target_no_depth_loses_digits(depth):
    """The rate is L s^(2 - 2/L): 20 time constants later the gap is a constant times e^-20."""
    rate = depth * 0.8 ** (2 - 2 / depth)
    for u0 in (0.5, 2.0):
        near, nearer = 0.8 - exact.deep_mode(np.array([8.0, 16.0]) / rate, u0, 0.8, depth)
        assert nearer / near == pytest.approx(np.exp(-8), rel=1e-2)
