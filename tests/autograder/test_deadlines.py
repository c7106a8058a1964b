"""deadlines.toml: what it may say, what it refuses, and that every mark follows it."""

import csv
import os
import re
from datetime import datetime, timedelta

import pytest
from commands import printed
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from small import NAME, answers, hand_in
from traitlets.config import Configurable

from autograder.cli import app
from autograder.deadlines.file import Penalty, read_deadlines
from autograder.deadlines.overview import overview, strangers
from autograder.deadlines.penalty import DeadlinePenalty
from autograder.grading.grade import grade
from autograder.grading.gradebook import bring_up_to_date
from autograder.grading.outcome import Time
from autograder.reports.export import export
from autograder.roster.update import read_class

WHOLE = f"""
timezone = "Europe/Berlin"
grace = "15 minutes"
penalty = "10% per day"
zero_after = "7 days"

[{NAME}]
due = "2026-03-01 23:59"
extensions = {{ ada = "2026-03-08 12:00", "grace hopper" = "3 days" }}
"""


def read(tmp_path, text, names=None):
    path = tmp_path / "deadlines.toml"
    path.write_text(text, encoding="utf-8")
    return read_deadlines(path, names)


def one(tmp_path, text, head='timezone = "Europe/Berlin"'):
    return read(tmp_path, f"{head}\n[ps]\n{text}")["ps"]


def test_a_file_says_due_date_zone_grace_penalty_and_extensions(tmp_path):
    found = read(tmp_path, WHOLE, [NAME])[NAME]
    assert found.due == datetime(2026, 3, 1, 22, 59)
    assert found.late_from == datetime(2026, 3, 1, 23, 14)
    assert found.penalty == Penalty(10, timedelta(days=7))
    assert found.extension("ada") == timedelta(days=6, hours=12, minutes=1)
    assert found.extension("grace hopper") == timedelta(days=3)
    assert found.extension("bob") is None
    assert str(found.penalty) == "10% per day, zero after 7 d"


def test_without_a_file_nothing_is_said(tmp_path):
    assert read_deadlines(tmp_path / "deadlines.toml") == {}


@pytest.mark.parametrize(
    "due",
    ['"2026-03-01 23:59"', '"2026-03-01T23:59:00"', "2026-03-01T23:59:00", "2026-03-01 23:59:00",
     "2026-03-01T22:59:00Z", '"2026-03-01 22:59 UTC"', '"2026-03-01 17:59 America/New_York"',
     '"2026-03-01 23:59+01:00"'],
)  # fmt: skip
def test_a_time_is_written_in_any_of_these_forms(tmp_path, due):
    assert one(tmp_path, f"due = {due}").due == datetime(2026, 3, 1, 22, 59)


def test_a_day_of_an_extension_is_a_day_of_the_calendar_when_clocks_change(tmp_path):
    text = 'due = "2026-03-27 23:59"\nextensions = { ada = "3 days", bob = "72 hours", eve="1 h" }'
    found = one(tmp_path, text)  # clocks were put forward on the 29th
    assert found.extension("ada") == timedelta(days=3) - timedelta(hours=1)
    assert found.extension("bob") == timedelta(days=3) - timedelta(hours=1)
    assert found.extension("eve") == timedelta(hours=1)


def test_an_assignment_may_differ_from_what_holds_for_all(tmp_path):
    head = 'timezone = "UTC"\ngrace = "1 hour"\npenalty = "zero"'
    text = 'due = "2026-03-01 12:00"\ngrace = "0 min"\npenalty = "none"'
    found = one(tmp_path, text, head)
    assert (found.late_from, found.penalty) == (datetime(2026, 3, 1, 12), Penalty(0))
    assert one(tmp_path, 'due = "none"', head).late_from is None


@pytest.mark.parametrize(
    ("penalty", "late", "points"),
    [
        (Penalty(10), timedelta(0), 0),
        (Penalty(10), timedelta(seconds=1), 8),
        (Penalty(10), timedelta(days=1), 8),
        (Penalty(10), timedelta(days=1, microseconds=1), 16),
        (Penalty(10), timedelta(days=99), 80),
        (Penalty(100), timedelta(seconds=1), 80),
        (Penalty(0), timedelta(days=99), 0),
        (Penalty(0, timedelta(days=7)), timedelta(days=7), 0),
        (Penalty(0, timedelta(days=7)), timedelta(days=7, seconds=1), 80),
        (Penalty(10, timedelta(days=2)), timedelta(days=2), 16),
        (Penalty(10, timedelta(days=2)), timedelta(days=2, seconds=1), 80),
    ],
)
def test_a_penalty_is_a_part_of_the_points_for_each_day_that_has_begun(penalty, late, points):
    assert penalty.points(80, late) == pytest.approx(points)


