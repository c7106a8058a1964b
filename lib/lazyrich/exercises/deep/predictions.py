"""Run the visible checks of 05.4: make the runs, and compare what was predicted."""

import functools
from collections.abc import Callable, Iterator

import numpy as np

from lazyrich import dynamics, exact
from lazyrich.exercises.deep.stand_ins import factors
from lazyrich.models import deep_linear
from nbjudge import checks

__all__ = ["CHANGES", "predictions_of", "stopwatches", "the_beginning", "the_end"]

CHANGES = ("start", "layers", "target", "rates")
_TINY, _NEAR = 1e-3, 1e-3  # largest strength at the start, and share of the target left at the end


@functools.cache
def _run(u0: float, s: float, depth: int, eta: float) -> tuple[float, float]:
    """Run a chain of single numbers; read off the first doubling and a late halving."""
    marks = np.array([2 * u0, s * (1 - _NEAR), s * (1 - _NEAR / 2)])
    first, late, later = exact.deep_mode_time(marks, u0, s, depth, eta=eta)
    margin = 0.2 * (later - late)
    t = np.unique(
        np.append(np.linspace(0, 1.2 * first, 60), np.linspace(late - margin, later + margin, 60))
    )
    chain = [np.array([[u0 ** (1 / depth)]])] * depth
    path = dynamics.linear_network(t, [[1.0]], [[s]], chain, [eta] * depth)
    u = deep_linear.end_to_end(path)[:, 0, 0]
    doubled, *end = np.interp(marks, u, t)
    return float(doubled), float(end[1] - end[0])


@functools.cache
def stopwatches(change: str, factor: float, depth: int) -> tuple[float, float]:
    """Measure by which factors the two times change: two runs, two stopwatches."""
    grows = {"start": factor, "layers": factor**depth}.get(change, 1.0)
    u0 = _TINY / max(grows, 1.0)
    s, eta = (factor if change == name else 1.0 for name in ("target", "rates"))
    u0 = u0 * min(s, 1.0)
    before, after = _run(u0, 1.0, depth, 1.0), _run(u0 * grows, s, depth, eta)
    return after[0] / before[0], after[1] / before[1]


def predictions_of(
    predict_factors: Callable, change: str, factor: float, depth: int
) -> tuple[float, float]:
    """Take what an answer predicts as two numbers."""
    words = f'the prediction for "{change}", factor {factor:g}, depth {depth}'
    got = checks.ask(predict_factors, change, factor, depth, what=words)
    first, last = (checks.number(each, what=words) for each in checks.items(got, 2, what=words))
    checks.that(
        first > 0 and last > 0,
        f"{words}: a factor of a time is positive (twice as long is 2, half as long 0.5); is this "
        "an exponent or a logarithm?",
    )
    return first, last


def _first_slips(change: str, k: float, depth: int) -> dict[str, float]:
    """List what slips predict for the first doubling."""
    b = 1 - 2 / depth
    speed = "this is the factor of the velocity alone; the way from u0 to 2 u0 is longer too"
    same = "a velocity that grows as u itself belongs to two layers only"
    if change == "start":
        return {
            same: 1.0,
            "the exponent has the wrong sign: time is the way divided by the velocity": k**b,
            speed: k ** -(2 - 2 / depth),
            speed + ", and time is the inverse of velocity": k ** (2 - 2 / depth),
            "this is the way alone; the velocity changes too": k,
            "this is the limit of infinite depth": 1 / k,
            "this is for every layer larger; here it is the strength u0": k ** (2 - depth),
            "here the layers enter as if the strength were sigma": k ** (1 - 1 / depth),
        }
    if change == "layers":
        start = "u0 = sigma^L: layers that are k times as large make the strength k^L times as "
        return {
            start + "large": k ** (2 / depth - 1),
            "the exponent has the wrong sign: larger layers are faster": k ** (depth - 2),
            "each layer feels all other layers: L - 1 of them, and its own way is longer": k
            ** -depth,
            "the way to double is longer too: one power of sigma more": k ** (1 - depth),
            "this is the factor of the velocity of u alone; the way from u0 to 2 u0 is longer "
            "too": k ** (2 - 2 * depth),
            "this is the factor of the velocity, and of the way nothing": k ** (2 * depth - 2),
            "this is how much larger u0 is, the way alone": k**depth,
            same: 1.0,
            "here one layer alone is larger; all of them are": 1 / k,
        }
    if change == "target":
        return {
            "a larger target pulls more strongly: the time becomes shorter": k,
            "the tiny mode feels the target: its error s - u is nearly s": 1.0,
            "this is the power for the end, where u is nearly s": k ** (2 / depth - 2),
            "one power of s is in the error; at the start u is not yet s": k ** (2 / depth - 1),
            "the depth does not enter here": k ** (-1 / depth),
            "the target enters as in the strength; at the start only the error knows it": k**-depth,
        }
    return {
        "larger rates are faster: the time becomes shorter": k,
        "the rates of the layers add up in the velocity of u; they do not multiply": k**-depth,
        "every layer has the larger rate, so the whole velocity has it": k ** (-1 / depth),
        "the rates of all layers changed, and the clock with them": 1.0,
        "a rate is a factor of the velocity, at any depth": k ** (2 / depth - 1),
        "the depth is the same in both runs, so that it drops out of the factor": 1 / (k * depth),
    }


