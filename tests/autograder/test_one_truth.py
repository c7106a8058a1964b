"""Due dates, penalties and totals: the same numbers wherever marks are shown or exported."""

import csv
import io
import re
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import labs
import nbgrader.plugins
import pytest
from commands import printed
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from rich.console import Console
from small import NAME, answers, hand_in

from autograder.cli import app
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
from autograder.grading.gradebook import bring_up_to_date
from autograder.grading.outcome import outcomes
from autograder.intake.timestamp import as_text, parse_time, read_stamp
from autograder.reports import table
from autograder.reports.export import CsvExport, export

DUE = datetime(2026, 3, 1, 12)
ZERO = 'c = get_config()\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
QUARTER = """
from nbgrader.plugins import BasePlugin

class Quarter(BasePlugin):
    def late_submission_penalty(self, student, score, seconds):
        return min(4, 1 + seconds // 86400) * score / 4

c = get_config()
c.AssignLatePenalties.plugin_class = Quarter
"""


def configure(course, text):
    """Replace what the instructor wrote below our settings."""
    file = course.runtime / "nbgrader_config.py"
    ours = file.read_text().partition("# the instructor's\n")[0]
    file.write_text(f"{ours}# the instructor's\n{text}")


def due(course, when=DUE):
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=when)


def come(course, student, stamp=None, *, essay="", double=labs.GOOD_DOUBLE):
    """Hand in a notebook, with a timestamp.txt if it is given (text or bytes)."""
    book = answers(course, double=double)
    if essay:
        labs.cell(book, "essay")["source"] = essay
    hand_in(course, student, book)
    if stamp is not None:
        content = stamp if isinstance(stamp, bytes) else stamp.encode()
        (course.inbox / student / NAME / "timestamp.txt").write_bytes(content)


def text_of(rows):
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(table.render(NAME, rows))
    return " ".join(console.export_text().split())


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 12:00:00 UTC",
        "2026-03-01 12:00:00.000000 UTC\n",
        "2026-03-01T12:00:00Z",
        "2026-03-01T13:00:00+01:00",
        "2026-03-01 13:00:00 +0100",
        "2026-03-01 13:00:00 Europe/Berlin",
        "2026-03-01 07:00 EST",
        "Sun Mar  1 12:00:00 UTC 2026",
        "Sun, 01 Mar 2026 13:00:00 +0100",
        "March 1, 2026 12:00 PM",
        "20260301T120000Z",
        "1772366400",
    ],
)
def test_a_time_is_read_in_every_form_in_which_programs_write_it(text):
    assert parse_time(text.strip()) == DUE
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        assert read_stamp(text.encode(encoding)).when == as_text(DUE)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-03-01", "12:00", "01.03.2026 12:00", "3/1/2026 12:00",
     "2026-13-01 12:00", "2026-03-01 12:00:00 PST", "2026-03-01 12:00:00 Mars/City",
     "2026-03-01 12:00 UTC+3",
     "0001-01-01 00:00:00 UTC", "9" * 40, "\ufffd" * 9, "2026-03-01 12:00\n2026-04-01 12:00"],
)  # fmt: skip
def test_what_is_no_time_or_may_be_two_is_refused_with_the_form_that_is_expected(text):
    stamp = read_stamp(text.encode())
    assert stamp.when == ""
    assert "timestamp.txt does not say when this was handed in" in stamp.problem
    assert (
        "2026-03-01 12:00:00 UTC" in stamp.problem or "cannot be that of a course" in stamp.problem
    )


