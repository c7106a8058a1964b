"""Hold what 03_regimes, the README, the glossary and the gallery say of runs to those runs."""

import numpy as np
import pytest

from lazyrich import conserved, exact, kernel, measures
from lazyrich.demos import gallery, regimes
from lazyrich.experiments import paper_figures

TARGET = np.array([1.0, 0.0])
ASKED = ("lazy", "rich", "delayed")
TIMES = np.append(0.0, np.geomspace(1e-4, 1e6, 4001))


def run(delta, degrees, *, size=1.0, dimensions=2):
    """Loss and kernel distance at `TIMES` of one neuron; the target is a unit vector."""
    turn = np.radians(degrees)
    beta0 = np.zeros(dimensions)
    beta0[:2] = size * np.cos(turn), size * np.sin(turn)
    w0, a0 = conserved.init_from_delta(beta0, delta)
    path = exact.one_neuron(TIMES, w0, a0, np.eye(dimensions)[0])
    return path, kernel.whitened_kernel_distance(w0, a0, path.w, path.a)


def label(delta, degrees, **options):
    path, S = run(delta, degrees, **options)
    return measures.regime_label(path.loss, S)


def fitted(path):
    """The first index at which a tenth of the loss is left."""
    return int(np.argmax(path.loss <= 0.1 * path.loss[0]))


def share(delta, degrees, **options):
    """The part of its way that S has made when a tenth of the loss is left."""
    path, S = run(delta, degrees, **options)
    return S[fitted(path)] / S[-1]


def half(delta, degrees):
    path, S = run(delta, degrees)
    return measures.summarize_run(TIMES, path.loss, S, interpolate=True)["t_half"]


@pytest.mark.parametrize("delta", [-100.0, -8.0, -4.0, -1.0, 0.0])
def test_from_a_right_angle_no_run_is_delayed_and_the_kernel_is_half_way_first(delta):
    assert label(delta, 90) == "rich"
    path, _ = run(delta, 90)
    assert share(delta, 90) > 0.75
    assert half(delta, 90) < TIMES[fitted(path)]


def test_at_delta_minus_four_the_angle_decides():
    """Section 5: from 90 degrees S has made four fifths of its way, from 120 a bit over a quarter;
    a quarter of the loss is left after the readout has changed its sign."""
    assert share(-4.0, 90) == pytest.approx(0.81, abs=0.01)
    assert share(-4.0, 120) == pytest.approx(0.28, abs=0.01)
    assert [label(-4.0, degrees) for degrees in (90, 107, 109, 120)] == [
        "rich",
        "rich",
        "delayed",
        "delayed",
    ]
    path, _ = run(-400.0, 120)
    assert path.loss[np.searchsorted(TIMES, 1.0)] / path.loss[0] == pytest.approx(0.25, abs=0.01)


def test_downstream_the_loss_falls_slowest():
    """README: it fits what its direction allows, waits, and then turns."""
    tenths = [TIMES[fitted(run(delta, 120)[0])] for delta in (-4.0, 0.0, 4.0)]
    assert tenths == pytest.approx([4.9, 2.0, 0.28], rel=0.03)
    path, S = run(-4.0, 90)
    plateau = np.searchsorted(TIMES, [1.0, 5.0])
    assert np.all(np.abs(path.loss[plateau] / path.loss[0] - 0.5) < 0.02)
    assert np.all(S[plateau] < 0.04 * S[-1])


def test_the_same_clock_and_two_labels():
    """The answer to the last question of section 5."""
    assert label(-8.0, 120) == "delayed"
    assert label(-4.0, 90) == "rich"
    assert [half(-8.0, 120), half(-4.0, 90)] == pytest.approx([12.1, 12.3], abs=0.1)
    tenths = [TIMES[fitted(run(*case)[0])] for case in ((-8.0, 120), (-4.0, 90))]
    assert tenths == pytest.approx([8.3, 15.4], abs=0.1)


def test_at_small_angles_the_label_hangs_on_the_thresholds():
    assert label(-4.0, 20) == "delayed"
    assert label(-4.0, 40) == "rich"
    for delta in (-4.0, -8.0):
        for degrees in (15, 20, 25, 30):
            assert abs(share(delta, degrees) - 0.5) < 0.03


def test_a_long_start_is_delayed_at_balance_too():
    assert label(0.0, 90) == "rich"
    assert label(0.0, 90, size=3.0) == "delayed"


def test_times_and_distances_from_a_right_angle_fall_with_delta():
    """Section 4, and the first lines of the notebook."""
    deltas = np.linspace(-8, 8, 17)
    times = [half(delta, 90) for delta in deltas]
    ends = [run(delta, 90)[1][-1] for delta in deltas]
    assert np.all(np.diff(times) < 0)
    assert np.all(np.diff(ends) < 0)
    assert [ends[4], ends[8], ends[12]] == pytest.approx([0.895, 0.2, 0.0015], abs=0.001)
    assert [times[4], times[8], times[12]] == pytest.approx([12.3, 0.88, 0.26], abs=0.05)


def test_late_from_a_right_angle_is_delta_times_a_logarithm():
    each_decade = np.diff([half(delta, 90) / -delta for delta in (-1e2, -1e3, -1e4)])
    assert each_decade == pytest.approx([2 * np.log(10)] * 2, rel=0.02)
    obtuse = [half(delta, 120) / -delta for delta in (-1e2, -1e3, -1e4)]
    assert obtuse == pytest.approx([1.45] * 3, rel=0.01)


