"""Run the visible checks of 06.7, `leak_sweep`: a sweep that the student chooses.

The checks read its data: that it covers what was asked, that its numbers are those of the library's
run, and that it shows the claim.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import kernel
from nbjudge import checks

__all__ = ["any_data", "own_or_library_sweep", "your_sweep"]

END = 1.0  # the time at which S is measured
FEWEST, MOST = 6, 12  # leaks in a sweep
APART = 0.05  # distance of the two leaks between which the order reverses
SAME = 2e-3  # of S: two results of one run
STEP = 0.01  # as `dynamics.two_layer` takes it
TOLERANCE = 0.01  # of S: what other times in the grid change where gates flip
DELTAS = {"balanced": 0.0, "upstream": 1.0}
# What the library says of data that do not go together -> the slip behind it.
OF_OTHER_SIZES = {
    r"expected shape \(\d+, 1\), one row per sample": (
        "use the X and y that are passed, both of them; INPUTS and LABELS have other sizes"
    )
}
LEAKS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0)  # the library's own sweep

Start = Callable[..., tuple[np.ndarray, np.ndarray]]


def your_sweep(leak_sweep: Callable, start: Start, X: np.ndarray, y: np.ndarray) -> None:
    """Read a sweep on the notebook's data: coverage, numbers, and the claim."""
    data = _covered(checks.call(leak_sweep, X, y))
    _agrees(data, start, X, y)
    _shows_the_turn(data)


def any_data(leak_sweep: Callable, start: Start, X: np.ndarray, y: np.ndarray) -> None:
    """Call for other inputs and labels: the numbers must be theirs."""
    rng = np.random.default_rng(7)
    other = rng.normal(size=(30, 5))
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    labels = other @ rng.normal(size=5)
    data = _covered(checks.ask(leak_sweep, other, labels, what="other data", slips=OF_OTHER_SIZES))
    theirs = {key: _S(data["leak"], start, other, labels, d) for key, d in DELTAS.items()}
    if all(np.allclose(data[key], theirs[key], atol=TOLERANCE) for key in DELTAS):
        return
    inputs = {
        key: _S(data["leak"], start, other, labels, d, seen_on=X) for key, d in DELTAS.items()
    }
    checks.that(
        not all(np.allclose(data[key], inputs[key], atol=SAME) for key in DELTAS),
        "called with other inputs, the networks learn on them, but the kernel is that of INPUTS: "
        "use X in both",
    )
    same = {key: _S(data["leak"], start, X, y, d) for key, d in DELTAS.items()}
    checks.that(
        not all(np.allclose(data[key], same[key], atol=TOLERANCE) for key in DELTAS),
        "called with other inputs and labels, the sweep has the numbers of INPUTS and LABELS: "
        "use the X and y that are passed",
    )
    _agrees(data, start, other, labels)