class Step(Configurable):
    """Stands for nbgrader's step, which knows the assignment."""

    assignment_id = "ps"


@pytest.mark.parametrize(
    ("due", "came", "points"),
    [  # clocks are put back on 25 October and forward on 29 March; each day has its own length
        ("2026-10-24 23:59", "2026-10-25 22:58:00", 10),  # 24 h 59 min by a stop watch
        ("2026-10-24 23:59", "2026-10-25 23:00:00", 20),
        ("2026-10-25 02:30+02:00", "2026-10-25 01:10:00", 10),  # 40 min, and clocks show 02:10
        ("2026-03-28 23:59", "2026-03-29 21:59:00", 10),  # 23 h
        ("2026-03-28 23:59", "2026-03-29 22:00:00", 20),
        ("2026-10-24 23:59", "2026-10-31 22:59:00", 70),
        ("2026-10-24 23:59", "2026-10-31 23:00:00", 100),
        ("2026-10-23 23:59", "2026-10-25 22:59:00", 10),  # with an extension of a day
    ],
)
def test_a_day_late_is_a_day_of_the_calendar_when_clocks_change(tmp_path, due, came, points):
    """As a day of an extension is: a day's extension and a day's penalty end at one time."""
    text = f'due = "{due}"\npenalty = "10% per day"\nzero_after = "7 days"\n'
    own = "-23" in due
    one(tmp_path, text + ('extensions = { ada = "1 day" }' if own else ""))
    plugin = DeadlinePenalty(file=str(tmp_path / "deadlines.toml"))
    plugin.parent = Step()
    deadline = read_deadlines(tmp_path / "deadlines.toml")["ps"]
    start = deadline.late_from + (deadline.extension("ada") or timedelta())
    late = (datetime.fromisoformat(came) - start).total_seconds()
    assert plugin.late_submission_penalty("ada", 100, late) == pytest.approx(points)


@pytest.mark.parametrize(
    ("late", "words"),
    [(59, "< 1 min"), (86400 + 16 * 60, "1 d 16 min"), (90061, "1 d 1 h 1 min"), (86400, "1 d")],
)
def test_lateness_is_told_to_the_minute_for_it_decides_on_a_day(late, words):
    assert Time(late=late).words == f"{words} late"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('due = "01.03.2026 12:00"', "[ps] due: got '01.03.2026 12:00', expected a date"),
        ('due = "3/1/2026 12:00"', "expected a date and a time"),
        ('due = "2026-02-30 12:00"', "which is not a time (day is out of range"),
        ('due = "2026-03-01"', "expected a date and a time of day"),
        ("due = 2026-03-01", "alone may mean its beginning or its end"),
        ("due = 20260301", "expected a date and a time of day"),
        ('due = "0026-03-01 12:00"', "whose year cannot be that of a course"),
        ('due = "2026-10-25 02:30"',
         'clocks are set back then. Write "2026-10-25 02:30+0200" or "2026-10-25 02:30+0100"'),
        ('due = "2026-03-29 02:30"', "does not exist in Europe/Berlin: clocks are set forward"),
        ('extensions = { ada = "3 days" }', "has no due date"),
        ('due = "none"\nextensions = { ada = "3 days" }', "no due date to extend"),
        ('due = "2026-03-01 12:00"\nextensions = { ada = "3 months" }', "'ada': got '3 months'"),
        ('due = "2026-03-01 12:00"\nextensions = { ada = 3 }', "expected a date and a time"),
        ('due = "2026-03-01 12:00"\nextensions = { ada = "-3 days" }', "expected a length like"),
        ('due = "2026-03-01 12:00"\nextensions = { ada = "2026-02-01 12:00" }',
         "ends before the due date"),
        ('due = "2026-03-01 12:00"\nextensions = { "../eve" = "3 days" }',
         "'../eve' cannot be a student's id"),
        ('due = "2026-03-01 12:00"\nextensions = "3 days"', 'expected { ada = "3 days" }'),
        ('due = "2026-03-01 12:00"\nextension = { ada = "3 days" }', "did you mean extensions?"),
        ('due = "2026-03-01 12:00"\npenalty = "10%"', '"10% per day"'),
        ('due = "2026-03-01 12:00"\npenalty = "101% per day"', '"10% per day"'),
        ('due = "2026-03-01 12:00"\npenalty = 10', '"10% per day"'),
        ('due = "2026-03-01 12:00"\ngrace = 15', 'expected a length like "15 minutes"'),
        ('due = "2026-03-01 12:00"\nzero_after = "soon"', "[ps] zero_after"),
        ('due = "2026-03-01 12:00', "cannot be read"),
        ('due = "2026-03-01 12:00"\ndue = "2026-04-01 12:00"', "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_the_place_and_what_was_expected(tmp_path, text, words):
    with pytest.raises(ValueError, match=re.escape(words)) as error:
        one(tmp_path, text)
    assert str(tmp_path / "deadlines.toml") in str(error.value)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ('timezone = "Berlin"', "did you mean 'Europe/Berlin'?"),
        ('timezone = "Mars/City"', "no time zone is called 'Mars/City'"),
        ('timezone = "../../etc/passwd"', "no time zone is called"),
        ("timezone = 1", "no time zone is called '1'"),
        ("timezone = ['UTC']", "no time zone is called"),
        ('timezone = "EST"', "no daylight saving time: due dates would be an hour off"),
        ("", 'needs a zone: write timezone = "Europe/Berlin"'),
        ('time_zone = "UTC"', "did you mean timezone?"),
        ('timezone = "UTC"\npenalty = "some"', "penalty: got 'some'"),
    ],
)
def test_a_zone_is_asked_for_and_must_exist(tmp_path, head, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        one(tmp_path, 'due = "2026-03-01 12:00"', head)


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_an_encoding_that_toml_does_not_have_is_told(tmp_path, encoding):
    (tmp_path / "deadlines.toml").write_text('[ps]\ndue = "none"  # für alle', encoding=encoding)
    with pytest.raises(ValueError, match="cannot be read: save it in UTF-8"):
        read_deadlines(tmp_path / "deadlines.toml")


def test_an_assignment_that_does_not_exist_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ValueError, match=r"no assignment '09_lap'; did you mean 09_lab\?"):
        read(tmp_path, '[09_lap]\ndue = "none"', [NAME])


