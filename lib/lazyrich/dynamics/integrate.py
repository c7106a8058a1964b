"""Reference integration of gradient flow: slow, general, and independent of every closed form."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from lazyrich import _validate as validate
from lazyrich import conserved
from lazyrich.conserved.networks import chain, two_layers
from lazyrich.exact.one_neuron import OneNeuron
from lazyrich.models import deep_linear

__all__ = ["gradient_flow", "linear_network", "one_neuron", "two_layer"]


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
    """Gradient flow of one neuron on any data, integrated with SciPy's DOP853.

    w' = -eta_w dL/dw, a' = -eta_a dL/da, L = 1/2 |a X w - y|^2. t: (T,) or () finite times >= 0; X: (n, d);
    y: (n,); w0: (d,); a0: (). Returns the fields of `exact.one_neuron`; residual is measured from the
    least-squares solution of smallest norm and the loss leaves out what no beta can remove. condition is nan.

    Raises:
        ValueError: on bad input, or if the integrator gives up.
    """
    t = validate.times("t", t)
    w0, a0 = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w0.size)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    rtol, atol = validate.rate("rtol", rtol), validate.rate("atol", atol)
    if not np.all(np.isfinite(t)):
        raise ValueError("t: expected finite times; only a closed form reaches inf")
    G, Xy = X.T @ X, X.T @ y
    beta_star = np.linalg.lstsq(X, y, rcond=None)[0]

    def rhs(_: float, state: np.ndarray) -> np.ndarray:
        w, a = state[:-1], state[-1]
        g = a * (G @ w) - Xy
        return np.append(-eta_w * a * g, -eta_a * (w @ g))

    grid, back = np.unique(np.append(0.0, np.atleast_1d(t)), return_inverse=True)
    if grid.size == 1:
        states = np.append(w0, a0)[:, None]
    else:
        solution = solve_ivp(
            rhs, (0.0, grid[-1]), np.append(w0, a0), "DOP853", t_eval=grid, rtol=rtol, atol=atol
        )
        if not solution.success:
            raise ValueError(
                f"t: the integrator stopped before t = {grid[-1]:g} ({solution.message})"
            )
        states = solution.y
    states = states.T[back[1:]]
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
        condition=np.float64(np.nan),
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
    """Gradient flow p' = -eta_p dL/dp of any model, given the gradient of its loss.

    Smooth models: DOP853 to rtol, atol. With `step`, the classical fourth-order method in equal steps no longer than that: for ReLU
    networks, at whose kinks an adaptive method crawls; halve the step to see the error.
    t: (T,) or () finite times >= 0; gradient(params) -> one array a parameter; start: the parameters at t = 0; etas: a rate each, 1 if
    left out. Returns a list of (T, *shape), one a parameter.

    Raises:
        ValueError: on bad input, a gradient of another shape, numbers that overflow, or if the integrator gives up.
    """
    t = validate.times("t", t)
    if not np.all(np.isfinite(t)):
        raise ValueError("t: expected finite times; only a closed form reaches inf")
    start = [validate.real(f"start[{i}]", p) for i, p in enumerate(start)]
    rates = (
        [1.0] * len(start)
        if etas is None
        else [validate.rate(f"etas[{i}]", eta) for i, eta in enumerate(etas)]
    )
    if len(rates) != len(start):
        raise ValueError(
            f"etas: expected one rate for each of the {len(start)} parameters, got {len(rates)}"
        )
    rtol, atol = validate.rate("rtol", rtol), validate.rate("atol", atol)
    ends = np.cumsum([p.size for p in start])

    def unpack(state: np.ndarray) -> list[np.ndarray]:
        return [
            part.reshape(p.shape) for part, p in zip(np.split(state, ends[:-1]), start, strict=True)
        ]

    def rhs(_: float, state: np.ndarray) -> np.ndarray:
        slopes = [np.asarray(g) for g in gradient(unpack(state))]
        if [g.shape for g in slopes] != [p.shape for p in start]:
            raise ValueError(
                f"gradient: expected shapes {[p.shape for p in start]}, got {[g.shape for g in slopes]}"
            )
        return np.concatenate([-eta * g.ravel() for eta, g in zip(rates, slopes, strict=True)])

    grid, back = np.unique(np.append(0.0, np.atleast_1d(t)), return_inverse=True)
    first = np.concatenate([p.ravel() for p in start])
    if grid.size == 1:
        states = first[None]
    elif step is None:
        solution = solve_ivp(
            rhs, (0.0, grid[-1]), first, "DOP853", t_eval=grid, rtol=rtol, atol=atol
        )
        if not solution.success:
            raise ValueError(
                f"t: the integrator stopped before t = {grid[-1]:g} ({solution.message})"
            )
        states = solution.y.T
    else:
        states = _runge_kutta(rhs, grid, first, validate.rate("step", step))
    states = states[back[1:]]
    parts = [
        part.reshape(len(states), *p.shape)
        for part, p in zip(np.split(states, ends[:-1], 1), start, strict=True)
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
    """Gradient flow of a linear network of any depth on any data, L = 1/2 |X (W_L ... W_1)^T - Y|^2.

    t: (T,) or (); X: (n, d); Y: (n, c) or (n,); Ws: L matrices, first layer first; etas: (L,). Returns L arrays (T, n_l, n_(l-1)).
    Raises ValueError on bad input or if the integrator gives up.
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
    """Gradient flow of f(x) = A phi(W x) on any data, phi(z) = z for z > 0 and leak z below; L = 1/2 |f(X) - Y|^2.

    leak = 0: ReLU; 1: linear. In equal fourth-order steps (see `gradient_flow`): delta of each neuron, conserved by the flow, tells
    whether `step` is short enough. t: (T,) or (); X: (n, d); Y: (n, c) or (n,); W0: (h, d); A0: (c, h), or (h,) for one output.
    Returns W (T, h, d) and A (T, *A0.shape). Raises ValueError on bad input or if the weights overflow.
    """
    shape = np.shape(A0)
    W0, A0 = two_layers(W0, A0, "W0, A0")
    X, Y = deep_linear.samples(X, Y, W0.shape[1], A0.shape[0])
    leak = float(validate.real("leak", leak, "()"))

    def gradient(params: list[np.ndarray]) -> list[np.ndarray]:
        W, A = params
        Z = X @ W.T
        gate = np.where(Z > 0, 1.0, leak)
        E = (gate * Z) @ A.T - Y
        return [((E @ A) * gate).T @ X, E.T @ (gate * Z)]

    W, A = gradient_flow(t, gradient, [W0, A0], [eta_w, eta_a], step=step)
    return W, A.reshape(A.shape[: A.ndim - 2] + shape)


def _runge_kutta(rhs: Callable, grid: np.ndarray, state: np.ndarray, step: float) -> np.ndarray:
    states = [state]
    for begin, end in itertools.pairwise(grid):
        count = int(np.ceil((end - begin) / step * (1 - 1e-12)))
        h = (end - begin) / count
        for _ in range(count):
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
