"""Check the samples that an error takes (08.6): between sizes, never, at once, twice."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import measures
from nbjudge import checks

__all__ = ["between_two_sizes", "is_the_number_of_samples", "never_at_once_and_twice"]


def between_two_sizes(sample_complexity: Callable) -> None:
    """Check curves that fall once."""
    P, err = np.array([100.0, 1000.0, 10000.0]), np.array([0.8, 0.4, 0.1])
    _is_the_number(sample_complexity, P, err, 0.2, "an error of 0.2")
    _is_the_number(sample_complexity, P, err, 0.4, "an error that is measured, 0.4")
    _is_the_number(sample_complexity, P, err, 0.1, "an error that the last P just reaches")
    _is_the_number(sample_complexity, [64, 512, 700], [0.9, 0.5, 0.45], 0.6, "a list")
    _is_the_number(sample_complexity, P, err, 0.3, "an error of 0.3")
    checks.inputs_unchanged(sample_complexity, P, err, 0.2)


def never_at_once_and_twice(sample_complexity: Callable) -> None:
    """Check a target that never comes, one that is there at once, and a curve that wobbles."""
    P = np.array([100.0, 300.0, 700.0, 2000.0, 5000.0])
    falls, wobbles = np.array([0.9, 0.8, 0.6, 0.5, 0.45]), np.array([0.9, 0.5, 0.7, 0.3, 0.2])
    _is_the_number(sample_complexity, P, falls, 0.4, "a target that is never reached")
    _is_the_number(sample_complexity, P, falls, 0.95, "a target that is reached at once")
    _is_the_number(sample_complexity, P[:1], falls[:1], 0.95, "a single measurement")
    _is_the_number(sample_complexity, P[:1], falls[:1], 0.5, "one that is not enough")
    _is_the_number(sample_complexity, P, wobbles, 0.6, "a curve that crosses it thrice")
    rises = np.array([0.7, 0.9, 0.3, 0.2, 0.1])
    _is_the_number(sample_complexity, P, rises, 0.5, "a curve that rises first")
    late = np.array([0.3, 0.8, 0.6, 0.2, 0.1])
    _is_the_number(sample_complexity, P, late, 0.4, "a curve that begins below")


def _is_the_number(sample_complexity: Callable, P: Any, err: Any, target: float, what: str) -> None:
    """Check one curve, and show it in the message."""
    rows = " ".join(f"{v:g}" for v in P), " ".join(f"{v:g}" for v in err)
    words = f"{what} (P {rows[0]}, err {rows[1]}, target {target:g})"
    is_the_number_of_samples(sample_complexity, P, err, target, words)


def is_the_number_of_samples(
    sample_complexity: Callable, P: Any, err: Any, target: float, what: str
) -> None:
    """Check one curve."""
    words = f"the samples for {what}"
    try:
        got = checks.call(sample_complexity, P, err, target)
    except IndexError as error:
        checks.that(
            False,
            f"{words}: an index is out of range; where no error is at or below the target, inf "
            "should come back, and where the first one is, the first P",
            shown=str(error),
        )
    got = checks.number(got, what=words, finite=False)
    P, err = np.asarray(P, dtype=float), np.asarray(err, dtype=float)
    right = measures.sample_complexity(P, err, target)
    if np.isinf(right):
        checks.that(
            got == np.inf,
            f"{words}: if the error never comes down to the target, inf should come back, not a "
            "measured P, not nan and nothing extrapolated",
            shown=f"got {got:g}",
        )
        return
    if err[0] <= target:
        checks.that(
            np.isfinite(got) and np.isclose(got, P[0]),
            f"{words}: if already the first error is at or below the target, the first P should "
            "come back",
            shown=f"expected {P[0]:g}, got {got:g}",
        )
        return
    checks.that(
        np.isfinite(got),
        f"{words}: the error comes down to the target, so a number should come back; an error "
        "equal to the target is enough: at or below, not below",
        shown=f"got {got}",
    )
    checks.close(got, right, what=words, hints=_slips(P, err, target))


def _slips(P: np.ndarray, err: np.ndarray, target: float) -> dict[str, float]:
    """List what known slips give for a curve that crosses the target.

    This function is long because it is a table.
    """
    below = err <= target
    i = int(np.argmax(below))
    q = (err[i - 1] - target) / (err[i - 1] - err[i])
    right = P[i - 1] * (P[i] / P[i - 1]) ** q
    last = int(np.flatnonzero(~below)[-1]) + 1
    slips = {}
    if target > 0 and np.all(err > 0):
        part = np.log(err[i - 1] / target) / np.log(err[i - 1] / err[i])
        slips["here ln err is linear in ln P; make the error itself linear"] = (
            P[i - 1] * (P[i] / P[i - 1]) ** part
        )
        slips["here ln err is linear in P; the error is linear in ln P"] = P[i - 1] + part * (
            P[i] - P[i - 1]
        )
    slips |= {
        "this is linear in P; interpolate in ln P": P[i - 1] + q * (P[i] - P[i - 1]),
        "this is the first measured P below the target; interpolate between it and the one "
        "before": P[i],
        "this is the last measured P above the target; interpolate between it and the next": P[
            i - 1
        ],
        "this is the logarithm of the answer": np.log(right),
        "the part of the way begins at the error before, err[i - 1], not at err[i]": P[i - 1]
        * (P[i] / P[i - 1]) ** ((err[i] - target) / (err[i - 1] - err[i])),
        "the two logarithms of P are subtracted, not divided: log(P[i] / P[i - 1])": P[i - 1]
        * np.exp(q * np.log(P[i]) / np.log(P[i - 1])),
        "come back from the logarithm by exp; here a part of ln P is added to 1": P[i - 1]
        * (1 + q * np.log(P[i] / P[i - 1])),
        "this is the logarithm to base 10 of the answer": np.log10(right),
        "this is the logarithm to base 2 of the answer": np.log2(right),
        "the fraction of the way is reversed: count it from P[i - 1]": P[i - 1]
        * (P[i] / P[i - 1]) ** (1 - q),
        "np.interp needs errors that rise; here it returns an end of the curve": P[-1],
        "an error equal to the target is enough: at or below, not below": P[min(i + 1, len(P) - 1)],
        "this is a place in the arrays; return the number of samples": float(i),
        "this is a place between two sizes; return the number of samples": i - 1 + q,
        "halfway in the logarithm whatever the errors are": np.sqrt(P[i - 1] * P[i]),
        "this is the mean of the two sizes": (P[i - 1] + P[i]) / 2,
        "here the error is linear in the root of P; it is linear in ln P": (
            P[i - 1] ** 0.5 + q * (P[i] ** 0.5 - P[i - 1] ** 0.5)
        )
        ** 2,
        "here the error is linear in 1/P; it is linear in ln P": 1
        / (1 / P[i - 1] + q * (1 / P[i] - 1 / P[i - 1])),
        "the exponential is natural, and one of the logarithms is to base 10": np.exp(
            np.log10(P[i - 1]) + q * np.log10(P[i] / P[i - 1])
        ),
        "this line goes through the first and the last measurement; take the two around the "
        "target": P[0] * (P[-1] / P[0]) ** ((err[0] - target) / (err[0] - err[-1])),
        "10 to the power of a natural logarithm": 10 ** min(np.log(right), 300.0),
    }
    lowest, late = int(np.argmin(err)), int(np.flatnonzero(below)[-1])
    nearest = int(np.argmin(np.abs(err - target)))
    for k, words in (
        (nearest, "this starts from the error nearest to the target; take the first at or below"),
        (lowest, "this starts from the smallest error; take the first at or below the target"),
        (late, "this starts from the last error below; take the first at or below the target"),
    ):
        if k not in (0, i):
            part = (err[k - 1] - target) / (err[k - 1] - err[k])
            slips[words] = P[k - 1] * (P[k] / P[k - 1]) ** part
    order = np.argsort(err)
    slips["the errors are sorted first; their order is that of the sizes"] = float(
        np.exp(np.interp(target, err[order], np.log(P)[order]))
    )
    lows = np.minimum.accumulate(err)
    part = (lows[i - 1] - target) / (lows[i - 1] - lows[i])
    slips["this starts from the lowest error so far; take the point just before"] = (
        P[i - 1] * (P[i] / P[i - 1]) ** part
    )
    slips["this is rounded down to a whole number; leave it as it is"] = np.floor(right)
    slips["accuracies and errors are exchanged: err is an error, small is good"] = P[
        int(np.argmax(1 - err <= target))
    ]
    slips["logarithms to base 10 and natural ones are mixed"] = 10 ** (
        np.log10(P[i - 1]) + q * np.log(P[i] / P[i - 1])
    )
    if last < len(P) and last != i:
        part = (err[last - 1] - target) / (err[last - 1] - err[last])
        slips["this is the last crossing; return the first one"] = (
            P[last - 1] * (P[last] / P[last - 1]) ** part
        )
    fit = np.polyfit(err, np.log(P), 1)
    slips["this is a line fitted to all points; take the two around the target"] = float(
        np.exp(np.polyval(fit, target))
    )
    return slips
