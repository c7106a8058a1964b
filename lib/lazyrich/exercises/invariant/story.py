"""Predict delta through a story of events, then run the story (01.6)."""

from collections.abc import Callable, Sequence

import numpy as np

from lazyrich import conserved, dynamics
from nbjudge import checks

__all__ = ["a_whole_story", "another_story", "one_event_at_a_time", "run_the_story"]

DELTA0, ETA = -1.5, 0.7
SEEN = 1e-5  # a run tells no smaller delta to four digits, because weights of size 1 are integrated
STORY = (
    ("train", 0.5),
    ("decay", 0.4),
    ("train", 0.8),
    ("rates", 3.0),
    ("train", 0.4),
    ("new data", 11),
    ("train", 0.3),
    ("scale", -1.5),
    ("train", 0.2),
    ("decay", 0.1),
    ("train", 0.7),
    ("decay", 0.0),
    ("rates", 0.5),
    ("train", 0.9),
)


def run_the_story(
    story: Sequence[tuple[str, float]], *, delta0: float, eta: float, seed: int = 0, points: int = 2
) -> dict[str, np.ndarray]:
    """Run a story on random data, from a random start with this delta.

    Parameters
    ----------
    story : sequence of (str, float)
        The events with their amounts.
    delta0 : float
        delta of the start.
    eta : float
        Both learning rates at the start.
    seed : int, default 0
        The seed of data and start.
    points : int, default 2
        How many points of each stretch of training are recorded, its ends included.

    Returns
    -------
    dict of str to ndarray
        "t" and "delta" along the run; "ends", the time when each event is over, and "after", delta
        then.
    """
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(5, 3)) / 5**0.5, rng.normal(size=5) / 5**0.5
    w, a = conserved.init_from_delta(rng.normal(size=3), delta0, eta_w=eta, eta_a=eta)
    state, rate, penalty = np.append(w, a), eta, 0.0
    ts, deltas, ends, after = [0.0], [_delta(state, rate)], [], []
    for event, amount in story:
        if event == "new data":
            other = np.random.default_rng(int(amount))
            X, y = other.normal(size=(5, 3)) / 5**0.5, other.normal(size=5) / 5**0.5
        penalty = amount if event == "decay" else penalty
        rate = rate * amount if event == "rates" else rate
        state = state * amount if event == "scale" else state
        if event == "train":
            along = np.linspace(0, amount, points)
            path = _decaying(along, X, y, state, rate, penalty)
            ts += list(ts[-1] + along)
            deltas += [_delta(each, rate) for each in path]
            state = path[-1]
        else:
            ts.append(ts[-1])
            deltas.append(_delta(state, rate))
        ends.append(ts[-1])
        after.append(deltas[-1])
    series = {"t": ts, "delta": deltas, "ends": ends, "after": after}
    return {name: np.array(values) for name, values in series.items()}


def _delta(state: np.ndarray, rate: float) -> float:
    return float(conserved.delta(state[:-1], state[-1], eta_w=rate, eta_a=rate))


def _decaying(
    t: np.ndarray, X: np.ndarray, y: np.ndarray, state: np.ndarray, rate: float, penalty: float
) -> np.ndarray:
    def gradient(parts: list[np.ndarray]) -> list[np.ndarray]:
        w, a = parts[0][:-1], parts[0][-1]
        g = X.T @ (a * (X @ w) - y)
        return [np.append(a * g, w @ g) + penalty * parts[0]]

    return dynamics.gradient_flow(t, gradient, [state], [rate])[0]


def one_event_at_a_time(predict_delta: Callable) -> None:
    """Check what each kind of event does by itself, and training with decay."""
    _ask(predict_delta, [("train", 2.0)], "without decay, training keeps delta on any data")
    _ask(predict_delta, [("new data", 5)], "there are no data in delta, so new ones change nothing")
    _ask(predict_delta, [("decay", 0.4)], "decay acts while the neuron trains, not by itself")
    _ask(
        predict_delta,
        [("rates", 3.0)],
        "the rates are a part of delta, so it changes with them though the weights stay",
        {"each square in delta is multiplied by one rate, so the factor is c and not c^2": 9.0,
         "delta is multiplied by the rate, not divided": 1 / 3,
         "delta is multiplied by c; here it is multiplied by the new rate": 3 * ETA,
         "c multiplies the rates that were there, and does not replace them": 3 / ETA},
    )  # fmt: skip
    _ask(
        predict_delta,
        [("scale", -2.0)],
        "a and w are in delta, so scaling them changes it",
        {"delta is made of squares: c^2 and not c": -2.0, "c^2, with its sign": -4.0,
         "a and w are scaled together, so each square gets c^2, and delta too": 16.0,
         "the sign of c does not matter: squares": 2.0},
    )  # fmt: skip
    _ask(
        predict_delta,
        [("decay", 0.4), ("train", 1.5)],
        "training with decay shrinks delta exponentially",
        _slips_of_fading(-2 * 0.4 * ETA * 1.5),
    )


