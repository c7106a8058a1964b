"""No check is passed by a function that computes nothing, whatever it returns or raises."""

import numpy as np
import pytest
from test_exercises import SECONDS, Tried, quiet
from test_seeds import NAMES

from nbjudge import checks
from nbjudge.engine.deadline import alarm
from nbjudge.engine.setup import copied


def returning(value):
    return lambda *args, **named: value


def raising(error):
    def answer(*args, **named):
        raise error("x")

    return answer


def of_first(function):
    return lambda *args, **named: function(np.asarray(args[0], float))


VALUES = (
    *(0.0, 1.0, -0.0, 1e-320, 1e308, float("nan"), float("inf"), True, None, 0j, 10**400),
    *([], {}, (), "", "lazy", "rich", np.zeros(0), np.zeros((0, 0)), (np.zeros(1),) * 2),
)
ANSWERS = {f"returns {value!r}": returning(value) for value in VALUES}
ANSWERS |= {f"raises {e.__name__}": raising(e) for e in (TypeError, NotImplementedError, KeyError)}
ANSWERS |= {
    "returns its first input": lambda *args, **named: args[0],
    "returns its last input": lambda *args, **named: args[-1],
    "returns its inputs": lambda *args, **named: args,
    "returns named inputs": lambda *args, **named: named,
    "returns its first input twice": lambda *args, **named: (args[0], args[0]),
    "zeros": of_first(np.zeros_like),
    "ones": of_first(np.ones_like),
    "NaN everywhere": of_first(lambda x: np.full_like(x, np.nan)),
    "infinity everywhere": of_first(lambda x: np.full_like(x, np.inf)),
    "minus": of_first(np.negative),
    "sum": of_first(np.sum),
    "mean": of_first(np.mean),
    "all true": of_first(lambda x: np.ones(x.shape, bool)),
    "identity": of_first(lambda x: np.eye(len(np.atleast_1d(x)))),
}


@pytest.mark.parametrize("name", NAMES)
def test_no_check_is_passed_by_a_function_that_computes_nothing(name):
    tried, passed = Tried(name), []
    for check in tried.assignment.checks:
        names = tried.assignment.exercises[check.exercise].names
        hidden = check.kind == "hidden"
        for what, answer in ANSWERS.items():
            space = copied(tried.setup) | dict.fromkeys(names, answer)
            try:
                with quiet(), alarm(SECONDS), checks.context(hidden=hidden, seed=7):
                    exec(check.source, space)
            except Exception:
                continue
            passed.append((check.grade_id, what))
    assert passed == []
