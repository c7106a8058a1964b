"""Check tables modulo p and random hierarchies as plain arrays."""

import numpy as np
import pytest

from lazyrich import datasets


@pytest.mark.parametrize("operation", ["+", "-", "*", "/"])
def test_tables_are_in_the_order_of_rows_and_right(operation):
    x, y = datasets.modular_table(7, operation)
    a, b = x.T
    assert np.array_equal(np.lexsort((b, a)), np.arange(len(x)))
    if operation == "/":
        assert len(x) == 42
        assert np.array_equal(y * b % 7, a)
    else:
        assert len(x) == 49
        assert np.array_equal(y, {"+": a + b, "-": a - b, "*": a * b}[operation] % 7)


def test_division_modulo_three_by_hand():
    assert datasets.modular_table(3, "/")[1].tolist() == [0, 0, 1, 2, 2, 1]


def test_a_split_is_one_permutation_rounded_down():
    one = datasets.modular_pairs(5, "*", 0.63, seed=4)
    x, y = datasets.modular_table(5, "*")
    order = np.random.default_rng(4).permutation(25)
    assert np.array_equal(one["x_train"], x[order[:15]])
    assert np.array_equal(one["y_test"], y[order[15:]])


def test_the_set_to_train_on_is_the_same_split():
    one, D = (
        datasets.modular_pairs(23, "+", 0.5, seed=1),
        datasets.modular(23, fraction=0.5, seed=1),
    )
    assert np.array_equal(one["x_train"], D.x.numpy())
    assert np.array_equal(one["y_test"], D.y_test.numpy())


def test_words_of_a_level_are_all_different():
    rules = datasets.hierarchy_rules(
        np.random.default_rng(0), symbols=4, synonyms=4, s=2, levels=3, classes=3
    )
    assert [rule.shape for rule in rules] == [(3, 4, 2), (4, 4, 2), (4, 4, 2)]
    for rule in rules:
        assert len({tuple(word) for word in rule.reshape(-1, 2)}) == rule.shape[0] * 4


def test_strings_can_be_read_back_and_use_every_spelling():
    found = datasets.hierarchy_strings(3, 2, 2, 2, 3, 200, seed=5)
    symbols = found["x"]
    for rule in found["rules"][::-1]:
        names = {tuple(word): i // 2 for i, word in enumerate(rule.reshape(-1, 2))}
        symbols = np.array(
            [[names[tuple(word)] for word in row] for row in symbols.reshape(200, -1, 2)]
        )
    assert np.array_equal(symbols[:, 0], found["y"])
    assert len(np.unique(found["x"], axis=0)) == 24  # all there are


def test_strings_follow_the_protocol():
    found = datasets.hierarchy_strings(3, 2, 1, 2, 4, 6, seed=2)
    rng = np.random.default_rng(2)
    codes = rng.choice(9, size=8, replace=False).reshape(4, 2)
    assert np.array_equal(found["rules"][0], np.stack([codes // 3, codes % 3], axis=-1))
    y, spelling = rng.integers(4, size=6), rng.integers(2, size=(6, 1))
    assert np.array_equal(found["y"], y)
    assert np.array_equal(found["x"], found["rules"][0][y, spelling[:, 0]])


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (
            lambda: datasets.modular_pairs(9, "/", 0.5, 0),
            "p: expected a prime for division, got 9.*try 11",
        ),
        (lambda: datasets.modular_pairs(5, "^", 0.5, 0), "operation: expected one of"),
        (
            lambda: datasets.modular_pairs(5, "+", 1.0, 0),
            "fraction: expected one number > 0 and < 1",
        ),
        (lambda: datasets.modular_pairs(2, "+", 0.1, 0), "fraction: 0.1 of 4 pairs leaves nothing"),
        (
            lambda: datasets.hierarchy_strings(3, 2, 1, 2, 5, 4, 0),
            r"synonyms: expected synonyms \* classes <= symbols\^s = 9, got 10",
        ),
        (
            lambda: datasets.hierarchy_strings(3, 4, 2, 2, 2, 4, 0),
            r"synonyms: expected synonyms \* symbols <= symbols\^s = 9, got 12",
        ),
        (
            lambda: datasets.hierarchy_strings(3, 2, 2, 2, 2, 0, 0),
            "n: expected a whole number >= 1",
        ),
    ],
)
def test_bad_input_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()
