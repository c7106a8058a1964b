"""Answer 05.4, 05.5 and 05.7 for the figures, where one's own answer is missing or wrong."""

import numpy as np

from lazyrich import exact, kernel

__all__ = ["distances", "factors", "wait"]


def wait(u0: float, s: float, depth: int, frac: float) -> float:
    """Give the time of a balanced mode from u0 to frac * s."""
    return float(exact.deep_mode_time(frac * s, u0, s, depth)) if u0 < frac * s else 0.0


def distances(X: np.ndarray, Ws_t: list[list[np.ndarray]], etas: np.ndarray) -> np.ndarray:
    """Give the distance of the kernel from the first time, at each time."""
    kernels = np.array([kernel.ntk_layered(X, Ws, leak=1.0, etas=etas) for Ws in Ws_t])
    return kernel.kernel_distance(kernels[0], kernels)


def factors(change: str, factor: float, depth: int) -> np.ndarray:
    """Give the factors of 05.4 by the rule."""
    power = 2 - 2 / depth
    return np.array(
        {
            "start": (factor ** (1 - power), 1.0),
            "layers": (factor ** (2.0 - depth), 1.0),
            "target": (1 / factor, factor**-power),
            "rates": (1 / factor, 1 / factor),
        }[change]
    )
