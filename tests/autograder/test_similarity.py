"""Similar answers are reported, and change no score."""

import labs
import pytest
from submissions import NAME, POINTS, Desk, raw

from autograder.reports.similarity import similar

NORM = '''def norm(v):
    """Mine."""
    if len(v) == 0:
        raise ValueError("there is nothing in v")
    total = 0.0
    for entry in v:
        total = total + float(entry) * float(entry)
    return total ** 0.5 if total > 0 else 0.0
'''
COPY = """# all my own work
def norm(vector):
    if len(vector) == 0:
        raise ValueError('empty!!')
    s = 0.00
    for item in vector:   # sum of squares
        s = s + float(item) * float(item)
    return s ** 0.5 if s > 0 else 0
"""
OTHER = """import math
def norm(v):
    values = [abs(x) for x in v]
    if not values:
        raise ValueError("v is empty")
    largest = max(values)
    if largest == 0:
        return 0.0
    return largest * math.sqrt(math.fsum((x / largest) ** 2 for x in values))
"""


@pytest.fixture
def room(desk):
    """Hand in an answer for a student."""

    def hand_in(student: str, norm: str) -> Desk:
        place = desk if student == "ada" else Desk(desk.course, student)
        place.put(raw(norm=norm))
        place.take()
        return place

    return hand_in


def test_a_copy_with_other_names_and_comments_is_found(desk, room):
    room("ada", NORM)
    copyist = room("bob", COPY)
    room("eve", OTHER)
    (pair,) = similar(desk.course, NAME)
    assert (pair.student, pair.other, pair.exercise) == ("ada", "bob", "09.2")
    assert pair.share > 0.9
    assert copyist.judged().score == POINTS


def test_who_hands_in_the_instructors_solution_is_told(desk, room):
    from submissions import answers

    solution = (
        labs.cell(labs._source(), "ex2-answer")["source"]
        .replace("### BEGIN SOLUTION", "")
        .replace("### END SOLUTION", "")
    )
    room("ada", solution)
    assert ("ada", "[solution]") in [
        (pair.student, pair.other) for pair in similar(desk.course, NAME)
    ]
    assert "np.square" in answers(desk.built())[1]


def test_the_command_lists_them(desk, room, monkeypatch):
    from typer.testing import CliRunner

    from autograder import cli

    room("ada", NORM)
    room("bob", COPY)
    monkeypatch.setattr(cli.results, "find_course", lambda: desk.course)
    shown = CliRunner().invoke(cli.app, ["similar", NAME])
    assert shown.exit_code == 0
    (line,) = [line for line in shown.output.splitlines() if "09.2" in line]
    assert line.split()[:3] == ["09.2", "ada", "bob"]
    assert CliRunner().invoke(cli.app, ["similar", "99_nothing"]).exit_code == 1


def test_what_everybody_writes_says_nothing(desk, room):
    for student in ("ada", "bob", "cem", "dee", "eve"):
        room(student, NORM)
    assert similar(desk.course, NAME) == []


def test_short_and_empty_answers_are_left_out(desk, room):
    for student in ("ada", "bob"):
        room(student, "def norm(v):\n    return sum(x * x for x in v) ** 0.5")
    room("eve", "")
    assert similar(desk.course, NAME) == []


@pytest.mark.parametrize(
    "hostile",
    ["'" * 10**6, '"""' * 10**5, "#" * 10**6, "(" * 10**6, "def norm(v" * 10**5, "1" * 10**6],
)
def test_hostile_answers_are_only_text(desk, room, hostile):
    room("ada", hostile)
    assert similar(desk.course, NAME) == []  # and it ends
