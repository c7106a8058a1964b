"""Use the gallery as a lecturer does: `lazyrich demo` in Chromium, by mouse and by keyboard.

One server and one page for all tests; each test first goes to the part of the page that it needs.
"""

import contextlib
import io
import os
import re
import urllib.request

import numpy as np
import pytest
from browser import WAIT, chromium, contrast, drawn, gallery, luminance, number, overhear, passed
from matplotlib.image import imread
from patience import until

from lazyrich import demos, scales
from lazyrich.demos import (
    break_the_law,
    deep_plateaus,
    exact_overlay,
    grok_map,
    landing_map,
    mode_race,
    neuron_plane,
    phase_map,
    regimes,
)
from lazyrich.demos.gallery import ENTRIES, document

pytestmark = pytest.mark.browser
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.demo)


class Site:
    """A page of the gallery, its console messages and its network requests."""

    def __init__(self, browser, address):
        self.address, self.said, self.asked = address, [], []
        self.context = browser.new_context(
            viewport={"width": 1280, "height": 900}, accept_downloads=True
        )
        self.context.set_default_timeout(WAIT)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page = self.open()

    def open(self, hash=""):
        """Open a tab that records its console messages and requests."""
        page = self.context.new_page()
        overhear(page, self.said, self.asked, "error")
        page.goto(self.address + hash)
        page.locator(".lrg h1").wait_for()
        return page

    def at(self, hash, page=None):
        """Go to a demo as a link does, and return its stage once it is drawn."""
        page = page or self.page
        page.evaluate("hash => { location.hash = hash; }", hash)
        name = hash.lstrip("#").split("?")[0]
        stage = page.locator(f".lrg[data-view={name}] .lr" if name else ".lrg-cards")
        stage.wait_for()
        drawn(page)
        return stage

    def python(self):
        """The demo that the copied Python makes."""
        self.page.locator("[data-tool=python]").click()
        self.page.locator(".lrg-said:has-text('Python copied')").wait_for()
        names = {}
        code = self.page.evaluate("navigator.clipboard.readText()")
        first, last = code.strip().split("\n\n")
        exec(first, names)
        return eval(last, names)


def settle(page):
    """Wait until a demo has reported its state and has been drawn again."""
    passed(page, 180)
    drawn(page)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with gallery(tmp_path_factory.mktemp("gallery")) as address, chromium() as browser:

        def there():  # the address is told before the server is there
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(address).close() is None

        assert until(there)
        yield Site(browser, address)


def state(demo, entry):
    return {name: getattr(demo, name) for name in entry.controls}


def one_neuron_says(demo):
    now = demo.now()
    return {"a": now.a, "loss": now.loss, "S": now.S, "angle": now.angle}


def phase_map_says(demo):
    found, at = (
        phase_map.curves(demo.data, demo.tau, demo.delta),
        phase_map.nearest(demo.data["t"], demo.step),
    )
    return {"S": found["kernel_distance"][:, at].mean(), "test": found["test_loss"][:, at].mean()}


def neuron_plane_says(demo):
    at = neuron_plane.time_of(demo.time)
    times = np.unique(np.append(neuron_plane.TIMES, at))
    run = neuron_plane.path(times, demo.tau, demo.delta, demo.seed, linear=demo.linear)
    k = np.searchsorted(times, at)
    return {"S": run.S[k], "angle": run.angle[k]}


def width_dial_says(demo):
    p = scales.parametrization(demo.parametrization, demo.m, demo.data["d"])
    knobs = scales.function_and_relative_scale(p.std_w, p.std_a, p.f_scale, demo.m, demo.data["d"])
    return dict(zip(("scale", "ratio"), knobs, strict=True))


SAYS = {  # what Python says of the numbers that a demo shows
    "OneNeuron": one_neuron_says,
    "BreakTheLaw": lambda demo: {"end": break_the_law.train(**demo.settings)["delta"][-1]},
    "ExactOverlay": lambda demo: {
        "error": exact_overlay.compare(exact_overlay.GRID, **demo.settings).error.max()
    },
    "Regimes": lambda demo: {
        f"run{k}": run.delta for k, run in enumerate(regimes.runs(**demo.settings))
    },
    "LandingMap": lambda demo: {
        "landing": landing_map.landing(demo.delta, demo.x, demo.y, demo.tilt)[0]
    },
    "ModeRace": lambda demo: {
        "end": (run := mode_race.race(mode_race.TIMES, **demo.settings)).S[-1],
        "dip": run.rank.min(),
    },
    "DeepPlateaus": lambda demo: {"half": float(deep_plateaus.time_to(0.5, **demo.settings))},
    "PhaseMap": phase_map_says,
    "NeuronPlane": neuron_plane_says,
    "WidthDial": width_dial_says,
    "GrokMap": lambda demo: {
        "grok": np.median(grok_map.cell(demo.data, demo.embedding, demo.readout)["grok"])
    },
}


