"""Collecting: zips with the names that Moodle, Canvas and Blackboard make, repositories, e-mails.

Each way, the right file lies in the right inbox with the right time, and nothing is lost.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import courses
import labs
import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.collect.again import place_again
from autograder.collect.collect import collect
from autograder.collect.commits import commit_time
from autograder.collect.exchange import late_arrivals
from autograder.collect.hand_in import HandIn
from autograder.collect.kept import attempts
from autograder.collect.logins import after_names
from autograder.collect.paths import safe_paths
from autograder.collect.times import Sheets, ZoneMissingError, read_moment
from autograder.courses import find
from autograder.deadlines.times import find_zone
from autograder.desk.people import Share
from autograder.desk.queue import entries, list_questions
from autograder.feedback_pages.feedback import feedback
from autograder.grading.grade import grade
from autograder.grading.gradebook import bring_up_to_date
from autograder.grading.outcome import outcomes
from autograder.grading.records import Records
from autograder.grading.sharing import share, shared
from autograder.grading.students import forget, traces
from autograder.intake import students_with
from autograder.reports.export import export
from autograder.roster.update import read_class

BERLIN = find_zone("Europe/Berlin")
DEADLINES = f"""
timezone = "Europe/Berlin"
penalty = "10% per day"
[{NAME}]
due = "2026-03-01 23:59"
extensions = {{ zoe = "7 days" }}
"""
CLASS = """student,name,email,canvas id,github,group
ada,Ada Lovelace,ada@uni.example,41,countess,red
bob,"O'Neil-Smith, Bob",bob@uni.example,42,bob-the-builder,red
zoe,Zoë Müller-Öztürk,zoe@uni.example,43,,
li1,Wei Li,li1@uni.example,44,,
li2,Wei Li,li2@uni.example,45,builder,
"""


def text(mark):
    """A notebook that can be told from others."""
    return json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, "m": mark})


class Unmarked(zipfile.ZipInfo):
    """A name in UTF-8 without the mark that says so, as rubyzip writes it for Canvas."""

    def _encodeFilenameFlags(self):
        return self.filename.encode(), self.flag_bits & ~0x800


def zipped(path, files, kind=zipfile.ZipInfo):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(kind(name, (2026, 3, 20, 12, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return path


@pytest.fixture
def course(small, tmp_path):
    small.deadlines.write_text(DEADLINES)
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    read_class(small, tmp_path / "class.csv")
    return small


def inbox(course):
    """By student: the files in the inbox and their marks, and what timestamp.txt says."""
    found = {}
    for folder in sorted(course.inbox.glob(f"*/{NAME}")):
        files = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name != "timestamp.txt":
                content = path.read_bytes()
                mark = json.loads(content)["m"] if b'"m"' in content else content.decode()
                files[path.relative_to(folder).as_posix()] = mark
        found[folder.parent.name] = (files, (folder / "timestamp.txt").read_text())
    return found


def works(course):
    """By student: the marks of the files in the inbox."""
    return {who: list(files.values()) for who, (files, _) in inbox(course).items()}


WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Last modified (submission)"
"Participant 501","Ada Lovelace",ada@uni.example,"Submitted for grading",,\
"Sunday, 1 March 2026, 10:14 PM"
"Participant 502","Zoë Müller-Öztürk",zoe@uni.example,"Submitted for grading - 1 day late",,\
"Monday, 2 March 2026, 11:58 PM"
"Participant 503","Wei Li",li1@uni.example,"Submitted for grading",,"Monday, 2 March 2026, 1:00 AM"
"Participant 504","Wei Li",li2@uni.example,"Submitted for grading",,"Sunday, 1 March 2026, 9:00 AM"
"Participant 505","Bob O'Neil-Smith",bob@uni.example,"No submission",,-
"""
MOODLE = {
    "Ada Lovelace_501_assignsubmission_file_/09_lab.ipynb": text("ada"),
    "Ada Lovelace_501_assignsubmission_file_/data/my table.csv": "1,2",
    "Ada Lovelace_501_assignsubmission_onlinetext_/onlinetext.html": "<p>Done</p>",
    "Zoë Müller-Öztürk_502_assignsubmission_file_/Übung, letzte (2).ipynb": text("zoe"),
    "Wei Li_503_assignsubmission_file_/09_lab.ipynb": text("li1"),
    "Wei Li_504_assignsubmission_file_/09_lab.ipynb": text("li2"),
}


def test_moodles_zip_and_worksheet(course, tmp_path):
    path = zipped(tmp_path / "CS-Lab-293581.zip", MOODLE)
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8-sig")
    done = collect(course, path, NAME, times=tmp_path / "worksheet.csv")
    assert (done.platform, sorted(done.new), done.complete) == (
        "moodle", ["ada", "li1", "li2", "zoe"], True
    )  # fmt: skip
    assert inbox(course) == {
        "ada": ({"09_lab.ipynb": "ada", "data/my table.csv": "1,2",
                 "onlinetext.html": "<p>Done</p>"}, "2026-03-01 21:14:00 UTC"),
        "zoe": ({"Übung, letzte (2).ipynb": "zoe"}, "2026-03-02 22:58:00 UTC"),
        "li1": ({"09_lab.ipynb": "li1"}, "2026-03-02 00:00:00 UTC"),
        "li2": ({"09_lab.ipynb": "li2"}, "2026-03-01 08:00:00 UTC"),
    }  # fmt: skip
    again = collect(course, path, NAME, times=tmp_path / "worksheet.csv")
    assert (again.new, sorted(again.same)) == ([], ["ada", "li1", "li2", "zoe"])
    assert len(attempts(course, NAME, "ada")) == 1


def test_moodle_without_a_worksheet_calls_nobody_late_and_says_so(course, tmp_path):
    done = collect(course, zipped(tmp_path / "m.zip", MOODLE), NAME)
    assert sorted(done.new) == sorted(done.untimed) == ["ada", "zoe"]
    assert "ada, zoe handed in, so they do not count as late" in "\n".join(done.lines())
    assert inbox(course)["ada"][1] == "not late (moodle does not say when it was handed in)"
    assert set(done.unknown) == {"Wei Li_503", "Wei Li_504"}
    assert "li1, li2 have this name" in done.unknown["Wei Li_503"]


@pytest.mark.parametrize(
    "form",
    [
        "{who}_assignsubmission_file/{file}",  # newer versions
        "{who}_assignsubmission_file_{file}",  # without folders
        "CS-Lab-293581/{who}_assignsubmission_file_/{file}",  # unpacked and packed again
    ],
)
def test_every_form_of_moodles_names_is_read(course, tmp_path, form):
    files = {
        form.format(who="Ada Lovelace_501", file="09_lab.ipynb"): text("ada"),
        form.format(who="Zoë Müller-Öztürk_502", file="09_lab.ipynb"): text("zoe"),
    }
    collect(course, zipped(tmp_path / "m.zip", files))
    assert {student: files for student, (files, _) in inbox(course).items()} == {
        "ada": {"09_lab.ipynb": "ada"}, "zoe": {"09_lab.ipynb": "zoe"}
    }  # fmt: skip


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["red-Ada Lovelace", "Default group-Zoë Müller-Öztürk", "red"], {"ada", "bob", "zoe"}),
        (["Group A-Ada Lovelace", "Group A-Zoë Müller-Öztürk"], {"ada", "zoe"}),  # it alone
        (["blue-Ada Lovelace", "red-Zoë Müller-Öztürk", "Anna-Wei Li", "x-y"], set()),
    ],
)
def test_a_group_before_a_name_is_left_out_if_it_is_known_or_stands_before_all(
    course, tmp_path, names, found
):
    files = {
        f"{name}_{k}_assignsubmission_file_/09_lab.ipynb": text(name)
        for k, name in enumerate(names, 501)
    }
    done = collect(course, zipped(tmp_path / "moodle.zip", files), NAME)
    assert set(done.new) == found
    assert len(done.unknown) == (0 if found else 4)
    if not found:
        assert "it ends in a student's name: if a group" in done.unknown["Anna-Wei Li_503"]
        assert done.unknown["x-y_504"] == "nobody in the class has this name"


