"""A check that asks for an error asks for its reason too, in 02.1, 02.5 and 04.2."""

import numpy as np
import pytest

from lazyrich import dynamics, kernel
from lazyrich.exercises import deep, exact, wide
from lazyrich.exercises.refusals import refuses
from lazyrich.exercises.relu import sweep
from nbjudge import checks
from nbjudge.errors import CheckFailed, Unwritten


def by_accident(*inputs, **rates):
    """Raise NumPy's ValueError whatever the inputs are."""
    return np.ones(2) @ np.ones(3)


def always(*inputs, **rates):
    raise ValueError("no")


def stub(*inputs, **rates):
    raise NotImplementedError("to be written")


@pytest.mark.parametrize("answer", [by_accident, always])
@pytest.mark.parametrize(
    "check",
    [
        lambda answer: exact.no_such_neuron(answer),
        lambda answer: exact.inputs_that_depend_on_each_other(answer),
        lambda answer: wide.impossible_shapes_are_refused(answer, answer),
    ],
    ids=["02.5", "02.1", "04.2"],
)
def test_an_error_that_always_comes_is_no_refusal(check, answer):
    with checks.context(seed=1), pytest.raises(CheckFailed):
        check(answer)


def rank(X):
    """Refuse inputs of the wrong rank, but for those of which NumPy makes an error of its own."""
    if np.linalg.matrix_rank(X) < min(X.shape):
        raise ValueError("rank")
    _, s, Vt = np.linalg.svd(X)
    return X @ (Vt.T / s @ Vt), Vt.T / s @ Vt


def test_the_error_of_shapes_that_do_not_fit_is_no_refusal():
    X = np.random.default_rng(0).normal(size=(6, 2))
    with pytest.raises(ValueError, match="broadcast"):
        rank(X.T)
    with pytest.raises(CheckFailed, match="NumPy's own, since shapes happen not to fit"):
        refuses(rank, (X.T,), (X,), what="fewer inputs than dimensions")
    refuses(rank, (np.column_stack([X, X]),), (X,), what="a column twice")


@pytest.mark.parametrize(
    "words", ["", "rank below the dimension", "shapes: n is not finite", "nan"]
)
def test_a_refusal_may_have_any_words(words):
    def answer(x):
        if x < 0:
            raise ValueError(words)
        return np.ones(2) @ np.ones(3)  # a right refusal counts, whatever else is wrong

    refuses(answer, (-1.0,), (1.0,), what="a negative number")


def test_another_error_or_none_is_no_refusal():
    with pytest.raises(CheckFailed, match="the function returned a value"):
        refuses(lambda x: x, (-1.0,), (1.0,), what="a negative number")
    with pytest.raises(CheckFailed, match="but ZeroDivisionError was raised"):
        refuses(lambda x: 1 / 0, (-1.0,), (1.0,), what="a negative number")
    with pytest.raises(Unwritten):
        refuses(stub, (-1.0,), (1.0,), what="a negative number")


def test_the_librarys_own_errors_are_known_by_their_words():
    with pytest.raises(ValueError, match=next(iter(deep.OF_ZERO))):
        kernel.kernel_distance(np.eye(2), np.zeros((2, 2)))
    with pytest.raises(ValueError, match=next(iter(sweep.OF_OTHER_SIZES))):
        dynamics.two_layer([0.0, 1.0], np.ones((5, 3)), np.ones(4), np.ones((2, 3)), np.ones(2))
