"""Compare the browser's formulas with Python's on shared cases."""

import base64
import subprocess
import sys

import numpy as np
import pytest
from browser import chromium, contrast, new_page, number

from lazyrich import kernel, plots
from lazyrich.demos import (
    BreakTheLaw,
    DeepPlateaus,
    ExactOverlay,
    GrokMap,
    LandingMap,
    ModeRace,
    NeuronPlane,
    OneNeuron,
    PhaseMap,
    Regimes,
    WidthDial,
    deep_plateaus,
    exact_overlay,
    grok_map,
    landing_map,
    mode_race,
    neuron_plane,
    phase_map,
    regimes,
    width_dial,
)
from lazyrich.demos import break_the_law as law
from lazyrich.demos import one_neuron as neuron

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def evaluate():
    """Evaluate JavaScript with a demo's module available as `demo`."""
    with chromium() as browser:
        page = new_page(browser)

        def run(widget, code, argument):
            module = base64.b64encode(widget._esm.encode()).decode()
            load = f"const demo = await import('data:text/javascript;base64,{module}');"
            return page.evaluate(f"async (x) => {{ {load} return ({code})(x); }}", argument)

        yield run


def cases(number=60):
    rng = np.random.default_rng(0)
    for _ in range(number):
        delta = float(rng.choice([-6, -2.5, -1e-9, 0, 1e-9, 0.3, 6]))
        yield {
            "delta": delta,
            "angle": float(rng.uniform(0, 175)),
            "scale": float(rng.uniform(0.1, 2)),
            "ratio": float(2 ** rng.uniform(-3, 3)),
        }


def test_the_whole_demo_agrees_with_python(evaluate):
    t = [0.0, 1e-6, 0.01, 0.4, 1.0, 3.0, 10.0, 100.0, 1e4]
    code = (
        "([settings, t]) => { const begin = demo.start(settings); return t.map((u) => "
        "demo.measure(u, begin)); }"
    )
    for case in cases():
        theirs = evaluate(OneNeuron, code, [case, t])
        ours = neuron.curves(np.array(t), **case)
        for name in ("w", "a", "loss", "S", "angle"):
            got = np.array([row[name] for row in theirs])
            assert np.allclose(got, getattr(ours, name), rtol=1e-9, atol=1e-9), (case, name)


def test_the_closed_form_agrees_for_any_start(evaluate):
    """Readouts of either sign and zero, targets of any size, unequal rates, late times."""
    from lazyrich import exact

    rng = np.random.default_rng(1)
    for a0 in (-2.0, -0.3, 0.0, 0.5, 3.0):
        for target in ([0.0, 0.0], [1.0, -2.0], [0.01, 0.0]):
            w0, eta_w, eta_a = rng.normal(size=2), *(float(r) for r in 2 ** rng.uniform(-2, 2, 2))
            t = [0.0, 0.1, 2.0, 50.0, 1e3]
            code = "([t, w, a, b, p, q]) => t.map((u) => demo.solve(u, w, a, b, p, q))"
            theirs = evaluate(OneNeuron, code, [t, w0.tolist(), a0, target, eta_w, eta_a])
            ours = exact.one_neuron(t, w0, a0, target, eta_w=eta_w, eta_a=eta_a)
            for name in ("w", "a", "loss", "residual"):
                got = np.array([row[name] for row in theirs])
                assert np.allclose(got, getattr(ours, name), rtol=1e-9, atol=1e-9), (
                    a0,
                    target,
                    name,
                )


def test_the_simulation_follows_the_formula(evaluate):
    code = "(s) => demo.simulate(demo.start(s), [0, 0.5, 2, 20])"
    for case in list(cases())[:8]:
        simulated = evaluate(OneNeuron, code, case)
        exact_loss = neuron.curves(np.array([0, 0.5, 2, 20]), **case).loss
        assert np.allclose([row["loss"] for row in simulated], exact_loss, atol=0.02)


