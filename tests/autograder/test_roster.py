"""The class: read from the files that platforms export, kept while it changes, in every table."""

import csv
import re
import unicodedata

import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.collect.hand_in import HandIn
from autograder.collect.match import Class
from autograder.grading.grade import grade
from autograder.grading.members import everybody, groups, members
from autograder.grading.outcome import outcomes
from autograder.grading.records import Records
from autograder.platforms.people import people_of
from autograder.roster.columns import read_roster
from autograder.roster.update import read_class

PLAIN = """student,name,email,section,group
ada,Ada Lovelace,ada@uni.example,A,red
grace,"Hopper, Grace",grace@uni.example,B,red
zoe,Zoë Müller-Öztürk,zoe@uni.example,A,
"""
# Canvas: Grades, Export. Two rows above the students, and one that Canvas adds for trying out.
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,09_lab (77),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,100.00,(read only)
"Lovelace, Ada",41,20123,ada,CS 1 and CS 1 Lab,,80
"Müller, Zoë",42,20124,zoe,CS 1,EX,
"Student, Test",43,,1b5f0c8e,CS 1,,
"""
PARTICIPANTS = """\ufeff"First name","Last name","ID number","Email address",Groups
Ada,Lovelace,,ada@uni.example,"red, Tuesday"
Zoë,Müller,4711,zoe@uni.example,
"""
WORKSHEET = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade"
"Participant 501","Ada Lovelace",ada@uni.example,"No submission",,100.00
"Participant 502","Zoë Müller",zoe@uni.example,"No submission",,100.00
"""
GITHUB = """"identifier","github_username","github_id","name"
"ada","countess","1",""
"zoe","","",""
"""


def file(tmp_path, text, name="class.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def people(course):
    with Gradebook(course.gradebook) as gradebook:
        return {
            s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students
        }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PLAIN, {"ada": ("Ada", "Lovelace", "ada@uni.example", ""),
                 "grace": ("Grace", "Hopper", "grace@uni.example", ""),
                 "zoe": ("Zoë", "Müller-Öztürk", "zoe@uni.example", "")}),
        (CANVAS, {"ada": ("Ada", "Lovelace", "", "41"), "zoe": ("Zoë", "Müller", "", "42")}),
        (PARTICIPANTS, {"ada@uni.example": ("Ada", "Lovelace", "ada@uni.example", ""),
                        "zoe@uni.example": ("Zoë", "Müller", "zoe@uni.example", "")}),
        (WORKSHEET, {"ada@uni.example": ("Ada", "Lovelace", "ada@uni.example", ""),
                     "zoe@uni.example": ("Zoë", "Müller", "zoe@uni.example", "")}),
        (GITHUB, {"ada": ("", "", "", ""), "zoe": ("", "", "", "")}),
        ("email\nada@uni.example\n", {"ada@uni.example": ("", "", "ada@uni.example", "")}),
        ("Username;Surname;First name\r\nada;Lovelace;Ada\r\n",
         {"ada": ("Ada", "Lovelace", "", "")}),
    ],
    ids=["plain", "canvas", "participants", "worksheet", "github", "addresses", "semicolons"],
)  # fmt: skip
def test_columns_are_known_by_their_usual_names(tmp_path, text, expected):
    rows = read_roster(file(tmp_path, text))
    assert {row.id: (row.first, row.last, row.email, row.platform) for row in rows} == expected


