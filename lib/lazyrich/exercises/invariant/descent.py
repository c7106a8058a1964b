"""Check gradient descent: the first step, a whole run, and inputs that stay (01.4)."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from lazyrich.models import neuron
from nbjudge import checks

__all__ = ["a_whole_run", "first_step", "inputs_unchanged"]

SEQUENTIAL = (
    "w and a must both be made from the old values; here one of them already uses the other's "
    "new value"
)
SWAPPED = "your two learning rates look swapped"
UPHILL = "the step goes uphill: subtract the gradient"


def first_step(simulate_gd: Callable) -> None:
    """Check one step on two samples, computed by hand."""
    X = np.array([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    y, w0, a0 = np.ones(2), np.array([0.5, -0.5, 0.3]), 0.8
    h, eta_w, eta_a = 0.1, 3.0, 0.7
    out = checks.call(simulate_gd, w0, a0, X, y, eta_w=eta_w, eta_a=eta_a, step=h, n_steps=1)
    out = _run(out, 1, 3, "the result of one step (index 0 is the start)")
    _not_one_array(out["w"])
    checks.close(
        out["w"][0],
        w0,
        what="w at index 0, the start",
        hints={
            "the start is cut to whole numbers: make w0 an array of float": np.trunc(w0),
            "this is w after the first step; record it before": np.array([0.644, 0.364, 0.3]),
            "this is beta = a w, not w": a0 * w0,
        },
    )
    checks.close(out["a"][0], a0, what="a at index 0, the start")
    _loss_at_the_start(out["loss"][0], 0.6, 1.8)
    g = np.array([-0.6, -3.6, 0.0])  # X^T (a X w - y), by hand
    along = w0 @ g
    a1, w1 = a0 - h * eta_a * along, w0 - h * eta_w * a0 * g
    checks.close(
        out["w"][1],
        w1,
        what="w after one step",
        hints={
            SEQUENTIAL: w0 - h * eta_w * a1 * g,
            "the factor a is missing: beta = a w": w0 - h * eta_w * g,
            "all samples count, not the first alone": w0 - h * eta_w * a0 * np.array([-0.6, 0, 0]),
            "the residual is a X w - y: a is missing": w0 - h * eta_w * a0 * X.T @ (X @ w0 - y),
            "w stays as it is: it must be updated too": w0,
            **_slips_of_a_step(w0, h, eta_w, eta_a, a0 * g),
        },
    )
    checks.close(
        out["a"][1],
        a1,
        what="a after one step",
        hints={
            SEQUENTIAL: a0 - h * eta_a * (w1 @ g),
            "w is missing: the slope in a is the inner product of w and g": (
                a0 - h * eta_a * np.sum(g)
            ),
            "there is a factor a too many: what multiplies a in beta is w": (
                a0 - h * eta_a * a0 * along
            ),
            "a stays as it is: it must be updated too": a0,
            "a moves at its own rate, eta_a; here it is that of w": a0 - h * eta_w * along,
            "g is made once, from the old values; here it is made anew after the move of w": (
                a0 - h * eta_a * (w0 @ X.T @ (a0 * (X @ w1) - y))
            ),
            **_slips_of_a_step(a0, h, eta_a, eta_w, along),
        },
    )


def _slips_of_a_step(start: Any, h: float, own: float, other: float, slope: Any) -> dict[str, Any]:
    """Slips that the updates of w and of a share; there are two samples."""
    return {
        SWAPPED: start - h * other * slope,
        UPHILL: start + h * own * slope,
        "the step is missing": start - own * slope,
        "the step is squared": start - h**2 * own * slope,
        "the learning rate is missing": start - h * slope,
        "the step is divided by the learning rate": start - h / own * slope,
        "each parameter has its own learning rate only, not both": start - h * own * other * slope,
        "the gradient is that of the mean: leave out 1/n": start - h * own * slope / 2,
        "the gradient has a factor 2 too many: the loss is half the sum": start
        - 2 * h * own * slope,
    }


def _loss_at_the_start(loss: float, one: float, two: float) -> None:
    squares = one**2 + two**2
    checks.that(
        abs(loss - squares / 8) > 1e-9,
        "the loss at index 0: the residuals are divided by the number of samples; leave out 1/n",
    )
    checks.that(
        abs(loss - 0.5 * squares) < 1e-9 or loss > 0.5,
        "the loss at index 0: it is smaller than that of the start; record it before the step",
    )
    checks.close(
        loss,
        0.5 * squares,
        what="the loss at the start, half the sum of squares",
        hints={
            "half the sum of squares, not the sum": squares,
            "half the sum of squares, not the mean": 0.5 * squares / 2,
            "square each residual first, then add; here they are added before they are squared": (
                0.5 * (one + two) ** 2
            ),
            "the residuals should be squared": 0.5 * (one + two),
            "this is the length of the residual, not half its square": squares**0.5,
        },
    )


def a_whole_run(simulate_gd: Callable) -> None:
    """Compare 20 steps on six samples in three dimensions with the library's."""
    rng = np.random.default_rng(4)
    X, y, w0, a0 = rng.normal(size=(6, 3)), rng.normal(size=6), np.array([0.8, -0.5, 0.3]), 0.4
    settings = {"eta_w": 2.0, "eta_a": 0.3, "step": 0.02, "n_steps": 20}
    right = neuron.gradient_descent(X, y, w0, a0, **settings)
    out = checks.call(simulate_gd, w0, a0, X, y, **settings)
    out = _run(out, 20, 3, "the result of 20 steps (the start and 20 more)")
    _not_one_array(out["w"])
    late = np.roll(right["loss"], -1)
    late[-1] = out["loss"][-1]

    def with_steps(steps: np.ndarray) -> np.ndarray:
        one = {**settings, "n_steps": 1}
        w, a, ws = w0, a0, [w0]
        for each in steps:
            late = neuron.gradient_descent(X, y, w, a, **(one | {"step": each}))
            w, a = late["w"][1], late["a"][1]
            ws.append(w)
        return np.array(ws)

    slips = {
        "every step is as long as the first; here they grow with its number": with_steps(
            0.02 * np.arange(1, 21)
        ),
        "step is the length of one step; it is not divided by n_steps": with_steps(
            np.full(20, 0.02 / 20)
        ),
        "only the first step is taken": right["w"][[0] + [1] * 20],
        "the gradient is that of the start in every step; compute it anew from the present w and "
        "a": _with_the_first_gradient(X, y, w0, a0, **settings),
    }
    checks.close(out["w"], right["w"], what="w along the run", hints=slips)
    checks.close(out["a"], right["a"], what="a along the run")
    checks.close(
        out["loss"],
        right["loss"],
        what="the loss along the run",
        hints={
            "each loss belongs to the state after the step; record it for the state before": late,
            "half the sum of squares, not the mean": right["loss"] / 3,
            "the loss stays that of the start": np.full(21, right["loss"][0]),
        },
    )


