"""delta = eta_w a^2 - eta_a |w|^2: what gradient flow conserves, and what discrete steps and decay do to it.

delta > 0 is called upstream (the readout is large and the early layer moves), delta = 0 balanced,
delta < 0 downstream. Kunin et al. 2024, section 3 and appendix A.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as check
from lazyrich import models

__all__ = ["delta", "gd_drift", "init_from_delta", "weight_decay_delta"]


def delta(w: ArrayLike, a: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0) -> np.ndarray:
    """delta = eta_w a^2 - eta_a |w|^2 of one neuron or a batch of them; note which rate goes with which weight.

    w: (..., d); a: (...). Returns (...). Raises ValueError on bad shapes, rates or non-finite numbers.

    >>> float(delta([1.0, 2.0], 3.0))
    4.0
    """
    w, a = check.vector("w", w), check.real("a", a, "(...)")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    try:
        return eta_w * a**2 - eta_a * np.sum(w**2, axis=-1)
    except ValueError:
        raise ValueError(f"a: expected the leading axes of w, {w.shape[:-1]}, got {a.shape}") from None


def init_from_delta(
    beta0: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """The neuron (w, a) with a > 0, a w = beta0 and the given delta.

    With R = sqrt(delta^2 + 4 eta_a eta_w |beta0|^2): eta_w a^2 = (R + delta)/2 and w = beta0 / a. For delta < 0
    the sum cancels, so the same number is taken from 2 eta_a eta_w |beta0|^2 / (R - delta).
    beta0: (..., d); delta: (...). Returns ((..., d), (...)). Kunin et al. 2024, appendix A.

    Raises:
        ValueError: on bad input; if beta0 = 0 and delta <= 0 (then a = 0, and the direction of w is not known).

    >>> w, a = init_from_delta([0.0, 2.0], 3.0)
    >>> w, float(a)
    (array([0., 1.]), 2.0)
    """
    beta0, delta = check.vector("beta0", beta0), check.real("delta", delta, "(...)")
    eta_w, eta_a = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a)
    size = np.linalg.norm(beta0, axis=-1)
    if np.any((size == 0) & (delta <= 0)):
        raise ValueError(
            "beta0: expected a vector other than 0 when delta <= 0; a would be 0 and w could point anywhere"
        )
    product = 4 * eta_a * eta_w * size**2
    # hypot keeps tiny products beside a huge delta; the smaller root comes from the product of both.
    root = np.hypot(delta, 2 * np.sqrt(eta_a * eta_w) * size)
    a = np.sqrt(np.where(delta >= 0, root + delta, product / (root + np.abs(delta))) / (2 * eta_w))
    return beta0 / a[..., None], a


def gd_drift(
    w: ArrayLike, a: float, X: ArrayLike, y: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0, step: float
) -> float:
    """Exact change of delta in one step of gradient descent.

    step^2 eta_a eta_w (eta_a (w.g)^2 - eta_w a^2 |g|^2), g = X^T (a X w - y): second order in the step, so
    first order in the step per unit of time. Pass a minibatch as X, y for SGD.
    w: (d,); a: (); X: (n, d); y: (n,). Returns (). Raises ValueError on bad input.
    """
    dw, da = models.gradients(X, y, w, a)
    eta_w, eta_a, step = check.rate("eta_w", eta_w), check.rate("eta_a", eta_a), check.rate("step", step)
    return float(step**2 * eta_a * eta_w * (eta_a * da**2 - eta_w * float(dw @ dw)))


def weight_decay_delta(delta0: ArrayLike, lam: float, eta: float, t: ArrayLike) -> np.ndarray:
    """delta under gradient flow with the penalty lam/2 (a^2 + |w|^2) and equal rates: delta0 exp(-2 lam eta t).

    With unequal rates delta does not decay exponentially. lam >= 0; t: (T,) or (). Returns the shape of t.
    Raises ValueError on bad input.
    """
    delta0, lam = check.real("delta0", delta0, "()"), check.real("lam", lam, "()")
    if lam < 0:
        raise ValueError(f"lam: expected a number >= 0, got {float(lam):g}")
    t = check.times("t", t)
    exponent = np.where((lam == 0) | (t == 0), 0.0, 2 * lam * check.rate("eta", eta) * np.where(lam == 0, 0.0, t))
    return delta0 * np.exp(-exponent)
