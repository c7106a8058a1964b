"""The page that a student gets back says the gradebook's points and runs nothing."""

import json
import re
import shutil
import subprocess
import sys

import nbformat
import pytest
from browser import chromium, new_page, passed
from bs4 import BeautifulSoup
from hostile import html_payloads, markdown_payloads, text_payloads
from nbgrader.api import Gradebook
from rendered import Danger, page_of

from autograder.courses.own import OwnCourse
from autograder.feedback_pages.feedback import feedback
from autograder.grading.grade import grade

NAME = "01_invariant"
SECRET = re.compile("### BEGIN HIDDEN TESTS(.*?)### END", re.S)


@pytest.fixture(scope="module")
def pages(graded):
    """Student -> the page, parsed, after `autograder feedback`."""
    course, outcomes = graded
    made = feedback(course, NAME)
    assert {path.parts[-3] for path in made} == set(outcomes)
    return {path.parts[-3]: BeautifulSoup(path.read_text(), "html.parser") for path in made}


def test_it_gives_each_property_its_points_and_reason(pages):
    page = pages["example-sequential"]
    assert page.select_one(".total strong").text == "58"
    (part,) = [s for s in page.select("section") if "01.4" in s.h2.text]
    lost = {li.strong.text: li for li in part.select("li.lost")}
    assert set(lost) == {"first step", "a whole run", "unequal rates"}
    assert "made from the old values" in lost["first step"].text
    assert "0 / 5" in lost["first step"].text
    assert [li.strong.text for li in part.select("li.passed")] == ["inputs unchanged"]
    assert "section “4 · From flow to steps”" in part.select_one(".again").text
    assert "a = a - step * eta_a * w @ g" in part.select_one(".answer").text


def test_points_are_the_gradebooks(pages, graded):
    course, _ = graded
    for student, page in pages.items():
        with Gradebook(course.gradebook) as gradebook:
            score = gradebook.find_submission(NAME, student).score
        assert float(page.select_one(".total strong").text) == score
        (essay,) = [li for li in page.select(".overview li") if "Manually graded" in li.text]
        waits = student in ("example-perfect", "example-other-style", "example-rates-swapped")
        assert ("waiting" in essay.text) == waits


def test_notes_on_the_file_are_told(pages):
    (notes,) = pages["example-renamed-stripped"].select("details.note")
    assert "the file is called 'my homework (2).ipynb'" in notes.text
    assert not pages["example-perfect"].select("details.note")


def test_no_hidden_test_is_shown(pages, graded):
    course, _ = graded
    cells = ["".join(c["source"]) for c in json.loads(course.source(NAME).read_text())["cells"]]
    source = "\n".join(cells)
    shown = SECRET.sub("", source)
    lines = {
        line.strip()
        for part in SECRET.findall(source)
        for line in part.splitlines()
        if len(line.strip()) >= 25
    }
    lines -= {line for line in lines if line in shown}
    assert len(lines) > 20
    for page in pages.values():
        assert [line for line in lines if line in page.get_text()] == []
        assert "Traceback" not in page.get_text()


def test_it_is_whole_and_loads_nothing(pages):
    for page in pages.values():
        policy = page.select_one("meta[http-equiv=Content-Security-Policy]")["content"]
        assert "default-src 'none'" in policy
        assert not page.select("script, link, iframe, object, base")
        assert all(
            img["src"].startswith("data:image/png;base64,") and img["alt"]
            for img in page.select("img")
        )
        assert page.html["lang"] == "en"
        assert len({tag["id"] for tag in page.select("[id]")}) == len(page.select("[id]"))
        assert all(page.select_one(a["href"]) for a in page.select("a[href^='#']"))


def test_a_persons_points_and_words_are_kept(graded):
    course, _ = graded
    student = "example-rates-swapped"
    with Gradebook(course.gradebook) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        (essay,) = [g for g in notebook.grades if g.name == "essay"]
        (check,) = [g for g in notebook.grades if g.name == "ex1-unequal-rates"]
        (comment,) = [c for c in notebook.comments if c.name == "essay"]
        essay.manual_score, essay.needs_manual_grade, check.manual_score = 13, False, 3
        comment.manual_comment = "Which *rate*? <script>alert(1)</script>"
        gradebook.db.commit()
    try:
        (path,) = feedback(course, NAME, student)
        page = BeautifulSoup(path.read_text(), "html.parser")
        assert page.select_one(".total strong").text == f"{58 + 13 + 3}"
        assert page.select_one(".comment em").text == "rate"
        assert not page.select("script")
        assert "set manually" in page.select_one("li.hand").text
    finally:
        with Gradebook(course.gradebook) as gradebook:
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
            for changed in notebook.grades:
                if changed.name in ("essay", "ex1-unequal-rates"):
                    changed.manual_score = None
                    changed.needs_manual_grade = changed.name == "essay"
            gradebook.db.commit()