def _with_the_first_gradient(
    X: np.ndarray,
    y: np.ndarray,
    w0: np.ndarray,
    a0: float,
    *,
    eta_w: float,
    eta_a: float,
    step: float,
    n_steps: int,
) -> np.ndarray:
    g, ws, a = X.T @ (a0 * (X @ w0) - y), [w0], a0
    for _ in range(n_steps):
        late = ws[-1] - step * eta_w * a * g
        a -= step * eta_a * (ws[-1] @ g)
        ws.append(late)
    return np.array(ws)


def inputs_unchanged(simulate_gd: Callable) -> None:
    """Check that w0, X and y stay as they were, and check a run of no step at all."""
    rng = np.random.default_rng(5)
    X, y, w0 = rng.normal(size=(5, 4)), rng.normal(size=5), rng.normal(size=4)
    settings = {"eta_w": 1.0, "eta_a": 2.0, "step": 0.02}
    checks.inputs_unchanged(simulate_gd, w0, 0.4, X, y, n_steps=3, **settings)
    none = checks.call(simulate_gd, w0, 0.4, X, y, n_steps=0, **settings)
    none = _run(none, 0, 4, "the result of no step at all: just the start")
    checks.close(none["w"][0], w0, what="w of a run of no step")
    still = checks.call(simulate_gd, w0, 0.4, X, 0.4 * (X @ w0), n_steps=3, **settings)
    _run(still, 3, 4, "the result of 3 steps from a start that fits, and stays where it is")


def _run(out: Any, steps: int, d: int, what: str) -> Mapping[str, np.ndarray]:
    if isinstance(out, tuple | list) and len(out) == 3:
        checks.that(False, f"{what}: return a dictionary with the keys w, a and loss")
    shapes = {"w": (steps + 1, d), "a": (steps + 1,), "loss": (steps + 1,)}
    return checks.fields(out, shapes, what=what)


def _not_one_array(w: np.ndarray) -> None:
    checks.that(
        np.ptp(w, axis=0).max() > 0,
        "all rows of w are the same: one array was recorded again and again; record a copy",
    )