@pytest.mark.parametrize("batch", [1, 3, 8])
def test_the_steps_agree_with_python(evaluate, batch):
    demo = BreakTheLaw()
    start = {name: getattr(demo, name) for name in ("X", "y", "w0", "a0", "duration", "seed")}
    for decay, momentum in [(0.0, 0.0), (0.2, 0.0), (0.1, 0.5)]:
        settings = {"step": 0.05, "batch": batch, "decay": decay, "momentum": momentum}
        theirs = evaluate(BreakTheLaw, "(s) => demo.train(s)", start | settings)
        ours = law.train(**settings)
        assert len(theirs) == ours["t"].size
        for name in ours:
            assert np.allclose([row[name] for row in theirs], ours[name], rtol=1e-9, atol=1e-9), (
                name
            )


def test_colors_agree_with_the_figures(evaluate):
    from lazyrich.plots import delta_color

    for delta in (-6.0, -2.0, 0.0, 1.0, 5.0):
        text = evaluate(OneNeuron, "(d) => demo.deltaColor(d)", delta)
        got = [int(part) for part in text[4:-1].split(",")]
        assert np.allclose(got, 255 * np.array(delta_color(delta)[:3]), atol=3)
    theirs = evaluate(OneNeuron, "() => demo.COLORS", None)
    for name, color in theirs.items():
        assert color == plots.COLORS[name], f"{name} differs: demos/js/_shared.js and plots.COLORS"


PAPERS = {"light": ("#ffffff", "#f5f3ef"), "dark": ("#1c2226", "#14181b", "#111111")}


@pytest.mark.parametrize(("scheme", "papers"), PAPERS.items(), ids=PAPERS)
def test_each_line_stands_out_from_its_paper(evaluate, scheme, papers):
    """At least a contrast of 3 against the background of a card, a page and JupyterLab."""
    colors = list(evaluate(OneNeuron, "() => Object.values(demo.COLORS)", None))
    code = "([deltas, dark]) => deltas.map((d) => demo.deltaColor(d, 4, dark))"
    colors += evaluate(OneNeuron, code, [np.linspace(-12, 12, 97).tolist(), scheme == "dark"])
    for color in colors:
        for paper in papers:
            assert contrast(color, paper) >= 3, (color, paper)


NUMBERS = [
    ("fixed", (-0.73, 2), "−0.73"),
    ("fixed", (-0.0004, 3), "0.000"),
    ("scientific", (4.16e-12, 2), "4.2×10⁻¹²"),
    ("scientific", (1e-5, 1), "10⁻⁵"),
    ("scientific", (-2.5e4, 2), "−2.5×10⁴"),
    ("brief", (0.001,), "0.001"),
    ("brief", (-1234.5,), "−1230"),
    ("brief", (2.34e-4, 2), "2.3×10⁻⁴"),
    ("powers", (0.01,), "0.01"),
    ("powers", (1e-4,), "10⁻⁴"),
    ("powers", (-2,), "−2"),
    ("powers", (3e4,), "3×10⁴"),
    ("little", (0.05,), "0.0500"),
    ("little", (5.5e-10,), "5.5×10⁻¹⁰"),
]


@pytest.mark.parametrize(("name", "arguments", "words"), NUMBERS, ids=lambda v: str(v))
def test_numbers_are_written_in_one_way(evaluate, name, arguments, words):
    assert evaluate(OneNeuron, "([name, v]) => demo[name](...v)", [name, arguments]) == words
    if name != "fixed":
        assert number(words) == pytest.approx(arguments[0], rel=0.05)


@pytest.mark.parametrize("name", ["cividis", "magma", "viridis_r"])
def test_maps_of_colors_agree_with_matplotlib(evaluate, name):
    import matplotlib as mpl

    u = np.linspace(0, 1, 101)
    theirs = evaluate(
        PhaseMap, "([u, name]) => u.map((v) => demo.shade(v, name))", [u.tolist(), name]
    )
    assert np.allclose(theirs, 255 * mpl.colormaps[name](u)[:, :3], atol=12)


