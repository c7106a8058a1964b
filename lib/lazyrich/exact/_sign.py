"""Find the sign of the readout at the end of gradient flow of one neuron, on any data.

Where a = 0 the function is 0 and the loss is |y|^2 / 2. The loss only falls, so once it is below
that value, a cannot change its sign any more. Until then the flow is integrated.
"""

import warnings

import numpy as np
from scipy.integrate import solve_ivp

from lazyrich.exact.one_neuron import SEPARATRIX, SeparatrixWarning

ACCURACY = 1e-12  # relative tolerance of the integration
GROWTH_TIMES = 100.0  # time constants of the slowest growth, which start as small as e^-100


def final_sign(w: np.ndarray, a: float, b: np.ndarray, g: np.ndarray) -> float:
    """Find the sign of a at the end: 1 or -1, and 0 if the flow ends where a = 0.

    Parameters
    ----------
    w : ndarray, shape (r,)
        sqrt(eta_a) w0 along the eigenvectors of X^T X whose eigenvalue is not 0.
    a : float
        sqrt(eta_w) a0.
    b : ndarray, shape (r,)
        sqrt(eta_a eta_w) X^T y along the same vectors.
    g : ndarray, shape (r,)
        The eigenvalues.

    Returns
    -------
    float
        The sign.

    Raises
    ------
    ValueError
        If the integrator fails.

    Warns
    -----
    SeparatrixWarning
        If changing a0 by a few parts in 1e8 changes the sign.
    """
    sign = _decided(w, a, b, g)
    nearby = 2 / SEPARATRIX
    if any(_decided(w, a * (1 + change), b, g) != sign for change in (nearby, -nearby)):
        warnings.warn(
            "the start lies on or next to the separatrix: at late times the opposite sign of a is "
            "as likely as this one",
            SeparatrixWarning,
            stacklevel=3,
        )
    return sign


def _decided(w: np.ndarray, a: float, b: np.ndarray, g: np.ndarray) -> float:
    """Integrate w' = (b - a g w) a, a' = (b - a g w).w until the loss is below |y|^2 / 2."""

    def rhs(_: float, state: np.ndarray) -> np.ndarray:
        w, a = state[:-1], state[-1]
        pull = b - a * g * w
        return np.append(pull * a, pull @ w)

    def gained(_: float, state: np.ndarray) -> float:
        """Compute |y|^2 / 2 minus the loss."""
        w, a = state[:-1], state[-1]
        return float(a * (b @ w - 0.5 * a * (g * w) @ w))

    if a == 0:
        return float(np.sign(b @ w))
    if gained(0.0, np.append(w, a)) >= 0:
        return float(np.sign(a))
    gained.terminal = True  # type: ignore[attr-defined]  # how solve_ivp learns to stop there
    # Next to a = 0 the flow leaves at the positive root of rate^2 + drag rate = b^2.
    square, drag = float(b @ b), float(np.max(g)) * max(float(w @ w), a * a)
    slowest = square / (drag / 2 + np.hypot(drag / 2, np.sqrt(square)))
    size = max(float(np.max(np.abs(w))), abs(a))
    path = solve_ivp(
        rhs,
        (0.0, GROWTH_TIMES / slowest),
        np.append(w, a),
        "LSODA",
        events=gained,
        rtol=ACCURACY,
        atol=ACCURACY * 1e-4 * size,
    )
    if path.status < 0:
        raise ValueError(
            "w0, a0: the integrator stopped before the final sign of a was decided "
            f"({path.message}). Take w0 and a0 that differ by fewer powers of ten, or X with equal "
            "nonzero singular values, for which nothing is integrated"
        )
    if path.status == 0:
        return 0.0
    # There a = 0 and moves to the side of b.w, or b.w = a (g w).w / 2; both give this sign.
    return float(np.sign(b @ path.y_events[0][0, :-1]))
