"""Where a package is missing, every command and import says in a line how to install it."""

import ast
import importlib
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from patience import FACTOR
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
WITHOUT = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv = {words!r}
"""

# Every command with what it needs: (words, module, extra that brings the module, "" for none).
LAZYRICH = [
    ("check 00_start", "msgpack", "lab"),
    ("check 00_start", "IPython", "lab"),
    ("demo", "anywidget", "lab"),
    ("demo", "traitlets", "lab"),
    ("site", "nbformat", "site"),
    ("site", "latex2mathml", "site"),
    ("demo --html x.html", "anywidget", "lab"),
    ("lab", "jupyterlab", "lab"),
    ("run neurons", "xarray", ""),
    ("run neurons", "matplotlib", ""),
    ("run --list", "torch", ""),
    ("run neurons --scheduler tcp://127.0.0.1:1", "distributed", "cluster"),
]
AUTOGRADER = [
    ("grade 01_invariant", "nbgrader", "grader"),
    ("grade 01_invariant --scheduler tcp://127.0.0.1:1", "distributed", "cluster"),
    ("release", "nbgrader", "grader"),
    ("migrate", "nbgrader", "grader"),
    ("table 01_invariant", "nbgrader", "grader"),
    ("feedback 01_invariant", "nh3", "grader"),
    ("report 01_invariant", "nbgrader", "grader"),
    ("export --csv x.csv", "nbgrader", "grader"),
    ("class x.csv", "nbgrader", "grader"),
    ("deadlines", "nbgrader", "grader"),
    ("collect x.zip 01_invariant", "nbgrader", "grader"),
    ("verify 01_invariant", "nbgrader", "grader"),
    ("backup", "nbgrader", "grader"),
    ("restore x.tar.gz", "nbgrader", "grader"),
    ("return 01_invariant --each", "nbgrader", "grader"),
    ("forget ada", "nbgrader", "grader"),
    ("similar 01_invariant", "traitlets", "grader"),
    ("lab", "nbgrader", "grader"),
    ("lab", "tornado", "grader"),
    ("lab --formgrader", "nbgrader", "grader"),
    ("lab --formgrader", "jupyterlab", "lab"),
]
PROGRAMS = {"lazyrich": "lazyrich.app.cli", "autograder": "autograder.cli"}
QUICK = ("check", "lab", "run", "grade")  # witnesses of the fast lane


def commands():
    for program, tried in (("lazyrich", LAZYRICH), ("autograder", AUTOGRADER)):
        for words, module, extra in tried:
            slow = [] if words.split()[0] in QUICK else [pytest.mark.slow]
            yield pytest.param(
                program, words, module, extra, marks=slow, id=f"{program} {words} without {module}"
            )


def run_without(module, code, words=(), cwd=None):
    script = WITHOUT.format(module=module, words=list(words)) + code
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300 * FACTOR,
    )


def line(module, extra):
    package = {"IPython": "ipython", "sklearn": "scikit-learn", "distributed": "dask"}.get(
        module, module
    )
    wanted = f"'lazyrich[{extra}]'" if extra else "lazyrich"
    remedy = f"{sys.executable} -m pip install {wanted}"
    return f"{package} is not installed here. This installs it: {remedy}"


@pytest.mark.parametrize(("program", "words", "module", "extra"), list(commands()))
def test_a_command_without_a_package_ends_in_one_line(program, words, module, extra, tmp_path):
    for name in ("course", "solutions"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "work").symlink_to(ROOT / "course")
    ran = run_without(
        module, f"from {PROGRAMS[program]} import app\napp()", [program, *words.split()], tmp_path
    )
    assert ran.returncode == 1, ran.stderr
    assert ran.stderr.strip().splitlines() == [line(module, extra)]


def test_every_command_is_tried():
    import autograder.cli
    import lazyrich.app.cli

    for app, tried in ((lazyrich.app.cli.app, LAZYRICH), (autograder.cli.app, AUTOGRADER)):
        names = {command.name for command in app.registered_commands} - {
            "doctor"
        }  # it looks for packages itself
        assert names == {words.split()[0] for words, _, _ in tried}


def test_both_commands_say_their_version():
    import autograder.cli
    import lazyrich.app.cli

    for app in (lazyrich.app.cli.app, autograder.cli.app):
        said = CliRunner().invoke(app, ["--version"])
        version = importlib.metadata.version("lazyrich")
        assert (said.exit_code, said.output) == (0, f"lazyrich {version}\n")


def test_the_doctor_names_what_is_missing(tmp_path):
    (tmp_path / "course").mkdir()
    (tmp_path / "pyproject.toml").touch()
    ran = run_without(
        "torch", "from lazyrich.app.cli import app\napp()", ["lazyrich", "doctor"], tmp_path
    )
    assert ran.returncode == 1
    assert (
        "wrong torch: does not start (ModuleNotFoundError: No module named 'torch'). To fix it:"
        in ran.stdout
    )
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("code", "module", "extra"),
    [
        ("from lazyrich.demos import OneNeuron", "anywidget", "lab"),
        ("import lazyrich.demos.regimes", "traitlets", "lab"),
        ("from lazyrich.demos import gallery; gallery.Gallery", "anywidget", "lab"),
        ("from nbjudge import judge", "msgpack", "lab"),
        ("from nbjudge import match; match(None, None)", "nbformat", "lab"),
        ("import nbjudge.worker.ipython_shell", "IPython", "lab"),
        ("from lazyrich import datasets; datasets.digits()", "sklearn", "digits"),
    ],
)
def test_an_import_without_its_package_ends_in_one_line(code, module, extra):
    ran = run_without(module, code)
    assert ran.stderr.strip().splitlines()[-1] == f"ImportError: {line(module, extra)}"


def test_errors_of_our_own_keep_their_traceback():
    code = """from lazyrich.app import cli
