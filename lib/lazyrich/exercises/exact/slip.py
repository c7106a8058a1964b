"""Run the visible checks of 02.7: where a draft of S fails, and S without its slip."""

from collections.abc import Callable

import numpy as np

from lazyrich import kernel
from nbjudge import checks

__all__ = ["draft_distance", "path_slips", "s_is_that_of_the_matrices", "the_draft_fails_there"]

ENOUGH = 0.1  # how far off the draft has to be


def _S(
    w0: np.ndarray,
    a0: float,
    w_t: np.ndarray,
    a_t: np.ndarray,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    power: float = 2.0,
    d: float | None = None,
    cross: float = 1.0,
    between: float = 1.0,
    two: float = 2.0,
    first: float = 1.0,
    bare: str = "",
) -> np.ndarray:
    """S of a path; each argument after the rates is a slip it can be made with."""
    d = w0.size if d is None else d
    plus0, minus0 = eta_w * a0**2, eta_a * np.sum(w0**2)
    plus_t, minus_t = eta_w * a_t**2, eta_a * np.sum(w_t**2, axis=-1)
    minus0, minus_t = (
        minus / (eta_a if which in bare else 1.0)
        for minus, which in ((minus0, "0"), (minus_t, "t"))
    )
    lengths = np.sqrt(np.sum(w0**2) * np.sum(w_t**2, axis=-1))
    cos = np.divide(np.abs(w_t @ w0), lengths, out=np.zeros(len(a_t)), where=lengths > 0)
    inner = first * d * plus0 * plus_t + cross * (plus0 * minus_t + minus0 * plus_t)
    inner = inner + between * eta_a**2 * lengths**2 * cos**power
    norm0 = np.sqrt(d * plus0**2 + two * plus0 * minus0 + minus0**2)
    norm_t = np.sqrt(d * plus_t**2 + two * plus_t * minus_t + minus_t**2)
    with np.errstate(all="ignore"):
        return 1 - inner / (norm0 * norm_t)


def draft_distance(
    w0: np.ndarray, a0: float, w_t: np.ndarray, a_t: np.ndarray, **rates: float
) -> np.ndarray:
    """Return what the notebook's draft of S does, slip and all."""
    return _S(w0, a0, w_t, a_t, power=1.0, **rates)


def path_slips(
    w0: np.ndarray, a0: float, w_t: np.ndarray, a_t: np.ndarray, *, eta_w: float, eta_a: float
) -> dict[str, np.ndarray]:
    """List what known slips make of S along a path."""
    rates = {"eta_w": eta_w, "eta_a": eta_a}

    def wrong(**slip: float) -> np.ndarray:
        return _S(w0, a0, w_t, a_t, **(rates | slip))

    angle = (
        "the draft agrees where the two w are parallel or at right angles; here they are neither"
    )
    fixed = "the dimension is written as a fixed number instead of d, the length of w0"
    right, largest = wrong(), np.sum(w_t**2)
    return {
        f"this is the draft as it was: {angle}": wrong(power=1.0),
        f"the term with both w has changed, but not to what the trace gives: {angle}": wrong(
            power=4.0
        ),
        f"the term with both w has changed, but not to what the trace gives ({angle})": wrong(
            power=0.5
        ),
        "the term with both w knows nothing of their angle now": wrong(power=0.0),
        "the term with both w is missing": wrong(between=0.0),
        "the cross terms, one's readout with the other's weights, are missing": wrong(cross=0.0),
        "the cross terms of the norms are 2 m_+ m_-; the 2 is missing": wrong(two=1.0),
        "the cross terms of the norms are missing": wrong(two=0.0),
        "the cross terms, one's readout with the other's weights, are missing everywhere": wrong(
            cross=0.0, two=0.0
        ),
        "the term with both w has eta_a squared, since each needle has its own eta_a": wrong(
            between=1 / eta_a**2
        ),
        "the term with both w has eta_a squared; one eta_a is missing": wrong(between=1 / eta_a),
        "the term with d is missing": wrong(first=0.0),
        "the trace of the identity is d, and here it is 1": wrong(d=1),
        **{fixed + " " * k: wrong(d=k) for k in (2, 3)},
        "d is the length of w0, not the number of times": wrong(d=len(a_t)),
        "your two learning rates look swapped": wrong(eta_w=eta_a, eta_a=eta_w),
        "the learning rates are forgotten": wrong(eta_w=1.0, eta_a=1.0),
        "this sums over all times and entries; sum over the last axis only": _S(
            w0, a0, w_t * np.sqrt(largest / np.sum(w_t**2, axis=-1))[:, None], a_t, **rates
        ),
        "the term with both w has eta_a squared, and here one rate is eta_w": wrong(
            between=eta_w / eta_a
        ),
        "eta_a is missing in m_- of the neurons at the times": wrong(bare="t"),
        "eta_a is missing in m_- of the neuron at the start": wrong(bare="0"),
        "eta_a is missing in both m_-": wrong(bare="0t"),
        "one minus the cosine is not halved; a half belongs to the squared distance": right / 2,
        "this is the similarity; S is one minus it": 1 - right,
        "the quotient itself is taken from 1, and not its square": 1 - (1 - right) ** 2,
    }


