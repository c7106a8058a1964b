"""Manual marks stay settled as long as the answers that they are for are the same."""

import json
import sqlite3

import labs
import pytest
from commands import printed
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from small import NAME, answers, hand_in

from autograder.cli import app
from autograder.grading.grade import grade
from autograder.releases.release import release


def mark(course, student="s03", points=15, cell="essay"):
    with Gradebook(course.gradebook) as gradebook:
        grade_row = gradebook.find_grade(cell, NAME, NAME, student)
        grade_row.manual_score, grade_row.needs_manual_grade = points, False
        if cell == "essay":
            comment = gradebook.find_comment(cell, NAME, NAME, student)
            comment.manual_comment = "See the lecture."
        gradebook.db.commit()


def marked(course, student="s03", cell="essay"):
    """The mark, whether it waits, and the comment."""
    with Gradebook(course.gradebook) as gradebook:
        grade_row = gradebook.find_grade(cell, NAME, NAME, student)
        comment = None
        if cell == "essay":
            comment = gradebook.find_comment(cell, NAME, NAME, student).manual_comment
        return grade_row.manual_score, grade_row.needs_manual_grade, comment


def write_essay(course, text, double=labs.GOOD_DOUBLE):
    book = answers(course, double=double)
    labs.cell(book, "essay")["source"] = text
    hand_in(course, "s03", book)


@pytest.fixture
def marks(small, at_once):
    """A course in which one essay was graded and marked."""
    write_essay(small, "Because.")
    (found,) = grade(small, NAME)
    assert found.manual == "waiting"
    mark(small)
    return small


def test_manual_marks_stay_while_their_answer_is_the_same(marks):
    """Graded again, with a new file, and after something else in the file has changed."""
    grade(marks, NAME, again=True)
    assert marked(marks) == (15, False, "See the lecture.")
    write_essay(marks, "Because.", double="def double(x):\n    return x")
    (found,) = grade(marks, NAME)
    assert (found.automatic, found.manual) == (40, "15")
    assert marked(marks) == (15, False, "See the lecture.")


def test_a_mark_waits_again_when_its_answer_changes_and_that_is_said(marks):
    write_essay(marks, "Because of this.")
    (found,) = grade(marks, NAME)
    assert found.manual == "waiting"
    assert "the answer changed since it was marked: essay" in found.reason
    assert marked(marks) == (15, True, "See the lecture.")
    write_essay(marks, "Because.")  # the answer that was marked is back
    (found,) = grade(marks, NAME)
    assert (found.manual, marked(marks)) == ("15", (15, False, "See the lecture."))
    write_essay(marks, "Or not.")
    grade(marks, NAME)
    mark(marks, points=3)
    (found,) = grade(marks, NAME, again=True)
    assert (found.manual, marked(marks)[:2]) == ("3", (3, False))


@pytest.mark.parametrize(
    ("place", "kind", "word"),
    [
        (0, "markdown", "nearby text"),
        (1, "code", "nearby text"),
        (-99, "markdown", "wrote text elsewhere"),
        (99, "raw", "nearby text"),
        (None, "markdown", "nearby text"),
    ],
)
def test_an_essay_in_any_new_cell_is_never_0_without_a_word(small, at_once, place, kind, word):
    """Above its cell, as a comment, at either end; at the end, with its own cell deleted."""
    book = answers(small)
    own = labs.cell(book, "essay")
    new = {"cell_type": kind, "id": "new", "metadata": {}, "source": "# Because of that."}
    new |= {"outputs": [], "execution_count": None} if kind == "code" else {}
    cells = book["cells"]
    cells.insert(len(cells) if place is None else max(0, cells.index(own) + place), new)
    if place is None:
        cells.remove(own)
    hand_in(small, "ada", book)
    hand_in(small, "bob", answers(small))
    ada, bob = grade(small, NAME)
    assert word in ada.reason
    assert (bob.manual, bob.empty, bob.reason) == ("0", True, "all checks passed")
    waits = "elsewhere" not in word
    assert (ada.manual, ada.empty) == (("waiting", False) if waits else ("0", True))
    with Gradebook(small.gradebook) as gradebook:
        row = gradebook.find_grade("essay", NAME, NAME, "ada")
        assert (row.auto_score, row.needs_manual_grade) == ((None, True) if waits else (0, False))


@pytest.mark.parametrize(
    ("given", "more", "word"),
    [
        ("That is all.", "\n\nBecause of that.", "nearby text may be its answer: it waits"),
        ("That is all.", " Because of that.", "nearby text may be its answer: it waits"),
        ("## Norms", "\nBecause of that.", "the student wrote text elsewhere"),
    ],
)
def test_an_essay_typed_into_a_given_text_is_never_0_without_a_word(
    small, at_once, given, more, word
):
    book = answers(small)
    (cell,) = (cell for cell in book["cells"] if "".join(cell["source"]) == given)
    cell["source"] = given + more
    hand_in(small, "ada", book)
    (ada,) = grade(small, NAME)
    assert word in ada.reason
    waits = "waits" in word
    assert (ada.manual, ada.empty) == (("waiting", False) if waits else ("0", True))


