"""Feedback pages come in the form in which Moodle and Canvas take them, with smaller pictures."""

import base64
import functools
import io
import json
import re
import struct
import zipfile
import zlib

import numpy as np
import pytest
from matplotlib.figure import Figure
from nbgrader.api import Gradebook
from PIL import Image
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder.cli import app
from autograder.collect.names import read_names
from autograder.collect.source import Taken
from autograder.grading.grade import grade
from autograder.grading.students import forget, traces
from autograder.platforms import smaller
from autograder.platforms.forms import canvas_form, moodle_form
from autograder.platforms.give_back import give_back
from autograder.platforms.people import People, Person
from autograder.platforms.smaller import smaller_page

HEADER = (
    "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
)
PEOPLE = People(
    [
        Person("ada", "Ada Lovelace", "ada@example.org", "1001"),
        Person("bob", "Bob_B ../../Byron", "bob@example.org", "1002"),
    ]
)


def worksheet(tmp_path, *rows):
    path = tmp_path / "worksheet.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


def submissions(tmp_path, *names):
    path = tmp_path / "submissions.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "{}")
    return path


def placed(form):
    return {student: place("page.html") for student, place in form.places.items()}


def test_moodle_finds_the_participant_by_the_number_in_a_folders_name(tmp_path):
    form = moodle_form(
        PEOPLE,
        NAME,
        worksheet(
            tmp_path,
            "Participant 501,Ada Lovelace,ada@example.org,,,100,Yes,-,-,",
            '"Participant 502","Bob_B ../../Byron",bob@example.org,,,100,Yes,-,-,',
            "Participant 503,Nobody,nobody@example.org,,,100,Yes,-,-,",
            "Participant 504,Ada Lovelace,ada@example.org,,,100,Yes,-,-,",
        ),
    )
    assert placed(form) == {
        "ada": "Ada Lovelace_501_assignfeedback_file_/page.html",
        "bob": "Bob B Byron_502_assignfeedback_file_/page.html",
    }
    for path in placed(form).values():  # as Moodle's importer reads it
        _, number, *plugin = path.split("/")[0].split("_", 4)
        assert (number.isdigit(), plugin) == (True, ["assignfeedback", "file", ""])
    assert form.unknown == [
        "line 4: no student in the gradebook has one of its ids, or its name",
        "line 5: ada has another row",
    ]


@pytest.mark.parametrize("number", ["Teilnehmer/in501", "Participant501", "Deelnemer 501"])
def test_a_worksheet_in_another_language_has_places_too(tmp_path, number):
    """Participants come first in every language, and the grade's column is not asked for."""
    path = tmp_path / "w.csv"
    path.write_text(f"ID;Naam;Adres;Stand;Cijfer\n{number};Ada Lovelace;ada@example.org;;\n")
    form = moodle_form(PEOPLE, NAME, path)
    assert placed(form) == {"ada": "Ada Lovelace_501_assignfeedback_file_/page.html"}
    path.write_text("student,name\nada,Ada Lovelace\n")
    with pytest.raises(ValueError, match="choose 'Download grading worksheet'"):
        moodle_form(PEOPLE, NAME, path)


def test_canvas_finds_the_submission_by_the_two_numbers_of_the_file_it_gave_out(tmp_path):
    form = canvas_form(
        PEOPLE,
        NAME,
        submissions(
            tmp_path,
            "lovelaceada_1001_5001_09_lab.ipynb",
            "lovelaceada_LATE_1001_5007_09_lab-1.ipynb",
            "lovelaceada_LATE_1001_5009_notes.pdf",
            "byronbob_1009_5003_09_lab.ipynb",
            "../../etc/passwd",
        ),
    )
    assert placed(form) == {"ada": "lovelaceada_1001_5007_page.html"}
    assert re.findall(r"(?:^|_)(\d+)(?=_)", placed(form)["ada"])[:2] == ["1001", "5007"]
    assert [each.partition(": ")[0] for each in form.unknown] == ["byronbob_1009_5003_09_lab.ipynb"]


@pytest.mark.parametrize("top", ["", "submissions/"])
@pytest.mark.parametrize("who", ["picardjean_luc", "leeann_2", "weiß", "LATE"])
def test_pages_go_wherever_a_hand_in_came_from(tmp_path, who, top):
    """Names are read as `autograder collect` reads them."""
    name = f"{who}_LATE_7_5001_09_lab_1_2.ipynb"
    (_, (hand_in,), _) = read_names([Taken((name,), tmp_path, 0.0, (name,))], "canvas")
    assert (hand_in.name, hand_in.number) == (who, "7")
    form = canvas_form(
        People([Person("one", who, "", "7")]),
        NAME,
        submissions(tmp_path, f"{top}{name}", f"__MACOSX/{top}._{name}"),
    )
    assert (placed(form), form.unknown) == ({"one": f"{who}_7_5001_page.html"}, [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04 not the rest", "cannot be read as a zip file"),
        (None, "contains no file that is named as Canvas names submissions"),
    ],
)
def test_another_file_than_canvas_submissions_is_refused(tmp_path, content, words):
    path = submissions(tmp_path, "Ada Lovelace_501_assignsubmission_file_/09_lab.ipynb")
    if content:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=words):
        canvas_form(PEOPLE, NAME, path)


@functools.cache
def drawing():
    """A figure as matplotlib draws one, wider than a page shows it."""
    figure = Figure(figsize=(8, 1.5))
    axes = figure.subplots(1, 2)
    axes[0].plot(np.sin(np.outer(np.linspace(0, 30, 300), np.arange(1, 9))))
    axes[1].imshow(np.random.default_rng(1).random((30, 30)))
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=400)
    return Image.open(buffer).convert("RGBA")