def test_an_ambiguous_time_is_taken_with_its_offset(tmp_path):
    assert one(tmp_path, 'due = "2026-10-25 02:30+01:00"').due == datetime(2026, 10, 25, 1, 30)


def write(course, text):
    """Write the file; its time differs from that of the last one, however fast the test is."""
    before = course.deadlines.stat().st_mtime_ns if course.deadlines.exists() else 0
    course.deadlines.write_text(text)
    os.utime(course.deadlines, ns=(before + 10**9,) * 2)


def come(course, student, stamp):
    hand_in(course, student, answers(course))
    (course.inbox / student / NAME / "timestamp.txt").write_text(stamp)


def totals(course, tmp_path):
    """What the CSV export says: by student the total and the penalty."""
    export(course, [NAME], tmp_path / "marks.csv")
    with open(tmp_path / "marks.csv", newline="") as file:
        return {
            row["student"]: (float(row["total"]), float(row["late penalty"]))
            for row in csv.DictReader(file)
        }


def test_marks_follow_the_file_and_its_changes_and_each_change_is_told(small, at_once, tmp_path):
    whole = WHOLE.replace(', "grace hopper" = "3 days"', "")  # of whom each command would tell
    write(small, whole)
    come(small, "ada", "2026-03-07 12:00:00 UTC")  # within the extension
    come(small, "bob", "2026-03-01 23:14:00 UTC")  # the last moment of the grace
    come(small, "eve", "2026-03-02 23:15:00 UTC")  # a day and a minute after it
    come(small, "zoe", "2026-03-20 12:00:00 UTC")
    lines = []
    found = {one.student: one for one in grade(small, NAME, tell=lines.append)}
    assert {student: one.marks.total for student, one in found.items()} == {
        "ada": 80, "bob": 80, "eve": 64, "zoe": 0
    }  # fmt: skip
    assert "2 d" not in found["bob"].reason
    assert "late" not in found["bob"].reason
    text = "\n".join(lines)
    assert "the due date is now 2026-03-02 00:14 CET with its grace of 15 min; it was none" in text
    assert "late penalties" not in text
    assert totals(small, tmp_path) == {
        "ada": (80, 0), "bob": (80, 0), "eve": (64, 16), "zoe": (0, 80)
    }  # fmt: skip
    changed = whole.replace("10%", "25%").replace("ada =", "eve =")
    write(small, changed)
    line = bring_up_to_date(small, NAME)
    assert f"{NAME}: the extension of ada is now 0 min; it was 6 d 12 h 1 min" in line
    assert f"{NAME}: the extension of eve is now 6 d 12 h 1 min; it was 0 min" in line
    assert line.endswith("late penalties changed: ada, eve")
    assert bring_up_to_date(small, NAME) == ""
    at_once.clear()
    assert totals(small, tmp_path)["ada"] == (0, 80)  # 5 days late without its extension
    assert totals(small, tmp_path)["eve"] == (80, 0)
    assert at_once == []


def test_nbgraders_own_autograde_takes_the_same_penalty(small, at_once):
    write(small, WHOLE)
    come(small, "eve", "2026-03-02 23:15:00 UTC")
    grade(small, NAME)
    with Gradebook(small.gradebook) as gradebook:
        submission = gradebook.find_submission(NAME, "eve")
        expected = submission.late_submission_penalty
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
        gradebook.db.commit()
    api = NbGraderAPI(config=small.settings())
    assert api.autograde(NAME, "eve", force=True)["success"]
    with Gradebook(small.gradebook) as gradebook:
        again = gradebook.find_submission(NAME, "eve").late_submission_penalty
    assert again == pytest.approx(expected) == pytest.approx(16)


