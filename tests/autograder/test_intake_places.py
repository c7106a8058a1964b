"""Test that everything in the inbox is accounted for: graded, set aside with a reason, or told."""

import io
import json
import os
import random
import re
import shutil
from pathlib import Path

import labs
import pytest
import typer
from nbgrader.api import Gradebook
from rich.console import Console
from submissions import NAME, raw, small_course
from typer.testing import CliRunner

from autograder.cli import app
from autograder.courses import find
from autograder.grading.outcome import Outcome, unplaced
from autograder.grading.sharing import share, shared
from autograder.grading.standing import standing
from autograder.intake import places, students_with, survey, take_in
from autograder.intake.inbox import LEFT_BEHIND, Stray
from autograder.intake.names import shown
from autograder.reports import table

HERE, ELSEWHERE = f"inbox/ADA/{NAME}", "08_other"


@pytest.fixture
def course(tmp_path):
    """A course with two assignments and an empty inbox."""
    course = small_course(tmp_path)
    for folder in (course.solutions, course.released):
        (folder / ELSEWHERE).mkdir()
        (folder / ELSEWHERE / f"{ELSEWHERE}.ipynb").write_text(
            json.dumps(labs.notebook(labs.markdown("# Another", "o")))
        )
    course.inbox.mkdir(parents=True)
    return course


def run(*words: str):
    return CliRunner().invoke(app, list(words))


def put(course, path: str, content: object = None) -> Path:
    file = course.runtime / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(raw() if content is None else content))
    return file


def strays(course) -> dict[str, str]:
    return {stray.where: stray.why for stray in survey(course)[1]}


@pytest.mark.parametrize(
    ("path", "word"),
    [
        (f"inbox/ADA/{NAME}.ipynb", "was beside the folder"),
        (f"inbox/ADA/{NAME} (1).ipynb", "was beside the folder"),
        (f"inbox/ADA/Ada_{NAME}_final.ipynb", "was beside the folder"),
        (f"inbox/ADA/{NAME.upper()}/x.ipynb", f"called '{NAME.upper()}', not {NAME}"),
        ("inbox/ADA/09-Small/x.ipynb", f"called '09-Small', not {NAME}"),
        ("inbox/ADA/09 small /x.ipynb", f"called '09 small ', not {NAME}"),
    ],
)
def test_where_the_intent_is_plain_the_work_is_graded_and_a_note_says_how(course, path, word):
    put(course, path)
    assert strays(course) == {}
    assert students_with(course, NAME)[0] == ["ADA"]
    arrival = take_in(course, NAME, "ADA")
    assert arrival.problem == ""
    assert word in " ".join(arrival.notes)


def test_work_in_two_folders_of_one_name_is_looked_at_as_a_whole(course):
    old = put(course, f"{HERE}/{NAME}.ipynb", labs.release())
    os.utime(old, (2e9, 2e9))
    put(course, f"inbox/ADA/{NAME.upper()}/mine.ipynb")
    assert take_in(course, NAME, "ADA").file == "mine.ipynb"


@pytest.mark.parametrize("known", ["the class", "nobody"])
def test_a_name_with_accents_that_stand_apart_is_the_same_name(small, at_once, monkeypatch, known):
    """macOS unpacks a zip file so: not a student whom nobody knows beside one without work."""
    monkeypatch.chdir(small.root)
    if known == "the class":
        Path("class.csv").write_text("student,name\nzo\u00eb,Zo\u00eb M\n", encoding="utf-8")
        assert run("class", "class.csv").exit_code == 0
    file = small.inbox / "zoe\u0308" / "09_lab" / "09_lab.ipynb"
    file.parent.mkdir(parents=True)
    shutil.copyfile(small.released / "09_lab" / "09_lab.ipynb", file)
    (small.runtime / "deadlines.toml").write_text(
        'penalty = "zero"\n[09_lab]\ndue = "2020-03-01 12:00Z"\n'
        'extensions = { "zoe\u0308" = "2120-03-01 12:00Z" }\n',
        encoding="utf-8",
    )
    for student in ([], ["--student", "zoe\u0308"], ["--student", "zo\u00eb"]):
        graded = run("grade", "09_lab", *student)
        assert graded.exit_code == 0, graded.output
        assert "not handed in" not in graded.output
        assert "late" not in graded.output
        assert "called" not in graded.output
    with Gradebook(small.gradebook) as gradebook:
        assert [student.id for student in gradebook.students] == ["zo\u00eb"]
    assert "does not know" not in run("deadlines").output
    assert run("forget", "zoe\u0308", "--yes").exit_code == 0
    assert not file.parent.parent.exists()
    with Gradebook(small.gradebook) as gradebook:
        assert gradebook.students == []


