"""Check the page "One number": small, self-contained, exact; each control does what its sentence
says.
"""

import gzip
import re
import subprocess
import sys

import numpy as np
import pytest
from bench import frames_page
from browser import drawn, new_page, overhear

from lazyrich import dynamics, exact, kernel, measures
from lazyrich.demos import neuron_plane, one_neuron
from lazyrich.demos.gallery.terms import TERMS
from lazyrich.scales import alpha_for_delta
from lazyrich.site import one_number

pytestmark = pytest.mark.browser
SIZE = {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "one_number.html"
    path.write_text(one_number.page(), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser, file):
    """Open the page; at the end there must be no console message and no request."""
    said, asked, pages = [], [], []

    def opened(query="", **options):
        options = {"viewport": SIZE, "reduced_motion": "reduce"} | options
        page = new_page(browser, **options)
        overhear(page, said, asked)
        page.goto(file.as_uri() + query)
        page.wait_for_function("window.ONE_NUMBER !== undefined")
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert said == []
    assert all(url.startswith((file.as_uri(), "data:")) for url in asked), asked


def filled(page, name):
    return page.locator(f"[data-fill={name}]").first.inner_text()


def move(page, control, value):
    page.locator(f"#{control}").evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", value
    )
    drawn(page)


def says(page, name):
    return page.locator(f"[data-says={name}]").inner_text()


def test_it_is_small_and_needs_no_other_file(file):
    text = file.read_text(encoding="utf-8")
    assert len(gzip.compress(text.encode())) < 250_000
    assert re.findall(r"<(?:img|iframe|script src|link rel=.stylesheet)", text) == []


def test_its_numbers_are_pythons(visit):
    page, t = visit(), np.array([0.0, 0.1, 1.0, 3.0, 12.0])
    for twin in page.evaluate("ONE_NUMBER.TWINS"):
        start = twin["begin"]
        got = page.evaluate("([b, t]) => t.map((u) => ONE_NUMBER.at(b, u))", [start, t.tolist()])
        run = exact.one_neuron(t, start["w"], start["a"], [1, 0])
        assert run.delta == pytest.approx(twin["delta"], abs=1e-12)
        assert np.allclose([one["w"] for one in got], run.w, rtol=1e-9, atol=1e-9)
        assert np.allclose([one["loss"] for one in got], run.loss, rtol=1e-9, atol=1e-9)
    for x in (-1.0, 0.0, 0.7):
        got = page.evaluate("(x) => ONE_NUMBER.speedsOf(x)", x)
        a, w = np.exp(x), np.exp(-x)
        before, after = (a**2 * np.eye(2) + np.outer(v, v) for v in ([0, w], [w, 0]))
        assert got["S"] == pytest.approx(kernel.kernel_distance(before, after), abs=1e-9)


def test_the_words_of_the_ribbon_are_the_rule_of_the_library(visit):
    page, t = visit(), np.append(0.0, np.geomspace(0.01, 1000.0, 101))
    for delta in (-6.0, -2.0, 0.0, 0.5, 4.0):
        run = one_neuron.curves(t, delta=delta, angle=120.0, scale=1.0, ratio=1.0)
        move(page, "regimes-delta", delta)
        assert filled(page, "regimes-label") == measures.regime_label(run.loss, run.S)
    late = one_neuron.curves(t, delta=-4.0, angle=90.0, scale=1.0, ratio=1.0)
    assert measures.regime_label(late.loss, late.S) == "rich"  # as the text says


def test_the_bet_is_answered_by_the_training(visit):
    page = visit()
    assert not page.locator("[data-verdict=twins]").is_visible()
    page.click("[data-ask=twins][data-answer=brown]")
    page.click("[data-go=twins]")
    page.locator("[data-verdict=twins]").wait_for()
    assert says(page, "twins") == "Teal turned first."
    assert float(filled(page, "half-teal")) < 0.3 < 3 < float(filled(page, "half-brown"))
    label = page.locator("#twins canvas").get_attribute("aria-label")
    assert "time 12.0" in label
    page.wait_for_function("document.querySelector('#said').textContent.includes('Teal')")


def test_time_leaves_the_ruler_and_large_steps_do_not(visit):
    page = visit()
    move(page, "law-time", 1)
    label = page.locator("#law canvas").get_attribute("aria-label")
    assert "delta +2.00" in label
    assert "delta −2.00" in label
    move(page, "law-step", 0.4)
    assert filled(page, "step").startswith("with steps of 0.40 the ruler no longer fits")
    assert filled(page, "law-teal") != "+2.00"
    move(page, "law-step", 0)
    assert filled(page, "law-teal") == "+2.00"
    assert filled(page, "step") == "none yet, a flow, in which the ruler fits its mark"