def assert_agrees(site, stage, entry):
    """Compare the numbers drawn with Python's for the copied state; return the copied demo."""
    drawn(site.page)
    demo = site.python()
    for name, value in SAYS[entry.demo](demo).items():
        shown = stage.locator(f"[data-number={name}]").inner_text()
        if np.isinf(value):
            assert "never" in shown, name
        else:
            assert number(shown) == pytest.approx(float(value), rel=0.06, abs=6e-3), (name, shown)
    return demo


def test_the_first_page_shows_every_demo(site):
    site.at("#")
    site.page.wait_for_function(
        f"document.querySelectorAll('.lrg-ready').length === {len(ENTRIES)}"
    )
    drawn = site.page.evaluate(
        """[...document.querySelectorAll('.lrg-still canvas')].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let inked = 0;
          for (let i = 3; i < data.length; i += 4) inked += data[i] > 0;
          return inked / (data.length / 4);
        })"""
    )
    assert min(drawn) > 0.01
    assert site.page.locator(".lrg-backstage").count() == 0
    if folder := os.environ.get("LAZYRICH_SHOTS"):
        site.page.screenshot(path=f"{folder}/gallery.png", full_page=True)


def test_cards_neighbors_and_the_list_lead_from_demo_to_demo(site):
    page = site.page
    site.at("#")
    page.locator(".lrg-open").first.focus()
    page.keyboard.press("Enter")
    page.locator(".lrg[data-view=OneNeuron] .lr").wait_for()
    assert (
        page.evaluate("document.activeElement.tagName") == "H1"
    )  # a screen reader hears where it is
    assert "One neuron" in page.title()
    page.locator(".lrg-steps a").nth(1).click()
    page.locator(".lrg[data-view=BreakTheLaw] .lr").wait_for()
    page.locator("select[aria-label=Demo]").focus()
    page.keyboard.press("ArrowDown")
    page.locator(".lrg[data-view=ExactOverlay] .lr").wait_for()
    page.go_back()
    page.locator(".lrg[data-view=BreakTheLaw] .lr").wait_for()
    page.locator(".lrg-home").click()
    page.locator(".lrg-cards").wait_for()


def test_the_words_of_the_course_lead_to_their_presets(site):
    site.at("#")
    links = site.page.locator(".lrg-scale a, .lrg-bridge a, .lrg-jumps a")
    for k in range(links.count()):
        words = links.nth(k).inner_text().split("\n")[0]
        links.nth(k).click()
        site.page.locator(".lr").wait_for()
        assert site.page.locator("[data-preset][aria-pressed=true]").inner_text() == words
        site.at("#")


@EACH
def test_the_words_stand_beside_the_demo(site, entry):
    site.at(f"#{entry.demo}")
    words = site.page.locator(".lrg-words")
    assert words.locator("li").count() == 3
    assert "_" not in words.locator("p").first.inner_text()
    assert entry.notebook in words.inner_text()


@EACH
def test_every_preset_is_what_it_says_and_its_numbers_are_those_of_python(site, entry):
    stage = site.at(f"#{entry.demo}")
    start = state(getattr(demos, entry.demo)(), entry)
    for preset, values in entry.presets.items():
        button = site.page.locator(f"[data-preset='{preset}']")
        button.focus()
        site.page.keyboard.press("Enter")
        assert button.get_attribute("aria-pressed") == "true"
        assert state(assert_agrees(site, stage, entry), entry) == pytest.approx(start | values)
    site.page.locator("[data-tool=reset]").click()
    assert state(site.python(), entry) == pytest.approx(start)


@EACH
def test_every_control_moves_by_mouse_and_by_keyboard(site, entry):
    stage = site.at(f"#{entry.demo}")
    page, before = site.page, site.python()
    found = set()
    for k in range(stage.locator("input[type=range]").count()):
        slider = stage.locator("input[type=range]").nth(k)
        found.add(name := slider.get_attribute("data-name"))
        box = slider.bounding_box()
        low, high, value = slider.evaluate("e => [+e.min, +e.max, +e.value]")
        place = 0.35 if (value - low) / (high - low) > 0.5 else 0.65
        page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + place * box["width"], box["y"] + box["height"] / 2, steps=3)
        page.mouse.up()
        by_mouse = float(slider.input_value())
        assert by_mouse != value, name
        page.keyboard.press("ArrowLeft")
        assert float(slider.input_value()) < by_mouse, name
    for each in stage.locator("select, input[type=checkbox]").all():
        found.add(each.get_attribute("data-name"))
        each.focus()
        page.keyboard.press("ArrowDown" if each.evaluate("e => e.tagName") == "SELECT" else "Space")
    assert found == set(entry.controls)
    after = assert_agrees(site, stage, entry)
    assert all(f"{name}=" in page.url for name in entry.controls)
    assert all(getattr(after, name) != getattr(before, name) for name in entry.controls)