def test_the_worksheet_of_another_assignment_is_refused(course, tmp_path):
    """Its times are those of another week, so that nobody would be late."""
    (tmp_path / "worksheet.csv").write_text(WORKSHEET.replace(" 50", " 90"), encoding="utf-8")
    source = zipped(tmp_path / "moodle.zip", MOODLE)
    with pytest.raises(ValueError, match=r"worksheet of another assignment: its .* 901, 902, 903"):
        collect(course, source, NAME, times=tmp_path / "worksheet.csv")
    assert inbox(course) == {}


def test_a_students_id_is_not_taken_for_the_number_of_a_participant(course, tmp_path):
    """Ida's row is missing, her id is 502, and participant 502 is Zoë, who came a day later."""
    (tmp_path / "more.csv").write_text("student,name,email\n502,Ida Rhodes,ida@uni.example\n")
    read_class(course, tmp_path / "more.csv", add=True)
    (tmp_path / "worksheet.csv").write_text(WORKSHEET, encoding="utf-8")
    files = MOODLE | {"Ida Rhodes_509_assignsubmission_file_/09_lab.ipynb": text("ida")}
    done = collect(
        course, zipped(tmp_path / "moodle.zip", files), NAME, times=tmp_path / "worksheet.csv"
    )
    assert done.untimed == ["502"]
    assert inbox(course)["zoe"][1] == "2026-03-02 22:58:00 UTC"


@pytest.mark.parametrize("roster", [True, False])
def test_hidden_names_are_told_as_what_they_are(course, small, tmp_path, roster):
    if not roster:
        for student in ("ada", "bob", "zoe", "li1", "li2"):
            Records(small.records).forget(student)
    for each, name in enumerate(("Participant", "Teilnehmer_in", "red-Participant")):
        files = {f"{name}_{k}_assignsubmission_file_/09_lab.ipynb": text(k) for k in (501, 502)}
        done = collect(course, zipped(tmp_path / f"{each}.zip", files), NAME)
        assert len(done.unknown) == 2
        assert all("'Reveal student identities'" in why for why in done.unknown.values())
    files = {f"anon_x{k}_{late}{k}_09_lab.ipynb": text(k) for k, late in ((7, ""), (8, "LATE_"))}
    with pytest.raises(ValueError, match="Canvas hides whose files these are"):
        collect(course, zipped(tmp_path / "canvas.zip", files), NAME)
    assert inbox(course) == {}


def test_a_moodle_number_is_never_taken_for_canvass(course, tmp_path):
    """The number of a participant is another in each assignment, and may be anybody's elsewhere."""
    files = {"Zoë Müller-Öztürk_41_assignsubmission_file_/09_lab.ipynb": text("zoe")}
    assert collect(course, zipped(tmp_path / "m.zip", files)).new == ["zoe"]


CANVAS = {
    "lovelaceada_41_9001_09_lab-1.ipynb": text("ada"),
    "oneilsmithbob_LATE_42_9002_09_lab.ipynb": text("bob"),
    "mülleröztürkzoë_LATE_43_9003_09_lab.ipynb": text("zoe"),
    "liwei_45_9004_my_09_lab_1_2.ipynb": text("li2"),
    "liwei_44_text.html": "<p>typed</p>",
}


@pytest.mark.parametrize("kind", [zipfile.ZipInfo, Unmarked])
def test_canvass_zip_says_who_and_who_is_late(course, tmp_path, kind):
    done = collect(course, zipped(tmp_path / "c.zip", CANVAS, kind), NAME)
    assert (done.platform, done.complete) == ("canvas", True)
    assert inbox(course) == {
        "ada": ({"09_lab-1.ipynb": "ada"}, "not late (canvas does not say when it was handed in)"),
        "bob": ({"09_lab.ipynb": "bob"}, "late (canvas does not say when it was handed in)"),
        "zoe": ({"09_lab.ipynb": "zoe"}, "late (canvas does not say when it was handed in)"),
        "li2": ({"my_09_lab_1_2.ipynb": "li2"},
                "not late (canvas does not say when it was handed in)"),
        "li1": ({"text.html": "<p>typed</p>"},
                "not late (canvas does not say when it was handed in)"),
    }  # fmt: skip
    assert done.late == ["bob", "zoe"]
    assert (
        "bob, zoe late, but does not say how late: the least lateness is counted" in done.lines()[1]
    )


def test_marks_follow_canvass_word_and_an_extension_of_ours_counts_more(course, at_once, tmp_path):
    book = json.dumps(answers(course))
    collect(course, zipped(tmp_path / "c.zip", dict.fromkeys(CANVAS, book)), NAME)
    found = {one.student: one for one in grade(course, NAME)}
    assert {s: one.marks.total for s, one in found.items() if one.marks} == {
        "ada": 80, "bob": 72, "zoe": 80, "li2": 80, "li1": 0
    }  # fmt: skip
    assert "late (the platform does not say how late), 8 points off" in found["bob"].reason
    assert (found["ada"].time.late, found["zoe"].time.late) == (0, 0)
    course.deadlines.write_text(DEADLINES.replace("03-01", "04-01").replace("10%", "20%"))
    assert bring_up_to_date(course, NAME).endswith("late penalties changed: bob")
    export(course, [NAME], tmp_path / "x.csv")
    with open(tmp_path / "x.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert (rows["bob"]["total"], rows["bob"]["time from"]) == ("64.0", "the platform")
    mark(course, "bob", 10, "In formgrader.")
    assert bring_up_to_date(course, NAME).endswith("a mark changed, so late penalties changed: bob")


def test_a_name_and_a_number_that_disagree_are_nobodys(course, tmp_path):
    files = {
        "turingalan_41_1_09_lab.ipynb": text("a"),
        "lovelaceada_99_2_09_lab.ipynb": text("b"),
        "anon_x1y2z_3_09_lab.ipynb": text("c"),
        "kingada_41_4_09_lab.ipynb": text("d"),
        "notes.txt": "?",
    }
    done = collect(course, zipped(tmp_path / "c.zip", files), NAME)
    assert done.new == ["ada"]  # "kingada" has her number and a part of her name
    assert (
        "its number or login is that of ada, but its name is not" in done.unknown["turingalan_41"]
    )
    assert "its name is that of ada, but the number of ada is 41" in done.unknown["lovelaceada_99"]
    assert "not named as canvas names files" in done.unknown["anon_x1y2z_3_09_lab.ipynb"]
    assert "not named as canvas names files" in done.unknown["notes.txt"]


def test_a_list_of_times_counts_more_than_canvass_word(course, tmp_path):
    (tmp_path / "t.csv").write_text("student,time\nada,2026-03-01 12:00\nbob,2026-03-05 12:00\n")
    done = collect(course, zipped(tmp_path / "c.zip", CANVAS), NAME, times=tmp_path / "t.csv")
    stamps = {student: stamp for student, (_, stamp) in inbox(course).items()}
    assert stamps["ada"] == "2026-03-01 11:00:00 UTC"
    assert stamps["bob"] == "2026-03-05 11:00:00 UTC"
    assert done.late == ["zoe"]


def test_the_same_work_handed_in_again_when_it_is_late_is_not_late(course, tmp_path):
    first = {"lovelaceada_41_1_09_lab.ipynb": text("ada")}
    collect(course, zipped(tmp_path / "a.zip", first), NAME)
    again = {"lovelaceada_LATE_41_2_09_lab.ipynb": text("ada")}
    assert collect(course, zipped(tmp_path / "b.zip", again), NAME).new == []
    assert inbox(course)["ada"][1].startswith("not late")
    other = {"lovelaceada_LATE_41_3_09_lab.ipynb": text("more")}
    done = collect(course, zipped(tmp_path / "c.zip", other), NAME)
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "ada"}
    assert "2 hand-ins" in "\n".join(done.lines())


