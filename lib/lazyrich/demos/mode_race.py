"""The demo of wide linear networks: three singular modes race each other, and delta decides whether there is a race at all."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import conserved, exact, kernel, plots
from lazyrich.demos._demo import Demo, script
from lazyrich.plots import Picture

__all__ = ["TIMES", "ModeRace", "Race", "race", "start", "targets"]

TIMES = np.append(0.0, np.geomspace(0.01, 100.0, 101))
COLORS = [plots.COLORS[name] for name in ("blue", "vermillion", "green")]


@dataclass(frozen=True)
class Race:
    """The run at some times: strengths (T, 3) of the target's modes, the aligned race (T, h), rank, loss and S, each (T,)."""

    strengths: np.ndarray
    aligned: np.ndarray
    rank: np.ndarray
    loss: np.ndarray
    S: np.ndarray


def targets(spread: float) -> np.ndarray:
    """Singular values of the target, from 3 down to 3 / spread."""
    return 3.0 / spread ** np.array([0.0, 0.5, 1.0])


def start(delta: float, scale: float, turn: float, h: int) -> tuple[np.ndarray, np.ndarray]:
    """An isotropic start W (h, 3), A (3, h) with h modes of strength `scale`.

    Output sides are the target's (unit vectors); input sides are turned by `turn` degrees around the diagonal of the three.
    """
    w, a = conserved.init_from_delta(np.array([scale]), delta)
    angle, ones = np.radians(turn), np.ones((3, 3)) / 3
    across = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3)
    turned = ones + np.cos(angle) * (np.eye(3) - ones) + np.sin(angle) * across
    return w[0] * turned[:, :h].T, a * np.eye(3, h)


def race(t: np.ndarray, delta: float, scale: float, spread: float, turn: float, h: int) -> Race:
    """The curves that the demo draws, by `exact.two_layer`; the aligned race by `exact.two_layer_modes`."""
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
    """Three modes of a wide linear network: one after another near balance, together far from it.

    delta: -8..8; scale: strength of every mode at the start, 1e-4..1; spread: strongest over weakest target, 1..6;
    turn: degrees between the start's input side and the target's, 0..90; h: hidden neurons, 1..3 (three inputs, three outputs).
    """

    _esm = script("mode_race")
    delta = traitlets.Float(0.0, min=-8, max=8).tag(sync=True)
    scale = traitlets.Float(0.001, min=1e-4, max=1).tag(sync=True)
    spread = traitlets.Float(3.0, min=1, max=6).tag(sync=True)
    turn = traitlets.Float(0.0, min=0, max=90).tag(sync=True)
    h = traitlets.Int(3, min=1, max=3).tag(sync=True)

    @property
    def settings(self) -> dict[str, float]:
        """The five sliders."""
        return {name: getattr(self, name) for name in ("delta", "scale", "spread", "turn", "h")}

    def picture(self) -> Picture:
        """Strengths, effective rank and kernel distance over time."""
        run, s = race(TIMES, **self.settings), targets(self.spread)
        fig, (strengths, ranks, moved) = plt.subplots(1, 3, figsize=(10, 3))
        for k, color in enumerate(COLORS):
            strengths.semilogx(
                TIMES[1:],
                run.strengths[1:, k],
                color=color,
                lw=3.5,
                alpha=0.75,
                label=f"$s$ = {s[k]:.2g}",
            )
        for curve in run.aligned.T:
            plots.theory(strengths, TIMES[1:], curve[1:])
        ranks.semilogx(TIMES[1:], run.rank[1:], color=plots.delta_color(self.delta))
        moved.semilogx(TIMES[1:], run.S[1:], color=plots.delta_color(self.delta))
        strengths.set(xlabel="time $t$", ylabel="strength", ylim=(-0.2, 3.3))
        ranks.set(xlabel="time $t$", ylabel="effective rank", ylim=(0.9, 3.1))
        moved.set(xlabel="time $t$", ylabel="kernel distance $S$", ylim=(-0.03, 1.03))
        strengths.legend(fontsize=8)
        ends = ", ".join(f"{u:.2f}" for u in run.strengths[-1])
        return plots.show(
            fig,
            alt=f"Three modes of a network with h = {self.h} and delta = {self.delta:.2g}, over time: they end at {ends}. "
            f"The effective rank is {run.rank.min():.2f} at its lowest; the kernel moves by S = {run.S[-1]:.2f}.",
        )
