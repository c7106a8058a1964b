"""Run the visible checks of 03.6: starts of one function whose runs are lazy, rich and delayed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lazyrich import conserved, exact, kernel, measures
from lazyrich.exercises.regimes.stand_ins import fraction, starts
from nbjudge import checks

__all__ = ["chosen", "late_enough", "one_function_and_three_labels", "what_the_starts_do"]

ASKED = ("lazy", "rich", "delayed")
# In units of the inverse rate sqrt(eta_a eta_w) |beta*|: from before the fastest run that is likely
# to be handed in to long after the slowest.
MOMENTS = np.append(0.0, np.geomspace(1e-7, 1e7, 1601))


@dataclass(frozen=True)
class Measured:
    """Hold what a start does."""

    label: str
    function: np.ndarray
    delta: float  # in units of sqrt(eta_a eta_w) |beta*|
    crossed: float  # the same with the two rates exchanged
    end: float  # the last S
    turn: float  # sin^2 of the angle between function and target: the last S far downstream
    share: float  # of its way that S has made when the loss is down to a tenth; nan if never
    half: float  # the time at which S has made half of its way
    loss: float  # at the start, in units of |beta*|^2 / 2
    left: float  # the share of it at the end of the check's time


def _sine_squared(one: np.ndarray, two: np.ndarray) -> float:
    lengths = np.linalg.norm(one) * np.linalg.norm(two)
    return float(1 - (one @ two / lengths) ** 2) if lengths > 0 else 1.0


def _measure(w0: np.ndarray, a0: float, beta_star: np.ndarray, rates: dict) -> Measured:
    unit = np.sqrt(rates["eta_w"] * rates["eta_a"]) * np.linalg.norm(beta_star)
    t = MOMENTS / unit
    path = exact.one_neuron(t, w0, a0, beta_star, **rates)
    S = kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)
    fitted = path.loss <= 0.1 * path.loss[0]
    i = int(np.argmax(fitted))
    moved = fitted.any() and S[-1] > 1e-12
    return Measured(
        label=measures.regime_label(path.loss, S),
        function=a0 * w0,
        delta=float(conserved.delta(w0, a0, **rates)) / unit,
        crossed=float(conserved.delta(w0, a0, eta_w=rates["eta_a"], eta_a=rates["eta_w"])) / unit,
        end=float(S[-1]),
        turn=_sine_squared(a0 * w0, beta_star),
        share=float(S[i] / S[-1]) if moved else np.nan,
        half=fraction(t, S, 0.5),
        left=float(path.loss[-1] / path.loss[0]) if path.loss[0] > 0 else 0.0,
        loss=float(2 * path.loss[0] / (beta_star @ beta_star)),
    )


def _take(
    three_starts: Callable, beta_star: np.ndarray, wait: float, rates: dict
) -> list[Measured]:
    """Three measured runs, if they begin with one function."""
    d = beta_star.size
    got = checks.ask(
        three_starts, beta_star, wait, what=f"with a target in {d} dimensions", **rates
    )
    got = checks.fields(got, {"w0": (3, d), "a0": (3,)}, what="the three starts")
    runs = [
        _measure(w, float(a), beta_star, rates) for w, a in zip(got["w0"], got["a0"], strict=True)
    ]
    functions = np.stack([run.function for run in runs])
    largest = np.max(np.abs(functions))
    for k in (1, 2):
        same = np.max(np.abs(functions[k] - functions[0])) <= 1e-4 * largest
        turned = np.max(np.abs(functions[k] + functions[0])) <= 1e-4 * largest
        checks.that(
            same,
            f"the {ASKED[0]} and the {ASKED[k]} start compute different functions: "
            + (
                "the product a0 w0 has the other sign"
                if turned
                else "the product a0 w0 should be the same vector in all three, so where a0 is "
                "small w0 is large"
            ),
            shown=f"a0 w0 = {np.round(functions[0], 3).tolist()} and "
            f"{np.round(functions[k], 3).tolist()}",
        )
    checks.that(
        runs[0].loss > 1e-9, "the starts compute the target already, and there is nothing to learn"
    )
    return runs


def _fits(delta: float, asked: str) -> bool:
    """Whether a delta is where most designs have it."""
    return {"lazy": delta > 1, "rich": abs(delta) <= 1, "delayed": delta < -1}[asked]


def _cause(run: Measured, asked: str, d: int) -> str:
    """Say why a run has another label than the one asked for."""
    unit = "in units of sqrt(eta_a eta_w) |beta*|"
    if _fits(run.crossed, asked) and not _fits(run.delta, asked):
        return (
            "are the rates crossed? delta is eta_w a^2 - eta_a |w|^2, and a delta is large or "
            f"small {unit}"
        )
    if run.label == "unfinished":
        return (
            "its loss never falls to a tenth: does it start exactly opposite to the target, or "
            "with weights that are zero?"
        )
    if asked == "lazy":
        if run.delta <= 0:
            return (
                "its delta = eta_w a^2 - eta_a |w|^2 is not positive: lazy is upstream, with a "
                "large readout"
            )
        return f"it is not far enough upstream; a delta is large or small {unit}"
    if run.label == "lazy":
        if run.left > 1e-3:
            return (
                "its run is not over when the check stops looking, after 10^7 units of time: "
                "|delta| need not be so large"
            )
        if run.turn < 0.1:
            return (
                "its kernel has too little to turn by: S ends below sin^2 of the angle between "
                "start and target, and that angle is close to 0 or to 180 degrees"
            )
        if run.delta > 0.6:
            return f"it is too far upstream, {unit}"
        return f"its S ends just below 0.05: in {d} dimensions, with this angle, balance is lazy"
    if asked == "delayed":
        if run.delta > -0.6:
            return f"it is not far enough downstream, {unit}"
        return (
            "its loss has to wait for the kernel: from this angle, at this length, length alone "
            "cannot take most of the loss away; try a larger angle between start and target"
        )
    return (
        "its loss is down to a tenth before the kernel is halfway: it is too far downstream, or "
        f"so long or so far turned away that shrinking does most of the work (delta {unit})"
    )


def _labels(runs: list[Measured], beta_star: np.ndarray, setting: str) -> None:
    found = tuple(run.label for run in runs)
    checks.that(
        found == ASKED or sorted(found) != sorted(ASKED),
        "the three runs are there, but in another order: return lazy, rich, delayed",
        shown=f"got {', '.join(found)}",
    )
    for run, asked in zip(runs, ASKED, strict=True):
        share = (
            "" if np.isnan(run.share) else f"; at a tenth of the loss S has made {run.share:.0%}"
        )
        checks.that(
            run.label == asked,
            f"{setting}: the {asked} start makes a run that is {run.label}: "
            + _cause(run, asked, beta_star.size),
            shown=f"its delta is {run.delta:.3g} in these units, S ends at {run.end:.3g}{share}",
        )


def what_the_starts_do(
    three_starts: Callable, beta_star: np.ndarray, wait: float, setting: str, **rates: float
) -> None:
    """Measure three starts toward one target: function, labels, and the time of the last."""
    runs = _take(three_starts, beta_star, wait, rates)
    _labels(runs, beta_star, setting)
    checks.that(
        runs[2].half >= wait * (1 - 1e-3),
        f"{setting}: the kernel of the delayed start gets halfway too early: how does that time "
        "grow with |delta|, and by which power of sqrt(eta_a eta_w) |beta*| is it divided?",
        shown=f"it is halfway at t = {runs[2].half:.3g}, before wait = {wait:g}",
    )


def one_function_and_three_labels(three_starts: Callable) -> None:
    """Solve the three starts for targets of several lengths, directions and dimensions."""
    first = np.array([2.0, -1.5, 1.0])
    checks.ask(three_starts, first, 0.5, what="with a target in 3 dimensions", eta_w=2.0, eta_a=8.0)
    checks.inputs_unchanged(three_starts, first, 0.5, eta_w=2.0, eta_a=8.0)
    for beta_star, eta_w, eta_a, words in (
        (np.array([1.0, 0.0]), 1.0, 1.0, "beta* = (1, 0), both rates 1"),
        (first, 2.0, 8.0, "beta* = (2, -1.5, 1), eta_w = 2, eta_a = 8"),
        (np.array([0.0, 0.0, 0.0, -0.6]), 0.2, 0.05,
         "beta* = (0, 0, 0, -0.6), eta_w = 0.2, eta_a = 0.05"),
        (np.array([0.0, 0.9, 0.0]), 0.7, 1.5, "beta* = (0, 0.9, 0), eta_w = 0.7, eta_a = 1.5"),
        (np.full(10, 0.5), 0.3, 1.0, "beta* = (0.5, ..., 0.5) in 10 dimensions, eta_w = 0.3"),
    ):  # fmt: skip
        rates = {"eta_w": eta_w, "eta_a": eta_a}
        _labels(_take(three_starts, beta_star, 0.5, rates), beta_star, words)


def late_enough(three_starts: Callable) -> None:
    """Measure whether the kernel of the delayed start waits."""
    for beta_star, wait, eta_w, eta_a, words in (
        (np.array([0.6, 0.8]), 30.0, 1.0, 1.0, "beta* = (0.6, 0.8), both rates 1, wait = 30"),
        (np.array([0.3, -0.1, 0.2]), 400.0, 0.2, 0.5,
         "beta* = (0.3, -0.1, 0.2), eta_w = 0.2, eta_a = 0.5, wait = 400"),
        (np.array([2.0, 1.0, 2.0, 0.0, 1.0]), 50.0, 8.0, 2.0,
         "beta* = (2, 1, 2, 0, 1), eta_w = 8, eta_a = 2, wait = 50"),
    ):  # fmt: skip
        what_the_starts_do(three_starts, beta_star, wait, words, eta_w=eta_w, eta_a=eta_a)


def chosen(three_starts: Callable) -> Callable:
    """Return the answer if its starts do what they should, else a design that does, with a line."""

    def passes(answer: Callable) -> None:
        one_function_and_three_labels(answer)
        late_enough(answer)

    return checks.fallback(three_starts, starts, passes=passes)
