"""Take the README's pictures of the real thing: `python tests/pictures/make.py` (needs Chromium)."""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from browser import chromium, lab, notebook, run_cell

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]


def main() -> None:
    """Write demo.png and notebook.png beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").touch()
        (root / "course" / "00_demo").mkdir(parents=True)
        cell = "from lazyrich.widgets import OneNeuron\nOneNeuron(delta=-2, angle=120, time=0.62)"
        (root / "course" / "00_demo" / "00_demo.ipynb").write_text(notebook(cell))
        shutil.copytree(ROOT / "course" / "01_invariant", root / "course" / "01_invariant")
        with lab(root) as address, chromium() as browser:
            page = browser.new_page(viewport={"width": 1360, "height": 1000})
            page.goto(address)
            run_cell(page, 0, ".lr canvas")
            page.wait_for_timeout(800)
            page.locator(".lr").screenshot(path=HERE / "demo.png")
            page.goto(address.replace("00_demo/00_demo", "01_invariant/01_invariant"))
            page.locator(".jp-MarkdownOutput h1:visible").first.wait_for(timeout=60_000)
            page.locator(".jp-CodeCell .cm-content:visible").first.click(timeout=60_000)
            for _ in range(4):
                page.keyboard.press("Shift+Enter")
                page.wait_for_timeout(400)
            page.locator(".jp-OutputArea img:visible").first.wait_for(timeout=60_000)
            page.locator(".jp-OutputArea img:visible").first.scroll_into_view_if_needed()
            page.wait_for_timeout(800)
            page.screenshot(path=HERE / "notebook.png")


if __name__ == "__main__":
    main()
