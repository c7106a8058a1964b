"""Check the gallery on a small screen, by touch, on a projector, in print and by screen reader."""

import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from browser import drawn, new_page, passed

from lazyrich import demos, site
from lazyrich.demos.gallery import ENTRIES, document, table
from lazyrich.demos.gallery.terms import TERMS
from lazyrich.demos.gallery.tries import TRIES

pytestmark = pytest.mark.browser
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.demo)
DESK, ZOOMED, PHONE, HALL = (1280, 800), (640, 400), (400, 800), (1920, 1080)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    place = tmp_path_factory.mktemp("gallery") / "gallery.html"
    place.write_text(document(), encoding="utf-8")
    return place.as_uri()


@pytest.fixture(scope="module")
def desk(browser, file):
    page = new_page(browser, viewport=dict(zip(("width", "height"), DESK, strict=True)))
    page.goto(file)
    return page


@pytest.fixture(scope="module")
def phone(browser, file):
    page = new_page(
        browser,
        viewport=dict(zip(("width", "height"), PHONE, strict=True)),
        has_touch=True,
        is_mobile=True,
    )
    page.goto(file)
    return page


def at(page, name):
    page.evaluate("hash => { location.hash = hash; scrollTo(0, 0); }", f"#{name}")
    stage = page.locator(f".lrg[data-view={name.partition(chr(63))[0]}] .lr")
    stage.wait_for()
    drawn(page)
    return stage


def resize(page, size):
    page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))


BOXES = """(stage) => Object.fromEntries(
    [['figure', 'canvas'], ['controls', '.lr-controls']].map(([name, where]) => {
        const { top, bottom } = stage.querySelector(where).getBoundingClientRect();
        return [name, { top, bottom }];
    }))"""


@EACH
def test_the_main_figure_and_its_controls_are_seen_together(desk, entry):
    stage = at(desk, entry.demo)
    boxes = stage.evaluate(BOXES)
    assert 0 <= boxes["controls"]["top"] < boxes["controls"]["bottom"] <= boxes["figure"]["top"]
    assert boxes["figure"]["bottom"] <= DESK[1]
    tools = desk.locator(".lrg-tools").bounding_box()
    assert tools["y"] + tools["height"] < 60  # in a corner, out of the way


@pytest.mark.parametrize("size", [ZOOMED, PHONE], ids=["at 200%", "on a phone"])
@EACH
def test_the_controls_stay_beside_the_figure_that_is_read(desk, entry, size):
    resize(desk, size)
    stage = at(desk, entry.demo)
    for k in range(stage.locator("canvas").count()):
        canvas = stage.locator("canvas").nth(k)
        canvas.evaluate(
            """(canvas) => {
                const strip = document.querySelector('.lr-controls').offsetHeight;
                scrollBy(0, canvas.getBoundingClientRect().top - strip - 4);
            }"""
        )
        strip = stage.locator(".lr-controls").bounding_box()
        box = canvas.bounding_box()
        assert 0 <= strip["y"] <= 1 or strip["y"] + strip["height"] <= box["y"] + 1
        assert strip["y"] >= 0
        assert box["y"] >= strip["y"] + strip["height"] - 1
        assert box["y"] + box["height"] <= size[1] + 1
    resize(desk, DESK)


def touch(page, points):
    """Move one finger along these points of the page."""
    session = page.context.new_cdp_session(page)
    for kind, (x, y) in zip(
        ["touchStart", *["touchMove"] * (len(points) - 1)], points, strict=True
    ):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    passed(page, 180)
    drawn(page)


@EACH
def test_a_swipe_on_any_canvas_scrolls_the_page(phone, entry):
    stage = at(phone, entry.demo)
    state = phone.url
    for k in range(stage.locator("canvas").count()):
        phone.evaluate("scrollTo(0, 0)")
        canvas = stage.locator("canvas").nth(k)
        canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
        box = canvas.bounding_box()
        before = phone.evaluate("scrollY")
        x, y = box["x"] + 0.25 * box["width"], box["y"] + 0.7 * box["height"]
        touch(phone, [(x, y - 10 * step) for step in range(10)])
        after = phone.evaluate("scrollY")
        room = phone.evaluate("document.documentElement.scrollHeight - innerHeight")
        assert after > before or before >= room - 1, k
    assert phone.url == state  # scrolling picks no cell and moves no start


