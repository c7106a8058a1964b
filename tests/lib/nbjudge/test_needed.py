"""Only cells that a score can depend on are run; leaving out the others changes no score."""

import labs
import pytest
from labs import GOOD_DOUBLE, GOOD_NORM, code, grade, message, statuses

from nbjudge import judge, read_assignment
from nbjudge.engine.names import Names, Statement, names_of
from nbjudge.engine.needed import needed_cells


def needed(*cells, roots=(), given=(), wanted=()):
    return needed_cells(
        {i: names_of(cell) for i, cell in enumerate(cells)}, set(roots), set(given), wanted
    )


SETUP = "import numpy as np\nDATA = [1, 2]\ndef helper(x): return x + len(DATA)"
ANSWER = "def answer(x): return np.sum(x)"


@pytest.mark.parametrize(
    ("display", "answer", "run"),
    [
        ("plt.plot([1, 2])", ANSWER, False),
        ("x = 3\nprint(np.sum(x))", ANSWER, False),
        (
            "t = np.linspace(0, 1)",
            "def answer(x): return t + x",
            True,
        ),  # only this cell defines what the answer reads
        ("t = 1", "t = 2\ndef answer(x): return t + x", True),  # it binds the same name
        ("def area(r): return 3 * r", "def answer(x): return area(x)", True),
        ("print(helper(2))", ANSWER, False),
        (
            "print(helper(2))",
            "def answer(x): return DATA[0] + x",
            True,
        ),  # helper gets hold of DATA, and might change it
        ("DATA.append(3)", "def answer(x): return helper(x)", True),
        ("DATA.append(3)", ANSWER, False),
        ("np.pi = 3", ANSWER, True),
        ("np.random.seed(1)", ANSWER, True),
        (
            "plt.plot([1, 2])",
            "def answer(x):\n    np.random.seed(1)\n    return np.random.rand()",
            False,
        ),
        ("answer = len", ANSWER, True),  # the name that the checks ask for
        ("print(answer(3))", ANSWER, False),
        ("answer.calls = 1", ANSWER, True),
        ("t = 5", "def answer(x): return eval('t') + x", True),  # who knows what it reads
        ("from math import *", ANSWER, True),
        ("def f(: broken", ANSWER, True),
    ],
)
def test_a_given_cell_is_run_if_the_answer_can_depend_on_it(display, answer, run):
    assert (1 in needed(SETUP, display, answer, roots=[2], given=[0], wanted=["answer"])) == run


def test_what_a_needed_cell_needs_is_needed_and_a_figure_beside_it_is_not():
    cells = [
        "width = 3",
        "def ramp(x): return x / width",
        "fig = draw(ramp)",
        "def answer(x): return ramp(x)",
    ]
    assert needed(*cells, roots=[3], wanted=["answer"]) == {0, 1, 3}


def test_scratch_names_do_not_tie_figures_together():
    """Two figures that both say `ax`: if one is needed, the other is not."""
    cells = [
        "fig, ax = plt.subplots()\nax.plot([1])",
        "fig, ax = plt.subplots()\nfor k in range(3):\n    ax.plot([k])\nscale = 2",
        "def answer(x): return scale * x",
    ]
    assert needed(*cells, roots=[2], wanted=["answer"]) == {1, 2}


def test_without_the_names_of_an_answer_everything_is_run():
    names = {0: names_of("x = 1"), 1: Names(readable=False)}
    assert needed_cells(names, {1}, set(), ["f"]) == {0, 1}


def book_with(display, double=GOOD_DOUBLE, norm=GOOD_NORM, changed=None):
    """The contract of the small lab with a given cell before its first answer, and a submission."""
    source = labs.source()
    source["cells"].insert(3, code(display, "c-show"))
    assignment = read_assignment(source)
    book = labs.copy.deepcopy(assignment.release)
    labs.cell(book, "ex1-answer")["source"] = double
    labs.cell(book, "ex2-answer")["source"] = norm
    if changed is not None:
        next(c for c in book["cells"] if c["id"] == "c-show")["source"] = changed
    return assignment, book


def scores(assignment, book, **options):
    report = judge(assignment, book, hidden=True, limits=labs.LIMITS, **options)
    return report, statuses(report)


