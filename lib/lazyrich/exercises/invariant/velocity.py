"""Check the velocity of gradient flow (01.1)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich.models import neuron
from nbjudge import checks

__all__ = ["minus_rate_times_slope"]

ETA_W, ETA_A, N, D = 2.5, 0.3, 6, 3


def minus_rate_times_slope(gradient_flow_rhs: Callable) -> None:
    """Compare the velocity with slopes that are measured by stepping to both sides."""
    rng = checks.rng()
    X, y, w, a = rng.normal(size=(N, D)), rng.normal(size=N), rng.normal(size=D), 1.7
    rates = {"eta_w": ETA_W, "eta_a": ETA_A}
    out = checks.call(gradient_flow_rhs, w, a, X, y, **rates)
    dw, da = checks.items(out, 2, what="the velocity (dw, da)")
    checks.that(
        not (np.size(dw) == 1 and np.size(da) == D),
        "the velocity: the two results have changed places; return dw first, then da",
    )
    slope_w, slope_a = _measured_slopes(X, y, w, a)
    checks.close(dw, -ETA_W * slope_w, what="dw", hints=_slips_of_dw(X, y, w, a, slope_w))
    checks.that(
        np.size(da) != D,
        "da: it has one entry for each dimension, but the readout is a single number; "
        "sum the products of w and g, as the inner product does",
    )
    checks.close(da, -ETA_A * slope_a, what="da", hints=_slips_of_da(X, y, w, a, slope_a))
    lost = "the sign of the readout is lost: a may be negative"
    turned = "the velocity of -w and -a, which compute the same function"
    out = checks.items(checks.call(gradient_flow_rhs, -w, -a, X, y, **rates), 2, what=turned)
    checks.close(out[0], ETA_W * slope_w, what=f"dw in {turned}", hints={lost: -ETA_W * slope_w})
    checks.close(out[1], ETA_A * slope_a, what=f"da in {turned}")
    checks.inputs_unchanged(gradient_flow_rhs, w, a, X, y, **rates)


def _measured_slopes(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, a: float
) -> tuple[np.ndarray, float]:
    h = 1e-5
    along_w = [neuron.loss(X, y, w + h * e, a) - neuron.loss(X, y, w - h * e, a) for e in np.eye(D)]
    along_a = neuron.loss(X, y, w, a + h) - neuron.loss(X, y, w, a - h)
    return np.array(along_w) / (2 * h), along_a / (2 * h)


def _common(slope: Any, own: float, other: float) -> dict[str, Any]:
    """Slips that both velocities share."""
    return {
        "the sign is flipped: the flow goes downhill": own * slope,
        "the loss is half the sum of squares, not the mean: leave out 1/n": -own * slope / N,
        "a factor 2 too many: the half of the loss takes away the 2 of the square": -2
        * own
        * slope,
        "your two learning rates look swapped": -other * slope,
        "the learning rates are missing": -slope,
        "this is the slope; a velocity is minus the rate times the slope": slope,
        "each velocity has its own learning rate only, not both": -own * other * slope,
        "each velocity is multiplied by its learning rate, not divided": -slope / own,
        "a sum is divided by the number of dimensions; it is a sum, not a mean": -own * slope / D,
        "the learning rates are not squared": -(own**2) * slope,
        "use the rates themselves, not their roots": -(own**0.5) * slope,
    }


def _slips_of_dw(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, a: float, slope: np.ndarray
) -> dict[str, Any]:
    g = slope / a
    return {
        **_common(slope, ETA_W, ETA_A),
        "the chain rule leaves a factor a in dw: beta = a w": -ETA_W * g,
        "there is one factor a too many: the residual has one, and the chain rule leaves one": (
            -ETA_W * a * slope
        ),
        "the prediction is a X w: a is missing in the residual": -ETA_W * a * X.T @ (X @ w - y),
        "the residual is not squared: the slope of its square has it once": (
            -ETA_W * a * X.T @ (a * (X @ w) - y) ** 2
        ),
        "all samples count, not the first alone": -ETA_W * a * X[0] * (a * (X[0] @ w) - y[0]),
        "this is w after a step; return the velocity alone": w - ETA_W * slope,
        "the labels are missing in the residual": -ETA_W * a * X.T @ (a * (X @ w)),
        "X.T X is missing: g = X.T (X beta - y), on any data": -ETA_W * a * (a * w - X.T @ y),
        "g keeps its length: here it has length 1": -ETA_W * slope / np.linalg.norm(g),
        "w and a have changed places: what multiplies w in beta is a": -ETA_W * w * g,
        "the residual is predictions minus labels, not their sum": (
            -ETA_W * a * X.T @ (a * (X @ w) + y)
        ),
    }


def _slips_of_da(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, a: float, slope: float
) -> dict[str, Any]:
    g = X.T @ (a * (X @ w) - y)
    return {
        **_common(slope, ETA_A, ETA_W),
        "there is a factor a too many: what multiplies a in beta is w": -ETA_A * a * slope,
        "a moves by w and g; here residuals are added up": -ETA_A * np.sum(a * (X @ w) - y),
        "w is missing: the slope in a is the inner product of w and g": -ETA_A * np.sum(g),
        "only the part of g along w counts, not its whole length": (
            -ETA_A * np.linalg.norm(w) * np.linalg.norm(g)
        ),
        "what multiplies a in beta is w, not a": -ETA_A * a * np.sum(g),
        "the prediction is a X w: a is missing in the residual": -ETA_A * w @ X.T @ (X @ w - y),
        "w should keep its length: here it has length 1": -ETA_A * slope / np.linalg.norm(w),
        "da is the inner product of w and g; here it is the sum of dw": ETA_W * -a * np.sum(g),
        "da is the inner product of w and g; here dw is in the place of g": (-ETA_W * a * slope),
        "the new w is used here: both velocities belong to the same moment": (
            -ETA_A * (w - ETA_W * a * g) @ g
        ),
    }
