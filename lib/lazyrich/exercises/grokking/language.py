"""Check a language of the random hierarchy model (08.5): readable, drawn as agreed, possible."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import datasets
from lazyrich.exercises.grokking.language_slips import SLIPS, Sample, Sizes, drawn
from nbjudge import checks

__all__ = [
    "every_string_can_be_read",
    "impossible_languages",
    "is_the_language",
    "spelled",
    "the_draws_as_agreed",
]


def every_string_can_be_read(rhm_sample: Callable) -> None:
    """Check shapes, check that words differ, and read every string back to its class."""
    for sizes in ((4, 2, 2, 2, 3), (4, 2, 3, 2, 3), (3, 3, 2, 3, 2), (5, 3, 1, 2, 7)):
        _, m, _, s, n_classes = sizes
        sample = _language(_called(rhm_sample, sizes, 60, 0), sizes, 60)
        _reading(sample)
        first = spelled(sample["x"], sample["rules"][1:])[-1][:, :s]
        used = {(int(c), tuple(word)) for c, word in zip(sample["y"], first.tolist(), strict=True)}
        checks.that(
            len(used) > 0.75 * m * n_classes,
            "in 60 strings nearly all m spellings of each class should occur: is a spelling chosen "
            "at random, for every string?",
            shown=f"{len(used)} of {m * n_classes} spellings occur",
        )


def the_draws_as_agreed(rhm_sample: Callable) -> None:
    """Check for the exact numbers of the protocol."""
    for sizes, n, seed in (
        ((4, 2, 2, 2, 3), 5, 7),
        ((5, 3, 3, 2, 6), 9, 11),
        ((3, 2, 2, 3, 5), 6, 2),
    ):
        is_the_language(rhm_sample, sizes, n, seed)


def impossible_languages(rhm_sample: Callable) -> None:
    """Check for ValueError where words are too few, and for a language where they just suffice."""
    for sizes, what in (
        ((3, 2, 1, 2, 5), "more spellings of classes than there are words, with a single level"),
        ((3, 2, 2, 2, 5), "more spellings of classes than there are words"),
        ((3, 4, 2, 2, 2), "more spellings of symbols than there are words"),
    ):
        checks.raises(ValueError, rhm_sample, *sizes, 4, 0, what=what)
    for words, sizes in (
        (
            "with a single level only the classes are spelled, so that m v may be larger than the "
            "number of words",
            (3, 4, 1, 2, 2),
        ),
        ("with exactly as many spellings as words a language is possible", (3, 3, 2, 2, 3)),
    ):
        got = _called(rhm_sample, sizes, 30, 0, words)
        _reading(_language(got, sizes, 30))


def is_the_language(rhm_sample: Callable, sizes: Sizes, n: int, seed: int) -> None:
    """Check the rules, classes and strings of one seed."""
    got = _language(_called(rhm_sample, sizes, n, seed), sizes, n)
    _reading(got)
    again = _language(_called(rhm_sample, sizes, n, seed), sizes, n)
    checks.that(
        all(_same(got, again, part) for part in NAMES),
        "the same seed should give the same rules and strings: all draws come from "
        "np.random.default_rng(seed), made anew in each call",
    )
    v, m, L, s, n_classes = sizes
    right = datasets.hierarchy_strings(v, m, L, s, n_classes, n, seed)
    if _same(got, right, "rules"):
        for part in ("y", "x"):
            if not _same(got, right, part):
                _told(got, part, sizes, n, seed)
        return
    _told(got, "rules", sizes, n, seed)


def spelled(x: Any, rules: Any) -> list[np.ndarray]:
    """The symbols above strings x, level by level up to the class; -1 where no rule fits."""
    levels = [np.asarray(x, dtype=int)]
    for rule in rules[::-1]:
        _, m, s = np.shape(rule)
        words = np.reshape(rule, (-1, s)).astype(int).tolist()
        names = {tuple(word): i // m for i, word in enumerate(words)}
        strings = levels[-1].reshape(len(x), -1, s).tolist()
        levels.append(np.array([[names.get(tuple(w), -1) for w in row] for row in strings]))
    return levels


def _called(
    rhm_sample: Callable,
    sizes: Sizes,
    n: int,
    seed: int,
    why: str = "the words suffice: m n_classes and, below the top, m v are at most v^s",
) -> Any:
    rows = (
        "an index is out of range: the first rule has n_classes rows, every other one v rows, one "
        "for each symbol that it spells; and rules are used from the top down"
    )
    try:
        return checks.ask(
            rhm_sample, *sizes, n, seed, what="a language", slips={"IndexError": rows}
        )
    except ValueError as error:  # of the answer's own; `ask` explains those of NumPy
        checks.that(False, f"a ValueError came for a language that exists: {why}", shown=str(error))


def _language(got: Any, sizes: Sizes, n: int) -> Sample:
    """x, y and rules, of the right shapes, with every rule unambiguous."""
    v, m, L, s, n_classes = sizes
    sample = checks.fields(got, {"x": (n, s**L), "y": (n,)}, what="the sample")
    checks.that("rules" in got, "the sample: the key 'rules' is missing")
    rules = got["rules"]
    rules = checks.items(
        rules,
        L,
        what="the rules, one array per level",
    )
    shapes = [(n_classes if level == 0 else v, m, s) for level in range(L)]
    rules = [
        checks.array(rule, what=f"the rules of level {level}, the top is level 0", shape=shape)
        for level, (rule, shape) in enumerate(zip(rules, shapes, strict=True))
    ]
    low = min(sample["x"].min(), *(rule.min() for rule in rules))
    high = max(sample["x"].max(), *(rule.max() for rule in rules))
    checks.that(
        low >= 0 and high < v,
        "symbols should be whole numbers from zero to v minus one"
        + (", digits of a code in base v" if high >= v else ""),
    )
    checks.that(
        np.all((sample["y"] >= 0) & (sample["y"] < n_classes)),
        "classes should be whole numbers from zero to n_classes minus one",
    )
    for rule in rules:
        words = rule.reshape(-1, s)
        checks.that(
            len({tuple(word) for word in words.tolist()}) == len(words),
            "two symbols share a spelling (or one has it twice): the words of a level should be "
            "drawn without replacement, all above * m of them at once, and their digits are those "
            "in base v",
        )
    return {**sample, "rules": rules}


def _reading(sample: Sample) -> None:
    """Every string can be read back to its class."""
    levels = spelled(sample["x"], sample["rules"])
    checks.that(
        all(np.all(level >= 0) for level in levels),
        "a string cannot be read with the rules that came back: is every string spelled with the "
        "same rules, and word by word, side by side?",
    )
    checks.that(
        np.array_equal(levels[-1][:, 0], sample["y"]),
        "a string, read back with the rules, should have the class y",
    )


def _same(got: Sample, other: Sample, part: str) -> bool:
    if part == "rules":
        return all(map(np.array_equal, got["rules"], other["rules"]))
    return np.array_equal(got[part], other[part])


NAMES = {"rules": "the rules", "y": "the classes", "x": "the strings"}
AGREED = {
    "rules": "the rules are drawn first, level by level from the top, one rng.choice a level",
    "y": "the classes are drawn after all rules, before any spelling, in one rng.integers",
    "x": "the spellings come level by level, one draw of the shape (n, number of symbols now)",
}


def _told(got: Sample, part: str, sizes: Sizes, n: int, seed: int) -> None:
    """Fail, and name the first other protocol that gives these numbers."""
    why = ""
    for words, options in SLIPS.items():
        try:
            other = drawn(sizes, n, seed, **options)
        except ValueError:
            continue
        parts = list(NAMES)[: list(NAMES).index(part) + 1]  # what is drawn before must agree, too
        if all(_same(got, other, each) for each in parts):
            why = words
            break
    checks.that(
        False,
        f"{NAMES[part]} are not those of the protocol: {why + '; ' if why else ''}{AGREED[part]}",
    )