def test_nbgraders_own_command_makes_the_same_page(graded, pages):
    course, _ = graded
    command = [
        sys.executable,
        "-m",
        "nbgrader",
        "generate_feedback",
        NAME,
        "--student=example-truncated",
        "--force",
    ]
    run = subprocess.run(command, cwd=course.runtime, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-2000:]
    path = course.runtime / "feedback" / "example-truncated" / NAME / f"{NAME}.html"
    assert BeautifulSoup(path.read_text(), "html.parser") == pages["example-truncated"]
    assert "cut off or damaged" in path.read_text()


@pytest.fixture(scope="module")
def attacked(graded, tmp_path_factory):
    """The autograded notebook and the feedback page of a submission full of payloads."""
    root = shutil.copytree(graded[0].root, tmp_path_factory.mktemp("attacked") / "course")
    course = OwnCourse(root)
    made = json.loads((course.released / NAME / f"{NAME}.ipynb").read_text())
    code = f"""from IPython.display import display
for payload in {html_payloads()!r}:
    display({{"text/html": payload, "application/javascript": "alert(1)"}}, raw=True)
"""
    short = [text for text in text_payloads() if len(text) < 9000]
    texts = f"for text in {short!r}:\n    print(text)"
    for number, source in enumerate([code, texts]):
        cell = {"cell_type": "code", "id": f"evil-{number}", "metadata": {}, "source": source}
        made["cells"].append(cell | {"outputs": [], "execution_count": None})
    for number, payload in enumerate([*markdown_payloads(), *html_payloads()]):
        made["cells"].append(
            {"cell_type": "markdown", "id": f"prose-{number}", "metadata": {}, "source": payload}
        )
    for cell in made["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "essay":
            cell["source"] = "\n\n".join(html_payloads())
    folder = course.inbox / "mallory" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(made))
    (outcome,) = grade(course, NAME, ["mallory"], trusted=True)
    assert (outcome.automatic, outcome.manual) == (0, "waiting")
    (path,) = feedback(course, NAME, "mallory")
    notebook = nbformat.read(course.runtime / "autograded" / "mallory" / NAME / f"{NAME}.ipynb", 4)
    return notebook, path


def test_no_payload_survives_grading(attacked):
    """Through intake, judge and nbgrader, into formgrader's template and into our page."""
    notebook, path = attacked
    assert sum(len(cell.get("outputs", [])) for cell in notebook["cells"]) > 40
    cells = BeautifulSoup(page_of(notebook, "formgrade"), "html.parser").select(
        "#notebook-container .cell"
    )
    boxes = ("input", "textarea", "button")  # formgrader's boxes for points and comments
    dangers = Danger("".join(map(str, cells))).dangers
    assert [danger for danger in dangers if danger[0] not in boxes] == []
    page = BeautifulSoup(path.read_text(), "html.parser")
    assert Danger(str(page.select_one("main"))).dangers == []


@pytest.mark.browser
def test_a_browser_runs_and_loads_nothing(attacked, tmp_path):
    notebook, path = attacked
    (tmp_path / "formgrade.html").write_text(page_of(notebook, "formgrade"))
    asked, dialogs = [], []
    with chromium() as browser:
        for target in (path, tmp_path / "formgrade.html"):
            page = new_page(browser)
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            page.on("request", lambda request: asked.append(request.url))
            page.route(re.compile("^https?:"), lambda route: route.abort())
            page.goto(target.as_uri())
            page.evaluate(
                "document.querySelectorAll('details').forEach(each => { each.open = true })"
            )
            page.mouse.move(200, 300)
            passed(page, 300)
    assert dialogs == []
    elsewhere = [url for url in asked if "evil.example" in url]
    assert elsewhere == []
    assert [url for url in asked if url.startswith("http") and "cdnjs" not in url] == []
