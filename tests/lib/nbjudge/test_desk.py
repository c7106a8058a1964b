"""The visible checks at a student's desk."""

import io
import json

import labs
import pytest
from rich.console import Console

from nbjudge import local_check


@pytest.fixture
def root(tmp_path):
    for folder, book in (
        ("course", labs.release()),
        ("work", labs.submission(norm="def norm(v):\n    return 7.0")),
    ):
        for name in ("01_small", "02_other"):
            (tmp_path / folder / name).mkdir(parents=True)
            (tmp_path / folder / name / f"{name}.ipynb").write_text(json.dumps(book))
    return tmp_path


def shown(report) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(local_check.render(report))
    return console.file.getvalue()


def test_a_check_tells_what_passed_and_why_not(root):
    report = local_check.check("01_small", root=root, limits=labs.LIMITS)
    assert (report.score, report.points, report.points_left) == (2, 7, 3)
    text = shown(report)
    assert "norm of (3, 4): expected 5, got 7" in text
    assert "1 of 3 visible checks passed, 2 of 7 points" in text
    assert "Hidden checks run at grading for 3 more points" in text


@pytest.mark.parametrize("name", ["01", "01_small.ipynb", "work/01_small/01_small.ipynb"])
def test_a_notebook_may_be_named_in_short(root, name):
    assert local_check.check(name, root=root, limits=labs.LIMITS).points == 7


def test_one_exercise_may_be_checked_alone(root):
    for folder in ("course", "work"):
        (root / folder / "01_small").rename(root / folder / "09_small")
        (root / folder / "09_small" / "01_small.ipynb").rename(
            root / folder / "09_small" / "09_small.ipynb"
        )
    report = local_check.check("09.2", root=root, limits=labs.LIMITS)
    assert {check.exercise for check in report.checks} == {"09.2"}
    assert (report.score, report.points, report.points_left) == (0, 5, 0)
    with pytest.raises(ValueError, match=r"no exercise '09.3'; it has 09.1, 09.2"):
        local_check.check("09.3", root=root)


def test_any_file_may_be_checked(root, tmp_path):
    copy = tmp_path / "my copy.ipynb"
    copy.write_text(json.dumps(labs.submission()))
    assert local_check.check("01_small", root=root, path=copy, limits=labs.LIMITS).score == 7


def test_a_path_means_that_file_and_no_other(root, tmp_path, monkeypatch):
    """The copy in work/ has a wrong answer; these files have none."""
    for name in ("01_small.ipynb", "hand-in (2).ipynb"):
        file = tmp_path / "elsewhere" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("\ufeff" + json.dumps(labs.submission()), encoding="utf-8")
        assert local_check.check(str(file), root=root, limits=labs.LIMITS).score == 7
        monkeypatch.chdir(file.parent)
        assert local_check.check(name, root=root, limits=labs.LIMITS).score == 7
    for path in ("some/where/01_small.ipynb", "some/where/01_small", "work/01_small"):
        with pytest.raises(FileNotFoundError, match=f"there is no file {path}: is the path right"):
            local_check.check(path, root=root)
    strange = tmp_path / "strange.ipynb"
    for cells in ([], None, "cells", [3, {}, {"metadata": 1}, {"metadata": {"nbgrader": []}}]):
        strange.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        with pytest.raises(ValueError, match="none of the course's notebooks: 01_small, 02_other"):
            local_check.check(str(strange), root=root)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("01_smal1", "did you mean 01_small"),
        ("0", "01_small or 02_other"),
        ("zzz", "there are 01_small"),
    ],
)
def test_a_wrong_name_gets_a_hint(root, name, hint):
    with pytest.raises(FileNotFoundError, match=hint):
        local_check.check(name, root=root)


def test_a_notebook_that_was_not_copied_yet_says_what_to_do(root):
    (root / "work" / "01_small" / "01_small.ipynb").unlink()
    with pytest.raises(FileNotFoundError, match="make lab"):
        local_check.check("01_small", root=root)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nbformat": 3}', "\x00"])
def test_an_unreadable_file_says_what_to_do(root, content):
    (root / "work" / "01_small" / "01_small.ipynb").write_text(content)
    with pytest.raises(ValueError, match="JupyterLab"):
        local_check.check("01_small", root=root)


def test_the_students_text_is_shown_as_it_is_not_as_markup(root):
    book = labs.submission(norm="def norm(v):\n    raise ValueError('[red]no[/red] [/]')")
    (root / "work" / "01_small" / "01_small.ipynb").write_text(json.dumps(book))
    assert "[red]no[/red] [/]" in shown(
        local_check.check("01_small", root=root, limits=labs.LIMITS)
    )
