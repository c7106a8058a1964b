"""Run the visible checks of 03.4: the first time at which S reaches a fraction of its end."""

from collections.abc import Callable, Mapping

import numpy as np

from nbjudge import checks

__all__ = ["by_hand", "no_answer", "time_slips", "up_and_down"]


def _between(t: np.ndarray, S: np.ndarray, level: float, i: int) -> float:
    """The time at which the line from point i - 1 to point i reaches the level."""
    if i <= 0 or S[i] == S[i - 1]:
        return float(t[max(i, 0)])
    return float(t[i - 1] + (level - S[i - 1]) / (S[i] - S[i - 1]) * (t[i] - t[i - 1]))


def time_slips(t: np.ndarray, S: np.ndarray, frac: float) -> dict[str, float]:
    """List what known slips make of the time."""
    level = frac * S[-1]
    hit = level <= S
    i = int(np.argmax(hit))
    right = _between(t, S, level, i)
    index = _between(np.arange(len(t), dtype=float), S, level, i)
    between = "the times in between should be interpolated"
    later = 0 if hit.all() else int(np.flatnonzero(~hit)[-1]) + 1
    crossing = _between(t, S, level, min(later, len(t) - 1))

    def at(other: float) -> float:
        found = np.flatnonzero(other <= S)
        return _between(t, S, other, int(found[0])) if found.size else np.inf

    return {
        "this is an index, not a time": float(i),
        "this is an index, not a time (interpolated)": index,
        f"{between}: this is the first point at or above the level": float(t[i]),
        f"{between}: this is the last point below the level": float(t[i - 1]),
        "interpolate in proportion to where the level lies, not halfway": (t[i] + t[i - 1]) / 2,
        "this counts from t[0]; return the time itself": right - t[0],
        "the fraction of the step is reversed: it is (level - S[i-1]) / (S[i] - S[i-1])": t[i]
        + t[i - 1]
        - right,
        "add the fraction of the step to the earlier of the two times": right + t[i] - t[i - 1],
        "the step is added in units of the index; the times are not evenly spaced": t[i - 1]
        + (index - (i - 1)),
        "this is the last crossing, not the first": crossing,
        "this is the last crossing, not the first (np.interp over S supposes that S only "
        "rises)": float(np.interp(level, S, t)),
        "the level is a fraction of the last S, not of the largest": at(frac * np.max(S)),
        "the level is a fraction of the last S, not of 1": at(frac),
        "the level is a fraction of the last S, counted from 0 and not from S[0]": at(
            S[0] + frac * (S[-1] - S[0])
        ),
        "the level is a fraction of the last S; here the fraction is forgotten": at(S[-1]),
        "the level is frac of the last S, and here it is what is left to go": at(
            (1 - frac) * S[-1]
        ),
        "the interpolation is linear in t, not in its logarithm": float(
            np.exp(_between(np.log(np.maximum(t, 1e-9)), S, level, i))
        ),
        "the rise that is left is divided by the slope; here it is multiplied by it": t[i - 1]
        + (S[i] - S[i - 1]) / (t[i] - t[i - 1]) * (level - S[i - 1]),
        "the level is a fraction of the last S, not of the mean": at(frac * np.mean(S)),
        "the time should be interpolated, and is not a whole number": float(np.round(right)),
        "this is the first time, where the kernel has not moved yet": float(t[0]),
        "this is the last time": float(t[-1]),
        "this interpolates between the first point at or above the level and the one after it": (
            _between(t, S, level, min(i + 1, len(t) - 1))
        ),
        "this is where S is nearest to the level, not where it first reaches it": float(
            t[np.argmin(np.abs(S - level))]
        ),
    }


def _compare(
    function: Callable,
    t: np.ndarray,
    S: np.ndarray,
    frac: float,
    right: float,
    what: str,
    hints: Mapping[str, float] | None = None,
) -> None:
    got = checks.call(function, t, S, frac)
    got = checks.number(got, what=what, finite=False)
    if np.isinf(got) and np.isfinite(right):
        cause = "the level is a fraction of the last S, not of 1"
        if frac == 1.0:
            cause = "a point at the level counts, not only one above it"
        if frac > 1.0:
            cause = "a fraction above 1 does not mean that S was never there"
        checks.that(False, f"{what}: the level is reached, and inf came back: {cause}")
    if np.isnan(got) and np.isfinite(right):
        checks.that(
            False, f"{what}: nan came back, though there is no NaN and the last S is above 1e-12"
        )
    checks.close(got, right, what=what, hints=dict(hints or {}) | time_slips(t, S, frac))


