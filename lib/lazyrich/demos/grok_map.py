"""Show how the time to grok depends on the scales of a network's embedding and readout."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes

from lazyrich import plots
from lazyrich.demos._demo import Demo, Finite, script
from lazyrich.demos._result import nearest, rounded, shipped
from lazyrich.plots import Picture, as_fraction

__all__ = ["GrokMap", "along", "cell", "table"]


def table(dataset: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Convert a result of `experiments.grokking` to the data that the browser needs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The result.
    config : dict of str to object
        The configuration of the result.

    Returns
    -------
    dict of str to object
        "embedding", "readout": the scales; "every", "end", "learned", "grokked": steps and
        accuracies; "balance": ratio of readout to embedding scale at mean delta 0; "learn", "grok":
        steps (embedding, readout, seed), None for never; "train", "test": accuracies in
        thousandths, (embedding, readout, seed, ...), until a network is done.
    """
    order = ("embedding", "readout", "seed")
    last = (dataset["ended"].transpose(*order).values / config["every"]).astype(int)
    data = {name: rounded(dataset[name].values, 6) for name in ("embedding", "readout")}
    data |= {name: config[name] for name in ("every", "end", "learned", "grokked")}
    data |= {"balance": float(np.sqrt(config["h"] / 2))}  # as experiments.grokking.balance
    data |= {
        name: rounded(dataset[f"{name}_time"].transpose(*order).values, 6)
        for name in ("learn", "grok")
    }
    for name in ("train", "test"):
        all_runs = np.round(
            1000 * dataset[f"{name}_accuracy"].transpose(*order, "t").values
        ).astype(int)
        data[name] = [
            [
                [run[: end + 1].tolist() for run, end in zip(runs, ends, strict=True)]
                for runs, ends in zip(column, bounds, strict=True)
            ]
            for column, bounds in zip(all_runs, last, strict=True)
        ]
    return data


def cell(data: dict[str, Any], embedding: float, readout: float) -> dict[str, Any]:
    """Read the nearest cell of the map.

    Parameters
    ----------
    data : dict of str to object
        The result of `table`.
    embedding : float
        Scale of the embeddings.
    readout : float
        Scale of the readout.

    Returns
    -------
    dict of str to object
        "learn", "grok": steps (seed,), inf for never; "train", "test": a list of accuracies (T,),
        one array per seed.
    """
    i, j = nearest(data["embedding"], embedding), nearest(data["readout"], readout)
    times = {
        name: np.array([np.inf if v is None else v for v in data[name][i][j]], dtype=float)
        for name in ("learn", "grok")
    }
    return times | {
        name: [np.array(run) / 1000 for run in data[name][i][j]] for name in ("train", "test")
    }


def along(data: dict[str, Any], embedding: float, readout: float) -> list[tuple[float, float]]:
    """List the cells with the function scale s_in^2 s_out of the nearest cell.

    Parameters
    ----------
    data : dict of str to object
        The result of `table`.
    embedding : float
        Scale of the embeddings.
    readout : float
        Scale of the readout.

    Returns
    -------
    list of tuple of float
        Scales (embedding, readout).
    """
    e, r = data["embedding"], data["readout"]
    scale = e[nearest(e, embedding)] ** 2 * r[nearest(r, readout)]
    return [(s, t) for s in e for t in r if np.isclose(s * s * t, scale, rtol=1e-3)]


class GrokMap(Demo):
    """Pick a cell of a map of the steps to grok addition modulo p, and see its accuracies.

    Parameters
    ----------
    data : dict of str to object
        The data to show, from `table`; by default those of the result that ships.
    embedding, readout : float
        The scales of the cell; the nearest one is taken.
    line : bool
        Whether to draw the line along which the function scale s_in^2 s_out is that of the cell,
        so that the function at the start is the same, and the line where the mean delta is 0.

    Examples
    --------
    >>> GrokMap(embedding=0.5).embedding
    0.5
    """

    _esm = script("_map", "grok_map")
    data = traitlets.Dict().tag(sync=True)
    embedding = Finite(0.25, min=0).tag(sync=True)
    readout = Finite(1.0, min=0).tag(sync=True)
    line = traitlets.Bool(True).tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(*shipped("grokking"))

    def picture(self) -> Picture:
        """Draw the map, accuracies of the picked cell, and steps to grok along its line."""
        data = self.data
        embedding = data["embedding"][nearest(data["embedding"], self.embedding)]
        readout = data["readout"][nearest(data["readout"], self.readout)]
        fig, (grid, curves, cut) = plt.subplots(1, 3, figsize=(11, 3.4))
        _draw_map(grid, data, embedding, readout, line=self.line)
        _draw_accuracies(curves, data, embedding, readout)
        _draw_along(cut, data, embedding, readout)
        picked = np.median(cell(data, embedding, readout)["grok"])
        listed = ", ".join(
            f"{_words(np.median(cell(data, s, t)['grok']))} at {as_fraction(s)}"
            for s, t in along(data, embedding, readout)
        )
        return plots.show(
            fig,
            alt="A map of the median steps to grok over embedding and readout scale; picked: "
            f"{as_fraction(embedding)} and {as_fraction(readout)}, {_words(picked)}. "
            f"Same function scale, by embedding scale: {listed}.",
        )


