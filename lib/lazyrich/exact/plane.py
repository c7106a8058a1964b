"""Compute one quantity over very many starts and times, for maps of the phase plane.

The solution is that of `one_neuron`. No vectors are formed, because every quantity follows from w
along beta*, w across it, and a; so memory holds little more than the result.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.exact._path import STARTS, Plane, pieces
from lazyrich.exact._start import Start, flat

__all__ = ["QUANTITIES", "phase_plane"]


def phase_plane(
    quantity: str,
    t: ArrayLike,
    w0: ArrayLike,
    a0: ArrayLike,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> np.ndarray:
    """Compute one quantity of `one_neuron`'s exact flow for a whole plane of starts and all times.

    It takes one evaluation per point, and memory for the result and a few MB more. It does not warn
    of starts next to the separatrix, whose condition `one_neuron` gives. The leading axes of w0, a0
    and beta_star broadcast.

    Parameters
    ----------
    quantity : str
        "a", "w_norm" = |w|, "mu" = a |w|, "phi" = cos(w, beta*), "beta_norm" = |beta|, "angle" of
        beta to beta* (degrees), "loss" = |beta* - beta|^2 / 2 or "kernel_distance" from the start.
        phi and angle are nan where a vector is 0.
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
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
    ndarray, shape (..., T) or (...)
        The quantity; without the last axis for one time.

    Raises
    ------
    ValueError
        On an unknown quantity, and as in `one_neuron`.

    Examples
    --------
    >>> phase_plane("loss", [0.0, np.inf], [[0.0, 1.0], [1.0, 0.0]], 1.0, [2.0, 0.0])
    array([[2.5, 0. ],
           [0.5, 0. ]])
    """
    measure = QUANTITIES[validate.choice("quantity", quantity, QUANTITIES)]
    t = validate.times("t", t)
    w0, a0 = validate.neurons(w0, a0, "w0, a0")
    d = w0.shape[-1]
    beta_star = validate.vector("beta_star", beta_star, d)
    batch = validate.batch({"w0": w0.shape[:-1], "a0": a0.shape, "beta_star": beta_star.shape[:-1]})
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)

    w0, a0, beta_star = flat(batch, w0, a0, beta_star)
    clock = np.atleast_1d(t)
    plane = np.empty((a0.size, clock.size))

    def fill(i: int) -> None:
        part = slice(i, i + STARTS)
        starts = w0[:, part], a0[part], beta_star[:, part]
        for which, start, path in pieces(starts, eta_w, eta_a, clock):
            with np.errstate(under="ignore", invalid="ignore", divide="ignore"):
                plane[part][which] = measure(start, path, d, eta_w, eta_a)

    # Threads help because NumPy releases Python's lock while it computes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(fill, range(0, a0.size, STARTS)))
    return plane.reshape(batch + t.shape)


# Each quantity maps (start, path, d, eta_w, eta_a) to an array (n, T).


def _a(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    return x.a * (start.scale / np.sqrt(eta_w))[:, None]


def _w_norm(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    return np.hypot(x.along, x.across) * (start.scale / np.sqrt(eta_a))[:, None]


def _mu(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    return _a(start, x, d, eta_w, eta_a) * _w_norm(start, x, d, eta_w, eta_a)


def _beta_norm(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    return np.abs(_mu(start, x, d, eta_w, eta_a))


def _phi(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    return np.where(start.s[:, None] > 0, x.along / np.hypot(x.along, x.across), np.nan)


def _angle(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    along, across = x.a * x.along, np.abs(x.a) * x.across
    defined = (start.s[:, None] > 0) & ((along != 0) | (across != 0))
    return np.where(defined, np.degrees(np.arctan2(across, along)), np.nan)


def _loss(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    across = x.a * x.across
    return (x.left * x.left + across * across) * (0.5 / (eta_w * eta_a) * start.scale**4)[:, None]


def _kernel_distance(start: Start, x: Plane, d: int, eta_w: float, eta_a: float) -> np.ndarray:
    """Compute 1/2 |K/|K| - K0/|K0||^2 for K = a^2 I + w w^T, in the plane of beta* and w0."""
    along0, across0, a0 = start.along[:, None], start.perp[:, None], start.a[:, None]
    c0, size0, unit0 = _direction(along0, across0, a0, d)
    c1, size1, unit1 = _direction(x.along, x.across, x.a, d)
    e, f = c1 - c0, size1 - size0
    turned = (x.along * across0 - x.across * along0) ** 2 * (unit0 * unit1)
    return np.minimum(0.5 * (d * e * e + 2 * e * f + f * f) + turned, 1.0)


def _direction(
    along: np.ndarray, across: np.ndarray, a: np.ndarray, d: int
) -> tuple[np.ndarray, ...]:
    """Divide a^2, |w|^2 and 1 by |a^2 I + w w^T|."""
    a2, w2 = a * a, along * along + across * across
    unit = 1.0 / np.sqrt(d * a2 * a2 + 2 * a2 * w2 + w2 * w2)
    return a2 * unit, w2 * unit, unit


QUANTITIES: dict[str, Callable[..., np.ndarray]] = {
    "a": _a,
    "w_norm": _w_norm,
    "mu": _mu,
    "phi": _phi,
    "beta_norm": _beta_norm,
    "angle": _angle,
    "loss": _loss,
    "kernel_distance": _kernel_distance,
}