def by_hand(time_to_fraction: Callable) -> None:
    """Compare times between points with values by hand; times are uneven and start anywhere."""
    t, S = np.array([2.2, 3.2, 5.2, 9.2]), np.array([0.0, 0.2, 0.4, 0.5])
    for frac, right in ((0.7, 4.7), (0.5, 3.7), (0.9, 7.2)):
        what = f"the time to {frac:g} of the last S, for t = (2.2, 3.2, 5.2, 9.2) "
        what += "and S = (0, 0.2, 0.4, 0.5)"
        _compare(time_to_fraction, t, S, frac, right, what)
    S = np.array([0.1, 0.2, 0.4, 0.5])
    what = "the time to 0.6 of the last S, for t as before and S = (0.1, 0.2, 0.4, 0.5)"
    _compare(time_to_fraction, t, S, 0.6, 4.2, what)
    checks.inputs_unchanged(time_to_fraction, t, S, 0.6)


def up_and_down(time_to_fraction: Callable) -> None:
    """Check the first crossing of a curve that falls again, and levels that are points."""
    t, S = np.array([2.0, 3.0, 5.0, 6.0, 7.0, 9.0]), np.array([0.0, 0.3, 0.04, 0.05, 0.06, 0.2])
    what = (
        "the time to 0.4 of the last S, for t = (2, 3, 5, 6, 7, 9) and "
        "S = (0, 0.3, 0.04, 0.05, 0.06, 0.2)"
    )
    _compare(time_to_fraction, t, S, 0.4, 2 + 0.08 / 0.3, what)
    what = "the time when the level is reached at the very start (there is no point before it)"
    _compare(time_to_fraction, t, S + 0.5, 0.5, 2.0, what)
    level = np.array([0.0, 0.1, 0.4, 0.4, 0.4, 0.4])
    what = "the time of a curve that ends where it began, S = (0.4, 0.1, 0.2, 0.1, 0.3, 0.4)"
    back = np.array([0.4, 0.1, 0.2, 0.1, 0.3, 0.4])
    _compare(time_to_fraction, t, back, 0.5, 2.0, what)
    what = "the time to 1.2 of the last S: frac may be above 1, and S was higher once"
    _compare(time_to_fraction, t, S, 1.2, 2.8, what)
    end = {
        "this is where the level ends, not where it begins (np.interp over S supposes that S "
        "only rises)": 9.0
    }
    what = "the time at which the last S is reached exactly, and stays"
    _compare(time_to_fraction, t, level, 1.0, 5.0, what, end)


def no_answer(time_to_fraction: Callable) -> None:
    """Check for nan and inf where there is no time."""
    t = np.array([1.0, 2.0, 4.0, 5.0])

    def asked(S: np.ndarray, frac: float, what: str) -> float:
        got = checks.call(time_to_fraction, t, S, frac)
        return checks.number(got, what=what, finite=False)

    still = asked(np.zeros(4), 0.5, "the time when nothing has moved")
    checks.that(
        np.isnan(still),
        "when the kernel has not moved at all (the last S is 0), the time has no meaning: "
        "return nan",
        shown=f"got {still:g}",
    )
    almost = asked(1e-14 * np.arange(4.0), 0.5, "the time when S is nothing but rounding")
    checks.that(
        np.isnan(almost),
        "a last S at or below 1e-12 is rounding, not motion: return nan",
        shown=f"got {almost:g} for a last S of 3e-14",
    )
    back = asked(np.array([0.0, 0.1, 0.2, 0.0]), 0.5, "the time when S is back at 0 at the end")
    checks.that(
        np.isnan(back),
        "the last S alone decides whether there is a time: if it is 0, return nan",
        shown=f"got {back:g} for S = (0, 0.1, 0.2, 0)",
    )
    small = asked(1e-11 * np.arange(4.0), 1.0, "the time when S ends at 3e-11")
    checks.that(
        small == 5.0,
        "a last S above 1e-12 is motion, and has its time",
        shown=f"got {small:g} for a last S of 3e-11",
    )
    never = asked(np.array([0.0, 0.1, 0.2, 0.3]), 1.5, "the time to a level never reached")
    checks.that(
        np.isposinf(never), "a level that is never reached should give inf",
        shown=f"got {never:g} for frac = 1.5",
    )  # fmt: skip
    for S, where in (
        (np.array([0.0, np.nan, 0.2, 0.3]), "among the values"),
        (np.array([0.0, 0.2, np.nan, 0.3]), "after the crossing"),
        (np.array([0.0, 0.2, 0.3, np.nan]), "at the end"),
    ):
        broken = asked(S, 0.5, f"the time when a value is NaN {where}")
        checks.that(
            np.isnan(broken),
            "a NaN anywhere among the values should give nan, also after the crossing",
            shown=f"got {broken:g} with a NaN {where}",
        )
