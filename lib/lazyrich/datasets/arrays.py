"""Make tasks of known structure as NumPy arrays: arithmetic modulo p, hierarchical strings.

The order of the random draws is part of the contract, so that two people who follow it get the same
numbers. `lazyrich.datasets.tensors` makes PyTorch data sets of the same tasks.
"""

import math
from typing import Any

import numpy as np

from lazyrich import _validate as validate

__all__ = ["hierarchy_rules", "hierarchy_strings", "modular_pairs", "modular_table"]

MOST_TUPLES = 2**62  # NumPy's integers can number them


def modular_table(p: int, operation: str = "+") -> tuple[np.ndarray, np.ndarray]:
    """List all pairs of numbers below p with the result of an operation modulo p.

    Parameters
    ----------
    p : int
        The modulus, at least 2.
    operation : {"+", "-", "*", "/"}
        The operation. Division leaves out b = 0 and needs a prime p.

    Returns
    -------
    pairs : ndarray, shape (N, 2)
        All pairs (a, b) of 0..p-1; b varies fastest.
    labels : ndarray, shape (N,)
        a + b, a - b, a * b or a / b modulo p.

    Raises
    ------
    ValueError
        If the operation is not one of the four, or for division modulo a p that is not prime.
    """
    p = validate.count("p", p, 2)
    operation = validate.choice("operation", operation, "+-*/")
    if operation == "/" and not _prime(p):
        raise ValueError(
            f"p: expected a prime for division, got {p}: some numbers have no inverse; try "
            f"{_next_prime(p)}"
        )
    a, b = (grid.ravel() for grid in np.meshgrid(np.arange(p), np.arange(p), indexing="ij"))
    if operation == "/":
        a, b = a[b > 0], b[b > 0]
        inverse = np.array([0] + [pow(k, -1, p) for k in range(1, p)])
        y = a * inverse[b] % p
    else:
        y = {"+": a + b, "-": a - b, "*": a * b}[operation] % p
    return np.stack([a, b], axis=1), y


def modular_pairs(p: int, operation: str, fraction: float, seed: int) -> dict[str, np.ndarray]:
    """Split the table of an operation modulo p into a training set and a test set.

    The first floor(fraction N) pairs of a permutation are for training, the others for testing. The
    permutation is one draw, numpy.random.default_rng(seed).permutation(N).

    Parameters
    ----------
    p : int
        The modulus, at least 2.
    operation : {"+", "-", "*", "/"}
        The operation. Division leaves out b = 0 and needs a prime p.
    fraction : float
        The share of the pairs to train on, above 0 and below 1.
    seed : int
        The seed of the permutation.

    Returns
    -------
    dict of str to ndarray
        "x_train" (n, 2), "y_train" (n,), "x_test" (N - n, 2) and "y_test" (N - n,).

    Raises
    ------
    ValueError
        As in `modular_table`; if the fraction is outside (0, 1) or leaves nothing to train on.

    References
    ----------
    Power et al. 2022 (arXiv 2201.02177).

    Examples
    --------
    >>> modular_pairs(3, "+", 0.5, seed=0)["x_train"].shape
    (4, 2)
    """
    x, y = modular_table(p, operation)
    share = validate.share("fraction", fraction)
    n = math.floor(share * len(x))
    if n == 0:
        raise ValueError(f"fraction: {share:g} of {len(x)} pairs leaves nothing to train on")
    order = np.random.default_rng(validate.count("seed", seed)).permutation(len(x))
    shown, kept = order[:n], order[n:]
    return {"x_train": x[shown], "y_train": y[shown], "x_test": x[kept], "y_test": y[kept]}


