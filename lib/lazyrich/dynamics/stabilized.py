"""Integrate stiff gradient flow with NumPy, by stabilized Runge-Kutta-Chebyshev steps.

`training.integrate` does the same for ensembles, with PyTorch.
"""

from collections.abc import Callable, Sequence

import numpy as np

from lazyrich.dynamics.chebyshev import coefficients

__all__ = ["follow"]

Slope = Callable[[np.ndarray], np.ndarray]
SAFE = 1.15  # factor on the estimated spectral radius
STABLE = 0.65  # s stages are stable up to a step times radius of STABLE (s^2 - 1)
MOST_STAGES = 60  # per step


def follow(
    slope: Slope,
    start: np.ndarray,
    times: np.ndarray,
    *,
    sizes: Sequence[int],
    tolerance: float,
) -> np.ndarray:
    """Integrate y' = slope(y), step for step as the demos do in the browser.

    Parameters
    ----------
    slope : callable
        The slope (P,) at a state (P,).
    start : np.ndarray, shape (P,)
        The state at time 0.
    times : np.ndarray, shape (T,)
        Rising times >= 0.
    sizes : sequence of int
        Sizes of the blocks of a state, such as the weights of each layer; their sum is P.
    tolerance : float
        Error of a step, relative to the root mean square of each block.

    Returns
    -------
    np.ndarray, shape (T, P)
        The states.
    """
    y, f, t, out, turn = start, slope(start), 0.0, [], 0
    v, radius = np.cos(np.arange(y.size, dtype=float)), 0.0
    v = v / np.linalg.norm(v)
    for _ in range(12):
        v, radius = _sharpen(slope, y, f, v, radius)
    h = 0.05 * np.min(_blocks(y, sizes, floor=True) / np.maximum(_blocks(f, sizes), 1e-300))
    for target in times:
        while target - t > 1e-12 * max(target, 1.0):
            turn += 1
            step = min(h, target - t, STABLE * (MOST_STAGES**2 - 1) / (SAFE * radius))
            s = max(2, int(np.ceil(np.sqrt(1 + step * SAFE * radius / STABLE))))
            if turn % 4 == 0 or s > 20:
                v, radius = _sharpen(slope, y, f, v, radius)
            new, after, wrong = _step(slope, y, f, step, s)
            error = np.max(_blocks(wrong, sizes) / (tolerance * _blocks(new, sizes, floor=True)))
            factor = min(5.0, max(0.1, 0.8 * max(float(error), 1e-8) ** (-1 / 3)))
            if error <= 1:
                y, f, t = new, after, target if step >= target - t else t + step
                h = max(h, step * factor) if step < 0.99 * h else step * factor
            else:
                h = step * min(0.5, factor)
        out.append(y)
    return np.array(out)


def _sharpen(
    slope: Slope, y: np.ndarray, f: np.ndarray, v: np.ndarray, radius: float
) -> tuple[np.ndarray, float]:
    """Iterate the power method on the slope's Jacobian once: its direction and spectral radius."""
    nudge = (np.linalg.norm(y) + 1e-3) * 1.5e-8
    change = (slope(y + nudge * v) - f) / nudge
    size = float(np.linalg.norm(change))
    return (change / size, size) if size > 0 else (v, radius)


def _step(
    slope: Slope, y0: np.ndarray, f0: np.ndarray, h: float, s: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Take one step of s stages: the new state, its slope, and an estimate of the error."""
    first, rows, _ = coefficients(s)
    before, y = y0, y0 + first * h * f0
    for near, far, mu, gamma in rows:
        f = slope(y)
        before, y = y, (1 - near - far) * y0 + near * y + far * before + h * (mu * f + gamma * f0)
    f = slope(y)
    return y, f, 0.8 * (y0 - y) + 0.4 * h * (f0 + f)


def _blocks(y: np.ndarray, sizes: Sequence[int], *, floor: bool = False) -> np.ndarray:
    """Take the root mean square of each block, with `floor` at least 1/1000 of the largest."""
    parts = np.split(y, np.cumsum(sizes)[:-1])
    rms = np.array([np.sqrt(np.mean(part**2)) for part in parts])
    return np.maximum(rms, 1e-3 * rms.max()) if floor else rms
