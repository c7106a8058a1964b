"""Show how function scale and relative scale change with width under each parametrization."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets
from matplotlib.axes import Axes

from lazyrich import plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._random import normals
from lazyrich.demos._result import nearest, rounded, shipped
from lazyrich.plots import Picture
from lazyrich.scales import (
    MOVEMENT,
    Parametrization,
    delta_moments,
    function_and_relative_scale,
    parametrization,
)

__all__ = ["WidthDial", "density", "drawn", "moments", "table"]

NAMES = ("ntk", "mean_field", "mup", "standard")
WIDTHS = tuple(2**k for k in range(4, 15))
WORDS = dict(zip(NAMES, ("NTK", "mean field", "μP", "standard"), strict=True))
COLORS = dict(
    zip(
        NAMES,
        (plots.COLORS[name] for name in ("blue", "vermillion", "green", "orange")),
        strict=True,
    )
)


def table(dataset: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Convert a result of `experiments.widths` to the data that the browser needs.

    Parameters
    ----------
    dataset : xarray.Dataset
        The result.
    config : dict of str to object
        The configuration of the result.

    Returns
    -------
    dict of str to object
        "m", "names", "d", and for each of "measures": "mean" (name, m), the geometric mean over
        seeds at the end, "low" and "high", one standard error below and above it, "exponent" and
        "doubt" (name,), mean and standard error over seeds of d log / d log m, and "expected"
        (name,), its expected value.
    """
    from lazyrich.experiments import summaries

    names = [str(name) for name in dataset["name"].values]
    measures = {}
    for measure, expected in MOVEMENT.items():
        ends = dataset[measure].isel(t=-1).transpose("name", "m", "seed").astype(float)
        mean, error = summaries.mean_and_error(np.log(ends))
        slope, doubt = summaries.mean_and_error(summaries.log_slope(dataset["m"], ends))
        measures[measure] = {
            "low": rounded(np.exp(mean - error)),
            "mean": rounded(np.exp(mean)),
            "high": rounded(np.exp(mean + error)),
            "exponent": rounded(slope),
            "doubt": rounded(doubt),
            "expected": [expected[name] for name in names],
        }
    widths = dataset["m"].values.astype(float).tolist()
    return {"m": widths, "names": names, "d": config["d"], "measures": measures}


def _parts(name: str, m: int, d: int, rates: bool) -> tuple[Parametrization, float, float]:
    """Look up the parametrization, and the rates for delta: those of the parametrization, or 1."""
    p = parametrization(name, m, d)
    return (p, p.eta_w, p.eta_a) if rates else (p, 1.0, 1.0)


def drawn(name: str, m: int, seed: int, *, d: int = 5, rates: bool = False) -> np.ndarray:
    """Draw delta_i = eta_w a_i^2 - eta_a |w_i|^2 of m neurons; a larger m appends neurons.

    Parameters
    ----------
    name : str
        The parametrization.
    m : int
        Width.
    seed : int
        The seed.
    d : int, default 5
        Number of inputs.
    rates : bool, default False
        Whether to compute delta with the parametrization's rates rather than rates 1.

    Returns
    -------
    np.ndarray, shape (m,)
        One delta per neuron.
    """
    p, eta_w, eta_a = _parts(name, m, d, rates)
    z = normals(seed, m * (d + 1)).reshape(m, d + 1)
    return eta_w * p.std_a**2 * z[:, 0] ** 2 - eta_a * p.std_w**2 * np.sum(z[:, 1:] ** 2, axis=1)


def moments(name: str, m: int, *, d: int = 5, rates: bool = False) -> tuple[float, float]:
    """Compute mean and standard deviation of delta_i.

    Parameters
    ----------
    name : str
        The parametrization.
    m : int
        Width.
    d : int, default 5
        Number of inputs.
    rates : bool, default False
        Whether to compute delta with the parametrization's rates rather than rates 1.

    Returns
    -------
    mean : float
        The mean.
    deviation : float
        The standard deviation.
    """
    p, eta_w, eta_a = _parts(name, m, d, rates)
    mean, variance = delta_moments(d, p.std_w, p.std_a, eta_w=eta_w, eta_a=eta_a)
    return mean, float(np.sqrt(variance))


def density(x: np.ndarray, name: str, m: int, *, d: int = 5, rates: bool = False) -> np.ndarray:
    """Compute the density of delta_i = A z^2 - C chi^2_d.

    It is the mean over z ~ N(0, 1) of chi^2_d's density at (A z^2 - x) / C, over C.

    Parameters
    ----------
    x : np.ndarray, shape (k,)
        Values of delta.
    name : str
        The parametrization.
    m : int
        Width.
    d : int, default 5
        Number of inputs.
    rates : bool, default False
        Whether to compute delta with the parametrization's rates rather than rates 1.

    Returns
    -------
    np.ndarray, shape (k,)
        The density.
    """
    from scipy.stats import chi2

    p, eta_w, eta_a = _parts(name, m, d, rates)
    A, C = eta_w * p.std_a**2, eta_a * p.std_w**2
    z = np.linspace(0, 7, 281)
    weight = 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    weight[0] /= 2
    return chi2.pdf((A * z**2 - np.asarray(x)[:, None]) / C, d) @ weight / C


