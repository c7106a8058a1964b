"""Run the visible checks of 06.4, `empirical_ntk`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich import kernel
from lazyrich.exercises.relu.stand_ins import library_kernel
from nbjudge import checks

__all__ = ["dead_and_undecided_neurons", "slopes_by_differences"]


def slopes_by_differences(empirical_ntk: Callable) -> None:
    """Compare with the slopes of the outputs, found by differences, and with one neuron by hand."""
    rng = checks.rng()
    X, W, a = rng.normal(size=(4, 3)), rng.normal(size=(5, 3)), rng.normal(size=5)
    X[3] = -X[0]  # the two share no open gate, so that slips in the gates show whatever is drawn
    rates = {"eta_w": 2.0, "eta_a": 0.25}

    def f(W: np.ndarray, a: np.ndarray) -> np.ndarray:
        return np.maximum(X @ W.T, 0) @ a

    steps = 1e-6 * np.eye(15).reshape(15, 5, 3)
    by_W = np.array([(f(W + e, a) - f(W - e, a)) / 2e-6 for e in steps])
    by_a = np.array([(f(W, a + e) - f(W, a - e)) / 2e-6 for e in 1e-6 * np.eye(5)])
    what = "the kernel, against slopes by differences, eta_w = 2, eta_a = 0.25"
    got = checks.array(checks.call(empirical_ntk, X, W, a, **rates), what="the kernel")
    checks.that(
        got.shape == (4, 4),
        "the kernel has a row and a column for each sample: sum over neurons",
        shown=f"got shape {got.shape}, expected (4, 4)",
    )
    right = 2.0 * by_W.T @ by_W + 0.25 * by_a.T @ by_a
    checks.close(got, right, what=what, rtol=1e-4, hints=_slips(X, W, a, **rates))
    one = (np.ones((1, 1)), 2 * np.ones((1, 1)), 3 * np.ones(1))
    by_hand = checks.call(empirical_ntk, *one, eta_a=10.0)
    checks.close(
        by_hand, [[49.0]], what="K of X = [[1]], W = [[2]], a = (3), eta_w = 1, eta_a = 10"
    )
    checks.inputs_unchanged(empirical_ntk, X, W, a, **rates)


def _parts(X: np.ndarray, W: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, ...]:
    """Compute z, gates, what neurons put out, x.x', and the kernel's two halves at rates of 1."""
    z = X @ W.T
    on, out, dots = 1.0 * (z > 0), np.maximum(z, 0), X @ X.T
    return z, on, out, dots, out @ out.T, dots * ((on * a**2) @ on.T)


def _slips(
    X: np.ndarray, W: np.ndarray, a: np.ndarray, *, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Name known slips, with what they give."""
    z, on, out, dots, put_out, shared = _parts(X, W, a)
    linear = dots * np.sum(a**2)
    return {
        "the rates look swapped: the readout's slope is max(0, z), so eta_a multiplies that half":
            eta_w * put_out + eta_a * shared,
        "the learning rates are forgotten": put_out + shared,
        "the gates are missing: this is the linear network's kernel":
            eta_w * linear + eta_a * z @ z.T,
        "the gates are missing in the half with a^2": eta_w * linear + eta_a * put_out,
        "True and False do not add up: the product (@) of two gates of True and False only says "
        "whether any neuron is open for both; make numbers of them first":
            eta_w * linear * (on @ on.T > 0) + eta_a * put_out,
        "the gates are missing in what the neurons put out": eta_w * shared + eta_a * z @ z.T,
        "a should be squared": eta_w * dots * ((on * a) @ on.T) + eta_a * put_out,
        "a should be squared, not taken without its sign":
            eta_w * dots * ((on * np.abs(a)) @ on.T) + eta_a * put_out,
        "a is missing: its square weighs the shared gates": eta_w * dots * (on @ on.T)
        + eta_a * put_out,
        "a is to the fourth power: it is squared twice": eta_w * dots * ((on * a**4) @ on.T)
        + eta_a * put_out,
        "the half of the readouts is missing": eta_w * shared,
        "the half of the weights is missing": eta_a * put_out,
        "x.x' is missing in the half of the weights": eta_w * (on * a**2) @ on.T + eta_a * put_out,
        "x.x' multiplies entry by entry (*), not as a product of matrices (@)":
            eta_w * dots @ ((on * a**2) @ on.T) + eta_a * put_out,
        "x.x' belongs in the half of the weights only": dots * (eta_a * put_out
        + eta_w * (on * a**2) @ on.T),
        "the readouts belong to the half of the weights, not to what the neurons put out":
            eta_a * (out * a**2) @ out.T + eta_w * dots * (on @ on.T),
        "a is in both halves; what the neurons put out has none":
            eta_a * (out * a**2) @ out.T + eta_w * shared,
        "max(0, z) is where the gate belongs": eta_w * dots * ((out * a**2) @ out.T)
        + eta_a * put_out,
        "the gates are where max(0, z) belongs": eta_w * shared + eta_a * on @ on.T,
    } | _slips_of_sums(X, W, a, eta_w=eta_w, eta_a=eta_a)  # fmt: skip