def test_a_drag_along_the_curve_changes_both_speeds(visit):
    page = visit()
    canvas = page.locator("#speeds canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert filled(page, "speeds-words").startswith("downstream")
    page.mouse.move(box["x"] + 0.35 * box["width"], box["y"] + 0.8 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.1 * box["width"], box["y"] + 0.15 * box["height"], steps=5)
    page.mouse.up()
    drawn(page)
    assert filled(page, "speeds-words").startswith("upstream")
    assert float(filled(page, "speeds-S")) < 0.1
    touch = canvas.evaluate("(e) => getComputedStyle(e).touchAction")
    assert touch.startswith("pan-y")  # a finger that swipes up or down scrolls


@pytest.fixture(scope="module")
def raced(browser, file):
    """A page whose six networks have been trained."""
    page = new_page(browser, viewport=SIZE, reduced_motion="reduce")
    page.goto(file.as_uri())
    page.locator("#twist canvas").scroll_into_view_if_needed()
    page.wait_for_function("window.ONE_NUMBER?.race.done")
    yield page
    page.close()


@pytest.mark.parametrize(("delta", "linear"), [(1, True), (0, True), (1, False)])
def test_both_networks_follow_gradient_flow_from_one_start(raced, delta, linear):
    """The library's reference: its loss is half the sum of squares, the page's their mean."""
    name = {1: "upstream", 0: "balanced", -1: "downstream"}[delta]
    times = np.array([0.0, *raced.evaluate("ONE_NUMBER.REAL.slice(1)")])
    code = "([n, l]) => ONE_NUMBER.race.runs[ONE_NUMBER.keyOf(n, l)].points.map((e) => e.S)"
    got = np.array(raced.evaluate(code, [name, linear]))
    times, got = times[[0, 20, 30, 40]], got[[0, 20, 30, 40]]
    task, alpha, leak = neuron_plane.task(1), float(alpha_for_delta(delta, 0.1)), float(linear)
    start = 0.1 * alpha * task.directions, 0.1 / alpha * task.signs
    W, a = dynamics.two_layer(
        times / 20, task.X, task.X[:, :1], *start, leak=leak, step=times[-1] / 20 / 2000
    )
    kernels = np.array(
        [kernel.ntk_two_layer(task.X, *p, leak=leak) for p in zip(W, a, strict=True)]
    )
    assert np.allclose(got, kernel.kernel_distance(kernels, kernels[0]), atol=0.01)


def test_one_symbol_makes_upstream_the_first(raced):
    for name in ("downstream", "balanced", "downstream", "upstream", "downstream"):
        raced.click(f"[data-first={name}]")  # the third press takes the first two back
    raced.click("[data-first=upstream]")
    for name in ("upstream", "balanced", "downstream"):
        raced.click(f"[data-first={name}]")
    assert raced.locator("[data-first=balanced]").inner_text() == "2. balanced"
    raced.click("[data-go=twist]")
    raced.locator("[data-verdict=twist]").wait_for()
    assert says(raced, "twist") == "You were right."
    halves = [
        float(filled(raced, f"first-{name}")) for name in ("upstream", "balanced", "downstream")
    ]
    assert halves[0] < 0.2 < 1 < halves[1] <= halves[2]
    # The neurons of the linear network turn nearly as far, and its kernel does not move.
    turned = [float(filled(raced, f"turned-{kind}")[:-1]) for kind in ("linear", "relu")]
    assert min(turned) > 60
    code = "([n]) => ONE_NUMBER.race.runs[ONE_NUMBER.keyOf(n, true)].points.at(-1).S"
    ends = [raced.evaluate(code, [name]) for name in ("upstream", "balanced", "downstream")]
    assert max(ends[0], ends[2]) < 1e-4 < 0.01 < ends[1] < 0.05
    raced.click("[data-go=twist]")
    assert "linear" in raced.locator("#twist canvas").get_attribute("aria-label")


def test_a_turn_clicks_gates_and_only_they_move_the_kernel(visit):
    page = visit()
    X = np.array(page.evaluate("ONE_NUMBER.INPUTS_AROUND"))
    for turn in (0, 47, 180):
        move(page, "why-turn", turn)
        got = page.evaluate("(t) => ONE_NUMBER.sweepOf(t)", turn)
        way = np.radians(turn)
        for name, leak in (("relu", 0.0), ("linear", 1.0)):
            ends = [
                kernel.ntk_two_layer(X, 0.1 * np.array([v]), np.array([1.0]), leak=leak)
                for v in ([1.0, 0.0], [np.cos(way), np.sin(way)])
            ]
            assert got[name] == pytest.approx(kernel.kernel_distance(*ends), abs=1e-9)
        assert filled(page, "why-relu") == f"{got['relu']:.2f}"
    assert filled(page, "why-clicks") == "12 gates"
    assert float(filled(page, "why-linear")) < 0.01


def test_the_map_is_walked_by_keyboard_and_has_two_sides(visit):
    page = visit()
    page.locator("#map canvas").focus()
    for _ in range(9):  # the first press steps onto the map
        page.keyboard.press("ArrowRight")
    assert filled(page, "map-words") == "it stayed lazy"
    assert page.evaluate("ONE_NUMBER.place.i") == 8
    page.click("[data-ask=map][data-answer=up]")
    assert not page.locator("[data-verdict=map]").is_visible()
    page.click("[data-shows=test]")
    assert "error on new data" in page.locator("#map canvas").get_attribute("aria-label")
    assert says(page, "map") == "You were right."


def test_what_the_words_say_of_the_map_is_so_on_the_map(visit):
    table = visit().evaluate("ONE_NUMBER.MAP")
    S, test = np.array(table["S"]), np.array(table["test"])  # by tau, then delta
    up, down = test[0, -1], test[0, 0]
    assert test[-1].max() == test.max()  # large weights do worst
    assert 80 < test[-1, -1] / up < 150  # "a hundred times smaller"
    assert 2 < test[-1, 0] / down < 10  # "it helps only in part"
    assert np.unravel_index(S.argmax(), S.shape) != np.unravel_index(test.argmin(), test.shape)
    assert test.min() > 0.9 * up


def test_a_touch_of_a_tile_trains_a_network_there(visit):
    page = visit(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    canvas = page.locator("#map canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 40, box["y"] + 0.2 * box["height"])
    page.wait_for_function("ONE_NUMBER.lives.size === 1 && !ONE_NUMBER.place.busy")
    assert "ends at" in filled(page, "map-live")
    assert page.evaluate("[...ONE_NUMBER.lives.values()][0].tau") > 1
    page.tap("[data-go=draw]")
    page.wait_for_function("ONE_NUMBER.lives.size === 2 && !ONE_NUMBER.place.busy")
    first, second = page.evaluate(
        "[...ONE_NUMBER.lives.values()].map((run) => run.points.at(-1).S)"
    )
    assert first != second


@pytest.mark.parametrize(("tau", "delta"), [(0.3, 1.0), (0.3, -1.0), (1.0, 0.0)])
def test_a_network_trained_on_the_map_follows_gradient_flow(visit, tau, delta):
    """The library's reference: its loss is half the sum of squares, the page's their mean."""
    run = visit().evaluate(
        """([tau, delta]) => {
        const run = ONE_NUMBER.liveRun({ tau, delta, seed: 1 }, [0, 0.3, 3, 20]);
        const start = run.task.p.slice();
        run.work();
        return { X: [...run.task.X], y: [...run.task.y], p: [...start], points: run.points }; }""",
        [tau, delta],
    )
    X, p = np.reshape(run["X"], (64, 10)), np.array(run["p"])
    W, a = p[:200].reshape(20, 10), p[200:]
    assert np.allclose(np.linalg.norm(X, axis=1), 1)
    assert np.allclose(a**2 - (W**2).sum(axis=1), delta)
    assert np.allclose(np.abs(a) * np.linalg.norm(W, axis=1), tau**2)
    times = np.array([point["t"] for point in run["points"]])
    flow = dynamics.two_layer(times / 32, X, np.array(run["y"])[:, None], W, a, step=20 / 32 / 2000)
    kernels = np.array([kernel.ntk_two_layer(X, *weights) for weights in zip(*flow, strict=True)])
    S = [point["S"] for point in run["points"]]
    assert np.allclose(S, kernel.kernel_distance(kernels, kernels[0]), atol=0.01)


SHOWN = [
    ("law", "stay", "law-time", 0.9),
    ("speeds", "downstream", "speeds-x", 0.9),
    ("regimes", "second", None, None),
    ("why", "gates", "why-turn", 120),
]


@pytest.mark.parametrize(("name", "right", "control", "value"), SHOWN)
def test_a_bet_comes_before_its_answer(visit, name, right, control, value):
    page = visit()
    verdict = page.locator(f"[data-verdict={name}]")
    assert not verdict.is_visible()
    page.click(f"[data-ask={name}][data-answer={right}]")
    if control:
        assert not verdict.is_visible()
        move(page, control, value)
    assert says(page, name) == "You were right."
    others = page.locator(f"[data-ask={name}]:not([data-answer={right}])")
    others.first.click()
    assert says(page, name) not in ("", "You were right.")


def test_without_a_bet_the_answer_comes_by_trying(visit):
    page = visit()
    for name, _, control, value in SHOWN[:2]:
        move(page, control, value)
        assert page.locator(f"[data-verdict={name}]").is_visible()
        assert says(page, name) == ""


def test_the_shelf_of_section_four_is_as_the_words_say():
    """Half of the kernel's way comes with the second fall, when the loss has nearly gone; from a
    right angle half of the loss is left on the shelf, and the kernel gets there later still.
    """
    t = np.append(0.0, np.geomspace(0.001, 1000.0, 2001))
    far, square = (
        one_neuron.curves(t, delta=-4.0, angle=angle, scale=1.0, ratio=1.0)
        for angle in (120.0, 90.0)
    )
    half = [np.argmax(run.S[-1] / 2 <= run.S) for run in (far, square)]
    shelf = np.argmax(t >= 1.0)
    assert far.loss[shelf] / far.loss[0] == pytest.approx(0.25, abs=0.03)
    assert far.loss[half[0]] / far.loss[0] < 0.1
    assert square.loss[shelf] / square.loss[0] == pytest.approx(0.5, abs=0.03)
    assert t[half[1]] > t[half[0]] > 5


def test_brown_shrinks_first_and_turns_all_the_while():
    """As the words below the twins say: it never waits."""
    t = np.linspace(0.0, 12.0, 1201)
    run = one_neuron.curves(t, delta=-2.0, angle=75.0, scale=0.5, ratio=1.0)
    size = np.abs(run.a) * np.linalg.norm(run.w, axis=1)
    least = size.argmin()
    assert size[least] < 0.8 * size[0]
    assert size[least] == pytest.approx(np.cos(np.radians(run.angle[least])), abs=1e-3)
    speed = -np.gradient(run.angle, t)[run.angle > 75.0 / 2]
    assert speed.min() > 0.7 * speed.max()


def test_a_word_is_explained_by_mouse_keyboard_and_touch(visit):
    page, note = visit(), "#note"
    term = page.locator("[data-term='tangent kernel']").first
    term.hover()
    assert page.locator(note).inner_text() == TERMS["tangent kernel"]
    assert term.get_attribute("aria-describedby") == "note"
    page.keyboard.press("Escape")
    assert not page.locator(note).is_visible()
    term.focus()
    assert page.locator(note).is_visible()
    page.keyboard.press("Tab")
    page.locator(note).wait_for(state="hidden")
    phone = visit(viewport={"width": 400, "height": 800}, has_touch=True, is_mobile=True)
    phone.locator("[data-term=gate]").tap()
    box = phone.locator(note).bounding_box()
    assert 0 <= box["x"] <= box["x"] + box["width"] <= 400
    assert phone.locator(note).inner_text() == TERMS["gate"]
    phone.locator("#why-title").tap()
    assert not phone.locator(note).is_visible()


def test_a_word_without_an_explanation_stops_the_page(monkeypatch):
    monkeypatch.setattr(one_number, "TERMS", {})
    with pytest.raises(KeyError, match="input weights"):
        one_number.page()


@pytest.mark.parametrize("slider", frames_page.SLIDERS)
def test_a_frame_is_far_below_16_milliseconds_of_work(visit, slider):
    """Processor time of the page's thread: what other processes do meanwhile does not count."""
    page = visit(viewport={"width": 1920, "height": 1080})
    work, _ = frames_page.traced(page, slider)
    assert np.median(work) < 16, np.percentile(work, [50, 95])


def test_many_events_between_two_frames_are_one_computation(visit):
    page = visit()
    page.locator("#regimes-delta").scroll_into_view_if_needed()
    written = page.evaluate(
        """async () => {
        const e = document.getElementById("regimes-delta"); let count = 0;
        const seen = new MutationObserver((all) => { count += all.length; });
        seen.observe(e, { attributes: true, attributeFilter: ["aria-valuetext"] });
        for (let k = 0; k < 50; k++) { e.value = -6 + k / 5; e.dispatchEvent(new Event("input")); }
        for (let k = 0; k < 2; k++) await new Promise((done) => requestAnimationFrame(done));
        return count; }"""
    )
    assert written == 1


def test_everything_is_reached_by_keyboard(visit):
    page = visit()
    page.locator("#regimes-delta").focus()
    page.keyboard.press("End")
    drawn(page)
    assert filled(page, "regimes-label") == "lazy"
    page.keyboard.press("Home")
    drawn(page)
    assert filled(page, "regimes-label") == "delayed"
    page.locator("[data-ask=twins][data-answer=teal]").focus()
    page.keyboard.press("Space")
    page.locator("[data-go=twins]").focus()
    page.keyboard.press("Enter")
    page.locator("[data-verdict=twins]").wait_for()
    assert says(page, "twins") == "You were right."


def test_a_lecture_shows_one_section_and_arrow_keys_turn_the_page(visit):
    page = visit("?lecture")
    shown = ".opening:visible, .part:visible, .course:visible"
    assert page.locator(shown).get_attribute("id") == "start"
    for name in ("twins", "law"):
        page.keyboard.press("ArrowRight")
        assert page.locator(shown).get_attribute("id") == name
    page.locator("#law-time").focus()
    page.keyboard.press("ArrowRight")  # moves the control, not the page
    assert page.locator(shown).get_attribute("id") == "law"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720)])
