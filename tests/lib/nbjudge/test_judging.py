"""Judge whole submissions: every outcome has a status, a score and a reason."""

import contextlib
import json
import time

import labs
import pytest
from forked import forked
from labs import GOOD_DOUBLE, GOOD_NORM, grade, message, statuses, submission
from patience import Clock, hurried

from nbjudge import ContractError, Limits, judge, read_assignment
from nbjudge.worker.launcher import UNPROTECTED

ALL = {"ex1-number", "ex1-array", "ex2-value", "ex2-empty"}


def test_the_solution_earns_everything_and_the_release_nothing():
    full = grade(labs.source())
    assert (full.score, full.points) == (10, 10)
    assert set(statuses(full).values()) == {"passed"}
    empty = grade(labs.release())
    assert empty.score == 0
    assert {g.message for g in empty.checks} == {"not answered yet"}


@pytest.mark.parametrize(
    "double",
    [
        GOOD_DOUBLE,
        "import warnings\ndef double(x):\n    warnings.warn('hm')\n    print('x' * 10**6)\n"
        "    return np.float32(2) * np.asarray(x)",
        "import torch\n\ndef double(x):\n    return 2 * torch.as_tensor(x, dtype=torch.float64)",
        "double = lambda x: np.asarray(x) * 2",
        "class Twice:\n    def __call__(self, x):\n        return np.add(x, x)\ndouble = Twice()",
        "from functools import lru_cache, partial\ndouble = partial(np.multiply, 2)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\n"
        "plt.plot([1])\ndef double(x):\n    plt.plot([2])\n    return np.add(x, x)",
    ],
    ids=["lists", "noisy float32", "torch", "lambda", "object", "partial", "plots"],
)
def test_a_right_answer_is_right_however_it_is_written(double):
    assert grade(submission(double=double)).score == 10


@pytest.mark.parametrize(
    ("double", "status", "visible", "hidden"),
    [
        (
            "def double(x):\n    return np.asarray(x) * 3",
            "failed",
            "expected 42, got 63",
            "wrong by one and the same factor",
        ),
        (
            "def double(x):\n    return None",
            "failed",
            "is there a return statement?",
            "is there a return statement?",
        ),
        ("def double(x):\n    return object()", "failed", "cannot be graded", "cannot be graded"),
        ("def double(x):\n    return np.zeros(10**7)", "failed", "too large", "too large"),
        (
            "def double(x): return 1 +",
            "missing",
            "SyntaxError: invalid syntax (line 1)",
            "SyntaxError",
        ),
        (
            "1 / 0\ndef double(x):\n    return x",
            "missing",
            "ZeroDivisionError: division by zero",
            "ZeroDivisionError",
        ),
        (
            "def duoble(x):\n    return x",
            "missing",
            "does it have the name",
            "does it have the name",
        ),
        ("double = 3", "missing", "not defined as a function", "not defined as a function"),
        (
            "def double(x):\n    raise KeyError(str(x))",
            "error",
            "double raised KeyError: '",
            "double raised KeyError",
        ),
        (
            "def double(x):\n    raise type('E', (Exception,), {})(x)",
            "error",
            "raised E: 21",
            "raised an error",
        ),
        (
            "def double():\n    return 1",
            "error",
            "but 1 was given (called with a number); keep the function's name and its arguments",
            "double raised TypeError; keep the function's name and its arguments",
        ),
        ("def double(x):\n    return double(x)", "error", "RecursionError", "RecursionError"),
        (
            "def double(x):\n    while True: pass",
            "timeout",
            "double took longer than 20 s",
            "took longer than 20 s",
        ),
        (
            "def double(x):\n    import time; time.sleep(600)",
            "timeout",
            "took longer",
            "took longer",
        ),
        (
            "def double(x):\n    import os; os._exit(3)",
            "crashed",
            "exit code 3 while double",
            "not run",
        ),
        ("def double(x):\n    import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV", "not run"),
        (
            "import os; os._exit(0)\ndef double(x):\n    return x",
            "crashed",
            "exit code 0",
            "ended with exit code …",
        ),
        (
            "while True: pass\ndef double(x):\n    return x",
            "timeout",
            "the cell of this answer took",
            "120 s",
        ),
    ],
)
def test_what_is_wrong_is_told_and_costs_that_exercise_only(double, status, visible, hidden):
    book = submission(double=double)
    book["cells"] = [
        cell for cell in book["cells"] if cell["id"] != "c-use"
    ]  # its call would take its time, too
    hangs = double if "cell" in visible else "double"
    with hurried(hangs) if status == "timeout" else contextlib.nullcontext():
        report = grade(book)
    found = statuses(report)
    assert (found["ex1-number"], found["ex1-array"]) == (status, status)
    assert visible in message(report, "ex1-number")
    assert hidden in message(report, "ex1-array")
    assert report.score == 5


