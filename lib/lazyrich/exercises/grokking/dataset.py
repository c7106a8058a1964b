"""Check a data set of 08.1: every pair once, its label, the order, and what cannot be."""

from collections.abc import Callable

import numpy as np

from lazyrich import datasets
from nbjudge import checks

__all__ = ["every_pair_is_there_once_with_its_label", "is_the_split", "what_cannot_be"]

PARTS = ("x_train", "y_train", "x_test", "y_test")


def every_pair_is_there_once_with_its_label(modular_dataset: Callable) -> None:
    """Check all four operations, and moduli that are not prime."""
    for p, op, frac, seed in (
        (5, "+", 0.63, 0),
        (5, "/", 0.5, 1),
        (7, "-", 0.41, 2),
        (6, "*", 0.7, 3),
        (11, "/", 0.33, 4),
        (23, "/", 0.65, 5),
    ):
        is_the_split(modular_dataset, p, op, frac, seed)


def what_cannot_be(modular_dataset: Callable) -> None:
    """Check for ValueError where there is no such table, and for a table where there is one."""
    no_such = "an operation that is none of the four"
    checks.raises(ValueError, modular_dataset, 5, "^", 0.5, 0, what=no_such)
    checks.raises(ValueError, modular_dataset, 5, "**", 0.5, 0, what=no_such)
    for p in (4, 9, 25, 35):
        checks.raises(
            ValueError,
            modular_dataset,
            p,
            "/",
            0.5,
            0,
            what="division modulo a number that is not prime, where some numbers have no inverse",
        )
    for p, op in ((2, "/"), (3, "/"), (4, "-"), (9, "*")):
        is_the_split(modular_dataset, p, op, 0.5, 0)


def is_the_split(modular_dataset: Callable, p: int, op: str, frac: float, seed: int) -> None:
    """Check all that can be said of one data set."""
    try:
        slips = {
            "IndexError": "an index is out of range: N is the number of pairs left, for division "
            "p (p - 1)"
        }
        got = checks.ask(modular_dataset, p, op, frac, seed, what="the data set", slips=slips)
    except ValueError as error:  # of the answer's own; `ask` explains those of NumPy
        checks.that(
            False,
            "a ValueError came for a table that exists",
            shown=f"p = {p}, operation {op}: {error}",
        )
    got = checks.fields(got, dict.fromkeys(PARTS), what="the data set")
    pairs, labels = datasets.modular_table(p, op)
    _pairs(got, pairs, p, op)
    n = int(frac * len(pairs))
    if len(got["x_train"]) != n:
        shown = f"{len(got['x_train'])} pairs of {len(pairs)}, frac = {frac:g}"
        why = {
            len(pairs) - n: "the two sets are exchanged: the first floor(frac N) places are for "
            "training",
            int(frac * p * p): "N is the number of pairs that are left: p (p - 1) for division",
        }
        rounded = "the training set should hold floor(frac N) pairs: round down"
        checks.that(False, why.get(len(got["x_train"]), rounded), shown=shown)
    table = dict(zip(map(tuple, pairs.tolist()), labels.tolist(), strict=True))
    again = checks.call(modular_dataset, p, op, frac, seed)
    checks.that(
        np.array_equal(np.asarray(again["x_train"]), got["x_train"]),
        "the same seed should give the same sets: the one draw is "
        "np.random.default_rng(seed).permutation(N), made anew in each call",
    )
    _labels(got, table, {"y_train": labels[:n], "y_test": labels[n:]}, p, op)
    _order(got["x_train"], pairs, n, seed)
    right = datasets.modular_pairs(p, op, frac, seed)
    checks.that(
        np.array_equal(got["x_test"], right["x_test"]),
        "the test set should be in the order of the permutation, too: "
        "its places from floor(frac N) on, in their order",
    )


def _pairs(got: dict[str, np.ndarray], pairs: np.ndarray, p: int, op: str) -> None:
    """Every pair once, in two columns."""
    for part in ("x_train", "x_test"):
        shape = got[part].shape
        turned = len(shape) == 2 and shape[0] == 2 and shape[1] != 2
        checks.that(
            len(shape) == 2 and shape[1] == 2,
            f"{part} should have a row (a, b) for each pair, two columns"
            + ("; it is transposed, two rows" if turned else ""),
            shown=f"got shape {shape}",
        )
    rows = [tuple(map(int, row)) for part in ("x_train", "x_test") for row in got[part]]
    checks.that(
        op != "/" or all(b % p != 0 for _, b in rows),
        "division by b = 0 is not defined: these pairs should be left out",
    )
    checks.that(
        max(max(row) for row in rows) < p,
        "the numbers run from zero to p minus one, not from one to p",
    )
    checks.that(
        len(set(rows)) == len(rows),
        "a pair is there twice: the training set and the test set overlap",
    )
    wanted = set(map(tuple, pairs.tolist()))
    half = set(rows) <= {(a, b) for a, b in wanted if a <= b} or set(rows) <= {
        (a, b) for a, b in wanted if a >= b
    }
    few = op != "/" and set(rows) == {(a, b) for a, b in wanted if b != 0}
    zero = op == "/" and set(rows) == {(a, b) for a, b in wanted if a != 0}
    why = (
        ": (a, b) and (b, a) are two pairs"
        if half
        else ": pairs with b = 0 are left out for division alone"
        if few
        else ": only b = 0 is left out, and a = 0 stays"
        if zero
        else ""
    )
    checks.that(
        set(rows) == wanted,
        "every pair (a, b) of numbers below p should be in one of the two sets, and nothing else"
        + why,
    )


