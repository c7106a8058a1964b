"""The report on an assignment counts everything that was handed in, and says what it leaves out."""

import csv
import re
import shutil
from collections import Counter
from datetime import datetime

import labs
import numpy as np
import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.feedback_pages.templates import show_points
from autograder.grading.doubts import doubts
from autograder.grading.grade import grade
from autograder.grading.members import Member, keep
from autograder.grading.outcome import outcomes
from autograder.grading.records import Records
from autograder.grading.students import traces
from autograder.reports.figures import bars, points
from autograder.reports.overview import Item, _items, overview
from autograder.reports.report import notes

WRONG = "def double(x):\n    return x"
EVIL = "<script>alert(1)</script>"


def test_a_check_is_analyzed_as_a_question():
    """Four of six pass the first check, and they have the most points elsewhere."""
    passed = {
        ("1", "good", "visible", 2.0): dict(zip("abcdef", (2, 2, 2, 2, 0, 0), strict=True)),
        ("2", "other", "hidden", 5.0): dict(zip("abcdef", (5, 5, 5, 0, 0, 0), strict=True)),
        ("3", "easy", "hidden", 1.0): dict.fromkeys("abcdef", 1.0),
        ("4", "upside down", "hidden", 1.0): dict(zip("abcdef", (0, 0, 0, 0, 1, 1), strict=True)),
    }
    found = {item.check: item for item in _items(passed)}
    rest = np.array([6, 6, 6, 1, 2, 2])
    wanted = np.corrcoef([2, 2, 2, 2, 0, 0], rest)[0, 1]
    assert found["good"] == Item(
        "1", "good", "visible", 2.0, pytest.approx(4 / 6), pytest.approx(wanted)
    )
    assert (found["easy"].difficulty, found["easy"].discrimination) == (1.0, None)
    assert found["upside down"].discrimination < -0.5
    few = {key: {s: v for s, v in scores.items() if s < "e"} for key, scores in passed.items()}
    assert {item.discrimination for item in _items(few)} == {None}


def test_figures_have_their_numbers_in_words_and_escape_what_they_say():
    for figure in (
        bars([3, 0], [EVIL, "b"], f"Totals: {EVIL}: 3", "x", "y"),
        points([(0.5, -1.0, EVIL)], f"Items: {EVIL}", "x", "y"),
    ):
        assert "<script" not in figure
        assert 'role="img"' in figure
        assert "&lt;script&gt;" in re.search('aria-label="([^"]*)"', figure)[1]


def grade_six(course):
    """Six are graded, of whom one is late, one unreadable, two the same; and there is more."""
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1))
    for student in ("ada", "bob", "cy", "dan"):
        hand_in(
            course, student, answers(course, double=WRONG if student > "b" else labs.GOOD_DOUBLE)
        )
        stamp = "2026-03-02 01:00:00 UTC" if student == "bob" else "2026-02-01 01:00:00 UTC"
        (course.inbox / student / NAME / "timestamp.txt").write_text(stamp)
    hand_in(course, "eve", '{"cells": [')
    hand_in(course, "o'neil", answers(course, norm="x = 1"))
    for student in ("eve", "o'neil"):
        (course.inbox / student / NAME / "timestamp.txt").write_text("2026-02-01 01:00:00 UTC")
    grade(course, NAME)
    hand_in(course, "zed", answers(course))
    (course.inbox / "loose.txt").write_text("?")
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_student("mia", email="mia@example.org")
    with Records(course.records).opened() as db:
        db.execute("UPDATE scores SET message=? WHERE student='cy' AND status='failed'", (EVIL,))
        db.execute("UPDATE judged SET seconds=99.5 WHERE student='dan'")


@pytest.fixture
def term(small_after, monkeypatch):
    course = small_after(grade_six)
    monkeypatch.chdir(course.root)
    return course


def test_everything_that_was_handed_in_has_a_place(term):
    summary = overview(term, NAME)
    assert [outcome.student for outcome in summary.outcomes] == [
        *("ada", "bob", "cy", "dan", "eve", "o'neil")
    ]
    assert (summary.absent, summary.ungraded) == (["mia"], ["zed"])
    assert [stray.where for stray in summary.strays] == ["inbox/loose.txt"]
    assert (summary.unreadable, [o.student for o in summary.late]) == (["eve"], ["bob"])
    # Two of the five whose files could be read have the first exercise right.
    assert summary.items[0].difficulty == pytest.approx(2 / 5)