def test_whoever_is_not_in_the_class_is_told_with_the_nearest(small, at_once, monkeypatch):
    monkeypatch.chdir(small.root)
    Path("class.csv").write_text("student,name\nada,A\nbob,B\ncy,C\n")
    assert run("class", "class.csv").exit_code == 0
    for student in ("Ada", "bobb", "cy", "zed"):
        (small.inbox / student).mkdir(parents=True)
        shutil.copytree(small.released / "09_lab", small.inbox / student / "09_lab")
    run("grade", "09_lab")
    Path("class.csv").write_text("student,name\nada,A\nbob,B\n")
    run("class", "class.csv", "--yes")
    said = {each.student: each.reason for each in standing(small, "09_lab")[0]}
    assert "[not in the class; did you mean ada?" in said["Ada"]
    assert "[not in the class; did you mean bob?" in said["bobb"]
    assert "[not in the class]" in said["zed"]
    assert "[left the class (20" in said["cy"]
    assert said["ada"] == said["bob"] == "not handed in"


def test_a_members_own_work_counts_wherever_it_lies(small, at_once):
    """Not the group's in its place, without a word."""
    for student, folder in (("ada", "09_lab"), ("bob", "09-Lab")):
        target = small.inbox / student / folder
        shutil.copytree(small.released / "09_lab", target)
    share(small, "09_lab", ["ada", "bob"])
    assert shared(small, "09_lab") == {}
    shutil.rmtree(small.inbox / "bob")
    assert shared(small, "09_lab") == {"bob": "ada"}
    os.rename(small.inbox / "ada" / "09_lab", small.inbox / "ada" / "09 Lab")
    assert shared(small, "09_lab") == {"bob": "ada"}


@pytest.mark.parametrize(
    ("path", "where", "word"),
    [
        (f"inbox/{NAME}.ipynb", f"inbox/{NAME}.ipynb", f"move it to inbox/STUDENT/{NAME}/"),
        ("inbox/x.pdf", "inbox/x.pdf", "no student; move it"),
        ("inbox/DOM\\user/09_small/x.ipynb", "inbox/DOM\\\\user", "is not a student id"),
        ("inbox/.ADA/09_small/x.ipynb", "inbox/.ADA", "is not a student id"),
        ("inbox/ADA/09_smal/x.ipynb", "inbox/ADA/09_smal", f"rename it to {NAME}"),
        ("inbox/ADA/typo/x.ipynb", "inbox/ADA/typo", "no assignment with this name"),
        ("inbox/ADA/final.ipynb", "inbox/ADA/final.ipynb", "no assignment; move it to inbox/ADA/"),
        ("inbox/ADA/.x/y.ipynb", "inbox/ADA/.x", "no assignment with this name"),
        (f"submitted/ADA/{NAME.upper()}/x.ipynb", f"submitted/ADA/{NAME.upper()}", "no assignment"),
        (f"submitted/{NAME}.ipynb", f"submitted/{NAME}.ipynb", "no student"),
    ],
)
def test_what_belongs_to_nobody_is_told_with_what_to_do(course, path, where, word):
    put(course, path)
    where = where.replace("\\\\", "\\")
    assert list(strays(course)) == [where]
    assert word in strays(course)[where]


def test_links_in_place_of_folders_and_files_are_told(course, tmp_path):
    (tmp_path / "away" / NAME).mkdir(parents=True)
    (course.inbox / "EVE").symlink_to(tmp_path / "away")
    (course.inbox / "BOB").mkdir()
    (course.inbox / "BOB" / NAME).symlink_to(tmp_path / "away" / NAME)
    (course.inbox / f"{NAME}.ipynb").symlink_to(course.source(NAME))
    found = strays(course)
    assert list(found) == ["inbox/09_small.ipynb", f"inbox/BOB/{NAME}", "inbox/EVE"]
    assert all("it is a link, and links are not followed" in why for why in found.values())


def test_names_that_two_assignments_could_have_meant_are_told(course):
    for folder in (course.solutions, course.released):
        shutil.copytree(folder / ELSEWHERE, folder / "08-Other")
        os.rename(folder / "08-Other" / "08_other.ipynb", folder / "08-Other" / "08-Other.ipynb")
    put(course, "inbox/ADA/08 other/x.ipynb")
    put(course, "inbox/ADA/08 other.ipynb")
    put(course, "inbox/ADA/08-Other/x.ipynb")
    assert list(strays(course)) == ["inbox/ADA/08 other", "inbox/ADA/08 other.ipynb"]


def test_the_table_shows_strays_and_names_as_they_are_and_stays_narrow(course):
    put(course, "inbox/ADA/[red]typo/x.ipynb")
    points = {f"01.{number}": (8.0, 10.0) for number in range(1, 9)}
    names = ["[red]n7", ":bug:", "m" * 64]
    graded = [
        Outcome(name, points, 64.0, 80.0, "waiting", reason="[b]all[/b] passed") for name in names
    ]
    screen = Console(width=80, file=io.StringIO(), highlight=False)
    screen.print(table.render(NAME, [*graded, *unplaced(survey(course)[1])]))
    text = screen.file.getvalue()
    for part in ("[red]n7", ":bug:", "inbox/ADA/[red]typo", "[b]all[/b] passed", "64/80  waiting"):
        assert part in text
    assert "".join(re.findall("m{5,}", text)) == 2 * "m" * 64
    assert "not graded: there is no assignment with this name" in text


