"""Run an experiment seed by seed, in this process or by workers.

Seeds have nothing in common, so each can be computed anywhere; all other axes of an experiment stay
one ensemble.
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
    """Compute what ``experiment.run(config)`` gives, to rounding, one seed at a time.

    If interrupted, the same call resumes from the store, with or without workers, on the same
    device or another.

    Parameters
    ----------
    experiment : Experiment
        The experiment, one of `EXPERIMENTS`.
    config : Config
        Its configuration.
    executor : concurrent.futures.Executor, optional
        Computes the seeds. By default this process does, one after the other. Workers that do not
        see the folder of the store (a cluster without a common one) send their results here; if
        such a worker dies, the seed that it was computing starts again from the beginning.
    device : str, default "auto"
        "auto", "cpu" or "cuda".
    progress : bool, default False
        Show a progress bar.
    store : str or Path, optional
        A folder that keeps finished seeds. STORE/seed-100 holds what `run` saves of seed 100 while
        it is running.

    Returns
    -------
    xarray.Dataset
        The result of all seeds, stamped as `run` does.

    Raises
    ------
    ValueError
        If the store is of another configuration.
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
    """Run one seed; its axis "seed" gets another name, which shows where it was."""
    kind = EXPERIMENTS[experiment]  # by name, because a worker and a store take plain data
    config = kind.configure(settings, seeds=(seed,))
    dataset = kind.run(config, device=device, progress=progress, store=checkpoint)
    return dataset.drop_vars("seed").rename_dims(seed=_ONE)


def _in_place(values: xr.DataArray) -> xr.DataArray:
    """Put the seeds where the experiment has them; of what has no such axis keep the first."""
    if _ONE not in values.dims:
        return values.isel(seed=0, drop=True)
    axes = ["seed" if dim == _ONE else dim for dim in values.dims if dim != "seed"]
    return values.isel({_ONE: 0}, drop=True).transpose(*axes)
