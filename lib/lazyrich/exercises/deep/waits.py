"""Run the visible checks of 05.5: how long a balanced mode waits."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.integrate import IntegrationWarning, quad

from lazyrich import exact
from nbjudge import checks

__all__ = ["deep_networks_and_tiny_starts", "one_and_two_layers"]

_NO_TIME = "a mode that is there already needs the time 0"
_QUAD = "quad returns two numbers, the integral and its error; take the first"
_ESTIMATE = "this is the second number of quad, the estimate of its error; take the first"
_ROUGH = (
    "this is near, but not to four digits: a time that comes in steps, or a sum with few points, "
    "is not exact enough"
)
_POWER = (
    "after u = e^z the power of u in the denominator is 1 - 2/L, which is -1 for one layer and 0 "
    "for two; this is what comes of the power"
)
_LOST = (
    "nearly all of the time is spent near the start, where an even grid in u sees nothing; "
    "integrate over z = ln u"
)


def _time(escape_time: Callable, u0: float, s: float, depth: int, frac: float) -> float:
    """The answer's time, as a number."""
    words = f"the time from u0 = {u0:g} to {frac:g} of s = {s:g}, depth {depth}"
    got = checks.ask(escape_time, u0, s, depth, frac, what=words)
    checks.that(not (isinstance(got, tuple) and len(got) > 1), f"{words}: {_QUAD}")
    checks.that(
        not (np.isscalar(got) and got == np.inf),
        f"{words}: infinite came back, so somewhere on the way your velocity is 0: the factor is "
        "L, the error is s - u, and the goal is frac * s (the target s itself is never reached)",
    )
    return checks.number(got, what=words)