def _slips_of_fading(exponent: float) -> dict[str, float]:
    """Slips of training with decay, as factors of delta."""
    parts = {
        "a factor 2 is missing in the exponent: delta is made of squares": 1 / 2,
        "eta is missing in the exponent: decay is part of the gradient, and the rate multiplies "
        "all of it": 1 / ETA,
        "both the factor 2 and eta are missing in the exponent": 1 / (2 * ETA),
        "the exponent has the wrong sign: decay shrinks": -1.0,
        "the time is missing in the exponent": 1 / 1.5,
        "the exponent has a factor 2 too many": 2.0,
        "eta enters the exponent once, not squared": ETA,
        "eta multiplies in the exponent, it does not divide": 1 / ETA**2,
        "lambda enters the exponent once, not squared": 0.4,
        "the base of the exponential is e, not 2": np.log(2),
        "training with decay does nothing here": 0.0,
    }
    return {words: float(np.exp(part * exponent)) for words, part in parts.items()} | {
        "the decay is exponential, not linear in time": 1 + exponent,
        "the decay is exponential, not 1 / (1 + ...)": 1 / (1 - exponent),
    }


def _ask(
    predict_delta: Callable,
    story: list[tuple[str, float]],
    rule: str,
    slips: dict[str, float] | None = None,
) -> None:
    """Run a short story and compare its last delta; `slips` are factors."""
    right = run_the_story(story, delta0=DELTA0, eta=ETA)["after"]
    told = f"delta after the story {story}"
    got = checks.call(predict_delta, DELTA0, ETA, story)
    checks.that(
        got is None or np.ndim(got) > 0,
        f"{told}: one number came back; return delta after each of the events, one for each",
    )
    got = checks.array(got, what=told, shape=right.shape)
    checks.that(np.sign(got[-1]) != -np.sign(right[-1]) or slips, f"{told}: the sign is lost")
    checks.close(got[:-1], right[:-1], what=f"{told}, before its last event")
    hints = {words: factor * DELTA0 for words, factor in (slips or {}).items()}
    near = abs(got[-1] - right[-1]) <= 1e-4 * abs(right[-1])
    if not near and (slips is None or np.isclose(got[-1], DELTA0)):
        checks.that(False, f"{told}: {rule}", shown=f"expected {right[-1]:.6g}, got {got[-1]:.6g}")
    checks.close(got[-1], right[-1], what=told, hints=hints)


def a_whole_story(predict_delta: Callable) -> None:
    """Run a story of fourteen events on random data and compare delta after each."""
    _compare(predict_delta, STORY, DELTA0, ETA, "delta after each event of the story")


def another_story(predict_delta: Callable, seed: int) -> None:
    """Run a story that is drawn at random and compare delta after each event."""
    rng = np.random.default_rng(seed)
    draws = {
        "train": (0.2, 1.0),
        "decay": (0.1, 0.8),
        "rates": (0.5, 2.0),
        "scale": (0.7, 1.4),
    }
    smallest = 0.0
    while smallest < SEEN:
        middle = list(rng.permutation([*draws, *draws, "new data"]))
        names = ["decay", "train", "rates", "train", *map(str, middle), "train"]
        story = [
            (
                name,
                int(rng.integers(99)) if name == "new data" else float(rng.uniform(*draws[name])),
            )
            for name in names
        ]
        delta0 = float(rng.choice([-1, 1]) * rng.uniform(0.5, 2.0))
        eta = float(rng.uniform(0.4, 1.3))
        smallest = np.min(np.abs(_followed(story, delta0, eta)))
    _compare(predict_delta, story, delta0, eta, "delta after each event of another story")


