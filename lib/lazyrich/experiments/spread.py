"""An experiment over an executor: a point a seed, since seeds have nothing in common, and all other axes stay one ensemble."""

from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich import experiments
from lazyrich.experiments import _grid, shipped

__all__ = ["over_seeds"]

_ONE = "of one seed"  # the axis of length 1 in a point's own result


def over_seeds(
    name: str,
    config: Any,
    executor: Executor,
    *,
    device: str = "auto",
    progress: bool = False,
    store: str | Path | None = None,
    at_a_time: int | None = None,
) -> xr.Dataset:
    """What `run(config)` of the experiment `name` gives, each seed computed by a worker of `executor`.

    Results come back here, and this process alone writes the store: workers need not see its folder. What a worker that dies was at is begun
    anew. Raises ValueError for a store of another configuration, sweep.SweepError if seeds fail.
    """
    settings = asdict(config)
    seeds = settings.pop("seeds")
    found = _grid.over(
        one_seed,
        {"seed": seeds},
        {"experiment": name, "settings": settings, "device": device},
        store=store,
        progress=progress,
        executor=executor,
        at_a_time=at_a_time,
        shared=False,
    )
    dataset = found.map(_in_place).assign_coords(seed=list(seeds))
    dataset.attrs.clear()
    module = _module(name)
    return shipped.stamp(dataset, module.NAME, config, module.PRESETS)


def one_seed(seed: int, experiment: str, settings: dict[str, Any], device: str) -> xr.Dataset:
    """The experiment with this seed alone, its axis "seed" kept under another name, so that one sees where it was."""
    module = _module(experiment)
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    found = module.run(module.Config(**fields, seeds=(seed,)), device=device)
    return found.drop_vars("seed").rename_dims(seed=_ONE)


def _in_place(values: xr.DataArray) -> xr.DataArray:
    """The seeds where the experiment has them; what it keeps of one seed only is that of the first."""
    if _ONE not in values.dims:
        return values.isel(seed=0, drop=True)
    axes = ["seed" if dim == _ONE else dim for dim in values.dims if dim != "seed"]
    return values.isel({_ONE: 0}, drop=True).transpose(*axes)


def _module(name: str) -> Any:
    return getattr(experiments, experiments.EXPERIMENTS[name])
