"""Check the score of a test cell that runs in the student's own process."""

import pytest

from nbjudge.nbgrader_rules import graded
from nbjudge.results import Status


def shown(text):
    return [{"output_type": "execute_result", "data": {"text/plain": text}}]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("0", 0.0),
        ("1.5", 1.5),
        ("np.float64(0.0)", 0.0),
        ("np.float32(1.5)", 1.5),
        ("np.int64(2)", 2.0),
        ("array(0.5)", 0.5),
        ("tensor(0.)", 0.0),
        ("Fraction(1, 2)", 0.5),
        ("Decimal('0.25')", 0.25),
        ("np.float64(1e-1)", 0.1),
        ("np.longdouble('1.5')", 1.5),
        ("tensor(0.5000, dtype=torch.float64)", 0.5),
        ("tensor(1., grad_fn=<DivBackward0>)", 1.0),
        ("array(0., dtype=float32)", 0.0),
        ("Array(0.25, dtype=float32, weak_type=True)", 0.25),
        ("mpf('0.5')", 0.5),
        ("Decimal('0E-10')", 0.0),
        ("1/2", 0.5),
        (" 1.5 \n", 1.5),
        ("4", 4.0),
        ("np.float64(4.0)", 4.0),
        ("-0.0", 0.0),
    ],
)
def test_any_number_is_read_as_a_number(text, score):
    found, status, _ = graded(shown(text), "", 4.0)
    assert found == score
    assert status == (Status.PASSED if score == 4.0 else Status.FAILED)


NO_POINTS = [
    *("'well done'", "np.True_", "[0.0]", "np.float64(nan)", "x" * 99),
    *("nan", "-3", "np.float64(-0.5)", "-1/2", "-inf", "0j", "1/0", "0x0"),
]


@pytest.mark.parametrize("text", NO_POINTS)
def test_a_result_that_is_no_number_gives_all_points_and_is_noted(text):
    score, status, message = graded(shown(text), "", 4.0)
    assert (score, status) == (4.0, Status.PASSED)
    assert "is not a number of points" in message
    assert len(message) < 100


@pytest.mark.parametrize(
    "text", ["Decimal('1e999999999')", "Fraction(1e999999999)", "np.float64(1e9999, 3)", "9" * 4000]
)
def test_a_number_too_large_for_the_judge_is_not_written_out(text):
    """As an exact fraction the first has a billion digits."""
    score, status, message = graded(shown(text), "", 4.0)
    assert (score, status) == (4.0, Status.PASSED)
    assert message
    assert len(message) < 100
