"""Check where a neuron ends, and when it reaches a loss, an angle or a fraction of its kernel's
movement.
"""

import numpy as np
import pytest

from lazyrich import conserved, exact, kernel

TARGET = np.array([1.0, 0.0])
RATES = {"eta_w": 1.7, "eta_a": 0.4}


@pytest.mark.parametrize("delta", [-10.0, -1.0, 0.0, 1.0, 10.0])
@pytest.mark.parametrize("level", [0.5, 1e-2, 1e-8])
def test_at_the_time_to_a_loss_the_loss_is_that(delta, level):
    start = conserved.init_from_delta([0.0, 1.0], delta, **RATES)
    t = exact.time_to_loss(level, *start, TARGET, **RATES)
    assert 0 < t < np.inf
    assert exact.one_neuron(t, *start, TARGET, **RATES).loss == pytest.approx(level, rel=1e-9)


@pytest.mark.parametrize(("delta", "t"), [(-10.0, 46.8), (-100.0, 921.0), (-1000.0, 1.38e4)])
def test_delayed_rich_learning_turns_at_the_known_time(delta, t):
    """45 degrees from an orthogonal start: t ~ ln(2 kappa |p_perp|^2 / (|delta| c+^2)) / (2A)."""
    time = exact.time_to_angle(45.0, *conserved.init_from_delta([0.0, 1.0], delta), TARGET)
    assert time == pytest.approx(t, rel=5e-3)


def test_the_angle_jumps_when_the_readout_changes_its_sign():
    w0, a0 = np.array([-2.0, 0.5]), 0.3
    assert exact.basin(w0, a0, TARGET) == -1
    flip = exact.time_to_angle(90.0, w0, a0, TARGET)
    assert exact.one_neuron(flip * 0.999, w0, a0, TARGET).a > 0
    assert exact.one_neuron(flip * 1.001, w0, a0, TARGET).a < 0


def test_a_neuron_without_a_readout_has_the_angle_in_which_it_leaves():
    """At a0 = 0 beta is 0; a moment later it points along w0, 78.7 degrees from the target."""
    start = [1.0, 5.0], 0.0, TARGET
    assert exact.time_to_angle(80.0, *start) == 0
    t = exact.time_to_angle(30.0, *start)
    beta = exact.one_neuron(t, *start).beta
    assert np.degrees(np.arctan2(beta[1], beta[0])) == pytest.approx(30, rel=1e-12)
    assert exact.time_to_angle(30.0, [0.0, 0.0], 0.5, TARGET) == 0  # w' points along the target
    assert exact.time_to_angle(30.0, [0.0, 5.0], 0.0, TARGET) == np.inf  # beta is 0 for ever


@pytest.mark.parametrize("small", [1e-3, 1e-15, 1e-200])
def test_a_small_angle_and_a_small_loss_come_late_and_not_never(small):
    """Near the end both fall exponentially: reaching the square takes twice as long."""
    start = conserved.init_from_delta([0.0, 1.0], -1.0)
    for time in (exact.time_to_angle, exact.time_to_loss):
        first, second, third = (time(s, *start, TARGET) for s in (small, small**1.2, small**1.4))
        assert third - second == pytest.approx(second - first, rel=1e-3)


def test_a_target_of_any_size_is_turned_to():
    t = exact.time_to_angle(30.0, [0.3, 1.0], 0.7, [1.0, 0.2])
    for c in (1e-30, 1e-100):
        small = exact.time_to_angle(30.0, [0.3 * c, c], 0.7 * c, [c * c, 0.2 * c * c])
        assert small * c * c == pytest.approx(t, rel=1e-12)


@pytest.mark.parametrize("delta", [-4.0, 0.0, 2.0])
@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_the_kernel_has_gone_that_share_of_its_way(delta, fraction):
    start = conserved.init_from_delta([0.0, 1.0], delta, **RATES)
    t = exact.time_to_fraction(fraction, *start, TARGET, **RATES)
    path = exact.one_neuron([t, np.inf], *start, TARGET, **RATES)
    now, end = kernel.whitened_kernel_distance(*start, path.w, path.a, **RATES)
    assert now == pytest.approx(fraction * end, rel=1e-8)


