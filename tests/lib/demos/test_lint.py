"""The JavaScript of demos, gallery and site keeps the rules of eslint.config.js."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lazyrich import demos, site
from lazyrich.demos import _demo, gallery

pytestmark = pytest.mark.slow
SITE = Path(site.__file__).parent
ROOT = Path(__file__).parents[3]
SOURCES = sorted(path for path in (ROOT / "lib" / "lazyrich").rglob("*.js"))
CONFIG = _demo.HERE / "eslint.config.js"
ESLINT = "eslint@10"


@pytest.fixture(scope="module")
def eslint():
    if shutil.which("npx") is None:
        pytest.skip("npx is not installed")
    command = ["npx", "--yes", ESLINT]
    try:
        ran = subprocess.run([*command, "--version"], capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npx did not fetch {ESLINT} in two minutes")
    if ran.returncode:
        pytest.skip(f"npx cannot run {ESLINT}: {ran.stderr.strip()[-200:]}")
    return command


def test_each_demo_and_the_gallery_keep_the_rules(eslint, tmp_path):
    """Linted as the browser gets them: the shared parts in front."""
    shutil.copy(CONFIG, tmp_path / CONFIG.name)
    for name in demos.__all__:
        (tmp_path / f"{name}.js").write_text(getattr(demos, name)._esm)
    (tmp_path / "gallery.js").write_text(gallery.Gallery._esm)
    for names in (("site",), site.one_number.OWN):  # one script of the page each
        parts = [(SITE / f"{name}.js").read_text() for name in names]
        (tmp_path / f"{names[0]}.js").write_text("\n".join(parts))
    command = [*eslint, "--format", "json", "."]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout.startswith("["), ran.stderr
    found = [
        f"{place(Path(file['filePath']).read_text(), each.get('line', 1))} {each['message']}"
        for file in json.loads(ran.stdout)
        for each in file["messages"]
        if each["severity"] == 2
    ]
    assert not found, "\n" + "\n".join(sorted(set(found)))


def place(joined: str, line: int) -> str:
    """Where a line of joined files stands, as an editor opens it."""
    for path in SOURCES:
        before, found, _ = joined.partition(path.read_text())
        first = before.count("\n")
        if found and first < line <= first + found.count("\n") + 1:
            return f"{path.relative_to(ROOT)}:{line - first}"
    return f"line {line} of the joined files"


def test_a_line_of_joined_files_is_found_in_its_own():
    first, second = SOURCES[0], SOURCES[1]
    joined = f"{first.read_text()}\n{second.read_text()}"
    line = first.read_text().count("\n") + 4
    assert place(joined, 2) == f"{first.relative_to(ROOT)}:2"
    assert place(joined, line) == f"{second.relative_to(ROOT)}:3"
