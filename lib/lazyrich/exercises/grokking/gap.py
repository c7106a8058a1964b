"""Check when accuracies stay above a threshold (08.2): never, at once, with a NaN, after a fall."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import measures
from nbjudge import checks

__all__ = ["a_run_by_hand", "are_the_times", "never"]

NAMES = ("t_train", "t_test", "gap")


def a_run_by_hand(grok_gap: Callable) -> None:
    """Check a run that touches the threshold, falls, and comes back."""
    steps = np.array([0, 10, 25, 45, 80, 160, 320, 640])
    train = np.array(
        [0.899, 0.91, 0.946, 0.949999, 0.95, 0.97, 1.0, 1.0]
    )  # each slip has its own step
    test = np.array([0.1, 0.97, 0.2, 0.5, 0.96, 0.9, 0.99, 0.98])
    _are_the_times(grok_gap, steps, train, test, 0.95, "the run by hand")
    _are_the_times(grok_gap, steps, train, test, 0.5, "the same run, with thr = 0.5")
    again = np.array([0.1, 0.2, 0.97, 0.98, 0.96, 0.5, 0.6, 0.97])
    _are_the_times(
        grok_gap, steps.tolist(), again.tolist(), train.tolist(), 0.95, "a run that learns late"
    )
    checks.inputs_unchanged(grok_gap, steps + 5, train, test, 0.95)
    _are_the_times(grok_gap, steps + 5, train, test, 0.95, "a run that is measured from step 5 on")


def never(grok_gap: Callable) -> None:
    """Check runs that never learn, never grok, forget, or have a NaN."""
    steps = np.array([0, 10, 20, 40, 80, 160])
    low, high = np.full(6, 0.3), np.full(6, 0.99)
    fallen = np.array([0.1, 0.2, 0.97, 0.98, 0.99, 0.5])
    holes = np.array([0.99, 0.98, np.nan, 0.97, 0.99, 1.0])
    for train, test, what in (
        (high, low, "a run that does not grok"),
        (low, high, "a run that never learns its training set"),
        (low, low, "a run that learns nothing"),
        (high, fallen, "a run that forgets at the end"),
        (high, holes, "a run with a NaN among its test accuracies"),
    ):
        _are_the_times(grok_gap, steps, train, test, 0.95, what)
    what = "a run that knows everything at the start, which is step 5"
    _are_the_times(grok_gap, steps + 5, high, high, 0.95, what)


def _are_the_times(
    grok_gap: Callable, steps: Any, train: Any, test: Any, thr: float, what: str
) -> None:
    """Check one run, and show it in the message."""
    rows = (("steps", steps), ("train", train), ("test", test))
    shown = ", ".join(f"{name} " + " ".join(f"{v:g}" for v in row) for name, row in rows)
    are_the_times(grok_gap, steps, train, test, thr, f"{what} ({shown}, thr {thr:g})")


def are_the_times(
    grok_gap: Callable, steps: Any, train: Any, test: Any, thr: float, what: str
) -> None:
    """Check the three numbers of one run."""
    got = checks.ask(grok_gap, steps, train, test, thr, what=what)
    checks.that(got is not None, f"{what}: nothing came back (None); is there a return statement?")
    checks.that(
        isinstance(got, dict) and set(NAMES) <= set(got),
        f"{what}: expected a dictionary with t_train, t_test and gap",
        shown=f"got {sorted(map(str, got)) if isinstance(got, dict) else type(got).__name__}",
    )
    right = measures.grok_gap(steps, train, test, thr)
    curves = {"t_train": (train, test), "t_test": (test, train)}
    have = {
        name: checks.number(got[name], what=f'{what}, entry "{name}"', finite=False)
        for name in NAMES
    }
    for name, (mine, other) in curves.items():
        if np.isinf(right[name]):
            _is_never(have[name], mine, name, what)
            continue
        slips = _slips(np.asarray(steps, dtype=float), mine, other, thr, right[name])
        checks.that(
            np.isfinite(have[name]),
            f"{what}, {name}: the curve ends at or above the threshold, so a step should come back "
            "(the first one, if it is never below)",
            shown=f"got {have[name]}",
        )
        checks.close(have[name], right[name], what=f"{what}, {name}", hints=slips)
    _is_the_gap(have["gap"], right, steps, what)


def _is_never(have: float, curve: Any, name: str, what: str) -> None:
    above = np.asarray(curve, dtype=float)
    ends = "an accuracy that is below at the last measurement does not stay above"
    because = ends if np.nanmax(above) > 0.9 else "accuracies that never get there"
    checks.that(
        have == np.inf,
        f"{what}, {name}: {because}; {name} should be inf, not a last step, not nan and not -1",
        shown=f"got {have}",
    )


def _is_the_gap(have: float, right: dict[str, float], steps: Any, what: str) -> None:
    if np.isnan(right["gap"]):
        checks.that(
            np.isnan(have),
            f"{what}: if the training accuracy never gets there, the gap is not defined and should "
            "be nan, whatever the test accuracy does",
            shown=f"got {have}",
        )
        return
    if np.isinf(right["gap"]):
        checks.that(
            have == np.inf,
            f"{what}: only the test accuracy never gets there; the gap should be inf",
            shown=f"got {have}",
        )
        return
    t_train, t_test = right["t_train"], right["t_test"]
    places = [int(np.flatnonzero(np.asarray(steps) == time)[0]) for time in (t_train, t_test)]
    checks.close(
        have,
        right["gap"],
        what=f"{what}, the gap t_test - t_train (negative if the test comes first)",
        hints={
            "the gap has a sign: negative if the test comes first, neither zero nor its size": abs(
                t_test - t_train
            ),
            "the sign is flipped: it is t_test - t_train": t_train - t_test,
            "a negative gap is a gap, too, and not zero": 0.0,
            "this is a number of measurements; return steps": places[1] - places[0],
            "this is a ratio; return the difference": t_test / t_train if t_train else 0.0,
            "this is a part of t_train; return the difference itself": (
                (t_test - t_train) / t_train if t_train else 0.0
            ),
        },
    )


def _stays(steps: np.ndarray, above: np.ndarray) -> float:
    if not above[-1]:
        return np.inf
    below = np.flatnonzero(~above)
    return float(steps[below[-1] + 1 if below.size else 0])


def _slips(steps: np.ndarray, curve: Any, other: Any, thr: float, right: float) -> dict[str, float]:
    """List what known slips give for one curve."""
    curve, other = np.asarray(curve, dtype=float), np.asarray(other, dtype=float)
    place = int(np.flatnonzero(steps == right)[0])
    slips = {
        "the threshold is thr, not always 0.95": _stays(steps, curve >= 0.95),
        "a NaN accuracy counts as below": _stays(steps, ~(curve < thr)),
        "this is the first touch; the accuracy falls below again; return the step "
        "from which it stays": steps[np.argmax(curve >= thr)],
        "this is an index; return the step": float(place),
        "the accuracies are rounded; one a little below thr is below": _stays(
            steps, np.round(curve, 2) >= thr
        ),
        "this is the last step below (or is an accuracy a little below thr taken for enough?); "
        "return the first of those that stay above": steps[max(place - 1, 0)],
        "an accuracy of exactly thr is enough: at least, not more than": _stays(steps, curve > thr),
        "this is the time of the other curve: are the two exchanged, or is the test's time made "
        "to come after the training's?": _stays(steps, other >= thr),
        "every single accuracy has to be at least thr, not the mean of those that follow": next(
            (step for k, step in enumerate(steps) if curve[k] < thr and np.mean(curve[k:]) >= thr),
            np.nan,
        ),
        "an accuracy a little below thr is below": _stays(steps, curve >= thr - 0.05),
        "this lies between two measurements; return a measured step": (
            steps[place] + steps[max(place - 1, 0)]
        )
        / 2,
        "this lies between two measurements; return a measured step ": (
            float(np.interp(thr, curve[place - 1 : place + 1], steps[place - 1 : place + 1]))
            if place and curve[place - 1] < curve[place]
            else np.nan
        ),
        "this counts measurements times the first distance; they need not be equally far "
        "apart": float(place * (steps[1] - steps[0])),
        "this is the last touch; return the first step of the last stretch above": steps[
            np.flatnonzero(curve >= thr)[-1]
        ],
        "this is one measurement too late: the first that stays above counts": steps[
            min(place + 1, len(steps) - 1)
        ],
        "this is the last step; return the first from which it stays above": steps[-1],
        "this is the step of the largest accuracy; return the first that stays above thr": steps[
            np.nanargmax(curve)
        ],
        "an accuracy that is above from the start on is known at the first step": np.nan,
    }
    return {words: value for words, value in slips.items() if np.isfinite(value)}
