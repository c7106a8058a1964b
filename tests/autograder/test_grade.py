"""From the inbox to the gradebook: every submission ends with a stored score and a reason."""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest
import small
from commands import printed
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook

from autograder import cli
from autograder.courses import find
from autograder.courses.own import OwnCourse
from autograder.examples import make
from autograder.grading.grade import grade
from autograder.grading.judging import Judged
from autograder.grading.outcome import _reason, outcome
from autograder.grading.records import Arrival, Records
from autograder.grading.students import forget
from autograder.reports import table
from nbjudge.nbgrader_rules import beside_note
from nbjudge.results import CheckResult, Report

NAME = "01_invariant"
SCORES = {
    "example-perfect": 80,
    "example-other-style": 80,
    "example-renamed-stripped": 80,
    "example-syntax-error": 70,
    "example-cancellation": 65,
    "example-rates-swapped": 58,
    "example-sequential": 58,
    "example-truncated": 48,
    "example-half-done": 36,
}
REASONS = {
    "example-perfect": "all checks passed",
    "example-other-style": "all checks passed",
    "example-renamed-stripped": "the file is called 'my homework (2).ipynb'",
    "example-syntax-error": "SyntaxError",
    "example-cancellation": "lost to rounding",
    "example-rates-swapped": "your two learning rates look swapped",
    "example-sequential": "made from the old values",
    "example-truncated": "cut off or damaged",
    "example-half-done": "not answered yet",
}


def autograded(course, student, name=NAME):
    return json.loads(
        (course.runtime / "autograded" / student / name / f"{name}.ipynb").read_text()
    )["cells"]


@pytest.mark.parametrize("student", SCORES)
def test_each_example_ends_with_its_score_and_a_reason(graded, student):
    course, outcomes = graded
    assert set(outcomes) == set(SCORES)
    assert outcomes[student].automatic == SCORES[student]
    assert REASONS[student] in outcomes[student].reason
    with Gradebook(course.gradebook) as gradebook:
        submission = gradebook.find_submission(NAME, student)
        assert (
            sum(g.auto_score or 0 for n in submission.notebooks for g in n.grades)
            == SCORES[student]
        )
    stored = Records(course.records).scores(student, NAME)
    assert sum(row["score"] for row in stored) == SCORES[student]
    assert len(stored) == 25
    assert Records(course.records).isolation(student, NAME).startswith(("walls", "process"))
    assert Records(course.records).stage(student, NAME).stage == "written"
    assert Records(course.records).arrival(student, NAME).sha256


def test_the_examples_are_made_from_what_is_released(tmp_path, monkeypatch):
    """`python -m autograder.examples.make` makes them anew."""
    stored = make.HERE
    monkeypatch.setattr(make, "HERE", tmp_path)
    make.main()
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.ipynb")}
    assert made == {path.relative_to(stored) for path in stored.rglob("*.ipynb")}
    for path in made:
        assert (stored / path).read_bytes() == (tmp_path / path).read_bytes(), path


def test_only_answered_questions_wait_for_a_person(graded):
    _, outcomes = graded
    waiting = {student for student, found in outcomes.items() if found.manual == "waiting"}
    assert waiting == {"example-perfect", "example-other-style", "example-rates-swapped"}


@pytest.mark.parametrize("student", SCORES)
def test_each_test_cell_holds_one_number_and_no_error(graded, student):
    course, _ = graded
    for cell in autograded(course, student):
        nbgrader = cell["metadata"].get("nbgrader", {})
        if cell["cell_type"] == "code" and nbgrader.get("grade"):
            results = [o for o in cell["outputs"] if o["output_type"] == "execute_result"]
            (text,) = ["".join(o["data"]["text/plain"]) for o in results]
            assert 0 <= float(text) <= nbgrader["points"]
            assert not [
                o
                for o in cell["outputs"]
                if o["output_type"] == "error" or o.get("name") == "stderr"
            ]


def figures(course, student):
    shown = [o for c in autograded(course, student) for o in c.get("outputs", []) if "data" in o]
    return sum("<img alt=" in "".join(o["data"].get("text/html", "")) for o in shown)


