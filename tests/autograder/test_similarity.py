"""Similar answers are reported, and change no score."""

import dataclasses
import hashlib
import inspect
import json
import tracemalloc
import unicodedata
from random import Random

import labs
import pytest
from commands import printed
from submissions import NAME, POINTS, Desk, answers, raw

from autograder import cli
from autograder.grading.records import Arrival, Records
from autograder.reports.similarity import CLOSE, FILE, MANY, SOLUTION, TEXT, similar
from lazyrich.exact import phase_plane
from nbjudge.matching.rebuild import rebuild

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
    """Take in a notebook of a student, without the limited process that reads a file."""

    def take_in(student: str, norm: str = labs.GOOD_NORM, **changes) -> None:
        book = changes.pop("book", None) or raw(norm=norm, **changes)
        content = json.dumps(book)
        (desk.course.inbox / student / NAME).mkdir(parents=True, exist_ok=True)
        built = desk.course.built(student, NAME)
        built.mkdir(parents=True)
        rebuilt, _ = rebuild(labs.assignment(), book)
        (built / f"{NAME}.ipynb").write_text(json.dumps(rebuilt))
        sha256 = hashlib.sha256(content.encode()).hexdigest()
        Records(desk.course.records).arrived(
            student, NAME, Arrival(sha256, f"{NAME}.ipynb", "2026-01-01 00:00:00 UTC")
        )

    return take_in


def found(course):
    """(exercises, students, sources, how) of each group."""
    return [(g.where, g.students, g.sources, g.how) for g in similar(course, NAME).groups]


def shown(course, monkeypatch, *options):
    monkeypatch.setattr(cli.results, "find_course", lambda folder=None: course)
    result = printed(cli.app, ["similar", NAME, *options], env={"COLUMNS": "200"})
    return result


def renamed(text, k):
    """The same code with names, numbers and comments of one's own."""
    text = text.replace("total", f"sum_{k}").replace("entry", f"item{k}")
    return f"# by number {k}\n{text}"


def test_a_copy_with_other_names_and_comments_is_found(desk, room):
    room("ada", NORM)
    room("eve", OTHER)
    copyist = Desk(desk.course, "bob")
    copyist.put(raw(norm=COPY))
    copyist.take()
    (group,) = similar(desk.course, NAME).groups
    assert (group.students, group.where, group.sources) == (("ada", "bob"), ("09.2",), ())
    assert group.share > 0.9
    assert copyist.judged().score == POINTS


def test_copies_are_one_group_and_not_many_pairs(desk, room):
    for k, student in enumerate(("ada", "bob", "cem")):
        room(student, renamed(NORM, k))
    room("eve", OTHER)
    assert found(desk.course) == [(("09.2",), ("ada", "bob", "cem"), (), CLOSE)]


def test_who_hands_in_the_instructors_solution_is_told(desk, room):
    solution = (
        labs.cell(labs._source(), "ex2-answer")["source"]
        .replace("### BEGIN SOLUTION", "")
        .replace("### END SOLUTION", "")
    )
    desk.put(raw(norm=solution))
    desk.take()
    assert found(desk.course) == [(("09.2",), ("ada",), (SOLUTION,), CLOSE)]
    assert "np.square" in answers(desk.built())[1]


def test_identical_files_come_first_and_once(desk, room):
    """Whatever else is equal in them is not listed again, and neither is an untouched release."""
    room("ada", NORM)
    room("bob", NORM)
    room("cem", renamed(NORM, 1))
    for student in ("eve", "fay"):
        room(student, book=labs.release())
    first, second = found(desk.course)
    assert first == ((), ("ada", "bob"), (), FILE)
    assert second == (("09.2",), ("ada", "bob", "cem"), (), CLOSE)


def test_the_same_text_in_different_files_is_told_letter_by_letter(desk, room):
    for k, student in enumerate(("ada", "bob")):
        room(student, NORM, double=f"def double(x):\n    return x * {k}")
    assert found(desk.course) == [(("09.2",), ("ada", "bob"), (), TEXT)]


@pytest.mark.parametrize(("copies", "others"), [(5, 15), (9, 0), (4, 2)])
def test_what_many_share_is_reported_as_shared_by_many(desk, room, copies, others):
    """Five of twenty with one text, or a whole class that had one key."""
    for k in range(copies):
        room("ada" if k == 0 else f"copy{k}", renamed(NORM, k))
    for k in range(others):
        room(f"other{k:02}", different(k))
    (group,) = [g for g in similar(desk.course, NAME).groups if "ada" in g.students]
    assert len(group.students) == copies
    assert group.how == MANY


def different(k):
    """Code with words in an order of its own."""
    signs = ["+", "-", "*", "/", "%", "@", "//", "&"]
    random = Random(k)
    body = "".join(f" {random.choice(signs)} f{random.choice('([')}" for _ in range(40))
    return f"def norm(v):\n    return v{body}"


def test_two_copies_among_many_usual_answers_are_still_found(desk, room):
    for k in range(6):
        room("ada" if k == 0 else f"usual{k}", renamed(NORM, k))
    room("bob", OTHER)
    room("eve", renamed(OTHER, 1))
    assert [(students, how) for _, students, _, how in found(desk.course)] == [
        (("bob", "eve"), CLOSE),
        (("ada", *(f"usual{k}" for k in range(1, 6))), MANY),
    ]


