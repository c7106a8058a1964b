"""Test what may be wrong with the cells, from a file in the inbox to its points.

How cells are matched: tests/lib/nbjudge/test_matching.py.
"""

import copy
import json

import labs
import pytest
from labs import cell
from submissions import POINTS, answers, raw


def nbgrader(book: dict, grade_id: str) -> dict:
    return cell(book, grade_id)["metadata"]["nbgrader"]


def delete_test(book):
    book["cells"].remove(cell(book, "ex1-number"))


def edit_test(book):
    cell(book, "ex1-number")["source"] = "checks.passed()"


def edit_locked(book):
    cell(book, "setup")["source"] = "import numpy as np\nVECTOR = None\nclass checks: pass"


def double_solution(book):
    twin = copy.deepcopy(cell(book, "ex1-answer"))
    twin["source"] = "def double(x):\n    return 0"
    book["cells"].insert(2, twin)


def double_test(book):
    book["cells"].append(copy.deepcopy(cell(book, "ex1-number")))


def rename_ids(book):
    for grade_id in ("ex1-answer", "ex1-number", "setup", "ex2-value"):
        nbgrader(book, grade_id)["grade_id"] = f"copy-of-{grade_id}"


def swap_ids(book):
    """Each answer claims to be the other: what a cell defines decides."""
    one, other = nbgrader(book, "ex1-answer"), nbgrader(book, "ex2-answer")
    one["grade_id"], other["grade_id"] = other["grade_id"], one["grade_id"]


def strip(book):
    for number, each in enumerate(book["cells"]):
        each["metadata"], each["id"] = {}, f"n{number}"


def edit_points(book):
    nbgrader(book, "ex1-number")["points"] = 1e9
    nbgrader(book, "ex1-array")["points"] = float("nan")
    nbgrader(book, "ex2-value")["points"] = "many"


def flip_flags(book):
    for each in book["cells"]:
        for flag in ("grade", "solution", "locked", "task"):
            if "nbgrader" in each["metadata"]:
                each["metadata"]["nbgrader"][flag] = not each["metadata"]["nbgrader"][flag]


def change_types(book):
    cell(book, "ex1-answer")["cell_type"] = "markdown"
    cell(book, "ex2-value")["cell_type"] = "raw"
    cell(book, "setup")["cell_type"] = "markdown"
    cell(book, "essay")["cell_type"] = "code"


def reverse(book):
    book["cells"].reverse()


def other_kernel(book):
    book["metadata"] = {
        "kernelspec": {"name": "bash", "display_name": "Bash", "language": "bash"},
        "language_info": 3,
    }


def no_stubs(book):
    """Answers in cells of their own, written below everything."""
    book["cells"] = [c for c in book["cells"] if not cell_id(c).endswith("answer")]
    book["cells"] += [labs.code(labs.GOOD_NORM, "a"), labs.code(labs.GOOD_DOUBLE, "b")]


def cell_id(each: dict) -> str:
    return each["metadata"].get("nbgrader", {}).get("grade_id", "")


MENDED = {
    delete_test: "“a number” of Exercise 09.1 was missing; it was put back",
    edit_test: "“a number” of Exercise 09.1 was changed; the original is used",
    edit_locked: "The locked cell “setup” was changed; the original is used",
    double_solution: "appears more than once; the last one counts, the others are kept",
    double_test: "appears twice; the copy is left out",
    rename_ids: "was found in a cell with the grade id 'copy-of-ex1-answer'",
    swap_ids: "was found in a cell with the grade id 'ex2-answer'",
    strip: "was found by its text",
    edit_points: "",
    flip_flags: "",
    change_types: "was in a markdown cell; it is run as code",
    reverse: "",
    other_kernel: "",
    no_stubs: "was found by its text",
}


