"""Compare what the gallery reveals with Python's numbers for the state that the gallery sets."""

import numpy as np
import pytest

from lazyrich import demos
from lazyrich.demos import (
    break_the_law,
    deep_plateaus,
    exact_overlay,
    grok_map,
    landing_map,
    mode_race,
    neuron_plane,
    one_neuron,
    phase_map,
    regimes,
    width_dial,
)
from lazyrich.demos.gallery import ENTRIES
from lazyrich.demos.gallery.tries import TRIES

EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.demo)
TIMES = np.append(0.0, np.geomspace(0.01, 1000.0, 2001))


@EACH
def test_each_question_has_a_state_guesses_and_what_is_seen(entry):
    for each in TRIES[entry.demo]:
        assert each.state.keys() <= set(entry.controls)
        demo = getattr(demos, entry.demo)(**each.state)
        assert {name: getattr(demo, name) for name in each.state} == each.state
        assert 2 <= len(set(each.guesses)) == len(each.guesses) <= 3
        assert 0 <= each.right < len(each.guesses)
        assert each.reveal.endswith(".")
        assert not each.play or "time" in each.state


def test_the_right_guess_has_no_fixed_place():
    places = [each.right for answers in TRIES.values() for each in answers]
    assert all(places.count(place) >= 6 for place in range(3))


def says(demo, k, *numbers):
    """Tell whether the answer revealed for a question names these numbers, as printed there."""
    text = TRIES[demo][k].reveal.replace("−", "-")
    for number in numbers:
        assert number in text, (demo, k, number)


def test_one_neuron():
    ends = [one_neuron.curves(TIMES, d, 90.0, 1.0, 1.0).S[-1] for d in (-4.0, 0.0, 4.0)]
    says("OneNeuron", 0, *(f"{end:.2f}" for end in ends[:2]), f"{ends[2]:.3f}")
    run = one_neuron.curves(TIMES, -4.0, 120.0, 1.0, 1.0)
    turned = np.degrees(np.arctan2(run.w[:, 1], run.w[:, 0])) - 120.0
    k = np.argmax(turned >= 6)
    says("OneNeuron", 1, f"{100 * run.loss[k] / run.loss[0]:.0f}%", f"{run.S[k]:.2f}")
    silent = 0.5 * np.array(one_neuron.TARGET) @ one_neuron.TARGET
    assert run.loss[k] < 0.7 * silent  # on the ray of the start nothing is better than silence
    assert run.a[0] > 0 > run.a[k]
    says("OneNeuron", 1, "readout changes its sign")
    run = one_neuron.curves(TIMES, 0.0, 175.0, 1.0, 1.0)
    least = np.linalg.norm(run.a[:, None] * run.w, axis=1).min()
    says("OneNeuron", 2, f"{least:.3f}")


def lost(**settings):
    start = {"step": 0.01, "batch": 8, "decay": 0.0, "momentum": 0.0}
    return break_the_law.train(**(start | settings))["delta"]