@EACH
def test_a_link_carries_the_state(site, entry):
    stage = site.at(f"#{entry.demo}")
    site.page.locator("[data-preset]").last.click()
    slider = stage.locator("input[type=range]").first
    slider.focus()
    site.page.keyboard.press("ArrowRight")
    settle(site.page)
    site.page.locator("[data-tool=link]").click()
    site.page.locator(".lrg-said:has-text('Link copied')").wait_for()
    link = site.page.evaluate("navigator.clipboard.readText()")
    seen = [canvas.get_attribute("aria-label") for canvas in stage.locator("canvas").all()]
    settings = state(site.python(), entry)
    assert link == site.page.url
    site.at("#")
    stage = site.at(link[link.index("#") :])
    assert [canvas.get_attribute("aria-label") for canvas in stage.locator("canvas").all()] == seen
    assert state(site.python(), entry) == settings


def test_a_link_opens_in_a_new_tab_and_senseless_parts_are_passed_over(site):
    page = site.open("#OneNeuron?delta=-3.5&angle=9999&scale=nonsense&evil=1&time=")
    page.locator(".lr").wait_for()
    settle(page)
    values = {
        name: float(page.locator(f"input[data-name={name}]").input_value())
        for name in ("delta", "angle", "scale")
    }
    assert values == {"delta": -3.5, "angle": 175.0, "scale": 1.0}
    page.evaluate("location.hash = '#NoSuchDemo?delta=1'")
    page.locator(".lrg-cards").wait_for()
    page.close()