def test_an_error_of_an_answer_without_inputs_is_told_without_any():
    source = labs.source()
    labs.cell(source, "ex1-number")["source"] = "double()"
    book = submission(double="class E(Exception): pass\ndef double():\n    raise E('x')")
    report = judge(read_assignment(source), book, hidden=True, launcher=forked)
    assert message(report, "ex1-number") == "double raised E: x"


def test_an_answer_that_waits_for_another_says_which():
    stub = labs.cell(labs.release(), "ex1-answer")["source"]
    report = grade(submission(double=stub, norm="def norm(v):\n    return double(v)"))
    assert set(statuses(report).values()) == {"missing"}
    assert (
        message(report, "ex2-value") == "uses the answer to Exercise 09.1, which is not written yet"
    )


@pytest.mark.parametrize(
    "body",
    [
        "import random; return random.SystemRandom().getstate()",
        "import numbers; return numbers.Real.__float__(x)",
        "return Lazy().value()",
    ],
    ids=["of Python's library", "of an abstract class", "by way of a class of its own"],
)
def test_an_error_that_a_library_raises_is_no_empty_answer(body):
    lazy = (
        "import random\nclass Lazy:\n    def value(self): return random.SystemRandom().getstate()\n"
    )
    report = grade(submission(double=f"{lazy}def double(x):\n    {body}"))
    assert statuses(report)["ex1-number"] == "error"
    assert "double raised NotImplementedError" in message(report, "ex1-number")
    assert "not answered" not in message(report, "ex1-array")


@pytest.mark.parametrize(
    "stub",
    [
        "def double(x):\n    raise NotImplementedError",
        "def double(x):\n    raise NotImplementedError('to do') from None",
        "def todo(): raise NotImplementedError()\ndef double(x):\n    return todo()",
    ],
)
def test_a_stub_of_any_form_is_not_answered_yet(stub):
    report = grade(submission(double=stub))
    assert statuses(report)["ex1-number"] == "missing"
    assert message(report, "ex1-number") == "not answered yet"


def test_a_function_may_pass_one_check_and_fail_another():
    report = grade(submission(double="def double(x):\n    return 42"))
    assert statuses(report) == {
        "ex1-number": "passed",
        "ex1-array": "failed",
        "ex2-value": "passed",
        "ex2-empty": "passed",
    }
    assert report.score == 7


def test_at_the_desk_hidden_checks_do_not_run():
    report = grade(submission(), hidden=False)
    assert set(statuses(report)) == ALL - {"ex1-array"}
    assert (report.score, report.points, report.points_left) == (7, 7, 3)


@pytest.mark.parametrize(
    ("raised", "passes"),
    [
        ("ValueError('empty')", True),
        ("type('ValueError', (ValueError,), {})('empty')", False),
        ("np.linalg.LinAlgError('empty')", False),
        ("UnicodeError('empty')", False),
        ("NotImplementedError('Exercise 09.2: your code goes here')", False),
        ("SystemExit('empty')", False),
        ("BaseException('empty')", False),
    ],
)
def test_only_the_very_error_that_is_asked_for_counts(raised, passes):
    norm = (
        f"def norm(v):\n    if not len(v):\n        raise {raised}\n"
        f"    return float(np.sqrt(np.sum(np.square(v))))"
    )
    report = grade(submission(norm=norm), hidden=False)
    assert statuses(report)["ex2-value"] == "passed"
    assert (statuses(report)["ex2-empty"] == "passed") is passes


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Code with which a cell or a function reports that it hangs: from then on its time is up."""
    clock = Clock(tmp_path)
    monkeypatch.setattr(time, "monotonic", clock)
    return clock.told


def test_a_timeout_does_not_pass_for_an_error_that_a_test_expects(told):
    norm = (
        f"def norm(v):\n    if not len(v):\n        {told}\n"
        f"        while True: pass\n    return 5.0"
    )
    found = statuses(grade(submission(norm=norm), hidden=False))
    assert found["ex2-value"] == "passed"
    assert found["ex2-empty"] == "timeout"


def test_a_function_that_writes_into_its_arguments_is_told():
    norm = GOOD_NORM.replace("    return", "    v[0] = -3.0\n    return")
    report = grade(submission(norm=norm), hidden=False)
    assert "changes the arrays it is given" in message(report, "ex2-empty")


WRONG = "\ndef double(x):\n    return 0"
LIARS = {
    "patched numpy": "np.allclose = np.isclose = np.array_equal = np.asarray = lambda *a, **k: True"
    + WRONG,
    "patched checks": "import nbjudge.checks, nbjudge.values\nfor name in nbjudge.checks.__all__:\n"
    "    setattr(nbjudge.checks, name, lambda *a, **k: None)" + WRONG,
    "patched builtins": "import builtins\nbuiltins.isinstance = lambda *a: True\n"
    "builtins.abs = lambda x: 0" + WRONG,
    "lying equality": """
