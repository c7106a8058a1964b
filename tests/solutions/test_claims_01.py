"""What notebooks 00 and 01 say in numbers, against the runs that they speak of."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from lazyrich import conserved, dynamics, exact, kernel, measures
from lazyrich.demos import break_the_law
from lazyrich.experiments import digits
from lazyrich.models import neuron
from nbjudge.contract.assignment import read_notebook

SOLUTIONS = Path(__file__).parents[2] / "solutions"
BETA0, TARGET = np.array([0.0, 1.0]), np.array([1.0, 0.0])
START_W, START_A = np.array([0.8, -0.5, 0.3]), 0.4


def text(name, cell):
    cells = read_notebook(SOLUTIONS / name / f"{name}.ipynb")["cells"]
    (source,) = ("".join(c["source"]) for c in cells if c["id"] == cell)
    return re.sub(r"\s+", " ", source.replace("−", "-"))


def said(name, cell, pattern):
    """The numbers that a pattern finds in the text of a cell."""
    found = re.search(pattern, text(name, cell))
    assert found, f"{name}, {cell} no longer says {pattern!r}"
    return [float(number) for number in found.groups()]


def data(seed, n=6, d=3):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=n)


def at_90_degrees(delta):
    t = np.append(0.0, np.geomspace(0.01, 100, 2000))
    w, a = conserved.init_from_delta(BETA0, delta)
    path = exact.one_neuron(t, w, a, TARGET)
    S = kernel.whitened_kernel_distance(w, a, path.w, path.a)
    angle = np.degrees(np.arctan2(path.w[:, 1], path.w[:, 0]))
    return {
        "half": t[np.argmax(angle <= 45)],
        "S": S[-1],
        "regime": measures.regime_label(path.loss, S),
    }


def test_two_networks_read_digits_alike_and_turn_differently():
    found, _ = digits.load()
    right, turned = found["test_accuracy"].isel(t=-1), found["turned"].mean("filter")
    small, large = said("00_start", "digits-text", r"(\d+)% and (\d+)% of them are right")
    assert 100 * right.sel(scale=0.1).mean() == pytest.approx(small, abs=0.6)
    assert 100 * right.sel(scale=10).mean() == pytest.approx(large, abs=0.6)
    (far,) = said("00_start", "digits-text", r"turned by (\d+) degrees on average")
    assert turned.sel(scale=0.1).mean() == pytest.approx(far, abs=1)
    assert turned.sel(scale=10).mean() == pytest.approx(0.5, abs=0.1)
    assert "half a degree" in text("00_start", "digits-text")


def test_descent_blows_up_beyond_a_quarter():
    assert r"$h>\tfrac14$" in text("00_start", "text-08")
    factor = [abs(1 - 8 * h) for h in (0.249, 0.251)]
    assert factor[0] < 1 < factor[1]


def test_upstream_turns_at_once_and_is_lazy_downstream_turns_late_and_is_rich():
    up, down = at_90_degrees(4.0), at_90_degrees(-4.0)
    early, near = said("01_invariant", "text-06", r"halfway at \$t = ([\d.]+)\$.*? only ([\d.]+) ")
    late, times, far = said(
        "01_invariant",
        "text-06",
        r"turns halfway at \$t = ([\d.]+)\$, (\d+) times later, and its kernel ends ([\d.]+) away",
    )
    assert up["half"] == pytest.approx(early, rel=0.03)
    assert up["S"] == pytest.approx(near, rel=0.03)
    assert down["half"] == pytest.approx(late, rel=0.03)
    assert down["half"] / up["half"] == pytest.approx(times, rel=0.03)
    assert down["S"] == pytest.approx(far, rel=0.01)
    assert (up["regime"], down["regime"]) == ("lazy", "rich")


def test_a_rescaled_start_has_the_same_function_but_another_path():
    """A symmetry of the loss, not of the flow."""
    t = np.array([0.0, 0.5])
    one, two = (
        dynamics.one_neuron(t, np.eye(2), TARGET, c * BETA0, 1 / c).beta for c in (1.0, 2.0)
    )
    assert np.allclose(one[0], two[0])
    assert np.linalg.norm(one[1] - two[1]) > 0.1


def test_who_is_faster_depends_on_the_sign_of_delta_and_far_downstream_on_the_angle():
    rng = np.random.default_rng(0)
    for _ in range(2000):
        w, a, g, eta_w, eta_a = rng.normal(size=3), rng.normal(), rng.normal(size=3), *rng.random(2)
        weights = np.sqrt(eta_w) * abs(a) * np.linalg.norm(g)
        readout = np.sqrt(eta_a) * abs(w @ g)
        delta = conserved.delta(w, a, eta_w=eta_w, eta_a=eta_a)
        if delta >= 0:
            assert weights >= readout
        cosine = abs(w @ g) / np.linalg.norm(w) / np.linalg.norm(g)
        if delta < -0.99 * eta_a * (w @ w) and cosine > 0.2:
            assert readout > weights
    w, a, g = np.array([2.0, 0.0]), 0.1, np.array([0.01, 1.0])  # far downstream, perpendicular
    dw, da = a * g, w @ g
    assert conserved.delta(w, a) < -3
    assert abs(da) < np.linalg.norm(dw)


def test_the_careless_root_is_zero_in_floating_point():
    assert "`-1e6 + np.sqrt(1e12 + 4e-6)`" in text("01_invariant", "text-17")
    assert -1e6 + np.sqrt(1e12 + 4e-6) == 0
    _, a = conserved.init_from_delta([1.0, 0.0], -1e6)
    assert a == pytest.approx(0.001, rel=1e-3)


def test_halving_the_step_about_halves_the_drift_most_of_it_at_the_beginning():
    X, y = data(1)
    drifts = []
    for step in (0.1, 0.05, 0.025):
        run = neuron.gradient_descent(X, y, START_W, START_A, step=step, n_steps=round(2 / step))
        delta = conserved.delta(run["w"], run["a"])
        drifts.append(delta[-1] - delta[0])
        assert np.abs(np.diff(delta))[0] == np.abs(np.diff(delta)).max()
    assert all(1.8 < a / b < 2.6 for a, b in itertools.pairwise(drifts))


def test_steps_along_g_pull_towards_balance_and_steps_across_it_downstream():
    w, a, eta, h = np.array([0.6, 0.0]), 1.3, 0.7, 0.01
    X, y = np.eye(2), np.array([2.0, 0.0])  # g points along w
    g = a * w - y
    drift = conserved.gd_drift(w, a, X, y, eta_w=eta, eta_a=eta, step=h)
    delta = conserved.delta(w, a, eta_w=eta, eta_a=eta)
    assert drift == pytest.approx(-(h**2) * eta**2 * (g @ g) * delta)
    assert conserved.gd_drift(np.array([0.0, 0.6]), a, [[1.0, 0.0]], [2.0], step=h) < 0


def decaying(lam, eta_w, eta_a, t, seed=7):
    X, y = data(seed)

    def gradient(params):
        w, a = params[0], float(params[1][0])
        dw, da = neuron.gradients(X, y, w, a)
        return [dw + lam * w, np.array([da + lam * a])]

    w, a = dynamics.gradient_flow(
        t, gradient, [np.array([1.2, -0.5, 0.3]), np.array([0.4])], [eta_w, eta_a]
    )
    return w, a[:, 0], np.linalg.norm(X.T @ y)


@pytest.mark.parametrize("lam", [0.4, 20.0])
def test_decay_forgets_delta_at_its_own_rate_but_the_ratio_only_if_the_weights_live(lam):
    eta = 0.7
    assert r"every $2.3/(2\lambda\eta)$ units of time it is down to a tenth" in text(
        "01_invariant", "text-30"
    )
    tenth = np.log(10) / (2 * lam * eta)
    w, a, pull = decaying(lam, eta, eta, np.array([0.0, tenth, 4 * tenth]))
    delta = conserved.delta(w, a, eta_w=eta, eta_a=eta)
    assert delta[1] == pytest.approx(delta[0] / 10, rel=1e-6)
    ratio = a**2 / np.sum(w**2, axis=-1)
    if lam < pull:
        assert ratio[-1] > 0.9
    else:
        assert ratio[1] < 0.2
        assert a[-1] ** 2 + w[-1] @ w[-1] < 0.01


def test_with_unequal_rates_decay_does_not_end_at_zero():
    w, a, _ = decaying(0.4, 2.0, 0.5, np.array([0.0, 100.0]))
    assert a[-1] ** 2 == pytest.approx(w[-1] @ w[-1], rel=1e-4)
    delta = conserved.delta(w[-1], a[-1], eta_w=2.0, eta_a=0.5)
    assert delta == pytest.approx((2.0 - 0.5) * a[-1] ** 2, rel=1e-4)
    assert delta > 1


def test_sgd_first_rises_and_then_falls_gradient_descent_stops():
    X, y = data(1)
    settings = {"step": 0.05, "n_steps": 600}
    runs = neuron.sgd_delta_ensemble(START_W, START_A, X, y, batch=2, seeds=range(10), **settings)
    mean, t = runs.mean(axis=0), 0.05 * np.arange(601)
    (top,) = said("01_invariant", "text-34", r"up to \$t\\approx(\d)\$")
    assert t[mean.argmax()] == pytest.approx(top, abs=0.6)
    assert mean.max() > mean[0] + 0.1
    assert np.all(runs[:, -1] < runs[:, 0] - 0.4)
    full = neuron.gradient_descent(X, y, START_W, START_A, **settings)
    delta = conserved.delta(full["w"], full["a"])
    assert abs(delta[-1] - delta[-201]) < 1e-4 < abs(delta[-1] - delta[0]) < 0.05


def test_step_batch_and_momentum_can_increase_the_size_of_delta_and_decay_shrinks_it():
    start, step, batch, momentum = said(
        "01_invariant",
        "text-36",
        r"begins at (-[\d.]+)\. .*? to (-[\d.]+), .*? to (-[\d.]+), .*? to (-[\d.]+):",
    )
    plain = {"step": 0.1, "batch": 8, "decay": 0.0, "momentum": 0.0}
    ends = [
        break_the_law.train(**plain | change)["delta"]
        for change in ({}, {"batch": 1}, {"step": 0.03, "momentum": 0.9})
    ]
    assert all(delta[0] == pytest.approx(start, abs=0.005) for delta in ends)
    assert [d[-1] for d in ends] == pytest.approx([step, batch, momentum], abs=0.006)
    shrunk = break_the_law.train(**plain | {"step": 0.001, "decay": 0.1})["delta"]
    assert np.all(np.diff(np.abs(shrunk)) < 0)