def test_in_a_lecture_each_section_is_on_one_screen_with_words_for_a_hall(visit, width, height):
    page = visit("?lecture", viewport={"width": width, "height": height})
    for name in ("start", "twins", "law", "speeds", "regimes", "twist", "why", "map", "yours"):
        assert page.locator(".here").get_attribute("id") == name
        page.evaluate("for (const e of document.querySelectorAll('.verdict')) e.hidden = false")
        assert page.evaluate("document.documentElement.scrollHeight") <= height, name
        if name != "yours":
            drawn(page)
            font = page.locator(f"#{name} canvas").evaluate("(e) => e.getContext('2d').font")
            assert float(font.split("px")[0]) >= 18
        page.keyboard.press("ArrowRight")


def test_without_a_wish_for_less_motion_the_first_picture_moves_on_arrival(visit):
    page = visit(reduced_motion="no-preference")
    drawn(page)
    early = page.locator("#start canvas").evaluate("(e) => e.toDataURL()")
    page.wait_for_function("ONE_NUMBER.fan.share === 1")
    drawn(page)
    assert page.locator("#start canvas").evaluate("(e) => e.toDataURL()") != early
    calm = visit()
    drawn(calm)
    assert calm.evaluate("ONE_NUMBER.fan.share") == 1


def test_the_first_picture_shows_the_librarys_paths(visit):
    for way in visit().evaluate("ONE_NUMBER.FAN"):
        begin = way["begin"]
        t = np.append(0.0, np.geomspace(1e-3, 300.0, 240))
        run = exact.one_neuron(t, begin["w"], begin["a"], [1, 0])
        assert np.allclose(way["path"], run.beta, rtol=1e-9, atol=1e-9)
        assert run.beta[0] == pytest.approx([-0.5, np.sqrt(0.75)])


