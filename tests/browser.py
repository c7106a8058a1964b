"""Chromium for tests: Debian's package, driven by Playwright."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from patience import FACTOR, until

WAIT = 300_000 * FACTOR  # milliseconds for what must come, before a test is called broken
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser with an empty profile."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=FLAGS, timeout=WAIT
        )
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser: Any, **options: Any) -> Any:
    """A page in a context of its own, whose waits are patient."""
    page = browser.new_page(**options)
    page.set_default_timeout(WAIT)
    return page


def overhear(page: Any, said: list[str], asked: list[str], kind: str = "") -> None:
    """Note what a page's console says (of one `kind`), errors included, and what it asks for."""
    page.on("console", lambda each: said.append(each.text) if kind in ("", each.type) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))


def drawn(page: Any) -> None:
    """Past the next drawing of the demos, and past what one still computes over several (it says
    so)."""
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    page.wait_for_function(
        "[...document.querySelectorAll('[data-number=state]')].every((e) => !e.textContent)"
    )


def passed(page: Any, milliseconds: float) -> None:
    """Past all that the page has put off until then: its own timers run in their order, however
    late."""
    page.evaluate("(ms) => new Promise((done) => setTimeout(done, ms))", milliseconds)


RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def number(words: str) -> float:
    """The first number in the words of a demo, such as 4.2×10⁻¹², 10⁻⁵ or −0.73."""
    whole = re.sub(r"(?<![×\d])10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "1×10", words)
    found = re.search(r"(−?\d[\d.]*)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", whole)
    assert found, f"no number in {words!r}"
    front, power = found[1].replace("−", "-"), (found[2] or "").translate(RAISED)
    return float(front) * 10.0 ** float(power or 0)


def contrast(one: str, other: str) -> float:
    """The contrast of two colors, "#rrggbb" or "rgb(r, g, b)", as WCAG defines it."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    """How light a color is, 0 to 1."""
    if color.startswith("#"):
        parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    else:
        parts = [float(part) for part in re.findall(r"[\d.]+", color)[:3]]
    linear = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4
        for v in (p / 255 for p in parts)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


WITH_TOKEN = r"http://127\.0\.0\.1:\d+\S*token=\w+"


@contextlib.contextmanager
def server(
    command: list[str],
    folder: Path,
    environment: dict[str, str] | None = None,
    says: str = WITH_TOKEN,
) -> Iterator[str]:
    """Start a server in `folder` and give its address: the first thing in its log that looks like
    `says`."""
    log = folder / "server.log"
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=environment
        )
    try:
        yield _address(log, process, says)
    finally:
        process.terminate()
        try:
            process.wait(timeout=60 * FACTOR)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(log: Path, process: subprocess.Popen, says: str) -> str:
    def said() -> re.Match[str] | None:
        assert process.poll() is None, f"the server stopped: {log.read_text()}"
        return re.search(says, log.read_text())

    found = until(said, 300)
    assert found, f"the server did not start: {log.read_text()}"
    return found.group()


def notebook(*sources: str) -> str:
    """A notebook with these code cells, as JSON."""
    cells = [
        {
            "cell_type": "code",
            "id": f"c{i}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for i, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def run_cell(page: Any, number: int, shows: str) -> None:
    """Run a notebook's code cell by keyboard and wait until `shows` is there; JupyterLab drops keys
    while it is starting."""
    from playwright.sync_api import TimeoutError as NotYet

    # Before there is a kernel, running a cell can bring up the dialog that selects one.
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']:visible").first.wait_for()
    cell = page.locator(".jp-CodeCell:visible").nth(number)
    begun = cell.locator(
        ".jp-InputPrompt:text-matches('\\\\[[*0-9]+\\\\]')"
    )  # [*] while it runs, its number then
    for _ in range(30):
        cell.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        try:
            begun.first.wait_for(timeout=5_000 * FACTOR)
            break
        except NotYet:
            continue
    try:
        page.locator(shows).first.wait_for()
    except NotYet:
        dialogs = page.locator(".jp-Dialog").all_inner_texts()
        raise AssertionError(
            f"cell {number} never showed {shows}; dialogs that are open: {dialogs}"
        ) from None


def lab(folder: Path) -> contextlib.AbstractContextManager[str]:
    """`lazyrich lab` on a course in `folder` (with course/ and pyproject.toml)."""
    command = [sys.executable, "-m", "lazyrich.app.cli", "lab", "--no-browser"]
    return server(command, folder, dict(os.environ))


def gallery(folder: Path) -> contextlib.AbstractContextManager[str]:
    """`lazyrich demo`, from a folder that need not be a course."""
    command = [sys.executable, "-m", "lazyrich.app.cli", "demo", "--no-browser"]
    return server(command, folder, dict(os.environ), r"http://127\.0\.0\.1:\d+/")
