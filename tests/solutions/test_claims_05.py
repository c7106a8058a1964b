"""Hold what 05_deep says in numbers against the cells and results that it speaks of."""

import itertools
import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from test_seeds import spaces

from lazyrich import exact, plots
from lazyrich.experiments import deep_drift
from lazyrich.models import deep_linear

BOOK = Path(__file__).parents[2] / "solutions" / "05_deep" / "05_deep.ipynb"
STARTS = ("upstream", "equal", "downstream")


class Cells:
    """Run cells of the notebook, and keep their names and their figures."""

    def __init__(self):
        _, setup, answers = spaces("05_deep")
        self.names, self.figures = setup | answers, {}
        cells = json.loads(BOOK.read_text())["cells"]
        self.sources = {cell["id"]: "".join(cell["source"]) for cell in cells}

    def run(self, *ids):
        matplotlib.use("agg")
        show, figures = plots.show, self.figures
        try:
            for each in ids:
                plots.show = lambda fig, alt, each=each: figures.update({each: fig})
                exec(compile(self.sources[each], each, "exec"), self.names)
        finally:
            plots.show = show
        return self

    def curve(self, cell, panel, label):
        lines = self.figures[cell].axes[panel].get_lines()
        (line,) = [each for each in lines if each.get_label().startswith(label)]
        return np.asarray(line.get_xdata()), np.asarray(line.get_ydata())


@pytest.fixture(scope="module")
def cells():
    return Cells().run("style")


@pytest.fixture(scope="module")
def sgd(cells):
    return cells.run("sgd-run", "sgd-plot").names


def wait(u0, depth, frac=0.5):
    return float(exact.deep_mode_time(frac, u0, 1.0, depth))


def test_a_deeper_network_waits_longer_and_rises_more_suddenly():
    waits = [wait(1e-3, depth, 0.1) for depth in (1, 2, 3, 4, 8)]
    rises = [wait(1e-3, depth, 0.9) - wait(1e-3, depth, 0.1) for depth in (2, 3, 4, 8)]
    assert waits == sorted(waits)
    assert rises == sorted(rises, reverse=True)
    assert rises[-1] < 0.6 * rises[0]


def test_past_the_middle_deeper_is_faster():
    u = np.linspace(0.51, 0.99, 49)
    speeds = [depth * u ** (2 - 2 / depth) for depth in (1, 2, 3, 8)]
    assert all(np.all(low < high) for low, high in itertools.pairwise(speeds))


def test_the_price_of_depth_and_its_reward():
    assert [round(wait(1e-3, depth), 1) for depth in (1, 2)] == [0.7, 3.5]
    assert wait(1e-3, 8) == pytest.approx(30, abs=0.5)
    assert wait(1e-6, 2) - wait(1e-3, 2) == pytest.approx(3.5, abs=0.06)
    assert wait(1e-6, 8) / wait(1e-3, 8) == pytest.approx(180, rel=0.03)
    late = [wait(0.3, depth, 0.9) for depth in (1, 2, 3, 8)]
    assert late == sorted(late, reverse=True)


@pytest.mark.slow
def test_weak_layers_set_the_power_and_strong_ones_the_clock(cells):
    figure = cells.run("unbalanced-plot").figures["unbalanced-plot"]
    lines = [each for each in figure.axes[1].get_lines() if len(each.get_xdata()) > 1]
    for weak, line in zip((5, 4, 3), lines, strict=False):
        (x, nearer), (y, sooner) = line.get_xdata()[:2], line.get_ydata()[:2]
        assert np.log(sooner / y) / np.log(x / nearer) == pytest.approx(1 - 2 / weak, abs=0.04)
    at = [np.interp(-3, np.log10(line.get_xdata()), line.get_ydata()) for line in lines]
    assert at == sorted(at, reverse=True)
    assert (round(at[0]), round(at[-1])) == (21, 2)
    one_weak = lines[-1].get_ydata()
    assert one_weak[0] == pytest.approx(at[-1], rel=0.01)  # from 1e-6 as from 1e-3
    strength = cells.curve("unbalanced-plot", 0, "4 strong")
    assert np.diff(strength[1])[0] / np.diff(strength[0])[0] == pytest.approx(0.0625, rel=0.1)


@pytest.mark.slow
def test_small_starts_align_and_the_least_aligned_fit_first(cells):
    cells.run("alignment-plot")
    names = cells.names
    for seed in range(4):
        runs = [
            names["learn"](names["random_start"](scale, 3, seed), np.linspace(0, 8, 2))
            for scale in (0.3, 1.2)
        ]
        aligned = [names["mean_alignment"](path, -1) for path, _ in runs]
        assert aligned[0] > 0.95 > 0.7 > aligned[1]
        assert runs[0][1][-1] > 10 * runs[1][1][-1]
    ends = [cells.curve("alignment-plot", 1, f"depth {depth}")[1] for depth in (2, 3, 4)]
    for middle in (1, 2):  # scales 0.5 and 0.8
        assert ends[0][middle] > ends[1][middle] > ends[2][middle]
    assert all(curve[0] > 0.95 for curve in ends)
    assert np.abs(np.array([ends[1][-1], ends[2][-1]]) - 0.42).max() < 0.05
    apart = np.random.default_rng(0).normal(size=(2, 100_000, 4))
    apart /= np.linalg.norm(apart, axis=-1, keepdims=True)
    assert np.mean(np.abs(np.sum(apart[0] * apart[1], axis=-1))) == pytest.approx(0.42, abs=0.01)


