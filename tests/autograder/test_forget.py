"""What is kept of a student can be given to the student, and be removed; both say what they do."""

import json
import os
import re
import sqlite3
import zipfile
from pathlib import Path

import courses
import nbformat
import pytest
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from autograder.backup.student import write_student
from autograder.backup.write import backup
from autograder.cli import app
from autograder.courses import find
from autograder.feedback_pages.cells import cell_role
from autograder.feedback_pages.feedback import feedback
from autograder.grading.alone import alone
from autograder.grading.grade import grade
from autograder.grading.records import Records
from autograder.grading.sharing import share
from autograder.grading.students import copies, forget, traces


def grade_two(course):
    for student in ("ada", "bob"):
        hand_in(course, student, answers(course))
    grade(course, NAME)
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Ada", email="ada@example.org")
        grade_row = gradebook.find_grade("essay", NAME, NAME, "ada")
        grade_row.manual_score, grade_row.needs_manual_grade = 17, False
        gradebook.find_comment("essay", NAME, NAME, "ada").manual_comment = "Well said."
        gradebook.db.commit()


@pytest.fixture
def term(small_after, monkeypatch):
    course = small_after(grade_two)
    monkeypatch.chdir(course.root)
    return course


def run(*words, answer=""):
    return CliRunner().invoke(app, ["forget", *words], input=answer)


def test_one_students_data_are_written_and_nothing_is_removed(term, tmp_path):
    feedback(term, NAME, "ada")
    os.symlink(tmp_path, term.inbox / "ada" / "link")
    before = traces(term, "ada")
    result = run("ada", "--export", str(tmp_path / "ada.zip"))
    assert result.exit_code == 0, result.output
    assert "nothing was removed" in result.output
    assert "links or not regular files: link" in result.output
    assert traces(term, "ada") == before
    with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert f"files/autograder/inbox/ada/{NAME}/{NAME}.ipynb" in files
    assert f"files/autograder/feedback/ada/{NAME}/{NAME}.html" in files
    book = json.loads(files["gradebook.json"])
    (submission,) = book["submissions"]
    assert (book["email"], submission["score"]) == ("ada@example.org", 97.0)
    assert submission["notebooks"][0]["comments"] == {"essay": "Well said."}
    records = json.loads(files["records.json"])
    assert {"arrivals", "scores"} <= set(records)
    # nothing of others, and nothing of hidden checks
    assert "bob" not in "".join(files.values())
    text = "".join(files.values())
    hidden = [row for row in Records(term.records).scores("ada", NAME) if row["kind"] == "hidden"]
    seeds = {row["seed"] for row in hidden} - {"0"}
    assert seeds
    assert not any(seed in text for seed in seeds)
    graded = nbformat.read(term.graded("ada", NAME) / f"{NAME}.ipynb", as_version=4)
    released = (term.released / NAME / f"{NAME}.ipynb").read_text()
    tests = [cell for cell in graded.cells if cell_role(cell) == "test"]
    lines = {line for cell in tests for line in cell.source.splitlines()}
    unseen = {line for line in lines if json.dumps(line)[1:-1] not in released and len(line) > 20}
    assert any("checks." in line for line in unseen)
    assert not any(json.dumps(line)[1:-1] in text for line in unseen)


def test_an_export_overwrites_nothing_and_is_of_one_student(term, tmp_path):
    (tmp_path / "a.zip").write_text("mine")
    assert "exists already" in run("ada", "--export", str(tmp_path / "a.zip")).output
    assert (tmp_path / "a.zip").read_text() == "mine"
    assert "name exactly one" in run("ada", "bob", "--export", "b.zip").output
    with pytest.raises(ValueError, match="this course has no data of zed"):
        write_student(term, "zed", tmp_path / "z.zip")
    assert not (tmp_path / "z.zip").exists()


def test_it_asks_and_says_what_goes_and_what_stays(term):
    file = backup(term).path
    term.deadlines.write_text("# ada had an accident\n")
    refused = run("ada", answer="n\n")
    assert refused.exit_code == 1
    for words in ("the gradebook", "the records", "autograder/inbox/ada", file.name):
        assert words in refused.output
    assert "deadlines.toml, which names ada" in refused.output
    assert "the records" in traces(term, "ada")
    assert run("ada", answer="y\n").exit_code == 0
    assert traces(term, "ada") == []
    assert traces(term, "bob") != []
    assert file.is_file()


def test_it_does_not_run_beside_a_grading(term):
    """Which would write again what is removed."""
    with alone(term):
        refused = run("ada", "--yes")
        released = CliRunner().invoke(app, ["release", NAME])
    for one in (refused, released):
        assert one.exit_code == 1
        assert "another command is grading this course" in " ".join(one.output.split())
    assert "the gradebook" in traces(term, "ada")


def test_it_names_copies_of_the_gradebook_and_what_is_nobodys(term):
    """A changed release leaves a copy of the gradebook beside it."""
    assert copies(term, ["ada"]) == []
    (term.runtime / "gradebook.db.before-1").touch()
    (term.unknown / NAME / "one").mkdir(parents=True)
    listed = "\n".join(copies(term, ["ada"]))
    assert "gradebook.db.before-1 (may hold" in listed
    assert "collected/_unknown (may hold" in listed


def test_nothing_removed_can_be_read_in_the_files_of_the_databases(term, monkeypatch):
    """SQLite leaves removed rows in its file where it was not built to overwrite them."""

    def connect(*words, connect=sqlite3.connect, **more):
        db = connect(*words, **more)
        db.execute("PRAGMA secure_delete = OFF")
        return db

    monkeypatch.setattr(sqlite3, "connect", connect)
    monkeypatch.setattr(sqlite3.dbapi2, "connect", connect)
    files = (Path(make_url(term.gradebook).database), term.records)
    assert b"ada@example.org" in files[0].read_bytes()
    assert re.search(rb"ada\W*09_lab", files[1].read_bytes())
    assert list(forget(term, ["ada"])) == ["ada"]
    assert b"ada@example.org" not in files[0].read_bytes()
    assert not re.search(rb"ada\W*09_lab", files[1].read_bytes())


def test_in_an_nbgrader_course_what_was_handed_in_is_given_and_goes_too(tmp_path):
    root = courses.make(tmp_path / "any", {"squares": courses.notebook()})
    work = root / "submitted" / "ada" / "ps1" / "squares.ipynb"
    work.parent.mkdir(parents=True)
    work.write_text("{}")
    course = find(root)
    assert traces(course, "ada") == ["submitted/ada/ps1"]
    write_student(course, "ada", tmp_path / "ada.zip")
    with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
        assert "files/submitted/ada/ps1/squares.ipynb" in archive.namelist()
    list(forget(course, ["ada"]))
    assert not list(root.rglob("*ada*"))


def test_the_records_do_not_say_that_a_members_work_counted_for_others(small):
    share(small, NAME, ["ada", "bob"])
    assert traces(small, "ada") == ["the records"]
    list(forget(small, ["ada"]))
    with Records(small.records).opened() as db:
        assert db.execute("SELECT * FROM shared").fetchall() == []
