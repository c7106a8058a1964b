"""Python's own errors inside an answer come with what was passed and the likely slip."""

import math

import numpy as np
import pytest

from nbjudge.checks.slips import explain, inputs_text

BATCH, VECTOR = np.ones((5, 3)), np.ones(3)

SLIPS = {
    "an if on an array": (lambda: 1 if VECTOR > 0 else 0, "for each entry"),
    "the larger of an array and a number": (lambda: max(VECTOR, 0), "for each entry"),
    "math.exp of an array": (lambda: math.exp(VECTOR), "np.exp"),
    "float of an array": (lambda: float(BATCH), "np.exp"),
    "w @ w of a batch": (lambda: BATCH @ BATCH, "shapes of both sides"),
    "np.dot of a batch": (lambda: np.dot(BATCH, BATCH), "shapes of both sides"),
    "a batch plus its transpose": (lambda: BATCH + BATCH.T, "both shapes"),
    "a batch written into another's place": (
        lambda: BATCH.copy().__setitem__(..., np.ones((2, 3))),
        "both shapes",
    ),
    "a chain of one matrix": (lambda: np.linalg.multi_dot([BATCH]), "two matrices or more"),
    "rows of different lengths": (lambda: np.array([[1.0], [1.0, 2.0]]), "keep them in a list"),
    "a matrix that is not square": (lambda: np.linalg.inv(BATCH), "square matrices only"),
    "a norm of another name": (lambda: np.linalg.norm(BATCH, "frob"), "no norm with this name"),
    "two names for three values": (lambda: unpacked([0, 0, 0]), "fixed number"),
    "a number taken for a list": (lambda: len(1.0), "order of the arguments"),
    "an argument too many": (lambda: (lambda w: w)(1, 2), "arguments"),
    "an argument too few": (lambda: (lambda w, a: w)(1), "arguments"),
    "another argument's name": (lambda: (lambda w: w)(v=1), "arguments"),
    "a function without return": (lambda: (lambda: None)() + 1, "return"),
    "an index into None": (lambda: (lambda: None)()[0], "return"),
    "a missing star": (lambda: VECTOR[0](3), "`*`"),
    "a list times a number": (lambda: [1, 2] * 0.5, "np.asarray"),
    "a list minus a list": (lambda: [1, 2] - [1, 2], "np.asarray"),
    "the shape of a list": (lambda: [1, 2].shape, "np.asarray"),
    "the shape of a number": (lambda: (1.0).shape, "np.asarray"),
    "a sum over an axis that is not there": (lambda: np.sum(VECTOR, axis=1), "axis=-1"),
    "more rows than there are": (
        lambda: np.random.default_rng(0).choice(3, 4, replace=False),
        "without replacement",
    ),
    "a list taken for a length": (lambda: range([1, 2]), "for value in values"),
    "one row too far": (lambda: BATCH[5], "from 0"),
    "an axis that is not there": (lambda: VECTOR[0, 0], ".shape"),
    "a list's end": (lambda: [1][1], "from 0"),
    "a misspelled name": (lambda: lenght, "spelled"),  # noqa: F821
    "one over zero": (lambda: 1 / 0, "zero"),
    "a large exponent": (lambda: math.exp(1e3), "exponent"),
    "a key that is not there": (lambda: {}["S"], "spelling"),
}


def unpacked(values):
    first, second = values
    return first, second


def error_of(call):
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("no error was raised")


@pytest.mark.parametrize("slip", SLIPS)
def test_an_error_of_python_or_numpy_names_the_likely_slip(slip):
    raises, words = SLIPS[slip]
    error = error_of(raises)
    assert words in explain(type(error).__name__, str(error))


def test_a_local_variable_with_a_value_on_some_ways_only():
    def answer(flag):
        if flag:
            value = 1
        return value

    with pytest.raises(UnboundLocalError) as caught:
        answer(False)
    assert "some branches" in explain("UnboundLocalError", str(caught.value))


def test_an_error_that_the_answer_raises_itself_is_not_explained():
    assert explain("ValueError", "delta must not be negative") == ""
    assert explain("LinAlgError", "Singular matrix") == ""


def test_a_message_of_any_length_is_searched_in_bounded_time():
    assert explain("TypeError", "takes " + "x" * 10**7) == ""


def test_inputs_are_described_by_kind_and_shape():
    text = inputs_text((BATCH, 1.0, True, "name", [1, 2], None), {"rates": {"a": 1}})
    assert text == (
        "an array of shape (5, 3), a number, True or False, a string, a list of length 2, None, "
        "rates: a dictionary"
    )
