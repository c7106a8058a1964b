"""Collect answers to 00_start as students write them (the form is that of bank_01)."""

HEAD = "def relative_error(x, ref):\n    "

IF_ZERO = "    if s == 0:\n        return 0 if n == 0 else np.inf\n    return n / s"

WRONG = {
    "00.1": [
        (
            "entry by entry",
            HEAD + "return np.linalg.norm((x - ref) / ref)",
            "divide one length by the other",
        ),
        (
            "sum of lengths",
            HEAD
            + "n, s = np.linalg.norm(x - ref), np.linalg.norm(ref) + np.linalg.norm(x)\n"
            + IF_ZERO,
            "not by the sum of both",
        ),
        ("absolute", HEAD + "return np.linalg.norm(x - ref)", "this is the absolute error"),
        ("by x", HEAD + "return np.linalg.norm(x - ref) / np.linalg.norm(x)", "not of x"),
        ("squares", HEAD + "return np.sum((x - ref) ** 2) / np.sum(ref**2)", "not their squares"),
        (
            "no case for zero",
            HEAD + "return np.linalg.norm(x - ref) / np.linalg.norm(ref)",
            "of zero against zero should be",
        ),
        (
            "the largest singular value",
            HEAD + "n, s = np.linalg.norm(x - ref, 2), np.linalg.norm(ref, 2)\n" + IF_ZERO,
            "its largest singular value",
        ),
        (
            "tiny taken for zero",
            HEAD + "n, s = np.linalg.norm(x - ref), np.linalg.norm(ref)\n"
            "    s = 0 if s < 1e-9 else s\n" + IF_ZERO,
            "only a reference of 0",
        ),
        (
            "percent",
            HEAD + "n, s = 100 * np.linalg.norm(x - ref), np.linalg.norm(ref)\n" + IF_ZERO,
            "not a percentage",
        ),
        (
            "largest entries",
            HEAD + "n, s = np.max(np.abs(x - ref)), np.max(np.abs(ref))\n" + IF_ZERO,
            "this takes the largest entries",
        ),
        (
            "difference of lengths",
            HEAD + "s = np.linalg.norm(ref)\n    n = np.linalg.norm(x) - s\n" + IF_ZERO,
            "not the difference of the lengths",
        ),
    ]
}
ZERO = "\n" + IF_ZERO
RIGHT = {
    "00.1": [
        ("norms", HEAD + "n, s = np.linalg.norm(x - ref), np.linalg.norm(ref)" + ZERO),
        (
            "loops",
            "import math\n"
            + HEAD
            + (
                "f = lambda v: math.sqrt(sum(float(u) ** 2 for u in np.ravel(v)))\n"
                "    n, s = f(x - ref), f(ref)"
            )
            + ZERO,
        ),
        (
            "torch",
            "import torch\n"
            + HEAD
            + (
                "x, ref = torch.tensor(x), torch.tensor(ref)\n"
                "    n, s = torch.norm(x - ref), torch.norm(ref)"
            )
            + ZERO,
        ),
    ]
}

TYPED_RIGHT = {  # unusual, and right
    "00.1": [
        (
            "division first, then its exceptions",
            """
def relative_error(x, ref):
    d, s = np.linalg.norm(np.subtract(x, ref)), np.linalg.norm(ref)
    with np.errstate(all="ignore"):
        return np.nan_to_num(np.divide(d, s), nan=0.0, posinf=np.inf)
""",
        ),
        (
            "fractions",
            """
from fractions import Fraction
def relative_error(x, ref):
    x = [Fraction(float(v)) for v in np.ravel(x)]; r = [Fraction(float(v)) for v in np.ravel(ref)]
    top, bot = sum((p - q)**2 for p, q in zip(x, r)), sum(q*q for q in r)
    if bot == 0:
        return 0 if top == 0 else float("inf")
    return float(top / bot) ** 0.5
""",
        ),
    ],
}
for _number, _typed in TYPED_RIGHT.items():
    RIGHT[_number] += _typed
