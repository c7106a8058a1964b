"""The repository holds together: pins, environment, what importing costs, what may be committed."""

import ast
import doctest
import importlib.metadata
import json
import pkgutil
import re
import subprocess
import sys
import sysconfig
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def lock() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line.split("==") for line in lines if line.strip() and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def requirements() -> list[Requirement]:
    listed = [*PROJECT["dependencies"]]
    for extra in PROJECT["optional-dependencies"].values():
        listed += extra
    return [Requirement(line) for line in listed]


def test_every_requirement_is_locked_to_a_version_it_allows():
    pins = lock()
    for requirement in requirements():
        if canonicalize_name(requirement.name) == "lazyrich":
            continue
        assert canonicalize_name(requirement.name) in pins, (
            f"{requirement.name} is not in constraints.txt"
        )
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), (
            requirement
        )


# With jinja2, which nbgrader brings; of a cluster; of Debian; beside its script.
BROUGHT = {"markupsafe", "dask_jobqueue", "seccomp", "warm_up"}


def test_every_import_of_the_packages_is_a_requirement():
    """Or comes with one; what only the tests need is not there for who installs the package."""
    asked = [Requirement(line) for line in PROJECT["dependencies"]]
    for extra in set(PROJECT["optional-dependencies"]) - {"dev"}:
        asked += extras_of(extra)
    names = {canonicalize_name(each.name) for each in asked}
    for each in asked:
        for needed in map(Requirement, importlib.metadata.requires(each.name) or []):
            marker = needed.marker
            if not marker or any(marker.evaluate({"extra": e}) for e in ("", *each.extras)):
                names.add(canonicalize_name(needed.name))
    wrong, of = [], importlib.metadata.packages_distributions()
    for path in tracked("lib/*.py", "autograder/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            for module in {each.partition(".")[0] for each in modules} - sys.stdlib_module_names:
                brought = {canonicalize_name(each) for each in of.get(module, [])}
                ours = module in {"lazyrich", "nbjudge", "autograder"} | BROUGHT
                if not ours and not brought & names:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} imports {module}")
    assert not wrong, (
        f"{'; '.join(wrong)}: add what brings it to the dependencies or to an extra in "
        "pyproject.toml, and its version to constraints.txt."
    )


def test_what_is_installed_is_what_is_locked():
    pins, wrong = lock(), []
    here = sysconfig.get_paths()["purelib"]  # not what other packages carry inside them
    for distribution in importlib.metadata.distributions(path=[here]):
        name = canonicalize_name(distribution.metadata["Name"])
        if name in pins and distribution.version.split("+")[0] != pins[name]:
            wrong.append(f"{name} {distribution.version}, locked {pins[name]}")
    assert not wrong


def test_the_lock_names_no_build_of_torch():
    assert lock()["torch"] == "2.13.0"
    assert "+" not in (ROOT / "constraints.txt").read_text()


def test_conda_installs_the_project_with_the_same_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert conda == [f"python{PROJECT['requires-python']}", "pip"]
    assert "--constraint constraints.txt" in pip
    (editable,) = [line for line in pip if line.startswith("--editable")]
    extra = re.fullmatch(r"--editable \.\[(\w+)\]", editable).group(1)
    assert extra in PROJECT["optional-dependencies"]


def extras_of(extra: str) -> list[Requirement]:
    """What an extra of the project asks for, with the extras that it names."""
    asked = []
    for line in PROJECT["optional-dependencies"][extra]:
        requirement = Requirement(line)
        if canonicalize_name(requirement.name) == "lazyrich":
            asked += [each for name in requirement.extras for each in extras_of(name)]
        else:
            asked.append(requirement)
    return asked