def test_a_timestamp_in_the_inbox_says_when_it_was_handed_in(small, at_once):
    due(small)
    configure(small, ZERO)
    come(small, "early", "2026-03-01 11:59:59 UTC")
    come(small, "marked", "2026-03-01T13:00:00+01:00".encode("utf-16"))
    come(small, "late", "\ufeff2026-03-01 15:30:00 UTC")
    come(small, "broken", "yesterday")
    come(small, "without")
    found = {outcome.student: outcome for outcome in grade(small, NAME)}
    assert {student: one.marks.total for student, one in found.items()} == {
        "early": 80, "marked": 80, "late": 0, "broken": 0, "without": 0
    }  # fmt: skip
    assert found["early"].time.source == "timestamp.txt"
    assert found["marked"].time.when == "2026-03-01 12:00:00 UTC"
    assert "3 h 30 min late, 80 points off" in found["late"].reason
    assert "got 'yesterday', expected a date" in found["broken"].reason
    assert "the time of arrival counts" in found["broken"].reason
    assert (found["without"].time.source, found["broken"].time.source) == ("arrival", "arrival")
    assert "2 of 5 are late by the time of arrival" in text_of(found.values())
    assert "1 of 1 is late by the time of arrival" in text_of([found["without"]])
    assert " -0 " not in text_of(found.values())
    assert "timestamp.txt" in text_of(found.values())


def test_a_timestamp_that_comes_later_counts_without_more(small, at_once):
    due(small)
    configure(small, ZERO)
    come(small, "ada")
    assert grade(small, NAME)[0].marks.total == 0
    come(small, "ada", "2026-02-01 12:00:00 UTC")
    (found,) = grade(small, NAME)
    assert (found.marks.total, found.time.late) == (80, 0)


def test_the_page_says_which_time_counts_and_where_it_is_from(small, at_once):
    due(small)
    come(small, "ada", "2026-03-01 15:30:00 UTC")
    come(small, "bob")
    grade(small, NAME)
    pages = {student: page(small, student) for student in ("ada", "bob")}
    assert "handed in 2026-03-01 15:30:00 UTC, according to its timestamp.txt" in pages["ada"]
    assert "Your file was 3 h 30 min late." in pages["ada"]
    assert "when the file was copied to the grader's machine" in pages["bob"]
    assert "handed in" not in pages["bob"].partition("</header>")[0]


@pytest.mark.parametrize("config", [ZERO, QUARTER], ids=["zero", "a plugin"])
def test_the_configurations_penalty_counts_everywhere(small, at_once, config):
    due(small)
    configure(small, config)
    come(small, "ada", "2026-03-01 15:30:00 UTC")
    (found,) = grade(small, NAME)
    expected = 0 if config is ZERO else 60
    assert found.marks.total == expected
    assert everywhere(small) == {"ada": (80, 80 - expected, expected)}


@pytest.mark.parametrize("change", ["due date", "penalty", "extension", "mark"])
def test_what_changes_later_is_renewed_by_the_same_command_which_says_so(small, at_once, change):
    due(small)
    configure(small, ZERO)
    come(small, "ada", "2026-03-01 15:30:00 UTC", essay="Because.")
    come(small, "bob", "2026-02-01 15:30:00 UTC")
    grade(small, NAME)
    at_once.clear()
    if change == "due date":
        due(small, DUE + timedelta(days=1))
    elif change == "penalty":
        configure(small, QUARTER)
    with Gradebook(small.gradebook) as gradebook:
        if change == "extension":
            gradebook.grant_extension(NAME, "ada", days=1)
        if change == "mark":
            row = gradebook.find_grade("essay", NAME, NAME, "ada")
            row.manual_score, row.needs_manual_grade = 20, False
            gradebook.db.commit()
    lines = []
    found = {one.student: one for one in grade(small, NAME, tell=lines.append)}
    total = {"due date": 80, "penalty": 60, "extension": 80, "mark": 0}[change]
    assert (found["ada"].marks.total, found["bob"].marks.total) == (total, 80)
    assert at_once == []
    (line,) = [line for line in lines if "late penalties" in line]
    assert line.endswith("late penalties changed: ada")
    lines.clear()
    grade(small, NAME, tell=lines.append)
    assert not any("late penalties" in line for line in lines)


def test_whoever_was_graded_stays_in_the_table(small, at_once, tmp_path, monkeypatch):
    for student in ("ada", "ben"):
        come(small, student)
    grade(small, NAME, isolation="process")
    shutil.rmtree(small.inbox / "ada")
    monkeypatch.chdir(small.root)
    printed(app, ["table", NAME, "--csv", str(tmp_path / "table.csv")])
    with open(tmp_path / "table.csv", newline="") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["ada", "ben"]