def test_what_can_be_held_is_dragged_by_finger_in_every_direction(phone):
    stage = at(phone, "LandingMap?x=0.5&y=1&tilt=20")
    canvas = stage.locator("canvas").first
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    box, before = canvas.bounding_box(), phone.evaluate("scrollY")
    high = 2.3 * (box["height"] - 44) / (box["width"] - 62)
    where = (
        box["x"] + 52 + (0.5 + 2.3) / 4.6 * (box["width"] - 68),
        box["y"] + 8 + (high - 1) / (2 * high) * (box["height"] - 44),
    )
    touch(phone, [(where[0], where[1] + 12 * k) for k in range(6)])
    assert phone.evaluate("scrollY") == before
    assert float(stage.locator("[data-name=y]").input_value()) < 0.8
    stage = at(phone, "OneNeuron")
    canvas = stage.locator("canvas[data-name=space]")
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    seen, box = canvas.screenshot(), canvas.bounding_box()
    middle = box["y"] + box["height"] / 2
    touch(phone, [(box["x"] + 60 + 20 * k, middle) for k in range(6)])
    assert canvas.screenshot() != seen


def test_a_tap_picks_a_cell(phone):
    stage = at(phone, "PhaseMap")
    canvas = stage.locator("canvas[data-name=map]")
    canvas.evaluate("canvas => canvas.scrollIntoView({ block: 'center' })")
    before, box = phone.url, canvas.bounding_box()
    phone.touchscreen.tap(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"])
    passed(phone, 180)
    assert phone.url != before


@EACH
def test_controls_are_large_enough_to_hit(desk, phone, entry):
    for page, least, slider in ((desk, 24, 24), (phone, 24, 44)):
        stage = at(page, entry.demo)
        heights = stage.evaluate(
            """(stage) => [...stage.querySelectorAll('input, select, button')]
                .filter((e) => e.getClientRects().length)
                .map((e) => [e.type, (e.type === 'checkbox' ? e.parentElement : e)
                    .getBoundingClientRect().height])"""
        )
        assert all(height >= (slider if kind == "range" else least) for kind, height in heights)


@EACH
def test_in_the_hall_plots_are_large(desk, file, entry):
    resize(desk, HALL)
    desk.goto(f"{file}?lecture#{entry.demo}")
    stage = desk.locator(f".lrg[data-view={entry.demo}] .lr")
    stage.wait_for()
    drawn(desk)
    seen = stage.evaluate(
        """(stage) => [...stage.querySelectorAll('canvas')].map((canvas) => {
            const g = canvas.getContext('2d'), { top, bottom, width, height }
                = canvas.getBoundingClientRect();
            const scale = g.getTransform().a / devicePixelRatio;
            return { text: scale * parseFloat(g.font), top, bottom, area: width * height };
        })"""
    )
    assert all(each["text"] >= 18 for each in seen)
    assert max(each["bottom"] for each in seen) <= HALL[1]  # all on one screen
    assert sum(each["area"] for each in seen) > 0.55 * HALL[0] * HALL[1]
    words = stage.locator(".lr-control label, figcaption").evaluate_all(
        "all => all.map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(words) >= 18
    desk.goto(file)
    resize(desk, DESK)


def test_a_lecture_is_held_by_keyboard(desk, file):
    at(desk, "OneNeuron")
    desk.locator("[data-tool=lecture]").click()
    assert "?lecture" in desk.url
    assert not desk.locator(".lrg-words").is_visible()
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("3")
    assert desk.locator("[data-preset][aria-pressed=true]").inner_text() == "delayed rich"
    desk.keyboard.press("Space")
    desk.locator("[data-name=play][aria-label=pause]").wait_for()
    desk.keyboard.press("PageDown")
    desk.locator(".lrg[data-view=BreakTheLaw] .lr").wait_for()
    desk.keyboard.press("PageUp")
    desk.locator(".lrg[data-view=OneNeuron] .lr").wait_for()
    desk.keyboard.press("Escape")
    assert "lecture" not in desk.url
    assert desk.locator(".lrg-words").is_visible()
    desk.goto(file)


INK = """(stage) => {
    const canvas = stage.querySelector('canvas'), { data } = canvas.getContext('2d')
        .getImageData(0, 0, canvas.width, canvas.height), seen = [255, 0];
    for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) {
        seen[0] = Math.min(seen[0], data[i]);
        seen[1] = Math.max(seen[1], data[i]);
    }
    return { darkest: seen[0], lightest: seen[1], color: getComputedStyle(stage).color };
}"""
LIGHT_HOSTS = {
    "a plain page": "",
    "a light widget in a dark editor": "html { --vscode-editor-foreground: #ccc; "
    "background: #1e1e1e } body { background: white }",
}
DARK_HOSTS = {
    "JupyterLab": "html { --jp-ui-font-color1: rgb(255 255 255 / 87%) } body { background: #111 }",
    "VS Code": "html { --vscode-editor-foreground: #d4d4d4 } body { background: #1e1e1e }",
    "a page with its own color": "body { background: #202124; color: #e8eaed }",
    "a page that forgot its color": "body { background: #000; color: #111 }",
    "the browser's own": ":root { color-scheme: dark }",
}
HOSTS = [(css, False) for css in LIGHT_HOSTS.values()] + [
    (css, True) for css in DARK_HOSTS.values()
]


@pytest.fixture(scope="module")
def bare(browser):
    """A page outside the gallery that shows one demo."""
    page = new_page(browser)

    def show(entry, css):
        page.set_content(f"<!doctype html><style id=host>{css}</style><div id=demo></div>")
        page.evaluate(
            """async ([code, state]) => {
                const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
                const model = { get: (name) => state[name], set() {}, save_changes() {}, on() {},
                    off() {} };
                (await import(url)).default.render({ model,
                    el: document.getElementById('demo') });
            }""",
            _module(entry),
        )
        drawn(page)
        drawn(page)
        return page, page.locator(".lr")

    return show


def _module(entry):
    found = next(each for each in table()["demos"] if each["demo"] == entry.demo)
    return [found["module"], found["state"]]


@pytest.mark.parametrize(("css", "dark"), HOSTS, ids=[*LIGHT_HOSTS, *DARK_HOSTS])
def test_text_can_be_read_on_any_host(bare, css, dark):
    _, stage = bare(ENTRIES[0], css)
    seen = stage.evaluate(INK)
    assert seen["lightest"] > 200 if dark else seen["darkest"] < 80
    light = [float(part) for part in re.findall(r"[\d.]+", seen["color"])[:3]]
    assert min(light) > 170 if dark else max(light) < 90


def test_on_the_site_the_controls_stay_below_its_head(bare):
    page, stage = bare(ENTRIES[0], (Path(site.__file__).parent / "site.css").read_text())
    page.evaluate(
        """() => {
            const demo = document.getElementById('demo'), head = document.createElement('header');
            demo.className = 'demo';
            head.className = 'top';
            head.innerHTML = '<form class=search><input></form>';
            document.body.prepend(head);
        }"""
    )
    drawn(page)
    page.evaluate("scrollTo(0, 260)")
    head, strip = (page.locator(each).bounding_box() for each in (".top", ".lr-controls"))
    assert strip["y"] == pytest.approx(head["y"] + head["height"], abs=6)
    assert stage.locator("canvas").first.bounding_box()["y"] < strip["y"]


@EACH
def test_paper_is_light_whatever_the_screen_is(bare, entry):
    page, stage = bare(entry, DARK_HOSTS["VS Code"])
    assert min(map(float, re.findall(r"\d+", stage.evaluate(INK)["color"]))) > 170
    page.emulate_media(media="print")
    drawn(page)
    printed = stage.evaluate(INK)
    assert printed["darkest"] < 80
    assert printed["color"] == "rgb(29, 35, 39)"
    page.emulate_media(media="screen")
    drawn(page)
    assert min(map(float, re.findall(r"\d+", stage.evaluate(INK)["color"]))) > 170


def test_a_host_that_changes_its_theme_is_followed(bare):
    page, stage = bare(ENTRIES[0], "body.dark { background: #111; color: #eee }")
    assert stage.evaluate(INK)["darkest"] < 80
    page.evaluate("document.body.className = 'dark'")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.lr')).color === 'rgb(238, 238, 238)'"
    )
    drawn(page)
    assert stage.evaluate(INK)["lightest"] > 200


LIVE = "[role=status], [role=log], [role=alert], [aria-live]:not([aria-live=off]), output"
CHANGES = f"""(stage) => {{
    window.heard = {{ live: 0, valuetext: 0, label: 0 }};
    new MutationObserver((all) => {{
        for (const each of all) {{
            const node = each.target.nodeType === 1 ? each.target : each.target.parentElement;
            if (each.type === 'attributes')
                window.heard[each.attributeName === 'aria-label' ? 'label' : 'valuetext']++;
            else if (node?.closest('{LIVE}') && !node.closest('[aria-hidden=true]'))
                window.heard.live++;
        }}
    }}).observe(stage, {{ subtree: true, childList: true, characterData: true, attributes: true,
        attributeFilter: ['aria-valuetext', 'aria-label'] }});
}}"""


@EACH
def test_a_drag_is_announced_by_the_slider_alone(desk, entry):
    stage = at(desk, entry.demo)
    stage.evaluate(CHANGES)
    slider = stage.locator("input[type=range]").first
    slider.focus()
    for key in ("ArrowLeft", "ArrowRight", "ArrowRight"):
        desk.keyboard.press(key)
    drawn(desk)
    heard = desk.evaluate("window.heard")
    assert heard["live"] == 0
    assert heard["valuetext"] >= 2


PLAYED = [entry for entry in ENTRIES if entry.demo in ("OneNeuron", "PhaseMap", "NeuronPlane")]


@pytest.mark.parametrize("entry", PLAYED, ids=lambda entry: entry.demo)
def test_playing_is_announced_at_its_end(desk, entry):
    stage = at(desk, f"{entry.demo}?{'step=1' if entry.demo == 'PhaseMap' else 'time=0.1'}")
    play, name = stage.locator("[data-name=play]"), "step" if entry.demo == "PhaseMap" else "time"
    play.click()
    stage.evaluate(CHANGES)
    slider = stage.locator(f"[data-name={name}]")
    values = [slider.input_value()]
    while len(values) < 4:
        desk.wait_for_function(
            "([name, v]) => document.querySelector(`[data-name=${name}]`).value !== v",
            arg=[name, values[-1]],
        )
        values.append(slider.input_value())
    assert all(float(one) < float(two) for one, two in pairwise(values))
    assert desk.evaluate("window.heard") == {"live": 0, "valuetext": 0, "label": 0}
    play.click()
    drawn(desk)
    assert desk.evaluate("window.heard.valuetext") >= 1
    shown = stage.locator(f".lr-control:has([data-name={name}]) output").inner_text()
    assert slider.get_attribute("aria-valuetext") == shown


def test_a_picture_has_a_name_before_it_is_drawn(browser, file):
    """On a slow machine a screen reader may reach a picture before it is drawn."""
    page = new_page(browser)
    page.add_init_script("window.requestAnimationFrame = () => 0;")
    page.goto(file)
    pictures = page.locator(".lr-panel canvas[role=img]")
    pictures.first.wait_for(state="attached")
    assert all(page.evaluate("each => each.ariaLabel", each) for each in pictures.element_handles())
    page.close()


def test_the_level_set_turns_by_keyboard(desk):
    stage = at(desk, "OneNeuron")
    canvas = stage.locator("canvas[data-name=space]")
    canvas.focus()
    seen = [canvas.screenshot()]
    for key in ("ArrowLeft", "ArrowUp"):
        for _ in range(5):
            desk.keyboard.press(key)
        drawn(desk)
        seen.append(canvas.screenshot())
    assert len(set(seen)) == 3
    assert "Arrow keys" in canvas.get_attribute("aria-label")


def words_of(page, name):
    found = page.locator(f".lrg-words [data-term='{name}'], .lr [data-term='{name}']")
    assert found.count() <= 2  # the first time in the words, and the first time in the demo
    return found.first


@EACH
def test_words_of_the_field_are_explained_where_they_come_first(desk, entry):
    at(desk, entry.demo)
    spelled = {each: name for name, (_, *all_) in table()["terms"].items() for each in all_}
    longest = sorted(spelled, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w|/])({'|'.join(map(re.escape, longest))})(?!\w)")
    for where in (".lrg-words > p:first-child, .lrg-question", "figcaption"):
        texts = desk.locator(where).all_inner_texts()
        used = {spelled[word] for text in texts for word in pattern.findall(text)}
        marked = desk.locator(f":is({where}) .lrg-term").evaluate_all(
            "all => all.map(e => e.dataset.term)"
        )
        assert used <= set(marked) | set(
            desk.locator(".lr-numbers .lrg-term").evaluate_all(
                "all => all.map(e => e.dataset.term)"
            )
        )
        assert len(set(marked)) == len(marked)


