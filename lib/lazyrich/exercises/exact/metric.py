"""Run the visible checks of 02.4: the metric M, by the velocity of the outputs."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from lazyrich.models import neuron
from nbjudge import checks

__all__ = ["metric_slips", "the_outputs_move_as_m_says"]


def metric_slips(w: np.ndarray, a: float, eta_w: float, eta_a: float) -> dict[str, np.ndarray]:
    """List what known slips make of M."""
    d, plus, minus = len(w), eta_w * a**2, eta_a * np.outer(w, w)
    one, needle = np.eye(d), np.outer(w, w)
    diagonal = "a^2 belongs on the diagonal only: a number plus a matrix is added to every entry"
    return {
        "your two learning rates look swapped: the gradient with respect to the readout is w.x, so "
        "eta_a goes with w w^T": eta_a * a**2 * one + eta_w * needle,
        "the learning rates are forgotten": a**2 * one + needle,
        "eta_a is forgotten": plus * one + needle,
        "eta_w is forgotten": a**2 * one + minus,
        "both terms have the rate of the weights": eta_w * (a**2 * one + needle),
        "both terms have the rate of the readout": eta_a * (a**2 * one + needle),
        "the rates should not be squared": eta_w**2 * a**2 * one + eta_a**2 * needle,
        "the rates enter without a root": eta_w**0.5 * a**2 * one + eta_a**0.5 * needle,
        "the outer product w w^T is missing (the readout moves too)": plus * one,
        "the multiple of the identity is missing (the weights move too)": minus,
        "w w^T should be a matrix, an outer product, not the number w.w": plus * one
        + eta_a * (w @ w),
        "the number w.w has taken the place of the matrix w w^T": (plus + eta_a * (w @ w)) * one,
        "a should be squared": eta_w * a * one + minus,
        "a should be squared, and its sign is lost": eta_w * abs(a) * one + minus,
        diagonal + "; use np.eye": plus + minus,
        "w w^T should be the outer product; here it has been divided by |w|^2": plus * one
        + minus / (w @ w),
        "w * w multiplies entry by entry; w w^T is an outer product": plus * one + eta_a * w * w,
        "only the diagonal of w w^T is there; the outer product has all entries": plus * one
        + eta_a * np.diag(w**2),
        "the sign is flipped: the minus sign is in front of M already": -(plus * one + minus),
        "the two terms are added, not subtracted": plus * one - minus,
        "the factor a^2 multiplies the identity only": plus * one + a**2 * minus,
        "a^2 I is multiplied by |w|^2 here; the first term contains the readout only": plus
        * (w @ w)
        * one
        + minus,
        "the second term has a factor 2 too many": plus * one + 2 * minus,
        "M is halved": (plus * one + minus) / 2,
    }


def _block(M: np.ndarray, w: np.ndarray, a: float, *, eta_w: float, eta_a: float) -> str:
    """Say which of the two terms of M is wrong, where no known slip explains it."""
    terms = np.stack([np.eye(len(w)).ravel(), np.outer(w, w).ravel()], axis=1)
    factors, *_ = np.linalg.lstsq(terms, M.ravel(), rcond=None)
    circle, needle = np.isclose(factors, [eta_w * a**2, eta_a], rtol=1e-4)
    if np.max(np.abs(terms @ factors - M.ravel())) > 1e-4 * np.max(np.abs(M)):
        return "M is not made of the identity and of w w^T alone"
    if circle:
        return "the multiple of the identity is right, and the factor of w w^T is not"
    if needle:
        return "the term with w w^T is right, and the factor of the identity is not"
    return "it is made of the identity and of w w^T, and the factors of both are off"


def the_outputs_move_as_m_says(ntk_matrix: Callable) -> None:
    """Compare -X M X^T r with the outputs a moment later, and M in three and in five dimensions."""
    rng, rates = checks.rng(), {"eta_w": 1.7, "eta_a": 0.4}
    for n, d, a in ((6, 3, 1.4), (7, 5, -0.6)):
        X, y, w = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
        what = f"M in {d} dimensions, a = {a:g}, eta_w = 1.7, eta_a = 0.4"
        M = checks.array(checks.ask(ntk_matrix, w, a, what=what, **rates), what=what, shape=(d, d))
        dw, da = neuron.flow_rhs(X, y, w, a, **rates)
        h, r = 1e-6, X @ (a * w) - y  # outputs a short moment later and earlier, by gradient flow
        later, earlier = (X @ ((a + k * da) * (w + k * dw)) for k in (h, -h))
        checks.close(
            M,
            kernel.metric_one_neuron(w, a, **rates),
            what=what,
            hints={**metric_slips(w, a, **rates), _block(M, w, a, **rates): M},
        )
        checks.close(
            -X @ M @ X.T @ r, (later - earlier) / (2 * h), what="the velocity -X M X^T r of outputs"
        )
    checks.inputs_unchanged(ntk_matrix, w, a, **rates)
