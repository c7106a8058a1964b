"""Grade manually at the desk: what the gradebook gets, who is let in, and what a page may hold."""

import io
import json
import re
import shutil
import subprocess
import sys

import courses
import labs
import nbformat
import pytest
import small
from desks import RUBRIC, TOKEN, Visitor, course_to_grade, place, served
from hostile import html_payloads, markdown_payloads, text_payloads
from nbgrader.api import Gradebook
from rendered import Danger
from rich.console import Console

from autograder import lab
from autograder.courses import find
from autograder.courses.own import OwnCourse
from autograder.desk import marks
from autograder.desk.chosen import recall
from autograder.desk.marks import Conflict, Mark, read_points, save, stored
from autograder.desk.people import Share, key_of, without_names
from autograder.desk.queue import State, entries, list_questions, state_of
from autograder.desk.security import POLICY
from autograder.desk.server import Desk
from autograder.desk.sheet import read_answer, read_sheet
from autograder.grading.grade import grade
from autograder.grading.outcome import outcome
from autograder.grading.students import forget
from autograder.reports import table

NAME = small.NAME


@pytest.fixture(scope="module")
def graded_course(tmp_path_factory):
    return course_to_grade(tmp_path_factory.mktemp("desk") / "course")


@pytest.fixture
def course(graded_course, tmp_path):
    return OwnCourse(shutil.copytree(graded_course.root, tmp_path / "course"))


@pytest.fixture
def visitor(course):
    with served(Desk(course)) as port:
        yield Visitor(port)


def essay(course, student):
    """The question and the student's place in its queue."""
    (question,) = list_questions(course)
    queue = entries(course, question, Share())
    return question, next(entry for entry in queue if entry.student == student)


def page_of(course, student):
    question, entry = essay(course, student)
    return f"/grade/{question.assignment}/{question.notebook}/{question.cell}/{entry.key}"


def row(course, student):
    """What nbgrader has: points by a person, whether one is asked for, and the comment."""
    with Gradebook(course.gradebook) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        (found,) = [grade for grade in notebook.grades if grade.name == "essay"]
        (comment,) = [each for each in notebook.comments if each.name == "essay"]
        return found.manual_score, found.needs_manual_grade, comment.manual_comment


def elsewhere(course, student, **values):
    """What formgrader would write."""
    with Gradebook(course.gradebook) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        (found,) = [grade for grade in notebook.grades if grade.name == "essay"]
        (comment,) = [each for each in notebook.comments if each.name == "essay"]
        for key, value in values.items():
            setattr(comment if key == "manual_comment" else found, key, value)
        gradebook.db.commit()


def test_a_mark_of_zero_an_empty_answer_and_no_mark_are_told_apart(course, visitor):
    elsewhere(course, "bob", manual_score=0.0, needs_manual_grade=False)
    (question,) = list_questions(course)
    queue = entries(course, question, Share())
    assert question.points == 20
    assert {entry.student: (entry.state, entry.score) for entry in queue} == {
        "ada": (State.WAITING, None),
        "bob": (State.MARKED, 0.0),
        "cy": (State.EMPTY, 0.0),
        "dee": (State.WAITING, None),
    }
    overview = visitor.get("/").text
    for words in ("2 waiting", "1 marked", "1 nothing written"):
        assert words in overview
    assert "marked: 0 of 20" in visitor.get(page_of(course, "bob")).text
    assert "nothing written: 0 given automatically" in visitor.get(page_of(course, "cy")).text
    assert "not marked yet" in visitor.get(page_of(course, "ada")).text


def test_the_list_says_how_many_submissions_are_newer_than_what_it_shows(course, visitor):
    assert "not graded yet" not in visitor.get("/").text
    small.hand_in(course, "ada", small.answers(course))
    assert (
        "1 submission has changed since it was graded, or is not graded yet."
        in visitor.get("/").text
    )
    small.hand_in(course, "zoe", small.answers(course))
    shown = visitor.get("/?done=1").text
    assert "2 submissions have changed since they were graded, or are not graded yet." in shown
    assert f"<code>autograder grade {NAME}</code>" in shown
    assert "zoe" not in shown


