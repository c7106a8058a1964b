"""Hold what the text of 06_relu says to the runs that it speaks of."""

import functools
import re
from pathlib import Path

import numpy as np
import pytest
from test_seeds import spaces

from lazyrich import dynamics, kernel, measures
from lazyrich.experiments import digits, layers, neurons, phase_diagram
from nbjudge.contract.assignment import read_notebook

ROOT = Path(__file__).parents[2]
REGIMES = (-1.0, 0.0, 1.0)


@functools.cache
def text():
    cells = read_notebook(ROOT / "solutions" / "06_relu" / "06_relu.ipynb")["cells"]
    return re.sub(r"\s+", " ", " ".join("".join(cell["source"]) for cell in cells))


@functools.cache
def setup():
    return spaces("06_relu")[1]


@functools.cache
def diagram(name="phase_diagram_teaching.nc"):
    return phase_diagram.load(name)[0]


def paper():
    return diagram("phase_diagram_paper_flow.nc")


def corner(data, delta, seed, *, tau=0):
    return data.isel(tau=tau).sel(delta=delta, seed=seed)


def summary(run):
    return measures.summarize_run(run["t"], run["train_loss"], run["kernel_distance"])


def seeds(data):
    return [int(seed) for seed in data["seed"]]


def moved(delta, leak, end, *, directions=10, X=None, y=None):
    """S at a time, of the network of section 1 with some of its directions."""
    space = setup()
    X, y = (space["INPUTS"], space["LABELS"]) if X is None else (X, y)
    kept = np.r_[:directions, 10 : 10 + directions]
    W0, a0 = space["start"](delta)
    W, a = dynamics.two_layer([0.0, end], X, y, W0[kept], a0[kept], leak=leak)
    K0, K = (kernel.ntk_two_layer(X, *p, leak=leak) for p in zip(W, a, strict=True))
    return float(kernel.kernel_distance(K0, K))


def test_the_last_of_three_becomes_the_first():
    assert "The last of the three has become the *first*" in text()
    linear, relu = ([moved(delta, leak, 0.1) for delta in REGIMES] for leak in (1.0, 0.0))
    assert np.argmin(linear) == 2
    assert linear[2] < 1e-5
    assert relu[0] < relu[1] < relu[2] / 5


def test_downstream_is_lazy_where_directions_span_the_space():
    assert "The next cell takes directions away" in text()
    found = [moved(-1.0, 1.0, 10.0, directions=k) for k in (1, 2, 5, 10)]
    assert found[0] > 0.4
    assert found[3] < 1e-3
    assert found == sorted(found, reverse=True)


def test_angles_in_the_plane():
    assert "turned by 69 degrees upstream, and by 5 downstream (mean of six seeds)" in text()
    plane, _ = neurons.load()
    end = plane["angle"].isel(t=-1).mean("seed")
    assert plane.sizes["seed"] == 6
    assert round(float(end.sel(regime="upstream"))) == 69
    assert round(float(end.sel(regime="downstream"))) == 5


def test_clocks_in_the_plane():
    """Balanced overtakes upstream on the clock kappa t, and is late on the clock t."""
    assert "about a hundred in turning and more than forty in $S$" in text()
    plane, _ = neurons.load()
    at = plane.sel(t=0.1, method="nearest").mean("seed")
    assert at["kernel_distance"].sel(regime="rich") > 2 * at["kernel_distance"].sel(
        regime="upstream"
    )
    assert at["train_loss"].sel(regime="rich") < at["train_loss"].sel(regime="upstream") / 10
    kappa = {"rich": 0.02, "upstream": float(np.hypot(0.02, 1.0))}
    ratio = {}
    for curve in ("kernel_distance", "angle"):
        half = {
            name: np.median(
                [
                    measures.summarize_run(
                        plane["t"],
                        plane["train_loss"].sel(regime=name, seed=s),
                        plane[curve].sel(regime=name, seed=s),
                        interpolate=True,
                    )["t_half"]
                    for s in plane["seed"]
                ]
            )
            / kappa[name]
            for name in kappa
        }
        ratio[curve] = half["rich"] / half["upstream"]
    assert 90 < ratio["angle"] < 110
    assert 40 < ratio["kernel_distance"] < 60


