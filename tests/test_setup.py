"""`make lab`, `lazyrich doctor` and what stands between a newcomer and the first notebook."""

import contextlib
import importlib.metadata
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from commands import printed
from packaging.specifiers import SpecifierSet
from patience import FACTOR, until
from typer.testing import CliRunner

from lazyrich.app import cli, doctor, lab
from lazyrich.app.paths import course_root

ROOT = Path(__file__).parents[1]


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A small course of its own, so that tests never touch the reader's work/."""
    (tmp_path / "course" / "00_start").mkdir(parents=True)
    (tmp_path / "course" / "00_start" / "00_start.ipynb").write_text('{"cells": []}')
    (tmp_path / "course" / "01_next" / "data").mkdir(parents=True)
    (tmp_path / "course" / "01_next" / "data" / "x.csv").write_text("1")
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


class TestCopy:
    def test_what_is_not_there_yet_is_copied(self, course):
        new = lab.copy_released(course)
        assert sorted(p.relative_to(course / "work").as_posix() for p in new) == [
            "00_start/00_start.ipynb",
            "01_next/data/x.csv",
        ]

    def test_nothing_is_overwritten_and_what_was_deleted_comes_back(self, course):
        lab.copy_released(course)
        mine = course / "work" / "00_start" / "00_start.ipynb"
        mine.write_text("my night's work")
        (course / "work" / "01_next" / "data" / "x.csv").unlink()
        assert [p.name for p in lab.copy_released(course)] == ["x.csv"]
        assert mine.read_text() == "my night's work"

    def test_a_release_after_one_has_begun_is_told_and_overwrites_nothing(self, course):
        released = course / "course" / "01_next" / "01_next.ipynb"

        def release(checksum):
            flags = {"nbgrader": {"grade_id": "a", "checksum": checksum}}
            released.write_text(json.dumps({"cells": [{"metadata": flags, "source": "x"}]}))

        release("1")
        lab.copy_released(course)
        mine = course / "work" / "01_next" / "01_next.ipynb"
        mine.write_text(mine.read_text().replace('"x"', '"my work"'))
        assert lab.released_again(course) == []
        release("2")
        assert lab.copy_released(course) == []
        (line,) = lab.released_again(course)
        assert line.startswith("01_next was released again")
        assert "my work" in mine.read_text()
        mine.write_text("{")
        assert lab.released_again(course) == []

    def test_a_read_only_original_gives_a_copy_that_can_be_written(self, course):
        original = course / "course" / "00_start" / "00_start.ipynb"
        original.chmod(stat.S_IRUSR)
        lab.copy_released(course)
        assert os.stat(course / "work" / "00_start" / "00_start.ipynb").st_mode & stat.S_IWUSR