def test_given_cells_that_only_show_are_run_only_if_all_cells_are_asked_for(graded, tmp_path):
    course, _ = graded
    assert figures(course, "example-perfect") == 0
    course = small.small_course(tmp_path)
    small.hand_in(course, "ada", small.answers(course))
    found = []
    for each in (course, replace(course, all_cells=True)):
        (ended,) = grade(each, small.NAME, isolation="process", trusted=True)
        (shows,) = [c for c in autograded(course, "ada", small.NAME) if c["id"] == "c-use"]
        found.append(
            ("".join(line for o in shows["outputs"] for line in o["text"]), ended.exercises)
        )
    assert found[0][0] == ""
    assert found[1][0] == "10\n"  # the same command with --all-cells grades again
    assert found[0][1] == found[1][1]


def test_hidden_inputs_are_drawn_anew_for_each_student(graded):
    course, _ = graded
    seeds = {
        student: {
            row["seed"]
            for row in Records(course.records).scores(student, NAME)
            if row["kind"] == "hidden"
        }
        for student in SCORES
    }
    assert len(set.union(*seeds.values())) == sum(map(len, seeds.values()))


def test_the_secret_is_for_the_owner_only(graded):
    course, _ = graded
    assert (course.runtime / ".secret").stat().st_mode & 0o077 == 0


def test_grading_again_changes_nothing(graded):
    course, outcomes = graded
    again = grade(course, NAME, ["example-sequential"], trusted=True, again=True)
    assert again == [outcomes["example-sequential"]]
    with sqlite3.connect(course.runtime / "gradebook.db") as db:
        assert db.execute("SELECT COUNT(*) FROM submitted_assignment").fetchone()[0] == len(SCORES)


def test_nbgraders_own_command_gives_the_same_score_without_a_kernel(graded, tmp_path):
    """A kernel that starts would leave a trace: here it could not even start."""
    course, outcomes = graded
    fake = tmp_path / "kernels" / "python3"
    fake.mkdir(parents=True)
    trace = tmp_path / "a-kernel-started"
    argv = [sys.executable, "-c", f"open({str(trace)!r}, 'w')"]
    (fake / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "trap", "language": "python"})
    )
    command = [
        sys.executable,
        "-m",
        "nbgrader",
        "autograde",
        NAME,
        "--student=example-cancellation",
        "--force",
    ]
    environment = os.environ | {"JUPYTER_PATH": str(tmp_path), "JUPYTER_PREFER_ENV_PATH": "0"}
    run = subprocess.run(
        command, cwd=course.runtime, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert not trace.exists()
    assert outcome(course, NAME, "example-cancellation") == outcomes["example-cancellation"]


def test_nbgrader_exports_the_grades(graded, tmp_path):
    course, _ = graded
    command = [sys.executable, "-m", "nbgrader", "export", "--to", str(tmp_path / "grades.csv")]
    subprocess.run(command, cwd=course.runtime, check=True, capture_output=True)
    lines = (tmp_path / "grades.csv").read_text().splitlines()
    assert len([line for line in lines if "example-" in line]) == len(SCORES)


def test_what_has_not_changed_is_left_as_it_is(graded):
    """No judge process is started for it: none could be, at this level."""
    course, outcomes = graded
    assert grade(course, NAME, list(SCORES), workers=0, trusted=True) == [
        outcomes[student] for student in SCORES
    ]


def test_what_has_changed_is_graded_again(graded):
    course, _ = graded
    folder = course.inbox / "s-changing" / NAME
    folder.mkdir(parents=True)
    for example in ("example-half-done", "example-perfect"):
        shutil.copyfile(course.inbox / example / NAME / f"{NAME}.ipynb", folder / f"{NAME}.ipynb")
        (found,) = grade(course, NAME, ["s-changing"], trusted=True)
        assert found.automatic == SCORES[example]
    list(forget(course, ["s-changing"]))


def test_one_that_cannot_be_graded_does_not_stop_the_others(graded):
    course, _ = graded
    folder = course.inbox / "s-blocked" / NAME
    folder.mkdir(parents=True)
    shutil.copyfile(
        course.inbox / "example-perfect" / NAME / f"{NAME}.ipynb", folder / f"{NAME}.ipynb"
    )
    (course.submitted / "s-blocked").write_text("a file where a folder should be")
    first, second = grade(course, NAME, ["s-blocked", "example-perfect"], trusted=True, again=True)
    assert "not graded" in first.reason
    assert second.automatic == 80
    (course.submitted / "s-blocked").unlink()
    (first,) = grade(course, NAME, ["s-blocked"], trusted=True)
    assert first.automatic == 80
    list(forget(course, ["s-blocked"]))


def test_unreadable_submissions_get_zero_a_reason_and_no_open_question(graded):
    course, _ = graded
    cases = {
        "s-empty": ("01_invariant.ipynb", b"", "the file is empty"),
        "s-noise": ("01_invariant.ipynb", bytes(range(256)) * 4, "not a notebook"),
        "s-list": ("01_invariant.ipynb", b"[1, 2]", "has JSON in it, but not a notebook"),
        "s-future": ("01_invariant.ipynb", b'{"nbformat": 99, "cells": []}', "its format is 99"),
        "s-script": ("answer.py", b"print(1)", "expected a notebook (.ipynb), got .py"),
    }
    for student, (file, content, _) in cases.items():
        folder = course.inbox / student / NAME
        folder.mkdir(parents=True)
        (folder / file).write_bytes(content)
    for found in grade(course, NAME, list(cases), trusted=True):
        assert found.automatic == 0
        assert found.manual == "0"
        assert cases[found.student][2] in found.reason
    assert sorted(forget(course, list(cases))) == sorted(cases)
    assert not (course.inbox / "s-empty").exists()


def test_student_names_that_are_paths_are_refused(graded):
    course, _ = graded
    for student in ("../evil", "a/b", "", ".hidden", "x" * 65, "a..b"):
        with pytest.raises(ValueError, match="student"):
            grade(course, NAME, [student])


def test_the_same_file_keeps_the_time_at_which_it_came(graded):
    course, _ = graded
    before = Records(course.records).arrival("example-perfect", NAME)
    grade(course, NAME, ["example-perfect"], trusted=True, again=True)
    assert Records(course.records).arrival("example-perfect", NAME).received == before.received


def test_the_table_fits_a_terminal_and_a_spreadsheet(graded, tmp_path):
    from rich.console import Console

    _, outcomes = graded
    rows = [*outcomes.values()]
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table.render(NAME, rows))
    text = console.export_text()
    for student, score in SCORES.items():
        assert f"{score}/80" in next(
            line for line in text.splitlines() if line.strip().startswith(student)
        )
    table.write_csv(
        tmp_path / "t.csv", [*rows, type(rows[0])("mallory", reason="=cmd|' /C calc'!A0")]
    )
    lines = (tmp_path / "t.csv").read_text().splitlines()
    assert len(lines) == len(rows) + 2
    assert "'=cmd" in lines[-1]


