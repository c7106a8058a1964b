"""Formgrader in a real browser: grade a question manually, press the autograde button."""

import os

import pytest
from browser import chromium, new_page, server
from nbgrader.api import Gradebook

from autograder.grading.outcome import outcome
from autograder.lab import lab_command, lab_environment
from lazyrich.app.doctor import free_port

pytestmark = pytest.mark.browser
NAME = "01_invariant"


@pytest.fixture(scope="module")
def formgrader(graded):
    """A page on formgrader, its address, and the course."""
    course, outcomes = graded
    command = lab_command(course, port=free_port(), browser=False)
    with server(command, course.root, lab_environment(course)) as address, chromium() as browser:
        page = new_page(browser, viewport={"width": 1400, "height": 1000})
        page.goto(address)
        yield page, address.split("/formgrader")[0], course, outcomes
        if folder := os.environ.get("LAZYRICH_SHOTS"):
            page.screenshot(path=f"{folder}/formgrader.png")


def test_it_lists_the_assignment(formgrader):
    page, base, _, _ = formgrader
    page.goto(f"{base}/formgrader")
    page.get_by_role("link", name=NAME, exact=True).first.wait_for()


def test_a_question_is_graded_manually_and_stored(formgrader):
    page, base, course, _ = formgrader
    with Gradebook(course.gradebook) as gradebook:
        submission = gradebook.find_submission_notebook(NAME, NAME, "example-perfect")
        page.goto(f"{base}/formgrader/submissions/{submission.id}")
    score = page.locator("input.score.needs_manual_grade")
    score.wait_for()
    assert page.get_by_text("changing a rate moves the surface").count() == 1
    score.fill("17")
    with page.expect_response(
        lambda reply: "/api/grade/" in reply.url and reply.request.method == "PUT"
    ):
        score.press("Tab")
    with Gradebook(course.gradebook) as gradebook:
        (essay,) = [
            g
            for g in gradebook.find_submission_notebook(NAME, NAME, "example-perfect").grades
            if g.name == "essay"
        ]
        assert essay.manual_score == 17
    found = outcome(course, NAME, "example-perfect")
    assert (found.automatic, found.manual) == (80, "17")


def test_the_autograde_button_gives_the_same_score(formgrader):
    page, base, course, outcomes = formgrader
    page.goto(f"{base}/formgrader/manage_submissions/{NAME}")
    row = page.locator("tr", has_text="example-sequential")
    row.locator("td.autograde a").click()
    page.get_by_text("Successfully autograded").wait_for()
    assert outcome(course, NAME, "example-sequential") == outcomes["example-sequential"]
