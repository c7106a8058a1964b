"""Check delta along stochastic gradient descent (01.7)."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from lazyrich import conserved
from lazyrich.models import neuron
from nbjudge import checks

__all__ = ["the_full_batch_is_gradient_descent", "the_protocol"]

START = np.array([0.8, -0.5, 0.3]), 0.4
ETA, STEP = 1.6, 0.01
RUN_OF_ITS_OWN = "a run should depend on its own seed only: make a new generator for each run"


def the_full_batch_is_gradient_descent(sgd_delta_ensemble: Callable) -> None:
    """Check two runs with all six samples a step, which are gradient descent."""
    rng = np.random.default_rng(8)
    X, y, (w0, a0) = rng.normal(size=(6, 3)), rng.normal(size=6), START
    run = neuron.gradient_descent(X, y, w0, a0, eta_w=ETA, eta_a=ETA, step=STEP, n_steps=10)
    right = np.tile(conserved.delta(run["w"], run["a"], eta_w=ETA, eta_a=ETA), (2, 1))
    settings = {"eta": ETA, "step": STEP, "n_steps": 10, "batch": 6, "seeds": [0, 1]}
    got = checks.call(sgd_delta_ensemble, w0, a0, X, y, **settings)
    checks.inputs_unchanged(sgd_delta_ensemble, w0, a0, X, y, **settings)
    got = checks.array(got, what="delta of 2 runs of 10 steps", shape=(2, 11))
    what = "delta of 2 runs with batch = n"
    checks.that(
        abs(got[0, 0] - right[0, 0]) > 1e-4 or abs(got[1, 0] - right[1, 0]) < 1e-4,
        f"{what}: each run begins at w0, a0; here the first does, and the second somewhere else",
    )
    checks.close(
        got[:, 0],
        right[:, 0],
        what=f"{what}, at the start",
        hints={
            "delta = eta (a^2 - |w|^2): the rate is missing": right[:, 0] / ETA,
            "the sign is flipped": -right[:, 0],
            "the first column is the start, before any step": right[:, 1],
            "the weights are missing: delta = eta (a^2 - |w|^2)": np.full(2, ETA * a0**2),
        },
    )
    checks.that(np.any(got[:, -1] != 0), f"{what}: the last column is zero; was it ever filled?")
    moved = np.max(np.abs(right - right[:, :1]))
    checks.close(
        (got - right[:, :1]) / moved,
        (right - right[:, :1]) / moved,
        what=f"{what}, compared with gradient descent",
        hints={
            "the rows are drawn with replacement, so that some samples come twice": (
                _moves(X, y, START, [_drawn(seed, 6, 6, 10, replace=True) for seed in (0, 1)],
                       ETA, STEP, 1.0) / moved
            ),
            "rows are drawn of X alone; the labels belong to the same rows, y[rows]": (
                _with_other_labels(X, y) / moved
            ),
            **_whole_batch_slips(X, y, moved),
        },
    )  # fmt: skip


def _with_other_labels(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far delta is from its start if the inputs are shuffled and the labels are not."""
    out = np.zeros((2, 11))
    for seed, moves in enumerate(out):
        w, a = START
        for k, rows in enumerate(_drawn(seed, 6, 6, 10)):
            slope_w, slope_a = neuron.gradients(X[rows], y, w, a)
            w, a = w - STEP * ETA * slope_w, a - STEP * ETA * slope_a
            moves[k + 1] = ETA * (a**2 - w @ w - START[1] ** 2 + START[0] @ START[0])
    return out


