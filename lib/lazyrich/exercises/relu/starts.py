"""Run the visible checks of 06.3, `alpha_for_delta`."""

from collections.abc import Callable

import numpy as np

from lazyrich.exercises.relu.stand_ins import library_alpha
from nbjudge import checks

__all__ = ["far_from_balance", "known_starts"]

LOST = (
    "far from balance the digits are lost: two nearly equal numbers are subtracted; "
    "take the other form of the root on this side"
)


def known_starts(alpha_for_delta: Callable) -> None:
    """Compare starts whose alpha can be found by hand, and what they give back."""
    for delta, scale in ((-2.1, 1.0), (1.5, 1.0), (13.5, 3.0), (-0.375, 0.5), (0.0, 0.1)):
        what = f"alpha for delta = {delta:g}, scale = {scale:g}"
        got = checks.number(
            checks.ask(alpha_for_delta, delta, scale, what=what), what=what, finite=False
        )
        checks.that(
            got == got,
            f"{what}: NaN came back; of the two roots for alpha^2 only the one with + in front of "
            "the square root is positive",
        )
        checks.that(got > 0, f"{what}: alpha should be positive", shown=f"got {got:.6g}")
        checks.close(got, library_alpha(delta, scale), what=what, hints=_slips(delta, scale))


def far_from_balance(alpha_for_delta: Callable) -> None:
    """Check for four digits where the naive form of the root has none."""
    for delta, scale in (
        (2.5, 1e-5),
        (-2.5, 1e-5),
        (1.0, 1e-6),
        (-3e4, 2e-4),
        (7e7, 1e-2),
        (3.0, 1e-4),
    ):
        side = "upstream" if delta > 0 else "downstream"
        what = f"alpha for a start far {side}, delta = {delta:g}, scale = {scale:g}"
        right = library_alpha(delta, scale)
        got = checks.number(
            checks.ask(alpha_for_delta, delta, scale, what=what), what=what, finite=False
        )
        hints = _slips(delta, scale)
        known = [value for value in hints.values() if np.isclose(got, value, rtol=1e-4, atol=0)]
        off = np.isfinite(got) and 0.95 < got / right < 1.05
        checks.that(off or known, f"{what}: {LOST}", shown=f"got {got:.6g}, expected {right:.6g}")
        checks.close(got, right, what=what, hints=hints)


def _slips(delta: float, scale: float) -> dict[str, float]:
    """Name known slips, with what they give."""
    right = library_alpha(delta, scale)
    r = delta / scale**2
    root = np.hypot(r, 2.0)
    slips = {
        "this is alpha^2; return alpha itself": right**2,
        "this is the alpha of -delta: upstream (delta > 0) has the smaller weights, alpha < 1": 1
        / right,
        "this is 1 / alpha^2, the ratio |a| / |w|": right**-2,
        "one square root too many": np.sqrt(right),
        "r is delta / scale^2, not over scale^4": library_alpha(delta / scale**2, scale),
        "r is delta / scale^2; the 2 divides the whole root": library_alpha(delta / 2, scale),
        "r is delta / scale^2, without the 2": library_alpha(2 * delta, scale),
        "r is cut to a whole number": library_alpha(np.trunc(r), 1.0),
        "r is cut to a whole number: // is whole-number division": library_alpha(np.floor(r), 1.0),
        "r is delta / scale^2, not scale^2 / delta": library_alpha(1 / r, 1.0) if r else np.nan,
        "the 4 under the inner root is missing": np.sqrt(abs(r) if r < 0 else 1 / r)
        if r
        else np.nan,
        "the root contains 4 scale^4, since r^2 + 4 is multiplied by scale^4": (
            _half(-delta + np.sqrt(delta**2 + 4 * scale**2)) / scale
        ),
        "the scale is forgotten: r = delta / scale^2": library_alpha(delta, 1.0),
        "r is delta / scale^2, with the square": library_alpha(delta / scale, 1.0),
        "r is delta divided by scale^2, not times": library_alpha(delta * scale**2, 1.0),
        "this is |w|, not alpha: divide by the scale": right * scale,
        "this is |a|, not alpha": scale / right,
        "the 2 in the denominator of alpha^2 is missing": np.sqrt(2) * right,
        "the root is of the whole: sqrt((-r + sqrt(r^2 + 4)) / 2), not half of it": right
        / np.sqrt(2),
        "the inner root contains r^2 + 4, not r^2 + 1": _half(-r + np.hypot(r, 1.0)),
        "the inner root contains r^2 + 4, not r^2 + 2": _half(-r + np.sqrt(r * r + 2)),
        "the inner root contains r^2, with the square": _half(-r + np.sqrt(abs(r) + 4)),
        "the inner root is missing": _half(-r + r * r + 4),
        "this is the root for |delta|: the sign of delta is lost": library_alpha(abs(delta), scale),
        "downstream alpha is above 1: the sign of delta is lost": library_alpha(-abs(delta), scale),
        "alpha^2 has r outside the root once, with its sign": _half(-2 * r + root),
    }
    return {words: value for words, value in slips.items() if np.isfinite(value)}


def _half(twice: float) -> float:
    return float(np.sqrt(twice / 2)) if twice > 0 else np.nan