def test_a_word_is_explained_by_mouse_by_keyboard_and_by_touch(desk, phone):
    at(desk, "OneNeuron")
    word, tip = words_of(desk, "kernel distance"), desk.locator(".lrg-tip")
    word.hover()
    tip.wait_for()
    assert tip.inner_text() == TERMS["kernel distance"]
    tip.hover()  # it stays while it is read
    passed(desk, 400)
    assert tip.is_visible()
    desk.mouse.move(5, 5)
    tip.wait_for(state="hidden")
    word.focus()
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("Tab")
    tip.wait_for()
    desk.keyboard.press("Escape")
    assert tip.is_hidden()
    described = word.get_attribute("aria-describedby")
    told = desk.locator(f"#{described}").evaluate("e => e.textContent")
    assert told == TERMS["kernel distance"]
    at(phone, "OneNeuron")
    words_of(phone, "gradient flow").tap()
    assert phone.locator(".lrg-tip").inner_text() == TERMS["gradient flow"]
    box = phone.locator(".lrg-tip").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    phone.locator(".lrg-main h1").tap()
    assert phone.locator(".lrg-tip").is_hidden()


def test_presets_and_links_tell_their_word_too(desk):
    at(desk, "OneNeuron")
    desk.locator("[data-preset=separatrix]").hover()
    desk.locator(".lrg-tip").wait_for()
    assert desk.locator(".lrg-tip").inner_text() == TERMS["separatrix"]


