"""Check the relative error (00.1)."""

from collections.abc import Callable

import numpy as np

from nbjudge import checks

__all__ = ["by_hand"]


def by_hand(relative_error: Callable) -> None:
    """Check two errors that can be computed by hand, and a reference of zero."""
    x, ref = np.array([3.0, 0.0]), np.array([0.0, 4.0])
    got = checks.call(relative_error, x, ref)
    checks.that(
        not np.any(np.isinf(checks.array(got, what="the relative error", finite=False))),
        "the relative error of (3, 0) against (0, 4) is infinite: an entry of ref is 0, and "
        "entries are divided; divide one length by the other",
    )
    checks.close(
        got,
        1.25,
        what="the relative error of (3, 0) against (0, 4)",
        hints={
            "this is the absolute error: divide by the length of ref": 5.0,
            "divide by the length of ref, not of x": 5 / 3,
            "lengths, not their squares": 25 / 16,
            "the lengths are Euclidean: this sums absolute values": 7 / 4,
            "the length of the difference, not the difference of the lengths": 1 / 4,
            "the quotient is upside down": 4 / 5,
            "the lengths are Euclidean: this takes the largest entries": 1.0,
            "the length of the difference, not the difference of the lengths ": -1 / 4,
            "this takes a mean for a length: add all squares, and then take the root": (
                12.5**0.5 / 2
            ),
            "return the error itself, not a percentage": 125.0,
            "divide by the length of ref alone, not by the sum of both": 5 / 7,
        },
    )
    checks.close(
        checks.call(relative_error, np.diag([3.0, 5.0]), np.diag([0.0, 1.0])),
        5.0,
        what="the relative error of the matrix ((3, 0), (0, 5)) against ((0, 0), (0, 1))",
        hints={"all entries count: norm(x, 2) of a matrix is its largest singular value": 4.0},
    )
    tiny = checks.call(relative_error, 1e-12 * x, 1e-12 * ref)
    tiny = checks.number(tiny, what="the relative error of tiny numbers", finite=False)
    checks.that(
        abs(tiny - 1.25) < 1e-3,
        "tiny numbers have the same relative error as large ones: only a reference of 0 has no "
        "scale, so add nothing to its length",
        shown=f"expected 1.25, got {tiny:.4g}",
    )
    checks.close(
        checks.call(relative_error, np.ones(3), np.ones(3)),
        0.0,
        what="the relative error of equal arrays",
    )
    for other, right, words in ((0.0, 0.0, "zero"), (1.0, np.inf, "something else")):
        got = checks.call(relative_error, np.full(2, other), np.zeros(2))
        got = checks.number(got, what=f"the relative error of {words} against zero", finite=False)
        checks.that(
            got == right,
            f"the relative error of {words} against zero should be {right:g}: there is no scale, "
            "so check for this case before you divide",
        )
    checks.inputs_unchanged(relative_error, x, ref)