def test_an_old_version_that_is_uploaded_once_more_counts(course, tmp_path):
    """Canvas's zip holds the newest only and says no times; its uploads are numbered."""
    for upload, mark in enumerate("ABA", 9):
        files = {f"lovelaceada_41_{upload}_09_lab.ipynb": text(mark)}
        collect(course, zipped(tmp_path / f"{upload}.zip", files), NAME)
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "A"}
    for upload in (9, 10, 11):  # the same files again change nothing
        collect(course, tmp_path / f"{upload}.zip", NAME)
        assert inbox(course)["ada"][0] == {"09_lab.ipynb": "A"}
    assert len(attempts(course, NAME, "ada")) == 3
    (tmp_path / "t.csv").write_text("student,time\nada,2026-03-01 12:00\n")
    collect(course, tmp_path / "11.zip", NAME, times=tmp_path / "t.csv")
    assert len(attempts(course, NAME, "ada")) == 3


def test_work_that_is_mended_by_hand_is_as_late_as_it_was(course, tmp_path):
    path = zipped(tmp_path / "c.zip", {"lovelaceada_LATE_41_1_09_lab.ipynb": text("ada")})
    collect(course, path, NAME)
    hand_in(course, "ada", text("mended"))
    collect(course, path, NAME)
    files, stamp = inbox(course)["ada"]
    assert files == {"09_lab.ipynb": "mended"}
    assert stamp.startswith("late")


@pytest.mark.parametrize("newest", [False, True])
@pytest.mark.parametrize(
    "second",
    [
        {"lovelaceada_41_9_statistics.csv": "1,2"},  # the data that were forgotten
        {"lovelaceada_LATE_41_9_09_lab.ipynb": ""},  # an upload that broke off
        {"lovelaceada_41_9_report.pdf": "%PDF", "lovelaceada_41_8_read.me.txt": "?"},
    ],
)
def test_a_hand_in_without_a_notebook_takes_no_ones_place(course, tmp_path, second, newest):
    first = {"lovelaceada_41_1_09_lab.ipynb": text("ada")}
    collect(course, zipped(tmp_path / "a.zip", first), NAME)
    done = collect(course, zipped(tmp_path / "b.zip", second), NAME, newest=newest)
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "ada"}
    assert "2 hand-ins; one without a time counts, because the newest" in "\n".join(done.lines())
    assert "has no notebook" in "\n".join(done.lines())
    assert len(attempts(course, NAME, "ada")) == 2


def test_a_hand_in_without_a_notebook_counts_where_none_has_one(course, tmp_path):
    path = zipped(tmp_path / "a.zip", {"lovelaceada_41_1_report.pdf": "%PDF"})
    collect(course, path, NAME)
    assert inbox(course)["ada"][0] == {"report.pdf": "%PDF"}


def test_a_corrected_zone_corrects_the_times_that_were_read_with_it(course, tmp_path):
    """In Tokyo, 1:00 AM came before Berlin's midnight: what was read so must not stay in time."""
    path = zipped(tmp_path / "m.zip", MOODLE)
    (tmp_path / "w.csv").write_text(WORKSHEET, encoding="utf-8")
    course.deadlines.write_text(DEADLINES.replace("Europe/Berlin", "Asia/Tokyo"))
    collect(course, path, NAME, times=tmp_path / "w.csv")
    assert inbox(course)["li1"][1] == "2026-03-01 16:00:00 UTC"
    course.deadlines.write_text(DEADLINES)
    assert "li1: the hand-in time is now read in another zone" in place_again(course, NAME)
    assert inbox(course)["li1"][1] == "2026-03-02 00:00:00 UTC"
    assert place_again(course, NAME) == []
    course.deadlines.write_text(DEADLINES.replace("Europe/Berlin", "Europe/London"))
    done = collect(course, path, NAME, times=tmp_path / "w.csv")
    assert (done.new, inbox(course)["li1"][1]) == ([], "2026-03-02 01:00:00 UTC")
    assert len(attempts(course, NAME, "li1")) == 1


RECEIPT = """Name: {name} ({login})\r
Assignment: Lab_1\r
Date Submitted: {when}\r
Current Mark: Needs Marking\r
\r
Submission Field:\r
There is no student submission text data for this assignment.\r
\r
Files:\r
\tOriginal filename: 09_lab.ipynb\r
"""


def test_blackboards_receipts_say_who_and_when_and_the_newest_in_time_counts(course, tmp_path):
    first, second = "Lab_1_ada_attempt_2026-03-01-20-00-00", "Lab_1_ada_attempt_2026-03-02-10-00-00"
    files = {
        f"{first}.txt": RECEIPT.format(
            name="Ada Lovelace", login="ada", when="Sunday, March 1, 2026 8:00:05 PM CET"
        ),
        f"{first}_09_lab.ipynb": text("in time"),
        f"{second}.txt": RECEIPT.format(
            name="Ada Lovelace", login="ada", when="Monday, 2 March 2026 10:00:05 o'clock CET"
        ),
        f"{second}_09_lab.ipynb": text("too late"),
        "Lab_1_li2_attempt_2026-03-01-12-00-00_my_09_lab.ipynb": text("li2"),
        "Lab_1_who_is_it_attempt_2026-03-01-12-00-00_09_lab.ipynb": text("nobody"),
    }
    path = zipped(tmp_path / "gradebook_CS_Lab.zip", files)
    done = collect(course, path, NAME)
    assert done.platform == "blackboard"
    assert inbox(course) == {
        "ada": ({"09_lab.ipynb": "in time"}, "2026-03-01 19:00:05 UTC"),
        "li2": ({"my_09_lab.ipynb": "li2"}, "2026-03-01 11:00:00 UTC"),
    }
    assert len(attempts(course, NAME, "ada")) == 2
    assert "2 hand-ins; 2026-03-01 19:00:05 UTC counts, because the newest" in "\n".join(
        done.lines()
    )
    assert list(done.unknown) == ["Lab_1_who_is_it_attempt_2026-03-01-12-00-00"]
    collect(course, path, NAME, newest=True)
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "too late"}
    collect(course, path, NAME)
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "in time"}
    course.deadlines.write_text(DEADLINES.replace("ns = {", 'ns = { ada = "1 day",'))
    assert place_again(course, NAME) == ["ada: 2 hand-ins; 2026-03-02 09:00:05 UTC counts"]
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "too late"}
    assert place_again(course, NAME) == []


