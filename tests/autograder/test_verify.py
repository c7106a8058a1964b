"""A sample is judged again, nothing is written, and every score that differs is told."""

import pytest
from at_once import AtOnce
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, fill, hand_in, picture, small_course

import autograder.grading.verify
from autograder.cli import app
from autograder.grading.grade import grade
from autograder.grading.records import Records
from autograder.grading.verify import judge_again, verify


class Again(AtOnce):
    def judge(self, students):
        return (judge_again(self.course, self.name, student) for student in students)


def grade_three(course):
    for student in ("ada", "bob", "cy"):
        hand_in(course, student, answers(course))
    grade(course, NAME)


@pytest.fixture
def graded(small_after, monkeypatch):
    monkeypatch.setattr(autograder.grading.verify, "_Again", Again)
    course = small_after(grade_three)
    monkeypatch.chdir(course.root)
    return course


def test_what_is_as_it_was_is_said_to_be_and_nothing_is_written(graded):
    before = picture(graded)
    done = verify(graded, NAME, sample=None)
    assert (done.students, done.differences, done.changed) == (["ada", "bob", "cy"], [], [])
    assert "3 the same, 0 different" in done.lines()[0]
    assert picture(graded) == before


def test_the_same_seed_draws_the_same_sample(graded):
    first = verify(graded, NAME, sample=2)
    assert len(first.students) == 2
    assert verify(graded, NAME, sample=2, seed=first.seed).students == first.students
    drawn = {tuple(verify(graded, NAME, sample=1, seed=seed).students) for seed in (0, 1, 5)}
    assert drawn == {("ada",), ("bob",), ("cy",)}


def test_a_score_that_was_changed_is_found_wherever_it_was_changed(graded):
    with Gradebook(graded.gradebook) as gradebook:
        gradebook.find_grade("ex1-array", NAME, NAME, "ada").auto_score = 1.0
        gradebook.db.commit()
    with Records(graded.records).opened() as db:
        db.execute("UPDATE scores SET score=0 WHERE student='bob' AND grade_id='ex2-value'")
    result = printed(app, ["verify", NAME, "--all"], code=1)
    lines = result.splitlines()
    assert [line.partition(",")[0] for line in lines if ": " in line and "points" in line] == [
        *("ada", "bob", "bob")
    ]
    assert "1 point in the gradebook" in result
    assert "0 points before, 32 points now" in result
    assert "1 the same, 2 different" in result


def test_what_changed_since_is_left_to_grade(graded):
    hand_in(graded, "ada", answers(graded, norm="def norm(v):\n    return 0"))
    done = verify(graded, NAME, sample=None)
    assert (done.students, done.changed, done.differences) == (["bob", "cy"], ["ada"], [])
    assert "grade again: ada" in done.lines()[1]
    assert "1 not checked" in printed(app, ["verify", NAME, "--all"], code=1)


def test_nothing_is_verified_where_the_records_are_gone_and_no_mark_is_explained(graded):
    graded.records.unlink()
    assert "3 not checked" in printed(app, ["verify", NAME, "--all"], code=1)
    shown = printed(app, ["table", NAME])
    assert "all checks passed" not in shown
    assert "the records have no results of its checks: grade it again" in shown


def test_a_submission_that_cannot_be_judged_is_a_difference(graded):
    (graded.built("ada", NAME) / f"{NAME}.ipynb").write_text("{")
    (difference,) = verify(graded, NAME, sample=None).differences
    assert (difference.student, difference.check) == ("ada", "")
    assert "could not be judged again" in difference.words


@pytest.mark.slow
def test_judges_of_this_machine_find_the_same_again(tmp_path):
    course = small_course(tmp_path)
    fill(course, 5)
    grade(course, NAME, isolation="process", trusted=True)
    before = picture(course)
    done = verify(course, NAME, sample=None, isolation="process", trusted=True)
    assert (len(done.students), done.differences) == (5, [])
    assert picture(course) == before