def test_a_command_ends_with_code_1_if_something_was_not_graded(course, monkeypatch):
    from autograder.cli import grading
    from autograder.grading import grade

    monkeypatch.setattr(grading, "find_course", lambda folder: course)
    outcomes = [Outcome("ada", automatic=3.0)]
    monkeypatch.setattr(grade, "grade", lambda *args, **options: outcomes)
    grading.grade_command(NAME, workers=None)
    outcomes += unplaced([Stray("inbox/x", "it is a link")])
    with pytest.raises(typer.Exit) as ended:
        grading.grade_command(NAME, workers=None)
    assert ended.value.exit_code == 1


def test_a_course_for_nbgrader_tells_strays_in_its_own_layout(tmp_path):
    import courses

    root = courses.make(
        tmp_path / "c",
        {"one": courses.notebook(), "two": courses.notebook()},
        config="c.CourseDirectory.submitted_directory = 'in'\n"
        "c.CourseDirectory.directory_structure = "
        "'{nbgrader_step}/{assignment_id}/{student_id}'",
    )
    for path in ("ps1/DOM\\ann/one.ipynb", "PS1/bob/one.ipynb", "ps1/one.ipynb", "ps2/eve/x.ipynb"):
        (root / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (root / "in" / path).touch()
    students, strays = students_with(find(root), "ps1")
    assert students == ["bob"]
    assert [stray.where for stray in strays] == ["in/ps1/DOM\\ann", "in/ps1/one.ipynb", "in/ps2"]
    assert "if that is meant" in strays[2].why


FILES = [
    *(f"{NAME}.ipynb", "x.ipynb", "data.csv", "README", "a.json", "hw.zip", ".hidden", "~$x.docx"),
    *(".DS_Store", "Größe (1).txt", "\u202ex.py", "[red]n", "x" * 120 + ".dat", "y" * 120 + ".dat"),
]
FOLDERS = ["", "sub/", "a/b/c/d/e/f/", ".ipynb_checkpoints/", "__MACOSX/", ".git/", ".x/", "[b]/"]
PLACES = [
    *("inbox/", "inbox/ADA/", "inbox/DOM\\user/", "inbox/ADA/typo/", "inbox/BOB/08_Other/"),
    *(f"inbox/ADA/{NAME}/", f"inbox/BOB/{NAME.upper()}/", f"inbox/ADA/{ELSEWHERE}/", "submitted/"),
    *(f"inbox/a b/{NAME}/", f"inbox/.x/{NAME}/", "submitted/ADA/"),
]


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_file_anywhere_is_accounted_for_exactly_once(course, monkeypatch, seed, beside):
    """Files of any kind are put anywhere; each is graded, lies beside, was set aside, or strays."""
    monkeypatch.setattr(type(course), "extra_files", beside, raising=False)
    draw = random.Random(seed)
    files = {draw.choice(PLACES) + draw.choice(FOLDERS) + draw.choice(FILES) for _ in range(60)}
    for path in files:
        put(course, path, raw() if draw.random() < 0.5 else "no notebook")
    fates = {path: [] for path in files}
    for path in files:
        fates[path] += ["stray" for where in strays(course) if within(path, where)]
    for name in (NAME, ELSEWHERE):
        for student in students_with(course, name)[0]:
            here = [place.folder for place in places(course, name, student)]
            for path, fate in fates_of(course, monkeypatch, name, student).items():
                fates[path].append(fate)
            assert here or student == "ADA"  # whose folder in submitted/ may be all there is
    for path, found in fates.items():
        junk = any(LEFT_BEHIND.fullmatch(part) for part in path.split("/"))
        assert len(found) == 1 or (junk and not found), (path, found)


def within(path: str, folder: str) -> bool:
    """Whether a path is one that is shown as `folder`, or below it."""
    parts = path.split("/")
    return any(shown("/".join(parts[:count])) == folder for count in range(1, len(parts) + 1))


def fates_of(course, monkeypatch, name: str, student: str) -> dict[str, str]:
    """Take in a submission: by path, what became of each of its files."""
    from autograder.intake import build

    seen: list = []
    right = build.files_beside

    def watched(course, name, others, taken, listing):
        others = list(others)
        seen.extend([others, right(course, name, others, taken, listing), listing])
        return seen[1]

    with monkeypatch.context() as patch:
        patch.setattr(build, "files_beside", watched)
        arrival = take_in(course, name, student)
    if arrival is None:
        return {}
    assert all(note.isprintable() for note in [*arrival.notes, arrival.problem])
    others, beside, listing = seen
    aside = {what for names in listing.aside.values() for what in names}
    fates = {}
    for file in listing.files:
        path = "/".join(file.path)
        told = any(what == file.shown or what.startswith(f"{file.shown}: ") for what in aside)
        words = [
            *(["graded"] if file not in others else []),
            *(["unreadable"] if arrival.problem and arrival.file == file.shown else []),
            *(["beside"] if path in beside else ["aside"] if told else []),
        ]
        where = (file.folder / path).relative_to(course.runtime).as_posix()
        assert len(words) == 1 or words == ["unreadable", "beside"], (where, words)
        fates[where] = words[0]
    return fates