def repository(folder, when, mark):
    folder.mkdir(parents=True)
    (folder / "09_lab.ipynb").write_text(text(mark))
    own = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when, "PATH": os.environ["PATH"],
           "HOME": str(folder)}  # fmt: skip
    person = ["-c", "user.name=x", "-c", "user.email=x@x.example"]
    for command in (["init", "-q"], ["add", "."], [*person, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=folder, env=own, check=True)


@pytest.mark.parametrize("between", ["/", " - "], ids=["folders", "files"])
def test_brightspaces_names_say_who_and_when_and_the_newest_in_time_counts(
    course, tmp_path, between
):
    files = {
        f"{who} - Mar {when} {half}{between}09_lab.ipynb": text(mark)
        for who, when, half, mark in (
            ("12-77 - Ada Lovelace", "1, 2026 1014", "PM", "ada"),
            ("12-77 - Ada Lovelace", "2, 2026 914", "AM", "ada, late"),
            ("13-77 - Bob O'Neil-Smith", "1, 2026 1205", "AM", "bob"),
            ("14-77 - Wei Li", "1, 2026 100", "PM", "li"),
        )
    }
    source = zipped(tmp_path / "Lab Download.zip", files | {"index.html": "<p>a list</p>"})
    done = collect(course, source, NAME)
    assert (done.platform, list(done.unknown)) == (
        "brightspace", ["14-77 - Wei Li - Mar 1, 2026 100 PM"]
    )  # fmt: skip
    assert inbox(course) == {
        "ada": ({"09_lab.ipynb": "ada"}, "2026-03-01 21:14:00 UTC"),
        "bob": ({"09_lab.ipynb": "bob"}, "2026-02-28 23:05:00 UTC"),
    }


@pytest.mark.parametrize("top", ["", "Lab 9 (graded)/"])
def test_sakais_folders_say_who_and_what_it_adds_is_nobodys_work(course, tmp_path, top):
    attached, feedback = "Submission attachment(s)", "Feedback Attachment(s)"
    files = {
        f"Lovelace, Ada(ada)/{attached}/09_lab.ipynb": text("ada"),
        f"Lovelace, Ada(ada)/{feedback}/09_lab.ipynb": text("a grader's"),
        "Lovelace, Ada(ada)/timestamp.txt": "20260301211400000",
        "O'Neil-Smith, Bob(bob)/O'Neil-Smith, Bob(bob)_submissionText.html": text("typed"),
        "O'Neil-Smith, Bob(bob)/comments.txt": "",
        "O'Neil-Smith, Bob(bob)/O'Neil-Smith, Bob(bob)_feedbackText.html": "",
        "Müller-Öztürk, Zoë(zoe)/timestamp.txt": "",  # handed in nothing
        f"Li, Wei (ada)(li2)/{attached}/09_lab.ipynb": text("li2"),  # calls herself so
        f"Nobody, N(ada)/{attached}/09_lab.ipynb": text("not hers"),
        "grades.csv": "",
    }
    source = zipped(tmp_path / "x.zip", {f"{top}{name}": mark for name, mark in files.items()})
    done = collect(course, source, NAME)
    assert (done.platform, list(done.unknown)) == ("sakai", ["Nobody, N(ada)"])
    assert works(course) == {
        "ada": ["ada"],
        "bob": ["typed"],
        "li2": ["li2"],
    }


@pytest.mark.parametrize("top", ["", "Abgaben/"])
def test_iliass_folders_say_who(course, tmp_path, top):
    files = {
        "Lovelace_Ada_ada_512/09_lab.ipynb": text("ada"),
        "O'Neil-Smith_Bob_bob@uni.example_513/a folder/09_lab.ipynb": text("bob"),
        "Müller-Öztürk_Zoë_z.m_514/09_lab.ipynb": text("zoe"),  # known by her name
        "Li_Wei_bob_515/09_lab.ipynb": text("not his"),
        "status.csv": "",
    }
    source = zipped(tmp_path / "x.zip", {f"{top}{name}": mark for name, mark in files.items()})
    done = collect(course, source, NAME)
    assert (done.platform, list(done.unknown)) == ("ilias", ["Li_Wei_bob_515"])
    assert works(course) == {
        "ada": ["ada"],
        "bob": ["bob"],
        "zoe": ["zoe"],
    }


def test_a_folder_that_is_called_as_a_students_id_is_that_students():
    """Also if the id looks like what ILIAS calls a folder."""
    (one,) = after_names([HandIn("ada_bob_12", name="ada_bob")], ["bob", "ada_bob_12"])
    assert (one.login, one.name) == ("ada_bob_12", "")


def test_repositories_are_found_by_their_owner_and_the_commit_says_when(course, tmp_path):
    top = tmp_path / "lab-1-submissions"
    repository(top / "lab-1-countess", "2026-03-01T20:00:00+0100", "ada")
    repository(top / "lab-1-bob-the-builder", "2026-03-03T20:00:00+0100", "bob")
    repository(top / "lab-1-builder", "2026-03-01T21:00:00+0100", "li2")
    done = collect(course, top, NAME)
    assert (done.platform, done.complete) == ("folders", True)
    assert inbox(course) == {
        "ada": ({"09_lab.ipynb": "ada"}, "2026-03-01 19:00:00 UTC"),
        "bob": ({"09_lab.ipynb": "bob"}, "2026-03-03 19:00:00 UTC"),
        "li2": ({"09_lab.ipynb": "li2"}, "2026-03-01 20:00:00 UTC"),
    }


def test_repositories_in_a_folder_in_a_folder_have_their_times(course, tmp_path):
    for who in ("countess", "Zoe\u0308 Müller-Öztürk"):  # as macOS writes an ë
        repository(tmp_path / "x" / "lab-1" / who, "2026-03-01T20:00:00+0100", who)
    collect(course, tmp_path / "x", NAME)
    stamps = {student: stamp for student, (_, stamp) in inbox(course).items()}
    assert stamps == dict.fromkeys(("ada", "zoe"), "2026-03-01 19:00:00 UTC")


def test_a_repositorys_own_configuration_runs_nothing(tmp_path):
    repository(tmp_path / "r", "2026-03-01T20:00:00+0100", "x")
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    with (tmp_path / "r" / ".git" / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {program}\n\tpager = {program}\n\thooksPath = {tmp_path}\n"
            f"[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {program}\n"
        )
    assert commit_time(tmp_path / "r") == "2026-03-01 19:00:00 UTC"
    assert not (tmp_path / "ran").exists()
    (tmp_path / "r" / ".git" / "HEAD").write_text("ref: refs/../../../../etc/passwd")
    assert commit_time(tmp_path / "r") == ""
    (tmp_path / "r" / ".git" / "HEAD").write_text("--help")
    assert commit_time(tmp_path / "r") == ""


def test_folders_are_found_by_id_address_or_name(course, tmp_path):
    for name, mark in {"ada": "a", "bob@uni.example": "b", "Müller-Öztürk, Zoë": "z"}.items():
        (tmp_path / "x" / name).mkdir(parents=True)
        (tmp_path / "x" / name / "09_lab.ipynb").write_text(text(mark))
    assert sorted(collect(course, tmp_path / "x", NAME).new) == ["ada", "bob", "zoe"]


def mail(sender, mark, *, received=None, date="Sun, 01 Mar 2026 23:00:00 +0100"):
    message = EmailMessage()
    if received:
        message["Received"] = f"from a by b; {received}"
    message["From"], message["Date"], message["Subject"] = sender, date, "My lab"
    message.set_content("Here it is.")
    message.add_attachment(text(mark).encode(), maintype="application", subtype="octet-stream",
                           filename="Übung 09_lab.ipynb")  # fmt: skip
    return message.as_bytes()


def test_attachments_of_emails_come_from_the_address_and_at_the_servers_time(course, tmp_path):
    files = {
        "1.eml": mail("Ada Lovelace <ADA@uni.example>", "ada"),
        "2.eml": mail("bob@uni.example", "bob", received="Mon, 02 Mar 2026 08:00:00 +0100"),
        "3.eml": mail("stranger@x.example", "?"),
        "4.eml": b"no e-mail\0",
    }
    done = collect(course, zipped(tmp_path / "mails.zip", files), NAME)
    assert done.platform == "mail"
    assert inbox(course) == {
        "ada": ({"Übung 09_lab.ipynb": "ada"}, "2026-03-01 22:00:00 UTC"),
        "bob": ({"Übung 09_lab.ipynb": "bob"}, "2026-03-02 07:00:00 UTC"),
    }
    assert [label.split()[0] for label in done.unknown] == ["stranger@x.example"]
    assert list(done.refused) == ["4.eml"]


def submitted(root, student, mark, when, name=NAME):
    """A folder as `nbgrader submit` makes it; the random letters may hold what else is allowed."""
    folder = root / f"{student}+{name}+{when}+A-_{mark}=="
    folder.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_text(text(mark))
    (folder / "timestamp.txt").write_text(when)
    (folder / "submission_secret.txt").write_text(f"secret of {mark}")
    return folder


SECOND = "2026-03-01 22:10:05.123456 UTC"


def test_all_that_an_exchange_has_taken_in_is_kept_and_the_newest_in_time_counts(course, tmp_path):
    exchange = tmp_path / "exchange"
    inbound = exchange / "lazy-to-rich" / "inbound"
    submitted(inbound, "ada", "first", "2026-03-01 20:00:00.000001 UTC")
    submitted(inbound, "ada", "second", SECOND)
    submitted(inbound, "ada", "late", "2026-03-02 09:00:00.000000 UTC")
    submitted(inbound, "zoe", "extended", "2026-03-06 09:00:00.000000 UTC")
    submitted(inbound, "mallory", "who", SECOND)
    submitted(inbound, "ada", "other", SECOND, name="10_other")
    expected = {
        "ada": ({"09_lab.ipynb": "second", "submission_secret.txt": "secret of second"}, SECOND),
        "zoe": ({"09_lab.ipynb": "extended", "submission_secret.txt": "secret of extended"},
                "2026-03-06 09:00:00 UTC"),
    }  # fmt: skip
    for path in (exchange, inbound.parent, inbound):
        done = collect(course, path, NAME)
        assert done.platform == "nbgrader"
        assert [label.split("+")[0] for label in done.unknown] == ["mallory"]
        assert inbox(course) == expected
    assert (done.new, sorted(set(done.same))) == ([], ["ada", "zoe"])
    assert len(attempts(course, NAME, "ada")) == 3


def test_a_submission_that_changed_long_after_its_own_time_is_named(tmp_path):
    """Clocks may differ by five minutes."""
    hand_ins = []
    for minutes in (4, 6):
        when = datetime.now(UTC) - timedelta(minutes=minutes)
        hand_ins.append(HandIn(f"{minutes}", login=f"login{minutes}", when=f"{when:%F %T} UTC"))
        (tmp_path / f"{minutes}").mkdir()
    (told,) = late_arrivals(tmp_path, hand_ins)
    assert told.count("login") == told.count("login6") == 1


def test_an_exchange_without_submissions_or_of_another_account_is_told(
    course, tmp_path, monkeypatch
):
    inbound = tmp_path / "exchange" / "lazy-to-rich" / "inbound"
    inbound.mkdir(parents=True)
    with pytest.raises(ValueError, match="nobody has submitted anything yet"):
        collect(course, tmp_path / "exchange", NAME)
    submitted(inbound, "ada", "a", SECOND)
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValueError, match="the account that released first"):
        collect(course, tmp_path / "exchange", NAME)