class Liar(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
def double(x):
    return Liar(0)
""",
    "lying array": """
class Liar(np.ndarray):
    def __array_ufunc__(self, *a, **k): return np.zeros(4)
def double(x):
    return np.zeros(np.shape(x)).view(Liar)
""",
    "lying dict": (
        "class Liar(dict):\n    __getattr__ = lambda *a: 0\ndef double(x):\n    return Liar()"
    ),
    "a name of the test's": "checks = None\nVECTOR = None\nlen = print = None" + WRONG,
    "a transformer": """
import ast
from IPython import get_ipython
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
get_ipython().ast_transformers.append(Strip())
"""
    + WRONG,
    "a patched worker": "import nbjudge.worker.main as w\nw.to_plain = lambda value: True" + WRONG,
    "an exit hook": "import atexit, os\natexit.register(lambda: os.write(1, b'6/6'))" + WRONG,
}


@pytest.mark.parametrize("attack", LIARS.values(), ids=LIARS)
def test_what_a_cell_changes_in_its_own_process_earns_nothing(attack):
    report = grade(submission(double=attack), hidden=True)
    assert statuses(report)["ex1-number"] == "failed"
    assert statuses(report)["ex1-array"] == "failed"


CRASH = "import os; os._exit(1)"


def test_answers_before_and_after_a_crashed_cell_count():
    book = submission()
    book["cells"].insert(2, labs.code(CRASH, "boom"))
    book["cells"].insert(
        8, labs.code("segfault = True\nimport ctypes; ctypes.string_at(0)", "bang")
    )
    report = grade(book)
    assert report.score == 10
    assert report.starts == 3
    assert "ended with exit code 1" in report.cells[2][0]["text"]


def test_a_replay_brings_back_what_cells_defined():
    book = submission(double=f"offset = 0\ndef double(x):\n    {CRASH}")
    labs.cell(book, "ex2-answer")["source"] = GOOD_NORM.replace("** 0.5", "** 0.5 + offset")
    book["cells"] = [cell for cell in book["cells"] if cell["id"] != "c-use"]
    assert grade(book).score == 5


def test_after_too_many_crashes_the_rest_is_told_so():
    book = submission()
    book["cells"][2:2] = [labs.code(f"# {n}\n{CRASH}", f"boom{n}") for n in range(4)]
    report = grade(book)
    assert report.starts == 4
    assert set(statuses(report).values()) == {"crashed"}
    assert "ended too often" in message(report, "ex1-number")


def test_the_whole_notebook_has_a_deadline(told):
    book = submission()
    book["cells"].insert(2, labs.code(f"{told}\nwhile True: pass", "slow"))
    report = grade(book, limits=Limits(cell=1e9, total=900.0, grace=0.5))
    assert set(statuses(report).values()) == {"timeout"}
    assert "was left of the 900 s for the whole notebook" in report.cells[2][-1]["text"]
    assert message(report, "ex1-number") == "not run: the notebook took longer than 900 s in all"


def test_a_result_that_changes_from_call_to_call_is_told():
    report = grade(submission(double="def double(x):\n    return np.random.rand() * np.asarray(x)"))
    for check in ("ex1-number", "ex1-array"):
        assert "gave another result the second time" in message(report, check)
    steady = grade(submission(double="def double(x):\n    return np.nan * np.asarray(x)"))
    assert "another result" not in message(steady, "ex1-number")


LEAKS = [
    "raise ValueError(repr(x))",
    "raise type('V' + str(abs(int(x[0] * 1e6))), (Exception,), {})(repr(x))",
    "return {str(v): 1 for v in x}",
    "return {'delta': list(x)}",
    "return [str(v) for v in x]",
    "return np.zeros((int(abs(x[0]) * 1e6) % 1000 + 1, 1))",
    "return type('C' + str(abs(int(x[0] * 1e6))), (), {})()",
    "return 3 * np.asarray(x)",
    "return np.asarray(x).tolist()[0]",
    "import os; os._exit(int(abs(x[0]) * 1e4) % 256)",
    "import os, signal; os.kill(os.getpid(), 1 + int(abs(x[0]) * 1e4) % 15)",
]
# Signs, and words that the authors use too, spell numbers as well as digits do.
SPELLED = """
from nbjudge.worker.frames import encode
def bits(x, one, zero):
    number = "".join(f"{abs(int(v * 1e6)):b}" for v in x)
    return "x; " + number.replace("1", one).replace("0", zero)
"""
LEAKS += [
    "return type(bits(x, '!', '.'), (), {})()",
    "return type(bits(x, 'array ', 'shape '), (), {})()",
    "return np.zeros(2, dtype=[(bits(x, '!', '.'), float)])",
    "return type('A', (), {'__array__': lambda *a, **k: {}[bits(x, '!', '.')]})()",
    "raise ValueError(bits(x, '!', '.'))",
    "return bits(x, '!', '.')",
    "return {bits(x, '!', '.'): 1}",
    "import os; os.write(3, b''.join(encode({'refused': bits(x, '!', '.')})))",
    "import os; os.write(3, b''.join(encode({'refused': bits(x, 'value ', 'the ')})))",
    "import os; os.write(3, b''.join(encode({'forbidden': bits(x, '!', '.')})))",
    "import os; os.write(3, b''.join(encode({'raised': ['KeyError', 'x', bits(x, '!', '.')]})))",
]


@pytest.mark.parametrize("leak", LEAKS)
def test_no_number_of_a_hidden_test_reaches_its_message(leak):
    double = f"{SPELLED}\ndef double(x):\n    if np.ndim(x):\n        {leak}\n    return 42"
    texts = []
    for seed in (11, 12):
        report = grade(submission(double=double), seed=lambda exercise, check, seed=seed: seed)
        assert statuses(report)["ex1-number"] == "passed"
        assert statuses(report)["ex1-array"] in ("failed", "error", "crashed")
        texts.append(message(report, "ex1-array"))
        assert not [char for char in texts[-1] if char.isdigit()]
    assert texts[0] == texts[1] or "SIG" in texts[0] + texts[1] or "kill" in leak


def test_a_visible_message_does_not_carry_on_the_end_of_a_hidden_check():
    book = labs.source()
    cells = book["cells"]
    hidden = next(index for index, cell in enumerate(cells) if cell["id"] == "c-ex1-array")
    cells[hidden - 1 : hidden + 1] = [cells[hidden], cells[hidden - 1]]
    double = "def double(x):\n    import os; os._exit(77)"
    labs.cell(book, "ex1-answer")["source"] = double
    report = judge(read_assignment(book), book, hidden=True, limits=labs.LIMITS, launcher=forked)
    assert statuses(report)["ex1-number"] == "crashed"
    assert "77" not in json.dumps([check.message for check in report.checks])


def test_hidden_inputs_follow_the_seed_and_visible_ones_do_not():
    book = submission(
        double="seen = []\ndef double(x):\n    seen.append(x)\n    return 2 * np.asarray(x)"
    )
    book["cells"].insert(-1, labs.code("print(seen)", "look"))
    shown = []
    for seed in (1, 2, 1):
        report = grade(book, seed=lambda exercise, check, seed=seed: seed)
        shown.append(
            [output["text"] for outputs in report.cells.values() for output in outputs][-1]
        )
    assert shown[0] == shown[2] != shown[1]


def test_what_is_printed_during_a_call_is_dropped():
    book = submission(double="def double(x):\n    print('INPUT', x)\n    return 2 * np.asarray(x)")
    book["cells"] = [cell for cell in book["cells"] if cell["id"] != "c-use"]
    assert "INPUT" not in json.dumps(grade(book).to_dict())


def test_a_report_is_plain_data_and_names_its_isolation():
    report = grade(submission()).to_dict()
    assert json.loads(json.dumps(report))["isolation"] == "process"
    assert report["score"] == 10


def test_the_launcher_without_walls_says_that_the_network_is_open():
    for what in ("network", "files", "memory"):
        assert any(what in risk for risk in UNPROTECTED), what


def test_a_release_cannot_be_graded_with_hidden_tests():
    released = read_assignment(labs.release())
    with pytest.raises(ContractError, match="ex1-array"):
        judge(released, submission(), hidden=True, launcher=forked)


def test_a_locked_cell_that_fails_is_the_assignments_fault():
    book = labs.source()
    labs.cell(book, "setup")["source"] += "\n1 / 0"
    with pytest.raises(ContractError, match=r"setup.*ZeroDivisionError"):
        judge(read_assignment(book), submission(), hidden=True, launcher=forked)


def test_checks_do_not_see_what_others_did_to_a_fixture():
    book = labs.source()
    labs.cell(book, "ex2-value")["source"] += "\nVECTOR[:] = 0"
    labs.cell(book, "ex2-empty")["source"] += (
        "\nchecks.that(VECTOR[0] == 3, 'a fixture was changed')"
    )
    assert (
        judge(read_assignment(book), book, hidden=True, limits=labs.LIMITS, launcher=forked).score
        == 10
    )


DELTA = "lazyrich.conserved.delta"
CALLS = """
def norm(v):
    if len(v) == 0:
        raise ValueError("v is empty")
    return double(np.sqrt(np.sum(np.square(v))))
"""


def stood_in(double):
    """The report on this first answer, and on a second one that is right if `math.fabs` is what
    it calls."""
    book = labs.source()
    labs.cell(book, "ex1-answer")["metadata"]["nbjudge"]["stand_in"] = "math.fabs"
    answers = submission(double=double, norm=CALLS)
    return judge(read_assignment(book), answers, hidden=True, launcher=forked)


@pytest.mark.parametrize(
    "double", ["def double(x):\n    return 3 * x", "def double(x:", "double = None", "import sys"]
)
def test_a_right_answer_that_calls_a_wrong_earlier_one_earns_its_points(double):
    report = stood_in(double)
    assert report.score == 5
    assert message(report, "ex2-value") == "with the library's function for double"


def test_a_wrong_answer_that_calls_a_wrong_earlier_one_earns_nothing():
    book = labs.source()
    labs.cell(book, "ex1-answer")["metadata"]["nbjudge"]["stand_in"] = "math.sin"
    answers = submission(double="def double(x):\n    return 3 * x", norm=CALLS)
    report = judge(read_assignment(book), answers, hidden=True, launcher=forked)
    assert statuses(report)["ex2-value"] == "failed"
    assert message(report, "ex2-value") == "norm of (3, 4): expected 5, got 15"


@pytest.mark.parametrize(("forbid", "status"), [([], "passed"), ([DELTA], "error")])
def test_what_an_exercise_forbids_stands_in_for_nothing(forbid, status):
    book = labs.source()
    labs.cell(book, "ex1-answer")["metadata"]["nbjudge"]["stand_in"] = DELTA
    labs.cell(book, "ex2-answer")["metadata"]["nbjudge"]["forbid"] = forbid
    norm = "def norm(v):\n    return np.sqrt(-double(v, 0.0))"
    answers = submission(double="def double(x):\n    return 3 * x", norm=norm)
    report = judge(read_assignment(book), answers, hidden=True, launcher=forked)
    assert statuses(report)["ex2-value"] == status


TELLS = """
def norm(v):
    if double.__module__ == "math":
        from lazyrich.conserved import delta
        return delta(v, v)
    return np.zeros((int(1000 * v[0]), 0))
"""


def test_no_message_of_a_hidden_check_tells_its_input_by_way_of_a_second_try():
    """The second try, with a stand-in, ends with a refusal, whose message would be all ours."""
    book = labs.source()
    labs.cell(book, "ex1-answer")["metadata"]["nbjudge"]["stand_in"] = "math.fabs"
    labs.cell(book, "ex2-answer")["metadata"]["nbjudge"]["forbid"] = [DELTA]
    hidden = labs.cell(book, "ex2-value")
    hidden["metadata"]["nbjudge"]["kind"] = "hidden"
    hidden["source"] = f"### BEGIN HIDDEN TESTS\n{hidden['source']}\n### END HIDDEN TESTS"
    answers = submission(double="def double(x):\n    return 3 * x", norm=TELLS)
    report = judge(read_assignment(book), answers, hidden=True, launcher=forked)
    assert statuses(report)["ex2-value"] == "failed"
    assert message(report, "ex2-value").startswith("norm of (…, …): expected a single number")
    assert "3000" not in message(report, "ex2-value")