def address(image, kind="png"):
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


@functools.cache
def drawn():
    return address(drawing())


def page(*addresses):
    return "".join(f'<p>ok</p><img src="{each}" alt="A picture of yours.">' for each in addresses)


def opened(html):
    found = re.findall(r'src="data:image/(\w+);base64,([^"]+)"', html)
    return [(kind, Image.open(io.BytesIO(base64.b64decode(data)))) for kind, data in found]


def test_a_drawing_gets_smaller_and_looks_the_same():
    image = drawing()
    before = page(drawn(), drawn())
    after = smaller_page(before)
    assert len(after) < 0.5 * len(before)
    first, second = opened(after)
    assert (first[0], first[1].tobytes()) == ("png", second[1].tobytes())
    wanted = np.asarray(image.convert("RGB").resize(first[1].size), float)
    assert np.abs(np.asarray(first[1].convert("RGB"), float) - wanted).mean() < 4
    assert re.sub(r'src="[^"]*"', "", after) == re.sub(r'src="[^"]*"', "", before)


def test_what_cannot_get_smaller_stays_as_it_is():
    tiny = address(Image.new("P", (8, 8)))
    moving = io.BytesIO()
    frames = [Image.new("RGB", (300, 300), (60 * k, 0, 9)) for k in range(4)]
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    moving = "data:image/gif;base64," + base64.b64encode(moving.getvalue()).decode()
    assert smaller_page(page(tiny, moving)) == page(tiny, moving)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_a_hostile_picture_costs_itself_only():
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(
        b"IHDR", struct.pack(">IIBBBBB", 30_000, 30_000, 8, 6, 0, 0, 0)
    )
    bomb += chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")
    cut = base64.b64encode(base64.b64decode(drawn().partition(",")[2])[:5000])
    lie = "data:image/png;base64," + base64.b64encode(b"<script>alert(1)</script>" * 99).decode()
    hostile = [
        "data:image/png;base64," + base64.b64encode(bomb).decode(),
        "data:image/png;base64," + cut.decode(),
        lie,
    ]
    after = smaller_page(page(*hostile, drawn()))
    assert page(*hostile) == after[: len(page(*hostile))]
    assert len(after) - len(page(*hostile)) < len(drawn()) / 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'[["image/png", "PHNjcmlwdD4="]]',
        b'[["image/svg+xml", "AAAA"]]',
        b'[["image/png", "\\"><script>"]]',
        b"[[1, 2, 3]]",
    ],
)
def test_nothing_but_a_picture_of_the_limited_process_comes_into_a_page(answer, monkeypatch):
    class Ran:
        stdout = answer

    monkeypatch.setattr(smaller.subprocess, "run", lambda *args, **how: Ran)
    before = page(drawn())
    assert smaller_page(before) == before


def grade_two(course):
    for student in ("ada", "bob"):
        hand_in(course, student, answers(course))
    grade(course, NAME)
    with Gradebook(course.gradebook) as gradebook:
        for student in ("ada", "bob", "cy"):
            gradebook.update_or_create_student(student, email=f"{student}@example.org")


@pytest.fixture
def term(small_after, monkeypatch):
    course = small_after(grade_two)
    monkeypatch.chdir(course.root)
    return course


def run(*words):
    return CliRunner().invoke(app, ["return", NAME, *words])


def test_the_command_packs_each_page_once_and_splits_by_size(term, tmp_path):
    rows = [f"Participant {k},,{s}@example.org,,,100,Yes,-,-," for k, s in ((7, "ada"), (8, "bob"))]
    path = worksheet(tmp_path, *rows)
    result = run("--moodle", str(path))
    assert result.exit_code == 0, result.output
    folder = term.runtime / "returns" / f"{NAME}-moodle"
    (one,) = folder.glob("*.zip")
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == [
            f"Participant_{k}_assignfeedback_file_/{NAME}.html" for k in (7, 8)
        ]
        assert b"feedback for bob" in archive.read(archive.namelist()[1])
        whole = one.stat().st_size
    done = give_back(term, NAME, "moodle", path, size=0.7 * whole / 1e6)
    assert [file.name for file in done.files] == [
        f"{NAME}-moodle-1-of-2.zip",
        f"{NAME}-moodle-2-of-2.zip",
    ]
    assert list(done.files.values()) == [["ada"], ["bob"]]
    assert sorted(folder.iterdir()) == sorted(done.files)
    assert traces(term, "ada")[-1].startswith("autograder/returns/ (")
    list(forget(term, ["ada"]))
    assert not folder.exists()


def test_a_page_without_a_place_is_told_and_a_folder_of_others_is_left_alone(term, tmp_path):
    path = worksheet(tmp_path, "Participant 7,,ada@example.org,,,100,Yes,-,-,")
    result = run("--moodle", str(path), "--to", str(tmp_path / "new"))
    assert result.exit_code == 1
    assert "have a page, but no place in the platform's file: bob" in result.output
    result = run("--moodle", str(path), "--to", str(tmp_path))
    assert result.exit_code == 1
    assert "which would be deleted" in result.output
    assert path.is_file()
    result = run("--each", "--to", str(tmp_path / "each"))
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (tmp_path / "each").iterdir()) == ["ada.zip", "bob.zip"]


def test_one_form_is_asked_for(term):
    assert "choose one form" in run().output
    assert "choose one form" in run("--each", "--moodle", "x.csv").output
    assert json.dumps("x.csv") not in run("--moodle", "x.csv").output
