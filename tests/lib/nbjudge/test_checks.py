"""Check the helpers of test cells: what passes, and the message a student reads when something does
not.
"""

from pathlib import Path

import numpy as np
import pytest

from nbjudge import checks
from nbjudge.checks import CheckFailed
from nbjudge.errors import Unwritten


def message_of(function, *args, **kwargs):
    with pytest.raises(CheckFailed) as caught:
        function(*args, **kwargs)
    return str(caught.value)


class TestCall:
    def test_result_is_plain_and_inputs_are_copies(self):
        given = np.array([1.0, 2.0])

        def spoil(w):
            w += 1
            return {"w": w, "n": np.int64(3)}

        got = checks.call(spoil, given)
        assert np.array_equal(got["w"], [2.0, 3.0])
        assert type(got["n"]) is int
        assert np.array_equal(given, [1.0, 2.0])

    def test_what_cannot_be_graded_is_named(self):
        assert "a set" in message_of(checks.call, lambda: {1})

    def test_errors_of_the_answer_pass_through(self):
        with pytest.raises(ZeroDivisionError):
            checks.call(lambda: 1 / 0)


HIDDEN = np.ma.array([1.0, 2.0], mask=[False, True])
ODD = {  # what an answer may return -> words of the message
    "hidden values": (HIDDEN, "masked array with hidden values"),
    "hidden values in a list": ([HIDDEN, HIDDEN], "masked array with hidden values"),
    "the masked constant": (np.ma.masked, "masked array with hidden values"),
    "objects": (np.array([None, {1}], dtype=object), "a set"),
    "none": (None, "nothing came back"),
    "dates": (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
    "complex": (np.array([1.0, 1j]), "complex"),
    "text": ("1.0", "'1.0'"),
    "ragged": ([[1.0], [1.0, 2.0]], "different lengths"),
    "nan": (np.array([1.0, np.nan]), "NaN"),
    "infinite": (np.array([1.0, np.inf]), "an infinity"),
    "too large": ([10**400, 1], "array of real numbers"),
    "a dictionary": ({"a": 1.0}, "dict"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_array_of_numbers_is_named_and_never_counts(kind):
    value, words = ODD[kind]
    for compare in (checks.array, lambda got, what: checks.close(got, [1.0, 2.0], what=what)):
        message = message_of(compare, value, what="w")
        assert message.startswith("w: ")
        assert words in message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (10**400, "a number that a float holds"),
        (-(10**400), "a number that a float holds"),
        (np.ma.masked, "masked array with hidden values"),
        (1j, "a single number"),
        ([1.0], "a single number"),
        (True, "a single number"),
        (np.nan, "a finite number"),
        (np.array(None), "nothing came back"),
    ],
)
def test_what_is_no_number_is_named_and_never_counts(value, words):
    for compare in (checks.number, lambda got, what: checks.close(got, 1.0, what=what)):
        assert words in message_of(compare, value, what="a")


@pytest.mark.parametrize(
    "value",
    [
        np.ma.array([1.0, 2.0]),
        np.array([1, 2.0], dtype=object),
        np.array([1.0, 2.0], dtype=">f4"),
        np.array([1.0, 2.0], dtype=np.longdouble),
    ],
)
def test_numbers_in_another_dress_count(value):
    checks.close(value, [1.0, 2.0], what="w")
    checks.close(checks.call(lambda: value), [1.0, 2.0], what="w")


def test_tensors_of_any_kind_count_or_are_named():
    import torch

    for value in (torch.nn.Parameter(torch.tensor([1.0, 2.0])), torch.tensor([1, 2]).bfloat16()):
        checks.close(value, [1.0, 2.0], what="w")
    sparse = torch.tensor([1.0, 2.0]).to_sparse()
    assert "cannot become a NumPy array" in message_of(checks.call, lambda: sparse)


@pytest.mark.parametrize("got", [1j, np.array([1.0 + 1j]), "1.0", [[1.0], [1.0, 2.0]], {}, {1}])
def test_a_fallback_takes_nothing_that_is_no_number(got):
    assert checks.fallback(lambda: got, lambda: 1.0)() == 1.0


class TestInputsUnchanged:
    def test_pure_function_passes(self):
        checks.inputs_unchanged(lambda w, *, k: w + k, np.ones(2), k=[1.0, 2.0])

    def test_writing_into_an_argument_is_told(self):
        def double(w):
            w *= 2
            return w

        assert "double changes the arrays" in message_of(
            checks.inputs_unchanged, double, np.ones(2)
        )

    def test_nan_in_the_input_is_no_change(self):
        checks.inputs_unchanged(lambda w: 0, np.array([np.nan]))


class TestRaises:
    def test_the_named_class_passes(self):
        def answer(X):
            raise ValueError("X has rank 1")

        checks.raises(ValueError, answer, np.ones((2, 2)), what="rank-deficient X")

    @pytest.mark.parametrize("error", [TypeError("x"), np.linalg.LinAlgError("x"), Exception("x")])
    def test_another_class_fails(self, error):
        def answer():
            raise error

        assert "expected ValueError" in message_of(
            checks.raises, ValueError, answer, what="rank-deficient X"
        )

    def test_a_class_that_is_not_built_in_is_not_named(self):
        def answer():
            raise np.linalg.LinAlgError("Singular matrix")

        message = message_of(checks.raises, ValueError, answer, what="rank-deficient X")
        assert "an error of a library or of your own was raised" in message

    def test_a_returned_value_fails(self):
        assert "returned a value" in message_of(checks.raises, ValueError, lambda: 1, what="X")

    def test_the_stub_never_counts(self):
        def stub():
            raise NotImplementedError("Exercise 01.1: your code goes here")

        with pytest.raises(NotImplementedError):
            checks.raises(ValueError, stub, what="X")


@pytest.mark.parametrize(
    ("got", "part"),
    [
        (None, "is there a return statement"),
        (True, "expected a single number, got a bool"),
        ("4", "expected a single number, got a string"),
        ([4.0], "expected a single number, got a list of length 1"),
        (np.ones(1), "expected a single number, got an array of shape (1,)"),
        (1j, "expected a single number, got a complex"),
        (float("nan"), "expected a finite number, got nan"),
    ],
)
def test_number_climbs_the_ladder(got, part):
    assert part in message_of(checks.number, got, what="delta")


@pytest.mark.parametrize("got", [4, 4.0, np.float64(4), np.array(4.0)])
def test_number_takes_every_spelling_of_one(got):
    assert (
        checks.number(got if not isinstance(got, np.generic) else got.item(), what="delta") == 4.0
    )


@pytest.mark.parametrize(
    ("got", "part"),
    [
        (None, "is there a return statement"),
        ("abc", "expected an array of real numbers, got a string"),
        ({"w": 1}, "got a dictionary with keys 'w'"),
        ([[1.0], [1.0, 2.0]], "rows have different lengths"),
        (np.ones((2, 3)), "expected shape (3, 2), got (2, 3); is it transposed?"),
        (np.ones((4, 2)), "expected shape (3, 2), got (4, 2); axis 0 is one too long"),
        (np.ones((3, 2, 1)), "there is an axis of length 1 too many or too few"),
        ([[1, 2], [3, np.nan], [5, 6]], "holds NaN (first at index (1, 1))"),
        (np.full((3, 2), np.inf), "holds an infinity"),
    ],
)
def test_array_climbs_the_ladder(got, part):
    assert part in message_of(checks.array, got, what="W", shape=(3, 2))


def test_fields_name_what_is_missing():
    shapes = {"w": (2,), "a": ()}
    good = checks.fields({"w": [1, 2], "a": 3.0, "more": None}, shapes, what="result")
    assert np.array_equal(good["w"], [1.0, 2.0])
    assert "the key 'a' is missing" in message_of(
        checks.fields, {"w": [1, 2]}, shapes, what="result"
    )
    assert "expected a dictionary" in message_of(checks.fields, (1, 2), shapes, what="result")
    assert 'entry "w"' in message_of(checks.fields, {"w": [1], "a": 2}, shapes, what="result")


def test_items_are_counted():
    assert checks.items([1, 2], 2, what="(dw, da)") == (1, 2)
    assert checks.items(np.array([1.0, 2.0]), 2, what="mean and variance") == (1.0, 2.0)
    assert "got 3" in message_of(checks.items, np.ones(3), 2, what="mean and variance")
    assert "expected 2 things, got 3" in message_of(checks.items, (1, 2, 3), 2, what="(dw, da)")
    assert "got a float" in message_of(checks.items, 1.0, 2, what="(dw, da)")
    assert "return statement" in message_of(checks.items, None, 2, what="(dw, da)")


def test_text_knows_its_choices():
    assert checks.text("lazy", what="label", choices=["lazy", "rich"]) == "lazy"
    assert "got 'Lazy'" in message_of(checks.text, "Lazy", what="label", choices=["lazy", "rich"])
    assert "expected a string" in message_of(checks.text, 3, what="label")


class TestClose:
    def test_float32_is_close_enough(self):
        exact = np.linspace(0, 1, 7) ** 3
        checks.close(exact.astype(np.float32), exact, what="w")

    def test_rounding_in_a_tiny_entry_does_no_harm(self):
        checks.close([1.0, 1e-17], [1.0, 0.0], what="w")

    def test_one_wrong_entry_is_found_and_shown(self):
        text = message_of(
            checks.close, [[1.0, 2.0], [3.0, 5.0]], [[1.0, 2.0], [3.0, 4.0]], what="W"
        )
        assert text == "W: expected 4 at index [1, 1], got 5"

    def test_infinities_and_nan_must_stand_where_expected(self):
        checks.close([1.0, np.inf, np.nan], [1.0, np.inf, np.nan], what="t")
        assert "t" in message_of(checks.close, [1.0, 2.0], [1.0, np.inf], what="t")
        assert "finite" in message_of(checks.close, np.inf, 1.0, what="t")

    def test_a_known_slip_is_told(self):
        hints = {"the sign is flipped": -4.0, "|w| should be squared": 9 - 5**0.5}
        assert "|w| should be squared" in message_of(
            checks.close, 9 - 5**0.5, 4.0, what="delta", hints=hints
        )
        assert "the sign" in message_of(checks.close, -4.0, 4.0, what="delta", hints=hints)
        assert (
            message_of(checks.close, 5.0, 4.0, what="delta", hints=hints)
            == "delta: expected 4, got 5"
        )

    def test_a_hint_that_equals_the_right_value_stays_silent(self):
        text = message_of(checks.close, 5.0, 4.0, what="delta", hints={"rates swapped": 4.0})
        assert "swapped" not in text

    @pytest.mark.parametrize(
        ("slip", "words"),
        [
            (lambda x: -x, "the sign is flipped"),
            (np.abs, "the signs are lost"),
            (np.trunc, "the decimals are cut off"),
            (np.transpose, "this is the transpose"),
            (lambda x: x[::-1], "in the reverse order"),
            (lambda x: x / 3, "by one and the same factor"),
            (lambda x: x + 2, "by one and the same amount"),
            (lambda x: x + 0.01, "near, but not near enough"),
            (np.zeros_like, "only zeros came back"),
        ],
    )
    def test_slips_of_any_exercise_are_told_without_a_hint(self, slip, words):
        right = np.array([[1.3, -2.6, 0.4], [5.2, 0.7, 3.9], [2.1, -4.8, 1.5]])
        assert words in message_of(checks.close, slip(right), right, what="W")
        with checks.context(hidden=True):
            assert message_of(checks.close, slip(right), right, what="W").startswith("W: ")

    def test_a_hint_comes_before_the_slips_of_any_exercise(self):
        text = message_of(checks.close, -4.0, 4.0, what="da", hints={"this is the velocity": -4.0})
        assert "velocity" in text
        assert "sign" not in text

    def test_a_tolerance_as_large_as_the_values_fits_no_slip(self):
        text = message_of(checks.close, [0.05, 0.09, 0.2], [0.01, 0.08, 0.1], what="S", atol=0.03)
        assert text == "S: expected 0.1 at index [2], got 0.2"

    def test_one_number_fits_too_many_slips(self):
        assert message_of(checks.close, 2.0, 1.0, what="x") == "x: expected 1, got 2"

    def test_an_absolute_tolerance_is_added(self):
        checks.close(1e-9, 0.0, what="S", atol=1e-8)
        message_of(checks.close, 1e-7, 0.0, what="S", atol=1e-8)

    def test_huge_numbers_do_not_warn(self):
        assert "expected" in message_of(checks.close, -1e308, 1e308, what="v")


def test_hidden_messages_show_no_number():
    with checks.context(hidden=True):
        texts = [
            message_of(checks.close, 5.25, 4.125, what="delta"),
            message_of(
                checks.close,
                -4.125,
                4.125,
                what="delta",
                hints={"the sign is flipped": -4.125},
            ),
            message_of(checks.array, [1.0, np.nan], what="w"),
            message_of(checks.number, "7", what="delta"),
            message_of(checks.text, "7", what="label", choices=["lazy"]),
            message_of(checks.that, False, "the loss should fall", shown="3 > 2"),
            message_of(checks.fields, {"secret 42": 1}, {"w": ()}, what="the result"),
            message_of(checks.array, {"secret 42": 1}, what="w"),
        ]
    assert not any(character.isdigit() for text in texts for character in text), texts
    assert "the sign is flipped" in texts[1]


def test_that_shows_numbers_only_at_the_desk():
    assert (
        message_of(checks.that, np.False_, "the loss should fall", shown="3 > 2")
        == "the loss should fall (3 > 2)"
    )
    checks.that(np.True_, "the loss should fall")


def test_rng_follows_the_context():
    desk = checks.rng().normal()
    assert desk == checks.rng().normal()
    assert desk != checks.rng(1).normal()
    with checks.context(seed=7):
        assert desk != checks.rng().normal()
    assert desk == checks.rng().normal()


class TestFallback:
    def library(self, x):
        return {"y": np.asarray(x) * 2.0}

    def test_a_pair_may_come_as_an_array(self):
        def mine(x):
            return np.array([x, 2 * x])

        assert checks.fallback(mine, lambda x: (x, 2 * x), 1.5) is mine

    def test_an_answer_that_agrees_is_used(self):
        def mine(x):
            return {"y": [2.0 * v for v in x]}

        assert checks.fallback(mine, self.library, [1.0, 2.0]) is mine

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (NotImplementedError(), "still to be written"),
            (KeyError("k"), "raised KeyError"),
            (ZeroDivisionError("division by zero"), "a denominator can be zero"),
            (
                None,
                "on an example (a list of length 2) 'y': expected 4 at index [1], got 0",
            ),
        ],
    )
    def test_otherwise_the_library_steps_in_and_says_so(self, error, reason, capsys):
        def mine(x):
            if error:
                raise error
            return {"y": [0.0, 0.0]}

        assert checks.fallback(mine, self.library, [1.0, 2.0]) == self.library
        assert reason in capsys.readouterr().out


