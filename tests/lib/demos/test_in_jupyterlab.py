"""Use the demos as a reader does: in JupyterLab, in Chromium, by keyboard and by mouse."""

import os

import numpy as np
import pytest
from browser import chromium, drawn, lab, new_page, notebook, number, overhear, passed, run_cell

from lazyrich.demos import one_neuron as neuron

pytestmark = pytest.mark.browser

CONTROLS = {  # a slider that only this demo has; one cell each, in this order
    "OneNeuron": "time",
    "BreakTheLaw": "decay",
    "ExactOverlay": "rho",
    "Regimes": "reach",
    "LandingMap": "tilt",
    "ModeRace": "spread",
    "DeepPlateaus": "depth",
    "PhaseMap": "step",
    "GrokMap": "embedding",
    "NeuronPlane": "tau",
    "WidthDial": "m",
}
ORDER = list(CONTROLS)
# High enough for all demos: JupyterLab does not render cells that are out of sight.
VIEW = {"width": 1280, "height": 1000 * len(ORDER)}


def demo(page, name="OneNeuron"):
    """The demo of this name on the page."""
    return page.locator(".lr").nth(ORDER.index(name))


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """A page with all demos run, one per cell in the order of `ORDER`, and its console messages."""
    root = tmp_path_factory.mktemp("lab")
    (root / "pyproject.toml").touch()
    (root / "course" / "00_demo").mkdir(parents=True)
    first = "from lazyrich import demos\ndemos.OneNeuron(delta=1.0)"
    cells = notebook(
        first, "demos.BreakTheLaw(step=0.05)", *(f"demos.{name}()" for name in ORDER[2:])
    )
    (root / "course" / "00_demo" / "00_demo.ipynb").write_text(cells)
    with lab(root) as address, chromium() as browser:
        page = new_page(browser, viewport=VIEW)
        said = []
        overhear(page, said, [], "error")
        page.goto(address)
        for k, control in enumerate(CONTROLS.values()):
            run_cell(page, k, f"input[data-name={control}]")
        if folder := os.environ.get("LAZYRICH_SHOTS"):  # to look at what the test sees
            page.screenshot(path=f"{folder}/lab.png")
            for k, name in enumerate(ORDER):
                demo(page, name).screenshot(path=f"{folder}/{k}-{name}.png")
        drawn(page)
        page.begun = page.evaluate(STANDING)
        yield page, said


STANDING = """() => [...document.querySelectorAll('.lr')].map((demo) =>
    [...demo.querySelectorAll('input, select')].map(
        (e) => (e.type === 'checkbox' ? e.checked : e.value)))"""
AS_BEGUN = """(begun) => document.querySelectorAll('.lr').forEach((demo, d) => {
    demo.style.width = '';
    demo.querySelector('button[aria-label=pause]')?.click();
    demo.querySelectorAll('input, select').forEach((e, k) => {
        const key = e.type === 'checkbox' ? 'checked' : 'value';
        if (e[key] === begun[d][k]) return;
        e[key] = begun[d][k];
        e.dispatchEvent(new Event('input', { bubbles: true }));
    });
})"""


@pytest.fixture(autouse=True)
def as_begun(demos):
    """Reset the demos to their first state before every test."""
    page, _ = demos
    page.set_viewport_size(VIEW)
    page.emulate_media(reduced_motion="no-preference")
    page.evaluate(AS_BEGUN, page.begun)
    drawn(page)


def numbers(page):
    """The numbers that are drawn."""
    drawn(page)
    texts = {
        cell.get_attribute("data-number"): cell.inner_text()
        for cell in demo(page).locator("[data-number]").all()
    }
    return {name: number(text) for name, text in texts.items()}


def expected(page):
    """Return Python's numbers for the sliders' current values."""
    at = {
        name: float(demo(page).locator(f"input[data-name={name}]").input_value())
        for name in ("delta", "angle", "scale", "ratio", "time")
    }
    now = neuron.curves(
        np.array(neuron.time_of(at["time"])),
        at["delta"],
        at["angle"],
        at["scale"],
        2.0 ** at["ratio"],
    )
    return {
        "delta": at["delta"],
        "a": now.a,
        "w": np.linalg.norm(now.w),
        "loss": now.loss,
        "S": now.S,
        "angle": now.angle,
    }


def assert_agrees(page):
    drawn, right = numbers(page), expected(page)
    for name, value in right.items():
        assert drawn[name] == pytest.approx(float(value), rel=6e-3, abs=6e-3), name
    return drawn


def test_it_starts_with_the_numbers_of_python(demos):
    page, _ = demos
    assert assert_agrees(page)["delta"] == 1.0


