"""Totals stand in the platform's own file: what is not filled keeps its bytes, and is told."""

import csv
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.collect.about import About
from autograder.collect.kept import keep
from autograder.feedback_pages.templates import show_points
from autograder.grading.grade import grade
from autograder.grading.marks import Marks, marks
from autograder.platforms.fill import fill_sheet
from autograder.platforms.layouts import canvas, moodle
from autograder.platforms.people import NobodyError, People, Person
from autograder.platforms.sheet import Sheet
from autograder.roster.columns import read_roster

MOODLE = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\r\n'
    '"Participant 501","Ada Lovelace",ada@example.org,"Submitted for grading - ",,100.00,Yes,'
    '"Sunday, 1 March 2026, 11:58 AM",-,"<p>Said ""well"",\r\ntwice</p>"\r\n'
    'Participant 502,Bob Byron,bob@example.org,"No submission - ",,100.00,Yes,-,-,\r\n'
    "Participant 503,Cy Young,cy@example.org,Submitted for grading - ,12.00,100.00,No,-,-,\r\n"
    'Participant 504,"=HYPERLINK(""http://evil.example"")",,No submission - ,,100.00,Yes,-,-,\r\n'
)
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,09_lab (77001),Essay (77002),Final Score\n"
    ",,,,,Manual Posting,,\n"
    "    Points Possible,,,,,100.0,10.0,(read only)\n"
    '"Lovelace, Ada",1001,S-1,ada@example.org,Lab A,,7,70\n'
    '"Byron, Bob",1002,S-2,bob@example.org,"Lab A and Lab ""B""",,,\n'
    '"Young, Cy",1003,S-3,cy@example.org,Lab A,EX,,\n'
    '"Student, Test",1999,,b6740f0b946af,Lab A,,,\n'
)
PEOPLE = People(
    [
        Person("ada", "Ada Lovelace", "ada@example.org", "1001"),
        Person("bob", "Bob Byron", "bob@example.org", "1002"),
        Person("cy", "Cy Young", "cy@example.org", "1003"),
    ]
)
MARKS = {"ada": Marks(91.5, 10, 100, waiting=False), "cy": Marks(50, 0, 100, waiting=False)}


def sheet_of(tmp_path, text, file="sheet.csv"):
    path = tmp_path / file
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Sheet(path)


def filled(tmp_path, text, layout, marks=MARKS, people=PEOPLE, **options):
    sheet = sheet_of(tmp_path, text)
    done = fill_sheet(sheet, layout(sheet, NAME, **options), people, marks)
    sheet.write(tmp_path / "filled.csv")
    return done, (tmp_path / "filled.csv").read_bytes().decode()


def test_moodles_worksheet_gets_the_total_and_keeps_every_other_byte(tmp_path):
    done, text = filled(tmp_path, MOODLE, moodle)
    assert text == MOODLE.replace(
        '"Submitted for grading - ",,100.00', '"Submitted for grading - ",81.50,100.00'
    )
    assert (done.filled, done.absent, done.rowless) == (["ada"], ["bob"], [])
    assert [(line, why) for line, _, why in done.unfilled] == [
        (5, "Moodle says that its grade cannot be changed"),
        (6, "no student in the gradebook has one of its ids, or its name"),
    ]
    assert "1 cell of the original file could run as formulas;" in done.notes[0]


def test_canvas_gradebook_gets_the_total_and_keeps_every_other_byte(tmp_path):
    done, text = filled(tmp_path, CANVAS, canvas)
    assert text == CANVAS.replace("Lab A,,7,70", "Lab A,81.50,7,70")
    assert (done.filled, done.absent) == (["ada"], ["bob"])
    assert done.unfilled == [(6, "Young, Cy", "Canvas says that the student is excused")]


def test_a_gradebook_of_canvas_in_another_language_is_filled_too(tmp_path):
    german = CANVAS.replace("Manual Posting", "Manuell").replace("Points Possible", "Punkte")
    text = filled(tmp_path, german, canvas)[1]
    assert text == german.replace("Lab A,,7,70", "Lab A,81.50,7,70", 1)
    roster = read_roster(tmp_path / "sheet.csv")
    assert [row.first for row in roster] == ["Ada", "Bob", "Cy"]