@pytest.mark.parametrize(
    ("row_of_gradebook", "state"),
    [
        ((None, None, True), State.WAITING),
        ((None, None, False), State.WAITING),
        ((None, 0.0, False), State.EMPTY),
        ((0.0, None, False), State.MARKED),
        ((0.0, 0.0, False), State.MARKED),
        ((3.0, None, True), State.CONFIRM),
    ],
)
def test_each_row_of_the_gradebook_has_one_state(row_of_gradebook, state):
    assert state_of(*row_of_gradebook) is state


def test_shares_divide_the_students_whoever_else_hands_in():
    students = [f"s{number}" for number in range(300)]
    shares = [Share(number, 3) for number in (1, 2, 3)]
    taken = {student: [share.takes(student) for share in shares] for student in students}
    assert all(sum(takes) == 1 for takes in taken.values())
    assert all(60 < sum(share.takes(student) for student in students) < 140 for share in shares)
    assert [s for s in students if Share(2, 3).takes(s)][:5] == ["s0", "s3", "s5", "s12", "s15"]
    assert all(Share().takes(student) for student in students)


@pytest.mark.parametrize("text", ["", "2", "0/3", "4/3", "-1/3", "1/0", "a/b", "1/2/3", "1.5/3"])
def test_a_share_that_is_none_is_refused_in_words(text):
    with pytest.raises(ValueError, match="written as 2/3"):
        Share.parse(text)


def test_a_grader_sees_only_the_students_of_the_share(course, visitor):
    form = visitor.form("/")
    assert visitor.post("/preferences", form | {"share": "5/3"}).status == 422
    everyone, (question,) = {"ada", "bob", "cy", "dee"}, list_questions(course)
    share = next(share for share in (Share(1, of) for of in range(2, 99)) if share.takes("ada"))
    assert visitor.post("/preferences", form | {"share": str(share)}).status == 303
    mine = {entry.student for entry in entries(course, question, share)}
    assert {"ada"} <= mine < everyone
    for student in everyone:
        assert visitor.get(page_of(course, student)).status == (200 if student in mine else 404)


def test_the_table_tells_a_mark_of_zero_from_an_empty_answer(course):
    elsewhere(course, "bob", manual_score=0.0, needs_manual_grade=False)
    found = {student: outcome(course, NAME, student) for student in ("ada", "bob", "cy")}
    assert [(each.manual, each.empty) for each in found.values()] == [
        ("waiting", False),
        ("0", False),
        ("0", True),
    ]
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(table.render(NAME, list(found.values())))
    shown = console.export_text()
    assert re.search(r"bob .* 80/80 +0 +80", shown)
    assert re.search(r"cy .* 80/80 +0, empty +80", shown)


def test_a_mark_is_in_the_gradebook_as_formgrader_writes_it(course, visitor):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"item-0": "10", "item-1": "5", "comment": "Good.\r\nGo on."}
    reply = visitor.post(page, form | {"action": "save"})
    assert (reply.status, place(reply)) == (303, page)
    assert row(course, "ada") == (15.0, False, "Good.\nGo on.")
    assert outcome(course, NAME, "ada").manual == "15"
    again = visitor.form(page)
    assert (again["score"], again["item-0"], again["item-1"]) == ("15", "10", "5")
    assert "item-2" not in again, "not chosen is not 0"


def test_points_that_were_typed_count_before_the_sum_and_a_page_says_that_they_differ(
    course, visitor
):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"item-0": "10", "score": "11,5", "action": "save"}
    assert visitor.post(page, form).status == 303
    assert row(course, "ada")[0] == 11.5
    assert "The mark differs from the sum of the chosen points" in visitor.get(page).text


def test_nothing_chosen_is_no_mark_and_a_comment_alone_can_be_kept(course, visitor):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"comment": "Ask me.", "action": "save"}
    assert visitor.post(page, form).status == 303
    assert row(course, "ada") == (None, True, "Ask me.")


def test_a_mark_can_be_taken_back(course, visitor):
    page = page_of(course, "ada")
    visitor.post(page, visitor.form(page) | {"item-0": "0", "action": "save"})
    assert row(course, "ada")[:2] == (0.0, False)
    visitor.post(page, visitor.form(page) | {"action": "clear"})
    assert row(course, "ada")[:2] == (None, True)
    assert "item-0" not in visitor.form(page)


