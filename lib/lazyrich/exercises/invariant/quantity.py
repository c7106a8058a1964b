"""Check the conserved quantity of one neuron and of batches (01.2)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import conserved, dynamics
from nbjudge import checks

__all__ = ["batches", "constant_along_a_flow", "known_cases"]


def known_cases(conserved_delta: Callable) -> None:
    """Check two neurons whose delta can be computed by hand."""
    w, a = np.array([1.0, 2.0]), 3.0
    checks.close(
        _one_number(checks.call(conserved_delta, w, a)),
        4.0,
        what="delta of w = (1, 2), a = 3, both rates 1",
        hints={
            "the sign is flipped: delta is positive when the readout is the larger": -4.0,
            "|w| should be squared": 9 - 5**0.5,
            "a should be squared": 3.0 - 5.0,
            "neither a nor |w| is squared": 3 - 5**0.5,
            "square every entry of w first, then sum": 0.0,
            "the two squares are subtracted, not added": 14.0,
            "sum the squares of w, do not average them": 9 - 2.5,
            "delta has no factor 1/2": 2.0,
            "sum all the squares of w, do not take the largest": 5.0,
            "delta is a difference, not a quotient": 9 / 5,
            "delta is not divided by the sum of both squares": 4 / 14,
            "delta contains w itself, not beta = a w": -36.0,
            "this is the function's square a^2 |w|^2; delta is a difference": 45.0,
        },
    )
    checks.close(
        _one_number(checks.call(conserved_delta, w, a, eta_w=2.0, eta_a=0.3)),
        16.5,
        what="delta of w = (1, 2), a = 3, eta_w = 2, eta_a = 0.3",
        hints={
            "your two learning rates look swapped: each square goes with the other one's": -7.3,
            "the learning rates are missing": 4.0,
            "the learning rates are not squared": 4 * 9 - 0.09 * 5,
            "multiply by the learning rates, do not divide": 9 / 2 - 5 / 0.3,
            "each square is divided by its own rate; multiply by the other one": 9 / 0.3 - 5 / 2,
            "each square has its own learning rate, not one for both": 2.0 * 4,
            "each square has its own learning rate, not their product": 0.6 * 4,
            "each square has its own learning rate, not the mean of both": 1.15 * 4,
            "eta_w multiplies the square and is not inside it": 4 * 9 - 1.5,
            "the second square needs a learning rate too": 18 - 5.0,
            "the first square needs a learning rate too": 9 - 1.5,
            "delta contains the learning rates themselves, not their roots": (
                2**0.5 * 9 - 0.3**0.5 * 5
            ),
            "delta is not divided by a learning rate": 16.5 / 0.3,
            "delta is not divided by a learning rate ": 16.5 / 2,
        },
    )
    checks.inputs_unchanged(conserved_delta, w, a)


def _one_number(got: Any) -> Any:
    checks.that(
        np.size(got) != 2,
        "delta of one neuron: there is one value for each entry of w; sum over its last axis",
    )
    return got


def constant_along_a_flow(conserved_delta: Callable) -> None:
    """Check delta at five times of a gradient flow with unequal rates."""
    rng = np.random.default_rng(2)
    X, y, start = rng.normal(size=(6, 3)), rng.normal(size=6), np.array([0.8, -0.5, 0.3])
    path = dynamics.one_neuron(np.linspace(0, 2, 5), X, y, start, 0.4, eta_w=3.0, eta_a=0.5)
    right = conserved.delta(path.w, path.a, eta_w=3.0, eta_a=0.5)
    values = checks.call(conserved_delta, path.w, path.a, eta_w=3.0, eta_a=0.5)
    what = "delta at five times along a gradient flow with unequal rates"
    _not_summed_up(values, what)
    checks.close(
        values,
        right,
        what=what,
        hints={
            "the value changes along the flow; your two learning rates look swapped": (
                conserved.delta(path.w, path.a, eta_w=0.5, eta_a=3.0)
            ),
            "the value changes along the flow; the learning rates are missing": (
                conserved.delta(path.w, path.a)
            ),
            "the sign is flipped, or lost: delta is positive when the readout is the larger, "
            "and negative when the weights are": -right,
            "|w| should be squared": 3.0 * path.a**2 - 0.5 * np.linalg.norm(path.w, axis=-1),
            "every neuron gets the delta of the first": np.full(5, right[0]),
            "sum the squares over the last axis only; here they are summed over all": (
                3.0 * path.a**2 - 0.5 * np.sum(path.w**2)
            ),
            "a is squared neuron by neuron, not summed over the batch": (
                3.0 * np.sum(path.a**2) - 0.5 * np.sum(path.w**2, axis=-1)
            ),
            "here w has three entries: two, a fixed number, are squared": (
                3.0 * path.a**2 - 0.5 * np.sum(path.w[:, :2] ** 2, axis=-1)
            ),
        },
    )


def batches(conserved_delta: Callable) -> None:
    """Check a batch with two leading axes; no axis is as long as another."""
    rng = checks.rng()
    w, a = rng.normal(size=(4, 2, 3)), rng.normal(size=(4, 2)) * [5.0, 0.5]  # both signs of delta
    rates = {"eta_w": 0.4, "eta_a": 1.5}
    what = "delta of a batch with two leading axes, w of shape (4, 2, 3) and a of shape (4, 2)"
    values = checks.call(conserved_delta, w, a, **rates)
    _not_summed_up(values, what)
    squares = np.sum(w**2, axis=-1)
    checks.close(
        values,
        conserved.delta(w, a, **rates),
        what=what,
        hints={
            "your two learning rates look swapped": conserved.delta(w, a, eta_w=1.5, eta_a=0.4),
            "sum the squares over the last axis only; here they are summed over all": (
                0.4 * a**2 - 1.5 * np.sum(squares)
            ),
            "a is squared neuron by neuron, not summed over the batch": (
                0.4 * np.sum(a**2) - 1.5 * squares
            ),
        },
    )


def _not_summed_up(values: Any, what: str) -> None:
    checks.that(
        np.ndim(values) > 0 or values is None,
        f"{what}: one number came back for all neurons; sum over the last axis only",
    )
