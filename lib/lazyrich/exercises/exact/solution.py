"""Run the visible checks of 02.3: weights and readout for all times."""

from collections.abc import Callable

import numpy as np

from lazyrich import conserved, dynamics, exact
from lazyrich.exercises.exact.solution_slips import SLIPS, slipped
from nbjudge import checks

__all__ = ["fault", "integration_at_three_deltas", "solved", "special_starts_and_late_times"]

QUOTIENT = (
    "the last quotient of v, (1 - e^(-delta t)) / delta, is zero by zero at delta = 0, where its "
    "limit is t, and next to it (up to rounding) np.expm1 keeps the digits"
)
NEXT_TO_0 = "delta of one rounding error, 4e-16"
FAR = (
    "the smaller of A and B is the difference of two nearly equal numbers here, and lost to "
    "rounding: compute it from their product"
)
LATER = "t counts from the start (w0, a0), and here from its own first entry"
UNITS = "this is the canonical variable: divide by the root of its learning rate at the end"
CROSSED = (
    "the canonical variables are crossed: w goes with the root of eta_a, and a with the root of "
    "eta_w, on the way there and on the way back"
)
FROZEN = (
    "the readout passes 0 on this path, but here its sign is that of the start: a root has lost "
    "it; take the sign of q"
)


def fault(w: np.ndarray, a: np.ndarray, right: exact.OneNeuron, beta_star: np.ndarray) -> str:
    """Say which block of a solution is wrong; common factors drop out."""
    unit = beta_star / np.linalg.norm(beta_star)

    def ratios(w: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        along = w @ unit
        return along / a, np.linalg.norm(w - along[:, None] * unit, axis=1) / a

    with np.errstate(all="ignore"):
        (P, across), (P_right, across_right) = ratios(w, a), ratios(right.w, right.a)
    if not np.allclose(P, P_right, rtol=1e-3, atol=1e-6):
        return (
            "the ratio of w along beta* to a (nu, from which v drops out) is off already: look at "
            "A, B, c_+, c_- and the lines of P and q"
        )
    if not np.allclose(across, across_right, rtol=1e-3, atol=1e-6):
        return (
            "P and q go together, but the part of w across beta* does not fade with them: look at "
            "e^(-A t), and at w_perp"
        )
    if not np.allclose(np.abs(a), np.abs(right.a), rtol=1e-3, atol=1e-6):
        return (
            "every ratio is right, and only the common size is off: look at the factor v (its "
            "four terms, D, its root)"
        )
    return "every ratio and size is right: only the sign is off"


def solved(
    exact_solution: Callable,
    t: np.ndarray,
    w0: np.ndarray,
    a0: float,
    beta_star: np.ndarray,
    *,
    what: str,
    **rates: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Take w (T, d) and a (T,) of a solution, finite or not."""
    out = checks.ask(exact_solution, t, w0, a0, beta_star, what=what, **rates)
    checks.that(
        not isinstance(out, tuple | list | np.ndarray),
        f"{what}: another container came back; return a dictionary, {{'w': ..., 'a': ...}}",
    )
    if not isinstance(out, dict) or not {"w", "a"} <= set(out):
        checks.fields(out, {"w": None, "a": None}, what=what)
    shape = (t.size, w0.size)
    w = checks.array(out["w"], what=f"the weights, {what}", shape=shape, finite=False)
    a = checks.array(out["a"], what=f"the readout, {what}", shape=(t.size,), finite=False)
    return w, a


def _at_the_start(w: np.ndarray, a: np.ndarray, w0: np.ndarray, a0: float, rates: dict) -> None:
    for got, start, words, rate in (
        (a[0], a0, "the readout", rates["eta_w"]),
        (w[0], w0, "the weights", rates["eta_a"]),
    ):
        checks.close(
            got,
            start,
            what=f"{words} at t = 0 (where v = 1, P = P_0, q = a_0)",
            hints={
                UNITS: rate**0.5 * start,
                "this is beta = a w, not w": start * a0,
                CROSSED: start * (rates["eta_w"] / rates["eta_a"]) ** 0.5,
                CROSSED + " ": start * (rates["eta_a"] / rates["eta_w"]) ** 0.5,
                "at the end each is divided by the root of its rate, not multiplied": rate * start,
                SLIPS["rates forgotten"] + " at the end": start * rate**-0.5,
                "it is twice the start: the eigenvectors have length one, each component over the "
                "root of 2 kappa": 2 * start,
                "already at t = 0 it is not the start: P_0 along the target and w_perp across it "
                "should add up to w_0 there, and q should be a_0": got,
            },
        )


def _named(w: np.ndarray, a: np.ndarray, t: np.ndarray, start: tuple, rates: dict) -> str:
    """Name the known slip that gives this path; empty for the right path and for others."""
    right = exact.one_neuron(t, *start, **rates)

    def same(w_slip: np.ndarray, a_slip: np.ndarray) -> bool:
        with np.errstate(all="ignore"):
            gaps = [np.max(np.abs(a - a_slip)), np.max(np.abs(w - w_slip))]
        return (
            np.isfinite(a_slip).all()
            and gaps[0] <= 1e-4 * np.max(np.abs(a_slip))
            and gaps[1] <= 1e-4 * np.max(np.abs(w_slip))
        )

    if same(right.w, right.a):
        return ""
    with np.errstate(all="ignore"):
        for slip, words in SLIPS.items():
            if same(*slipped(t, *start, slip=slip, **rates)):
                return words
    if same(right.w, np.abs(right.a) * (np.sign(start[1]) or 1.0)):
        return FROZEN
    return ""


def _along_the_path(
    w: np.ndarray, a: np.ndarray, t: np.ndarray, start: tuple, rates: dict, what: str
) -> None:
    """Compare a path with the right one; name the slip, or the block that is wrong."""
    right = exact.one_neuron(t, *start, **rates)
    cause = _named(w, a, t, start, rates)
    if not cause:
        _at_the_start(w, a, start[0], float(start[1]), rates)
        near = np.allclose(a, right.a, atol=5e-3) and np.allclose(w, right.w, atol=2e-2)
        cause = fault(w, a, right, start[2])
        if near:
            cause = f"it is nearly right. Was it integrated with finite steps? If not: {cause}"
    for got, expected, words in ((a, right.a, "the readout"), (w, right.w, "the weights")):
        checks.close(got, expected, what=f"{words} along the path, {what}", hints={cause: got})


def integration_at_three_deltas(exact_solution: Callable) -> None:
    """Compare three paths with an integrator, for unequal rates in three dimensions."""
    rng, rates = checks.rng(), {"eta_w": 1.7, "eta_a": 0.8}
    t, beta_star = np.linspace(0, 4, 9), np.array([1.0, -0.5, 0.3])
    for delta in (-2.0, 2.0, 0.0):
        w0, a0 = conserved.init_from_delta(rng.normal(size=3), delta, **rates)
        what = f"delta = {delta:g}"
        w, a = solved(exact_solution, t, w0, a0, beta_star, what=what, **rates)
        checks.that(
            delta != 0 or (np.all(np.isfinite(a)) and np.all(np.isfinite(w))),
            f"the path at delta = 0 (up to rounding) is not finite: {QUOTIENT}",
        )
        checks.that(
            np.isfinite(a[0]),
            "the path is not finite at t = 0, where v should be 1: v begins with a 1, which "
            "divided by e^(2 kappa t) is E^2",
        )
        checks.that(
            np.all(np.isfinite(a)) and np.all(np.isfinite(w)),
            f"the path at {what} is not finite: is v negative or 0 somewhere? each of its terms is "
            "positive, with the squares of c_+, c_- and |w_perp|",
        )
        flow = dynamics.one_neuron(t, np.eye(3), beta_star, w0, a0, **rates)
        close = np.allclose(a, flow.a, rtol=1e-3) and np.allclose(w, flow.w, rtol=1e-3, atol=1e-4)
        if delta == 0 and fault(w, a, flow, beta_star).startswith("every ratio is right"):
            checks.that(close, f"the path at delta = 0 (up to rounding): {QUOTIENT}")
        _along_the_path(w, a, t, (w0, a0, beta_star), rates, what)
    checks.inputs_unchanged(exact_solution, t, w0, float(a0), beta_star, **rates)


def special_starts_and_late_times(exact_solution: Callable) -> None:
    """Compare paths from special starts: delta = 0, no readout, one dimension, a change of sign."""
    rates, goal = {"eta_w": 0.25, "eta_a": 1.0}, np.array([0.9, 0.5])  # their roots are exact
    t = np.array([0.0, 0.3, 1.0, 2.0, 10.0])
    for what, w0, a0, target in (
        ("delta exactly 0", np.array([0.75, 1.0]), 2.5, goal),
        (NEXT_TO_0, np.array([0.75, 1.0]), np.nextafter(2.5, 3.0), goal),
        ("a readout that starts at 0", np.array([0.5, -0.2]), 0.0, goal),
        ("one dimension", np.array([-0.7]), 0.6, goal[:1]),
        ("a readout that passes 0", np.array([-2.0, 0.6]), 0.3, goal),
        ("a readout below 0", np.array([0.5, -0.2]), -0.8, goal),
    ):
        right = exact.one_neuron(t, w0, a0, target, **rates)
        w, a = solved(exact_solution, t, w0, a0, target, what=what, **rates)
        finite = np.all(np.isfinite(a)) and np.all(np.isfinite(w))
        checks.that(finite or right.delta != 0, f"{what}: not finite: {QUOTIENT}")
        checks.that(
            finite,
            f"{what}: the path is not finite; is it made from a quotient such as w / a, which has "
            "a pole where the readout is 0?",
        )
        if (right.delta == 0 or what == NEXT_TO_0) and not np.allclose(a, right.a, rtol=1e-4):
            checks.that(
                not fault(w, a, right, target).startswith("every ratio is right"),
                f"{what}: {QUOTIENT}",
            )
        checks.close(
            a, right.a, what=f"the readout, {what}",
            hints={"a0 is negative, and its sign is lost": exact.one_neuron(
                       t, w0, abs(a0), target, **rates).a,
                   FROZEN: np.abs(right.a) * np.sign(a0), FROZEN + " ": np.abs(right.a),
                   fault(w, a, right, target): a},
        )  # fmt: skip
        checks.close(w, right.w, what=f"the weights, {what}", hints={FROZEN: right.w
                     * np.sign(right.a * (np.sign(a0) or 1.0))[:, None]})  # fmt: skip
    _late(exact_solution)
    _far_from_balance(exact_solution, goal, rates)


def _far_from_balance(exact_solution: Callable, goal: np.ndarray, rates: dict) -> None:
    """Compare paths at delta = 1e8 and -1e8, and at times that do not begin at 0."""
    t = np.array([0.2, 0.5, 3.0])
    for w0, a0, what in (
        (np.array([0.5, -0.2]), 2e4, "at t = 0.2, 0.5 and 3, delta = 1e8"),
        (np.array([6e3, -8e3]), 0.3, "at t = 0.2, 0.5 and 3, delta = -1e8"),
        (np.array([0.5, -0.2]), 1.0, "at t = 0.2, 0.5 and 3"),
    ):
        right = exact.one_neuron(t, w0, a0, goal, **rates)
        early = exact.one_neuron(t - t[0], w0, a0, goal, **rates)
        w, a = solved(exact_solution, t, w0, a0, goal, what=what, **rates)
        for got, expected, late, part in (
            (a, right.a, early.a, "readout"),
            (w, right.w, early.w, "weights"),
        ):
            hints = {LATER: late} | ({FAR: got} if "1e8" in what else {})
            checks.close(got, expected, what=f"the {part} {what}", hints=hints)


def _late(exact_solution: Callable) -> None:
    """Compare paths at a million units of time, at both signs of delta."""
    rates, beta_star = {"eta_w": 2.0, "eta_a": 0.7}, np.array([1.0, -0.4, 0.2])
    t = np.array([0.0, 1.0, 50.0, 1e3, 1e6])
    unit = beta_star / np.linalg.norm(beta_star)
    for delta in (-3.0, 3.0):
        w0, a0 = conserved.init_from_delta(np.array([0.3, 1.0, -0.5]), delta, **rates)
        right = exact.one_neuron(t, w0, a0, beta_star, **rates)
        what = f"at t = 0, 1, 50, 1000 and a million, delta = {delta:g}"
        w, a = solved(exact_solution, t, w0, float(a0), beta_star, what=what, **rates)
        checks.that(
            np.all(np.isfinite(w)) and np.all(np.isfinite(a)),
            f"the path {what}, is not finite: exponentials overflow; divide every line by the "
            "growing one before you compute it, and write D by its cases",
        )
        across = w - (w @ unit)[:, None] * unit
        checks.that(
            np.linalg.norm(across[-1]) < 1e-4,
            "the part of w across beta* should fade to nothing, and here it stays",
        )
        checks.close(
            a, right.a, what=f"the readout {what}", hints={fault(w, a, right, beta_star): a}
        )
        checks.close(w, right.w, what=f"the weights {what}")