def test_what_a_person_should_see_stands_first_in_the_reason(tmp_path):
    """Show what intake and the judge noted.

    A note on the checks of a foreign course is about the assignment, not about this row. Of an
    unreadable file, the judge saw nothing but what stands in for it.
    """
    course = OwnCourse(tmp_path)
    records = Records(course.records)
    copied = (
        "The answer to Exercise 09.1 contains 92% of the text of lazyrich.conserved.delta: "
        "was it copied?"
    )
    for problem in ("", "the file is empty"):
        records.arrived(
            "ada",
            NAME,
            Arrival("x", "a.ipynb", "2026-03-01 12:00:00 UTC", problem, ["one", "two", "three"]),
        )
        report = Report(
            notes=[
                copied,
                *beside_note(
                    [CheckResult("09.1", "g", "visible", "g", 1, 1, "passed", mode="compat")]
                ),
            ]
        )
        records.judged("ada", NAME, {NAME: Judged(new_notebook(), report, {})}, key="k")
        rows = [{"status": "passed"}]
        reason = _reason(rows, records.arrival("ada", NAME), records.notes("ada", NAME))
        noted = "one; two; and 1 more note" if problem else f"{copied}; one; and 2 more notes"
        assert reason.endswith(f" [{noted}]")
        assert reason.startswith(
            "could not be read: the file is empty" if problem else "all checks passed"
        )


def test_mistakes_at_the_command_line_end_in_a_line(tmp_path, monkeypatch):
    (tmp_path / "course").mkdir()
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.chdir(tmp_path)
    for command in (["grade"], ["grade", "99_nothing"], ["release", "99_nothing"]):
        result = printed(cli.app, command, code=1)
        assert "Traceback" not in result
    assert find().root == tmp_path


def test_grading_before_release_says_what_to_do(graded, tmp_path):
    course, _ = graded
    other = OwnCourse(tmp_path)
    shutil.copytree(course.solutions, other.solutions)
    with pytest.raises(FileNotFoundError, match="run `autograder release 01_invariant`"):
        grade(other, NAME)
