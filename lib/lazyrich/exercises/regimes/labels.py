"""Run the visible checks of 03.5: the regime of a run."""

from collections.abc import Callable, Sequence

import numpy as np

from lazyrich import conserved, exact, kernel
from nbjudge import checks

__all__ = ["four_runs", "what_the_rule_says"]

LABELS = ("lazy", "rich", "delayed", "unfinished")
Rule = Callable[[np.ndarray, np.ndarray], str]


def _rule(
    *,
    fitted: Callable[[np.ndarray], np.ndarray] = lambda loss: loss <= 0.1 * loss[0],
    moment: Callable[[np.ndarray], int] = lambda hit: int(np.argmax(hit)),
    late: Callable[[np.ndarray, int], bool] = lambda S, i: bool(S[i] < 0.5 * S[-1]),
    lazy: Callable[[np.ndarray], bool] = lambda S: bool(S[-1] < 0.05),
    never: str = "unfinished",
    lazy_first: bool = True,
    names: tuple[str, str] = ("delayed", "rich"),
) -> Rule:
    """The rule of the text, or the same with a slip."""

    def label(loss: np.ndarray, S: np.ndarray) -> str:
        hit = fitted(loss)
        if lazy(S) and (lazy_first or hit.any()):
            return "lazy"
        if not hit.any() and never == "unfinished":
            return "unfinished"
        if not hit.any() and never != "argmax":
            return never
        return names[0] if late(S, moment(hit)) else names[1]

    return label


def _places(step: int) -> Callable[[np.ndarray, int], bool]:
    return lambda S, i: bool(S[np.clip(i + step, 0, len(S) - 1)] < 0.5 * S[-1])


def _entries(hit: np.ndarray) -> int:
    """The last moment at which the loss comes down."""
    return int(np.flatnonzero(hit & ~np.append(False, hit[:-1]))[-1])


SLIPS: dict[str, Rule] = {
    "delayed and rich are exchanged": _rule(names=("rich", "delayed")),
    "the arguments come in the order loss, S": lambda loss, S: _rule()(S, loss),
    "a loss of exactly a tenth of the start is down to a tenth": _rule(
        fitted=lambda loss: loss < 0.1 * loss[0]
    ),
    "the loss is compared with a tenth of its start, not with a number of its own": _rule(
        fitted=lambda loss: loss <= 0.1
    ),
    "the loss is compared with a tenth of its start, not of its largest value": _rule(
        fitted=lambda loss: loss <= 0.1 * loss.max()
    ),
    "the loss is compared with a tenth of its start, not of what it loses in all": _rule(
        fitted=lambda loss: loss - loss[-1] <= 0.1 * (loss[0] - loss[-1])
    ),
    "the moment is that at which a tenth of the loss is left, not nine tenths": _rule(
        fitted=lambda loss: loss <= 0.9 * loss[0]
    ),
    "the moment is that at which a tenth of the loss is left, not a half": _rule(
        fitted=lambda loss: loss <= 0.5 * loss[0]
    ),
    "the moment is that at which a tenth of the loss is left, not a hundredth "
    "(and the first such moment, not the last)": _rule(fitted=lambda loss: loss <= 0.01 * loss[0]),
    "the first moment counts, not the last at which the loss comes down to a tenth": _rule(
        moment=_entries
    ),
    "the first moment counts, not the last point at which the loss is down": _rule(
        moment=lambda hit: int(np.flatnonzero(hit)[-1])
    ),
    "half is half of the last S, not of 1": _rule(late=lambda S, i: bool(S[i] < 0.5)),
    "half is half of the last S, not of the largest": _rule(
        late=lambda S, i: bool(S[i] < 0.5 * S.max())
    ),
    "exactly half of the way counts as half": _rule(late=lambda S, i: bool(S[i] <= 0.5 * S[-1])),
    "S at that moment counts, from 0 and not from S[0]": _rule(
        late=lambda S, i: bool(S[i] - S[0] < 0.5 * (S[-1] - S[0]))
    ),
    "S at that moment counts, not whether it has been at half before": _rule(
        late=lambda S, i: bool(np.max(S[: i + 1]) < 0.5 * S[-1])
    ),
    "both curves share one index: S is read one place too early": _rule(late=_places(-1)),
    "both curves share one index: S is read one place too late": _rule(late=_places(1)),
    "lazy is judged by the last S, not by the largest": _rule(lazy=lambda S: S.max() < 0.05),
    "lazy is judged by the last S, not by what has come since S[0]": _rule(
        lazy=lambda S: abs(S[-1] - S[0]) < 0.05
    ),
    "lazy is judged by the last S, not by the mean": _rule(lazy=lambda S: S.mean() < 0.05),
    "lazy is a last S below 0.05, not below 0.5": _rule(lazy=lambda S: S[-1] < 0.5),
    "lazy is a last S below 0.05, not below 0.005": _rule(lazy=lambda S: S[-1] < 0.005),
    "exactly at the threshold of laziness is not below it": _rule(lazy=lambda S: S[-1] <= 0.05),
    "the question of laziness comes first": _rule(lazy_first=False),
    "a run whose loss never falls to a tenth is 'unfinished'; argmax gives 0 when nothing is "
    "True": _rule(never="argmax"),
    "a run whose loss never falls to a tenth is 'unfinished'": _rule(never="delayed"),
    "a run whose loss never falls to a tenth is 'unfinished', not 'rich'": _rule(never="rich"),
    "the question of laziness is missing": _rule(lazy=lambda S: False),
}