def test_the_phase_map_agrees_with_python(evaluate):
    data = PhaseMap().data
    means = evaluate(
        PhaseMap,
        "(data) => { const { cells, ends } = demo.prepare(data); return { cells, ends }; }",
        data,
    )
    for tau, delta in ((0.1, -1.0), (0.3, 0.2), (2.0, 1.0)):
        i, j = phase_map.nearest(data["tau"], tau), phase_map.nearest(data["delta"], delta)
        for name, rows in phase_map.curves(data, tau, delta).items():
            theirs = means["cells"][name][i][j]
            for key, ours in (
                ("mean", rows.mean(axis=0)),
                ("low", rows.min(axis=0)),
                ("high", rows.max(axis=0)),
            ):
                assert np.allclose([e[key] for e in theirs], ours, rtol=1e-12), (name, key)
    place = (
        "([data, name, k]) => { const d = demo.prepare(data); return d.tau.map((_, i) => "
        "d.delta.map((_, j) => demo.level(d, name, i, j, k))); }"
    )
    for name in phase_map.QUANTITIES:
        levels = np.array(evaluate(PhaseMap, place, [data, name, 10]))
        shown = np.array(data["curves"][name]).mean(axis=2)
        scaled = np.log(shown) if name == "test_loss" else shown
        assert np.allclose(levels, (scaled[..., 10] - scaled.min()) / np.ptp(scaled), atol=1e-9)


def test_the_phase_map_shows_what_ships():
    from lazyrich.experiments import phase_diagram

    dataset, _ = phase_diagram.load()
    found = phase_map.curves(PhaseMap().data, 0.1, -1.0)
    for name, rows in found.items():
        assert np.allclose(
            rows, dataset[name].sel(tau=0.1, delta=-1.0, method="nearest"), rtol=1e-3, atol=1e-12
        ), name


def test_the_map_of_grokking_agrees_with_python(evaluate):
    data = GrokMap().data
    cells = evaluate(
        GrokMap,
        (
            "(data) => demo.prepare(data).cells.map((c) => c.map(({ median, low, done }) => ({ "
            "median: `${median}`, low, done })))"
        ),
        data,
    )
    for i, embedding in enumerate(data["embedding"]):
        for j, readout in enumerate(data["readout"]):
            grok = grok_map.cell(data, embedding, readout)["grok"]
            assert float(cells[i][j]["median"].replace("Infinity", "inf")) == np.median(grok)
            assert cells[i][j]["low"] == grok.min()
            assert cells[i][j]["done"] == np.isfinite(grok).sum()
            line = evaluate(GrokMap, "([data, i, j]) => demo.along(data, i, j)", [data, i, j])
            there = [(data["embedding"][k], data["readout"][row]) for k, row in line]
            assert there == grok_map.along(data, embedding, readout)
    assert not np.isfinite(np.median(grok_map.cell(data, 1.0, 4.0)["grok"]))


def test_the_map_of_grokking_shows_what_ships():
    from lazyrich.experiments import grokking

    dataset, config = grokking.load()
    data = GrokMap().data
    assert data["balance"] == pytest.approx(grokking.balance(dataset))
    for embedding, readout in ((0.125, 4.0), (1.0, 4.0), (2.0, 1 / 64)):
        found, ours = (
            grok_map.cell(data, embedding, readout),
            dataset.sel(embedding=embedding, readout=readout),
        )
        assert np.array_equal(found["grok"], ours["grok_time"])
        assert np.array_equal(found["learn"], ours["learn_time"])
        for seed, run in enumerate(found["test"]):
            whole = ours["test_accuracy"].isel(seed=seed).values
            assert np.allclose(run, whole[: len(run)], atol=6e-4)
            assert np.isfinite(found["grok"][seed]) == bool((whole >= config.grokked - 1e-6).any())
    line = grokking.same_function(dataset, 1 / 16)
    assert grok_map.along(data, 0.25, 1.0) == [
        tuple(pair) for pair in zip(line["embedding"].values, line["readout"].values, strict=True)
    ]


@pytest.mark.parametrize("name", ["PhaseMap", "GrokMap", "NeuronPlane", "WidthDial"])
def test_a_demo_of_a_shipped_result_does_without_torch(name):
    show = f"import sys; from lazyrich import demos; demos.{name}().still()"
    code = f"{show}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("rho", [0.0, -0.6, 0.95])
