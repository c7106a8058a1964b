"""Make, release, check and grade the course of the README, which is not about networks."""

import io
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from courses import empty_gradebook
from rich.console import Console

import nbjudge
from autograder.courses import find
from autograder.releases.release import release
from nbjudge import local_check

README = Path(nbjudge.__file__).with_name("README.md").read_text()
MAKE, CHECK, GRADE = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
(PRINTED,) = re.findall(r"^```text\n(.*?)^```", README, re.M | re.S)
NAME = "01_celsius"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """The course as the instructor has it after `autograder release`."""
    root = tmp_path_factory.mktemp("temperature")
    (root / "course").mkdir()
    (root / "pyproject.toml").touch()
    (root / "autograder").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        # nbgrader calls alembic by name.
        scripts = str(Path(sys.executable).parent)
        patch.setenv("PATH", os.pathsep.join([scripts, os.environ["PATH"]]))
        (root / "autograder" / "gradebook.db").write_bytes(empty_gradebook())
        exec(MAKE, {})
        result = release(find(), NAME)
    assert (result.automatic, result.manual) == (80, 20)
    return root


@pytest.fixture
def course(released, tmp_path, monkeypatch):
    shutil.copytree(released, tmp_path / "course")
    monkeypatch.chdir(tmp_path / "course")
    return tmp_path / "course"


def hand_in(course: Path, formula: str) -> None:
    """Write a student's answer into the copy in work/."""
    book = json.loads((course / "course" / NAME / f"{NAME}.ipynb").read_text())
    (answer,) = [cell for cell in book["cells"] if cell["id"] == "answer"]
    answer["source"] = f"def celsius(f):\n    return {formula}"
    (course / "work" / NAME).mkdir(parents=True)
    (course / "work" / NAME / f"{NAME}.ipynb").write_text(json.dumps(book))


def test_the_release_holds_neither_the_solution_nor_the_hidden_check(course):
    text = (course / "course" / NAME / f"{NAME}.ipynb").read_text()
    assert "Exercise 01.1: your code goes here" in text
    assert "1.8\\n" not in text
    assert "checks.rng" not in text


def test_a_wrong_answer_is_checked_and_graded_as_the_readme_says(course, capsys):
    hand_in(course, "(f - 30) / 2")
    exec(CHECK, {})
    assert "water boils: expected 100, got 91" in capsys.readouterr().out
    exec(GRADE, {})
    assert capsys.readouterr().out == PRINTED


def test_a_right_answer_earns_all_points(course):
    hand_in(course, "5 * (f - 32) / 9")
    report = local_check.check("01.1", root=course)
    assert (report.score, report.points, report.points_left) == (40, 40, 40)
    console = Console(file=io.StringIO(), width=120)
    console.print(local_check.render(report))
    assert "1 of 1 visible checks passed" in console.file.getvalue()
    space: dict = {}
    exec(GRADE, space)
    assert space["report"].score == 80
    assert {result.status for result in space["report"].checks} == {nbjudge.Status.PASSED}
