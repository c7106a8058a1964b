"""Run the visible checks of 03.7: the interpolator that gradient flow finds."""

from collections.abc import Callable

import numpy as np

from lazyrich import dynamics, exact
from nbjudge import checks

__all__ = ["interpolates_and_the_flow_ends_there", "landing_slips", "several_missing_dimensions"]

Data = tuple[np.ndarray, np.ndarray, np.ndarray, float]


class _Readout:
    """Compute the readout at the end, right or with one slip."""

    def __init__(self, data: Data, eta_w: float, eta_a: float) -> None:
        X, y, self.w0, self.a0 = data
        inverse = np.linalg.pinv(X)
        self.beta_mn, self.row = inverse @ y, inverse @ (X @ self.w0)
        self.frozen = self.w0 - self.row
        self.eta_w, self.eta_a = eta_w, eta_a
        self.ratio = (y @ y) / (self.beta_mn @ self.beta_mn)

    def k(
        self, here: np.ndarray | None = None, *, add: float = 1.0, rates: tuple = (), before=None
    ) -> float:
        """Half of delta + eta_a |P_N w0|^2; `before` is the rate before the second."""
        w, a = rates or (self.eta_w, self.eta_a)
        here = self.frozen if here is None else here
        before = self.eta_a if before is None else before
        return (w * self.a0**2 - a * (self.w0 @ self.w0) + add * before * (here @ here)) / 2

    def __call__(
        self, k: float | None = None, *, c: float | None = None, minus: float = 1.0, over=None
    ) -> float:
        """The formula in the box; `c` is the factor of |beta_mn|^2."""
        k = self.k() if k is None else k
        c = self.eta_a * self.eta_w if c is None else c
        over = self.eta_w if over is None else over
        with np.errstate(invalid="ignore"):
            root = np.sqrt(k**2 + c * (self.beta_mn @ self.beta_mn))
            return float(np.sign(self.a0) * np.sqrt((k + minus * root) / over))


_SHAPES = "broadcast|aligned|core dimension|out of bounds|reshape"  # errors of them


def _readout_slips(a: _Readout) -> dict[str, float]:
    """List what known slips make of the readout at the end."""
    eta_w, eta_a, frozen, w0 = a.eta_w, a.eta_a, a.frozen, a.w0
    crossed, size, k = (eta_a, eta_w), np.linalg.norm(frozen), a.k()
    long = eta_w * a.a0**2 - eta_a * np.linalg.norm(w0) + eta_a * size**2
    words = "the two rates are crossed in delta: eta_w a^2 - eta_a |w|^2"
    return {
        "the sign of the readout is lost: it stays that of a0": -a(),
        "k is half of delta + eta_a |P_N w0|^2; here it is not halved": a(2 * a.k()),
        "the frozen part of w belongs in k too": a(a.k(add=0.0)),
        "k is half of delta + eta_a |P_N w0|^2; here it is delta alone": a(2 * a.k(add=0.0)),
        "eta_w divides the whole right side, k too": np.sign(a.a0)
        * np.sqrt(k + np.sqrt(k**2 + eta_a * eta_w * (a.beta_mn @ a.beta_mn)) / eta_w),
        "k is half of the coefficient already: there is no 4 under the inner root": a(
            c=4 * eta_a * eta_w
        ),
        "the inner root holds k^2 plus the other term": a(c=-eta_a * eta_w),
        "the inner root contains the length of beta_mn, not that of y": a(
            c=eta_a * eta_w * a.ratio
        ),
        "a0 should be squared in delta": a(k + eta_w * (a.a0 - a.a0**2) / 2),
        "k contains delta, in which |w0|^2 has a minus sign": a(k + eta_a * (a.row @ a.row)),
        "one of the two rates is missing under the inner root": a(c=eta_a),
        "one of the two rates is missing under the inner root ": a(c=eta_w),
        "k has delta PLUS eta_a |P_N w0|^2": a(a.k(add=-1.0)),
        "k contains P_N w0; here it contains the part in the row space": a(a.k(a.row)),
        "k contains P_N w0; here it contains all of w0": a(a.k(w0)),
        "the length of P_N w0 should be squared in k": a(a.k(add=1 / size)),
        "the length of w0 should be squared in delta": a(long / 2),
        "the rate eta_a is missing before |P_N w0|^2 in k": a(a.k(before=1.0)),
        "the rate before |P_N w0|^2 in k is eta_a": a(a.k(before=eta_w)),
        words: a(a.k(rates=crossed, before=eta_w)),
        f"{words} ": a(a.k(rates=crossed)),
        "the rates are missing in delta": a(a.k(rates=(1.0, 1.0))),
        "the learning rates are missing under the inner root": a(c=1.0),
        "|beta_mn| should be squared under the inner root": a(
            c=eta_a * eta_w / np.linalg.norm(a.beta_mn)
        ),
        "the left side of the formula is eta_w a^2: divide by eta_w": a(over=1.0),
        "the left side of the formula is eta_w a^2: here it is divided by eta_a": a(over=eta_a),
        "the formula gives the square of the readout; the outer root is missing": np.sign(a.a0)
        * a() ** 2,
        "the learning rates are forgotten": a(a.k(rates=(1.0, 1.0), before=1.0), c=1.0, over=1.0),
    }