def test_the_overlay_agrees_with_python(evaluate, rho):
    t = [0.0, 0.01, 0.4, 3.0, 30.0]
    for case in list(cases(8)):
        case = case | {"rho": rho, "scale": min(case["scale"], 1.5)}
        theirs = evaluate(ExactOverlay, "([settings, t]) => demo.compare(settings, t)", [case, t])
        ours = exact_overlay.compare(np.array(t), **case)
        for name, python in (
            ("beta", "beta"),
            ("guess", "guess"),
            ("loss", "loss"),
            ("error", "error"),
            ("metricError", "metric_error"),
            ("drift", "drift"),
        ):
            assert np.allclose(
                [row[name] for row in theirs], getattr(ours, python), rtol=1e-9, atol=1e-9
            ), (case, name)


def test_the_overlay_is_exact_when_whitened_and_its_metric_always():
    for case in list(cases(6)):
        case["scale"] = min(case["scale"], 1.5)
        white = exact_overlay.compare(exact_overlay.GRID, rho=0.0, **case)
        broken = exact_overlay.compare(exact_overlay.GRID, rho=0.5, **case)
        assert white.error.max() < 1e-8
        assert max(white.metric_error.max(), broken.metric_error.max()) < 1e-7
        if 5 < case["angle"] < 175:
            assert broken.error.max() > 1e-3


def test_the_five_regimes_agree_with_python(evaluate):
    for case in list(cases(12)):
        settings = {
            "reach": 1.0 + abs(case["delta"]),
            **{name: case[name] for name in ("angle", "scale", "ratio")},
        }
        theirs = evaluate(
            Regimes,
            (
                "(s) => demo.runs(s, demo.MOMENTS).map(({ path, ...rest }) => ({ ...rest, S: "
                "path.map((e) => e.S) }))"
            ),
            settings,
        )
        for got, run in zip(theirs, regimes.runs(**settings), strict=True):
            assert got["regime"] == run.regime, "demos/js/regimes.js and measures.py differ"
            assert np.allclose(got["S"], run.path.S, rtol=1e-9, atol=1e-9)
            if run.end > 1e-6:
                assert got["half"] == pytest.approx(run.half, rel=1e-6)
            end = evaluate(Regimes, "([d, s]) => demo.finalDistance(d, s)", [run.delta, settings])
            turn = np.radians(case["angle"])
            start = case["scale"] * np.array([np.cos(turn), np.sin(turn)])
            metrics = [kernel.metric_from_beta(beta, run.delta) for beta in (start, neuron.TARGET)]
            assert end == pytest.approx(kernel.kernel_distance(*metrics), abs=1e-9)


def test_the_landings_agree_with_python(evaluate):
    rng, t = np.random.default_rng(4), [0.0, 0.3, 4.0, 1e3]
    for delta in (-40.0, -3.0, 0.0, 0.5, 40.0):
        for _ in range(4):
            x, y = (float(v) for v in rng.uniform(-2, 2, 2))
            settings = {"delta": delta, "x": x, "y": y, "tilt": float(rng.uniform(0, 90))}
            place = evaluate(LandingMap, "(s) => demo.landing(s)", settings)
            assert np.allclose(place, landing_map.landing(**settings), rtol=1e-9, atol=1e-9), (
                settings
            )
            beta = evaluate(LandingMap, "([t, s]) => t.map((u) => demo.at(u, s))", [t, settings])
            assert np.allclose(
                beta, landing_map.path(np.array(t), **settings), rtol=1e-9, atol=1e-9
            ), settings
            ends = evaluate(LandingMap, "(s) => demo.limits(s)", settings)
            nearest, ray = landing_map.limits(x, y, settings["tilt"])
            assert np.allclose(ends["nearest"], nearest)
            assert ends["ray"] is None if ray is None else np.allclose(ends["ray"], ray)


def test_the_race_of_modes_agrees_with_python(evaluate):
    rng, t = np.random.default_rng(6), [0.0, 1e-3, 0.2, 3.0, 40.0, 1e4]
    for delta in (-8.0, -0.3, 0.0, 1e-6, 5.0):
        for h in (1, 2, 3):
            scale, spread, turn = (
                10 ** rng.uniform(-4, 0),
                rng.uniform(1.05, 6),
                rng.choice([0.0, rng.uniform(0, 90)]),
            )
            settings = {
                "delta": delta,
                "scale": scale,
                "spread": spread,
                "turn": float(turn),
                "h": h,
            }
            theirs = evaluate(ModeRace, "([s, t]) => demo.race(s, t)", [settings, t])
            ours = mode_race.race(np.array(t), **settings)
            for name, tolerance in (
                ("strengths", 1e-8),
                ("aligned", 1e-9),
                ("rank", 1e-6),
                ("loss", 1e-8),
                ("S", 1e-9),
            ):
                got = np.array([row[name] for row in theirs])
                assert np.allclose(got, getattr(ours, name), rtol=tolerance, atol=tolerance), (
                    settings,
                    name,
                )