@EACH
def test_things_to_try_are_set_guessed_and_revealed(desk, entry):
    stage = at(desk, entry.demo)
    items = desk.locator(".lrg-words li")
    for k, each in enumerate(TRIES[entry.demo]):
        item = items.nth(k)
        reveal = item.locator(".lrg-reveal")
        assert reveal.inner_text() == ""
        item.locator(".lrg-set").click()
        if each.play:
            stage.locator("[data-name=play][aria-label=pause]").click()
        passed(desk, 180)
        now = dict(parse_qsl(desk.url.partition("?")[2]))
        start = getattr(demos, entry.demo)()
        for name, value in each.state.items():
            if not (each.play and name == "time") and value != getattr(start, name):
                assert now[name] == f"{value:.12g}" if isinstance(value, float) else str(value)
        wrong = next(j for j in range(len(each.guesses)) if j != each.right)
        guesses = item.locator(".lrg-guesses button")
        guesses.nth(wrong).click()
        assert reveal.inner_text().startswith("No: ")
        guesses.nth(each.right).focus()
        desk.keyboard.press("Enter")
        assert reveal.inner_text().startswith("Yes. ")
        assert guesses.nth(each.right).get_attribute("aria-pressed") == "true"
        assert guesses.nth(wrong).get_attribute("aria-pressed") == "false"


