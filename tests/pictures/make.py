"""Take the README's pictures of the real thing: `python tests/pictures/make.py [name ...]` (needs
Chromium)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "lib" / "nbjudge"))
sys.path.insert(0, str(Path(__file__).parents[2]))  # before tests/autograder: our package
from browser import chromium, lab, notebook, run_cell

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]


def demo_and_notebook(root: Path) -> None:
    """A demo in JupyterLab, and the first graded notebook."""
    (root / "pyproject.toml").touch()
    (root / "course" / "00_demo").mkdir(parents=True)
    cell = "from lazyrich.demos import OneNeuron\nOneNeuron(delta=-2, angle=120, time=0.62)"
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


def gallery(root: Path) -> None:
    """The gallery's first page."""
    file = root / "gallery.html"
    subprocess.run(
        [sys.executable, "-m", "lazyrich.app.cli", "demo", "--html", str(file)], check=True
    )
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.goto(file.as_uri())
        page.locator("canvas").first.wait_for()
        page.wait_for_timeout(5000)
        page.screenshot(path=HERE / "gallery.png")


def one_number(root: Path) -> None:
    """The first screen of the site, and the section that tells the paper's title."""
    from lazyrich.site import one_number as source

    file = root / "one_number.html"
    file.write_text(source.page(), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(
            viewport={"width": 1360, "height": 760}, reduced_motion="reduce", device_scale_factor=1
        )
        page.goto(f"{file.as_uri()}?lecture#twist")
        page.wait_for_function("window.ONE_NUMBER?.race.done")
        for name in ("upstream", "balanced", "downstream"):
            page.click(f"[data-first={name}]")
        page.click("[data-go=twist]")
        page.locator("[data-verdict=twist]").wait_for()
        page.wait_for_timeout(500)
        page.screenshot(path=HERE / "one_number.png")


def grading(root: Path) -> None:
    """What `make grade` prints."""
    from rich.console import Console
    from submissions import copy_course

    from autograder.courses.own import OwnCourse
    from autograder.grading.grade import grade
    from autograder.grading.students import bring_examples
    from autograder.releases.release import release
    from autograder.reports import table

    course, name = OwnCourse(copy_course(root)), "01_invariant"
    release(course, name)
    outcomes = grade(course, name, bring_examples(course, name), trusted=True)
    console = Console(record=True, width=150, file=(root / "printed.txt").open("w"))
    console.print(table.render(name, outcomes))
    drawing = console.export_svg(title="autograder grade --examples")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 700})
        page.set_content(f"<body style='margin: 0'>{drawing}</body>")
        page.locator("svg").first.screenshot(path=HERE / "grading.png")


def diagram(root: Path) -> None:
    """The paper's phase diagram, from the result that ships."""
    from lazyrich.experiments import phase_diagram

    paper, _ = phase_diagram.load("phase_diagram_paper_flow.nc")
    (HERE / "diagram.png").write_bytes(phase_diagram.picture(paper).png)


PICTURES = {
    "demo": demo_and_notebook,
    "one_number": one_number,
    "gallery": gallery,
    "grading": grading,
    "diagram": diagram,
}


def main(*names: str) -> None:
    """Write the pictures beside this file."""
    for name in names or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            PICTURES[name](Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