def test_sections_groups_and_other_names_are_read(tmp_path):
    ada, zoe = read_roster(file(tmp_path, PARTICIPANTS))
    assert (ada.groups, zoe.groups) == (("red", "Tuesday"), ())
    assert zoe.also == ("4711",)
    assert read_roster(file(tmp_path, CANVAS))[0].section == "CS 1 and CS 1 Lab"
    assert read_roster(file(tmp_path, GITHUB))[0].also == ("countess",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("student,name\nada,A\nADA,B\n", "'ada' is on lines 2, 3"),
        ("student,name\nada,A\n,B\n", "it is empty on line 3"),
        ("student\n../../etc\n", "'../../etc' on line 2 cannot be the name of a folder"),
        ("student\nDOM\\ada\n", "cannot be the name of a folder"),
        ("student\n" + "a" * 65 + "\n", "cannot be the name of a folder"),
        ("color,shape\nred,round\n", "it has the columns 'color', 'shape'"),
        ("student\n1.23457E+11\n1,23458E+11\n", "1.23457E+11 on line 2 is a number that a spread"),
        ("sep=;\nstudent;name\nada;A\nADA;B\n", "'ada' is on lines 3, 4"),
        ("ID;Nom complet\nParticipant/e501;Ada\n", "set your language there to English"),
        ("student,name\nada,Lovelace, Ada\n", "line 2 has more cells than the header"),
        ("student\n", "names no student"),
        ("", "is empty"),
        ('student\n"ada\n', "damaged"),
    ],
)
def test_what_is_no_class_is_refused_with_the_line(tmp_path, text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        read_roster(file(tmp_path, text))


BRIGHTSPACE = """OrgDefinedId,Username,Last Name,First Name,Lab Points Grade,End-of-Line Indicator
#00123,#ada,Lovelace,Ada,7,#
#00124,#bob,Byron,Bob,,#
"""
WITHOUT_SIS = """Student,ID,Section,09_lab (77)
    Points Possible,,,100
"Lovelace, Ada",41,CS 1,
"Student, Test",43,CS 1,
"""


def test_a_gradebook_of_brightspace_and_one_of_canvas_without_logins_are_read(tmp_path):
    ada, bob = read_roster(file(tmp_path, BRIGHTSPACE))
    assert (ada.id, ada.first, ada.last, ada.also) == ("ada", "Ada", "Lovelace", ("00123",))
    assert (bob.id, bob.also) == ("bob", ("00124",))
    (ada,) = read_roster(file(tmp_path, WITHOUT_SIS))
    assert (ada.id, ada.first, ada.platform, ada.section) == ("41", "Ada", "41", "CS 1")
    plain = read_roster(file(tmp_path, "student,id,section\nada,,3\nbob,7,3\n"))
    assert [row.id for row in plain] == ["ada", "bob"]  # the first is no row of points


def test_what_of_a_file_is_not_read_is_told(small, tmp_path, monkeypatch):
    """Columns that nothing here is called like, and numbers that a spreadsheet has shortened."""
    monkeypatch.chdir(small.root)
    login = "Login;Vorname;Tutorial;E-Mail\nada;Ada;T1;ada@uni.example\n"
    shown = printed(app, ["class", str(file(tmp_path, login))])
    assert "columns not read, because their titles are not known: 'Vorname', 'Tutorial'" in shown
    spoiled = CANVAS.replace(",41,", ",1.0E+13,").replace(",42,", ",1.0E+13,")
    shown = printed(app, ["class", str(file(tmp_path, spoiled)), "--add"])
    assert "left out: 2 numbers that a spreadsheet has shortened (1.0E+13 on line 4)" in shown
    assert {who[3] for who in people(small).values()} == {None}


def test_who_was_graded_before_the_class_was_read_and_is_not_in_it_is_told(small, tmp_path):
    with Gradebook(small.gradebook) as gradebook:
        for student in ("ada", "Zoë Müller"):  # as Moodle calls her
            gradebook.update_or_create_student(student)
    (line,) = read_class(small, file(tmp_path, PLAIN)).notes
    assert line.startswith("in the gradebook, but not in the class: Zoë Müller. If they are")


def test_joins_drops_and_new_names_keep_what_exists(small, at_once, tmp_path):
    update = read_class(small, file(tmp_path, PLAIN))
    assert (update.joined, update.left) == (["ada", "grace", "zoe"], [])
    hand_in(small, "ada", answers(small))
    hand_in(small, "grace", answers(small))
    grade(small, NAME)
    marks = {one.student: one.marks for one in outcomes(small, NAME, ["ada", "grace"])}
    later = """student,name,email,section,group
ada,Ada King,ada@uni.example,B,blue
zoe,Zoë Müller-Öztürk,zoe@uni.example,A,
new,Alan Turing,,A,
"""
    update = read_class(small, file(tmp_path, later))
    assert (update.joined, update.left, update.same) == (["new"], ["grace"], 1)
    assert update.changed == {
        "ada": ["last name 'King', before 'Lovelace'", "section 'B', before 'A'",
                "groups 'blue', before 'red'"]
    }  # fmt: skip
    assert everybody(small) == ["ada", "new", "zoe"]
    assert members(small)["grace"].gone
    assert people(small)["grace"][1] == "Hopper"
    assert {o.student: o.marks for o in outcomes(small, NAME, ["ada", "grace"])} == marks
    assert groups(small) == {"blue": ["ada"]}
    assert read_class(small, file(tmp_path, PLAIN)).joined == ["grace"]
    assert read_class(small, file(tmp_path, "student\nlate\n"), add=True).left == []


def test_a_new_login_name_does_not_make_a_second_student(small, tmp_path):
    read_class(small, file(tmp_path, CANVAS))
    read_class(small, file(tmp_path, CANVAS.replace(",ada,", ",ada.king,")))
    assert set(people(small)) == {"ada", "zoe"}
    assert "ada.king" in members(small)["ada"].also
    read_class(small, file(tmp_path, "student,name,email\nada,Ada,a@x.example\n"), add=True)
    read_class(small, file(tmp_path, "student,name,email\nlovelace,Ada,A@x.example\n"), add=True)
    assert set(people(small)) == {"ada", "zoe"}


def test_ids_without_their_leading_zeros_make_no_second_students(small, tmp_path):
    """A spreadsheet cuts them off, and then everybody would have left and somebody joined."""
    zeros = "student id,name,email\n00123,Ada Lovelace,ada@x.example\n00124,Bob,bob@x.example\n"
    read_class(small, file(tmp_path, zeros))
    cut = zeros.replace("00", "")
    alone = "\n".join(line.rpartition(",")[0] for line in cut.splitlines())
    with pytest.raises(
        ValueError, match=r"line 2: 123 is new, but apart from leading zeros it is the id 00123,"
    ):
        read_class(small, file(tmp_path, alone), add=True)
    assert read_class(small, file(tmp_path, cut)).joined == []  # known by their addresses
    both = zeros + "123,Cy,cy@x.example\n"
    assert read_class(small, file(tmp_path, both)).joined == ["123"]
    assert everybody(small) == ["00123", "00124", "123"]


def test_an_id_is_the_same_with_its_accents_apart_and_in_another_case(small, tmp_path):
    for form, name in (("NFD", "zoë"), ("NFC", "zoë"), ("NFD", "Zoë")):
        rows = unicodedata.normalize(form, f"student,name\n{name},Zoë M\nada,Ada L\n")
        (tmp_path / "class.csv").write_text(rows, encoding="utf-8")
        update = read_class(small, tmp_path / "class.csv")
    assert update.left == update.joined == []
    assert everybody(small) == ["ada", "zoë"]


def test_a_row_that_fits_two_students_is_refused_and_nothing_is_written(small, tmp_path):
    read_class(small, file(tmp_path, PLAIN))
    before = people(small)
    with pytest.raises(ValueError, match="line 2: its ids and its address belong to different"):
        read_class(small, file(tmp_path, "student,email\nada,zoe@uni.example\n"))
    with pytest.raises(ValueError, match="lines 2 and 3: both are ada"):
        read_class(small, file(tmp_path, "student,email\nada,q@x.example\nq,ada@uni.example\n"))
    assert people(small) == before


def test_names_may_hold_anything_and_ids_may_not(small, tmp_path):
    text = 'student,name\nada,"=cmd|\' /C calc\'!A0"\nbob,"\x07O\'Neil, 雪\u202e"\n'
    read_class(small, file(tmp_path, text))
    assert people(small)["ada"][:2] == ("=cmd|' /C", "calc'!A0")
    assert people(small)["bob"][:2] == ("雪", "O'Neil")  # without signs that nobody sees


@pytest.mark.slow
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Anna\u00a0Maria Weiß", "Anna Maria Weiß"),  # copied from a web page
        ("\u200fسعد بن", "سعد بن"),  # with a mark for right to left
        ("Ada \t Love\u00adlace\u202e", "Ada Lovelace"),
        ("Zoe\u0308 Bo\u0308rk", "Zoë Börk"),
        ("علی\u200cرضا نوری", "علی\u200cرضا نوری"),
        ("Maria " + "Guadalupe " * 14 + "Cruz", "Maria " + "Guadalupe " * 14 + "Cruz"),
    ],
)
def test_a_name_is_kept_as_it_is_read_and_its_hand_in_is_found(small, tmp_path, typed, name):
    """Whatever invisible signs a roster or a platform has in it."""
    (tmp_path / "a.csv").write_text(f"student,name\nada,{typed}\n", encoding="utf-8")
    read_class(small, tmp_path / "a.csv")
    with Gradebook(small.gradebook) as gradebook:
        ada = gradebook.find_student("ada")
        assert f"{ada.first_name} {ada.last_name}" == name
    whose = Class(small)
    assert whose.find("moodle", HandIn("x", name=typed)) == (["ada"], "")
    squashed = "".join(sign for sign in name.lower() if sign.isalnum())
    assert whose.find("canvas", HandIn("x", name=squashed)) == (["ada"], "")
    assert people_of(small).find(["ada"], squashed) == "ada"


