"""Find where gradient flow of one neuron ends when there are fewer samples than dimensions.

w moves only in the row space of X, so its projection P w0 on the null space is frozen, and delta is
conserved. Both together fix the end: beta = beta_mn + a P w0, where beta_mn is the interpolant of
smallest norm. The same point minimizes a potential over all interpolants, which makes the flow a
mirror flow. The null space may have any dimension; Kunin et al. 2024, section 3, treat dimension 1.
"""

import numpy as np
from numpy.typing import ArrayLike

from lazyrich import _validate as validate
from lazyrich import conserved
from lazyrich.exact._sign import final_sign
from lazyrich.exact.one_neuron import OneNeuron, one_neuron

__all__ = ["implicit_bias", "mirror_map", "mirror_potential", "projected"]

RANK = 1e-10  # singular values below this share of the largest count as zero


def implicit_bias(
    X: ArrayLike, y: ArrayLike, w0: ArrayLike, a0: float, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the interpolant at which gradient flow of f(x) = a w.x ends.

    beta = beta_mn + a P w0 with eta_w a^2 = k + sqrt(k^2 + eta_a eta_w |beta_mn|^2) and
    k = (eta_a |P w0|^2 + delta) / 2. The sign of a is that of a0 if k >= 0. Otherwise a may change
    its sign: the final sign comes from the exact solution if X^T X is a multiple of a projector,
    and from integrating the flow until the sign cannot change any more if not.

    Parameters
    ----------
    X : array_like, shape (n, d)
        The inputs, one sample per row.
    y : array_like, shape (n,)
        The labels, in the range of X.
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (d,)
        beta at t = inf; 0 on the separatrix, where the flow ends at a = 0.

    Raises
    ------
    ValueError
        On bad input or labels that no beta fits, or if the flow must be integrated and the
        integrator fails, as it may if w0 and a0 differ by 20 powers of ten.

    Warns
    -----
    SeparatrixWarning
        If the start lies so close to the separatrix that rounding may decide the sign.
    """
    w0, a0 = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w0.size)
    eta_w, eta_a = validate.rate("eta_w", eta_w), validate.rate("eta_a", eta_a)
    beta_mn, frozen, spread = _split(X, y, w0)
    c2 = eta_a * eta_w * float(beta_mn @ beta_mn)
    twice_k = float(conserved.delta(w0, a0, eta_w=eta_w, eta_a=eta_a)) + eta_a * float(
        frozen @ frozen
    )
    if c2 == 0 and a0 == 0:
        return np.zeros_like(w0)  # nothing to learn
    root = np.hypot(twice_k / 2, np.sqrt(c2))
    square = twice_k / 2 + root if twice_k >= 0 else c2 / (root - twice_k / 2)
    if c2 == 0 or (twice_k >= 0 and a0 != 0):
        sign = float(np.sign(a0))
    elif spread < RANK:
        sign = float(np.sign(projected(np.inf, X, y, w0, a0, eta_w=eta_w, eta_a=eta_a).a))
    else:
        _, singular, Vt = np.linalg.svd(X, full_matrices=False)
        seen = singular > RANK * singular[0]
        w, b = np.sqrt(eta_a) * Vt[seen] @ w0, np.sqrt(eta_a * eta_w) * Vt[seen] @ (X.T @ y)
        sign = final_sign(w, np.sqrt(eta_w) * a0, b, singular[seen] ** 2)
    if sign == 0:
        return np.zeros_like(w0)
    return beta_mn + sign * np.sqrt(square / eta_w) * frozen


def projected(
    t: ArrayLike,
    X: ArrayLike,
    y: ArrayLike,
    w0: ArrayLike,
    a0: float,
    *,
    eta_w: float = 1.0,
    eta_a: float = 1.0,
) -> OneNeuron:
    """Compute the exact trajectory when X^T X is a multiple of a projector.

    The inputs are then whitened in their row space. The row-space part of w obeys `one_neuron`; the
    null-space part is frozen and adds to delta.

    Parameters
    ----------
    t : array_like, shape (T,) or ()
        Times >= 0, inf allowed.
    X : array_like, shape (n, d)
        The inputs, one sample per row.
    y : array_like, shape (n,)
        The labels, in the range of X.
    w0 : array_like, shape (d,)
        Input weights at the start.
    a0 : float
        The readout at the start.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    OneNeuron
        The fields of `one_neuron`, measured from beta_mn.

    Raises
    ------
    ValueError
        On bad input or any other covariance.
    """
    w0, a0 = validate.one(w0, a0, "w0, a0")
    X, y = validate.data(X, y, w0.size)
    t = validate.times("t", t)
    beta_mn, frozen, spread = _split(X, y, w0)
    if spread >= 1e-8:
        raise ValueError(
            "X: expected X^T X to be a multiple of a projector (equal nonzero singular values), "
            f"but they differ by {spread:.1g}"
        )
    size = float(np.linalg.norm(X, 2) ** 2)
    # The loss does not depend on the frozen part. The row-space weights alone have the delta of the
    # row space, delta + eta_a |P w0|^2.
    path = one_neuron(size * t, w0 - frozen, a0, beta_mn, eta_w=eta_w, eta_a=eta_a)
    w = path.w + frozen
    return OneNeuron(
        w=w,
        a=path.a,
        beta=path.a[..., None] * w,
        residual=path.residual - path.a[..., None] * frozen,
        loss=size * path.loss,
        delta=conserved.delta(w0, a0, eta_w=eta_w, eta_a=eta_a),
        condition=path.condition,
    )


def mirror_potential(
    beta: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the potential Psi whose mirror flow the neuron's function follows.

    Psi = (R - delta) sqrt(R + delta/2) / sqrt(eta_a eta_w) with
    R = sqrt(delta^2/4 + eta_a eta_w |beta|^2). If a does not change its sign, the flow ends at the
    interpolant that minimizes Psi(beta) - grad Psi(beta0).beta.

    Parameters
    ----------
    beta : array_like, shape (..., d)
        The product a w, which is the neuron's function.
    delta : array_like, shape (...)
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (...)
        Psi.

    Raises
    ------
    ValueError
        On bad input.
    """
    beta, delta = validate.vector("beta", beta), validate.real("delta", delta, "(...)")
    product = validate.rate("eta_w", eta_w) * validate.rate("eta_a", eta_a)
    size = np.sqrt(product) * np.hypot.reduce(beta, axis=-1)
    R = np.hypot(delta / 2, size)
    plus = np.where(
        delta >= 0, R + delta / 2, size * (size / np.where(R - delta / 2 > 0, R - delta / 2, 1.0))
    )
    return (R - delta) * np.sqrt(plus) / np.sqrt(product)


def mirror_map(
    beta: ArrayLike, delta: ArrayLike, *, eta_w: float = 1.0, eta_a: float = 1.0
) -> np.ndarray:
    """Compute the gradient of the mirror potential.

    grad Psi = (3/2) sqrt(R - delta/2) betahat = (3/2) sqrt(eta_a) sgn(a) w, with R of
    `mirror_potential` and betahat = beta / |beta|.

    Parameters
    ----------
    beta : array_like, shape (..., d)
        The product a w, which is the neuron's function.
    delta : array_like, shape (...)
        The conserved quantity.
    eta_w, eta_a : float, default 1.0
        Learning rates of w and of a, > 0.

    Returns
    -------
    ndarray, shape (..., d)
        grad Psi; 0 at beta = 0.

    Raises
    ------
    ValueError
        On bad input.
    """
    beta, delta = validate.vector("beta", beta), validate.real("delta", delta, "(...)")
    product = validate.rate("eta_w", eta_w) * validate.rate("eta_a", eta_a)
    length = np.hypot.reduce(beta, axis=-1)
    size = np.sqrt(product) * length
    R = np.hypot(delta / 2, size)
    minus = np.where(
        delta <= 0, R - delta / 2, size * (size / np.where(R + delta / 2 > 0, R + delta / 2, 1.0))
    )
    return 1.5 * np.sqrt(minus)[..., None] * (beta / np.where(length > 0, length, 1.0)[..., None])


def _split(X: np.ndarray, y: np.ndarray, w0: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Compute beta_mn (d,), the part of w0 in the null space (d,), and a spread.

    The spread is 1 minus the ratio of the extreme nonzero eigenvalues of X^T X.
    """
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    rank = int(np.sum(s > RANK * s[0])) if s[0] > 0 else 0
    U, s, V = U[:, :rank], s[:rank], Vt[:rank].T
    beta_mn = validate.real("X, y, beta", V @ ((U.T @ y) / s))
    if np.linalg.norm(X @ beta_mn - y) > 1e-8 * max(float(np.linalg.norm(y)), 1e-300):
        raise ValueError(
            "y: expected labels that some beta fits exactly (y in the range of X); "
            "these have a residual"
        )
    frozen = w0 - V @ (V.T @ w0)
    frozen = frozen - V @ (V.T @ frozen)  # again, for what rounding left there
    frozen = np.where(np.abs(frozen) < 1e-15 * np.linalg.norm(w0), 0.0, frozen)
    ratio = float(s[-1]) / float(s[0]) if rank else 1.0
    return beta_mn, frozen, 1 - ratio * ratio