def test_never_now_and_nothing():
    start = conserved.init_from_delta([0.0, 1.0], 1.0)
    assert exact.time_to_loss(0.0, *start, TARGET) == np.inf
    assert exact.time_to_loss(5.0, *start, TARGET) == 0
    assert exact.time_to_angle(90.0, *start, TARGET) == 0
    assert np.isnan(exact.time_to_fraction(0.5, *conserved.init_from_delta(TARGET, 1.0), TARGET))
    stuck = exact.time_to_loss(
        0.1, [0.0, 1.0], 0.0, TARGET
    )  # a0 = 0, w across the target: a fixed point
    assert stuck == np.inf


def test_basins():
    assert exact.basin([0.0, 1.0], 1.0, TARGET) == 1
    assert exact.basin([0.0, 1.0], -1.0, TARGET) == -1
    assert exact.basin([0.0, 1.0], 0.0, TARGET) == 0
    assert exact.basin([-0.1, 0.0], 2.0, TARGET) == 1  # upstream the sign never changes


def test_mu_and_phi_obey_their_own_equations():
    """The paper's two equations.

    mu' = sqrt(delta^2 + 4 eta_a eta_w mu^2) (phi |beta*| - mu),
    phi' = eta_w a |beta*| / |w| (1 - phi^2).
    """
    h, beta_star = 1e-5, np.array([0.8, 0.6])
    path = exact.one_neuron([1 - h, 1, 1 + h], [0.3, -0.5], 0.9, beta_star, **RATES)
    mu, phi = exact.mu_phi(path.w, path.a, beta_star)
    rate = np.sqrt(path.delta**2 + 4 * RATES["eta_a"] * RATES["eta_w"] * mu[1] ** 2)
    assert (mu[2] - mu[0]) / (2 * h) == pytest.approx(rate * (phi[1] - mu[1]), rel=1e-7)
    turning = RATES["eta_w"] * path.a[1] / np.linalg.norm(path.w[1]) * (1 - phi[1] ** 2)
    assert (phi[2] - phi[0]) / (2 * h) == pytest.approx(turning, rel=1e-7)
    assert np.isnan(exact.mu_phi([0.0, 0.0], 1.0, beta_star)[1])


@pytest.mark.parametrize(
    ("function", "value", "part"),
    [
        (exact.time_to_loss, -1.0, "level: expected one number >= 0"),
        (exact.time_to_angle, 0.0, "degrees: expected one number > 0 and <= 180"),
        (exact.time_to_fraction, 1.5, "fraction: expected one number > 0 and <= 1"),
    ],
)
def test_bad_input_is_named(function, value, part):
    with pytest.raises(ValueError, match=part):
        function(value, [0.0, 1.0], 1.0, TARGET)


def test_basins_are_the_sign_of_the_growing_part():
    rng = np.random.default_rng(0)
    w0, a0, beta_star = rng.normal(size=(200, 3)), rng.normal(size=200), np.array([1.0, -0.5, 2.0])
    basins = exact.basin(w0, a0, beta_star, **RATES)
    height = exact.separatrix(w0, a0, beta_star, **RATES)
    delta = conserved.delta(w0, a0, **RATES)
    kappa = np.hypot(
        delta / 2, np.sqrt(RATES["eta_w"] * RATES["eta_a"]) * np.linalg.norm(beta_star)
    )
    plain = RATES["eta_a"] * w0 @ beta_star + (kappa + delta / 2) * a0
    assert np.array_equal(basins, np.sign(plain))
    assert np.array_equal(basins, np.sign(height))
    assert set(basins[delta > 0] * np.sign(a0[delta > 0])) == {1}
    assert -1 in basins[delta < 0] * np.sign(a0[delta < 0])