@pytest.mark.parametrize(
    ("tau", "delta", "seed", "linear"),
    [
        (2.0, 0.0, 4, False),
        (0.1, 0.0, 0, False),
        (0.1, 1.0, 4, False),
        (0.1, -1.0, 7, False),
        (0.5, 0.3, 2, False),
        (0.1, 1.0, 4, True),
    ],
)
def test_neurons_move_as_python_says(evaluate, tau, delta, seed, linear):
    """The steps are the same; results differ by rounding, which a flipped gate amplifies."""
    code = (
        "(s) => { const one = demo.run(s); one.work(); return one.points.map((e) => ({ ...e, "
        "p: Array.from(e.p) })); }"
    )
    theirs = evaluate(
        NeuronPlane, code, {"tau": tau, "delta": delta, "seed": seed, "linear": linear}
    )
    ours = neuron_plane.path(neuron_plane.TIMES, tau, delta, seed, linear=linear)
    p = np.array([row["p"] for row in theirs])
    assert np.allclose(p[:, :40].reshape(-1, 20, 2), ours.W, atol=1e-3)
    assert np.allclose(p[:, 40:], ours.a, atol=1e-3)
    for name, tolerance in (("loss", 1e-5), ("S", 1e-3), ("angle", 0.1)):
        assert np.allclose([row[name] for row in theirs], getattr(ours, name), atol=tolerance), name


FLOWS = {**{name: (*start, False) for name, start in neuron_plane.PRESETS.items()}}
FLOWS["linear"] = (*neuron_plane.PRESETS["upstream"], True)


@pytest.mark.parametrize(("tau", "delta", "linear"), FLOWS.values(), ids=FLOWS)
def test_neurons_move_along_gradient_flow_in_its_own_time(tau, delta, linear):
    """The library's reference: short fourth-order steps; the mean square is 2/n of its loss."""
    from lazyrich import dynamics

    given = neuron_plane.task(4)
    t = np.array([0.0, 0.1, 1.0, 5.0]) / np.hypot(2 * tau**2, delta)
    run = neuron_plane.path(t, tau, delta, 4, linear=linear)
    assert np.allclose(run.a**2 - np.sum(run.W**2, axis=-1), delta, atol=1e-3)
    scaled = t * 2 / len(given.y)
    W, a = dynamics.two_layer(
        scaled,
        given.X,
        given.y[:, None],
        run.W[0],
        run.a[0],
        leak=float(linear),
        step=scaled[-1] / 4000,
    )
    assert np.allclose(run.W, W, atol=0.01)
    assert np.allclose(run.a, a, atol=0.01)


@pytest.mark.parametrize("seed", [1, 4])
def test_one_symbol_makes_upstream_rapid(evaluate, seed):
    """What the gallery says: a linear upstream student turns, and its kernel does not move; with
    max(0, z) half of its kernel's way is done before balanced and downstream have begun.
    """
    code = """(s) => [true, false].map((linear) => demo.STARTS.map((delta) => {
      const one = demo.run({ ...s, delta, linear });
      one.work();
      return { S: one.points.at(-1).S, half: demo.halfWay(one.points),
        angle: one.points.at(-1).angle };
    }))"""
    linear, relu = evaluate(NeuronPlane, code, {"tau": 0.1, "seed": seed})
    upstream, balanced, downstream = linear
    assert upstream["angle"] > 60
    assert upstream["S"] < 1e-3 < 0.01 < balanced["S"]
    assert downstream["S"] < 1e-3
    upstream, balanced, downstream = relu
    assert upstream["angle"] > 60
    assert upstream["S"] > 0.1
    assert upstream["half"] < 1 < min(balanced["half"], downstream["half"])