class WidthDial(Demo):
    """Change the width and see the distribution of delta_i, both scales, and the kernel's movement.

    Parameters
    ----------
    data : dict of str to object
        The measurements, from `table`; by default those of the result that ships.
    m : int, 16..16384
        Width; the nearest power of 2 is taken.
    parametrization : str
        "ntk", "mean_field", "mup" or "standard".
    measure : str
        The movement to show: "kernel_distance", "first_layer" or "readout".
    rates : bool
        Whether to compute delta with the parametrization's rates, eta_w a^2 - eta_a |w|^2, rather
        than rates 1. The values under mup are then those under mean field divided by m^2: one
        network, written in two ways.
    seed : int, 0..9
        Seed of the draw.

    Examples
    --------
    >>> WidthDial(parametrization="mup").m
    256
    """

    _esm = script("_random", "width_dial")
    data = traitlets.Dict().tag(sync=True)
    m = traitlets.Int(256, min=16, max=16384).tag(sync=True)
    parametrization = traitlets.Enum(NAMES, "ntk").tag(sync=True)
    measure = traitlets.Enum(tuple(MOVEMENT), "kernel_distance").tag(sync=True)
    rates = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=9).tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(*shipped("widths"))

    def picture(self) -> Picture:
        """Draw delta_i with their distribution, and the movement against the width."""
        name, m = self.parametrization, WIDTHS[nearest(np.log(WIDTHS).tolist(), np.log(self.m))]
        which = {"d": self.data["d"], "rates": self.rates}
        mean, sd = moments(name, m, **which)
        p = parametrization(name, m, self.data["d"])
        scale, ratio = function_and_relative_scale(p.std_w, p.std_a, p.f_scale, m, self.data["d"])
        fig, (law, moved) = plt.subplots(1, 2, figsize=(9.5, 3.6))
        x = np.linspace(mean - 4.5 * sd, mean + 4.5 * sd, 201)
        law.hist(
            drawn(name, m, self.seed, **which),
            bins=x[::4],
            density=True,
            color=COLORS[name],
            alpha=0.6,
        )
        plots.theory(law, x, density(x, name, m, **which))
        law.set(xlabel=r"$\delta_i$", ylabel="density", title=f"{WORDS[name]}, m = {m}")
        _draw_movement(moved, self.data, self.measure, name)
        moved.axvline(m, color="0.5", lw=1)
        measured = self.data["measures"][self.measure]
        i = self.data["names"].index(name)
        return plots.show(
            fig,
            alt=f"Histogram of delta_i of {m} neurons under {WORDS[name]}, "
            f"mean {mean:.2g}, standard deviation {sd:.2g}; function scale {scale:.2g}, relative "
            f"scale {ratio:.2g}. {self.measure.replace('_', ' ').capitalize()} against width: "
            f"exponent {measured['exponent'][i]:.2f}, expected {measured['expected'][i]:.2g}.",
        )


def _draw_movement(ax: Axes, data: dict[str, Any], measure: str, chosen: str) -> None:
    """Draw a measure against the width, each parametrization with its name, exponent and slope."""
    measured, widths, wide = data["measures"][measure], np.array(data["m"]), np.array(WIDTHS)
    for i, each in enumerate(data["names"]):
        y = np.array(measured["mean"][i])
        bars = [y - np.array(measured["low"][i]), np.array(measured["high"][i]) - y]
        look = {"color": COLORS[each], "lw": 3 if each == chosen else 1.2}
        ax.errorbar(widths, y, bars, fmt="o-", ms=4, capsize=2, **look)
        plots.theory(ax, wide, y[-1] * (wide / widths[-1]) ** measured["expected"][i], lw=1)
        slope, doubt = measured["exponent"][i], measured["doubt"][i]
        ax.annotate(
            f"{WORDS[each]}: {slope:.2f} ± {doubt:.1g}".replace("-", "−"),
            (widths[-1], y[-1]),
            (8, {"mup": 4, "mean_field": -10}.get(each, -3)),  # one network: two names
            textcoords="offset points",
            fontsize=8,
            bbox={"fc": "white", "ec": "none", "pad": 0.5},
            zorder=7,
        )
    ax.set(
        xscale="log",
        yscale="log",
        xlabel="width $m$",
        ylabel=measure.replace("_", " "),
        title="and its measured exponents",
        xlim=(WIDTHS[0], WIDTHS[-1]),
        ylim=(0.3 * np.min(measured["low"]), 3 * np.max(measured["high"])),
    )