def _slips_of_sums(
    X: np.ndarray, W: np.ndarray, a: np.ndarray, *, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Name more of them: what is summed, shared or scaled."""
    z, on, _, dots, put_out, shared = _parts(X, W, a)
    right = eta_a * put_out + eta_w * shared
    linear = dots * np.sum(a**2)
    return {
        "sum over neurons, do not average": right / 5,
        "each neuron has its own a_i^2: it belongs inside the sum over shared gates":
            eta_w * linear * (on @ on.T) + eta_a * put_out,
        "each neuron has its own a_i^2, not their mean":
            eta_w * linear / 5 * (on @ on.T) + eta_a * put_out,
        "the weights w_i enter the second half through gates only":
            eta_w * (z @ z.T) * ((on * a**2) @ on.T) + eta_a * put_out,
        "the inputs keep their lengths: do not normalize x":
            eta_w * _cosines(X) * ((on * a**2) @ on.T) + eta_a * put_out,
        "a factor of 2 too many": 2 * right,
        "the kernel holds all pairs of samples, not the diagonal alone": np.diag(np.diag(right)),
        "both gates must be open, not one of them":
            eta_w * dots * (((on[:, None] + on) > 0) @ a**2) + eta_a * put_out,
        "two closed gates share nothing: multiply the gates, do not compare them":
            eta_w * dots * ((on[:, None] == on) @ a**2) + eta_a * put_out,
        "the gates of one sample only: multiply those of both":
            eta_w * dots * ((on * a**2).sum(axis=1)[:, None]) + eta_a * put_out,
        "each half has one rate, not the product of both": eta_w * eta_a * (put_out + shared),
        "the kernel keeps its size: do not normalize it": right / np.linalg.norm(right),
        "negative readouts count too: a is squared":
            eta_w * dots * ((on * np.maximum(a, 0) ** 2) @ on.T) + eta_a * put_out,
        "do not divide by the number of samples": right / 4,
        "the rates are squared": eta_w**2 * shared + eta_a**2 * put_out,
        "eta_w multiplies both halves; each has its own rate": eta_w * (put_out + shared),
        "eta_a multiplies both halves; each has its own rate": eta_a * (put_out + shared),
        "the rates are under a root; each slope is there twice":
            eta_w**0.5 * shared + eta_a**0.5 * put_out,
        "the two halves are added, not subtracted": eta_w * shared - eta_a * put_out,
        "the two halves are added, not subtracted (the other way around)":
            eta_a * put_out - eta_w * shared,
        "the gates are on the wrong side: open where z > 0":
            library_kernel(X, -W, a, eta_w=eta_w, eta_a=eta_a),
    } | _slips_of_tables(X, W, a, eta_w=eta_w, eta_a=eta_a)  # fmt: skip


def _slips_of_tables(
    X: np.ndarray, W: np.ndarray, a: np.ndarray, *, eta_w: float, eta_a: float
) -> dict[str, Any]:
    """Name rarer ones: squares of sums, tables that are not full, one rate squared."""
    _, on, out, dots, put_out, shared = _parts(X, W, a)
    right = eta_a * put_out + eta_w * shared
    return {
        "the sum over neurons is of squares, not the square of a sum":
            eta_w * dots * np.outer(on @ a, on @ a) + eta_a * put_out,
        "the sum over neurons is of squares, not the square of a sum ":
            eta_w * dots * ((on * a) @ on.T) ** 2 + eta_a * put_out,
        "what the neurons put out enters neuron by neuron, not as f f'":
            eta_w * shared + eta_a * np.outer(out @ a, out @ a),
        "x.x' is an inner product, not the product of two lengths":
            eta_w * np.outer(*2 * [np.linalg.norm(X, axis=1)]) * ((on * a**2) @ on.T)
            + eta_a * put_out,
        "a closed gate lets nothing through; this one leaks":
            kernel.ntk_two_layer(X, W, a, leak=0.01, eta_w=eta_w, eta_a=eta_a),
        "one half of the table is empty": np.triu(right),
        "one half of the table is empty ": np.tril(right),
        "the diagonal is empty: each sample has a pair with itself":
            right - np.diag(np.diag(right)),
        "the decimals are cut off: an array of whole numbers (dtype int) takes no others":
            np.trunc(right),
        "each half has one rate, not squared": eta_w * shared + eta_a**2 * put_out,
        "each half has one rate, not squared ": eta_w**2 * shared + eta_a * put_out,
    }  # fmt: skip


def _cosines(X: np.ndarray) -> np.ndarray:
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    return unit @ unit.T


def dead_and_undecided_neurons(empirical_ntk: Callable) -> None:
    """Check what closed gates, gates at zero and the readouts' signs do to the kernel."""
    X = np.array([[1.0, 2.0, 0.5], [0.5, 0.1, 3.0], [2.0, 1.0, 1.0], [0.3, 0.4, 0.2]])
    W, a = np.array([[1.0, 0.5, 2.0], [0.2, -1.0, 0.4]]), np.array([1.5, -0.5])
    rates = {"eta_w": 2.0, "eta_a": 0.7}
    got = checks.call(empirical_ntk, X, W, a, **rates)
    checks.close(got, library_kernel(X, W, a, **rates), what="the kernel of two neurons")
    more = checks.call(
        empirical_ntk, X, np.vstack([W, -np.ones((2, 3))]), np.append(a, [3.0, 2.0]), **rates
    )
    what = "the kernel with two dead neurons, closed for every input, against without: they add "
    checks.close(more, got, what=f"{what}nothing, are the gates missing?")
    turned = checks.call(empirical_ntk, X, W, -a, **rates)
    checks.close(
        turned, got, what="the kernel when all readouts change their sign: only squares are in it"
    )
    closed = checks.call(
        empirical_ntk, np.eye(2), np.array([[1.0, 0.0]]), np.array([2.0]), eta_w=3.0, eta_a=0.5
    )
    checks.close(
        closed,
        [[12.5, 0.0], [0.0, 0.0]],
        what="the kernel where a neuron receives exactly zero",
        hints={
            "the gate is closed at zero, not open": [[12.5, 0.0], [0.0, 12.0]],
            "the gate is closed at zero, not half open": [[12.5, 0.0], [0.0, 3.0]],
        },
    )
