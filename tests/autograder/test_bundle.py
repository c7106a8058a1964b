"""What a student receives works on its own, and holds nothing that they must not see."""

import json
import re
import shutil
import subprocess
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from commands import printed

from autograder import cli
from autograder.courses.own import OwnCourse
from autograder.releases.bundle import bundle

ROOT = Path(__file__).parents[2]
SECRET = re.compile("### BEGIN (SOLUTION|HIDDEN TESTS)(.*?)### END", re.S)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("student")
    bundle(OwnCourse(ROOT), folder / "course.zip")
    with zipfile.ZipFile(folder / "course.zip") as archive:
        archive.extractall(folder)
    return folder / "lazy-to-rich"


def files(folder):
    return {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}


def test_it_holds_the_course_the_library_and_what_lab_needs(unpacked):
    names = set(files(unpacked))
    assert {
        "README.md",
        "Makefile",
        "pyproject.toml",
        "environment.yml",
        "constraints.txt",
        "LICENSE",
    } <= names
    assert {f"course/{name}/{name}.ipynb" for name in OwnCourse(ROOT).names()} <= names
    assert {"lib/nbjudge/local_check.py", "lib/lazyrich/demos/__init__.py"} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops <= {
        "course", "lib", "README.md", "Makefile", "pyproject.toml", "environment.yml",
        "constraints.txt", "LICENSE", ".gitignore",
    }  # fmt: skip
    assert not [
        name for name in names if "__pycache__" in name or name.endswith((".pyc", ".db", ".secret"))
    ]


def test_the_library_is_whole(unpacked):
    ours = {p.relative_to(ROOT).as_posix() for p in (ROOT / "lib").rglob("*") if p.is_file()}
    ours = {name for name in ours if "__pycache__" not in name and "/." not in name}
    assert ours <= set(files(unpacked))


def test_no_file_holds_a_hidden_test_or_a_solution(unpacked):
    text = {
        name: path.read_text(encoding="utf-8", errors="replace")
        for name, path in files(unpacked).items()
    }
    everything = "\n".join(text.values())
    # The library solves the same equations and may share a line, but it must not hold a whole test
    # or a whole answer.
    beside = "\n".join(value for name, value in text.items() if not name.startswith("lib/"))
    bodies = hidden = 0
    notebooks = {
        path: json.loads(path.read_text())["cells"]
        for path in (ROOT / "solutions").glob("*/*.ipynb")
    }
    sources = {
        path: "\n".join("".join(cell["source"]) for cell in cells)
        for path, cells in notebooks.items()
    }
    shown = "\n".join(
        SECRET.sub("", source) for source in sources.values()
    )  # a line that any notebook shows is no secret
    for path, source in sources.items():
        for kind, part in SECRET.findall(source):
            lines = [line.strip() for line in part.splitlines()]
            for line in lines if kind == "HIDDEN TESTS" else []:
                if len(line) >= 25 and line not in shown:
                    hidden += 1
                    assert line not in beside, (path.name, line)
            if len(lines) > 3:
                bodies += 1
                assert part.strip("\n") not in everything, (path.name, part)
    assert hidden > 50
    assert bodies > 20
    assert "### BEGIN HIDDEN TESTS" not in "".join(
        value for name, value in text.items() if name.startswith("course/")
    )
    assert "autograder" not in text["pyproject.toml"] + text["Makefile"] + text["environment.yml"]


def test_the_same_course_makes_the_same_file(tmp_path):
    first, second = tmp_path / "a.zip", tmp_path / "b" / "b.zip"
    assert bundle(OwnCourse(ROOT), first) == bundle(OwnCourse(ROOT), second)
    assert first.read_bytes() == second.read_bytes()


def test_a_bundle_of_one_assignment_adds_it_and_changes_nothing_else(unpacked, tmp_path):
    names = bundle(OwnCourse(ROOT), tmp_path / "02.zip", "02_exact")
    assert "course/02_exact/02_exact.ipynb" in names
    assert all(name.startswith("course/02_exact/") for name in names)
    before = {name: path.read_bytes() for name, path in files(unpacked).items()}
    with zipfile.ZipFile(tmp_path / "02.zip") as archive:
        archive.extractall(tmp_path)
    for name, path in files(tmp_path / "lazy-to-rich").items():
        assert path.read_bytes() == before[name]
    with pytest.raises(FileNotFoundError, match="no assignment '02_exakt'"):
        bundle(OwnCourse(ROOT), tmp_path / "x.zip", "02_exakt")