def test_nothing_handed_in_is_no_zero_and_a_mark_without_a_row_is_told(tmp_path):
    marks = {"bob": Marks(0, 0, 100, waiting=False), "zed": Marks(90, 0, 100, waiting=False)}
    done, text = filled(tmp_path, CANVAS, canvas, marks)
    assert text == CANVAS.replace('"Lab A and Lab ""B""",,,', '"Lab A and Lab ""B""",0.00,,')
    assert done.rowless == ["zed"]
    assert not done.complete


def test_what_waits_for_a_person_is_not_filled(tmp_path):
    done, text = filled(tmp_path, MOODLE, moodle, {"ada": Marks(80, 0, 100, waiting=True)})
    assert (text, done.waiting) == (MOODLE, ["ada"])


def test_totals_are_scaled_to_the_points_of_the_column_which_is_told(tmp_path):
    done, text = filled(tmp_path, CANVAS, canvas, title="Essay")
    assert '"Lovelace, Ada",1001,S-1,ada@example.org,Lab A,,8.15,70' in text
    assert "totals of 100 were scaled to 10" in done.notes


@pytest.mark.parametrize(
    ("raw", "most", "text"),
    [
        (72.125, "100.00", "72.13"),  # half a hundredth goes up, as on the platform
        (87.385, "100.00", "87.39"),  # in binary it is a little less
        (0.1 + 0.2 + 49.2, "100.00", "49.50"),
        (42.5, "10.00", "4.25"),
        (42.25, "10.00", "4.23"),
        (0.004, "100.00", "0.00"),
    ],
)
def test_half_a_hundredth_is_rounded_up_on_sheet_and_page_alike(tmp_path, raw, most, text):
    mark = {"ada": Marks(raw, 0, 100, waiting=False)}
    written = filled(tmp_path, MOODLE.replace("100.00", most), moodle, marks=mark)[1]
    assert f'grading - ",{text},{most}' in written
    if most == "100.00":
        assert show_points(mark["ada"].total) == f"{float(text):g}"


def test_no_total_is_a_hair_below_what_it_adds_up_to():
    """Sums of tenths are not exact: 49.49999999999999 would be rounded to 49."""
    submission = SimpleNamespace(
        score=sum([6.6] * 15), late_submission_penalty=49.5, max_score=100, needs_manual_grade=False
    )
    assert submission.score != 99
    assert marks(submission) == Marks(99, 49.5, 100, waiting=False)
    assert Marks(0.1 + 0.2, 0.1, 1, waiting=False).total == 0.2


def test_a_sheet_with_decimal_commas_gets_one_too(tmp_path):
    text = MOODLE.replace("100.00", '"100,00"')
    written = filled(tmp_path, text, moodle)[1]
    assert written == text.replace(
        '"Submitted for grading - ",,', '"Submitted for grading - ","81,50",'
    )


@pytest.mark.parametrize(
    ("largest", "grade"), [("100", "81.50"), ('"20,00"', '"16,30"'), ('"12,5"', '"10,19"')]
)
@pytest.mark.parametrize(
    ("number", "title"), [("Teilnehmer/in 501", "Bewertung"), ("Participant501", "Note")]
)
def test_a_worksheet_in_another_language_needs_the_title_of_its_column(
    tmp_path, number, title, largest, grade
):
    """The largest grade stands behind it, and totals are scaled to that in every language."""
    sheet = (
        f"ID,Name,Adresse,Status,{title},Maximum,Offen\r\n"
        f"{number},Ada Lovelace,ada@example.org,,,{largest},Ja\r\n"
    )
    with pytest.raises(ValueError, match="--column"):
        filled(tmp_path, sheet, moodle)
    done, text = filled(tmp_path, sheet, moodle, title=title)
    assert text == sheet.replace(f",,,{largest}", f",,{grade},{largest}")
    to = float(largest.strip('"').replace(",", "."))
    assert done.notes == ([] if to == 100 else [f"totals of 100 were scaled to {to:g}"])