def test_soon_and_far_in_the_small_diagram():
    assert "*How soon* can: 1 step, 32 steps, and 178 or 316 downstream" in text()
    data = diagram()
    found = {d: [summary(corner(data, d, s)) for s in seeds(data)] for d in (*REGIMES, -0.25)}
    soon = {d: [run["t_half"] for run in runs] for d, runs in found.items()}
    far = {d: [round(run["S_final"], 2) for run in runs] for d, runs in found.items()}
    assert (soon[1.0], soon[0.0], soon[-1.0]) == ([1, 1], [32, 32], [178, 316])
    assert "0.29 upstream in both seeds, 0.31 and 0.24 in balance" in text()
    assert far[1.0] == [0.29, 0.29]
    assert far[0.0] == [0.31, 0.24]
    assert far[-0.25] == [0.32, 0.32]
    last = data["kernel_distance"].isel(t=-1)
    for seed in seeds(data):
        place = last.sel(seed=seed).isel(tau=0).idxmax("delta")
        assert float(place) == -0.25
    assert {run["regime"] for d in (0.0, 1.0) for run in found[d]} == {"rich"}
    assert float(last.isel(tau=-1).max()) < 0.005


def test_the_average_of_two_rich_runs_would_be_called_delayed():
    assert "both seeds are rich, and their averaged curves would be called delayed" in text()
    data = diagram()
    runs = [summary(corner(data, -1.0, s)) for s in seeds(data)]
    assert [run["regime"] for run in runs] == ["rich", "rich"]
    assert summary(data.isel(tau=0).sel(delta=-1.0).mean("seed"))["regime"] == "delayed"
    assert "of the four at the paper's size, below, three are delayed" in text()
    labels = [summary(corner(paper(), -1.0, s))["regime"] for s in seeds(paper())]
    assert labels.count("delayed") == 3


def test_where_runs_are_delayed_in_both_seeds():
    assert "Delayed runs lie in the lower corner, at scales from 0.2 to 0.45" in text()
    data = diagram()
    both = {
        (k, float(d))
        for k in range(data.sizes["tau"])
        for d in data["delta"]
        if all(summary(corner(data, d, s, tau=k))["regime"] == "delayed" for s in seeds(data))
    }
    scales = [round(float(data["tau"][k]), 2) for k, _ in both]
    assert both
    assert {d for _, d in both} == {-1.0}
    assert min(scales) > 0.2
    assert max(scales) < 0.46


def test_without_a_clock_upstream_and_balanced_run_side_by_side():
    assert "their kernels have gone 60 to 80 percent of their way in either seed" in text()
    data = diagram()
    for seed in seeds(data):
        for delta in REGIMES:
            run = corner(data, delta, seed)
            left = (run["train_loss"] / run["train_loss"].isel(t=0)).values
            S = run["kernel_distance"].values
            half = np.interp(-0.5, -left, S)
            if delta < 0:
                assert half < 0.01
            else:
                assert 0.58 < half / S[-1] < 0.82


@pytest.mark.parametrize("name", ["phase_diagram_teaching.nc", "phase_diagram_paper_flow.nc"])
def test_the_orders_hold_in_every_seed_of_both_sizes(name):
    assert "| in all six runs |" in text()
    data = diagram(name)
    row = data.isel(tau=0).sel(delta=list(REGIMES))
    ten = int(np.argmax(data["t"].values >= 10))
    for seed in seeds(data):
        early, late = (row.sel(seed=seed).isel(t=k) for k in (ten, -1))
        for values in (early["kernel_distance"], early["hamming"], late["hamming"]):
            assert np.all(np.diff(values) > 0)
        assert np.all(np.diff(late["parameter_distance"]) < 0)
        furthest = int(np.argmax(late["kernel_distance"].values))
        if name == "phase_diagram_paper_flow.nc":
            assert furthest == 0
            assert round(float(late["kernel_distance"][0]), 2) in (0.27, 0.28)
        else:
            assert int(np.argmin(late["kernel_distance"].values)) == 0
    assert len(seeds(diagram())) + len(seeds(paper())) == 6