def test_break_the_law():
    for step, words in ((0.01, "0.0037"), (0.02, "0.0074")):
        run = lost(step=step)
        assert f"{run[0] - run[-1]:.4f}" == words
        says("BreakTheLaw", 0, words)
    run = lost(step=0.05, batch=1)
    says("BreakTheLaw", 1, *(f"{run[k]:.2f}" for k in (0, len(run) // 5, -1)))
    for settings, digits in (
        ({"step": 0.001}, 4),
        ({"step": 0.001, "momentum": 0.9}, 2),
        ({"step": 0.01}, 3),
    ):
        run = lost(**settings)
        says("BreakTheLaw", 2, f"{run[0] - run[-1]:.{digits}f}")


def test_exact_overlay():
    rest = {"angle": 90.0, "scale": 1.0, "ratio": 1.0, "delta": -2.0}
    run = exact_overlay.compare(exact_overlay.GRID, **rest, rho=0.1)
    says("ExactOverlay", 0, f"{run.error.max():.1f}")
    assert run.metric_error.max() < 1e-11
    lazy, rich = (
        exact_overlay.compare(exact_overlay.GRID, **(rest | {"delta": d}), rho=0.7).error.max()
        for d in (4.0, -2.0)
    )
    says("ExactOverlay", 1, f"{lazy:.2f}")
    assert abs(lazy - rich) < 0.06
    state = rest | TRIES["ExactOverlay"][2].state
    assert exact_overlay.compare(exact_overlay.GRID, **state).metric_error.max() < 1e-9


def test_regimes():
    first, *_, last = regimes.runs(4.0, 120.0, 1.0, 1.0)
    says("Regimes", 0, f"t = {last.half:.1f}", f"S = {last.end:.3f}")
    says("Regimes", 0, f"t = {first.half:.1f}", f"{first.end:.2f}")
    assert max(run.end for run in regimes.runs(4.0, 0.0, 0.3, 1.0)) < 0.0205
    for one, other in zip(
        regimes.runs(4.0, 120.0, 1.0, 1.0), regimes.runs(4.0, 120.0, 1.0, 8.0), strict=True
    ):
        assert np.allclose([one.half, one.end], [other.half, other.end], rtol=1e-9)


def test_landing_map():
    nearest, ray = landing_map.limits(1.5, 0.6, 0.0)
    says("LandingMap", 0, f"{ray[1]:.1f}", f"{nearest[1]:.1f}")
    up, none, down = (landing_map.landing(d, 0.05, 0.1, 0.0)[1] for d in (40.0, 0.0, -40.0))
    says("LandingMap", 1, f"{up:.1f}", f"{none:.1f}", f"{down:.2f}")
    says("LandingMap", 2, f"{landing_map.landing(-40.0, -0.6, 0.8, 0.0)[1]:.2f}")


def race(**settings):
    start = {"delta": 0.0, "scale": 1e-3, "spread": 3.0, "turn": 0.0, "h": 3}
    return mode_race.race(mode_race.TIMES, **(start | settings))


def test_mode_race():
    up, down = race(delta=4.0), race(delta=-4.0)
    for name in ("strengths", "rank", "loss", "S"):
        assert np.allclose(getattr(up, name), getattr(down, name), atol=1e-12), name
    run, half = race(scale=0.5, turn=60.0), mode_race.targets(3.0)[0] / 2
    assert np.diff(run.strengths, axis=0).min() > -1e-12
    says("ModeRace", 1, f"{run.strengths[0, 0]:.2f}", f"{run.aligned[0, 0]:.1f}")
    for path in (run.strengths, run.aligned):
        says("ModeRace", 1, f"{mode_race.TIMES[np.argmax(path[:, 0] >= half)]:.2f}")
    for delta in (3.0, -3.0):
        run = race(delta=delta, h=2, turn=40.0)
        says("ModeRace", 2, f"{run.S[-1]:.2f}")
        assert run.strengths[-1, 2] < 1e-9


def test_deep_plateaus():
    wait = {L: float(deep_plateaus.time_to(0.5, L, 1e-4, 0.0, 0)) for L in (2, 3, 5, 6)}
    says("DeepPlateaus", 0, f"{wait[2]:.1f}", f"{wait[3]:.1f}", f"{wait[3] - wait[2]:.0f}")
    says("DeepPlateaus", 0, f"{wait[5]:.0f}", f"{wait[6]:.0f}", f"{wait[6] - wait[5]:.0f}")
    strong = float(deep_plateaus.time_to(0.5, 4, 1e-3, 1.0, 3))
    one, two = (float(deep_plateaus.time_to(0.5, L, 1e-3, 0.0, 0)) for L in (1, 2))
    says("DeepPlateaus", 1, *(f"{t:.1f}" for t in (strong, one)))
    says("DeepPlateaus", 1, f"{two:.1f}"[:3])
    for depth in (3, 4, 6):
        long, short = (float(deep_plateaus.time_to(0.5, depth, u, 0.0, 0)) for u in (1e-6, 1e-5))
        assert np.log10(short / long) == pytest.approx(-(1 - 2 / depth), abs=0.01)


def test_phase_map():
    data = demos.PhaseMap().data

    def mean(quantity, tau, delta, step=1e9):
        at = phase_map.nearest(data["t"], step)
        return phase_map.curves(data, tau, delta)[quantity][:, at].mean()

    for delta in (1.0, -1.0):
        says("PhaseMap", 0, f"{mean('kernel_distance', 0.1, delta, 30):.2f}")
    low = phase_map.curves(data, 0.1, -1.0)["kernel_distance"].mean(axis=0)
    assert 200 < np.array(data["t"])[np.argmax(low >= low[-1] / 2)] < 400
    assert max(mean("kernel_distance", 2.0, delta) for delta in data["delta"]) < 0.01
    for tau in data["tau"][:1] + data["tau"][-1:]:  # no corner is still moving at the end
        for delta in (1.0, -1.0):
            late = mean("kernel_distance", tau, delta) - mean("kernel_distance", tau, delta, 1e4)
            assert abs(late) < 0.002
    cells = [(tau, delta) for tau in data["tau"] for delta in data["delta"]]
    most = max(cells, key=lambda cell: mean("kernel_distance", *cell))
    best = min(cells, key=lambda cell: mean("test_loss", *cell))
    assert most[1] == -0.25
    assert best[1] > 0
    says("PhaseMap", 1, f"{mean('kernel_distance', *most):.2f}", f"{mean('test_loss', *most):.3f}")
    says("PhaseMap", 1, f"{mean('kernel_distance', *best):.2f}", f"{mean('test_loss', *best):.4f}")
    says("PhaseMap", 2, f"{100 * mean('hamming', 0.1, -1.0):.0f}%")
    says("PhaseMap", 2, f"{mean('kernel_distance', 0.1, -1.0):.2f}")


@pytest.mark.slow
def test_neuron_plane():
    times = neuron_plane.TIMES

    def run(delta, seed=1, linear=False):
        return neuron_plane.path(times, 0.1, delta, seed, linear=linear)

    gates, none, balanced = run(1.0), run(1.0, linear=True), run(0.0, linear=True)
    assert gates.angle[-1] > 75
    assert none.angle[-1] == pytest.approx(80, abs=1)
    assert none.S[-1] < 5e-4
    assert run(-1.0, linear=True).S[-1] < 5e-4
    says("NeuronPlane", 0, f"{balanced.S[-1]:.3f}")
    half = times[np.argmax(gates.angle >= gates.angle[-1] / 2)]
    tenth = times[np.argmax(gates.loss <= gates.loss[0] / 10)]
    says("NeuronPlane", 1, f"{half:.2f}", f"{tenth:.1f}")
    up, down = ([run(delta, seed).angle[-1] for seed in range(10)] for delta in (1.0, -1.0))
    says("NeuronPlane", 2, f"{min(up):.0f}°", f"{max(up):.0f}°", f"at most {max(down):.0f}°")
    assert min(up) > 4 * max(down)


def test_width_dial():
    data = demos.WidthDial().data
    found = data["measures"]["kernel_distance"]
    exponent, expected = (found[k][data["names"].index("ntk")] for k in ("exponent", "expected"))
    says("WidthDial", 0, f"{exponent:.2f}", f"{10 ** (-1 / exponent):.0f}")
    says("WidthDial", 0, f"{expected:.1f}", f"{10 ** (-1 / expected):.1f}")
    values = width_dial.drawn("ntk", 16384, 0)
    says("WidthDial", 2, f"{values.mean():.3f}", f"±{values.std():.1f}")


def test_grok_map():
    data = demos.GrokMap().data

    def median(embedding, readout):
        return f"{np.median(grok_map.cell(data, embedding, readout)['grok']):.0f}"

    says("GrokMap", 0, *(median(*cell) for cell in grok_map.along(data, 0.5, 0.25)))
    says("GrokMap", 1, *(median(0.125, readout) for readout in data["readout"]))
    cell = grok_map.cell(data, 1.0, 4.0)
    says("GrokMap", 2, f"{cell['learn'].min():.0f}", f"{cell['learn'].max():.0f}")
    assert np.isinf(cell["grok"]).sum() == 4
    says("GrokMap", 2, f"{data['end']}")
