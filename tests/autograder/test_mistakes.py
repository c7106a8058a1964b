"""Whatever is wrong with options, files and databases ends in a line that says what to do."""

import sqlite3

import pytest
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder import cli
from autograder.cli.faults import fault, writable


@pytest.fixture
def course(small, at_once, monkeypatch):
    hand_in(small, "ada", answers(small))
    monkeypatch.chdir(small.root)
    return small


def run(*command, answer=None):
    return CliRunner().invoke(cli.app, [*map(str, command)], input=answer)


def line(*command):
    """The message with which a command ends, and no traceback."""
    ran = run(*command)
    assert ran.exit_code == 1, ran.output
    assert isinstance(ran.exception, SystemExit), ran.exception
    assert "Traceback" not in ran.output
    return " ".join(ran.output.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--isolation", "none"], "expected 'walls' or 'process', got 'none'"),
        (["--csv", "missing/x.csv"], "missing/x.csv cannot be written: there is no folder"),
        (["--csv", "."], ". is a folder; name a file in it"),
        (["--student", "nobody"], "nobody handed in nothing for 09_lab: put files into"),
        (["--student", "../x"], "expected letters, digits"),
    ],
    ids=["isolation", "csv", "folder", "nobody", "no id"],
)
def test_a_wrong_option_is_told_before_anything_is_graded(course, at_once, options, words):
    assert words in line("grade", NAME, *options)
    assert at_once == []


def test_a_csv_file_that_cannot_be_written_is_told_by_every_command(course):
    run("grade", NAME)
    for command in (["table", NAME], ["export", NAME]):
        assert "there is no folder" in line(*command, "--csv", "missing/x.csv")
    writable(course.root / "new.csv")
    assert not (course.root / "new.csv").exists(), "a file that is only tried leaves nothing"


@pytest.mark.parametrize("command", ["grade", "table", "report", "feedback", "export", "similar"])
def test_records_that_are_damaged_are_told(course, command):
    run("grade", NAME)
    course.records.write_bytes(b"no records" * 1000)
    options = ["--csv", "x.csv"] if command == "export" else []
    assert "records.db: restore the damaged one from a copy" in line(command, NAME, *options)


def test_records_that_are_locked_are_told(course, monkeypatch):
    run("grade", NAME)
    monkeypatch.setattr("autograder.grading.records.PATIENCE", 0.0)
    lock = sqlite3.connect(course.records, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    assert "has locked a database of the course" in line("grade", NAME)
    lock.close()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(30, "Read-only file system", "records.db"), "records.db: Read-only file system"),
        (OSError(28, "No space left on device"), "the disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "Make it writable"),
        (sqlite3.OperationalError("unable to open database file"), "cannot be read"),
    ],
    ids=["read-only", "full", "readonly database", "no database"],
)
def test_faults_of_the_machine_are_told_with_what_to_do(error, words):
    assert words in fault(error)


def test_faults_of_the_program_keep_their_traceback():
    assert fault(KeyError("x")) == fault(ValueError("x")) == fault(TypeError("x")) == ""


def test_forgetting_somebody_unknown_is_told_and_removes_nobody(course):
    run("grade", NAME)
    assert "this course has no data of nosuch: check the id. Nobody was removed" in line(
        "forget", "ada", "nosuch"
    )
    assert (course.inbox / "ada").is_dir()


def test_forgetting_asks_before_it_removes_a_submission(course):
    refused = run("forget", "ada", answer="n\n")
    assert refused.exit_code == 1
    assert "autograder/inbox/ada" in refused.output
    assert (course.inbox / "ada").is_dir()
    assert run("forget", "ada", "--yes").exit_code == 0
    assert not (course.inbox / "ada").exists()
