"""Show three singular modes of a wide linear network; delta decides whether they race."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import conserved, exact, kernel, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.plots import Picture

__all__ = ["TIMES", "ModeRace", "Race", "race", "start", "targets"]

TIMES = np.append(0.0, np.geomspace(0.01, 100.0, 101))
COLORS = [plots.COLORS[name] for name in ("blue", "vermillion", "green")]


@dataclass(frozen=True)
class Race:
    """Hold the curves of a run at given times.

    Parameters
    ----------
    strengths : np.ndarray, shape (T, 3)
        Strengths of the target's modes.
    aligned : np.ndarray, shape (T, h)
        The strengths from an aligned start.
    rank : np.ndarray, shape (T,)
        The effective rank.
    loss : np.ndarray, shape (T,)
        The loss.
    S : np.ndarray, shape (T,)
        The kernel distance.
    """

    strengths: np.ndarray
    aligned: np.ndarray
    rank: np.ndarray
    loss: np.ndarray
    S: np.ndarray


def targets(spread: float) -> np.ndarray:
    """List the singular values of the target, from 3 down to 3 / spread.

    Parameters
    ----------
    spread : float
        Ratio of the strongest to the weakest.

    Returns
    -------
    np.ndarray, shape (3,)
        The values.
    """
    return 3.0 / spread ** np.array([0.0, 0.5, 1.0])


def start(delta: float, scale: float, turn: float, h: int) -> tuple[np.ndarray, np.ndarray]:
    """Make an isotropic start with h modes of one strength.

    The output singular vectors are the target's, which are unit vectors; the input singular vectors
    are the target's rotated about the diagonal (1, 1, 1).

    Parameters
    ----------
    delta : float
        The conserved quantity.
    scale : float
        Strength of every mode.
    turn : float
        Angle of that rotation, in degrees.
    h : int
        Number of hidden neurons, 1..3.

    Returns
    -------
    W : np.ndarray, shape (h, 3)
        First layer.
    A : np.ndarray, shape (3, h)
        Second layer.
    """
    w, a = conserved.init_from_delta(np.array([scale]), delta)
    angle, ones = np.radians(turn), np.ones((3, 3)) / 3
    across = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3)
    turned = ones + np.cos(angle) * (np.eye(3) - ones) + np.sin(angle) * across
    return w[0] * turned[:, :h].T, a * np.eye(3, h)


def race(t: np.ndarray, delta: float, scale: float, spread: float, turn: float, h: int) -> Race:
    """Compute the curves that the demo draws, by `exact.two_layer` and `exact.two_layer_modes`.

    Parameters
    ----------
    t : np.ndarray, shape (T,)
        Times.
    delta : float
        The conserved quantity.
    scale : float
        Strength of every mode at the start.
    spread : float
        Ratio of the strongest to the weakest singular value of the target.
    turn : float
        Rotation angle of the start's input singular vectors, in degrees.
    h : int
        Number of hidden neurons, 1..3.

    Returns
    -------
    Race
        The curves.
    """
    s = targets(spread)
    solved = exact.two_layer(t, *start(delta, scale, turn, h), np.diag(s))
    eye = np.eye(3)
    K = np.array(
        [
            np.kron(R, eye) + np.kron(eye, L)
            for R, L in zip(solved.gram_in, solved.gram_out, strict=True)
        ]
    )
    W0, A0 = start(delta, scale, turn, h)
    return Race(
        strengths=np.diagonal(solved.B, axis1=1, axis2=2),
        aligned=exact.two_layer_modes(t, np.full(h, scale), s[:h], delta),
        rank=kernel.effective_rank(solved.B),
        loss=solved.loss,
        S=kernel.kernel_distance(np.kron(W0.T @ W0, eye) + np.kron(eye, A0 @ A0.T), K),
    )


class ModeRace(Demo):
    """Drag delta and see three modes learn one after another near balance, together far from it.

    Parameters
    ----------
    delta : float, -8..8
        The conserved quantity.
    scale : float, 1e-4..1
        Strength of every mode at the start.
    spread : float, 1..6
        Ratio of the strongest to the weakest singular value of the target.
    turn : float, 0..90
        Rotation angle of the start's input singular vectors, in degrees.
    h : int, 1..3
        Number of hidden neurons; there are three inputs and three outputs.
    """

    _esm = script("mode_race")
    sliders = ("delta", "scale", "spread", "turn", "h")
    delta = Finite(0.0, min=-8, max=8).tag(sync=True)
    scale = Finite(0.001, min=1e-4, max=1).tag(sync=True)
    spread = Finite(3.0, min=1, max=6).tag(sync=True)
    turn = Finite(0.0, min=0, max=90).tag(sync=True)
    h = traitlets.Int(3, min=1, max=3).tag(sync=True)

    def picture(self) -> Picture:
        """Draw strengths, effective rank and kernel distance over time."""
        run = race(TIMES, **self.settings)
        fig, (strengths, ranks, moved) = plt.subplots(1, 3, figsize=(10, 3))
        for k, color in enumerate(COLORS):
            strengths.semilogx(
                TIMES[1:],
                run.strengths[1:, k],
                color=color,
                lw=3.5,
                label=f"mode {k + 1}",
            )
        for curve in run.aligned.T:
            plots.theory(strengths, TIMES[1:], curve[1:])
        ranks.semilogx(TIMES[1:], run.rank[1:], color=plots.delta_color(self.delta))
        moved.semilogx(TIMES[1:], run.S[1:], color=plots.delta_color(self.delta))
        strengths.set(xlabel="time $t$", ylabel="strength", ylim=(-0.2, 3.3))
        ranks.set(xlabel="time $t$", ylabel="effective rank", ylim=(0.9, 3.1))
        moved.set(xlabel="time $t$", ylabel="kernel distance $S$", ylim=(-0.03, 1.03))
        strengths.margins(x=0)
        plots.name_ends(strengths)
        ends = ", ".join(f"{u:.2f}" for u in run.strengths[-1])
        return plots.show(
            fig,
            alt=f"Three modes of a network with h = {self.h} and delta = {self.delta:.2g}, over "
            f"time: they end at {ends}. The effective rank is {run.rank.min():.2f} at its lowest; "
            f"the kernel moves by S = {run.S[-1]:.2f}.",
        )