def test_the_plane_shows_a_thousandth_and_one(evaluate):
    radii = evaluate(
        NeuronPlane, "(v) => v.map((x) => demo.radius(x, 1e-3, 1))", [1e-4, 1e-2, 0.1, 1]
    )
    assert np.allclose(radii, [0, 1 / 3, 2 / 3, 1])


def test_a_piece_of_a_run_is_a_run_interrupted(evaluate):
    code = """(s) => { const whole = demo.run(s), parts = demo.run(s); let calls = 0;
    whole.work();
    while (!parts.work(() => calls++ % 3 === 2)) ;
    return [whole, parts].map((one) => one.points.map((e) => [e.t, e.loss, e.S])); }"""
    whole, parts = evaluate(NeuronPlane, code, {"tau": 0.1, "delta": 0.0, "seed": 1})
    assert whole == parts


def test_random_numbers_are_pythons(evaluate):
    from lazyrich.demos import _random

    assert np.allclose(
        evaluate(NeuronPlane, "() => Array.from(demo.normals(7, 1001))", None),
        _random.normals(7, 1001),
    )
    found = _random.normals(3, 20_000)
    assert abs(found.mean()) < 0.03
    assert abs(found.std() - 1) < 0.03


@pytest.mark.parametrize("name", width_dial.NAMES)
def test_the_knobs_agree_with_python(evaluate, name):
    from lazyrich.scales import function_and_relative_scale, parametrization

    for m in (16, 1024):
        theirs, p = (
            evaluate(WidthDial, "([n, m]) => demo.parametrization(n, m, 5)", [name, m]),
            parametrization(name, m, 5),
        )
        ours = (
            p.f_scale,
            p.std_w,
            p.std_a,
            p.eta_w,
            p.eta_a,
            *function_and_relative_scale(p.std_w, p.std_a, p.f_scale, m, 5),
        )
        keys = ("multiplier", "stdW", "stdA", "etaW", "etaA", "scale", "ratio")
        assert np.allclose([theirs[key] for key in keys], ours, rtol=1e-12)
        for rates in (False, True):
            deltas = evaluate(
                WidthDial, "([n, m, r]) => Array.from(demo.drawn(n, m, 3, 5, r))", [name, m, rates]
            )
            assert np.allclose(
                deltas, width_dial.drawn(name, m, 3, rates=rates), rtol=1e-9, atol=1e-15
            )
            mean, sd = width_dial.moments(name, m, rates=rates)
            assert np.allclose(
                evaluate(WidthDial, "([n, m, r]) => demo.moments(n, m, 5, r)", [name, m, rates]),
                (mean, sd),
                atol=1e-12,
            )
            x = np.linspace(mean - 4 * sd, mean + 4 * sd, 41)
            curve = evaluate(
                WidthDial,
                "([n, m, r, x]) => x.map(demo.density(n, m, 5, r))",
                [name, m, rates, x.tolist()],
            )
            assert np.allclose(
                curve, width_dial.density(x, name, m, rates=rates), rtol=1e-7, atol=1e-9 / sd
            )


@pytest.mark.parametrize("name", width_dial.NAMES)
def test_the_law_of_delta_has_its_moments(name):
    mean, sd = width_dial.moments(name, 64)
    x = np.linspace(mean - 15 * sd, mean + 15 * sd, 4001)
    p, dx = width_dial.density(x, name, 64), x[1] - x[0]
    assert p.sum() * dx == pytest.approx(1, abs=2e-3)
    assert (p * x).sum() * dx == pytest.approx(mean, abs=5e-3 * sd)
    found = width_dial.drawn(name, 4096, 1)
    mean, sd = width_dial.moments(name, 4096)
    assert abs(found.mean() - mean) < 4 * sd / 64


def test_mup_is_mean_field_in_other_numbers():
    for m in (16, 256):
        mup, mean_field = (
            width_dial.drawn(name, m, 2, rates=True) for name in ("mup", "mean_field")
        )
        assert np.allclose(mup * m**2, mean_field)
        plain = [width_dial.drawn(name, m, 2) for name in ("mup", "mean_field")]
        assert not np.allclose(*plain)
        assert plain[0].mean() < plain[1].mean()


