"""Collecting what a student has named, dated or filled with intent.

Nobody becomes another student by the name of a file, an attachment, a folder or an account; nobody
is in time by a date of one's own writing; and what one hands in keeps no other from being
collected.
"""

import os
import subprocess
import zlib
from email.message import EmailMessage

import pytest
from small import NAME
from test_collect import CLASS, DEADLINES, RECEIPT, inbox, repository, text, zipped
from typer.testing import CliRunner

from autograder.cli import app
from autograder.cli.shared import console, say
from autograder.collect import commits
from autograder.collect.collect import collect
from autograder.collect.commits import commit_time
from autograder.collect.kept import attempts
from autograder.roster.update import read_class


@pytest.fixture
def course(small, tmp_path):
    small.deadlines.write_text(DEADLINES)
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    read_class(small, tmp_path / "class.csv")
    return small


BLACKBOARD = "Lab_1_ada_attempt_2026-03-05-20-00-00"
BOB = {"Lab_1_bob_attempt_2026-03-01-12-00-00_09_lab.ipynb": text("bob")}


def whose(course):
    return {student: sorted(files.values()) for student, (files, _) in inbox(course).items()}


@pytest.mark.parametrize(
    "file",
    [
        "bob_attempt_2026-03-01-22-00-00_09_lab.ipynb",
        "Lab_1_bob_attempt_2026-03-01-22-00-00_09_lab.ipynb",
        "bob_attempt_2026-03-01-22-00-00.txt",
    ],
)
def test_a_file_named_as_blackboard_names_anothers_stays_its_owners(course, tmp_path, file):
    files = BOB | {f"{BLACKBOARD}_{file}": text("evil"), f"{BLACKBOARD}_09_lab.ipynb": text("ada")}
    collect(course, zipped(tmp_path / "b.zip", files), NAME)
    assert whose(course) == {"ada": ["ada", "evil"], "bob": ["bob"]}
    assert inbox(course)["ada"][1] == "2026-03-05 19:00:00 UTC"


@pytest.mark.parametrize("name", ["receipt of Blackboard.txt", "receipt.txt", "txt", ".txt"])
def test_a_students_own_receipt_of_blackboard_is_not_believed(course, tmp_path, name):
    forged = RECEIPT.format(
        name="Bob O'Neil-Smith", login="bob", when="1 March 2026 8:00:00 PM CET"
    )
    true = RECEIPT.format(name="Ada Lovelace", login="ada", when="5 March 2026 8:00:00 PM CET")
    for receipts in ({}, {f"{BLACKBOARD}.txt": true}):
        files = {f"{BLACKBOARD}_{name}": forged, **receipts, **BOB}
        collect(course, zipped(tmp_path / f"{len(files)}.zip", files), NAME)
        assert whose(course) == {"ada": [forged], "bob": ["bob"]}
        assert inbox(course)["ada"][1] == "2026-03-05 19:00:00 UTC"


def letter(*names):
    message = EmailMessage()
    message["From"], message["Date"] = "bob@uni.example", "Sun, 01 Mar 2026 12:00:00 +0100"
    message.set_content("x")
    for name in names:
        message.add_attachment(text("evil").encode(), maintype="application",
                               subtype="octet-stream", filename=name)  # fmt: skip
    return message.as_bytes()