def _run(delta: float, degrees: float, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Loss and S of a neuron that starts at this angle to a target of the same length."""
    turn = np.radians(degrees)
    w0, a0 = conserved.init_from_delta([np.cos(turn), np.sin(turn)], delta)
    path = exact.one_neuron(t, w0, a0, [1.0, 0.0])
    return path.loss, kernel.whitened_kernel_distance(w0, a0, path.w, path.a)


def _judge(
    regime_label: Callable, cases: Sequence[tuple[str, np.ndarray, np.ndarray, str, str]]
) -> None:
    """Label all curves (run, loss, S, words, shown); a slip that explains all answers is named."""
    got = [
        checks.text(checks.call(regime_label, loss, S), what=f"the label of {run}", choices=LABELS)
        for run, loss, S, _, _ in cases
    ]
    right = [_rule()(loss, S) for _, loss, S, _, _ in cases]
    wrong = [k for k in range(len(cases)) if got[k] != right[k]]
    if not wrong:
        return
    run, _, _, words, shown = cases[wrong[0]]
    for slip, rule in SLIPS.items():
        if got == [rule(loss, S) for _, loss, S, _, _ in cases]:
            words = slip
            break
    checks.that(
        False,
        f"{run} is {right[wrong[0]]!r}, not {got[wrong[0]]!r}" + (f": {words}" if words else ""),
        shown=shown,
    )


def four_runs(regime_label: Callable) -> None:
    """Name runs of the neuron, with times that are spaced in two ways, and one that was stopped."""
    cases = []
    log = np.append(0.0, np.geomspace(0.01, 1000.0, 241))
    for degrees, delta in ((120, 4.0), (120, 0.0), (120, -4.0), (90, -4.0)):
        for t in (log, np.linspace(0, 200, 4001)):
            loss, S = _run(delta, degrees, t)
            i = int(np.argmax(loss <= 0.1 * loss[0]))
            even = t is not log
            run = f"the run from {degrees} degrees with delta = {delta:g}"
            words = "the label should depend on the loss, not on a place in the list"
            cases.append((
                run + (" at evenly spaced times" if even else ""), loss, S, words if even else "",
                f"S ends at {S[-1]:.2g}; when the loss is first down to a tenth, S is {S[i]:.2g}",
            ))  # fmt: skip
    loss, S = _run(-4.0, 120, np.linspace(0, 3, 50))
    cases.append(
        (
            "the run that was stopped early",
            loss,
            S + 0.06,
            "",
            f"its loss ends at {loss[-1] / loss[0]:.2g} of its start",
        )
    )
    _judge(regime_label, cases)
    checks.inputs_unchanged(regime_label, loss, S)


def what_the_rule_says(regime_label: Callable) -> None:
    """Go through the rule word by word, on curves of a few points."""
    falls, never = [8.0, 4.0, 0.5, 0.0], [8.0, 7.0, 6.0, 5.0]
    cases = []
    for loss, S, words in (
        (falls, [0.0, 0.1, 0.2, 0.5], ""),
        ([0.5, 0.09, 0.04, 0.0], [0.0, 0.1, 0.6, 0.7], ""),
        ([4.0, 8.0, 0.6, 0.0], [0.0, 0.1, 0.2, 0.5], ""),
        (falls, [0.0, 0.02, 0.04, 0.06], "half is half of the last S"),
        (falls, [0.0, 0.1, 0.6, 0.9], "half is half of the last S"),
        (falls, [0.0, 0.1, 0.25, 0.5], ""),
        (falls, [0.0, 0.9, 0.3, 0.5], ""),
        (falls, [0.0, 0.4, 0.1, 0.5], ""),
        (falls, [0.2, 0.3, 0.3, 0.5], ""),
        (falls, [0.5, 0.6, 0.5, 0.52], ""),
        ([8.0, 3.0, 2.0, 0.5, 0.0], [0.0, 0.1, 0.3, 0.1, 0.5], ""),
        (falls, [0.0, 0.01, 0.05, 0.05], ""),
        ([8.0, 4.0, 0.1 * 8.0, 0.0], [0.0, 0.1, 0.2, 0.5], ""),
        ([8.0, 0.5, 4.0, 3.0], [0.0, 0.1, 0.4, 0.5],
         "the first moment at which the loss is down to a tenth counts, even if the loss rises "
         "again"),
        ([8.0, 0.5, 4.0, 0.0], [0.0, 0.1, 0.4, 0.5],
         "the first moment at which the loss is down to a tenth counts, not the last"),
        (falls, [0.0, 0.3, 0.02, 0.04], "lazy is judged by the last S"),
        (never, [0.0, 0.0, 0.0, 0.01], "the question of laziness comes first"),
        (never, [0.0, 0.1, 0.2, 0.3], "a run whose loss never falls to a tenth is 'unfinished'"),
    ):  # fmt: skip
        curves = (f"({', '.join(f'{x:g}' for x in curve)})" for curve in (loss, S))
        run = "the run with loss = {} and S = {}".format(*curves)
        cases.append((run, np.array(loss), np.array(S), words, ""))
    _judge(regime_label, cases)