@pytest.mark.parametrize(
    ("got", "words"),
    [
        ({"y": [2.0, 5.0]}, "'y': expected 4 at index [1], got 5"),
        ({"z": [2.0, 4.0]}, "'y': missing"),
        ({"y": [[2.0, 4.0]]}, "'y': expected an array of shape (2,)"),
        (None, "expected a dictionary"),
    ],
)
def test_where_the_library_steps_in_expected_and_got_are_named(got, words, capsys):
    checks.fallback(lambda x: got, TestFallback().library, [1.0, 2.0])
    assert words in capsys.readouterr().out


def test_an_error_in_an_answer_says_what_was_passed_and_the_likely_slip(capsys):
    from IPython.core.interactiveshell import InteractiveShell

    space = {"checks": checks, "w": np.ones((5, 3)), "dot": lambda w: w @ w}
    InteractiveShell(user_ns=space).run_cell("checks.call(dot, w)")
    shown = capsys.readouterr().out
    assert "<lambda> was called with an array of shape (5, 3)." in shown
    assert "A likely slip: `@` sums over the last axis" in shown


def test_one_slip_may_give_several_values():
    hints = {"the rates are crossed": 2.0, "the rates are crossed ": 3.0}
    for got in (2.0, 3.0):
        said = message_of(checks.close, got, 1.0, what="delta", hints=hints)
        assert said == f"delta: the rates are crossed (expected 1, got {got:g})"