def test_a_mark_waits_again_when_text_is_added_beside_its_answer(marks):
    def added(text):
        book = answers(marks)
        own = labs.cell(book, "essay")
        own["source"] = "Because."
        new = {"cell_type": "markdown", "id": "new", "metadata": {}, "source": text}
        book["cells"].insert(book["cells"].index(own) + 1, new)
        hand_in(marks, "s03", book)
        return grade(marks, NAME)[0]

    assert "the answer changed since it was marked: essay" in added("And also.").reason
    mark(marks, points=17)
    assert added("And also.").manual == "17"
    assert added("And more.").manual == "waiting"


def test_marks_of_a_gradebook_from_an_older_version_stay_too(marks):
    """It has no hashes of answers; what was graded then lies in autograded/."""
    with sqlite3.connect(marks.records) as db:
        db.execute("DROP TABLE answers")
    grade(marks, NAME, again=True)
    assert marked(marks) == (15, False, "See the lecture.")


def test_points_that_a_person_set_for_a_check_stay_while_its_exercise_is_the_same(marks):
    mark(marks, points=1, cell="ex1-number")
    write_essay(marks, "Another essay.")
    grade(marks, NAME)
    assert marked(marks, cell="ex1-number") == (1, False, None)
    write_essay(marks, "Another essay.", double="def double(x):\n    return x + x")
    (found,) = grade(marks, NAME)
    assert marked(marks, cell="ex1-number") == (1, True, None)
    assert "the answer changed since it was marked: essay, ex1-number" in found.reason


def reword(course, grade_id, old, new):
    """Change one cell of the instructor's notebook."""
    path = course.source(NAME)
    book = json.loads(path.read_text())
    cell = labs.cell(book, grade_id)
    assert old in "".join(cell["source"])
    cell["source"] = "".join(cell["source"]).replace(old, new)
    path.write_text(json.dumps(book))


def test_a_word_of_a_rubric_or_of_a_solution_changes_nothing_that_was_graded(
    marks, at_once, monkeypatch
):
    at_once.clear()
    reword(marks, "essay", "### BEGIN SOLUTION", "### BEGIN SOLUTION\nRubric: two points for this.")
    reword(marks, "ex1-answer", "### BEGIN SOLUTION", "### BEGIN SOLUTION\n    # in other words")
    (found,) = grade(marks, NAME)
    assert (found.manual, at_once) == ("15", [])
    release(marks, NAME)
    (found,) = grade(marks, NAME)
    assert (found.manual, at_once) == ("15", [])
    monkeypatch.setattr("lazyrich.__version__", "99.0")
    (found,) = grade(marks, NAME)
    assert (found.manual, marked(marks)) == ("15", (15, False, "See the lecture."))
    assert at_once == ["s03"], "another version may judge otherwise"


@pytest.mark.parametrize(
    ("grade_id", "old", "new"),
    [
        ("ex2-empty", "### BEGIN HIDDEN TESTS", "### BEGIN HIDDEN TESTS\n# a check"),
        ("ex1-answer", "def double(x):", 'def double(x):\n    """Twice."""'),
    ],
    ids=["check", "released cell"],
)
def test_a_changed_check_or_released_cell_is_judged_again(marks, at_once, grade_id, old, new):
    at_once.clear()
    reword(marks, grade_id, old, new)
    release(marks, NAME)
    (found,) = grade(marks, NAME)
    assert at_once == ["s03"]
    assert (found.manual, found.automatic) == ("15", 80)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_nbgraders_own_command_keeps_marks_too(marks):
    settings = marks.settings()
    settings.Judge.isolation = "process"
    api = NbGraderAPI(config=settings)
    assert api.autograde(NAME, "s03", force=True)["success"]
    assert marked(marks) == (15, False, "See the lecture.")


def test_a_mark_above_the_points_of_its_question_is_named(marks):
    mark(marks, points=25)
    (found,) = grade(marks, NAME)
    assert found.reason == "all checks passed [the mark 25 is above the 20 points of essay]"


def test_what_stands_in_for_an_unreadable_file_is_no_text_of_the_students(small, at_once):
    hand_in(small, "ada", "")
    (found,) = grade(small, NAME)
    assert found.reason == "could not be read: the file is empty"


def test_marks_that_wait_are_named_wherever_marks_are_given_out(
    small, at_once, tmp_path, monkeypatch
):
    monkeypatch.chdir(small.root)
    write_essay(small, "Because.")
    grade(small, NAME)
    pack = ["return", NAME, "--each", "--to"]
    words = "an answer waits for manual grading, so this is not final: s03"
    for command in (["feedback", NAME], [*pack, "one"], ["export", "--csv", "x.csv"]):
        assert words in " ".join(printed(app, command).split())
    mark(small)
    for command in (["feedback", NAME], [*pack, "two"], ["export", "--csv", "x.csv"]):
        assert "waits" not in printed(app, command)
