"""What a frame of the page "One number" costs while a control is dragged:
`python tests/bench/frames_page.py` (`--sharp 2` for a screen with two pixels a point).

Chromium without a screen, software drawing, 1920 pixels wide. The browser's own trace says how
much processor time the page's thread took for each frame: events, script, style, layout and
painting. That time does not count what other processes did meanwhile. The time between frames
does, and is printed beside it."""

import argparse
import gzip
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import chromium, new_page

from lazyrich.site import one_number

SLIDERS = ("law-time", "law-step", "speeds-x", "regimes-delta", "why-turn")
FRAMES, WARM = 200, 20  # frames of a drag, and those of them in which the browser still compiles
DRAG = """async ([id, frames]) => {
  const input = document.getElementById(id), gaps = [];
  for (let k = 0, last = performance.now(); k < frames; k++) {
    const part = (k % 60) / 59;
    input.value = +input.min + (input.max - input.min) * part;
    input.dispatchEvent(new Event('input'));
    await new Promise((done) => requestAnimationFrame(done));
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  return gaps;
}"""


def traced(page: Any, slider: str) -> tuple[np.ndarray, np.ndarray]:
    """Drag a slider: processor time of the page's thread and time between frames, milliseconds."""
    session, events, ended = page.context.new_cdp_session(page), [], []
    session.on("Tracing.dataCollected", lambda data: events.extend(data["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    session.send(
        "Tracing.start",
        {"traceConfig": {"includedCategories": ["devtools.timeline", "toplevel"]}},
    )
    gaps = page.evaluate(DRAG, [slider, FRAMES])
    session.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    session.detach()
    return costs(events), np.array(gaps)[WARM:]


def costs(events: list[dict[str, Any]]) -> np.ndarray:
    """Sum the tasks of the page's thread from one frame to the next."""
    frames = [e for e in events if e["name"] == "FireAnimationFrame"]
    thread = {(e["pid"], e["tid"]) for e in frames}
    assert len(thread) == 1, "one page draws"
    tasks = [
        e
        for e in events
        if e["name"] in ("RunTask", "ThreadControllerImpl::RunTask")
        and (e["pid"], e["tid"]) in thread
        and "tdur" in e
    ]
    kind = {e["name"] for e in tasks}
    tasks = sorted((e for e in tasks if e["name"] == min(kind)), key=lambda e: e["ts"])
    starts = np.array([e["ts"] for e in frames])
    # A frame begins with the task in which its callbacks fire.
    spans = [(starts >= e["ts"]) & (starts < e["ts"] + e["dur"]) for e in tasks]
    first = [k for k, span in enumerate(spans) if span.any()]
    sums = np.add.reduceat([e["tdur"] / 1000 for e in tasks], first)
    return sums[WARM:]


def first_picture(browser: Any, address: str) -> float:
    """Median time to the first contentful paint of five visits, milliseconds."""
    times = []
    for _ in range(5):
        page = new_page(browser, viewport={"width": 1920, "height": 1080})
        page.goto(address)
        entries = "performance.getEntriesByName('first-contentful-paint')"
        page.wait_for_function(f"{entries}.length")
        times.append(page.evaluate(f"{entries}[0].startTime"))
        page.close()
    return float(np.median(times))


def main() -> None:
    """Print the page's size, the time to its first picture, and a line for each control."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sharp", type=float, default=1.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        file = Path(folder) / "one_number.html"
        file.write_text(one_number.page(), encoding="utf-8")
        size = file.read_bytes()
        print(
            f"{len(size) / 1000:.0f} kB, {len(gzip.compress(size)) / 1000:.0f} kB compressed; "
            f"first picture after {first_picture(browser, file.as_uri()):.0f} ms",
            flush=True,
        )
        for slider in SLIDERS:
            page = new_page(
                browser,
                viewport={"width": 1920, "height": 1080},
                device_scale_factor=options.sharp,
            )
            page.goto(file.as_uri())
            page.wait_for_function("window.ONE_NUMBER !== undefined")
            page.locator(f"#{slider}").scroll_into_view_if_needed()
            page.wait_for_timeout(1500)
            work, gaps = traced(page, slider)
            print(
                f"{slider}: {len(work)} frames, work median {np.median(work):.1f} ms, "
                f"95th percentile {np.percentile(work, 95):.1f} ms; between frames median "
                f"{np.median(gaps):.1f} ms, 95th percentile {np.percentile(gaps, 95):.1f} ms",
                flush=True,
            )
            page.close()


if __name__ == "__main__":
    main()
