"""How long a frame of a demo takes while a slider is dragged: `python tests/bench/frames.py`.

Chromium without a screen, software drawing. Every drawing is timed from the inside, 300 of them a
demo: by itself, and in the gallery on a page 1920 pixels wide, where the address follows. The last
line says how long `lazyrich demo` takes to its first picture."""

import base64
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import chromium
from browser import gallery as served

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
    gallery,
)

PAGE = """async ([module, state, name, low, high]) => {
  const demo = await import('data:text/javascript;base64,' + module);
  const model = { get: (k) => state[k], set: (k, v) => { state[k] = v; }, save_changes() {},
    on() {}, off() {} };
  const times = [], ask = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (draw) => ask((now) => {
    const from = performance.now();
    draw(now);
    times.push(performance.now() - from);
  });
  demo.default.render({ model, el: document.body });
  const input = document.querySelector(`input[data-name=${name}]`);
  for (let i = 0; i < 300; i++) {
    input.value = low + ((high - low) * (i % 60)) / 60;
    input.dispatchEvent(new Event('input'));
    await new Promise((done) => ask(() => ask(done)));
  }
  return times;
}"""

TIMED = """const times = [], ask = window.requestAnimationFrame.bind(window);
window.timed = { times, ask };
window.requestAnimationFrame = (draw) => ask((now) => {
  const from = performance.now();
  draw(now);
  times.push(performance.now() - from);
});
"""
DRAG = """async () => {
  const { times, ask } = window.timed, input = document.querySelector('.lr input[type=range]');
  times.length = 0;
  for (let i = 0; i < 300; i++) {
    input.value = +input.min + ((input.max - input.min) * (i % 60)) / 60;
    input.dispatchEvent(new Event('input'));
    await new Promise((done) => ask(() => ask(done)));
  }
  return times;
}"""


def report(name: str, times: list[float]) -> None:
    """One line."""
    middle, slow = np.percentile(times, [50, 95])
    print(
        f"{name}: {len(times)} frames, median {middle:.1f} ms, 95th percentile {slow:.1f} ms",
        flush=True,
    )


def in_gallery(browser: Any) -> None:
    """The first slider of each demo, dragged in the gallery."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "gallery.html"
        place.write_text(gallery.document(), encoding="utf-8")
        for entry in gallery.ENTRIES:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            page.add_init_script(TIMED)
            page.goto(f"{place.as_uri()}#{entry.demo}")
            page.locator(".lr canvas").first.wait_for()
            page.wait_for_timeout(500)
            report(f"{entry.demo} in the gallery", page.evaluate(DRAG))
            page.close()


def first_picture(browser: Any) -> None:
    """From the command to the address, and from the address to the first picture."""
    page, began = browser.new_page(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as address:
        told = time.perf_counter()
        page.goto(address)
        page.wait_for_function("() => document.querySelector('canvas')?.width > 0")
        drawn = time.perf_counter()
    page.close()
    print(f"lazyrich demo: its address after {told - began:.2f} s, then {drawn - told:.2f} s")


def main() -> None:
    """Print median and 95th percentile for each demo, and the time to the first picture."""
    with chromium() as browser:
        for widget, slider, low, high in (
            (OneNeuron(), "delta", -6, 6),
            (BreakTheLaw(), "step", -3, -1),
            (ExactOverlay(), "rho", -0.95, 0.95),
            (Regimes(), "reach", 0.4, 12),
            (LandingMap(), "delta", -5.9, 5.9),
            (ModeRace(turn=30), "delta", -8, 8),
            (DeepPlateaus(depth=8, strong=3), "delta", 0, 2),
            (PhaseMap(), "step", 0, 21),
            (GrokMap(), "embedding", 0, 4),
            (NeuronPlane(), "time", 0, 1),
            (NeuronPlane(), "tau", -1.3, 0.3),
            (WidthDial(), "m", 0, 10),
        ):
            page = browser.new_page(viewport={"width": 1280, "height": 1000})
            state = {
                key: value
                for key, value in widget.get_state().items()
                if not key.startswith("_") and key != "layout"
            }
            module = base64.b64encode(widget._esm.encode()).decode()
            report(type(widget).__name__, page.evaluate(PAGE, [module, state, slider, low, high]))
            page.close()
        in_gallery(browser)
        first_picture(browser)


if __name__ == "__main__":
    main()
