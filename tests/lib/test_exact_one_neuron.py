"""Compare `exact.one_neuron` with a many-digit reference, integration, limits and symmetries."""

import warnings

import mpmath as mp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from problems import ONE_NEURON, TIMES
from reference import one_neuron as reference

from lazyrich import conserved, dynamics, exact
from lazyrich.exact import _start
from lazyrich.models import neuron

problems = pytest.mark.parametrize("problem", ONE_NEURON, ids=lambda problem: problem.name)


def joint_error(path, w, a):
    """|(w, a) - reference| / |reference|."""
    with mp.workdps(60):
        size = mp.sqrt(a**2 + sum(x**2 for x in w))
        gap = (a - mp.mpf(float(path.a))) ** 2 + sum(
            (x - mp.mpf(float(y))) ** 2 for x, y in zip(w, path.w, strict=True)
        )
        return float(mp.sqrt(gap) / size) if size else float(mp.sqrt(gap))


def draws(number, seed, *, weights, deltas, times, rates):
    """Seeded problems, d from 1 to 6, and corner cases: exact balance, w0 = 0, beta* = 0."""
    rng = np.random.default_rng(seed)
    count = 0
    while count < number:
        d = int(rng.integers(1, 7))
        eta_w, eta_a = 10 ** rng.uniform(*np.log10(rates), 2)
        w0, beta_star = rng.normal(size=(2, d))
        w0 *= 10 ** rng.uniform(*np.log10(weights)) / np.linalg.norm(w0)
        a0 = rng.choice([-1, 1]) * 10 ** rng.uniform(*np.log10(weights))
        beta_star *= 10 ** rng.uniform(-3, 3) / np.linalg.norm(beta_star)
        corner = rng.integers(10)
        if corner < 3:
            a0 = (
                np.sign(a0)
                * np.sqrt(eta_a / eta_w)
                * np.linalg.norm(w0)
                * (1 + 1e-15 * (corner - 1))
            )
        if corner == 3:
            w0 = 0 * w0
        if corner == 4:
            beta_star = 0 * beta_star
        if corner == 5:  # parallel to beta*, either way
            w0 = np.linalg.norm(w0) * beta_star / np.linalg.norm(beta_star)
        if abs(eta_w * a0**2 - eta_a * w0 @ w0) <= deltas:
            count += 1
            yield (
                10 ** rng.uniform(*np.log10(times)),
                w0,
                a0,
                beta_star,
                {"eta_w": eta_w, "eta_a": eta_a},
            )


