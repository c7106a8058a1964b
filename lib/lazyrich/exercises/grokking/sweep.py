"""Check a sweep of starts (08.4): are its data the network's, and do they show what they must?"""

from collections.abc import Callable
from typing import Any

import numpy as np

from lazyrich.exercises.grokking.sweep_slips import (
    Params,
    delta_slips,
    mean_delta,
    size,
    size_slips,
)
from nbjudge import checks

__all__ = [
    "shows_what_it_must",
    "sweep_to_draw",
    "tells_the_truth",
    "the_data_are_the_networks",
    "what_the_figure_shows",
]

KEYS = ("embedding", "readout", "delta", "function")
FEWEST, MOST = 5, 15


def the_data_are_the_networks(delta_sweep: Callable) -> None:
    """Check whether delta and the function's size are those of the starts that were chosen."""
    for degree, span, sizes in ((2, 6.0, (7, 5, 2, 3)), (1, 2.0, (6, 4, 3, 5))):
        params, x = _network(*sizes)
        checks.inputs_unchanged(delta_sweep, params, x, degree, span)
        tells_the_truth(delta_sweep, params, x, degree, span)


def what_the_figure_shows(delta_sweep: Callable) -> None:
    """Check what the sweep must show, for four networks, degrees and spans."""
    for degree, span, sizes in (
        (2, 6.0, (7, 5, 2, 3)),
        (1, 30.0, (6, 4, 3, 5)),
        (3, 0.5, (8, 3, 4, 2)),
        (1.5, 80.0, (5, 6, 2, 4)),
    ):
        params, x = _network(*sizes)
        shows_what_it_must(delta_sweep, params, x, degree, span)


def tells_the_truth(
    delta_sweep: Callable, params: Params, x: np.ndarray, degree: float, span: float
) -> dict[str, np.ndarray]:
    """Check four rows of equal length, and compare the last two with the network's."""
    got = _rows(checks.call(delta_sweep, params, x, degree, span))
    s, r = got["embedding"], got["readout"]
    checks.close(
        got["delta"],
        mean_delta(params, s, r, degree),
        what="delta, the mean of delta_i at each start",
        hints=delta_slips(params, s, r, degree),
    )
    checks.close(
        got["function"],
        [size(params, x, degree, *pair) for pair in zip(s, r, strict=True)],
        what="function, the root mean square of the outputs at each start",
        hints=size_slips(params, x, s, r, degree),
    )
    return got


def shows_what_it_must(
    delta_sweep: Callable, params: Params, x: np.ndarray, degree: float, span: float
) -> None:
    """Check for one function, starts from one side to the other, one at balance, and no hole."""
    got = _rows(checks.call(delta_sweep, params, x, degree, span))
    s, r = got["embedding"], got["readout"]
    where = f"degree {degree:g}, span {span:g}"
    checks.that(
        FEWEST <= len(s) <= MOST,
        f"the sweep should have {FEWEST} to {MOST} starts; each would cost a training",
        shown=f"got {len(s)} starts",
    )
    _one_function(s, r, degree)
    delta = mean_delta(params, s, r, degree)
    checks.that(
        np.min(np.abs(np.diff(np.sort(delta)))) > 1e-9 * span,
        "two starts are the same; each would cost a training (np.interp gives the end of its grid "
        "to all that lies beyond)",
        shown=where,
    )
    checks.that(
        np.all(np.diff(delta) > 0),
        "the starts should be in the order of their delta, rising from downstream to upstream"
        + (": they fall; reverse the rows" if np.all(np.diff(delta) < 0) else ""),
        shown=where,
    )
    near = 0.99 * span  # rounding costs nothing
    shown = f"delta goes from {delta[0]:.3g} to {delta[-1]:.3g}, {where}"
    for side, reached in (("downstream", delta[0] <= -near), ("upstream", delta[-1] >= near)):
        checks.that(
            reached,
            f"the sweep does not go far enough {side}: its delta should begin at or below -span "
            "and end at or above span, whatever network and span are handed over",
            shown=shown,
        )
    checks.that(
        np.all(np.abs(delta) <= 2.02 * span),
        "the sweep goes too far: no start should have |delta| above 2 span; choose the scales by "
        "the delta that they give",
        shown=shown,
    )
    checks.that(
        np.min(np.abs(delta)) <= 1.01 * span / 100,
        "no start is balanced: one should have |delta| of at most span / 100; for it solve "
        "delta = 0 for the embedding's scale",
        shown=f"the smallest |delta| is {np.min(np.abs(delta)):.3g}, {where}",
    )
    checks.that(
        np.max(np.diff(delta)) <= 1.01 * span,
        "the sweep has a hole: neighbors should not be further apart in delta than span",
        shown=f"the largest step is {np.max(np.diff(delta)):.3g}, {where}",
    )