@pytest.mark.parametrize("dimensions", [2, 5, 30])
def test_a_balanced_neuron_in_many_dimensions_is_lazy(dimensions):
    _, S = run(0.0, 90, dimensions=dimensions)
    assert S[-1] == pytest.approx(1 / (dimensions + 3))
    assert label(0.0, 90, dimensions=dimensions) == ("lazy" if dimensions > 17 else "rich")


def test_at_balance_the_radial_part_is_a_multiple_of_the_metric():
    beta, velocity = np.array([1.0, 2.0, -0.5]), np.array([0.3, 0.1, 0.9])
    for delta, multiple in ((0.0, True), (-1.0, False)):
        radial, _ = kernel.metric_velocity(beta, velocity, delta)
        M = kernel.metric_from_beta(beta, delta)
        assert np.allclose(radial / radial[0, 0], M / M[0, 0]) is multiple


def test_the_potential_is_least_where_the_flow_ends():
    """The three panels of section 6, along the line of solutions."""
    start, X, y = np.array([0.35, 0.6]), np.array([[1.0, 0.0]]), np.array([1.0])
    line = np.stack([np.ones(2001), np.linspace(-0.3, 1.9, 2001)], axis=-1)
    for delta in (-8.0, 0.0, 8.0):
        w0, a0 = conserved.init_from_delta(start, delta)
        height = exact.mirror_potential(line, delta) - line @ exact.mirror_map(start, delta)
        end = exact.implicit_bias(X, y, w0, a0)
        assert line[np.argmin(height), 1] == pytest.approx(end[1], abs=2e-3)


def test_a_start_whose_ray_points_away_lands_on_the_ray_behind_it():
    """The answer to the last question of section 7."""
    X, y, beta0 = np.array([[1.0, 0.0]]), np.array([1.0]), np.array([-0.6, 0.8])
    w0, a0 = conserved.init_from_delta(beta0, -400.0)
    path = exact.projected([0.0, 1e5], X, y, w0, a0)
    assert path.a[-1] < 0 < a0
    assert path.beta[-1] == pytest.approx([1.0, -0.8 / 0.6], abs=0.01)


@pytest.mark.slow
def test_the_share_of_wrong_sides_is_zero():
    assert paper_figures.basins().gap == 0


def test_the_gallery_says_delayed_of_runs_that_are():
    named = {entry.demo: entry for entry in gallery.ENTRIES}
    for demo, preset in (("OneNeuron", "delayed rich"), ("Regimes", "lazy, rich, delayed")):
        values = named[demo].presets[preset]
        reach = abs(values.get("delta", values.get("reach")))
        found = regimes.runs(reach, values["angle"], 1.0, 1.0)
        assert [found[0].regime, found[-1].regime] == ["delayed", "lazy"]
    right = regimes.runs(4.0, 90.0, 1.0, 1.0)
    assert "delayed" not in {each.regime for each in right}


def test_what_the_hints_and_the_answer_of_the_design_say():
    """Section 5: the row of 120 degrees, and starts at a right angle that are longer."""
    assert [label(delta, 120) for delta in (4.0, -0.5, -4.0)] == list(ASKED)
    assert [half(-4.0, 120), half(-100.0, 120)] == pytest.approx([6.8, 145], rel=0.01)
    assert [label(delta, 90, size=2.2) for delta in (4.0, -1.0, -4.0)] == list(ASKED)
    assert share(-1.0, 90, size=2.2) < 0.6
    _, S = run(-0.5, 120)  # the rich kernel goes too far and comes back
    assert S.max() > 1.5 * S[-1]
    deltas = (-100.0, *np.linspace(-8, 8, 33), 100.0)
    assert "rich" not in {label(delta, 90, size=3.0) for delta in deltas}


def test_a_target_twice_as_long_doubles_every_delta_and_halves_every_time():
    turn, delta = np.radians(120), np.array([4.0, -0.5, -4.0])
    for k in range(3):
        runs = []
        for size in (1.0, 2.0):
            beta0 = size * np.array([np.cos(turn), np.sin(turn)])
            w0, a0 = conserved.init_from_delta(beta0, size * delta[k])
            path = exact.one_neuron(TIMES / size, w0, a0, size * TARGET)
            runs.append(kernel.whitened_kernel_distance(w0, a0, path.w, path.a))
        assert np.allclose(*runs, atol=1e-9)


def test_downstream_the_radial_part_goes_first_and_the_directional_one_further():
    """The figure of 03.1: t times the size of each part, in units of the size of M."""
    t = np.geomspace(0.01, 100.0, 400)
    highest = {}
    for delta in (-4.0, 0.0, 4.0):
        w0, a0 = conserved.init_from_delta([0.0, 1.0], delta)
        sizes = []
        for time, beta in zip(t, exact.one_neuron(t, w0, a0, TARGET).beta, strict=True):
            M = kernel.metric_from_beta(beta, delta)
            parts = kernel.metric_velocity(beta, -M @ (beta - TARGET), delta)
            sizes.append([time * np.linalg.norm(part) / np.linalg.norm(M) for part in parts])
        highest[delta] = np.array(sizes)
    early = t < 1.0
    assert t[np.argmax(highest[-4.0][early, 0])] < 0.3
    assert t[np.argmax(highest[-4.0][:, 1])] > 8.0
    assert highest[-4.0][:, 1].max() > 10 * highest[-4.0][:, 0].max()
    assert highest[4.0].max() < 0.1