def test_on_a_phone_the_figure_comes_to_what_was_set(phone):
    at(phone, "Regimes")
    phone.locator(".lrg-set").last.click()
    drawn(phone)
    box = phone.locator(".lr canvas").first.bounding_box()
    assert 0 <= box["y"] < PHONE[1] / 2


def test_notebooks_are_linked_where_they_can_be_read(browser, desk, tmp_path):
    desk.goto(desk.url.split("#")[0])
    assert desk.locator(".lrg-from a").count() == 0  # one file alone: named, no dead link
    assert "Notebook 01_invariant" in desk.locator(".lrg-cards").inner_text()
    names = {entry.notebook: f"{entry.notebook}.html" for entry in ENTRIES}
    place = tmp_path / "demos.html"
    place.write_text(document(names), encoding="utf-8")
    (tmp_path / "01_invariant.html").write_text("<title>here</title>")
    page = new_page(browser)
    page.goto(place.as_uri())
    assert page.locator(".lrg-card .lrg-from a").count() == len(ENTRIES)
    page.locator(".lrg-card .lrg-from a").first.click()
    page.wait_for_url("**/01_invariant.html")
    page.go_back()
    page.locator(".lrg-card").first.click()
    page.locator(".lrg-words .lrg-from a").click()
    page.wait_for_url("**/01_invariant.html")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lecture", [False, True], ids=["at the desk", "in the hall"])
def test_axe_finds_nothing(desk, file, scheme, lecture):
    sync = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed; `make test` installs it",
    )
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no color on its way
    for size in (PHONE, DESK):
        resize(desk, size)
        for name in ("", *(entry.demo for entry in ENTRIES)):
            desk.goto("about:blank")
            desk.goto(f"{file}{'?lecture' * lecture}#{name}")
            desk.locator(".lr" if name else ".lrg-cards").first.wait_for()
            drawn(desk)
            for guess in desk.locator(".lrg-guesses:visible button:first-child").all():
                guess.click()
            found = sync.Axe().run(desk).response["violations"]
            assert [(each["id"], each["help"]) for each in found] == [], name
    desk.emulate_media(color_scheme="light", reduced_motion="no-preference")
    resize(desk, DESK)
