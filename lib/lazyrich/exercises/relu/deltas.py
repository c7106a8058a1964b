"""Run the visible checks of 06.2, `neuron_deltas`."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import dynamics
from nbjudge import checks

__all__ = ["degrees_and_rates", "each_neuron_keeps_its_delta"]


def each_neuron_keeps_its_delta(
    neuron_deltas: Callable, start: Callable, X: np.ndarray, y: np.ndarray
) -> None:
    """Compare two neurons by hand, and every neuron along a flow with itself."""
    W, a = np.array([[1.0, 2.0, 0.0], [0.0, 2.0, 0.0]]), np.array([3.0, -1.0])
    _compare(neuron_deltas, W, a, {}, what="delta of W = [[1, 2, 0], [0, 2, 0]], a = (3, -1)")
    rates = {"eta_w": 2.0, "eta_a": 0.25}
    what = "delta of W = [[1, 2, 0], [0, 2, 0]], a = (3, -1), eta_w = 2, eta_a = 0.25"
    _compare(neuron_deltas, W, a, rates, what=what)
    Ws, readouts = dynamics.two_layer([0.0, 0.5], X, y, *start(0.7, scale=1.0), **rates)
    before, after = (checks.call(neuron_deltas, Ws[i], readouts[i], **rates) for i in (0, 1))
    moved = "delta of each neuron at t = 0.5 along a ReLU flow, eta_w = 2, eta_a = 0.25, "
    checks.close(after, before, what=f"{moved}against the start", rtol=1e-3)


def degrees_and_rates(neuron_deltas: Callable) -> None:
    """Compare activations of degree 2 and 4, with unequal rates."""
    W, a = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]]), np.array([3.0, -1.0])
    for degree in (2, 4):
        rates = {"degree": degree, "eta_w": 2.0, "eta_a": 0.25}
        what = f"delta for degree {degree}, eta_w = 2, eta_a = 0.25"
        _compare(neuron_deltas, W, a, rates, what=what)
    checks.inputs_unchanged(neuron_deltas, W, a, eta_w=2.0, eta_a=0.25, degree=2)


def _compare(
    neuron_deltas: Callable, W: np.ndarray, a: np.ndarray, rates: dict[str, Any], *, what: str
) -> None:
    got = checks.call(neuron_deltas, W, a, **rates)
    single = isinstance(got, int | float) or (isinstance(got, np.ndarray) and got.ndim == 0)
    checks.that(
        not single, "one number came back: there is a delta for each neuron; do not sum over them"
    )
    matrix = isinstance(got, np.ndarray) and got.ndim == 2
    up, down = _terms(W, a, **rates)
    tables = (up[:, None] - down, up - down[:, None])
    checks.that(
        not (matrix and any(np.array_equal(got, table) for table in tables)),
        f"{what}: a table came back, since a column (m, 1) met a row (m,): both terms are (m,)",
    )
    checks.that(
        not matrix,
        f"{what}: a table came back; return its diagonal, a number for each neuron"
        if matrix and got.shape == (len(a), len(a))
        else f"{what}: sum |w_i|^2 over the inputs of a neuron; return one number for each",
    )
    right = _reference(W, a, **rates)
    checks.close(got, right, what=what, hints=_slips(W, a, **rates))


def _reference(
    W: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, degree: int = 1
) -> np.ndarray:
    up, down = _terms(W, a, eta_w=eta_w, eta_a=eta_a, degree=degree)
    return up - down


def _terms(
    W: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, degree: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """What delta subtracts: the readouts' term and that of the weights."""
    W, a = np.asarray(W), np.asarray(a)
    return degree * eta_w * a**2, eta_a * np.sum(W**2, axis=1)


def _slips(
    W: np.ndarray, a: np.ndarray, *, eta_w: float = 1.0, eta_a: float = 1.0, degree: int = 1
) -> dict[str, Any]:
    """Name known slips, with what they give."""
    up, length = eta_w * a**2, np.linalg.norm(W, axis=1)
    down, p = eta_a * length**2, degree
    others = np.resize(np.sum(W**2, axis=0), len(a))
    return {
        "the degree is on the other term; it multiplies the square of the readout": up - p * down,
        "the degree is forgotten": up - down,
        "the degree multiplies only the readout's square": p * (up - down),
        "the degree is a factor, not an exponent": eta_w * np.abs(a) ** (2 * p) - down,
        "the degree is a factor, not an exponent: a^degree": eta_w * a**p - down,
        "the degree is a factor, not an exponent: a^(1 + degree)": eta_w * a ** (1 + p) - down,
        "the degree is a factor of the squared readout; it is not squared itself": p**2 * up - down,
        "the degree multiplies the readout's square; here it divides": up / p - down,
        "the sign is flipped: delta is positive where the readout is the larger": down - p * up,
        "the two terms are subtracted, not added": p * up + down,
        "delta keeps its sign: it is negative downstream": np.abs(p * up - down),
        "the two terms are subtracted, not divided": p * up / down,
        "no factor 1/2: delta is the whole difference (or is it divided by the degree, or by the "
        "sum of the rates?)": (p * up - down) / 2,
        "delta is not divided by the sum of the rates": (p * up - down) / (eta_w + eta_a),
        "the factor is the degree, not 2 whatever it is": 2 * up - down,
        "the degree is not an exponent of |w|^2": up - eta_a * length ** (2 * p),
        "a @ a adds up all readouts; each neuron has its own": p * eta_w * a @ a - down,
        "the degree does not divide the weights' term": up - down / p,
        "the degree multiplies the readout's square only, once": p * up - p**2 * down,
        "the exponent of |w| is 2 for every degree": p * up
        - eta_a * np.sum(np.abs(W) ** (2 * p), axis=1),
        "the rates are not under a root": p * np.sqrt(eta_w) * a**2 - np.sqrt(eta_a) * length**2,
        "each term has one rate, not the product of both": eta_w * eta_a * (p * a**2 - length**2),
        "|w|^2 is a sum over inputs, not the largest": p * up - eta_a * np.max(W**2, axis=1),
        "the degree itself is the factor, not (degree + 1) / 2": (p + 1) / 2 * up - down,
        "the rates look swapped: eta_w goes with a^2": p * eta_a * a**2 - eta_w * length**2,
        "the learning rates are forgotten": p * a**2 - length**2,
        "the rates are divided by; they are factors": p * a**2 / eta_w - length**2 / eta_a,
        "the rates are squared": p * eta_w * up - eta_a * down,
        "one rate multiplies both terms; each has its own": p * eta_w * a**2 - eta_w * length**2,
        "eta_a multiplies both terms; each has its own": p * eta_a * a**2 - down,
        "|w| should be squared": p * up - eta_a * length,
        "a should be squared": p * eta_w * a - down,
        "a should be squared, not taken without its sign": p * eta_w * np.abs(a) - down,
        "|w|^2 is the sum of the squares, not the square of the sum": p * up
        - eta_a * W.sum(axis=1) ** 2,
        "|w|^2 is the sum of the squares; here the weights are not squared": p * up
        - eta_a * W.sum(axis=1),
        "the degree itself is the factor, not one less": (p - 1) * up - down,
        "the rate of the weights has no exponent": p * up - eta_a**p * length**2,
        "a is squared, so that its sign is lost": p * eta_w * a * np.abs(a) - down,
        "|w|^2 is a sum over inputs, not a mean": p * up - eta_a * np.mean(W**2, axis=1),
        "sum over the inputs of a neuron (a row of W), not over the neurons": p * up
        - eta_a * others,
        "the squares of all neurons are summed up; each neuron has its own": p * up
        - eta_a * np.sum(W**2),
    }
