"""What is kept as judged is what was read, whatever lies in the inbox before and afterward."""

import json
import shutil
from contextlib import contextmanager

import pytest
from commands import printed
from small import NAME, answers, hand_in

import autograder.grading.pool
import autograder.intake.pieces
from autograder.cli import app
from autograder.grading.grade import grade
from autograder.grading.keys import outdated
from autograder.intake import files

WRONG = "def double(x):\n    return x"


def test_a_file_that_is_swapped_while_it_is_judged_is_judged_again(small, at_once, monkeypatch):
    """One file lies there when the grading starts and when it ends, another one was read."""
    real = autograder.grading.pool.take_in
    hand_in(small, "ada", answers(small))

    def swapped(course, name, student):
        hand_in(course, student, answers(course, double=WRONG))
        try:
            return real(course, name, student)
        finally:
            hand_in(course, student, answers(course))

    with monkeypatch.context() as patch:
        patch.setattr("autograder.grading.pool.take_in", swapped)
        assert grade(small, NAME)[0].automatic == 40
    assert grade(small, NAME)[0].automatic == 80
    assert grade(small, NAME)[0].automatic == 80
    assert at_once == ["ada", "ada"]


@pytest.mark.parametrize("file", [f"{NAME}.ipynb", "timestamp.txt"])
def test_a_file_that_was_being_written_is_read_again(small, at_once, monkeypatch, file):
    hand_in(small, "ada", answers(small))
    hand_in(small, "ada", "2026-03-01 12:00:00 UTC", "timestamp.txt")
    real = files._opened

    @contextmanager
    def written(below, entry):
        with real(below, entry) as (opened, status):
            if entry.name == file:
                with entry.folder.joinpath(*entry.path).open("a") as other:
                    other.write("\n")
            yield opened, status

    with monkeypatch.context() as patch:
        patch.setattr(files, "_opened", written)
        patch.setattr(autograder.intake.pieces, "PAUSE", 0.0)
        assert "was being written" in grade(small, NAME)[0].reason
    found = grade(small, NAME)[0]
    assert found.automatic == 80
    assert found.time.when == "2026-03-01 12:00:00 UTC"


@pytest.mark.parametrize("swap", [False, True])
def test_a_notebook_that_nbgrader_collected_is_kept_as_it_was_read(
    small, at_once, monkeypatch, swap
):
    """It lies in submitted/, and nothing in the inbox."""
    path = small.built("ada", NAME) / f"{NAME}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(answers(small)))
    real = autograder.grading.pool.judge_notebook

    def swapped(*about):
        path.write_text(json.dumps(answers(small)))
        return real(*about)

    with monkeypatch.context() as patch:
        if swap:
            real_take = autograder.grading.pool.take_in
            wrong = json.dumps(answers(small, double=WRONG))
            patch.setattr(
                "autograder.grading.pool.take_in",
                lambda *about: (path.write_text(wrong), real_take(*about))[1],
            )
            patch.setattr("autograder.grading.pool.judge_notebook", swapped)
        assert grade(small, NAME)[0].automatic == (40 if swap else 80)
    assert grade(small, NAME)[0].automatic == 80
    assert at_once == ["ada"] * (1 + swap)


def test_an_unchanged_submission_is_judged_once(small, at_once):
    hand_in(small, "ada", answers(small))
    hand_in(small, "ada", "not a notebook", "notes.txt")
    hand_in(small, "ada", "2026-03-01 12:00:00 UTC", "timestamp.txt")
    hand_in(small, "bob", b"PK\\x03\\x04 no zip", "work.zip")
    for _ in range(2):
        grade(small, NAME)
    assert sorted(at_once) == ["ada", "bob"]


def test_every_output_names_whose_work_was_not_graded_as_it_lies_there_now(
    small, at_once, monkeypatch, tmp_path
):
    monkeypatch.chdir(small.root)
    for student in ("ada", "bob", "cy"):
        hand_in(small, student, answers(small))
    grade(small, NAME)
    outputs = [["table", NAME], ["report", NAME], ["export", "--csv", str(tmp_path / "x.csv")]]
    for command in outputs:
        assert "changed after grading" not in printed(app, command)
    hand_in(small, "bob", answers(small, double=WRONG))
    hand_in(small, "dee", answers(small))
    for command in outputs:
        said = " ".join(printed(app, command).split())
        assert "the work of bob, dee changed after grading; run `autograder grade" in said
    assert outdated(small, NAME) == ["bob", "dee"]
    grade(small, NAME, ["bob"])
    assert outdated(small, NAME) == ["dee"]
    shutil.rmtree(small.inbox / "dee")
    assert outdated(small, NAME) == []