def _whole_batch_slips(X: np.ndarray, y: np.ndarray, moved: float) -> dict[str, Any]:
    rows = [[np.arange(6)] * 10] * 2

    def other(eta: float, factor: float, **how: Any) -> np.ndarray:
        return _moves(X, y, START, rows, ETA, STEP, factor * eta / ETA, **how) / moved

    return {
        "the learning rate is missing in the step": other(1.0, 1.0),
        "the gradient is that of the mean: leave out 1/n, multiply by n / batch": other(ETA, 1 / 6),
        "the gradient has a factor 2 too many": other(ETA, 2.0),
        "the learning rate is in the step twice": other(ETA**2, 1.0),
        "n is the number of samples, and here it is that of the dimensions": other(ETA, 0.5),
        "n is a fixed number here; take it from the data": other(ETA, 8 / 6),
        "n is a fixed number here; take it from the data ": other(ETA, 10 / 6),
        "w and a must both be made from the old values": other(ETA, 1.0, order="aw"),
        "w and a must both be made from the old values; a uses the new w here": other(
            ETA, 1.0, order="wa"
        ),
        "the step goes uphill: subtract the gradient": other(-ETA, 1.0),
        "delta stays at its start: record it after each step": np.zeros((2, 11)),
        "delta is recorded before the step; record it after": (other(ETA, 1.0)[:, [0, *range(10)]]),
        "the residual is predictions minus labels, not their sum": (
            _moves(X, -y, START, rows, ETA, STEP, 1.0) / moved
        ),
        "batch and n are arguments: here 2 rows of 6 are drawn": (
            _moves(X, y, START, [_drawn(s, 6, 2, 10) for s in (0, 1)], ETA, STEP, 1.0) / moved
        ),
    }


def the_protocol(sgd_delta_ensemble: Callable) -> None:
    """Check three runs of 25 steps with two of seven samples, draw by draw."""
    rng = checks.rng(1)
    n, batch, eta, step, n_steps = 7, 2, 0.5, 0.1, 25
    X, y, w0, a0 = rng.normal(size=(n, 4)), rng.normal(size=n), rng.normal(size=4), 0.7
    X, y, w0 = 2 * X / np.linalg.norm(X, 2), 2 * y / np.linalg.norm(y), w0 / np.linalg.norm(w0)
    seeds = [5, 3, 8]
    settings = {"eta": eta, "step": step, "n_steps": n_steps, "batch": batch, "seeds": seeds}
    right = neuron.sgd_delta_ensemble(w0, a0, X, y, **settings)
    got = checks.call(sgd_delta_ensemble, w0, a0, X, y, **settings)
    got = checks.array(got, what="delta of 3 runs of 25 steps", shape=right.shape)
    checks.that(
        not np.allclose(got[0], got[1], rtol=0, atol=1e-9),
        "different seeds should give different runs: every run here draws the same rows",
    )
    moved = np.max(np.abs(right - right[:, :1]))  # delta itself moves little

    def moves(rows: Any, factor: float = n / batch, **how: Any) -> np.ndarray:
        return _moves(X, y, (w0, a0), rows, eta, step, factor, **how) / moved

    checks.close(
        (got - right[:, :1]) / moved,
        (right - right[:, :1]) / moved,
        what="delta along the runs, compared with the protocol",
        hints=_protocol_slips(moves, seeds, n, batch, n_steps),
    )


