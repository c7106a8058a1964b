"""Show how long a network takes to grok, over the scales of its embedding and its readout."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._result import nearest, rounded, shipped
from lazyrich.plots import Picture

__all__ = ["GrokMap", "along", "cell", "table"]


def table(dataset: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Turn a result of `experiments.grokking` into what the browser needs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The result.
    config : dict of str to object
        Its configuration.

    Returns
    -------
    dict of str to object
        "embedding", "readout": the scales; "every", "end", "learned", "grokked": steps and
        accuracies; "balance": readout / embedding scale with mean delta 0; "learn", "grok": steps
        (embedding, readout, seed), None for never; "train", "test": accuracies in thousandths,
        (embedding, readout, seed, ...), until a network is done.
    """
    order = ("embedding", "readout", "seed")
    last = (dataset["ended"].transpose(*order).values / config["every"]).astype(int)
    found = {name: rounded(dataset[name].values, 6) for name in ("embedding", "readout")}
    found |= {name: config[name] for name in ("every", "end", "learned", "grokked")}
    found |= {"balance": float(np.sqrt(config["h"] / 2))}  # as experiments.grokking.balance
    found |= {
        name: rounded(dataset[f"{name}_time"].transpose(*order).values, 6)
        for name in ("learn", "grok")
    }
    for name in ("train", "test"):
        all_runs = np.round(
            1000 * dataset[f"{name}_accuracy"].transpose(*order, "t").values
        ).astype(int)
        found[name] = [
            [
                [run[: end + 1].tolist() for run, end in zip(runs, ends, strict=True)]
                for runs, ends in zip(column, bounds, strict=True)
            ]
            for column, bounds in zip(all_runs, last, strict=True)
        ]
    return found


def cell(data: dict[str, Any], embedding: float, readout: float) -> dict[str, Any]:
    """Read the nearest cell of the map.

    Parameters
    ----------
    data : dict of str to object
        What `table` gives.
    embedding : float
        Scale of the embeddings.
    readout : float
        Scale of the readout.

    Returns
    -------
    dict of str to object
        "learn", "grok": steps (seed,), inf for never; "train", "test": a list of accuracies (T,),
        one a seed.
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
        What `table` gives.
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
        What is shown, from `table`. By default the result that ships.
    embedding, readout : float
        The scales of the cell; the nearest one is taken.
    line : bool
        Draw where the function scale s_in^2 s_out is that of the cell, so that the function at the
        start is the same, and where the mean delta is 0.

    Examples
    --------
    >>> GrokMap(embedding=0.5).embedding
    0.5
    """

    _esm = script("_map", "grok_map")
    data = traitlets.Dict().tag(sync=True)
    embedding = traitlets.Float(0.25, min=0).tag(sync=True)
    readout = traitlets.Float(1.0, min=0).tag(sync=True)
    line = traitlets.Bool(True).tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(*shipped("grokking"))

    def picture(self) -> Picture:
        """Draw the map, accuracies of the picked cell, and steps to grok along its line."""
        data = self.data
        e, r = np.array(data["embedding"]), np.array(data["readout"])
        picked = (
            e[nearest(data["embedding"], self.embedding)],
            r[nearest(data["readout"], self.readout)],
        )
        median = np.array([[np.median(cell(data, s, t)["grok"]) for s in e] for t in r])
        fig, (grid, curves, cut) = plt.subplots(1, 3, figsize=(11, 3.4))
        grid.set_facecolor("0.8")
        mesh = grid.pcolormesh(
            np.log2(e),
            np.log2(r),
            np.ma.masked_invalid(np.log10(median)),
            cmap="viridis_r",
            shading="nearest",
        )
        for k, row in enumerate(median):
            for i, value in enumerate(row):
                light = np.isfinite(value) and mesh.norm(np.log10(value)) > 0.5
                word = f"{value:.0f}" if np.isfinite(value) else "never"
                style = {
                    "ha": "center",
                    "va": "center",
                    "fontsize": 8,
                    "color": "white" if light else "black",
                }
                grid.text(np.log2(e[i]) + 0.12, np.log2(r[k]) + 0.5, word, **style)
        limits = grid.get_xlim(), grid.get_ylim()
        if self.line:
            across = np.linspace(*limits[0], 2)
            through = np.log2(picked[1]) + 2 * (np.log2(picked[0]) - across)
            grid.plot(across, through, color=plots.COLORS["vermillion"])
            grid.plot(across, np.log2(data["balance"]) + across, color="black", ls=":", lw=1.5)
        wide, high = np.diff(np.log2(e)).mean(), np.diff(np.log2(r)).mean()
        corner = np.log2(picked) - np.array([wide, high]) / 2
        grid.add_patch(plt.Rectangle(corner, wide, high, fill=False, ec="black", lw=2.5, zorder=5))
        grid.set(xlim=limits[0], ylim=limits[1], title="median steps to grok")
        grid.set_xticks(np.log2(e), [_share(v) for v in e])
        grid.set_yticks(np.log2(r), [_share(v) for v in r])
        grid.set(xlabel="embedding scale $s_{in}$", ylabel="readout scale $s_{out}$")
        grid.grid(visible=False)
        found = cell(data, *picked)
        for name, color in (("train", "orange"), ("test", "blue")):
            for k, run in enumerate(found[name]):
                label = {"label": name} if k == 0 else {}
                steps = data["every"] * np.arange(len(run))
                curves.plot(
                    steps[1:], run[1:], color=plots.COLORS[color], lw=1.2, alpha=0.8, **label
                )
        curves.axhline(data["grokked"], color="0.5", lw=1)
        curves.set(
            xscale="log",
            xlabel="step",
            ylabel="accuracy",
            ylim=(-0.02, 1.03),
            xlim=(data["every"], data["end"]),
        )
        curves.legend(fontsize=9)
        same = along(data, *picked)
        for s, t in same:
            times = cell(data, s, t)["grok"]
            low, middle, high = times.min(), np.median(times), times.max()
            up = np.isfinite(middle)
            cut.plot(
                [s, s],
                [min(low, data["end"]), min(high, data["end"])],
                color=plots.COLORS["vermillion"],
                lw=1.5,
            )
            cut.plot(
                s,
                middle if up else 1.3 * data["end"],
                "o" if up else "^",
                color=plots.COLORS["vermillion"],
            )
        cut.set(
            xscale="log",
            yscale="log",
            xlabel="embedding scale $s_{in}$",
            ylabel="steps to grok",
            xlim=(e[0] / 1.3, e[-1] * 1.3),
        )
        cut.set(
            title=f"$s_{{in}}^2 s_{{out}}$ = {_share(picked[0] ** 2 * picked[1])}",
            ylim=(data["every"], 1.8 * data["end"]),
        )
        cut.set_xticks(e, [_share(v) for v in e])
        cut.minorticks_off()
        listed = ", ".join(
            f"{_words(np.median(cell(data, s, t)['grok']))} at {_share(s)}" for s, t in same
        )
        return plots.show(
            fig,
            alt="A map of the median steps to grok over embedding and readout scale; picked: "
            f"{_share(picked[0])} and {_share(picked[1])}, {_words(np.median(found['grok']))}. "
            f"Same function scale, by embedding scale: {listed}.",
        )


def _share(value: float) -> str:
    return (
        f"1/{1 / value:.0f}"
        if value < 1 and np.isclose(1 / value, round(1 / value))
        else f"{value:g}"
    )


def _words(steps: float) -> str:
    return f"{steps:.0f}" if np.isfinite(steps) else "never"
