"""Show the phase diagram of a ReLU student, and the curves of the cell that is picked."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from lazyrich import plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.demos._result import nearest, rounded, shipped
from lazyrich.plots import Picture

__all__ = ["PhaseMap", "curves", "table"]

CURVES = ("train_loss", "test_loss", "kernel_distance", "hamming")
LOOKS = {  # names and dashes of curves
    "train_loss": ("training", "--"),
    "test_loss": ("test", "-"),
    "kernel_distance": ("$S$", "-"),
    "hamming": ("gates\nflipped", "--"),
}
QUANTITIES = {
    "kernel_distance": ("kernel distance $S$", "cividis"),
    "test_loss": ("test loss, log$_{10}$", "magma"),
    "hamming": ("share of gates that flipped", "cividis"),
}


def table(dataset: Any) -> dict[str, Any]:
    """Convert a result of `experiments.phase_diagram` to the data that the browser needs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The result.

    Returns
    -------
    dict of str to object
        "tau", "delta", "t", and "curves": arrays (tau, delta, seed, t) by name.
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
        The result of `table`.
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
        The data to show, from `table`; by default those of the result that ships.
    tau, delta : float
        Overall and relative scale of the cell; the nearest one is taken.
    step : float
        The step of training; the nearest checkpoint is taken.
    quantity : str
        The quantity on the map: "kernel_distance", "test_loss" or "hamming".

    Examples
    --------
    >>> PhaseMap(tau=0.1, delta=1.0).delta
    1.0
    """

    _esm = script("_map", "phase_map")
    data = traitlets.Dict().tag(sync=True)
    tau = Finite(0.1, min=0).tag(sync=True)
    delta = Finite(1.0).tag(sync=True)
    step = Finite(100.0, min=0).tag(sync=True)
    quantity = traitlets.Enum(tuple(QUANTITIES), "kernel_distance").tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(shipped("phase-diagram")[0])

    def picture(self) -> Picture:
        """Draw the map at this step, and the curves of the picked cell over time."""
        data = self.data
        at = nearest(data["t"], self.step)
        tau = data["tau"][nearest(data["tau"], self.tau)]
        delta = data["delta"][nearest(data["delta"], self.delta)]
        fig, (grid, losses, moved) = plt.subplots(1, 3, figsize=(11, 3.3))
        mesh = _draw_map(grid, data, self.quantity, at)
        grid.plot(tau, delta, "s", ms=11, mfc="none", mec="white", mew=2.5)
        fig.colorbar(mesh, ax=grid, label=QUANTITIES[self.quantity][0])
        _draw_curves(losses, data, tau, delta, at, {"train_loss": "orange", "test_loss": "blue"})
        _draw_curves(
            moved, data, tau, delta, at, {"kernel_distance": "blue", "hamming": "vermillion"}
        )
        losses.set(yscale="log", ylim=(1e-8, 1), ylabel="loss, training dashed")
        for ax in (losses, moved):
            plots.name_ends(ax)
        ends = {name: runs[:, at].mean() for name, runs in curves(data, tau, delta).items()}
        return plots.show(
            fig,
            alt=f"A map of {self.quantity.replace('_', ' ')} over tau and delta at step "
            f"{data['t'][at]:,.0f}, and the curves of the student with tau = {tau:.2g}, "
            f"delta = {delta:.2g}: there S = {ends['kernel_distance']:.2g}, "
            f"test loss {ends['test_loss']:.2g}, and {100 * ends['hamming']:.0f}% of the gates "
            "have flipped.",
        )


def _draw_map(ax: Axes, data: dict[str, Any], quantity: str, at: int) -> QuadMesh:
    """Draw the mean of a quantity over tau and delta at the checkpoint with the index `at`."""
    means = np.array(data["curves"][quantity], dtype=float).mean(axis=2)
    if quantity == "test_loss":
        means = np.log10(np.maximum(means, 1e-30))
    mesh = ax.pcolormesh(
        data["tau"],
        data["delta"],
        means[..., at].T,
        cmap=QUANTITIES[quantity][1],
        shading="nearest",
        vmin=np.nanmin(means),
        vmax=np.nanmax(means),
    )
    ax.set(
        xscale="log",
        xlabel=r"overall scale $\tau$",
        ylabel=r"relative scale $\delta$",
        title=f"step {data['t'][at]:,.0f}",
    )
    ax.grid(visible=False)
    return mesh


def _draw_curves(
    ax: Axes, data: dict[str, Any], tau: float, delta: float, at: int, colors: dict[str, str]
) -> None:
    """Draw curves of a cell by name, mean and range over the seeds, and mark a checkpoint."""
    t, all_curves = np.array(data["t"]), curves(data, tau, delta)
    for name, color in colors.items():
        rows, ink = all_curves[name][:, 1:], plots.COLORS[color]
        ax.fill_between(t[1:], rows.min(axis=0), rows.max(axis=0), color=ink, alpha=0.25, lw=0)
        label, dashes = LOOKS[name]
        ax.plot(t[1:], rows.mean(axis=0), dashes, color=ink, label=label)
    ax.axvline(max(t[at], t[1]), color="0.5", lw=1)
    ax.set(xscale="log", xlabel="step", title=rf"$\tau$ = {tau:.2g}, $\delta$ = {delta:.2g}")
    ax.margins(x=0)
