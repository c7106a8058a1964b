"""Evaluate the closed form of two-layer linear networks at many times.

F has eigenvalues f and eigenvectors E, and R comes from a QR factorization of the start expressed
in them. Z Z^T is the same for all rotations of the hidden layer, one of which makes

    Z^T = L^-1 R e^{ft} E^T,    L L^T = K = I + R Phi R^T,    Phi = (e^{2ft} - 1) / (2f).

Dividing a row of R e^{ft}, and with it the row and column of K, by any scale changes neither the
solution nor its rounding errors. So nothing needs to overflow at any time.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import dtrsm

SHARED = 2**18  # entries formed at once of arrays that several times share
BLOCK = 2**15  # entries of Z formed at once: what a core's cache holds
SAFE = 100.0  # largest exponent at which no square of an exponential overflows or vanishes
LARGEST = 600.0  # largest exponent of a number that neither overflows nor vanishes
NEGLIGIBLE = math.exp(-2 * SAFE - 40.0)  # smaller entries stay negligible while times share scales


def spectrum(S: np.ndarray, delta: float) -> tuple[np.ndarray, np.ndarray]:
    """Diagonalize F = [[-delta/2, S^T], [S, delta/2]]: eigenvalues (d + c,) descending, vectors."""
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
    """Merge eigenvalues that differ only by rounding, which late times would magnify."""
    merged, close = f.copy(), 1e-13 * np.max(np.abs(f))
    for i in np.flatnonzero(f[:-1] - f[1:] <= close):
        merged[i + 1] = merged[i]
    return merged


@dataclass(frozen=True)
class Riccati:
    """Compute Z^T at all times, piece by piece.

    Parameters
    ----------
    R : ndarray, shape (m, N)
        The start in the eigenvectors, transposed and made upper trapezoidal.
    f : ndarray, shape (N,)
        The eigenvalues, descending.
    E : ndarray, shape (N, N)
        The eigenvectors.
    t : ndarray, shape (T,)
        The times, finite.
    """

    R: np.ndarray
    f: np.ndarray
    E: np.ndarray
    t: np.ndarray

    def pieces(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield slices of the times and Z^T (n, m, N) at them; each overwrites the last one."""
        many, few = max(1, SHARED // self.R.size), max(1, BLOCK // self.R.size)
        room = np.empty((2, min(few, self.t.size) * self.R.size))
        small = self.R.size * len(self.R) <= SHARED  # else sharing between near times gains nothing
        for start in range(0, self.t.size, many):
            t = self.t[start : start + many]
            near = small and np.max(np.abs(self.f)) * np.max(t) < SAFE
            shared = (_Near if near else _Far)(self.R, self.f, t)
            for i in range(0, t.size, few):
                now = slice(i, min(i + few, t.size))
                M, K = shared(now, room[0])
                _solve(K, M)
                Zt = _within(room[1], len(M), *self.R.shape)
                np.matmul(_rows(M), self.E[:, : M.shape[-1]].T, out=_rows(Zt))
                yield slice(start + i, start + now.stop), Zt


class _Near:
    """Compute R e^{ft} and K at times at which no exponential overflows: every scale is 1."""

    def __init__(self, R: np.ndarray, f: np.ndarray, t: np.ndarray) -> None:
        self.R, self.growth = R, np.exp(f * t[:, None])
        self.Phi = _passed(f, t) * np.where(f > 0, self.growth, 1.0) ** 2
        self.of_K = (R[:, None] * R).reshape(-1, len(f)).T

    def __call__(self, now: slice, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        M = _within(room, now.stop - now.start, *self.R.shape)
        np.multiply(self.R, self.growth[now, None], out=M)
        K = (self.Phi[now] @ self.of_K).reshape(len(M), len(self.R), -1)
        _diagonals(K)[:] += 1
        return M, K


class _Far:
    """Compute R e^{ft} and K at any times, each row divided by its scale at a nearby time.

    Row j of R holds the part of the start whose fastest growth is f[j] or slower. Its scale is
    S_j = max(1, max_i |R_ji| e^{f_i t}), so that large exponents contain only differences of rates.
    R e^{ft} and P, with K = P P^T + S^-2, are products of a matrix that nearby times share and of
    one vector.
    """

    def __init__(self, R: np.ndarray, f: np.ndarray, t: np.ndarray) -> None:
        fastest, growing, size = np.max(np.abs(f)) or 1.0, f > 0, np.abs(R)
        near, self.which = np.unique(np.rint(t * (fastest / (2 * SAFE))), return_inverse=True)
        near *= 2 * SAFE / fastest
        with np.errstate(divide="ignore"):
            logs = f * near[:, None, None] + np.log(size)
        leader = np.argmax(logs, axis=-1)[..., None]
        leads = np.take_along_axis(logs, leader, -1) > 0  # else S_j = 1
        lead_f = np.where(leads, f[leader], 0.0)
        lead_R = np.where(leads, np.take_along_axis(size[None], leader, -1), 1.0)
        self.M = np.exp(np.clip((f - lead_f) * near[:, None, None], -LARGEST, LARGEST))
        self.M *= R / lead_R
        self.inverse = np.exp(-lead_f * near[:, None, None]) / lead_R  # 1 / S
        self.P = np.where(growing, self.M, R * self.inverse)
        size = np.maximum(np.abs(self.M), np.abs(self.P))
        alive = size > NEGLIGIBLE * np.max(size, axis=-1, keepdims=True)
        self.M *= alive
        self.P *= alive
        self.counts = np.max(np.any(alive, axis=1) * np.arange(1, f.size + 1), axis=-1, initial=1)
        ft = (t - near[self.which])[:, None] * f
        self.of_M = np.exp(np.clip(ft, -2 * SAFE, 2 * SAFE))
        self.of_P = np.sqrt(_passed(f, t)) * np.where(growing, self.of_M, 1.0)

    def __call__(self, now: slice, room: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        which = self.which[now]
        count = np.max(self.counts[which])  # f descends, so late times need only the first ones
        M = _within(room, len(which), self.M.shape[1], count)
        np.take(self.P[..., :count], which, axis=0, out=M, mode="clip")
        M *= self.of_P[now, None, :count]
        K = M @ np.swapaxes(M, -1, -2)
        _diagonals(K)[:] += self.inverse[which, :, 0] ** 2
        np.take(self.M[..., :count], which, axis=0, out=M, mode="clip")
        M *= self.of_M[now, None, :count]
        return M, K


def _within(room: np.ndarray, *shape: int) -> np.ndarray:
    """View the beginning of a long array as an array of this shape."""
    return room[: math.prod(shape)].reshape(shape)


def _rows(x: np.ndarray) -> np.ndarray:
    return x.reshape(-1, x.shape[-1])


def _diagonals(K: np.ndarray) -> np.ndarray:
    """View the diagonals (n, m) of matrices (n, m, m)."""
    return K.reshape(len(K), -1)[:, :: K.shape[-1] + 1]


def _passed(f: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Compute (1 - e^{-2|f|t}) / 2|f|, shape (T, N), and t where f is 0."""
    rate = 2 * np.abs(f)
    return np.where(f == 0, t[:, None], -np.expm1(-rate * t[:, None]) / (rate + (f == 0)))


def _solve(K: np.ndarray, Y: np.ndarray) -> None:
    """Write L^-1 Y over Y (T, m, n), with L L^T = K."""
    # Y^T, in Fortran order, becomes the X of X L^T = Y^T. The arguments are dtrsm's alpha, a, b,
    # side, lower, trans_a, diag and overwrite_b; passing them by name would take nearly as long as
    # solving.
    for L, rows in zip(_roots(K).swapaxes(-1, -2), Y.swapaxes(-1, -2), strict=True):
        dtrsm(1.0, L, rows, 1, 0, 0, 0, 1)


def _roots(K: np.ndarray) -> np.ndarray:
    """Factorize K = L L^T with L (T, m, m)."""
    try:
        return np.linalg.cholesky(K)
    except np.linalg.LinAlgError:
        # At very late times, where nothing is learned, neurons that compute the same have rows that
        # differ only by rounding, perhaps by less than the rounding error of K.
        _diagonals(K)[:] *= 1 + 4 * K.shape[-1] * np.finfo(float).eps
        return np.linalg.cholesky(K)
