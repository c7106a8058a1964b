"""Test how nbgrader's gradebook shows what cannot be graded: 0 points and a reason.

Nothing is left waiting, and the others are untouched.
"""

import json
import os
import shutil

from nbgrader.api import Gradebook

from autograder.grading.grade import grade
from autograder.grading.outcome import outcome
from autograder.grading.records import Records
from autograder.grading.students import forget

NAME = "01_invariant"


def test_what_cannot_be_graded_ends_in_the_gradebook_with_zero_and_no_open_question(graded):
    course, _ = graded
    others = ("example-perfect", "example-half-done")
    before = {student: outcome(course, NAME, student) for student in others}
    reasons = {
        "x-huge": "larger than 200 MB",
        "x-foreign": "this is the notebook of 02_exact; hand in the notebook of 01_invariant",
    }
    for student in reasons:
        (course.inbox / student / NAME).mkdir(parents=True)
    (course.inbox / "x-huge" / NAME / f"{NAME}.ipynb").touch()
    os.truncate(course.inbox / "x-huge" / NAME / f"{NAME}.ipynb", 500 * 2**20)
    shutil.copy(
        course.solutions / "02_exact" / "02_exact.ipynb",
        course.inbox / "x-foreign" / NAME / f"{NAME}.ipynb",
    )
    try:
        for found in grade(course, NAME, list(reasons)):
            assert reasons[found.student] in found.reason
            assert (found.automatic, found.manual) == (0, "0")
        with Gradebook(course.gradebook) as gradebook:
            for student in reasons:
                submission = gradebook.find_submission(NAME, student)
                grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
                assert submission.score == 0
                assert not submission.needs_manual_grade
                assert [g.auto_score for g in grades] == [0.0] * len(grades)
                assert (
                    len(grades) == len(Records(course.records).scores(student, NAME)) + 1
                )  # the question
        for student in others:
            assert outcome(course, NAME, student) == before[student]
        for student in reasons:
            built = json.loads((course.submitted / student / NAME / f"{NAME}.ipynb").read_text())
            assert reasons[student] in built["cells"][0]["source"]
    finally:
        assert sorted(forget(course, list(reasons))) == sorted(reasons)