def draws_next_to_the_separatrix(number, seed):
    """Starts with c+ the difference of two numbers that agree to one, two or three digits.

    The time is that at which the path turns away.
    """
    rng = np.random.default_rng(seed)
    for _ in range(number):
        delta, s, a0 = (
            -(10 ** rng.uniform(-3, 3)),
            10 ** rng.uniform(-3, 3),
            10 ** rng.uniform(-3, 2),
        )
        kappa = np.hypot(delta / 2, s)
        along = (
            -s / (kappa - delta / 2) * a0 * (1 + rng.choice([-1, 1]) * 10 ** rng.uniform(-3, -1))
        )
        across = np.sqrt(max(a0**2 - delta - along**2, 0))
        big_a = s**2 / (kappa - delta / 2)
        grow = (along * s + big_a * a0) / np.sqrt(2 * kappa * big_a)
        turn = np.log(max(2 * kappa * across**2 / (-delta * grow**2), 2.0)) / (2 * big_a)
        angle = rng.uniform(0, 2 * np.pi)
        along_star, across_star = np.array(
            [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
        )
        yield (
            turn,
            along * along_star + across * across_star,
            a0,
            s * along_star,
            {"eta_w": 1.0, "eta_a": 1.0},
        )


def worst_error(cases):
    worst, seen = 0.0, 0
    for t, w0, a0, beta_star, rates in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", exact.SeparatrixWarning)
            path = exact.one_neuron(t, w0, a0, beta_star, **rates)
        if path.condition < 1e3:
            w, a, _ = reference(t, w0, a0, beta_star, **rates)
            worst, seen = max(worst, joint_error(path, w, a)), seen + 1
    return worst, seen


def test_moderate_draws_agree_with_the_reference():
    worst, seen = worst_error(
        draws(200, 1, weights=(1e-2, 1e2), deltas=1e4, times=(1e-4, 1e4), rates=(0.1, 10))
    )
    assert seen > 150
    assert worst < 1e-14


def test_the_whole_range_agrees_with_the_reference():
    worst, seen = worst_error(
        draws(1000, 2, weights=(1e-4, 1e3), deltas=1e6, times=(1e-8, 1e6), rates=(1e-2, 1e2))
    )
    assert seen > 900
    assert worst < 1e-14


def test_a_start_next_to_the_separatrix_costs_no_digits():
    worst, seen = worst_error(draws_next_to_the_separatrix(300, 3))
    assert seen > 150
    assert worst < 2e-14


def test_the_reference_itself_solves_the_flow():
    """mpmath's Taylor integrator does not use the linear equation behind the closed form."""
    w0, a0, b, eta_w, eta_a = (0.4, -1.2), -0.7, (1.5, 0.5), 0.5, 2.0

    def rhs(_, state):
        w, a = state[:2], state[2]
        g = [a * w[i] - b[i] for i in range(2)]
        return [-eta_w * a * g[0], -eta_w * a * g[1], -eta_a * (w[0] * g[0] + w[1] * g[1])]

    with mp.workdps(30):
        states = mp.odefun(rhs, 0, [mp.mpf(x) for x in (*w0, a0)])(mp.mpf("0.75"))
        w, a, _ = reference(0.75, w0, a0, b, eta_w, eta_a)
        assert max(abs(x - y) for x, y in zip(states, [*w, a], strict=True)) < mp.mpf("1e-25")


@problems
def test_its_slope_is_minus_the_gradient(problem):
    """Finite differences in time against the gradient of the loss."""
    X, h = np.eye(len(problem.w0)), 1e-5
    for t in (0.1, 0.7, 3.0):
        path = exact.one_neuron(
            [t - h, t, t + h], problem.w0, problem.a0, problem.beta_star, **problem.rates
        )
        dw, da = neuron.flow_rhs(X, problem.beta_star, path.w[1], path.a[1], **problem.rates)
        assert np.allclose((path.w[2] - path.w[0]) / (2 * h), dw, atol=1e-8)
        assert (path.a[2] - path.a[0]) / (2 * h) == pytest.approx(da, abs=1e-8)


@problems
def test_against_integration(problem):
    X = np.eye(len(problem.w0))
    ours = exact.one_neuron(TIMES, problem.w0, problem.a0, problem.beta_star, **problem.rates)
    theirs = dynamics.one_neuron(
        TIMES,
        X,
        X @ problem.beta_star,
        problem.w0,
        problem.a0,
        **problem.rates,
        rtol=1e-13,
        atol=1e-15,
    )
    for name in ("w", "a", "beta", "residual", "loss"):
        assert np.allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-8, atol=1e-9), name
    assert ours.delta == pytest.approx(theirs.delta, rel=1e-14)


@problems
def test_the_start_is_the_start(problem):
    path = exact.one_neuron(0.0, problem.w0, problem.a0, problem.beta_star, **problem.rates)
    assert np.allclose(path.w, problem.w0, rtol=1e-15, atol=1e-16)
    assert path.a == pytest.approx(problem.a0, rel=1e-15, abs=1e-16)


@problems
def test_the_end_is_a_fixed_point(problem):
    end = exact.one_neuron(np.inf, problem.w0, problem.a0, problem.beta_star, **problem.rates)
    assert np.allclose(end.beta, problem.end_beta, rtol=1e-15, atol=1e-300)
    if problem.end_a is not None:
        assert end.a == pytest.approx(problem.end_a, rel=1e-15)
    late = exact.one_neuron(1e9, problem.w0, problem.a0, problem.beta_star, **problem.rates)
    assert np.allclose(late.w, end.w, rtol=1e-12, atol=1e-8)


@problems
def test_delta_is_conserved_and_loss_never_grows(problem):
    path = exact.one_neuron(
        np.linspace(0, 30, 200), problem.w0, problem.a0, problem.beta_star, **problem.rates
    )
    assert np.allclose(
        conserved.delta(path.w, path.a, **problem.rates), path.delta, rtol=0, atol=1e-13
    )
    assert np.all(np.diff(path.loss) <= 1e-15)


def residual_error(path, t, *problem):
    *_, residual = reference(t, *problem)
    with mp.workdps(60):
        gap = sum((x - mp.mpf(float(y))) ** 2 for x, y in zip(residual, path.residual, strict=True))
        loss = sum(x**2 for x in residual) / 2
        return float(mp.sqrt(gap / (2 * loss))), float(abs(mp.mpf(float(path.loss)) - loss) / loss)