def test_a_mark_taken_back_elsewhere_takes_the_chosen_points_along(course, visitor):
    page = page_of(course, "ada")
    visitor.post(page, visitor.form(page) | {"item-0": "7", "action": "save"})
    elsewhere(course, "ada", manual_score=None, needs_manual_grade=True)
    form = visitor.form(page)
    assert (form["score"], form.get("item-0")) == ("", None)


@pytest.mark.parametrize(
    "text", ["21", "-1", "nan", "inf", "1e400", "all", "20.0001", "0x10", "1 2", "١٢٣٤"]
)
def test_points_that_are_none_are_refused_and_change_nothing(course, visitor, text):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": text, "comment": "kept & shown", "action": "next"}
    reply = visitor.post(page, form)
    assert reply.status == 422
    assert re.search("must be a number from 0 to 20|gives at most 20 points", reply.text)
    assert "kept &amp; shown" in reply.text
    assert row(course, "ada") == (None, True, None)


@pytest.mark.parametrize(("item", "value"), [("item-0", "13"), ("item-0", "0.5"), ("item-2", "x")])
def test_a_line_of_the_rubric_gives_only_what_can_be_clicked(course, visitor, item, value):
    page = page_of(course, "ada")
    assert visitor.post(page, visitor.form(page) | {item: value}).status == 422
    assert row(course, "ada") == (None, True, None)


def test_what_the_page_offers_is_saved_to_the_last_digit(course, visitor):
    path = course.source(NAME)
    book = json.loads(path.read_text())
    lines = [{"points": points, "text": "so"} for points in (2.125, 17.875)]
    labs.cell(book, "essay")["metadata"]["nbjudge"]["rubric"] = lines
    path.write_text(json.dumps(book))
    page = page_of(course, "ada")
    offered = re.findall(r'name="item-0" value="([^"]*)"', visitor.get(page).text)
    assert visitor.post(page, visitor.form(page) | {"item-0": offered[-1]}).status == 303
    assert row(course, "ada")[0] == 2.125
    elsewhere(course, "ada", manual_score=6.6666667)
    assert visitor.post(page, visitor.form(page) | {"comment": "Good."}).status == 303
    assert row(course, "ada") == (6.6666667, False, "Good.")


def test_a_comment_that_is_too_long_is_refused_in_words(course, visitor):
    page = page_of(course, "ada")
    reply = visitor.post(page, visitor.form(page) | {"score": "3", "comment": "x" * 20_001})
    assert reply.status == 422
    assert "at most 20000 can be saved" in reply.text
    assert row(course, "ada") == (None, True, None)


def test_points_are_read_as_people_type_them():
    assert [read_points(text, 20) for text in ("", " ", "0", "20", "2.5", " 2,5 ")] == [
        None, None, 0.0, 20.0, 2.5, 2.5,
    ]  # fmt: skip


def test_save_and_next_goes_to_the_next_answer_that_waits_and_then_home(course, visitor):
    first, second = (page_of(course, student) for student in ("ada", "dee"))
    elsewhere(course, "bob", manual_score=1.0, needs_manual_grade=False)
    reply = visitor.post(first, visitor.form(first) | {"score": "1", "action": "next"})
    assert place(reply) == second
    reply = visitor.post(second, visitor.form(second) | {"score": "2", "action": "next"})
    assert place(reply) == "/"
    assert "No answer to that question is waiting any more" in visitor.get("/?done=1").text


@pytest.mark.parametrize(
    "change",
    [
        {"manual_score": 7.0, "needs_manual_grade": False},
        {"manual_comment": "Mine."},
        {"auto_score": 0.0, "needs_manual_grade": False},
    ],
    ids=["mark", "comment", "graded again"],
)
def test_what_somebody_else_saved_meanwhile_is_not_overwritten(course, visitor, change):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": "3", "comment": "My words", "action": "save"}
    elsewhere(course, "ada", **change)
    before = row(course, "ada")
    reply = visitor.post(page, form)
    assert reply.status == 409
    assert "Nothing was saved" in reply.text
    assert "My words" in reply.text
    assert row(course, "ada") == before
    version = re.search(r'name="version" value="(\w+)"', reply.text)[1]
    assert visitor.post(page, form | {"version": version}).status == 303
    assert row(course, "ada") == (3.0, False, "My words")


