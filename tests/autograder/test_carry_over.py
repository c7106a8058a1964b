"""A gradebook that does not fit the release is told before anything is judged, and carried over."""

import json

import courses
import labs
import nbformat
import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in
from typer.testing import CliRunner

from autograder import cli
from autograder.courses import find
from autograder.courses.reasons import reason
from autograder.grading.grade import grade
from autograder.releases.release import ReleaseError, release


@pytest.fixture
def course(small, at_once, monkeypatch):
    """A course with one graded submission, whose essay was marked."""
    book = answers(small)
    labs.cell(book, "essay")["source"] = "Because."
    hand_in(small, "ada", book)
    grade(small, NAME)
    with Gradebook(small.gradebook) as gradebook:
        row = gradebook.find_grade("essay", NAME, NAME, "ada")
        row.manual_score, row.needs_manual_grade = 19, False
        gradebook.find_comment("essay", NAME, NAME, "ada").manual_comment = "Well said."
        gradebook.db.commit()
    at_once.clear()
    monkeypatch.chdir(small.root)
    return small


def edit(course, change):
    path = course.source(NAME)
    book = json.loads(path.read_text())
    change(book)
    path.write_text(json.dumps(book))


def without_a_check(book):
    points = labs.cell(book, "ex1-array")["metadata"]["nbgrader"]["points"]
    book["cells"] = [cell for cell in book["cells"] if cell is not labs.cell(book, "ex1-array")]
    labs.cell(book, "ex1-number")["metadata"]["nbgrader"]["points"] += points


def with_a_check(book):
    old = labs.cell(book, "ex1-array")
    new = json.loads(json.dumps(old))
    new["id"] = new["metadata"]["nbgrader"]["grade_id"] = "ex1-new"
    new["metadata"]["nbjudge"]["group"] = "a new one"
    half = old["metadata"]["nbgrader"]["points"] / 2
    old["metadata"]["nbgrader"]["points"] = new["metadata"]["nbgrader"]["points"] = half
    book["cells"].insert(book["cells"].index(old) + 1, new)


def with_other_points(book):
    labs.cell(book, "essay")["metadata"]["nbgrader"]["points"] = 15
    labs.cell(book, "ex1-number")["metadata"]["nbgrader"]["points"] += 5