@pytest.mark.parametrize(
    "beta0", [(-0.5, 0.3), (-0.2, -0.11), (2 + 1e-9, 1)], ids=["apart", "opposite", "there"]
)
@pytest.mark.parametrize("delta", [-30.0, -0.5, 0.0, 0.5, 30.0])
def test_the_residual_is_accurate_down_to_a_loss_of_1e_300(delta, beta0):
    beta_star = np.array([2.0, 1.0])
    w0, a0 = conserved.init_from_delta(beta0, delta)
    slowest = np.hypot(delta / 2, np.linalg.norm(beta_star)) + delta / 2
    for digits in (0, 1, 20, 100, 149):
        t = digits * np.log(10) / slowest
        path = exact.one_neuron(t, w0, a0, beta_star)
        if path.loss > 1e-300:
            error, loss_error = residual_error(path, t, w0, a0, beta_star)
            assert error < 5e-13
            assert loss_error < 1e-12
    assert path.loss < 1e-290


@pytest.mark.parametrize(
    ("w0", "a0", "beta_star"), [(0.7, -0.1, 0.3), (-1.1, 0.3, 0.7), (-1.1, 0.0, 0.7)]
)
def test_in_one_dimension_the_residual_decays_at_the_fast_rate(w0, a0, beta_star):
    """Downstream, a component orthogonal to beta* would decay far more slowly; here there is none,
    not even by rounding.
    """
    kappa = np.hypot((a0**2 - w0**2) / 2, beta_star)
    for digits in (10, 100, 149):
        t = digits * np.log(10) / (2 * kappa)
        path = exact.one_neuron(t, [w0], a0, [beta_star])
        assert residual_error(path, t, [w0], a0, [beta_star])[0] < 5e-13


@pytest.mark.parametrize("delta", [1e-15, -1e-15, 1e-9, -1e-9])
def test_delta_near_zero_joins_the_balanced_solution(delta):
    near = exact.one_neuron(TIMES, *conserved.init_from_delta([0.0, 1.0], delta), [1.0, 0.0])
    balanced = exact.one_neuron(TIMES, [0.0, 1.0], 1.0, [1.0, 0.0])
    assert np.allclose(near.w, balanced.w, rtol=0, atol=20 * abs(delta) + 1e-15)


def test_far_upstream_the_path_in_function_space_is_straight_and_exponential():
    """delta -> inf: lazy learning, beta' = -delta (beta - beta*)."""
    delta, beta0, beta_star = 1e6, np.array([0.3, -0.4]), np.array([1.0, 0.5])
    t = np.linspace(0, 5, 20) / delta
    path = exact.one_neuron(t, *conserved.init_from_delta(beta0, delta), beta_star)
    lazy = beta_star + np.exp(-delta * t)[:, None] * (beta0 - beta_star)
    assert np.allclose(path.beta, lazy, atol=1e-9)


def test_far_downstream_the_length_is_learned_long_before_the_direction():
    """delta -> -inf: at time 45 degrees, t ~ ln(2 kappa |w_perp|^2 / (|delta| c+^2)) / (2A)."""
    delta, beta_star = -100.0, np.array([1.0, 0.0])
    w0, a0 = conserved.init_from_delta([0.0, 1.0], delta)
    kappa = np.hypot(delta / 2, 1.0)
    big_a = 1 / (kappa - delta / 2)
    grow = np.sqrt(big_a / (2 * kappa)) * a0
    t_align = np.log(2 * kappa * (w0 @ w0) / (-delta * grow**2)) / (2 * big_a)
    path = exact.one_neuron(t_align, w0, a0, beta_star)
    assert np.degrees(np.arctan2(path.w[1], path.w[0])) == pytest.approx(45, abs=0.1)
    early = exact.one_neuron(1.0, w0, a0, beta_star)
    assert abs(early.beta[1]) < 0.02  # the part of beta that cannot help is gone at once, with a
    assert np.degrees(np.arctan2(early.w[1], early.w[0])) > 85


def test_the_published_closed_form_fails_here_and_this_one_does_not():
    """Starts above the Riccati equation's fixed point, where a root takes the wrong branch."""
    path = exact.one_neuron(0.0, [3.0, 0.5], 0.3, [1.0, 0.0])
    assert np.allclose(path.w, [3.0, 0.5])
    assert np.isfinite(
        exact.one_neuron(1000.0, *conserved.init_from_delta([0.0, 1.0], 1.0), [1.0, 0.0]).loss
    )