def test_one_submission_alone_is_taken_for_what_it_is(course, tmp_path):
    submitted(tmp_path / "inbound", "ada", "a", SECOND)
    assert collect(course, tmp_path / "inbound", NAME).new == ["ada"]


def test_who_writes_a_submission_in_anothers_name_is_told(course, tmp_path, monkeypatch):
    folder = submitted(tmp_path / "inbound", "ada", "forged", SECOND)
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: -1)  # who collects is not who has written it
        done = collect(course, tmp_path / "inbound", NAME)
        assert "its name says ada, but the account" in done.unknown[folder.name]
        assert inbox(course) == {}
        assert collect(course, tmp_path / "inbound", NAME, who={folder.name: "bob"}).complete
    assert list(inbox(course)) == ["bob"]


def test_a_time_that_the_file_system_does_not_confirm_is_told(course, tmp_path):
    now = datetime.now(UTC)
    for student, when in (("ada", now), ("zoe", now - timedelta(days=1))):
        submitted(tmp_path / "inbound", student, student, f"{when:%Y-%m-%d %H:%M:%S.%f} UTC")
    notes = collect(course, tmp_path / "inbound", NAME).notes
    (note,) = [line for line in notes if "later" in line]
    assert "zoe" in note
    assert "ada" not in note


def test_what_nbgrader_has_collected_is_taken_with_its_times(course, tmp_path):
    # without a zone, it is UTC for nbgrader: ngshare writes such times
    for student, when in (("ada", SECOND), ("bob", "2026-03-02 09:00:00.000000")):
        for name in (NAME, "10_other"):
            target = tmp_path / "submitted" / student / name
            target.parent.mkdir(parents=True, exist_ok=True)
            submitted(tmp_path, student, f"{student} {name}", when, name).rename(target)
    done = collect(course, tmp_path / "submitted", NAME, platform="submitted")
    assert sorted(done.new) == ["ada", "bob"]
    assert {
        who: (files[f"{NAME}.ipynb"], when) for who, (files, when) in inbox(course).items()
    } == {
        "ada": (f"ada {NAME}", SECOND),
        "bob": (f"bob {NAME}", "2026-03-02 09:00:00 UTC"),
    }
    shutil.rmtree(course.collected)
    shutil.rmtree(tmp_path / "submitted" / "bob")  # one student alone
    assert collect(course, tmp_path / "submitted", NAME, platform="submitted").new == ["ada"]


def test_a_students_own_timestamp_in_a_folder_is_not_believed(course, tmp_path):
    target = tmp_path / "folders" / "ada" / NAME
    target.parent.mkdir(parents=True)
    submitted(tmp_path, "ada", "a", SECOND).rename(target)
    done = collect(course, tmp_path / "folders", NAME, platform="folders")
    assert done.untimed == ["ada"]


def test_the_secret_of_a_submission_goes_with_its_page_and_is_no_news(course, at_once, tmp_path):
    folder = submitted(tmp_path / "inbound", "ada", "a", SECOND)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(answers(course)))
    collect(course, tmp_path / "inbound", NAME)
    (found,) = [one for one in grade(course, NAME) if one.student == "ada"]
    assert "secret" not in found.reason
    (page,) = feedback(course, NAME, "ada")
    assert (page.parent / "submission_secret.txt").read_text() == "secret of a"
    assert (page.parent / "timestamp.txt").read_text() == SECOND


def red(course, tmp_path, book, form="red_77_assignsubmission_file_/09_lab.ipynb"):
    content = book if isinstance(book, str) else json.dumps(book)
    return collect(course, zipped(tmp_path / "group.zip", {form: content}), NAME)


def test_what_a_group_hands_in_lies_in_the_inbox_once(course, tmp_path):
    assert red(course, tmp_path, text("red")).groups == {"red": ["ada", "bob"]}
    assert shared(course, NAME) == {"bob": "ada"}
    assert list(inbox(course)) == ["ada"]
    assert len(attempts(course, NAME, "bob")) == 1
    # Canvas: the group's name, and the number of one of its members
    assert red(course, tmp_path, text("newer"), "red_42_1_09_lab.ipynb").complete
    assert inbox(course)["ada"][0] == {"09_lab.ipynb": "newer"}
    done = red(course, tmp_path, text("wrong"), "red_43_1_09_lab.ipynb")
    assert "zoe, who is not in that group" in done.unknown["red_43"]


def test_a_group_is_graded_and_marked_once_and_each_member_has_all_of_it(course, at_once, tmp_path):
    course.deadlines.write_text(DEADLINES.replace("ns = {", 'ns = { bob = "7 days",'))
    book = answers(course)
    labs.cell(book, "essay")["source"] = "Because."
    (tmp_path / "t.csv").write_text("student,time\nred,2026-03-02 12:00\n")
    path = zipped(tmp_path / "g.zip", {"red_7_assignsubmission_file_/x.ipynb": json.dumps(book)})
    collect(course, path, NAME, times=tmp_path / "t.csv")
    lines = []
    found = {one.student: one for one in grade(course, NAME, tell=lines.append)}
    assert not any("late penalties" in line for line in lines)
    assert at_once == ["ada"]
    assert (found["ada"].marks.total, found["bob"].marks.total) == (72, 80)
    assert found["ada"].exercises == found["bob"].exercises
    (question,) = [each for each in list_questions(course) if each.cell == "essay"]
    assert [entry.student for entry in entries(course, question, Share())] == ["ada"]
    mark(course, "ada", 10, "Good.")
    bring_up_to_date(course, NAME)
    assert marked(course, "bob") == (10, "Good.", 90)
    mark(course, "bob", 20, "For bob alone.")
    mark(course, "ada", 15, "Better.")
    bring_up_to_date(course, NAME)
    bring_up_to_date(course, NAME)
    assert marked(course, "ada")[:2] == (15, "Better.")
    assert marked(course, "bob") == (20, "For bob alone.", 100)
    pages = {page.parts[-3] for page in feedback(course, NAME)}
    assert pages == {"ada", "bob"}
    export(course, [NAME], tmp_path / "x.csv")
    with open(tmp_path / "x.csv", newline="") as file:
        rows = {row["student"]: row["total"] for row in csv.DictReader(file)}
    assert rows["bob"] == "100.0"
    assert [one.student for one in grade(course, NAME, ["bob"])] == ["ada", "bob"]
    assert at_once == ["ada"]


