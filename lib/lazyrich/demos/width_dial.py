"""The demo of width: two knobs, function scale and relative scale, and how they turn with the width under each parametrization."""

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import traitlets

from lazyrich import plots
from lazyrich.demos._demo import Demo, script
from lazyrich.demos._random import normals
from lazyrich.demos._result import nearest, plain, shipped
from lazyrich.plots import Picture
from lazyrich.scales import (
    Parametrization,
    delta_moments,
    function_and_relative_scale,
    log_slope,
    parametrization,
)

__all__ = ["WidthDial", "density", "drawn", "moments", "table"]

NAMES = ("ntk", "mean_field", "mup", "standard")
WIDTHS = tuple(2**k for k in range(4, 15))
# Exponents in m that theory expects of each measure, for the names in order; as in experiments.widths.
EXPECTED = {
    "kernel_distance": (-3 / 2, 0, 0, -4),
    "first_layer": (-1 / 2, 0, 0, -3 / 2),
    "readout": (-1 / 2, 0, 0, -1 / 2),
}
COLORS = dict(
    zip(
        NAMES,
        (plots.COLORS[name] for name in ("blue", "vermillion", "green", "orange")),
        strict=True,
    )
)


def table(dataset: Any, config: dict[str, Any]) -> dict[str, Any]:
    """What the browser needs of a result of `experiments.widths` and its configuration.

    {"m", "names", "d"}, and for each measure {"low", "mean", "high"} (name, m): geometric mean over seeds at the end, one standard error
    down and up; {"exponent", "doubt"} (name,): d log / d log m, mean over seeds and standard error; {"expected"} (name,).
    """
    names = [str(name) for name in dataset["name"].values]
    m = dataset["m"].values.astype(float)
    found: dict[str, Any] = {"m": m.tolist(), "names": names, "d": config["d"], "measures": {}}
    for measure, expected in EXPECTED.items():
        values = dataset[measure].isel(t=-1).transpose("name", "m", "seed").values
        ends, slopes = np.log(values), log_slope(m, np.swapaxes(values, 1, 2))
        count = ends.shape[-1]
        mean, error = ends.mean(axis=-1), ends.std(axis=-1, ddof=1) / np.sqrt(count)
        found["measures"][measure] = {
            "low": plain(np.exp(mean - error)),
            "mean": plain(np.exp(mean)),
            "high": plain(np.exp(mean + error)),
            "exponent": plain(slopes.mean(axis=-1)),
            "doubt": plain(slopes.std(axis=-1, ddof=1) / np.sqrt(count)),
            "expected": [expected[NAMES.index(name)] for name in names],
        }
    return found


def _parts(name: str, m: int, d: int, rates: bool) -> tuple[Parametrization, float, float]:
    """The parametrization, and the rates that delta is counted with: its own, or 1."""
    p = parametrization(name, m, d)
    return (p, p.eta_w, p.eta_a) if rates else (p, 1.0, 1.0)


def drawn(name: str, m: int, seed: int, *, d: int = 5, rates: bool = False) -> np.ndarray:
    """(m,) delta_i = eta_w a_i^2 - eta_a |w_i|^2 of a drawn network; a wider network of the same seed keeps its neurons."""
    p, eta_w, eta_a = _parts(name, m, d, rates)
    z = normals(seed, m * (d + 1)).reshape(m, d + 1)
    return eta_w * p.std_a**2 * z[:, 0] ** 2 - eta_a * p.std_w**2 * np.sum(z[:, 1:] ** 2, axis=1)


def moments(name: str, m: int, *, d: int = 5, rates: bool = False) -> tuple[float, float]:
    """Mean and standard deviation of delta_i."""
    p, eta_w, eta_a = _parts(name, m, d, rates)
    mean, variance = delta_moments(d, p.std_w, p.std_a, eta_w=eta_w, eta_a=eta_a)
    return mean, float(np.sqrt(variance))