@pytest.mark.parametrize("harm", MENDED, ids=lambda harm: harm.__name__)
def test_harm_to_cells_costs_nothing_and_is_told(desk, harm):
    book = raw()
    harm(book)
    desk.put(json.dumps(book))
    notes = desk.full().notes
    assert MENDED[harm] in " | ".join(notes)
    built = desk.built()
    assert built["metadata"]["kernelspec"]["name"] == "python3"
    for grade_id in ("setup", "ex1-number", "ex1-array", "ex2-value", "ex2-empty"):
        assert cell(built, grade_id) == cell(labs.release(), grade_id)
    report = desk.judged()
    assert report.score == POINTS, report.checks


def test_no_test_is_there_to_be_read(desk):
    """A cell behind the tests that looks for them: the judge runs them elsewhere."""
    snoop = "print([str(x) for x in (In, _i, _ii, _ih, list(globals()))])\n%history"
    book = raw()
    book["cells"].append(labs.code(snoop, "snoop"))
    desk.put(book)
    desk.full()
    report = desk.judged()
    assert report.score == POINTS
    shown = json.dumps(report.cells)
    assert "snoop" not in shown  # (the id)
    assert "In, _i, _ii" in shown  # its own source is in its own history
    assert "checks.close" not in shown
    assert "checks.rng" not in shown


MAGICS = [
    "%reset -f",
    "%run nothing.py",
    "!echo hello; exit 3",
    "%%bash\nexit 3",
    "%pip install nothing-that-exists",
    "%%javascript\nalert(1)",
    "%%html\n<script>alert(1)</script>",
    "%no_such_magic",
    "%load_ext nothing_that_exists",
    "%cd /",
    "%autoreload 2",
    "?double",
    "exit()",
    "raise SystemExit(1)",
    "import sys; sys.exit()",
    "quit",
    "del double, norm",
    "raise KeyboardInterrupt",
]


@pytest.mark.parametrize("place", [0, 3, 12])
def test_magics_anywhere_cost_no_other_answer(desk, place):
    """Insert cells before the locked cell, between an answer and its tests, and at the end.

    The tests move up to their answer.
    """
    book = raw()
    for number, magic in enumerate(MAGICS):
        book["cells"].insert(place + number, labs.code(magic, f"magic-{number}"))
    desk.put(book)
    desk.full()
    report = desk.judged()
    assert report.score == POINTS, [(g.name, g.status, g.message) for g in report.checks]
    assert "nothing" in json.dumps(report.cells)  # their errors are shown


def test_a_syntax_error_costs_one_answer(desk):
    desk.put(raw(double="def double(x)\n    return x"))
    desk.take()
    report = desk.judged()
    assert report.score == 5
    assert "SyntaxError" in labs.message(report, "ex1-number")


def test_an_error_in_a_cell_does_not_run_on(desk):
    book = raw()
    book["cells"].insert(2, labs.code("value = undefined_name", "first"))
    book["cells"].insert(3, labs.code("print(value)", "second"))
    desk.put(book)
    desk.full()
    assert desk.judged().score == POINTS


def test_a_name_that_only_the_saved_session_knew(desk):
    """The notebook ran for the student, but its file does not define what the answer uses."""
    desk.put(raw(double="def double(x):\n    return FACTOR * x"))
    desk.take()
    report = desk.judged()
    assert report.score == 5
    assert "NameError: name 'FACTOR' is not defined" in labs.message(report, "ex1-number")


def test_zero_characters_in_a_cell_cost_that_cell(desk):
    desk.put(raw(double="def double(x):\n    return 2 * x\x00"))
    desk.take()
    assert desk.judged().score == 5


def test_outputs_that_were_saved_are_not_believed(desk):
    book = raw(double="def double(x):\n    return 0")
    for each in book["cells"]:
        if each["cell_type"] == "code":
            result = {
                "output_type": "execute_result",
                "execution_count": 1,
                "metadata": {},
                "data": {"text/plain": "10.0"},
            }
            each["outputs"], each["execution_count"] = [result], 1
    desk.put(book)
    desk.take()
    assert answers(desk.built())[1] == labs.GOOD_NORM
    kept = [each["id"] for each in desk.built()["cells"] if each.get("outputs")]
    # A given cell that only shows something keeps its output; those of tests and answers are
    # dropped.
    assert kept == ["c-use"]
    assert desk.judged().score == 5