def test_the_keyboard_moves_a_slider_and_the_numbers_follow(demos):
    page, _ = demos
    before = numbers(page)
    demo(page).locator("input[data-name=delta]").focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    after = assert_agrees(page)
    assert after["delta"] == pytest.approx(-0.5)
    assert abs(after["S"] - before["S"]) > 0.01


@pytest.mark.parametrize("name", ["angle", "scale", "ratio", "time"])
def test_the_mouse_moves_every_slider_and_the_numbers_follow(demos, name):
    page, _ = demos
    slider = demo(page).locator(f"input[data-name={name}]")
    before, value = numbers(page), slider.input_value()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert slider.input_value() != value
    assert assert_agrees(page) != before


def test_every_picture_and_control_has_words(demos):
    page, _ = demos
    for canvas in page.locator(".lr canvas").all():
        assert len(canvas.get_attribute("aria-label").split()) > 5
    for slider in page.locator(".lr input[type=range]").all():
        assert page.locator(f"label[for='{slider.get_attribute('id')}']").inner_text()
        assert slider.get_attribute("aria-valuetext")
    for box in page.locator(".lr input[type=checkbox]").all():
        assert box.locator("xpath=..").inner_text()
    for choice in page.locator(".lr select").all():
        assert page.locator(f"label[for='{choice.get_attribute('id')}']").inner_text()


def test_play_moves_time_and_pause_stops_it(demos):
    page, _ = demos
    button, slider = (
        demo(page).locator("button[data-name=play]"),
        demo(page).locator("input[data-name=time]"),
    )
    slider.fill("0.1")
    button.click()
    at = [slider.element_handle(), button.element_handle()]
    stopped = page.wait_for_function(
        "([slider, button]) => slider.value > 0.1 && (button.click(), slider.value)", arg=at
    )
    assert button.get_attribute("aria-label") != "pause"
    passed(page, 200)
    assert slider.input_value() == stopped.json_value()


def test_where_motion_is_not_wanted_play_goes_to_the_end_at_once(demos):
    page, _ = demos
    page.emulate_media(reduced_motion="reduce")
    for name, control in (("OneNeuron", "time"), ("PhaseMap", "step"), ("NeuronPlane", "time")):
        slider = demo(page, name).locator(f"input[data-name={control}]")
        slider.fill(slider.get_attribute("min"))
        demo(page, name).locator("button[data-name=play]").click()
        assert slider.input_value() == slider.get_attribute("max")


def test_the_second_demo_breaks_the_law(demos):
    page, _ = demos
    shown = demo(page, "BreakTheLaw").locator("[data-number=flow]")
    before = shown.inner_text()
    demo(page, "BreakTheLaw").locator("input[data-name=decay]").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    drawn(page)
    from lazyrich.demos import break_the_law as law

    start = law.A0**2 - np.dot(law.W0, law.W0)
    assert before == f"{start:.4f}".replace("-", "−")
    assert number(shown.inner_text()) == pytest.approx(
        start * np.exp(-2 * 0.1 * law.DURATION), abs=1e-4
    )


def press(page, name, control, key, times):
    """Move a slider by keyboard and let the page settle."""
    demo(page, name).locator(f"input[data-name={control}]").focus()
    for _ in range(times):
        page.keyboard.press(key)
    drawn(page)


def test_correlation_breaks_the_solution_and_not_the_form_of_the_metric(demos):
    page, _ = demos
    shown = {
        name: demo(page, "ExactOverlay").locator(f"[data-number={name}]")
        for name in ("error", "metric", "drift")
    }
    assert all(number(cell.inner_text()) < 1e-9 for cell in shown.values())
    press(page, "ExactOverlay", "rho", "ArrowRight", 10)
    from lazyrich.demos import ExactOverlay, exact_overlay

    right = exact_overlay.compare(exact_overlay.GRID, **(ExactOverlay().settings | {"rho": 0.5}))
    assert number(shown["error"].inner_text()) == pytest.approx(right.error.max(), rel=0.05)
    assert right.error.max() > 0.1
    assert number(shown["metric"].inner_text()) < 1e-9


def test_the_regimes_of_five_deltas_are_told(demos):
    page, _ = demos
    press(page, "Regimes", "reach", "ArrowRight", 10)
    from lazyrich.demos import Regimes, regimes

    for k, run in enumerate(regimes.runs(**(Regimes().settings | {"reach": 6.0}))):
        words = demo(page, "Regimes").locator(f"[data-number=run{k}]").inner_text()
        assert run.regime in words
        assert f"{abs(run.delta):g}" in words


