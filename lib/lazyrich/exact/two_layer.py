"""Solve gradient flow of isotropic two-layer linear networks on whitened inputs.

For every shape and all times. In canonical variables, W~ = sqrt(eta_a) W and A~ = sqrt(eta_w) A, an
isotropic start has A~^T A~ - W~ W~^T = delta I. Stack Z = [W~^T; A~]: then Z' = F Z - 1/2 Z Z^T Z
with a constant symmetric F, and

    Z Z^T(t) = e^{Ft} Z0 (I + int_0^t Z0^T e^{2Fs} Z0 ds)^-1 Z0^T e^{Ft}.

Its blocks are W~^T W~, A~ A~^T and A~ W~: the function, the loss and the tangent kernel. Single
neurons are not given: Z itself is known up to a rotation of the hidden layer. Kunin et al. 2024,
section 4; Fukumizu 1998 for the Riccati form.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate

__all__ = ["TwoLayer", "two_layer"]

TOLERANCE = 1e-8  # how far from isotropic a start may be, relative to its size
FOREVER = 1e300  # stands for t = inf: every exponential has ended, and nothing overflows


@dataclass(frozen=True)
class TwoLayer:
    """Hold a trajectory of a two-layer linear network over the times asked for.

    There is no first axis if t was one number.

    Parameters
    ----------
    B : ndarray, shape (T, c, d)
        The function A W.
    loss : ndarray, shape (T,)
        |B - target|^2 / 2.
    delta : float
        The conserved quantity.
    _into : ndarray, shape (T, m, d)
        W, up to a rotation of the hidden layer that it shares with `_out`.
    _out : ndarray, shape (T, m, c)
        A^T, up to the same rotation.
    """

    B: np.ndarray
    loss: np.ndarray
    delta: float
    _into: np.ndarray  # W and A^T, up to one rotation of the hidden layer
    _out: np.ndarray

    @cached_property
    def gram_in(self) -> np.ndarray:
        """W^T W, shape (T, d, d)."""
        return np.swapaxes(self._into, -1, -2) @ self._into

    @cached_property
    def gram_out(self) -> np.ndarray:
        """A A^T, shape (T, c, c)."""
        return np.swapaxes(self._out, -1, -2) @ self._out


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

    The inputs have X^T X = I and the loss is 1/2 |X (A W)^T - Y|^2: W' = -eta_w A^T E, A' = -eta_a
    E W^T with E = A W - target, for starts with eta_w A^T A - eta_a W W^T = delta I. For t = inf
    and h < min(c, d) a generic start ends at the best approximation of rank h.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    W0 : array_like, shape (h, d)
        The first layer at the start.
    A0 : array_like, shape (c, h)
        The second layer at the start.
    target : array_like, shape (c, d)
        Y^T X.
    eta_w, eta_a : float, default 1.0
        Learning rates of W and of A, > 0.

    Returns
    -------
    TwoLayer
        The trajectory.

    Raises
    ------
    ValueError
        On bad input, and if the start is not isotropic: it says how far it is, and whether a start
        of this shape can be isotropic at all.
    """
    t = validate.times("t", t)
    W0, A0, target = _matrices(W0, A0, target)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    W, A, S = np.sqrt(eta_a) * W0, np.sqrt(eta_w) * A0, np.sqrt(eta_a * eta_w) * target
    delta = _isotropic_delta(W, A)
    f, E = _spectrum(S, delta)
    # R (m, d + c) is upper trapezoidal: a row for each growing part.
    R = np.asarray(np.linalg.qr((E.T @ np.vstack([W.T, A])).T, mode="r"))
    M, G = _scaled(R, f, np.minimum(np.atleast_1d(t), FOREVER))
    Zt = np.linalg.solve(np.linalg.cholesky(G), M)  # (T, m, d + c): Z^T up to that rotation
    Zt = (Zt.reshape(-1, len(E)) @ E.T).reshape(Zt.shape)
    Zt = Zt[0] if t.ndim == 0 else Zt
    into, out = Zt[..., : W.shape[1]] / np.sqrt(eta_a), Zt[..., W.shape[1] :] / np.sqrt(eta_w)
    B = np.swapaxes(out, -1, -2) @ into
    return TwoLayer(
        B=B, loss=0.5 * np.sum((B - target) ** 2, axis=(-2, -1)), delta=delta, _into=into, _out=out
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
            f"A0: expected shape (c, {W0.shape[0]}) to go with W0 of shape {W0.shape}, "
            f"got {A0.shape}"
        )
    if target.shape != (A0.shape[0], W0.shape[1]):
        raise ValueError(
            f"target: expected shape {(A0.shape[0], W0.shape[1])}, that of A0 W0, "
            f"got {target.shape}"
        )
    return W0, A0, target