class TestCommand:
    @pytest.mark.parametrize(
        ("files", "words"),
        [
            ([], ""),
            (["a.ipynb", "b.ipynb", "c.md"], " (new: 2 notebooks and 1 page)"),
            (["x.csv"], " (new: 1 other file)"),
        ],
    )
    def test_what_is_new_is_counted_by_its_kind(self, files, words):
        assert lab.newly([Path(file) for file in files]) == words

    def test_jupyterlabs_warning_about_its_own_settings_is_not_shown(self, monkeypatch):
        monkeypatch.setenv("PYTHONWARNINGS", "error::SyntaxWarning")
        theirs, ours = lab.lab_environment()["PYTHONWARNINGS"].split(",")
        assert theirs == "error::SyntaxWarning"
        assert ours.startswith("ignore:ServerApp.token")

    def test_it_serves_work_on_this_machine_only_and_opens_the_first_notebook(self, course):
        lab.copy_released(course)
        command = lab.lab_command(course, port=9123, browser=False)
        assert "--ip=127.0.0.1" in command
        assert "--port=9123" in command
        assert f"--ServerApp.root_dir={course / 'work'}" in command
        assert "--LabApp.default_url=/lab/tree/00_start/00_start.ipynb" in command
        assert "--no-browser" in command

    def test_root_is_allowed_and_others_are_not_asked_to_be_root(self, course, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        assert "--allow-root" in lab.lab_command(course, port=9123)
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        assert "--allow-root" not in lab.lab_command(course, port=9123)

    def test_without_a_screen_no_browser_is_opened(self, course, monkeypatch):
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert "--no-browser" in lab.lab_command(course, port=9123)
        assert "--no-browser" not in lab.lab_command(course, port=9123, browser=True)

    def test_our_settings_come_first_and_theirs_stay(self, monkeypatch):
        monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/their/own")
        paths = lab.lab_environment()["JUPYTER_CONFIG_PATH"].split(os.pathsep)
        assert paths[1:] == ["/their/own"]
        assert json.loads((Path(paths[0]) / "labconfig" / "page_config.json").read_text())[
            "disabledExtensions"
        ]


class TestPorts:
    def test_a_taken_port_is_passed_over(self, taken_port):
        assert doctor.free_port(taken_port) not in (None, taken_port)
        assert doctor.free_port(taken_port, tried=1) is None

    def test_the_doctor_says_what_to_do_when_all_are_taken(self, taken_port, monkeypatch, course):
        monkeypatch.setattr(doctor, "TRIED_PORTS", 1)
        monkeypatch.setattr(doctor, "free_port", lambda first: None)
        (finding,) = [f for f in doctor.examine(course, port=taken_port) if f.name == "port"]
        assert not finding.ok
        assert "close other Jupyter servers" in finding.remedy


class TestDoctor:
    def test_all_is_well_here(self, course):
        findings = doctor.examine(course)
        assert [f.name for f in findings] == ["Python", "packages", "torch", "port", "work folder"]
        assert [f for f in findings if not f.ok] == []

    def test_a_missing_and_an_outdated_package_are_named(self, course, monkeypatch):
        wanted = [
            "numpy>=99",
            "no-such-package",
            "ipywidgets>=1; extra == 'lab'",
            "pytest; extra == 'dev'",
        ]
        monkeypatch.setattr(doctor.importlib.metadata, "requires", lambda name: wanted)
        (finding,) = [f for f in doctor.examine(course) if f.name == "packages"]
        assert not finding.ok
        assert "no-such-package is missing" in finding.state
        assert "expected >=99" in finding.state
        assert "ipywidgets" not in finding.state

    def test_a_broken_torch_is_a_line_and_not_a_traceback(self, course, monkeypatch):
        monkeypatch.setitem(sys.modules, "torch", None)
        result = printed(cli.app, ["doctor"], code=1)
        assert "wrong torch" in result
        assert "To fix it" in result
        assert "Traceback" not in result


class TestCommands:
    def test_outside_a_course_the_installed_one_is_used(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert course_root() == ROOT

    def test_a_folder_that_cannot_be_written_is_said_so(self, course, monkeypatch):
        def refuse(root):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(lab, "copy_released", refuse)
        result = CliRunner().invoke(cli.app, ["lab"])
        assert result.exit_code == 1
        assert "make the folder writable" in result.output

    def test_check_of_a_notebook_that_does_not_exist(self, course):
        result = printed(cli.app, ["check", "99_nothing"], code=1)
        assert "99_nothing" in result
        assert "Traceback" not in result


TABLE = "Python: 3.11, as required"


@pytest.fixture(
    params=["Makefile", "autograder/releases/student_kit/Makefile"], ids=["ours", "the students'"]
)
def installed(request, tmp_path):
    """A folder with a Makefile and stand-ins for what it installs: each notes how it is called.
    Runs make there."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("constraints.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    shutil.copyfile(ROOT / request.param, tmp_path / "Makefile")
    for name in ("python", "lazyrich", "autograder"):
        script = tmp_path / ".venv" / "bin" / name
        table = f'[ "$1" != doctor ] || {{ echo "{TABLE}"; [ ! -e broken ] || exit 1; }}'
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/calls"\n{table}\n')
        script.chmod(0o755)

    def make(*words):
        (tmp_path / "calls").write_text("")
        environment = {
            name: value
            for name, value in os.environ.items()
            # `make test ARGS=...` exports its words to all that it starts
            if not (name.startswith("MAKE") or name in ("MFLAGS", "ARGS", "PYTHON"))
        }  # of the one around
        ran = subprocess.run(
            ["make", *words], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        calls = (tmp_path / "calls").read_text().splitlines()
        return ran, [call for call in calls if not call.startswith("python")]

    return tmp_path, make


class TestMake:
    def test_the_doctors_table_is_printed_once_and_only_where_it_is_asked_for(self, installed):
        """At the first use, which installs, as at every other."""
        folder, make = installed
        for _ in range(2):
            ran, _ = make("doctor")
            assert (ran.returncode, ran.stdout.count(TABLE)) == (0, 1), ran.stderr
        for stamp in (folder / ".venv").glob(".*"):
            stamp.unlink()
        ran, calls = make("lab")
        assert ran.stdout.splitlines() == ["Installing into .venv: about 3 minutes, once."]
        assert calls == ["lazyrich doctor", "lazyrich lab"]
        assert make("lab")[0].stdout == ""

    @pytest.mark.parametrize("target", ["doctor", "lab"])
    def test_what_is_wrong_after_installing_is_printed_once(self, installed, target):
        folder, make = installed
        (folder / "broken").touch()
        ran, calls = make(target)
        assert ran.returncode != 0
        assert ran.stdout.count(TABLE) == 1
        assert "Fix what is marked wrong above, then run this again." in ran.stdout
        assert calls == ["lazyrich doctor"]

    def test_each_command_is_run_once(self, installed):
        folder, make = installed
        make("lab")
        assert make("demo")[1] == ["lazyrich demo"]
        if "grade:" in (folder / "Makefile").read_text():
            make("release")
            assert make("grade")[1] == ["autograder release", "autograder grade --examples"]
            assert make("desk")[1] == ["autograder lab"]
            assert make("formgrade")[1] == ["autograder lab --formgrader"]

    def test_every_name_it_knows_is_a_target_and_every_other_fails(self, installed):
        folder, make = installed
        text = (folder / "Makefile").read_text()
        phony = " ".join(re.findall(r"^\.PHONY: (.*)$", text, re.M)).split()
        assert sorted(phony) == sorted(
            re.findall(r"^([.a-z-]+):(?!=)", text.replace(".PHONY:", ""), re.M)
        )
        shown = make("help")[0].stdout
        assert sorted(re.findall(r"^\s+make ([a-z-]+)", shown, re.M)) == sorted(
            n for n in phony if n[0] != "."
        )
        ours = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[0].split()
        for name in {*ours, "tset"} - {*phony}:
            ran, calls = make(name)
            assert ran.returncode != 0
            assert f"No rule to make target '{name}'" in ran.stderr
            assert calls == []


@pytest.mark.slow
def test_make_lab_serves_the_notebooks_and_leaves_the_repository_clean(course, taken_port):
    """The whole command, as `make lab` runs it: a taken port, no browser."""
    before = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    command = [
        sys.executable,
        "-m",
        "lazyrich.app.cli",
        "lab",
        "--no-browser",
        "--port",
        str(taken_port),
    ]
    log = (course / "log").open("w")
    server = subprocess.Popen(command, cwd=course, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = wait_for_address(course / "log", server)
        with urllib.request.urlopen(
            address.replace("/lab/tree", "/api/contents"), timeout=300 * FACTOR
        ) as reply:
            assert json.load(reply)["name"] == "00_start.ipynb"
        page = urllib.request.urlopen(address, timeout=300 * FACTOR).read().decode()
        disabled = json.loads(re.search(r'"disabledExtensions": (\[.*?\])', page).group(1))
        assert "@jupyter/nbgrader" in disabled
    finally:
        server.terminate()
        server.wait(timeout=60 * FACTOR)
    text = (course / "log").read_text()
    assert f"Port {taken_port} is taken" in text
    assert "Traceback" not in text
    after = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert after == before


def wait_for_address(log: Path, server: subprocess.Popen) -> str:
    def said() -> str:
        assert server.poll() is None, log.read_text()
        lines = [
            line
            for line in log.read_text().splitlines()
            if "http://127.0.0.1" in line and "token=" in line
        ]
        return lines[0][lines[0].index("http") :].strip() if lines else ""

    address = until(said, 300)
    assert address, "JupyterLab did not start: " + log.read_text()
    return address


def test_the_lock_can_be_installed_with_every_python_that_the_project_allows():
    """Debian's Python is 3.11.2: a package that needs 3.11.5 would end `make lab` there."""
    lock = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert len(lock) > 100
    too_new = {}
    for name in lock:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):  # for another system
            needed = importlib.metadata.metadata(name).get("Requires-Python") or ""
            if not SpecifierSet(needed).contains("3.11.0"):
                too_new[name] = needed
    assert too_new == {}
