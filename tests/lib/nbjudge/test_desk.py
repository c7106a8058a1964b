"""Run the visible checks on a student's own machine."""

import io
import json

import labs
import pytest
from rich.console import Console

from nbjudge import local_check
from nbjudge.results import CheckResult, Report, Status

VISIBLE = CheckResult("1.1", "values", "visible", "check", 2.0, 0.0, Status.FAILED, "no")


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
    assert "1 of 3 visible checks passed, 2 of 7 visible points" in text
    assert "7 of 10 points are visible; hidden checks give the other 3 at grading" in text


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(), "This notebook has no graded checks."),
        (Report(points_left=3.0), "hidden checks give all 3 points"),
        (Report(checks=[VISIBLE]), "0 of 2 visible points (0.0 s)\nThere are no hidden checks."),
    ],
)
def test_full_marks_of_the_visible_checks_are_not_taken_for_all_points(report, words):
    assert words in shown(report)


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


def test_progress_is_told_check_by_check(root):
    begun = []
    report = local_check.check("01_small", root=root, progress=begun.append)
    assert [each.grade_id for each in begun] == [each.grade_id for each in report.checks]


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
        with pytest.raises(FileNotFoundError, match=f"there is no file {path}: check the path"):
            local_check.check(path, root=root)
    strange = tmp_path / "strange.ipynb"
    for cells in ([], None, "cells", [3, {}, {"metadata": 1}, {"metadata": {"nbgrader": []}}]):
        strange.write_text(json.dumps({"nbformat": 4, "cells": cells}))
        with pytest.raises(
            ValueError, match="not one of the course's notebooks: 01_small, 02_other"
        ):
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


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "utf-16"])
def test_a_message_that_the_terminal_cannot_show_ends_no_command(root, monkeypatch, encoding):
    from lazyrich.app import cli

    message = "double raised ValueError: \u6f22 \ud800 \xe9"
    result = CheckResult("1.1", "values", "visible", "check", 2.0, 0.0, Status.ERROR, message)
    monkeypatch.setattr(cli, "course_root", lambda: root)
    monkeypatch.setattr(local_check, "check", lambda name, **_: Report([result]))
    output = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    monkeypatch.setattr("sys.stdout", output)
    cli.app(["check", "01_small"], standalone_mode=False)
    assert "double raised ValueError" in output.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_of_any_unicode_encoding_is_read(root, encoding):
    path = root / "work" / "01_small" / "01_small.ipynb"
    path.write_text(path.read_text(), encoding=encoding)
    assert len(local_check._read(path)["cells"]) > 5


def test_a_cell_that_is_no_valid_unicode_costs_its_exercise_only(root):
    path = root / "work" / "01_small" / "01_small.ipynb"
    book = labs.submission(double="def double(x):\n    return '\ud800'")
    path.write_text(json.dumps(book))
    report = local_check.check("01_small", root=root, limits=labs.LIMITS)
    assert labs.statuses(report)["ex2-value"] == "passed"
    assert labs.statuses(report)["ex1-number"] == "missing"
    assert "not valid Unicode" in shown(report)


def test_a_result_that_is_deep_the_second_time_fails_its_check_only(root):
    path = root / "work" / "01_small" / "01_small.ipynb"
    deep = (
        "calls = []\ndef double(x):\n    calls.append(x)\n    value = 5.0\n"
        "    for _ in range(33 if len(calls) > 1 else 0): value = [value]\n    return value"
    )
    path.write_text(json.dumps(labs.submission(double=deep)))
    report = local_check.check("01_small", root=root, limits=labs.LIMITS)
    assert labs.statuses(report)["ex1-number"] == "failed"
    assert labs.statuses(report)["ex2-value"] == "passed"