cli.lab.lab_command = lambda *a, **k: __import__('lazyrich.nothing')
cli.app()"""
    ran = run_without("none", code, ["lazyrich", "lab"], ROOT)
    assert "Traceback" in ran.stderr
    assert (
        ran.stderr.strip().splitlines()[-1]
        == "ModuleNotFoundError: No module named 'lazyrich.nothing'"
    )


def test_what_an_extra_brings_is_only_imported_where_its_absence_is_told():
    """Inside `with needs(...)`; all of demos/ and site/ is imported so by their packages."""
    modules = importlib.metadata.packages_distributions()
    extra = {
        canonicalize_name(Requirement(each).name)
        for name in EXTRAS
        if name != "dev"
        for each in EXTRAS[name]
    }
    extra = extra - {"lazyrich"} | {"traitlets", "distributed"}
    wrong = []
    for path in sorted((ROOT / "lib" / "lazyrich").rglob("*.py")):
        if {"demos", "site"} & set(path.parts) and path.name != "__init__.py":
            continue
        tree = ast.parse(path.read_text())
        guarded = {
            id(inner)
            for block in ast.walk(tree)
            if isinstance(block, ast.With) and "needs(" in ast.unparse(block.items[0])
            for inner in ast.walk(block)
        }
        for node in ast.walk(tree):
            names = (
                [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            )
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else names
            for name in names:
                brought = {
                    canonicalize_name(d) for d in modules.get(name.partition(".")[0], [])
                } & extra
                if brought and id(node) not in guarded:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {name}")
    assert wrong == []
    for name in ("demos", "demos/gallery", "site"):
        text = (ROOT / "lib" / "lazyrich" / name / "__init__.py").read_text()
        assert not re.search(r"^(from|import) lazyrich\.(demos|site)", text, re.M), name


@pytest.mark.parametrize(
    "package",
    ["lazyrich", "lazyrich.datasets", "lazyrich.demos", "lazyrich.experiments", "lazyrich.models",
     "nbjudge", "autograder.intake"],
)  # fmt: skip
def test_a_package_that_imports_late_lists_its_names_and_knows_no_others(package):
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match=rf"module '{package}' has no attribute 'nothing'"):
        module.nothing  # noqa: B018