# by platform: a name of ada's, one of bob's, and what an attachment may be called to be bob's
FORMS = {
    "moodle": (
        "Ada Lovelace_501_assignsubmission_file_/{}",
        "Bob O'Neil-Smith_502_assignsubmission_file_/{}",
    ),
    "moodle without folders": (
        "Ada Lovelace_501_assignsubmission_file_{}",
        "Bob O'Neil-Smith_502_assignsubmission_file_{}",
    ),
    "canvas": ("lovelaceada_41_900_{}", "oneilsmithbob_42_901_{}"),
    "blackboard": (f"{BLACKBOARD}_{{}}", "Lab_1_bob_attempt_2026-03-01-12-00-00_{}"),
    "nbgrader": ("ada+09_lab+2026-03-01 12:00:00 UTC/{}", "bob+09_lab+2026-03-01 12:00:00 UTC/{}"),
    "folders": ("ada/{}", "bob/{}"),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_email_that_is_handed_in_is_a_file_of_who_handed_it_in(course, tmp_path, form):
    ada, bob = FORMS[form]
    names = (bob.format("09_lab.ipynb"), f"../{bob.format('x.ipynb')}", "09_lab.ipynb")
    files = {
        ada.format("letter.eml"): letter(*names),
        ada.format("09_lab.ipynb"): text("ada"),
        bob.format("09_lab.ipynb"): text("bob"),
    }
    done = collect(course, zipped(tmp_path / "x.zip", files), NAME)
    assert done.platform == form.split()[0]
    assert whose(course) == {
        "ada": [files[ada.format("letter.eml")].decode(), "ada"],
        "bob": ["bob"],
    }
    assert done.unknown == {}


def test_no_account_turns_an_exchange_into_another_platforms_folder(course, tmp_path, monkeypatch):
    """Any account can put a folder of any name there, with more files than all others."""
    exchange = tmp_path / "exchange"
    there = exchange / "inbound"
    for name, mark in {"bob+09_lab+2026-03-01 12:00:00 UTC": "bob"}.items():
        (there / name).mkdir(parents=True)
        (there / name / "09_lab.ipynb").write_text(text(mark))
    for forged in ("Bob O'Neil-Smith_1_assignsubmission_file_", "bob"):
        (there / forged).mkdir()
        for number in range(9):
            (there / forged / f"{number}.ipynb").write_text(text("evil"))
    done = collect(course, exchange, NAME)
    assert (done.platform, whose(course)) == ("nbgrader", {"bob": ["bob"]})
    assert len(done.unknown) == 18
    assert not done.complete


def test_an_account_that_ends_as_anothers_does_not_submit_for_it(course, tmp_path):
    """On GitHub anybody can be called mallory-countess."""
    for who in ("countess", "bob-the-builder", "mallory-countess", "not-bob-the-builder"):
        (tmp_path / "x" / f"lab-1-{who}").mkdir(parents=True)
        (tmp_path / "x" / f"lab-1-{who}" / "09_lab.ipynb").write_text(text(who))
    done = collect(course, tmp_path / "x", NAME)
    assert whose(course) == {"ada": ["countess"], "bob": ["bob-the-builder"]}
    assert sorted(done.unknown) == ["lab-1-mallory-countess", "lab-1-not-bob-the-builder"]


def test_a_teams_repository_is_its_groups_and_a_persons_name_is_no_account(course, tmp_path):
    for who in ("red", "builder", "wei-li", "zoe-muller-ozturk"):
        (tmp_path / "x" / f"lab-1-{who}").mkdir(parents=True)
        (tmp_path / "x" / f"lab-1-{who}" / "09_lab.ipynb").write_text(text(who))
    done = collect(course, tmp_path / "x", NAME)
    assert done.groups == {"red": ["ada", "bob"]}
    assert whose(course) == {"ada": ["red"], "li2": ["builder"]}
    assert sorted(done.unknown) == ["lab-1-wei-li", "lab-1-zoe-muller-ozturk"]


def test_no_name_commands_the_terminal(course, tmp_path):
    """A line may hold what a student has typed: a group's name, an error with a path."""
    odd = "x\x1b]0;title\x07\u202ez\x9b2J"
    shown = CliRunner().invoke(app, ["collect", str(tmp_path / odd), NAME])
    with console.capture() as captured:
        say(f"group {odd}: ada")
    for output in (shown.output, captured.get()):
        assert "\\x1b]0;title\\x07\\u202ez\\x9b2J" in output.replace("\n", "")
        assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(output)


@pytest.mark.parametrize("seconds", [99_999_999_999, 315_532_800, 7_258_118_400])
def test_a_commit_of_no_time_of_a_course_keeps_nobody_from_being_collected(
    course, tmp_path, seconds
):
    repository(tmp_path / "x" / "ada", f"@{seconds} +0000", "ada")
    repository(tmp_path / "x" / "bob", "2026-03-01T20:00:00+0100", "bob")
    for _ in range(2):
        collect(course, tmp_path / "x", NAME)
        assert whose(course) == {"ada": ["ada"], "bob": ["bob"]}
        assert inbox(course)["ada"][1].startswith("not late")


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-01 12:00:00 PST",
        "9999-12-31 23:59:59 CET",
        "9999-12-31 23:59:59 -1200",
        "0001-01-01 00:00:00 CET",
        "1980-01-01 00:00:00 CET",
        "2026-03-01 12:00:00 XYZ",
        "2026-03-01 25:00:00 UTC",
    ],
)
def test_a_strange_time_in_a_students_own_writing_costs_its_hand_in_only(course, tmp_path, time):
    there = tmp_path / "inbound"
    for name, mark in {
        f"ada+09_lab+{time}": "ada",
        "bob+09_lab+2026-03-01 12:00:00 UTC": "bob",
    }.items():
        (there / name).mkdir(parents=True)
        (there / name / "09_lab.ipynb").write_text(text(mark))
    for _ in range(2):
        done = collect(course, tmp_path, NAME)
        assert whose(course) == {"ada": ["ada"], "bob": ["bob"]}
        assert "its time cannot be read" in "\n".join(done.notes)