@pytest.mark.parametrize("t", [1e3, 1e6, 1e12, 1e300])
@pytest.mark.parametrize("delta", [-1e4, -1.0, 0.0, 1.0, 1e4])
def test_no_time_overflows(t, delta):
    path = exact.one_neuron(t, *conserved.init_from_delta([0.0, 1.0], delta), [1.0, 0.0])
    assert np.all(np.isfinite(path.w))
    assert np.isfinite(path.a)


starts = st.tuples(
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    st.floats(-3, 3),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    st.floats(0.2, 5),
    st.floats(0.2, 5),
)


def solve(t, start):
    w0, a0, beta_star, eta_w, eta_a = start
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exact.SeparatrixWarning)
        return exact.one_neuron(t, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)


@settings(deadline=None, derandomize=True)
@given(starts, st.floats(0, 3), st.floats(0, 3))
def test_flowing_twice_is_flowing_longer(start, t1, t2):
    first = solve(t1, start)
    assume(first.condition < 1e4)
    twice, once = solve(t2, (first.w, first.a, *start[2:])), solve(t1 + t2, start)
    assert np.allclose(twice.w, once.w, atol=1e-9)
    assert np.allclose(twice.a, once.a, atol=1e-9)


@settings(deadline=None, derandomize=True)
@given(starts, st.floats(0, 10))
def test_turning_all_signs_turns_the_path(start, t):
    path, turned = solve(t, start), solve(t, (-np.array(start[0]), -start[1], *start[2:]))
    assert np.array_equal(turned.w, -path.w)
    assert turned.a == -path.a


@settings(deadline=None, derandomize=True)
@given(starts, st.floats(0, 3), st.integers(0, 1000))
def test_rotating_the_problem_rotates_the_path(start, t, seed):
    Q = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    path = solve(t, start)
    assume(path.condition < 1e4)
    rotated = solve(t, (Q @ start[0], start[1], Q @ start[2], *start[3:]))
    assert np.allclose(rotated.w, Q @ path.w, atol=1e-9)


@settings(deadline=None, derandomize=True)
@given(starts, st.floats(0, 10))
def test_both_rates_and_the_clock_can_be_scaled_away(start, t):
    w0, a0, beta_star, eta_w, eta_a = start
    path = solve(t, start)
    assume(path.condition < 1e4)
    canonical = solve(
        t,
        (
            np.sqrt(eta_a) * np.array(w0),
            np.sqrt(eta_w) * a0,
            np.sqrt(eta_a * eta_w) * np.array(beta_star),
            1.0,
            1.0,
        ),
    )
    assert np.allclose(np.sqrt(eta_a) * path.w, canonical.w, atol=1e-9)
    assert np.allclose(np.sqrt(eta_w) * path.a, canonical.a, atol=1e-9)


def test_one_time_and_many_times_agree():
    many = exact.one_neuron(TIMES, [0.1, 0.2], 1.0, [1.0, 0.0])
    assert many.w.shape == (TIMES.size, 2)
    for i, t in enumerate(TIMES):
        one = exact.one_neuron(t, [0.1, 0.2], 1.0, [1.0, 0.0])
        assert one.w.shape == (2,)
        assert one.a.shape == ()
        assert np.array_equal(one.w, many.w[i])


def test_a_batch_of_starts_is_each_start_on_its_own():
    deltas = np.array([[-3.0, 0.0, 3.0], [1e-15, -1e4, 1e4]])
    w0, a0 = conserved.init_from_delta([0.6, -0.8], deltas)
    targets = np.array([[[1.0, 0.0]], [[0.0, 0.0]]])
    paths = exact.one_neuron(TIMES, w0, a0, targets, eta_w=2.0)
    assert paths.w.shape == (2, 3, TIMES.size, 2)
    assert paths.loss.shape == (2, 3, TIMES.size)
    assert paths.delta.shape == paths.condition.shape == (2, 3)
    assert exact.one_neuron(np.inf, w0, a0, targets).w.shape == (2, 3, 2)
    for i, j in np.ndindex(2, 3):
        alone = exact.one_neuron(TIMES, w0[i, j], a0[i, j], targets[i, 0], eta_w=2.0)
        assert np.array_equal(paths.w[i, j], alone.w)
        assert np.array_equal(paths.residual[i, j], alone.residual)