def test_a_locked_row_is_told_in_another_language_too(tmp_path):
    sheet = (
        "ID,Name,Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden\r\n"
        "Teilnehmer/in501,Ada Lovelace,ada@example.org,,,100,Nein\r\n"
        "Teilnehmer/in503,Cy Young,cy@example.org,,,100,Ja\r\n"
    )
    done, text = filled(tmp_path, sheet, moodle, title="Bewertung")
    assert text == sheet.replace("cy@example.org,,,", "cy@example.org,,50.00,")
    assert done.unfilled == [(2, "Ada Lovelace", "Moodle says that its grade cannot be changed")]


@pytest.mark.parametrize(
    ("layout", "old", "new", "title", "words"),
    [
        (moodle, '"Maximum Grade"', "Scale", None, "grades this assignment on a scale"),
        (moodle, "Identifier", "Kennung", "Full name", "'Full name' is not the column of the"),
        (moodle, "100.00", '"Poor, Good"', None, "or Moodle grades on a scale"),
        (moodle, "", "", "Feedback comments", "'Feedback comments' is not the column of the"),
        (moodle, "", "", "Full name", "'Full name' is not the column of the grade"),
        (canvas, "", "", "Section", "no column 'Section': name one with --column"),
        (canvas, "", "", "Final Score", "no column 'Final Score'"),
    ],
)
def test_no_total_is_written_over_a_name_a_scale_or_a_comment(
    tmp_path, layout, old, new, title, words
):
    text = (CANVAS if layout is canvas else MOODLE).replace(old, new, -1 if old else 0)
    with pytest.raises(ValueError, match=words):
        filled(tmp_path, text, layout, title=title)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            '"Lovelace, Ada"',
            "Lovelace, Ada",
            "more cells than the header: quote the cell that has a comma",
        ),
        ("Lab A,,7,70", "Lab A,N/A,7,70", "Canvas says that the student does not have this"),
        ('Ada",1001', 'Ada",1.0E+13', "has shortened its ID to 1.0E+13: export it from Canvas"),
    ],
)
def test_a_row_in_which_a_total_would_be_lost_or_misplaced_is_left_and_told(
    tmp_path, old, new, why
):
    wrong = CANVAS.replace(old, new)
    done, text = filled(tmp_path, wrong, canvas)
    assert (text, done.filled, done.unfilled[0][0]) == (wrong, [], 4)
    assert why in done.unfilled[0][2]