def test_an_answer_that_changed_since_the_page_was_opened_is_not_marked(course, visitor):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": "3"}
    path = course.graded("ada", NAME) / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("Ada says", "Ada now says"))
    assert visitor.post(page, form).status == 409
    assert row(course, "ada") == (None, True, None)


@pytest.mark.parametrize("change", [{"manual_score": 7.0}, {"manual_comment": "Mine."}])
def test_of_two_marks_saved_in_the_same_moment_one_is_told(course, monkeypatch, change):
    """The other grader writes after ours was read and before it is written."""
    question, _ = essay(course, "ada")
    _, answer = read_answer(course, question, "ada")
    seen = stored(course, question, "ada", answer, "")
    find_rows = marks._Rows.find

    def found_and_then(gradebook, *where):
        rows = find_rows(gradebook, *where)
        rows.stored(answer)
        elsewhere(course, "ada", **change)
        return rows

    monkeypatch.setattr(marks._Rows, "find", found_and_then)
    how = {"answer": answer, "rubric": "", "version": seen.version}
    with pytest.raises(Conflict):
        save(course, question, "ada", Mark(3.0, "Ours"), **how)
    assert row(course, "ada") in ((7.0, True, None), (None, True, "Mine."))


def test_the_rubric_is_forgotten_when_it_changes_and_with_the_student(course, visitor):
    page = page_of(course, "ada")
    visitor.post(page, visitor.form(page) | {"item-0": "10", "item-2": "0", "action": "save"})
    question, entry = essay(course, "ada")
    chosen = [line.chosen for line in read_sheet(course, question, entry, hidden=False).lines]
    assert chosen == [10.0, None, 0.0]
    assert recall(course, question, "ada", "12,5,3") == (10.0, None, 0.0)
    path = course.source(NAME)
    book = json.loads(path.read_text())
    rubric = labs.cell(book, "essay")["metadata"]["nbjudge"]["rubric"]
    rubric[0]["points"], rubric[1]["points"] = 11, 6
    path.write_text(json.dumps(book))
    sheet = read_sheet(course, question, entry, hidden=False)
    assert [line.chosen for line in sheet.lines] == [None, None, None]
    assert sheet.stored.mark.score == 10.0
    assert list(forget(course, ["ada"])) == ["ada"]
    assert recall(course, question, "ada", "12,5,3") == ()


def test_a_page_shows_answer_figure_reasons_rubric_and_model_answer(course, visitor):
    page = visitor.get(page_of(course, "dee")).text
    assert "See the figure." in page
    assert 'src="data:image/png;base64,' in page
    assert "double of 21: expected 42" in page
    assert "<p>Because it is a <strong>norm</strong>.</p>" in page
    assert page.index("names the <em>reason</em>") < page.index("is clear")
    assert page.count('type="radio"') == sum(points + 1 for points, _ in RUBRIC)


def test_comments_on_other_answers_can_be_used_again(course, visitor):
    elsewhere(course, "bob", manual_comment="Name the norm.\n\nSee section 2, bob.")
    elsewhere(course, "dee", manual_comment="Name the norm.")
    phrases = re.findall("data-phrase>([^<]*)<", visitor.get(page_of(course, "ada")).text)
    assert phrases == ["Name the norm.", "See section 2, bob."]
    visitor.post("/preferences", visitor.form("/") | {"hidden": "1"})
    phrases = re.findall("data-phrase>([^<]*)<", visitor.get(page_of(course, "ada")).text)
    assert phrases == ["Name the norm."], "a comment that names a student stays with that student"


def test_hidden_names_are_in_no_page_and_an_alias_stays_the_same(course, visitor):
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_student("ada", first_name="Grace", last_name="Hopper")
    path = course.graded("ada", NAME) / f"{NAME}.ipynb"
    signed = "Ada says **why** (ada, Grace Hopper)"
    path.write_text(path.read_text().replace("Ada says **why**", signed))
    assert ">ada<" in visitor.get(page_of(course, "ada")).text
    visitor.post("/preferences", visitor.form("/") | {"hidden": "1"})
    pages = [visitor.get(link).text for link in ["/", *visitor.links()]]
    assert len(pages) == 5
    for page in pages:
        assert re.findall(r"\b(ada|bob|cy|dee|Grace|Hopper)\b", page, re.I) == []
    key = key_of(course.secret(), "ada")
    assert sum(f"<strong>Student {key[:6]}</strong>" in page for page in pages) == 1
    assert key == key_of(course.secret(), "ada") != key_of(b"x" * 32, "ada")


