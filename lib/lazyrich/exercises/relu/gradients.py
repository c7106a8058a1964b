"""Run the visible checks of 06.1, `relu_forward_grads`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich.exercises.relu.stand_ins import library_grads
from nbjudge import checks

__all__ = ["closed_at_zero", "outputs_and_slopes"]

NO_GATE = "a closed gate lets nothing through; the gates are missing"
WRONG_SIDE = "the gates are on the wrong side: open where z > 0"
GATE_ALONE = "the readout should multiply max(0, z), not the gate alone"
AT_ZERO = "a gate is closed at zero: open only where z is positive"


def outputs_and_slopes(relu_forward_grads: Callable) -> None:
    """Compare with one neuron by hand, and slopes with differences of the loss."""
    one = (np.eye(2), np.zeros(2), np.array([[2.0, -1.0]]), np.array([3.0]))
    got = _called(relu_forward_grads, one, what="one neuron, two samples")
    known = {
        NO_GATE: [6.0, -3.0],
        WRONG_SIDE: [0.0, -3.0],
        GATE_ALONE: [3.0, 0.0],
        "the readouts are missing in f": [2.0, 0.0],
        "a gate is 0 or 1; np.sign knows -1 too": [6.0, 3.0],
        "a closed gate lets nothing through; this one leaks": [6.0, -0.03],
        "a closed gate lets nothing through; this one leaks a tenth": [6.0, -0.3],
    }
    checks.close(got["f"], [6.0, 0.0], what="f of W = [[2, -1]], a = (3) on X = I", hints=known)
    rng = checks.rng()
    X, y, W, a = (rng.normal(size=shape) for shape in ((6, 3), (6,), (4, 3), (4,)))
    z = X @ W.T
    on, r = 1.0 * (z > 0), np.maximum(z, 0) @ a - y
    got = _called(relu_forward_grads, (X, y, W, a), what="four neurons, six samples")
    known = {
        NO_GATE: z @ a,
        WRONG_SIDE: np.minimum(z, 0) @ a,
        GATE_ALONE: on @ a,
        "this is the residual; return f alone": r,
        "the readouts are missing in f": np.maximum(z, 0).sum(axis=1),
        "the gate looks at z, not at the sign of a z": np.maximum(z * a, 0).sum(axis=1),
        "max(0, .) acts on each neuron, not on the sum": np.maximum(z @ a, 0),
        "max(0, .) acts on each neuron, not on f": np.maximum(np.maximum(z, 0) @ a, 0),
        "the readouts keep their signs in f": np.maximum(z, 0) @ np.abs(a),
        "f is a sum over neurons, not a mean": np.maximum(z, 0) @ a / 4,
    }
    checks.close(got["f"], np.maximum(z, 0) @ a, what="the outputs of four neurons", hints=known)
    right = _by_differences(X, y, W, a)
    for key, slips in (
        ("dW", _slips_of_dW(X, y, a, z, r) | _common(right[0], on, X, z, y, a, r)[0]),
        ("da", _slips_of_da(z, y, a, r) | _common(right[1], on, X, z, y, a, r)[1]),
    ):
        slope, what = right[key == "da"], f"{key}, against differences of the loss"
        checks.close(got[key], slope, what=what, rtol=1e-4, hints=slips)
    checks.inputs_unchanged(relu_forward_grads, X, y, W, a)


def _called(
    relu_forward_grads: Callable, inputs: tuple[np.ndarray, ...], *, what: str
) -> dict[str, np.ndarray]:
    """Call the answer and take its three arrays."""
    n, m, d = len(inputs[0]), *inputs[2].shape
    got = checks.call(relu_forward_grads, *inputs)
    return checks.fields(got, {"f": (n,), "dW": (m, d), "da": (m,)}, what=what)


def _by_differences(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, a: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Differentiate the loss by differences."""

    def loss(move: np.ndarray) -> float:
        moved = W + move[: W.size].reshape(W.shape)
        return 0.5 * np.sum((np.maximum(X @ moved.T, 0) @ (a + move[W.size :]) - y) ** 2)

    steps = 1e-6 * np.eye(W.size + a.size)
    slopes = np.array([loss(move) - loss(-move) for move in steps]) / 2e-6
    return slopes[: W.size].reshape(W.shape), slopes[W.size :]


