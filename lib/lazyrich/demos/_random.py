"""Random numbers that are the same in Python and in the browser."""

from collections.abc import Callable

import numpy as np

__all__ = ["generator", "normals"]


def generator(seed: int) -> Callable[[], float]:
    """Numbers in [0, 1), the same as in the browser (mulberry32)."""
    state, mask = seed & 0xFFFFFFFF, 0xFFFFFFFF

    def draw() -> float:
        nonlocal state
        state = (state + 0x6D2B79F5) & mask
        x = ((state ^ (state >> 15)) * (state | 1)) & mask
        x ^= (x + (((x ^ (x >> 7)) * (x | 61)) & mask)) & mask
        return ((x ^ (x >> 14)) & mask) / 2**32

    return draw


def normals(seed: int, count: int) -> np.ndarray:
    """(count,) standard normal numbers, two from each pair of uniform ones (Box and Muller)."""
    draw = generator(seed)
    u = np.array([draw() for _ in range(count + count % 2)]).reshape(-1, 2)
    size, turn = np.sqrt(-2 * np.log1p(-u[:, 0])), 2 * np.pi * u[:, 1]
    return np.stack([size * np.cos(turn), size * np.sin(turn)], axis=1).ravel()[:count]