def test_binder_finds_all_that_the_notebooks_import():
    """Binder makes its environment from environment.yml, unless one of these files comes first."""
    assert not [
        name
        for name in ("binder", ".binder", "Dockerfile", "Project.toml", "install.R")
        if (ROOT / name).exists()
    ]
    text = (ROOT / "environment.yml").read_text()
    extra = re.search(r"--editable \.\[(\w+)\]", text)[1]
    asked = [Requirement(line) for line in PROJECT["dependencies"]] + extras_of(extra)
    names = {canonicalize_name(each.name) for each in asked}
    (torch,) = [each for each in asked if each.name == "torch"]
    assert str(torch.specifier) == f"=={lock()['torch']}"
    assert "jupyterlab" in names
    of = importlib.metadata.packages_distributions()
    for path in tracked("course/*.ipynb"):
        cells = json.loads(path.read_text())["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for module in set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE)):
            local = module in ("lazyrich", "nbjudge") or (path.parent / f"{module}.py").exists()
            if not local and module not in sys.stdlib_module_names:
                assert {canonicalize_name(each) for each in of[module]} & names, (path, module)
    readme = (ROOT / "README.md").read_text()
    first = re.search(r"mybinder\.org/v2/gh/\S+urlpath=lab/tree/(\S+?\.ipynb)", readme)[1]
    assert (ROOT / first).is_file()


def test_versions_agree():
    import lazyrich

    assert lazyrich.__version__ == PROJECT["version"]


@pytest.mark.parametrize(
    ("code", "heavy"),
    [
        ("import lazyrich", "torch matplotlib ipywidgets IPython"),
        ("import lazyrich.exact", "torch matplotlib ipywidgets IPython"),
        ("import lazyrich.kernel", "torch matplotlib ipywidgets IPython"),
        ("import nbjudge.checks", "torch matplotlib ipywidgets IPython"),
        ("import lazyrich.app.cli, autograder.cli", "torch matplotlib IPython scipy nbgrader"),
        ("import nbjudge; nbjudge.judge, nbjudge.read_assignment", "lazyrich autograder torch"),
        (
            "from lazyrich.demos.gallery import Gallery; Gallery(table={}, page=True)",
            "torch matplotlib scipy xarray numpy",
        ),
        (
            "from nbjudge.forbidden.static import guarded; "
            "guarded(('lazyrich.datasets.tensors.modular',), 'lazyrich')",
            "torch",
        ),
    ],
)
def test_what_must_start_quickly_loads_nothing_heavy(code, heavy):
    """Theory, checks, commands, the engine, the gallery, and the reading of what is forbidden."""
    script = f"import sys; {code}; sys.exit(' '.join({set(heavy.split())} & set(sys.modules)) or 0)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.returncode == 0, (
        f"'{code}' loads what it must not: {run.stderr.strip()}. Import it where it is used; "
        f'python -X importtime -c "{code}" shows who imports it.'
    )


def test_right_answers_are_not_installed():
    """An installed package is in a worker's reach."""
    find = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    packages = {
        ".".join(file.relative_to(ROOT / folder).parent.parts)
        for folder in find["find"]["where"]
        for file in (ROOT / folder).rglob("__init__.py")
    }
    installed = {
        package
        for package in packages
        if any(fnmatch(package, pattern) for pattern in find["find"]["include"])
        and not any(fnmatch(package, pattern) for pattern in find["find"]["exclude"])
    }
    assert {"lazyrich", "nbjudge", "autograder", "autograder.grading"} <= installed
    assert not [package for package in installed if "examples" in package]


def test_what_a_package_reads_beside_its_python_is_installed():
    """But for its pages and the examples, which are read in the repository."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    left = []
    for package, patterns in settings["package-data"].items():
        home = ROOT / settings["package-dir"][package]
        for path in tracked(f"{home.relative_to(ROOT)}/*"):
            here = path.relative_to(home)
            if path.suffix not in (".py", ".md") and here.parts[0] != "examples":
                left += [] if any(map(here.match, patterns)) else [f"{package}: {here}"]
    assert not left, f"Add to package-data in pyproject.toml: {'; '.join(left)}."


def test_ruff_has_nothing_to_say():
    for command in (["check", "--no-cache", "."], ["format", "--no-cache", "--check", "."]):
        run = subprocess.run(
            [sys.executable, "-m", "ruff", *command], cwd=ROOT, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stdout[-3000:]


KNOWN = ("pytest.raises", "pytest.warns", "pytest.fail", "checks.")


def asserts(function: ast.AST, helpers: set[str]) -> bool:
    """Whether a function of a test can fail: by `assert`, by pytest, or by a helper that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and not isinstance(node.test, ast.Constant):
            return True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            last = name.rpartition(".")[2]
            if last in helpers or last.startswith("assert_") or name.startswith(KNOWN):
                return True
    return False