def test_next_to_the_separatrix_it_says_so():
    """One ulp from c+ = 0, the rounding of the start decides where it ends."""
    s, delta, a0 = 1.0, -3.0, 0.5
    along = -(np.hypot(delta / 2, s) + delta / 2) * a0 / s
    across = np.sqrt(a0**2 - delta - along**2)
    with pytest.warns(exact.SeparatrixWarning, match="separatrix"):
        path = exact.one_neuron(1.0, [along, across], a0, [s, 0.0])
    assert path.condition > 1e8


def test_on_the_separatrix_it_ends_at_the_saddle():
    """delta = -3/2 and |beta*| = 1 give kappa = 5/4, so that c+ = 0 can be had in float64."""
    with pytest.warns(exact.SeparatrixWarning, match="condition inf"):
        path = exact.one_neuron([3.0, 1e3, np.inf], [-0.5, 1.5], 1.0, [1.0, 0.0])
    assert np.allclose(path.w[1:], [0.0, 1.5**0.5], rtol=1e-15, atol=0)
    assert np.array_equal(path.a[1:], [0.0, 0.0])
    w, a, _ = reference(3.0, [-0.5, 1.5], 1.0, [1.0, 0.0])
    assert float(abs(path.a[0] - a) / a) < 1e-13
    assert float(abs(path.w[0, 1] - w[1])) < 1e-15


@pytest.mark.parametrize("rate", [1.0, 0.3, 1e3])
def test_balanced_and_anti_aligned_it_decays_to_the_origin(rate):
    """w0 = -a0 betahat, delta = 0 to the last bit: the only balanced start that learns nothing."""
    with pytest.warns(exact.SeparatrixWarning):
        path = exact.one_neuron([0.0, 1e4, np.inf], [0.7], -0.7, [1.3], eta_w=rate, eta_a=rate)
    assert path.delta == 0
    assert np.all(np.abs(path.a[1:]) < 1e-300)
    assert np.all(np.abs(path.w[1:]) < 1e-300)


@pytest.mark.parametrize("size", [0.0, 1e-300, 1e-150, 1e-20, 1.0, 1e50])
@pytest.mark.parametrize("target", [0.0, 1e-300, 1e-60, 1.0, 1e50])
def test_no_size_overflows_or_warns(size, target):
    shapes = np.array(
        [[0.0, 1.0, 1.0], [0.6, 0.8, -1.0], [-1.0, 0.0, 1.0], [1.0, 2.0, 0.0], [1.0, 1e-9, 0.3]]
    )
    times = [0.0, 1e-8, 1.0, 1e3, 1e100, 1e300, np.inf]
    for eta_w, eta_a in [(1.0, 1.0), (0.01, 100.0), (1e50, 1e-50)]:
        with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", exact.SeparatrixWarning)
            path = exact.one_neuron(
                times,
                size * shapes[:, :2],
                size * shapes[:, 2],
                [target, 0.0],
                eta_w=eta_w,
                eta_a=eta_a,
            )
        for name in ("w", "a", "beta", "residual", "loss", "delta"):
            assert np.all(np.isfinite(getattr(path, name))), name