def test_how_soon_at_the_papers_size():
    assert (
        "after 3 to 6 steps at $\\delta=1$, 100 to 316 in balance, and 3162 to 5623 at "
        "$\\delta=-1$" in text()
    )
    for delta, least, most in ((1.0, 3, 6), (0.0, 100, 316), (-1.0, 3162, 5623)):
        found = [summary(corner(paper(), delta, s))["t_half"] for s in seeds(paper())]
        assert (min(found), max(found)) == (least, most)


def test_hardly_anything_happens_after_step_100000():
    data = paper()
    late = data.sel(t=1e5, method="nearest")
    assert float(np.abs(late["kernel_distance"] - data["kernel_distance"].isel(t=-1)).max()) < 0.02
    assert float(np.abs(late["test_loss"] / data["test_loss"].isel(t=-1) - 1).max()) < 0.1


def test_the_edge_and_the_test_losses_seed_by_seed():
    assert "the kernel ends at 0.60 to 0.62, about three times as far" in text()
    assert "In two seeds upstream wins, in two the place below the edge does" in text()
    end = paper().isel(t=-1)
    small = end.isel(tau=0)
    edge, above = small.sel(delta=-0.125), small.where(small["delta"] >= 0, drop=True)
    assert round(float(edge["kernel_distance"].min()), 2) == 0.60
    assert round(float(edge["kernel_distance"].max()), 2) == 0.62
    assert float((edge["kernel_distance"] / above["kernel_distance"].max("delta")).min()) > 2.7
    upstream = small.sel(delta=1.0)["test_loss"]
    assert int((upstream < edge["test_loss"]).sum()) == 2
    below = small.sel(delta=-1.0)["test_loss"]
    assert bool((below > np.maximum(upstream, edge["test_loss"])).all())
    lazy = end["test_loss"].where(end["kernel_distance"] < 0.05)
    best = end["test_loss"].min(("tau", "delta"))
    assert 0.0022 <= float(lazy.min()) < 0.0023
    assert float(lazy.min()) > 2 * float(best.max())
    for seed in seeds(end):  # and the best of each seed has moved
        one = end.sel(seed=seed)
        moved_there = one["kernel_distance"].where(one["test_loss"] == one["test_loss"].min())
        assert float(moved_there.max()) > 0.1


def test_the_map_marks_the_places_from_balance_up_as_uncertain():
    """As the figure does: the standard error of the logarithm above 1/20 of the colors' range."""
    assert "the map marks the places from balance up with crosses" in text()
    loss = np.log10(paper()["test_loss"].isel(t=-1, tau=0))
    error = loss.std("seed", ddof=1) / np.sqrt(loss.sizes["seed"])
    times = np.geomspace(1e3, 1e6, 4)
    shown = np.log10(paper()["test_loss"].sel(t=times, method="nearest")).mean("seed")
    reach = float(shown.max() - shown.min())
    assert float(error.where(error["delta"] >= 0).min()) > 1.2 * reach / 20


def test_time_of_the_papers_diagram():
    assert "On two processor cores that took half an hour" in text()
    record = (ROOT / "tests" / "bench" / "RECORD.md").read_text()
    row = next(line for line in record.splitlines() if "gradient flow to 1,000,000" in line)
    assert 20 < float(re.search(r"([\d.]+) minutes on two cores", row)[1]) < 35
    assert 800 < float(re.search(r"(\d+) times fewer", row)[1]) < 1300


def test_digits_again():
    assert "turned by 63 degrees and many have become spots and strokes" in text()
    assert "98.0 percent of new ones right, downstream 95.8 (means of three seeds)" in text()
    data, _ = digits.load()
    turned = data["turned"].mean(("seed", "filter"))
    right = 100 * data["test_accuracy"].isel(t=-1).mean("seed")
    assert round(float(turned.sel(scale=0.1))) == 63
    assert float(turned.sel(scale=10.0)) < 1
    assert float(turned.sel(scale=10.0)) < float(turned.sel(scale=1.0)) < 63
    assert right.values.round(1).astype(float) == pytest.approx([98.0, 97.8, 95.8], abs=1e-3)
    assert data.sizes["seed"] == 3