def test_a_members_own_mark_waits_too_when_the_groups_answer_changes(small, at_once):
    def write_essay(text):
        book = answers(small)
        labs.cell(book, "essay")["source"] = text
        hand_in(small, "ada", book)
        return {one.student: one for one in grade(small, NAME)}

    share(small, NAME, ["ada", "bob"])
    write_essay("Because.")
    mark(small, "ada", 10, "")
    grade(small, NAME)
    mark(small, "bob", 4, "")
    assert {s: one.manual for s, one in write_essay("Because.").items()} == {
        "ada": "10",
        "bob": "4",
    }
    found = write_essay("Because of this.")
    assert {one.manual for one in found.values()} == {"waiting"}
    assert "the answer changed since it was marked: essay" in found["bob"].reason
    mark(small, "bob", 5, "")
    found = write_essay("Because of this.")
    assert {s: one.manual for s, one in found.items()} == {"ada": "waiting", "bob": "5"}


def test_a_mark_that_was_given_to_another_member_first_counts_for_the_group(
    course, at_once, tmp_path
):
    book = answers(course)
    labs.cell(book, "essay")["source"] = "Because."
    red(course, tmp_path, book)
    grade(course, NAME)
    mark(course, "bob", 12, "So.")
    bring_up_to_date(course, NAME)
    assert marked(course, "ada")[:2] == marked(course, "bob")[:2] == (12, "So.")


def test_a_groups_work_is_not_lost_with_the_member_in_whose_inbox_it_lay(course, at_once, tmp_path):
    red(course, tmp_path, answers(course))
    grade(course, NAME)
    done = CliRunner().invoke(app, ["forget", "ada", "--yes", "--course", str(course.root)])
    assert f"`autograder grade {NAME}" in done.output, done.output
    assert shared(course, NAME) == {}
    assert list(inbox(course)) == ["bob"]
    assert [one.student for one in grade(course, NAME) if one.marks] == ["bob"]


def test_the_number_of_a_group_is_not_that_of_a_student_and_its_time_is_its_members(
    course, tmp_path
):
    """Moodle numbers groups and participants apart, so a number may stand for both."""
    (tmp_path / "w.csv").write_text(
        WORKSHEET.replace('"No submission",,-', '"Submitted",,"Sunday, 1 March 2026, 8:00 PM"'),
        encoding="utf-8",
    )
    form = "red_502_assignsubmission_file_/09_lab.ipynb"  # 502 is Zoë
    done = collect(
        course, zipped(tmp_path / "g.zip", {form: text("red")}), NAME, times=tmp_path / "w.csv"
    )
    assert done.groups == {"red": ["ada", "bob"]}
    assert inbox(course)["ada"] == ({"09_lab.ipynb": "red"}, "2026-03-01 21:14:00 UTC")


def test_a_groups_time_is_that_of_the_member_whose_line_says_one(course, tmp_path):
    (tmp_path / "t.csv").write_text("student,time\nada,-\nbob,2026-03-01 12:00\n")
    form = "red_7_assignsubmission_file_/09_lab.ipynb"
    path = zipped(tmp_path / "g.zip", {form: text("red")})
    assert collect(course, path, NAME, times=tmp_path / "t.csv").untimed == []
    assert inbox(course)["ada"][1] == "2026-03-01 11:00:00 UTC"


def mark(course, student, points, comment):
    with Gradebook(course.gradebook) as gradebook:
        row = gradebook.find_grade("essay", NAME, NAME, student)
        row.manual_score, row.needs_manual_grade = points, False
        gradebook.find_comment("essay", NAME, NAME, student).manual_comment = comment
        gradebook.db.commit()


def marked(course, student):
    with Gradebook(course.gradebook) as gradebook:
        row = gradebook.find_grade("essay", NAME, NAME, student)
        comment = gradebook.find_comment("essay", NAME, NAME, student).manual_comment
    return row.manual_score, comment, outcomes(course, NAME, [student])[0].marks.total


