"""The demos as a reader meets them: in JupyterLab, in Chromium, by keyboard and by mouse."""

import os
import re

import numpy as np
import pytest
from browser import chromium, lab, notebook, run_cell

from lazyrich.widgets import one_neuron as neuron

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def demos(tmp_path_factory):
    """A page with both demos run, and what its console said."""
    root = tmp_path_factory.mktemp("lab")
    (root / "pyproject.toml").touch()
    (root / "course" / "00_demo").mkdir(parents=True)
    cells = notebook(
        "from lazyrich.widgets import BreakTheLaw, OneNeuron\nOneNeuron(delta=1.0)",
        "BreakTheLaw(step=0.05)",
    )
    (root / "course" / "00_demo" / "00_demo.ipynb").write_text(cells)
    with lab(root) as address, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1500})
        said = []
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(address)
        run_cell(page, 0, ".lr canvas")
        run_cell(page, 1, "input[data-name=decay]")
        if folder := os.environ.get("LAZYRICH_SHOTS"):  # to look at what the test sees
            page.locator(".lr").first.screenshot(path=f"{folder}/demo.png")
            page.locator(".lr").nth(1).screenshot(path=f"{folder}/law.png")
            page.screenshot(path=f"{folder}/lab.png")
        yield page, said


def numbers(page):
    """The numbers that are drawn, once the page has settled."""
    page.wait_for_timeout(300)
    texts = {
        cell.get_attribute("data-number"): cell.inner_text()
        for cell in page.locator(".lr").first.locator("[data-number]").all()
    }
    return {name: float(re.sub("[°+]", "", text).replace("−", "-")) for name, text in texts.items()}


def expected(page):
    """What Python says for the sliders as they stand."""
    at = {
        name: float(page.locator(f"input[data-name={name}]").input_value())
        for name in ("delta", "angle", "scale", "ratio", "time")
    }
    now = neuron.curves(np.array(neuron.time_of(at["time"])), at["delta"], at["angle"], at["scale"], 2.0 ** at["ratio"])
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
    page.locator("input[data-name=delta]").focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    after = assert_agrees(page)
    assert after["delta"] == pytest.approx(-0.5)
    assert abs(after["S"] - before["S"]) > 0.01


@pytest.mark.parametrize("name", ["angle", "scale", "ratio", "time"])
def test_the_mouse_moves_every_slider_and_the_numbers_follow(demos, name):
    page, _ = demos
    slider = page.locator(f"input[data-name={name}]")
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
    for slider in page.locator(".lr input").all():
        assert page.locator(f"label[for='{slider.get_attribute('id')}']").inner_text()
        assert slider.get_attribute("aria-valuetext")


def test_play_moves_time_and_pause_stops_it(demos):
    page, _ = demos
    button, slider = page.locator("button[data-name=play]"), page.locator("input[data-name=time]")
    slider.fill("0.1")
    button.click()
    page.wait_for_timeout(500)
    button.click()
    stopped = float(slider.input_value())
    assert stopped > 0.1
    page.wait_for_timeout(200)
    assert float(slider.input_value()) == stopped


def test_the_second_demo_breaks_the_law(demos):
    page, _ = demos
    shown = page.locator(".lr").nth(1).locator("[data-number=flow]")
    before = shown.inner_text()
    page.locator("input[data-name=decay]").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(300)
    from lazyrich.widgets import break_the_law as law

    start = law.A0**2 - np.dot(law.W0, law.W0)
    assert before == f"{start:.4f}"
    assert float(shown.inner_text()) == pytest.approx(start * np.exp(-2 * 0.1 * law.DURATION), abs=1e-4)


@pytest.mark.parametrize("width", [400, 760, 1920])
def test_nothing_overflows_at_any_width(demos, width):
    page, _ = demos
    page.set_viewport_size({"width": max(width + 400, 1280), "height": 1200})
    for demo in page.locator(".lr").all():
        demo.evaluate("(e, width) => { e.style.width = `${width}px`; }", width)
        page.wait_for_timeout(200)
        assert demo.evaluate("e => e.clientWidth") == width
        assert demo.evaluate("e => e.scrollWidth <= e.clientWidth + 1")


def test_the_console_holds_no_error_of_ours(demos):
    _, said = demos
    assert [text for text in said if "lr-" in text or "anywidget" in text or "Uncaught" in text] == []