def test_three_layers():
    assert "a quarter of them flip with a small first layer, and a tenth with a large one" in text()
    deep, _ = layers.load()
    end = deep.isel(t=-1).sel(scale=0.3).mean("seed")
    gates = end["gates"].sel(hidden=1)
    assert 0.22 < float(gates.sel(profile="first small")) < 0.28
    assert 0.08 < float(gates.sel(profile="first large")) < 0.13
    moved_most = end["moved"].sel(profile="first large")
    assert moved_most.sel(layer=[1, 2]).values == pytest.approx([0.5, 1.6], abs=0.05)
    assert str(end["test_loss"].idxmax("profile").item()) == "first large"


@pytest.mark.slow
def test_frozen_gates():
    """H and S of the three networks of section 7, as the text and the model answer quote them."""
    assert "$H$ ends between 0.45 and 0.47" in text()
    space = setup()
    X, y, start = space["INPUTS"], space["LABELS"], space["start"]
    first = 1.0 * (X @ start(1.0)[0].T > 0)
    ends = {}
    for name, gates in {
        "linear": lambda W: np.ones(first.shape),
        "frozen": lambda W: first,
        "ReLU": lambda W: 1.0 * (X @ W.T > 0),
    }.items():

        def gradient(params, gates=gates):
            W, a = params
            out = gates(W) * (X @ W.T)
            r = out @ a - y
            return [(gates(W) * np.outer(r, a)).T @ X, out.T @ r]

        def tangent(W, a, gates=gates):
            out = gates(W) * (X @ W.T)
            return out @ out.T + (X @ X.T) * ((gates(W) * a**2) @ gates(W).T)

        for delta in (-1.0, 1.0):
            W, a = dynamics.gradient_flow([0.0, 10.0], gradient, start(delta), step=0.01)
            S = kernel.kernel_distance(tangent(W[0], a[0]), tangent(W[1], a[1]))
            ends[name, delta] = (kernel.activation_hamming(W, X)[-1], float(S))
    assert all(0.44 < ends[name, 1.0][0] < 0.48 for name in ("linear", "frozen", "ReLU"))
    assert ends["linear", 1.0][1] < 1e-4
    assert ends["frozen", 1.0][1] < 1e-3
    assert 0.17 < ends["ReLU", 1.0][1] < 0.21
    for name in ("frozen", "ReLU"):
        assert 0.015 < ends[name, -1.0][1] < 0.03


@pytest.mark.slow
def test_where_the_order_turns_round():
    assert "with other labels the curves cross elsewhere, or not at all" in text()

    def lead(leak, **data):
        return moved(1.0, leak, 1.0, **data) - moved(0.0, leak, 1.0, **data)

    assert lead(0.05) > 0.005
    assert lead(0.15) < -0.005
    draw = np.random.default_rng(7)
    X = setup()["unit_rows"](draw, 30, 5)
    y = X @ draw.normal(size=5)
    assert max(lead(leak, X=X, y=y) for leak in (0.0, 0.1, 0.3, 1.0)) < 0  # not at all


@pytest.mark.slow
def test_which_half_moves_in_balance_with_frozen_gates():
    assert "gone to $S=0.37$ at the end and the second to 0.04" in text()
    space = setup()
    X, y = space["INPUTS"], space["LABELS"]
    start = space["start"](0.0)
    gate = 1.0 * (X @ start[0].T > 0)

    def gradient(params):
        W, a = params
        out = gate * (X @ W.T)
        r = out @ a - y
        return [(gate * np.outer(r, a)).T @ X, out.T @ r]

    W, a = dynamics.gradient_flow([0.0, 10.0], gradient, start, step=0.01)
    outs = gate * (X @ W.mT)
    first = outs @ outs.mT
    second = np.array([(X @ X.T) * ((gate * each**2) @ gate.T) for each in a])
    assert 0.33 < float(kernel.kernel_distance(*first)) < 0.41
    assert 0.03 < float(kernel.kernel_distance(*second)) < 0.05
    share = [np.trace(one) / np.trace(one + two) for one, two in zip(first, second, strict=True)]
    assert all(0.13 < each < 0.19 for each in share)
