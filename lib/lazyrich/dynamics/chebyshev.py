"""Compute the coefficients of Runge-Kutta-Chebyshev steps of second order.

Sommeijer, Shampine and Verwer 1998 (J. Comput. Appl. Math. 88, 315-326).
"""

from functools import lru_cache

__all__ = ["coefficients"]


@lru_cache(maxsize=1024)
def coefficients(s: int) -> tuple[float, list[tuple[float, float, float, float]], float]:
    """Compute the coefficients of one step of s stages.

    Parameters
    ----------
    s : int
        The number of stages, at least 2.

    Returns
    -------
    first : float
        mu~_1.
    rows : list of tuple of float
        (mu, nu, mu~, gamma~) of stages 2..s.
    reach : float
        The step times spectral radius up to which s stages are stable.
    """
    w0 = 1 + (2 / 13) / s**2
    # Chebyshev polynomials at w0, their first and their second derivatives.
    T, D, S = [1.0, w0], [0.0, 1.0], [0.0, 0.0]
    for _ in range(2, s + 1):
        S.append(2 * w0 * S[-1] - S[-2] + 4 * D[-1])
        D.append(2 * w0 * D[-1] - D[-2] + 2 * T[-1])
        T.append(2 * w0 * T[-1] - T[-2])
    w1 = D[s] / S[s]
    b = [0.0, 0.0] + [S[j] / D[j] ** 2 for j in range(2, s + 1)]
    b[0], b[1] = b[2], 1 / w0
    rows = []
    for j in range(2, s + 1):
        mu_t = 2 * b[j] * w1 / b[j - 1]
        rows.append(
            (2 * b[j] * w0 / b[j - 1], -b[j] / b[j - 2], mu_t, -(1 - b[j - 1] * T[j - 1]) * mu_t)
        )
    return b[1] * w1, rows, 2 / 3 * (s**2 - 1) * (1 - 2 / 15 * 2 / 13)