def test_a_gradebook_of_canvas_with_names_in_two_columns_is_filled_and_read(tmp_path):
    two = CANVAS.replace("Student,ID", "LastName,FirstName,ID").replace("Points Possible", "P,", 1)
    two = two.replace(",,,,,Manual", ",,,,,,Manual")
    for last, first in (
        ("Lovelace", "Ada"),
        ("Byron", "Bob"),
        ("Young", "Cy"),
        ("Student", "Test"),
    ):
        two = two.replace(f'"{last}, {first}"', f"{last},{first}")
    done, text = filled(tmp_path, two, canvas)
    assert text == two.replace("Lab A,,7,70", "Lab A,81.50,7,70")
    assert (done.filled, done.absent, [line for line, *_ in done.unfilled]) == (
        ["ada"],
        ["bob"],
        [6],
    )
    roster = read_roster(tmp_path / "sheet.csv")
    assert [(row.first, row.platform) for row in roster] == [
        *(("Ada", "1001"), ("Bob", "1002"), ("Cy", "1003"))
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_separator_and_line_ends_stay(tmp_path, encoding, separator):
    rows = [line.replace(",", separator) for line in CANVAS.replace('"', "").splitlines()[:3]]
    rows.append(separator.join(("Ada Lovelace", "1001", "S", "ada", "Łódź", "", "7", "70")))
    raw = "\r\n".join(rows).encode(encoding)
    sheet = sheet_of(tmp_path, raw)
    fill_sheet(sheet, canvas(sheet, NAME), PEOPLE, MARKS)
    sheet.write(tmp_path / "filled.csv")
    wanted = "\r\n".join(rows).replace(f"Łódź{separator}", f"Łódź{separator}81.50")
    assert (tmp_path / "filled.csv").read_bytes() == wanted.encode(encoding)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_first_line_that_names_the_separator_for_excel_stays_and_is_no_row(tmp_path, mark):
    raw = mark + b"sep=;\r\n" + MOODLE.replace(",", ";").encode()
    sheet = sheet_of(tmp_path, raw)
    done = fill_sheet(sheet, moodle(sheet, NAME), PEOPLE, MARKS)
    sheet.write(tmp_path / "filled.csv")
    assert (done.filled, done.unfilled[0][0]) == (["ada"], 6)
    wanted = raw.replace(b'grading - ";;', b'grading - ";81.50;', 1)
    assert (tmp_path / "filled.csv").read_bytes() == wanted


def test_two_rows_of_one_student_are_both_left(tmp_path):
    twice = MOODLE + "Participant 509,Ada Lovelace,ada@example.org,,,100.00,Yes,-,-,\r\n"
    done, text = filled(tmp_path, twice, moodle)
    assert (text, done.filled) == (twice, [])
    assert done.unfilled[0][2] == "lines 2, 7 all belong to ada"


def test_a_row_that_is_too_short_is_told(tmp_path):
    short = MOODLE + "Participant 510,Dan,dan@example.org\r\n"
    people = People([Person("dan", "", "dan@example.org")])
    done, text = filled(tmp_path, short, moodle, {"dan": Marks(1, 0, 2, waiting=False)}, people)
    assert text == short
    assert done.unfilled[-1][2] == "the row has fewer cells than the header"


@pytest.mark.parametrize(
    ("keys", "name", "words"),
    [
        (["1001", "bob@example.org"], "", "ids belong to different students: ada, bob"),
        (
            ["1002"],
            "Young, Cy",
            "its id is that of bob, whose name in the gradebook is 'Bob Byron'",
        ),
        (["77"], "Nobody", "no student in the gradebook has one of its ids, or its name"),
        ([""], "", "no student in the gradebook has one of its ids, or its name"),
        (["77"], "Kim Lee", "several students have this name: kim1, kim2"),
    ],
)
def test_nobody_is_guessed(keys, name, words):
    people = [*PEOPLE._persons.values(), Person("kim1", "Kim Lee"), Person("kim2", "Lee Kim")]
    with pytest.raises(NobodyError, match=words):
        People(people).find(keys, name)


def test_names_are_read_in_either_order_and_ids_in_any_case():
    assert PEOPLE.find([], "LOVELACE, Ada") == "ada"
    assert PEOPLE.find(["Cy@Example.org"], "Cyril Young") == "cy"
    assert PEOPLE.find([], "lovelaceada") == "ada"
    assert People([Person("j", "José María Núñez")]).find([], "nunezjosemaria") == "j"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\x00\x00", "is not text"),
        ("Größe,a\n".encode("latin-1"), "is not in UTF-8"),
        (MOODLE[: MOODLE.index("twice")].encode(), "on line 2, a cell in quotes does not end"),
        (b'a,"b"c\n', "a cell in quotes does not end"),
    ],
)
def test_a_damaged_file_is_refused_in_words(tmp_path, text, words):
    with pytest.raises(ValueError, match=words):
        sheet_of(tmp_path, text)


@pytest.mark.parametrize(
    ("layout", "text", "words"),
    [
        (moodle, CANVAS, "is not a grading worksheet from Moodle in English"),
        (canvas, MOODLE, "is not a gradebook from Canvas"),
        (
            canvas,
            CANVAS.replace("    Points Possible,", "Worth,1000"),
            "is not a gradebook from Canvas",
        ),
        (canvas, CANVAS.replace("100.0,10.0", ","), "is not a gradebook from Canvas"),
        (canvas, CANVAS.replace("09_lab", "Lab 9"), "no column '09_lab': name one .*'Lab 9"),
        (canvas, CANVAS.replace("Essay", "09 Lab"), "several columns '09_lab'"),
    ],
)
def test_a_file_of_another_layout_is_refused_in_words(tmp_path, layout, text, words):
    with pytest.raises(ValueError, match=words):
        layout(sheet_of(tmp_path, text), NAME)