def _protocol_slips(
    moves: Callable, seeds: Sequence[int], n: int, batch: int, n_steps: int
) -> dict[str, np.ndarray]:
    # This function is long because it lists slips, one after the other.
    rows = [_drawn(seed, n, batch, n_steps) for seed in seeds]

    def one_generator(seed: int) -> list[list[np.ndarray]]:
        flat = _drawn(seed, n, batch, n_steps * len(seeds))
        return [flat[k * n_steps : (k + 1) * n_steps] for k in range(len(seeds))]

    twice = [_drawn(seed, n, batch, 2 * n_steps) for seed in seeds]
    mixed = [[np.random.default_rng(seed).permutation(n)[:batch] for seed in [one] * n_steps]
             for one in seeds]  # fmt: skip
    return {
        "rows are drawn with replacement": moves(
            [_drawn(seed, n, batch, n_steps, replace=True) for seed in seeds]
        ),
        "the gradient of a batch is not rescaled by n / batch": moves(rows, 1.0),
        "n / batch need not be a whole number: // cuts it": moves(rows, float(n // batch)),
        "the gradient of a batch is multiplied by n / batch, not by batch / n": moves(
            rows, batch / n
        ),
        "the gradient of a batch is multiplied by n / batch, not divided by batch": moves(
            rows, 1 / batch
        ),
        "the gradient of a batch is multiplied by n / batch once, not twice": moves(
            rows, (n / batch) ** 2
        ),
        "the gradient of a batch is multiplied by n / batch, not by n": moves(rows, float(n)),
        "the gradient of a batch is multiplied by n / batch, not divided by n": moves(rows, 1 / n),
        f"{RUN_OF_ITS_OWN} (here the first seed serves for all)": moves(one_generator(seeds[0])),
        f"{RUN_OF_ITS_OWN} (here seed 0 serves for all)": moves(one_generator(0)),
        "the generator is made once for each run; here it is made anew in each step, "
        "so that each step draws the same rows": moves([[each[0]] * n_steps for each in rows]),
        "use the seeds themselves, not their places 0, 1, 2 in the list": moves(
            [_drawn(place, n, batch, n_steps) for place in range(len(seeds))]
        ),
        "each step draws its rows once; here it draws twice and uses the first": moves(
            [each[::2] for each in twice]
        ),
        "each step draws its rows once; here it draws twice and uses the second": moves(
            [each[1::2] for each in twice]
        ),
        "the first draw belongs to the first step; here a draw is lost before it": moves(
            [_drawn(seed, n, batch, n_steps + 1)[1:] for seed in seeds]
        ),
        "the same rows are used in each step": moves(mixed),
        "rows are drawn with rng.choice(n, batch, replace=False), not by rng.permutation": moves(
            [list(_permuted(seed, n, batch, n_steps)) for seed in seeds]
        ),
        "rows are drawn with numpy.random.default_rng(seed), not by RandomState": moves(
            [_drawn(seed, n, batch, n_steps, dice=np.random.RandomState) for seed in seeds]
        ),
        "rng.choice shuffles what it draws unless it is told not to; keep to the protocol's call": (
            moves([_drawn(seed, n, batch, n_steps, shuffle=False) for seed in seeds])
        ),
        "the generator's seed is the run's own, not one more": moves(
            [_drawn(seed + 1, n, batch, n_steps) for seed in seeds]
        ),
        "n is the number of samples here, 7; take it from the data": moves(rows, 6 / batch),
        "w and a must both be made from the old values": moves(rows, order="aw"),
        "w and a must both be made from the old values; a uses the new w here": moves(
            rows, order="wa"
        ),
    }


def _drawn(
    seed: int,
    n: int,
    batch: int,
    steps: int,
    replace: bool = False,
    dice: Callable = np.random.default_rng,
    **how: bool,
) -> list[np.ndarray]:
    dice = dice(seed)
    return [dice.choice(n, batch, replace=replace, **how) for _ in range(steps)]


def _permuted(seed: int, n: int, batch: int, steps: int) -> Iterable[np.ndarray]:
    dice = np.random.default_rng(seed)
    for _ in range(steps):
        yield dice.permutation(n)[:batch]


def _moves(
    X: np.ndarray,
    y: np.ndarray,
    start: tuple[np.ndarray, float],
    rows: Sequence[Sequence[np.ndarray]],
    eta: float,
    step: float,
    factor: float,
    order: str = "together",
) -> np.ndarray:
    """How far delta is from its start, (runs, steps + 1), for rows that are given."""
    out = []
    for run in rows:
        (w, a), deltas = start, []
        for these in [None, *run]:
            if these is not None:
                slope_w, slope_a = neuron.gradients(X[these], y[these], w, a)
                late_a = a - step * eta * factor * slope_a
                if order == "aw":
                    slope_w, _ = _slopes(X[these], y[these], w, a, late_a)
                late_w = w - step * eta * factor * slope_w
                if order == "wa":
                    _, slope_a = _slopes(X[these], y[these], w, a, late_w)
                    late_a = a - step * eta * factor * slope_a
                w, a = late_w, late_a
            deltas.append(conserved.delta(w, a, eta_w=eta, eta_a=eta))
        out.append(np.array(deltas) - deltas[0])
    return np.array(out)


def _slopes(
    X: np.ndarray, y: np.ndarray, w: np.ndarray, a: float, late: Any
) -> tuple[np.ndarray, float]:
    """Slopes with g of the old values and one factor of the new ones."""
    g = X.T @ (a * (X @ w) - y)
    return (late * g, 0.0) if np.ndim(late) == 0 else (np.zeros_like(w), float(late @ g))
