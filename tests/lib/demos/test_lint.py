"""The JavaScript of demos and gallery keeps the rules of eslint.config.js."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lazyrich import demos
from lazyrich.demos import _demo, gallery

pytestmark = pytest.mark.slow
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
    shutil.copy(Path(gallery.__file__).parent / "gallery.js", tmp_path)
    ran = subprocess.run([*eslint, "."], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
