"""The desk as a grader meets it: `autograder lab` in Chromium, by keyboard and by mouse."""

import os
import sys

import pytest
import small
from browser import chromium, new_page, overhear, server
from desks import course_to_grade
from nbgrader.api import Gradebook

pytestmark = pytest.mark.browser
NAME = small.NAME
SIZES = (400, 1280, 1920)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page past the token, what its console said, what it asked for, and the course."""
    course = course_to_grade(tmp_path_factory.mktemp("desk") / "course")
    command = [sys.executable, "-c", "from autograder.cli import app; app()", "lab", "--no-browser"]
    with server(command, course.root, dict(os.environ)) as address, chromium() as browser:
        page = new_page(browser, viewport={"width": 1280, "height": 800})
        said, asked = [], []
        overhear(page, said, asked)
        page.goto(address)
        yield page, said, asked, course


@pytest.fixture
def desk(site):
    """The page with the list, at the width of a laptop; nobody has a mark or a comment."""
    page = site[0]
    clear(site[3])
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2])
    return page


def marks(course):
    """Student -> points by a person, and the comment."""
    with Gradebook(course.gradebook) as gradebook:
        found = {}
        for submission in gradebook.assignment_submissions(NAME):
            notebook = gradebook.find_submission_notebook(NAME, NAME, submission.student_id)
            (grade,) = [each for each in notebook.grades if each.name == "essay"]
            (comment,) = [each for each in notebook.comments if each.name == "essay"]
            found[submission.student_id] = grade.manual_score, comment.manual_comment
        return found


def clear(course):
    with Gradebook(course.gradebook) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            notebook = gradebook.find_submission_notebook(NAME, NAME, submission.student_id)
            for each in (*notebook.grades, *notebook.comments):
                if each.name == "essay" and hasattr(each, "manual_comment"):
                    each.manual_comment = None
                elif each.name == "essay":
                    each.manual_score, each.needs_manual_grade = None, each.auto_score is None
        gradebook.db.commit()


def person(page):
    """Tell whose answer is shown, once the page hears keys."""
    name = page.locator(".who strong").inner_text()
    page.wait_for_load_state("load")
    return name


def test_everything_is_graded_by_keyboard_alone(site, desk):
    course = site[3]
    desk.get_by_role("link", name="Grade").focus()
    desk.keyboard.press("Enter")
    given = {}
    for points, comment in ((15, "Say more."), (0, ""), (12, "Good.")):
        student = person(desk)
        if points == 15:  # 12 of 12, then 3 of 5 by steps
            for key in ("1", "2", "-", "-"):
                desk.keyboard.press(key)
        elif points == 0:  # all and then none is a mark of 0
            for key in ("3", "3"):
                desk.keyboard.press(key)
        else:
            desk.keyboard.press("m")
            desk.keyboard.type("12")
        assert desk.locator("input[name=score]").input_value() == str(points)
        if comment:
            desk.keyboard.press("Escape")
            desk.keyboard.press("c")
            desk.keyboard.type(comment)
        with desk.expect_navigation():
            desk.keyboard.press("Control+Enter")
        given[student] = float(points), comment or None
    desk.get_by_text("No answer to that question is waiting any more").wait_for()
    assert {s: m for s, m in marks(course).items() if s != "cy"} == given
    assert marks(course)["cy"] == (None, None)


def test_next_and_previous_save_what_was_changed(site, desk):
    course = site[3]
    desk.get_by_role("link", name="Grade").click()
    order = desk.locator("ol.all a").all_text_contents()
    desk.goto(desk.locator("ol.all a").first.evaluate("link => link.href"))
    for student in order[1:]:
        with desk.expect_navigation():
            desk.keyboard.press("n")
        assert person(desk) == student
    desk.keyboard.press("n")  # there is none after the last
    desk.keyboard.press("3")
    with desk.expect_navigation():
        desk.keyboard.press("p")
    assert person(desk) == order[-2]
    assert marks(course)[order[-1]] == (3.0, None)
    assert [marks(course)[student][0] for student in order[:-1]] == [None, None, None]


def test_keys_can_be_switched_off_and_type_as_usual_in_boxes(site, desk):
    desk.get_by_role("link", name="Grade").click()
    student = person(desk)
    desk.locator("textarea").fill("")
    desk.locator("textarea").press_sequentially("n 1 p c m w")
    assert desk.locator("textarea").input_value() == "n 1 p c m w"
    assert desk.locator("input[type=radio]:checked").count() == 0
    desk.locator("textarea").fill("")
    desk.keyboard.press("Escape")
    desk.get_by_text("Keys", exact=True).click()
    box = desk.get_by_label("Grade with single keys")
    box.uncheck()
    desk.locator("body").press("1")
    assert desk.locator("input[type=radio]:checked").count() == 0
    box.check()
    desk.locator("body").press("1")
    assert desk.locator("input[type=radio]:checked").count() == 1
    assert person(desk) == student
    desk.locator("button[value=save]").click()


def test_a_mistake_stays_on_the_page_with_what_was_typed(site, desk):
    desk.get_by_role("link", name="Grade").click()
    desk.locator("input[name=score]").fill("33")
    desk.locator("textarea").fill("typed")
    desk.get_by_role("button", name="Save and next").click()
    assert "at most 20 points" in desk.get_by_role("alert").inner_text()
    assert desk.locator("textarea").input_value() == "typed"
    assert {mark for mark, _ in marks(site[3]).values()} == {None}


@pytest.mark.parametrize("width", SIZES)
def test_nothing_overflows_and_the_form_is_in_reach(site, desk, width):
    desk.set_viewport_size({"width": width, "height": 800})
    for link in [
        "",
        *desk.locator("a[href^='/grade/']").evaluate_all("all => all.map(a => a.href)"),
    ]:
        if link:
            desk.goto(link)
        wide = desk.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
    if width > 900:  # beside the answer, not below it
        assert desk.locator(".rubric").bounding_box()["y"] < 400
        save = desk.get_by_role("button", name="Save and next").bounding_box()
        assert save["y"] + save["height"] <= 800
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    assert desk.evaluate("document.activeElement.matches('form.mark')")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.name") == "item-0"


@pytest.mark.parametrize("colors", ["light", "dark"])
def test_axe_finds_nothing_serious(site, desk, colors):
    sync = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-playwright-python is not installed; `make test` installs it",
    )
    desk.emulate_media(color_scheme=colors)
    pages = ["", *desk.locator("a[href^='/grade/']").evaluate_all("all => all.map(a => a.href)")]
    for width in (400, 1280):
        desk.set_viewport_size({"width": width, "height": 800})
        for link in pages:
            if link:
                desk.goto(link)
            desk.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
            found = sync.Axe().run(desk).response["violations"]
            assert [(each["id"], each["help"]) for each in found] == []
    desk.emulate_media(color_scheme="light")


def test_all_is_from_this_machine_and_the_console_is_silent(site, desk):
    page, said, asked, _ = site
    origin = "/".join(page.url.split("/")[:3])
    page.get_by_role("link", name="Grade").click()
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((origin, "data:"))] == []
    assert [text for text in said if "422" not in text and "409" not in text] == []
    assert "token" not in page.url
