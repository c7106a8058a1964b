"""Run the visible checks of 06.5, `polar_rates`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import conserved
from nbjudge import checks

__all__ = ["a_small_step", "three_limits"]


def a_small_step(polar_rates: Callable) -> None:
    """Compare both velocities with a small step of gradient flow, for either sign of a."""
    rng = checks.rng()
    eta_w, eta_a, h = 1.7, 0.3, 1e-6  # no factor that a slip can have
    for a in (0.7, -0.7):
        w, g = rng.normal(size=3), rng.normal(size=3)
        ends = [(a - s * h * eta_a * w @ g) * (w - s * h * eta_w * a * g) for s in (1, -1)]
        sizes = [np.linalg.norm(end) for end in ends]
        growth = (sizes[0] - sizes[1]) / (2 * h)
        turning = (ends[0] / sizes[0] - ends[1] / sizes[1]) / (2 * h)
        got = checks.fields(
            checks.call(polar_rates, w, a, g, eta_w=eta_w, eta_a=eta_a),
            {"radial": (), "angular": (3,)},
            what=f"the rates of a neuron with a = {a:g}",
        )
        step = f"of a neuron with a = {a:g}, against a small step, eta_w = {eta_w:g}, eta_a = "
        checks.close(
            got["radial"],
            growth,
            what=f"d|beta|/dt {step}{eta_a:g}",
            hints=_slips_of_growth(w, a, g, eta_w, eta_a),
        )
        checks.close(
            got["angular"],
            turning,
            what=f"the turning {step}{eta_a:g}",
            hints=_slips_of_turning(w, a, g, eta_w, eta_a),
        )
    checks.inputs_unchanged(polar_rates, w, a, g, eta_w=eta_w, eta_a=eta_a)


def _slips_of_growth(
    w: np.ndarray, a: float, g: np.ndarray, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Name known slips of d|beta|/dt, with what they give."""
    beta, square = a * w, w @ w
    size = np.linalg.norm(beta)
    along = beta @ g / size
    R = eta_w * a**2 + eta_a * square
    return {
        "the sign is wrong: is the direction that of a w, also for negative a? And does it go "
        "down the slope?": R * along,
        "the coefficient is R = eta_w a^2 + eta_a |w|^2; half of it is missing":
            -eta_w * a**2 * along,
        "the coefficient is R; half of it is missing": -eta_a * square * along,
        "the rates look swapped: eta_w goes with a^2":
            -(eta_a * a**2 + eta_w * square) * along,
        "the learning rates are forgotten": -(a**2 + square) * along,
        "this is divided by |beta|; only the turning is": -R * along / size,
        "betahat has length one: divide beta by its length": -R * along * size,
        "|w| should be squared in R": -(eta_w * a**2 + eta_a * np.sqrt(square)) * along,
        "a should be squared in R": -(eta_w * a + eta_a * square) * along,
        "this is delta in place of R: the two terms are added": -(eta_w * a**2 - eta_a * square)
        * along,
        "the two squares are added once each, not under one root": -np.sqrt(R) * along,
        "R is counted twice": -2 * R * along,
        "R enters once, not squared": -(R**2) * along,
        "the root contains both rates: delta^2 + 4 eta_a eta_w |beta|^2":
            -np.hypot(eta_w * a**2 - eta_a * square, 2 * size) * along,
        "the root contains 4 eta_a eta_w |beta|^2, with the 4":
            -np.sqrt((eta_w * a**2 - eta_a * square) ** 2 + eta_a * eta_w * size**2) * along,
        "this has half of R; use all of it": -R * along / 2,
        "the root contains 4 eta_a eta_w |beta|^2, not 2":
            -np.sqrt((eta_w * a**2 - eta_a * square) ** 2 + 2 * eta_a * eta_w * size**2) * along,
        "the root contains delta with its rates: eta_w a^2 - eta_a |w|^2":
            -np.sqrt((a**2 - square) ** 2 + 4 * eta_a * eta_w * size**2) * along,
        "w @ w is |w|^2: see where a parenthesis ends": -(eta_w * a**2 + eta_a * w) @ w * along,
        "the slope is projected on betahat: the product with g is missing": -R,
        "only the size of g is used: take its part along betahat": -R * np.linalg.norm(g),
        "the derivative of |beta|^2 is returned, not that of |beta|": -2 * size * R * along,
    }  # fmt: skip