def test_the_landing_point_follows_the_keyboard_and_the_mouse(demos):
    page, _ = demos
    from lazyrich.demos import landing_map

    shown = demo(page, "LandingMap").locator("[data-number=landing]")

    def lands():
        drawn(page)
        return [number(part) for part in shown.inner_text().split(",")]

    press(page, "LandingMap", "tilt", "ArrowRight", 20)
    assert np.allclose(lands(), landing_map.landing(0.0, 0.35, 0.6, 20.0), atol=1e-3)
    canvas = demo(page, "LandingMap").locator("canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.2 * box["height"], steps=4)
    page.mouse.up()
    x, y = (
        float(demo(page, "LandingMap").locator(f"input[data-name={name}]").input_value())
        for name in "xy"
    )
    assert (x, y) != (0.35, 0.6)
    assert np.allclose(lands(), landing_map.landing(0.0, x, y, 20.0), atol=1e-3)


def test_delta_ends_the_race(demos):
    page, _ = demos
    from lazyrich.demos import ModeRace, mode_race

    times = [demo(page, "ModeRace").locator(f"[data-number=half{k}]") for k in range(3)]

    def halves():
        return [number(cell.inner_text()) for cell in times]

    before = halves()
    assert before == sorted(before)
    assert before[2] > 2 * before[0]
    press(page, "ModeRace", "delta", "ArrowRight", 60)
    together = halves()
    assert together[2] < 1.5 * together[0]
    run = mode_race.race(mode_race.TIMES, **(ModeRace().settings | {"delta": 6.0}))
    reached = [
        mode_race.TIMES[np.argmax(run.strengths[:, k] >= s / 2)]
        for k, s in enumerate(mode_race.targets(3.0))
    ]
    assert np.allclose(together, reached, rtol=0.1)
    press(page, "ModeRace", "h", "ArrowLeft", 1)
    assert times[2].inner_text() == "never"


def test_the_plateau_of_a_deep_network_is_told(demos):
    page, _ = demos
    from lazyrich.demos import DeepPlateaus, deep_plateaus

    shown = demo(page, "DeepPlateaus").locator("[data-number=half]")
    settings = DeepPlateaus().settings
    for control, presses, change in (
        ("depth", 2, {"depth": 6}),
        ("delta", 30, {"delta": 0.3}),
        ("strong", 2, {"strong": 4}),
    ):
        press(page, "DeepPlateaus", control, "ArrowRight", presses)
        settings = settings | change
        right = float(deep_plateaus.time_to(0.5, **settings))
        assert number(shown.inner_text()) == pytest.approx(right, rel=6e-3), control
    assert demo(page, "DeepPlateaus").locator("[data-number=weak]").inner_text() == "2 of 6"


def map_of(page, name):
    """Return a demo's map, scrolled into view, and its position on the page."""
    canvas = demo(page, name).locator("canvas[data-name=map]")
    canvas.scroll_into_view_if_needed()
    return canvas, canvas.bounding_box()


def test_a_cell_of_the_phase_map_is_picked_by_keyboard_and_by_mouse(demos):
    page, _ = demos
    from lazyrich.demos import PhaseMap, phase_map

    data = PhaseMap().data
    shown = {
        name: demo(page, "PhaseMap").locator(f"[data-number={name}]")
        for name in ("tau", "delta", "S", "test")
    }

    def assert_shows(i, j, step):
        drawn(page)
        assert float(shown["tau"].inner_text()) == pytest.approx(data["tau"][i], rel=0.05)
        assert number(shown["delta"].inner_text()) == data["delta"][j]
        found = phase_map.curves(data, data["tau"][i], data["delta"][j])
        S = found["kernel_distance"][:, phase_map.nearest(data["t"], step)].mean()
        assert float(shown["S"].inner_text().split()[0]) == pytest.approx(S, abs=6e-4)

    assert_shows(0, 8, 100)
    canvas, box = map_of(page, "PhaseMap")
    canvas.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert_shows(0, 6, 100)
    page.mouse.click(box["x"] + box["width"] - 14, box["y"] + box["height"] - 40)
    assert_shows(8, 0, 100)
    press(page, "PhaseMap", "step", "End", 1)
    assert_shows(8, 0, 1e5)
    demo(page, "PhaseMap").locator("select").select_option("test_loss")
    drawn(page)
    assert "test loss" in canvas.get_attribute("aria-label")


def test_a_network_that_never_groks_is_told_and_picked_by_keyboard_and_by_mouse(demos):
    page, _ = demos
    from lazyrich.demos import GrokMap, grok_map

    data = GrokMap().data
    shown = {
        name: demo(page, "GrokMap").locator(f"[data-number={name}]")
        for name in ("scale", "grok", "seeds")
    }

    def assert_shows(embedding, readout):
        drawn(page)
        grok = grok_map.cell(data, embedding, readout)["grok"]
        middle, done = np.median(grok), int(np.isfinite(grok).sum())
        assert shown["grok"].inner_text().split()[0] == (
            f"{middle:.0f}" if np.isfinite(middle) else "never"
        )
        assert shown["seeds"].inner_text() == f"{done} of {grok.size}"

    assert shown["scale"].inner_text() == "1/16"
    assert_shows(0.25, 1.0)
    canvas, box = map_of(page, "GrokMap")
    canvas.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    assert_shows(1.0, 4.0)
    assert shown["grok"].inner_text().startswith("never")
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] - 42)
    assert_shows(1 / 8, 1 / 64)
    tick = demo(page, "GrokMap").locator("input[data-name=line]")
    tick.focus()
    page.keyboard.press("Space")
    drawn(page)
    assert not tick.is_checked()