@pytest.mark.parametrize(
    ("display", "double", "ran"),
    [
        ("1 / 0", GOOD_DOUBLE, False),
        ("two = 2", "def double(x):\n    return two * np.asarray(x)", True),
        ("two = 2", "def double(x):\n    return globals()['two'] * np.asarray(x)", True),
        (
            "two = 2",
            (
                "%config InlineBackend.figure_format = 'png'\n"
                "def double(x):\n    return 2 * np.asarray(x)"
            ),
            False,
        ),
        ("two = 2", "!true\ndef double(x):\n    return 2 * np.asarray(x)", True),
    ],
)
def test_scores_are_the_same_with_and_without_the_cells_that_only_show(display, double, ran):
    assignment, book = book_with(display, double)
    report, few = scores(assignment, book)
    assert (3 in report.cells) == ran
    assert (3 in report.display) == (not ran)
    everything, all_of_them = scores(assignment, book, all_cells=True)
    assert 3 in everything.cells
    assert few == all_of_them
    assert set(few.values()) == {"passed"}


def test_a_cell_that_the_student_changed_is_run():
    assignment, book = book_with("print('given')", changed="print('mine')")
    report, _ = scores(assignment, book)
    assert report.cells[3][0]["text"] == "mine\n"
    assert 3 not in report.display


def test_an_answer_that_does_not_parse_binds_nothing_and_needs_nothing():
    assignment, book = book_with("print('given')", double="def double(x:")
    report, found = scores(assignment, book)
    assert 3 in report.display
    assert found["ex1-number"] == "missing"
    assert found["ex2-value"] == "passed"


def test_a_text_that_parsing_chokes_on_costs_its_own_exercise_only():
    assignment, book = book_with("print('given')", double="x = " + "-" * 200_000 + "1")
    report, found = scores(assignment, book)
    assert found["ex1-number"] == "missing"
    assert found["ex2-value"] == "passed"
    assert 3 in report.cells or 3 in report.display


def test_one_exercise_alone_runs_what_it_needs():
    assignment, book = book_with("1 / 0", norm="raise SystemError")
    report = judge(assignment, book, hidden=True, limits=labs.LIMITS, exercises=["09.1"])
    assert [g.exercise for g in report.checks] == ["09.1", "09.1"]
    assert (report.score, report.points) == (5, 5)
    assert len(report.cells) == 2  # the locked cell and the answer


def test_one_exercise_alone_runs_the_answers_that_it_uses():
    assignment, book = book_with(
        "1 / 0", norm="def norm(v):\n    return float(np.linalg.norm(double(v)) / 2)"
    )
    book["cells"] = [c for c in book["cells"] if c["id"] != "c-use"]
    report = judge(assignment, book, hidden=False, limits=labs.LIMITS, exercises=["09.2"])
    assert message(report, "ex2-value") == ""
    assert len(report.cells) == 3


def test_foreign_checks_beside_the_students_code_run_with_all_cells():
    source = labs.source()
    source["cells"].insert(3, code("two = 2", "c-show"))
    labs.cell(source, "ex1-number")["source"] = "assert double(3) == 2 * 3\nassert two == 2"
    del labs.cell(source, "ex1-number")["metadata"]["nbjudge"]
    assignment = read_assignment(source, any_course="lab")
    book = labs.copy.deepcopy(assignment.release)
    labs.cell(book, "ex1-answer")["source"] = "def double(x):\n    return 2 * x"
    report = judge(assignment, book, hidden=True, limits=labs.LIMITS)
    assert not report.display
    assert statuses(report)["ex1-number"] == "passed"


def test_grade_is_judged_as_before_by_default():
    assert grade(labs.submission()).score == 10


@pytest.mark.parametrize("size", [100, 1000])
def test_looking_for_needed_cells_reads_each_statement_a_few_times_whatever_it_binds(size):
    """One line, `x0 = x1 = ... = (y0, y1, ...)`, took the square of its length."""
    read = []

    class Watched(Statement):
        def __getattribute__(self, name):
            if name in ("reads", "reads_later"):
                read.append(name)
            return super().__getattribute__(name)

    many = [
        Watched(
            frozenset(f"y{n}" for n in range(size)),
            frozenset(),
            frozenset(f"x{n}" for n in range(size)),
            False,
            False,
            False,
        ),
        Watched(
            frozenset(f"x{n}" for n in range(size)),
            frozenset(),
            frozenset(f"y{n}" for n in range(size)),
            False,
            False,
            False,
        ),
    ]
    shows = {n: names_of("print(x0)") for n in range(2, 12)}
    found = needed_cells({0: Names((many[0],)), 1: Names((many[1],)), **shows}, {0, 1}, set(), [])
    assert {0, 1} <= found
    assert len(read) < 200
