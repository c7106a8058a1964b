"""Find the basin in which one neuron's path ends, and compute the paper's scalars mu and phi.

The inputs are whitened, as in `one_neuron`; `times.py` finds when the path gets somewhere.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.exact._start import flat, prepare
from lazyrich.exact.one_neuron import one_neuron

__all__ = ["basin", "mu_phi", "separatrix"]


def basin(
    w0: ArrayLike, a0: ArrayLike, beta_star: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the sign of the readout at t = inf.

    It can differ from the sign of a0 only for delta < 0.

    Parameters
    ----------
    w0 : array_like, shape (..., d)
        Input weights at the start.
    a0 : array_like, shape (...)
        The readout at the start.
    beta_star : array_like, shape (..., d)
        The target.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray of int, shape (...)
        1 or -1, or 0 on the separatrix (the path ends at a saddle) or if nothing is learned.

    Raises
    ------
    ValueError
        On bad input.

    References
    ----------
    Kunin et al. 2024, section 3.

    Examples
    --------
    >>> int(basin([-2.0, 0.5], 0.3, [1.0, 0.0]))  # starts with a > 0, ends with a < 0
    -1
    """
    end = one_neuron(np.inf, w0, a0, beta_star, eta_w=eta_w, eta_a=eta_a)
    return np.sign(end.a).astype(int)


def separatrix(
    w0: ArrayLike, a0: ArrayLike, beta_star: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute a function of the start that is 0 on the separatrix and whose sign is the basin.

    The function is c+, the size of the part of the start that grows, in units of sqrt(eta_w) a. It
    is eta_a w0.beta* + (kappa + delta/2) a0 times a positive number, with
    kappa = sqrt(delta^2/4 + eta_a eta_w |beta*|^2). Starts with c+ = 0 flow into the saddles a = 0
    with w perpendicular to beta*.

    Parameters
    ----------
    w0 : array_like, shape (..., d)
        Input weights at the start.
    a0 : array_like, shape (...)
        The readout at the start.
    beta_star : array_like, shape (..., d)
        The target.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (...)
        c+.

    Raises
    ------
    ValueError
        On bad input.
    """
    w0, a0 = validate.neurons(w0, a0, "w0, a0")
    beta_star = validate.vector("beta_star", beta_star, w0.shape[-1])
    batch = validate.batch({"w0": w0.shape[:-1], "a0": a0.shape, "beta_star": beta_star.shape[:-1]})
    rates = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    start = prepare(*flat(batch, w0, a0, beta_star), *rates)
    return (start.grow * start.scale).reshape(batch)[()]


def mu_phi(w: ArrayLike, a: ArrayLike, beta_star: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Compute the two scalars of the paper, mu = a |w| and phi = cos(w, beta*).

    Parameters
    ----------
    w : array_like, shape (..., d)
        Input weights.
    a : array_like, shape (...)
        Readouts.
    beta_star : array_like, shape (d,)
        The target.

    Returns
    -------
    ndarray, shape (...)
        mu.
    ndarray, shape (...)
        phi; nan where w or beta* is 0.

    Raises
    ------
    ValueError
        On bad input.
    """
    w, a = validate.neurons(w, a)
    beta_star = validate.vector("beta_star", beta_star, w.shape[-1], single=True)
    length, size = np.hypot.reduce(w, axis=-1), np.hypot.reduce(beta_star)
    with np.errstate(invalid="ignore", divide="ignore"):
        return a * length, (w / length[..., None]) @ (beta_star / size)
