"""Tasks whose structure is known, as plain arrays: arithmetic modulo p and strings of a random hierarchy. NumPy alone; `data` makes sets to train on.

Draws follow a protocol that is part of the contract, so that two people who follow it get the same numbers.
"""

import math
from typing import Any

import numpy as np

from lazyrich import _validate as validate

__all__ = ["hierarchy_rules", "hierarchy_strings", "modular_pairs", "modular_table"]


def modular_table(p: int, operation: str = "+") -> tuple[np.ndarray, np.ndarray]:
    """All pairs (a, b) of 0..p-1 in the order of their rows, (N, 2), and a + b, a - b, a * b or a / b modulo p, (N,).

    Division leaves out b = 0. Raises ValueError on another operation, or for division if p is not prime.
    """
    p = validate.count("p", p, 2)
    if operation not in ("+", "-", "*", "/"):
        raise ValueError(f"operation: expected one of '+', '-', '*', '/', got {operation!r}")
    if operation == "/" and not _prime(p):
        raise ValueError(
            f"p: expected a prime for division, got {p}: some numbers have no inverse; try {_next_prime(p)}"
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
    """The table of an operation modulo p, split: the first floor(fraction N) of a permutation are for training, the others for testing.

    operation: "+", "-", "*" or "/". One draw, numpy.random.default_rng(seed).permutation(N). Returns "x_train" (n, 2), "y_train" (n,), "x_test",
    "y_test". Raises ValueError as `modular_table`, for a share outside (0, 1) or one that leaves nothing. Power et al. 2022 (arXiv 2201.02177).

    >>> modular_pairs(3, "+", 0.5, seed=0)["x_train"].shape
    (4, 2)
    """
    x, y = modular_table(p, operation)
    share = float(validate.real("fraction", fraction, "()"))
    if not 0 < share < 1:
        raise ValueError(
            f"fraction: expected a number between 0 and 1, both left out, got {share:g}"
        )
    n = math.floor(share * len(x))
    if n == 0:
        raise ValueError(f"fraction: {share:g} of {len(x)} pairs leaves nothing to train on")
    order = np.random.default_rng(validate.count("seed", seed)).permutation(len(x))
    shown, kept = order[:n], order[n:]
    return {"x_train": x[shown], "y_train": y[shown], "x_test": x[kept], "y_test": y[kept]}


def hierarchy_rules(
    rng: np.random.Generator, *, symbols: int, synonyms: int, s: int, levels: int, classes: int
) -> list[np.ndarray]:
    """The rules of a random hierarchy, top level first: (classes, synonyms, s), then (symbols, synonyms, s); row i holds the spellings of symbol i.

    One draw a level, rng.choice(symbols^s, size=above * synonyms, replace=False): numbers whose digits in base `symbols`, largest place first, are the tuples. All
    tuples of a level differ, so that no string has two classes. Raises ValueError if there are too few tuples. Cagnetta et al. 2023 (arXiv 2307.02129).
    """
    sizes = {
        "symbols": (symbols, 2),
        "synonyms": (synonyms, 1),
        "s": (s, 2),
        "levels": (levels, 1),
        "classes": (classes, 1),
    }
    for name, (value, smallest) in sizes.items():
        validate.count(name, value, smallest)
    tuples = symbols**s
    for name, above in (("classes", classes), ("symbols", symbols)):
        if (name == "classes" or levels > 1) and synonyms * above > tuples:
            raise ValueError(
                f"synonyms: expected synonyms * {name} <= symbols^s = {tuples}, got "
                f"{synonyms * above}: there are not enough {s}-tuples; lower synonyms or {name}, "
                "raise symbols"
            )
    rules = []
    for level in range(levels):
        above = classes if level == 0 else symbols
        drawn = rng.choice(tuples, size=above * synonyms, replace=False).reshape(above, synonyms)
        rules.append(np.stack([drawn // symbols**k % symbols for k in reversed(range(s))], axis=-1))
    return rules


def hierarchy_strings(
    symbols: int, synonyms: int, levels: int, s: int, classes: int, n: int, seed: int
) -> dict[str, Any]:
    """n strings of a random hierarchy, drawn with replacement: "x" (n, s^levels) symbols, "y" (n,) classes, "rules" (`hierarchy_rules`).

    Draws from numpy.random.default_rng(seed), in this order: the rules; the classes, integers(classes, size=n); then level by level which
    spelling each symbol gets, integers(synonyms, size of the array of symbols). Raises ValueError on impossible sizes.
    """
    rng = np.random.default_rng(validate.count("seed", seed))
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