def _labels(got: dict[str, np.ndarray], table: dict, straight: dict, p: int, op: str) -> None:
    """The label of each pair, beside its pair."""
    both = [
        np.sort(np.concatenate([part["y_train"], part["y_test"]]).ravel())
        for part in (got, straight)
    ]
    for x_part, y_part in (("x_train", "y_train"), ("x_test", "y_test")):
        a, b = got[x_part].astype(int).T
        label = np.array([table[pair] for pair in zip(a.tolist(), b.tolist(), strict=True)])
        have = checks.array(got[y_part], what=y_part, shape=label.shape)
        raw = {"+": a + b, "-": a - b, "*": a * b}.get(op, label)
        hints = {
            "the labels are off by one: they run from zero to p minus one": label + 1,
            "the remainder is taken modulo p plus one": raw % (p + 1),
            "the remainder is taken modulo p minus one": raw % (p - 1),
            "the remainder modulo p is missing": raw,
            "the absolute difference is taken; in Python, (a - b) % p is never negative": abs(
                a - b
            ),
            "the labels are not shuffled, the pairs are: both take the same places": straight[
                y_part
            ],
            "np.fmod and math.fmod keep the sign; in Python, % does not": np.fmod(raw, p),
        }
        if op == "-":
            hints["this is b - a; return a - b"] = (b - a) % p
            hints["a negative difference wraps around in unsigned whole numbers (uint8)"] = (
                a.astype(np.uint8) - b.astype(np.uint8)
            ) % p
        if op == "/":
            hints |= _quotients(a, b, p)
        if np.array_equal(*both) and not np.array_equal(have, label):
            hints["the labels are in another order than their pairs: shuffle both alike"] = have
        what = f"{y_part}, the labels of the operation {op}"
        checks.close(have, label, what=what, hints=hints)


def _quotients(a: np.ndarray, b: np.ndarray, p: int) -> dict[str, np.ndarray]:
    """List what known slips give for a / b."""
    inverse_of_a = np.array([pow(int(k), p - 2, p) for k in a])
    return {
        "this is the quotient of whole numbers; y is the number with y b = a modulo p": a // b,
        "this is an ordinary quotient; y is the whole number with y b = a modulo p": a / b,
        "an ordinary quotient, rounded down to a whole number; y is the number with y b = a "
        "modulo p": np.floor(a / b) % p,
        "this is a times b; division multiplies with the inverse of b": a * b % p,
        "this is b / a; return a / b": b * inverse_of_a % p,
        "b ** (p - 2) is too large for NumPy's whole numbers, which go wrong without a word; "
        "pow(int(b), p - 2, p) stays small": a * b.astype(np.int64) ** (p - 2) % p,
        "b to the power p minus one is one; the inverse is b to the power p minus two": a % p,
        "b to the power p minus three is one power less than the inverse, p minus two": a
        * np.array([pow(int(k), max(p - 3, 0), p) for k in b])
        % p,
        "this is the inverse of b alone; multiply it by a": np.array(
            [pow(int(k), p - 2, p) for k in b]
        ),
        "the remainder modulo p is missing": a * np.array([pow(int(k), p - 2, p) for k in b]),
        "the inverse is minus b here; y is the number with y b = a modulo p": -a * b % p,
    }


def _order(x_train: np.ndarray, pairs: np.ndarray, n: int, seed: int) -> None:
    """The training pairs, at the places that the one permutation names."""
    draw = np.random.default_rng(seed).permutation(len(pairs))
    whole = np.random.default_rng(seed).permutation(len(np.unique(pairs)) ** 2)
    kept = whole[whole % len(np.unique(pairs)) > 0]  # the places of pairs with b > 0
    by_columns = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    shuffled = np.arange(len(pairs))
    rng = np.random.default_rng(seed)
    np.random.RandomState(seed % 2**32).shuffle(shuffled)
    if np.array_equal(x_train, pairs[draw[:n]]):
        return
    slips = {
        "nothing is shuffled": pairs[:n],
        "the permutation is drawn before the pairs with b = 0 are left out; N counts those that "
        "are left": np.transpose(np.divmod(kept, len(np.unique(pairs))))[:n],
        "the seed is used as it is; here it is one more": pairs[
            np.random.default_rng(seed + 1).permutation(len(pairs))[:n]
        ],
        "the table is read column by column; row by row, b changes fastest": by_columns[draw[:n]],
        "the last places of the permutation are taken; the first are for training": pairs[
            draw[len(draw) - n :]
        ],
        "they are sorted again; they should stay in the order of the permutation": pairs[
            np.sort(draw[:n])
        ],
        "this is the inverse permutation: take pairs[order], where order says which pair comes at "
        "each place": pairs[np.argsort(draw)[:n]],
        "np.random.seed and np.random.permutation draw other numbers than "
        "np.random.default_rng(seed)": pairs[
            np.random.RandomState(seed % 2**32).permutation(len(pairs))[:n]
        ],
        "np.random.shuffle draws other numbers than np.random.default_rng(seed)": pairs[
            shuffled[:n]
        ],
        "rng.choice draws other numbers than rng.permutation": pairs[
            rng.choice(len(pairs), len(pairs), replace=False)[:n]
        ],
        "every place is one too far: the places begin at zero": pairs[(draw[:n] + 1) % len(pairs)],
        "the permutation is applied twice": pairs[draw[draw][:n]],
        "seed is ignored: the draw is that of seed 0": pairs[
            np.random.default_rng(0).permutation(len(pairs))[:n]
        ],
    }
    why = next((why for why, wrong in slips.items() if np.array_equal(x_train, wrong)), "")
    checks.that(
        False,
        "the pairs are right, their order is not"
        + (f": {why}" if why else "")
        + "; row by row, then one rng.permutation(N), whose first floor(frac N) are for training",
    )