def _slips_of_turning(
    w: np.ndarray, a: float, g: np.ndarray, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Name known slips of the turning, with what they give.

    This function is long because it is a table.
    """
    beta, square = a * w, w @ w
    size = np.linalg.norm(beta)
    unit = beta / size
    along = unit @ g
    across, R = g - along * unit, eta_w * a**2 + eta_a * square
    turning = -eta_w * a**2 / size * across
    return {
        "the projector is missing: only the part of g across the direction turns it":
            -eta_w * a**2 / size * g,
        "the turning should be divided by |beta|": size * turning,
        "it is divided by |beta|, once": turning / size,
        "it is divided by |w|; divide by |beta| = |a| |w|": abs(a) * turning,
        "it is divided by |w|; divide by |beta| = |a| |w|, which is positive": a * turning,
        "it is divided by |a|; divide by |beta|": size / abs(a) * turning,
        "the sign is flipped: the neuron moves down the slope, and a^2/|beta| is |a|/|w|, "
        "positive for negative a too": -turning,
        "the projector subtracts from g its part along betahat; here betahat and g are exchanged":
            -eta_w * a**2 / size * (unit - along * g),
        "the part across keeps its length: do not normalize it":
            turning / np.linalg.norm(across),
        "the factor of the turning is eta_w a^2; here it is R": -R / size * across,
        "the factor of the turning is eta_w a^2; here it is eta_a |w|^2":
            -eta_a * square / size * across,
        "the learning rate is forgotten": -(a**2) / size * across,
        "this has the other learning rate; eta_w goes with a^2": -eta_a * a**2 / size * across,
        "the projector is I - betahat betahat^T, with a minus":
            -eta_w * a**2 / size * (g + along * unit),
        "the projector holds betahat, of length one, not beta":
            -eta_w * a**2 / size * (g - (beta @ g) * beta),
        "this is the part along betahat; the part across turns":
            -eta_w * a**2 / size * along * unit,
        "a should be squared": -eta_w * a / size * across,
        "no factor 1/2: the coefficient is eta_w a^2 / |beta|": turning / 2,
        "g itself is missing; only its part along betahat is there": eta_w * a**2 / size * along
        * unit,
        "the projector holds an outer product, not squares entry by entry":
            -eta_w * a**2 / size * (np.eye(len(g)) - unit * unit) @ g,
        "the part along betahat is a multiple of betahat, not of g":
            -eta_w * a**2 / size * (g - along * g),
        "g keeps its length: do not normalize it": turning / np.linalg.norm(g),
        "the turning has one rate, eta_w": eta_a * turning,
        "the projector is the identity matrix minus an outer product, not 1 minus it":
            -eta_w * a**2 / size * ((1 - np.outer(unit, unit)) @ g),
        "no degrees here: the direction is a vector of length one": np.degrees(turning),
        "a is missing: the factor of the turning is eta_w a^2": -eta_w / size * across,
        "this is the velocity of w; return that of the direction of a w": -eta_w * a * g,
        "this is the velocity of beta; return that of its direction": -eta_w * a**2 * g
        - eta_a * (w @ g) * w,
        "the factor of the turning is eta_w a^2; here it is delta":
            -(eta_w * a**2 - eta_a * square) / size * across,
        "this is one number; the direction turns as a vector":
            np.full(3, -eta_w * a**2 / size * np.linalg.norm(across)),
    }  # fmt: skip


def three_limits(polar_rates: Callable) -> None:
    """Compare a small neuron far upstream, in balance and far downstream with the table."""
    eta_w, eta_a = 1.7, 0.3
    unit = np.array([[0.6, 0.0, 0.8, 0.0], [-0.8, 0.0, 0.6, 0.0]])
    for delta, size, words in (
        (1e3, 0.01, "far upstream"),
        (0.0, 0.01, "in balance"),
        (-1e3, 0.01, "far downstream"),
        (0.0, 1e-7, "of a tiny neuron in balance (nothing is added to |beta|, which is not 0)"),
    ):
        half = np.sqrt(eta_w * eta_a) * size
        w, a = conserved.init_from_delta(size * unit[0], delta, eta_w=eta_w, eta_a=eta_a)
        R = np.hypot(delta, 2 * half)
        turning = (R + delta) / 2 / size if delta >= 0 else 2 * half**2 / (R - delta) / size
        along, across = (
            checks.fields(
                checks.call(polar_rates, w, a, -u, eta_w=eta_w, eta_a=eta_a),
                {"radial": (), "angular": (4,)},
                what=f"the rates {words}",
            )
            for u in unit
        )
        checks.close(along["radial"], R, what=f"the growth {words}, slope along the direction")
        checks.that(
            np.max(np.abs(along["angular"])) < 1e-6 * max(turning, 1.0),
            f"{words}, a slope along the direction should not turn it: is the projector "
            "missing, or is its direction not of length one?",
        )
        checks.close(
            across["angular"] / turning, unit[1], what=f"the turning {words}, slope across"
        )
        checks.that(
            abs(across["radial"]) < 1e-6 * R,
            f"{words}, a slope across the direction should not make it grow",
        )
