"""Check the annotations of the typed packages with mypy (pyproject.toml names them)."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_mypy_finds_no_error():
    run = subprocess.run([sys.executable, "-m", "mypy"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]


@pytest.mark.parametrize("package", ["lazyrich", "nbjudge"])
def test_type_checkers_are_told_that_the_package_is_typed(package):
    assert (ROOT / "lib" / package / "py.typed").is_file()
    for file in ("pyproject.toml", "autograder/releases/student_kit/pyproject.toml"):
        settings = tomllib.loads((ROOT / file).read_text())["tool"]["setuptools"]
        assert "py.typed" in settings["package-data"][package], file
