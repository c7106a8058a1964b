"""Check the JavaScript of demos, gallery and site against the rules of eslint.config.js."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lazyrich import demos, site
from lazyrich.demos import _demo, gallery

pytestmark = pytest.mark.slow
SITE = Path(site.__file__).parent
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
    """The scripts are linted as the browser gets them, with the shared parts in front."""
    shutil.copy(CONFIG, tmp_path / CONFIG.name)
    for name in demos.__all__:
        (tmp_path / f"{name}.js").write_text(getattr(demos, name)._esm)
    (tmp_path / "gallery.js").write_text(gallery.Gallery._esm)
    for names in (("site",), site.one_number.OWN):  # one script of the page each
        parts = [(SITE / f"{name}.js").read_text() for name in names]
        (tmp_path / f"{names[0]}.js").write_text("\n".join(parts))
    ran = subprocess.run([*eslint, "."], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
