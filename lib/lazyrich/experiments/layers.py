"""Measure which layers of a three-layer ReLU network learn, depending on its deltas.

For neuron i of hidden layer l, delta_l = |W_(l+1)[:, i]|^2 - |W_l[i, :]|^2 is conserved (Kunin et
al. 2024). Summed over neurons, this says that every layer's |W_l|^2 grows by the same amount: so
small layers should turn and large ones stay. Here the layers of one start are multiplied by factors
g_l with g_1 g_2 g_3 = 1, so that every start has the same function, zero, and only the deltas
differ.

The prediction holds for the movement of layers relative to their size, and for the gates of the
first hidden layer, which flip more where delta_1 is larger. It does not hold for the gates of the
second hidden layer. They depend on both layers below, and flip most where the middle one is small
and least where both are large: their rank correlation with delta_1 is zero at training loss 0.05
(-0.07 +- 0.17 at scale 0.3) and -0.34 +- 0.1 at the end. Three profiles, as in "tiny", are too few
to show that.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import datasets, models, training
from lazyrich.experiments._layer_starts import PROFILES, factors, speeds, starts
from lazyrich.experiments._layers_figure import describe, followed, obeyed, plot
from lazyrich.experiments.registry import Experiment

__all__ = [
    "EXPERIMENT",
    "PRESETS",
    "PROFILES",
    "Config",
    "followed",
    "load",
    "obeyed",
    "picture",
    "plot",
    "run",
]

METRICS = (
    "train_loss",
    "test_loss",
    "kernel_distance",
    "kernel_distance_layers",
    "hamming_layers",
    "parameter_distance_layers",
    "delta_drift",
)


@dataclass(frozen=True)
class Config:
    """Train students d -> m -> m -> 1 of every scale and profile by gradient flow.

    Time is in units of 1 / kappa, where kappa is the mean of the first tangent kernel's diagonal,
    which sets the initial speed of the function. So no run is late only because its weights are
    small.

    Parameters
    ----------
    scales : tuple of float
        Values of |W_l| / sqrt(m) for every layer of the profile "equal".
    profiles : tuple of str
        Names in `PROFILES`. All but "equal" have one layer `ratio` times as large, or as small, as
        the other two.
    seeds : tuple of int
        Seeds of teacher, student and inputs.
    ratio : float, default 3.5
        Size of the odd layer relative to the other two, or its inverse.
    m : int, default 16
        Number of neurons of a hidden layer, even.
    n : int, default 40
        Number of unit inputs.
    d : int, default 5
        Dimension of the inputs.
    teacher : int, default 3
        Number of the teacher's neurons.
    n_test : int, default 1000
        Number of test inputs.
    learned : float, default 1e-3
        Training loss at which a run stops.
    end : float, default 1e4
        Latest time at which a run stops, in units of 1 / kappa.
    per_decade : int, default 8
        Checkpoints per decade of time.
    tolerance : float, default 1e-3
        Error of an integration step, relative to the parameters.
    """

    scales: tuple[float, ...]
    profiles: tuple[str, ...]
    seeds: tuple[int, ...]
    ratio: float = 3.5
    m: int = 16
    n: int = 40
    d: int = 5
    teacher: int = 3
    n_test: int = 1000
    learned: float = 1e-3
    end: float = 1e4
    per_decade: int = 8
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        validate.many("scales", self.scales, above=0)
        validate.seeds("seeds", self.seeds)
        unknown = [name for name in self.profiles if name not in PROFILES]
        if unknown or not self.profiles:
            raise ValueError(
                f"profiles: expected some of {', '.join(PROFILES)}, got {unknown or 'none'}"
            )
        validate.even("m", self.m)
        for name in ("ratio", "learned", "tolerance"):
            validate.rate(name, getattr(self, name))
        if validate.rate("end", self.end) <= FIRST:
            raise ValueError(
                f"end: expected a time after the first checkpoint, {FIRST}, got {self.end}"
            )


FIRST = 0.1
PRESETS = {
    "teaching": Config((0.3, 1.0), tuple(PROFILES), tuple(range(100, 108))),
    "tiny": Config(
        (0.3,), ("first small", "equal", "first large"), (100, 101), m=8, n=20, learned=0.02
    ),
}


def compute(config: Config, *, device: str, progress: bool, store: str | Path | None) -> xr.Dataset:
    """Train every scale, profile and seed as one ensemble.

    Metrics are over (scale, profile, seed, t), and those by layer have one axis more. moved is
    |W_l - W_l(0)| / |W_l(0)| over (..., t, layer), gates the share of flipped gates over
    (..., t, hidden), and delta the delta of every neuron over (scale, profile, pair).
    """
    task = datasets.teacher_student(
        config.seeds, n=config.n, d=config.d, m=2, teacher=config.teacher, n_test=config.n_test
    )
    start, g = starts(config), factors(config)
    scales = np.array(config.scales)
    decades = np.log10(config.end / FIRST)
    result = training.train(
        models.MLP((config.d, config.m, config.m, 1)),
        start,
        task.data,
        training.Flow(1 / speeds(start, task.data.x), tolerance=config.tolerance),
        times=np.append(
            0.0, np.geomspace(FIRST, config.end, round(decades * config.per_decade) + 1)
        ),
        loss="mse",
        metrics=METRICS,
        stop={"train_loss": config.learned},
        device="cpu" if device == "auto" else device,
        progress=progress,
        checkpoint=store,
    )
    dataset = result.dataset(
        {"scale": config.scales, "profile": config.profiles, "seed": config.seeds}
    )
    sizes = scales[:, None, None] * g * config.m**0.5
    dataset["moved"] = dataset["parameter_distance_layers"].rename(
        parameter_distance_layers_of="layer"
    ) / xr.DataArray(sizes, dims=("scale", "profile", "layer"))
    dataset = dataset.rename(
        hamming_layers="gates", hamming_layers_of="hidden", kernel_distance_layers_of="kernel_layer"
    )
    dataset = dataset.drop_dims("parameter_distance_layers_of").drop_vars("stable_rate")
    dataset = dataset.assign_coords(
        layer=[1, 2, 3], hidden=[1, 2], kernel_layer=[1, 2, 3], pair=[1, 2]
    )
    dataset["delta"] = (
        ("scale", "profile", "pair"),
        scales[:, None, None] ** 2 * np.diff(g**2, axis=-1),
    )
    return dataset


EXPERIMENT = Experiment(
    name="layers",
    question="How do deltas decide which layers of a ReLU network learn, at the same function?",
    Config=Config,
    presets=PRESETS,
    compute=compute,
    plot=plot,
    describe=describe,
)
run, load, picture = EXPERIMENT.run, EXPERIMENT.load, EXPERIMENT.picture
