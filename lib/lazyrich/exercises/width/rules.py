"""Run the visible checks of 07.1: three rules, at every width."""

from collections.abc import Callable
from dataclasses import asdict

import numpy as np

from lazyrich import scales
from nbjudge import checks

__all__ = ["KEYS", "at_other_widths_and_names", "three_rules"]

KEYS = ("f_scale", "std_w", "std_a", "eta_w", "eta_a")
NAMES = ("ntk", "mean_field", "mup")
UNITS = "b = k a needs the rate k^2 eta, not k eta: the slope changes its units too"
NTK_RATES = "the rates of NTK are 1: its kernel does not depend on m"
NOT_RESCALED = "the rates are not rescaled with the width: with the multiplier 1/m the kernel would"


def _size_slips(name: str, m: int, d: int) -> dict[str, dict[str, float]]:
    """List what slips in multiplier and spreads give: {key: {cause: value}}."""
    spread_a = {
        "1/sqrt(m) is the standard start; the readout of mean field over m is of size 1/m": m**-0.5,
        "muP has its 1/m inside the readouts, so they are of size 1/m": 1.0,
        "the readout of mean field over m is of size 1/m, not 1/m^2": m**-2.0,
        "the readouts are divided, not multiplied, by m": float(m),
    }
    if name != "mup":
        spread_a = {
            "readouts have size 1: only muP has its 1/m inside them": 1 / m,
            "readouts have size 1: 1/sqrt(m) inside them is the standard start": m**-0.5,
            "readouts have size 1, whatever the number of inputs": d**-0.5,
            "readouts have size 1: the rates and the multiplier carry the m": float(m),
        }
    front = {
        "ntk": {
            "1/m is the multiplier of mean field; that of NTK is 1/sqrt(m)": 1 / m,
            "the multiplier 1/sqrt(m) is missing": 1.0,
            "the multiplier falls with the width: 1/sqrt(m)": m**0.5,
            "m and d look exchanged": d**-0.5,
            "the multiplier knows the width only, not the number of inputs": (m * d) ** -0.5,
            "m**-1/2 is a half of 1/m: the power binds first, put parentheses around it": 1
            / (2 * m),
        },
        "mean_field": {
            "1/sqrt(m) is the multiplier of NTK; mean field is an average, 1/m": m**-0.5,
            "mean field has the multiplier 1/m; without one it is muP": 1.0,
            "the multiplier falls with the width: 1/m": float(m),
            "1 // m is a quotient of whole numbers, which is 0; write 1 / m": 0.0,
            "the multiplier knows the width only, not the number of inputs": 1 / (m * d),
        },
        "mup": {
            "muP has no multiplier: the 1/m of mean field is inside the readouts": 1 / m,
            "muP has no multiplier; 1/sqrt(m) is that of NTK": m**-0.5,
        },
    }[name]
    return {
        "f_scale": front,
        "std_w": {
            "this is the variance 1/d; the standard deviation is its root": 1 / d,
            "d**-1/2 is a half of 1/d: the power binds first, put parentheses around it": 1
            / (2 * d),
            "the m is in the multiplier already; the entries of W know only d": (m * d) ** -0.5,
            "1/sqrt(d) is missing: |w| should not depend on the number of inputs": 1.0,
            "sqrt(d) should divide, so that |w| is 1": d**0.5,
            "m and d look exchanged: the entries of W go like 1/sqrt(d)": m**-0.5,
            "this is He's start, variance 2/d; here the variance is 1/d": (2 / d) ** 0.5,
            "this is Xavier's start, 2/(m + d); here the variance is 1/d": (2 / (m + d)) ** 0.5,
            "the standard deviation is the root of 1/d, not its square": d**-2.0,
            "the spread of W is that of NTK under all three rules; the 1/m of muP is in the "
            "readouts": 1 / m,
        },
        "std_a": spread_a,
    }


def _rate_slips(name: str, m: int) -> dict[str, dict[str, float]]:
    """List what slips in both rates give."""
    if name == "ntk":
        both = {NTK_RATES: float(m), NTK_RATES + " ": 1 / m, NTK_RATES + "  ": m**0.5}
        return {"eta_w": both, "eta_a": both}
    shrink = {
        f"{NOT_RESCALED} shrink as 1/m": 1.0,
        "the rates go the wrong way: they have to make up for a small multiplier": 1 / m,
        "the kernel has the multiplier squared, 1/m^2, times m terms: m makes up for it, not "
        "sqrt(m)": m**0.5,
        "the kernel has the multiplier squared, 1/m^2, times m terms: m makes up for it, not m^2": m
        ** 2.0,
    }
    if name == "mean_field":
        return {"eta_w": shrink, "eta_a": shrink}
    return {
        "eta_w": {
            "the two rates look exchanged: W is as in mean field": 1 / m,
            "the rates are not rescaled with the width": 1.0,
            "W is as in mean field, rate m": m**2.0,
            "W is as in mean field, rate m ": m**0.5,
        },
        "eta_a": {
            UNITS: 1.0,
            "this is the rate of a; the readout b = a/m is in other units, k^2 eta": float(m),
            "k is 1/m: its square makes the rate smaller": m**3.0,
            "k is 1/m, not 1/sqrt(m)": m**-0.5,
            "k is 1/m and eta is m, so the rate is k^2 eta": m**-2.0,
        },
    }


def _compare(parametrization: Callable, m: int, d: int) -> None:
    for name in NAMES:
        where = f'"{name}" at m = {m}, d = {d}'
        got = checks.fields(
            checks.call(parametrization, name, m, d), dict.fromkeys(KEYS, ()), what=where
        )
        right = scales.parametrization(name, m, d)
        exchanged = np.allclose([got["std_w"], got["std_a"]], [right.std_a, right.std_w])
        checks.that(
            not exchanged or np.isclose(right.std_w, right.std_a),
            f"std_w and std_a of {where} look exchanged",
        )
        hints = _size_slips(name, m, d) | _rate_slips(name, m)
        for key, want in asdict(scales.parametrization(name, m, d)).items():
            checks.close(got[key], want, what=f"{key} of {where}", hints=hints[key])


def three_rules(parametrization: Callable) -> None:
    """Compare the five numbers of each rule at one width."""
    _compare(parametrization, 12, 5)


def at_other_widths_and_names(parametrization: Callable) -> None:
    """Compare at width one, where all rules agree, and elsewhere; ask for a name that is none."""
    for m, d in ((1, 1), (1, 7), (300, 2), (31, 11)):
        _compare(parametrization, m, d)
    for name in ("spectral", "", "NTK", "mup "):
        checks.raises(
            ValueError, parametrization, name, 12, 5, what=f"{name!r}, a name that is not a rule"
        )
