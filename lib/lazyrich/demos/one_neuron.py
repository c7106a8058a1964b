"""Show one neuron on its level set, in function space, and over time."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from lazyrich import conserved, exact, kernel, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.plots import Picture

__all__ = ["Curves", "OneNeuron", "curves", "start", "time_of"]

TARGET = np.array([1.0, 0.0])
EARLIEST, LATEST = 0.01, 100.0


@dataclass(frozen=True)
class Curves:
    """Hold the curves that the demo draws.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    w : np.ndarray, shape (T, 2)
        Weights.
    a : np.ndarray, shape (T,)
        Readout.
    loss : np.ndarray, shape (T,)
        The loss.
    S : np.ndarray, shape (T,)
        The kernel distance.
    angle : np.ndarray, shape (T,)
        Angle between w and the target in degrees. Unlike that of beta = a w, it does not jump where
        a crosses 0, where nothing turns.
    """

    t: np.ndarray
    w: np.ndarray
    a: np.ndarray
    loss: np.ndarray
    S: np.ndarray
    angle: np.ndarray


def start(
    delta: float, angle: float, scale: float, ratio: float
) -> tuple[np.ndarray, float, dict[str, float]]:
    """Compute the start with beta0 = scale (cos angle, sin angle).

    Parameters
    ----------
    delta : float
        The conserved quantity.
    angle : float
        Degrees between beta0 and the target.
    scale : float
        |beta0|.
    ratio : float
        eta_w / eta_a; eta_w eta_a = 1.

    Returns
    -------
    w0 : np.ndarray, shape (2,)
        Weights.
    a0 : float
        Readout, positive.
    rates : dict of str to float
        "eta_w" and "eta_a".
    """
    rates = {"eta_w": ratio**0.5, "eta_a": ratio**-0.5}
    turn = np.radians(angle)
    w0, a0 = conserved.init_from_delta(
        scale * np.array([np.cos(turn), np.sin(turn)]), delta, **rates
    )
    return w0, float(a0), rates


def time_of(x: float) -> float:
    """Convert a slider position to a time.

    Parameters
    ----------
    x : float
        The position, from 0 to 1.

    Returns
    -------
    float
        The time: 0 at position 0, otherwise logarithmic from 0.01 to 100.
    """
    return 0.0 if x <= 0 else EARLIEST * (LATEST / EARLIEST) ** x


def curves(t: np.ndarray, delta: float, angle: float, scale: float, ratio: float) -> Curves:
    """Compute the exact curves; the browser computes the same.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    delta : float
        The conserved quantity.
    angle : float
        Degrees between beta0 and the target.
    scale : float
        |beta0|.
    ratio : float
        eta_w / eta_a; eta_w eta_a = 1.

    Returns
    -------
    Curves
        The curves.
    """
    w0, a0, rates = start(delta, angle, scale, ratio)
    path = exact.one_neuron(t, w0, a0, TARGET, **rates)
    S = kernel.whitened_kernel_distance(w0, a0, path.w, path.a, **rates)
    degrees = np.degrees(np.arctan2(np.abs(path.w[..., 1]), path.w[..., 0]))
    return Curves(np.asarray(t), path.w, path.a, path.loss, S, degrees)


class OneNeuron(Demo):
    """Drag delta, the start and the rates, and watch level set, path, loss, kernel and angle.

    Parameters
    ----------
    delta : float, -6..6
        The conserved quantity.
    angle : float, 0..175
        Degrees between beta0 and the target.
    scale : float, 0.1..2
        |beta0|.
    ratio : float, 1/8..8
        eta_w / eta_a.
    time : float, 0..1
        Position of the time slider, see `time_of`.
    """

    _esm = script("_neuron", "one_neuron")
    sliders = ("delta", "angle", "scale", "ratio")
    delta = Finite(1.0, min=-6, max=6).tag(sync=True)
    angle = Finite(90.0, min=0, max=175).tag(sync=True)
    scale = Finite(1.0, min=0.1, max=2).tag(sync=True)
    ratio = Finite(1.0, min=0.125, max=8).tag(sync=True)
    time = Finite(0.5, min=0, max=1).tag(sync=True)

    def now(self) -> Curves:
        """Compute the numbers that the demo shows at its time marker."""
        return curves(np.array(time_of(self.time)), **self.settings)

    def picture(self) -> Picture:
        """Draw the path in function space, and loss, kernel distance and angle over time."""
        t = np.append(0.0, np.geomspace(EARLIEST, LATEST, 200))
        path, color = curves(t, **self.settings), plots.delta_color(self.delta)
        fig, (plane, losses, moved) = plt.subplots(1, 3, figsize=(10, 3))
        beta = path.a[:, None] * path.w
        for loss in (0.02, 0.1, 0.3, 0.7, 1.3, 2.2):
            plane.add_patch(plt.Circle(TARGET, (2 * loss) ** 0.5, fill=False, color="0.8", lw=0.8))
        plane.plot(*beta.T, color=color)
        plane.plot(*beta[0], "o", mfc="white", mec="black")
        plane.plot(*TARGET, "o", color=plots.COLORS["vermillion"])
        plane.set(xlabel=r"$\beta$ along the target", ylabel=r"$\beta$ across", aspect="equal")
        losses.loglog(t[1:], np.maximum(path.loss[1:], 1e-9), color=color)
        losses.set(xlabel="time $t$", ylabel="loss", ylim=(1e-6, 10))
        moved.semilogx(t[1:], path.S[1:], color=color, label="$S$")
        moved.semilogx(
            t[1:],
            path.angle[1:] / 180,
            color=plots.COLORS["orange"],
            lw=1.2,
            label="angle of $w$\n/ 180°",
        )
        moved.set(xlabel="time $t$", ylim=(-0.03, 1.03))
        moved.margins(x=0)
        plots.name_ends(moved)
        words = (
            f"One neuron with delta = {self.delta:g}, started at {self.angle:g} degrees from the "
            "target: path in function space, loss over time, and kernel distance over time, which "
            f"ends at {path.S[-1]:.2f}."
        )
        return plots.show(fig, alt=words)
