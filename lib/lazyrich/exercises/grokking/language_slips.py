"""Draw a language of the random hierarchy model by a protocol with one slip (08.5)."""

from typing import Any

import numpy as np

__all__ = ["SLIPS", "Sample", "Sizes", "drawn"]

Sizes = tuple[int, int, int, int, int]  # v, m, L, s, n_classes
Sample = dict[str, Any]
SLIPS: dict[str, dict[str, str]] = {
    "the digits are in reverse order (the largest place comes first)": {"digits": "reverse"},
    "the classes are drawn before the rules": {"first": "classes"},
    "the codes are reshaped to (m, above) and turned; it is reshape(above, m)": {"codes": "turned"},
    "the lowest level is drawn first": {"levels": "bottom"},
    "the codes are sorted; leave them as they are drawn": {"codes": "sorted"},
    "the codes are the first of a permutation; it is rng.choice without replacement": {
        "codes": "permutation"
    },
    "a second generator, with the same seed again, draws the strings": {"strings": "again"},
    "every level has a generator of its own, with the same seed": {"levels": "again"},
    "seed is ignored: these are the draws of seed 0": {"source": "zero"},
    "the spellings are drawn place by place, or with the axes of the shape exchanged": {
        "spellings": "places"
    },
    "the spellings are drawn string by string, all levels of one before the next": {
        "spellings": "strings"
    },
    "all symbols of a string get the same spelling: one choice for each symbol, not each string": {
        "spellings": "one"
    },
    "all strings get the same spellings": {"spellings": "shared"},
    "the classes are not drawn but go in turn": {"classes": "turn"},
    "the classes are not drawn but come in blocks": {"classes": "blocks"},
    "rng.choice is called with shuffle=False": {"codes": "unshuffled"},
    "the seed is one too large": {"source": "next"},
    "every level has a generator of its own, with the seed plus the level": {"levels": "own"},
    "the spellings are drawn before the classes": {"first": "spellings"},
    "the spellings are drawn as rng.random times m; it is rng.integers(m, ...)": {
        "spellings": "floats"
    },
    "the classes are sorted; leave them as they are drawn": {"classes": "sorted"},
}


def drawn(sizes: Sizes, n: int, seed: int, **slip: str) -> Sample:
    """The protocol with one slip."""
    v, m, L, s, n_classes = sizes
    source = {"zero": 0, "next": seed + 1}.get(slip.get("source", ""), seed)
    rng: Any = np.random.default_rng(source)
    y = rng.integers(n_classes, size=n) if slip.get("first") == "classes" else None
    rules: list[np.ndarray] = []
    for level in range(L):
        if slip.get("levels") == "again":
            rng = np.random.default_rng(seed)
        if slip.get("levels") == "own":
            rng = np.random.default_rng(seed + level)
        above = n_classes if level == 0 else v
        if slip.get("levels") == "bottom":
            above = n_classes if level == L - 1 else v
        codes = _codes(rng, v**s, above, m, slip.get("codes", ""))
        rules.append(np.stack([codes // v**k % v for k in range(s - 1, -1, -1)], axis=-1))
        if slip.get("digits") == "reverse":
            rules[-1] = rules[-1][..., ::-1]
    if slip.get("levels") == "bottom":
        rules.reverse()
    if slip.get("strings") == "again":
        rng = np.random.default_rng(seed)
    if slip.get("first") == "spellings":
        rng.integers(m, size=(n, 1))
    if y is None:
        y = _classes(rng, n_classes, n, slip.get("classes", ""))
    return {"rules": rules, "y": y, "x": _strings(rng, y, rules, m, slip.get("spellings", ""))}


def _codes(rng: Any, words: int, above: int, m: int, slip: str) -> np.ndarray:
    if slip == "permutation":
        return rng.permutation(words)[: above * m].reshape(above, m)
    drawn = rng.choice(words, size=above * m, replace=False, shuffle=slip != "unshuffled")
    if slip == "sorted":
        drawn = np.sort(drawn)
    return drawn.reshape(m, above).T if slip == "turned" else drawn.reshape(above, m)


def _classes(rng: Any, n_classes: int, n: int, slip: str) -> np.ndarray:
    if slip == "turn":
        return np.arange(n) % n_classes
    if slip == "blocks":
        return np.repeat(np.arange(n_classes), -(-n // n_classes))[:n]
    y = rng.integers(n_classes, size=n)
    return np.sort(y) if slip == "sorted" else y


def _strings(rng: Any, y: np.ndarray, rules: list, m: int, slip: str) -> np.ndarray:
    n = len(y)
    if slip == "strings":
        rows = [_strings(rng, y[i : i + 1], rules, m, "") for i in range(n)]
        return np.concatenate(rows)
    x = y[:, None]
    for rule in rules:
        k = x.shape[1]
        if slip == "places":
            picks = np.stack([rng.integers(m, size=n) for _ in range(k)], axis=1)
        elif slip == "floats":
            picks = (rng.random((n, k)) * m).astype(int)
        elif slip == "one":
            picks = rng.integers(m, size=(n, 1))
        elif slip == "shared":
            picks = rng.integers(m, size=(1, k))
        else:
            picks = rng.integers(m, size=(n, k))
        x = rule[x, picks].reshape(n, -1)
    return x