def test_names_are_replaced_as_words_and_never_inside_others():
    names = ["ada", "Ada Lovelace", ""]
    text = "ada, Ada Lovelace and adamant Canada (ADA)"
    assert without_names(text, names, "S") == "S, S and adamant Canada (S)"
    assert without_names("a b", ["a"], "S") == "a b"


def test_a_graded_notebook_that_is_gone_or_damaged_is_told_with_the_command(course, visitor):
    page = page_of(course, "ada")
    path = course.graded("ada", NAME) / f"{NAME}.ipynb"
    for content in ("{", None):
        if content is None:
            path.unlink()
        else:
            path.write_text(content)
        reply = visitor.get(page)
        assert reply.status == 404
        assert f"autograder grade {NAME} --again" in reply.text
    assert visitor.get("/").status == 200


def test_a_course_of_any_origin_has_a_plain_box_for_points_and_its_tasks(tmp_path):
    cells = [
        courses.manual("why", 3, "Why?"),
        courses.task("draw", 4, "Draw it below."),
    ]
    root = courses.released(tmp_path / "course", {"p1": courses.notebook(*cells)})
    courses.hand_in(root, "ada", {"why": "So."})
    other = find(root)
    grade(other, "ps1", isolation="process", trusted=True)
    with served(Desk(other)) as port:
        visitor = Visitor(port)
        pages = set(re.findall(r'href="(/grade/[^"]+)"', visitor.get("/").text))
        assert {page.split("/")[4] for page in pages} == {"why", "draw"}
        for page, points in zip(sorted(pages), ("4", "2"), strict=True):
            assert "Rubric" not in visitor.get(page).text
            form = visitor.form(page) | {"score": points, "comment": "ok", "action": "save"}
            assert visitor.post(page, form).status == 303
    found = courses.scores(root)
    assert {key[2]: value[2] for key, value in found.items()} == {"why": False, "draw": False}


def test_nobody_is_let_in_without_the_token(course):
    with served(Desk(course)) as port:
        stranger = Visitor(port, token="")
        page = page_of(course, "ada")
        for path in (
            "/",
            page,
            "/desk.js",
            "/desk.css",
            "/nothing",
            "/?token=",
            f"/?token={'cd' * 24}",
        ):
            reply = stranger.get(path)
            assert reply.status == 403, path
            assert "ada" not in reply.text
        for path in (page, "/preferences", "/formgrader"):
            assert stranger.post(path, {"score": "20"}).status == 403
        stranger.cookies[f"desk-{port}"] = TOKEN
        assert stranger.get("/").status == 403, "the token itself is no cookie"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(course):
    with served(Desk(course)) as port:
        reply = Visitor(port).get(f"/?token={TOKEN}")
        (cookie,) = reply.headers.get_all("Set-Cookie")
        assert cookie.startswith(f"desk-{port}=")
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (reply.status, reply.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:80"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": ""},
    ],
    ids=str,
)
def test_a_name_that_was_rebound_to_this_machine_is_refused(course, visitor, headers):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": "20"}
    assert visitor.get(page, **headers).status in (400, 403)
    assert visitor.post(page, form, **headers).status in (400, 403)
    assert row(course, "ada") == (None, True, None)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
    ids=str,
)
def test_a_form_of_another_page_saves_nothing(course, visitor, headers):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": "20"}
    assert visitor.post(page, form, **headers).status == 403
    assert row(course, "ada") == (None, True, None)


@pytest.mark.parametrize("secret", [None, "", "x", "2|a|b|1"])
def test_a_form_without_its_secret_saves_nothing(course, visitor, secret):
    page = page_of(course, "ada")
    form = visitor.form(page) | {"score": "20"}
    form = {key: value for key, value in form.items() if key != "_xsrf"}
    assert (
        visitor.post(page, form | ({"_xsrf": secret} if secret is not None else {})).status == 403
    )
    for path in ("/preferences", "/formgrader"):
        assert visitor.post(path, {"hidden": "1"}).status == 403
    for method in ("PUT", "DELETE", "PATCH"):
        assert visitor.ask(method, page).status in (403, 405)
    assert row(course, "ada") == (None, True, None)