def test_an_extension_without_a_due_date_stops_nothing(small, at_once):
    come(small, "ada", "2026-03-01 15:30:00 UTC")
    grade(small, NAME)
    with Gradebook(small.gradebook) as gradebook:
        gradebook.grant_extension(NAME, "ada", days=1)
    assert grade(small, NAME, again=True)[0].marks.total == 80


def test_a_plugin_that_fails_is_named_and_so_is_a_configuration_that_cannot_be_read(small, at_once):
    due(small)
    come(small, "ada", "2026-03-01 15:30:00 UTC")
    grade(small, NAME)
    configure(small, QUARTER.replace("score / 4", "score / 0"))
    with pytest.raises(ValueError, match=r"penalty of ada in 09_lab cannot be computed: ZeroDiv"):
        bring_up_to_date(small, NAME)
    configure(small, "c = undefined\n")
    with pytest.raises(ValueError, match=r"nbgrader_config.py cannot be read: NameError"):
        grade(small, NAME)
    configure(small, "c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///other.db'\n")
    with pytest.raises(ValueError, match=r"c\.CourseDirectory\.db_url.*delete that line"):
        grade(small, NAME)


def test_points_that_another_program_gave_to_a_check_are_shown_and_named(small, at_once):
    """`nbgrader autograde` in a course of nbgrader's, or a script: columns add up to the checks."""
    come(small, "ada")
    grade(small, NAME)
    with Gradebook(small.gradebook) as gradebook:
        gradebook.find_grade("ex1-array", NAME, NAME, "ada").auto_score = 1.0
        gradebook.db.commit()
    (found,) = grade(small, NAME)
    assert sum(score for score, _ in found.exercises.values()) == found.automatic == 57
    assert "other points in the gradebook than here: grade it with --again" in found.reason
    (found,) = grade(small, NAME, again=True)
    assert (found.automatic, found.reason) == (80, "all checks passed")


CLASS = ("ada", "bob", "eve")
PERSON = st.fixed_dictionaries(
    {
        "stamp": st.none() | st.integers(-3, 5).map(lambda days: DUE + timedelta(days=days)),
        "extension": st.sampled_from([0, 0, 1, 3]),
        "essay": st.sampled_from([None, 0, 12.5, 20]),
        "extra": st.sampled_from([None, 0.5]),
        "check": st.sampled_from([None, None, 1.25]),
        "comment": st.sampled_from([None, "See the lecture.", "=1+1"]),
    }
)


@pytest.fixture(scope="module")
def class_once(released_once, tmp_path_factory):
    """Three graded submissions with an essay each, one of which is half right."""
    from at_once import judge_at_once

    course = OwnCourse(shutil.copytree(released_once, tmp_path_factory.mktemp("class") / "course"))
    with pytest.MonkeyPatch.context() as patch:
        judge_at_once(patch)
        for student in CLASS:
            wrong = "def double(x):\n    return x"
            come(
                course, student, essay="Because.", **({"double": wrong} if student == "bob" else {})
            )
        grade(course, NAME)
    fresh = course.runtime / "fresh.db"
    shutil.copyfile(course.runtime / "gradebook.db", fresh)
    return course, fresh


def change(course, people):
    """Set what a person or formgrader may set in the gradebook."""
    with Gradebook(course.gradebook) as gradebook:
        for student, person in people.items():
            submission = gradebook.find_submission(NAME, student)
            submission.timestamp = person["stamp"]
            file = course.built(student, NAME) / "timestamp.txt"
            file.unlink(missing_ok=True)
            if person["stamp"]:
                file.write_text(as_text(person["stamp"]))
            submission.extension = timedelta(days=person["extension"]) or None
            for cell, points in (("essay", person["essay"]), ("ex1-number", person["check"])):
                row = gradebook.find_grade(cell, NAME, NAME, student)
                if points is not None:
                    row.manual_score, row.needs_manual_grade = points, False
                    row.extra_credit = person["extra"]
            gradebook.find_comment("essay", NAME, NAME, student).manual_comment = person["comment"]
        gradebook.db.commit()


@settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # an example takes seconds: it is shown as it was found
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    people=st.fixed_dictionaries(dict.fromkeys(CLASS, PERSON)),
    when=st.none() | st.just(DUE),
    config=st.sampled_from(["", ZERO, QUARTER]),
    first=st.sampled_from(["export", "nbgrader's export", "page", "table"]),
)
def test_every_output_of_any_class_shows_the_same_numbers(class_once, people, when, config, first):
    """Whichever output comes first after something has changed."""
    course, fresh = class_once
    shutil.copyfile(fresh, course.runtime / "gradebook.db")
    due(course, when)
    configure(course, config)
    change(course, people)
    if first == "nbgrader's export":
        with tempfile.TemporaryDirectory() as folder, Gradebook(course.gradebook) as gradebook:
            CsvExport(to=f"{folder}/x.csv", config=course.settings()).export(gradebook)
    elif first == "table":
        bring_up_to_date(course, NAME)
    shown = page(course, "ada")
    if people["ada"]["comment"]:
        assert people["ada"]["comment"] in shown
    if first == "page":
        with Gradebook(course.gradebook) as gradebook:
            submission = gradebook.find_submission(NAME, "ada")
            known = submission.score - submission.late_submission_penalty
        assert f"<strong>{round(known, 2):g}</strong> of 100 points" in shown
    for student, (raw, penalty, total) in everywhere(course, ["bob"]).items():
        late = max(timedelta(), (people[student]["stamp"] or DUE) - DUE)
        late -= timedelta(days=people[student]["extension"])
        days = late / timedelta(days=1)
        part = {"": 0, ZERO: 1, QUARTER: min(4, 1 + days // 1) / 4}[config]
        assert penalty == pytest.approx(raw * part if when and days > 0 else 0)
        assert total == pytest.approx(raw - penalty)


def page(course, student):
    """The feedback page, as nbgrader's command makes it."""
    result = NbGraderAPI(config=course.settings()).generate_feedback(NAME, student, force=True)
    assert result["success"], result
    text = (course.runtime / "feedback" / student / NAME / f"{NAME}.html").read_text()
    return re.sub(r"\s+", " ", text.replace("&#39;", "'"))


def everywhere(course, students=None):
    """Student -> (points, penalty, total) as every output has them; they must all agree."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        export(course, [NAME], place / "export.csv")
        with Gradebook(course.gradebook) as gradebook:
            CsvExport(to=str(place / "ours.csv"), config=course.settings()).export(gradebook)
            nbgrader.plugins.CsvExportPlugin(to=str(place / "nbgrader.csv")).export(gradebook)
            everybody = sorted(s.student_id for s in gradebook.assignment_submissions(NAME))
        rows = outcomes(course, NAME, everybody)
        table.write_csv(place / "table.csv", rows)
        read = {
            path.stem: list(csv.DictReader(path.open(newline=""))) for path in place.glob("*.csv")
        }
    told = {one.student: (one.marks.raw, one.marks.penalty, one.marks.total) for one in rows}
    for one in rows:
        own = {each["student_id"]: each for each in read["ours"]}[one.student]
        stock = {each["student_id"]: each for each in read["nbgrader"]}[one.student]
        for row in (own, stock):
            keys = ("raw_score", "late_submission_penalty", "score")
            assert tuple(float(row[key]) for key in keys) == pytest.approx(told[one.student])
            assert row["timestamp"] == own["timestamp"]
        for name in ("export", "table"):
            row = {each["student"]: each for each in read[name]}[one.student]
            assert float(row["late penalty"]) == pytest.approx(one.marks.penalty)
            assert float(row["total"]) == pytest.approx(one.marks.total)
            if row["manual"] != "waiting":
                points = float(row["checks"]) + float(row["manual"]) - float(row["late penalty"])
                assert points == pytest.approx(float(row["total"]))
        shown = page(course, one.student) if students is None or one.student in students else ""
        if shown:
            total = re.search(r'class="total"><strong>([\d.]+)</strong>', shown)[1]
            assert float(total) == pytest.approx(one.marks.total, abs=0.006)
        assert f"{one.marks.total:g}/100" in text_of(rows)
    stock = NbGraderAPI(config=course.settings()).get_submissions(
        NAME
    )  # formgrader's list: before penalties
    assert {each["student"]: each["score"] for each in stock} == pytest.approx(
        {student: raw for student, (raw, _, _) in told.items()}
    )
    return told