def test_essays_are_compared(desk, room):
    essay = (
        "The drift is of second order because each step's error is a square, don't you think? "
        "So many small steps drift less than few large ones, and in the limit of no step at all "
        "there's nothing left that drifts. "
    )
    for student, text in (("ada", essay + "Mine."), ("bob", essay.upper()), ("cem", "No idea.")):
        book = labs.release()
        labs.cell(book, "essay")["source"] = text
        room(student, book=book)
    assert found(desk.course) == [(("essay essay",), ("ada", "bob"), (), CLOSE)]
    assert similar(desk.course, NAME).short == {"essay essay": 1}


def test_essays_are_compared_however_their_letters_are_written(desk, room):
    essay = (
        "Die Größe ändert sich nur in zweiter Ordnung, weil über jedem Schritt ein Quadrat steht: "
        "zwölf kleine Schritte führen überall näher zur Lösung als fünf große, und ganz ohne "
        "Schrittweite läuft überhaupt nichts mehr weg."
    )
    for student, text in (("ada", essay), ("bob", unicodedata.normalize("NFD", essay).upper())):
        book = labs.release()
        labs.cell(book, "essay")["source"] = text
        room(student, book=book)
    ((_, students, _, how),) = found(desk.course)
    assert (students, how) == (("ada", "bob"), CLOSE)
    assert similar(desk.course, NAME).groups[0].share == 1.0


def test_who_was_not_compared_is_told(desk, room, monkeypatch):
    room("ada", NORM)
    room("eve", OTHER)
    (desk.course.inbox / "new" / NAME).mkdir(parents=True)
    room("bad")
    Records(desk.course.records).arrived(
        "bad", NAME, Arrival("0", "", "2026-01-01 00:00:00 UTC", problem="the file is empty")
    )
    output = shown(desk.course, monkeypatch)
    assert "Not graded yet, or not readable, so not compared: bad, new." in output


def test_code_in_cells_that_students_added_is_compared(desk, room):
    for student, text in (("ada", NORM), ("bob", COPY)):
        book = raw(norm=f"norm = the_norm_of_{student}")
        book["cells"].insert(3, labs.code(text, f"mine-{student}"))
        room(student, book=book)
    assert (("own cells",), ("ada", "bob"), (), CLOSE) in found(desk.course)


@pytest.mark.parametrize("where", ["answer", "own cell"])
def test_pasted_source_of_the_library_is_named(desk, room, monkeypatch, where):
    """Whether the exercise forbids the function or not, and wherever it was pasted."""
    assignment = dataclasses.replace(labs.assignment(), library="lazyrich")
    monkeypatch.setattr(type(desk.course), "assignment", lambda *_: assignment)
    pasted = "import numpy as np\n" + inspect.getsource(phase_plane)
    book = raw(norm=pasted if where == "answer" else labs.GOOD_NORM)
    if where == "own cell":
        book["cells"].insert(3, labs.code(pasted, "mine"))
    room("ada", book=book)
    assert found(desk.course) == [
        (
            ("09.2" if where == "answer" else "own cells",),
            ("ada",),
            ("[lazyrich.exact.plane.phase_plane]",),
            CLOSE,
        )
    ]


def test_the_command_lists_them(desk, room, monkeypatch):
    room("ada", NORM)
    room("bob", COPY)
    output = shown(desk.course, monkeypatch)
    (line,) = [line for line in output.splitlines() if "ada" in line]
    assert line.split()[:3] == ["09.2", "ada,", "bob"]
    printed(cli.app, ["similar", "99_nothing"], code=1)


def test_short_and_empty_answers_are_left_out_with_a_word(desk, room, monkeypatch):
    for student in ("ada", "bob"):
        room(student, "def norm(v):\n    return sum(x * x for x in v) ** 0.5")
    room("eve", "")
    output = shown(desk.course, monkeypatch)
    assert "the same file" in output
    assert "09.2: 3" in output
    assert "09.1: 3" in output


def test_nothing_alike_is_said_of_what_was_compared_alone(desk, room, monkeypatch):
    room("ada", NORM)
    room("eve", OTHER)
    output = shown(desk.course, monkeypatch)
    assert output.startswith("None of the compared answers are similar.")
    assert "Too short to compare (answers by exercise): 09.1: 2." in output


@pytest.mark.parametrize(
    "hostile",
    ["'" * 10**6, '"""' * 10**5, "#" * 10**6, "(" * 10**6, "def norm(v" * 10**5, "1" * 10**6],
)
def test_hostile_answers_are_only_text(desk, room, hostile):
    desk.put(raw(norm=hostile))
    desk.take()
    assert similar(desk.course, NAME).groups == []  # and it ends


def test_a_text_of_megabytes_is_compared_by_its_beginning_and_named(desk, room, monkeypatch):
    """All runs of eight megabytes of signs would take two gigabytes of memory."""
    signs = "".join(Random(1).choices("!$%&()*+,-./:;<=>?@[]^`{|}~", k=600_000))
    room("ada", f"{NORM}\n{signs}")
    room("bob", NORM)
    tracemalloc.start()
    compared = similar(desk.course, NAME)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert compared.cut == ["ada"]
    assert [group.students for group in compared.groups] == [("ada", "bob")]
    assert most < 150 * 2**20
    assert "only the first 200000 characters of a text were compared: ada." in shown(
        desk.course, monkeypatch
    )