def hierarchy_rules(
    rng: np.random.Generator, *, symbols: int, synonyms: int, s: int, levels: int, classes: int
) -> list[np.ndarray]:
    """Draw the rules of a random hierarchy, top level first.

    A rule spells each symbol as `synonyms` tuples of s symbols of the next level. All tuples of a
    level differ, so that no string has two classes. Each level is one draw,
    rng.choice(symbols^s, size=above * synonyms, replace=False), where `above` is the number of
    symbols to spell. The digits of each number in base `symbols`, most significant first, are a
    tuple.

    Parameters
    ----------
    rng : numpy.random.Generator
        The random number generator to draw from.
    symbols : int
        The number of symbols of a level below the top, at least 2.
    synonyms : int
        The number of tuples that spell one symbol, at least 1.
    s : int
        The length of a tuple, at least 2.
    levels : int
        The number of levels, at least 1.
    classes : int
        The number of symbols at the top, at least 1.

    Returns
    -------
    list of ndarray
        One rule per level, the first of shape (classes, synonyms, s) and the others of shape
        (symbols, synonyms, s); row i holds the spellings of symbol i.

    Raises
    ------
    ValueError
        If a size is too small, or there are fewer tuples than spellings.

    References
    ----------
    Cagnetta et al. 2023 (arXiv 2307.02129).
    """
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: expected numpy.random.default_rng(seed), got {rng!r}"[:200])
    symbols, synonyms, s, levels, classes = hierarchy_sizes(symbols, synonyms, s, levels, classes)
    tuples = symbols**s
    if tuples > MOST_TUPLES:
        raise ValueError(f"s: expected symbols^s <= 2^62 tuples, got {symbols}^{s}; lower s")
    for name, above in (("classes", classes), ("symbols", symbols)):
        if (name == "classes" or levels > 1) and synonyms * above > tuples:
            raise ValueError(
                f"synonyms: expected synonyms * {name} <= symbols^s = {tuples}, got "
                f"{synonyms * above}: there are not enough {s}-tuples; lower synonyms or {name}, "
                "or raise symbols"
            )
    rules = []
    for level in range(levels):
        above = classes if level == 0 else symbols
        drawn = rng.choice(tuples, size=above * synonyms, replace=False).reshape(above, synonyms)
        rules.append(np.stack([drawn // symbols**k % symbols for k in reversed(range(s))], axis=-1))
    return rules


def hierarchy_sizes(
    symbols: int, synonyms: int, s: int, levels: int, classes: int
) -> tuple[int, int, int, int, int]:
    """Read the sizes of a hierarchy, each a whole number that is large enough."""
    return (
        validate.count("symbols", symbols, 2),
        validate.count("synonyms", synonyms, 1),
        validate.count("s", s, 2),
        validate.count("levels", levels, 1),
        validate.count("classes", classes, 1),
    )


def hierarchy_strings(
    symbols: int, synonyms: int, levels: int, s: int, classes: int, n: int, seed: int
) -> dict[str, Any]:
    """Draw strings of a random hierarchy, with replacement.

    The draws come from numpy.random.default_rng(seed), in this order: the rules; the classes,
    integers(classes, size=n); then, level by level, the spelling that each symbol gets,
    integers(synonyms, size=shape of the array of symbols).

    Parameters
    ----------
    symbols : int
        The number of symbols of a level below the top, at least 2.
    synonyms : int
        The number of tuples that spell one symbol, at least 1.
    levels : int
        The number of levels, at least 1.
    s : int
        The length of a tuple, at least 2.
    classes : int
        The number of classes, at least 1.
    n : int
        The number of strings, at least 1.
    seed : int
        The seed of all draws.

    Returns
    -------
    dict
        "x", shape (n, s^levels): symbols. "y", shape (n,): classes. "rules": as `hierarchy_rules`
        gives them.

    Raises
    ------
    ValueError
        As in `hierarchy_rules`; if n is below 1.
    """
    rng = np.random.default_rng(validate.count("seed", seed))
    classes, synonyms = validate.count("classes", classes), validate.count("synonyms", synonyms)
    rules = hierarchy_rules(
        rng, symbols=symbols, synonyms=synonyms, s=s, levels=levels, classes=classes
    )
    y = rng.integers(classes, size=validate.count("n", n, 1))
    x = y[:, None]
    for rule in rules:
        x = rule[x, rng.integers(synonyms, size=x.shape)].reshape(len(x), -1)
    return {"x": x, "y": y, "rules": rules}


def _prime(p: int) -> bool:
    return all(p % k for k in range(2, math.isqrt(p) + 1))


def _next_prime(p: int) -> int:
    while not _prime(p):
        p += 1
    return p