def _area(integrand: Callable[[float], float], low: float, high: float) -> float:
    """Integrate what a slip integrates, which may diverge."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IntegrationWarning)
        return float(quad(integrand, low, high)[0])


def _integral(u0: float, end: float, s: float, depth: int, power: float) -> float:
    """The integral over z = ln u of a slip in the power of u."""
    return _area(
        lambda z: 1 / (depth * np.exp(z * power) * (s - np.exp(z))), np.log(u0), np.log(end)
    )


def _slips(u0: float, s: float, depth: int, frac: float) -> dict[str, float]:
    """List what slips give at any depth."""

    def right(end: float, goal: float = s) -> float:
        return float(exact.deep_mode_time(end, u0, goal, depth)) if u0 < end < goal else np.nan

    end, time = frac * s, right(frac * s)
    slips = {
        "the goal is frac * s, not a part of the way from u0 to s": right(u0 + frac * (s - u0)),
        "the goal is frac * s, not frac itself": right(frac),
        "the goal is frac * s; here u0 is subtracted from it": right(end - u0),
        "the goal is frac * s, not the rest (1 - frac) * s": right(s - end),
        "frac does not enter: the goal is frac * s, not half of s": right(s / 2),
        "the goal is a strength u, not a layer's sigma": right(end ** (1 / depth)),
        "the goal is frac * s, not frac * u0": _integral(u0, frac * u0, s, depth, 1 - 2 / depth),
        "the target is s, not 1: the error is s - u": right(end, 1.0),
        "this is a logarithm of the way alone; the error s - u and the power of u are in it too": (
            np.log(end / u0) / (depth * s)
        ),
        "this is the way divided by the first velocity; the velocity changes on the way": (
            (end - u0) / (depth * u0 ** (2 - 2 / depth) * (s - u0))
        ),
        "it is not there yet: compare u0 with frac * s": 0.0,
        "the goal is frac * s, not s minus a part of u0": right(s - (1 - frac) * u0),
        "the factor L is missing in du/dt": depth * time,
        "the factor L is missing in du/dt, and a 2 is in its place": depth / 2 * time,
        "the factor L is in the numerator; it belongs in the denominator": depth**2 * time,
        "the sign is flipped: time runs from u0 to the goal": -time,
        "the target s is missing, or enters once too often": s * time,
        "the target s is missing, or enters once too often ": time / s,
        "use natural logarithms, np.log": time / np.log(10),
        "this is the logarithm of the time": np.log(time),
        "this is the logarithm of the time ": np.log10(time),
    }
    few = {f"{_POWER} {power:g}": _integral(u0, end, s, depth, power) for power in (0, 0.5, 1, 1.5)}
    slips |= few if depth < 3 else _powers(u0, s, depth, end)
    return slips | _integrals(u0, s, depth, end)


def _integrals(u0: float, s: float, depth: int, end: float) -> dict[str, float]:
    """List what slips in the integrand or in its limits give."""
    return {
        "the limits of the integral over z should be logarithms too": _area(
            lambda z: 1 / (depth * np.exp(z * (1 - 2 / depth)) * (s - np.exp(z))), u0, end
        ),
        "the limits should be natural logarithms, since u = e^z": _area(
            lambda z: 1 / (depth * np.exp(z * (1 - 2 / depth)) * (s - np.exp(z))),
            np.log10(u0),
            np.log10(end),
        ),
        "the integrand is upside down: a time is the inverse of a velocity": _area(
            lambda z: depth * np.exp(z * (1 - 2 / depth)) * (s - np.exp(z)), np.log(u0), np.log(end)
        ),
        "the error s - u is missing in the velocity": _area(
            lambda z: 1 / (depth * np.exp(z * (1 - 2 / depth))), np.log(u0), np.log(end)
        ),
    }


def _powers(u0: float, s: float, depth: int, end: float) -> dict[str, float]:
    """List what slips in the power of u give; at one and two layers many of them agree."""
    logs = np.log(end * (s - u0) / (u0 * (s - end))) / s
    two = "this is the logarithm of two layers; deeper networks wait for a power of the start"
    power = "with u = e^z, du is u dz: the power in the integrand is one less"
    return {
        power: _integral(u0, end, s, depth, 2 - 2 / depth),
        "the power of u is 2 - 2/L, and one less after u = e^z; here it is 1/L less": _integral(
            u0, end, s, depth, 1 - 1 / depth
        ),
        "the exponent is 2 - 2/L, not 2 - L/2": _integral(u0, end, s, depth, 1 - depth / 2),
        "the power of u is in the numerator; it belongs in the denominator": _integral(
            u0, end, s, depth, 2 / depth - 1
        ),
        "the power of u is 2 - 2/L, not 2 - 1/L, and one less after u = e^z": _integral(
            u0, end, s, depth, 2 - 1 / depth
        ),
        "after u = e^z the power of u is 1 - 2/L, not 1/L": _integral(u0, end, s, depth, 1 / depth),
        "2 / L is cut to a whole number: // is whole-number division": _integral(
            u0, end, s, depth, 1
        ),
        two: logs / depth,
        two + " ": logs / 2,
        "this is only the leading term of the plateau; return the whole integral": float(
            exact.plateau_time(u0, s, depth)
        ),
    }


def _compare(got: float, right: float, u0: float, s: float, depth: int, frac: float) -> None:
    rough = got if abs(got / right - 1) < 0.1 else np.nan
    estimate = got if 0 < got < 1e-5 * right else np.nan
    checks.close(
        got,
        right,
        what=f"the time from u0 = {u0:g} to {frac:g} of s = {s:g}, depth {depth}",
        hints=_slips(u0, s, depth, frac) | {_ROUGH: rough, _ESTIMATE: estimate},
    )


def one_and_two_layers(escape_time: Callable) -> None:
    """Compare the times of one and of two layers with the closed forms of the text."""
    for u0, s, frac in ((0.1, 1.0, 0.5), (0.01, 1.7, 0.4), (0.1, 0.6, 0.9), (0.6, 3.0, 0.5)):
        for depth in (1, 2):
            far = np.log((s - u0) / (s - frac * s))
            right = far if depth == 1 else (far + np.log(frac * s / u0)) / (2 * s)
            _compare(_time(escape_time, u0, s, depth, frac), right, u0, s, depth, frac)
    for u0, s in ((0.7, 1.0), (0.5, 1.0), (1.5, 2.0), (0.3, 0.5), (3.0, 2.0)):
        words = f"u0 = {u0:g}, past half of s = {s:g}"
        got = checks.ask(escape_time, u0, s, 3, 0.5, what=words, slips={"ValueError": _NO_TIME})
        got = checks.number(got, what=f"{_NO_TIME}: u0 = {u0:g}, half of s = {s:g}", finite=False)
        checks.that(got == 0, _NO_TIME, shown=f"u0 = {u0:g}, half of s = {s:g}: got {got:.3g}")


def deep_networks_and_tiny_starts(escape_time: Callable) -> None:
    """Compare the times of deep networks with the library's, from small and from tiny starts."""
    for depth, u0, s, frac in ((3, 0.02, 1.5, 0.6), (8, 0.03, 2.0, 0.7), (4, 0.1, 0.5, 0.9)):
        right = float(exact.deep_mode_time(frac * s, u0, s, depth))
        _compare(_time(escape_time, u0, s, depth, frac), right, u0, s, depth, frac)
    for u0, depth in ((1e-6, 3), (1e-7, 6), (1e-9, 2)):
        got, right = (
            _time(escape_time, u0, 1.0, depth, 0.5),
            float(exact.deep_mode_time(0.5, u0, 1.0, depth)),
        )
        checks.that(
            abs(got / right - 1) < 1e-3,
            f"from u0 = {u0:g} at depth {depth} the time is wrong: {_LOST}",
            shown=f"expected {right:.6g}, got {got:.6g}",
        )
        checks.that(
            abs(got / right - 1) < 1e-4,
            f"from u0 = {u0:g} at depth {depth}: {_ROUGH}; over z = ln u the integral is even",
            shown=f"expected {right:.6g}, got {got:.6g}",
        )