def test_who_is_not_in_the_class_is_named_and_in_no_number(term):
    """Means are those of the class as it is: computed here from the marks of who stayed.

    Eve was never in it; her work came under a name that is nobody's.
    """
    keep(term, [Member(student) for student in ("ada", "bob", "cy", "dan", "o'neil")])
    keep(term, [Member(student, gone="2026-03-20") for student in ("ada", "zed")])
    summary = overview(term, NAME)
    stayed = ["bob", "cy", "dan", "o'neil"]
    assert [outcome.student for outcome in summary.outcomes] == stayed
    assert (summary.outside, summary.ungraded, summary.unreadable) == (
        ["ada", "eve", "zed"],
        [],
        [],
    )
    totals = [outcome.marks.total for outcome in outcomes(term, NAME, stayed)]
    assert sum(row.total() for row in summary.checks.values()) > 0
    assert set(summary.seconds) == set(stayed)
    shown = printed(app, ["report", NAME], code=1)
    assert "not in the class, and not counted above (3): ada, eve, zed" in shown
    folder = term.runtime / "report" / NAME
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert f"4 graded: mean {show_points(sum(totals) / 4)}," in html
    assert "Not in the class, and not counted: 3." in html
    with (folder / "students.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: (row["total"], row["reason"]) for row in csv.DictReader(file)}
    assert rows["ada"] == rows["zed"] == ("", "not in the class, and not counted")
    keep(term, [Member(student, gone="2026-03-22") for student in stayed])
    with pytest.raises(ValueError, match="no student whose work was graded is in the class"):
        overview(term, NAME)


def test_a_check_that_showed_no_number_of_points_is_told_once(term):
    shown = "the check showed np.False_, which is not a number of points"
    with Records(term.records).opened() as db:
        db.execute("UPDATE scores SET message=? WHERE name='a number'", (shown,))
        passed = "SELECT COUNT(*) FROM scores WHERE name='a number' AND status='passed'"
        (count,) = db.execute(passed).fetchone()
    (line,) = doubts(term, NAME)
    assert line == f"09.1 a number: all points to {count}, although {shown}"
    assert line in notes(overview(term, NAME))
    told = []
    grade(term, NAME, tell=told.append)
    assert line in told


@pytest.mark.parametrize("folder", ["autograded", "submitted"])
def test_what_was_made_and_is_gone_is_made_again_by_grading(term, folder):
    """And until then it is told, not left out."""
    shutil.rmtree(term.runtime / folder / "ada")
    made = CliRunner().invoke(app, ["feedback", NAME], env={"COLUMNS": "120"})
    alone = CliRunner().invoke(app, ["feedback", NAME, "--student", "ada"])
    lost = "no page for ada, because the graded notebook is gone: run `autograder grade"
    gone = folder == "autograded"
    assert (made.exit_code, alone.exit_code) == ((1, 1) if gone else (0, 0)), made.output
    for one in (made, alone):
        assert (lost in " ".join(one.output.split())) == gone
    assert made.output.count(".html") == (5 if gone else 6)
    grade(term, NAME)
    assert (term.runtime / folder / "ada" / NAME / f"{NAME}.ipynb").is_file()
    printed(app, ["feedback", NAME])


def test_the_page_and_its_tables(term, tmp_path):
    result = CliRunner().invoke(app, ["report", NAME], env={"COLUMNS": "120"})
    assert result.exit_code == 1, result.output  # of what lies loose in the inbox
    assert isinstance(result.exception, SystemExit), result.exception
    for words in (
        "handed in nothing, and are not counted above (1): mia",
        "not graded yet: run `autograder grade` (1): zed",
        "not graded: inbox/loose.txt",
        "late (1): bob",
    ):
        assert words in result.output
    folder = term.runtime / "report" / NAME
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert "script" not in re.sub("&lt;/?script&gt;", "", html)
    assert html.count("<svg") == 3
    assert "object at 0x" not in html
    assert "alert(…)" in html  # a message, with its number left out
    for words in ("the same file", "bob, cy, dan", "1 d 1 h late", "99.5", "inbox/loose.txt"):
        assert words in html
    rows = {}
    for table in ("items", "messages", "students"):
        with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
            rows[table] = list(csv.DictReader(file))
    standing = Counter(row["reason"] for row in rows["students"] if not row["total"])
    assert standing["not handed in"] == standing["not graded yet"] == 1
    assert len(rows["students"]) == 6 + 1 + 1 + 1
    assert {row["fraction that passed"] for row in rows["items"]} >= {"0.4"}
    assert "autograder/report/ (of all" in " ".join(traces(term, "ada"))
    printed(app, ["report", NAME, "--to", str(tmp_path / "x")], code=1)
    assert (tmp_path / "x" / "index.html").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_page(term, colors):
    sync = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed; `make test` installs it",
    )
    browser = pytest.importorskip("browser")
    CliRunner().invoke(app, ["report", NAME])
    page_file = term.runtime / "report" / NAME / "index.html"
    with browser.chromium() as chromium:
        page = browser.new_page(chromium, color_scheme=colors)
        # axe is a script; the page itself allows none
        page.set_content(re.sub("<meta http-equiv[^>]*>", "", page_file.read_text()))
        for width in (400, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            found = sync.Axe().run(page).response["violations"]
            assert [(each["id"], each["help"]) for each in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