def test_neurons_turn_from_every_start_at_any_time(demos):
    page, _ = demos
    from lazyrich.demos import NeuronPlane, neuron_plane

    here = demo(page, "NeuronPlane")
    shown = {name: here.locator(f"[data-number={name}]") for name in ("S", "angle", "state")}

    def assert_shows(tau, delta, time, seed):
        drawn(page)
        times = np.array([0.0, neuron_plane.time_of(time)])
        right = neuron_plane.path(np.unique(np.append(neuron_plane.TIMES, times)), tau, delta, seed)
        k = np.searchsorted(np.unique(np.append(neuron_plane.TIMES, times)), times[1])
        assert float(shown["S"].inner_text()) == pytest.approx(right.S[k], abs=5e-3)
        assert float(shown["angle"].inner_text().strip("°")) == pytest.approx(
            right.angle[k], abs=0.5
        )

    settings = {name: getattr(NeuronPlane(), name) for name in ("tau", "delta", "time", "seed")}
    assert_shows(**settings)
    for name, (tau, delta) in neuron_plane.PRESETS.items():
        button = here.locator(f"button[data-name={name}]")
        button.focus()
        page.keyboard.press("Enter")
        assert_shows(**(settings | {"tau": tau, "delta": delta}))
        assert button.get_attribute("aria-pressed") == "true"
    press(page, "NeuronPlane", "time", "ArrowLeft", 100)
    assert_shows(0.1, -1.0, 0.5, settings["seed"])
    press(page, "NeuronPlane", "seed", "ArrowLeft", 1)
    assert_shows(0.1, -1.0, 0.5, settings["seed"] - 1)


def test_the_width_turns_both_knobs(demos):
    page, _ = demos
    from lazyrich.demos import WidthDial, width_dial
    from lazyrich.scales import function_and_relative_scale, parametrization

    here, measures = demo(page, "WidthDial"), WidthDial().data["measures"]
    shown = {
        name: here.locator(f"[data-number={name}]")
        for name in ("scale", "ratio", "found", "exponent")
    }

    def numbers_of(text):
        return [number(part) for part in text.split("±")]

    def assert_shows(m, name, measure, rates):
        drawn(page)
        p = parametrization(name, m, 5)
        right = function_and_relative_scale(p.std_w, p.std_a, p.f_scale, m, 5)
        assert [number(shown[key].inner_text()) for key in ("scale", "ratio")] == pytest.approx(
            right, rel=0.05
        )
        deltas = width_dial.drawn(name, m, 0, rates=rates)
        assert numbers_of(shown["found"].inner_text()) == pytest.approx(
            [deltas.mean(), deltas.std()], rel=0.05
        )
        exponent = measures[measure]["exponent"][width_dial.NAMES.index(name)]
        assert numbers_of(shown["exponent"].inner_text())[0] == pytest.approx(exponent, abs=6e-3)

    assert_shows(256, "ntk", "kernel_distance", False)
    press(page, "WidthDial", "m", "ArrowRight", 4)
    assert_shows(4096, "ntk", "kernel_distance", False)
    here.locator("select[data-name=parametrization]").select_option("mup")
    assert_shows(4096, "mup", "kernel_distance", False)
    here.locator("input[data-name=rates]").focus()
    page.keyboard.press("Space")
    here.locator("select[data-name=measure]").select_option("readout")
    assert_shows(4096, "mup", "readout", True)


@pytest.mark.parametrize("width", [400, 760, 1920])
def test_nothing_overflows_at_any_width(demos, width):
    page, _ = demos
    page.set_viewport_size({"width": max(width + 400, 1280), "height": 1200})
    for each in page.locator(".lr").all():
        each.evaluate("(e, width) => { e.style.width = `${width}px`; }", width)
        drawn(page)
        assert each.evaluate("e => e.clientWidth") == width
        assert each.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_the_console_holds_no_error_of_ours(demos):
    _, said = demos
    assert [
        text for text in said if "lr-" in text or "anywidget" in text or "Uncaught" in text
    ] == []
