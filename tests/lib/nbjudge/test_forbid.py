"""An answer that calls the library's own solution earns nothing; the library itself still works."""

import copy
import importlib
import inspect
import sys
from pathlib import Path

import labs
import pytest
from forked import forked

from lazyrich import conserved
from lazyrich.models import neuron
from nbjudge import judge, read_assignment
from nbjudge.errors import ContractError, Forbidden
from nbjudge.forbidden.runtime import forbidden
from nbjudge.forbidden.static import guarded, pasted

SOLUTIONS = Path(__file__).parents[3] / "solutions"
DELTA = "lazyrich.conserved.delta"
CHECK = 'checks.close(checks.call(norm, VECTOR, 2.0), -21.0, what="delta")'


def lab(forbid=(DELTA,), check=CHECK, hidden=True):
    """An assignment of one exercise, `norm(v, a)`, whose answer is delta of a neuron."""
    cells = [
        labs.locked("setup", labs.SETUP),
        labs.answer("ex1-answer", "09.1", ["norm"], labs.NORM),
        labs.check("ex1-value", "09.1", "a value", 4, check),
        labs.check("ex1-more", "09.1", "more values", 4, check, "hidden"),
        labs.code("print(shown := norm(np.array([3.0, 4.0]), 2.0))", "c-use"),
    ]
    cells[1]["metadata"]["nbjudge"]["forbid"] = list(forbid)
    return read_assignment(
        labs.notebook(*cells) | {"metadata": {"nbjudge": {"library": "lazyrich"}}}
    )


def graded(answer, assignment=None, **options):
    assignment = assignment or lab()
    book = copy.deepcopy(assignment.release)
    labs.cell(book, "ex1-answer")["source"] = answer
    return judge(assignment, book, hidden=True, launcher=forked, **options)


HANDED_OVER = {
    "by its name": (
        "from lazyrich import conserved\ndef norm(v, a):\n    return conserved.delta(v, a)"
    ),
    "imported inside": (
        "def norm(v, a):\n    from lazyrich.conserved.one_neuron import delta\n"
        "    return delta(v, a)"
    ),
    "an alias": "from lazyrich.conserved import delta as norm",
    "kept": (
        "from lazyrich import conserved\nf = conserved.delta\ndef norm(v, a):\n    return f(v, a)"
    ),
    "a default argument": (
        "from lazyrich import conserved\ndef norm(v, a, f=conserved.delta):\n    return f(v, a)"
    ),
    "a partial": (
        "import functools\nfrom lazyrich import conserved\n"
        "norm = functools.partial(conserved.delta, eta_w=1.0)"
    ),
    "through the library": "from nbjudge import checks\nfrom lazyrich import conserved\n"
    "def norm(v, a):\n    return checks.call(conserved.delta, v, a)",
    "through numpy": "from lazyrich import conserved\n"
    "def norm(v, a):\n    return np.apply_along_axis(conserved.delta, 0, v, a)",
    "in a class": "from lazyrich import conserved\nclass N:\n"
    "    f = staticmethod(conserved.delta)\n"
    "def norm(v, a):\n    return N().f(v, a)",
    "another thread": "from concurrent.futures import ThreadPoolExecutor\n"
    "from lazyrich import conserved\n"
    "def norm(v, a):\n    with ThreadPoolExecutor() as pool:\n"
    "        return pool.submit(conserved.delta, v, a).result()",
}


@pytest.mark.parametrize("how", HANDED_OVER)
def test_handing_the_question_over_fails_with_the_reason(how):
    report = graded(HANDED_OVER[how])
    for check in report.checks:
        assert (check.status, check.score) == ("failed", 0.0), check
        assert check.message == f"norm leaves the work to {DELTA}; write it yourself"