def test_a_tiny_start_escapes_when_it_should():
    """From weights of 1e-150 the halfway point comes at t = ln(2 kappa / c+^2) / (2 kappa)."""
    t = (np.log(2.0) - 2 * np.log(2**0.5 * 1e-150)) / 2
    path = exact.one_neuron([t, t + 5], [1e-150], 1e-150, [1.0])
    assert path.beta[0, 0] == pytest.approx(0.5, abs=1e-9)
    assert path.residual[1, 0] == pytest.approx(1 / (1 + np.exp(10.0)), rel=1e-9)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"t": -1.0}, "t: expected times >= 0"),
        ({"t": np.nan}, "t: expected times >= 0"),
        ({"t": [[1.0]]}, r"t: expected shape \(\) or \(T,\)"),
        ({"t": "soon"}, "t: expected a time"),
        ({"w0": [np.nan, 1.0]}, "w0: expected finite numbers, got nan"),
        ({"w0": 1.0}, r"w0: expected shape \(..., d\)"),
        ({"w0": np.ones((3, 2)), "a0": [1.0, 2.0]}, r"w0, a0: .* w0 has \(3,\), a0 has \(2,\)"),
        ({"t": 1j}, "t: expected a time"),
        ({"w0": [[1.0, 2.0], [3.0]]}, "w0: expected real numbers"),
        ({"a0": np.inf}, "a0: expected finite numbers, got inf"),
        ({"a0": "one"}, "a0: expected real numbers"),
        ({"eta_w": [1.0, 2.0]}, "eta_w: expected one number > 0"),
        ({"beta_star": [1.0, 2.0, 3.0]}, r"beta_star: expected shape \(..., 2\)"),
        ({"beta_star": None}, "beta_star: expected real numbers"),
        ({"eta_w": 0.0}, "eta_w: expected one number > 0"),
        ({"eta_a": -1.0}, "eta_a: expected one number > 0"),
        ({"w0": [1e70, 0.0]}, "w0: expected numbers up to"),
    ],
)
def test_bad_input_is_named(change, part):
    arguments = {
        "t": 1.0,
        "w0": [1.0, 2.0],
        "a0": 1.0,
        "beta_star": [1.0, 0.0],
        "eta_w": 1.0,
        "eta_a": 1.0,
    } | change
    with pytest.raises(ValueError, match=part):
        exact.one_neuron(**arguments)


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("d", [2, 4])
def test_balanced_paths_of_either_sign(sign, d):
    """phi = tanh(atanh phi0 + sgn(a) s t) for delta = 0.

    At times where cosh(s t) alone would overflow too.
    """
    rng = np.random.default_rng(d)
    w0, beta_star = rng.normal(size=d), rng.normal(size=d)
    s, phi0 = (
        np.linalg.norm(beta_star),
        w0 @ beta_star / np.linalg.norm(w0) / np.linalg.norm(beta_star),
    )
    t = np.array([0.1, 1.0, 5.0, 400.0, 1e5]) / s
    path = exact.one_neuron(t, w0, sign * np.linalg.norm(w0), beta_star)
    _, phi = exact.mu_phi(path.w, path.a, beta_star)
    assert np.allclose(phi, np.tanh(np.arctanh(phi0) + sign * s * t), rtol=1e-12, atol=1e-13)
    assert np.allclose(path.beta[-1], beta_star, rtol=1e-13)


def hard_starts(number, d, seed):
    """Starts (N, d) of every kind: near the balance, the separatrix, the line of beta*, beta*."""
    rng = np.random.default_rng(seed)
    units = np.linalg.qr(rng.normal(size=(number, d, 2)))[0]
    unit, side = units[..., 0], units[..., 1]
    s, a, along, across = 10 ** rng.uniform([[-3], [-4], [-4], [-4]], 3, size=(4, number))
    a, along = (x * rng.choice([-1, 1], number) for x in (a, along))
    nearly = rng.choice([-1, 1], number) * 10 ** rng.uniform(-12, 0, number)
    kind, delta = rng.integers(5, size=number), -(10 ** rng.uniform(-6, 6, number))
    a[kind == 1] = (np.hypot(along, across) * (1 + nearly))[kind == 1]
    kappa = np.hypot(delta / 2, s)
    along[kind == 2] = (-s / (kappa - delta / 2) * a * (1 + nearly))[kind == 2]
    across[kind == 2] = np.sqrt(np.maximum(a**2 - delta - along**2, 0))[kind == 2]
    across[kind == 3] = np.abs(along * nearly)[kind == 3]
    along[kind == 4] = (s / a * (1 + nearly))[kind == 4]
    return along[:, None] * unit + across[:, None] * side, a, s[:, None] * unit


@pytest.mark.parametrize("d", [2, 3, 30])
@pytest.mark.parametrize("rates", [{}, {"eta_w": 0.03, "eta_a": 7.0}], ids=["rates 1", "rates"])
def test_what_float64_prepares_is_as_good_as_what_32_digits_do(monkeypatch, d, rates):
    starts = hard_starts(2000, d, d)
    times = np.append(np.geomspace(1e-6, 1e9, 40), np.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", exact.SeparatrixWarning)
        quick = exact.one_neuron(times, *starts, **rates)
        monkeypatch.setattr(_start, "TRUST", 0.0)  # all of them with 32 digits
        careful = exact.one_neuron(times, *starts, **rates)
    assert np.any(quick.w != careful.w)
    size = np.sqrt(np.sum(careful.w**2, axis=-1) + careful.a**2)
    gap = np.sqrt(np.sum((quick.w - careful.w) ** 2, axis=-1) + (quick.a - careful.a) ** 2)
    assert np.max(gap / size) < 1e-14
    assert np.allclose(quick.delta, careful.delta, rtol=1e-14, atol=0)