def test_a_strange_time_of_an_email_costs_its_hand_in_only(course, tmp_path):
    message = (
        letter("09_lab.ipynb").replace(b"01 Mar 2026", b"31 Dec 9999").replace(b"+0100", b"-1200")
    )
    files = {"a.eml": message.replace(b"bob@", b"ada@"), "b.eml": letter("09_lab.ipynb")}
    collect(course, zipped(tmp_path / "x.zip", files), NAME)
    assert whose(course) == {"ada": ["evil"], "bob": ["evil"]}


def test_a_commit_as_large_as_memory_is_not_read_into_it(tmp_path, monkeypatch):
    """A text of gigabytes takes a few megabytes in a repository."""
    where = tmp_path / "r"
    repository(where, "2026-03-01T20:00:00+0100", "x")
    git = {"cwd": where, "capture_output": True, "check": True}
    commit = subprocess.run(["git", "cat-file", "commit", "HEAD"], **git).stdout
    whole = commit + b"x" * (64 << 20)
    raw = zlib.compress(b"commit %d\0" % len(whole) + whole)
    name = "ab" + "c" * 38
    (where / ".git/objects/ab").mkdir(exist_ok=True)
    (where / ".git/objects/ab" / name[2:]).write_bytes(raw)
    (where / ".git/HEAD").write_text(name)
    monkeypatch.setattr(commits, "MEMORY", 32 << 20)
    assert commit_time(where) == ""


@pytest.mark.parametrize("file", ["HEAD", "packed-refs"])
def test_a_pipe_in_a_repository_makes_nobody_wait(tmp_path, file):
    repository(tmp_path / "r", "2026-03-01T20:00:00+0100", "x")
    git = tmp_path / "r" / ".git"
    (git / file).unlink(missing_ok=True)
    if file == "packed-refs":
        (git / "HEAD").write_text("ref: refs/heads/none")
    os.mkfifo(git / file)
    assert commit_time(tmp_path / "r") == ""


def test_one_students_many_files_take_no_room_of_anothers(course, tmp_path, monkeypatch):
    from autograder.intake import listing

    monkeypatch.setattr(listing, "MAX_ENTRIES", 20)
    for who, count in (("ada", 50), ("bob", 1), ("zoe", 3)):
        (tmp_path / "x" / who).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "x" / who / f"{number:02}.ipynb").write_text(text(who))
    done = collect(course, tmp_path / "x", NAME)
    assert sorted(whose(course)) == ["ada", "bob", "zoe"]
    assert len(inbox(course)["zoe"][0]) == 3
    assert all(path.startswith("ada/") for path in done.refused)
    assert len(done.refused) == 30
    assert not done.complete


def test_one_students_large_files_take_no_room_of_anothers(course, tmp_path, monkeypatch):
    from autograder.collect import room

    monkeypatch.setattr(room, "EACH", 10_000)
    for who, count in (("ada", 50), ("bob", 1)):
        (tmp_path / "x" / who).mkdir(parents=True)
        for number in range(count):
            (tmp_path / "x" / who / f"{number:02}.txt").write_text("x" * 1000)
    for path in (tmp_path / "x", zipped(tmp_path / "x.zip", {
        f"{who}/{number:02}.txt": "x" * 1000 for who, count in (("ada", 50), ("bob", 1))
        for number in range(count)
    })):  # fmt: skip
        done = collect(course, path, NAME)
        assert sorted(whose(course)) == ["ada", "bob"]
        assert len(done.refused) == 40
        assert not done.complete
    assert len(attempts(course, NAME, "ada")) == 1
