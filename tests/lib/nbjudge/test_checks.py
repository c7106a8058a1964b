"""The helpers of test cells: what passes, and what a student reads when something does not."""

import numpy as np
import pytest

from nbjudge import checks
from nbjudge.checks import CheckFailed


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
        assert "an error of a library's or of your own class was raised" in message

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
        hints = {"the sign is turned round": -4.0, "|w| should be squared": 9 - 5**0.5}
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
                hints={"the sign is turned round": -4.125},
            ),
            message_of(checks.array, [1.0, np.nan], what="w"),
            message_of(checks.number, "7", what="delta"),
            message_of(checks.text, "7", what="label", choices=["lazy"]),
            message_of(checks.that, False, "the loss should fall", shown="3 > 2"),
            message_of(checks.fields, {"secret 42": 1}, {"w": ()}, what="the result"),
            message_of(checks.array, {"secret 42": 1}, what="w"),
        ]
    assert not any(character.isdigit() for text in texts for character in text), texts
    assert "the sign is turned round" in texts[1]


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

    def test_an_answer_that_agrees_is_used(self):
        def mine(x):
            return {"y": [2.0 * v for v in x]}

        assert checks.fallback(mine, self.library, [1.0, 2.0]) is mine

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (NotImplementedError(), "still to be written"),
            (KeyError("k"), "raised KeyError"),
            (None, "another result"),
        ],
    )
    def test_otherwise_the_library_steps_in_and_says_so(self, error, reason, capsys):
        def mine(x):
            if error:
                raise error
            return {"y": [0.0, 0.0]}

        assert checks.fallback(mine, self.library, [1.0, 2.0]) == self.library
        assert reason in capsys.readouterr().out


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