def density(x: np.ndarray, name: str, m: int, *, d: int = 5, rates: bool = False) -> np.ndarray:
    """The density of delta_i = A z^2 - C chi^2_d at x (k,): the mean over z ~ N(0, 1) of chi^2_d's density at (A z^2 - x) / C, over C."""
    from scipy.stats import chi2

    p, eta_w, eta_a = _parts(name, m, d, rates)
    A, C = eta_w * p.std_a**2, eta_a * p.std_w**2
    z = np.linspace(0, 7, 281)
    weight = 2 * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    weight[0] /= 2
    return chi2.pdf((A * z**2 - np.asarray(x)[:, None]) / C, d) @ weight / C


class WidthDial(Demo):
    """Turn the width: the law of delta_i, function scale, relative scale, and how far the kernel moves, under four parametrizations.

    m: width, a power of 2 from 16 to 16384 (the nearest is taken); parametrization: "ntk", "mean_field", "mup" or "standard"; measure: what moves,
    "kernel_distance", "first_layer" or "readout"; rates: count delta with the parametrization's rates, eta_w a^2 - eta_a |w|^2, and not with
    rates 1 (mup's numbers then are mean field's over m^2: one network in two ways to write it); seed: of the draw, 0..9. data: what was
    measured, from `table`; without it the result that ships.

    >>> WidthDial(parametrization="mup").m
    256
    """

    _esm = script("_random", "width_dial")
    data = traitlets.Dict().tag(sync=True)
    m = traitlets.Int(256, min=16, max=16384).tag(sync=True)
    parametrization = traitlets.Enum(NAMES, "ntk").tag(sync=True)
    measure = traitlets.Enum(tuple(EXPECTED), "kernel_distance").tag(sync=True)
    rates = traitlets.Bool(False).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=9).tag(sync=True)

    @traitlets.default("data")
    def _shipped(self) -> dict[str, Any]:
        return table(*shipped("widths"))

    def picture(self) -> Picture:
        """The drawn delta_i over their law, and the movement against the width."""
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
        law.set(xlabel=r"$\delta_i$", ylabel="density", title=f"{name.replace('_', ' ')}, m = {m}")
        found = self.data["measures"][self.measure]
        widths = np.array(self.data["m"])
        for i, each in enumerate(self.data["names"]):
            y = np.array(found["mean"][i])
            bars = [y - np.array(found["low"][i]), np.array(found["high"][i]) - y]
            strong = {"lw": 3, "alpha": 1.0} if each == name else {"lw": 1.2, "alpha": 0.6}
            words = (
                f"{each.replace('_', ' ')}: {found['exponent'][i]:.2f} ± {found['doubt'][i]:.1g}"
            )
            moved.errorbar(
                widths,
                y,
                bars,
                fmt="o-",
                ms=4,
                capsize=2,
                color=COLORS[each],
                label=words,
                **strong,
            )
            plots.theory(
                moved,
                np.array(WIDTHS),
                y[-1] * (np.array(WIDTHS) / widths[-1]) ** found["expected"][i],
                lw=1,
            )
        moved.axvline(m, color="0.5", lw=1)
        moved.set(
            xscale="log", yscale="log", xlabel="width $m$", ylabel=self.measure.replace("_", " ")
        )
        moved.set_xlim(WIDTHS[0], WIDTHS[-1])
        moved.set_ylim(0.3 * np.min(found["low"]), 3 * np.max(found["high"]))
        moved.legend(fontsize=8, title="measured exponent", title_fontsize=8)
        i = self.data["names"].index(name)
        return plots.show(
            fig,
            alt=f"Histogram of delta_i of {m} neurons under {name.replace('_', ' ')}, mean {mean:.2g}, standard deviation {sd:.2g}; function "
            f"scale {scale:.2g}, relative scale {ratio:.2g}. {self.measure.replace('_', ' ').capitalize()} against width: exponent "
            f"{found['exponent'][i]:.2f}, expected {found['expected'][i]:.2g}.",
        )
