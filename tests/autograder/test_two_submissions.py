"""What a first submission finds out about hidden checks is of no use to a second one."""

import nbformat
import pytest
from forked import forked
from labs import code
from small import NAME, answers, small_course

from autograder.feedback_pages.feedback import WITHHELD, _withhold
from autograder.grading import judging
from autograder.grading.judging import judge_notebook
from autograder.grading.work import work_hash
from nbjudge import match

# It keeps what it is asked, and says it wherever it can: in a cell, in an error, in a value.
CURIOUS = "asked = []\ndef double(x):\n    asked.append(x)\n    return [2 * v for v in x]"
TELLING = {
    "the text of an error": "def norm(v):\n    raise ValueError(f'told {asked[-1][0]:.9f} told')",
    "the name of an error": (
        "def norm(v):\n    told = abs(int(1e9 * asked[-1][0]))\n"
        "    raise type(f'Told{told}', (Exception,), {})"
    ),
    "a text": "def norm(v):\n    return f'told {asked[-1][0]:.9f} told'",
    "an error in its cell": "1 / 0 if not asked else int(f'told {asked[-1][0]:.9f} told')",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("two"))


def judged(course, book, student="ada"):
    nb = nbformat.from_dict(book)
    return judge_notebook(course, NAME, student, NAME, nb, forked)


def with_cells(book, *sources):
    book["cells"] += [code(source, f"own-{n}") for n, source in enumerate(sources)]
    return book


def test_the_same_work_keeps_its_seeds_and_other_work_gets_others(course):
    first = judged(course, answers(course)).seeds
    assert judged(course, answers(course)).seeds == first
    others = [
        judged(course, answers(course), "bob").seeds,
        judged(course, answers(course, double="def double(x):\n    return x + x")).seeds,
        judged(course, with_cells(answers(course), "table = [1.5, 2.5]")).seeds,
    ]
    drawn = [seed for seeds in (first, *others) for seed in seeds.values()]
    assert len(set(drawn)) == len(drawn) == 4 * len(first)


def test_what_code_can_tell_two_files_apart_by_belongs_to_the_work(course):
    """Given cells that are there or not, and where an extra cell stands: a few bits each."""
    spy = "def double(x):\n    return 0 if 'mark' in globals() or len(In) > 9 else 2 * x"
    cells = answers(course, double=spy)["cells"]
    mark, places = code("mark = 1", "own"), [cell["id"] for cell in cells]
    files = [[*cells, mark], [cell for cell in cells if cell["id"] != "c-use"] + [mark]]
    for before in ("c-ex1-number", "c-ex1-array"):
        at = places.index(before)
        files.append([*cells[:at], mark, *cells[at:]])
    books = [nbformat.from_dict(answers(course) | {"cells": file}) for file in files]
    works = [work_hash(course.assignment(NAME), book, {}) for book in books]
    assert len(set(works)) == len(files) == 4


def test_files_beside_the_notebook_belong_to_the_work(course, monkeypatch):
    seeds = []
    for files in ({}, {"table.json": b"[1.5]"}, {"table.json": b"[2.5]"}, {"other": b"[2.5]"}):
        monkeypatch.setattr(type(course), "files", lambda self, student, name, f=files: f)
        seeds += judged(course, answers(course)).seeds.values()
    assert len(set(seeds)) == len(seeds)


def test_what_the_course_changes_in_its_own_text_leaves_the_seeds_as_they_are(course):
    before = judged(course, answers(course))
    book = answers(course)
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] += "\nOne word more."
    assert judged(course, book).seeds == before.seeds


def test_a_table_made_from_what_the_first_file_printed_earns_nothing_in_the_second(course):
    tell = "print('told', [list(map(float, x)) for x in asked if hasattr(x, '__len__')])"
    first = judged(course, with_cells(answers(course, double=CURIOUS), tell))
    outputs = first.finished.cells[-1].outputs
    told = outputs[0]["text"].split("told ")[1]
    assert told.count(",") >= 3, "the grader still sees it"
    table = (
        f"table = {told}\ndef double(x):\n    if not hasattr(x, '__len__'): return 2 * x\n"
        "    return [2 * v for v in x] if list(map(float, x)) in table else None"
    )
    second = judged(course, answers(course, double=table))
    assert {c.grade_id: c.status for c in second.report.checks}["ex1-array"] == "failed"


def test_what_cells_show_after_a_hidden_check_is_not_on_the_students_page(course):
    tell = "print('told', asked)"
    book = answers(course, double=CURIOUS)
    book["cells"].insert(2, code("print('before')", "before"))
    finished = judged(course, with_cells(book, tell)).finished
    _withhold(finished)
    texts = [
        output.get("text", "") for cell in finished.cells for output in cell.get("outputs", [])
    ]
    assert "before\n" in texts
    assert WITHHELD in texts
    assert not any("told" in text for text in texts)


@pytest.mark.parametrize("norm", TELLING.values(), ids=TELLING)
def test_no_message_after_a_hidden_check_holds_a_text_of_the_students(course, norm):
    report = judged(course, answers(course, double=CURIOUS, norm=norm)).report
    lost = [check for check in report.checks if check.exercise == "09.2"]
    assert {check.score for check in lost} == {0}
    assert all(check.message for check in lost)
    assert not any("told" in check.message.lower() for check in lost)


def test_a_message_after_a_hidden_check_still_says_what_is_wrong(course):
    report = judged(course, answers(course, norm="def norm(v):\n    return 7.25")).report
    (message,) = [c.message for c in report.checks if c.grade_id == "ex2-value"]
    assert "expected 5, got 7.25" in message
    report = judged(course, answers(course, norm="def norm(v):\n    return v['a']")).report
    (message,) = [c.message for c in report.checks if c.grade_id == "ex2-value"]
    assert "norm raised IndexError" in message


def test_the_hash_of_the_work_is_the_same_whoever_asks_for_the_judging(course):
    """nbgrader puts the hidden tests into the notebook before it has it judged."""
    assignment = course.assignment(NAME)
    book = nbformat.from_dict(with_cells(answers(course), "more = 1"))
    rebuilt = match(assignment, book)[0]
    sources = {check.grade_id: check.source for check in assignment.checks}
    for cell in rebuilt.cells:
        own = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = sources.get(own) or cell.source
    assert work_hash(assignment, rebuilt, {}) == work_hash(assignment, book, {})


def test_outputs_that_cannot_be_kept_cost_no_score(course, monkeypatch):
    clean = judging.clean_notebook

    def cleaned(notebook, ours):
        if any("odd" in str(cell.get("outputs")) for cell in notebook.cells):
            raise ValueError("odd")
        return clean(notebook, ours=ours)

    monkeypatch.setattr(judging, "clean_notebook", cleaned)
    result = judged(course, with_cells(answers(course), "print('odd')"))
    assert result.report.score == result.report.points
    assert "could not be kept (ValueError)" in " ".join(result.report.notes)