def _rows(got: Any) -> dict[str, np.ndarray]:
    """Four rows of numbers, one entry per start."""
    got = checks.fields(got, dict.fromkeys(KEYS), what="the sweep")
    count = got["embedding"].size
    for key in KEYS:
        checks.that(
            got[key].shape == (count,),
            f'the sweep, entry "{key}": expected one number per start, as many as in "embedding"',
            shown=f'got shape {got[key].shape}; "embedding" has {got["embedding"].shape}',
        )
    for key in KEYS[:2]:
        checks.that(np.all(got[key] > 0), f"{key}: scales should be positive")
    return got


def _one_function(s: np.ndarray, r: np.ndarray, degree: float) -> None:
    """The factor s^degree r on the function is 1."""
    cut = int(degree)
    slips = {} if cut == degree else {"the degree is cut to a whole number": s ** -float(cut)}
    slips |= {
        "the readout does not pay for the embeddings: this scales the function too, and both "
        "knobs move": np.ones_like(s),
        "the readout takes the power minus one; an activation of this degree raises alpha to its "
        "degree": 1 / s,
        "the readout should take the power of MINUS the degree, to pay for the embeddings": s
        ** degree,
        "the readout takes the power minus one over the degree; it is minus the degree": s
        ** (-1 / degree),
        "the readout grows with the embeddings; it should take the power of minus the degree": s
        ** (1 / degree),
        "the power minus two is right for degree 2 alone": s**-2.0,
        "the power of minus twice the degree pays twice": s ** (-2 * degree),
        "the readout pays by the root of what it owes": s ** (-degree / 2),
    }
    factor = s**degree * r
    if np.allclose(factor, 1, rtol=1e-3):
        return
    why = next((words for words, wrong in slips.items() if np.allclose(r, wrong, rtol=1e-6)), "")
    if not why and np.allclose(factor, factor[0], rtol=1e-3):
        why = "it is the same at all starts, but not the function of params; scales of 1 keep it"
    checks.that(
        False,
        "all starts should be one and the same function, that of params"
        + (f": {why}" if why else ""),
        shown=f"it is multiplied by factors from {factor.min():.3g} to {factor.max():.3g}",
    )


def _network(h: int, p: int, k: int, c: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Parameters of a network with sizes that all differ, and inputs."""
    rng = np.random.default_rng([h, p, k, c])
    params = {
        "tok": rng.normal(size=(h, p)),
        "pos": 1.5 * rng.normal(size=(h, k)),
        "out": rng.normal(size=(c, h)),
    }
    return params, rng.integers(p, size=(9, k))


def sweep_to_draw(
    delta_sweep: Callable, params: Params, x: np.ndarray, degree: float, span: float
) -> dict[str, np.ndarray]:
    """The student's sweep if it is right, otherwise the library's and a line that says so."""
    data: dict[str, np.ndarray] = {}

    def passes(answer: Callable) -> None:
        shows_what_it_must(answer, params, x, degree, span)
        data.update(tells_the_truth(answer, params, x, degree, span))

    def library() -> dict[str, np.ndarray]:
        fine = np.geomspace(1e3, 1e-3, 20001)
        delta = mean_delta(params, fine, fine ** (-float(degree)), degree)
        s = np.exp(np.interp(span * np.linspace(-1.1, 1.1, 9), delta, np.log(fine)))
        r = s ** (-float(degree))
        sizes = [size(params, x, degree, *pair) for pair in zip(s, r, strict=True)]
        rows = (s, r, mean_delta(params, s, r, degree), np.array(sizes))
        return dict(zip(KEYS, rows, strict=True))

    mine = checks.fallback(delta_sweep, library, passes=passes) is delta_sweep
    return data if mine else library()
