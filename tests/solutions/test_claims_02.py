"""Hold what the text of 02_exact says in numbers and comparisons, by the runs that it speaks of."""

from pathlib import Path

import numpy as np
import pytest

from lazyrich import conserved, dynamics, exact, kernel, measures
from lazyrich.demos.exact_overlay import GRID, compare
from lazyrich.exercises import exact as check
from lazyrich.experiments import paper_figures
from nbjudge.contract.assignment import read_notebook

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "02_exact" / "02_exact.ipynb"
TARGET = np.array([1.0, 0.0])
LATE = np.append(0.0, np.geomspace(0.01, 100, 3000))


def start(delta, degrees, **rates):
    turn = np.radians(degrees)
    return conserved.init_from_delta(np.array([np.cos(turn), np.sin(turn)]), delta, **rates)


def path(delta, degrees):
    """Loss and S along the exact path of the figure in section 6."""
    w0, a0 = start(delta, degrees)
    run = exact.one_neuron(LATE, w0, a0, TARGET)
    return run.loss, kernel.whitened_kernel_distance(w0, a0, run.w, run.a)


def test_a_root_from_singular_values_is_more_accurate_than_one_from_the_square():
    rng = np.random.default_rng(0)
    U, V = np.linalg.qr(rng.normal(size=(9, 3)))[0], np.linalg.qr(rng.normal(size=(3, 3)))[0]
    sizes = np.array([1.0, 0.1, 1e-6])
    X, right = U * sizes @ V.T, V / sizes @ V.T
    _, s, Vt = np.linalg.svd(X, full_matrices=False)
    values, vectors = np.linalg.eigh(X.T @ X)
    by_svd, by_square = Vt.T / s @ Vt, vectors / np.sqrt(values) @ vectors.T
    errors = [np.linalg.norm(T - right) / np.linalg.norm(right) for T in (by_svd, by_square)]
    assert errors[0] < 1e-9 < 1e-7 < errors[1]
    turned, upper = [np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(50)], U @ V.T
    nearest = np.linalg.norm(X - upper)
    assert all(np.linalg.norm(X - upper @ Q) > nearest for Q in turned)


def test_the_hyperbolic_cosine_is_infinite_at_711():
    with np.errstate(over="ignore"):
        assert np.isfinite(np.cosh(709.0))
        assert np.isinf(np.cosh(711.0))


def test_nu_forgets_its_start_at_the_rate_of_the_distance_of_its_fixed_points():
    rates, delta, s = {"eta_w": 2.0, "eta_a": 0.5}, -1.0, 1.3
    beta_star = np.array([s, 0.0])
    w0, a0 = conserved.init_from_delta(np.array([0.4, 1.0]), delta, **rates)
    R = np.sqrt(delta**2 + 4 * 2.0 * 0.5 * s**2)
    low, high = (-delta - R) / 1.0, (-delta + R) / 1.0
    run = exact.one_neuron(np.array([2.0, 4.0]), w0, a0, beta_star, **rates)
    gap = np.abs(run.w @ beta_star / run.a - high)
    assert np.log(gap[0] / gap[1]) / 2 == pytest.approx(R, rel=1e-3)
    assert pytest.approx(0.5 * (high - low)) == R


def test_left_of_the_open_dot_the_readout_passes_zero():
    w0, a0, delta = np.array([-2.0, 0.5]), 0.3, 0.09 - 4.25
    nu0, open_dot = w0[0] / a0, (-delta - np.hypot(delta, 2)) / 2
    assert nu0 < open_dot
    t = np.linspace(0, 5, 2001)
    a = dynamics.one_neuron(t, np.eye(2), TARGET, w0, a0).a
    assert a[0] > 0 > a[-1]
    assert exact.basin(w0, a0, TARGET) == -1
    k = np.hypot(delta / 2, 1.0)
    plus = np.sqrt((k - delta / 2) / (2 * k)) * w0[0] + np.sqrt((k + delta / 2) / (2 * k)) * a0
    assert plus < 0  # c_+ has the sign of the readout at the end