def test_every_reply_forbids_all_but_the_pages_own_files(course, visitor):
    page = page_of(course, "ada")
    form = visitor.form(page)
    replies = [
        visitor.get(path) for path in ("/", page, "/desk.js", "/desk.css", "/nothing", "//x")
    ]
    replies += [visitor.post(page, form | {"score": "x"}), visitor.post(page, {})]
    replies += [Visitor(visitor.port, token="").get("/")]
    for reply in replies:
        assert reply.headers["Content-Security-Policy"] == POLICY
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Cache-Control"] == "no-store"
        assert "Server" not in reply.headers
    assert "script-src 'self'" in POLICY
    assert "unsafe" not in POLICY


@pytest.mark.parametrize(
    "path",
    [
        "/desk.py", "/../server.py", "/desk.js/../../server.py", "/%2e%2e/server.py",
        "/grade/..%2f..%2f/x/essay/0000000000000000", "/grade/a/b/c/%00",
        "/grade/%ff/b/c/0000000000000000", "/grade/' OR 1=1 --/b/c/0000000000000000",
    ],
)  # fmt: skip
def test_an_address_that_is_none_gives_nothing(visitor, path):
    reply = visitor.get(path.replace(" ", "%20"))
    assert reply.status in (400, 404)
    assert "import" not in reply.text
    assert "Traceback" not in reply.text


def dangers(page):
    """What is dangerous in a page, but for the page's own form, script and style sheet."""
    own = ("form", "button", "textarea", "script", "link", "meta", "body")
    found = Danger(page).dangers
    allowed = re.findall(r"<(?:form|button|textarea|script|link|meta|body)\b[^>]*>", page)
    assert len([tag for tag in allowed if tag.startswith(("<script", "<link", "<meta"))]) == 6
    links = re.compile("/(grade/[^/]+/[^/]+/.*)?")  # a cleaned link names another machine
    return [
        (tag, name, value)
        for tag, name, value in found
        if tag not in own and not (name == "href" and links.fullmatch(value))
    ]


@pytest.fixture(scope="module")
def attacked(graded_course, tmp_path_factory):
    """Payloads wherever a page of the desk shows what somebody wrote."""
    root = shutil.copytree(graded_course.root, tmp_path_factory.mktemp("attacked") / "course")
    course = OwnCourse(root)
    payloads = [*html_payloads(), *markdown_payloads(), *text_payloads()[:-1]]
    path = course.graded("ada", NAME) / f"{NAME}.ipynb"
    book = nbformat.read(path, 4)
    new = nbformat.v4
    for payload in payloads:  # as if the cleaning of what came in had missed them
        text = payload.encode("utf-8", "replace").decode()
        output = new.new_output("display_data", {"text/html": text, "text/markdown": text})
        error = new.new_output("error", ename=text, evalue=text, traceback=[text])
        book.cells.append(new.new_markdown_cell(text))
        book.cells.append(new.new_code_cell(text, outputs=[output, error]))
    essay_cell = next(
        c for c in book.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "essay"
    )
    essay_cell.source = "\n\n".join(html_payloads())
    nbformat.write(book, path)
    source = json.loads(course.source(NAME).read_text())
    lines = [
        {"points": 1, "text": text.encode("utf-8", "replace").decode()} for text in payloads[:20]
    ]
    labs.cell(source, "essay")["metadata"]["nbjudge"]["rubric"] = lines
    labs.cell(source, "essay")["source"] += "\n### BEGIN SOLUTION\n" + "\n\n".join(html_payloads())
    course.source(NAME).write_text(json.dumps(source))
    elsewhere(course, "bob", manual_comment="\n\n".join(html_payloads()[:10]))
    elsewhere(course, "ada", manual_comment='</textarea><script>alert(1)</script>"><b>')
    with Gradebook(course.gradebook) as gradebook:
        names = {"first_name": "<script>alert(1)</script>", "last_name": '"><img src=x onerror=y>'}
        gradebook.update_or_create_student("ada", **names)
    return course


