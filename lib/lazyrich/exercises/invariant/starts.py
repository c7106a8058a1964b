"""Check the neuron with a given function and a given delta (01.3)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import conserved
from nbjudge import checks

__all__ = ["far_from_balance", "round_trip"]

RATES = {"eta_w": 3.0, "eta_a": 0.4}


def round_trip(init_from_delta: Callable) -> None:
    """Check four starts whose beta0 and delta must come back, with unequal rates."""
    cases = [((0.0, 2.0), 3.0), ((0.6, -0.8, 1.2), 0.0), ((1.0, 1.0), -2.0), ((3.0,), -0.5)]
    for beta0, delta in cases:
        case = f"beta0 = {beta0}, delta = {delta:g}, eta_w = 3, eta_a = 0.4"
        b = np.array(beta0)
        out = checks.call(init_from_delta, b, delta, **RATES)
        w, a = checks.items(out, 2, what="the neuron (w, a)")
        checks.that(
            not (np.size(w) == 1 and np.size(a) == len(beta0) > 1),
            "the neuron: the two results have changed places; return w first, then a",
        )
        right_w, right_a = conserved.init_from_delta(b, delta, **RATES)
        checks.close(a, right_a, what=f"a for {case}", hints=_slips_of_a(b, delta, float(right_a)))
        checks.close(w, right_w, what=f"w for {case}", hints=_slips_of_w(b, right_w, right_a))
        checks.inputs_unchanged(init_from_delta, b, delta, **RATES)


def _slips_of_a(b: np.ndarray, delta: float, a: float) -> dict[str, Any]:
    eta_w, eta_a = RATES["eta_w"], RATES["eta_a"]
    four = 4 * eta_a * eta_w * float(b @ b)
    root = np.hypot(delta, four**0.5)

    def larger(R: float) -> float:
        """The positive root of the formula with another R; nan where there is none."""
        square = (delta + R) / 2 / eta_w
        return square**0.5 if square > 0 else np.nan

    length = float(np.linalg.norm(b))
    return {
        "a should be positive: this is the minus root": -a,
        "the learning rates are forgotten": float(conserved.init_from_delta(b, delta)[1]),
        "your two learning rates look swapped: the roots are those of eta_w a^2": float(
            conserved.init_from_delta(b, delta, eta_w=0.4, eta_a=3.0)[1]
        ),
        "this is the start of -delta: mind the sign of delta": float(
            conserved.init_from_delta(b, -delta, **RATES)[1]
        ),
        "this is eta_w a^2: divide by eta_w and take the root": eta_w * a**2,
        "this is a^2: take the root": a**2,
        "delta is not used: this is the balanced start at equal rates": length**0.5,
        "the two terms under the root in R should be added": larger(np.sqrt(abs(delta**2 - four))),
        "|beta0|^2 is the sum of the squares, not the square of the sum": larger(
            np.hypot(delta, 2 * (eta_a * eta_w) ** 0.5 * float(np.sum(b)))
        ),
        "the roots are those of eta_w a^2: divide by eta_w": a * eta_w**0.5,
        "multiplied by eta_w where it should be divided": a * eta_w,
        "the 4 is missing under the root of R": larger(np.hypot(delta, (four / 4) ** 0.5)),
        "R is a square root: it is missing": larger(root**2),
        "the root in R contains |beta0|^2, not |beta0|": larger(
            np.hypot(delta, (four / length) ** 0.5)
        ),
        "the root in R contains delta^2, not delta": larger(
            (delta + four) ** 0.5 if delta + four >= 0 else np.nan
        ),
        "the numerator should be divided by 2": larger(2 * root + delta),
        "R + delta, not R alone": (root / 2 / eta_w) ** 0.5,
        "a factor 2 is missing or too many: the product of the roots is "
        "-eta_a eta_w |beta0|^2, and the other root is half of delta - R": a / 2**0.5,
        "the product of the roots has a factor 4 too many": 2 * a,
        "a factor 2 too many": a * 2**0.5,
        "this is |w|, not a": length / a,
        "both learning rates belong under the root in R, as a product": larger(
            np.hypot(delta, 2 * eta_w**0.5 * length)
        ),
        "both learning rates belong under the root in R, as a product ": larger(
            np.hypot(delta, 2 * eta_a**0.5 * length)
        ),
        "both learning rates belong under the root in R, as a product  ": larger(
            np.hypot(delta, 2 * (eta_w + eta_a) ** 0.5 * length)
        ),
        "this is only the limit of a far downstream": (
            (four / 4 / eta_w / -delta) ** 0.5 if delta < 0 else np.nan
        ),
        "the learning rates are missing in the product of the roots": a / (eta_w * eta_a) ** 0.5,
    }


def _slips_of_w(b: np.ndarray, w: np.ndarray, a: float) -> dict[str, Any]:
    return {
        "a w should be beta0: w points the wrong way": -w,
        "a w should be beta0: divide by a, do not multiply": b * a,
        "a w should be beta0: this is beta0 itself": b,
        "w should have the length |beta0| / a; this has length 1": b / np.linalg.norm(b),
        "w should have the length |beta0| / a; this has the length 1 / a": (
            b / np.linalg.norm(b) / a
        ),
        "w is beta0 / a, not beta0 / a^2": b / a**2,
        "w is beta0 / a, without a learning rate": b / a / RATES["eta_a"],
        "w is beta0 / a, and eta_w is in a already": b / a / RATES["eta_w"],
    }


def far_from_balance(init_from_delta: Callable) -> None:
    """Check starts whose |delta| is far above |beta0|, where R + delta or R - delta cancels.

    At delta = -1e6, R + delta should be about 2e-12, and numbers near 1e6 are 1e-10 apart.
    """
    rates = {"eta_w": 2.0, "eta_a": 0.7}
    cancels = "far downstream R and delta cancel, and a is lost to rounding: use the product of the"
    for length, delta in ((1e-3, 1e6), (1e-3, -1e6), (1e-8, -1.0)):
        beta0 = length * np.array([0.9, -1.1, 0.6])
        w, a = conserved.init_from_delta(beta0, delta, **rates)
        out = checks.call(init_from_delta, beta0, delta, **rates)
        out = checks.items(out, 2, what="the neuron (w, a)")
        case = f"for a beta0 of about {length:g} and delta = {delta:g}"
        got = checks.number(out[1], what=f"a {case}", finite=False)
        checks.that(
            delta > 0 or (got > 0 and abs(got / a - 1) < 1e-4), f"a {case}: {cancels} two roots"
        )
        checks.that(
            np.isfinite(got) and abs(got / a - 1) < 0.5,
            f"a {case}: far upstream it is R - delta that cancels; there the formula with "
            "R + delta is the safe one",
        )
        checks.close(got, a, what=f"a {case}")
        lost = "w is beta0 / a; a length made from R - delta is lost to rounding here"
        checks.close(out[0], w, what=f"w {case}", hints={lost: out[0]})