def test_the_overlay_says_when_the_weights_across_fade():
    assert paper_figures.overlay().gap < 1e-10
    rates, t = {"eta_w": 2.0, "eta_a": 0.5}, np.linspace(0, 40, 40001)
    faded, readout = {}, {}
    for delta in (-3.0, 3.0):
        w0, a0 = conserved.init_from_delta(np.array([0.3, 1.0]), delta, **rates)
        run = exact.one_neuron(t, w0, a0, TARGET, **rates)
        faded[delta] = t[np.argmax(np.abs(run.w[:, 1]) < 0.1 * abs(w0[1]))]
        readout[delta] = run.a
    assert faded == {-3.0: pytest.approx(11, abs=0.5), 3.0: pytest.approx(0.7, abs=0.05)}
    down, up = readout[-3.0], readout[3.0]
    assert down.min() < 0.5 * down[0]
    assert down[-1] > 0.9 * down[0]
    assert np.max(np.abs(up / up[0] - 1)) < 0.02


def test_a_finite_step_is_off_in_proportion_to_the_step():
    w0, a0 = start(-1.0, 90)
    end = exact.one_neuron(2.0, w0, a0, TARGET).beta
    off = []
    for step in (2e-3, 1e-3):
        w, a = w0.copy(), a0
        for _ in range(round(2.0 / step)):
            g = a * w - TARGET
            w, a = w - step * a * g, a - step * (w @ g)
        off.append(np.linalg.norm(a * w - end))
    assert off[0] / off[1] == pytest.approx(2, abs=0.05)


def test_a_factor_in_the_inputs_is_a_factor_in_time():
    w0, a0 = start(-1.0, 90)
    t = np.array([0.3, 1.0, 2.0])
    X = np.sqrt(3.0) * np.eye(2)
    run = dynamics.one_neuron(t, X, X @ TARGET, w0, a0)
    np.testing.assert_allclose(run.beta, exact.one_neuron(3 * t, w0, a0, TARGET).beta, atol=1e-8)


def test_ellipses_are_circles_upstream_and_needles_downstream():
    shares, bends = {}, {}
    for delta in (-3.0, 0.0, 3.0):
        w0, a0 = start(delta, 90)
        run = exact.one_neuron(LATE, w0, a0, TARGET)
        values = np.linalg.eigvalsh(kernel.metric_one_neuron(run.w, run.a))
        shares[delta] = values[:, 0] / values[:, 1]
        way = (TARGET - run.beta[0]) / np.linalg.norm(TARGET - run.beta[0])
        off = run.beta - run.beta[0]
        bends[delta] = np.max(np.abs(off[:, 0] * way[1] - off[:, 1] * way[0]))
    assert shares[3.0].min() > 0.9
    assert shares[-3.0].max() < 0.1
    assert bends[3.0] < 0.02 < bends[0.0] < bends[-3.0]


def test_twice_the_rate_of_the_readout_makes_the_needles_longer():
    told = {-3.0: (3.6, 6.9, -6.3), 0.0: (2.0, 3.0, -1.0), 3.0: (3.6, 3.9, 2.7)}
    for delta, (before, after, new_delta) in told.items():
        w0, a0 = start(delta, 90)
        once, twice = (
            np.linalg.eigvalsh(kernel.metric_one_neuron(w0, a0, eta_a=e)) for e in (1.0, 2.0)
        )
        assert once[0] == pytest.approx(twice[0])
        assert (once[1], twice[1]) == (
            pytest.approx(before, abs=0.05),
            pytest.approx(after, abs=0.05),
        )
        assert conserved.delta(w0, a0, eta_a=2.0) == pytest.approx(new_delta, abs=0.05)