def _compare(
    predict_delta: Callable, story: Sequence, delta0: float, eta: float, what: str
) -> None:
    right = run_the_story(story, delta0=delta0, eta=eta, seed=3)["after"]
    got = checks.call(predict_delta, delta0, eta, list(story))
    got = checks.array(got, what=what, shape=right.shape)
    checks.inputs_unchanged(predict_delta, delta0, eta, [list(event) for event in story])
    slips = {
        "training uses the learning rate of the moment: ('rates', c) changes it for all that "
        "follows": _followed(story, delta0, eta, rate_changes=False),
        "('decay', lam) replaces the penalty that was there; the two do not add up": _followed(
            story, delta0, eta, adds=True
        ),
        "('decay', lam) acts on the training that follows, not on all of the story": _followed(
            story, delta0, eta, first=True
        ),
        "a penalty acts until the next ('decay', lam), not for one stretch of training only": (
            _followed(story, delta0, eta, once=True)
        ),
        "new data leave the penalty as it was": _followed(story, delta0, eta, forgets=True),
        "('scale', c) changes a and w, not the penalty or the rate": _followed(
            story, delta0, eta, scaled=True
        ),
        "training goes on from the delta of the moment, not from that of the start": _followed(
            story, delta0, eta, anew=True
        ),
        "the exponent has the time of this training alone, not all the time since the start": (
            _followed(story, delta0, eta, elapsed=True)
        ),
        "each event acts on what the last one left, not on the start": delta0
        * np.append(1.0, right / np.append(delta0, right[:-1]))[1:],
    }
    wrong = np.abs(got - right) > 1e-4 * np.abs(right)
    if wrong.any():
        k = int(np.argmax(wrong))
        checks.close(
            got[k],
            right[k],
            what=f"{what}; the first that differs is number {k + 1}, {story[k]}"
            + _exponent(story[k], got[max(k - 1, 0) : k + 1], right[max(k - 1, 0) : k + 1]),
            rtol=1e-5,
            hints={
                words: slip[k] for words, slip in slips.items() if np.allclose(got, slip, rtol=1e-3)
            },
        )


def _exponent(event: tuple[str, float], got: np.ndarray, right: np.ndarray) -> str:
    """Compare the exponents of a training of which only the end is wrong."""
    if event[0] != "train" or np.any(got / right <= 0) or len(right) < 2 or right[0] == right[1]:
        return ""
    share = np.log(got[1] / got[0]) / np.log(right[1] / right[0])
    return f", whose exponent is {share:.3g} times what it should be"


def _followed(
    story: Sequence,
    delta0: float,
    eta: float,
    *,
    rate_changes: bool = True,
    adds: bool = False,
    first: bool = False,
    once: bool = False,
    forgets: bool = False,
    scaled: bool = False,
    anew: bool = False,
    elapsed: bool = False,
) -> np.ndarray:
    """delta after each event, with a slip; in logarithms, event by event."""
    names, amounts = [name for name, _ in story], np.array([float(amount) for _, amount in story])
    logs = np.zeros(len(names))
    for k, name in enumerate(names):
        earlier = [i for i in range(k) if names[i] == "decay"]
        rates = [amounts[i] for i in range(k) if names[i] == "rates"]
        if name == "train" and earlier:
            chosen = sum(amounts[earlier]) if adds else amounts[earlier[0 if first else -1]]
            if once and "train" in names[earlier[-1] : k]:
                chosen = 0.0
            if forgets and "new data" in names[earlier[-1] : k]:
                chosen = 0.0
            if scaled:
                chosen *= np.prod(
                    [amounts[i] ** 2 for i in range(earlier[-1], k) if names[i] == "scale"]
                )
            eta_now = eta * (np.prod(rates) if rate_changes else 1.0)
            spent = sum(amounts[i] for i in range(0 if elapsed else k, k + 1) if names[i] == name)
            logs[k] = -2 * chosen * eta_now * spent - (np.sum(logs[:k]) if anew else 0.0)
        elif name in ("rates", "scale"):
            logs[k] = np.log(abs(amounts[k])) * (2 if name == "scale" else 1)
    return delta0 * np.exp(np.cumsum(logs))