def functions_of(path: Path) -> list[ast.FunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node for node in nodes if isinstance(node, ast.FunctionDef)]


def test_every_test_can_fail():
    functions = {path: functions_of(path) for path in tracked("tests/*.py")}
    helpers = {"exec", "refuses", "simplefilter", "wait_for"}  # of a notebook, of others
    for _ in range(2):  # a helper may call another one
        every = [f for each in functions.values() for f in each if not f.name.startswith("test_")]
        helpers |= {f.name for f in every if asserts(f, helpers)}
    blind = [
        f"{path.relative_to(ROOT)}:{f.lineno} {f.name}"
        for path, each in functions.items()
        for f in each
        if f.name.startswith("test_") and not asserts(f, helpers)
    ]
    assert not blind, f"These tests assert nothing: {'; '.join(blind)}."


def test_a_test_that_is_skipped_says_why():
    """pytest itself asks for the reason of a condition."""
    silent = re.compile(r"mark\.(?:skip|xfail)\b(?!\()|\b(?:skip|xfail)\(\)")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("tests/*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if silent.search(line) and path.name != "test_repository.py"
    ]
    assert not found, f"Give a reason= to what is skipped: {'; '.join(found)}."


def test_notebooks_are_committed_without_outputs():
    notebooks = tracked("solutions/*.ipynb", "course/*.ipynb")
    assert notebooks, "no notebook is committed"
    for path in notebooks:
        cells = json.loads(path.read_text())["cells"]
        run = [k for k, c in enumerate(cells) if c.get("outputs") or c.get("execution_count")]
        assert not run, (
            f"{path.relative_to(ROOT)}: cells {run} have outputs or a number. In JupyterLab: "
            "Kernel, Restart Kernel and Clear Outputs of All Cells."
        )


@pytest.mark.parametrize("name", ["README.md", "lib/README.md"])
def test_what_a_readme_shows_is_what_python_says(name):
    result = doctest.testfile(str(ROOT / name), module_relative=False)
    assert result.attempted > 0
    assert result.failed == 0


def test_the_librarys_readme_names_what_there_is():
    """Every public name of the theory is in the table, and every name in the table exists."""
    text = (ROOT / "lib" / "README.md").read_text()
    theory = (
        "exact",
        "conserved",
        "kernel",
        "models.neuron",
        "dynamics",
        "models.deep_linear",
        "scales",
    )
    absent = []
    for module in (*theory, "datasets", "measures", "training"):
        for name in importlib.import_module(f"lazyrich.{module}").__all__:
            named = f"`{name}`" in text or f".{name}`" in text
            if name[0].islower() and name not in ("loss", "gradients", "flow_rhs") and not named:
                absent.append(f"{module}.{name}")
    assert not absent, f"Add a row to the table of lib/README.md for: {', '.join(absent)}."
    for name in re.findall(r"`(\w+(?:\.\w+)+)(?:\(\w*\))?`", text.split("\n## ")[0]):
        if not name.startswith(("nbjudge.", "dataset.")):
            pkgutil.resolve_name(f"lazyrich.{name}")  # as written: nobody has to search for it


def test_no_committed_file_is_large():
    large = [str(path.relative_to(ROOT)) for path in tracked() if path.stat().st_size > 2 * 1024**2]
    assert not large, f"Larger than 2 MB, in every clone forever: {', '.join(large)}."


def test_the_readmes_figures_are_on_the_record():
    """Each number of a figure stands in the row of RECORD.md that is named beside it."""
    readme, record = (
        (ROOT / "README.md").read_text(),
        (ROOT / "tests" / "bench" / "RECORD.md").read_text(),
    )
    table = readme.split("## On the record")[1].split("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    assert len(rows) > 4
    for _, figure, key in rows[2:]:
        numbers = re.findall(r"[\d.]*\d", figure)
        lines = [line for line in record.splitlines() if line.startswith(f"| {key}")]
        assert numbers, figure
        assert any(all(number in line for number in numbers) for line in lines), (figure, key)
