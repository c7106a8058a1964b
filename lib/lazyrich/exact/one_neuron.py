"""Solve gradient flow of one neuron on whitened inputs, from any start and at all times.

In canonical variables, a~ = sqrt(eta_w) a, w~ = sqrt(eta_a) w, b = sqrt(eta_a eta_w) beta*, both
rates are 1 and

    a~' = b.w~ - a~ |w~|^2,    w~' = b a~ - a~^2 w~,    delta = a~^2 - |w~|^2 conserved.

Divide by a common factor, w~ = p / sqrt(v) and a~ = q / sqrt(v). Then p and q obey a linear
equation with the rates +kappa and -kappa along b, kappa = sqrt(delta^2/4 + |b|^2), and -delta/2
across it, and v' = q^2 + |p|^2. Every term of v is positive, so nothing cancels (`_path.py`) once
the start has been prepared with care (`_start.py`). Kunin et al. 2024, section 3, solve the same
flow; the form used here holds for every sign of a and delta.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.exact._path import pieces
from lazyrich.exact._start import flat

__all__ = ["OneNeuron", "SeparatrixWarning", "one_neuron"]

SEPARATRIX = 1e8  # condition above which the start's own rounding may decide on which side it lies


class SeparatrixWarning(RuntimeWarning):
    """Warn of a start at the separatrix, where the rounding of w0 and a0 may decide the end."""


@dataclass(frozen=True)
class OneNeuron:
    """Hold a trajectory of one neuron, or of a batch of them.

    Times have an axis, unless t was one number. The axes of a batch of starts come before it:
    w (..., T, d), a (..., T), delta (...).

    Parameters
    ----------
    w : ndarray, shape (T, d)
        Input weights.
    a : ndarray, shape (T,)
        The readout.
    beta : ndarray, shape (T, d)
        a w, times the multiplier if there is one.
    residual : ndarray, shape (T, d)
        beta* - beta, with a small relative error at late times too.
    loss : ndarray, shape (T,)
        |residual|^2 / 2 times the covariance, without the constant that no beta can remove.
    delta : ndarray, shape ()
        The conserved quantity.
    condition : ndarray, shape ()
        The factor by which rounding errors of the start are magnified at late times.
    """

    w: np.ndarray
    a: np.ndarray
    beta: np.ndarray
    residual: np.ndarray
    loss: np.ndarray
    delta: np.ndarray
    condition: np.ndarray


def one_neuron(
    t: ArrayLike,
    w0: ArrayLike,
    a0: ArrayLike,
    beta_star: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
    covariance: float = 1.0,
    multiplier: float = 1.0,
) -> OneNeuron:
    """Solve gradient flow of f(x) = a w.x on whitened inputs exactly.

    With X^T X = I and the loss 1/2 |X a w - y|^2, the flow is a' = eta_a (w.beta* - a |w|^2),
    w' = eta_w (a beta* - a^2 w) from (w0, a0), where beta* = X^T y. The signs of a0 and delta are
    arbitrary, and a0, w0 and beta_star may be 0. The leading axes of w0, a0 and beta_star
    broadcast.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    w0 : array_like, shape (d,) or (..., d)
        Input weights at the start.
    a0 : array_like, shape () or (...)
        The readout at the start.
    beta_star : array_like, shape (d,) or (..., d)
        The target.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.
    covariance : float, default 1.0
        lam > 0 of X^T X = lam I and beta* = X^T y / lam, whose path is the same and lam times as
        fast.
    multiplier : float, default 1.0
        k > 0 of f(x) = k a w.x, which is the neuron (w, k a) with rates eta_w and k^2 eta_a. The
        returned delta is that of w and a without k.

    Returns
    -------
    OneNeuron
        The trajectory.

    Raises
    ------
    ValueError
        On NaN, inf (except in t), wrong shapes, negative times, or rates that are not positive.

    Warns
    -----
    SeparatrixWarning
        If condition > 1e8. The result then holds for exactly these numbers, but a start rounded
        differently may end with the opposite sign of a.

    Examples
    --------
    >>> path = one_neuron([0.0, np.inf], [0.0, 1.0], 1.0, [2.0, 0.0])
    >>> path.beta
    array([[0., 1.],
           [2., 0.]])
    """
    t = validate.times("t", t)
    w0, a0 = validate.neurons(w0, a0, "w0, a0")
    beta_star = validate.vector("beta_star", beta_star, w0.shape[-1])
    batch = validate.batch({"w0": w0.shape[:-1], "a0": a0.shape, "beta_star": beta_star.shape[:-1]})
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    covariance = validate.rate("covariance", covariance)
    multiplier = validate.rate("multiplier", multiplier)
    a0 = validate.real("multiplier, a0", multiplier * a0)
    eta_a = validate.rate("multiplier, eta_a", multiplier**2 * eta_a)

    starts, clock = flat(batch, w0, a0, beta_star), np.atleast_1d(t)
    shape = (len(starts[0]), starts[1].size, clock.size)
    w, beta, residual = (np.empty(shape) for _ in range(3))
    a, loss = (np.empty(shape[1:]) for _ in range(2))
    delta, condition = (np.empty(shape[1]) for _ in range(2))
    root_w, root_a = np.sqrt(eta_w), np.sqrt(eta_a)
    for which, start, path in pieces(starts, eta_w, eta_a, covariance * clock):
        scale, unit, side = start.scale[:, None], start.unit[..., None], start.across[..., None]
        unit_w, unit_a, unit_beta = scale / root_a, scale / root_w, scale / root_a / root_w * scale
        now = path.a * unit_a
        weights = path.along * unit_w * unit + path.across * unit_w * side
        left, missed = path.left * unit_beta, path.a * path.across * unit_beta
        w[:, which], a[which], beta[:, which] = weights, now, now * weights
        residual[:, which] = left * unit - missed * side
        loss[which] = 0.5 * covariance * (left * left + missed * missed)
        delta[which], condition[which] = start.delta * start.scale * start.scale, start.condition
    if np.any(condition > SEPARATRIX):
        warnings.warn(
            "the start lies on or next to the separatrix "
            f"(condition {np.max(condition):.1e}): "
            "at late times the opposite sign of a is as likely as this one",
            SeparatrixWarning,
            stacklevel=2,
        )

    def vectors(x: np.ndarray) -> np.ndarray:
        x = x.reshape(shape[:1] + batch + t.shape)
        return x.transpose(*range(1, x.ndim), 0)

    return OneNeuron(
        w=vectors(w),
        a=(a / multiplier).reshape(batch + t.shape),
        beta=vectors(beta),
        residual=vectors(residual),
        loss=loss.reshape(batch + t.shape),
        delta=(delta / multiplier**2).reshape(batch)[()],
        condition=condition.reshape(batch)[()],
    )
