"""The demo of the phase diagram: a ReLU student at every overall and relative scale, and the curves of the one that is picked."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._result import nearest, plain, shipped
from lazyrich.plots import Picture

__all__ = ["PhaseMap", "curves", "table"]

CURVES = ("train_loss", "test_loss", "kernel_distance", "hamming")
QUANTITIES = {
    "kernel_distance": ("kernel distance $S$", "cividis"),
    "test_loss": ("test loss, log$_{10}$", "magma"),
    "hamming": ("share of gates that flipped", "cividis"),
}


def table(dataset: Any) -> dict[str, Any]:
    """What the browser needs of a result of `experiments.phase_diagram`: {"tau", "delta", "t"} and {"curves": {name: (tau, delta, seed, t)}}."""
    found = {
        name: plain(dataset[name].transpose("tau", "delta", "seed", "t").values) for name in CURVES
    }
    return {name: plain(dataset[name].values, 6) for name in ("tau", "delta", "t")} | {
        "curves": found
    }


def curves(data: dict[str, Any], tau: float, delta: float) -> dict[str, np.ndarray]:
    """name -> (seed, t) of the cell nearest to tau and delta."""
    i, j = nearest(data["tau"], tau), nearest(data["delta"], delta)
    return {
        name: np.array(all_cells[i][j], dtype=float) for name, all_cells in data["curves"].items()
    }


class PhaseMap(Demo):
    """A map over overall scale tau and relative scale delta at a step of training; pick a cell to see its curves.

    tau, delta: the cell (the nearest one is taken); step: of training, the nearest checkpoint; quantity: "kernel_distance", "test_loss" or
    "hamming". data: what is shown, from `table`; without it the result that ships.

    >>> PhaseMap(tau=0.1, delta=1.0).delta
    1.0
    """

    _esm = script("_map", "phase_map")
    data = traitlets.Dict().tag(sync=True)
    tau = traitlets.Float(0.1, min=0).tag(sync=True)
    delta = traitlets.Float(1.0).tag(sync=True)
    step = traitlets.Float(100.0, min=0).tag(sync=True)
    quantity = traitlets.Enum(tuple(QUANTITIES), "kernel_distance").tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(shipped("phase-diagram")[0])

    def picture(self) -> Picture:
        """The map at this step, and loss, kernel distance and flipped gates of the picked cell over time."""
        data, t = self.data, np.array(self.data["t"])
        at, (label, colors) = nearest(data["t"], self.step), QUANTITIES[self.quantity]
        picked = (
            data["tau"][nearest(data["tau"], self.tau)],
            data["delta"][nearest(data["delta"], self.delta)],
        )
        everything = np.array(data["curves"][self.quantity], dtype=float).mean(axis=2)
        if self.quantity == "test_loss":
            everything = np.log10(np.maximum(everything, 1e-30))
        fig, (grid, losses, moved) = plt.subplots(1, 3, figsize=(11, 3.3))
        limits = {"vmin": np.nanmin(everything), "vmax": np.nanmax(everything)}
        mesh = grid.pcolormesh(
            data["tau"],
            data["delta"],
            everything[..., at].T,
            cmap=colors,
            shading="nearest",
            **limits,
        )
        grid.plot(*picked, "s", ms=11, mfc="none", mec="white", mew=2.5)
        grid.set(
            xscale="log",
            xlabel=r"overall scale $\tau$",
            ylabel=r"relative scale $\delta$",
            title=f"step {t[at]:,.0f}",
        )
        grid.grid(visible=False)
        fig.colorbar(mesh, ax=grid, label=label)
        found = curves(data, *picked)
        for ax, name, color in (
            (losses, "train_loss", "orange"),
            (losses, "test_loss", "blue"),
            (moved, "kernel_distance", "blue"),
            (moved, "hamming", "vermillion"),
        ):
            rows = found[name][:, 1:]
            ax.fill_between(
                t[1:],
                rows.min(axis=0),
                rows.max(axis=0),
                color=plots.COLORS[color],
                alpha=0.25,
                lw=0,
            )
            ax.plot(
                t[1:], rows.mean(axis=0), color=plots.COLORS[color], label=name.replace("_", " ")
            )
        for ax in (losses, moved):
            ax.axvline(max(t[at], t[1]), color="0.5", lw=1)
            ax.set(
                xscale="log",
                xlabel="step",
                title=rf"$\tau$ = {picked[0]:.2g}, $\delta$ = {picked[1]:.2g}",
            )
            ax.legend(fontsize=9)
        losses.set(yscale="log", ylim=(1e-8, 1))
        ends = {name: found[name][:, at].mean() for name in CURVES}
        return plots.show(
            fig,
            alt=f"A map of {self.quantity.replace('_', ' ')} over tau and delta at step {t[at]:,.0f}, and the curves of the student with tau = "
            f"{picked[0]:.2g}, delta = {picked[1]:.2g}: there S = {ends['kernel_distance']:.2g}, test loss {ends['test_loss']:.2g}, and "
            f"{100 * ends['hamming']:.0f}% of the gates have flipped.",
        )