@pytest.mark.slow
def test_a_deeper_kernel_moves_later_and_further_and_overshoots(cells, capsys):
    cells.run("kernel-plot")
    curves = [cells.curve("kernel-plot", 0, f"depth {depth}") for depth in (1, 2, 3, 4)]
    assert np.max(curves[0][1]) < 1e-9
    peaks = [(t[np.argmax(S)], np.max(S), S[-1]) for t, S in curves[1:]]
    for earlier, later in itertools.pairwise(peaks):
        assert all(a < b for a, b in zip(earlier, later, strict=True))
    assert all(end < 0.8 * peak for _, peak, end in peaks)
    said = capsys.readouterr().out
    assert said.count("rich") == 3
    assert said.count("lazy") == 2
    assert "delayed" not in said


@pytest.mark.slow
def test_sgd_brings_three_starts_together_and_descent_leaves_them(sgd):
    runs = {
        key: np.diff([np.sum(W[[0, -1]] ** 2, axis=(1, 2)) for W in run["Ws"]], axis=0)
        for key, run in sgd["runs"].items()
    }
    first, last = (np.array([runs[name, 2][:, k] for name in STARTS]) for k in (0, 1))
    assert np.ptp(first, axis=0) == pytest.approx([9.9, 3.7], abs=0.1)
    assert np.all(np.ptp(last, axis=0) < 0.4)
    assert last.mean(axis=0) == pytest.approx([-1.1, -0.4], abs=0.1)
    for name in STARTS:
        assert np.abs(runs[name, 20][:, 1] - runs[name, 20][:, 0]).max() < 0.1
        down = sgd["STEP"] * np.argmax(sgd["runs"][name, 2]["loss"] < 20)
        assert 0.05 < down < 0.15
    noise = sgd["my_gradients"] = deep_linear.layer_gradients
    for name in STARTS:
        Ws = sgd["runs"][name, 2]["Ws"]
        each = [
            [
                [np.sum(g**2) for g in noise([W[i] for W in Ws], [x], [y])]
                for x, y in zip(sgd["X"], sgd["Y"], strict=True)
            ]
            for i in range(1667, 5001, 50)
        ]
        means = np.sum(each, axis=1).mean(axis=0)
        assert np.ptp(means) < 0.08 * means.mean()


@pytest.mark.slow
def test_labels_that_can_be_fitted_let_sgd_forget_only_before_the_loss_is_gone(sgd):
    Ws = [x * W for x, W in zip(sgd["STARTS"]["upstream"], sgd["draw"], strict=True)]
    clean = sgd["X"] @ np.linalg.lstsq(sgd["X"], sgd["Y"], rcond=None)[0]
    run = deep_linear.descend(Ws, sgd["X"], clean, step=0.003, n_steps=2000, batch_size=2, seed=1)
    traces = np.diff([np.sum(W**2, axis=(1, 2)) for W in run["Ws"]], axis=0)
    soon = round(0.2 / 0.003)
    assert run["loss"][soon] < 0.01
    assert traces[:, 0] == pytest.approx([1.93, 1.38], abs=0.01)
    assert traces[:, soon] == pytest.approx([1.71, 1.35], abs=0.01)
    assert np.abs(traces[:, -1] - traces[:, soon]).max() < 0.01


def test_every_draw_forgets_but_each_data_set_has_its_own_place():
    shipped, _ = deep_drift.load()
    left = deep_drift.memory(shipped).isel(u=-1)
    assert shipped.sizes["seed"] == 6
    assert left.max() < 0.25
    ends = shipped.sgd_trace.sel(sgd_step=0.003, pair=1).isel(u=-1).mean("start")
    assert float(ends.max() - ends.min()) > 1


@pytest.mark.slow
def test_a_right_answer_that_calls_a_wrong_product_earns_its_points():
    from test_bank import judged

    mine = """
def layer_gradients(Ws, X, Y):
    slopes = []
    G = (X @ end_to_end(Ws).T - Y).T @ X
    for l in range(len(Ws)):
        slope = G
        if l + 1 < len(Ws):
            slope = end_to_end(Ws[l + 1 :]).T @ slope
        if l:
            slope = slope @ end_to_end(Ws[:l]).T
        slopes.append(slope)
    return slopes
"""
    wrong = "def end_to_end(Ws):\n    return sum(np.sum(W) for W in Ws) * np.eye(3)"
    checks = judged("05_deep", {"05.1": wrong, "05.2": mine})
    assert {check.status for check in checks["05.1"]} == {"failed"}
    assert {check.status for check in checks["05.2"]} == {"passed"}