def _draw_map(
    ax: Axes, data: dict[str, Any], embedding: float, readout: float, *, line: bool
) -> None:
    """Draw the median steps to grok over both scales, and mark the picked cell."""
    e, r = np.log2(data["embedding"]), np.log2(data["readout"])
    median = np.array(
        [[np.median(cell(data, s, t)["grok"]) for s in data["embedding"]] for t in data["readout"]]
    )
    ax.set_facecolor("0.8")
    steps = np.ma.masked_invalid(np.log10(median))
    mesh = ax.pcolormesh(e, r, steps, cmap="viridis_r", shading="nearest")
    dark = np.ma.filled(mesh.norm(steps), 0.0) > 0.5
    for (k, i), value in np.ndenumerate(median):
        ax.text(
            e[i] + 0.12,
            r[k] + 0.5,
            _words(value),
            ha="center",
            va="center",
            fontsize=8,
            color="white" if dark[k, i] else "black",
        )
    picked = np.log2([embedding, readout])
    limits = ax.get_xlim(), ax.get_ylim()
    if line:
        across = np.linspace(*limits[0], 2)
        through = picked[1] + 2 * (picked[0] - across)
        ax.plot(across, through, color=plots.COLORS["vermillion"])
        ax.plot(across, np.log2(data["balance"]) + across, color="black", ls=":", lw=1.5)
    wide, high = np.diff(e).mean(), np.diff(r).mean()
    corner = picked[0] - wide / 2, picked[1] - high / 2
    ax.add_patch(plt.Rectangle(corner, wide, high, fill=False, ec="black", lw=2.5, zorder=5))
    ax.set(xlim=limits[0], ylim=limits[1], title="median steps to grok")
    ax.set_xticks(e, [as_fraction(v) for v in data["embedding"]])
    ax.set_yticks(r, [as_fraction(v) for v in data["readout"]])
    ax.set(xlabel="embedding scale $s_{in}$", ylabel="readout scale $s_{out}$")
    ax.grid(visible=False)


def _draw_accuracies(ax: Axes, data: dict[str, Any], embedding: float, readout: float) -> None:
    """Draw train and test accuracies of the picked cell over the steps."""
    accuracies = cell(data, embedding, readout)
    for name, color, dashes in (("train", "orange", "--"), ("test", "blue", "-")):
        for k, run in enumerate(accuracies[name]):
            label = name if k == 0 else None
            steps = data["every"] * np.arange(len(run))
            style = {"color": plots.COLORS[color], "ls": dashes, "lw": 1.2, "label": label}
            ax.plot(steps[1:], run[1:], **style)
    ax.axhline(data["grokked"], color="0.5", lw=1)
    ax.set(
        xscale="log",
        xlabel="step",
        ylabel="accuracy",
        ylim=(-0.02, 1.03),
        xlim=(data["every"], data["end"]),
    )
    ax.legend(fontsize=9)


def _draw_along(ax: Axes, data: dict[str, Any], embedding: float, readout: float) -> None:
    """Draw the steps to grok of the cells with the function scale of the picked cell."""
    e, end, color = data["embedding"], data["end"], plots.COLORS["vermillion"]
    for s, t in along(data, embedding, readout):
        times = cell(data, s, t)["grok"]
        middle = np.median(times)
        groks = np.isfinite(middle)
        ax.plot([s, s], [min(times.min(), end), min(times.max(), end)], color=color, lw=1.5)
        ax.plot(s, middle if groks else 1.3 * end, "o" if groks else "^", color=color)
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="embedding scale $s_{in}$",
        ylabel="steps to grok",
        xlim=(e[0] / 1.3, e[-1] * 1.3),
        ylim=(data["every"], 1.8 * end),
        title=f"$s_{{in}}^2 s_{{out}}$ = {as_fraction(embedding**2 * readout)}",
    )
    ax.set_xticks(e, [as_fraction(v) for v in e])
    ax.minorticks_off()


def _words(steps: float) -> str:
    return f"{steps:.0f}" if np.isfinite(steps) else "never"