def test_which_starts_are_delayed_is_decided_by_the_rule():
    names = {
        delta: measures.regime_label(*path(delta, 120)) for delta in (-4.0, -1.0, 0.0, 2.0, 4.0)
    }
    assert names == {-4.0: "delayed", -1.0: "delayed", 0.0: "rich", 2.0: "lazy", 4.0: "lazy"}
    furthest = {delta: path(delta, 120)[1][-1] for delta in names}
    assert max(furthest, key=furthest.get) == -4.0
    assert furthest[-4.0] == pytest.approx(0.67, abs=0.005)
    fitted = {delta: np.argmax(loss <= 0.1 * loss[0]) for delta, (loss, _) in
              ((delta, path(delta, 120)) for delta in names)}  # fmt: skip
    assert max(fitted, key=fitted.get) == -4.0


def test_from_ninety_degrees_downstream_is_rich_and_late_by_the_clock():
    half = {}
    for delta in (-4.0, 0.0):
        loss, S = path(delta, 90)
        assert measures.regime_label(loss, S) == "rich"
        half[delta] = LATE[np.argmax(0.5 * S[-1] <= S)]
        if delta < 0:
            assert S[np.argmax(loss <= 0.1 * loss[0])] / S[-1] == pytest.approx(0.81, abs=0.01)
    assert half == {-4.0: pytest.approx(12, abs=0.5), 0.0: pytest.approx(0.9, abs=0.05)}


def test_one_minus_the_cosine_keeps_nothing_of_a_tiny_distance():
    rng = np.random.default_rng(0)
    signs = set()
    for _ in range(200):
        J = rng.normal(size=(5, 8))
        K = J @ J.T
        change = 1e-9 * np.linalg.norm(K) * rng.normal(size=(5, 5))
        near = K + change + change.T
        cosine = np.sum(K * near) / (np.linalg.norm(K) * np.linalg.norm(near))
        assert abs(1 - cosine) < 1e-14
        signs.add(np.sign(1 - cosine))
        assert 0 < kernel.kernel_distance(K, near) < 1e-16
    assert signs == {-1.0, 0.0, 1.0}


def test_a_kernel_can_grow_a_thousandfold_without_a_distance():
    w0, a0 = conserved.init_from_delta(1e-3 * TARGET, 0.0)
    run = exact.one_neuron(np.array([0.0, 30.0]), w0, a0, TARGET)
    first, last = kernel.metric_one_neuron(run.w, run.a)
    np.testing.assert_allclose(last, 1000 * first, rtol=1e-6, atol=1e-12)
    assert kernel.kernel_distance(first, last) < 1e-15


def test_the_demo_is_wrong_in_proportion_to_the_correlation():
    usual = {"delta": -2.0, "angle": 90.0, "scale": 1.0, "ratio": 1.0}
    runs = {rho: compare(GRID, rho=rho, **usual) for rho in (0.0, 0.01, 0.05, 0.6)}
    assert runs[0.0].error.max() < 1e-10
    assert all(run.metric_error.max() < 1e-10 for run in runs.values())
    assert runs[0.01].error.max() == pytest.approx(0.014, abs=0.001)
    assert runs[0.05].error.max() == pytest.approx(0.06, abs=0.005)
    for rho in (0.01, 0.05):
        assert runs[rho].error[0] == 0
        assert runs[rho].error[-1] < 1e-4 < runs[rho].error.max()
    assert runs[0.6].error[-1] > 1e-3  # not yet there at the edge of the picture


def test_the_largest_entry_of_t_is_modest_until_two_inputs_nearly_agree():
    def largest(rho):
        return np.max(check.whitened(np.linalg.cholesky([[1.0, rho], [rho, 1.0]]).T)[1])

    assert largest(0.0) == pytest.approx(1)
    assert largest(0.5) < 1.2
    assert largest(0.9999) > 50
    Z, _ = check.whitened(np.random.default_rng(0).normal(size=(150, 2)) @ [[1.0, 0.9], [0.0, 0.4]])
    assert np.sum(Z**2, axis=0) == pytest.approx(np.ones(2))


