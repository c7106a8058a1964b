"""Solve gradient flow of isotropic two-layer linear networks on whitened inputs.

The layers may have any shapes. In canonical variables, W~ = sqrt(eta_a) W and A~ = sqrt(eta_w) A,
an isotropic start has A~^T A~ - W~ W~^T = delta I. The stacked Z = [W~^T; A~] obeys
Z' = F Z - 1/2 Z Z^T Z with the constant matrix F = [[-delta/2 I, S^T], [S, delta/2 I]],
S = sqrt(eta_a eta_w) target, so

    Z Z^T(t) = e^{Ft} Z0 (I + int_0^t Z0^T e^{2Fs} Z0 ds)^-1 Z0^T e^{Ft}.

Its blocks W~^T W~, A~ A~^T and A~ W~ give the function, the loss and the tangent kernel. They do
not give single neurons, because Z is known only up to a rotation of the hidden layer. Kunin et al.
2024, section 4; Fukumizu 1998 for the Riccati form.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich.exact._riccati import Riccati, spectrum

__all__ = ["TwoLayer", "two_layer"]

TOLERANCE = 1e-8  # how far from isotropic a start may be, relative to its size
FOREVER = 1e300  # stands for t = inf: every exponential has decayed, and nothing overflows


@dataclass(frozen=True)
class TwoLayer:
    """Hold a trajectory of a two-layer linear network.

    The first axis of its arrays is time, and is absent if t was one number.

    Parameters
    ----------
    B : ndarray, shape (T, c, d)
        The function A W.
    loss : ndarray, shape (T,)
        |B - target|^2 / 2.
    delta : float
        The conserved quantity.
    _solution : Riccati
        The weights, up to a rotation of the hidden layer, from which Gram matrices are computed.
    """

    B: np.ndarray
    loss: np.ndarray
    delta: float
    _solution: Riccati = field(repr=False)

    @cached_property
    def gram_in(self) -> np.ndarray:
        """W^T W, shape (T, d, d)."""
        return self._gram(slice(None, self.B.shape[-1]))

    @cached_property
    def gram_out(self) -> np.ndarray:
        """A A^T, shape (T, c, c)."""
        return self._gram(slice(self.B.shape[-1], None))

    def _gram(self, layer: slice) -> np.ndarray:
        n = len(range(*layer.indices(sum(self.B.shape[-2:]))))
        grams = np.empty((self.loss.size, n, n))
        for now, Zt in self._solution.pieces():
            np.matmul(np.swapaxes(Zt[..., layer], -1, -2), Zt[..., layer], out=grams[now])
        return grams.reshape((*self.loss.shape, n, n))


def two_layer(
    t: ArrayLike,
    W0: ArrayLike,
    A0: ArrayLike,
    target: ArrayLike,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> TwoLayer:
    """Solve gradient flow of f(x) = A W x on whitened inputs exactly.

    With X^T X = I and the loss 1/2 |X (A W)^T - Y|^2, the flow is W' = -eta_w A^T E,
    A' = -eta_a E W^T with E = A W - target. The start must satisfy
    eta_w A^T A - eta_a W W^T = delta I. At t = inf with h < min(c, d), a generic start ends at the
    best approximation of rank h.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    W0 : array_like, shape (h, d)
        The first layer at the start.
    A0 : array_like, shape (c, h)
        The second layer at the start.
    target : array_like, shape (c, d)
        The target map Y^T X.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    TwoLayer
        The trajectory.

    Raises
    ------
    ValueError
        On bad input, and if the start is not isotropic. The message says by how much it is not, and
        whether a start of this shape can be isotropic at all.
    """
    t = validate.times("t", t)
    W0, A0, target = _matrices(W0, A0, target)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    W, A, S = np.sqrt(eta_a) * W0, np.sqrt(eta_w) * A0, np.sqrt(eta_a * eta_w) * target
    delta = _isotropic_delta(W, A)
    f, E = spectrum(S, delta)
    # R (m, d + c) is upper trapezoidal, with one row for each growing part.
    R = np.asarray(np.linalg.qr((E.T @ np.vstack([W.T, A])).T, mode="r"))
    d = W.shape[1]
    E[:d] /= np.sqrt(eta_a)  # from here on W and A, no longer W~ and A~
    E[d:] /= np.sqrt(eta_w)
    solution = Riccati(R, f, E, np.minimum(np.atleast_1d(t), FOREVER))
    B, loss = np.empty((t.size, *target.shape)), np.empty(t.size)
    for now, Zt in solution.pieces():
        np.matmul(np.swapaxes(Zt[..., d:], -1, -2), Zt[..., :d], out=B[now])
        gap = (B[now] - target).reshape(-1, target.size)
        loss[now] = 0.5 * np.vecdot(gap, gap)
    return TwoLayer(
        B=B.reshape(t.shape + target.shape),
        loss=loss.reshape(t.shape)[()],
        delta=delta,
        _solution=solution,
    )


def _matrices(
    W0: ArrayLike, A0: ArrayLike, target: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    W0, A0 = validate.real("W0", W0, "(h, d)"), validate.real("A0", A0, "(c, h)")
    target = validate.real("target", target, "(c, d)")
    for name, matrix, shape in (
        ("W0", W0, "(h, d)"),
        ("A0", A0, "(c, h)"),
        ("target", target, "(c, d)"),
    ):
        if matrix.ndim != 2 or 0 in matrix.shape:
            raise ValueError(f"{name}: expected shape {shape}, got {matrix.shape}")
    if A0.shape[1] != W0.shape[0]:
        raise ValueError(
            f"A0: expected shape (c, {W0.shape[0]}) to match W0 of shape {W0.shape}, got {A0.shape}"
        )
    if target.shape != (A0.shape[0], W0.shape[1]):
        raise ValueError(
            f"target: expected shape {(A0.shape[0], W0.shape[1])}, that of A0 W0, "
            f"got {target.shape}"
        )
    return W0, A0, target


def _isotropic_delta(W: np.ndarray, A: np.ndarray) -> float:
    """Compute delta of canonical weights; an error says how far from isotropic they are."""
    (h, d), c = W.shape, A.shape[0]
    Delta = A.T @ A - W @ W.T
    delta, size = float(np.trace(Delta)) / h, float(np.sum(A**2) + np.sum(W**2))
    far = float(np.linalg.norm(Delta - delta * np.eye(h)))
    if far <= TOLERANCE * size:
        return delta
    why = ""
    if delta > 0 and h > c:
        why = (
            f"; with h = {h} > c = {c} no start with delta > 0 can be isotropic, because A^T A has "
            "rank c at most"
        )
    if delta < 0 and h > d:
        why = (
            f"; with h = {h} > d = {d} no start with delta < 0 can be isotropic, because W W^T has "
            "rank d at most"
        )
    raise ValueError(
        "W0, A0: expected an isotropic start, eta_w A^T A - eta_a W W^T = delta I; "
        f"this one is {far / size:.2g} away (relative to its size; up to {TOLERANCE:g} is allowed)"
        f"{why}. Draw one with conserved.isotropic_init"
    )
