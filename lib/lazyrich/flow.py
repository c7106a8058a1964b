"""Reference integration of gradient flow: slow, general, and independent of every closed form."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from lazyrich import _validate as check
from lazyrich import conserved
from lazyrich.exact.one_neuron import OneNeuron

__all__ = ["one_neuron"]


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
    t = check.times("t", t)
    w0, a0 = check.one(w0, a0, "w0, a0")
    X, y = check.data(X, y, w0.size)
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    rtol, atol = check.rate("rtol", rtol), check.rate("atol", atol)
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
        solution = solve_ivp(rhs, (0.0, grid[-1]), np.append(w0, a0), "DOP853", t_eval=grid, rtol=rtol, atol=atol)
        if not solution.success:
            raise ValueError(f"t: the integrator stopped before t = {grid[-1]:g} ({solution.message})")
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