@EACH
def test_the_figure_is_saved_as_it_is_seen(site, entry):
    stage = site.at(f"#{entry.demo}")
    with site.page.expect_download() as waiting:
        site.page.locator("[data-tool=save]").click()
    saved = waiting.value
    assert saved.suggested_filename.startswith(entry.demo)
    assert saved.suggested_filename.endswith(".png")
    with open(saved.path(), "rb") as file:
        image = imread(io.BytesIO(file.read()))
    if folder := os.environ.get("LAZYRICH_SHOTS"):
        saved.save_as(f"{folder}/saved-{entry.demo}.png")
    high, wide = image.shape[:2]
    assert wide > 2 * stage.locator(".lr-panels").bounding_box()["width"] - 2
    paper = np.all(image[..., :3] == image[2, 2, :3], axis=-1)
    assert 0.3 < paper.mean() < 0.97
    for box in (
        each.bounding_box() for each in stage.locator("canvas").all()
    ):  # each panel is in it
        at = stage.locator(".lr-panels").bounding_box()
        left, right = (
            round(2 * (20 + box["x"] - at["x"] + part * box["width"])) for part in (0, 1)
        )
        assert not paper[high // 4 :, left:right].all()
    assert not paper[-60:-20].all()  # the Python below
    assert stage.locator("canvas").first.evaluate("e => e.width / e.clientWidth") == pytest.approx(
        1, abs=0.01
    )
    if (
        entry.demo == "OneNeuron"
    ):  # drawn sharp, not blown up: lines one pixel of the file wide change within a pair of pixels
        rows = image[high // 4 : 3 * high // 4, 100:-100, 1]
        pairs = np.abs(rows[:-1:2] - rows[1::2]).max(), np.abs(np.diff(rows, axis=0)).max()
        assert pairs[0] > 0.5 * pairs[1]


def test_playing_pauses_when_something_is_taken(site):
    stage = site.at("#OneNeuron?time=0.1")
    stage.locator("[data-name=play]").click()
    site.page.wait_for_function("document.querySelector('.lr input[data-name=time]').value > 0.1")
    taken = site.python()
    assert taken.time > 0.1
    assert stage.locator("[data-name=play]").get_attribute("aria-label") == "play through time"
    assert float(stage.locator("input[data-name=time]").input_value()) == pytest.approx(taken.time)


@pytest.mark.parametrize("width", [400, 760, 1280, 1920])
def test_nothing_overflows_at_any_width(site, width):
    page = site.page
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("", *(entry.demo for entry in ENTRIES)):
        site.at(f"#{name}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, name
        cut = page.evaluate(
            """[...document.querySelectorAll(
              '.lrg :is(button, select, a, p, li, h1, output, label)'
            )]
              .filter((e) => e.getClientRects().length
                && !e.closest('.lrg-hidden, .lrg-backstage'))
              .filter((e) => {
                const r = e.getBoundingClientRect();
                return r.left < -1 || r.right > innerWidth + 1;
              })
              .map((e) => e.outerHTML)"""
        )
        assert cut == [], name
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read_and_curves_are_redrawn_in_light_and_dark(site, scheme):
    page = site.page
    site.at("#OneNeuron?delta=-4")
    page.emulate_media(color_scheme=scheme)
    settle(page)
    paper = page.evaluate("getComputedStyle(document.querySelector('.lrg')).backgroundColor")
    assert (luminance(paper) > 0.5) == (scheme == "light")
    pairs = page.evaluate(
        """[...document.querySelectorAll(
          '.lrg :is(h1, h2, p, li, a, button, select, label, output, figcaption)'
        )].filter((e) => e.innerText?.trim()).map((e) => {
          let box = e;
          while (getComputedStyle(box).backgroundColor === 'rgba(0, 0, 0, 0)')
            box = box.parentElement;
          return [
            e.innerText.slice(0, 30),
            getComputedStyle(e).color,
            getComputedStyle(box).backgroundColor
          ];
        })"""
    )
    assert len(pairs) > 20
    for words, ink, ground in pairs:
        assert contrast(ink, ground) >= 4.5, (words, ink, ground)
    extreme = page.evaluate(  # dashes, ticks and axes are drawn in the color of ink
        """() => {
          const canvas = document.querySelectorAll('.lr canvas')[2],
            { data } = canvas.getContext('2d')
              .getImageData(0, 0, canvas.width, canvas.height),
            seen = [255, 0];
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] > 200) {
              seen[0] = Math.min(seen[0], data[i]);
              seen[1] = Math.max(seen[1], data[i]);
            }
          return seen;
        }"""
    )
    assert extreme[0] < 80 if scheme == "light" else extreme[1] > 200
    page.emulate_media(color_scheme="light")


def test_nothing_moves_by_itself_for_who_wants_less_motion(site):
    page = site.page
    page.emulate_media(reduced_motion="reduce")
    site.at("#")
    moving = (
        "[...document.querySelectorAll('.lrg *')]"
        ".filter((e) => getComputedStyle(e).transitionDuration !== '0s').length"
    )
    assert page.evaluate(moving) == 0
    stage = site.at("#OneNeuron?time=0.2")
    stage.locator("[data-name=play]").click()
    settle(page)
    assert float(stage.locator("input[data-name=time]").input_value()) == 1.0
    page.emulate_media(reduced_motion="no-preference")
    site.at("#")
    assert page.evaluate(moving) > 0


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(site):
    stage = site.at("#PhaseMap")
    page = site.page
    page.locator(".lrg-home").focus()
    reached = []
    for _ in range(40):
        reached.append(
            page.evaluate(
                "(e => e.dataset.name || e.dataset.tool || e.dataset.preset || e.className || "
                "e.tagName)(document.activeElement)"
            )
        )
        if reached[-1] == "map":
            break
        page.keyboard.press("Tab")
    entry = next(entry for entry in ENTRIES if entry.demo == "PhaseMap")
    bar = ["lrg-home", "SELECT", "lrg-button", "lrg-button", "link", "save", "python", "lecture"]
    tail = ["reset", "step", "play", "tau", "delta", "quantity", "map"]
    assert [each for each in reached if each != "lrg-term"] == [*bar, *entry.presets, *tail]
    assert "lrg-term" in reached  # words that are explained
    page.keyboard.press("ArrowRight")
    settle(page)
    assert "tau=" in page.url
    canvas = stage.locator("canvas[data-name=map]")
    before = page.url
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"])
    settle(page)
    assert page.url != before


def test_in_a_notebook_the_address_is_left_alone(site, tmp_path):
    """The single file needs no server: it is the same page with the address switched off."""
    place = tmp_path / "gallery.html"
    place.write_text(document().replace("page: true", "page: false"), encoding="utf-8")
    page = site.context.new_page()
    page.on("pageerror", lambda error: site.said.append(str(error)))
    page.goto(place.as_uri())
    page.locator(".lrg-card").nth(1).click()
    page.locator(".lrg[data-view=BreakTheLaw] .lr").wait_for()
    page.locator("[data-preset='weight decay']").click()
    assert page.locator("[data-preset][aria-pressed=true]").inner_text() == "weight decay"
    assert page.url == place.as_uri()
    assert page.locator("[data-tool=link]").count() == 0
    page.locator(".lrg-home").click()
    page.locator(".lrg-cards").wait_for()
    page.close()


def test_all_is_from_this_machine_and_the_console_holds_no_error(site):
    assert {re.match(r"\w+:(//[^/]+)?", url).group() for url in site.asked} <= {
        site.address.rstrip("/"),
        "blob:",
        "data:",
        f"blob:{site.address.rstrip('/')}",
    }
    assert site.said == []