def test_what_the_file_does_not_speak_of_stays_as_formgrader_has_it(small, at_once):
    write(small, 'timezone = "UTC"')
    with Gradebook(small.gradebook) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1, 12))
    come(small, "ada", "2026-03-02 12:00:00 UTC")
    grade(small, NAME)
    assert bring_up_to_date(small, NAME) == ""
    with Gradebook(small.gradebook) as gradebook:
        assert gradebook.find_assignment(NAME).duedate == datetime(2026, 3, 1, 12)


def test_two_truths_for_a_penalty_are_refused_before_anything_is_judged(small, at_once):
    write(small, WHOLE)
    come(small, "ada", "2026-03-07 12:00:00 UTC")
    file = small.runtime / "nbgrader_config.py"
    plugin = "nbgrader.plugins.LateSubmissionPlugin"
    text = f"\nc = get_config()\nc.AssignLatePenalties.plugin_class = {plugin!r}\n"
    file.write_text(file.read_text() + text)
    with pytest.raises(ValueError, match=r"names a plugin for penalties .* delete one"):
        grade(small, NAME)
    write(small, WHOLE.replace("penalty =", "# penalty =").replace("zero_after", "# zero_after"))
    assert grade(small, NAME)[0].marks.total == 80


def test_a_wrong_file_stops_grading_before_anything_is_judged(small, at_once):
    write(small, WHOLE.replace("23:59", "25:59"))
    come(small, "ada", "2026-03-07 12:00:00 UTC")
    with pytest.raises(ValueError, match=r"deadlines\.toml: \[09_lab\] due: got"):
        grade(small, NAME)
    assert at_once == []


def test_the_command_shows_the_deadlines_and_says_what_changed(small, at_once, monkeypatch):
    write(small, WHOLE.replace("ada =", "adaa ="))
    come(small, "ada", "2026-03-07 12:00:00 UTC")
    grade(small, NAME)
    monkeypatch.chdir(small.root)
    write(small, WHOLE.replace("ada =", "adaa =").replace("15 minutes", "1 day"))
    shown = printed(app, ["deadlines"])
    words = " ".join(shown.split())
    assert "2026-03-01 23:59 CET" in words
    assert "late penalties changed: ada" in words
    assert "extends 09_lab for adaa, who is not in the gradebook; did you mean ada?" in words
    write(small, "[")
    shown = printed(app, ["deadlines"], code=1)
    assert "deadlines.toml cannot be read" in " ".join(shown.split())


def test_extensions_that_the_gradebook_alone_has_are_shown(small, at_once):
    """They count, whoever set them: in formgrader, or in a section that was deleted since."""
    hand_in(small, "ada", answers(small))
    write(small, WHOLE)
    grade(small, NAME)
    write(small, 'timezone = "Europe/Berlin"')
    found = overview(small)[NAME]
    assert found.due == datetime(2026, 3, 1, 23, 14)  # with its grace, which nbgrader knows not
    assert found.extensions == {"ada": datetime(2026, 3, 8, 11, 15)}


def test_extensions_of_students_whom_nobody_knows_are_told(small):
    write(small, WHOLE)
    assert [line.split(" for ")[1] for line in strangers(small, NAME)] == [
        "ada, who is not in the gradebook",
        "grace hopper, who is not in the gradebook",
    ]


def test_an_extension_by_an_address_or_for_a_group_is_told_with_the_ids(small, tmp_path):
    (tmp_path / "class.csv").write_text("student,email,group\nada,a@x.example,red\nbob,,red\n")
    read_class(small, tmp_path / "class.csv")
    write(small, WHOLE.replace("ada =", "red =").replace("grace hopper", "A@x.example"))
    assert [line.split("in the gradebook")[1] for line in strangers(small, NAME)] == [
        "; did you mean ada?",
        ": it is a group, so name its members (ada, bob)",
    ]


def test_a_misspelled_extension_is_told_wherever_marks_come_from(small, at_once):
    """Or it would cost the student all points, and only `autograder deadlines` would say so."""
    hand_in(small, "ada", answers(small))
    write(small, WHOLE.replace('ada = "2026-03-08 12:00", "grace hopper"', "Ada"))
    words = f"deadlines.toml extends {NAME} for Ada, who is not in the gradebook; did you"
    told = []
    grade(small, NAME, tell=told.append)
    assert sum(line.count(words) for line in told) == 1
    assert bring_up_to_date(small, NAME).count(words) == 1  # every other command says this, too
