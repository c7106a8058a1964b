"""Study a question of your own about grokking: name a few arms, choose seeds, see every run.

A study takes minutes, not hours. The network and its training are those of `grokking`:
f(a, b) = O (U_a + V_b)^2 learns addition modulo p. An arm sets the scales of the two layers, how
much of the solution the embeddings contain at the start, and which share of all sums is shown.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import xarray as xr

from lazyrich import _validate as validate
from lazyrich import datasets, models, plots, training
from lazyrich.experiments import grokking_causes
from lazyrich.experiments._grokking_figure import SCALE
from lazyrich.experiments._study_figure import describe, plot
from lazyrich.experiments.grokking_protocol import Protocol, gaps

__all__ = ["Arm", "Config", "picture", "plot", "readout_for", "run", "table"]


@dataclass(frozen=True)
class Arm:
    """Set one condition of a study.

    Parameters
    ----------
    embedding : float, default 0.25
        Scale of the embeddings.
    readout : float, default 1.0
        Scale of the readout.
    share : float, default 0.0
        Share of the embeddings' variance that is the solution, from 0 to 1.
    fraction : float, optional
        Share of all sums that is shown; by default that of the configuration.
    """

    embedding: float = 0.25
    readout: float = 1.0
    share: float = 0.0
    fraction: float | None = None

    def __post_init__(self) -> None:
        validate.rate("embedding", self.embedding)
        validate.rate("readout", self.readout)
        validate.number("share", self.share, least=0, most=1)
        if self.fraction is not None:
            validate.share("fraction", self.fraction)


@dataclass(frozen=True)
class Config(Protocol):
    """Set the protocol that all arms share. A run ends once all sums are right.

    Parameters
    ----------
    learned : float, default 1.0
        A run may end once the accuracy on the shown sums is this.
    grokked : float, default 1.0
        A run may end once the accuracy on the other sums is this; it ends when both are reached.
    thr : float, default 0.95
        Accuracy at or above which the sums count as known.
    p : int, default 23
        The modulus.
    h : int, default 128
        Width of the network.
    fraction : float, default 0.65
        Share of all sums that is shown.
    rate : float, default 5e-3
        Learning rate.
    decay : float, default 0.3
        Weight decay.
    betas : tuple of float, default (0.9, 0.98)
        Decay rates of AdamW's running averages.
    end : int, default 3000
        Number of steps.
    every : int, default 20
        Steps between two measurements; divides `end`.
    """

    thr: float = 0.95
    learned: float = 1.0
    grokked: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        validate.share("thr", self.thr, whole=True)


def readout_for(embedding: float, scale: float = SCALE) -> float:
    """Solve embedding^2 * readout = scale, which keeps the function at the start the same.

    Parameters
    ----------
    embedding : float
        Scale of the embeddings.
    scale : float, default 1/16
        Scale of the function.

    Returns
    -------
    float
        Scale of the readout.

    Examples
    --------
    >>> readout_for(0.5)
    0.25
    """
    return validate.rate("scale", scale) / validate.rate("embedding", embedding) ** 2


def run(
    arms: Mapping[str, Arm],
    seeds: Sequence[int] = (0, 1, 2),
    config: Config | None = None,
    *,
    device: str = "auto",
    progress: bool = False,
) -> xr.Dataset:
    """Train every arm with every seed.

    A seed determines the weights and the order of the sums, so arms with the same seed differ only
    in their settings.

    Parameters
    ----------
    arms : mapping of str to Arm
        Conditions by name.
    seeds : sequence of int, default (0, 1, 2)
        Seeds of the weights and of which sums are shown.
    config : Config, optional
        The settings that all arms share; `Config()` if left out.
    device : str, default "auto"
        "auto", "cpu" or "cuda".
    progress : bool, default False
        Whether to show a progress bar.

    Returns
    -------
    xarray.Dataset
        Over (arm, seed): delta, the mean of 2 |O_i|^2 - |U_i|^2 - |V_i|^2 at the start; function,
        the root mean square of the outputs at the start; alignment, of the first kernel with the
        labels shown, both centered; t_train, t_test, gap (`measures.grok_gap` at config.thr). Over
        (arm, seed, t): train_accuracy, test_accuracy.

    Raises
    ------
    ValueError
        If there are no arms or no seeds, or a setting is out of range.
    """
    config = Config() if config is None else config
    seeds = validate.seeds("seeds", seeds)
    arms = validate.mapping("arms", arms)
    if not arms or not all(isinstance(arm, Arm) for arm in arms.values()):
        raise ValueError(f"arms: expected at least one named Arm, got {arms!r}"[:200])
    shown = {
        name: config.fraction if arm.fraction is None else arm.fraction
        for name, arm in arms.items()
    }
    parts = []
    for fraction in dict.fromkeys(
        shown.values()
    ):  # sets of unequal sizes do not fit into one ensemble
        group = {name: arm for name, arm in arms.items() if shown[name] == fraction}
        parts.append(_train(group, fraction, seeds, config, device=device, progress=progress))
    dataset = xr.concat(parts, "arm").sel(arm=list(arms))
    settings = {name: dataclasses.asdict(arm) for name, arm in arms.items()}
    return dataset.assign(gaps(dataset, config.thr)).assign_attrs(
        experiment="study", config=json.dumps(dataclasses.asdict(config)), arms=json.dumps(settings)
    )


def _train(
    arms: Mapping[str, Arm],
    fraction: float,
    seeds: Sequence[int],
    config: Config,
    *,
    device: str,
    progress: bool,
) -> xr.Dataset:
    """Train arms that show the same share of all sums, as one ensemble."""
    network = models.QuadraticMLP(config.p, config.h)
    drawn = [network.init(seed, dtype=torch.float32) for seed in seeds]
    sets = config.sets(seeds, fraction)
    starts = [
        [_start(one, arm, seed) for one, seed in zip(drawn, seeds, strict=True)]
        for arm in arms.values()
    ]
    result = training.train(
        network,
        models.stack([models.stack(row) for row in starts]),
        sets,
        **config.training(),
        device=device,
        progress=progress,
    )
    runs = result.dataset({"arm": list(arms), "seed": seeds})[["train_accuracy", "test_accuracy"]]
    about = [[_about(network, one, sets, i) for i, one in enumerate(row)] for row in starts]
    return runs.assign(
        {
            name: (("arm", "seed"), [[one[name] for one in row] for row in about])
            for name in about[0][0]
        }
    )


def _start(params: dict[str, torch.Tensor], arm: Arm, seed: int) -> dict[str, torch.Tensor]:
    mixed = grokking_causes.mixed(params, arm.share, seed=seed) if arm.share else params
    return models.scale_layers(mixed, {"embed": arm.embedding, "readout": arm.readout})


def _about(
    network: models.QuadraticMLP, params: dict[str, torch.Tensor], sums: datasets.Data, i: int
) -> dict[str, float]:
    """Measure the start of an arm with the i-th seed."""
    with torch.no_grad():
        outputs = network.apply(params, torch.cat([sums.x[i], sums.x_test[i]]))
    return {
        "delta": float(models.deltas(network, params)["embed"].mean()),
        "function": float(outputs.square().mean().sqrt()),
        "alignment": grokking_causes.alignment(network, params, sums.x[i], sums.y[i]),
    }


def table(dataset: xr.Dataset) -> str:
    """Write a table with one line per run: its start, and when it learned and grokked.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `run`.

    Returns
    -------
    str
        The table. Times are in steps; inf if the run never learned, or never grokked.
    """
    wide = max(len(str(arm)) for arm in dataset["arm"].values)
    lines = [f"{'arm':<{wide}}  seed    delta  function  alignment  t_train  t_test     gap"]
    for arm in dataset["arm"].values:
        for seed in dataset["seed"].values:
            one = {
                name: float(dataset[name].sel(arm=arm, seed=seed))
                for name in ("delta", "function", "alignment", "t_train", "t_test", "gap")
            }
            lines.append(
                f"{arm:<{wide}}  {seed:>4}  {one['delta']:>7.2f}  {one['function']:>8.3f}"
                f"  {one['alignment']:>9.3f}"
                f"  {one['t_train']:>7.0f}  {one['t_test']:>6.0f}  {one['gap']:>6.0f}"
            )
    return "\n".join(lines)


def picture(dataset: xr.Dataset) -> plots.Picture:
    """Draw a result for a notebook's cell, with its description as alternative text.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result of `run`.

    Returns
    -------
    plots.Picture
        The figure of `plot`.
    """
    return plots.show(plot(dataset), alt=describe(dataset))
