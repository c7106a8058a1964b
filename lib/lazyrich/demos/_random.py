"""Draw random numbers that are the same in Python and in the browser."""

from collections.abc import Callable

import numpy as np

__all__ = ["generator", "normals"]


def generator(seed: int) -> Callable[[], float]:
    """Make a generator of numbers in [0, 1) (mulberry32).

    Parameters
    ----------
    seed : int
        The seed, of which the lower 32 bits are used.

    Returns
    -------
    callable
        Function that returns the next number at each call.
    """
    state, mask = seed & 0xFFFFFFFF, 0xFFFFFFFF

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & mask
        x = ((state ^ (state >> 15)) * (state | 1)) & mask
        x ^= (x + (((x ^ (x >> 7)) * (x | 61)) & mask)) & mask
        return ((x ^ (x >> 14)) & mask) / 2**32

    return draw


def normals(seed: int, count: int) -> np.ndarray:
    """Draw standard normal numbers, two from each pair of uniform ones (Box and Muller).

    Parameters
    ----------
    seed : int
        The seed.
    count : int
        The number of draws.

    Returns
    -------
    np.ndarray, shape (count,)
        The numbers.
    """
    draw = generator(seed)
    u = np.array([draw() for _ in range(count + count % 2)]).reshape(-1, 2)
    size, turn = np.sqrt(-2 * np.log1p(-u[:, 0])), 2 * np.pi * u[:, 1]
    return np.stack([size * np.cos(turn), size * np.sin(turn)], axis=1).ravel()[:count]