def test_it_installs_the_library_as_the_project_does(unpacked):
    """The kit's pyproject.toml and environment.yml are the project's.

    They leave out what an instructor needs.
    """
    ours, theirs = (
        tomllib.loads((folder / "pyproject.toml").read_text()) for folder in (ROOT, unpacked)
    )
    assert theirs["build-system"] == ours["build-system"]
    project, kit = ours["project"], theirs["project"]
    for name in ("name", "version", "readme", "requires-python", "license", "dependencies"):
        assert kit[name] == project[name], name
    extras = project["optional-dependencies"]
    assert kit["optional-dependencies"] == {
        name: extras[name] for name in extras if name not in ("grader", "hub", "dev")
    }
    assert kit["scripts"] == {"lazyrich": project["scripts"]["lazyrich"]}
    for table in ("package-dir", "package-data"):
        there = theirs["tool"]["setuptools"][table]
        assert there == {name: ours["tool"]["setuptools"][table].get(name) for name in there}
        assert "autograder" not in there
    environment = (ROOT / "environment.yml").read_text()
    assert (unpacked / "environment.yml").read_text() == environment.replace(".[grader]", ".[lab]")


def test_its_makefile_does_what_ours_does(unpacked):
    """Variables, installation and the recipes of its targets are ours, letter for letter."""
    ours, theirs = (blocks((folder / "Makefile").read_text()) for folder in (ROOT, unpacked))
    differ = {name for name, text in theirs.items() if ours.get(name) != text}
    assert differ == {".PHONY", "clean"}
    assert {"help", "lab", "demo", "doctor", ".lab", "define install", "PYTHON", "BIN"} <= set(
        theirs
    ) & set(ours)


def blocks(makefile: str) -> dict[str, str]:
    """A Makefile's rules, variables and definitions, by name."""
    text = re.sub(r"^#.*\n", "", makefile, flags=re.M)
    found = re.findall(r"^(define \w+\n(?s:.*?)^endef|[.\w-]+.*\n(?:\t.*\n)*)", text, re.M)
    return {re.match(r"define \w+|(export )?[.\w-]+", block).group(): block for block in found}


def test_it_installs_elsewhere_and_checks_a_notebook(unpacked):
    """Install the kit into an environment of its own that borrows this one's packages.

    What this leaves out is their download.
    """
    venv.create(unpacked / ".venv", with_pip=False)
    python = unpacked / ".venv" / "bin" / "python"
    (site,) = (unpacked / ".venv" / "lib").glob("python*/site-packages")
    (site / "zz_borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    install = [
        python,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-build-isolation",
        "--ignore-installed",
        "--no-index",
        "-qe",
        ".",
    ]
    subprocess.run(install, cwd=unpacked, check=True, capture_output=True)
    where = (
        "import lazyrich.app.lab as m; from pathlib import Path; "
        "m.copy_released(Path.cwd()); print(m.__file__)"
    )
    told = subprocess.run(
        [python, "-c", where], cwd=unpacked, check=True, capture_output=True, text=True
    ).stdout
    assert Path(told.strip()).is_relative_to(unpacked)
    command = [unpacked / ".venv" / "bin" / "lazyrich", "check", "00_start"]
    checked = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "visible checks passed" in checked.stdout
    assert "00.1" in checked.stdout
    shutil.rmtree(unpacked / ".venv")


def test_the_command_releases_and_writes_it(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    import autograder.releases.release

    monkeypatch.setattr(
        autograder.releases.release,
        "release",
        lambda course, name, **_: autograder.releases.release.Released(name, 80, 20, []),
    )
    result = printed(cli.app, ["release", "--bundle", str(tmp_path / "out.zip")])
    assert "files for students" in result
    assert zipfile.is_zipfile(tmp_path / "out.zip")
    shown = printed(cli.app, ["release", "--bundle", str(tmp_path)], code=1)
    assert "is a folder; name a file in it" in shown
    assert "points by checks" not in shown  # before anything is released
    one = ["release", "02_exact", "--bundle", str(tmp_path / "one.zip")]
    printed(cli.app, one)
    assert "lazy-to-rich/course/02_exact/02_exact.ipynb" in (
        zipfile.ZipFile(tmp_path / "one.zip").namelist()
    )


def test_without_a_course_it_says_what_to_do(tmp_path):
    for name in ("constraints.txt", "LICENSE", ".gitignore"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    with pytest.raises(FileNotFoundError, match="run `autograder release`"):
        bundle(OwnCourse(tmp_path), tmp_path / "x.zip")