def _isotropic_delta(W: np.ndarray, A: np.ndarray) -> float:
    """delta of canonical weights, or an error that says how far from isotropic they are and why."""
    (h, d), c = W.shape, A.shape[0]
    Delta = A.T @ A - W @ W.T
    delta, size = float(np.trace(Delta)) / h, float(np.sum(A**2) + np.sum(W**2))
    far = float(np.linalg.norm(Delta - delta * np.eye(h)))
    if far <= TOLERANCE * size:
        return delta
    why = ""
    if delta > 0 and h > c:
        why = (
            f"; with h = {h} > c = {c} no start with delta > 0 is, because A^T A has rank c at most"
        )
    if delta < 0 and h > d:
        why = (
            f"; with h = {h} > d = {d} no start with delta < 0 is, because W W^T has rank d at most"
        )
    raise ValueError(
        "W0, A0: expected an isotropic start, eta_w A^T A - eta_a W W^T = delta I; "
        f"this one is {far / size:.2g} away (relative to its size; up to {TOLERANCE:g} is allowed)"
        f"{why}. Make one with conserved.isotropic_init"
    )


def _spectrum(S: np.ndarray, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues (d + c,), descending, and eigenvectors of F = [[-delta/2, S^T], [S, delta/2]]."""
    c, d = S.shape
    U, sigma, Vt = np.linalg.svd(S)
    r = sigma.size
    kappa = np.hypot(delta / 2, sigma)
    big = kappa + abs(delta) / 2
    small = np.where(big > 0, sigma * (sigma / np.where(big > 0, big, 1.0)), 0.0)
    upper, lower = (big, small) if delta >= 0 else (small, big)  # kappa + delta/2, kappa - delta/2
    twice = np.where(kappa > 0, 2 * kappa, 1.0)
    cos = np.where(kappa > 0, np.sqrt(lower / twice), np.sqrt(0.5))
    sin = np.where(kappa > 0, np.sqrt(upper / twice), np.sqrt(0.5))
    V, U_r = Vt[:r].T, U[:, :r]
    grow, fade = np.vstack([V * cos, U_r * sin]), np.vstack([-V * sin, U_r * cos])
    rest_in = np.vstack([Vt[r:].T, np.zeros((c, d - r))])
    rest_out = np.vstack([np.zeros((d, c - r)), U[:, r:]])
    f = np.concatenate([kappa, -kappa, np.full(d - r, -delta / 2), np.full(c - r, delta / 2)])
    order = np.argsort(-f, kind="stable")
    f, E = f[order], np.hstack([grow, fade, rest_in, rest_out])[:, order]
    return _merged(f), E


def _merged(f: np.ndarray) -> np.ndarray:
    """Make eigenvalues equal that differ by rounding: late times would magnify the difference."""
    merged, close = f.copy(), 1e-13 * np.max(np.abs(f))
    for i in range(1, f.size):
        if merged[i - 1] - f[i] <= close:
            merged[i] = merged[i - 1]
    return merged


def _scaled(R: np.ndarray, f: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """M (T, m, N) and G (T, m, m), with Z Z^T = E M^T G^-1 M E^T; each row over its largest term.

    Row j of R holds the part of the start whose fastest growth is f[j] or slower. With S_j = max(1,
    max_i |R_ji| e^{f_i t}), M = R e^{ft} / S and G = S^-1 (I + R Phi R^T) S^-1, Phi_i = (e^{2 f_i
    t} - 1) / (2 f_i): no entry exceeds 1 or so.
    """
    ft, size = f * t[:, None], np.abs(R)
    with np.errstate(divide="ignore"):
        logs = np.log(size)
    leader = np.argmax(logs + ft[:, None, :], axis=-1)  # (T, m)
    rows = np.arange(len(R))
    leads = np.take_along_axis(ft, leader, -1) + logs[rows, leader] > 0  # else S_j = 1
    lead_f, lead_R = np.where(leads, f[leader], 0.0), np.where(leads, size[rows, leader], 1.0)
    if np.max(np.abs(ft)) < 300:  # the usual case: no exponential can overflow by itself
        M = R * np.exp(ft)[:, None, :] * (np.exp(-lead_f * t[:, None]) / lead_R)[..., None]
    else:  # only differences of rates are safe
        exponent = (f - lead_f[..., None]) * t[:, None, None]
        M = np.where(R == 0, 0.0, R / lead_R[..., None] * np.exp(np.minimum(exponent, 700.0)))
    inverse = np.exp(-lead_f * t[:, None]) / lead_R  # 1 / S
    growth = np.abs(f) * t[:, None]
    ended = np.where(
        f == 0, t[:, None], -np.expm1(-2 * growth) / np.where(f == 0, 1.0, 2 * np.abs(f))
    )
    root = np.sqrt(ended)[:, None, :]
    P = np.where(f > 0, M * root, R * inverse[..., None] * root)
    return M, P @ np.swapaxes(P, -1, -2) + (inverse**2)[..., None] * np.eye(len(R))
