"""List exact problems: models and starts whose whole trajectory is known.

Each comes with what it must agree with and how well. `test_exact_problems.py` runs every row of
TABLE against integration, automatic differentiation, its ends and its symmetries;
`test_exact_one_neuron.py` runs the one-neuron rows against many digits too.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import brentq

from lazyrich import conserved, dynamics, exact


@dataclass(frozen=True)
class OneNeuronProblem:
    name: str
    w0: tuple[float, ...]
    a0: float
    beta_star: tuple[float, ...]
    end_a: float  # where a ends, from the fixed points
    end_beta: tuple[float, ...]
    eta_w: float = 1.0
    eta_a: float = 1.0

    @property
    def rates(self) -> dict[str, float]:
        return {"eta_w": self.eta_w, "eta_a": self.eta_a}


GOLDEN = (1 + 5**0.5) / 2

ONE_NEURON = [
    OneNeuronProblem("balanced", (0.0, 1.0), 1.0, (1.0, 0.0), 1.0, (1.0, 0.0)),
    OneNeuronProblem("upstream, delta = 3", (0.0, 1.0), 2.0, (2.0, 0.0), 2.0, (2.0, 0.0)),
    OneNeuronProblem("downstream, delta = -3", (0.0, 2.0), 1.0, (2.0, 0.0), 1.0, (2.0, 0.0)),
    OneNeuronProblem("negative readout", (0.0, 1.0), -2.0, (2.0, 0.0), -2.0, (2.0, 0.0)),
    OneNeuronProblem("the readout changes sign", (-2.0, 0.5), 0.3, (1.0, 0.0), None, (1.0, 0.0)),
    OneNeuronProblem("a0 = 0", (1.0, 1.0), 0.0, (0.0, 1.0), None, (0.0, 1.0)),
    OneNeuronProblem("w0 = 0, delta = 1", (0.0, 0.0), 1.0, (1.0, 0.0), GOLDEN**0.5, (1.0, 0.0)),
    OneNeuronProblem(
        "nothing to learn, delta > 0", (0.5, 0.5), 1.0, (0.0, 0.0), 0.5**0.5, (0.0, 0.0)
    ),
    OneNeuronProblem("nothing to learn, delta < 0", (1.0, 1.0), 1.0, (0.0, 0.0), 0.0, (0.0, 0.0)),
    OneNeuronProblem("one dimension", (0.5,), -0.1, (2.0,), None, (2.0,)),
    OneNeuronProblem("anti-aligned, delta < 0", (-2.0, 0.0), 1.0, (1.0, 0.0), None, (1.0, 0.0)),
    OneNeuronProblem(
        "unequal rates", (0.2, -1.0, 0.4), 0.7, (1.0, 2.0, -1.0), None, (1.0, 2.0, -1.0), 3.0, 0.25
    ),
    OneNeuronProblem("in no hurry: a0 = 0 across", (0.0, 1.0), 0.0, (1.0, 0.0), 0.0, (0.0, 0.0)),
]
TIMES = np.array([0.0, 1e-8, 0.01, 0.3, 1.0, 4.0, 20.0])


# One table for all models: the function that the network computes, over time


@dataclass(frozen=True)
class Problem:
    """A model whose function over time is known; each field is what one witness says about it.

    closed: t -> (T, ...) the closed form; integrated: the same by `dynamics`; start, end: at t = 0
    and t = inf; network, parameters, rates, loss: for automatic differentiation of the start (None
    where the curve is a mode); turned: the closed form of the problem seen from another side
    (rotated, mirrored, rescaled), turned back; gap: largest difference to integration, absolute.
    """

    name: str
    closed: Callable
    integrated: Callable
    start: np.ndarray
    end: np.ndarray
    turned: Callable
    gap: float
    network: Callable | None = None
    parameters: tuple = ()
    rates: tuple = ()
    loss: Callable | None = None


def _rotation(d, seed=0):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


def _one_neuron(p, covariance=1.0, multiplier=1.0):
    w0, a0, target, rates = np.array(p.w0), p.a0, np.array(p.beta_star), p.rates
    settings, Q, k = (
        {"covariance": covariance, "multiplier": multiplier},
        _rotation(len(p.w0)),
        multiplier,
    )
    if not any(p.end_beta):  # a fixed point from which the rounding of a rotation would lead away
        Q = np.eye(len(p.w0))[::-1]
    X = np.sqrt(covariance) * np.eye(len(w0))

    def closed(t, w=w0, a=a0, aim=target):
        return exact.one_neuron(t, w, a, aim, **rates, **settings).beta

    def integrated(t):
        # the multiplier is only a change of the readout's units
        path = dynamics.one_neuron(
            t,
            X,
            X @ target,
            w0,
            k * a0,
            eta_w=p.eta_w,
            eta_a=k**2 * p.eta_a,
            rtol=1e-13,
            atol=1e-15,
        )
        return path.beta

    def loss(beta):
        return 0.5 * covariance * ((beta - torch.tensor(target)) ** 2).sum()

    return Problem(
        name=f"one neuron, {p.name}"
        + (f", covariance {covariance:g}, multiplier {multiplier:g}" if k != 1 else ""),
        closed=closed,
        integrated=integrated,
        start=k * a0 * w0,
        end=np.array(p.end_beta),
        turned=lambda t: -closed(t, -Q @ w0, a0, -Q @ target) @ Q,
        gap=2e-9,
        network=lambda w, a: k * a * w,
        parameters=(w0, np.array(a0)),
        rates=(p.eta_w, p.eta_a),
        loss=loss,
    )


def _two_layer(h, d, c, delta, eta_w, eta_a):
    W0, A0 = conserved.isotropic_init(h, d, c, delta, seed=h + d, eta_w=eta_w, eta_a=eta_a)
    target, rates = np.random.default_rng(7).normal(size=(c, d)), {"eta_w": eta_w, "eta_a": eta_a}
    U, s, Vt = np.linalg.svd(target, full_matrices=False)
    P, Q, H = _rotation(c, 1), _rotation(d, 2), _rotation(h, 3)

    def integrated(t):
        W, A = dynamics.linear_network(
            t, np.eye(d), target.T, [W0, A0], [eta_w, eta_a], rtol=1e-13, atol=1e-15
        )
        return A @ W

    return Problem(
        name=f"two layers, h = {h}, d = {d}, c = {c}, delta = {delta:g}",
        closed=lambda t: exact.two_layer(t, W0, A0, target, **rates).B,
        integrated=integrated,
        start=A0 @ W0,
        end=(U[:, :h] * s[:h]) @ Vt[:h],
        turned=lambda t: (
            P.T @ exact.two_layer(t, H @ W0 @ Q.T, P @ A0 @ H.T, P @ target @ Q.T, **rates).B @ Q
        ),
        gap=1e-10,
        network=lambda W, A: A @ W,
        parameters=(W0, A0),
        rates=(eta_w, eta_a),
        loss=lambda B: 0.5 * ((B - torch.tensor(target)) ** 2).sum(),
    )


def _mode(depth, u0, s, deltas=None):
    """One number per layer; their product is the mode."""
    above = np.append(0.0, np.cumsum(deltas if deltas is not None else np.zeros(depth - 1)))
    lowest = -above.min()
    x = brentq(
        lambda x: np.prod(np.sqrt(np.maximum(x + above, 0.0))) - u0,
        lowest,
        lowest + u0 + 1,
        xtol=1e-300,
    )
    layers = np.sqrt(np.maximum(x + above, 0.0))

    def closed(t, u0=u0, s=s):
        return (
            exact.deep_mode(t, u0, s, depth)
            if deltas is None
            else exact.deep_unbalanced_mode(t, u0, s, deltas)
        )

    def integrated(t):
        Ws = dynamics.linear_network(
            t, [[1.0]], [s], [[[w]] for w in layers], rtol=1e-13, atol=1e-15
        )
        return np.prod([W[:, 0, 0] for W in Ws], axis=0)

    def turned(t):
        if deltas is not None:  # the order of the layers does not matter
            back = list(-np.array(deltas))[::-1]
            return exact.deep_unbalanced_mode(t, u0, s, back)
        return closed(t / 3.0 ** (2 - 2 / depth), 3 * u0, 3 * s) / 3

    return Problem(
        name=f"mode of depth {depth} from {u0:g} to {s:g}"
        + (f", deltas {deltas}" if deltas is not None else ""),
        closed=closed,
        integrated=integrated,
        start=np.array(u0),
        end=np.array(s),
        turned=turned,
        gap=1e-10,
        network=lambda *w: torch.stack(w).prod(),
        parameters=tuple(layers),
        rates=(1.0,) * depth,
        loss=lambda u: 0.5 * (u - s) ** 2,
    )


def _low_rank(delta):
    rng = np.random.default_rng(4)
    X = 1.3 * np.linalg.qr(rng.normal(size=(5, 2)))[0].T
    y, rates, Q = X @ rng.normal(size=5), {"eta_w": 0.8, "eta_a": 1.7}, _rotation(5)
    w0, a0 = conserved.init_from_delta(rng.normal(size=5), delta, **rates)
    return Problem(
        name=f"two samples in five dimensions, delta = {delta:g}",
        closed=lambda t: exact.projected(t, X, y, w0, a0, **rates).beta,
        integrated=lambda t: (
            dynamics.one_neuron(t, X, y, w0, a0, **rates, rtol=1e-13, atol=1e-15).beta
        ),
        start=a0 * w0,
        end=exact.implicit_bias(X, y, w0, a0, **rates),
        turned=lambda t: exact.projected(t, X @ Q.T, y, Q @ w0, a0, **rates).beta @ Q,
        gap=1e-10,
        network=lambda w, a: a * w,
        parameters=(w0, np.array(a0)),
        rates=(rates["eta_w"], rates["eta_a"]),
        loss=lambda beta: 0.5 * ((torch.tensor(X) @ beta - torch.tensor(y)) ** 2).sum(),
    )


TABLE = [
    *map(_one_neuron, ONE_NEURON),
    _one_neuron(ONE_NEURON[4], covariance=2.5, multiplier=0.3),
    _one_neuron(ONE_NEURON[11], covariance=0.4, multiplier=3.0),
    *(
        _two_layer(*shape)
        for shape in [
            (2, 3, 2, 0.5, 1.7, 0.6),
            (3, 4, 5, -0.3, 0.5, 2.0),
            (2, 5, 3, 3.0, 1.0, 1.0),
            (4, 4, 2, -2.0, 1.3, 0.7),
            (5, 2, 3, 0.0, 0.6, 1.4),
            (1, 1, 1, -1.0, 2.0, 0.5),
        ]
    ),
    *(_mode(*mode) for mode in [(1, 0.3, 2.0), (2, 3.0, 1.0), (3, 0.05, 1.5), (5, 2.0, 0.8)]),
    _mode(2, 0.1, 1.2, [-0.7]),
    _mode(3, 0.1, 2.0, [0.5, -0.2]),
    _mode(4, 3.0, 1.0, [0.0, 0.4, 0.0]),
    *map(_low_rank, (-1.0, 0.0, 2.0)),
]
