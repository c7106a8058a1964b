"""Chromium for tests: Debian's package, driven by Playwright."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


WITH_TOKEN = r"http://127\.0\.0\.1:\d+\S*token=\w+"


@contextlib.contextmanager
def server(
    command: list[str], folder: Path, environment: dict[str, str] | None = None, says: str = WITH_TOKEN
) -> Iterator[str]:
    """Start a server in `folder` and give its address: the first thing in its log that looks like `says`."""
    log = folder / "server.log"
    with log.open("w") as file:
        process = subprocess.Popen(command, cwd=folder, stdout=file, stderr=subprocess.STDOUT, env=environment)
    try:
        yield _address(log, process, says)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(log: Path, process: subprocess.Popen, says: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = re.search(says, log.read_text())
        if found:
            return found.group()
        assert process.poll() is None, f"the server stopped: {log.read_text()}"
        time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text()}")


def notebook(*sources: str) -> str:
    """A notebook with these code cells, as JSON."""
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": source}
        for i, source in enumerate(sources)
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})


def run_cell(page: Any, number: int, shows: str) -> None:
    """Run a notebook's code cell by keyboard until `shows` is there; JupyterLab drops keys while it is starting."""
    from playwright.sync_api import TimeoutError as NotYet

    # Before there is a kernel, running a cell can bring up the dialog that selects one.
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']:visible").first.wait_for(timeout=60_000)
    for _ in range(4):
        try:
            page.locator(".jp-CodeCell .cm-content:visible").nth(number).click(timeout=20_000)
            page.keyboard.press("Shift+Enter")
            page.locator(shows).first.wait_for(timeout=20_000)
            return
        except NotYet:
            continue
    dialogs = page.locator(".jp-Dialog").all_inner_texts()
    raise AssertionError(f"cell {number} never showed {shows}; dialogs that are open: {dialogs}")


def lab(folder: Path) -> contextlib.AbstractContextManager[str]:
    """`lazyrich lab` on a course in `folder` (with course/ and pyproject.toml)."""
    command = [sys.executable, "-m", "lazyrich.cli", "lab", "--no-browser"]
    return server(command, folder, dict(os.environ))


def gallery(folder: Path) -> contextlib.AbstractContextManager[str]:
    """`lazyrich demo`, from a folder that need not be a course."""
    command = [sys.executable, "-m", "lazyrich.cli", "demo", "--no-browser"]
    return server(command, folder, dict(os.environ), r"http://127\.0\.0\.1:\d+/")
