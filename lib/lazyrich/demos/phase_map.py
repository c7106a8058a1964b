"""Show the phase diagram of a ReLU student, and the curves of the cell that is picked."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._result import nearest, rounded, shipped
from lazyrich.plots import Picture

__all__ = ["PhaseMap", "curves", "table"]

CURVES = ("train_loss", "test_loss", "kernel_distance", "hamming")
QUANTITIES = {
    "kernel_distance": ("kernel distance $S$", "cividis"),
    "test_loss": ("test loss, log$_{10}$", "magma"),
    "hamming": ("share of gates that flipped", "cividis"),
}


def table(dataset: Any) -> dict[str, Any]:
    """Turn a result of `experiments.phase_diagram` into what the browser needs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The result.

    Returns
    -------
    dict of str to object
        "tau", "delta", "t", and "curves": name to (tau, delta, seed, t).
    """
    all_curves = {
        name: rounded(dataset[name].transpose("tau", "delta", "seed", "t").values)
        for name in CURVES
    }
    return {name: rounded(dataset[name].values, 6) for name in ("tau", "delta", "t")} | {
        "curves": all_curves
    }


def curves(data: dict[str, Any], tau: float, delta: float) -> dict[str, np.ndarray]:
    """Read the curves of the nearest cell.

    Parameters
    ----------
    data : dict of str to object
        What `table` gives.
    tau : float
        Overall scale.
    delta : float
        Relative scale.

    Returns
    -------
    dict of str to np.ndarray, each of shape (seed, t)
        The curves by name.
    """
    i, j = nearest(data["tau"], tau), nearest(data["delta"], delta)
    return {
        name: np.array(all_cells[i][j], dtype=float) for name, all_cells in data["curves"].items()
    }


class PhaseMap(Demo):
    """Pick a cell of a map over tau and delta at a step of training, and see its curves.

    Parameters
    ----------
    data : dict of str to object
        What is shown, from `table`. By default the result that ships.
    tau, delta : float
        Overall and relative scale of the cell; the nearest one is taken.
    step : float
        The step of training; the nearest checkpoint is taken.
    quantity : str
        "kernel_distance", "test_loss" or "hamming".

    Examples
    --------
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
        """Draw the map at this step, and the curves of the picked cell over time."""
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
            alt=f"A map of {self.quantity.replace('_', ' ')} over tau and delta at step "
            f"{t[at]:,.0f}, and the curves of the student with tau = {picked[0]:.2g}, "
            f"delta = {picked[1]:.2g}: there S = {ends['kernel_distance']:.2g}, "
            f"test loss {ends['test_loss']:.2g}, and {100 * ends['hamming']:.0f}% of the gates "
            "have flipped.",
        )