@pytest.mark.parametrize(
    ("files", "label"),
    [
        (
            {"Ada Lovelace_501_assignsubmission_file_/.ipynb_checkpoints/a-checkpoint.ipynb": "{}",
             "Wei Li_502_assignsubmission_file_/.git/HEAD": "",
             "__MACOSX/Ada Lovelace_501_assignsubmission_file_/._a.ipynb": "",
             "Bob O'Neil-Smith_503_assignsubmission_file_/09_lab.ipynb": "{}"},
            "Ada Lovelace_501",
        ),
        (
            {"all/ada/.ipynb_checkpoints/a.ipynb": "{}", "all/.DS_Store": "",
             "all/bob/09_lab.ipynb": "{}", "all/li1/.git/HEAD": "", "all/zoe/a.txt": ""},
            "ada",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("unpacked", [False, True])
def test_who_hands_in_only_what_programs_leave_behind_is_told(
    course, tmp_path, files, label, unpacked
):
    """That is not the same as having handed in nothing."""
    path = zipped(tmp_path / "m.zip", files)
    if unpacked:
        zipfile.ZipFile(path).extractall(path := tmp_path / "folder")
    done = collect(course, path, NAME)
    assert (list(done.refused), done.complete, "bob" in done.new) == ([label], False, True)
    assert "is all that was handed in, and programs leave" in done.refused[label]


def test_an_email_without_an_attachment_is_told(course, tmp_path):
    message = EmailMessage()
    message["From"], message["Date"] = "bob@uni.example", "Sun, 1 Mar 2026 20:00:00 +0100"
    message.set_content("My notebook is attached.")
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "1.eml").write_bytes(bytes(message))
    message.replace_header("From", "ada@uni.example")
    message.add_attachment(b"{}", maintype="a", subtype="b", filename="09_lab.ipynb")
    (tmp_path / "mails" / "2.eml").write_bytes(bytes(message))
    done = collect(course, tmp_path / "mails", NAME)
    assert (done.new, done.complete) == (["ada"], False)
    assert done.refused == {"1.eml": "the e-mail of bob@uni.example has no attachment"}


def test_what_was_given_and_fits_nothing_is_told(course, tmp_path):
    """A label of --who, and a line of the sheet with a time; an id counts in any case."""
    for name in ("x1", "bob"):
        (tmp_path / "top" / name).mkdir(parents=True)
        (tmp_path / "top" / name / "09_lab.ipynb").write_text(text(name))
    (tmp_path / "times.csv").write_text(
        "student,time\nada,2026-03-01 22:14\nbbo,2026-03-02 22:14\nzoe,-\n"
    )
    who = {"X1": "ADA", "x2": "zoe"}
    done = collect(course, tmp_path / "top", NAME, who=who, times=tmp_path / "times.csv")
    assert (sorted(done.new), done.untimed) == (["ada", "bob"], ["bob"])
    assert done.notes == [
        "no hand-in is called x2, which --who names",
        "the sheet has a time for bbo, but no hand-in of theirs was found",
    ]
    assert inbox(course)["ada"] == ({"09_lab.ipynb": "x1"}, "2026-03-01 21:14:00 UTC")


def test_what_is_nobodys_is_listed_until_it_has_an_owner(course, at_once, tmp_path, monkeypatch):
    files = {
        "Alan Turing_7_assignsubmission_file_/09_lab.ipynb": text("alan"),
        "Ada Lovelace_8_assignsubmission_file_/09_lab.ipynb": json.dumps(answers(course)),
    }
    path = zipped(tmp_path / "m.zip", files)
    done = collect(course, path)
    assert done.unknown == {"Alan Turing_7": "nobody in the class has this name"}
    (kept,) = course.unknown.glob(f"{NAME}/*/files/09_lab.ipynb")
    assert json.loads(kept.read_text())["m"] == "alan"
    strays = students_with(course, NAME)[1]
    assert [stray.where for stray in strays] == [f"Alan Turing_7 ({NAME})"]
    assert students_with(course, "10_lab")[1] == []  # which assignment it is for is known
    monkeypatch.chdir(course.root)
    shown = printed(app, ["grade", NAME], code=1)
    assert "nobody in the class has this name. Read in the class again" in " ".join(shown.split())
    shown = printed(app, ["collect", str(path), NAME, "--who", "Alan Turing_7=alan"])
    assert "alan, given with --who, is not in the class" in shown
    assert "alan" in inbox(course)
    assert students_with(course, NAME)[1] == []


def test_no_version_is_lost_when_what_was_nobodys_gets_an_owner(small, tmp_path):
    small.deadlines.write_text(DEADLINES)
    (tmp_path / "first.csv").write_text("student,name\ncy,Cy Young\n")
    read_class(small, tmp_path / "first.csv")
    for late, upload in (("", 1), ("LATE_", 2)):
        files = {f"lovelaceada_{late}41_{upload}_09_lab.ipynb": text(f"version {upload}")}
        assert collect(small, zipped(tmp_path / f"{upload}.zip", files), NAME).unknown
    (tmp_path / "class.csv").write_text(CLASS, encoding="utf-8")
    read_class(small, tmp_path / "class.csv")
    collect(small, tmp_path / "2.zip", NAME)
    assert len(attempts(small, NAME, "ada")) == 2
    assert inbox(small)["ada"][0] == {"09_lab.ipynb": "version 1"}
    assert list((small.unknown / NAME).iterdir()) == []


def test_without_a_class_students_are_called_as_the_platform_calls_them(small, tmp_path):
    assert collect(small, zipped(tmp_path / "c.zip", CANVAS), NAME).new == [
        "lovelaceada_41", "oneilsmithbob_42", "mülleröztürkzoë_43", "liwei_45", "liwei_44"
    ]  # fmt: skip
    done = collect(small, zipped(tmp_path / "m.zip", MOODLE), NAME)
    assert sorted(done.new) == ["Ada Lovelace", "Zoë Müller-Öztürk"]
    assert "several students have this name" in done.unknown["Wei Li_503"]


def test_what_was_put_into_the_inbox_by_hand_is_kept(course, tmp_path):
    hand_in(course, "ada", text("by hand"))
    done = collect(course, zipped(tmp_path / "c.zip", CANVAS), NAME)
    assert "ada: what was in the inbox before is kept as a hand-in of its own" in done.notes
    kept = [next(a.files.glob("*.ipynb")).read_text() for a in attempts(course, NAME, "ada")]
    assert sorted(json.loads(each)["m"] for each in kept) == ["ada", "by hand"]
    assert "autograder/collected/ada" in traces(course, "ada")
    list(forget(course, ["ada"]))
    assert not (course.collected / "ada").exists()


def test_paths_that_lead_out_links_and_odd_names_stay_inside(course, tmp_path):
    def outside():
        own = re.compile(r"collected|inbox|\.grading\.lock|m\.zip")
        return sorted(str(p) for p in tmp_path.rglob("*") if not own.search(str(p)))

    before = outside()
    who = "Ada Lovelace_1_assignsubmission_file_"
    link = zipfile.ZipInfo(f"{who}/link.ipynb")
    link.external_attr, link.create_system = 0o120777 << 16, 3
    files = {
        f"{who}/09_lab.ipynb": text("ada"),
        f"{who}/../../../evil.ipynb": "x",
        "/absolute.ipynb": "x",
        "C:\\windows\\evil.ipynb": "x",
        f"{who}/timestamp.txt": "2020-01-01 00:00:00 UTC",
        f"{who}/a\\b.txt": "backslash",
        f"{who}/CON\n\x1b[31m\u202e.txt": "odd",
        f"{who}/{'n' * 300}.txt": "long",
        f"{who}/A.txt": "1",
        f"{who}/a.txt": "2",
    }
    path = zipped(tmp_path / "m.zip", files)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    done = collect(course, path, NAME)
    assert set(done.refused.values()) == {
        "its path leads out of the archive", "it is a link or not a regular file"
    }  # fmt: skip
    assert len(done.refused) == 4
    files, stamp = inbox(course)["ada"]
    assert files["timestamp (handed in).txt"].startswith("2020")
    assert stamp.startswith("not late")
    assert {name.casefold() for name in files} >= {"09_lab.ipynb", "a.txt", "a (2).txt", "a/b.txt"}
    assert len(files) == 7
    assert outside() == before
    assert not list(course.collected.glob(".new-*"))


def test_safe_paths_are_different_whatever_they_are_made_of():
    odd = [("a",), ("A",), ("a", "b"), ("..",), (".",), ("x" * 999,), ("é" * 300,), ("a/b",), ("",),
           ("timestamp.txt",), ("TIMESTAMP.TXT",), ("dir", "timestamp.txt")]  # fmt: skip
    found = safe_paths(odd)
    assert len({each.casefold() for each in found}) == len(odd)
    assert not any(part in ("", ".", "..") for each in found for part in each.split("/"))
    assert all(len(part.encode()) <= 255 for each in found for part in each.split("/"))
    assert "timestamp.txt" not in {each.casefold() for each in found}
    assert "dir/timestamp.txt" in found
    assert safe_paths([("a", "b"), ("a",), ("a (2)", "c")]) == ["a/b", "a (2)", "a (2)_/c"]
    assert safe_paths([("a.txt",)] * 20_000)[-1] == "a (20000).txt"


def test_a_bomb_costs_itself_and_its_neighbors_are_collected(course, tmp_path):
    files = {
        "lovelaceada_41_1_09_lab.ipynb": text("ada"),
        "oneilsmithbob_42_2_09_lab.ipynb": b"\0" * (12 << 20),
    }
    done = collect(course, zipped(tmp_path / "c.zip", files), NAME)
    assert done.new == ["ada"]
    assert "suspicious size" in done.refused["oneilsmithbob_42_2_09_lab.ipynb"]


def test_files_that_share_their_bytes_are_refused(course, tmp_path):
    path = zipped(tmp_path / "c.zip", {"lovelaceada_41_1_a.ipynb": "a" * 99, "b_42_1_b.ipynb": "b"})
    raw = bytearray(path.read_bytes())
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 42 : entry + 46] = (5).to_bytes(4, "little")
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="overlap"):
        collect(course, path, NAME)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 damaged", "the archive is damaged"),
        (b"", "neither a zip archive nor an e-mail"),
        (b"%PDF-1.4", "neither a zip archive nor an e-mail"),
    ],
)
def test_what_is_no_archive_is_refused(course, tmp_path, content, words):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        collect(course, tmp_path / "x.zip", NAME)
    with pytest.raises(FileNotFoundError, match="there is no file or folder"):
        collect(course, tmp_path / "y.zip", NAME)


def test_names_of_no_platform_are_refused_with_an_example(course, tmp_path):
    with pytest.raises(
        ValueError, match=r"not named as Moodle, Canvas .* for example 'work.ipynb'"
    ):
        collect(course, zipped(tmp_path / "x.zip", {"work.ipynb": "x"}), NAME)
    with pytest.raises(ValueError, match="it contains no files"):
        collect(course, zipped(tmp_path / "y.zip", {}), NAME)
    with pytest.raises(ValueError, match="expected one of moodle"):
        collect(course, zipped(tmp_path / "z.zip", CANVAS), NAME, platform="webct")