CHANGES = {
    "removed": (without_a_check, "removed, with its scores: ex1-array in 09_lab"),
    "added": (with_a_check, "added: ex1-new in 09_lab"),
    "points": (with_other_points, "other points: essay in 09_lab, 20 before and 15 now"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_another_version_is_told_before_judging_and_carried_over_with_what_stays(
    course, at_once, monkeypatch, change
):
    monkeypatch.setattr("autograder.releases.release.check_contract", lambda path: [])
    how, line = CHANGES[change]
    edit(course, how)
    with pytest.raises((FileNotFoundError, ValueError)) as told:
        grade(course, NAME)
    assert "release" in str(told.value)
    assert at_once == []
    with pytest.raises(ReleaseError, match=f"`autograder release --migrate {NAME}`"):
        release(course, NAME)
    before = (course.runtime / "gradebook.db").read_bytes()
    refused = printed(cli.app, ["release", "--migrate", NAME], code=1, input="n\n")
    assert line in refused
    assert (course.runtime / "gradebook.db").read_bytes() == before
    done = printed(cli.app, ["release", "--migrate", NAME, "--yes"])
    assert line in done
    assert ("the mark 19 of ada is above the 15 points of essay" in done) == (change == "points")
    assert (course.runtime / "gradebook.db.before-1").read_bytes() == before
    (found,) = grade(course, NAME)
    assert found.automatic == (85 if change == "points" else 80)
    assert found.manual == "19"
    with Gradebook(course.gradebook) as gradebook:
        comment = gradebook.find_comment("essay", NAME, NAME, "ada").manual_comment
    assert comment == "Well said."


def test_a_course_of_nbgraders_is_told_and_carried_over_too(tmp_path, at_once):
    solution = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"
    cells = [
        courses.answer("f", solution),
        courses.test("one", 2, "assert f(1) == 1"),
        courses.manual("essay", 3, "Why?"),
    ]
    root = courses.released(tmp_path / "c", {"b": courses.notebook(*cells)})
    courses.hand_in(root, "ada", {"f": "f = abs", "essay": "Because."})
    grade(find(root), "ps1")
    with Gradebook(find(root).gradebook) as gradebook:
        row = gradebook.find_grade("essay", "b", "ps1", "ada")
        row.manual_score, row.needs_manual_grade = 3, False
        gradebook.db.commit()
    cells.insert(2, courses.test("two", 1, "assert f(2) == 2"))
    nbformat.write(courses.notebook(*cells), root / "source" / "ps1" / "b.ipynb")
    run = printed(cli.app, ["release", "--migrate", "ps1", "--yes", "--course", str(root)])
    assert "added: two in b" in run
    (found,) = grade(find(root), "ps1")
    assert (found.manual, found.most) == ("3", 3)
    with Gradebook(find(root).gradebook) as gradebook:
        gradebook.find_graded_cell("two", "b", "ps1").name = "three"
        gradebook.db.commit()
    at_once.clear()
    with pytest.raises(FileNotFoundError, match=r"another version of ps1 .*release --migrate ps1"):
        grade(find(root), "ps1")
    assert at_once == []


SOLVED = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"


def book(tag, *more):
    check = courses.test(f"t{tag}", 2, f"assert f{tag}(1) == 1")
    solution = SOLVED.replace("f(", f"f{tag}(")
    return courses.notebook(courses.answer(f"f{tag}", solution), check, *more)


@pytest.fixture
def elsewhere(tmp_path, at_once):
    """A course of nbgrader's with notebooks a and b, a graded submission, and a marked essay."""
    root = courses.released(
        tmp_path / "c", {"a": book("a", courses.manual("essay", 3, "Why?")), "b": book("b")}
    )
    courses.hand_in(root, "ada", {"fa": "fa = abs", "fb": "fb = abs", "essay": "Because."})
    grade(find(root), "ps1")
    with Gradebook(find(root).gradebook) as gradebook:
        row = gradebook.find_grade("essay", "a", "ps1", "ada")
        row.manual_score, row.needs_manual_grade = 3, False
        gradebook.db.commit()
    at_once.clear()
    return root


def source(root, name):
    return root / "source" / "ps1" / f"{name}.ipynb"


def carry(root):
    command = ["release", "--migrate", "ps1", "--yes", "--course", str(root)]
    run = printed(cli.app, command)
    return run


def points(root):
    with Gradebook(find(root).gradebook) as gradebook:
        (submission,) = gradebook.assignment_submissions("ps1")
        return {
            f"{book.name}.{grade.name}": grade.manual_score
            for book in submission.notebooks
            for grade in book.grades
        }


@pytest.mark.slow
def test_whole_notebooks_that_were_added_removed_or_renamed_are_carried_over(elsewhere):
    nbformat.write(book("c"), source(elsewhere, "c"))
    assert "added: tc in c" in carry(elsewhere)
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.automatic, found.most, found.manual) == (0, 6, "3")
    assert points(elsewhere) == {"a.ta": None, "a.essay": 3, "b.tb": None, "c.tc": None}
    source(elsewhere, "b").rename(source(elsewhere, "d"))
    said = carry(elsewhere)
    assert "added: tb in d" in said
    assert "removed, with its scores: tb in b" in said
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.most, found.manual) == (6, "3")
    assert points(elsewhere).keys() == {"a.ta", "a.essay", "c.tc", "d.tb"}