def test_an_answer_cannot_ask_what_the_checks_expect(tmp_path, monkeypatch):
    package = tmp_path / "toy" / "exercises"
    package.mkdir(parents=True)
    (tmp_path / "toy" / "__init__.py").write_text('"""A library."""\n')
    (package / "__init__.py").write_text("from toy.exercises.first import expected\n")
    (package / "first.py").write_text("def expected(a):\n    return a * a\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = guarded((), "toy")
    assert names == ("toy.exercises.*",)
    with forbidden(names), pytest.raises(Forbidden):  # imported in the block
        importlib.import_module("toy.exercises").expected(2.0)
    toy = importlib.import_module("toy.exercises")
    kept = toy.expected
    assert kept(2.0) == 4.0
    with forbidden(names), pytest.raises(Forbidden):  # known before
        kept(2.0)
    fresh = importlib.reload(importlib.import_module("toy.exercises.first")).expected
    with forbidden(names), pytest.raises(Forbidden):  # made anew between two calls
        fresh(2.0)
    with forbidden(names, ["toy.exercises.first.expected"]):
        assert fresh(2.0) == 4.0


def test_outside_the_judges_call_the_function_works():
    report = graded(HANDED_OVER["kept"])
    (shown,) = report.cells[4]
    assert shown["text"].strip() == "-21.0"


def test_a_test_for_an_error_does_not_take_the_refusal_for_one():
    check = (
        'checks.raises(ValueError, norm, np.zeros(0), 1.0, what="empty")\n'
        "norm(VECTOR, 1.0) if False else None"
    )
    report = graded(HANDED_OVER["kept"], lab(check=check))
    assert {check.status for check in report.checks} == {"failed"}


def test_the_librarys_own_use_goes_on():
    """implicit_bias calls conserved.delta by name; so does dynamics.one_neuron."""
    answer = (
        "from lazyrich import dynamics\n"
        "def norm(v, a):\n    path = dynamics.one_neuron([0.0, 1.0], np.eye(2), v, v, a)\n"
        "    return float(path.delta)"
    )
    assert {check.status for check in graded(answer).checks} == {"passed"}


def test_an_answer_of_ones_own_passes_and_is_no_copy():
    report = graded("def norm(v, a):\n    return a**2 - np.sum(np.square(v))")
    assert report.score == 8
    assert not report.notes


def test_a_copied_function_is_told_to_the_instructor_and_costs_nothing():
    copied = inspect.getsource(conserved.init_from_delta).replace("def init_from_delta", "def norm")
    copied = copied.split('"""')[0] + copied.split('"""')[2]  # without its docstring
    source = (
        f"from lazyrich import _validate as validate\nfrom numpy.typing import ArrayLike\n{copied}"
    )
    check = (
        'checks.close(checks.call(norm, VECTOR, 1.0)[1], np.sqrt((1 + np.sqrt(101)) / 2), what="a")'
    )
    report = graded(source, lab(["lazyrich.conserved.init_from_delta"], check))
    assert report.score == 8
    assert any(
        "Exercise 09.1 contains" in note and "was it copied?" in note for note in report.notes
    )
    assert not judge(lab(), lab().release, hidden=False, launcher=forked).notes


def test_three_fifths_of_a_function_are_called_a_copy_and_less_is_not():
    code = "".join(inspect.getsource(conserved.init_from_delta).split('"""')[::2])
    parts = [code[: len(code) * percent // 100] for percent in range(1, 101)]
    shares = [
        share for part in parts for _, share in pasted(part, ["lazyrich.conserved.init_from_delta"])
    ]
    assert 0.6 <= min(shares) < 0.65
    assert max(shares) == 1.0


def relatives(forbid):
    """Return what a list of forbidden functions guards, except what no answer may call anyway."""
    assert guarded((), "lazyrich") == ("lazyrich.exercises.*",)
    return set(guarded(forbid, "lazyrich")) - {"lazyrich.exercises.*"}


def test_relatives_are_found_and_mistakes_in_the_list_are_told():
    assert relatives(("lazyrich.models.neuron.gradients",)) == {
        "lazyrich.models.neuron.gradients",
        "lazyrich.models.neuron._gradients",
    }
    for wrong in (
        "lazyrich.models.neuron.gradient",
        "lazyrich.nothing.here",
        "gradients",
        "lazyrich.models.neuron.np",
    ):
        with pytest.raises(ContractError, match="cannot find a function"):
            guarded((wrong,))


def test_code_is_as_it_was_afterward_whatever_happens():
    code = neuron.gradients.__code__
    with pytest.raises(Forbidden), forbidden(["lazyrich.models.neuron.gradients", "no.such.thing"]):
        neuron.gradients(1, 2, 3, 4)
    assert neuron.gradients.__code__ is code


def test_functions_with_closures_can_be_guarded(monkeypatch):
    def make(n):
        def closed(x, *, y=2):
            return n * x * y

        return closed

    monkeypatch.setattr(neuron, "closed", make(3), raising=False)
    with forbidden(["lazyrich.models.neuron.closed"]), pytest.raises(Forbidden):
        neuron.closed(1)
    assert neuron.closed(1) == 6


def handed_over():
    for path in sorted(SOLUTIONS.glob("*/*.ipynb")):
        assignment = read_assignment(path)
        for exercise in assignment.exercises.values():
            for function in exercise.forbid:
                yield pytest.param(
                    path, exercise.number, function, id=f"{exercise.number}-{function}"
                )


def test_a_module_that_is_not_there_yet_is_not_imported_for_this_and_refuses_when_it_comes(
    monkeypatch,
):
    home = "lazyrich.datasets"
    monkeypatch.delitem(sys.modules, home, raising=False)
    with forbidden([f"{home}.modular_table"]):
        assert home not in sys.modules
        tasks = importlib.import_module(home)
        with pytest.raises(Forbidden):
            tasks.modular_table(5, "+")
        assert (
            len(tasks.modular_pairs(5, "+", 0.5, 0)["x_train"]) == 12
        )  # which uses the table itself
    assert len(tasks.modular_table(5)[1]) == 25
    importlib.reload(tasks)
    assert len(tasks.modular_table(5)[1]) == 25


def test_what_a_forbidden_function_calls_is_guarded_too():
    assert guarded(("lazyrich.datasets.tensors.modular",), "lazyrich")[:2] == (
        "lazyrich.datasets.tensors.modular",
        "lazyrich.datasets.tensors._split",
    )


@pytest.mark.slow
@pytest.mark.parametrize(("path", "number", "function"), list(handed_over()))
def test_no_exercise_can_be_handed_over(path, number, function):
    """Every forbidden function of every notebook, as the whole answer."""
    assignment = read_assignment(path)
    exercise = assignment.exercises[number]
    module = function.rpartition(".")[0]
    stubs = [f"def {name}(*a, **k):\n    return {function}(*a, **k)" for name in exercise.names]
    book = copy.deepcopy(assignment.release)
    labs.cell(book, exercise.grade_id)["source"] = "\n".join([f"import {module}", *stubs])
    assignment.checks[:] = [check for check in assignment.checks if check.exercise == number]
    report = judge(assignment, book, hidden=True, launcher=forked)
    assert report.checks
    assert report.score == 0
    assert all(f"leaves the work to {function}" in check.message for check in report.checks), (
        report.checks
    )


@pytest.mark.parametrize(
    "path", sorted(SOLUTIONS.glob("0[123]*/*.ipynb")), ids=lambda path: path.stem
)
def test_no_reference_solution_looks_copied(path):
    for name, exercise in read_assignment(path).exercises.items():
        source = next(
            c["source"] for c in read_cells(path) if exercise.grade_id in str(c["metadata"])
        )
        assert not list(pasted("".join(source), exercise.forbid)), name


def read_cells(path):
    return importlib.import_module("nbjudge.contract.notebooks").read_notebook(path)["cells"]