class TestAsk:
    """`ask`: a call whose errors fail the check in words."""

    def test_an_error_behind_which_a_slip_is_known_fails_the_check(self):
        batch = np.ones((5, 3))
        said = message_of(checks.ask, lambda w: w @ w, batch, what="the norm")
        assert said.startswith("the norm: ValueError was raised: `@` sums over the last axis")
        assert "(matmul" in said
        with checks.context(hidden=True):
            assert "(matmul" not in message_of(checks.ask, lambda w: w @ w, batch, what="the norm")

    def test_an_exercise_names_slips_of_its_own(self):
        slips = {"ZeroDivisionError": "at delta = 0 the quotient is t"}
        said = message_of(checks.ask, lambda d: 1 / d, 0, what="delta = 0", slips=slips)
        assert said == (
            "delta = 0: ZeroDivisionError was raised: at delta = 0 the quotient is t "
            "(division by zero)"
        )

    def test_what_came_back_is_plain_and_other_errors_pass_through(self):
        assert checks.ask(lambda x, *, y: {"sum": x + y}, 1, y=2, what="a sum") == {"sum": 3}
        with pytest.raises(OSError, match="no such file"):
            checks.ask(Path("/no such file").read_text, what="a file")

        def stub():
            raise NotImplementedError("Exercise 01.1: your code goes here")

        with pytest.raises(Unwritten):
            checks.ask(stub, what="an answer")


