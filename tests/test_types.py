"""Check the annotations of the typed packages with mypy (its settings are in pyproject.toml)."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TYPED = (
    "lib/nbjudge",
    "lib/lazyrich/exact",
    "lib/lazyrich/conserved",
    "lib/lazyrich/kernel",
    "lib/lazyrich/models",
)


@pytest.mark.slow
def test_mypy_finds_no_error():
    assert all((ROOT / folder).is_dir() for folder in TYPED)
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *TYPED], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]


@pytest.mark.parametrize("package", ["lazyrich", "nbjudge"])
def test_type_checkers_are_told_that_the_package_is_typed(package):
    assert (ROOT / "lib" / package / "py.typed").is_file()
    for file in ("pyproject.toml", "autograder/releases/student_kit/pyproject.toml"):
        settings = tomllib.loads((ROOT / file).read_text())["tool"]["setuptools"]
        assert "py.typed" in settings["package-data"][package], file
