"""Run an experiment seed by seed, in this process or on workers.

Seeds are independent of each other, so each can be computed anywhere; along all other axes an
experiment stays one ensemble.
"""

from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich.experiments._small_runs import on_a_grid
from lazyrich.experiments.registry import EXPERIMENTS, Experiment

__all__ = ["run_seed_by_seed"]

_ONE = "of one seed"  # the axis of length 1 in a point's own result


def run_seed_by_seed(
    experiment: Experiment,
    config: Any,
    executor: Executor | None = None,
    *,
    device: str = "auto",
    progress: bool = False,
    store: str | Path | None = None,
) -> xr.Dataset:
    """Compute the result of ``experiment.run(config)``, up to rounding, one seed at a time.

    If interrupted, the same call resumes from the store, with or without workers, on the same
    device or another.

    Parameters
    ----------
    experiment : Experiment
        The experiment, one of `EXPERIMENTS`.
    config : Config
        The configuration of the experiment.
    executor : concurrent.futures.Executor, optional
        The executor that computes the seeds; by default this process does, one after the other.
        Workers that do not see the folder of the store (on a cluster without shared storage) send
        their results back; if such a worker dies, the seed that it was computing starts over.
    device : str, default "auto"
        "auto", "cpu" or "cuda".
    progress : bool, default False
        Whether to show a progress bar.
    store : str or Path, optional
        A folder that keeps finished seeds. STORE/seed-100 holds the state that `run` saves while
        seed 100 is running.

    Returns
    -------
    xarray.Dataset
        The result of all seeds, with the same attributes as that of `run`.

    Raises
    ------
    ValueError
        If the store belongs to another configuration.
    sweep.SweepError
        If seeds fail.
    """
    settings = asdict(config)
    seeds = settings.pop("seeds")
    dataset = on_a_grid(
        one_seed,
        {"seed": seeds},
        {"experiment": experiment.name, "settings": settings},
        how={"device": device, "progress": progress and executor is None},
        store=store,
        progress=progress and (executor is not None or len(seeds) > 1),
        executor=executor,
        at_a_time=len(seeds),
    )
    return experiment.stamp(dataset.map(_in_place).assign_coords(seed=list(seeds)), config)


def one_seed(
    seed: int,
    experiment: str,
    settings: dict[str, Any],
    device: str,
    progress: bool,
    checkpoint: Path | None,
) -> xr.Dataset:
    """Run one seed; its axis "seed" is renamed, so that `_in_place` finds its position."""
    kind = EXPERIMENTS[experiment]  # by name, because workers and stores take plain data
    config = kind.configure(settings, seeds=(seed,))
    dataset = kind.run(config, device=device, progress=progress, store=checkpoint)
    return dataset.drop_vars("seed").rename_dims(seed=_ONE)


def _in_place(values: xr.DataArray) -> xr.DataArray:
    """Move the seeds to the experiment's own position; without such an axis keep the first seed."""
    if _ONE not in values.dims:
        return values.isel(seed=0, drop=True)
    axes = ["seed" if dim == _ONE else dim for dim in values.dims if dim != "seed"]
    return values.isel({_ONE: 0}, drop=True).transpose(*axes)
