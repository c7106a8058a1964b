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
from scipy.linalg.blas import dtrsm

from lazyrich import _validate as validate

__all__ = ["TwoLayer", "two_layer"]

TOLERANCE = 1e-8  # how far from isotropic a start may be, relative to its size
SHARED = 2**22  # entries of what all times share, at most
BLOCK = 2**16  # entries of Y that are formed at once where times share nothing
SAFE = 150.0  # exponents up to which no square of an exponential overflows or vanishes
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
    d = W.shape[1]
    E[:d] /= np.sqrt(eta_a)  # from here on W and A, no longer W~ and A~
    E[d:] /= np.sqrt(eta_w)
    times = np.minimum(np.atleast_1d(t), FOREVER)
    Zt, B = np.empty((times.size, *R.shape)), np.empty((times.size, *target.shape))
    loss, step = np.empty(times.size), max(1, BLOCK // R.size)
    together = _Together(R, f, E) if R.size * len(f) <= SHARED else None
    fastest = np.max(np.abs(f))
    for i in range(0, times.size, step):
        now = slice(i, i + step)
        if together is not None and fastest * np.max(times[now]) < SAFE:
            K = together(times[now], Zt[now])
        else:
            K = _apart(R, f, E, times[now], Zt[now])
        _solve(K, Zt[now])
        np.matmul(np.swapaxes(Zt[now, :, d:], -1, -2), Zt[now, :, :d], out=B[now])
        gap = (B[now] - target).reshape(-1, target.size)
        loss[now] = 0.5 * np.einsum("ti,ti->t", gap, gap)
    if t.ndim == 0:
        Zt, B, loss = Zt[0], B[0], loss[0]
    return TwoLayer(B=B, loss=loss, delta=delta, _into=Zt[..., :d], _out=Zt[..., d:])


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


class _Together:
    """Y = R e^{ft} E^T, written, and K = I + R Phi R^T, returned, with Z Z^T = Y^T K^-1 Y.

    Phi = (e^{2 f t} - 1) / (2 f). Both are linear in exponentials, so that one matrix product does
    for many times.
    """

    def __init__(self, R: np.ndarray, f: np.ndarray, E: np.ndarray) -> None:
        self.f, (self.m, N) = f, R.shape
        self.of_Y = np.einsum("ji,ni->ijn", R, E).reshape(N, self.m * N)
        self.of_K = np.einsum("ji,ki->ijk", R, R).reshape(N, self.m**2)

    def __call__(self, t: np.ndarray, Y: np.ndarray) -> np.ndarray:
        ft, zero = self.f * t[:, None], self.f == 0
        Phi = np.where(zero, t[:, None], np.expm1(2 * ft) / (2 * self.f + zero))
        np.matmul(np.exp(ft), self.of_Y, out=Y.reshape(t.size, -1))
        return (Phi @ self.of_K).reshape(-1, self.m, self.m) + np.eye(self.m)


def _apart(R: np.ndarray, f: np.ndarray, E: np.ndarray, t: np.ndarray, Y: np.ndarray) -> np.ndarray:
    """The same at times at which exponentials overflow: each row over its largest term.

    Row j of R holds the part of the start whose fastest growth is f[j] or slower. With S_j = max(1,
    max_i |R_ji| e^{f_i t}), Y = M E^T, M = R e^{ft} / S and K = S^-1 (I + R Phi R^T) S^-1: no entry
    exceeds 1 or so, and only differences of rates stand in exponents.
    """
    size, rows = np.abs(R), np.arange(len(R))
    with np.errstate(divide="ignore"):
        logs = np.log(size)
    leader = np.argmax(logs + (f * t[:, None])[:, None, :], axis=-1)  # (T, m)
    leads = f[leader] * t[:, None] + logs[rows, leader] > 0  # else S_j = 1
    lead_f, lead_R = np.where(leads, f[leader], 0.0), np.where(leads, size[rows, leader], 1.0)
    M = (f - lead_f[..., None]) * t[:, None, None]
    np.clip(M, -SAFE, 700.0, out=M)  # what is further behind counts for nothing
    np.exp(M, out=M)
    M *= R / lead_R[..., None]
    inverse = np.exp(-lead_f * t[:, None]) / lead_R  # 1 / S
    ended = -np.expm1(-2 * np.abs(f) * t[:, None]) / np.where(f == 0, 1.0, 2 * np.abs(f))
    root = np.sqrt(np.where(f == 0, t[:, None], ended))[:, None, :]
    growing = int(np.sum(f > 0))  # f descends: they are the first
    P = np.empty(M.shape)
    np.multiply(M[..., :growing], root[..., :growing], out=P[..., :growing])
    np.multiply(R[:, growing:] * inverse[..., None], root[..., growing:], out=P[..., growing:])
    K = P @ np.swapaxes(P, -1, -2)
    K[:, rows, rows] += inverse**2
    np.matmul(M.reshape(-1, len(E)), E.T, out=Y.reshape(-1, len(E)))
    return K


def _solve(K: np.ndarray, Y: np.ndarray) -> None:
    """Write L^-1 Y over Y (T, m, N), with L L^T = K."""
    for L, rows in zip(_roots(K), Y, strict=True):
        # rows^T, in Fortran's order, becomes the X of X L^T = rows^T
        dtrsm(1.0, L.T, rows.T, side=1, overwrite_b=1)


def _roots(K: np.ndarray) -> np.ndarray:
    """L (T, m, m) with L L^T = K."""
    try:
        return np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        # At the end of time, where nothing is learned, neurons that say the same have rows that
        # only rounding tells apart, and what K is rounded by may be more than what they differ by.
        diagonal = np.arange(K.shape[-1])
        K[:, diagonal, diagonal] *= 1 + 4 * K.shape[-1] * np.finfo(float).eps
        return np.linalg.cholesky(K)