def test_a_share_needs_a_delta_in_proportion_to_the_function():
    for size in (1e-3, 1.0, 50.0):
        for share, ratio in ((0.1, -2.67), (0.5, 0.0), (0.9, 2.67)):
            delta = conserved.delta(*check.start_of_share(np.array([0.0, size]), share))
            assert float(delta) / size == pytest.approx(ratio, abs=0.01)
            M = kernel.metric_from_beta(np.array([0.0, size]), delta if share != 0.5 else 0.0)
            assert M[0, 0] / M[1, 1] == pytest.approx(share)


def test_a_shrinking_function_turns_less_and_less_downstream():
    shares = {}
    for first in (0.1, 0.5, 0.9):
        w0, a0 = check.start_of_share(np.array([0.0, 1.0]), first)
        run = exact.one_neuron(LATE, w0, a0, TARGET)
        size = np.linalg.norm(run.beta, axis=1)
        values = np.linalg.eigvalsh(kernel.metric_one_neuron(run.w, run.a))
        shares[first] = (values[:, 0] / values[:, 1])[np.argmin(size)]
        assert size.min() < 0.8
    assert shares[0.1] < 0.01
    assert shares[0.5] == pytest.approx(0.5)
    assert shares[0.9] > 0.94


def drafts():
    """The draft as it stands in the notebook, and with a 1 in the place of d."""
    source = next(
        "".join(cell["source"])
        for cell in read_notebook(NOTEBOOK)["cells"]
        if "".join(cell["source"]).startswith("def overlap")
    )
    for text in (source, source.replace("d = w0.size", "d = 1")):
        space = {"np": np}
        exec(text, space)
        yield space["draft_distance"]


def test_the_draft_passes_every_test_of_its_author_and_is_off_by_a_quarter():
    rng = np.random.default_rng(3)
    draft, one_for_d = drafts()
    pairs = rng.normal(size=(2000, 2, 4))
    for S in (draft, one_for_d):
        for (*w, a), (*v, b) in pairs[:200]:
            w, v, b = np.array(w), np.array([v]), np.array([b])
            there = S(w, a, v, b)[0]
            assert there > -1e-12
            assert abs(S(w, a, w[None], np.array([a]))[0]) < 1e-12
            assert S(v[0], b[0], w[None], np.array([a]))[0] == pytest.approx(there)
            assert S(w, a, 3 * v, 3 * b)[0] == pytest.approx(there)
            assert S(w, a, -v, b)[0] == pytest.approx(there)
            assert abs(S(w[:1], a, v[:, :1], b)[0]) < 1e-12
    off = [
        kernel.whitened_kernel_distance(p[:3], p[3], q[:3], q[3])
        - draft(p[:3], p[3], q[None, :3], q[None, 3])[0]
        for p, q in pairs
    ]
    assert min(off) > -1e-12  # too low, never too high
    assert max(off) < 0.25
    needles = np.array([1.0, 0.0]), 1e-3, np.array([[1.0, 3**0.5]]), np.array([1e-3])
    assert draft(*needles)[0] == pytest.approx(0.5, abs=1e-4)
    assert check.draft_distance(*needles) == pytest.approx(draft(*needles))
    gap = kernel.whitened_kernel_distance(*needles)[0] - draft(*needles)[0]
    assert gap == pytest.approx(0.25, abs=1e-4)


def test_the_draft_is_right_at_both_ends_of_a_path_and_one_for_d_is_not():
    draft, one_for_d = drafts()
    for delta in (-2.0, -1.0, 0.0, 2.0):
        w0, a0 = start(delta, 90)
        run = exact.one_neuron(np.append(LATE, 1e3), w0, a0, TARGET)
        right = kernel.whitened_kernel_distance(w0, a0, run.w, run.a)
        found = draft(w0, a0, run.w, run.a)
        assert np.allclose(found[[0, -1]], right[[0, -1]], atol=1e-9)
        assert np.max(right - found) > 1e-4
        assert abs(one_for_d(w0, a0, run.w, run.a)[-1] - right[-1]) > 1e-3
