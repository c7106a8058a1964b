"""A backup holds what cannot be made again; a bad one changes nothing, a good one asks first."""

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import time
from contextlib import closing
from types import SimpleNamespace

import courses
import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in, picture
from typer.testing import CliRunner

from autograder.backup.parts import FORMAT, MANIFEST
from autograder.backup.restore import restore
from autograder.backup.write import backup
from autograder.cli import app
from autograder.courses import find
from autograder.courses.own import OwnCourse
from autograder.grading.alone import alone
from autograder.grading.grade import grade
from autograder.grading.writer import Stopped


def tree(folder):
    """Every file below a folder, but for the lock and the backups, with its content."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "backups" not in path.parts and path.name != ".grading.lock"
    }


def mark(course, student, points):
    with Gradebook(course.gradebook) as gradebook:
        grade = gradebook.find_grade("essay", NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def grade_two(course):
    for student in ("ada", "bob"):
        hand_in(course, student, answers(course))
    grade(course, NAME)
    mark(course, "ada", 17)


@pytest.fixture
def graded(small_after):
    return small_after(grade_two)


def test_whatever_happens_to_the_course_a_backup_brings_it_back(graded, at_once):
    course, before, files = graded, picture(graded), tree(graded.inbox)
    secret = course.secret()
    kept = course.collected / "ada" / NAME / "001" / "about.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    done = backup(course)
    assert done.parts == ["gradebook.db", "records.db", "secret", "inbox", "submitted", "collected"]
    assert done.path.stat().st_mode & 0o777 == 0o600
    mark(course, "ada", 3)
    (course.runtime / ".secret").write_text("cd" * 32)
    hand_in(course, "eve", answers(course))
    shutil.rmtree(course.inbox / "bob")
    shutil.rmtree(course.collected)
    course.records.write_bytes(b"rubbish" * 99)
    plan = restore(course, done.path)
    assert {"gradebook.db", "inbox"} <= set(plan.newer)
    assert (tree(course.inbox), course.secret()) == (files, secret)
    assert kept.is_file()
    assert (plan.aside / "records.db").read_bytes() == b"rubbish" * 99
    assert (plan.aside / "inbox" / "eve").is_dir()
    grade(course, NAME)  # makes autograded/ again, with the same scores and marks
    assert picture(course) == before


def test_files_keep_their_times_so_that_the_newest_notebook_is_still_graded(small, at_once):
    hand_in(small, "ada", answers(small), "old.ipynb")
    hand_in(small, "ada", answers(small, norm="def norm(v):\n    return 0"), "new.ipynb")
    folder = small.inbox / "ada" / NAME
    for name, at in (("old.ipynb", 1.7e9), ("new.ipynb", 1.7e9 + 9999.5)):
        os.utime(folder / name, (at, at))
    before = [one.marks.total for one in grade(small, NAME)]
    restore(small, backup(small).path)
    assert (folder / "new.ipynb").stat().st_mtime == 1.7e9 + 9999.5
    assert [one.marks.total for one in grade(small, NAME, again=True)] == before == [40]


def test_a_backup_is_asked_about_before_anything_changes(graded, monkeypatch):
    monkeypatch.chdir(graded.root)
    made = printed(app, ["backup"])
    assert "read back" in made
    (file,) = (graded.runtime / "backups").iterdir()
    quiet = CliRunner().invoke(app, ["restore", str(file)], input="n\n")
    assert "CHANGED SINCE THE BACKUP" not in quiet.output
    mark(graded, "ada", 3)
    later = time.time() + 60
    os.utime(graded.runtime / "gradebook.db", (later, later))
    before = tree(graded.root)
    asked = printed(app, ["restore", str(file)], code=1, input="n\n")
    assert "CHANGED SINCE THE BACKUP, so newer marks or files would become older" in asked
    assert "gradebook.db" in asked
    assert tree(graded.root) == before
    printed(app, ["restore", str(file)], input="y\n")
    with Gradebook(graded.gradebook) as gradebook:
        assert gradebook.find_grade("essay", NAME, NAME, "ada").manual_score == 17


@pytest.mark.parametrize("change", ["nothing", "a mark", "a file", "a file's name", "the secret"])
def test_a_copied_course_is_as_it_was_but_for_what_changed(graded, tmp_path, change):
    """A copy (`cp -r`) has new times in all files."""
    file = backup(graded).path
    copied = OwnCourse(shutil.copytree(graded.root, tmp_path / "copy", copy_function=shutil.copy))
    for path in copied.runtime.rglob("*"):
        os.utime(path, (time.time() + 60,) * 2)
    work = copied.inbox / "ada" / NAME / f"{NAME}.ipynb"
    if change == "a mark":
        mark(copied, "ada", 3)
    elif change == "a file":
        work.write_bytes(work.read_bytes().replace(b"norm", b"NORM", 1))
    elif change == "a file's name":
        work.rename(work.with_name("x.ipynb"))
    elif change == "the secret":
        (copied.runtime / ".secret").write_text("cd" * 32)
    os.utime(copied.runtime / "gradebook.db", (time.time() + 60,) * 2)
    changed = {"a mark": ["gradebook.db"], "the secret": ["secret"], "nothing": []}
    assert restore(copied, file).newer == changed.get(change, ["inbox"])


def test_what_is_written_meanwhile_is_whole_and_what_lies_in_the_log_counts(graded):
    with closing(sqlite3.connect(graded.records)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("UPDATE arrivals SET received='in the log'")
        db.commit()
        assert graded.records.with_name("records.db-wal").stat().st_size > 0
        file = backup(graded).path
    restore(graded, file)
    with closing(sqlite3.connect(graded.records)) as db:
        assert db.execute("SELECT DISTINCT received FROM arrivals").fetchall() == [("in the log",)]
    assert not graded.records.with_name("records.db-wal").exists()


def test_links_are_not_followed_and_are_told(graded, tmp_path):
    (tmp_path / "private").write_text("nobody's business")
    os.symlink(tmp_path / "private", graded.inbox / "ada" / "link")
    os.symlink(tmp_path, graded.inbox / "folder")
    done = backup(graded)
    assert sorted(done.left) == ["inbox/ada/link", "inbox/folder"]
    with tarfile.open(done.path) as tar:
        assert all(member.isreg() for member in tar)
        assert not any("link" in name or "private" in name for name in tar.getnames())


def refused(course, file, words):
    before = tree(course.root)
    with pytest.raises(ValueError, match=words):
        restore(course, file)
    assert tree(course.root) == before


def test_a_backup_that_is_cut_off_or_changed_anywhere_changes_nothing(graded, tmp_path):
    whole = backup(graded).path.read_bytes()
    file = tmp_path / "bad.tar.gz"
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 9000, len(whole) - 400):
        file.write_bytes(whole[:length])
        refused(graded, file, "nothing was changed")
    for place in (20, len(whole) // 3, len(whole) - 500):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        refused(graded, file, "nothing was changed")


def made(tmp_path, *members, listed=None, **about):
    """A backup by hand: (name, content, fields of its header)."""
    listed = {n: [len(c), hashlib.sha256(c).hexdigest()] for n, c, _ in members} | (listed or {})
    about = {"format": FORMAT, "made": "2026-01-01T00:00:00+00:00", "members": listed} | about
    file = tmp_path / "made.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for name, content, fields in [*members, (MANIFEST, json.dumps(about).encode(), {})]:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for field, value in fields.items():
                setattr(info, field, value)
            tar.addfile(info, io.BytesIO(content))
    return file


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("inbox/x", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})], "is a link"),
        ([("inbox/x", b"", {"type": tarfile.LNKTYPE, "linkname": "secret"})], "is a link"),
        ([("inbox/x", b"", {"type": tarfile.FIFOTYPE})], "not a regular file"),
        ([("../gradebook.db", b"x", {})], "leads out of the backup"),
        ([("inbox/../../x", b"x", {})], "leads out of the backup"),
        ([("/tmp/x", b"x", {})], "leads out of the backup"),
        ([("secret", b"x", {}), ("secret", b"x", {})], "appears twice"),
        ([("gradebook.db", b"no database", {})], "damaged database"),
        ([("solutions/x", b"x", {})], "a backup of another course"),
        ([("secret", b"x", {"pax_headers": {"mtime": "nan"}})], "nan is not a valid time"),
        ([("secret", b"x", {"pax_headers": {"mtime": "1e300"}})], "1e[+]300 is not a valid time"),
    ],
)
def test_a_hostile_backup_changes_nothing(small, tmp_path, members, words):
    refused(small, made(tmp_path, *members), words)


def test_a_folder_of_an_older_backup_comes_back_to_where_it_was(small, tmp_path):
    """Earlier versions called submitted/ "inbox-2"; a backup that has both is not ours."""
    old = ("inbox-2/ada/09_lab/x.ipynb", b"{}", {})
    refused(small, made(tmp_path, old, ("submitted/x", b"x", {})), "inbox-2, which this course")
    plan = restore(small, made(tmp_path, old))
    assert plan.comes == ["submitted"]
    assert (small.submitted / "ada" / "09_lab" / "x.ipynb").read_bytes() == b"{}"


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"listed": {"inbox/y": [1, "00"]}}, "do not match its list"),
        ({"listed": {"secret": [1, "00"]}}, "do not match its list"),
        ({"format": "another-2"}, "another version"),
        ({"made": "yesterday"}, "does not say when"),
    ],
)
def test_a_list_that_does_not_fit_is_refused(small, tmp_path, about, words):
    refused(small, made(tmp_path, ("secret", b"x", {}), **about), words)


def test_another_file_is_no_backup(small, tmp_path):
    (tmp_path / "a.tar.gz").write_bytes(gzip.compress(b"hello"))
    refused(small, tmp_path / "a.tar.gz", "is not a backup")
    with pytest.raises(FileNotFoundError):
        restore(small, tmp_path / "nowhere.tar.gz")


def test_a_damaged_gradebook_is_not_backed_up_and_no_backup_is_overwritten(graded, tmp_path):
    file = backup(graded, tmp_path / "mine.tar.gz").path
    kept = file.read_bytes()
    with pytest.raises(ValueError, match="exists already"):
        backup(graded, file)
    (graded.runtime / "gradebook.db").write_bytes(b"SQLite format 3\0" + b"rubbish" * 999)
    with pytest.raises(ValueError, match="restore the last backup"):
        backup(graded, tmp_path / "other.tar.gz")
    assert sorted(p.name for p in tmp_path.glob("*.tar.gz*")) == ["mine.tar.gz"]
    assert file.read_bytes() == kept


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_full_disk_is_told_as_that_and_not_as_a_damaged_backup(graded, monkeypatch, command):
    monkeypatch.chdir(graded.root)
    file = backup(graded, graded.runtime / "backups" / "old.tar.gz").path
    before = tree(graded.runtime)
    full = SimpleNamespace(free=10)
    monkeypatch.setattr("autograder.backup.read.shutil.disk_usage", lambda folder: full)
    words = [command] if command == "backup" else [command, str(file), "--yes"]
    shown = printed(app, words, code=1)
    assert "the disk is full. Free some space" in shown
    assert "damaged" not in shown
    assert (tree(graded.runtime), [*file.parent.iterdir()]) == (before, [file])
    assert "is a folder; name a file" in printed(app, ["restore", str(file.parent)], code=1)


def test_neither_runs_beside_a_grading(graded):
    file = backup(graded).path
    with alone(graded):
        with pytest.raises(Stopped, match="another command"):
            backup(graded)
        with pytest.raises(Stopped, match="another command"):
            restore(graded, file)


def test_a_course_of_nbgrader_is_kept_too(tmp_path):
    courses.make(tmp_path / "course", {"squares": courses.notebook()})
    work = tmp_path / "course" / "submitted" / "ada" / "ps1" / "squares.ipynb"
    work.parent.mkdir(parents=True)
    work.write_text("{}")
    course = find(tmp_path / "course")
    file = backup(course, tmp_path).path
    shutil.rmtree(course.root / "submitted")
    page = course.returned("ada", "ps1") / "squares.html"  # of marks that are newer
    page.parent.mkdir(parents=True)
    page.touch()
    plan = restore(course, file)
    assert work.read_text() == "{}"
    assert (plan.aside / "feedback" / "ada" / "ps1" / "squares.html").is_file()
    assert not page.exists()