def test_the_widths_show_what_ships():
    from lazyrich.experiments import widths

    dataset, config = widths.load()
    data = WidthDial().data
    assert tuple(data["names"]) == config.names == width_dial.NAMES
    for measure, found in data["measures"].items():
        mean, doubt = widths.exponents(dataset, measure)
        assert np.allclose(found["exponent"], mean, rtol=1e-3, atol=1e-4)
        assert np.allclose(found["doubt"], doubt, rtol=1e-2, atol=1e-4)


def test_the_aligned_race_is_the_exact_one_and_the_sign_of_delta_shows_with_few_neurons_only():
    base = {"scale": 0.3, "spread": 3.0}
    aligned = mode_race.race(mode_race.TIMES, 2.0, turn=0.0, h=3, **base)
    assert np.allclose(aligned.strengths, aligned.aligned, atol=1e-9)
    for h, same in ((3, True), (1, False)):
        down, up = (
            mode_race.race(mode_race.TIMES, delta, turn=60.0, h=h, **base) for delta in (-4.0, 4.0)
        )
        assert np.allclose(down.strengths, up.strengths, atol=1e-6) == same
        assert np.allclose(down.S, up.S, atol=1e-6) == same


WAITS = [(1, 0.0, 0), (2, 0.0, 1), (3, 1.3, 1), (4, 0.02, 3), (5, 0.5, 7), (8, 2.0, 3), (8, 0.0, 0)]


@pytest.mark.parametrize(("depth", "delta", "strong"), WAITS)
def test_the_plateaus_agree_with_python(evaluate, depth, delta, strong):
    for u0 in (1e-6, 1e-3, 0.3):
        settings = {"depth": depth, "u0": u0, "delta": delta, "strong": strong}
        theirs = evaluate(DeepPlateaus, "(s) => demo.curve(s)", settings)[::20]
        ours = deep_plateaus.time_to([row["u"] for row in theirs], **settings)
        assert np.allclose([row["t"] for row in theirs], ours, rtol=1e-6)
        half = evaluate(DeepPlateaus, "(s) => demo.timeToHalf(s)", settings)
        assert half == pytest.approx(float(deep_plateaus.time_to(0.5, **settings)), rel=1e-6)
        from_least = evaluate(DeepPlateaus, "(s) => demo.waits(s).at(-1)", settings)
        assert from_least["t"] == pytest.approx(
            float(deep_plateaus.time_to(0.5, **(settings | {"u0": 1e-6}))), rel=1e-6
        )
        from lazyrich import exact

        formula = evaluate(DeepPlateaus, "(s) => demo.plateau(s)", settings)
        assert formula == pytest.approx(float(exact.plateau_time(u0, 1.0, depth)), rel=1e-12)


@pytest.mark.parametrize(("depth", "delta", "strong"), WAITS)
def test_the_plateaus_are_those_of_the_exact_mode(depth, delta, strong):
    from lazyrich import exact

    u = np.array([0.01, 0.5, 0.9])
    t = deep_plateaus.time_to(u, depth, 1e-3, delta, strong)
    if depth == 1:
        assert np.allclose(exact.deep_mode(t, 1e-3, 1.0, 1), u, rtol=1e-8)
    else:
        layers = deep_plateaus.deltas(depth, delta, min(strong, depth - 1))
        assert np.allclose(exact.deep_unbalanced_mode(t, 1e-3, 1.0, layers), u, rtol=1e-8)


@pytest.mark.parametrize(
    "demo",
    [
        DeepPlateaus(delta=0.5, strong=3),
        ExactOverlay(rho=0.3),
        GrokMap(embedding=1.0, readout=4.0),
        LandingMap(delta=-3.0),
        LandingMap(x=0.0, y=0.0),
        ModeRace(delta=-3.0, h=2, turn=40.0),
        NeuronPlane(tau=0.1, delta=1.0, time=0.4),
        PhaseMap(tau=0.2, step=1e3, quantity="test_loss"),
        Regimes(reach=2.0),
        WidthDial(parametrization="mup", m=1024, measure="first_layer", rates=True),
    ],
)
def test_each_still_has_words(demo):
    picture = demo.picture()
    assert picture.png.startswith(b"\x89PNG")
    assert len(picture.alt.split()) > 8