def test_only_numbers_are_written(tmp_path):
    sheet = sheet_of(tmp_path, CANVAS)
    with pytest.raises(ValueError, match="is not a number"):
        sheet.put(3, 5, "=1+1")


def grade_some(course):
    """Ada is right, Bob handed in nothing, Cy's file is not graded yet; a roster has all three."""
    hand_in(course, "ada", answers(course))
    hand_in(course, "eve", answers(course, double="def double(x):\n    return x"))
    grade(course, NAME)
    hand_in(course, "cy", answers(course))
    with Gradebook(course.gradebook) as gradebook:
        for student in ("ada", "bob", "cy"):
            gradebook.update_or_create_student(student, email=f"{student}@example.org")


@pytest.fixture
def term(small_after, monkeypatch):
    course = small_after(grade_some)
    monkeypatch.chdir(course.root)
    return SimpleNamespace(course=course, run=lambda *words: CliRunner().invoke(app, [*words]))


def test_the_command_fills_a_copy_and_tells_every_row_it_could_not_fill(term, tmp_path):
    (tmp_path / "worksheet.csv").write_bytes(MOODLE.encode())
    result = term.run("export", NAME, "--moodle", str(tmp_path / "worksheet.csv"))
    assert result.exit_code == 1, result.output
    assert (tmp_path / "worksheet.csv").read_bytes() == MOODLE.encode()
    with (tmp_path / "worksheet-filled.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["Grade"] for row in rows] == ["80.00", "", "12.00", ""]
    for words in (
        "1 row filled",
        "because nothing was handed in (that is not a 0): bob",
        "not graded yet: cy",
        "with a mark, but no row in the file: eve",
        "line 6 (=HYPERLINK",
    ):
        assert words in result.output


def test_the_worksheet_of_another_assignment_is_refused(term, tmp_path):
    """Marks in it would be uploaded to that assignment; its numbers tell it from the right one."""
    (tmp_path / "x.ipynb").write_text("{}")
    about = About("Ada Lovelace_501", "moodle", "2026-03-02 12:00:00 UTC")
    keep(term.course, NAME, "ada", {"x.ipynb": tmp_path / "x.ipynb"}, about)
    own, other = tmp_path / "own.csv", tmp_path / "other.csv"
    own.write_bytes(MOODLE.encode())
    other.write_bytes(MOODLE.replace("Participant 5", "Participant 9").encode())
    for command in ("export", "return"):
        result = term.run(command, NAME, "--moodle", str(other))
        assert result.exit_code == 1
        assert "is the worksheet of another assignment: its participants are 901" in result.output
    assert not (tmp_path / "other-filled.csv").exists()
    assert "1 row filled" in term.run("export", NAME, "--moodle", str(own)).output


def test_everybody_has_a_row_and_who_handed_in_nothing_has_no_number_in_it(term, tmp_path):
    result = term.run("export", NAME, "--csv", str(tmp_path / "all.csv"))
    assert result.exit_code == 0, result.output
    with (tmp_path / "all.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert {s: (row["total"], row["reason"]) for s, row in rows.items() if not row["total"]} == {
        "bob": ("", "not handed in"),
        "cy": ("", "not graded yet"),
    }
    assert (rows["bob"]["of"], rows["ada"]["total"], rows["bob"]["email"]) == (
        "",
        "80.0",
        "bob@example.org",
    )
    table = term.run("table", NAME).output
    assert "bob  not handed in" in table
    assert "cy   not graded yet" in table


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((NAME,), "name one file"),
        ((NAME, "--csv", "a.csv", "--moodle", "b.csv"), "name one file"),
        (("--moodle", "b.csv"), "name one assignment"),
        ((NAME, "--moodle", "nowhere.csv"), "nowhere.csv"),
        ((NAME, "--canvas", "nowhere/b.csv"), "there is no folder"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_in_words(term, words, says):
    result = term.run("export", *words)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output
