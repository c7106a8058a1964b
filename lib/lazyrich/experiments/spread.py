"""An experiment seed by seed, here or by workers: seeds have nothing in common, and all other axes stay one ensemble."""

from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich import experiments
from lazyrich.experiments import _grid, results

__all__ = ["over_seeds"]

_ONE = "of one seed"  # the axis of length 1 in a point's own result


def over_seeds(
    name: str,
    config: Any,
    executor: Executor | None = None,
    *,
    device: str = "auto",
    progress: bool = False,
    store: str | Path | None = None,
) -> xr.Dataset:
    """What `run(config)` of the experiment `name` gives, to rounding, each seed computed by a worker of `executor` (None: here, one by one).

    store: a folder that keeps what is done: STORE/seed-100 is what `run` saves of that seed while it is at it. A run that was stopped goes on
    there, with or without workers, on the same device or another. Workers that do not see the folder (a cluster without a common one) send
    their results here; what one of them is at when it dies is begun anew. Raises ValueError for a store of another configuration,
    sweep.SweepError if seeds fail.
    """
    settings = asdict(config)
    seeds = settings.pop("seeds")
    found = _grid.over(
        one_seed,
        {"seed": seeds},
        {"experiment": name, "settings": settings},
        how={"device": device, "progress": progress and executor is None},
        store=store,
        progress=progress and (executor is not None or len(seeds) > 1),
        executor=executor,
        at_a_time=len(seeds),
    )
    dataset = found.map(_in_place).assign_coords(seed=list(seeds))
    module = _module(name)
    return results.stamp(dataset, module.NAME, config, module.PRESETS)


def one_seed(
    seed: int,
    experiment: str,
    settings: dict[str, Any],
    device: str,
    progress: bool,
    checkpoint: Path | None,
) -> xr.Dataset:
    """The experiment with this seed alone, its axis "seed" kept under another name, so that one sees where it was."""
    module = _module(experiment)
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
    found = module.run(
        module.Config(**fields, seeds=(seed,)), device=device, progress=progress, store=checkpoint
    )
    return found.drop_vars("seed").rename_dims(seed=_ONE)


def _in_place(values: xr.DataArray) -> xr.DataArray:
    """The seeds where the experiment has them; what it keeps of one seed only is that of the first."""
    if _ONE not in values.dims:
        return values.isel(seed=0, drop=True)
    axes = ["seed" if dim == _ONE else dim for dim in values.dims if dim != "seed"]
    return values.isel({_ONE: 0}, drop=True).transpose(*axes)


def _module(name: str) -> Any:
    return getattr(experiments, experiments.EXPERIMENTS[name])