def test_a_notebook_that_is_gone_from_the_course_is_told_before_anything_is_judged(
    elsewhere, at_once
):
    source(elsewhere, "b").unlink()
    (elsewhere / "release" / "ps1" / "b.ipynb").unlink()
    with pytest.raises(FileNotFoundError, match=r"removed, with its scores: tb in b.*--migrate"):
        grade(find(elsewhere), "ps1")
    assert at_once == []
    carry(elsewhere)
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.most, found.manual) == (2, "3")


@pytest.mark.slow
def test_a_mark_is_no_score_of_the_check_that_takes_its_place(elsewhere):
    made = nbformat.read(source(elsewhere, "a"), as_version=4)
    made.cells[2] = courses.test("essay", 3, "assert fa(2) == 2")
    nbformat.write(made, source(elsewhere, "a"))
    assert "the mark 3 of ada is lost with essay" in carry(elsewhere)
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.automatic, found.most, found.manual) == (0, 7, "0")
    assert points(elsewhere)["a.essay"] is None


@pytest.mark.slow
def test_a_release_that_cannot_be_made_leaves_the_gradebook_as_it_was(elsewhere):
    made = nbformat.read(source(elsewhere, "a"), as_version=4)
    made.cells[1].metadata.nbgrader.points = 5
    made.cells.append(courses.read_only("odd", "### BEGIN SOLUTION\n"))  # nbgrader refuses this
    nbformat.write(made, source(elsewhere, "a"))
    before = (elsewhere / "gradebook.db").read_bytes()
    command = ["release", "--migrate", "ps1", "--yes", "--course", str(elsewhere)]
    run = printed(cli.app, command, code=1)
    assert "other points: ta in a" in run
    assert (elsewhere / "gradebook.db").read_bytes() == before
    assert not list(elsewhere.glob("gradebook.db.before-*"))
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.most, found.manual) == (4, "3")


@pytest.mark.slow
def test_a_lost_gradebook_of_nbgraders_course_is_not_replaced_by_an_empty_one(elsewhere, at_once):
    """Manual marks would be gone without a word."""
    (elsewhere / "gradebook.db").unlink()
    run = CliRunner().invoke(cli.app, ["grade", "ps1", "--course", str(elsewhere)])
    said = " ".join(run.output.split())
    assert run.exit_code == 1
    assert "submissions to it were graded here: restore " in said
    assert "run `nbgrader generate_assignment ps1` in" in said
    assert at_once == []
    courses.generate(elsewhere)
    (found,) = grade(find(elsewhere), "ps1")
    assert (found.most, found.manual) == (4, "waiting")


def test_a_gradebook_that_cannot_be_read_is_not_taken_for_one_that_fits(course):
    (course.runtime / "gradebook.db").write_bytes(b"no gradebook" * 1000)
    run = printed(cli.app, ["release", "--migrate", NAME, "--yes"], code=1)
    assert "a database of the course cannot be read" in " ".join(run.split())


@pytest.mark.slow
@pytest.mark.parametrize("metadata", [{}, {"grade": False, "locked": False, "solution": False}])
def test_metadata_of_an_old_nbgrader_are_told_with_the_command_that_mends_them(tmp_path, metadata):
    made = book("a", courses.read_only("old", "1"))
    made.cells[-1].metadata["nbgrader"] = metadata
    root = courses.make(tmp_path / "c", {"a": made})
    (root / "submitted" / "ada" / "ps1").mkdir(parents=True)
    run = printed(cli.app, ["grade", "ps1", "--course", str(root)], code=1)
    assert "Run `nbgrader update .` in" in " ".join(run.split())


def test_a_failure_of_nbgraders_is_told_with_its_reason():
    log = (
        "[ERROR] There was an error processing assignment: a\n[ERROR] Traceback (most recent call "
        'last):\n  File "x.py", line 1, in f\nRuntimeError: Cannot add or remove cells\n\n'
        "[ERROR] Please see the the above traceback for details\n"
    )
    assert reason({"log": log, "error": None}) == "RuntimeError: Cannot add or remove cells"
    assert reason({}) == "nbgrader gave no reason"
    assert reason({"error": "No such folder\n"}) == "No such folder"
