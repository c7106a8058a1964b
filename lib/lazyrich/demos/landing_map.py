"""Show implicit bias: one sample, two dimensions, and where on the line of solutions beta lands."""

import matplotlib.pyplot as plt
import numpy as np

from lazyrich import conserved, exact, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.plots import Picture

__all__ = ["LandingMap", "landing", "limits", "path"]

SWEEP = 0.2 * np.sinh(np.linspace(-1, 1, 61) * np.arcsinh(200.0))  # -40..40, fine near 0


def landing(delta: float, x: float, y: float, tilt: float) -> np.ndarray:
    """Compute where beta lands, with one sample (cos tilt, sin tilt) and label 1.

    Parameters
    ----------
    delta : float
        The conserved quantity; the readout at the start is positive.
    x, y : float
        beta0.
    tilt : float
        Direction of the sample in degrees.

    Returns
    -------
    np.ndarray, shape (2,)
        beta at t = inf.
    """
    sample = _sample(tilt)
    w0, a0 = conserved.init_from_delta(np.array([x, y]), delta)
    return exact.implicit_bias(sample, np.ones(1), w0, a0)


def path(t: np.ndarray, delta: float, x: float, y: float, tilt: float) -> np.ndarray:
    """Compute the path of beta to its landing point.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    delta : float
        The conserved quantity; the readout at the start is positive.
    x, y : float
        beta0.
    tilt : float
        Direction of the sample in degrees.

    Returns
    -------
    np.ndarray, shape (T, 2)
        The path.
    """
    w0, a0 = conserved.init_from_delta(np.array([x, y]), delta)
    return exact.projected(t, _sample(tilt), np.ones(1), w0, a0).beta


def limits(x: float, y: float, tilt: float) -> tuple[np.ndarray, np.ndarray | None]:
    """Compute the landing points for delta -> +inf and delta -> -inf.

    Parameters
    ----------
    x, y : float
        beta0.
    tilt : float
        Direction of the sample in degrees.

    Returns
    -------
    nearest : np.ndarray, shape (2,)
        The solution nearest to the start.
    ray : np.ndarray, shape (2,), or None
        The solution on the ray through the start; None if the ray misses the line of solutions.
    """
    sample, beta0 = _sample(tilt)[0], np.array([x, y])
    f = float(sample @ beta0)
    return beta0 + (1 - f) * sample, beta0 / f if f > 1e-9 else None


class LandingMap(Demo):
    """Drag the start, delta or the sample, and see where on the line of solutions beta lands.

    Parameters
    ----------
    delta : float, -40..40
        The conserved quantity.
    x, y : float, -2..2
        beta0, not both 0.
    tilt : float, 0..90
        Direction of the sample in degrees.
    """

    _esm = script("_neuron", "landing_map")
    delta = Finite(0.0, min=-40, max=40).tag(sync=True)
    x = Finite(0.35, min=-2, max=2).tag(sync=True)
    y = Finite(0.6, min=-2, max=2).tag(sync=True)
    tilt = Finite(0.0, min=0, max=90).tag(sync=True)

    def picture(self) -> Picture:
        """Draw the path, the line of solutions, and the landing points as delta sweeps."""
        fig, ax = plt.subplots(figsize=(5, 4))
        sample = _sample(self.tilt)[0]
        across = np.array([-sample[1], sample[0]])
        ax.plot(*(sample[:, None] + across[:, None] * np.array([-4, 4])), color="0.4", lw=1)
        words = "The start must not be zero."
        if self.x or self.y:
            start = {"x": self.x, "y": self.y, "tilt": self.tilt}
            for delta in SWEEP:
                ax.plot(*landing(delta, **start), "o", ms=4, color=plots.delta_color(delta))
            beta = path(np.append(0.0, np.geomspace(1e-3, 1e3, 160)), self.delta, **start)
            end, (nearest, ray) = landing(self.delta, **start), limits(**start)
            for goal in (nearest, ray):
                if goal is not None:
                    ax.plot(*np.stack([[self.x, self.y], goal]).T, ":", color="0.3", lw=1.2)
            plots.simulated(ax, *beta.T, color=plots.delta_color(self.delta))
            ax.plot(*end, "o", ms=9, mec="black", color=plots.delta_color(self.delta), zorder=5)
            words = f"The path of delta = {self.delta:.2g} lands at ({end[0]:.2f}, {end[1]:.2f})."
        ax.plot(self.x, self.y, "o", ms=8, mfc="white", mec="black", zorder=6)
        ax.set(
            xlabel=r"$\beta_1$",
            ylabel=r"$\beta_2$",
            xlim=(-2.3, 2.3),
            ylim=(-1.8, 1.8),
            aspect="equal",
        )
        return plots.show(
            fig,
            alt="A line of solutions in the plane of beta, with the landing points of 61 deltas. "
            + words,
        )


def _sample(tilt: float) -> np.ndarray:
    turn = np.radians(tilt)
    return np.array([[np.cos(turn), np.sin(turn)]])
