"""No public function of the library answers an exercise by itself, unless the exercise forbids it.

The reference solution is run on every check, and what it was called with is kept. Then each
function of the theory gets the same arguments, in another order or shape where that may help, and
one NumPy function may follow. A function that gives what a whole check asks for (more than zeros
and ones) must be on the exercise's list (`metadata.nbjudge.forbid`), or in `ALLOWED` with the
reason.

Where many answers are right (a start, a rule or a figure of one's own), there is no one result to
compare with: each function also stands in for the answer itself, and no check may take it.
"""

import contextlib
import dataclasses
import importlib
import inspect
import io
import itertools
import warnings
from collections import defaultdict

import numpy as np
import pytest
import torch  # noqa: F401 (a kernel loads it: an import that `alarm` cuts short crashes at the end)
from test_seeds import NAMES, spaces

from nbjudge import checks
from nbjudge.engine.deadline import alarm
from nbjudge.engine.setup import copied
from nbjudge.errors import Overdue
from nbjudge.forbidden.static import guarded

MODULES = (
    "conserved",
    "exact",
    "kernel",
    "scales",
    "measures",
    "dynamics",
    "datasets.arrays",
    "models.neuron",
    "models.deep_linear",
)
ALLOWED = {
    (
        "02.7",
        "lazyrich.kernel.ntk_two_layer",
    ): "equal in one dimension: a number",
}
MOST = 4  # calls of a check that are compared
SECONDS = 2.0  # for one call; only a function that hangs on strange arguments needs them


def rows(x):
    return np.atleast_2d(x)


SHAPES = (
    lambda a: a,
    lambda a: [np.asarray(x, float)[None] for x in a],
    lambda a: [rows(a[0]), *a[1:]],
    lambda a: [rows(a[0]), np.atleast_1d(a[1]), *a[2:]],
    lambda a: [rows(a[0]), np.atleast_1d(a[1])[None], *a[2:]],
    lambda a: [[rows(a[0]), np.atleast_1d(a[1])[None]], *a[2:]],
    lambda a: [[rows(a[0]), rows(a[1])], *a[2:]],
    lambda a: [np.asarray(a[0], float)[:, None], *a[1:]],
)
AFTERWARD = (
    lambda x: x,
    lambda x: np.diagonal(x, axis1=-2, axis2=-1),
    np.diag,
    np.transpose,
    np.trace,
    np.sum,
    np.negative,
    np.linalg.norm,
    np.sqrt,
    np.square,
    np.abs,
    np.mean,
    np.cumsum,
    lambda x: x.sum(-1),
    lambda x: x.sum(0),
    lambda x: x[-1],
    lambda x: x[..., 0],
)


def library():
    for module in MODULES:
        home = importlib.import_module(f"lazyrich.{module}")
        for name in home.__all__:
            if inspect.isfunction(getattr(home, name)):
                yield f"lazyrich.{module}.{name}", getattr(home, name)


@contextlib.contextmanager
def quietly():
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def calls_of(assignment, setup, answers, exercise):
    """Function and check -> the calls that the check makes: arguments, named ones, and result."""
    calls = defaultdict(list)

    def watched(name, check):
        def function(*args, **kwargs):
            result = answers[name](*args, **kwargs)
            calls[name, check.grade_id].append((args, kwargs, result))
            return result

        return function

    for check in assignment.checks:
        if check.exercise == exercise.number:
            space = copied(setup) | {name: watched(name, check) for name in exercise.names}
            hidden = check.kind == "hidden"
            context = checks.context(hidden=hidden, seed=5 * hidden)
            with context, quietly(), contextlib.suppress(Exception):
                exec(check.source, space)
    return calls


def parts(value):
    """All arrays and words in a value: of a dictionary, a tuple, the fields of a result."""
    if dataclasses.is_dataclass(value):
        value = [getattr(value, name, None) for name in dir(value) if not name.startswith("_")]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, str):
        return [value]
    whole = []
    with contextlib.suppress(TypeError, ValueError):
        whole = [np.asarray(value, dtype=complex if np.iscomplexobj(value) else float)]
    inner = value if isinstance(value, list | tuple) else []
    return whole + [part for each in inner for part in parts(each)]


def needed(value):
    """What must be found: each entry of a dictionary, or the array itself."""
    if isinstance(value, dict):
        return [part for each in value.values() for part in needed(each)]
    found = parts(value)
    return found[:1] if found and not isinstance(found[0], str) else found


