"""Check the exact change of delta in one step (01.5)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import conserved
from lazyrich.models import neuron
from nbjudge import checks

__all__ = ["equals_the_measured_change", "quadratic_in_the_step"]


def equals_the_measured_change(one_step_drift: Callable) -> None:
    """Compare with the change of delta that a step of gradient descent makes."""
    rng = np.random.default_rng(6)
    X, y, w, a, h = (
        rng.normal(size=(6, 3)),
        rng.normal(size=6),
        np.array([0.8, -0.5, 0.3]),
        0.4,
        0.1,
    )
    rates = {"eta_w": 3.0, "eta_a": 0.3}
    run = neuron.gradient_descent(X, y, w, a, step=h, n_steps=1, **rates)
    before, after = conserved.delta(run["w"], run["a"], **rates)
    got = checks.call(one_step_drift, w, a, X, y, step=h, **rates)
    checks.that(
        np.size(got) != 3,
        "the change of delta: there is one value for each dimension; it is a single number, "
        "so sum over the dimensions",
    )
    checks.close(
        got,
        after - before,
        what="the change of delta in one step with step 0.1, eta_w = 3, eta_a = 0.3",
        hints={
            "this is delta after the step; the change is what the step adds": after,
            "this is delta before the step": before,
            **_slips(X, y, w, a, h, after - before, **rates),
        },
    )
    checks.inputs_unchanged(one_step_drift, w, a, X, y, step=h, **rates)


def _slips(
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    a: float,
    h: float,
    right: float,
    *,
    eta_w: float,
    eta_a: float,
) -> dict[str, Any]:
    # This function is long because it lists slips, one after the other.
    g = X.T @ (a * (X @ w) - y)
    pull, push = (w @ g) ** 2, a**2 * (g @ g)  # from the move of a, from that of w

    def drift(of_a: float, of_w: float) -> float:
        return h**2 * (of_a * pull - of_w * push)

    both = eta_a * eta_w
    first = h * both * a * (w @ g)
    return {
        "the sign is flipped": -right,
        "the drift of one step is quadratic in the step, not linear": right / h,
        "the step is missing: the drift is quadratic in it": right / h**2,
        "the learning rates are missing": drift(1.0, 1.0),
        "your two learning rates look swapped": drift(both * eta_w, both * eta_a),
        "the rate of the increment is missing: it is squared with the increment": drift(both, both),
        "delta weighs each square by the other one's rate, and this is missing": drift(
            eta_a**2, eta_w**2
        ),
        "delta weighs the square of a by eta_w, that of w by eta_a; here each has its own": drift(
            eta_a**3, eta_w**3
        ),
        "each increment has its own rate squared, not once": drift(eta_w, eta_a),
        "the two squares are subtracted, not added": h**2 * both * (eta_a * pull + eta_w * push),
        "only the move of a is in it": drift(both * eta_a, 0.0),
        "only the move of w is in it": drift(0.0, both * eta_w),
        "the inner product of w and g is squared as a whole, not |w|^2 |g|^2": drift(
            both * eta_a * (w @ w) * (g @ g) / pull, both * eta_w
        ),
        "a should be squared in the second term": h**2
        * both
        * (eta_a * pull - eta_w * a * (g @ g)),
        "there is no factor 1/2": right / 2,
        "the step is squared, not cubed": right * h,
        "one factor eta_w is missing": right / eta_w,
        "one factor eta_a is missing": right / eta_a,
        "the inner product of w and g should be squared": h**2
        * both
        * (eta_a * (w @ g) - eta_w * push),
        "|g| should be squared in the second term": (
            h**2 * both * (eta_a * pull - eta_w * a**2 * np.linalg.norm(g))
        ),
        "the increment of a is made of w and g, without a": (
            h**2 * both * (eta_a * a**2 * pull - eta_w * push)
        ),
        "the two increments have changed places: a moves by w.g, w by a g": (
            h**2 * both * (eta_a * push - eta_w * pull)
        ),
        "this is the term of first order, which cancels; what is left is of second order": (
            2 * first
        ),
        "delta changes in a step, and 0 came back": 0.0,
        "each square has three rates in all: its own twice and the other's once": (
            drift(both**2, both**2)
        ),
        "the prediction is a X w: a is missing in the residual": conserved.gd_drift(
            w, a, X, a * y, eta_w=eta_w, eta_a=eta_a, step=h
        )
        / a**2,
        "the labels are missing in the residual": conserved.gd_drift(
            w, a, X, 0 * y, eta_w=eta_w, eta_a=eta_a, step=h
        ),
        "the step is missing in the move of a": drift(both * eta_a / h**2, both * eta_w),
        "the step is missing in the move of w": drift(both * eta_a, both * eta_w / h**2),
        "the gradient is that of the mean: leave out 1/n": right / 36,
        "a factor 2 too many in the gradient: the loss is half the sum": 4 * right,
        "a moves by the new w here: both increments are made from the old values": (
            eta_w * (a - h * eta_a * (w - h * eta_w * a * g) @ g) ** 2
            - eta_a * np.sum((w - h * eta_w * a * g) ** 2)
            - (eta_w * a**2 - eta_a * w @ w)
        ),
        "the rates are not crossed in delta: eta_w goes with a^2, eta_a with |w|^2": (
            _uncrossed(w - h * eta_w * a * g, a - h * eta_a * (w @ g), eta_w, eta_a)
            - _uncrossed(w, a, eta_w, eta_a)
        ),
        "this is the change relative to delta; return the change itself": (
            right / (eta_w * a**2 - eta_a * w @ w)
        ),
        "the increment of w should have a factor a": drift(both * eta_a, both * eta_w / a**2),
        "the length of the increment of w should be squared, too": (
            eta_w * (h * eta_a * (w @ g)) ** 2 - eta_a * h * eta_w * abs(a) * np.linalg.norm(g)
        ),
        "the increments should be squared": h * both * np.array([w @ g, -a * np.sum(g)]).sum(),
        "w keeps its length: here it has length 1": drift(both * eta_a / (w @ w), both * eta_w),
        "the gradient is that of the mean over the dimensions": right / 9,
        "the two rates differ in this run, and both should be in the change": drift(
            eta_w**3, eta_w**3
        ),
        "the two rates differ in this run, and both should be in the change ": drift(
            eta_a**3, eta_a**3
        ),
        "the terms of first order cancel: one of them is left here": right + 2 * first,
        "the terms of first order cancel: here they have the same sign": right - 4 * first,
    }


def _uncrossed(w: np.ndarray, a: float, eta_w: float, eta_a: float) -> float:
    return eta_a * a**2 - eta_w * float(w @ w)


def quadratic_in_the_step(one_step_drift: Callable) -> None:
    """Check three times the step, five samples in four dimensions, a < 0."""
    rng = checks.rng()
    X, y, w, a = rng.normal(size=(5, 4)), rng.normal(size=5), rng.normal(size=4), -1.1
    small = checks.call(one_step_drift, w, a, X, y, eta_w=1.5, eta_a=0.6, step=0.01)
    large = checks.call(one_step_drift, w, a, X, y, eta_w=1.5, eta_a=0.6, step=0.03)
    small, large = (checks.number(each, what="the drift") for each in (small, large))
    ratio = large / (small or np.nan)
    checks.that(abs(ratio - 3) > 1e-3, "the drift of one step is quadratic in the step, not linear")
    checks.that(
        abs(ratio - 1) > 1e-3, "the drift does not depend on the step; it is quadratic in it"
    )
    checks.that(
        abs(ratio - 9) < 1e-3,
        "three times the step should give nine times the drift",
        shown=f"it gives {ratio:.4g} times the drift",
    )
    right = conserved.gd_drift(w, a, X, y, eta_w=1.5, eta_a=0.6, step=0.01)
    checks.close(small, right, what="the drift for a < 0, four dimensions and five samples")