def own_or_library_sweep(
    leak_sweep: Callable, start: Start, X: np.ndarray, y: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the student's sweep if it covers what was asked, or the library's, and say so."""
    data: dict[str, np.ndarray] = {}

    def passes(answer: Callable) -> None:
        data.update(_covered(checks.call(answer, X, y)))
        _agrees(data, start, X, y)

    def library(X: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        leaks = np.array(LEAKS)
        return {"leak": leaks} | {key: _S(leaks, start, X, y, d) for key, d in DELTAS.items()}

    mine = checks.fallback(leak_sweep, library, passes=passes) is leak_sweep
    return data if mine else library(X, y)


def _covered(got: Any) -> dict[str, np.ndarray]:
    """Take the data of a sweep that covers what was asked."""
    data = checks.fields(got, {"leak": None, "balanced": None, "upstream": None}, what="the sweep")
    leak = data["leak"]
    checks.that(leak.ndim == 1, 'the sweep, entry "leak": return a list of numbers')
    for key in DELTAS:
        checks.that(
            data[key].shape == leak.shape,
            f'the sweep, entry "{key}": return one S for each leak, at the last time only',
            shown=f"got shape {data[key].shape} for {leak.size} leaks",
        )
    checks.that(
        leak.min(initial=0) > -1e-9 and leak.max(initial=0) < 1 + 1e-9,
        "leaks lie between 0, the ReLU network, and 1, the linear one",
        shown=f"got {leak.min(initial=0):g} to {leak.max(initial=0):g}",
    )
    for value, name in ((0.0, "ReLU"), (1.0, "linear")):
        checks.that(
            np.any(np.abs(leak - value) < 1e-9),
            f"the sweep should contain leak {value:g}, the {name} network: include both ends",
        )
    checks.that(np.all(np.diff(leak) > 0), "the leaks should rise, each of them once")
    checks.that(
        FEWEST <= leak.size <= MOST,
        f"choose between {FEWEST} and {MOST} leaks, and spend them where the curves cross",
        shown=f"got {leak.size} leaks",
    )
    return data


def _S(
    leaks: ArrayLike,
    start: Start,
    X: np.ndarray,
    y: np.ndarray,
    delta: float,
    *,
    end: float = END,
    kernel_leak: float | None = None,
    network_leak: float | None = None,
    seen_on: np.ndarray | None = None,
) -> np.ndarray:
    """Measure the kernel distance at a time, for all leaks at once."""
    leaks = np.asarray(leaks, dtype=float)
    trained = leaks if network_leak is None else np.full(leaks.shape, network_leak)
    seen = leaks if kernel_leak is None else np.full(leaks.shape, kernel_leak)
    W0, a0 = (np.repeat(p[None], leaks.size, axis=0) for p in start(delta))
    W, a = _flow(X, y, W0, a0, trained[:, None, None], end)
    X = X if seen_on is None else seen_on
    return kernel.kernel_distance(_kernels(X, W0, a0, seen), _kernels(X, W, a, seen))


def _kernels(X: np.ndarray, W: np.ndarray, a: np.ndarray, leaks: np.ndarray) -> np.ndarray:
    """Compute the tangent kernel of each network, (k, n, n)."""
    return np.array(
        [
            kernel.ntk_two_layer(X, *p, leak=float(leak))
            for *p, leak in zip(W, a, leaks, strict=True)
        ]
    )


def _flow(
    X: np.ndarray, y: np.ndarray, W: np.ndarray, a: np.ndarray, leak: np.ndarray, end: float
) -> tuple[np.ndarray, np.ndarray]:
    """Follow k networks at once, in the steps of `dynamics.two_layer`."""

    def velocity(W: np.ndarray, a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        z = X @ W.mT  # (k, n, m)
        gate = np.where(z > 0, 1.0, leak)
        out = gate * z
        r = (out @ a[..., None])[..., 0] - y
        return -(r[..., None] * a[:, None] * gate).mT @ X, -(out.mT @ r[..., None])[..., 0]

    steps = max(1, int(np.ceil(end / STEP - 1e-9)))
    h = end / steps
    for _ in range(steps):
        v1, b1 = velocity(W, a)
        v2, b2 = velocity(W + h / 2 * v1, a + h / 2 * b1)
        v3, b3 = velocity(W + h / 2 * v2, a + h / 2 * b2)
        v4, b4 = velocity(W + h * v3, a + h * b3)
        W = W + h / 6 * (v1 + 2 * v2 + 2 * v3 + v4)
        a = a + h / 6 * (b1 + 2 * b2 + 2 * b3 + b4)
    return W, a


def _agrees(data: dict[str, np.ndarray], start: Start, X: np.ndarray, y: np.ndarray) -> None:
    """Compare the numbers of a sweep with the library's runs."""
    leak = data["leak"]
    for key, delta in DELTAS.items():
        right = _S(leak, start, X, y, delta)
        gap = np.max(np.abs(data[key] - right))
        if gap <= SAME:
            continue
        for words, slip in _slips(leak, start, X, y, key).items():
            off = np.max(np.abs(data[key] - slip()))
            checks.that(off > SAME, f"S of {key} at t = 1: {words}")
        checks.close(data[key], right, what=f"S of {key} at t = 1", atol=TOLERANCE)


def _slips(
    leak: np.ndarray, start: Start, X: np.ndarray, y: np.ndarray, key: str
) -> dict[str, Callable[[], np.ndarray]]:
    """Name known slips, with a function that says what they give: some take a while."""
    mine, other = DELTAS[key], next(each for each in DELTAS if each != key)

    def S(leaks: np.ndarray = leak, delta: float = mine, **how: float) -> np.ndarray:
        return _S(leaks, start, X, y, delta, **how)

    def scaled(scale: float) -> np.ndarray:
        return _S(leak, lambda delta: start(delta, scale), X, y, mine)

    begin = "the start has another overall scale; start(delta) takes 0.1 by itself"
    to_both = "pass it to two_layer and to ntk_two_layer"
    return {
        "nothing has moved: compare the kernel at t = 1 with that at t = 0": lambda: 0 * leak,
        f"these are the numbers of {other}": lambda: S(delta=DELTAS[other]),
        "the kernel is that of the ReLU network: pass the leak to ntk_two_layer too":
            lambda: S(kernel_leak=0.0),
        "the kernel is that of the linear network: pass the leak to ntk_two_layer too":
            lambda: S(kernel_leak=1.0),
        "every network is the ReLU network: pass the leak to two_layer too":
            lambda: S(network_leak=0.0),
        f"the leak is in neither: {to_both}": lambda: S(network_leak=0.0, kernel_leak=0.0),
        "the leaks are reversed: 1 is the linear network": lambda: S(1 - leak),
        "this is 1 - S, how alike the kernels are": lambda: 1 - S(),
        "these are percentages; S lies between 0 and 1": lambda: 100 * S(),
        f"this is the difference of the two curves; return S of {key} itself":
            lambda: S() - S(delta=DELTAS[other]),
        "these are the numbers of downstream: start(-1.0)": lambda: S(delta=-1.0),
        f"this is another delta, 0.5: {key} begins at start({mine:.1f})": lambda: S(delta=0.5),
        "this is S at t = 0.1; use t = 1": lambda: S(end=0.1),
        "this is S at t = 2; use t = 1": lambda: S(end=2.0),
        "this is the root of S": lambda: S() ** 0.5,
        "these are rounded numbers": lambda: np.round(S(), 2),
        "these are rounded numbers ": lambda: np.round(S(), 1),
        "this is an angle; S is one minus its cosine": lambda: np.arccos(1 - S()),
        "this is a logarithm; return S itself": lambda: np.log10(np.maximum(S(), 1e-300)),
        "this is divided by the S of the first leak; return S itself": lambda: S() / S()[0],
        f"this is divided by the S of {other}; return S itself": lambda: S()
        / S(delta=DELTAS[other]),
        f"{begin}, not 0.3": lambda: scaled(0.3),
        f"{begin}, not 1": lambda: scaled(1.0),
        "this is S at t = 10; use t = 1": lambda: S(end=10.0),
    }  # fmt: skip


def _shows_the_turn(data: dict[str, np.ndarray]) -> None:
    """Check whether the place where the order reverses can be read off the data."""
    leak, lead = data["leak"], data["upstream"] - data["balanced"]
    turns = np.flatnonzero(np.sign(lead[1:]) != np.sign(lead[:-1]))
    i = turns[np.argmin(np.diff(leak)[turns])]
    checks.that(
        leak[i + 1] - leak[i] <= APART + 1e-9,
        f"the sweep does not yet say where the order reverses: the two leaks around the "
        f"crossing should be at most {APART:g} apart; move some of yours there",
        shown=f"yours are {leak[i]:g} and {leak[i + 1]:g}",
    )
