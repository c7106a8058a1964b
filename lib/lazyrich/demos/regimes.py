"""Show the regimes of five neurons with the same function and five deltas."""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

from lazyrich import measures, plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.demos.one_neuron import Curves, curves
from lazyrich.plots import Picture

__all__ = ["TIMES", "Regimes", "Run", "deltas", "runs"]

DASHES = ("--", "-.", "-", (0, (4, 1, 1, 1, 1, 1)), ":")  # by rising delta
TIMES = np.append(0.0, np.geomspace(0.01, 1000.0, 101))


@dataclass(frozen=True)
class Run:
    """Hold the run of one neuron.

    Parameters
    ----------
    delta : float
        The conserved quantity.
    path : Curves
        The neuron's curves at `TIMES`.
    regime : str
        "lazy", "rich", "delayed" or "unfinished", the label of `measures.regime_label`.
    half : float
        The time at which S is half of its final value.
    end : float
        The final S.
    """

    delta: float
    path: Curves
    regime: str
    half: float
    end: float


def deltas(reach: float) -> np.ndarray:
    """List the five deltas.

    Parameters
    ----------
    reach : float
        The largest delta.

    Returns
    -------
    np.ndarray, shape (5,)
        The deltas, from -reach to reach.
    """
    return reach * np.array([-1.0, -0.25, 0.0, 0.25, 1.0])


def runs(reach: float, angle: float, scale: float, ratio: float) -> list[Run]:
    """Compute the five runs that the demo draws.

    Parameters
    ----------
    reach : float
        The largest delta.
    angle : float
        Degrees between beta0 and the target.
    scale : float
        |beta0|.
    ratio : float
        eta_w / eta_a; eta_w eta_a = 1.

    Returns
    -------
    list of Run
        The runs, by rising delta.
    """
    out = []
    for delta in deltas(reach).tolist():
        path = curves(TIMES, delta, angle, scale, ratio)
        summary = measures.summarize_run(TIMES, path.loss, path.S, interpolate=True)
        out.append(Run(delta, path, summary["regime"], summary["t_half"], summary["S_final"]))
    return out


class Regimes(Demo):
    """Compare five neurons with the same function and target: lazy, rich or delayed.

    Parameters
    ----------
    reach : float, 0.4..12
        The largest |delta|.
    angle : float, 0..175
        Degrees between beta0 and the target.
    scale : float, 0.1..2
        |beta0|.
    ratio : float, 1/8..8
        eta_w / eta_a.
    """

    _esm = script("_neuron", "regimes")
    sliders = ("reach", "angle", "scale", "ratio")
    reach = Finite(4.0, min=0.4, max=12).tag(sync=True)
    angle = Finite(120.0, min=0, max=175).tag(sync=True)
    scale = Finite(1.0, min=0.1, max=2).tag(sync=True)
    ratio = Finite(1.0, min=0.125, max=8).tag(sync=True)

    def picture(self) -> Picture:
        """Draw kernel distance, loss and angle of the five."""
        fig, (moved, losses, angles) = plt.subplots(1, 3, figsize=(10, 3))
        all_runs = runs(**self.settings)
        for run, dashes in zip(all_runs, DASHES, strict=True):
            name = rf"$\delta = {run.delta:g}$"
            style = {"color": plots.delta_color(run.delta), "label": name, "ls": dashes}
            moved.semilogx(TIMES[1:], run.path.S[1:], **style)
            losses.loglog(TIMES[1:], np.maximum(run.path.loss[1:], 1e-9), **style)
            angles.semilogx(TIMES[1:], run.path.angle[1:], **style)
        moved.set(xlabel="time $t$", ylabel="kernel distance $S$", ylim=(-0.03, 1.03))
        losses.set(xlabel="time $t$", ylabel="loss", ylim=(1e-6, 10))
        angles.set(xlabel="time $t$", ylabel="angle of $w$ (degrees)")
        moved.margins(x=0)
        plots.name_ends(moved)
        words = ", ".join(f"{run.delta:g} {run.regime}" for run in all_runs)
        return plots.show(
            fig, alt=f"Kernel distance, loss and angle of w over time for five deltas: {words}."
        )