def _common(
    right: np.ndarray,
    on: np.ndarray,
    X: np.ndarray,
    z: np.ndarray,
    y: np.ndarray,
    a: np.ndarray,
    r: np.ndarray,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Name the slips that either slope can have, with what they give for dW and for da."""
    shared = {
        "the loss is a sum over samples: do not divide by n": right / 6,
        "the loss is half the sum of squares: the 2 of the derivative goes away": 2 * right,
        "the loss is half the sum of squares: do not divide by n, and the 2 goes away": right / 3,
        "each sample counts once: do not multiply by n": 6 * right,
        "the residual is not to be scaled to length one": right / np.linalg.norm(r),
        "the sign is flipped: this is the velocity, not the slope": -right,
        "do not divide by the number of neurons": right / 4,
    }
    no_y = "the residual is f - y; y is missing"
    signs = "the residual keeps its sign; do not take |f - y|"
    table = "f - y became a table (n, n): one of the two is a column; both are (n,)"
    mixed = 6 * (r + y) - y.sum()
    squared = "one residual too many: the derivative of its square has one left"
    return (
        shared
        | {
            no_y: (on * np.outer(r + y, a)).T @ X,
            table: (on * np.outer(mixed, a)).T @ X,
            signs: (on * np.outer(np.abs(r), a)).T @ X,
            squared: (on * np.outer(r**2, a)).T @ X,
        },
        shared
        | {
            no_y: (on * z).T @ (r + y),
            table: (on * z).T @ mixed,
            signs: (on * z).T @ np.abs(r),
            squared: (on * z).T @ r**2,
        },
    )


def _slips_of_dW(
    X: np.ndarray, y: np.ndarray, a: np.ndarray, z: np.ndarray, r: np.ndarray
) -> dict[str, Any]:
    on = 1.0 * (z > 0)
    return {
        "the readout a_i is missing in dW": (on * r[:, None]).T @ X,
        NO_GATE: np.outer(a, r @ X),
        WRONG_SIDE: ((z < 0) * np.outer(r, a)).T @ X,
        "dW holds the gate and x; max(0, z) belongs in da": (on * z * np.outer(r, a)).T @ X,
        "the residual is missing in dW": (on * a).T @ X,
        "the readout enters dW once, not squared": (on * np.outer(r, a**2)).T @ X,
        "a closed gate lets nothing through; this one leaks in dW": (
            np.where(z > 0, 1.0, 0.01) * np.outer(r, a)
        ).T
        @ X,
        "the gate looks at what a neuron receives, not at f": (
            ((r + y) > 0)[:, None] * np.outer(r, a)
        ).T
        @ X,
        "each sample has its own residual, not their mean": r.mean() * (on * a).T @ X,
        "all samples count, not the first one": (on * np.outer(r, a))[:1].T @ X[:1],
        "negative readouts count too": (on * np.outer(r, np.maximum(a, 0))).T @ X,
        "the readout keeps its sign in dW": (on * np.outer(r, np.abs(a))).T @ X,
        "the residual is f - y, not f + y": (on * np.outer(r + 2 * y, a)).T @ X,
    }


def _slips_of_da(z: np.ndarray, y: np.ndarray, a: np.ndarray, r: np.ndarray) -> dict[str, Any]:
    on = 1.0 * (z > 0)
    alone = "the readout's slope holds max(0, z), what is put out, not its gate alone"
    return {
        alone: on.T @ r,
        "a_i itself is not in the slope with respect to a_i": a * (np.maximum(z, 0).T @ r),
        NO_GATE: z.T @ r,
        WRONG_SIDE: np.minimum(z, 0).T @ r,
        "the residual is missing in da": np.maximum(z, 0).sum(axis=0),
        "the residual is f - y, not f + y": np.maximum(z, 0).T @ (r + 2 * y),
    }


def closed_at_zero(relu_forward_grads: Callable) -> None:
    """Compare whole numbers, where some neurons receive exactly zero."""
    X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0], [2.0, 0.0]])
    W = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0]])
    a, y = np.array([2.0, -1.0, 3.0]), np.array([4.0, 6.0, 5.0, 7.0, 9.0])
    z = X @ W.T
    got = _called(relu_forward_grads, (X, y, W, a), what="whole numbers")
    right = library_grads(X, y, W, a)

    def slope(gate: np.ndarray) -> np.ndarray:
        return (gate * np.outer(right["f"] - y, a)).T @ X

    checks.close(
        got["dW"],
        right["dW"],
        what="dW where some neurons receive exactly zero",
        hints={
            AT_ZERO: slope(z >= 0),
            "at zero the gate is closed, not half open": slope((np.sign(z) + 1) / 2),
            NO_GATE: slope(np.ones(z.shape)),
            "a gate is 0 or 1; np.sign knows -1 too": slope(np.sign(z)),
        },
    )
    for key in ("f", "da"):
        checks.close(got[key], right[key], what=f"{key} where some neurons receive exactly zero")
