"""Marks for a spreadsheet are quoted, disarmed and readable; tables fit; progress is shown."""

import csv
import io

import pytest
from commands import printed
from nbgrader.api import Gradebook
from rich.console import Console

from autograder import cli
from autograder.grading.outcome import Outcome
from autograder.grading.progress import Progress
from autograder.grading.records import Records
from autograder.platforms.sheet import Sheet
from autograder.reports import table
from autograder.reports.export import CsvExport, disarmed, write_rows

FORMULAS = [
    "=1+1",
    "+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "\u200b=1",
    "\x00=1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula(text):
    assert disarmed(text).startswith("'")


@pytest.mark.parametrize("sign", "=+-@＝＋－＠")
def test_a_platforms_cell_that_begins_like_a_formula_is_counted(tmp_path, sign):
    (tmp_path / "a.csv").write_text(f"name,grade\n{sign}x,-1\n", encoding="utf-8")
    assert Sheet(tmp_path / "a.csv").formulas() == 1


@pytest.mark.parametrize("space", ["\t", "\n", " ", "; ", "\n\t"])
def test_a_name_of_a_million_spaces_is_looked_at_once(space):
    """No clock: if each of its lines were read to the end of all, this test would take a day."""
    text = space * (10**6 // len(space))
    assert disarmed(text) == text
    assert disarmed(f"{text}=1").count("'") == 1


def test_what_is_harmless_stays():
    for value in ("Ada", "O'Brien, Pat", 'a "quoted" one', "a\nb", -1.5, 0, "x = 1", "Łukasz 中"):
        assert disarmed(value) == value
    assert disarmed("x;=1") == "x;'=1"
    assert disarmed(None) == ""


def test_commas_quotes_and_lines_stay_in_their_cells(tmp_path):
    rows = [["Sharma, Asha", 'says "hi"', "two\nlines", 1.5], ["=x", "b", "c", -2]]
    write_rows(tmp_path / "a.csv", ["n,ame", "b", "c", "d"], rows, excel=True)
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8-sig") as file:
        read = list(csv.reader(file))
    assert read == [
        ["n,ame", "b", "c", "d"],
        ["Sharma, Asha", 'says "hi"', "two\nlines", "1.5"],
        ["'=x", "b", "c", "-2"],
    ]


@pytest.fixture
def gradebook(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as book:
        book.add_assignment("ps1", duedate="2030-01-01 00:00:00 UTC")
        book.add_student(
            "ada", first_name="Ada, Countess", last_name="=HYPERLINK(1)", email="a@b.c"
        )
        yield book


def test_nbgraders_own_export_is_safe_too(gradebook, tmp_path):
    """nbgrader's writer quotes nothing: the comma in this name would shift later columns."""
    plugin = CsvExport(to=str(tmp_path / "grades.csv"))
    plugin.export(gradebook)
    with (tmp_path / "grades.csv").open(newline="") as file:
        (row,) = list(csv.DictReader(file))
    assert (row["first_name"], row["last_name"]) == ("Ada, Countess", "'=HYPERLINK(1)")
    assert (row["email"], row["score"], row["assignment"]) == ("a@b.c", "0.0", "ps1")


def test_nbgrader_is_told_to_use_it(graded):
    course, _ = graded
    assert course.settings().ExportApp.plugin_class == "autograder.reports.export.CsvExport"


def test_the_command_writes_a_row_a_student(graded, tmp_path, monkeypatch):
    course, outcomes = graded
    monkeypatch.chdir(course.root)
    printed(cli.app, ["export", "01_invariant", "--csv", str(tmp_path / "marks.csv")])
    with (tmp_path / "marks.csv").open(newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    for student, outcome in outcomes.items():
        assert float(rows[student]["checks"]) == outcome.automatic
        assert {e: float(rows[student][e]) for e in outcome.exercises} == {
            e: score for e, (score, _) in outcome.exercises.items()
        }


def test_the_report_says_what_the_class_lost(graded, monkeypatch):
    course, _ = graded
    monkeypatch.chdir(course.root)
    result = printed(cli.app, ["report", "01_invariant"], env={"COLUMNS": "120"})
    assert "9 graded" in result
    assert "unequal rates" in result
    weak = Records(course.records).isolation("example-perfect", "01_invariant") == "process"
    assert ("not proof against tampering" in result) == weak
    missing = printed(cli.app, ["report", "02_exact"], code=1)
    assert "run `autograder release 02_exact`, then `autograder grade 02_exact`" in missing


def shown(outcomes):
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table.render("ps1", outcomes))
    return console.export_text()


def test_a_table_of_long_names_gets_letters_and_a_legend():
    exercises = {f"question_about_something_{n}": (1.0, 2.0) for n in range(9)}
    text = shown([Outcome(f"s{n}", exercises, 9.0, 18.0, reason="fine") for n in range(60)])
    assert "q9" in text
    assert "q1  question_about_something_0" in text
    assert all(f" s{n} " in text for n in range(60))
    assert max(map(len, text.splitlines())) <= 100


def test_a_reason_cannot_drive_the_terminal():
    assert "\x1b" not in shown([Outcome("s", reason="\x1b]0;owned\x07 \x1b[2J ok")])


class Clock:
    now = 1e9

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("time.time", clock)
    monkeypatch.setattr("tqdm.std.time", clock)
    return clock


def test_progress_without_a_terminal_is_a_line_now_and_then(clock):
    out = io.StringIO()
    with Progress("grading", out) as progress:
        for number in range(40):
            clock.now += 3
            progress(f"s{number}", number + 1, 40)
    lines = out.getvalue().splitlines()
    assert lines[0] == "grading: 1 of 40, s0, 00:03 so far, 01:57 left"
    assert lines[-1] == "grading: 40 of 40, s39, 02:00 so far, 00:00 left"
    assert 5 < len(lines) < 15
    assert "\r" not in out.getvalue()


def test_progress_on_a_terminal_is_a_bar():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    out = Terminal()
    with Progress("grading", out) as progress:
        for number, student in enumerate(("ada", "bob", "eve"), 1):
            progress(student, number, 3)
    assert "grading: 100%" in out.getvalue()
    assert "3/3" in out.getvalue()


def test_a_run_that_goes_on_counts_its_own_time_only(clock):
    out = io.StringIO()
    with Progress("grading", out) as progress:
        clock.now += 20
        progress("s31", 31, 40)
    assert out.getvalue().splitlines() == ["grading: 31 of 40, s31, 00:20 so far, 03:00 left"]


def test_progress_of_nothing_says_nothing():
    out = io.StringIO()
    with Progress("grading", out):
        pass
    assert out.getvalue() == ""