def test_where_many_answers_are_right_a_check_decides_between_mine_and_the_librarys(capsys):
    def even(start):
        checks.that(checks.call(start) % 2 == 0, "the start should be even")

    def mine():
        return 4

    assert checks.fallback(mine, lambda: 2, passes=even) is mine
    assert capsys.readouterr().out == ""
    assert checks.fallback(lambda: 3, ours := lambda: 2, passes=even) is ours
    assert "a check says: the start should be even" in capsys.readouterr().out


def test_the_last_line_of_a_visible_cell(capsys):
    checks.passed()
    assert capsys.readouterr().out == "visible checks passed (hidden checks run at grading)\n"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("checks.close(2.0, 3.0, what='x')", "x: expected 3, got 2"),
        ("checks.call(stub, 1)", "Exercise 01.1: your code goes here"),
    ],
)
def test_a_notebook_shows_the_message_and_no_traceback(cell, shown, capsys):
    from IPython.core.interactiveshell import InteractiveShell

    def stub(x):
        raise NotImplementedError("Exercise 01.1: your code goes here")

    InteractiveShell(user_ns={"checks": checks, "stub": stub}).run_cell(cell)
    assert capsys.readouterr().out.strip() == shown


def test_an_error_that_a_library_raises_is_no_stub():
    import random

    def answer(x):
        return random.SystemRandom().getstate()

    def stub(x):
        raise NotImplementedError("Exercise 1.1: your code goes here")

    with pytest.raises(NotImplementedError) as raised:
        checks.call(answer, 1.0)
    assert type(raised.value) is NotImplementedError
    with pytest.raises(Unwritten, match="your code goes here"):
        checks.call(stub, 1.0)