def _last_slips(change: str, k: float, depth: int, first: float) -> dict[str, float]:
    """List what slips predict for the last halving."""
    if change in ("start", "layers"):
        forgets = "at the end u is nearly s, whatever the start was: nothing of the start is left"
        return {forgets: first, forgets + " ": 1 / first, forgets + "  ": k, forgets + "   ": 1 / k}
    if change == "target":
        return {
            "this is the power for the start; at the end u is nearly s, and the power of u is "
            "one of s": 1 / k,
            "the power of u is one of s at the end; here it is missing": 1.0,
            "the exponent has the wrong sign: a larger u is faster": k ** (2 - 2 / depth),
            "the error halves: its own size drops out, and only the power of u is left": k
            ** (1 - 2 / depth),
            "the error halves: its own size drops out, and only the power of u is left ": k
            ** (2 / depth - 1),
            "the error halves: its own size drops out, and only the power of u is left  ": k
            ** (2 / depth - 3),
            "a larger target is faster here, not slower": k,
            "this is the limit of infinite depth": k**-2,
            "the power of u is 2 - 2/L; here its 2 is missing": k ** (-2 / depth),
        }
    return _first_slips("rates", k, depth)


def _rest(
    got: tuple[float, float], measured: tuple[float, float], k: int, case: tuple[str, float, int]
) -> dict[str, float]:
    """Say what can be said of time k where no slip explains a prediction."""
    change, factor, depth = case
    said = {
        f"this is the factor at depth {other}; the depth enters": factors(change, factor, other)[k]
        for other in range(1, 7)
        if other != depth
    }
    longer = "the run becomes shorter, and the prediction is a longer one: which way does it go?"
    shorter = "the run becomes longer, and the prediction is a shorter one: which way does it go?"
    size = "the direction is right, the size is not: which power of the factor is it?"
    still = "the change does not affect this time: nothing of what changed is left in it"
    if abs(measured[k] - 1) < 0.01:
        return said | {still: got[k]}
    across = (got[k] - 1) * (measured[k] - 1) < 0
    return said | {(longer if measured[k] < 1 else shorter) if across else size: got[k]}


def _cases() -> Iterator[tuple[str, float, int]]:
    """Each change at four depths, three times as large, and at one half as large."""
    for change in CHANGES:
        for factor, depth in ((3.0, 5), (3.0, 1), (3.0, 2), (3.0, 3), (0.5, 3)):
            yield change, factor, depth


def the_beginning(predict_factors: Callable) -> None:
    """Run each change at four depths, and compare the times of the first doubling."""
    for change, factor, depth in _cases():
        measured = stopwatches(change, factor, depth)
        got = predictions_of(predict_factors, change, factor, depth)
        exchanged = np.allclose(got, measured[::-1], rtol=0.03)
        checks.that(
            not exchanged or np.allclose(*measured, rtol=0.06),
            f'"{change}": the pair is (first doubling, last halving); these look exchanged',
        )
        checks.close(
            got[0],
            measured[0],
            what=f'the first doubling, "{change}", factor {factor:g}, depth {depth}',
            rtol=0.02,
            hints=_first_slips(change, factor, depth)
            | _rest(got, measured, 0, (change, factor, depth)),
        )


def the_end(predict_factors: Callable) -> None:
    """Run each change at four depths, and compare the times of a late halving of the error."""
    for change, factor, depth in _cases():
        measured = stopwatches(change, factor, depth)
        got = predictions_of(predict_factors, change, factor, depth)
        checks.close(
            got[1],
            measured[1],
            what=f'the last halving, "{change}", factor {factor:g}, depth {depth}',
            rtol=0.02,
            hints=_last_slips(change, factor, depth, measured[0])
            | _rest(got, measured, 1, (change, factor, depth)),
        )
