"""Show how the wait of a deep linear network depends on depth, start and imbalance of layers."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from numpy.typing import ArrayLike
from scipy.integrate import quad
from scipy.optimize import brentq

from lazyrich import exact, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.plots import Picture

__all__ = ["DEPTHS", "DeepPlateaus", "deltas", "time_to"]

DEPTHS = range(1, 9)


def deltas(depth: int, delta: float, strong: int) -> np.ndarray:
    """List the differences of sigma^2 between neighboring layers.

    Parameters
    ----------
    depth : int
        Number of layers.
    delta : float
        sigma^2 of a strong layer minus that of a weak one.
    strong : int
        Number of strong layers, which come after the weak ones.

    Returns
    -------
    np.ndarray, shape (depth - 1,)
        The differences.
    """
    out = np.zeros(depth - 1)
    if 0 < strong < depth:
        out[depth - strong - 1] = delta
    return out


def time_to(u: ArrayLike, depth: int, u0: float, delta: float, strong: int) -> np.ndarray:
    """Compute when a mode with target s = 1 reaches a strength u.

    With x = sigma^2 of a weak layer, u = x^(weak/2) (x + delta)^(strong/2) and
    u' = u^2 (weak/x + strong/(x + delta)) (1 - u); the integral of dt is taken over
    p = ln(u / (1 - u)).

    Parameters
    ----------
    u : array_like, shape (...)
        Strengths, u0 <= u < 1.
    depth : int
        Number of layers.
    u0 : float
        Strength at the start.
    delta : float
        sigma^2 of a strong layer minus that of a weak one.
    strong : int
        Number of strong layers, of which at most depth - 1 count.

    Returns
    -------
    np.ndarray, shape (...)
        Times.
    """
    strong = min(strong, depth - 1)
    weak = depth - strong

    def rate(p: float) -> float:
        log_u = -np.logaddexp(0.0, -p)
        z = brentq(
            lambda z: weak * z + (strong and strong / 2 * np.log(np.exp(2 * z) + delta)) - log_u,
            log_u / weak - 40,
            1.0,
            xtol=1e-14,
        )
        x = np.exp(2 * z)
        return np.exp(-log_u) / (weak / x + (strong / (x + delta) if strong else 0.0))

    u = np.asarray(u, dtype=float)
    places, back = np.unique(np.append(u0, u.ravel()), return_inverse=True)
    ends = np.log(places / (1 - places))
    parts = [
        quad(rate, a, b, epsabs=0, epsrel=1e-10, limit=200)[0] for a, b in itertools.pairwise(ends)
    ]
    return np.append(0.0, np.cumsum(parts))[back[1:]].reshape(u.shape)


class DeepPlateaus(Demo):
    """Drag depth, start and imbalance, and see how long a deep linear network waits to learn.

    Parameters
    ----------
    depth : int, 1..8
        Number of layers.
    u0 : float, 1e-6..0.3
        Strength of the mode at the start; its target is 1.
    delta : float, 0..2
        sigma^2 of a strong layer minus that of a weak one.
    strong : int, 0..7
        Number of strong layers, of which at most depth - 1 count.
    """

    _esm = script("deep_plateaus")
    sliders = ("depth", "u0", "delta", "strong")
    depth = traitlets.Int(4, min=DEPTHS[0], max=DEPTHS[-1]).tag(sync=True)
    u0 = Finite(1e-3, min=1e-6, max=0.3).tag(sync=True)
    delta = Finite(0.0, min=0, max=2).tag(sync=True)
    strong = traitlets.Int(2, min=0, max=DEPTHS[-1] - 1).tag(sync=True)

    def picture(self) -> Picture:
        """Draw strength over time, and the time to half against the start."""
        fig, (curves, waits) = plt.subplots(1, 2, figsize=(9.5, 3.4))
        starts, thin = np.geomspace(1e-6, 0.3, 40), {"color": plots.COLORS["sky"], "lw": 1.2}
        on_the_way = 1 / (1 + np.exp(-np.linspace(np.log(self.u0 / (1 - self.u0)), 7, 60)))
        for depth in DEPTHS:
            curves.semilogx(
                exact.deep_mode_time(on_the_way, self.u0, 1.0, depth)[1:], on_the_way[1:], **thin
            )
            needed = [float(exact.deep_mode_time(0.5, u0, 1.0, depth)) for u0 in starts]
            waits.loglog(starts, needed, **thin)
            if depth <= 4:  # deeper ones leave no room for a label
                waits.text(starts[0], 1.15 * needed[0], str(depth), fontsize=8)
        bold = {"color": plots.COLORS["vermillion"], "lw": 3}
        curves.semilogx(time_to(on_the_way, **self.settings)[1:], on_the_way[1:], **bold)
        since = time_to(np.append(starts, 0.5), **(self.settings | {"u0": 1e-6}))
        waits.loglog(starts, since[-1] - since[:-1], **bold)
        half = float(time_to(0.5, **self.settings))
        waits.plot(self.u0, half, "o", ms=8, mec="black", color=plots.COLORS["vermillion"])
        curves.set(xlabel="time $t$", ylabel="strength $u$", xlim=(0.01, 2e4))
        waits.set(xlabel="strength at the start $u_0$", ylabel="time to half of the target")
        return plots.show(
            fig,
            alt="Left, strength of a mode over time for depths 1 to 8: the deeper, the later and "
            "the more suddenly it rises. Right, time to half against the start. The chosen network "
            f"(depth {self.depth}, delta {self.delta:.2g} on {min(self.strong, self.depth - 1)} "
            f"layers) needs {half:.3g}.",
        )