def test_ten_thousand_students_are_read_at_once(small, tmp_path):
    rows = "".join(f"s{k},Name {k},s{k}@x.example\n" for k in range(10_000))
    update = read_class(small, file(tmp_path, f"student,name,email\n{rows}"))
    assert len(update.joined) == len(everybody(small)) == 10_000


def test_everybody_has_a_row_and_nothing_handed_in_is_no_zero(
    small, at_once, tmp_path, monkeypatch
):
    read_class(small, file(tmp_path, PLAIN))
    hand_in(small, "ada", answers(small))
    monkeypatch.chdir(small.root)
    table = tmp_path / "table.csv"
    for command in ("grade", "table"):
        shown = printed(app, [command, NAME, "--csv", str(table)])
        assert shown.count("not handed in") == 2
        with open(table, newline="") as handle:
            found = {
                row["student"]: (row["total"], row["reason"]) for row in csv.DictReader(handle)
            }
        assert found["ada"][0] == "80.0"
        assert found["zoe"] == found["grace"] == ("", "not handed in")


def test_the_command_shows_changes_and_asks_before_somebody_leaves(small, tmp_path, monkeypatch):
    monkeypatch.chdir(small.root)
    shown = CliRunner().invoke(app, ["class"])
    assert "No class has been read in yet" in shown.output
    path = str(file(tmp_path, PLAIN))
    shown = CliRunner().invoke(app, ["class", path])
    assert "3 joined: ada, grace, zoe" in shown.output
    assert "group red: ada, grace" in shown.output
    less = str(file(tmp_path, "student\nada\n", "less.csv"))
    printed(app, ["class", less], input="n\n", code=1)
    assert len(everybody(small)) == 3
    shown = CliRunner().invoke(app, ["class", less, "--yes"])
    assert "2 are not in the file (all of their data is kept): grace, zoe" in shown.output
    assert everybody(small) == ["ada"]
    Records(small.records).forget("ada")
    assert everybody(small) == []
