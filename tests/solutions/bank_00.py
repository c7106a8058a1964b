"""Collect answers to 00_start as students write them (the form is that of bank_01)."""

HEAD = "def relative_error(x, ref):\n    "

IF_ZERO = "    if s == 0:\n        return 0 if n == 0 else np.inf\n    return n / s"

WRONG = {
    "00.1": [
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
            "only if it is 0",
        ),
        (
            "per cent",
            HEAD + "n, s = 100 * np.linalg.norm(x - ref), np.linalg.norm(ref)\n" + IF_ZERO,
            "not per cent",
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