def test_the_python_on_the_page_gives_what_the_page_shows(visit):
    page = visit()
    move(page, "regimes-delta", 2.5)
    page.locator("#map canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('[data-fill=python]').textContent.includes('tau=')"
    )
    names = {}
    exec(page.locator("[data-fill=python]").text_content(), names)
    assert names["run"].delta == pytest.approx(2.5, abs=1e-4)
    shown = page.evaluate("ONE_NUMBER.ribbon.run.path.slice(1).map((e) => e.loss)")
    assert np.allclose(names["run"].loss, shown, rtol=1e-3, atol=1e-9)


def test_on_paper_everything_is_said_and_drawn_on_white(visit):
    page = visit(color_scheme="dark")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for name in ("twins", "law", "speeds", "regimes", "twist", "why", "map"):
        assert page.locator(f"[data-verdict={name}]").is_visible()
        corner = page.locator(f"#{name} canvas").evaluate(
            "(e) => [...e.getContext('2d').getImageData(1, 1, 1, 1).data]"
        )
        assert corner == [255, 255, 255, 255], name
    ink = page.evaluate("getComputedStyle(document.querySelector('#law p')).color")
    assert max(int(v) for v in re.findall(r"\d+", ink)) < 100
    page.evaluate("dispatchEvent(new Event('afterprint'))")


@pytest.mark.parametrize("width", [400, 768, 1280, 1920])
def test_nothing_is_wider_than_the_screen(visit, width):
    page = visit(viewport={"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_axe_finds_nothing_serious(visit, colors):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(color_scheme=colors)
    page.click("[data-go=twins]")
    move(page, "law-time", 1)
    page.locator(".term").first.focus()
    assert [v["id"] for v in Axe().run(page).response["violations"]] == []


def test_a_command_writes_the_page_alone(tmp_path):
    path = tmp_path / "one.html"
    subprocess.run([sys.executable, "-m", "lazyrich.site", str(path)], check=True)
    assert path.read_text(encoding="utf-8") == one_number.page()