def landing_slips(X, y, w0, a0, *, eta_w: float = 1.0, eta_a: float = 1.0) -> dict[str, np.ndarray]:
    """List what known slips make of the end."""
    a = _Readout((X, y, w0, a0), eta_w, eta_a)
    mn, row, frozen = a.beta_mn, a.row, a.frozen
    last = np.linalg.svd(X)[2][-1]
    alone = (last @ w0) * last
    exchanged = "the projections on the null space and on the row space are exchanged"
    return {words: mn + slip * frozen for words, slip in _readout_slips(a).items()} | {
        "this is the interpolator of smallest norm; the flow keeps the part of w in the null "
        "space": mn,
        exchanged: mn + a(a.k(row)) * row,
        f"{exchanged} ": mn + a() * row,
        "this keeps only one direction of the null space; it may have any dimension": mn
        + a(a.k(alone)) * alone,
        "a w0 is added; only the part of w0 in the null space is frozen": mn + a() * w0,
        "this is the interpolator nearest to beta0, the limit of large delta: a at the end is not "
        "a0": mn + a0 * frozen,
        "this is w at the end; beta = a w": mn / a() + frozen,
        "P_N w0 should be multiplied by the readout at the end": mn + frozen,
        "beta_mn is the part in the row space as it is; here it is multiplied by a": a()
        * (mn + frozen),
        "this is the part in the null space alone; beta_mn is missing": a() * frozen,
        "this is beta0; the flow has moved": a0 * w0,
    }


def _ask(function: Callable, data: Data, right: np.ndarray, what: str, **rates: float) -> None:
    X, y, w0, a0 = data
    got = checks.ask(
        function, X, y, w0, a0,
        what=f"with n = {X.shape[0]} and d = {X.shape[1]}",
        slips={_SHAPES: "pinv(X) has the shape (d, n), so pinv(X) @ X is (d, d) and X @ pinv(X) is "
               "(n, n); is a size written as a fixed number?"},
        **rates,
    )  # fmt: skip
    got = checks.array(got, what="the solution", shape=w0.shape)
    off = (
        "it interpolates, and only the size of the readout at the end is off: look at k (halved? "
        "with P_N w0?), at both rates, at the two roots"
    )
    if not np.allclose(X @ got, y, atol=1e-3):
        off = (
            "it does not even interpolate: X beta is not y. Look at beta_mn = pinv(X) y, and at "
            "the part in the null space, X P_N = 0"
        )
    checks.close(got, right, what=what, hints=landing_slips(*data, **rates) | {off: got})


def interpolates_and_the_flow_ends_there(implicit_bias_solution: Callable) -> None:
    """Compare with the end of an integrated flow, for readouts of both signs, unequal rates."""
    X, y = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.8]]), np.array([1.0, -0.3])
    w0 = np.array([0.45, 0.25, 0.95])
    for a0 in (0.9, -0.9):
        end = dynamics.one_neuron(200.0, X, y, w0, a0, eta_w=1.7, eta_a=0.8).beta
        what = (
            f"where the flow ends (2 samples, 3 dimensions, a0 = {a0:g}, eta_w = 1.7, eta_a = 0.8)"
        )
        _ask(implicit_bias_solution, (X, y, w0, a0), end, what, eta_w=1.7, eta_a=0.8)
    checks.inputs_unchanged(implicit_bias_solution, X, y, w0, 0.9, eta_w=1.7, eta_a=0.8)


def several_missing_dimensions(implicit_bias_solution: Callable) -> None:
    """Check null spaces of three and of four dimensions."""
    one = np.array([[0.5, -1.0, 0.4, 1.2]]), np.array([0.8]), np.array([0.3, 0.5, -0.2, 0.6]), -2.2
    two = (
        np.array([[1.0, 0.2, 0.0, -0.4, 0.6, 0.1], [0.3, -0.8, 0.5, 0.2, 0.0, 1.1]]),
        np.array([0.7, -1.1]),
        np.array([0.2, -0.3, 0.6, 0.4, -0.1, 0.5]),
        1.9,
    )
    for data, words in (
        (one, "1 sample in 4 dimensions"),
        (two, "2 samples in 6 dimensions"),
    ):
        for rates in ({"eta_w": 1.5, "eta_a": 0.6}, {"eta_w": 1.0, "eta_a": 1.0}):
            right = exact.implicit_bias(*data, **rates)
            what = (
                f"the solution for {words}, eta_w = {rates['eta_w']:g}, eta_a = {rates['eta_a']:g}"
            )
            _ask(implicit_bias_solution, data, right, what, **rates)
