"""Integrate gradient flow by general methods: the reference for every closed form."""

# Longer than 300 lines: four integrators of one kind, and most of it is docstrings.

import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from lazyrich import _validate as validate
from lazyrich import conserved
from lazyrich.conserved.networks import chain, two_layers
from lazyrich.exact.one_neuron import OneNeuron
from lazyrich.models import deep_linear

__all__ = ["gradient_flow", "linear_network", "one_neuron", "two_layer"]

# A flow for which DOP853 needs more calls is stiff: its fastest rate keeps the steps short, however
# long t is. Radau, which is implicit, then takes over.
EXPLICIT_CALLS, IMPLICIT_CALLS = 50_000, 100_000
FINEST = 100 * np.finfo(float).eps  # the relative tolerance that SciPy can hold
MOST_STEPS = 10_000_000  # of the fourth-order method


def one_neuron(
    t: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    w0: ArrayLike,
    a0: float,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> OneNeuron:
    """Integrate gradient flow of one neuron on any data, with SciPy's DOP853 or Radau.

    Radau takes over where the flow is stiff. The flow is w' = -eta_w dL/dw, a' = -eta_a dL/da with
    L = 1/2 |a X w - y|^2.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Finite times >= 0, in any order.
    X : array_like, shape (n, d)
        The inputs.
    y : array_like, shape (n,)
        The labels.
    w0 : array_like, shape (d,)
        The input weights at t = 0.
    a0 : float
        The readout at t = 0.
    eta_w : float, default 1.0
        The rate of w, above 0.
    eta_a : float, default 1.0
        The rate of a, above 0.
    rtol : float, default 1e-10
        The relative tolerance.
    atol : float, default 1e-12
        The absolute tolerance.

    Returns
    -------
    OneNeuron
        The fields of `exact.one_neuron`. The residual is measured from the least-squares solution
        of smallest norm, the loss excludes the part that no beta can remove, and condition is nan.

    Raises
    ------
    ValueError
        On bad input, or if the integrator gives up.
    """
    t = validate.times("t", t)
    w0, a0 = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w0.size)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    rtol, atol = validate.number("rtol", rtol, above=0, below=1), validate.rate("atol", atol)
    G, Xy = X.T @ X, X.T @ y
    beta_star = np.linalg.lstsq(X, y, rcond=None)[0]

    def rhs(_: float, state: np.ndarray) -> np.ndarray:
        w, a = state[:-1], state[-1]
        g = a * (G @ w) - Xy
        return np.append(-eta_w * a * g, -eta_a * (w @ g))

    states = _integrated(t, rhs, np.append(w0, a0), rtol=rtol, atol=atol)
    w, a = states[:, :-1], states[:, -1]
    if t.ndim == 0:
        w, a = w[0], a[0]
    residual = beta_star - a[..., None] * w
    return OneNeuron(
        w=w,
        a=a,
        beta=a[..., None] * w,
        residual=residual,
        loss=0.5 * np.sum((residual @ X.T) ** 2, axis=-1),
        delta=conserved.delta(w0, a0, eta_w=eta_w, eta_a=eta_a),
        condition=np.array(np.nan),
    )


