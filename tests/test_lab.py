"""Walk through the first notebook as a student does.

`make lab`, run the cells, see a figure with words and a check that speaks."""

import shutil
from pathlib import Path

import pytest
from browser import chromium, lab, new_page, run_cell

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[1]
FIRST = "Two panels over logarithmic time"  # so the alt text of 01's first figure begins


@pytest.mark.slow
def test_01_invariant_runs_in_jupyterlab(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    shutil.copytree(ROOT / "course", tmp_path / "course")
    assert FIRST in (ROOT / "course" / "01_invariant" / "01_invariant.ipynb").read_text()
    with lab(tmp_path) as address, chromium() as browser:
        page = new_page(browser, viewport={"width": 1300, "height": 4000})
        page.goto(address.replace("00_start/00_start.ipynb", "formulas.md"))
        page.locator(
            ".jp-MarkdownViewer h1:has-text('Formula sheet')"
        ).wait_for()  # a page, not its source
        page.goto(address.replace("00_start/00_start", "01_invariant/01_invariant"))
        run_cell(page, 0, ".jp-InputPrompt:text-matches('\\\\[[0-9]+\\\\]')")
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.locator(f"img[alt^='{FIRST}']").wait_for()
        page.locator(
            ".jp-OutputArea-output:has-text('Exercise 01.1: your code goes here')"
        ).first.wait_for()
