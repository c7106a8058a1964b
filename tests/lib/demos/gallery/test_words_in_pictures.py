"""Check the text in the demos' pictures in Chromium: numbers, names of curves, and colors."""

import re

import pytest
from browser import chromium, drawn, new_page

from lazyrich.demos.gallery import ENTRIES, document
from lazyrich.demos.gallery.tries import TRIES

pytestmark = pytest.mark.browser
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.demo)

GAP = 3  # pixels between two words at least

# Notes what is written on each canvas since it was last wiped, and where, in CSS pixels.
SPY = """
const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function (x, y, width, height) {
  if (!x && !y) this.canvas.written = [];
  clearRect.call(this, x, y, width, height);
};
CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
  const m = this.measureText(text), sharp = window.devicePixelRatio, turn = this.getTransform();
  const [left, right] = [x - m.actualBoundingBoxLeft, x + m.actualBoundingBoxRight];
  const [top, bottom] = [y - m.actualBoundingBoxAscent, y + m.actualBoundingBoxDescent];
  const ends = [[left, top], [right, top], [left, bottom], [right, bottom]]
    .map(([u, v]) => turn.transformPoint({ x: u, y: v }));
  const [xs, ys] = [ends.map((p) => p.x / sharp), ends.map((p) => p.y / sharp)];
  const box = { left: Math.min(...xs), right: Math.max(...xs) };
  Object.assign(box, { top: Math.min(...ys), bottom: Math.max(...ys) });
  if (text) (this.canvas.written ??= []).push({ text, ...box });
  (window.everWritten ??= []).push(text);
  fillText.call(this, text, x, y);
};
"""
WRITTEN = """(stage) => [...stage.querySelectorAll("canvas")].map((canvas) => ({
  words: canvas.written, width: canvas.clientWidth, height: canvas.clientHeight }))"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    place = tmp_path_factory.mktemp("gallery") / "gallery.html"
    place.write_text(document(), encoding="utf-8")
    with chromium() as browser:
        page = new_page(browser, viewport={"width": 1280, "height": 900})
        page.add_init_script(SPY)
        page.goto(place.as_uri())
        yield page


def at(page, entry, preset=None):
    """Return the stage of a demo once it is drawn, with one of its presets."""
    page.evaluate("(hash) => { location.hash = hash; }", f"#{entry.demo}")
    stage = page.locator(f".lrg[data-view={entry.demo}] .lr")
    stage.wait_for()
    if preset:
        page.locator(f"[data-preset='{preset}']").click()
    drawn(page)
    return stage


def written(stage, caption):
    """Return the words in the picture whose caption contains this text."""
    captions = stage.locator("figcaption").all_inner_texts()
    number = [k for k, words in enumerate(captions) if caption in words]
    assert len(number) == 1, captions
    return [word["text"] for word in stage.evaluate(WRITTEN)[number[0]]["words"]]


@pytest.mark.parametrize("width", [400, 1280, 1920])
@EACH
def test_no_words_lie_on_others_or_are_cut_off(page, entry, width):
    page.set_viewport_size({"width": width, "height": 900})
    for preset in (None, *entry.presets):
        for canvas in at(page, entry, preset).evaluate(WRITTEN):
            words = canvas["words"]
            for k, one in enumerate(words):
                where = (entry.demo, preset, width, one["text"])
                assert -1 <= one["left"] < one["right"] <= canvas["width"] + 1, where
                assert -1 <= one["top"] < one["bottom"] <= canvas["height"] + 1, where
                for other in words[:k]:
                    apart = (
                        one["left"] >= other["right"] + GAP
                        or other["left"] >= one["right"] + GAP
                        or one["top"] >= other["bottom"] + GAP
                        or other["top"] >= one["bottom"] + GAP
                    )
                    assert apart, (*where, other["text"])
    page.set_viewport_size({"width": 1280, "height": 900})


@EACH
def test_minus_and_powers_of_ten_are_written_in_one_way(page, entry):
    for preset in (None, *entry.presets):
        stage = at(page, entry, preset)
        said = stage.inner_text().split("\n")
        said += [canvas.get_attribute("aria-label") for canvas in stage.locator("canvas").all()]
        for canvas in stage.evaluate(WRITTEN):
            said += [word["text"] for word in canvas["words"]]
        for words in said:
            assert not re.search(r"(^|[\s(=×])-\d|\de[-−+]?\d|_[a-z]", words), (preset, words)


FIVE = {"−4", "−1", "0", "+1", "+4"}
FOUR = {"NTK", "mean field", "μP", "standard"}
NAMED = {  # words of a caption: the curves in its picture that need a name
    "OneNeuron": {"angle of w": {"S", "angle"}},
    "BreakTheLaw": {"squared sizes": {"a²", "|w|²"}},
    "ExactOverlay": {"Errors": {"formula", "M"}, "Eigenvalues": {"along", "across"}},
    "Regimes": {"Kernel distance": FIVE, "Loss": FIVE, "Angle of w": FIVE},
    "LandingMap": {"Function space": {"δ → ∞", "δ → −∞"}, "Position on": {"nearest", "ray"}},
    "ModeRace": {"Strength": {"mode 1", "mode 2", "mode 3"}},
    "DeepPlateaus": {"Strength": {"1", "2", "3"}, "Time to half": {"1", "2", "3"}},
    "PhaseMap": {"Loss": {"test", "training"}},
    "NeuronPlane": {"Kernel": {"δ = +1", "δ = 0", "δ = −1"}, "Loss": {"loss", "angle"}},
    "WidthDial": {"Movement": FOUR, "Function scale": FOUR, "Relative scale": FOUR},
}


@pytest.mark.parametrize("name", NAMED)
def test_no_curve_is_told_by_its_color_alone(page, name):
    entry = next(entry for entry in ENTRIES if entry.demo == name)
    for caption, names in NAMED[name].items():
        assert names <= set(written(at(page, entry), caption)), caption


HUES = {  # degrees around the circle of colors
    "brown": (20, 40),
    "teal": (165, 190),
    "orange": (35, 45),
    "blue": (195, 215),
    "green": (150, 165),
    "red": (345, 375),
}
SEEN = """(stage) => { const hues = new Set();
for (const canvas of stage.querySelectorAll("canvas")) {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, alpha] = data.slice(i, i + 4), most = Math.max(r, g, b);
    const range = most - Math.min(r, g, b);
    if (alpha < 255 || range < 40) continue;
    const place = most === r ? (g - b) / range + 6 : most === g ? (b - r) / range + 2
      : (r - g) / range + 4;
    hues.add(Math.round(60 * (place % 6)));
  }
}
return [...hues]; }"""


@EACH
def test_a_color_that_is_named_is_drawn(page, entry):
    stage = at(page, entry)
    questions = [each.question for each in TRIES[entry.demo]]
    words = " ".join([entry.paragraph, *questions, stage.inner_text()]).lower()
    hues = stage.evaluate(SEEN)
    for name, (low, high) in HUES.items():
        if re.search(rf"\b{name}\b", words):
            assert any(low <= hue <= high or low <= hue + 360 <= high for hue in hues), name


@EACH
def test_a_saved_picture_speaks_to_no_hand(page, entry):
    stage = at(page, entry)
    page.evaluate("window.everWritten = []")
    with page.expect_download():
        page.locator("[data-tool=save]").click()
    saved = " ".join(page.evaluate("window.everWritten"))
    assert entry.title in saved
    assert not re.search(r"\b(drag|click|arrow keys|pick)\b", saved, re.IGNORECASE)
    for names in NAMED.get(entry.demo, {}).values():  # its key is in it
        assert all(name in saved for name in names)
    assert stage.locator("figcaption").count() >= 2


def test_the_first_page_leads_from_lazy_to_rich_and_over_the_bridge(page):
    page.evaluate("() => { location.hash = '#'; }")
    bar = page.locator(".lrg-scale a")
    bar.first.wait_for()
    assert [words.split("\n")[0] for words in bar.all_inner_texts()] == [
        "lazy",
        "rich",
        "delayed rich",
    ]
    signs = [each.evaluate("(e) => getComputedStyle(e, '::after').content") for each in bar.all()]
    assert signs == ['"δ > 0"', '"δ = 0"', '"δ < 0"']
    bridge = page.locator(".lrg-bridge")
    assert "linear" in bridge.inner_text()
    assert "max(0, z)" in bridge.inner_text()
    said = {}
    for words in bridge.locator("a").all_inner_texts():
        page.locator(".lrg-bridge a", has_text=words).click()
        page.locator(".lrg[data-view=NeuronPlane] .lr").wait_for()
        drawn(page)
        said[words] = float(page.locator("[data-number=S]").inner_text())
        page.evaluate("() => { location.hash = '#'; }")
        bridge.wait_for()
    assert said["upstream, linear: lazy"] < 0.001 < 0.1 < said["upstream, gates: rapid"]