def gradient_flow(
    t: ArrayLike,
    gradient: Callable[[list[np.ndarray]], Sequence[np.ndarray]],
    start: Sequence[ArrayLike],
    etas: Sequence[float] | None = None,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    step: float | None = None,
) -> list[np.ndarray]:
    """Integrate gradient flow p' = -eta_p dL/dp of any model from the gradient of its loss.

    By default SciPy's DOP853 integrates, or Radau where the flow is stiff, which suits smooth
    models. With `step`, the classical fourth-order Runge-Kutta method takes equal steps, which
    suits ReLU networks, at whose kinks an adaptive method crawls; halve the step to see the error.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Finite times >= 0, in any order.
    gradient : callable
        Function of the list of parameters that returns one array per parameter.
    start : sequence of array_like
        The parameters at t = 0.
    etas : sequence of float, optional
        One learning rate per parameter, all 1 if left out.
    rtol : float, default 1e-10
        The relative tolerance of DOP853 and Radau.
    atol : float, default 1e-12
        The absolute tolerance of DOP853 and Radau.
    step : float, optional
        The longest step of the fourth-order method; DOP853 or Radau if left out.

    Returns
    -------
    list of ndarray
        One array per parameter, of shape (T, *shape), or (*shape) for a single time.

    Raises
    ------
    ValueError
        On bad input, gradients of the wrong shapes or weights that overflow, or if the integrator
        gives up.
    """
    t = validate.times("t", t)
    starts = validate.arrays("start", start, "parameter")
    rates = validate.rates("etas", etas, len(starts), "parameter")
    rtol, atol = validate.number("rtol", rtol, above=0, below=1), validate.rate("atol", atol)
    ends = np.cumsum([p.size for p in starts])

    def unpack(state: np.ndarray) -> list[np.ndarray]:
        return [
            part.reshape(p.shape)
            for part, p in zip(np.split(state, ends[:-1]), starts, strict=True)
        ]

    def rhs(_: float, state: np.ndarray) -> np.ndarray:
        slopes = [np.asarray(g) for g in gradient(unpack(state))]
        if [g.shape for g in slopes] != [p.shape for p in starts]:
            raise ValueError(
                f"gradient: expected shapes {[p.shape for p in starts]}, got "
                f"{[g.shape for g in slopes]}"
            )
        return np.concatenate([-eta * g.ravel() for eta, g in zip(rates, slopes, strict=True)])

    first = np.concatenate([p.ravel() for p in starts])
    states = _integrated(t, rhs, first, rtol=rtol, atol=atol, step=step)
    parts = [
        part.reshape(len(states), *p.shape)
        for part, p in zip(np.split(states, ends[:-1], 1), starts, strict=True)
    ]
    return [part[0] for part in parts] if t.ndim == 0 else parts


def linear_network(
    t: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    Ws: Sequence[ArrayLike],
    etas: Sequence[float] | None = None,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> list[np.ndarray]:
    """Integrate gradient flow of a linear network of any depth on any data.

    The loss is L = 1/2 |X (W_L ... W_1)^T - Y|^2.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Finite times >= 0, in any order.
    X : array_like, shape (n, d)
        The inputs.
    Y : array_like, shape (n, c) or (n,)
        The labels.
    Ws : sequence of array_like, shape (n_l, n_(l-1))
        The L layers at t = 0, first layer first.
    etas : sequence of float, shape (L,), optional
        One learning rate per layer, all 1 if left out.
    rtol : float, default 1e-10
        The relative tolerance.
    atol : float, default 1e-12
        The absolute tolerance.

    Returns
    -------
    list of ndarray
        L arrays of shape (T, n_l, n_(l-1)), or (n_l, n_(l-1)) for a single time.

    Raises
    ------
    ValueError
        On bad input, or if the integrator gives up.
    """
    Ws, rates = chain(Ws, etas)
    X, Y = deep_linear.samples(X, Y, Ws[0].shape[1], Ws[-1].shape[0])
    G, C = X.T @ X, Y.T @ X

    return gradient_flow(
        t, lambda layers: deep_linear.gradients(layers, G, C), Ws, rates, rtol=rtol, atol=atol
    )


def two_layer(
    t: ArrayLike,
    X: ArrayLike,
    Y: ArrayLike,
    W0: ArrayLike,
    A0: ArrayLike,
    *,
    leak: float = 0.0,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    step: float = 1e-2,
) -> tuple[np.ndarray, np.ndarray]:
    """Integrate gradient flow of f(x) = A phi(W x) on any data, in equal fourth-order steps.

    phi(z) is z for z > 0 and leak z otherwise; the loss is L = 1/2 |f(X) - Y|^2. The flow conserves
    delta of each neuron, so its drift tells whether `step` is short enough (see `gradient_flow`).

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Finite times >= 0, in any order.
    X : array_like, shape (n, d)
        The inputs.
    Y : array_like, shape (n, c) or (n,)
        The labels.
    W0 : array_like, shape (h, d)
        The first layer at t = 0.
    A0 : array_like, shape (c, h) or (h,)
        The second layer at t = 0; (h,) for one output.
    leak : float, default 0.0
        The slope of the activation below 0 (0 for ReLU, 1 for linear).
    eta_w : float, default 1.0
        The rate of W, above 0.
    eta_a : float, default 1.0
        The rate of A, above 0.
    step : float, default 1e-2
        The longest step.

    Returns
    -------
    W : ndarray, shape (T, h, d), or (h, d) for a single time
        The first layer.
    A : ndarray, shape (T, c, h) or (T, h), as A0, or without T for a single time
        The second layer.

    Raises
    ------
    ValueError
        On bad input, or if the weights overflow.
    """
    one_output = validate.real("A0", A0).ndim == 1
    W0, A0 = two_layers(W0, A0, "W0, A0")
    X, Y = deep_linear.samples(X, Y, W0.shape[1], A0.shape[0])
    leak, step = validate.number("leak", leak), validate.rate("step", step)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)

    def gradient(params: list[np.ndarray]) -> list[np.ndarray]:
        W, A = params
        Z = X @ W.T
        gate = np.where(Z > 0, 1.0, leak)
        E = (gate * Z) @ A.T - Y
        return [((E @ A) * gate).T @ X, E.T @ (gate * Z)]

    W, A = gradient_flow(t, gradient, [W0, A0], [eta_w, eta_a], step=step)
    return W, A[..., 0, :] if one_output else A