def test_the_assignment_is_named_or_told_by_the_files(course, tmp_path):
    assert collect(course, zipped(tmp_path / "c.zip", CANVAS)).assignment == NAME
    files = {"lovelaceada_41_1_work.ipynb": text("ada")}
    with pytest.raises(ValueError, match="its files' names do not show which assignment this is"):
        collect(course, zipped(tmp_path / "x.zip", files))
    with pytest.raises(FileNotFoundError, match="no assignment '10_no'"):
        collect(course, zipped(tmp_path / "y.zip", files), "10_no")
    assert inbox(course)["ada"][0] == {"09_lab-1.ipynb": "ada"}


def test_the_download_of_another_assignment_is_refused_before_anything_is_placed(course, tmp_path):
    """Who handed in nothing to this one would otherwise have 0 points in it."""
    (course.solutions / "10_lab").mkdir()
    shutil.copyfile(course.source(NAME), course.solutions / "10_lab" / "10_lab.ipynb")
    path = zipped(tmp_path / "c.zip", CANVAS)
    with pytest.raises(ValueError, match=r"called 09_lab, and none .* collect c\.zip 09_lab`"):
        collect(course, path, "10_lab")
    assert (inbox(course), list(course.collected.iterdir())) == ({}, [])
    one = zipped(tmp_path / "one.zip", {"lovelaceada_41_1_09_lab.ipynb": text("ada")})
    assert collect(course, one, "10_lab").new == ["ada"]  # one student may be mistaken
    mixed = CANVAS | {"lovelaceada_41_9001_10_lab.ipynb": text("ada")}
    assert collect(course, zipped(tmp_path / "m.zip", mixed), "10_lab").complete


@pytest.mark.slow
def test_ten_thousand_entries_are_collected(course, tmp_path):
    files = {f"lovelaceada_41_{k}_part{k}.txt": "x" for k in range(10_000)}
    done = collect(course, zipped(tmp_path / "c.zip", files), NAME)
    assert done.complete
    assert len(list((course.inbox / "ada" / NAME).glob("part*"))) == 10_000


@pytest.mark.parametrize(
    ("words", "utc"),
    [
        ("Sunday, 1 March 2026, 10:10 PM", "2026-03-01 21:10"),
        ("Wednesday, September 23, 2026, 9:00 PM", "2026-09-23 19:00"),
        ("Sunday, March 1, 2026 10:10:05 PM CET", "2026-03-01 21:10"),
        ("Sunday, 1 March 2026 22:10:05 o'clock CET", "2026-03-01 21:10"),
        ("2026-03-01 22:10:05", "2026-03-01 21:10"),
        ("2026-03-01T21:10:05Z", "2026-03-01 21:10"),
        ("2026-03-01 21:10:05 UTC", "2026-03-01 21:10"),
        ("2026-03-01T22:10:05+01:00", "2026-03-01 21:10"),
        ("Sunday, 25 October 2026, 2:30 AM", "2026-10-25 00:30"),  # twice: the earlier
        ("Sunday, October 25, 2026 2:30:00 AM CET", "2026-10-25 01:30"),  # it says which
    ],
)
def test_times_are_read_as_platforms_write_them(words, utc):
    assert read_moment(words, BERLIN).strftime("%Y-%m-%d %H:%M") == utc


@pytest.mark.parametrize(
    "words",
    ["", "-", "3/4/2026 10:00", "Mittwoch, 4. März 2026, 10:00", "10:00", "2026-03-01", "9" * 99,
     "Sun Mar 1 22:14:05 EST 2026"],
)  # fmt: skip
def test_what_is_no_time_is_refused(words):
    with pytest.raises(ValueError, match=r"."):
        read_moment(words, BERLIN)
    with pytest.raises(ValueError, match="names no time zone"):
        read_moment("2026-03-01 22:10:05", None)


def test_a_time_of_another_zone_is_not_taken_for_one_of_the_courses():
    words = "Sunday, March 1, 2026 10:10:05 PM EST"
    with pytest.raises(ZoneMissingError, match=r"is in EST, but .* says Europe/Berlin"):
        read_moment(words, BERLIN)
    assert read_moment(words, find_zone("America/New_York")).hour == 3
    istanbul = words.replace("EST", "TRT")  # the zone has numbers in place of such a name
    assert read_moment(istanbul, find_zone("Europe/Istanbul")).hour == 19


def test_a_sheet_without_times_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("student,grade\nada,1\n")
    with pytest.raises(ValueError, match="does not say when work was handed in: expected a column"):
        Sheets(tmp_path / "x.csv")


def test_grades_of_github_classroom_say_when(course, tmp_path):
    (tmp_path / "x" / "lab-countess").mkdir(parents=True)
    (tmp_path / "x" / "lab-countess" / "09_lab.ipynb").write_text(text("ada"))
    (tmp_path / "grades.csv").write_text(
        '"assignment_name","github_username","roster_identifier","submission_timestamp"\n'
        '"lab","countess","ada","2026-03-01 20:59:00 UTC"\n'
    )
    collect(course, tmp_path / "x", NAME, times=tmp_path / "grades.csv")
    assert inbox(course)["ada"][1] == "2026-03-01 20:59:00 UTC"


def test_a_commit_after_the_time_that_the_sheet_says_is_told(course, tmp_path):
    """The clone has what was committed later, and the sheet calls it in time."""
    top = tmp_path / "lab-submissions"
    repository(top / "lab-countess", "2026-03-01T20:03:00+0100", "ada")
    repository(top / "lab-builder", "2026-03-03T20:00:00+0100", "li2")
    (tmp_path / "grades.csv").write_text(
        "github_username,submission_timestamp\n"
        "countess,2026-03-01 19:00:00 UTC\nbuilder,2026-03-01 19:00:00 UTC\n"
    )
    done = collect(course, top, NAME, times=tmp_path / "grades.csv")
    (note,) = done.notes
    assert note.startswith(
        "lab-builder: handed in at 2026-03-01 19:00:00 UTC according to the sheet, but its"
    )
    assert inbox(course)["li2"][1] == "2026-03-01 19:00:00 UTC"


def test_an_nbgrader_courses_hand_ins_lie_where_it_wants_them(tmp_path):
    root = courses.make(tmp_path / "any", {"p1": courses.notebook(courses.answer("a", "x = 1"))})
    files = {"Ada Lovelace_5_assignsubmission_file_/p1.ipynb": text("ada")}
    done = collect(find(root), zipped(tmp_path / "m.zip", files))
    assert (done.assignment, done.new) == ("ps1", ["Ada Lovelace"])
    folder = root / "submitted" / "Ada Lovelace" / "ps1"
    assert json.loads((folder / "p1.ipynb").read_text())["m"] == "ada"
    assert (root / ".autograder" / "collected" / "Ada Lovelace").is_dir()
    path = zipped(tmp_path / "n.zip", {"Bob_5_assignsubmission_file_/p1.ipynb": text("bob")})
    printed(app, ["collect", str(path), "ps1", "--course", str(root)])
    assert (root / "submitted" / "Bob" / "ps1" / "p1.ipynb").is_file()
    assert [stray.where for stray in students_with(find(root), "ps1")[1]] == []


def test_times_without_a_zone_stop_before_anything_is_placed(course, tmp_path):
    course.deadlines.unlink()
    (tmp_path / "w.csv").write_text(WORKSHEET, encoding="utf-8")
    with pytest.raises(ValueError, match="names no time zone: write timezone"):
        collect(course, zipped(tmp_path / "m.zip", MOODLE), NAME, times=tmp_path / "w.csv")
    assert inbox(course) == {}
    course.deadlines.write_text('timezone = "Europe/Berlin"')
    assert collect(course, tmp_path / "m.zip", NAME, times=tmp_path / "w.csv").complete