def the_draft_fails_there(where_it_shows: Callable) -> None:
    """Check two neurons between which the draft is off by more than 0.1."""
    what = "where it shows"
    out = checks.items(
        checks.ask(where_it_shows, what=what), 4, what="the two neurons (w0, a0, w1, a1)"
    )
    w0 = checks.array(out[0], what="w0")
    w1 = checks.array(out[2], what="w1")
    a0, a1 = checks.number(out[1], what="a0"), checks.number(out[3], what="a1")
    checks.that(
        w0.ndim == w1.ndim == 1 and w0.size == w1.size,
        "w0 and w1 should be two vectors of one length, the weights of two neurons",
        shown=f"got shapes {w0.shape} and {w1.shape}",
    )
    checks.that(
        max(np.max(np.abs(w0)), abs(a0)) > 0 and max(np.max(np.abs(w1)), abs(a1)) > 0,
        "a neuron whose weights and readout are all 0 has no kernel",
    )
    checks.that(
        w0.size > 1,
        "in one dimension all kernels are the same up to a factor, and the draft knows it",
    )
    right = float(kernel.whitened_kernel_distance(w0, a0, w1, a1))
    draft = float(draft_distance(w0, a0, w1[None], np.array([a1]))[0])
    shown = f"S is {draft:.4f} by the draft, {right:.4f} by the matrices"
    lengths = np.linalg.norm(w0) * np.linalg.norm(w1)
    cos = abs(w0 @ w1) / lengths if lengths > 0 else 0.0
    checks.that(
        lengths > 0, "the draft is right where one w is 0: no direction is compared", shown=shown
    )
    for condition, angle in ((cos < 1e-6, "at right angles"), (cos > 1 - 1e-6, "parallel")):
        checks.that(not condition, f"the draft is right where the two w are {angle}", shown=shown)
    checks.that(
        abs(draft - right) > ENOUGH,
        "the draft is off there, but by less than 0.1: "
        + (
            "the readouts are so large that the circles outweigh the needles"
            if a0**2 * a1**2 * w0.size > 0.3 * lengths**2
            else "try other angles between the two w"
        ),
        shown=shown,
    )


def s_is_that_of_the_matrices(find_the_slip: Callable) -> None:
    """Compare S with the distance of the matrices, and ask what a distance must do."""
    rng, rates = checks.rng(), {"eta_w": 1.7, "eta_a": 0.4}
    w0, a0 = np.array([1.0, -0.6, 0.8, 0.3]), 0.5
    w_t = rng.normal(size=(6, 4)) + 0.4
    a_t = np.array([0.5, -0.4, 0.9, 0.2, 1.1, -0.7])

    def S(w: np.ndarray, a: float, w_t: np.ndarray, a_t: np.ndarray, what: str, **rates: float):
        got = checks.ask(find_the_slip, w, a, w_t, a_t, what=what, **rates)
        return checks.array(got, what=what, shape=a_t.shape, finite=False)

    what = "S from a neuron to itself, among others"
    got = S(w0, a0, np.stack([w_t[0], w0, -w0]), np.array([0.3, a0, a0]), what)
    checks.that(
        np.max(np.abs(got[1:])) < 1e-6,
        "S from a neuron to itself, and to the one with -w, should be 0: put it in twice, and "
        "inner must be norm0 times norm_t, term by term",
    )
    what = "S of six neurons in four dimensions, eta_w = 1.7, eta_a = 0.4"
    got = S(w0, a0, w_t, a_t, what, **rates)
    right = kernel.whitened_kernel_distance(w0, a0, w_t, a_t, **rates)
    checks.close(
        got,
        right,
        what=what,
        atol=1e-9,
        hints={
            **path_slips(w0, a0, w_t, a_t, **rates),
            "compare its four traces one at a time (at w = 0 only the first is left, at a = 0 only "
            "the last), and each norm with its own neuron put in twice": got,
        },
    )
    alone = np.concatenate(
        [S(w0, a0, w_t[k : k + 1], a_t[k : k + 1], what, **rates) for k in (0, 3)]
    )
    checks.that(
        np.max(np.abs(alone - got[[0, 3]])) < 1e-6,
        "S at one time should not depend on which other times are asked for: sum over the last "
        "axis only",
    )
    what = "S from and to a neuron with w = 0"
    for w, path in ((np.zeros(4), w_t[:2]), (w0, np.zeros((2, 4)))):
        got = S(w, a0, path, a_t[:2], what, **rates)
        checks.that(
            np.all(np.isfinite(got)),
            f"{what} is not finite: a direction is zero by zero there, and the trace needs none",
        )
        checks.close(
            got,
            kernel.whitened_kernel_distance(w, a0, path, a_t[:2], **rates),
            what=what,
            atol=1e-9,
        )
    checks.inputs_unchanged(find_the_slip, w0, a0, w_t, a_t, **rates)