def equal(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a == b
    a, b = np.squeeze(a), np.squeeze(b)
    close = {"rtol": 1e-6, "atol": 1e-9, "equal_nan": True}
    return a.shape == b.shape and a.size > 0 and np.allclose(a, b, **close)


def after_one_step(part):
    if isinstance(part, str):
        return [part]
    found = []
    for step in AFTERWARD:
        with contextlib.suppress(Exception):
            found.append(step(part))
    return found


def gives(function, args, kwargs, result):
    """Whether a function gives the result in one of the shapes that its arguments may have."""
    for shape in SHAPES:
        try:
            with alarm(SECONDS), quietly():
                output = function(*shape(list(args)), **kwargs)
                derived = [one for part in parts(output) for one in after_one_step(part)]
        except (Exception, Overdue):
            continue
        wanted = needed(result)
        if wanted and all(any(equal(want, one) for one in derived) for want in wanted):
            return True
    return False


def answers_check(function, calls):
    """Whether a function gives all results of a check, its arguments in one order."""
    names = inspect.signature(function).parameters
    most = max(len(args) for args, _, _ in calls)
    orders = itertools.permutations(range(most)) if most <= 3 else [tuple(range(most))]
    for order in orders:
        for count in range(most, 0, -1):
            if all(
                gives(
                    function,
                    [args[i] for i in order[:count] if i < len(args)],
                    {name: value for name, value in kwargs.items() if name in names},
                    result,
                )
                for args, kwargs, result in calls
            ):
                return True
    return False


def tells(calls):
    """Whether the results of a check hold more than zeros and ones, which anything may give."""
    found = [part for _, _, result in calls for part in needed(result)]
    return any(isinstance(part, str) or not np.isin(np.abs(part), (0, 1)).all() for part in found)


def closed_functions(exercise, library):
    """The functions that refuse to work while the exercise's answer is called."""
    closed = set()
    for full in guarded(exercise.forbid, library):
        module, _, function = full.rpartition(".")
        closed.add(getattr(importlib.import_module(module), function, None))
    return closed


def is_taken(check, setup, answers, exercise, name, function):
    """Whether a check passes with a function in place of an answer, and uses what it returns."""
    returned = []

    def stand_in(*args, **kwargs):
        known = inspect.signature(function).parameters
        result = function(*args, **{key: v for key, v in kwargs.items() if key in known})
        returned.append(True)
        return result

    space = copied(setup) | {each: answers[each] for each in exercise.names} | {name: stand_in}
    hidden = check.kind == "hidden"
    context = checks.context(hidden=hidden, seed=5 * hidden)
    try:
        with context, quietly(), alarm(SECONDS):
            exec(check.source, space)
    except (Exception, Overdue):
        return False
    return bool(returned)


def taken(name, numbers=None, without=closed_functions):
    """Exercise, function and check of each function that a check takes for the answer."""
    assignment, setup, answers = spaces(name)
    for number, exercise in assignment.exercises.items():
        if numbers and number not in numbers:
            continue
        closed = without(exercise, assignment.library)
        for full, function in library():
            if function in closed or (number, full) in ALLOWED:
                continue
            for check in assignment.checks:
                if check.exercise == number and any(
                    is_taken(check, setup, answers, exercise, each, function)
                    for each in exercise.names
                ):
                    yield number, full, check.grade_id


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_check_takes_a_function_of_the_library_for_the_answer(name):
    assert list(taken(name)) == []


def test_a_function_that_is_not_forbidden_is_found_by_standing_in_for_the_answer():
    found = list(taken("01_invariant", ["01.2"], without=lambda *exercise: set()))
    assert ("01.2", "lazyrich.conserved.delta", "ex2-batches") in found


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_answers_a_check_is_forbidden(name):
    assignment, setup, answers = spaces(name)
    holes = []
    for number, exercise in assignment.exercises.items():
        closed = closed_functions(exercise, assignment.library)
        calls = calls_of(assignment, setup, answers, exercise)
        assert calls, f"{number}: no check calls the answer"
        for full, function in library():
            if function in closed or (number, full) in ALLOWED:
                continue
            holes += [
                f"{number}: {full} answers the check {check} of {answer}"
                for (answer, check), made in calls.items()
                if tells(made) and answers_check(function, made[:MOST])
            ]
    assert not holes, "\n" + "\n".join(holes)