@pytest.mark.parametrize("hidden", [False, True])
def test_no_payload_of_an_answer_a_rubric_or_a_comment_comes_alive(attacked, hidden):
    with served(Desk(attacked, hidden=hidden)) as port:
        visitor = Visitor(port)
        for student in ("ada", "bob", "dee"):
            reply = visitor.get(page_of(attacked, student))
            assert reply.status == 200
            assert dangers(reply.text) == []
            forms = re.findall("<form|<textarea|<script|<base", reply.text)
            assert sorted(forms) == ["<form", "<script", "<textarea"]


def test_what_a_grader_types_comes_back_as_text(course, visitor):
    page = page_of(course, "ada")
    for payload in ['"><script>alert(1)</script>', "</textarea><img src=x onerror=alert(1)>"]:
        form = visitor.form(page) | {"score": payload, "comment": payload}
        reply = visitor.post(page, form)
        assert reply.status == 422
        assert dangers(reply.text) == []
        assert payload not in reply.text
        reply = visitor.post("/preferences", visitor.form("/") | {"share": payload})
        assert payload not in reply.text


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a' onclick='x"],
)
def test_no_name_in_the_gradebook_comes_alive(course, visitor, name):
    with Gradebook(course.gradebook) as gradebook:
        gradebook.find_student("ada").id = name
        gradebook.find_assignment(NAME).name = name
        gradebook.db.commit()
    reply = visitor.get("/")
    assert dangers(reply.text) == []
    assert name not in reply.text


@pytest.fixture
def formgrader(course, monkeypatch):
    """Formgrader beside the desk, with another server in place of JupyterLab."""
    serve = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1"]
    monkeypatch.setattr(lab, "lab_command", lambda course, port, browser: [*serve, str(port)])
    beside = lab.Formgrader(course)
    yield beside
    beside.stop()


def test_formgrader_starts_when_asked_and_only_once(course, formgrader):
    with served(Desk(course, formgrader=formgrader.address)) as port:
        visitor = Visitor(port)
        assert formgrader._process is None
        pages = [visitor.post("/formgrader", visitor.form("/")).text for _ in range(2)]
    (link,) = {re.search('class="button" href="([^"]+)"', page)[1] for page in pages}
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/formgrader\?token=[0-9a-f]{48}", link)
    assert link not in " ".join(formgrader._process.args), "other people can list programs"
    formgrader.stop()
    assert formgrader._process.wait(60) is not None


def test_a_formgrader_that_does_not_start_is_told_and_the_desk_stays(
    course, formgrader, monkeypatch
):
    ends = [sys.executable, "-c", ""]
    monkeypatch.setattr(lab, "lab_command", lambda course, port, browser: ends)
    with served(Desk(course, formgrader=formgrader.address)) as port:
        visitor = Visitor(port)
        reply = visitor.post("/formgrader", visitor.form("/"))
        assert reply.status == 503
        assert "autograder lab --formgrader" in reply.text
        assert visitor.get("/").status == 200


def test_the_server_listens_on_this_machine_only_and_its_log_holds_no_token(course):
    """As the command starts it."""
    code = (
        "import sys, socket; from autograder.desk.server import Desk, serve\n"
        "from autograder.courses.own import OwnCourse; from pathlib import Path\n"
        "from tornado.ioloop import IOLoop\n"
        "def opened(address):\n"
        "    print(address.split('?')[0])\n"
        "    port = int(sys.argv[2])\n"
        "    open_elsewhere = [a for a in socket.gethostbyname_ex(socket.gethostname())[2]\n"
        "        if not a.startswith('127.') and socket.socket().connect_ex((a, port)) == 0]\n"
        "    print(open_elsewhere)\n"
        "    IOLoop.current().call_later(0, IOLoop.current().stop)\n"
        "serve(Desk(OwnCourse(Path(sys.argv[1]))), port=int(sys.argv[2]), opened=opened)\n"
    )
    from lazyrich.app.doctor import free_port

    port = free_port(9400)
    run = subprocess.run(
        [sys.executable, "-c", code, str(course.root), str(port)], capture_output=True, text=True
    )
    assert run.stdout.splitlines() == [f"http://127.0.0.1:{port}/", "[]"], run.stderr
    assert run.stderr == ""