def _integrated(
    t: np.ndarray,
    rhs: Callable[[float, np.ndarray], np.ndarray],
    start: np.ndarray,
    *,
    rtol: float,
    atol: float,
    step: float | None = None,
) -> np.ndarray:
    """Compute the states (T, P) at times in any order, by SciPy or in steps up to `step`."""
    if not np.all(np.isfinite(t)):
        raise ValueError("t: expected finite times; only a closed form reaches inf")
    grid, back = np.unique(np.append(0.0, np.atleast_1d(t)), return_inverse=True)
    if grid.size == 1:
        states = start[None]
    elif step is None:
        states = _adaptive(rhs, grid, start, rtol=max(rtol, FINEST), atol=atol)
    else:
        states = _runge_kutta(rhs, grid, start, validate.rate("step", step))
    return states[back[1:]]


class _TooManyCallsError(Exception):
    pass


def _adaptive(
    rhs: Callable, grid: np.ndarray, start: np.ndarray, *, rtol: float, atol: float
) -> np.ndarray:
    for method, most in (("DOP853", EXPLICIT_CALLS), ("Radau", IMPLICIT_CALLS)):
        calls, reached = itertools.count(), 0.0

        def counted(
            t: float, state: np.ndarray, calls: Iterator[int] = calls, most: int = most
        ) -> np.ndarray:
            nonlocal reached
            reached = max(reached, t)
            if next(calls) >= most:
                raise _TooManyCallsError
            return rhs(t, state)

        try:
            with np.errstate(over="ignore", invalid="ignore"):  # SciPy then gives up
                solution = solve_ivp(
                    counted, (0.0, grid[-1]), start, method, t_eval=grid, rtol=rtol, atol=atol
                )
        except _TooManyCallsError:
            continue
        if not solution.success:
            raise ValueError(
                f"t: the integrator stopped before t = {grid[-1]:g} ({solution.message})"
            )
        return solution.y.T
    raise ValueError(
        f"t: expected times that the integrator reaches; after {most:,} calls it is at "
        f"t = {reached:.2g} of {grid[-1]:.2g}. The flow is stiff: scale the inputs, or end earlier"
    )


def _runge_kutta(rhs: Callable, grid: np.ndarray, state: np.ndarray, step: float) -> np.ndarray:
    states = [state]
    for begin, end in itertools.pairwise(grid):
        if (end - begin) / step > MOST_STEPS:
            raise ValueError(
                f"step: expected at most {MOST_STEPS:,} steps between two times, but from "
                f"t = {begin:g} to {end:g} there are {(end - begin) / step:.2g} of {step:g}"
            )
        count = int(np.ceil((end - begin) / step * (1 - 1e-12)))
        h = (end - begin) / count
        for _ in range(count):
            with np.errstate(over="ignore", invalid="ignore"):  # an overflow is reported below
                k1 = rhs(0.0, state)
                k2 = rhs(0.0, state + h / 2 * k1)
                k3 = rhs(0.0, state + h / 2 * k2)
                k4 = rhs(0.0, state + h * k3)
                state = state + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            if not np.all(np.abs(state) < validate.LARGEST):
                raise ValueError(
                    f"step: the weights overflow before t = {end:g}; a step below {h:g} is needed"
                )
        states.append(state)
    return np.array(states)
